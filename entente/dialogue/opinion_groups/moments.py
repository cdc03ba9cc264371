"""Means and spreads of positions from sums of whole numbers, so that no order of people can change a bit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from entente.dialogue.opinion_groups.votes import Floats, Whole

UNITS = float(1 << 20)
HALF = 24


def units_of(points: Floats) -> Whole:
    """Positions as whole numbers of 2^-20, int64[n, 2]; below 1,000 in size, so that squares fit."""
    return np.rint(points * UNITS).astype(np.int64)


@dataclass(frozen=True)
class Moments:
    """How many people, the sums of their x and y, and of xx, xy and yy, all in units and without rounding."""

    people: int
    sums: tuple[int, int]
    products: tuple[int, int, int]

    @classmethod
    def of_units(cls, units: Whole) -> Moments:
        """From positions int64[n, 2] in units."""
        x, y = units[:, 0], units[:, 1]
        products = (_sum(x * x), _sum(x * y), _sum(y * y))
        return cls(len(units), (int(x.sum()), int(y.sum())), products)

    @property
    def mean(self) -> tuple[float, float]:
        """The middle (x, y); raises ZeroDivisionError for nobody."""
        return self.sums[0] / self.people / UNITS, self.sums[1] / self.people / UNITS

    @property
    def spread(self) -> float:
        """The root of the mean square distance from the middle, in units."""
        return math.sqrt((self._times_people(0, 0, 0) + self._times_people(2, 1, 1)) / self.people**2)

    @property
    def covariance(self) -> Floats:
        """The covariance float64[2, 2] of at least two people's positions."""
        xx, xy, yy = self._times_people(0, 0, 0), self._times_people(1, 0, 1), self._times_people(2, 1, 1)
        return np.array([[xx, xy], [xy, yy]], dtype=object).astype(np.float64) / (
            self.people * (self.people - 1) * UNITS**2
        )

    def _times_people(self, product: int, one: int, other: int) -> int:
        """n Σ xy - Σ x Σ y: n² times the (co)variance."""
        return self.people * self.products[product] - self.sums[one] * self.sums[other]


def _sum(products: Whole) -> int:
    """The sum of numbers up to 2^62 in size, which may itself be larger."""
    high = int((products >> HALF).sum())
    return (high << HALF) + int((products & ((1 << HALF) - 1)).sum())
