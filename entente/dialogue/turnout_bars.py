"""How many votes came in on each day, as bars to draw. Arithmetic, free of Django."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

WIDTH, HEIGHT = 600, 130  # of the drawing, without its labels
MOST_BARS = 62
GAP = 0.2  # of a bar's width


@dataclass(frozen=True)
class Bar:
    """The votes of some days in a row; places and sizes in units of the drawing."""

    first: date
    last: date
    votes: int
    x: float
    y: float
    width: float
    height: float

    @property
    def end(self) -> float:
        """Where it ends."""
        return round(self.x + self.width, 1)


def bars(by_day: list[tuple[date, int]], *, from_right: bool = False) -> list[Bar]:
    """One bar a day, or for several days where there are many; days without votes are kept as gaps.

    `by_day`: (day, votes), in order of days. `from_right`: time runs from the right, as Arabic is read.
    """
    if not by_day:
        return []
    votes = dict(by_day)
    begin, days = by_day[0][0], (by_day[-1][0] - by_day[0][0]).days + 1
    step = -(-days // MOST_BARS)
    sums = [
        (
            begin + timedelta(days=at),
            sum(votes.get(begin + timedelta(days=at + day), 0) for day in range(step)),
        )
        for at in range(0, days, step)
    ]
    top, width = max(number for _first, number in sums) or 1, min(WIDTH / len(sums), WIDTH / 7)
    return [
        _bar(
            first,
            step,
            number,
            HEIGHT * number / top,
            (WIDTH - (place + 1) * width) if from_right else place * width,
            width,
        )
        for place, (first, number) in enumerate(sums)
    ]


def _bar(first: date, days: int, votes: int, height: float, x: float, width: float) -> Bar:
    last = first + timedelta(days=days - 1)
    place = round(x + GAP * width / 2, 1)
    return Bar(
        first, last, votes, place, round(HEIGHT - height, 1), round(width * (1 - GAP), 1), round(height, 1)
    )
