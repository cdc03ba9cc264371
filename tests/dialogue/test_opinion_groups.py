import csv
import json
import math
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entente.dialogue.opinion_groups import (
    GroupingRule,
    PlainGroup,
    Result,
    Settings,
    Votes,
    find_groups,
    nearest_group,
    place,
)
from entente.dialogue.opinion_groups.grouping import group_people
from entente.dialogue.opinion_groups.votes import Bools, Whole
from tests.dialogue.planted_votes import (
    SMALL_VOTES,
    agreement_of_groupings,
    answers_of,
    noise,
    planted,
    votes_of,
)

REAL = Path(__file__).parents[2].parent / "shared" / "data" / "polis"


def real(name: str) -> tuple[Votes, Bools, Whole]:
    """Votes, statements moderated out and Polis's own groups (-1 for none) of an exported conversation."""
    folder = REAL / name
    if not folder.is_dir():
        pytest.skip(f"The real conversation {name} is not on this machine.")
    with (folder / "comments.csv").open(encoding="utf-8") as lines:
        refused = {row["comment-id"] for row in csv.DictReader(lines) if row["moderated"] == "-1"}
    with (folder / "participants-votes.csv").open(encoding="utf-8") as lines:
        people = list(csv.DictReader(lines))
    names = [name for name in people[0] if name.isdigit()]
    cast = [
        (row, column, int(person[name]))
        for row, person in enumerate(people)
        for column, name in enumerate(names)
        if person[name]
    ]
    group = np.array([int(person["group-id"] or -1) for person in people])
    rows, columns, values = np.array(cast).T
    votes = Votes.of(rows, columns, values, len(people), len(names))
    return votes, np.array([name in refused for name in names]), group


def same(one: Result, other: Result) -> bool:
    """Whether two results are the same to the last bit, everybody's own place included."""
    return (
        json.dumps(one.as_json()) == json.dumps(other.as_json())
        and one.plain_components() == other.plain_components()
        and np.array_equal(one.positions, other.positions, equal_nan=True)
        and np.array_equal(one.group, other.group)
    )


@pytest.mark.parametrize(
    ("groups", "people", "statements", "each"), [(2, 200, 40, 25), (3, 400, 60, 30), (3, 3000, 150, 40)]
)
def test_planted_groups_are_found(groups: int, people: int, statements: int, each: int) -> None:
    votes, group = planted(groups, people, statements, each)
    result = find_groups(votes)
    assert (result.k, result.clear, result.eligible) == (groups, True, people)
    assert agreement_of_groupings(group, result.group) >= 0.98
    assert result.group_sizes.tolist() == sorted(np.bincount(result.group).tolist(), reverse=True)


@pytest.mark.parametrize("people", [25, 60, 300])
def test_people_without_a_common_line_are_one_group(people: int) -> None:
    for seed in range(6):
        result = find_groups(noise(people, 40, 20, seed))
        assert (result.k, result.clear, result.silhouette) == (1, False, None)
        assert result.group.tolist() == [0] * people


def test_a_continuum_without_a_gap_is_one_group() -> None:
    chance = np.random.default_rng(3)
    leaning, slope = chance.standard_normal(500), chance.standard_normal(60)
    votes = answers_of(1 / (1 + np.exp(-leaning[:, None] * slope)), 30, 3)
    assert find_groups(votes).k == 1


def test_who_saw_which_statements_makes_no_group_of_opinion() -> None:
    chance = np.random.default_rng(5)
    rows = np.repeat(np.arange(600), 10)
    first = chance.integers(0, 120, 600)
    columns = (first[:, None] + np.arange(10)).ravel() % 120
    result = find_groups(Votes.of(rows, columns, chance.choice([-1, 1], len(rows)), 600, 120))
    assert result.k == 1


def test_a_handful_far_outside_neither_is_a_group_nor_hides_the_others() -> None:
    chance = np.random.default_rng(9)
    blobs = [(200, -1.0, 0.3), (60, 1.0, 0.3), (9, 30.0, 0.1)]
    points = np.vstack([chance.normal((middle, 0), spread, (people, 2)) for people, middle, spread in blobs])
    grouping = group_people(points, GroupingRule())
    assert len(grouping.centres) == 2
    assert agreement_of_groupings(np.repeat([0, 1, 1], [200, 60, 9]), grouping.labels) == 1
    assert np.abs(grouping.centres[:, 0]).max() < 1.2


@pytest.mark.parametrize(("kinds", "k"), [((1500,), 1), ((1500, 5), 1), ((40, 30), 2), ((900, 800), 2)])
def test_people_who_answer_word_for_word_alike_stand_together(kinds: tuple[int, ...], k: int) -> None:
    answers = np.random.default_rng(1).choice([-1, 1], (len(kinds), 12))
    table = np.repeat(answers, kinds, axis=0)
    rows, columns = (part.ravel() for part in np.indices(table.shape))
    result = find_groups(Votes.of(rows, columns, table.ravel(), *table.shape))
    assert result.k == k
    assert all(len(set(part)) == 1 for part in np.split(result.group, np.cumsum(kinds)[:-1]))


def test_a_dialogue_too_small_for_two_groups_of_ten_is_one_group() -> None:
    votes, _ = planted(2, 19, 30, 25)
    result = find_groups(votes)
    assert (result.k, result.trials) == (1, ())


@given(SMALL_VOTES, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_people_and_votes_changes_nothing(table: list[list[int | None]], random: Random) -> None:
    votes = votes_of(table)
    shuffled = list(range(len(votes.rows)))
    random.shuffle(shuffled)
    again = Votes.of(
        votes.rows[shuffled], votes.columns[shuffled], votes.values[shuffled], len(table), len(table[0])
    )
    result = find_groups(votes)
    assert same(result, find_groups(again))
    seats = list(range(len(table)))
    random.shuffle(seats)
    moved = find_groups(votes_of([table[seat] for seat in seats]))
    assert moved.plain_components() == result.plain_components()
    assert np.array_equal(moved.positions, result.positions[seats], equal_nan=True)
    assert np.array_equal(moved.group, result.group[seats])


def test_planted_groups_do_not_depend_on_arrival() -> None:
    votes, _ = planted(3, 1500, 80, 30)
    result = find_groups(votes)
    chance = np.random.default_rng(8)
    for _ in range(3):
        seats = chance.permutation(1500)
        order = chance.permutation(len(votes.rows))
        moved = find_groups(
            Votes.of(seats[votes.rows][order], votes.columns[order], votes.values[order], 1500, 80)
        )
        assert json.dumps(moved.as_json()) == json.dumps(result.as_json())
        assert np.array_equal(moved.positions[seats], result.positions)
        assert np.array_equal(moved.group[seats], result.group)


@given(SMALL_VOTES)
@settings(max_examples=60, deadline=None)
def test_the_map_follows_the_formulas(table: list[list[int | None]]) -> None:
    dense = np.array([[np.nan if x is None else x for x in line] for line in table], dtype=float)
    seen = ~np.isnan(dense)
    mean = np.where(seen, dense, 0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    centred = np.where(seen, dense - mean, 0)
    result = find_groups(votes_of(table))
    part = result.components
    assert np.allclose(part.mean, mean)
    squares = np.append(np.linalg.svd(centred, compute_uv=False), [0, 0])[:2] ** 2
    total = (centred**2).sum()
    assert np.allclose(part.explained, squares / total if total > 1e-9 else 0, atol=1e-6)
    assert np.allclose(
        centred.T @ (centred @ part.loadings), part.loadings * squares, atol=1e-4 * (1 + total)
    )
    lengths = np.linalg.norm(part.loadings, axis=0)
    assert all(math.isclose(length, 1) or length == 0 for length in lengths)
    scale = np.sqrt(len(mean) / np.maximum(seen.sum(axis=1), 1))[:, None]
    placed = ~np.isnan(result.positions[:, 0])
    assert placed.tolist() == (seen.sum(axis=1) >= max(min(7, len(mean)), 1)).tolist()
    assert np.allclose(result.positions[placed], (scale * (centred @ part.loadings))[placed])
    alone = np.sqrt(len(mean)) * (1 - mean)[:, None] * part.loadings
    assert np.allclose(part.statement_positions, alone)
    assert np.allclose(part.extremity, np.linalg.norm(alone, axis=1))


def test_the_largest_loading_is_positive() -> None:
    loadings = find_groups(planted(3, 200, 40, 20)[0]).components.loadings
    assert (loadings[np.abs(loadings).argmax(axis=0), [0, 1]] > 0).all()


def test_hidden_statements_count_for_nothing() -> None:
    votes, _ = planted(3, 300, 40, 20)
    hidden = np.random.default_rng(2).random(40) < 0.25
    kept = ~hidden[votes.columns]
    without = Votes.of(votes.rows[kept], votes.columns[kept], votes.values[kept], 300, 40)
    result = find_groups(votes, hidden=hidden)
    assert same(result, find_groups(without, hidden=hidden))
    assert not result.totals[hidden].any()
    assert not result.components.loadings[hidden].any()
    listed = {bridge.statement for bridge in result.bridging}
    listed |= {divide.statement for divide in result.dividing}
    listed |= {stand.statement for stands in result.stands_for for stand in stands}
    assert not (listed | set(result.uncertain)) & set(np.flatnonzero(hidden))
    with pytest.raises(ValueError, match="40 entries"):
        find_groups(votes, hidden=hidden[1:])


def with_scripted(votes: Votes, people: int, each: int, seed: int) -> tuple[Votes, Bools]:
    """The same votes and, spread among them, those of many more people who agree to the same statements."""
    chance = np.random.default_rng(seed)
    seats = chance.permutation(votes.participants + people)
    columns = np.tile(chance.choice(votes.statements, each, replace=False), people)
    rows = np.repeat(np.arange(people) + votes.participants, each)
    headline = np.zeros(len(seats), dtype=bool)
    headline[seats[: votes.participants]] = True
    all_votes = Votes.of(
        seats[np.concatenate([votes.rows, rows])],
        np.concatenate([votes.columns, columns]),
        np.concatenate([votes.values, np.ones(len(rows), dtype=int)]),
        len(seats),
        votes.statements,
    )
    return all_votes, headline


def test_ten_thousand_scripted_voters_change_no_number_of_the_headline() -> None:
    votes, _ = planted(3, 400, 60, 30)
    hidden = np.arange(60) % 20 == 3
    alone = find_groups(votes, hidden=hidden)
    everybody, headline = with_scripted(votes, 10_000, 12, seed=4)
    result = find_groups(everybody, hidden=hidden, headline=headline)
    assert json.dumps(result.as_json()) == json.dumps(alone.as_json())
    assert result.plain_components() == alone.plain_components()
    assert result.group_sizes.sum() == result.eligible == 400
    assert (result.group[~headline] >= 0).all()
    assert find_groups(everybody, hidden=hidden).eligible == 10_400


def test_people_beside_the_headline_stand_where_their_answers_put_them() -> None:
    votes, group = planted(3, 400, 60, 30)
    headline = np.arange(400) % 4 > 0
    result = find_groups(votes, headline=headline)
    assert agreement_of_groupings(group[~headline], result.group[~headline]) >= 0.98
    names = range(60)
    groups: list[PlainGroup] = [{"centre": centre} for centre in result.centres.tolist()]
    for person in np.flatnonzero(~headline)[:20]:
        cast = votes.rows == person
        answers = dict(zip(votes.columns[cast].tolist(), votes.values[cast].tolist(), strict=True))
        placed = place(answers, result.plain_components(), names)
        assert np.allclose(placed, result.positions[person])
        assert nearest_group(placed, groups) == result.group[person]


def test_a_headline_of_nobody_or_of_the_wrong_length() -> None:
    votes, _ = planted(2, 30, 20, 12)
    nobody = find_groups(votes, headline=np.zeros(30, dtype=bool))
    assert (nobody.eligible, nobody.k, nobody.totals.sum()) == (0, 1, 0)
    assert nobody.group.tolist() == [0] * 30
    json.dumps(nobody.as_json(), allow_nan=False)
    assert same(find_groups(votes, headline=np.ones(30, dtype=bool)), find_groups(votes))
    with pytest.raises(ValueError, match="30 entries, one per person"):
        find_groups(votes, headline=np.ones(29, dtype=bool))


def test_seven_votes_make_somebody_part_of_a_group() -> None:
    votes = votes_of([[1] * 7 + [None] * 5, [1] * 6 + [None] * 6, [-1] * 12])
    result = find_groups(votes)
    assert result.group.tolist() == [0, -1, 0]
    assert result.eligible == 2
    assert np.isnan(result.positions).any(axis=1).tolist() == [False, True, False]
    assert find_groups(votes, settings=Settings(fewest_votes=6)).eligible == 3


def test_counts_are_those_of_the_votes() -> None:
    votes, _ = planted(3, 200, 15, 9)
    result = find_groups(votes)
    for group in range(result.k):
        members = result.group[votes.rows] == group
        for kind, value in enumerate((1, -1, 0)):
            expected = np.bincount(votes.columns[members & (votes.values == value)], minlength=15)
            assert result.counts[group, :, kind].tolist() == expected.tolist()
    assert result.totals.sum() == len(votes.rows)
    assert np.array_equal(result.counts.sum(axis=0), result.totals)


def test_a_dialogue_without_votes_has_one_empty_group() -> None:
    for people, statements in [(0, 0), (3, 0), (0, 4), (3, 4)]:
        result = find_groups(Votes.of([], [], [], people, statements))
        assert (result.k, result.eligible, result.group_sizes.tolist()) == (1, 0, [0])
        assert result.counts.shape == (1, statements, 3)
        json.dumps(result.as_json(), allow_nan=False)


def test_the_last_vote_counts() -> None:
    votes = Votes.of([1, 0, 1, 1], [0, 0, 0, 1], [1, 1, -1, 0], 2, 2)
    cast = zip(votes.rows.tolist(), votes.columns.tolist(), votes.values.tolist(), strict=True)
    assert list(cast) == [(0, 0, 1), (1, 0, -1), (1, 1, 0)]


@pytest.mark.parametrize(
    ("name", "k", "likeness"),
    [
        ("scoop-hivemind.biodiversity", 2, 0.7),
        ("canadian-electoral-reform", 2, 0.7),
        ("london.youth.policing", 1, None),
    ],
)
def test_real_conversations_give_sensible_groups(name: str, k: int, likeness: float | None) -> None:
    votes, hidden, polis = real(name)
    result = find_groups(votes, hidden=hidden)
    assert result.k == k
    assert result.group_sizes.min() >= 10
    assert result.bridging
    if likeness is not None:
        both = (polis >= 0) & (result.group >= 0)
        assert agreement_of_groupings(polis[both], result.group[both]) >= likeness
