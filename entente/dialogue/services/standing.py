"""What waits to be counted, and what a worker remembers of big dialogues between two jobs."""

from __future__ import annotations

import hashlib
import uuid
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from entente.audit.actors import Actor
from entente.dialogue import queries
from entente.dialogue.models import INVITED, Dialogue, Exclusion, Participant
from entente.dialogue.queries import Answers, Kind, Loaded
from entente.dialogue.tally import EMPTY, Chart, Sheet, Sheets, Tally, Way

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


def hold(dialogue_id: uuid.UUID, by: Actor) -> Dialogue:
    """The dialogue, held for one who keeps a result. Voters, who point to it, don't wait."""
    rows = Dialogue.objects.visible_to(by).select_for_update(of=("self",), no_key=True)
    return rows.get(pk=dialogue_id)


def _number(dialogue_id: uuid.UUID) -> int:
    digest = hashlib.blake2b(b"dialogue.analyse" + dialogue_id.bytes, digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


@contextmanager
def making_a_map(dialogue_id: uuid.UUID) -> Iterator[None]:
    """Only one process at a time makes a map of this dialogue. Meanwhile, what is counted stays listed.

    Whoever counts in between leaves `VoteChange` alone, so that it can be counted on the new map too.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s)", [_number(dialogue_id)])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s)", [_number(dialogue_id)])


def take_in_changes(dialogue: Dialogue, standing: Standing, *, by: Actor) -> list[Way]:
    """Count again whoever answered since; returns how those who changed something came in.

    The caller holds the dialogue. The list is emptied unless somebody makes a new map meanwhile; somebody
    who answers in this moment waits for the end of the transaction and is listed again.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [_number(dialogue.pk)])
        (is_free,) = cursor.fetchone()
        listed = "delete from dialogue_votechange where dialogue_id = %s returning participant_id"
        if not is_free:
            listed = "select participant_id from dialogue_votechange where dialogue_id = %s"
        cursor.execute(listed, [dialogue.pk])
        people = [row[0] for row in cursor.fetchall()]
    if not people:
        return []
    rows = Participant.objects.visible_to(by).filter(pk__in=people)
    kinds = {
        who.bytes: Kind(*kind)
        for who, *kind in rows.values_list("id", "stratum", "batch", "area", "language")
    }
    sheets = _sheets(queries.answers_of(people, by), standing.numbers)
    given = [sheets.get(key, EMPTY) for key in kinds]
    found = [standing.way(kind) for kind in kinds.values()]
    return standing.tally.count(list(kinds), found, Sheets.joined(given))


def _sheets(answers: Answers, numbers: Sequence[int]) -> dict[bytes, Sheet]:
    """Each person's answers to the statements of a result, by id."""
    named = np.array(numbers, dtype=np.int32)
    found: dict[bytes, Sheet] = {}
    for person in range(len(answers.ids)):
        votes = slice(int(answers.starts[person]), int(answers.starts[person + 1]))
        known = np.isin(answers.numbers[votes], named)
        columns = np.searchsorted(named, answers.numbers[votes][known]).astype(np.int32)
        order = np.argsort(columns)
        key = answers.ids[person : person + 1].tobytes()
        found[key] = columns[order], answers.values[votes][known][order]
    return found
