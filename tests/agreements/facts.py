"""The facts the rule of access speaks of, as plain values without a database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, TypeVar, cast
from uuid import UUID

Audience = Literal["organisation", "task_force", "named"]
State = Literal["draft", "interim", "in_force", "suspended", "ended"]
PartKind = Literal["note", "file", "action"]
T = TypeVar("T")


class Outsider(StrEnum):
    """A reader who is no member."""

    SYSTEM = "system"
    VISITOR = "visitor"
    PARTICIPANT = "participant"


@dataclass(frozen=True)
class Organisation:
    id: UUID


@dataclass(frozen=True)
class Member:
    id: UUID
    organisation: UUID
    since: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True)
class TaskForce:
    id: UUID
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Seat:
    id: UUID
    task_force: UUID
    member: UUID
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class Agreement:
    id: UUID
    state: State
    starts_at: datetime
    ends_at: datetime | None = None


@dataclass(frozen=True)
class Party:
    id: UUID
    agreement: UUID
    organisation: UUID
    joined_at: datetime
    signed_at: datetime | None = None
    left_at: datetime | None = None


@dataclass(frozen=True)
class Clause:
    id: UUID
    agreement: UUID
    purpose: str
    category: str
    giving: UUID
    receiving: UUID
    opens_secrecy: bool = False
    holds_in_interim: bool = False


@dataclass(frozen=True)
class Record:
    """A record is also its own head."""

    id: UUID
    owner: UUID
    audience: Audience
    category: str
    is_secret: bool = False
    public_since: datetime | None = None


@dataclass(frozen=True)
class Part:
    id: UUID
    record: UUID
    kind: PartKind
    category: str
    is_secret: bool = False


@dataclass(frozen=True)
class Participation:
    """Made out to exactly one of organisation, task force and member."""

    id: UUID
    record: UUID
    purpose: str
    since: datetime
    until: datetime | None = None
    organisation: UUID | None = None
    task_force: UUID | None = None
    member: UUID | None = None
    agreement: UUID | None = None
    is_emergency: bool = False


@dataclass(frozen=True)
class Opening:
    id: UUID
    record: UUID
    member: UUID
    purpose: str
    at: datetime
    until: datetime


Reader = Member | Outsider
Thing = Record | Part


def _by(rows: Iterable[T], *names: str) -> dict[Any, list[T]]:
    found: dict[Any, list[T]] = defaultdict(list)
    for row in rows:
        values = tuple(getattr(row, name) for name in names)
        found[values if len(values) > 1 else values[0]].append(row)
    return found


@dataclass(frozen=True)
class World:
    """Everything that is so; a change is a new world (`dataclasses.replace`)."""

    organisations: tuple[Organisation, ...] = ()
    members: tuple[Member, ...] = ()
    task_forces: tuple[TaskForce, ...] = ()
    seats: tuple[Seat, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    parties: tuple[Party, ...] = ()
    clauses: tuple[Clause, ...] = ()
    records: tuple[Record, ...] = ()
    parts: tuple[Part, ...] = ()
    participations: tuple[Participation, ...] = ()
    openings: tuple[Opening, ...] = ()
    # Who asks when: one moment for each reader. Not part of the facts.
    readers: tuple[tuple[Reader, datetime], ...] = ()
    _found: dict[str, dict[Any, list[Any]]] = field(init=False, repr=False, compare=False)
    _known: dict[Hashable, Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_known", {})
        object.__setattr__(
            self,
            "_found",
            {
                "record": _by(self.records, "id"),
                "task force": _by(self.task_forces, "id"),
                "agreement": _by(self.agreements, "id"),
                "seats": _by(self.seats, "task_force", "member"),
                "parties": _by(self.parties, "agreement", "organisation"),
                "clauses": _by(self.clauses, "agreement"),
                "participations": _by(self.participations, "record"),
                "parts": _by(self.parts, "record"),
                "openings on": _by(self.openings, "record"),
                "openings by": _by(self.openings, "member"),
            },
        )

    def _rows(self, what: str, key: Hashable) -> list[Any]:
        return self._found[what].get(key, [])

    def record_of(self, thing: Thing) -> Record:
        """The record a head or a part belongs to."""
        if isinstance(thing, Record):
            return thing
        return cast(Record, self._found["record"][thing.record][0])

    def task_force(self, task_force: UUID) -> TaskForce:
        return cast(TaskForce, self._found["task force"][task_force][0])

    def agreement(self, agreement: UUID) -> Agreement:
        return cast(Agreement, self._found["agreement"][agreement][0])

    def seats_of(self, task_force: UUID, member: UUID) -> list[Seat]:
        return self._rows("seats", (task_force, member))

    def party(self, agreement: UUID, organisation: UUID) -> Party | None:
        rows = self._rows("parties", (agreement, organisation))
        return rows[0] if rows else None

    def clauses_of(self, agreement: UUID) -> list[Clause]:
        return self._rows("clauses", agreement)

    def participations_of(self, record: UUID) -> list[Participation]:
        return self._rows("participations", record)

    def parts_of(self, record: UUID) -> list[Part]:
        return self._rows("parts", record)

    def openings_on(self, record: UUID) -> list[Opening]:
        return self._rows("openings on", record)

    def openings_by(self, member: UUID) -> list[Opening]:
        return self._rows("openings by", member)

    def once(self, key: Hashable, answer: Callable[[], T]) -> T:
        """The answer to a question that was perhaps asked of this world before."""
        if key not in self._known:
            self._known[key] = answer()
        return cast(T, self._known[key])
