"""Groups of people who stand close together on the map, and whether there are any."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from entente.dialogue.opinion_groups.votes import Bools, Floats, Whole

MOST_CELLS = 600
ROUNDS = 60
CLOUD_POINTS = 400


@dataclass(frozen=True)
class GroupingRule:
    """When people are told apart as groups of opinion, and when the answer is: there are no clear groups.

    Two to `most_groups` groups are tried; each needs `smallest_group` people and `smallest_share` of all. The
    fewest groups within `level` of the best silhouette win. They are shown when that silhouette reaches
    `least_silhouette` and passes the best of `clouds` random clouds, which have one middle and the same
    spread, by `least_lead` + `small_lead` / √people: the fewer people, the easier chance looks like groups.
    It must pass the maps of shuffled votes by as much: who saw which statements makes no groups of opinion.
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

    `shuffled_silhouette` is that of maps of shuffled votes, measured only for the number that won otherwise.
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
    """Points of the plane put together in squares: means `points` float64[b, 2], `weights` float64[b]."""

    points: Floats
    weights: Floats

    @classmethod
    def of(cls, points: Floats) -> Cells:
        """Each distinct point by itself while there are few; beyond that, the means over a fine grid."""
        keys: Floats | Whole = points
        width = float(np.sqrt(points.var(axis=0).sum())) / 24 or 1.0
        while len(points) > MOST_CELLS:
            keys = np.floor(points / width).astype(np.int64)
            keys = (keys[:, 0] - keys[:, 0].min()) * (np.ptp(keys[:, 1]) + 1) + keys[:, 1] - keys[:, 1].min()
            _, member, count = np.unique(keys, return_inverse=True, return_counts=True)
            if len(count) <= MOST_CELLS:
                sums = [np.bincount(member, weights=points[:, axis]) for axis in (0, 1)]
                return cls(np.column_stack(sums) / count[:, None], count.astype(np.float64))
            width *= 1.3
        return cls(points, np.ones(len(points)))


def nearest(points: Floats, centres: Floats) -> Whole:
    """The number of the nearest centre of each point, int64[n]; the lower where two are equally near."""
    best = np.zeros(len(points), dtype=np.int64)
    least = np.full(len(points), np.inf)
    for number, (x, y) in enumerate(centres):
        distance = (points[:, 0] - x) ** 2 + (points[:, 1] - y) ** 2
        closer = distance < least
        best[closer] = number
        least[closer] = distance[closer]
    return best


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


def group_people(points: Floats, rule: GroupingRule, shuffled: Iterable[Floats] = ()) -> Grouping:
    """Divide people at `points` float64[n, 2] into the groups that the map clearly shows, or into none.

    `shuffled` gives positions float64[n, 2] of the same people in maps of shuffled votes, and is read only
    when there seem to be groups. The order of points matters to the last bit: give them in canonical order.
    """
    least_people = max(rule.smallest_group, math.ceil(rule.smallest_share * len(points)))
    most = min(rule.most_groups, len(points) // max(least_people, 1))
    if most < 2 or not points.var(axis=0).sum() > 0:
        return _one_group(points, ())
    near = _near_enough(points, least_people, rule)
    needed_lead = rule.least_lead + rule.small_lead / math.sqrt(len(points))
    trials, centres_of = _try_each(points[near], most, least_people, needed_lead, rule)
    chosen = _chosen([trial for trial in trials if trial.smallest >= least_people], rule.level)
    if chosen and chosen.accepted:
        reference = max(
            (_shuffled_silhouette(chart[near], chosen.k, rule) for chart in shuffled), default=-1.0
        )
        accepted = chosen.silhouette >= reference + needed_lead
        chosen = replace(chosen, shuffled_silhouette=reference, accepted=accepted)
        trials[chosen.k - 2] = chosen
    if chosen is None or not chosen.accepted:
        return _one_group(points, tuple(trials))
    return _by_size(points, centres_of[chosen.k], chosen.silhouette, tuple(trials))


def _try_each(
    points: Floats, most: int, least_people: int, needed_lead: float, rule: GroupingRule
) -> tuple[list[Trial], dict[int, Floats]]:
    """Divide people into two to `most` groups: how each came out, and the middles of the groups by number."""
    cells = Cells.of(points)
    apart = distances(cells.points)
    clouds = [(cloud, distances(cloud.points)) for cloud in _clouds(points, rule)]
    trials, centres_of = [], {}
    for k in range(2, most + 1):
        centres = _settle(points, k_means(cells, k, restarts=rule.restarts, seed=rule.seed))
        height = silhouette(cells, apart, nearest(cells.points, centres), k)
        reference = max(_best_silhouette(cloud, cloud_apart, k, rule) for cloud, cloud_apart in clouds)
        smallest = int(np.bincount(nearest(points, centres), minlength=k).min())
        ahead = height >= max(rule.least_silhouette, reference + needed_lead)
        trials.append(Trial(k, height, reference, smallest, ahead and smallest >= least_people))
        centres_of[k] = centres
    return trials, centres_of


def _chosen(trials: list[Trial], level: float) -> Trial | None:
    """The trial with the fewest groups whose silhouette is within `level` of the best."""
    best = max((trial.silhouette for trial in trials), default=0.0)
    return next((trial for trial in trials if trial.silhouette >= best - level), None)


def _near_enough(points: Floats, least_people: int, rule: GroupingRule) -> Bools:
    """Everybody but a few so far away that they would hide the groups among the others, bool[n].

    As long as the best division into two sets apart fewer people than make a group, these are left out of
    the search, altogether fewer than make a group. They join the nearest group afterwards.
    """
    near = np.ones(len(points), dtype=bool)
    while True:
        kept = points[near]
        labels = nearest(kept, k_means(Cells.of(kept), 2, restarts=rule.restarts, seed=rule.seed))
        sizes = np.bincount(labels, minlength=2)
        if not 0 < sizes.min() < least_people - (~near).sum():
            return near
        near[np.flatnonzero(near)[labels == sizes.argmin()]] = False


def _shuffled_silhouette(points: Floats, k: int, rule: GroupingRule) -> float:
    cells = Cells.of(points)
    return _best_silhouette(cells, distances(cells.points), k, rule)


def _best_silhouette(cells: Cells, apart: Floats, k: int, rule: GroupingRule) -> float:
    centres = k_means(cells, k, restarts=rule.restarts, seed=rule.seed)
    return silhouette(cells, apart, nearest(cells.points, centres), k)


def _clouds(points: Floats, rule: GroupingRule) -> Iterator[Cells]:
    """Normal clouds with one middle and the spread of the points: what no groups at all would look like."""
    chance = np.random.default_rng(rule.seed)
    spread = np.sqrt(np.linalg.eigvalsh(np.cov(points.T)).clip(min=0))
    for _ in range(rule.clouds):
        yield Cells.of(chance.standard_normal((min(len(points), CLOUD_POINTS), 2)) * spread)


def _settle(points: Floats, centres: Floats) -> Floats:
    """Centres moved to the middle of their people until nobody changes group any more."""
    labels = nearest(points, centres)
    for _ in range(ROUNDS):  # pragma: no branch - a bound, seldom reached
        count = np.bincount(labels, minlength=len(centres))
        sums = [np.bincount(labels, weights=points[:, axis], minlength=len(centres)) for axis in (0, 1)]
        middles = np.column_stack(sums) / np.maximum(count, 1)[:, None]
        centres = np.where(count[:, None] > 0, middles, centres)
        fresh = nearest(points, centres)
        if (fresh == labels).all():
            break
        labels = fresh
    return centres


def _one_group(points: Floats, trials: tuple[Trial, ...]) -> Grouping:
    centre = points.mean(axis=0, keepdims=True) if len(points) else np.zeros((1, 2))
    return Grouping(np.zeros(len(points), dtype=np.int64), centre, None, trials)


def _by_size(points: Floats, centres: Floats, height: float, trials: tuple[Trial, ...]) -> Grouping:
    """Number groups from the largest to the smallest, so that a name like "group 1" keeps its sense."""
    sizes = np.bincount(nearest(points, centres), minlength=len(centres))
    order = np.lexsort((centres[:, 1], centres[:, 0], -sizes))
    return Grouping(nearest(points, centres[order]), centres[order], height, trials)
