"""What each group stands for, what bridges the groups and what divides them, from counts alone.

Source: formulas 8 and 9 of the project's paper on opinion groups, with the prior of Jeffreys (one half) and a
bound on false discoveries (Benjamini and Hochberg 1995) in place of a fixed level. The groups were found in
the same votes, so the probabilities are a way to rank and to leave out chance, not evidence for the groups.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from entente.dialogue.opinion_groups.votes import AGREE, DISAGREE, Bools, Floats, Whole


@dataclass(frozen=True)
class StatementRule:
    """How many must have seen a statement before it is listed, and how sure a listing has to be.

    In every group at least `least_seen` people and `least_share_seen` of the group must have seen it,
    but never more than `enough_seen` need to. `false_share` bounds the expected share of chance among what is
    listed. `least_spread` is the difference of agreement, 0..1, from which groups are called divided.
    """

    least_seen: int = 10
    least_share_seen: float = 0.2
    enough_seen: int = 50
    false_share: float = 0.1
    least_spread: float = 0.2
    most_listed: int = 10


@dataclass(frozen=True)
class Stand:
    """A statement that a group agrees (+1) or disagrees (-1) with, and does so more than everybody else.

    `share` is the group's share of those who saw it, 0..1; `effect` how much higher that is than in the other
    groups, -1..1, after smoothing; `p` the adjusted probability of seeing this by chance.
    """

    statement: int
    direction: int
    share: float
    effect: float
    p: float


@dataclass(frozen=True)
class Bridge:
    """A statement on which every group has a majority in the same direction.

    `value` 0..1 is the geometric mean over groups of P·(1 - opposite P); `shares` each group's share of those
    who saw it; `p` the adjusted probability that one group has no majority.
    """

    statement: int
    direction: int
    value: float
    shares: tuple[float, ...]
    p: float


@dataclass(frozen=True)
class Divide:
    """A statement on which groups differ most: `spread` is highest minus lowest smoothed agreement, 0..1."""

    statement: int
    spread: float
    shares: tuple[float, ...]
    p: float


@dataclass(frozen=True)
class Lists:
    """What the groups stand for (one list per group), bridges, divides, and statements too few have seen."""

    stands_for: tuple[tuple[Stand, ...], ...]
    bridging: tuple[Bridge, ...]
    dividing: tuple[Divide, ...]
    uncertain: tuple[int, ...]


def read_statements(counts: Whole, sizes: Whole, visible: Bools, rule: StatementRule) -> Lists:
    """Lists from `counts` int[k, m, 3] (agree, disagree, pass), group `sizes` int[k], `visible` bool[m]."""
    needed = np.maximum(rule.least_seen, np.minimum(np.ceil(rule.least_share_seen * sizes), rule.enough_seen))
    known = (counts.sum(axis=2) >= needed[:, None]) & visible
    everywhere = known.all(axis=0)
    return Lists(
        stands_for=_stands_for(counts, known, rule),
        bridging=_bridging(counts, everywhere, rule),
        dividing=_dividing(counts, everywhere, rule),
        uncertain=tuple(np.flatnonzero(visible & ~everywhere).tolist()),
    )


def smoothed(counts: Whole, direction: int) -> Floats:
    """(count + 1/2) / (seen + 1) for agreeing (+1) or disagreeing (-1), over the last axis of `counts`."""
    side = counts[..., 0] if direction == AGREE else counts[..., 1]
    return np.asarray((side + 0.5) / (counts.sum(axis=-1) + 1.0))


def false_discovery_adjusted(p: Floats) -> Floats:
    """Benjamini-Hochberg adjusted probabilities of a flat array, in the same order."""
    order = np.argsort(p, kind="stable")
    steps = p[order] * len(p) / np.arange(1, len(p) + 1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum.accumulate(steps[::-1])[::-1].clip(max=1.0)
    return adjusted


def _stands_for(counts: Whole, known: Bools, rule: StatementRule) -> tuple[tuple[Stand, ...], ...]:
    groups = len(counts)
    if groups < 2:
        return ((),) * groups
    others = counts.sum(axis=0) - counts
    testable = known & (others.sum(axis=2) >= rule.least_seen)
    strength, p, effect = (np.zeros((2, *testable.shape)) for _ in range(3))
    for side, direction in enumerate((AGREE, DISAGREE)):
        inside, outside = smoothed(counts, direction), smoothed(others, direction)
        above_half, ahead = _above_half(counts, direction), above_others(counts, others, direction)
        p[side] = upper_tail(np.minimum(above_half, ahead))
        effect[side] = inside - outside
        strength[side] = inside / outside * ahead * inside * above_half
    flat = np.broadcast_to(testable, p.shape)
    p[flat] = false_discovery_adjusted(p[flat])
    passes = flat & (p <= rule.false_share)
    return tuple(
        _strongest(counts[g], strength[:, g], p[:, g], effect[:, g], passes[:, g], rule.most_listed)
        for g in range(groups)
    )


def _strongest(
    counts: Whole, strength: Floats, p: Floats, effect: Floats, passes: Bools, most: int
) -> tuple[Stand, ...]:
    """One group's stands from the strongest down; the first axis is agree, disagree."""
    found = sorted(zip(*np.nonzero(passes), strict=True), key=lambda at: (-strength[at], at[1], at[0]))
    return tuple(
        Stand(
            statement=int(statement),
            direction=(AGREE, DISAGREE)[side],
            share=float(counts[statement, side] / counts[statement].sum()),
            effect=float(effect[side, statement]),
            p=float(p[side, statement]),
        )
        for side, statement in found[:most]
    )


def _bridging(counts: Whole, known: Bools, rule: StatementRule) -> tuple[Bridge, ...]:
    """Both directions are one family of tests, because they make one list."""
    candidates = np.flatnonzero(known)
    seen_by = counts[:, candidates]
    weakest = np.array([_above_half(seen_by, direction).min(axis=0) for direction in (AGREE, DISAGREE)])
    p = false_discovery_adjusted(upper_tail(weakest).ravel()).reshape(weakest.shape)
    found: list[Bridge] = []
    for side, direction in enumerate((AGREE, DISAGREE)):
        value = _geometric_mean(smoothed(seen_by, direction) * (1 - smoothed(seen_by, -direction)))
        shares = seen_by[..., side] / np.maximum(seen_by.sum(axis=-1), 1)
        for at in np.flatnonzero(p[side] <= rule.false_share):
            of_each = tuple(shares[:, at].tolist())
            found.append(
                Bridge(int(candidates[at]), direction, float(value[at]), of_each, float(p[side, at]))
            )
    return tuple(sorted(found, key=lambda bridge: (-bridge.value, bridge.statement))[: rule.most_listed])


def _dividing(counts: Whole, known: Bools, rule: StatementRule) -> tuple[Divide, ...]:
    if len(counts) < 2:
        return ()
    candidates = np.flatnonzero(known)
    seen_by = counts[:, candidates]
    agreement = smoothed(seen_by, AGREE)
    spread = agreement.max(axis=0) - agreement.min(axis=0)
    p = false_discovery_adjusted(_all_groups_alike(seen_by))
    shares = seen_by[..., 0] / np.maximum(seen_by.sum(axis=-1), 1)
    found = [
        Divide(int(candidates[at]), float(spread[at]), tuple(shares[:, at].tolist()), float(p[at]))
        for at in np.flatnonzero((p <= rule.false_share) & (spread >= rule.least_spread))
    ]
    return tuple(sorted(found, key=lambda divide: (-divide.spread, divide.statement))[: rule.most_listed])


def _geometric_mean(shares: Floats) -> Floats:
    return np.asarray(np.exp(np.log(shares).mean(axis=0)))


def _above_half(counts: Whole, direction: int) -> Floats:
    """How many standard errors a group's share lies above one half."""
    return np.asarray(2 * np.sqrt(counts.sum(axis=-1) + 1.0) * (smoothed(counts, direction) - 0.5))


def above_others(counts: Whole, others: Whole, direction: int) -> Floats:
    """How many standard errors a group's share lies above that of all other groups together."""
    inside, outside = counts.sum(axis=-1) + 1.0, others.sum(axis=-1) + 1.0
    here, there = smoothed(counts, direction), smoothed(others, direction)
    pooled = (here * inside + there * outside) / (inside + outside)
    return np.asarray((here - there) / np.sqrt(pooled * (1 - pooled) * (1 / inside + 1 / outside)))


def _all_groups_alike(counts: Whole) -> Floats:
    """Probability of agreement this uneven if all groups agreed alike (chi-squared, k - 1 degrees)."""
    seen = counts.sum(axis=-1) + 1.0
    agreement = smoothed(counts, AGREE)
    pooled = (agreement * seen).sum(axis=0) / seen.sum(axis=0)
    uneven = (seen * (agreement - pooled) ** 2).sum(axis=0) / (pooled * (1 - pooled))
    return np.array([chi_squared_tail(float(value), len(counts) - 1) for value in uneven])


def upper_tail(z: Floats) -> Floats:
    """Probability that a standard normal number is above each z."""
    return np.array([0.5 * math.erfc(value / math.sqrt(2)) for value in z.ravel().tolist()]).reshape(z.shape)


def chi_squared_tail(value: float, degrees: int) -> float:
    """Probability that a chi-squared number with a few `degrees` of freedom is above `value`."""
    half = value / 2
    odd = degrees % 2
    term = math.exp(-half) * (math.sqrt(half / math.pi) * 2 if odd else 1.0)
    tail = math.erfc(math.sqrt(half)) if odd else 0.0
    for step in range(degrees // 2):
        tail += term
        term *= half / (step + (1.5 if odd else 1.0))
    return min(tail, 1.0)
