import json
import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entente.dialogue.opinion_groups import Result, Settings, Votes, find_groups
from entente.dialogue.opinion_groups.analysis import groups_of, parts_of
from entente.dialogue.opinion_groups.blocks import (
    MOST_PEOPLE_BITS,
    Block,
    ContentNumbers,
    Redraw,
    SumByCode,
    cut,
    finest_scale,
    table_of,
)
from entente.dialogue.opinion_groups.components import Ballots, redrawn_maps
from entente.dialogue.opinion_groups.engines import Engine, OnDask, Serial, Threads, engine_for
from entente.dialogue.opinion_groups.grouping import MOST_CELLS, Cells
from entente.dialogue.opinion_groups.moments import UNITS, Moments, units_of
from entente.dialogue.opinion_groups.votes import Floats
from tests.dialogue.planted_votes import SMALL_VOTES, agreement_of_groupings, noise, planted, votes_of


def bits(result: Result) -> tuple[str, bytes, bytes, bytes]:
    """All of a result, everybody's own place included, to compare bit for bit."""
    return (
        json.dumps(result.as_json()),
        result.components.loadings.tobytes(),
        result.positions.tobytes(),
        result.group.tobytes(),
    )


def in_blocks(votes: Votes, most_votes: int, engine: Engine | None = None) -> Result:
    """The groups, from blocks of at most so many votes."""
    engine = engine or Serial()
    visible = np.ones(votes.statements, dtype=bool)
    held = engine.hold(parts_of(cut(votes, visible, most_votes=most_votes)))
    ballots = Ballots.of(engine, held, votes.participants, visible)
    return groups_of(ballots, votes.participants, Settings())


@pytest.mark.parametrize("most_votes", [1, 700, 9_999])
def test_where_blocks_begin_and_end_changes_no_bit(most_votes: int) -> None:
    votes, _ = planted(3, 900, 60, 30)
    assert bits(in_blocks(votes, most_votes)) == bits(find_groups(votes))


@given(SMALL_VOTES, st.integers(1, 40))
@settings(max_examples=40, deadline=None)
def test_blocks_of_any_size_give_the_same_bits(table: list[list[int | None]], most_votes: int) -> None:
    votes = votes_of(table)
    assert bits(in_blocks(votes, most_votes)) == bits(find_groups(votes))


def test_several_threads_give_the_same_bits() -> None:
    votes, _ = planted(3, 3000, 150, 40)
    headline = np.arange(3000) % 3 > 0
    alone = bits(find_groups(votes, headline=headline))
    assert bits(find_groups(votes, headline=headline, engine=Threads(3))) == alone
    assert bits(in_blocks(votes, 500, Threads(3))) == bits(find_groups(votes))


@pytest.fixture(scope="module")
def scheduler() -> Iterator[Any]:
    """The address of a Dask scheduler with two worker processes on this machine."""
    distributed = pytest.importorskip(
        "distributed", reason="Dask is not installed: pip install entente[scale]"
    )
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    )
    try:
        yield cluster.scheduler_address
    finally:
        OnDask.at(cluster.scheduler_address).client.close()
        cluster.close()


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # Dask's own
def test_two_worker_processes_give_the_same_bits(scheduler: str) -> None:
    engine = OnDask.at(scheduler)
    assert len(engine.client.scheduler_info()["workers"]) == 2
    votes, group = planted(3, 3000, 150, 40)
    headline = np.arange(3000) % 3 > 0
    result = find_groups(votes, headline=headline, engine=engine)
    assert bits(result) == bits(find_groups(votes, headline=headline))
    assert agreement_of_groupings(group, result.group) >= 0.98
    assert bits(in_blocks(votes, 500, engine)) == bits(find_groups(votes))
    nothing = Votes.of([], [], [], 3, 4)
    assert bits(find_groups(nothing, engine=engine)) == bits(find_groups(nothing))


def test_the_engine_follows_from_the_number_of_votes() -> None:
    assert isinstance(engine_for(10_000_000), Serial)
    assert isinstance(engine_for(10_000, threads=8, scheduler="tcp://127.0.0.1:1"), Serial)
    assert engine_for(10_000_000, threads=8, scheduler="tcp://127.0.0.1:1") == Threads(8)


@given(SMALL_VOTES, st.integers(0, 1000))
@settings(max_examples=60, deadline=None)
def test_sums_over_people_are_exact_to_half_a_unit_each(table: list[list[int | None]], seed: int) -> None:
    votes = votes_of(table)
    chance = np.random.default_rng(seed)
    mean, direction = chance.uniform(-1, 1, votes.statements), chance.standard_normal(votes.statements)
    direction /= math.sqrt(float(np.square(direction).sum()))
    weights, scale = table_of(mean, direction), finest_scale(votes.statements, votes.participants)
    blocks = cut(votes, np.ones(votes.statements, dtype=bool))
    expected = [Fraction(0)] * len(weights)
    for block in blocks:
        for start, end in zip(block.starts[:-1], block.starts[1:], strict=True):
            codes = block.codes[start:end].tolist()
            own = sum((Fraction(weights[code]) for code in codes), Fraction(0))
            for code in codes:
                expected[code] += own
    sums = Serial().total(SumByCode(weights, scale), blocks)
    found = np.zeros(len(weights), dtype=np.int64) if sums is None else sums
    for units, exact in zip(found.tolist(), expected, strict=True):
        assert abs(Fraction(units) - exact * int(scale)) <= len(table) * Fraction(6, 10)


@pytest.mark.parametrize("statements", [1, 2, 1_000, 10_000, 100_000])
@pytest.mark.parametrize("people", [1, 1_000_000, 200_000_000])
def test_units_leave_room_for_everybody_at_once(statements: int, people: int) -> None:
    largest = int(2 * math.sqrt(statements) * finest_scale(statements, people)) + 1
    assert largest << MOST_PEOPLE_BITS <= 1 << 53
    assert largest * people < 1 << 63
    assert finest_scale(statements, people) >= 1 << 20


def test_a_block_takes_two_bytes_for_a_vote_until_statements_are_many() -> None:
    for statements, width in ((21_845, 2), (21_846, 4)):
        votes = Votes.of([0, 0], [0, statements - 1], [-1, 1], 1, statements)
        (block,) = cut(votes, np.ones(statements, dtype=bool))
        assert block.codes.itemsize == width
        assert block.codes.tolist() == [0, 3 * statements - 1]


def test_hidden_statements_and_people_who_do_not_count_are_in_no_block() -> None:
    votes = votes_of([[1, None, -1], [None, 0, None], [1, 1, 1]])
    blocks = cut(votes, np.array([True, False, True]), np.array([True, True, False]))
    assert [block.people.tolist() for block in blocks] == [[0]]
    assert blocks[0].codes.tolist() == [2, 6]


def test_content_numbers_depend_on_answers_alone() -> None:
    answers: list[list[int | None]] = [[1, 0, None], [1, 0, None], [1, None, 0], [0, 1, None], [None, 0, 1]]
    (block,) = cut(votes_of(answers), np.ones(3, dtype=bool))
    _, numbers = ContentNumbers(3)(block)
    assert numbers[0] == numbers[1]
    assert len(set(numbers.tolist())) == 4


def test_a_redrawn_vote_follows_its_statement_and_forgets_its_person() -> None:
    shares = np.array([[0.2, 0.5], [0.0, 0.0], [0.7, 1.0]])
    people = 20_000
    codes = np.tile(np.array([0, 3, 6], dtype=np.uint16), people)
    starts, numbers = np.arange(people + 1) * 3, np.arange(people, dtype=np.uint64)
    block = Block(np.arange(people, dtype=np.int32), starts, codes)
    drawn = Redraw(shares, 1)(block, numbers).codes.reshape(people, 3)
    for column, (disagree, up_to_pass) in enumerate(shares):
        kinds = np.bincount(drawn[:, column] - 3 * column, minlength=3) / people
        assert np.allclose(kinds, [disagree, up_to_pass - disagree, 1 - up_to_pass], atol=0.02)
    assert abs(np.corrcoef(drawn[:, 0], drawn[:, 2])[0, 1]) < 0.03
    assert (Redraw(shares, 1)(block, numbers).codes.reshape(people, 3) == drawn).all()
    assert (Redraw(shares, 2)(block, numbers).codes.reshape(people, 3) != drawn).any()


def test_redrawn_maps_of_a_large_dialogue_take_a_part_that_arrival_does_not_choose() -> None:
    people, statements = 24_000, 20
    votes = noise(people, statements, 8, seed=2)
    seats = np.random.default_rng(1).permutation(people)
    moved = Votes.of(seats[votes.rows], votes.columns, votes.values, people, statements)
    charts = []
    for given_votes in (votes, moved):
        visible = np.ones(statements, dtype=bool)
        ballots = Ballots.of(Serial(), cut(given_votes, visible), people, visible)
        (chart,) = redrawn_maps(ballots, 7, 1)
        charts.append(chart[np.lexsort(chart.T)])
    assert charts[0].shape == (20_000, 2)
    assert np.array_equal(charts[0], charts[1])


def test_thirty_thousand_people_are_grouped_in_squares_and_found() -> None:
    votes, group = planted(3, 30_000, 60, 20)
    result = find_groups(votes)
    assert result.k == 3
    assert agreement_of_groupings(group, result.group) >= 0.98


@pytest.mark.parametrize("people", [5, 400, 15_000, 50_000])
def test_cells_keep_everybody_the_middle_and_the_spread(people: int) -> None:
    points = np.random.default_rng(people).standard_normal((people, 2)) * (2.0, 0.5) + (3.0, -1.0)
    cells = Cells.of(points)
    for each in (cells, cells.coarser()):
        assert each.people == people
        middle = (each.points * each.weights[:, None]).sum(axis=0) / people
        assert np.allclose(middle, points.mean(axis=0), atol=1e-5)
        assert np.allclose(each.covariance(), np.cov(points.T), rtol=0.02, atol=0.01)
    assert min(people, 100) <= len(cells.coarser().points) <= MOST_CELLS
    shuffled = np.random.default_rng(1).permutation(points)
    assert np.array_equal(Cells.of(shuffled).points, cells.points)


@given(st.lists(st.tuples(st.floats(-900, 900), st.floats(-900, 900)), min_size=2, max_size=50))
def test_moments_are_exact(given_points: list[tuple[float, float]]) -> None:
    points: Floats = np.array(given_points)
    moments = Moments.of_units(units_of(points))
    exact = [[Fraction(round(value * UNITS), int(UNITS)) for value in point] for point in points.tolist()]
    people = len(exact)
    middle = [sum(axis, Fraction(0)) / people for axis in zip(*exact, strict=True)]
    assert moments.mean == tuple(float(value) for value in middle)
    for one in (0, 1):
        for other in (0, 1):
            products = ((point[one] - middle[one]) * (point[other] - middle[other]) for point in exact)
            expected = float(sum(products, Fraction(0)) / (people - 1))
            assert math.isclose(moments.covariance[one, other], expected, rel_tol=1e-12)


def test_moments_of_many_people_far_out_do_not_overflow() -> None:
    points = np.full((200_000, 2), 999.0)
    points[0] = -999.0
    assert np.allclose(Moments.of_units(units_of(points)).covariance, np.cov(points.T))
