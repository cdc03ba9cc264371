"""The result that Polis would show for the same votes, so that both can be laid side by side.

Written from the formulas 1 to 10 and 12 of the project's paper on opinion groups, as the first run of a
conversation. Its faults are kept on purpose: who came first decides where the search for groups begins.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entente.dialogue.opinion_groups.polis_clusters import PolisGrouping, group_as_polis
from entente.dialogue.opinion_groups.polis_statements import (
    Representative,
    group_aware_consensus,
    majority,
    priorities,
    representative,
)
from entente.dialogue.opinion_groups.votes import Bools, Floats, Votes, Whole

FEWEST_VOTES = 7
FEWEST_PEOPLE = 15
MOST_PEOPLE = 100_000
MOST_STATEMENTS = 10_000
POWER_STEPS = 100
START_SEED = 1
KIND = np.array([2, 0, 1])  # pass, agree, disagree: the last axis of counts is agree, disagree, pass


@dataclass(frozen=True, eq=False)
class PolisResult:
    """What Polis shows for n people and m statements, k groups in the order in which it finds them.

    Per person, in order of arrival: `positions` float64[n, 2], `group` int64[n] (-1 outside the conversation)
    and `closeness` float64[n, 3]: 1 - distance to the middle of all, 1 - distance to that of the own group,
    and how far out in the direction of that group (nan without one). Per statement: `mean`, `loadings`
    [m, 2], `statement_positions` [m, 2], `extremity`, `consensus`, `priority`. `counts` int64[k, m, 3] and
    `totals` int64[m, 3] are agree, disagree, pass in the groups and over everybody, rejected statements too.
    """

    positions: Floats
    group: Whole
    closeness: Floats
    k: int
    bases: int
    silhouettes: dict[int, float]
    centres: Floats
    group_sizes: Whole
    mean: Floats
    loadings: Floats
    statement_positions: Floats
    extremity: Floats
    counts: Whole
    totals: Whole
    representative: tuple[tuple[Representative, ...], ...]
    consensus: Floats
    agreed: tuple[int, ...]
    disagreed: tuple[int, ...]
    priority: Floats


def polis_groups(
    votes: Votes, moderated_out: Bools | None = None, *, meta: Bools | None = None
) -> PolisResult:
    """Groups and lists as Polis finds them; rows are people in order of arrival.

    `moderated_out` and `meta` bool[m] mark statements that make no map; their votes count towards taking
    part. People and statements beyond Polis's own limits are ignored, as it does. Raises ValueError when a
    mark does not have one entry per statement.
    """
    out, about = (_marks(given, votes.statements) for given in (moderated_out, meta))
    excluded = out | about
    taken_in = _taken_in(votes)
    mean, loadings, positions = chart(taken_in, excluded)
    position_of = np.sqrt(votes.statements) * (1 - mean)[:, None] * loadings
    extremity = np.hypot(position_of[:, 0], position_of[:, 1])
    grouped = in_conversation(np.bincount(taken_in.rows, minlength=votes.participants), votes.statements)
    grouping = _grouping(positions[grouped])
    group = np.full(votes.participants, -1)
    group[grouped] = grouping.group
    k = len(grouping.centres)
    split = _counts(taken_in, group, k)
    counts, totals = split[:k], split.sum(axis=0)
    everywhere = counts.sum(axis=0)
    return PolisResult(
        positions=positions,
        group=group,
        closeness=closeness(positions, group, grouping.centres),
        k=k,
        bases=len(grouping.bases),
        silhouettes=grouping.silhouettes,
        centres=grouping.centres,
        group_sizes=np.bincount(grouping.group, minlength=k),
        mean=mean,
        loadings=loadings,
        statement_positions=position_of,
        extremity=extremity,
        counts=counts,
        totals=totals,
        representative=tuple(representative(inside, everywhere - inside, excluded) for inside in counts),
        consensus=group_aware_consensus(counts),
        agreed=majority(totals, 0, excluded),
        disagreed=majority(totals, 1, excluded),
        priority=priorities(everywhere, extremity, about),
    )


@dataclass(frozen=True, eq=False)
class Centred:
    """Vote minus mean answer where somebody voted, 0 elsewhere: `values` float64[v] of `people` x `width`."""

    rows: NDArray[np.int32]
    columns: NDArray[np.int32]
    values: Floats
    people: int
    width: int

    def times(self, vector: Floats) -> Floats:
        """C times a vector over statements float64[m]: float64[n]."""
        return _sums(self.rows, self.values * vector[self.columns], self.people)

    def square_times(self, vector: Floats) -> Floats:
        """C transposed times C times a vector over statements float64[m]: float64[m]."""
        return _sums(self.columns, self.values * self.times(vector)[self.rows], self.width)


def chart(votes: Votes, excluded: Bools) -> tuple[Floats, Floats, Floats]:
    """Formulas 1 to 4: mean answers float64[m], loadings float64[m, 2] and positions float64[n, 2].

    An excluded statement is 0 for everybody: its mean is 0, it moves nobody, and everybody has seen it.
    """
    used = ~excluded[votes.columns]
    rows, columns = votes.rows[used], votes.columns[used]
    values = votes.values[used].astype(np.float64)
    mean = _sums(columns, values, votes.statements)
    mean /= np.maximum(np.bincount(columns, minlength=votes.statements), 1)
    matrix = Centred(rows, columns, values - mean[columns], votes.participants, votes.statements)
    loadings = main_directions(matrix)
    seen = np.bincount(rows, minlength=votes.participants) + int(excluded.sum())
    outward = np.sqrt(votes.statements / np.maximum(seen, 1))
    return mean, loadings, np.column_stack([outward * matrix.times(loadings[:, axis]) for axis in (0, 1)])


def main_directions(matrix: Centred) -> Floats:
    """The first two right singular vectors float64[m, 2], 100 power steps each; nought where there is none.

    The entry of each that is largest by size is positive.
    """
    loadings = np.zeros((matrix.width, 2))
    starts = np.random.default_rng(START_SEED)
    nothing = 1e-9 * max(float(np.square(matrix.values).sum()), 1e-300)
    for axis in range(2):
        before = loadings[:, :axis]
        vector = starts.standard_normal(matrix.width)
        for _ in range(POWER_STEPS):
            vector = matrix.square_times(_without(before, vector))
            vector = _without(before, vector)
            length = float(np.linalg.norm(vector))
            if length <= nothing:
                return loadings
            vector /= length
        loadings[:, axis] = vector if vector[np.abs(vector).argmax()] >= 0 else -vector
    return loadings


def _without(before: Floats, vector: Floats) -> Floats:
    """A vector less its projection on the columns of `before`, the same on any number of cores (no BLAS)."""
    for other in before.T:
        vector = vector - other * float((other * vector).sum())
    return vector


def _sums(at: NDArray[np.int32], values: Floats, length: int) -> Floats:
    return np.bincount(at, weights=values, minlength=length).astype(np.float64)


def in_conversation(cast: Whole, statements: int) -> Bools:
    """Who is grouped, bool[n], from everybody's number of votes, rejected statements included.

    Seven votes, or all statements where there are fewer; when fewer than fifteen people come so far, those
    who voted most fill up to fifteen.
    """
    enough = cast >= min(FEWEST_VOTES, statements)
    enough &= cast > 0
    if enough.sum() < FEWEST_PEOPLE:
        most = np.argsort(-cast, kind="stable")[:FEWEST_PEOPLE]
        enough[most[cast[most] > 0]] = True
    return np.asarray(enough)


def closeness(positions: Floats, group: Whole, centres: Floats) -> Floats:
    """Formula 12, float64[n, 3]; nan for people without a group."""
    found = np.full((len(group), 3), np.nan)
    grouped = group >= 0
    if not grouped.any():
        return found
    points, own = positions[grouped], centres[group[grouped]]
    middle = points.mean(axis=0)
    outward = own - middle
    length = np.hypot(outward[:, 0], outward[:, 1])
    along = ((points - middle) * outward).sum(axis=1) / np.where(length > 0, length, 1.0)
    found[grouped] = np.column_stack(
        [1 - np.hypot(*(points - middle).T), 1 - np.hypot(*(points - own).T), along]
    )
    return found


def _marks(given: Bools | None, statements: int) -> Bools:
    marks = np.zeros(statements, dtype=bool) if given is None else np.asarray(given, dtype=bool)
    if marks.shape != (statements,):
        raise ValueError(f"A mark needs {statements} entries, one per statement.")
    return marks


def _taken_in(votes: Votes) -> Votes:
    """The votes that Polis takes in: of its first 100,000 people on the first 10,000 statements."""
    if votes.participants <= MOST_PEOPLE and votes.statements <= MOST_STATEMENTS:
        return votes
    kept = (votes.rows < MOST_PEOPLE) & (votes.columns < MOST_STATEMENTS)
    rows, columns, values = votes.rows[kept], votes.columns[kept], votes.values[kept]
    return Votes(votes.participants, votes.statements, rows, columns, values)


def _grouping(points: Floats) -> PolisGrouping:
    if len(points):
        return group_as_polis(points)
    nobody = np.zeros(0, dtype=np.int64)
    return PolisGrouping(nobody, nobody, np.zeros((0, 2)), np.zeros((0, 2)), {})


def _counts(votes: Votes, group: Whole, k: int) -> Whole:
    """Agree, disagree, pass by group and statement, the ungrouped last, int64[k + 1, m, 3]."""
    at = (np.where(group < 0, k, group)[votes.rows] * votes.statements + votes.columns) * 3
    cells = np.bincount(at + KIND[votes.values], minlength=(k + 1) * votes.statements * 3)
    return np.asarray(cells.reshape(k + 1, votes.statements, 3))
