"""Made-up votes with and without groups in them, and how alike two groupings are."""

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from entente.dialogue.opinion_groups import Votes
from entente.dialogue.opinion_groups.votes import Floats, Whole


def answers_of(chances: Floats, each: int, seed: int) -> Votes:
    """People who see `each` random statements and agree with the chance in `chances` [n, m], or pass."""
    chance = np.random.default_rng(seed)
    people, statements = chances.shape
    columns = np.argsort(chance.random(chances.shape), axis=1)[:, :each].ravel()
    rows = np.repeat(np.arange(people), each)
    values = np.where(chance.random(len(rows)) < chances[rows, columns], 1, -1)
    values[chance.random(len(rows)) < 0.1] = 0
    return Votes.of(rows, columns, values, people, statements)


def planted(groups: int, people: int, statements: int, each: int, seed: int = 1) -> tuple[Votes, Whole]:
    """Groups of people who each have their own clear side on most statements, and who is in which."""
    chance = np.random.default_rng(seed)
    group = chance.integers(0, groups, people)
    sides = chance.choice([0.08, 0.5, 0.92], size=(groups, statements), p=[0.45, 0.1, 0.45])
    return answers_of(sides[group], each, seed), group


def noise(people: int, statements: int, each: int, seed: int) -> Votes:
    """People who all have the same chance of agreeing with a statement, whoever they are."""
    same = np.random.default_rng(seed).uniform(0.1, 0.9, statements)
    return answers_of(np.tile(same, (people, 1)), each, seed)


def agreement_of_groupings(one: Whole, other: Whole | NDArray[np.int8]) -> float:
    """Adjusted Rand index: 1 when both divide people alike, about 0 by chance (Hubert and Arabie 1985)."""
    table = np.zeros((one.max() + 1, other.max() + 1))
    np.add.at(table, (one, other), 1)
    pairs = (table * (table - 1) / 2).sum()
    rows, columns = (side * (side - 1) / 2 for side in (table.sum(axis=1), table.sum(axis=0)))
    by_chance = rows.sum() * columns.sum() / (len(one) * (len(one) - 1) / 2)
    return float((pairs - by_chance) / ((rows.sum() + columns.sum()) / 2 - by_chance))


SMALL_VOTES = st.integers(1, 12).flatmap(
    lambda statements: st.lists(
        st.lists(st.sampled_from([None, -1, 0, 1]), min_size=statements, max_size=statements),
        min_size=1,
        max_size=40,
    )
)


def votes_of(table: list[list[int | None]]) -> Votes:
    """Votes from one line per person, None where a statement was not seen."""
    cast = [(i, j, x) for i, line in enumerate(table) for j, x in enumerate(line) if x is not None]
    rows, columns, values = zip(*cast, strict=True) if cast else ((), (), ())
    return Votes.of(
        np.array(rows, int), np.array(columns, int), np.array(values, int), len(table), len(table[0])
    )
