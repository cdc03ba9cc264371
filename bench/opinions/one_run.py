"""One measurement of the arithmetic in a fresh process: CPU seconds, peak memory, what was found."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from bench.opinions.made_votes import MadeVotes, made_votes
from entente.dialogue.opinion_groups import Result, Votes, find_groups
from entente.dialogue.opinion_groups.engines import Engine, OnDask, Serial, Threads
from entente.dialogue.opinion_groups.stability import adjusted_rand_index, stability

ROOT = Path(__file__).parents[2]
THREAD_SETTINGS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Run:
    """What to work out: about `each` votes of everybody, arriving in the order number `arrival`.

    `threads` is for the engine, or `workers` processes of a Dask cluster on this machine when above 0;
    `draws` above 0 measures how stable the groups are instead of finding them.
    """

    people: int
    statements: int
    each: int
    arrival: int = 0
    threads: int = 1
    draws: int = 0
    workers: int = 0


@dataclass(frozen=True)
class Found:
    """CPU `seconds` of the whole process from arrays to result, `peak` MB, the interpreter included.

    `groups` found, `likeness` to the planted ones (adjusted Rand index), and a `digest` of every bit of the
    result with everybody's own place, by person and not by row.
    """

    seconds: float
    peak: float
    groups: int
    likeness: float
    digest: str


def work_out(run: Run) -> Found:
    """Make the votes, find the groups in this process."""
    made = made_votes(run.people, run.statements, run.each, arrival=run.arrival)
    engine = _engine(run)
    before = time.process_time()
    votes = Votes.of(made.rows, made.columns, made.values, run.people, run.statements)
    result = find_groups(votes, engine=engine)
    if run.draws:
        before = time.process_time()
        stability(votes, result, draws=run.draws)
    seconds = time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    likeness = adjusted_rand_index(made.group, result.group[made.seats])
    return Found(seconds, peak, result.k, likeness, _digest(made, result))


def _engine(run: Run) -> Engine:
    if run.workers:
        distributed = importlib.import_module("distributed")
        cluster = distributed.LocalCluster(
            n_workers=run.workers, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
        )
        return OnDask(distributed.Client(cluster))
    return Threads(run.threads) if run.threads > 1 else Serial()


def repeated(run: Run, times: int = 5) -> list[Found]:
    """The same run in several fresh processes."""
    return [_in_a_fresh_process(run) for _ in range(times)]


def median(found: list[Found], name: str) -> float:
    """The median of one figure."""
    return float(statistics.median(getattr(each, name) for each in found))


def _in_a_fresh_process(run: Run) -> Found:
    command = [sys.executable, "-m", "bench.opinions.one_run", json.dumps(asdict(run))]
    environment = dict.fromkeys(THREAD_SETTINGS, str(run.threads))
    done = subprocess.run(
        command, cwd=ROOT, check=True, stdout=subprocess.PIPE, env={**os.environ, **environment}
    )
    return Found(**json.loads(done.stdout))


def _digest(made: MadeVotes, result: Result) -> str:
    digest = hashlib.sha256(json.dumps(result.as_json()).encode())
    for part in (result.positions[made.seats], result.group[made.seats], result.components.loadings):
        digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()


if __name__ == "__main__":
    print(json.dumps(asdict(work_out(Run(**json.loads(sys.argv[1]))))))
