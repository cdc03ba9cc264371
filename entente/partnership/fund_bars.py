"""Funds as bars along the months, with a line for today. Arithmetic, free of Django."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

WIDTH, ROW, BAR = 600, 30, 16  # of the drawing, in its own units
TOP = 22  # for the names of the years


@dataclass(frozen=True)
class Bar:
    """The time of one fund; places and sizes in units of the drawing."""

    key: str
    x: float
    y: float
    width: float
    number: int

    @property
    def word(self) -> float:
        """Where a word in the middle of it stands."""
        return self.x + self.width / 2

    @property
    def middle(self) -> float:
        """Where a word on it stands."""
        return self.y + BAR / 2


@dataclass(frozen=True)
class Picture:
    """Bars, a mark for each year's beginning, and where today is."""

    bars: list[Bar]
    years: list[tuple[int, float]]
    today: float | None
    height: int
    width: int = WIDTH
    bar: int = BAR


def bars(funds: list[tuple[str, date, date]], today: date, *, from_right: bool = False) -> Picture | None:
    """One bar for each (key, begin, end), in their order. `from_right`: time runs as Arabic is read."""
    if not funds:
        return None
    first = min(begin for _key, begin, _end in funds)
    last = max(end for _key, _begin, end in funds)
    days = (last - first).days + 1

    def place(day: date) -> float:
        share = (day - first).days / days
        return round(WIDTH * (1 - share if from_right else share), 1)

    drawn = [
        _bar(key, place(begin), max((end - begin).days + 1, 1) / days, number, from_right=from_right)
        for number, (key, begin, end) in enumerate(funds)
    ]
    years = [(year, place(date(year, 1, 1))) for year in range(first.year + 1, last.year + 1)]
    is_within = first <= today <= last
    return Picture(drawn, years[:40], place(today) if is_within else None, TOP + ROW * len(funds))


def _bar(key: str, x: float, share: float, number: int, *, from_right: bool) -> Bar:
    width = round(WIDTH * share, 1)
    begin = x - width if from_right else x
    return Bar(key, round(max(begin, 0.0), 1), TOP + ROW * number, max(width, 2.0), number + 1)
