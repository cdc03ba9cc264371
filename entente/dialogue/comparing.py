"""What is different in a result without some of its voices, and which voices stand out. Free of Django.

It is about votes that came together, not about people. Nothing is told of fewer than ten.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from entente.dialogue.opinion_groups import StatementRule
from entente.dialogue.opinion_groups.statements import Lists, read_statements
from entente.dialogue.publication import LEAST

Plain = dict[str, Any]
MOST_MOVED = 20
LEAST_MOVE = 0.05
STRIKING_SHARE = 0.1  # of a batch that answered exactly alike
MANY, TIMES, DAYS = 100, 5, 3  # people of an open day, against the usual day, of so many others at least


@dataclass(frozen=True)
class Moved:
    """A statement whose share of agreement in the headline changes: fractions 0..1, by its number."""

    number: int
    counted: float
    left_out: float

    @property
    def by(self) -> float:
        """How far it moves when the voices are left out."""
        return self.left_out - self.counted


@dataclass(frozen=True)
class Listed:
    """A statement that bridges or divides only with these voices, or only without them."""

    number: int
    direction: int
    is_gone: bool


@dataclass(frozen=True)
class Compared:
    """Two results of one moment: with some voices counted and with them left out.

    `far` statements move by five points or more, of which `moved` holds the first twenty; every other one
    that ten people at least answered is in `moves_less`. `bridge` and `divide` are how many there are in all.
    """

    counted: Plain
    left_out: Plain
    moved: tuple[Moved, ...]
    far: int
    moves_less: int
    bridge: tuple[int, int]
    divide: tuple[int, int]
    bridging: tuple[Listed, ...]
    dividing: tuple[Listed, ...]

    @property
    def is_same(self) -> bool:
        """Whether the headline does not depend on these voices at all."""
        names = ("basis", "k", "eligible", "totals", "groups", "bridging", "dividing")
        return all(self.counted[name] == self.left_out[name] for name in names)

    @property
    def is_little(self) -> bool:
        """Whether numbers change, but neither the groups nor what bridges or divides, and nothing far."""
        is_alike = all(self.counted[name] == self.left_out[name] for name in ("basis", "k"))
        return not self.is_same and is_alike and not (self.far or self.bridging or self.dividing)


def compared(counted: Plain, left_out: Plain) -> Compared:
    """What changes from `counted` to `left_out`, both results of the same votes and statements."""
    numbers = counted["numbers"]
    moved = []
    for number, one, other in zip(numbers, counted["totals"], left_out["totals"], strict=True):
        # Ten at least answered, and ten at least of those who are left out.
        if min(sum(one), sum(other), abs(sum(one) - sum(other))) >= LEAST:
            moved.append(Moved(number, one[0] / sum(one), other[0] / sum(other)))
    far = sorted(
        (row for row in moved if abs(row.by) >= LEAST_MOVE), key=lambda row: (-abs(row.by), row.number)
    )
    bridge, divide = zip(*(_found(one, numbers) for one in (counted, left_out)), strict=True)
    return Compared(
        counted,
        left_out,
        tuple(far[:MOST_MOVED]),
        len(far),
        len(moved) - len(far[:MOST_MOVED]),
        (len(bridge[0]), len(bridge[1])),
        (len(divide[0]), len(divide[1])),
        _listed(*bridge),
        _listed(*divide),
    )


Found = set[tuple[int, int]]


def _found(result: Plain, numbers: list[int]) -> tuple[Found, Found]:
    """All statements that bridge and all that divide, by number and direction: more than a list shows."""
    lists = everything(result)
    bridging = {(numbers[row.statement], row.direction) for row in lists.bridging}
    return bridging, {(numbers[row.statement], 0) for row in lists.dividing}


def everything(result: Plain) -> Lists:
    """The lists of a result, however long they are."""
    counts = np.array([group["counts"] for group in result["groups"]], dtype=np.int64)
    visible = np.array([mean is not None for mean in result["components"]["mean"]], dtype=bool)
    sizes = np.array([group["size"] for group in result["groups"]], dtype=np.int64)
    if not len(visible) or not len(sizes):
        return Lists((), (), (), ())
    return read_statements(counts, sizes, visible, StatementRule(most_listed=len(visible)))


def _listed(with_them: Found, without: Found) -> tuple[Listed, ...]:
    changed = sorted(with_them ^ without)
    return tuple(Listed(number, direction, (number, direction) in with_them) for number, direction in changed)


def strikes(batches: list[Plain]) -> dict[tuple[str, str], tuple[str, int]]:
    """Which batches stand out, and why: "alike" with the number of people, "day" with times the usual day.

    "most" with percent: more than half of all voices came that way from the open web at once.
    """
    found: dict[tuple[str, str], tuple[str, int]] = {}
    everybody = sum(row["people"] for row in batches)
    for row in batches:
        key, people = (row["stratum"], row["batch"]), row["people"]
        if row["alike"] >= max(LEAST, STRIKING_SHARE * people):
            found[key] = ("alike", row["alike"])
        elif row["stratum"] == "open" and people >= MANY:
            others = [day["people"] for day in batches if day["stratum"] == "open" and day is not row]
            usual = median(others) if len(others) >= DAYS else 0
            if usual and people >= TIMES * usual:
                found[key] = ("day", round(people / usual))
            elif 2 * people > everybody:
                found[key] = ("most", round(100 * people / everybody))
    return found
