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
AT_ONCE = 1 << 20


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
        packed = _packed(row, column, value, statements)
        if _has_repeats(packed):
            packed = _last_vote_of_each_pair(_packed(row, column, value, statements, in_order=False))
        return cls(participants, statements, *_unpacked(packed, statements))


def _packed(row: Whole, column: Whole, value: Whole, statements: int, *, in_order: bool = True) -> Whole:
    """(person · statements + statement) · 4 + vote + 1 of every vote, int64[v], rising if wanted."""
    packed = row.astype(np.int64)
    for start in range(0, len(packed), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        packed[part] *= statements
        packed[part] += column[part].astype(np.int64)
        packed[part] <<= 2
        packed[part] += value[part].astype(np.int64) + 1
    if in_order:
        packed.sort()
    return packed


def _unpacked(
    packed: Whole, statements: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int8]]:
    rows, columns = np.empty(len(packed), dtype=np.int32), np.empty(len(packed), dtype=np.int32)
    values = np.empty(len(packed), dtype=np.int8)
    for start in range(0, len(packed), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        rows[part], columns[part] = np.divmod(packed[part] >> 2, statements)
        values[part] = (packed[part] & 3) - 1
    return rows, columns, values


def _has_repeats(packed: Whole) -> bool:
    """Whether somebody's vote on a statement comes twice in votes that are in order."""
    spans = (packed[start : start + AT_ONCE + 1] >> 2 for start in range(0, len(packed), AT_ONCE))
    return any(bool((pairs[1:] == pairs[:-1]).any()) for pairs in spans)


def mixed(number: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread small numbers over all 64 bits (the finaliser of splitmix64, Steele, Lea and Flood 2014)."""
    z = number * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _last_vote_of_each_pair(packed: Whole) -> Whole:
    """Packed votes in order, of each person and statement the one that came last in the caller's order."""
    packed = packed[np.argsort(packed >> 2, kind="stable")]
    pair = packed >> 2
    return np.asarray(packed[np.append(pair[1:] != pair[:-1], True)], dtype=np.int64)


def _whole_numbers(given: ArrayLike) -> Whole:
    array = np.asarray(given)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise ValueError("Votes are flat lists of whole numbers.")
    return array if array.size else array.astype(np.int64)


def _check_range(word: str, numbers: Whole, low: int, high: int) -> None:
    if numbers.size and (numbers.min() < low or numbers.max() > high):
        wrong = numbers[(numbers < low) | (numbers > high)][0]
        raise ValueError(f"A {word} is {wrong}, outside {low} to {high}.")
