"""What red-dwarf 0.4.0 needs for the same votes: its public pipeline, in a virtual environment of its own."""

from __future__ import annotations

import importlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.opinions.made_votes import made_votes

RELEASE = "red-dwarf==0.4.0"
ROOT = Path(__file__).parents[2]


def measure_here(people: int, statements: int, each: int) -> dict[str, float]:
    """CPU seconds of its pipeline in this process and peak MB; imports and making the votes excluded."""
    pipeline = importlib.import_module("reddwarf.implementations.polis").run_pipeline
    made = made_votes(people, statements, each)
    votes = [
        {"participant_id": row, "statement_id": column, "vote": value}
        for row, column, value in zip(
            made.rows.tolist(), made.columns.tolist(), made.values.tolist(), strict=True
        )
    ]
    before = time.process_time()
    result = pipeline(votes=votes, random_state=0)
    seconds = time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "peak": peak, "groups": result.participants_df["cluster_id"].nunique()}


def measure(people: int, statements: int, each: int, *, runs: int) -> dict[str, float]:
    """The medians of fresh processes. Raises OSError or subprocess.CalledProcessError if it can't be had."""
    python = _environment()
    once = (
        "import json; from bench.opinions import red_dwarf as b;"
        f"print(json.dumps(b.measure_here({people}, {statements}, {each})))"
    )
    command = [str(python), "-W", "ignore", "-c", once]
    outputs = [
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.splitlines()[-1]
        for _ in range(runs)
    ]
    all_runs: list[dict[str, float]] = [json.loads(output) for output in outputs]
    return {name: statistics.median(run[name] for run in all_runs) for name in all_runs[0]}


def _environment() -> Path:
    """The Python of a virtual environment with red-dwarf in it, made from PyPI the first time."""
    folder = Path(os.environ.get("ENTENTE_VAR") or tempfile.gettempdir()) / "bench-red-dwarf-0.4.0"
    python = folder / "bin" / "python"
    marker = folder / "installed"
    if not marker.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True)
        install = [str(python), "-m", "pip", "install", "--quiet", RELEASE]
        subprocess.run(install, check=True, capture_output=True)
        marker.touch()
    return python
