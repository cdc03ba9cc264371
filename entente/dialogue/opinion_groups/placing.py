"""Where one person stands on a published map, and each group drawn as an area instead of dots."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from entente.dialogue.opinion_groups.moments import Moments, units_of
from entente.dialogue.opinion_groups.votes import Floats

FEWEST_IN_AN_OUTLINE = 10
OUTLINE_REACH = 1.5
THINNEST = 0.2


class PlainComponents(TypedDict):
    """The map as plain lists, one entry per statement; the mean is None where a statement does not count."""

    mean: Sequence[float | None]
    loadings: Sequence[Sequence[float]]


class PlainMap(PlainComponents):
    """The whole map as plain lists: what placing needs, and where every statement lies."""

    statement_positions: Sequence[Sequence[float]]
    extremity: Sequence[float]
    explained: Sequence[float]


class PlainGroup(TypedDict):
    """What placing somebody in a group needs: the middle of that group on the map."""

    centre: Sequence[float]


@dataclass(frozen=True)
class Outline:
    """The area where most people of a group stand: an ellipse that shows nobody's own position.

    `centre` (x, y); `axes` (long, short) half lengths; `angle` 0..180 degrees from the x axis to
    the long one.
    """

    centre: tuple[float, float]
    axes: tuple[float, float]
    angle: float

    def polygon(self, corners: int = 48) -> list[tuple[float, float]]:
        """The ellipse as points (x, y) for drawing, anticlockwise."""
        turn = math.radians(self.angle)
        steps = (2 * math.pi * corner / corners for corner in range(corners))
        along = ((self.axes[0] * math.cos(step), self.axes[1] * math.sin(step)) for step in steps)
        return [
            (
                self.centre[0] + a * math.cos(turn) - b * math.sin(turn),
                self.centre[1] + a * math.sin(turn) + b * math.cos(turn),
            )
            for a, b in along
        ]


def outline(points: Floats) -> Outline | None:
    """The ellipse of 1.5 standard deviations around people at `points` float64[n, 2]; None below 10 people.

    It depends on the middle and the covariance alone, so no single position is a corner of it. The short
    axis is at least a fifth of the long one, so that people on a line are not shown as a line.
    """
    if len(points) < FEWEST_IN_AN_OUTLINE:
        return None
    moments = Moments.of_units(units_of(points))
    centre = moments.mean
    variances, directions = np.linalg.eigh(moments.covariance)
    short, long = (OUTLINE_REACH * math.sqrt(max(float(variance), 0.0)) for variance in variances)
    angle = math.degrees(math.atan2(directions[1, 1], directions[0, 1])) % 180
    return Outline(centre, (long, max(short, THINNEST * long)), angle)


def place(
    answers: Mapping[int, int], components: PlainComponents, statements: Sequence[int] | None = None
) -> tuple[float, float]:
    """Where somebody with these answers stands: the same formula as everybody's position on the map.

    `answers` maps a statement to +1, -1 or 0; `statements` names the statement of each column in order and is
    0, 1, 2 … when left out. Answers to statements that do not count or are not on the map are left out;
    with none left the place is the middle, (0, 0). Raises ValueError for a vote that is not -1, 0 or 1.
    """
    names = range(len(components["mean"])) if statements is None else statements
    column = {name: number for number, name in enumerate(names)}
    x = y = 0.0
    used = 0
    for statement, vote in answers.items():
        if vote not in (-1, 0, 1):
            raise ValueError(f"A vote is {vote}, not -1, 0 or 1.")
        number = column.get(statement)
        mean = None if number is None else components["mean"][number]
        if number is None or mean is None:
            continue
        x += (vote - mean) * components["loadings"][number][0]
        y += (vote - mean) * components["loadings"][number][1]
        used += 1
    counted = sum(mean is not None for mean in components["mean"])
    scale = math.sqrt(counted / max(used, 1))
    return scale * x, scale * y


def nearest_group(point: tuple[float, float], groups: Sequence[PlainGroup]) -> int:
    """The number of the group whose middle is nearest to a point (x, y). Raises ValueError without groups."""
    if not groups:
        raise ValueError("There are no groups to stand near.")
    apart = [(point[0] - group["centre"][0]) ** 2 + (point[1] - group["centre"][1]) ** 2 for group in groups]
    return apart.index(min(apart))
