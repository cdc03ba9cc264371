"""The one type every rule returns: yes or no, and why."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, override


class Refused(Exception):
    """An action its rule did not allow; the reason is shown to the person."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(str(decision))
        self.decision = decision


@dataclass(frozen=True)
class Decision:
    """Whether something is allowed, and the reason in words a person can read."""

    allowed: bool
    reason: str | Promise
    values: dict[str, Any] = field(default_factory=dict)
    clause: uuid.UUID | None = None  # of the agreement that opened the door

    def __bool__(self) -> bool:
        return self.allowed

    def __str__(self) -> str:
        return in_words(self.source, self.values)

    @property
    def source(self) -> str:
        """The reason as written in the code: the log keeps it, each reader's language is made from it."""
        return source_of(self.reason)

    def under(self, clause: uuid.UUID) -> Decision:
        """The same decision, because of a clause."""
        return replace(self, clause=clause)

    def require(self) -> Decision:
        """Return the decision, or raise `Refused` with its reason."""
        if not self.allowed:
            raise self.as_refusal()
        return self

    def as_refusal(self) -> Refused:
        """The exception that carries this decision."""
        return Refused(self)


def allow(reason: str | Promise, **values: Any) -> Decision:
    """Yes, because of `reason`."""
    return Decision(allowed=True, reason=reason, values=values)


def refuse(reason: str | Promise, **values: Any) -> Decision:
    """No, because of `reason`."""
    return Decision(allowed=False, reason=reason, values=values)


# Values that are texts of the product themselves, kept as the code writes them.
OURS = {"category", "purpose", "state"}


def source_of(text: str | Promise) -> str:
    """A text as the code writes it, whatever the language of the moment."""
    with override("en"):
        return str(text)


def in_words(source: str, values: dict[str, Any]) -> str:
    """A kept reason in the language of the moment."""
    words = gettext(source) if source else ""
    if not values:
        return words
    told = {name: gettext(value) if name in OURS and value else value for name, value in values.items()}
    return words % told
