"""Votes as arrays, for the jobs that count them."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from django.db import connection, transaction
from django.db.models import Sum

from entente.audit.actors import Actor, begin
from entente.dialogue.models import (
    Analysis,
    Dialogue,
    Participant,
    VoteCount,
)
from entente.dialogue.opinion_groups import Votes as VoteArrays
from entente.dialogue.queries.answering import statements


@dataclass(frozen=True)
class Loaded:
    """A dialogue's votes as arrays: `numbers` names the columns; `people` says how each row came in."""

    votes: VoteArrays
    numbers: list[int]
    people: list[tuple[str, str, str]]

    def took_part(self) -> dict[str, dict[str, int]]:
        """People by stratum, area and language."""
        named = ("stratum", "area", "language")
        return {name: dict(Counter(row[place] for row in self.people)) for place, name in enumerate(named)}


BINARY_ROW = np.dtype(
    [
        ("n", ">i2"),
        ("l1", ">i4"),
        ("row", ">i4"),
        ("l2", ">i4"),
        ("column", ">i4"),
        ("l3", ">i4"),
        ("value", ">i2"),
    ]
)


BINARY_HEADER, BINARY_TRAILER = 19, 2


VOTES_QUERY = """
copy (select p.place::int, s.place::int, v.value::smallint
  from dialogue_vote v
  join (select id, row_number() over (order by id) - 1 as place
          from dialogue_participant where dialogue_id = {dialogue}) p on p.id = v.participant_id
  join (select id, row_number() over (order by number) - 1 as place
          from dialogue_statement where dialogue_id = {dialogue} and state = 'accepted') s
    on s.id = v.statement_id
 where v.dialogue_id = {dialogue}) to stdout (format binary)"""


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
def load_votes(dialogue: Dialogue, reader: Actor) -> Loaded:
    """Every vote on accepted statements, in PostgreSQL's binary form. Only jobs may read them.

    https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format".
    """
    begin(reader)
    people = Participant.objects.visible_to(reader).filter(dialogue_id=dialogue.pk).order_by("id")
    numbers = statements(dialogue, reader).values_list("number", flat=True)
    who = list(people.values_list("stratum", "area", "language"))
    columns = [int(number or 0) for number in numbers]
    sql = VOTES_QUERY.format(dialogue=f"'{dialogue.pk}'")
    with connection.cursor() as cursor:
        # The planner knows nothing yet of votes just imported: it would compare each with everybody.
        cursor.execute("set local enable_nestloop = off")
        with cursor.cursor.copy(sql) as copy:
            raw = b"".join(bytes(part) for part in copy)
        cursor.execute("set local enable_nestloop = on")
    rows = np.frombuffer(raw[BINARY_HEADER:-BINARY_TRAILER], dtype=BINARY_ROW)
    votes = VoteArrays.of(
        rows["row"].astype(np.int32),
        rows["column"].astype(np.int32),
        rows["value"].astype(np.int8),
        len(who),
        len(columns),
    )
    return Loaded(votes, columns, who)


def dialogues_to_analyse(reader: Actor) -> list[uuid.UUID]:
    """Running dialogues with votes since their last analysis."""
    running = Dialogue.objects.visible_to(reader).filter(
        state__in=(Dialogue.State.OPEN, Dialogue.State.FROZEN)
    )
    counted = VoteCount.objects.visible_to(reader).filter(dialogue__in=running)
    votes = dict(counted.values_list("dialogue_id").annotate(n=Sum("votes")))
    # Changed answers are counted too, so the counts only ever grow past what was analysed.
    seen = Analysis.objects.visible_to(reader).filter(dialogue_id__in=votes)
    known = dict(seen.values_list("dialogue_id", "result__counted"))
    return [key for key, number in votes.items() if number != known.get(key)]
