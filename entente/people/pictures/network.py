"""Draws who works with whom: organisations around a circle, their ties as lines. Free of Django."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

SIZE, RADIUS, LETTER = 920, 240, 17
LONGEST = 25  # signs of a name
INK, SOFT, ACCENT, PAPER = "#1c2426", "#4f5a5c", "#0a5c63", "#ffffff"
# How each kind of tie is drawn, so that none is told by colour alone; those with a point go one way.
DASHES = {"works_with": "", "refers_to": "9 5", "funds": "2 5", "trains": "14 4 2 4", "hosts": "20 6"}
ONE_WAY = {"refers_to", "funds", "trains", "hosts"}
LEGEND_LINE = 26


@dataclass(frozen=True)
class Node:
    """An organisation: its key, its name, and the sort it stands beside."""

    key: str
    name: str
    sort: str = ""


@dataclass(frozen=True)
class Line:
    """A tie from one organisation to another, and the sentence that says it."""

    one: str
    other: str
    kind: str
    sentence: str


@dataclass(frozen=True)
class NetworkWords:
    """What the picture says beside names: its title, its description, a word for each kind of line."""

    title: str
    description: str
    kinds: Sequence[tuple[str, str]]
    language: str = "en"
    direction: str = "ltr"


Point = tuple[float, float]


def around(nodes: Iterable[Node]) -> dict[str, tuple[Point, float]]:
    """Place and angle (degrees) of each node by key: the same nodes always stand in the same places."""
    ordered = sorted(nodes, key=lambda node: (node.sort, node.name, node.key))
    placed = {}
    for number, node in enumerate(ordered):
        angle = 360 * number / len(ordered) - 90
        turn = math.radians(angle)
        middle = SIZE / 2
        x, y = middle + RADIUS * math.cos(turn), middle + RADIUS * math.sin(turn)
        placed[node.key] = ((round(x, 1), round(y, 1)), round(angle, 2))
    return placed


def network(
    nodes: Sequence[Node],
    lines: Sequence[Line],
    words: NetworkWords,
    *,
    chosen: str = "",
    is_file: bool = False,
) -> str:
    """The network as SVG markup; empty without nodes. `is_file` adds what it needs outside a page."""
    if not nodes:
        return ""
    placed = around(nodes)
    known = sorted(
        (line for line in lines if line.one in placed and line.other in placed),
        key=lambda line: (line.kind, line.one, line.other),
    )
    used = [(kind, word) for kind, word in words.kinds if any(line.kind == kind for line in known)]
    height = SIZE + LEGEND_LINE * len(used) + 10
    drawn = [_opening(words, height, is_file=is_file), _arrow()]
    drawn += [_line(line, placed) for line in known]
    by_key = {node.key: node for node in nodes}
    drawn += [_node(by_key[key], *at, is_chosen=key == chosen) for key, at in placed.items()]
    drawn += [_legend(place, kind, word, words) for place, (kind, word) in enumerate(used)]
    return "".join(drawn) + "</svg>"


def _opening(words: NetworkWords, height: int, *, is_file: bool) -> str:
    outside = (
        f' xmlns="http://www.w3.org/2000/svg" width="{SIZE}" height="{height}" font-family="sans-serif"'
        if is_file
        else ""
    )
    ground = f'<rect width="{SIZE}" height="{height}" fill="{PAPER}"/>' if is_file else ""
    return (
        f'<svg{outside} class="network" viewBox="0 0 {SIZE} {height}" role="img"'
        f' lang="{escape(words.language)}"'
        ' aria-labelledby="network-title network-text">'
        f'<title id="network-title">{escape(words.title)}</title>'
        f'<desc id="network-text">{escape(words.description)}</desc>{ground}'
    )


def _arrow() -> str:
    return (
        '<defs><marker id="network-arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7"'
        ' markerHeight="7" orient="auto">'
        f'<path class="tip" d="M0 0 10 5 0 10z" fill="{SOFT}"/></marker></defs>'
    )


def _line(line: Line, placed: dict[str, tuple[Point, float]]) -> str:
    (x1, y1), _one = placed[line.one]
    (x2, y2), _other = placed[line.other]
    x2, y2 = _before((x1, y1), (x2, y2), 12)
    middle = SIZE / 2
    bend_x, bend_y = (x1 + x2 + middle) / 3, (y1 + y2 + middle) / 3
    dashes = f' stroke-dasharray="{DASHES[line.kind]}"' if DASHES.get(line.kind) else ""
    tip = ' marker-end="url(#network-arrow)"' if line.kind in ONE_WAY else ""
    return (
        f'<path class="tie" d="M{x1:g} {y1:g}Q{bend_x:.1f} {bend_y:.1f} {x2:.1f} {y2:.1f}" fill="none"'
        f' stroke="{SOFT}" stroke-width="1.6"{dashes}{tip}><title>{escape(line.sentence)}</title></path>'
    )


def _before(start: Point, end: Point, gap: float) -> Point:
    """A little before the end, so that a tip is seen beside the node."""
    middle = SIZE / 2
    away = math.hypot(end[0] - middle, end[1] - middle) or 1
    share = (away - gap) / away
    return middle + (end[0] - middle) * share, middle + (end[1] - middle) * share


def _node(node: Node, at: Point, angle: float, *, is_chosen: bool) -> str:
    x, y = at
    is_left = 90 < angle % 360 < 270
    name = node.name if len(node.name) <= LONGEST else f"{node.name[: LONGEST - 1]}…"
    turn = angle + 180 if is_left else angle
    anchor, shift = ("end", -14) if is_left else ("start", 14)
    weight = ' font-weight="700"' if is_chosen else ""
    # direction="ltr" keeps the anchor where it is; an Arabic name still reads from right to left in itself.
    radius = 9 if is_chosen else 7
    return (
        f'<g transform="translate({x:g} {y:g})"><circle class="node" r="{radius}" fill="{ACCENT}"/>'
        f'<text class="name" transform="rotate({turn:g})" x="{shift}" y="{LETTER / 3:.1f}"'
        f' fill="{INK}"'
        f' direction="ltr" font-size="{LETTER}" text-anchor="{anchor}"{weight}>'
        f"&#x2068;{escape(name)}&#x2069;</text></g>"
    )


def _legend(place: int, kind: str, word: str, words: NetworkWords) -> str:
    y = SIZE + LEGEND_LINE * place
    is_rtl = words.direction == "rtl"
    x1, x2, text = (SIZE - 30, SIZE - 110, SIZE - 124) if is_rtl else (30, 110, 124)
    dashes = f' stroke-dasharray="{DASHES[kind]}"' if DASHES.get(kind) else ""
    tip = ' marker-end="url(#network-arrow)"' if kind in ONE_WAY else ""
    return (
        f'<path class="tie" d="M{x1} {y}H{x2}" fill="none" stroke="{SOFT}" stroke-width="1.6"'
        f"{dashes}{tip}/>"
        f'<text class="name" x="{text}" y="{y + LETTER / 3:.1f}" fill="{INK}" font-size="{LETTER}"'
        f' direction="{words.direction}" text-anchor="start">{escape(word)}</text>'
    )
