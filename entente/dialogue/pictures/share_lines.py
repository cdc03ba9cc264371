"""Draws how far several kinds of people agree: a line for each statement, a mark for each kind. No Django."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from entente.dialogue.pictures.opinion_map import INK, MARKS, PAPER, WIDTH

LEFT, RIGHT, TOP, ROW = 84, 40, 48, 92
OVER = 22  # from one mark of a line to the next, so that equal shares do not cover each other
FIRST = '<path d="M-3-38h6v76h-6Z"/>'  # the result itself, behind the others
FIRST_IN_KEY = '<path d="M-2.5-8h5v16h-5Z"/>'


@dataclass(frozen=True)
class ChartWords:
    """What the picture says: its name and description, the words at the ends and the middle of its lines."""

    title: str
    description: str
    none: str
    half: str
    all: str
    language: str = "en"
    from_right: bool = False


def share_lines(
    rows: Sequence[Mapping[str, Any]], kinds: int, words: ChartWords, *, name: str = "lines"
) -> str:
    """The picture as SVG markup; each row has `number` and `shares`, `kinds` of them, 0..1."""
    if not rows:
        return ""
    height = TOP + ROW * len(rows)
    drawn = [_scale(words, height)]
    for line, row in enumerate(rows):
        middle = TOP + ROW * line + ROW / 2
        drawn.append(_line(row["number"], middle, words))
        places = [(LEFT + (WIDTH - LEFT - RIGHT) * share) for share in row["shares"]]
        drawn += [_mark(at, _x(x, words), middle, kinds) for at, x in enumerate(places)]
    return _opening(words, name, height) + "".join(drawn) + "</svg>"


def line_mark(place: int) -> str:
    """The shape of one kind of people for the key beside the picture, silent for screen readers."""
    opening = '<svg viewBox="-9 -9 18 18" aria-hidden="true" focusable="false">'
    return f"{opening}{_shape(place, FIRST_IN_KEY)}</svg>"


def _shape(place: int, first: str) -> str:
    """A bar for the result; for the others the outlines of shapes, so that no group's mark is meant."""
    if place == 0:
        return f'<g class="mark-of-all" fill="{INK}">{first}</g>'
    drawn = MARKS[(place - 1) % len(MARKS)]
    return f'<g class="mark-of-part" fill="{PAPER}" stroke="{INK}" stroke-width="2">{drawn}</g>'


def _mark(place: int, x: float, middle: float, kinds: int) -> str:
    over = 0 if place == 0 else OVER * (place - kinds / 2)
    size = "" if place == 0 else " scale(1.4)"
    return f'<g transform="translate({x:.1f} {middle + over:.1f}){size}">{_shape(place, FIRST)}</g>'


def _x(x: float, words: ChartWords) -> float:
    return WIDTH - x if words.from_right else x


def _scale(words: ChartWords, height: float) -> str:
    """Upright lines for nobody, half and everybody, with their words above."""
    drawn = []
    for share, word in ((0.0, words.none), (0.5, words.half), (1.0, words.all)):
        x = _x(LEFT + (WIDTH - LEFT - RIGHT) * share, words)
        line = f"M{x:.1f} {TOP - 8}V{height - 6}"
        drawn.append(f'<path class="grid" d="{line}" fill="none" stroke="#857a67" stroke-width="1"/>')
        drawn.append(_text(x, TOP - 16, word))
    return "".join(drawn)


def _line(number: int, middle: float, words: ChartWords) -> str:
    start, end = _x(LEFT, words), _x(WIDTH - RIGHT, words)
    return (
        f'<path class="axis" d="M{start:.1f} {middle}H{end:.1f}" fill="none" stroke="#857a67"'
        f' stroke-width="1"/>{_text(_x(LEFT / 2 - 6, words), middle + 6, f"{number}.", weight=640)}'
    )


def _text(x: float, y: float, text: str, *, weight: int = 400) -> str:
    return (
        f'<text class="label-halo" x="{x:.1f}" y="{y:.1f}" text-anchor="middle" font-weight="{weight}"'
        f' fill="{INK}" stroke="{PAPER}" stroke-width="4" stroke-linejoin="round" paint-order="stroke">'
        f"{escape(text)}</text>"
    )


def _opening(words: ChartWords, name: str, height: float) -> str:
    return (
        f'<svg class="picture" viewBox="0 0 {WIDTH} {height}" role="img" lang="{escape(words.language)}"'
        f' aria-labelledby="{name}-title {name}-words"><title id="{name}-title">{escape(words.title)}</title>'
        f'<desc id="{name}-words">{escape(words.description)}</desc>'
    )
