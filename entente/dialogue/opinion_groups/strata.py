"""How voices that came in different ways answered, beside the headline, and where they differ from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from entente.dialogue.opinion_groups.analysis import Result, Settings
from entente.dialogue.opinion_groups.statements import (
    StatementRule,
    above_others,
    false_discovery_adjusted,
    upper_tail,
)
from entente.dialogue.opinion_groups.votes import AGREE, DISAGREE, Bools, Votes, Whole

FEWEST_PEOPLE = 10
LEAST_DIFFERENCE = 0.1
VOTES_AT_ONCE = 1 << 22
KIND = np.array([2, 0, 1])  # pass, agree, disagree: the last axis is agree, disagree, pass


class Difference(NamedTuple):
    """A statement that a stratum agrees (+1) or disagrees (-1) with more often than the rest of the headline.

    `share` and `rest` are the shares 0..1 of those who saw it; `p` the adjusted probability of chance.
    """

    statement: int
    direction: int
    share: float
    rest: float
    p: float


@dataclass(frozen=True, eq=False)
class StratumView:
    """What the people of one stratum answered: everything but `people` is empty below ten people.

    `eligible` of its `people` have a group; `group_sizes` int64[k] says how many stand in, or nearest to,
    each group of the headline; `counts` int64[m, 3] is agree, disagree, pass, 0 for hidden statements.
    """

    stratum: str
    people: int
    eligible: int
    group_sizes: Whole
    counts: Whole
    stands_out: tuple[Difference, ...]


def by_stratum(
    votes: Votes,
    result: Result,
    stratum: NDArray[np.int8],
    names: Sequence[str],
    *,
    hidden: Bools | None = None,
    headline: Bools | None = None,
    settings: Settings | None = None,
) -> tuple[StratumView, ...]:
    """One view for each stratum somebody voted in; `stratum` int8[n] numbers `names`, negative for none.

    A stratum inside the headline is compared with the headline people outside it, so that nobody is on both
    sides. Nothing is told of fewer than ten people, also not as what is left of the headline.
    """
    visible = result.components.counted if hidden is None else ~hidden
    everybody = np.ones(votes.participants, dtype=bool) if headline is None else headline
    rows = votes.rows if visible.all() else votes.rows[visible[votes.columns]]
    voted = np.bincount(rows, minlength=votes.participants) > 0
    kind = np.where(stratum >= 0, stratum, len(names)).astype(np.int64) * 2 + everybody
    counts = _counts(votes, visible, kind, 2 * (len(names) + 1))
    people = np.bincount(kind[voted], minlength=2 * (len(names) + 1)).reshape(-1, 2)
    grouped = (stratum >= 0) & (result.group >= 0)
    place = stratum[grouped].astype(np.int64) * result.k + result.group[grouped]
    sizes = np.bincount(place, minlength=len(names) * result.k).reshape(len(names), result.k)
    rule = (settings or result.settings).statements
    return views(counts.reshape(len(names) + 1, 2, votes.statements, 3), people, sizes, names, rule)


def views(
    sides: Whole, people: Whole, sizes: Whole, names: Sequence[str], rule: StatementRule
) -> tuple[StratumView, ...]:
    """The same from counts: `sides` int64[s+1, 2, m, 3] and `people` int64[s+1, 2] outside and inside the
    headline, the last for people without a stratum; `sizes` int64[s, k] are people in each group."""
    told = _told(people[:-1], people[:, 1].sum())
    of_headline = sides[:, 1].sum(axis=0)
    found = []
    for number, name in enumerate(names):
        if not people[number].any():
            continue
        own = sides[number].sum(axis=0) if told[number] else np.zeros_like(of_headline)
        group = sizes[number] if told[number] else np.zeros_like(sizes[number])
        apart = _differences(own, of_headline - sides[number, 1], rule)
        found.append(StratumView(name, int(people[number].sum()), int(group.sum()), group, own, apart))
    return tuple(found)


def _counts(votes: Votes, visible: Bools, kind: Whole, kinds: int) -> Whole:
    """Agree, disagree, pass by kind of person and statement, int64[kinds, m, 3], some votes at a time."""
    counts = np.zeros(kinds * votes.statements * 3, dtype=np.int64)
    for first in range(0, len(votes.rows), VOTES_AT_ONCE):
        piece = slice(first, first + VOTES_AT_ONCE)
        at = (kind[votes.rows[piece]] * votes.statements + votes.columns[piece]) * 3
        counts += np.bincount(at + KIND[votes.values[piece]], minlength=len(counts))
    return np.asarray(counts.reshape(kinds, votes.statements, 3) * visible[:, None])


def _told(people: Whole, headline: int) -> Bools:
    """Which strata may be shown, from `people` int64[s, 2] (outside, inside the headline), bool[s].

    Ten people at least; and where the headline less all that is shown would be one to nine people, the
    smallest stratum shown is kept back too, until ten or nobody are left.
    """
    told = people.sum(axis=1) >= FEWEST_PEOPLE
    inside = people[:, 1]
    while 0 < headline - inside[told].sum() < FEWEST_PEOPLE and (inside[told] > 0).any():
        shown = np.flatnonzero(told & (inside > 0))
        told[shown[inside[shown].argmin()]] = False
    return np.asarray(told)


def _differences(own: Whole, rest: Whole, rule: StatementRule) -> tuple[Difference, ...]:
    """Where a stratum differs most; `own`, `rest` int64[m, 3]. Both directions of a statement are tested."""
    least = rule.least_seen
    seen = np.flatnonzero((own.sum(axis=1) >= least) & (rest.sum(axis=1) >= least))
    here, there = own[seen], rest[seen]
    share, other = here / here.sum(axis=1, keepdims=True), there / there.sum(axis=1, keepdims=True)
    z = np.array([above_others(here, there, direction) for direction in (AGREE, DISAGREE)])
    p = false_discovery_adjusted(upper_tail(z).ravel()).reshape(z.shape)
    found = []
    for at, statement in enumerate(seen.tolist()):
        side = int(z[1, at] > z[0, at])
        apart = share[at, side] - other[at, side]
        if p[side, at] <= rule.false_share and apart >= LEAST_DIFFERENCE:
            shares = float(share[at, side]), float(other[at, side])
            found.append(Difference(statement, (AGREE, DISAGREE)[side], *shares, float(p[side, at])))
    return tuple(sorted(found, key=lambda one: (one.rest - one.share, one.statement))[: rule.most_listed])
