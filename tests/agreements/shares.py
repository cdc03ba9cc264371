"""Counts what a made-up world asks of the rule: how much is allowed, and by which condition alone."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.agreements.conditions import CONDITIONS, NEVER_ALONE, PART_ONLY
from tests.agreements.facts import Thing, World
from tests.agreements.oracle import judge, may_read
from tests.agreements.worlds import make_world


@dataclass
class Counted:
    """Decisions about heads, or about parts."""

    decisions: int = 0
    doors: Counter[int] = field(default_factory=Counter)
    # Conditions that alone refused, and conditions of the only way that was open.
    refusing: Counter[str] = field(default_factory=Counter)
    allowing: Counter[str] = field(default_factory=Counter)

    @property
    def allowed(self) -> int:
        return sum(self.doors.values())


@dataclass
class Shares:
    named: float
    heads: Counted
    parts: Counted

    def refusing(self, condition: str) -> int:
        """How often this condition alone refused: heads, or parts where only parts have it."""
        return (self.parts if condition in PART_ONLY else self.heads).refusing[condition]

    def allowing(self, condition: str) -> int:
        return (self.parts if condition in PART_ONLY else self.heads).allowing[condition]

    def rarest(self) -> tuple[int, str]:
        """The condition that refuses alone least often, with its number."""
        return min((self.refusing(one), one) for one in CONDITIONS if one not in NEVER_ALONE)


def count(world: World) -> Shares:
    """Every reader with every head and every part, each at the reader's moment."""
    named = sum(record.audience == "named" for record in world.records) / len(world.records)
    return Shares(named, _count(world, world.records), _count(world, world.parts))


def _count(world: World, things: Iterable[Thing]) -> Counted:
    counted = Counted()
    for thing in things:
        for reader, at in world.readers:
            verdict, alone = judge(world, reader, thing, at)
            counted.decisions += 1
            if verdict.door is not None:
                counted.doors[verdict.door] += 1
            (counted.allowing if verdict.allowed else counted.refusing).update(alone)
    return counted


def report(shares: Shares) -> str:
    """One line a condition: alone refusing, alone allowing."""
    lines = [f"named persons: {shares.named:.1%} of records"]
    for name, counted in (("heads", shares.heads), ("parts", shares.parts)):
        doors = ", ".join(f"door {door}: {number}" for door, number in sorted(counted.doors.items()))
        lines.append(f"{name}: {counted.decisions} decisions, {counted.allowed} allowed ({doors})")
    lines += [f"{shares.refusing(one):8} {shares.allowing(one):8}  {one}" for one in CONDITIONS]
    return "\n".join(lines)


def facts_in(world: World) -> str:
    """How many rows of each kind."""
    names = [name for name in vars(world) if not name.startswith("_")]
    return ", ".join(f"{name} {len(getattr(world, name))}" for name in names)


def heads_only(world: World) -> float:
    """Seconds of processor time that deciding every (reader, head) pair takes."""
    start = time.process_time()
    for record in world.records:
        for reader, at in world.readers:
            may_read(world, reader, record, at)
    return time.process_time() - start


def main(seed: int) -> None:
    """Prints the report of the full-size world of this seed."""
    world = make_world(seed)
    sys.stdout.write(f"{facts_in(world)}\nheads alone: {heads_only(world):.1f} s\n")
    sys.stdout.write(report(count(world)) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
