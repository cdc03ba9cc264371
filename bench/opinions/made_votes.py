"""Made-up votes of planted groups, the same for the same seed; needs numpy and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PEOPLE_AT_ONCE = 10_000


@dataclass(frozen=True, eq=False)
class MadeVotes:
    """`rows`, `columns` int32[v], `values` int8[v] as they arrived; everybody's planted `group` int8[n].

    `seats` int64[n] gives the row of the person who is the same for every order of arrival.
    """

    rows: NDArray[np.int32]
    columns: NDArray[np.int32]
    values: NDArray[np.int8]
    group: NDArray[np.int8]
    seats: NDArray[np.int64]


def made_votes(people: int, statements: int, each: int, *, groups: int = 3, arrival: int = 0) -> MadeVotes:
    """Votes of `groups` groups with a side on most statements, about `each` a person, from 0.4 to 1.6 times.

    Every twentieth vote or so goes against the group's side and one in ten is a pass. The same people answer
    the same whatever `arrival` is: it decides who sits in which row and which vote came when.
    """
    chance = np.random.default_rng(2026)
    group = chance.integers(0, groups, people).astype(np.int8)
    sides = chance.choice([0.08, 0.5, 0.92], size=(groups, statements), p=[0.4, 0.2, 0.4])
    shelves = min(2 * each, statements)  # at most one statement of each shelf is seen
    parts = [
        _part(chance, group[at : at + PEOPLE_AT_ONCE], sides, shelves, each, first=at)
        for at in range(0, people, PEOPLE_AT_ONCE)
    ]
    rows, columns, values = (np.concatenate([part[place] for part in parts]) for place in range(3))
    del parts
    order = np.random.default_rng(arrival)
    seats = order.permutation(people)
    arrived = order.permutation(len(rows))
    rows = seats.astype(np.int32)[rows[arrived]]
    return MadeVotes(rows, columns[arrived], values[arrived], group, seats)


def _part(
    chance: np.random.Generator,
    group: NDArray[np.int8],
    sides: NDArray[np.float64],
    shelves: int,
    each: int,
    first: int,
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int8]]:
    """Rows, columns and values of some people, the first of whom is number `first`."""
    share = chance.uniform(0.4, 1.6, (len(group), 1)) * each / shelves
    person, shelf = np.nonzero(chance.random((len(group), shelves)) < share)
    depth = sides.shape[1] // shelves
    column = shelf * depth + chance.integers(0, depth, len(shelf))
    values = np.where(chance.random(len(person)) < sides[group[person], column], 1, -1).astype(np.int8)
    values[chance.random(len(person)) < 0.1] = 0
    return (person + first).astype(np.int32), column.astype(np.int32), values
