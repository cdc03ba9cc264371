"""Groups of people who stand close together on the map, and whether there are any."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from entente.dialogue.opinion_groups.blocks import nearest
from entente.dialogue.opinion_groups.moments import UNITS, Moments, units_of
from entente.dialogue.opinion_groups.votes import Bools, Floats, Whole

MOST_CELLS = 600
PEOPLE_BY_THEMSELVES = 20_000
FINE = 32
ROUNDS = 60
CLOUD_POINTS = 400


@dataclass(frozen=True)
class GroupingRule:
    """When people are told apart as groups of opinion, and when the answer is: there are no clear groups.

    Two to `most_groups` groups are tried; each needs `smallest_group` people and `smallest_share` of all. The
    fewest groups within `level` of the best silhouette win. They are shown when that silhouette reaches
    `least_silhouette` and passes the best of `clouds` random clouds, which have one middle and the same
    spread, by `least_lead` + `small_lead` / √people: the fewer people, the easier chance looks like groups.
    It must pass maps of redrawn votes by as much: who saw which statements makes no groups of opinion.
    """

    most_groups: int = 5
    smallest_group: int = 10
    smallest_share: float = 0.02
    least_silhouette: float = 0.35
    least_lead: float = 0.03
    small_lead: float = 0.2
    level: float = 0.02
    clouds: int = 5
    restarts: int = 8
    seed: int = 1


@dataclass(frozen=True)
class Trial:
    """What dividing people into `k` groups gave: silhouette, best of the shapeless clouds, smallest group.

    `shuffled_silhouette` is that of maps of redrawn votes, measured only for the number that won otherwise.
    """

    k: int
    silhouette: float
    cloud_silhouette: float
    smallest: int
    accepted: bool
    shuffled_silhouette: float | None = None


@dataclass(frozen=True, eq=False)
class Grouping:
    """Groups by falling size: `labels` int64[n], `centres` float64[k, 2], the silhouette, and all trials."""

    labels: Whole
    centres: Floats
    silhouette: float | None
    trials: tuple[Trial, ...]


@dataclass(frozen=True, eq=False)
class Cells:
    """Points of the plane with the number of people at each: `points` float64[b, 2], `weights` float64[b]."""

    points: Floats
    weights: Floats

    @classmethod
    def of(cls, points: Floats) -> Cells:
        """Where people stand at `points` float64[n, 2]: by themselves, beyond 20,000 in a fine grid.

        A grid square stands where its people stand on average. Positions are added up as whole numbers of
        millionths, so the order of people changes nothing.
        """
        units = units_of(points)
        width = 1
        if len(points) > PEOPLE_BY_THEMSELVES:
            width = max(int(Moments.of_units(units).spread) // FINE, 1)
        square = units // width
        key = (square[:, 0] << 32) + square[:, 1]
        order = np.argsort(key)
        in_order = key[order]
        first = np.flatnonzero(np.append(True, in_order[1:] != in_order[:-1])[: len(key)])
        count = np.diff(np.append(first, len(key)))
        sums = np.add.reduceat(units[order], first, axis=0) if len(key) else units
        return cls(sums / np.maximum(count, 1)[:, None] / UNITS, count.astype(np.float64))

    @property
    def people(self) -> int:
        """How many people there are altogether."""
        return int(self.weights.sum())

    def part(self, kept: Bools) -> Cells:
        """Those marked in `kept` bool[b]."""
        return Cells(self.points[kept], self.weights[kept])

    def coarser(self) -> Cells:
        """The same people in at most 600 squares; unchanged while there are few places."""
        if len(self.points) <= MOST_CELLS:
            return self
        width = math.sqrt(float(np.trace(self.covariance()))) / 24
        while True:
            keys = np.floor(self.points / width).astype(np.int64)
            keys -= keys.min(axis=0)
            _, member = np.unique(keys[:, 0] * (keys[:, 1].max() + 1) + keys[:, 1], return_inverse=True)
            weights = np.bincount(member, weights=self.weights).astype(np.float64)
            if len(weights) <= MOST_CELLS:
                return Cells(self._means(member, weights), weights)
            width *= 1.3

    def covariance(self) -> Floats:
        """The covariance of everybody's position, float64[2, 2]."""
        middle = (self.points * self.weights[:, None]).sum(axis=0) / self.weights.sum()
        apart = self.points - middle
        return np.asarray(np.einsum("ij,ik,i->jk", apart, apart, self.weights) / max(self.people - 1, 1))

    def sizes(self, centres: Floats) -> Whole:
        """How many people are nearest to each centre, int64[k]."""
        at = nearest(self.points, centres)
        return np.bincount(at, weights=self.weights, minlength=len(centres)).astype(np.int64)

    def _means(self, member: Whole, weights: Floats) -> Floats:
        sums = [np.bincount(member, weights=self.points[:, axis] * self.weights) for axis in (0, 1)]
        return np.column_stack(sums) / weights[:, None]


def k_means(cells: Cells, k: int, *, restarts: int, seed: int) -> Floats:
    """Centres float64[k, 2], best of several seeded k-means++ starts (Arthur and Vassilvitskii 2007)."""
    chance = np.random.default_rng([seed, k])
    x, y, weights = cells.points[:, 0], cells.points[:, 1], cells.weights
    centres = _spread_starts(cells, k, chance.random((k, restarts)))
    labels = np.full((restarts, len(x)), -1)
    offset = np.arange(restarts)[:, None] * k
    for _ in range(ROUNDS):  # pragma: no branch - a bound, seldom reached
        distance = (x - centres[:, :, :1]) ** 2 + (y - centres[:, :, 1:]) ** 2
        fresh = distance.argmin(axis=1)
        if (fresh == labels).all():
            break
        labels = fresh
        flat = (labels + offset).ravel()
        total, sum_x, sum_y = (
            np.bincount(flat, weights=np.tile(part, restarts), minlength=k * restarts).reshape(restarts, k)
            for part in (weights, weights * x, weights * y)
        )
        filled = total > 0
        centres[:, :, 0][filled] = sum_x[filled] / total[filled]
        centres[:, :, 1][filled] = sum_y[filled] / total[filled]
    spread = (distance.min(axis=1) * weights).sum(axis=1)
    return np.asarray(centres[spread.argmin()])


def _spread_starts(cells: Cells, k: int, draws: Floats) -> Floats:
    """Starts float64[restarts, k, 2], drawn with a chance that grows with the distance squared."""
    restarts = draws.shape[1]
    centres = np.zeros((restarts, k, 2))
    least = np.ones((restarts, len(cells.points)))
    for number in range(k):
        mass = np.cumsum(least * cells.weights, axis=1)
        picked = (mass < draws[number][:, None] * mass[:, -1:]).sum(axis=1).clip(max=len(cells.points) - 1)
        centres[:, number] = cells.points[picked]
        step = cells.points[None] - centres[:, number][:, None]
        distance = (step**2).sum(axis=2)
        least = np.minimum(least, distance) if number else distance
    return centres


def distances(points: Floats) -> Floats:
    """Distance of every pair of points, float64[b, b]."""
    x, y = points[:, 0], points[:, 1]
    apart = (x[:, None] - x) ** 2
    apart += (y[:, None] - y) ** 2
    return np.asarray(np.sqrt(apart, out=apart))


def silhouette(cells: Cells, apart: Floats, labels: Whole, k: int) -> float:
    """Mean silhouette over people, -1..1 (Rousseeuw 1987); people in one cell are at distance 0."""
    member = np.zeros((len(labels), k))
    member[np.arange(len(labels)), labels] = cells.weights
    sizes = member.sum(axis=0)
    if (sizes == 0).any():
        return -1.0
    sums = np.einsum("ij,jk->ik", apart, member)
    rows = np.arange(len(labels))
    own = sums[rows, labels] / np.maximum(sizes[labels] - 1, 1)
    means = sums / sizes
    means[rows, labels] = np.inf
    other = means.min(axis=1)
    larger = np.maximum(np.maximum(own, other), 1e-300)
    value = np.where(sizes[labels] > 1, (other - own) / larger, 0.0)
    return float((value * cells.weights).sum() / cells.weights.sum())


def group_people(points: Floats, rule: GroupingRule, redrawn: Iterable[Floats] = ()) -> Grouping:
    """Divide people at `points` float64[n, 2] into the groups that the map clearly shows, or into none.

    `redrawn` gives positions float64[c, 2] in maps of votes drawn anew from each statement's shares, and is
    read only when there seem to be groups. The order of points does not matter, not to the last bit.
    """
    everybody = Cells.of(points)
    least_people = max(rule.smallest_group, math.ceil(rule.smallest_share * len(points)))
    most = min(rule.most_groups, len(points) // max(least_people, 1))
    if most < 2 or len(everybody.points) < 2:
        return _one_group(points, ())
    near = _near_enough(everybody, least_people, rule)
    needed_lead = rule.least_lead + rule.small_lead / math.sqrt(len(points))
    trials, centres_of = _try_each(near, most, least_people, needed_lead, rule)
    chosen = _chosen([trial for trial in trials if trial.smallest >= least_people], rule.level)
    if chosen and chosen.accepted:
        reference = max((_redrawn_silhouette(chart, chosen.k, rule) for chart in redrawn), default=-1.0)
        accepted = chosen.silhouette >= reference + needed_lead
        chosen = replace(chosen, shuffled_silhouette=reference, accepted=accepted)
        trials[chosen.k - 2] = chosen
    if chosen is None or not chosen.accepted:
        return _one_group(points, tuple(trials))
    return _by_size(points, centres_of[chosen.k], chosen.silhouette, tuple(trials))


def _try_each(
    near: Cells, most: int, least_people: int, needed_lead: float, rule: GroupingRule
) -> tuple[list[Trial], dict[int, Floats]]:
    """Divide people into two to `most` groups: how each came out, and the middles of the groups by number."""
    cells = near.coarser()
    apart = distances(cells.points)
    clouds = [(cloud, distances(cloud.points)) for cloud in _clouds(near, rule)]
    trials, centres_of = [], {}
    for k in range(2, most + 1):
        centres = _settle(near, k_means(cells, k, restarts=rule.restarts, seed=rule.seed))
        height = silhouette(cells, apart, nearest(cells.points, centres), k)
        references = (_best_silhouette(cloud, cloud_apart, k, rule) for cloud, cloud_apart in clouds)
        reference = max(references, default=-1.0)
        smallest = int(near.sizes(centres).min())
        ahead = height >= max(rule.least_silhouette, reference + needed_lead)
        trials.append(Trial(k, height, reference, smallest, ahead and smallest >= least_people))
        centres_of[k] = centres
    return trials, centres_of


def _chosen(trials: list[Trial], level: float) -> Trial | None:
    """The trial with the fewest groups whose silhouette is within `level` of the best."""
    best = max((trial.silhouette for trial in trials), default=0.0)
    return next((trial for trial in trials if trial.silhouette >= best - level), None)


def _near_enough(everybody: Cells, least_people: int, rule: GroupingRule) -> Cells:
    """Everybody but a few so far away that they would hide the groups among the others.

    As long as the best division into two sets apart fewer people than make a group, these are left out of
    the search, altogether fewer than make a group. They join the nearest group afterwards.
    """
    near = everybody
    while len(near.points) > 1:
        centres = k_means(near.coarser(), 2, restarts=rule.restarts, seed=rule.seed)
        sizes = near.sizes(centres)
        if not 0 < sizes.min() < least_people - (everybody.people - near.people):
            break
        near = near.part(nearest(near.points, centres) != sizes.argmin())
    return near


def _redrawn_silhouette(points: Floats, k: int, rule: GroupingRule) -> float:
    least_people = max(rule.smallest_group, math.ceil(rule.smallest_share * len(points)))
    cells = _near_enough(Cells.of(points), least_people, rule).coarser()
    return _best_silhouette(cells, distances(cells.points), k, rule)


def _best_silhouette(cells: Cells, apart: Floats, k: int, rule: GroupingRule) -> float:
    centres = k_means(cells, k, restarts=rule.restarts, seed=rule.seed)
    return silhouette(cells, apart, nearest(cells.points, centres), k)


def _clouds(near: Cells, rule: GroupingRule) -> Iterator[Cells]:
    """Normal clouds with one middle and the spread of the people: what no groups at all would look like."""
    chance = np.random.default_rng(rule.seed)
    spread = np.sqrt(np.linalg.eigvalsh(near.covariance()).clip(min=0))
    for _ in range(rule.clouds):
        yield Cells.of(chance.standard_normal((min(near.people, CLOUD_POINTS), 2)) * spread)


def _settle(near: Cells, centres: Floats) -> Floats:
    """Centres moved to the middle of their people until nobody changes group any more."""
    labels = nearest(near.points, centres)
    for _ in range(ROUNDS):  # pragma: no branch - a bound, seldom reached
        parts = (near.weights, near.weights * near.points[:, 0], near.weights * near.points[:, 1])
        count, *sums = (np.bincount(labels, weights=part, minlength=len(centres)) for part in parts)
        middles = np.column_stack(sums) / np.maximum(count, 1)[:, None]
        centres = np.where(count[:, None] > 0, middles, centres)
        fresh = nearest(near.points, centres)
        if (fresh == labels).all():
            break
        labels = fresh
    return centres


def _one_group(points: Floats, trials: tuple[Trial, ...]) -> Grouping:
    centre = Moments.of_units(units_of(points)).mean if len(points) else (0.0, 0.0)
    return Grouping(np.zeros(len(points), dtype=np.int64), np.array([centre]), None, trials)


def _by_size(points: Floats, centres: Floats, height: float, trials: tuple[Trial, ...]) -> Grouping:
    """Number groups from the largest to the smallest, so that a name like "group 1" keeps its sense."""
    labels = nearest(points, centres)
    sizes = np.bincount(labels, minlength=len(centres))
    order = np.lexsort((centres[:, 1], centres[:, 0], -sizes))
    return Grouping(np.argsort(order)[labels], centres[order], height, trials)
