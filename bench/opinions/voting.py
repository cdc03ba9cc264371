"""To be measured: voting."""

from __future__ import annotations

from collections.abc import Iterator

from bench.promise import Promise


def promises() -> Iterator[Promise]:
    """Nothing yet."""
    yield from ()
