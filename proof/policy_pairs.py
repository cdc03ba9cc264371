"""Pairs of organisations with one agreement between them that holds, or misses by one moment or its state."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.agreements.facts import Agreement, Member, Organisation, Participation, Party, Record, World
from tests.agreements.worlds import LONG, MOMENTS

AT = MOMENTS[1]
TICK = timedelta.resolution
BEFORE = AT - LONG
# What is changed of the agreement, of the reader's party and of the other party.
Change = dict[str, Any]
SIDES: tuple[Change, ...] = (
    {"joined_at": AT, "signed_at": AT},
    {"joined_at": AT + TICK, "signed_at": AT + TICK},
    {"joined_at": AT + TICK, "signed_at": None},
    {"signed_at": AT + TICK},
    {"left_at": AT},
    {"left_at": AT + TICK},
)
PAIRS: tuple[tuple[Change, Change, Change], ...] = (
    ({}, {}, {}),
    ({"state": "interim"}, {}, {}),
    ({"state": "draft"}, {}, {}),
    ({"state": "suspended"}, {}, {}),
    ({"state": "ended"}, {}, {}),
    ({"starts_at": AT}, {}, {}),
    ({"starts_at": AT + TICK}, {}, {}),
    ({"ends_at": AT}, {}, {}),
    ({"ends_at": AT + TICK}, {}, {}),
    ({}, {"signed_at": None}, {}),
    ({}, {}, {"signed_at": None}),
    *(({}, change, {}) for change in SIDES),
    *(({}, {}, change) for change in SIDES),
)
# Hours before the reader's moment at which they broke the glass; the last is no emergency.
BROKEN = ((), (0.0,), (0.0, 1.0), (1.0, 23.5), (1.0, 24.0), (24.0, 25.0), (1.0, -1.0))


def broken(number: int, reader: Member, record: uuid.UUID) -> tuple[Participation, ...]:
    """What the reader of a pair was let in to before."""
    return tuple(
        Participation(
            uuid.uuid5(reader.id, f"{hours}"),
            record,
            "avert_danger",
            AT - timedelta(hours=abs(hours)),
            AT - timedelta(hours=abs(hours)) + timedelta(minutes=5),
            member=reader.id,
            is_emergency=hours >= 0,
        )
        for hours in (BROKEN[number] if number < len(BROKEN) else ())
    )


def with_pairs(world: World) -> World:
    """The world, and beside it the pairs: a reader on one side, a record on the other."""
    for number, (agreement, mine, other) in enumerate(PAIRS):
        a, b, member, kept, record, *parties = (
            uuid.uuid5(uuid.NAMESPACE_OID, f"{number} {what}") for what in range(7)
        )
        reader = Member(member, a, BEFORE)
        told: Change = {"agreement": kept, "joined_at": BEFORE, "signed_at": BEFORE}
        world = replace(
            world,
            organisations=(*world.organisations, Organisation(a), Organisation(b)),
            members=(*world.members, reader),
            agreements=(*world.agreements, replace(Agreement(kept, "in_force", BEFORE), **agreement)),
            parties=(
                *world.parties,
                Party(parties[0], organisation=a, **told | mine),
                Party(parties[1], organisation=b, **told | other),
            ),
            records=(*world.records, Record(record, b, "organisation", "plan")),
            participations=(*world.participations, *broken(number, reader, record)),
            readers=(*world.readers, (reader, AT)),
        )
    return world


def alone(world: World) -> tuple[Record, ...]:
    """For each organisation a record to which nobody was let in."""
    return tuple(
        Record(uuid.UUID(int=number), owner.id, "organisation", "plan")
        for number, owner in enumerate(world.organisations, 1)
    )
