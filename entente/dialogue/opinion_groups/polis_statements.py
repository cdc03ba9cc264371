"""What groups stand for, what most agree on and what to show next, as Polis works it out from counts.

Source: formulas 8 to 10 of the project's paper on opinion groups. Counts have agree, disagree and pass on
their last axis; P, z, R and Z are its P, z, R and Z.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from entente.dialogue.opinion_groups.votes import AGREE, DISAGREE, Bools, Floats, Whole

SURE = 1.2816  # one-sided 90 %
MOST_LISTED = 5
META_PRIORITY = 49.0


@dataclass(frozen=True, eq=False)
class Signs:
    """P, z, R and Z of one direction, float64[m] each."""

    share: Floats
    above_half: Floats
    ratio: Floats
    above_others: Floats

    @property
    def strength(self) -> Floats:
        """R·Z·P·z."""
        return self.ratio * self.above_others * self.share * self.above_half

    @property
    def passes(self) -> Bools:
        """Where both z and Z are sure."""
        return (self.above_half > SURE) & (self.above_others > SURE)


@dataclass(frozen=True)
class Representative:
    """A statement listed for a group, in the direction (+1 agree, -1 disagree) the group is known by."""

    statement: int
    direction: int


def share_of(side: Whole, seen: Whole) -> Floats:
    """P = (A + 1) / (S + 2)."""
    return np.asarray((side + 1) / (seen + 2))


def above_half(side: Whole, seen: Whole) -> Floats:
    """z = 2·√(S + 1)·((A + 1) / (S + 1) - 1/2)."""
    return np.asarray(2 * np.sqrt(seen + 1) * ((side + 1) / (seen + 1) - 0.5))


def above_others(side: Whole, seen: Whole, other_side: Whole, other_seen: Whole) -> Floats:
    """Z of the two shares (A + 1) / (S + 1) inside and outside, 0 where everybody is on this side."""
    here, there = (side + 1) / (seen + 1), (other_side + 1) / (other_seen + 1)
    pooled = (side + other_side + 2) / (seen + other_seen + 2)
    error = np.sqrt(pooled * (1 - pooled) * (1 / (seen + 1) + 1 / (other_seen + 1)))
    return np.asarray(np.where(pooled < 1, (here - there) / np.where(error > 0, error, 1.0), 0.0))


def signs(inside: Whole, outside: Whole, axis: int) -> Signs:
    """The four numbers of one direction (`axis` 0 agree, 1 disagree) from counts int64[m, 3] each."""
    side, seen, other_side, other_seen = (
        inside[:, axis],
        inside.sum(axis=1),
        outside[:, axis],
        outside.sum(axis=1),
    )
    share = share_of(side, seen)
    return Signs(
        share,
        above_half(side, seen),
        share / share_of(other_side, other_seen),
        above_others(side, seen, other_side, other_seen),
    )


def representative(inside: Whole, outside: Whole, excluded: Bools) -> tuple[Representative, ...]:
    """The statements that stand for a group: at most five, its best agreement among them, agrees first."""
    agree, disagree = signs(inside, outside, 0), signs(inside, outside, 1)
    is_agree = agree.above_others > disagree.above_others
    best = best_agreement(inside, agree, excluded)
    passing = (agree.passes | disagree.passes) & ~excluded
    if passing.any():
        strength = np.where(is_agree, agree.strength, disagree.strength)
        ranked = sorted(np.flatnonzero(passing).tolist(), key=lambda at: (-strength[at], at))
        chosen = [best, *ranked] if best is not None else ranked
    elif best is not None:
        chosen = [best]
    else:
        highest = np.where(excluded, -np.inf, np.maximum(agree.above_others, disagree.above_others))
        chosen = [int(highest.argmax())] if len(highest) and not excluded.all() else []
    listed = [
        Representative(at, AGREE if at == best or is_agree[at] else DISAGREE) for at in dict.fromkeys(chosen)
    ]
    return tuple(sorted(listed[:MOST_LISTED], key=lambda one: -one.direction))


def best_agreement(inside: Whole, agree: Signs, excluded: Bools) -> int | None:
    """The statement that a group agrees with best, found in one scan; None when none will do."""
    best = None
    plain = agree.share * agree.above_half
    for at in np.flatnonzero(~excluded & (inside[:, :2].sum(axis=1) > 0)).tolist():
        if best is None:
            is_better = agree.above_half[at] > SURE or (agree.ratio[at] > 1 and agree.share[at] > 0.5)
        elif agree.ratio[best] > 1:
            is_better = agree.strength[at] > agree.strength[best]
        else:
            is_better = plain[at] > plain[best]
        if is_better:
            best = at
    return best


def group_aware_consensus(counts: Whole) -> Floats:
    """G = product over groups of (A + 1) / (S + 2), float64[m], from counts int64[k, m, 3]."""
    return np.asarray(share_of(counts[..., 0], counts.sum(axis=2)).prod(axis=0))


def majority(totals: Whole, axis: int, excluded: Bools) -> tuple[int, ...]:
    """At most five statements that most of everybody agrees (`axis` 0) or disagrees (1) with, best first."""
    seen = totals.sum(axis=1)
    share, sure = share_of(totals[:, axis], seen), above_half(totals[:, axis], seen)
    found = np.flatnonzero((share > 0.5) & (sure > SURE) & ~excluded).tolist()
    return tuple(sorted(found, key=lambda at: (-share[at] * sure[at], at))[:MOST_LISTED])


def priorities(totals: Whole, extremity: Floats, meta: Bools) -> Floats:
    """The weight of each statement when the next one is drawn, float64[m], from counts over groups."""
    agree, seen = totals[:, 0], totals.sum(axis=1)
    passes = totals[:, 2]
    importance = (1 - (passes + 1) / (seen + 2)) * (extremity + 1) * (agree + 1) / (seen + 2)
    weight = (importance * (1 + 8 * 2 ** (-seen / 5))) ** 2
    return np.asarray(np.where(meta, META_PRIORITY, weight))
