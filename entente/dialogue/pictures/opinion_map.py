"""Draws an outcome's opinion map: groups as areas, statements as numbers, nobody as a dot. Free of Django."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

Plain = Mapping[str, Any]
Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom

WIDTH, HEIGHT, MARGIN = 600, 520, 24
LETTER = 30  # how high words are drawn on a phone, where they are largest, in units of the drawing
LINE = 20  # from a group's name down to how many people it has, which a phone leaves to the words beside it
MOST_STATEMENTS = 8
# Where a number may stand when its own place is taken: as near as possible, upwards first.
NUDGES = tuple(
    (x * step, y * step)
    for step in (0, 14, 26, 38)
    for x, y in ((0, -1), (1, 0), (-1, 0), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1))
)
INK, PAPER, ACCENT = "#1c2426", "#ffffff", "#0a5c63"
COLOURS = ("#0a5c63", "#9a5b06", "#6d4080", "#3a5a99", "#56691c")
PATTERNS = (
    '<path d="M0 8 8 0M-2 2 2-2M6 10l4-4"/>',
    '<circle cx="4" cy="4" r="1.2"/>',
    '<path d="M0 4h8"/>',
    '<path d="M0 0l8 8M8 0 0 8"/>',
    '<path d="M4 0v8"/>',
)
MARKS = (
    '<circle r="6"/>',
    '<rect x="-5.5" y="-5.5" width="11" height="11"/>',
    '<path d="M0-7 6.8 5.5H-6.8Z"/>',
    '<path d="M0-7.5 7.5 0 0 7.5-7.5 0Z"/>',
    '<path d="M-2.3-7h4.6v4.7H7v4.6H2.3V7h-4.6V2.3H-7v-4.6h4.7Z"/>',
)


@dataclass(frozen=True)
class MapWords:
    """What a map says: its name and description, two lines for each group, a word for the reader's place."""

    title: str
    description: str
    groups: Sequence[tuple[str, str]]
    you: str = ""
    language: str = "en"
    direction: str = "ltr"


@dataclass(frozen=True)
class Frame:
    """From the places of an outcome (y up) to the drawing (y down), the same scale both ways."""

    middle: Point
    scale: float

    def at(self, place: Sequence[float]) -> Point:
        """Where a place lies in the drawing."""
        x = WIDTH / 2 + (place[0] - self.middle[0]) * self.scale
        y = HEIGHT / 2 - (place[1] - self.middle[1]) * self.scale
        return round(x, 1), round(y, 1)


@dataclass(frozen=True)
class Layout:
    """Where the words of a map stand: the groups' names, the reader's word, the statements' numbers."""

    frame: Frame
    centres: Sequence[Point]
    you: Point
    numbers: Sequence[tuple[str, Point]]


def opinion_map(
    content: Plain, words: MapWords, *, you: Point | None = None, name: str = "map", is_file: bool = False
) -> str:
    """The map of an outcome as SVG markup; empty when there is no group to draw.

    `content` is an outcome's content (`groups`, `map`); `you` is the reader's own place in the same units;
    `name` makes identifiers unique on a page; `is_file` adds what a drawing needs outside a page.
    Colours are presentation attributes, which the page's own style overrules.
    """
    groups = list(content["groups"])[: len(COLOURS)]
    if not groups:
        return ""
    laid = _laid_out(content, words, you)
    drawn = [_patterns(len(groups), name), _axes(laid.frame)]
    drawn += [_area(group, place, laid.frame, name) for place, group in enumerate(groups)]
    drawn += [_words(*place, number, weight=500) for number, place in laid.numbers]
    drawn += [_label(centre, place, words.groups[place]) for place, centre in enumerate(laid.centres)]
    if you:
        drawn.append(_you(laid.frame.at(you), laid.you, words.you))
    return _opening(words, name, is_file=is_file) + "".join(drawn) + "</svg>"


def numbers_on_map(content: Plain, words: MapWords, *, you: Point | None = None) -> list[int]:
    """The statements whose numbers `opinion_map` draws for the same arguments, in their order."""
    if not content["groups"]:
        return []
    return sorted(int(number) for number, _place in _laid_out(content, words, you).numbers)


def group_mark(place: int) -> str:
    """The shape of one group for a key beside the map, silent for screen readers."""
    number = place % len(MARKS)
    opening = '<svg viewBox="-9 -9 18 18" aria-hidden="true" focusable="false">'
    return f'{opening}<g class="mark g{number + 1}" fill="{COLOURS[number]}">{MARKS[number]}</g></svg>'


def _opening(words: MapWords, name: str, *, is_file: bool) -> str:
    size = (
        f' xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif"'
        if is_file
        else ""
    )
    ground = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>' if is_file else ""
    return (
        f'<svg class="picture" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"{size}'
        f' lang="{escape(words.language)}" direction="{escape(words.direction)}"'
        f' aria-labelledby="{name}-title {name}-words">'
        f'<title id="{name}-title">{escape(words.title)}</title>'
        f'<desc id="{name}-words">{escape(words.description)}</desc>{ground}'
    )


def _frame(groups: Sequence[Plain], you: Point | None) -> Frame:
    """The frame in which every area, the middle of the map and the reader's place fit."""
    corners: list[Point] = [(0.0, 0.0)] + ([you] if you else [])
    for group in groups:
        (x, y), (wide, high) = group["centre"], _reach(group)
        corners += [(x - wide, y - high), (x + wide, y + high)]
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    low, high = min(y for _, y in corners), max(y for _, y in corners)
    scale = min((WIDTH - 2 * MARGIN) / max(right - left, 1.0), (HEIGHT - 2 * MARGIN) / max(high - low, 1.0))
    return Frame(((left + right) / 2, (low + high) / 2), scale)


def _reach(group: Plain) -> Point:
    """Half the width and half the height of a group's area."""
    area = group["outline"]
    if area is None:
        return 0.5, 0.5
    (long, short), turn = area["axes"], math.radians(area["angle"])
    wide = math.hypot(long * math.cos(turn), short * math.sin(turn))
    return wide, math.hypot(long * math.sin(turn), short * math.cos(turn))


def _patterns(count: int, name: str) -> str:
    drawn = (
        f'<pattern id="{name}-pattern-{place + 1}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<g class="pattern g{place + 1}" fill="none" stroke="{COLOURS[place]}" stroke-width="1.5"'
        f' stroke-opacity="0.4">{PATTERNS[place]}</g></pattern>'
        for place in range(count)
    )
    return f"<defs>{''.join(drawn)}</defs>"


def _axes(frame: Frame) -> str:
    x, y = frame.at((0.0, 0.0))
    cross = f"M{x - 10:.1f} {y}h20M{x} {y - 10:.1f}v20"
    return f'<path class="grid" d="{cross}" fill="none" stroke="#857a67" stroke-width="1"/>'


def _area(group: Plain, place: int, frame: Frame, name: str) -> str:
    x, y = frame.at(group["centre"])
    area = group["outline"] or {"axes": (0.5, 0.5), "angle": 0.0}
    long, short = (round(axis * frame.scale, 1) for axis in area["axes"])
    turned = f'rx="{long}" ry="{short}" transform="translate({x} {y}) rotate({-area["angle"]:.1f})"'
    colour = COLOURS[place]
    return (
        f'<ellipse class="area g{place + 1}" {turned} fill="{colour}" fill-opacity="0.14" stroke="{colour}"'
        f' stroke-width="1.5"/><ellipse {turned} fill="url(#{name}-pattern-{place + 1})"/>'
    )


def _label(centre: Point, place: int, lines: tuple[str, str]) -> str:
    x, y = centre
    mark = (
        f'<g class="mark g{place + 1}" fill="{COLOURS[place]}"'
        f' transform="translate({x} {y - LETTER - 4}) scale(1.4)">{MARKS[place]}</g>'
    )
    return mark + _words(x, y, lines[0], weight=640) + _words(x, y + LINE, lines[1], soft=True, size=True)


def _words(
    x: float, y: float, text: str, *, weight: int = 400, soft: bool = False, size: bool = False
) -> str:
    kind = "label-halo" + " label-soft" * soft + " label-size" * size
    return (
        f'<text class="{kind}" x="{x}" y="{y}" text-anchor="middle" font-weight="{weight}" fill="{INK}"'
        f' stroke="{PAPER}" stroke-width="4" stroke-linejoin="round" paint-order="stroke">'
        f"{escape(text)}</text>"
    )


def _laid_out(content: Plain, words: MapWords, you: Point | None) -> Layout:
    """Names first, then the reader's word, then as many numbers as find a place of their own."""
    groups = list(content["groups"])[: len(COLOURS)]
    frame = _frame(groups, you)
    centres = [frame.at(group["centre"]) for group in groups]
    taken = [_name_box(centre, words.groups[place]) for place, centre in enumerate(centres)]
    word = (0.0, 0.0)
    if you:
        x, y = frame.at(you)
        word = _your_word((x, y), words.you, taken)
        taken += [(x - 18, y - 18, x + 18, y + 18), _box(*word, words.you)]
    return Layout(frame, centres, word, list(_numbers(content["map"]["positions"], frame, taken)))


def _box(x: float, y: float, text: str) -> Box:
    """What words in the middle of x and on the line y cover at their largest."""
    half = 0.28 * LETTER * len(text) + 3
    return x - half, y - 0.75 * LETTER - 2, x + half, y + 0.2 * LETTER


def _name_box(centre: Point, lines: tuple[str, str]) -> Box:
    left, _top, right, _bottom = _box(*centre, lines[0])
    return left, centre[1] - LETTER - 16, right, centre[1] + LINE + 6


def _is_free(box: Box, taken: Sequence[Box]) -> bool:
    left, top, right, bottom = box
    if left < 0 or top < 0 or right > WIDTH or bottom > HEIGHT:
        return False
    return not any(left < r and a < right and top < d and b < bottom for a, b, r, d in taken)


def _numbers(
    positions: Mapping[str, Sequence[float]], frame: Frame, taken: Sequence[Box]
) -> Iterator[tuple[str, Point]]:
    """The farthest statements as numbers, each where it lies or close by where nothing is covered."""
    used, count = list(taken), 0
    for number, place in sorted(positions.items(), key=lambda item: (-math.hypot(*item[1]), int(item[0]))):
        x, y = frame.at(place)
        spots = ((round(x + right, 1), round(y + down, 1)) for right, down in NUDGES)
        spot = next((at for at in spots if _is_free(_box(*at, number), used)), None)
        if spot and count < MOST_STATEMENTS:
            used.append(_box(*spot, number))
            count += 1
            yield number, spot


def _your_word(place: Point, word: str, taken: Sequence[Box]) -> Point:
    """Where the reader's word stands: below or above their place, where it does not cover a group's name."""
    half = 0.28 * LETTER * len(word) + 3
    at = round(min(max(place[0], half), WIDTH - half), 1)
    below, above = round(place[1] + LETTER + 12, 1), round(place[1] - LETTER + 6, 1)
    return next(((at, line) for line in (below, above) if _is_free(_box(at, line, word), taken)), (at, below))


def _you(place: Point, word_at: Point, word: str) -> str:
    x, y = place
    return (
        f'<circle class="you" cx="{x}" cy="{y}" r="10" fill="{ACCENT}" stroke="{PAPER}" stroke-width="3"/>'
        f'<circle class="you-ring" cx="{x}" cy="{y}" r="14" fill="none" stroke="{INK}" stroke-width="1.5"/>'
        + _words(*word_at, word, weight=640)
    )
