import json

import numpy as np
import pytest

from entente.dialogue.opinion_groups import Votes, find_groups
from tests.dialogue.planted_votes import agreement_of_groupings, planted, votes_of


@pytest.mark.parametrize("answer", [1, 0, -1])
def test_everybody_of_one_mind_is_one_group_in_one_place(answer: int) -> None:
    votes = votes_of([[answer] * 9] * 300)
    result = find_groups(votes)
    assert (result.k, result.clear, result.eligible) == (1, False, 300)
    assert not result.positions.any()
    assert not result.components.explained.any()
    json.dumps(result.as_json(), allow_nan=False)


def test_one_statement_gives_at_most_a_line() -> None:
    answers: list[int | None] = [1] * 60 + [-1] * 50 + [0] * 20 + [None] * 5
    result = find_groups(votes_of([[answer] for answer in answers]))
    assert (result.k, result.eligible, result.fewest_votes) == (1, 130, 1)
    assert not result.positions[:130, 1].any()
    assert result.totals.tolist() == [[60, 50, 20]]
    json.dumps(result.as_json(), allow_nan=False)


def test_one_voter_is_one_group_of_one() -> None:
    result = find_groups(votes_of([[1, -1, 0, 1, 1, -1, 1, 0]]))
    assert (result.k, result.eligible, result.group.tolist(), result.outlines) == (1, 1, [0], (None,))
    assert not result.bridging + result.dividing
    json.dumps(result.as_json(), allow_nan=False)


def test_ten_thousand_statements_are_no_hindrance() -> None:
    chance = np.random.default_rng(6)
    group = chance.integers(0, 2, 600)
    sides = chance.choice([0.1, 0.9], (2, 10_000))
    rows = np.repeat(np.arange(600), 200)
    columns = (chance.integers(0, 50, len(rows)) + np.tile(np.arange(200), 600) * 50).astype(int)
    values = np.where(chance.random(len(rows)) < sides[group[rows], columns], 1, -1)
    result = find_groups(Votes.of(rows, columns, values, 600, 10_000))
    assert result.k == 2
    assert agreement_of_groupings(group, result.group) >= 0.98


def test_nine_people_in_the_headline_are_one_group_without_an_area() -> None:
    votes, _ = planted(2, 300, 30, 20)
    headline = np.arange(300) < 9
    result = find_groups(votes, headline=headline)
    assert (result.k, result.eligible, result.outlines, result.trials) == (1, 9, (None,), ())
    assert result.group.tolist() == [0] * 300
    assert not result.bridging + result.dividing


def test_a_vote_cast_twice_counts_once_among_many() -> None:
    votes, _ = planted(3, 400, 60, 30)
    changed = -votes.values
    twice = Votes.of(
        np.concatenate([votes.rows, votes.rows]),
        np.concatenate([votes.columns, votes.columns]),
        np.concatenate([changed, votes.values]),
        400,
        60,
    )
    assert np.array_equal(twice.values, votes.values)
    assert find_groups(twice).as_json() == find_groups(votes).as_json()


@pytest.mark.parametrize(
    ("rows", "columns", "values", "words"),
    [
        ([2], [0], [1], "A person is 2, outside 0 to 1"),
        ([0], [-1], [1], "A statement is -1"),
        ([0], [0], [2], "A vote is 2"),
        ([0, 1], [0], [1], "same length"),
        ([0.5], [0], [1], "whole numbers"),
    ],
)
def test_votes_out_of_range_are_refused_with_the_number(
    rows: list[float], columns: list[int], values: list[int], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        Votes.of(rows, columns, values, 2, 2)


def test_unsorted_arrays_are_not_taken_for_votes() -> None:
    one = Votes.of([0, 1], [0, 0], [1, 1], 2, 1)
    with pytest.raises(ValueError, match=r"Votes\.of"):
        Votes(2, 1, one.rows[::-1], one.columns, one.values)
    with pytest.raises(ValueError, match="same length"):
        Votes(2, 1, one.rows, one.columns, one.values[:1])
