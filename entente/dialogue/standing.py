"""Whose answers count in a result, and what a worker remembers of big dialogues between two jobs."""

from __future__ import annotations

import uuid
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entente.dialogue.models import INVITED, Exclusion
from entente.dialogue.queries import Kind, Loaded
from entente.dialogue.tally import Chart, Sheets, Tally, Way

MOST_REMEMBERED = 4
FEWEST_INVITED = 10
Batch = tuple[str, str]


@dataclass(eq=False)
class Standing:
    """A tally with what it counts: `analysis` is the kept result it led to, or the one whose map it uses."""

    tally: Tally
    numbers: list[int]
    basis: str
    excluded: frozenset[Batch]
    analysis: uuid.UUID | None = None

    def way(self, kind: Kind) -> Way:
        """How answers of people who came in like this count."""
        return _way(kind, self.basis, self.excluded)


_remembered: OrderedDict[uuid.UUID, Standing] = OrderedDict()


def remember(dialogue_id: uuid.UUID, standing: Standing) -> None:
    """Keep it for the next job of this process; the longest unused is forgotten."""
    _remembered[dialogue_id] = standing
    while len(_remembered) > MOST_REMEMBERED:
        _remembered.popitem(last=False)


def recall(dialogue_id: uuid.UUID) -> Standing | None:
    """What this process remembers, handed out once: whoever fails with it does not put it back."""
    return _remembered.pop(dialogue_id, None)


def basis_of(loaded: Loaded, excluded: frozenset[Batch]) -> str:
    """Whose answers make the headline: those of invited people once ten of them voted, else everybody's."""
    voted = np.bincount(loaded.votes.rows, minlength=len(loaded.ids)) > 0
    return _basis([_way(kind, "", excluded) for kind in loaded.kinds], loaded.kind[voted])


def basis_now(tally: Tally) -> str:
    """The same after more people answered."""
    return _basis(tally.ways, tally.way[tally.seen > 0])


def _basis(ways: Sequence[Way], voters: NDArray[np.int32]) -> str:
    invited = [way.stratum in INVITED and not way.is_excluded for way in ways]
    number = int(np.bincount(voters, minlength=len(ways))[np.array(invited, dtype=bool)].sum()) if ways else 0
    return "invited" if number >= FEWEST_INVITED else "everybody"


def _way(kind: Kind, basis: str, excluded: frozenset[Batch]) -> Way:
    is_headline = basis == "everybody" or kind.stratum in INVITED
    return Way(*kind, is_headline, (kind.stratum, kind.batch) in excluded)


def ways(loaded: Loaded, basis: str, excluded: frozenset[Batch]) -> list[Way]:
    """How the answers of each kind of people count."""
    return [_way(kind, basis, excluded) for kind in loaded.kinds]


def standing_of(loaded: Loaded, result: dict[str, Any], basis: str, excluded: frozenset[Batch]) -> Standing:
    """Count everything anew on the map of a result."""
    votes = loaded.votes
    starts = np.searchsorted(votes.rows, np.arange(len(loaded.ids) + 1)).astype(np.int64)
    sheets = Sheets(starts, votes.columns, votes.values)
    tally = Tally(loaded.ids, sheets, ways(loaded, basis, excluded), loaded.kind, Chart(result))
    return Standing(tally, loaded.numbers, basis, excluded)


def excluded_batches(rows: Sequence[Exclusion]) -> frozenset[Batch]:
    """What is left out, by stratum and batch."""
    return frozenset((row.stratum, row.batch) for row in rows if row.state == Exclusion.State.IN_FORCE)
