"""Groups as Polis finds them: people put together in base clusters, base clusters in groups.

Source: formula 7 of the project's paper on opinion groups, first run of a conversation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from entente.dialogue.opinion_groups.votes import Floats, Whole

BASE_CLUSTERS = 100
BASE_ROUNDS = 100
GROUP_ROUNDS = 20
MOST_GROUPS = 5
BASES_PER_MORE_GROUP = 12
HARDLY_MOVED = 0.01
PEOPLE_AT_ONCE = 4096


@dataclass(frozen=True, eq=False)
class PolisGrouping:
    """`group` int64[n] and `base` int64[n] of each person, `bases` and `centres` (float64[b, 2], [k, 2]).

    `silhouettes` has the mean silhouette of each number of groups that was tried.
    """

    group: Whole
    base: Whole
    bases: Floats
    centres: Floats
    silhouettes: dict[int, float]


def group_as_polis(points: Floats) -> PolisGrouping:
    """Put people at `points` float64[n, 2], in order of arrival, in base clusters and these in groups."""
    base, bases = k_means_as_polis(points, np.ones(len(points)), BASE_CLUSTERS, BASE_ROUNDS)
    sizes = np.bincount(base, minlength=len(bases)).astype(np.float64)
    tried = {
        k: k_means_as_polis(bases, sizes, k, GROUP_ROUNDS)[0] for k in range(2, most_groups(len(bases)) + 1)
    }
    silhouettes = {k: plain_silhouette(bases, of_base) for k, of_base in tried.items()}
    of_base = tried[best_number(silhouettes)] if tried else np.zeros(len(bases), dtype=np.int64)
    return PolisGrouping(of_base[base], base, bases, _middles(bases, sizes, of_base), silhouettes)


def best_number(silhouettes: dict[int, float]) -> int:
    """The number of groups with the best silhouette, the larger of two that are equally good."""
    return max(silhouettes, key=lambda k: (silhouettes[k], k))


def most_groups(bases: int) -> int:
    """The largest number of groups that is tried with so many base clusters: 2 for few, never above 5."""
    return min(MOST_GROUPS, 2 + bases // BASES_PER_MORE_GROUP) if bases > 1 else 1


def k_means_as_polis(points: Floats, weights: Floats, k: int, rounds: int) -> tuple[Whole, Floats]:
    """Cluster numbers int64[n] and centres; the first `k` distinct points are where the centres start.

    It ends when no centre moves by 0.01 or more, or after so many rounds. A cluster that nobody is in
    vanishes.
    """
    centres = first_distinct(points, k)
    labels = np.zeros(len(points), dtype=np.int64)
    for _ in range(rounds):
        labels = np.unique(_nearest(points, centres), return_inverse=True)[1]
        before, centres = centres, _middles(points, weights, labels)
        if len(before) == len(centres) and _hardly_moved(before, centres):
            break
    return labels, centres


def first_distinct(points: Floats, k: int) -> Floats:
    """The first `k` distinct points, in the order in which they come."""
    _, first = np.unique(points, axis=0, return_index=True)
    return np.asarray(points[np.sort(first)[:k]])


def plain_silhouette(points: Floats, labels: Whole) -> float:
    """Mean silhouette over points (Rousseeuw 1987); a point alone in its cluster scores 0."""
    apart = np.hypot(*(points[:, axis, None] - points[:, axis] for axis in (0, 1)))
    member = labels[:, None] == np.arange(labels.max() + 1)
    sizes = member.sum(axis=0)
    if len(sizes) < 2:
        return 0.0
    sums = np.einsum("ij,jk->ik", apart, member.astype(np.float64))
    rows = np.arange(len(points))
    own = sums[rows, labels] / np.maximum(sizes[labels] - 1, 1)
    means = sums / sizes
    means[rows, labels] = np.inf
    other = means.min(axis=1)
    larger = np.maximum(own, other)
    scored = (sizes[labels] > 1) & (larger > 0)
    return float(np.where(scored, (other - own) / np.where(larger > 0, larger, 1.0), 0.0).mean())


def _nearest(points: Floats, centres: Floats) -> Whole:
    """The nearest centre of each point, the first of several equally near."""
    found = []
    for part in np.split(points, range(PEOPLE_AT_ONCE, len(points), PEOPLE_AT_ONCE)):
        apart = (part[:, :1] - centres[:, 0]) ** 2
        apart += (part[:, 1:] - centres[:, 1]) ** 2
        found.append(apart.argmin(axis=1))
    return np.concatenate(found)


def _middles(points: Floats, weights: Floats, labels: Whole) -> Floats:
    """The weighted mean of each cluster's points, float64[k, 2]."""
    total = np.bincount(labels, weights=weights)
    sums = [np.bincount(labels, weights=weights * points[:, axis]) for axis in (0, 1)]
    return np.asarray(np.column_stack(sums) / total[:, None])


def _hardly_moved(before: Floats, after: Floats) -> bool:
    one, other = (centres[np.lexsort((centres[:, 1], centres[:, 0]))] for centres in (before, after))
    return bool((np.hypot(*(one - other).T) < HARDLY_MOVED).all())
