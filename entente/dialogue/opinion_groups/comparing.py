"""How far the groups on a map agree with those that Polis would show for the same votes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entente.dialogue.opinion_groups.placing import PlainComponents, PlainGroup
from entente.dialogue.opinion_groups.polis_mode import PolisResult
from entente.dialogue.opinion_groups.stability import adjusted_rand_index
from entente.dialogue.opinion_groups.votes import Votes, Whole

FEWEST_TOLD = 10


@dataclass(frozen=True)
class Comparison:
    """Polis's number of groups `k`, their `sizes` from the largest down, and how alike both divide people.

    Sizes are rounded down to tens, so 0 stands for fewer than ten people; so is `people`, who have a group in
    both. `agreement` is the adjusted Rand index over them, None with fewer than ten.
    """

    k: int
    sizes: tuple[int, ...]
    people: int
    agreement: float | None


def groups_on_map(
    votes: Votes, chart: PlainComponents, groups: Sequence[PlainGroup], fewest_votes: int
) -> Whole:
    """Everybody's nearest group on a kept map int64[n], -1 with too few votes on what counts there.

    `chart` and `groups` are those of a result as plain lists; the columns of `votes` are those of the map.
    """
    mean = np.array([np.nan if one is None else one for one in chart["mean"]], dtype=np.float64)
    loadings = np.array(chart["loadings"], dtype=np.float64).reshape(-1, 2)
    counted = ~np.isnan(mean)
    used = counted[votes.columns]
    rows, columns = votes.rows[used], votes.columns[used]
    values = votes.values[used] - mean[columns]
    seen = np.bincount(rows, minlength=votes.participants)
    outward = np.sqrt(counted.sum() / np.maximum(seen, 1))
    x, y = (
        outward * np.bincount(rows, weights=values * loadings[columns, axis], minlength=votes.participants)
        for axis in (0, 1)
    )
    apart = [(x - group["centre"][0]) ** 2 + (y - group["centre"][1]) ** 2 for group in groups]
    return np.where(seen >= fewest_votes, np.argmin(apart, axis=0), -1)


def compare_with_polis(group: Whole | NDArray[np.int8], polis: PolisResult) -> Comparison:
    """Lay a division of people `group` int64[n] beside that of Polis, -1 for whoever has no group."""
    both = int(((group >= 0) & (polis.group >= 0)).sum())
    sizes = sorted((int(size) for size in polis.group_sizes), reverse=True)
    agreement = adjusted_rand_index(group, polis.group) if both >= FEWEST_TOLD else None
    return Comparison(
        k=polis.k,
        sizes=tuple(size // FEWEST_TOLD * FEWEST_TOLD for size in sizes),
        people=both // FEWEST_TOLD * FEWEST_TOLD,
        agreement=agreement,
    )
