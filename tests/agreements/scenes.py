"""Small worlds in which exactly one door is open, to change one fact at a time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.agreements.facts import (
    Agreement,
    Clause,
    Member,
    Opening,
    Organisation,
    Outsider,
    Part,
    Participation,
    Party,
    Record,
    Seat,
    TaskForce,
    World,
)

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
BEFORE = AT - timedelta(days=30)


def uuid(number: int) -> UUID:
    return UUID(int=number)


HOUSE, CLINIC, THIRD = uuid(1), uuid(2), uuid(3)
READER, COLLEAGUE = uuid(11), uuid(12)
FORCE, AGREEMENT, RECORD, OTHER_RECORD, CLAUSE = uuid(21), uuid(31), uuid(41), uuid(42), uuid(51)


@dataclass(frozen=True)
class Scene:
    """The house's record, and a reader of the clinic. A fact that is None is not there."""

    reader: Member | Outsider = field(default_factory=lambda: Member(READER, CLINIC, BEFORE))
    record: Record = field(default_factory=lambda: Record(RECORD, HOUSE, "organisation", "plan"))
    part: Part = field(default_factory=lambda: Part(uuid(45), RECORD, "note", "plan"))
    participation: Participation | None = None
    task_force: TaskForce = field(default_factory=lambda: TaskForce(FORCE))
    seat: Seat | None = None
    agreement: Agreement = field(default_factory=lambda: Agreement(AGREEMENT, "in_force", BEFORE))
    giving: Party | None = field(default_factory=lambda: Party(uuid(61), AGREEMENT, HOUSE, BEFORE, BEFORE))
    receiving: Party | None = field(
        default_factory=lambda: Party(uuid(62), AGREEMENT, CLINIC, BEFORE, BEFORE)
    )
    clause: Clause | None = field(
        default_factory=lambda: Clause(CLAUSE, AGREEMENT, "support", "plan", HOUSE, CLINIC)
    )
    opening: Opening | None = None
    more: tuple[Participation, ...] = ()

    def but(self, **changes: Any) -> Scene:
        """The same scene with other facts; a dictionary changes only some values of a fact."""
        return replace(
            self,
            **{
                name: replace(getattr(self, name), **change) if isinstance(change, dict) else change
                for name, change in changes.items()
            },
        )

    def world(self) -> World:
        def one(row: Any) -> tuple[Any, ...]:
            return () if row is None else (row,)

        return World(
            organisations=tuple(Organisation(one) for one in (HOUSE, CLINIC, THIRD)),
            members=(*one(self.reader if isinstance(self.reader, Member) else None),),
            task_forces=one(self.task_force),
            seats=one(self.seat),
            agreements=one(self.agreement),
            parties=(*one(self.giving), *one(self.receiving)),
            clauses=one(self.clause),
            records=(self.record, Record(OTHER_RECORD, HOUSE, "organisation", "plan")),
            parts=one(self.part),
            participations=(*one(self.participation), *self.more),
            openings=one(self.opening),
        )


def given(**values: Any) -> Participation:
    """A participation for support, lasting."""
    return Participation(
        **{"id": uuid(71), "record": RECORD, "purpose": "support", "since": BEFORE, **values}
    )


OPENED = Opening(uuid(81), RECORD, READER, "support", AT - timedelta(hours=1), AT + timedelta(hours=1))
SEAT = Seat(uuid(91), FORCE, READER, BEFORE)
HERE = Member(READER, HOUSE, BEFORE)

NOTHING = Scene()
SHARED = Scene(participation=given(organisation=CLINIC, agreement=AGREEMENT))
SHARED_PART = SHARED.but(opening=OPENED)
FORCED = SHARED.but(
    record={"audience": "task_force"}, participation=given(task_force=FORCE, agreement=AGREEMENT), seat=SEAT
)
NAMED = SHARED.but(record={"audience": "named"}, participation=given(member=READER, agreement=AGREEMENT))
INTERIM = SHARED.but(
    agreement={"state": "interim"},
    giving={"signed_at": None},
    receiving={"signed_at": None},
    clause={"holds_in_interim": True},
)
SECRET = SHARED.but(record={"is_secret": True}, clause={"opens_secrecy": True})
OWN = NOTHING.but(reader=HERE)
OWN_FORCED = OWN.but(record={"audience": "task_force"}, participation=given(task_force=FORCE), seat=SEAT)
OWN_NAMED = OWN.but(record={"audience": "named"}, participation=given(member=READER))
GLASS = NOTHING.but(
    participation=given(
        member=READER, is_emergency=True, since=AT - timedelta(hours=1), until=AT + timedelta(hours=3)
    ),
    record={"audience": "named"},
)
GLASS_PART = GLASS.but(opening=OPENED)
PUBLIC = NOTHING.but(record={"public_since": BEFORE})
