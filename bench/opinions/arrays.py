"""How long the groups of a dialogue with 2,000 people, 900 statements and 226,000 votes take to find."""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.promise import Promise
from entente.dialogue.opinion_groups import Votes, find_groups

PEOPLE, STATEMENTS, EACH, GROUPS = 2_000, 900, 113, 3
RUNS = 5
Numbers = NDArray[np.int64]


def votes_cast() -> tuple[Numbers, Numbers, Numbers]:
    """Rows, columns and values int64[226,000] of three made-up groups, always the same, in random order."""
    chance = np.random.default_rng(2026)
    group = chance.integers(0, GROUPS, PEOPLE)
    agreeing = chance.uniform(0.2, 0.8, STATEMENTS) + chance.choice([-0.3, 0, 0.3], (GROUPS, STATEMENTS))
    columns = np.argsort(chance.random((PEOPLE, STATEMENTS)), axis=1)[:, :EACH].ravel()
    rows = np.repeat(np.arange(PEOPLE), EACH)
    values = np.where(chance.random(len(rows)) < agreeing[group[rows], columns], 1, -1)
    values[chance.random(len(rows)) < 0.12] = 0
    order = chance.permutation(len(rows))
    return rows[order], columns[order], values[order]


def measure_here() -> dict[str, float]:
    """CPU seconds from arrays to result in this process, imports and making the votes excluded; peak MB."""
    rows, columns, values = votes_cast()
    before = time.process_time()
    result = find_groups(Votes.of(rows, columns, values, PEOPLE, STATEMENTS))
    seconds = time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "peak": peak, "groups": result.k}


def measure() -> dict[str, float]:
    """The medians of five fresh processes: `seconds`, `peak` (MB, the interpreter included), `groups`."""
    once = "import json; from bench.opinions import arrays as b; print(json.dumps(b.measure_here()))"
    root = Path(__file__).parents[2]
    outputs = (
        subprocess.run([sys.executable, "-c", once], cwd=root, check=True, capture_output=True).stdout
        for _ in range(RUNS)
    )
    runs: list[dict[str, float]] = [json.loads(output) for output in outputs]
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def promises() -> Iterator[Promise]:
    """Groups of 226,000 votes within 0.3 s of CPU and 300 MB, and the three that are in them."""
    measured = measure()
    name = "groups of 2,000 people x 900 statements, 226,000 votes"
    yield Promise(name, measured["seconds"], bound=0.3, unit="s of CPU")
    yield Promise(f"{name}, peak memory", measured["peak"], bound=300, unit="MB")
    yield Promise(f"{name}, groups found of three", measured["groups"], bound=3, unit="groups", at_most=False)
