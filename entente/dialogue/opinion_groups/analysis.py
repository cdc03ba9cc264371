"""From votes to the groups of opinion of one dialogue, in one deterministic pass."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entente.dialogue.opinion_groups.components import (
    Components,
    centred_on,
    components,
    positions,
    shuffled_maps,
)
from entente.dialogue.opinion_groups.grouping import Grouping, GroupingRule, Trial, group_people, nearest
from entente.dialogue.opinion_groups.placing import Outline, PlainMap, outline
from entente.dialogue.opinion_groups.statements import (
    Bridge,
    Divide,
    Lists,
    Stand,
    StatementRule,
    read_statements,
)
from entente.dialogue.opinion_groups.votes import Bools, CanonicalVotes, Floats, Votes, Whole, canonical

METHOD = "entente-1"


@dataclass(frozen=True)
class Settings:
    """What a coordinator could be asked about an analysis: everything else follows from the votes.

    `fewest_votes` is the number of votes from which somebody is put in a group (all statements when fewer).
    """

    fewest_votes: int = 7
    grouping: GroupingRule = field(default_factory=GroupingRule)
    statements: StatementRule = field(default_factory=StatementRule)


@dataclass(frozen=True, eq=False)
class Result:
    """The groups of opinion in a dialogue of n people and m statements, k groups from the largest down.

    Per person, in the caller's order: `positions` float64[n, 2] (nan for people with too few votes), `group`
    int8[n] (-1 for them). `eligible`: how many people have a group. `group_sizes` int64[k], `centres`
    float64[k, 2], `outlines` (k, None below 10 people). `k` is 1 and `clear` False when the map shows no
    clear groups; `silhouette` is None then; `trials` says why. `counts` int32[k, m, 3] and `totals`
    int32[m, 3] are agree, disagree, pass inside the groups and over everybody who voted; hidden statements
    have 0. With a headline all of this but `positions` and `group` is about its people alone. `stability`
    stays None until groups are drawn again from parts of the votes.
    """

    positions: Floats
    group: NDArray[np.int8]
    eligible: int
    k: int
    clear: bool
    group_sizes: Whole
    centres: Floats
    outlines: tuple[Outline | None, ...]
    silhouette: float | None
    trials: tuple[Trial, ...]
    components: Components
    counts: NDArray[np.int32]
    totals: NDArray[np.int32]
    stands_for: tuple[tuple[Stand, ...], ...]
    bridging: tuple[Bridge, ...]
    dividing: tuple[Divide, ...]
    uncertain: tuple[int, ...]
    settings: Settings
    stability: float | None = None

    def as_json(self) -> dict[str, Any]:
        """The result as plain lists and numbers, without anybody's own position or group."""
        return {
            "method": METHOD,
            "k": self.k,
            "clear": self.clear,
            "eligible": self.eligible,
            "fewest_votes": min(self.settings.fewest_votes, int(self.components.counted.sum())),
            "silhouette": _rounded(self.silhouette),
            "stability": _rounded(self.stability),
            "trials": [_rounded(asdict(trial)) for trial in self.trials],
            "groups": self.plain_groups(),
            "components": _rounded(self.plain_components(), digits=6),
            "totals": self.totals.tolist(),
            "bridging": [_rounded(asdict(bridge)) for bridge in self.bridging],
            "dividing": [_rounded(asdict(divide)) for divide in self.dividing],
            "uncertain": list(self.uncertain),
        }

    def plain_components(self) -> PlainMap:
        """The map as plain lists, exact to the last bit: what `place` needs, and what a page draws."""
        part = self.components
        means = zip(part.mean, part.counted, strict=True)
        return {
            "mean": [float(mean) if counted else None for mean, counted in means],
            "loadings": part.loadings.tolist(),
            "statement_positions": part.statement_positions.tolist(),
            "extremity": part.extremity.tolist(),
            "explained": part.explained.tolist(),
        }

    def plain_groups(self) -> list[dict[str, Any]]:
        """One mapping per group: size, centre, outline, counts per statement, and what it stands for."""
        return [
            {
                "size": int(self.group_sizes[g]),
                "centre": _rounded(self.centres[g].tolist(), digits=6),
                "outline": _rounded(asdict(area)) if area else None,
                "counts": self.counts[g].tolist(),
                "stands_for": [_rounded(asdict(stand)) for stand in self.stands_for[g]],
            }
            for g, area in enumerate(self.outlines)
        ]


def find_groups(
    votes: Votes,
    *,
    hidden: Bools | None = None,
    headline: Bools | None = None,
    settings: Settings | None = None,
) -> Result:
    """The groups of opinion that the votes show; statements marked in `hidden` bool[m] count for nothing.

    With `headline` bool[n] only these people make the map, the groups, the counts and the lists; everybody
    else with enough votes is placed on that map and joins the nearest group, and changes no number of it.
    The same votes give the same result to the last bit, in whatever order people or votes come. Raises
    ValueError when `hidden` or `headline` does not have one entry per statement or person.
    """
    settings = settings or Settings()
    hidden = np.zeros(votes.statements, dtype=bool) if hidden is None else np.asarray(hidden, dtype=bool)
    if hidden.shape != (votes.statements,):
        raise ValueError(f"`hidden` needs {votes.statements} entries, one per statement.")
    if headline is None:
        return _groups_of(votes, hidden, settings)
    headline = np.asarray(headline, dtype=bool)
    if headline.shape != (votes.participants,):
        raise ValueError(f"`headline` needs {votes.participants} entries, one per person.")
    result = _groups_of(votes.of_people(headline), hidden, settings)
    return _with_others(result, votes.of_people(~headline), headline)


def _with_others(result: Result, others: Votes, headline: Bools) -> Result:
    """The same result with everybody else placed on its map and put in the nearest group."""
    counted = canonical(others, ~result.components.counted)
    matrix = centred_on(counted, result.components.mean)
    visible = int(counted.visible.sum())
    placed = counted.seen >= max(min(result.settings.fewest_votes, visible), 1)
    points = positions(matrix, result.components.loadings, visible)[placed]
    place_of_others = np.full((others.participants, 2), np.nan)
    group_of_others = np.full(others.participants, -1, dtype=np.int8)
    place_of_others[counted.order[placed]] = points
    group_of_others[counted.order[placed]] = nearest(points, result.centres)
    place_of_all, group_of_all = np.empty((len(headline), 2)), np.empty(len(headline), dtype=np.int8)
    place_of_all[headline], place_of_all[~headline] = result.positions, place_of_others
    group_of_all[headline], group_of_all[~headline] = result.group, group_of_others
    return replace(result, positions=place_of_all, group=group_of_all)


def _groups_of(votes: Votes, hidden: Bools, settings: Settings) -> Result:
    counted = canonical(votes, hidden)
    part, matrix = components(counted)
    visible = int(counted.visible.sum())
    eligible = counted.seen >= max(min(settings.fewest_votes, visible), 1)
    points = positions(matrix, part.loadings, visible)[eligible]
    shuffled = (chart[eligible] for chart in shuffled_maps(counted, part))
    grouping = group_people(points, settings.grouping, shuffled)
    counts, totals = _count(counted, eligible, grouping)
    sizes = np.bincount(grouping.labels, minlength=len(grouping.centres))
    lists = read_statements(counts.astype(np.int64), sizes, counted.visible, settings.statements)
    return _result(counted, part, eligible, points, grouping, sizes, counts, totals, lists, settings)


def _result(
    counted: CanonicalVotes,
    part: Components,
    eligible: Bools,
    points: Floats,
    grouping: Grouping,
    sizes: Whole,
    counts: NDArray[np.int32],
    totals: NDArray[np.int32],
    lists: Lists,
    settings: Settings,
) -> Result:
    place_of_all = np.full((len(eligible), 2), np.nan)
    group_of_all = np.full(len(eligible), -1, dtype=np.int8)
    place_of_all[counted.order[eligible]] = points
    group_of_all[counted.order[eligible]] = grouping.labels
    k = len(grouping.centres)
    return Result(
        positions=place_of_all,
        group=group_of_all,
        eligible=int(eligible.sum()),
        k=k,
        clear=k > 1,
        group_sizes=sizes,
        centres=grouping.centres,
        outlines=tuple(outline(points[grouping.labels == g]) for g in range(k)),
        silhouette=grouping.silhouette,
        trials=grouping.trials,
        components=part,
        counts=counts,
        totals=totals,
        stands_for=lists.stands_for,
        bridging=lists.bridging,
        dividing=lists.dividing,
        uncertain=lists.uncertain,
        settings=settings,
    )


def _count(
    votes: CanonicalVotes, eligible: Bools, grouping: Grouping
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Agree, disagree, pass per group and statement int32[k, m, 3], and over all people int32[m, 3]."""
    k, statements = len(grouping.centres), len(votes.visible)
    group = np.full(len(eligible), k)
    group[eligible] = grouping.labels
    kind = np.array([2, 0, 1])[votes.values]
    at = (np.repeat(group, votes.seen) * statements + votes.columns) * 3 + kind
    shape = (k + 1, statements, 3)
    counts = np.bincount(at, minlength=math.prod(shape)).reshape(shape).astype(np.int32)
    return counts[:k], counts.sum(axis=0, dtype=np.int32)


def _rounded(value: Any, digits: int = 4) -> Any:
    """Plain values with their fractions rounded, however deep they lie."""
    if isinstance(value, float):
        return round(value, digits)
    if isinstance(value, dict):
        return {key: _rounded(part, digits) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(part, digits) for part in value]
    return value
