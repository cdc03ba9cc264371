"""Votes in blocks, and the pure steps over a block whose results add up exactly in any order.

A step counts, or it adds whole numbers: what is a fraction is first rounded to a whole number of units so
small that float64 sums within a block stay below 2^53 and are exact; across blocks they add up as int64.
So neither the order of people, nor where blocks begin, nor who works them out, can change a bit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from entente.dialogue.opinion_groups.votes import Bools, Floats, Votes, Whole, mixed

MOST_VOTES = 1 << 17
MOST_PEOPLE_BITS = 15
KINDS = 3  # a vote's code is 3 · column + vote + 1


@dataclass(frozen=True, eq=False)
class Block:
    """The votes of some people who cast at least one vote that counts.

    `people` int32[b] are their numbers among all; `starts` int64[b+1] delimits their votes in `codes` uint16
    or int32[v], each 3 · column + vote + 1, columns rising within a person.
    """

    people: NDArray[np.int32]
    starts: Whole
    codes: NDArray[np.uint16] | NDArray[np.int32]

    @cached_property
    def seen(self) -> Whole:
        """Votes of each person, int64[b]."""
        return np.diff(self.starts)

    def times(self, table: Floats) -> Floats:
        """The sum of `table` float64[3m] over each person's votes, float64[b]."""
        return np.asarray(np.add.reduceat(table[self.codes], self.starts[:-1]))


def cut(
    votes: Votes, visible: Bools, counted: Bools | None = None, *, most_votes: int = MOST_VOTES
) -> list[Block]:
    """The votes on `visible` bool[m] statements of the people `counted` bool[n] (all when None) in blocks.

    A block of 131,072 votes fits in a processor's cache with all that a step makes of it.
    """
    starts = np.searchsorted(votes.rows, np.arange(votes.participants + 1, dtype=np.int32))
    parts = (_block(votes, slice(*span), visible, counted) for span in _spans(starts, most_votes))
    return [block for block in parts if len(block.people)]


def _spans(starts: Whole, most_votes: int) -> Iterator[tuple[int, int]]:
    """Where blocks begin and end among the votes: whole people, not too many people or votes in each."""
    person, people = 0, len(starts) - 1
    while person < people:
        most = int(np.searchsorted(starts, starts[person] + most_votes, side="right")) - 1
        until = min(max(most, person + 1), person + (1 << MOST_PEOPLE_BITS), people)
        yield int(starts[person]), int(starts[until])
        person = until


def _block(votes: Votes, span: slice, visible: Bools, counted: Bools | None) -> Block:
    rows, columns, values = votes.rows[span], votes.columns[span], votes.values[span]
    if not visible.all() or counted is not None:
        kept = visible[columns]
        if counted is not None:
            kept &= counted[rows]
        rows, columns, values = rows[kept], columns[kept], values[kept]
    codes = columns * np.int32(KINDS)
    codes += values
    codes += 1
    first = np.flatnonzero(np.append(True, rows[1:] != rows[:-1])[: len(rows)])
    is_narrow = KINDS * len(visible) <= 1 << 16
    return Block(rows[first], np.append(first, len(rows)), codes.astype(np.uint16) if is_narrow else codes)


def table_of(mean: Floats, weights: Floats) -> Floats:
    """For each code the vote less its statement's mean, times the statement's weight: float64[3m]."""
    return np.asarray(((np.array([-1.0, 0.0, 1.0]) - mean[:, None]) * weights[:, None]).ravel())


@dataclass(frozen=True)
class CountCodes:
    """How often each code occurs, int64[3m]."""

    statements: int

    def __call__(self, block: Block) -> Whole:
        """Count one block."""
        return np.bincount(block.codes, minlength=KINDS * self.statements)


@dataclass(frozen=True, eq=False)
class SumByCode:
    """Every person's sum over `table` float64[3m] in units of 1/`scale`, added up for each code: int64[3m].

    With the codes' own values this is C'(C v), at the price of one look-up and one addition for each vote.
    """

    table: Floats
    scale: float

    def __call__(self, block: Block) -> Whole:
        """Add up one block."""
        units = np.rint(block.times(self.table) * self.scale)
        sums = np.bincount(block.codes, weights=np.repeat(units, block.seen), minlength=len(self.table))
        return np.asarray(sums, dtype=np.int64)


def finest_scale(statements: int, people: int) -> float:
    """How many units make 1, a power of two, for sums of C v over people that stay exact.

    v has length 1, so nobody's sum is larger than 2 · √statements.
    """
    bits = math.ceil(math.log2(2 * math.sqrt(max(statements, 1)))) + 1
    return 2.0 ** min(52 - MOST_PEOPLE_BITS - bits, 61 - math.ceil(math.log2(max(people, 2))) - bits)


@dataclass(frozen=True)
class Placed:
    """People `people` int32[b], their votes `seen` int64[b], where they stand `points` float64[b, 2]."""

    people: NDArray[np.int32]
    seen: Whole
    points: Floats


@dataclass(frozen=True, eq=False)
class Place:
    """Where people stand: √(`visible` statements / own votes) · C · loadings, from two tables float64[3m]."""

    tables: tuple[Floats, Floats]
    visible: int

    def __call__(self, block: Block) -> Placed:
        """Place one block."""
        scale = np.sqrt(self.visible / block.seen)
        points = np.column_stack([scale * block.times(table) for table in self.tables])
        return Placed(block.people, block.seen, points)


@dataclass(frozen=True, eq=False)
class CountInGroups:
    """How often each code occurs in each group, int64[k + 1, 3m]; the last line is people in no group.

    Places people anew instead of being told: that costs less than moving a number for everybody.
    """

    place: Place
    fewest: int
    centres: Floats

    def __call__(self, block: Block) -> Whole:
        """Count one block."""
        groups, width = len(self.centres), len(self.place.tables[0])
        placed = self.place(block)
        group = np.where(placed.seen >= self.fewest, nearest(placed.points, self.centres), groups)
        at = np.repeat(group * width, placed.seen)
        at += block.codes
        return np.bincount(at, minlength=(groups + 1) * width).reshape(groups + 1, width)


@dataclass(frozen=True)
class ContentNumbers:
    """One number per person made from their answers alone; different answers give different numbers.

    A sum of mixed 64-bit numbers, one for each code: two of 100,000 people with different answers share a
    number with a probability of 3 in ten thousand million.
    """

    statements: int

    def __call__(self, block: Block) -> tuple[NDArray[np.int32], NDArray[np.uint64]]:
        """Number the people of one block: their places among all, and their numbers uint64[b]."""
        parts = mixed(np.arange(1, KINDS * self.statements + 1, dtype=np.uint64))
        return block.people, np.add.reduceat(parts[block.codes], block.starts[:-1])


@dataclass(frozen=True, eq=False)
class TakePeople:
    """The votes of the people `chosen` int32[c] (rising), each numbered with `numbers` uint64[c]."""

    chosen: NDArray[np.int32]
    numbers: NDArray[np.uint64]

    def __call__(self, block: Block) -> tuple[Block, NDArray[np.uint64]]:
        """Those of one block, and their numbers."""
        at = np.searchsorted(self.chosen, block.people).clip(max=len(self.chosen) - 1)
        kept = self.chosen[at] == block.people
        seen = block.seen[kept]
        starts = np.append(0, np.cumsum(seen))
        codes = block.codes[np.repeat(kept, block.seen)]
        return Block(block.people[kept], starts, codes), self.numbers[at[kept]]


@dataclass(frozen=True, eq=False)
class Redraw:
    """The same people see the same statements, but each vote is drawn from its statement's shares.

    `shares` float64[m, 2]: share of disagree, and of disagree or pass. A vote depends on the person's number,
    the statement and `seed` alone.
    """

    shares: Floats
    seed: int

    def __call__(self, block: Block, numbers: NDArray[np.uint64]) -> Block:
        """Draw the votes of one block anew; `numbers` uint64[b] are its people's."""
        columns = block.codes // KINDS
        keys = mixed(np.arange(len(self.shares), dtype=np.uint64) + np.uint64(self.seed << 32))
        chance = mixed(np.repeat(numbers, block.seen) ^ keys[columns]) >> np.uint64(11)
        drawn = chance * 2.0**-53
        kind = (drawn >= self.shares[columns, 0]).astype(block.codes.dtype)
        kind += drawn >= self.shares[columns, 1]
        return Block(block.people, block.starts, columns * block.codes.dtype.type(KINDS) + kind)


def nearest(points: Floats, centres: Floats) -> Whole:
    """The number of the nearest centre of each point, int64[n]; the lower where two are equally near."""
    best = np.zeros(len(points), dtype=np.int64)
    least = np.full(len(points), np.inf)
    for number, (x, y) in enumerate(centres):
        distance = (points[:, 0] - x) ** 2 + (points[:, 1] - y) ** 2
        closer = distance < least
        best[closer] = number
        least[closer] = distance[closer]
    return best
