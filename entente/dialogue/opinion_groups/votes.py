"""The votes of one dialogue as sorted sparse arrays, in an order that does not depend on arrival."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Bools = NDArray[np.bool_]

AGREE, DISAGREE, PASS = 1, -1, 0


@dataclass(frozen=True, eq=False)
class Votes:
    """What people answered to the statements of one dialogue.

    `rows`, `columns` (int32[v]) and `values` (int8[v]: +1 agree, -1 disagree, 0 pass) are sorted by row,
    then column, with at most one vote per person and statement. A pair that is absent was not seen.
    Build it with `Votes.of`, which brings any list of votes into this form.
    """

    participants: int
    statements: int
    rows: NDArray[np.int32]
    columns: NDArray[np.int32]
    values: NDArray[np.int8]

    def __post_init__(self) -> None:
        if not len(self.rows) == len(self.columns) == len(self.values):
            raise ValueError("Rows, columns and values need the same length.")
        same_row = self.rows[1:] == self.rows[:-1]
        in_order = np.where(same_row, self.columns[1:] > self.columns[:-1], self.rows[1:] > self.rows[:-1])
        if not in_order.all():
            raise ValueError("Votes must be sorted by person and statement without repeats: use Votes.of.")

    def of_people(self, kept: Bools) -> Votes:
        """The votes of the people marked in `kept` bool[n], numbered anew in the same order."""
        number = np.cumsum(kept, dtype=np.int32) - np.int32(1)
        cast = kept[self.rows]
        return Votes(
            participants=int(kept.sum()),
            statements=self.statements,
            rows=number[self.rows[cast]],
            columns=self.columns[cast],
            values=self.values[cast],
        )

    @classmethod
    def of(
        cls, rows: ArrayLike, columns: ArrayLike, values: ArrayLike, participants: int, statements: int
    ) -> Self:
        """Check and sort votes given in the order in which they were cast; a person's last vote counts.

        `rows`, `columns` and `values` are whole numbers of equal length v. Raises ValueError when a number
        is outside 0..participants-1 or 0..statements-1, or when a value is not -1, 0 or 1.
        """
        row, column, value = (_whole_numbers(given) for given in (rows, columns, values))
        if not len(row) == len(column) == len(value):
            raise ValueError("Rows, columns and values need the same length.")
        _check_range("person", row, 0, participants - 1)
        _check_range("statement", column, 0, statements - 1)
        _check_range("vote", value, -1, 1)
        pair = row * statements + column
        packed = np.sort(pair * 4 + (value + 1))
        pair_sorted = packed >> 2
        if (pair_sorted[1:] == pair_sorted[:-1]).any():
            packed = _last_vote_of_each_pair(pair, value)
            pair_sorted = packed >> 2
        row, column = np.divmod(pair_sorted, max(statements, 1))
        return cls(
            participants=participants,
            statements=statements,
            rows=row.astype(np.int32),
            columns=column.astype(np.int32),
            values=((packed & 3) - 1).astype(np.int8),
        )


@dataclass(frozen=True, eq=False)
class CanonicalVotes:
    """The counted votes with people sorted by the content of their answers, so arrival order cannot matter.

    `order` int64[n] gives the caller's row of each canonical row; people with equal answers are
    interchangeable. `seen` int64[n] counts each person's votes; `starts` int64[n+1] delimits them.
    `columns` int64[v] and `values` int8[v] follow canonical rows. `visible` bool[m] marks what counts.
    """

    order: Whole
    seen: Whole
    starts: Whole
    columns: Whole
    values: NDArray[np.int8]
    visible: Bools


def canonical(votes: Votes, hidden: Bools) -> CanonicalVotes:
    """Leave out hidden statements and sort people by the content of their votes."""
    rows, columns, values = votes.rows, votes.columns, votes.values
    if hidden.any():
        kept = ~hidden[columns]
        rows, columns, values = rows[kept], columns[kept], values[kept]
    seen = np.bincount(rows, minlength=votes.participants)
    starts = np.concatenate(([0], np.cumsum(seen)))
    order = np.lexsort((_content_number(columns, values, seen, starts, votes.statements), seen))
    seen_sorted = seen[order]
    starts_sorted = np.concatenate(([0], np.cumsum(seen_sorted)))
    source = np.repeat(starts[order] - starts_sorted[:-1], seen_sorted)
    source += np.arange(len(source))
    return CanonicalVotes(
        order=order,
        seen=seen_sorted,
        starts=starts_sorted,
        columns=columns[source].astype(np.int64),
        values=values[source],
        visible=~hidden,
    )


def _content_number(
    columns: NDArray[np.int32], values: NDArray[np.int8], seen: Whole, starts: Whole, statements: int
) -> NDArray[np.uint64]:
    """One number per person made from their answers alone; different answers give different numbers.

    A sum of mixed 64-bit numbers, one for each (statement, vote): two of 100,000 people with different
    answers share a number with a probability of 3 in ten thousand million.
    """
    mixed = _mix(np.arange(1, 3 * statements + 1, dtype=np.uint64))
    parts = mixed[columns * np.int64(3) + values + 1]
    total = np.zeros(len(seen), dtype=np.uint64)
    voted = seen > 0
    if len(parts):
        total[voted] = np.add.reduceat(parts, starts[:-1][voted])
    return total


def _mix(number: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread small numbers over all 64 bits (the finaliser of splitmix64, Steele, Lea and Flood 2014)."""
    z = number * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _last_vote_of_each_pair(pair: Whole, value: Whole) -> Whole:
    """Packed votes sorted by pair, keeping the one that came last in the caller's order."""
    order = np.argsort(pair, kind="stable")
    pair, value = pair[order], value[order]
    last = np.append(pair[1:] != pair[:-1], True)
    return np.asarray(pair[last] * 4 + (value[last] + 1), dtype=np.int64)


def _whole_numbers(given: ArrayLike) -> Whole:
    array = np.asarray(given)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise ValueError("Votes are flat lists of whole numbers.")
    return array.astype(np.int64)


def _check_range(word: str, numbers: Whole, low: int, high: int) -> None:
    if numbers.size and (numbers.min() < low or numbers.max() > high):
        wrong = numbers[(numbers < low) | (numbers > high)][0]
        raise ValueError(f"A {word} is {wrong}, outside {low} to {high}.")
