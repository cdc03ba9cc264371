"""The made-up worlds: near misses of every condition, within what the tables allow."""

from __future__ import annotations

import pytest

from tests.agreements.conditions import CONDITIONS, NEVER_ALONE
from tests.agreements.facts import World
from tests.agreements.oracle import decisive, judge, may_read
from tests.agreements.scenes import AT, CLAUSE, GLASS, NAMED, OWN, PUBLIC, SHARED
from tests.agreements.shares import Shares, count
from tests.agreements.worlds import LONGEST_EMERGENCY, make_world

RECORDS = 96


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(3, records=RECORDS)


@pytest.fixture(scope="module")
def shares(world: World) -> Shares:
    return count(world)


def test_of_two_open_ways_none_is_decisive() -> None:
    scene = SHARED.but(more=(NAMED.participation,))

    verdict, alone = judge(scene.world(), scene.reader, scene.record, AT)

    assert (verdict.door, verdict.clause, alone) == (4, CLAUSE, frozenset())


def test_of_several_open_doors_the_first_is_named() -> None:
    scene = SHARED.but(record={"public_since": AT}, more=(GLASS.participation,))

    verdict = may_read(scene.world(), scene.reader, scene.record, AT)

    assert (verdict.door, verdict.clause) == (2, None)
    assert (verdict.doors, verdict.clauses) == (frozenset({2, 4, 5}), frozenset({CLAUSE}))


def test_of_the_only_open_way_every_condition_is_decisive() -> None:
    assert decisive(PUBLIC.world(), PUBLIC.reader, PUBLIC.record, AT) == {"public: since"}
    assert decisive(OWN.world(), OWN.reader, OWN.record, AT) == {
        "membership: since",
        "membership: until",
        "own: organisation",
        "own: audience is the organisation",
    }


def test_the_same_seed_makes_the_same_world() -> None:
    assert make_world(5, members=20, records=20) == make_world(5, members=20, records=20)
    assert make_world(5, members=20, records=20) != make_world(6, members=20, records=20)


def test_a_very_small_world_can_be_made() -> None:
    for seed in range(20):
        small = make_world(seed, organisations=2, members=3, task_forces=1, agreements=1, records=2)
        assert count(small).heads.decisions == 2 * 6


@pytest.mark.slow
def test_three_decisions_in_ten_are_allowed(shares: Shares) -> None:
    assert shares.heads.decisions == RECORDS * 203
    assert shares.heads.allowed >= 0.3 * shares.heads.decisions


@pytest.mark.slow
def test_three_records_in_ten_are_for_named_persons(shares: Shares) -> None:
    assert shares.named >= 0.3


@pytest.mark.slow
def test_every_condition_is_often_alone_decisive(shares: Shares) -> None:
    """A tenth of the full world; the full one (`python -m tests.agreements.shares`) has 1,000 of each."""
    rare = {one: shares.refusing(one) for one in CONDITIONS if shares.refusing(one) < 1000 * RECORDS / 2000}

    assert set(rare) == set(NEVER_ALONE)
    assert all(shares.allowing(one) > 0 for one in CONDITIONS)


def test_the_made_up_facts_keep_what_the_tables_ask(world: World) -> None:
    terms = [(one.agreement, one.purpose, one.category, one.giving, one.receiving) for one in world.clauses]
    parties = [(one.agreement, one.organisation) for one in world.parties]

    assert len(terms) == len(set(terms))
    assert len(parties) == len(set(parties))
    assert all(clause.giving != clause.receiving for clause in world.clauses)
    assert all(party.signed_at is None or party.joined_at <= party.signed_at for party in world.parties)
    for row in world.participations:
        assert sum(to is not None for to in (row.organisation, row.task_force, row.member)) == 1
        assert row.until is None or row.since < row.until
        if row.is_emergency:
            assert row.member is not None
            assert row.agreement is None
            assert row.until is not None
            assert row.until - row.since <= LONGEST_EMERGENCY
    assert all(opening.at < opening.until for opening in world.openings)
    assert all(seat.until is None or seat.since < seat.until for seat in world.seats)
    assert all(member.ended_at is None or member.since < member.ended_at for member in world.members)
