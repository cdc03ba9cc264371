"""The kinds of record there are. Each app registers its own; records know nothing else of them."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Kind:
    """One kind of record: its key, its name, the prefix of its references, and its pages."""

    key: str
    name: str | Promise
    prefix: str
    staff_page: str
    public_page: str
    links_to: frozenset[str] = frozenset()


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known; called once from the app's configuration."""
    _kinds[kind.key] = kind


def kind_of(key: str) -> Kind:
    """The kind registered under `key`. Raises KeyError."""
    return _kinds[key]


def may_link(one: str, other: str) -> bool:
    """Whether records of these two kinds may be linked."""
    return other in kind_of(one).links_to or one in kind_of(other).links_to
