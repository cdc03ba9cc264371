"""From arrays to opinion groups: processor time and memory, beside red-dwarf, and whether bits repeat."""

from __future__ import annotations

import csv
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.opinions import red_dwarf
from bench.opinions.one_run import Found, Run, median, repeated
from bench.promise import Promise
from entente.dialogue.opinion_groups import Votes, find_groups
from entente.dialogue.opinion_groups.polis_mode import polis_groups
from entente.dialogue.opinion_groups.stability import adjusted_rand_index
from entente.dialogue.opinion_groups.votes import Bools, Whole

CONVERSATIONS = Path(__file__).parents[2].parent / "shared" / "data" / "polis"
COMPATIBLE = "scoop-hivemind.biodiversity"
REPORTED = ("canadian-electoral-reform", "london.youth.policing")
SMALL, USUAL = Run(2_000, 900, 113), Run(10_000, 1_000, 50)
LARGE, HUGE = Run(100_000, 1_000, 50), Run(1_000_000, 1_000, 50)


def promises() -> Iterator[Promise]:
    """Processor time and memory by size, the same bits however it is worked out, groups that are there."""
    yield from _by_size("groups of 2,000 people x 900 statements, 226,000 votes", repeated(SMALL), 0.3, 300)
    usual = repeated(USUAL)
    yield from _beside_red_dwarf("10,000 x 1,000, 500,000 votes", USUAL, usual, runs=3)
    large = repeated(LARGE)
    yield from _by_size("groups of 100,000 x 1,000, 5 million votes", large, 6, 700)
    if os.environ.get("FULL") == "1":
        yield from _beside_red_dwarf("100,000 x 1,000, 5 million votes", LARGE, large, runs=1)
    yield from _by_size("groups of 1,000,000 x 1,000, 50 million votes", repeated(HUGE, 2), 120, 4096)
    drawn = repeated(Run(10_000, 1_000, 50, draws=50), 3)
    yield Promise("50 stability draws at 10,000 x 1,000", median(drawn, "seconds"), 25, "s of CPU")
    yield from _same_bits(usual)
    yield from _real_conversations()


def measure() -> dict[str, float]:
    """Medians for 2,000 people x 900 statements, which the bench of the house prints too."""
    found = repeated(SMALL)
    return {name: median(found, name) for name in ("seconds", "peak", "groups")}


def _by_size(name: str, found: list[Found], seconds: float, peak: float) -> Iterator[Promise]:
    yield Promise(name, median(found, "seconds"), seconds, "s of CPU")
    yield Promise(f"{name}, peak memory", median(found, "peak"), peak, "MB")
    yield Promise(f"{name}, planted groups (ARI)", median(found, "likeness"), 0.98, "of 1", at_most=False)


def _beside_red_dwarf(name: str, run: Run, found: list[Found], *, runs: int) -> Iterator[Promise]:
    """How many times less than red-dwarf in the same minutes on the same votes."""
    seconds, peak = median(found, "seconds"), median(found, "peak")
    ours = f"groups of {name}: {seconds:.2f} s of CPU, {peak:,.0f} MB"
    try:
        theirs = red_dwarf.measure(run.people, run.statements, run.each, runs=runs)
    except (OSError, subprocess.CalledProcessError) as error:
        yield Promise(f"{ours}; red-dwarf 0.4.0 could not be run here ({error})", 0, 12, "x", at_most=False)
        return
    less = f"{ours}; red-dwarf 0.4.0 {theirs['seconds']:.1f} s, {theirs['peak']:,.0f} MB"
    yield Promise(f"{less}; CPU less", theirs["seconds"] / seconds, 12, "times", at_most=False)
    yield Promise(f"{less}; memory less", theirs["peak"] / peak, 4, "times", at_most=False)
    likeness = median(found, "likeness")
    yield Promise(f"groups of {name}, planted groups (ARI)", likeness, 0.98, "of 1", at_most=False)


def _same_bits(usual: list[Found]) -> Iterator[Promise]:
    """Whether every bit of the result is the same on another run, order of arrival, engine."""
    first = usual[0].digest
    again = {found.digest for found in usual} == {first}
    shuffled = repeated(Run(10_000, 1_000, 50, arrival=1), 1)[0].digest == first
    threads = repeated(Run(10_000, 1_000, 50, threads=2), 1)[0].digest == first
    workers = repeated(Run(10_000, 1_000, 50, workers=2), 1)[0].digest == first
    kinds = {
        "run again": again,
        "arrival shuffled": shuffled,
        "two threads": threads,
        "two Dask worker processes": workers,
    }
    for word, kept in kinds.items():
        yield Promise(f"the same bits, {word}", float(kept), 1, "of 1", at_most=False)


def _real_conversations() -> Iterator[Promise]:
    """`polis` mode beside the groups that Polis itself exported; ours beside them as a figure."""
    for name in (COMPATIBLE, *REPORTED):
        if not (CONVERSATIONS / name).is_dir():
            print(f"       not measured: the conversation {name} is not on this machine", flush=True)
            continue
        votes, refused, polis = _conversation(CONVERSATIONS / name)
        compatible = adjusted_rand_index(polis, polis_groups(votes, refused).group)
        result = find_groups(votes, hidden=refused)
        ours = adjusted_rand_index(polis, result.group) if result.clear else None
        own = f"{result.k} groups, ARI {ours:.2f}" if ours is not None else "no clear groups"
        if name == COMPATIBLE:
            yield Promise(f"polis mode on {name} (ARI)", compatible, 0.90, "of 1", at_most=False)
            print(f"       reported: our own method on {name}: {own}", flush=True)
        else:
            print(f"       reported: {name}: polis mode ARI {compatible:.2f}; our own: {own}", flush=True)


def _conversation(folder: Path) -> tuple[Votes, Bools, Whole]:
    """Votes, statements moderated out, and the groups Polis exported (-1 for none)."""
    with (folder / "comments.csv").open(encoding="utf-8") as lines:
        refused = {row["comment-id"] for row in csv.DictReader(lines) if row["moderated"] == "-1"}
    with (folder / "participants-votes.csv").open(encoding="utf-8") as lines:
        people = list(csv.DictReader(lines))
    names = [name for name in people[0] if name.isdigit()]
    table = np.array([[int(person[name] or 9) for name in names] for person in people])
    rows, columns = np.nonzero(table != 9)
    votes = Votes.of(rows, columns, table[rows, columns], len(people), len(names))
    polis = np.array([int(person["group-id"] or -1) for person in people])
    return votes, np.array([name in refused for name in names]), polis
