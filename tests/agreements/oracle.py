"""Who may read what, said a second time from docs/build/the-rule.md alone: the judge of the product.

A *way* is one complete manner in which one door could let this reader in: one participation, one seat,
one clause, one opening. It names each of its conditions and whether it holds; it is open when all hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from tests.agreements.conditions import HEAD_OPEN
from tests.agreements.facts import (
    Agreement,
    Clause,
    Member,
    Opening,
    Outsider,
    Part,
    Participation,
    Party,
    Reader,
    Record,
    Seat,
    Thing,
    World,
)

Conditions = dict[str, bool]
# Conditions of one choice, with the clause where that is what is chosen.
Option = tuple[Conditions, UUID | None]


@dataclass(slots=True)
class Way:
    """One manner of being let in."""

    door: int
    conditions: Conditions
    lacks: int
    clause: UUID | None = None

    @property
    def failing(self) -> frozenset[str]:
        return frozenset([name for name, holds in self.conditions.items() if not holds])


@dataclass(frozen=True)
class Verdict:
    """Allowed through the first open door, or refused with what the nearest way lacks."""

    allowed: bool
    door: int | None = None
    clause: UUID | None = None
    failing: frozenset[str] = frozenset()
    # Every open door and every clause by which door 4 is open: the product may name any of them.
    doors: frozenset[int] = frozenset()
    clauses: frozenset[UUID] = frozenset()


def may_read(world: World, reader: Reader, thing: Thing, at: datetime) -> Verdict:
    """The rule."""
    return _verdict(ways_in(world, reader, thing, at))


def decisive(world: World, reader: Reader, thing: Thing, at: datetime) -> frozenset[str]:
    """The conditions that alone make the answer what it is.

    Refused: those that are the only failing one of some way. Allowed: those of the only open way.
    """
    return _decisive(ways_in(world, reader, thing, at))


def judge(world: World, reader: Reader, thing: Thing, at: datetime) -> tuple[Verdict, frozenset[str]]:
    """Both at once: `may_read` and `decisive`."""
    ways = ways_in(world, reader, thing, at)
    return _verdict(ways), _decisive(ways)


def _verdict(ways: Sequence[Way]) -> Verdict:
    open_ways = [way for way in ways if way.lacks == 0]
    if not open_ways:
        return Verdict(False, failing=_nearest(ways))
    first = min(open_ways, key=lambda way: way.door)
    doors = frozenset([way.door for way in open_ways])
    clauses = frozenset([way.clause for way in open_ways if way.clause is not None])
    return Verdict(True, first.door, first.clause, frozenset(), doors, clauses)


def _decisive(ways: Sequence[Way]) -> frozenset[str]:
    open_ways = [way for way in ways if way.lacks == 0]
    if len(open_ways) > 1:
        return frozenset()
    if open_ways:
        return frozenset(open_ways[0].conditions)
    return frozenset([name for way in ways if way.lacks == 1 for name in way.failing])


def _nearest(ways: Sequence[Way]) -> frozenset[str]:
    """What the way with the fewest failing conditions lacks; of equals, door 4 before 5, 3 and 2."""
    order = {4: 0, 5: 1, 3: 2, 2: 3}
    return min(ways, key=lambda way: (way.lacks, order[way.door])).failing if ways else frozenset()


def ways_in(world: World, reader: Reader, thing: Thing, at: datetime) -> list[Way]:
    """Every open way and every way that lacks one condition; of the others, some example."""
    if reader is Outsider.SYSTEM:
        return [Way(1, {}, 0)]
    ways = list(_public(thing, at))
    if isinstance(reader, Member):
        ways += _own(world, reader, thing, at)
        ways += _shared(world, reader, thing, at)
        ways += _glass(world, reader, thing, at)
    if isinstance(thing, Part):
        record = world.record_of(thing)
        who = reader.id if isinstance(reader, Member) else reader
        head = world.once(("head", record.id, who, at), lambda: may_read(world, reader, record, at))
        for way in ways:
            way.conditions = {**way.conditions, HEAD_OPEN: head.allowed}
            way.lacks += not head.allowed
    return ways


def begun(since: datetime, at: datetime) -> bool:
    """From a: a is included."""
    return since <= at


def not_over(until: datetime | None, at: datetime) -> bool:
    """Until b: b is excluded."""
    return until is None or at < until


def _lacks(conditions: Conditions) -> int:
    return list(conditions.values()).count(False)


def _likeliest(options: list[Option]) -> list[Option]:
    """Those that lack least. One that lacks more than another is never the reason of anything.

    Where the best lacks two or more, no single condition decides, and one example is enough.
    """
    lacks = [_lacks(conditions) for conditions, _ in options]
    least = min(lacks)
    best = [option for option, lack in zip(options, lacks, strict=True) if lack == least]
    return best if least <= 1 else best[:1]


def _ways(door: int, conditions: Conditions, *choices: Callable[[], list[Option]]) -> Iterator[Way]:
    """All these conditions and one option of each choice.

    What lacks two conditions already is not followed further: whatever comes, it stays shut, and no single
    condition decides.
    """
    lacks = _lacks(conditions)
    if not choices or lacks >= 2:
        yield Way(door, conditions, lacks)
        return
    found: list[Option] = [(conditions, None)]
    for choice in choices:
        options = choice()
        lacks += _lacks(options[0][0])
        found = [
            ({**before, **option}, clause or chosen) for before, chosen in found for option, clause in options
        ]
        if lacks >= 2:
            found = found[:1]
            break
    for combined, chosen in found:
        yield Way(door, combined, lacks, chosen)


def _membership(reader: Member, at: datetime) -> Conditions:
    return {
        "membership: since": begun(reader.since, at),
        "membership: until": not_over(reader.ended_at, at),
    }


def _public(thing: Thing, at: datetime) -> Iterator[Way]:
    """Door 2."""
    if isinstance(thing, Record) and thing.public_since is not None:
        yield from _ways(2, {"public: since": begun(thing.public_since, at)})


def _own(world: World, reader: Member, thing: Thing, at: datetime) -> Iterator[Way]:
    """Door 3."""
    record = world.record_of(thing)
    inside = {**_membership(reader, at), "own: organisation": reader.organisation == record.owner}
    yield from _ways(3, {**inside, "own: audience is the organisation": record.audience == "organisation"})
    if record.audience == "organisation":
        return
    for given in world.participations_of(record.id):
        if not inside["own: organisation"] and given.member not in (None, reader.id):
            continue  # two reasons: no single one decides
        if record.audience == "task_force":
            admits = given.task_force is not None or given.member is not None
        else:
            admits = given.member is not None
        conditions: Conditions = {
            **inside,
            "own: audience admits": admits,
            "own: participation since": begun(given.since, at),
            "own: participation until": not_over(given.until, at),
            "own: no emergency": not given.is_emergency,
        }
        yield from _ways(3, conditions, partial(_made_out, world, "own", given, reader, at))


def _shared(world: World, reader: Member, thing: Thing, at: datetime) -> Iterator[Way]:
    """Door 4."""
    record = world.record_of(thing)
    outside = {**_membership(reader, at), "shared: not the owner": reader.organisation != record.owner}
    for given in world.participations_of(record.id):
        if given.is_emergency:
            continue
        conditions: Conditions = {
            **outside,
            "shared: audience admits": _admits(record, given),
            "shared: participation since": begun(given.since, at),
            "shared: participation until": not_over(given.until, at),
        }
        yield from _ways(
            4,
            conditions,
            partial(_made_out, world, "shared", given, reader, at),
            partial(_agreement, world, given, record, reader, at),
            partial(_clauses, world, given, thing, record, reader),
            partial(_openings, world, "shared", given, thing, reader, at),
        )


def _glass(world: World, reader: Member, thing: Thing, at: datetime) -> Iterator[Way]:
    """Door 5."""
    inside = _membership(reader, at)
    for given in world.participations_of(world.record_of(thing).id):
        if given.member != reader.id and not given.is_emergency:
            continue  # two reasons: no single one decides
        conditions: Conditions = {
            **inside,
            "glass: an emergency": given.is_emergency,
            "glass: made out to the reader": given.member == reader.id,
            "glass: since": begun(given.since, at),
            "glass: until": not_over(given.until, at),
            "glass: secrecy": not thing.is_secret,
        }
        yield from _ways(5, conditions, partial(_openings, world, "glass", given, thing, reader, at))


def _admits(record: Record, given: Participation) -> bool:
    """Door 4, condition 1."""
    if record.audience == "organisation":
        return True
    if record.audience == "task_force":
        return given.task_force is not None or given.member is not None
    return given.member is not None


def _made_out(world: World, door: str, given: Participation, reader: Member, at: datetime) -> list[Option]:
    """To the reader, to a task force with a lasting seat of the reader, or to the reader's organisation."""
    to_reader = f"{door}: made out to the reader"
    if given.member is not None:
        return [({to_reader: given.member == reader.id}, None)]
    if given.task_force is None:
        return [({to_reader: given.organisation == reader.organisation}, None)]
    task_force = world.task_force(given.task_force)
    still_there = {f"{door}: task force ended": not_over(task_force.ended_at, at)}

    def one(seat: Seat) -> Option:
        return {
            to_reader: True,
            f"{door}: seat since": begun(seat.since, at),
            f"{door}: seat until": not_over(seat.until, at),
            **still_there,
        }, None

    seats = world.seats_of(task_force.id, reader.id)
    return _likeliest([one(seat) for seat in seats]) if seats else [({to_reader: False, **still_there}, None)]


def _agreement(
    world: World, given: Participation, record: Record, reader: Member, at: datetime
) -> list[Option]:
    """Door 4, condition 4, and of condition 6 what concerns the two organisations."""
    if given.agreement is None:
        return [({"shared: agreement named": False}, None)]
    agreement = world.agreement(given.agreement)

    def answer() -> list[Option]:
        conditions: Conditions = {
            "shared: agreement named": True,
            "shared: agreement state": agreement.state in ("interim", "in_force"),
            "shared: agreement starts": begun(agreement.starts_at, at),
            "shared: agreement ends": not_over(agreement.ends_at, at),
            **_party("giving", agreement, world.party(agreement.id, record.owner), at),
            **_party("receiving", agreement, world.party(agreement.id, reader.organisation), at),
        }
        return [(conditions, None)]

    return world.once(("agreement", agreement.id, record.owner, reader.organisation, at), answer)


def _party(side: str, agreement: Agreement, party: Party | None, at: datetime) -> Conditions:
    """Door 4, condition 6, for one of the two organisations."""
    if party is None:
        return {f"shared: {side} party": False}
    conditions: Conditions = {
        f"shared: {side} party": True,
        f"shared: {side} joined": begun(party.joined_at, at),
        f"shared: {side} left": not_over(party.left_at, at),
    }
    if agreement.state == "in_force":
        conditions[f"shared: {side} signed"] = party.signed_at is not None and begun(party.signed_at, at)
    return conditions


def _clauses(
    world: World, given: Participation, thing: Thing, record: Record, reader: Member
) -> list[Option]:
    """Door 4, conditions 5 and 7, and of condition 6 what concerns the clause."""
    if given.agreement is None:
        return [({}, None)]
    agreement = world.agreement(given.agreement)

    def one(clause: Clause) -> Option:
        conditions: Conditions = {
            "shared: clause purpose": clause.purpose == given.purpose,
            "shared: clause category": clause.category == thing.category,
            "shared: clause giving": clause.giving == record.owner,
            "shared: clause receiving": clause.receiving == reader.organisation,
        }
        if agreement.state == "interim":
            conditions["shared: interim clause"] = clause.holds_in_interim
        if thing.is_secret:
            conditions["shared: secrecy"] = clause.opens_secrecy
        return conditions, clause.id

    def answer() -> list[Option]:
        options = [one(clause) for clause in world.clauses_of(agreement.id)]
        nothing = dict.fromkeys(("shared: clause purpose", "shared: clause category"), False)
        return _likeliest(options) if options else [(nothing, None)]

    asked = (given.purpose, thing.category, thing.is_secret, record.owner, reader.organisation)
    return world.once(("clauses", agreement.id, *asked), answer)


def _openings(
    world: World, door: str, given: Participation, thing: Thing, reader: Member, at: datetime
) -> list[Option]:
    """Door 4, condition 8; of door 5 the same."""
    if isinstance(thing, Record):
        return [({}, None)]
    record = thing.record

    def one(opening: Opening) -> Option:
        return {
            f"{door}: opening by the reader": opening.member == reader.id,
            f"{door}: opening on this record": opening.record == record,
            f"{door}: opening purpose": opening.purpose == given.purpose,
            f"{door}: opening since": begun(opening.at, at),
            f"{door}: opening until": not_over(opening.until, at),
        }, None

    def answer() -> list[Option]:
        nothing = dict.fromkeys((f"{door}: opening by the reader", f"{door}: opening on this record"), False)
        mine = [opening for opening in world.openings_on(record) if opening.member == reader.id]
        made = [*mine, *_of_others(world, given, reader, at), *_elsewhere(world, given, reader, at)]
        return _likeliest([*map(one, made), (nothing, None)])

    return world.once(("openings", door, record, given.purpose, reader.id, at), answer)


def _elsewhere(world: World, given: Participation, reader: Member, at: datetime) -> list[Opening]:
    """One opening that misses by its record alone, if there is one; what misses by more decides nothing."""

    def answer() -> list[Opening]:
        made = [one for one in world.openings_by(reader.id) if one.purpose == given.purpose]
        return [one for one in made if begun(one.at, at) and not_over(one.until, at)]

    lasting = world.once(("elsewhere", reader.id, given.purpose, at), answer)
    return [one for one in lasting if one.record != given.record][:1]


def _of_others(world: World, given: Participation, reader: Member, at: datetime) -> list[Opening]:
    """One opening that misses by its member alone, if there is one; what misses by more decides nothing."""

    def answer() -> list[Opening]:
        made = [one for one in world.openings_on(given.record) if one.purpose == given.purpose]
        return [one for one in made if begun(one.at, at) and not_over(one.until, at)]

    lasting = world.once(("of others", given.record, given.purpose, at), answer)
    return [one for one in lasting if one.member != reader.id][:1]
