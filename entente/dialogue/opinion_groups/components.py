"""The two directions in which the answers differ most, and where everybody stands along them.

Source: the formulas 2 to 5 of the project's paper on opinion groups. The centred matrix C holds vote minus
the statement's mean where somebody voted and 0 elsewhere, so it stays as sparse as the votes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entente.dialogue.opinion_groups.blocks import (
    KINDS,
    Block,
    ContentNumbers,
    CountCodes,
    Place,
    Redraw,
    SumByCode,
    TakePeople,
    finest_scale,
    table_of,
)
from entente.dialogue.opinion_groups.engines import Engine, Held, Serial
from entente.dialogue.opinion_groups.votes import Bools, Floats, Whole, mixed

MOST_STEPS = 60
SETTLED = 1e-6
START_SEED = 20_250
NOTHING_LEFT = 1e-8
REDRAW_SEED = 20_251
STEPS_WHEN_REDRAWN = 30
PEOPLE_TO_REDRAW = 20_000
VOTES_TO_REDRAW = 4_000_000
VOTES_IN_ALL_REDRAWS = 500_000
MOST_REDRAWS = 5


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
class Ballots:
    """The blocks of the people who make a map, what keeps them, and how often each code occurs.

    `people`: how many there are, those without votes included; `codes` int64[m, 3] counts disagree, pass,
    agree per statement; `visible` bool[m] marks the statements that count.
    """

    engine: Engine
    held: Held
    people: int
    codes: Whole
    visible: Bools

    @classmethod
    def of(cls, engine: Engine, held: Held, people: int, visible: Bools) -> Ballots:
        """Count what the blocks hold."""
        width = len(visible)
        codes = engine.total(CountCodes(width), held)
        empty = np.zeros((width, KINDS), dtype=np.int64)
        return cls(engine, held, people, empty if codes is None else codes.reshape(width, KINDS), visible)

    @property
    def seen(self) -> Whole:
        """How many answered each statement, int64[m]."""
        return np.asarray(self.codes.sum(axis=1))

    @property
    def mean(self) -> Floats:
        """The mean answer to each statement, passes counted as 0, float64[m]; 0 where nobody answered."""
        return np.asarray((self.codes[:, 2] - self.codes[:, 0]) / np.maximum(self.seen, 1))

    def image(self, direction: Floats) -> Floats:
        """C'C times a direction float64[m] of length 1, from sums that are exact."""
        scale = finest_scale(len(self.visible), self.people)
        table = table_of(self.mean, direction)
        sums = self.engine.total(SumByCode(table, scale), self.held)
        assert sums is not None, "Without votes there is no direction to follow."
        centred = table_of(self.mean, np.ones_like(direction)).reshape(-1, KINDS)
        return np.asarray((centred * (sums.reshape(-1, KINDS) / scale)).sum(axis=1))


def main_directions(ballots: Ballots, *, most_steps: int = MOST_STEPS) -> tuple[Floats, Floats]:
    """The first two right singular vectors float64[m, 2] and the squares of their singular values float64[2].

    A Krylov space of C'C, kept orthogonal, with Rayleigh-Ritz; it ends when both residuals are below
    1e-6 of the first eigenvalue or after `most_steps`. Directions that do not exist are zero.
    """
    width = len(ballots.visible)
    vectors, squares = np.zeros((width, 2)), np.zeros(2)
    alive = ballots.codes.max(axis=1, initial=0) < ballots.seen
    room = min(int(alive.sum()), most_steps)
    basis, images = np.zeros((room, width)), np.zeros((room, width))
    starts = np.random.default_rng(START_SEED)
    candidate = starts.standard_normal(width) * alive
    for step in range(room):
        fresh = _orthogonal_to(basis[:step], candidate)
        while fresh is None:
            fresh = _orthogonal_to(basis[:step], starts.standard_normal(width) * alive)
        basis[step] = fresh
        images[step] = ballots.image(fresh)
        candidate = images[step]
        if step >= 8 and step % 4 == 0 and _settled(basis[: step + 1], images[: step + 1]):
            basis, images = basis[: step + 1], images[: step + 1]
            break
    if not len(basis):
        return vectors, squares
    values, turn = np.linalg.eigh(_products(basis, images))
    for place in range(min(2, len(values))):
        if values[-1 - place] > NOTHING_LEFT * max(values[-1], 1e-300):
            squares[place] = values[-1 - place]
            vectors[:, place] = _with_fixed_sign(_mixture(turn[:, -1 - place], basis))
    return vectors, squares


def components(ballots: Ballots) -> Components:
    """The map of a dialogue."""
    mean = ballots.mean
    loadings, squares = main_directions(ballots)
    apart = np.square(np.array([-1.0, 0.0, 1.0]) - mean[:, None])
    variation = float((apart * ballots.codes).sum())
    positions = np.sqrt(max(int(ballots.visible.sum()), 1)) * (1 - mean)[:, None] * loadings
    return Components(
        mean=mean,
        loadings=loadings,
        statement_positions=positions,
        extremity=np.hypot(positions[:, 0], positions[:, 1]),
        explained=squares / variation if variation > 0 else np.zeros(2),
        counted=ballots.visible,
    )


def placing_on(mean: Floats, loadings: Floats, visible: int) -> Place:
    """The step that places people: √(`visible` statements / own votes) · C · loadings.

    The factor keeps the noise alike for everybody, so people with few votes lie nearer to the middle, not
    further out: in real conversations they spread half as far as people with many. It needs no cap.
    """
    return Place((table_of(mean, loadings[:, 0]), table_of(mean, loadings[:, 1])), visible)


def redrawn_maps(ballots: Ballots, fewest: int, most: int = MOST_REDRAWS) -> Iterator[Floats]:
    """Maps float64[c, 2] of at most 20,000 of the people with every vote drawn from its statement's shares.

    Who saw what and how each statement fared stay as they are; that answers belong together does not. What
    such a map still shows comes from who saw what. Five maps for few votes, one from 250,000 on; people with
    fewer than `fewest` votes are not on them.
    """
    sample = _sample(ballots)
    total = int(sum(len(block.codes) for block, _ in sample))
    shares = (np.cumsum(ballots.codes, axis=1) / np.maximum(ballots.seen, 1)[:, None])[:, :2].copy()
    for number in range(min(max(VOTES_IN_ALL_REDRAWS // max(total, 1), 1), most)):
        redraw = Redraw(shares, REDRAW_SEED + number)
        held = [redraw(block, numbers) for block, numbers in sample]
        redrawn = Ballots.of(Serial(), held, ballots.people, ballots.visible)
        loadings, _ = main_directions(redrawn, most_steps=STEPS_WHEN_REDRAWN)
        place = placing_on(redrawn.mean, loadings, int(ballots.visible.sum()))
        yield np.concatenate([placed.points[placed.seen >= fewest] for placed in map(place, held)])


def _sample(ballots: Ballots) -> list[tuple[Block, NDArray[np.uint64]]]:
    """The votes of some people, chosen by their answers and not by arrival, with a number for each person."""
    parts = list(ballots.engine.map(ContentNumbers(len(ballots.visible)), ballots.held))
    people = np.concatenate([of for of, _ in parts])
    numbers = _told_apart(np.concatenate([number for _, number in parts]))
    votes_each = max(int(ballots.codes.sum()) // len(people), 1)
    most = min(PEOPLE_TO_REDRAW, max(VOTES_TO_REDRAW // votes_each, 1))
    if len(people) > most:
        chosen = numbers <= np.partition(numbers, most - 1)[most - 1]
        people, numbers = people[chosen], numbers[chosen]
    order = np.argsort(people)
    taken = ballots.engine.map(TakePeople(people[order], numbers[order]), ballots.held)
    return [(block, number) for block, number in taken if len(number)]


def _told_apart(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Numbers that people with equal answers share, made different by counting these people."""
    order = np.argsort(numbers)
    in_order = numbers[order]
    first = np.append(True, in_order[1:] != in_order[:-1])
    place = np.arange(len(numbers)) - np.flatnonzero(first)[np.cumsum(first) - 1]
    apart = np.empty_like(numbers)
    apart[order] = mixed(in_order + mixed(place.astype(np.uint64)))
    return apart


def _orthogonal_to(basis: Floats, vector: Floats) -> Floats | None:
    """The unit part of a vector outside the basis, or None when nothing but rounding is left."""
    length = _length(vector)
    if length == 0:
        return None
    rest = vector / length
    for _ in range(2):
        rest = rest - _mixture(_products(basis, rest[None])[:, 0], basis)
    left = _length(rest)
    return None if left < NOTHING_LEFT else rest / left


def _settled(basis: Floats, images: Floats) -> bool:
    """Whether the two leading directions no longer change."""
    values, turn = np.linalg.eigh(_products(basis, images))
    left = [
        _mixture(turn[:, last], images) - values[last] * _mixture(turn[:, last], basis) for last in (-1, -2)
    ]
    return bool(max(map(_length, left)) <= SETTLED * values[-1])


def _products(left: Floats, right: Floats) -> Floats:
    """Every row of `left` times every row of `right`, the same on any number of cores (no BLAS)."""
    return np.asarray(np.einsum("ij,kj->ik", left, right))


def _mixture(shares: Floats, rows: Floats) -> Floats:
    """The sum of `rows`, each times its share."""
    return np.asarray(np.einsum("i,ij->j", shares, rows))


def _length(vector: Floats) -> float:
    return math.sqrt(float(np.square(vector).sum()))


def _with_fixed_sign(vector: Floats) -> Floats:
    unit = vector / _length(vector)
    return np.asarray(unit if unit[np.argmax(np.abs(unit))] > 0 else -unit)
