"""Counts on a map that stands still, kept up one person at a time. Free of Django."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from entente.dialogue.opinion_groups.blocks import nearest

VOTES_AT_ONCE = 1 << 20
CELL = np.array([2, 0, 1])  # pass, agree, disagree: counts are agree, disagree, pass
MARKS_SEED = 20_261
Whole = NDArray[np.int64]
Bools = NDArray[np.bool_]
Sheet = tuple[NDArray[np.int32], NDArray[np.int8]]
EMPTY: Sheet = (np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int8))


class Way(NamedTuple):
    """How people came in, and whether their answers make the headline or are left out."""

    stratum: str
    batch: str
    area: str
    language: str
    is_headline: bool = True
    is_excluded: bool = False


@dataclass(frozen=True, eq=False)
class Sheets:
    """Answers person by person: the votes of person i lie from `starts[i]` to `starts[i+1]`.

    `columns` int32[v] rise within a person; `values` int8[v] are +1 agree, -1 disagree, 0 pass.
    """

    starts: Whole
    columns: NDArray[np.int32]
    values: NDArray[np.int8]

    @classmethod
    def joined(cls, sheets: Sequence[Sheet]) -> Sheets:
        """Single people's columns and values, one after the other."""
        starts = np.concatenate(
            ([0], np.cumsum([len(columns) for columns, _values in sheets], dtype=np.int64))
        )
        columns = np.concatenate([EMPTY[0], *(columns for columns, _values in sheets)])
        return cls(starts, columns, np.concatenate([EMPTY[1], *(values for _columns, values in sheets)]))

    @property
    def seen(self) -> Whole:
        """Votes of each person, int64[n]."""
        return np.diff(self.starts)

    def of(self, person: int) -> Sheet:
        """One person's columns and values."""
        votes = slice(int(self.starts[person]), int(self.starts[person + 1]))
        return self.columns[votes], self.values[votes]

    def part(self, first: int, last: int) -> Sheets:
        """The people from `first` up to `last`."""
        votes, starts = slice(int(self.starts[first]), int(self.starts[last])), self.starts[first : last + 1]
        return Sheets(starts - starts[0], self.columns[votes], self.values[votes])

    def pieces(self) -> list[tuple[int, int]]:
        """First and last people of pieces of about a million votes."""
        found, first, people = [], 0, len(self.starts) - 1
        while first < people:
            last = int(np.searchsorted(self.starts, self.starts[first] + VOTES_AT_ONCE, side="right")) - 1
            found.append((first, min(max(last, first + 1), people)))
            first = found[-1][1]
        return found


class Chart:
    """The map of one kept analysis as arrays: where an answer leads, and the middle of each group."""

    def __init__(self, result: dict[str, Any]) -> None:
        part = result["components"]
        self.visible = np.array([mean is not None for mean in part["mean"]], dtype=bool)
        self.mean = np.array([mean or 0.0 for mean in part["mean"]], dtype=np.float64)
        self.loadings = np.array(part["loadings"], dtype=np.float64).reshape(-1, 2)
        self.centres = np.array([group["centre"] for group in result["groups"]], dtype=np.float64)
        self.fewest = max(min(int(result["fewest_votes"]), int(self.visible.sum())), 1)
        # Sums of these tell people with the very same answers: others share one by chance of 1 in 10^9.
        chance = np.random.default_rng(MARKS_SEED)
        self.marks = chance.integers(0, 1 << 64, (len(self.mean), 3), dtype=np.uint64)

    def groups(self, sheets: Sheets) -> NDArray[np.int8]:
        """The nearest group of each person int8[n], -1 with few answers; `opinion_groups.place` in rows."""
        people = len(sheets.starts) - 1
        person = np.repeat(np.arange(people), sheets.seen)
        counts = self.visible[sheets.columns]
        used = np.bincount(person[counts], minlength=people)
        off = np.where(counts, sheets.values - self.mean[sheets.columns], 0.0)
        scale = np.sqrt(self.visible.sum() / np.maximum(used, 1))
        along = [off * self.loadings[sheets.columns, axis] for axis in (0, 1)]
        points = np.column_stack([scale * np.bincount(person, each, minlength=people) for each in along])
        return np.where(used >= self.fewest, nearest(points, self.centres), -1).astype(np.int8)

    def answers(self, sheets: Sheets) -> NDArray[np.uint64]:
        """One number for each person's answers, uint64[n]."""
        marks = self.marks[sheets.columns, sheets.values + 1]
        total = np.zeros(len(sheets.starts) - 1, dtype=np.uint64)
        voted = sheets.seen > 0
        if len(marks):
            total[voted] = np.add.reduceat(marks, sheets.starts[:-1][voted])
        return total


class Tally:
    """Who answered what, and the counts that follow from it, on the map of one analysis.

    `ways` lists how people came in; `way`, `group`, `seen` and `answers` have one entry for each person.
    `cells` int64[2·strata + 1, m, 3] are agree, disagree, pass by stratum, outside and inside the headline,
    the last of people left out; `inside` int64[k, m, 3] are those of the groups of the headline.
    """

    def __init__(
        self,
        ids: NDArray[np.bytes_],
        sheets: Sheets,
        ways: Sequence[Way],
        way: NDArray[np.int32],
        chart: Chart,
    ) -> None:
        """`ids` S16[n] rise; `way` int32[n] are places in `ways`; person i has the answers i of `sheets`."""
        self.ids, self.chart = ids, chart
        self.ways, self.way = list(ways), way.astype(np.int32)
        self.strata: list[str] = []
        self.seen = sheets.seen.astype(np.int32)
        self.group = np.full(len(ids), -1, dtype=np.int8)
        self.answers = np.zeros(len(ids), dtype=np.uint64)
        self.inside = np.zeros((len(chart.centres), len(chart.mean), 3), dtype=np.int64)
        self.cells = np.zeros((1, len(chart.mean), 3), dtype=np.int64)
        self._sheets, self._later, self._newcomers = sheets, dict[int, Sheet](), dict[bytes, int]()
        self._make_room()
        for first, last in sheets.pieces():
            part = sheets.part(first, last)
            self.group[first:last], self.answers[first:last] = chart.groups(part), chart.answers(part)
            self._add(part, np.arange(first, last), 1)

    @property
    def is_counted(self) -> Bools:
        """Whose answers are not left out, bool[n]."""
        return np.array([not way.is_excluded for way in self.ways], dtype=bool)[self.way]

    @property
    def is_headline(self) -> Bools:
        """Whose answers make the headline, bool[n]."""
        heads = [way.is_headline and not way.is_excluded for way in self.ways]
        return np.array(heads, dtype=bool)[self.way]

    @property
    def stratum(self) -> Whole:
        """The place in `strata` of how each person came in, int64[n]."""
        return np.array([self.strata.index(way.stratum) for way in self.ways], dtype=np.int64)[self.way]

    def count(self, ids: Sequence[bytes], ways: Sequence[Way], sheets: Sheets) -> list[Way]:
        """Take in what these people answered by now, in place of what they had.

        Returns how those came in whose answers changed.
        """
        rows = self._rows(ids, ways)
        changed = [i for i, row in enumerate(rows) if not _same(self._sheet(row), sheets.of(i))]
        if not changed:
            return []
        row = np.array([rows[i] for i in changed], dtype=np.int64)
        self._add(Sheets.joined([self._sheet(rows[i]) for i in changed]), row, -1)
        new = Sheets.joined([sheets.of(i) for i in changed])
        self.group[row], self.answers[row] = self.chart.groups(new), self.chart.answers(new)
        self.seen[row] = new.seen
        self._add(new, row, 1)
        self._later |= {rows[i]: sheets.of(i) for i in changed}
        return [ways[i] for i in changed]

    def _rows(self, ids: Sequence[bytes], ways: Sequence[Way]) -> list[int]:
        """Where these people are; newcomers get a place at the end."""
        at = np.searchsorted(self.ids, np.array(ids, dtype="S16"))
        rows: list[int] = at.tolist()
        known, fresh = self.ids.tobytes(), list[int]()
        for i, (key, way) in enumerate(zip(ids, ways, strict=True)):
            if known[16 * rows[i] : 16 * rows[i] + 16] == key:
                continue
            if key not in self._newcomers:
                if way not in self.ways:
                    self.ways.append(way)
                    self._make_room()
                self._newcomers[key] = len(self.way) + len(fresh)
                fresh.append(self.ways.index(way))
            rows[i] = self._newcomers[key]
        self.way = np.append(self.way, np.array(fresh, dtype=np.int32))
        self.group = np.append(self.group, np.full(len(fresh), -1, dtype=np.int8))
        self.seen = np.append(self.seen, np.zeros(len(fresh), dtype=np.int32))
        self.answers = np.append(self.answers, np.zeros(len(fresh), dtype=np.uint64))
        return rows

    def _sheet(self, row: int) -> Sheet:
        return self._later.get(row) or (self._sheets.of(row) if row < len(self.ids) else EMPTY)

    def _make_room(self) -> None:
        """Counts for every stratum somebody came in by, empty ones for new ones."""
        kept, left_out = self.cells[:-1], self.cells[-1:]
        self.strata = list(dict.fromkeys([*self.strata, *(way.stratum for way in self.ways)]))
        new = np.zeros((2 * len(self.strata) - len(kept), *self.cells.shape[1:]), dtype=np.int64)
        self.cells = np.concatenate([kept, new, left_out])

    def _add(self, sheets: Sheets, row: Whole, sign: int) -> None:
        """Add the answers of the people in these rows to the counts, or take them away."""
        at = sheets.columns.astype(np.int64) * 3 + CELL[sheets.values]
        places = [2 * self.strata.index(way.stratum) + way.is_headline for way in self.ways]
        last = len(self.cells) - 1
        side = np.array([last if way.is_excluded else to for way, to in zip(self.ways, places, strict=True)])
        self.cells += sign * _by(side[self.way[row]], sheets.seen, at, self.cells.shape)
        heads = np.array([way.is_headline and not way.is_excluded for way in self.ways], dtype=bool)
        group = np.where(heads[self.way[row]], self.group[row], -1).astype(np.int64)
        counts = (np.repeat(group, sheets.seen) >= 0) & self.chart.visible[sheets.columns]
        person = np.repeat(np.arange(len(row)), sheets.seen)
        kept = np.bincount(person[counts], minlength=len(row))
        self.inside += sign * _by(group, kept, at[counts], self.inside.shape)


def _same(one: Sheet, other: Sheet) -> bool:
    return np.array_equal(one[0], other[0]) and np.array_equal(one[1], other[1])


def _by(place: Whole, seen: Whole, at: Whole, shape: tuple[int, ...]) -> Whole:
    """Counts int64[shape] of votes: `place` int[n] of each person, `seen` int[n] votes each, `at` int[v]."""
    size = shape[1] * shape[2]
    counts = np.bincount(np.repeat(place, seen) * size + at, minlength=shape[0] * size)
    return counts.reshape(shape)
