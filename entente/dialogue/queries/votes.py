"""Votes as arrays, for the jobs that count them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from django.db import connection, transaction
from django.db.models import Sum
from numpy.typing import NDArray

from entente.audit import clock
from entente.audit.actors import Actor, begin
from entente.dialogue.models import (
    Analysis,
    Dialogue,
    VoteChange,
    VoteCount,
)
from entente.dialogue.opinion_groups import Votes as VoteArrays
from entente.dialogue.queries.answering import statements

Ids = NDArray[np.bytes_]  # S16, in PostgreSQL's order of uuids


class Kind(NamedTuple):
    """How somebody came in; many people share one."""

    stratum: str
    batch: str
    area: str
    language: str


@dataclass(frozen=True, eq=False)
class Answers:
    """What some people answered: person i, `ids[i]`, has the places `starts[i]` to `starts[i+1]`.

    `numbers` int32[v] are those of the statements, `values` int8[v] the votes, in no order within a person.
    """

    ids: Ids
    starts: NDArray[np.int64]
    numbers: NDArray[np.int32]
    values: NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Loaded:
    """A dialogue's votes as arrays: `numbers` names the columns.

    Row i is `ids[i]`, who came in as `kinds[kind[i]]`; the ids rise.
    """

    votes: VoteArrays
    numbers: list[int]
    ids: Ids
    kinds: list[Kind]
    kind: NDArray[np.int32]


SIGNATURE, HEADER, TRAILER = b"PGCOPY", 19, b"\xff\xff"
PERSON = np.dtype([("fields", ">i2"), ("l1", ">i4"), ("id", "S16"), ("l2", ">i4"), ("kind", ">i4")])
ID, ANSWERS = slice(6, 22), 26  # in a row of an id and a string of bytes
VOTES_AT_ONCE = 1 << 20

PEOPLE = """
copy (select id, (dense_rank() over (order by stratum, batch, area, language) - 1)::int
        from dialogue_participant where dialogue_id = %s order by id) to stdout (format binary)"""
KINDS = """
select distinct stratum, batch, area, language from dialogue_participant where dialogue_id = %s
 order by stratum, batch, area, language"""
# One row for each person: five million rows of one vote each take twice as long to send and to read.
ANSWERS_OF_ALL = """
copy (select v.participant_id, string_agg(int4send(s.number * 4 + v.value + 1), ''::bytea)
        from dialogue_vote v
        join dialogue_statement s
          on s.id = v.statement_id and s.dialogue_id = %s and s.number = any(%s::int[])
       where v.dialogue_id = %s group by v.participant_id) to stdout (format binary)"""
ANSWERS_OF_SOME = """
copy (select v.participant_id, string_agg(int4send(s.number * 4 + v.value + 1), ''::bytea)
        from dialogue_vote v
        join dialogue_statement s on s.id = v.statement_id and s.number is not null
       where v.participant_id = any(%s::uuid[]) group by v.participant_id) to stdout (format binary)"""


@contextmanager
def at_one_moment() -> Iterator[None]:
    """A transaction whose reads all see the same moment, though people join and vote meanwhile."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("set transaction isolation level repeatable read")
        yield


@transaction.atomic
def load_votes(dialogue: Dialogue, reader: Actor, *, numbers: list[int] | None = None) -> Loaded:
    """Every vote on accepted statements, or on those with these `numbers`, streamed. Only jobs may read them.

    https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format". Beside the arrays that are
    returned it needs four bytes for each vote.
    """
    begin(reader)
    numbers = accepted_numbers(dialogue, reader) if numbers is None else numbers
    with connection.cursor() as cursor:
        cursor.execute(KINDS, [dialogue.pk])
        kinds = [Kind(*row) for row in cursor.fetchall()]
    people = np.frombuffer(b"".join(_copied(PEOPLE, [dialogue.pk])), dtype=PERSON)
    ids = np.ascontiguousarray(people["id"])
    with _many_rows():
        answers = _answers(ANSWERS_OF_ALL, [dialogue.pk, numbers, dialogue.pk])
    return Loaded(_as_votes(answers, ids, numbers), numbers, ids, kinds, people["kind"].astype(np.int32))


def accepted_numbers(dialogue: Dialogue, reader: Actor) -> list[int]:
    """The numbers of the accepted statements, rising."""
    rows = statements(dialogue, reader).filter(number__isnull=False).order_by("number")
    return [int(number or 0) for number in rows.values_list("number", flat=True)]


def answers_of(people: Sequence[uuid.UUID], reader: Actor) -> Answers:
    """What these people answered by now, whatever became of the statements. Only jobs may read it."""
    begin(reader)
    return _answers(ANSWERS_OF_SOME, [list(people)])


@contextmanager
def _many_rows() -> Iterator[None]:
    """The planner knows nothing yet of votes just cast or imported: it would compare each with everybody."""
    with connection.cursor() as cursor:
        cursor.execute("set local enable_nestloop = off; set local enable_sort = off")
        cursor.execute("set local work_mem = '64MB'")
        yield
        cursor.execute("set local enable_nestloop = on; set local enable_sort = on")
        cursor.execute("set local work_mem = default")


def _copied(sql: str, values: Sequence[Any]) -> Iterator[bytes]:
    """The rows of a binary copy, one after the other."""
    with connection.cursor() as cursor, cursor.cursor.copy(sql, values) as copy:
        for part in copy:
            row = bytes(part)
            if row.startswith(SIGNATURE):
                row = row[HEADER:]
            if row and row != TRAILER:
                yield row


def _answers(sql: str, values: Sequence[Any]) -> Answers:
    who, lengths, packed = bytearray(), [0], bytearray()
    for row in _copied(sql, values):
        who += row[ID]
        packed += row[ANSWERS:]
        lengths.append(len(row) - ANSWERS)
    votes = np.frombuffer(packed, dtype=">i4")
    numbers, cast = np.empty(len(votes), dtype=np.int32), np.empty(len(votes), dtype=np.int8)
    for first in range(0, len(votes), VOTES_AT_ONCE):
        piece = slice(first, first + VOTES_AT_ONCE)
        numbers[piece] = votes[piece] >> 2
        cast[piece] = (votes[piece] & 3) - 1
    return Answers(np.frombuffer(who, dtype="S16"), np.cumsum(lengths) // 4, numbers, cast)


def _as_votes(answers: Answers, ids: Ids, numbers: Sequence[int]) -> VoteArrays:
    """The same answers sorted by person and statement, some people at a time."""
    total, width = int(answers.starts[-1]), max(len(numbers), 1)
    rows, columns = np.empty(total, dtype=np.int32), np.empty(total, dtype=np.int32)
    values = np.empty(total, dtype=np.int8)
    place = np.searchsorted(ids, answers.ids)
    order, named = np.argsort(place), np.array(numbers, dtype=np.int32)
    seen = np.diff(answers.starts)[order]
    starts = np.concatenate(([0], np.cumsum(seen)))
    person = 0
    while person < len(order):
        until = max(
            int(np.searchsorted(starts, starts[person] + VOTES_AT_ONCE, side="right")) - 1, person + 1
        )
        these, own = order[person:until], seen[person:until]
        source = np.repeat(answers.starts[these] - starts[person:until] + starts[person], own)
        source += np.arange(len(source))
        packed = np.repeat(place[these], own) * width + np.searchsorted(named, answers.numbers[source])
        packed = np.sort(packed * 4 + answers.values[source] + 1)
        piece = slice(int(starts[person]), int(starts[until]))
        rows[piece], columns[piece] = np.divmod(packed >> 2, width)
        values[piece] = (packed & 3) - 1
        person = until
    return VoteArrays(len(ids), len(numbers), rows, columns, values)


MAP_HOLDS = timedelta(minutes=5)


def maps_to_renew(reader: Actor) -> list[uuid.UUID]:
    """Running dialogues with answers counted on a map that is older than five minutes."""
    rows = Analysis.objects.visible_to(reader).filter(
        turned=None,
        result__changed__gt=0,
        dialogue__state__in=(Dialogue.State.OPEN, Dialogue.State.FROZEN),
    )
    made = rows.values_list("dialogue_id", "result__map_made_at")
    return [key for key, at in made if clock.now() - datetime.fromisoformat(at) > MAP_HOLDS]


def changed_dialogues(reader: Actor) -> list[uuid.UUID]:
    """Dialogues that somebody answered since the answers were last counted."""
    rows = VoteChange.objects.visible_to(reader).order_by("dialogue_id")
    return list(rows.values_list("dialogue_id", flat=True).distinct())


def dialogues_to_analyse(reader: Actor) -> list[uuid.UUID]:
    """Running dialogues with votes since their last analysis."""
    running = Dialogue.objects.visible_to(reader).filter(
        state__in=(Dialogue.State.OPEN, Dialogue.State.FROZEN)
    )
    counted = VoteCount.objects.visible_to(reader).filter(dialogue__in=running)
    votes = dict(counted.values_list("dialogue_id").annotate(n=Sum("votes")))
    # Changed answers are counted too, so the counts only ever grow past what was analysed.
    seen = Analysis.objects.visible_to(reader).filter(dialogue_id__in=votes, turned=None)
    known = dict(seen.values_list("dialogue_id", "result__counted"))
    return [key for key, number in votes.items() if number != known.get(key)]
