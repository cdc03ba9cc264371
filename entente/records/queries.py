"""Named reads across every kind of record: search, my work, translations."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from entente.audit.actors import Actor, begin
from entente.audit.models import Event
from entente.people.models import Member
from entente.records.models import Action, Note, Record, Translation
from entente.records.references import as_reference
from entente.records.words import as_query, searched

EVENTS = 400  # how far back "lately" looks
Texts = dict[tuple[uuid.UUID, str], dict[str, Translation]]


def my_work(reader: Member) -> QuerySet[Action]:
    """What the reader has promised to do, the most urgent first."""
    mine = Action.objects.visible_to(reader).filter(assigned_to_id=reader.id, done_at=None)
    return mine.select_related("record").order_by("due_on", "id")


def actions_on(record: Record, reader: Actor) -> QuerySet[Action]:
    """Everything to do on a record, open ones first."""
    actions = Action.objects.visible_to(reader).filter(record_id=record.pk)
    return actions.select_related("assigned_to__person").order_by("done_at", "due_on")


@dataclass(frozen=True)
class Change:
    """A record, when it last changed and who changed it."""

    record: Record
    at: datetime
    by: str


def lately_changed(reader: Member, number: int = 8) -> list[Change]:
    """Records of the reader's organisation that its members changed last, newest first."""
    begin(reader)
    events = Event.objects.filter(
        actor_organisation_id=reader.organisation_id, record_id__isnull=False, allowed=True
    )
    newest: dict[uuid.UUID, tuple[datetime, str]] = {}
    for record_id, at, name in events.order_by("-at").values_list("record_id", "at", "actor_name")[:EVENTS]:
        if record_id is not None:
            newest.setdefault(record_id, (at, name))
    ids = list(newest)[:number]
    own = Record.objects.visible_to(reader).filter(pk__in=ids, owner_id=reader.organisation_id)
    found = {record.pk: record for record in own.select_related("owner")}
    return [Change(found[pk], *newest[pk]) for pk in ids if pk in found]


def record_with(reference: str, reader: Actor) -> Record | None:
    """The record of this reference, however it was typed, if the reader may see it."""
    rows = Record.objects.visible_to(reader).filter(reference=as_reference(reference))
    return rows.select_related("owner").first()


def titles(records: Sequence[Record], language: str, reader: Actor) -> dict[uuid.UUID, str]:
    """The records' titles in `language` where they exist in it, else as they were written."""
    ids = [record.pk for record in records]
    begin(reader)
    rows = Translation.objects.visible_to(reader).filter(
        record_id__in=ids, about_id__in=ids, field="title", language=language
    )
    translated = dict(rows.values_list("record_id", "text"))
    return {record.pk: translated.get(record.pk) or record.title for record in records}


def search(words: str, reader: Actor) -> QuerySet[Record]:
    """Records whose reference is `words` or that have every one of them, in any language, newest first."""
    wanted = searched(words)[:8]
    if not wanted:
        return Record.objects.visible_to(reader).none()
    found = RawSQL("select authz.found(to_tsquery('simple', %s))", [as_query(wanted)])  # noqa: S611  bound
    rows = Record.objects.visible_to(reader).filter(pk__in=found)
    return rows.select_related("owner").order_by("-opened_at")


def translations_of(record_id: uuid.UUID, reader: Actor, language: str | None = None) -> Texts:
    """Every translation of a record's texts, by (what, field), then by language."""
    found: Texts = defaultdict(dict)
    begin(reader)
    rows = Translation.objects.visible_to(reader).filter(record_id=record_id)
    for row in rows.filter(language=language) if language else rows:
        found[row.about_id, row.field][row.language] = row
    return found


def notes_on(record: Record, reader: Actor) -> QuerySet[Note]:
    """What was written on a record, newest first."""
    return Note.objects.visible_to(reader).filter(record_id=record.pk).order_by("-written_at", "id")
