"""The kinds of record there are. Each app registers its own; records know nothing else of them."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

if TYPE_CHECKING:
    from entente.audit.models import Event
    from entente.people.models import Member


@dataclass(frozen=True)
class Waiting:
    """Something that waits for a member on a record: a sentence, and the page where it is dealt with."""

    sentence: str
    url: str


@dataclass(frozen=True)
class StateWords:
    """Where a record stands: one of the look's kinds of state, and its name."""

    kind: str
    label: str | Promise


def nothing_waits(reader: "Member") -> list[Waiting]:
    """For kinds of record on which nothing ever waits."""
    return []


def no_states(record_ids: list[uuid.UUID], reader: Any) -> dict[uuid.UUID, StateWords]:
    """For kinds of record that have no state."""
    return {}


def no_sentences(events: list["Event"], reader: "Member") -> dict[uuid.UUID, str]:
    """For kinds of record to which nothing happens but what happens to every record."""
    return {}


@dataclass(frozen=True)
class Kind:
    """One kind of record: its key, its name, the prefix of its references, and its pages.

    `waiting` says what waits for a reader; `states` where records stand, of those the reader may see;
    `sentences` what happened, by the event's id, in words of this kind's own.
    """

    key: str
    name: str | Promise
    prefix: str
    staff_page: str
    public_page: str
    waiting: Callable[["Member"], list[Waiting]] = nothing_waits
    states: Callable[[list[uuid.UUID], Any], dict[uuid.UUID, StateWords]] = no_states
    sentences: Callable[[list["Event"], "Member"], dict[uuid.UUID, str]] = no_sentences


_kinds: dict[str, Kind] = {}
_waiting: list[Callable[["Member"], list[Waiting]]] = []


def register(kind: Kind) -> None:
    """Make a kind known; called once from the app's configuration."""
    _kinds[kind.key] = kind


def kind_of(key: str) -> Kind:
    """The kind registered under `key`. Raises KeyError."""
    return _kinds[key]


def all_kinds() -> list[Kind]:
    """Every kind, in the order of their keys."""
    return [_kinds[key] for key in sorted(_kinds)]


def register_waiting(part: Callable[["Member"], list[Waiting]]) -> None:
    """Say what else waits for a member, on papers that are no records."""
    _waiting.append(part)


def waiting_for(reader: "Member") -> list[Waiting]:
    """Everything that waits for a member: on each kind of record, then elsewhere."""
    parts = [*(kind.waiting for kind in all_kinds()), *_waiting]
    return [one for part in parts for one in part(reader)]
