"""How stable groups are: found again without a part of the people, or not."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from entente.dialogue.opinion_groups import Stability, Votes, adjusted_rand_index, find_groups, stability
from tests.dialogue.planted_votes import noise, planted, votes_of

# The package gives the function under this name.
MODULE = import_module("entente.dialogue.opinion_groups.stability")
LABELS = arrays(np.int8, 30, elements=st.integers(-1, 3))


def faint(seed: int, people: int = 60) -> Votes:
    """Two camps that differ faintly on a quarter of the statements: who is asked decides what is found."""
    chance = np.random.default_rng(seed)
    camp = np.arange(people) % 2
    table = np.where(chance.random((people, 24)) < 0.5, 1, -1)
    table[:, :6] = np.where(chance.random((people, 6)) < 0.74, 1, -1) * np.where(camp, 1, -1)[:, None]
    return votes_of([[int(x) for x in line] for line in table])


def test_planted_groups_are_stable() -> None:
    votes, _ = planted(3, 400, 60, 30)
    found = stability(votes, find_groups(votes), draws=12)
    assert found.agreement is not None
    assert found.agreement >= 0.95
    assert (found.draws, found.people, found.word) == (12, 320, "stable")


def test_without_clear_groups_there_is_nothing_to_find_again() -> None:
    votes = noise(100, 30, 20, 1)
    assert stability(votes, find_groups(votes)) == Stability(None, 0, 0)
    assert stability(votes, find_groups(votes)).word == "none"
    nobody = votes_of([[None, None]])
    assert stability(nobody, find_groups(nobody)).agreement is None


@pytest.mark.parametrize(
    ("agreement", "word"),
    [
        (1.0, "stable"),
        (0.8, "stable"),
        (0.7999, "fair"),
        (0.6, "fair"),
        (0.5999, "unstable"),
        (-0.1, "unstable"),
    ],
)
def test_words_have_their_bounds(agreement: float, word: str) -> None:
    assert Stability(agreement, 50, 100).word == word


def test_groups_that_come_and_go_with_a_few_people_are_not_stable() -> None:
    cast = [faint(seed) for seed in range(1, 7)]
    results = [(votes, find_groups(votes)) for votes in cast]
    words = [stability(votes, result, draws=12).word for votes, result in results if result.clear]
    assert "unstable" in words


def test_a_draw_that_shows_no_groups_agrees_with_no_division() -> None:
    assert adjusted_rand_index(np.array([0] * 30 + [1] * 30), np.zeros(60, dtype=np.int8)) == 0


def test_the_same_votes_give_the_same_stability_in_any_order() -> None:
    votes, _ = planted(2, 150, 30, 20)
    first = stability(votes, find_groups(votes), draws=6)
    seat = np.random.default_rng(5).permutation(150)
    moved = Votes.of(seat[votes.rows], votes.columns, votes.values, 150, 30)
    assert stability(moved, find_groups(moved), draws=6) == first
    assert stability(votes, find_groups(votes), draws=6) == first


def test_only_headline_people_are_drawn() -> None:
    votes, _ = planted(2, 150, 30, 20)
    alone = stability(votes, find_groups(votes), draws=5)
    chance = np.random.default_rng(7)
    rows = np.concatenate([votes.rows, np.repeat(np.arange(150, 1150), 10)])
    columns = np.concatenate([votes.columns, np.tile(np.arange(10), 1000)])
    values = np.concatenate([votes.values, chance.choice([-1, 1], 10_000)])
    flooded = Votes.of(rows, columns, values, 1150, 30)
    headline = np.arange(1150) < 150
    result = find_groups(flooded, headline=headline)
    assert stability(flooded, result, headline=headline, draws=5) == alone


def test_statements_that_do_not_count_change_nothing() -> None:
    votes, _ = planted(2, 150, 30, 20)
    hidden = np.arange(30) == 3
    left = votes.columns != 3
    less = Votes.of(votes.rows[left], votes.columns[left], votes.values[left], 150, 30)
    one = stability(votes, find_groups(votes, hidden=hidden), hidden=hidden, draws=4)
    assert one == stability(less, find_groups(less, hidden=hidden), hidden=hidden, draws=4)


def test_no_more_people_are_drawn_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MODULE, "MOST_PEOPLE", 60)
    votes, _ = planted(2, 150, 30, 20)
    assert stability(votes, find_groups(votes), draws=2).people == 60


def test_large_tables_are_read_in_pieces_with_the_same_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    votes, _ = planted(2, 150, 30, 20)
    whole = stability(votes, find_groups(votes), draws=3)
    monkeypatch.setattr(MODULE, "VOTES_AT_ONCE", 50)
    assert stability(votes, find_groups(votes), draws=3) == whole


@given(LABELS, LABELS)
@settings(max_examples=100)
def test_the_rand_index_is_what_counting_pairs_gives(one: np.ndarray, other: np.ndarray) -> None:
    both = [(int(a), int(b)) for a, b in zip(one, other, strict=True) if a >= 0 and b >= 0]
    pairs = [(first, second) for at, first in enumerate(both) for second in both[at + 1 :]]
    same = sum(a[0] == b[0] and a[1] == b[1] for a, b in pairs)
    in_one, in_other = sum(a[0] == b[0] for a, b in pairs), sum(a[1] == b[1] for a, b in pairs)
    expected = in_one * in_other / max(len(pairs), 1)
    most = (in_one + in_other) / 2
    value = 1.0 if most == expected else (same - expected) / (most - expected)
    assert adjusted_rand_index(one, other) == pytest.approx(value)
    assert adjusted_rand_index(other, one) == pytest.approx(value)


def test_the_rand_index_does_not_care_for_names() -> None:
    one = np.array([0, 0, 1, 1, 2, 2, -1])
    assert adjusted_rand_index(one, np.array([5, 5, 0, 0, 3, 3, 1])) == 1
    assert adjusted_rand_index(one, np.full(7, -1)) == 1
