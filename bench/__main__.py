"""`python -m bench [NAME ...]`: measure the promises of all bench files or those named; fail if one is short.

A bench file is bench/NAME.py with `promises() -> Iterator[Promise]`, which measures as it goes.
"""

from __future__ import annotations

import importlib
import os
import platform
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench.promise import Promise

NOT_BENCHES = {"__init__", "__main__", "promise"}


def bench_names() -> list[str]:
    """Every bench file there is, by name."""
    return sorted(file.stem for file in Path(__file__).parent.glob("*.py") if file.stem not in NOT_BENCHES)


def promises_of(name: str) -> Iterator[Promise]:
    """Measure the promises of one bench file."""
    module = importlib.import_module(f"bench.{name}")
    yield from module.promises()


def keeps_all(name: str) -> bool:
    """Print a line for each promise of one file; whether all were kept and could be measured."""
    kept = []
    try:
        for promise in promises_of(name):
            print(promise, flush=True)
            kept.append(promise.is_kept)
    except Exception:  # the other files are still worth measuring
        traceback.print_exc()
        print(f"short  {name}: could not be measured, see above", flush=True)
        kept.append(False)
    if not kept:
        print(f"short  {name}: promises nothing", flush=True)
    return bool(kept) and all(kept)


def main(names: list[str]) -> int:
    """Measure and print; 0 when every promise is kept, 1 when one is short, 2 for an unknown name."""
    known = bench_names()
    if unknown := sorted(set(names) - set(known)):
        print(f"No bench named {', '.join(unknown)}. There are: {', '.join(known) or 'none yet'}.")
        return 2
    moment = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    print(f"{moment}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    results = [keeps_all(name) for name in names or known]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
