"""The map of opinions as everybody may see it: areas, and where statements lie. Free of Django."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from entente.dialogue.opinion_groups.placing import OUTLINE_REACH
from entente.dialogue.publication.rounding import Shares

PLACE, DIRECTION = 1, 3  # digits told; a hair's breadth in the picture, and too little to find anybody by

Plain = dict[str, Any]


def area(group: Plain) -> Plain:
    """Where a group lies, as an ellipse."""
    return {"centre": _rounded(group["centre"], PLACE), "outline": _outline(group["outline"])}


def one_area(groups: Sequence[Plain]) -> Plain:
    """One area that holds the people of several groups: the same middle and spread as theirs together."""
    people = sum(group["size"] for group in groups)
    x, y = (sum(g["size"] * g["centre"][axis] for g in groups) / people for axis in (0, 1))
    xx = yy = xy = 0.0
    for group in groups:
        share = group["size"] / people
        (long, short), turn = _axes(group["outline"])
        off_x, off_y = (OUTLINE_REACH * (group["centre"][axis] - middle) for axis, middle in ((0, x), (1, y)))
        cosine, sine = math.cos(turn), math.sin(turn)
        xx += share * ((long * cosine) ** 2 + (short * sine) ** 2 + off_x**2)
        yy += share * ((long * sine) ** 2 + (short * cosine) ** 2 + off_y**2)
        xy += share * ((long**2 - short**2) * cosine * sine + off_x * off_y)
    middle, reach = (xx + yy) / 2, math.hypot((xx - yy) / 2, xy)
    axes = [math.sqrt(middle + reach), math.sqrt(max(middle - reach, 0.0))]
    angle = math.degrees(math.atan2(2 * xy, xx - yy) / 2) % 180
    return area({"centre": [x, y], "outline": {"centre": [x, y], "axes": axes, "angle": angle}})


def directions(part: Plain, numbers: Sequence[int], shares: dict[str, Shares | None]) -> Plain:
    """Which way each statement leads, `loadings` in the order of `numbers`, and where each lies, `positions`.

    Nothing is told of a statement whose shares are not.
    """
    places = zip(numbers, part["statement_positions"], strict=True)
    return {
        "loadings": [
            _rounded(load, DIRECTION) if shares.get(str(number)) else [0.0, 0.0]
            for number, load in zip(numbers, part["loadings"], strict=True)
        ],
        "positions": {str(n): _rounded(place, PLACE) for n, place in places if shares.get(str(n))},
    }


def kept_directions(kept: Plain, kept_numbers: Sequence[int], numbers: Sequence[int]) -> Plain:
    """The directions of an earlier map for these statements; a newer statement lies nowhere yet."""
    loadings = dict(zip(kept_numbers, kept["loadings"], strict=True))
    return {
        "loadings": [loadings.get(number, [0.0, 0.0]) for number in numbers],
        "positions": {str(n): kept["positions"][str(n)] for n in numbers if str(n) in kept["positions"]},
    }


def means(numbers: Sequence[int], shares: dict[str, Shares | None]) -> list[float | None]:
    """How far people agree with each statement, -1..1, from nothing but the shares told."""
    cells = (shares.get(str(number)) for number in numbers)
    return [(cell[0] - cell[1]) / 100 if cell else None for cell in cells]


def _axes(outline: Plain | None) -> tuple[tuple[float, float], float]:
    if outline is None:
        return (0.0, 0.0), 0.0
    return (outline["axes"][0], outline["axes"][1]), math.radians(outline["angle"])


def _outline(outline: Plain | None) -> Plain | None:
    if outline is None:
        return None
    axes = [max(axis, 0.1) for axis in _rounded(outline["axes"], PLACE)]
    return {
        "centre": _rounded(outline["centre"], PLACE),
        "axes": axes,
        "angle": round(outline["angle"] / 5) * 5.0,
    }


def _rounded(values: Sequence[float], digits: int) -> list[float]:
    return [round(float(value), digits) + 0.0 for value in values]
