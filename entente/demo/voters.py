"""Invented voters for Marenne's dialogues, the same ones for the same seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

AGREE, PASS, DISAGREE = 1, 0, -1

Kind = TypeVar("Kind")

SHARES: tuple[float, ...] = (0.42, 0.33, 0.25)
LANGUAGES: Mapping[str, float] = MappingProxyType({"en": 0.40, "fr": 0.28, "ar": 0.20, "ro": 0.12})
STRATA: Mapping[str, float] = MappingProxyType({"letter": 0.45, "hosted": 0.20, "open": 0.35})
DISTRICTS: Mapping[str, float] = MappingProxyType(
    {
        "old_port": 0.16,
        "north_quay": 0.24,
        "the_lindens": 0.22,
        "university_hill": 0.19,
        "mill_fields": 0.05,
        "saint_roch": 0.14,
    }
)


@dataclass(frozen=True, slots=True)
class Voter:
    """Somebody who does not exist: how they came, in which language, and what they answered.

    `answers` maps a statement's row in `stands` to 1 agree, 0 pass or -1 disagree, in the order of answering.
    `planted_group` is the row of `shares` the voter was drawn from; tests look at it and nothing stores it.
    """

    language: str
    stratum: str
    district: str
    answers: dict[int, int]
    planted_group: int


def synthetic_votes(
    stands: NDArray[np.float64],
    *,
    voters: int,
    seed: int,
    shares: Sequence[float] = SHARES,
    languages: Mapping[str, float] = LANGUAGES,
    strata: Mapping[str, float] = STRATA,
    districts: Mapping[str, float] = DISTRICTS,
    answers_each: tuple[int, int] = (20, 38),
    dropouts: float = 0.04,
    pass_rate: float = 0.12,
) -> list[Voter]:
    """Draw `voters` people who answer as their planted group leans.

    `stands` is (m statements, g groups), each entry from -1 (all disagree) to 1 (all agree); `shares` has g
    entries. Each person answers between `answers_each` statements (never more than m), or exactly three when
    among the `dropouts`; early statements are seen a little more often. Quotas for groups, languages, strata
    and districts are met to within one person; who gets which is left to `seed`.

    Raises ValueError when shapes, shares or leanings make no sense.
    """
    leanings = _checked_leanings(stands, shares)
    rng = np.random.default_rng(seed)
    groups = _quota(dict(enumerate(shares)), voters, rng)
    tongues = _quota(languages, voters, rng)
    ways_in = _quota(strata, voters, rng)
    homes = _quota(districts, voters, rng)
    counts = _answer_counts(voters, leanings.shape[0], answers_each, dropouts, rng)
    return [
        Voter(
            language=tongues[i],
            stratum=ways_in[i],
            district=homes[i],
            answers=_answers(leanings[:, groups[i]], counts[i], pass_rate, rng),
            planted_group=groups[i],
        )
        for i in range(voters)
    ]


def _checked_leanings(stands: NDArray[np.float64], shares: Sequence[float]) -> NDArray[np.float64]:
    """Return `stands` as floats (m, g), or raise ValueError naming what is wrong."""
    leanings = np.asarray(stands, dtype=np.float64)
    if leanings.ndim != 2 or leanings.shape[1] != len(shares):
        raise ValueError(f"stands must be (statements, {len(shares)} groups), not {leanings.shape}.")
    if not np.all(np.abs(leanings) <= 1):
        raise ValueError("Every stand lies between -1 and 1.")
    if min(shares) < 0 or not np.isclose(sum(shares), 1):
        raise ValueError("Shares are not negative and add up to 1.")
    return leanings


def _quota(parts: Mapping[Kind, float], voters: int, rng: np.random.Generator) -> list[Kind]:
    """Return `voters` kinds in random order, each kind as often as its part says (largest remainder)."""
    kinds = list(parts)
    exact = np.array([parts[kind] for kind in kinds]) / sum(parts.values()) * voters
    whole = np.floor(exact).astype(int)
    for k in np.argsort(whole - exact, kind="stable")[: voters - int(whole.sum())]:
        whole[k] += 1
    drawn = rng.permutation(np.repeat(np.arange(len(kinds)), whole))
    return [kinds[int(k)] for k in drawn]


def _answer_counts(
    voters: int, statements: int, answers_each: tuple[int, int], dropouts: float, rng: np.random.Generator
) -> list[int]:
    """Return how many statements each person answers: most of them many, the dropouts three."""
    low, high = (min(bound, statements) for bound in answers_each)
    counts = rng.integers(low, high + 1, size=voters)
    leavers = rng.permutation(voters)[: round(voters * dropouts)]
    counts[leavers] = min(3, statements)
    return [int(count) for count in counts]


def _answers(
    leaning: NDArray[np.float64], count: int, pass_rate: float, rng: np.random.Generator
) -> dict[int, int]:
    """Return `count` answers of one person whose group leans as `leaning` (m,) says."""
    m = leaning.shape[0]
    seen_early = np.linspace(1.25, 0.85, m)
    rows = rng.choice(m, size=count, replace=False, p=seen_early / seen_early.sum())
    # People differ in how readily they pass; the mean of this Beta is `pass_rate`.
    own_pass_rate = rng.beta(6 * pass_rate, 6 * (1 - pass_rate)) if 0 < pass_rate < 1 else pass_rate
    passes = rng.random(count) < own_pass_rate
    agrees = rng.random(count) < (1 + leaning[rows]) / 2
    values = np.where(passes, PASS, np.where(agrees, AGREE, DISAGREE))
    return {int(row): int(value) for row, value in zip(rows, values, strict=True)}
