"""Named reads for those who answer, each limited to what they may see."""

from __future__ import annotations

import uuid
from copy import copy

from django.db import connection, models
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Ln, Random
from django.db.utils import DatabaseError

from entente.audit.actors import VISITOR, Actor, Credential, begin
from entente.dialogue.codes import hashed
from entente.dialogue.models import (
    Dialogue,
    Participant,
    Statement,
    Vote,
)
from entente.dialogue.queries.decks import HEAD_START
from entente.people.sign_in import NotProven, prove

REMEMBERED = 10_000  # participants, in the memory of a process
_rows: dict[str, Participant] = {}  # by the hash of their token


def public_dialogues(reader: Actor = VISITOR) -> QuerySet[Dialogue]:
    """What everybody may see, open ones first."""
    rows = Dialogue.objects.visible_to(VISITOR).select_related("owner")
    order = models.Case(models.When(state=Dialogue.State.OPEN, then=0), default=1)
    return rows.order_by(order, "-public_since", "reference")


def participant_with(token: str) -> Participant | None:
    """Whoever holds this token, with the credential to act; None when nobody does.

    The database proves it each time. Nothing in the row ever changes, so that is read once.
    """
    credential, key = Credential("participant", token), hashed(token)
    if key in _rows and connection.in_atomic_block:
        return _seen_before(key, credential)
    try:
        prove(credential)
    except NotProven:
        return None
    participant = Participant.objects.asking()
    if len(_rows) >= REMEMBERED:
        _rows.clear()
    _rows[key] = copy(participant)
    participant.credential = credential
    return participant


def _seen_before(key: str, credential: Credential) -> Participant:
    participant = copy(_rows[key])
    participant.credential = credential
    try:
        begin(participant)
    except DatabaseError:  # deleted meanwhile: the next request finds nobody
        _rows.pop(key, None)
        raise
    return participant


def next_statement(dialogue: Dialogue, reader: Actor) -> Statement | None:
    """One that the reader has not answered, by lot, of the statements as they are this very moment.

    Weighted sampling after Efraimidis and Spirakis (2006): the smallest -ln(u)·(votes + head start) wins.
    A deck draws with the same odds and without asking the database.
    """
    rows = Statement.objects.visible_to(reader).filter(
        dialogue_id=dialogue.pk, state=Statement.State.ACCEPTED
    )
    if isinstance(reader, Participant):
        answered = Vote.objects.visible_to(reader).filter(
            participant_id=reader.id, statement_id=OuterRef("pk")
        )
        rows = rows.filter(~Exists(answered))
    return rows.order_by(-Ln(1.0 - Random()) * (F("votes") + HEAD_START)).first()


def own_answers(dialogue_id: uuid.UUID, reader: Participant) -> dict[uuid.UUID, int]:
    """The reader's own answers: statement → value, those to statements taken back since too."""
    rows = Vote.objects.visible_to(reader).filter(dialogue_id=dialogue_id)
    return dict(rows.values_list("statement_id", "value"))


def own_votes(dialogue: Dialogue, reader: Participant) -> dict[int, int]:
    """The reader's own answers: statement number → value."""
    rows = Vote.objects.visible_to(reader).filter(dialogue_id=dialogue.pk, statement__number__isnull=False)
    return {int(number or 0): value for number, value in rows.values_list("statement__number", "value")}


def own_statements(dialogue: Dialogue, reader: Participant) -> QuerySet[Statement]:
    """What the reader wrote, with what became of it."""
    return Statement.objects.visible_to(reader).filter(dialogue_id=dialogue.pk, author_id=reader.id)


def statements(
    dialogue: Dialogue, reader: Actor, state: str = Statement.State.ACCEPTED
) -> QuerySet[Statement]:
    """A dialogue's statements in one state, in their order."""
    rows = Statement.objects.visible_to(reader).filter(dialogue_id=dialogue.pk, state=state)
    return rows.order_by("number", "received_at", "id")
