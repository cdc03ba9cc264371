"""The two directions in which the answers differ most, and where everybody stands along them.

Source: the formulas 2 to 5 of the project's paper on opinion groups. The centred matrix C holds vote minus
the statement's mean where somebody voted and 0 elsewhere, so it stays as sparse as the votes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from entente.dialogue.opinion_groups.votes import Bools, CanonicalVotes, Floats, Whole

MOST_STEPS = 60
SETTLED = 1e-6
START_SEED = 20_250
SHUFFLE_SEED = 20_251
STEPS_WHEN_SHUFFLED = 30
VOTES_TO_SHUFFLE = 500_000
MOST_SHUFFLES = 5


@dataclass(frozen=True, eq=False)
class Components:
    """The map of a dialogue: the mean answer to every statement and the two main directions of difference.

    `mean` float64[m] (0 where nobody voted or the statement is hidden); `loadings` float64[m, 2], unit length
    in each column, the largest entry by size positive; `statement_positions` float64[m, 2]: where somebody
    would stand who only agreed with that statement; `extremity` float64[m]: its distance from the middle;
    `explained` float64[2]: share of all variation along each direction, 0..1; `counted` bool[m].
    """

    mean: Floats
    loadings: Floats
    statement_positions: Floats
    extremity: Floats
    explained: Floats
    counted: Bools


@dataclass(frozen=True, eq=False)
class Centred:
    """C by rows: `starts` int64[n+1], `columns` int64[v], `values` float64[v], and its width `statements`."""

    starts: Whole
    columns: Whole
    values: Floats
    statements: int

    @property
    def lengths(self) -> Whole:
        """Votes of each person, int64[n]."""
        return np.diff(self.starts)

    def times(self, vector: Floats) -> Floats:
        """C times a vector over statements float64[m]: float64[n]."""
        products = vector[self.columns]
        products *= self.values
        voted = self.lengths > 0
        sums = np.zeros(len(self.starts) - 1)
        if len(products):
            sums[voted] = np.add.reduceat(products, self.starts[:-1][voted])
        return sums

    def transposed_times(self, vector: Floats) -> Floats:
        """C transposed times a vector over people float64[n]: float64[m]."""
        products = np.repeat(vector, self.lengths)
        products *= self.values
        sums = np.bincount(self.columns, weights=products, minlength=self.statements)
        return np.asarray(sums, dtype=np.float64)


def centre(votes: CanonicalVotes) -> tuple[Floats, Centred]:
    """Mean answer per statement float64[m] (passes count as 0) and the centred sparse matrix."""
    statements = len(votes.visible)
    seen = np.bincount(votes.columns, minlength=statements)
    mean = np.bincount(votes.columns, weights=votes.values, minlength=statements) / np.maximum(seen, 1)
    return mean, centred_on(votes, mean)


def centred_on(votes: CanonicalVotes, mean: Floats) -> Centred:
    """The votes less a mean float64[m] per statement, which may be that of other people."""
    values = votes.values.astype(np.float64)
    values -= mean[votes.columns]
    return Centred(votes.starts, votes.columns, values, len(mean))


def main_directions(matrix: Centred, *, most_steps: int = MOST_STEPS) -> tuple[Floats, Floats]:
    """The first two right singular vectors float64[m, 2] and the squares of their singular values float64[2].

    A Krylov space of C'C, kept orthogonal, with Rayleigh-Ritz; it ends when both residuals are below
    1e-6 of the first eigenvalue or after `most_steps`. Directions that do not exist are zero.
    """
    vectors, squares = np.zeros((matrix.statements, 2)), np.zeros(2)
    alive = np.bincount(matrix.columns, weights=np.abs(matrix.values), minlength=matrix.statements) > 0
    room = min(int(alive.sum()), most_steps)
    basis, images = np.zeros((room, matrix.statements)), np.zeros((room, matrix.statements))
    starts = np.random.default_rng(START_SEED)
    candidate = starts.standard_normal(matrix.statements) * alive
    for step in range(room):
        fresh = _orthogonal_to(basis[:step], candidate)
        while fresh is None:
            fresh = _orthogonal_to(basis[:step], starts.standard_normal(matrix.statements) * alive)
        basis[step] = fresh
        images[step] = matrix.transposed_times(matrix.times(fresh))
        candidate = images[step]
        if step >= 8 and step % 4 == 0 and _settled(basis[: step + 1], images[: step + 1]):
            basis, images = basis[: step + 1], images[: step + 1]
            break
    if not len(basis):
        return vectors, squares
    values, turn = np.linalg.eigh(_products(basis, images))
    for place in range(min(2, len(values))):
        if values[-1 - place] > 1e-12 * max(values[-1], 1e-300):
            squares[place] = values[-1 - place]
            vectors[:, place] = _with_fixed_sign(_mixture(turn[:, -1 - place], basis))
    return vectors, squares


def components(votes: CanonicalVotes) -> tuple[Components, Centred]:
    """The map of a dialogue, with the centred matrix that it comes from."""
    mean, matrix = centre(votes)
    loadings, squares = main_directions(matrix)
    variation = float(np.square(matrix.values).sum())
    positions = np.sqrt(max(int(votes.visible.sum()), 1)) * (1 - mean)[:, None] * loadings
    result = Components(
        mean=mean,
        loadings=loadings,
        statement_positions=positions,
        extremity=np.hypot(positions[:, 0], positions[:, 1]),
        explained=squares / variation if variation > 0 else np.zeros(2),
        counted=votes.visible,
    )
    return result, matrix


def positions(matrix: Centred, loadings: Floats, counted: int) -> Floats:
    """Where each person stands, float64[n, 2]: √(counted statements / own votes) · C · loadings.

    The factor keeps the noise alike for everybody, so people with few votes lie nearer to the middle, not
    further out: in real conversations they spread half as far as people with many. It needs no cap.
    """
    scale = np.sqrt(counted / np.maximum(matrix.lengths, 1))
    return np.column_stack([scale * matrix.times(loadings[:, axis].copy()) for axis in (0, 1)])


def shuffled_maps(votes: CanonicalVotes, part: Components) -> Iterator[Floats]:
    """Maps float64[n, 2] of the same votes dealt out anew among those who saw each statement.

    Who saw what and how each statement fared stay as they are; that answers belong together does not. What
    such a map still shows comes from who saw what. Five maps for few votes, one from 250,000 on.
    """
    chance = np.random.default_rng(SHUFFLE_SEED)
    total = len(votes.values)
    by_column = np.argsort(votes.columns.astype(np.min_scalar_type(len(part.mean))), kind="stable")
    for _ in range(min(max(VOTES_TO_SHUFFLE // max(total, 1), 1), MOST_SHUFFLES)):
        dealt = chance.integers(0, 1 << 32, total)
        dealt += votes.columns << 32
        dealt <<= 2
        dealt += votes.values + 1
        dealt.sort()
        values = np.empty(total)
        values[by_column] = (dealt & 3) - 1
        values -= part.mean[votes.columns]
        matrix = Centred(votes.starts, votes.columns, values, len(part.mean))
        yield positions(
            matrix, main_directions(matrix, most_steps=STEPS_WHEN_SHUFFLED)[0], int(part.counted.sum())
        )


def _orthogonal_to(basis: Floats, vector: Floats) -> Floats | None:
    """The unit part of a vector outside the basis, or None when nothing but rounding is left."""
    length = float(np.linalg.norm(vector))
    if length == 0:
        return None
    rest = vector / length
    for _ in range(2):
        rest = rest - _mixture(_products(basis, rest[None])[:, 0], basis)
    left = float(np.linalg.norm(rest))
    return None if left < 1e-10 else rest / left


def _settled(basis: Floats, images: Floats) -> bool:
    """Whether the two leading directions no longer change."""
    values, turn = np.linalg.eigh(_products(basis, images))
    left = [
        _mixture(turn[:, last], images) - values[last] * _mixture(turn[:, last], basis) for last in (-1, -2)
    ]
    return bool(np.linalg.norm(left, axis=1).max() <= SETTLED * values[-1])


def _products(left: Floats, right: Floats) -> Floats:
    """Every row of `left` times every row of `right`, the same on any number of cores (no BLAS)."""
    return np.asarray(np.einsum("ij,kj->ik", left, right))


def _mixture(shares: Floats, rows: Floats) -> Floats:
    """The sum of `rows`, each times its share."""
    return np.asarray(np.einsum("i,ij->j", shares, rows))


def _with_fixed_sign(vector: Floats) -> Floats:
    unit = vector / np.linalg.norm(vector)
    return np.asarray(unit if unit[np.argmax(np.abs(unit))] > 0 else -unit)
