"""Opinion groups: from arrays to result, beside red-dwarf, from vote to updated result, voting itself."""

from __future__ import annotations

from collections.abc import Iterator

from bench.opinions import arrays, counting, voting
from bench.promise import Promise


def promises() -> Iterator[Promise]:
    """What issue 4 asks of the arithmetic, of counting new votes and of voting."""
    yield from arrays.promises()
    yield from counting.promises()
    yield from voting.promises()
