"""Named reads across every kind of record: search, my work, translations."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from entente.agreements.rules import lasts
from entente.agreements.vocabulary import Category
from entente.audit import clock
from entente.audit.actors import Actor, begin
from entente.audit.models import Event
from entente.people.models import Member, Seat, TaskForce
from entente.people.queries import colleagues
from entente.records.listing import Cursor, newest
from entente.records.models import Action, File, Note, Participation, Record, Translation
from entente.records.reading import let_in
from entente.records.references import as_reference
from entente.records.searching import saying

EVENTS = 400  # how far back "lately" looks
LATELY = 300  # of so many of the newest records everything that happened is looked at
MANY = 1000  # beyond, a list says "more than"
TWICE = timedelta(minutes=2)
OURS, SHARED = "ours", "shared"
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
    """Records that have every one of `words`, in any language, newest first."""
    rows = Record.objects.visible_to(reader).filter(saying(words, reader))
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

    def condition(self, reader: Member) -> Q:
        """What the records asked for have in common."""
        matching = Q(kind=self.kind) if self.kind else Q()
        if self.whose == OURS:
            matching &= Q(owner_id=reader.organisation_id)
        elif self.whose == SHARED:
            matching &= ~Q(owner_id=reader.organisation_id)
        if self.words:
            matching &= saying(self.words, reader)
        return matching


ALL = Wanted()


def open_to(reader: Member, wanted: Wanted = ALL) -> QuerySet[Record]:
    """Records of the reader's organisation and those it was let in to, as far as they are open; no order.

    What is merely public for the reader is not among them.
    """
    let_in_to: QuerySet[Any] = QuerySet(Participation).filter(
        to_id__in=[reader.pk, reader.organisation_id, *reader.task_forces]
    )
    concerns = Q(owner_id=reader.organisation_id) | Q(pk__in=let_in_to.values("record_id"))
    rows = Record.objects.visible_to(reader).filter(concerns, wanted.condition(reader))
    return rows.select_related("owner")


def page_open_to(
    reader: Member, number: int, wanted: Wanted = ALL, before: Cursor | None = None
) -> list[Record]:
    """A page of the same, newest first, with one more than `number` when there is another page."""
    if wanted.words:  # few have them: they are looked up first, not the newest
        rows = open_to(reader, wanted).order_by("-opened_at", "-pk")
        if before:
            later = Q(opened_at=before.opened_at, pk__lt=before.record_id)
            rows = rows.filter(Q(opened_at__lt=before.opened_at) | later)
        return list(rows[: number + 1])
    return newest(reader, number + 1, before=before, matching=wanted.condition(reader))


def count_open_to(reader: Member, wanted: Wanted = ALL) -> int:
    """How many there are; MANY + 1 stands for more than MANY."""
    return open_to(reader, wanted).order_by()[: MANY + 1].count()


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
    seen = open_to(reader).filter(pk__in={event.record_id for event in rows.values()})
    records = {record.pk: record for record in seen}
    known = [event for event in rows.values() if event.record_id in records]
    known.sort(key=lambda event: (event.at, str(event.pk)), reverse=True)
    return [(event, records[event.record_id]) for event in known[:number] if event.record_id]
