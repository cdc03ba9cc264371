"""Named reads across every kind of record: search, my work, translations."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from entente.agreements.rules import lasts
from entente.agreements.vocabulary import Category
from entente.audit import clock
from entente.audit.actors import Actor, begin
from entente.audit.models import Event
from entente.people.models import Member, Seat, TaskForce
from entente.people.queries import colleagues
from entente.records.listing import Cursor, among, newest
from entente.records.models import Action, File, Note, Participation, Record, Translation
from entente.records.reading import let_in
from entente.records.references import as_reference
from entente.records.searching import saying

EVENTS = 400  # how far back "lately" looks
LATELY = 300  # of so many of the newest records everything that happened is looked at
MANY = 100  # beyond, a list says "more than"
TWICE = timedelta(minutes=2)
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


def search(words: str, reader: Member) -> QuerySet[Record]:
    """Records that have every one of `words`, in any language, newest first; of common words the newest."""
    rows = Record.objects.visible_to(reader).select_related("owner").order_by("-opened_at")
    said = saying(words, reader)
    if said.is_rare:
        return rows.filter(said.condition)
    found = {record.pk for record in newest(reader, MANY, matching=said.condition)}
    public = rows.filter(said.condition, public_since__lte=clock.now()).values_list("pk", flat=True)
    return rows.filter(pk__in=found | set(public[:MANY]))


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


def files_on(record: Record, reader: Actor) -> QuerySet[File]:
    """What was kept on a record, newest first."""
    return File.objects.visible_to(reader).filter(record_id=record.pk).order_by("-kept_at", "id")


def who_works_on(record: Record, reader: Member) -> QuerySet[Member]:
    """Colleagues who see a record of the reader's organisation, by name: they can promise something on it."""
    rows = colleagues(reader)
    if record.audience == Record.Audience.ORGANISATION:
        return rows
    at = clock.now()
    lasting = [p for p in let_in(record, reader) if not p.is_emergency and lasts(at, p.since, p.until)]
    seen_by = Q(pk__in=[p.membership_id for p in lasting if p.membership_id])
    if record.audience == Record.Audience.TASK_FORCE:
        seats = Seat.objects.filter(
            Q(until=None) | Q(until__gt=at),
            task_force_id__in=[p.task_force_id for p in lasting if p.task_force_id],
            since__lte=at,
        )
        seen_by |= Q(pk__in=seats.values("membership_id"))
    return rows.filter(seen_by)


def opened_just_now(reader: Member, title: str) -> Record | None:
    """A record of this title that the reader opened in the last minutes: a form sent twice is one."""
    since = clock.now() - TWICE
    own = Record.objects.visible_to(reader).filter(
        owner_id=reader.organisation_id, title=title, opened_at__gte=since
    )
    opened = {record.pk: record for record in own}
    begin(reader)
    events = Event.objects.filter(record_id__in=list(opened), about_id__in=list(opened), actor_id=reader.pk)
    return next((opened[event.record_id] for event in events if event.record_id), None)


def category_label(category: str) -> str:
    """A category in the reader's words."""
    return str(Category(category).label) if category in Category.values else category


def own_task_forces(reader: Member) -> QuerySet[TaskForce]:
    """The task forces in which the reader sits now, by name."""
    return TaskForce.objects.filter(pk__in=reader.task_forces).order_by("name")


@dataclass(frozen=True)
class Wanted:
    """Which records somebody asks a list for; empty means all."""

    kind: str = ""
    whose: str = ""
    words: str = ""


ALL = Wanted()


def concerning(reader: Member) -> Q:
    """Records of the reader's organisation and those it was let in to: for rows found some other way."""
    let_in_to: QuerySet[Any] = QuerySet(Participation).filter(
        record_id=OuterRef("pk"), to_id__in=[reader.pk, reader.organisation_id, *reader.task_forces]
    )
    return Q(owner_id=reader.organisation_id) | Q(Exists(let_in_to))


def open_to(reader: Member, number: int, wanted: Wanted = ALL, before: Cursor | None = None) -> list[Record]:
    """At most `number` records of the reader's organisation and those it was let in to, newest first.

    What is merely public for the reader is not among them.
    """
    matching = Q(kind=wanted.kind) if wanted.kind else Q()
    if wanted.words:
        said = saying(wanted.words, reader)
        matching &= said.condition
        if said.is_rare:
            return among(reader, number, matching & concerning(reader), before=before, whose=wanted.whose)
    return newest(reader, number, before=before, matching=matching, whose=wanted.whose)


def count_open_to(reader: Member, wanted: Wanted = ALL) -> int:
    """How many there are; MANY + 1 stands for more than MANY."""
    return len(open_to(reader, MANY + 1, wanted))


def changes_open_to(reader: Member, number: int) -> list[tuple[Event, Record]]:
    """What happened lately on records open to the reader, as far as the log is open to them, newest first."""
    lately = [record.pk for record in newest(reader, LATELY)]
    happened = Event.objects.filter(allowed=True, record_id__isnull=False).order_by("-at", "id")
    own = Q(actor_organisation_id=reader.organisation_id)
    rows = {
        event.pk: event
        for matching in (own, Q(record_id__in=lately))
        for event in happened.filter(matching)[:EVENTS]
    }
    seen = Record.objects.visible_to(reader).filter(
        concerning(reader), pk__in={event.record_id for event in rows.values()}
    )
    records = {record.pk: record for record in seen}
    known = [event for event in rows.values() if event.record_id in records]
    known.sort(key=lambda event: (event.at, str(event.pk)), reverse=True)
    return [(event, records[event.record_id]) for event in known[:number] if event.record_id]
