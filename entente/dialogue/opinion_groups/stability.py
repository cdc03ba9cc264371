"""Whether the same groups of opinion appear again when only a part of the people is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from entente.dialogue.opinion_groups.analysis import Result, Settings, find_groups
from entente.dialogue.opinion_groups.votes import Bools, Votes, Whole

DRAWS = 50
KEPT = 0.8
MOST_PEOPLE = 20_000
SEED = 20_260
STABLE, FAIRLY_STABLE = 0.8, 0.6
VOTES_AT_ONCE = 1 << 22


@dataclass(frozen=True)
class Stability:
    """How alike the groups come out when a part of the people is left out.

    `agreement` is the median adjusted Rand index over `draws` draws of `people` people each: 1 the same
    groups, 0 no more alike than chance. It is None where there are no clear groups to find again.
    """

    agreement: float | None
    draws: int
    people: int

    @property
    def word(self) -> str:
        """`stable` from 0.8 on, `fair` from 0.6 on, else `unstable`; `none` without groups."""
        if self.agreement is None:
            return "none"
        if self.agreement >= STABLE:
            return "stable"
        return "fair" if self.agreement >= FAIRLY_STABLE else "unstable"


def stability(
    votes: Votes,
    result: Result,
    *,
    hidden: Bools | None = None,
    headline: Bools | None = None,
    settings: Settings | None = None,
    draws: int = DRAWS,
) -> Stability:
    """How far the groups of `result` are found again in draws of four fifths of the headline people.

    Every draw runs the whole method anew, the number of groups included, but passes one random cloud and one
    map of redrawn votes instead of up to five; at most 20,000 people are drawn at a time. A draw without
    clear groups counts as one group, which agrees with no division. Draws are seeded and made among people
    sorted by what they answered, so neither arrival nor names change them.
    """
    of_a_draw = _lighter(settings or result.settings)
    part, person = _countable(votes, hidden, headline)
    people = min(round(KEPT * len(person)), MOST_PEOPLE)
    if not result.clear or draws < 1 or people < 2:
        return Stability(None, 0, 0)
    found = []
    for draw in range(draws):
        chance = np.random.default_rng([SEED, draw])
        drawn = np.sort(chance.choice(len(person), people, replace=False, shuffle=False))
        again = find_groups(_only(part, person[drawn]), hidden=hidden, settings=of_a_draw)
        found.append(adjusted_rand_index(result.group[person[drawn]], again.group))
    return Stability(float(np.median(found)), draws, people)


def _lighter(settings: Settings) -> Settings:
    """The same settings with one reference of each kind: three times faster, and draws come out as before."""
    grouping = replace(settings.grouping, clouds=min(settings.grouping.clouds, 1))
    return replace(settings, redraws=min(settings.redraws, 1), grouping=grouping)


def adjusted_rand_index(one: np.ndarray, other: np.ndarray) -> float:
    """How far two divisions of the same people agree, 1 fully, 0 as by chance (Hubert and Arabie 1985).

    `one` and `other` are group numbers int[n]; people with a negative number in either are left out. Two
    divisions that both leave everybody together, or both everybody alone, agree fully.
    """
    both = (one >= 0) & (other >= 0)
    first, second = (np.unique(labels[both], return_inverse=True)[1] for labels in (one, other))
    people = int(both.sum())
    if people < 2:
        return 1.0
    together = np.bincount(first * (int(second.max()) + 1) + second)
    pairs = _pairs(together)
    in_one, in_other, all_pairs = (
        _pairs(counts) for counts in (np.bincount(first), np.bincount(second), [people])
    )
    expected = in_one * in_other / all_pairs
    most = (in_one + in_other) / 2
    return 1.0 if most == expected else (pairs - expected) / (most - expected)


def _pairs(counts: np.ndarray | list[int]) -> float:
    number = np.asarray(counts, dtype=np.float64)
    return float((number * (number - 1) / 2).sum())


def _countable(votes: Votes, hidden: Bools | None, headline: Bools | None) -> tuple[_Rows, Whole]:
    """The votes by person, and the headline people who voted, sorted by what they answered."""
    seen = np.bincount(votes.rows, minlength=votes.participants)
    starts = np.concatenate(([0], np.cumsum(seen)))
    part = _Rows(votes, starts)
    counted = seen > 0 if headline is None else (seen > 0) & headline
    person = np.flatnonzero(counted)
    return part, person[np.argsort(_answers(part, hidden)[person], kind="stable")]


@dataclass(frozen=True, eq=False)
class _Rows:
    """Votes with `starts` int64[n+1], where each person's votes begin."""

    votes: Votes
    starts: Whole


def _answers(part: _Rows, hidden: Bools | None) -> np.ndarray:
    """One number uint64[n] a person, from their answers alone: people with equal answers share it."""
    votes, starts = part.votes, part.starts
    table = np.random.default_rng(SEED).integers(0, 1 << 64, (votes.statements, 3), dtype=np.uint64)
    if hidden is not None:
        table[hidden] = 0
    flat = table.ravel()
    total = np.zeros(votes.participants, dtype=np.uint64)
    first = 0
    while first < votes.participants:
        last = max(int(np.searchsorted(starts, starts[first] + VOTES_AT_ONCE, side="right")) - 1, first + 1)
        piece = slice(starts[first], starts[last])
        numbers = flat[votes.columns[piece].astype(np.int64) * 3 + votes.values[piece] + 1]
        voted = starts[first:last] < starts[first + 1 : last + 1]
        if len(numbers):
            total[first:last][voted] = np.add.reduceat(numbers, (starts[first:last] - starts[first])[voted])
        first = last
    return total


def _only(part: _Rows, person: Whole) -> Votes:
    """The votes of these people alone, in this order."""
    begin, seen = part.starts[person], part.starts[person + 1] - part.starts[person]
    begin_here = np.cumsum(seen) - seen
    source = np.repeat(begin - begin_here, seen) + np.arange(int(seen.sum()))
    return Votes(
        participants=len(person),
        statements=part.votes.statements,
        rows=np.repeat(np.arange(len(person), dtype=np.int32), seen),
        columns=part.votes.columns[source],
        values=part.votes.values[source],
    )
