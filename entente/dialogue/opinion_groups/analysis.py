"""From votes to the groups of opinion of one dialogue, in one deterministic pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entente.dialogue.opinion_groups.blocks import (
    KINDS,
    Block,
    CountInGroups,
    Place,
    Placed,
    cut,
    nearest,
)
from entente.dialogue.opinion_groups.components import (
    MOST_REDRAWS,
    Ballots,
    Components,
    components,
    placing_on,
    redrawn_maps,
)
from entente.dialogue.opinion_groups.engines import Engine, engine_for
from entente.dialogue.opinion_groups.grouping import GroupingRule, Trial, group_people
from entente.dialogue.opinion_groups.placing import Outline, PlainMap, outline
from entente.dialogue.opinion_groups.statements import (
    Bridge,
    Divide,
    Stand,
    StatementRule,
    read_statements,
)
from entente.dialogue.opinion_groups.votes import Bools, Floats, Votes, Whole

METHOD = "entente-2"
AGREE_DISAGREE_PASS = [2, 0, 1]  # from the order of codes: disagree, pass, agree
PART = 16


@dataclass(frozen=True)
class Settings:
    """What a coordinator could be asked about an analysis: everything else follows from the votes.

    `fewest_votes` is the number of votes from which somebody is put in a group (all statements when fewer).
    `redraws`: how many maps of redrawn votes a division has to pass at most.
    """

    fewest_votes: int = 7
    redraws: int = MOST_REDRAWS
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

    @property
    def fewest_votes(self) -> int:
        """The number of votes from which somebody is in a group."""
        return min(self.settings.fewest_votes, int(self.components.counted.sum()))

    @property
    def placing(self) -> Place:
        """The step that places people on this map."""
        part = self.components
        return placing_on(part.mean, part.loadings, int(part.counted.sum()))

    def as_json(self) -> dict[str, Any]:
        """The result as plain lists and numbers, without anybody's own position or group."""
        return {
            "method": METHOD,
            "k": self.k,
            "clear": self.clear,
            "eligible": self.eligible,
            "fewest_votes": self.fewest_votes,
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
    engine: Engine | None = None,
) -> Result:
    """The groups of opinion that the votes show; statements marked in `hidden` bool[m] count for nothing.

    With `headline` bool[n] only these people make the map, the groups, the counts and the lists; everybody
    else with enough votes is placed on that map and joins the nearest group, and changes no number of it.
    The same votes give the same result to the last bit, in whatever order people or votes come and whichever
    engine works it out (the one for the number of votes when None). Raises ValueError when `hidden` or
    `headline` does not have one entry per statement or person.
    """
    settings = settings or Settings()
    hidden = np.zeros(votes.statements, dtype=bool) if hidden is None else np.asarray(hidden, dtype=bool)
    if hidden.shape != (votes.statements,):
        raise ValueError(f"`hidden` needs {votes.statements} entries, one per statement.")
    headline = None if headline is None else np.asarray(headline, dtype=bool)
    if headline is not None and headline.shape != (votes.participants,):
        raise ValueError(f"`headline` needs {votes.participants} entries, one per person.")
    engine = engine or engine_for(len(votes.rows))
    blocks = cut(votes, ~hidden, headline)
    people = votes.participants if headline is None else int(headline.sum())
    ballots = Ballots.of(engine, engine.hold(parts_of(blocks)), people, ~hidden)
    result = groups_of(ballots, votes.participants, settings)
    if headline is None:
        return result
    others = engine.hold(parts_of(cut(votes, ~hidden, ~headline)))
    return with_others(result, engine.map(result.placing, others))


def parts_of(blocks: list[Block]) -> list[partial[list[Block]]]:
    """Blocks in parts that an engine may move."""
    return [partial(list, blocks[at : at + PART]) for at in range(0, len(blocks), PART)]


def groups_of(ballots: Ballots, participants: int, settings: Settings) -> Result:
    """The groups of opinion of the people in `ballots`, whose numbers are below `participants`."""
    part = components(ballots)
    visible = int(ballots.visible.sum())
    fewest = max(min(settings.fewest_votes, visible), 1)
    place = placing_on(part.mean, part.loadings, visible)
    positions, eligible = np.full((participants, 2), np.nan), np.zeros(participants, dtype=bool)
    for placed in ballots.engine.map(place, ballots.held):
        enough = placed.seen >= fewest
        eligible[placed.people[enough]] = True
        positions[placed.people[enough]] = placed.points[enough]
    points = positions[eligible]
    grouping = group_people(points, settings.grouping, redrawn_maps(ballots, fewest, settings.redraws))
    group = np.full(participants, -1, dtype=np.int8)
    group[eligible] = grouping.labels
    k = len(grouping.centres)
    counts = _count(ballots, CountInGroups(place, fewest, grouping.centres))
    sizes = np.bincount(grouping.labels, minlength=k)
    lists = read_statements(counts.astype(np.int64), sizes, ballots.visible, settings.statements)
    return Result(
        positions=positions,
        group=group,
        eligible=len(points),
        k=k,
        clear=k > 1,
        group_sizes=sizes,
        centres=grouping.centres,
        outlines=tuple(outline(points[grouping.labels == g]) for g in range(k)),
        silhouette=grouping.silhouette,
        trials=grouping.trials,
        components=part,
        counts=counts,
        totals=ballots.codes[:, AGREE_DISAGREE_PASS].astype(np.int32),
        stands_for=lists.stands_for,
        bridging=lists.bridging,
        dividing=lists.dividing,
        uncertain=lists.uncertain,
        settings=settings,
    )


def with_others(result: Result, others: Iterable[Placed]) -> Result:
    """The same result with other people, who are already placed on its map, put in the nearest group."""
    positions, group = result.positions.copy(), result.group.copy()
    for placed in others:
        enough = placed.seen >= result.fewest_votes
        positions[placed.people[enough]] = placed.points[enough]
        group[placed.people[enough]] = nearest(placed.points[enough], result.centres)
    return replace(result, positions=positions, group=group)


def _count(ballots: Ballots, step: CountInGroups) -> NDArray[np.int32]:
    """Agree, disagree, pass per group and statement int32[k, m, 3]."""
    shape = (len(step.centres) + 1, len(ballots.visible), KINDS)
    counts = ballots.engine.total(step, ballots.held)
    by_code = np.zeros(shape, dtype=np.int64) if counts is None else counts.reshape(shape)
    return by_code[:-1, :, AGREE_DISAGREE_PASS].astype(np.int32)


def _rounded(value: Any, digits: int = 4) -> Any:
    """Plain values with their fractions rounded, however deep they lie."""
    if isinstance(value, float):
        return round(value, digits)
    if isinstance(value, dict):
        return {key: _rounded(part, digits) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(part, digits) for part in value]
    return value
