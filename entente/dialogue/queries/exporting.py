"""Everything a dialogue holds in the form of a Polis conversation, for the jobs that write or compare it."""

from __future__ import annotations

import uuid
from array import array
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db.models import QuerySet

from entente.audit import clock
from entente.audit.actors import Actor
from entente.dialogue.models import Dialogue, Participant, PolisExport, Statement, Vote
from entente.dialogue.opinion_groups import Votes as VoteArrays
from entente.dialogue.polis_csv import Conversation, Votes
from entente.dialogue.polis_csv import Statement as Said
from entente.dialogue.queries.results import newest_analysis
from entente.dialogue.queries.running import turnouts
from entente.jobs.queue import is_on

EXPORT_KEPT = timedelta(days=1)
EXPORT_WORK = "dialogue.export_polis"
COMPARE_WORK = "dialogue.compare_polis"
ROWS_AT_ONCE = 20_000
MODERATED = {Statement.State.ACCEPTED: 1, Statement.State.WAITING: 0, Statement.State.REJECTED: -1}


def polis_exports(dialogue: Dialogue, reader: Actor) -> QuerySet[PolisExport]:
    """The exports of a dialogue that are not older than a day, newest first, without what is in them."""
    rows = PolisExport.objects.visible_to(reader).filter(dialogue_id=dialogue.pk)
    return rows.filter(asked_at__gt=clock.now() - EXPORT_KEPT).defer("content").order_by("-asked_at", "id")


def people_who_answered(dialogue: Dialogue, reader: Actor) -> int:
    """How many people took part."""
    return turnouts([dialogue.pk], reader).get(dialogue.pk, (0, 0))[0]


def polis_comparison(dialogue: Dialogue, reader: Actor) -> dict[str, Any] | None:
    """How the newest result compares with Polis; None until a job worked it out."""
    analysis = newest_analysis(dialogue, reader)
    found: dict[str, Any] | None = analysis.result.get("polis") if analysis else None
    return found


def abandoned_exports(reader: Actor) -> list[uuid.UUID]:
    """Exports that nobody makes any more."""
    waiting = PolisExport.objects.visible_to(reader).filter(state=PolisExport.State.WAITING)
    return [key for key in waiting.values_list("pk", flat=True) if not is_on(EXPORT_WORK, export=str(key))]


def polis_conversation(dialogue: Dialogue, reader: Actor) -> Conversation:
    """Statements that were ever answered or may be, and every vote. Only jobs read votes.

    Whoever came with an imported conversation keeps their number there; everybody else is numbered in an
    order that says nothing. Nobody is named as the author of anything: that would tie votes to words.
    """
    rows = Statement.objects.visible_to(reader).filter(dialogue_id=dialogue.pk, number__isnull=False)
    statements = {row.pk: row for row in rows.order_by("number")}
    votes = _votes(dialogue, {key: int(row.number or 0) for key, row in statements.items()}, reader)
    voters = sorted(set(votes.voters))
    nobody = voters[-1] + 1 if voters else 0
    return Conversation(
        topic=dialogue.question,
        description=dialogue.background,
        source_url=dialogue.source,
        statements=[_said(row, nobody) for row in statements.values()],
        votes=votes,
        events=len(votes),
        voters=voters,
        groups={},
    )


def _said(row: Statement, author: int) -> Said:
    return Said(int(row.number or 0), row.text, author, MODERATED[Statement.State(row.state)], 0, 0, 0)


def _votes(dialogue: Dialogue, number_of: dict[Any, int], reader: Actor) -> Votes:
    """Every vote on these statements, by participant, then statement."""
    voter_of = _numbered_voters(dialogue, reader)
    rows = Vote.objects.visible_to(reader).filter(dialogue_id=dialogue.pk)
    cast = rows.values_list("participant_id", "statement_id", "value").iterator(chunk_size=ROWS_AT_ONCE)
    voters, statements, values = array("i"), array("i"), array("b")
    for who, what, value in cast:
        if what in number_of:
            voters.append(voter_of[who])
            statements.append(number_of[what])
            values.append(value)
    order = np.lexsort((np.array(statements, dtype=np.int32), np.array(voters, dtype=np.int32)))
    return Votes(*(_in_order(part, order) for part in (voters, statements, values)))


def _in_order(part: array[int], order: np.ndarray) -> array[int]:
    return array(part.typecode, np.array(part)[order].tobytes()) if len(part) else part


def _numbered_voters(dialogue: Dialogue, reader: Actor) -> dict[Any, int]:
    rows = Participant.objects.visible_to(reader).filter(dialogue_id=dialogue.pk).order_by("id")
    known = list(rows.values_list("pk", "number"))
    found = {key: number for key, number in known if number is not None}
    first = max(found.values(), default=-1) + 1
    fresh = [key for key, number in known if number is None]
    return found | {key: first + place for place, key in enumerate(fresh)}


def as_arrays(conversation: Conversation, numbers: list[int]) -> VoteArrays:
    """The votes on these statements as arrays; a row is one of the `voters`, a column one of `numbers`."""
    votes = conversation.votes
    column = {number: place for place, number in enumerate(numbers)}
    columns = np.array([column.get(number, -1) for number in votes.statements], dtype=np.int64)
    rows = np.searchsorted(np.array(conversation.voters), np.array(votes.voters, dtype=np.int64))
    kept = columns >= 0
    values = np.array(votes.values, dtype=np.int64)
    return VoteArrays.of(rows[kept], columns[kept], values[kept], len(conversation.voters), len(numbers))


def day_of(dialogue: Dialogue) -> date:
    """The one day that stands for every time in an export."""
    return (dialogue.closes_at or dialogue.opened_at).date()
