"""Draws actions over the years of a strategy: one bar for each, its shape says how far it is. No Django."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

WIDTH, START, END, TOP, ROW, BAR = 720, 44, 14, 34, 30, 16
INK, SOFT, PAPER, LINE = "#0a5c63", "#4c5759", "#ffffff", "#857a67"
PLANNED, GOING, DONE, DROPPED = "planned", "going", "done", "dropped"


@dataclass(frozen=True)
class Bar:
    """One action: the number it has in the table, its days, and how far it is."""

    label: str
    first: date
    last: date
    state: str


@dataclass(frozen=True)
class BarWords:
    """The picture's name and description, and in which direction it reads."""

    title: str
    description: str
    language: str = "en"
    from_right: bool = False


def action_bars(
    bars: Sequence[Bar], first: date, last: date, words: BarWords, *, today: date, name: str = "actions"
) -> str:
    """The picture as SVG markup; nothing without bars."""
    if not bars:
        return ""
    height = TOP + ROW * len(bars) + 8
    span = max((last - first).days, 1)

    def at(day: date) -> float:
        share = min(max((day - first).days / span, 0), 1)
        x = START + (WIDTH - START - END) * share
        return WIDTH - x if words.from_right else x

    drawn = [_year(at, year, height) for year in range(first.year, last.year + 1)]
    for row, bar in enumerate(bars):
        drawn.append(_bar(bar, at(bar.first), at(bar.last + timedelta(days=1)), TOP + ROW * row + 7, words))
    if first <= today <= last:
        x = at(today)
        drawn.append(
            f'<path class="axis" d="M{x:.1f} {TOP - 6}V{height - 4}" stroke="{SOFT}" stroke-width="1.5"'
            ' stroke-dasharray="4 3" fill="none"/>'
        )
    return (
        f'<svg class="picture" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
        f' lang="{escape(words.language)}" aria-labelledby="{name}-title {name}-text">'
        f'<title id="{name}-title">{escape(words.title)}</title>'
        f'<desc id="{name}-text">{escape(words.description)}</desc>{"".join(drawn)}</svg>'
    )


def _year(at: object, year: int, height: float) -> str:
    """A line where a year begins, with its number."""
    x = at(date(year, 1, 1))  # type: ignore[operator]
    return (
        f'<path class="grid" d="M{x:.1f} {TOP - 8}V{height - 4}" fill="none" stroke="{LINE}"/>'
        f'<text class="tick" x="{x:.1f}" y="{TOP - 14}" font-size="14" text-anchor="middle"'
        f' fill="{SOFT}">{year}</text>'
    )


def _bar(bar: Bar, begin: float, end: float, y: float, words: BarWords) -> str:
    """Done is full, going on is half full, planned is an outline, dropped an outline crossed out."""
    x, width = min(begin, end), max(abs(end - begin), 4)
    edge = f'x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BAR}" rx="3"'
    fill = INK if bar.state == DONE else PAPER
    drawn = f'<rect class="bar-{bar.state}" {edge} fill="{fill}" stroke="{INK}" stroke-width="1.5"/>'
    if bar.state == GOING:
        drawn += (
            f'<rect class="bar-half" x="{x:.1f}" y="{y + BAR / 2}" width="{width:.1f}" height="{BAR / 2}"'
            f' fill="{INK}"/>'
        )
    if bar.state == DROPPED:
        drawn += (
            f'<path class="bar-cross" d="M{x:.1f} {y + BAR / 2}h{width:.1f}" stroke="{INK}" stroke-width="2"'
            ' fill="none"/>'
        )
    side = WIDTH - 8 if words.from_right else 8
    anchor = "end" if words.from_right else "start"
    label = (
        f'<text class="bar-label" x="{side}" y="{y + 13}" font-size="14" text-anchor="{anchor}"'
        f' direction="ltr" fill="{SOFT}">{escape(bar.label)}</text>'
    )
    return drawn + label


def bar_mark(state: str) -> str:
    """The shape of a state for the key beside the picture, silent for screen readers."""
    drawn = _bar(Bar("", date(2000, 1, 1), date(2000, 1, 2), state), 2, 34, 4, BarWords("", ""))
    opening = '<svg class="mark-bar" viewBox="0 0 36 24" aria-hidden="true" focusable="false">'
    return f"{opening}{drawn.split('<text')[0]}</svg>"
