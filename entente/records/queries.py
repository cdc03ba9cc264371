"""Named reads across every kind of record: search, my work, translations."""

from __future__ import annotations

import uuid
from collections import defaultdict

from django.db.models import Q, QuerySet

from entente.audit.actors import Actor, begin
from entente.people.models import Member
from entente.records.models import Action, Record, SearchText, Translation
from entente.records.words import comparable

Texts = dict[tuple[uuid.UUID, str], dict[str, Translation]]


def my_work(reader: Member) -> QuerySet[Action]:
    """What the reader has promised to do, the most urgent first."""
    mine = Action.objects.visible_to(reader).filter(assigned_to_id=reader.id, done_at=None)
    return mine.select_related("record").order_by("due_on", "id")


def actions_on(record: Record, reader: Actor) -> QuerySet[Action]:
    """Everything to do on a record, open ones first."""
    actions = Action.objects.visible_to(reader).filter(record_id=record.pk)
    return actions.select_related("assigned_to__person").order_by("done_at", "due_on")


def search(words: str, reader: Actor) -> QuerySet[Record]:
    """Records whose reference is `words` or that contain every one of them, in any language, newest first."""
    wanted = comparable(words).split()[:8]
    if not wanted:
        return Record.objects.visible_to(reader).none()
    texts = SearchText.objects.visible_to(reader)
    for word in wanted:
        texts = texts.filter(words__contains=word)
    found = Q(reference=words.strip().upper()) | Q(pk__in=texts.values("record_id"))
    return Record.objects.visible_to(reader).filter(found).select_related("owner").order_by("-opened_at")


def translations_of(record_id: uuid.UUID, reader: Actor, language: str | None = None) -> Texts:
    """Every translation of a record's texts, by (what, field), then by language."""
    found: Texts = defaultdict(dict)
    begin(reader)
    rows = Translation.objects.visible_to(reader).filter(record_id=record_id)
    for row in rows.filter(language=language) if language else rows:
        found[row.about_id, row.field][row.language] = row
    return found
