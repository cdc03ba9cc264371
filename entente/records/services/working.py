"""Notes, actions, translations and the words a record is found by."""

from __future__ import annotations

import uuid
from datetime import date

from django.db import transaction

from entente.audit import clock
from entente.audit.actors import Actor, begin
from entente.audit.services import log
from entente.people.models import Member
from entente.records import rules
from entente.records.models import Action, Note, Record, SearchText, Translation
from entente.records.words import findable


@transaction.atomic
def write_note(on: Record, *, by: Member, text: str, category: str = "", is_secret: bool = False) -> Note:
    """Write a note on a record; without a category of its own it is about what the record is about."""
    record = Record.objects.visible_to(by).get(pk=on.pk)
    decision = rules.may_work_on(by, record, clock.now()).require()
    note = Note(record=record, category=category, is_secret=is_secret, author=by, author_name=by.actor_name)
    note.text = text
    note.save(force_insert=True)
    log("records.note_written", by=by, about=note, decision=decision)
    return note


@transaction.atomic
def add_action(
    on: Record,
    *,
    by: Member,
    what: str,
    assigned_to: Member,
    due_on: date,
    category: str = "",
    is_secret: bool = False,
) -> Action:
    """Say who does what by when; without a category of its own it is about what the record is about."""
    record = Record.objects.visible_to(by).get(pk=on.pk)
    decision = rules.may_work_on(by, record, clock.now()).require()
    action = Action(
        record=record,
        category=category,
        is_secret=is_secret,
        what=what,
        assigned_to=assigned_to,
        due_on=due_on,
    )
    action.save(force_insert=True)
    log("records.action_added", by=by, about=action, decision=decision)
    return action


@transaction.atomic
def complete_action(action: Action, *, by: Member) -> Action:
    """Say that it is done."""
    actions = Action.objects.visible_to(by).select_related("record")
    action = actions.select_for_update(of=("self",)).get(pk=action.pk)
    decision = rules.may_complete_action(by, action, clock.now()).require()
    action.done_at = clock.now()
    action.save(update_fields=["done_at"])
    log("records.action_completed", by=by, about=action, decision=decision)
    return action


@transaction.atomic
def write_translation(
    record: Record,
    *,
    by: Member,
    about_id: uuid.UUID,
    field: str,
    language: str,
    text: str,
    is_checked: bool = False,
) -> Translation:
    """Write, or replace, one text of a record in one language, unchecked until somebody says so."""
    decision = rules.may_work_on(by, record, clock.now()).require()
    begin(by)
    translation, _made = Translation.objects.visible_to(by).update_or_create(
        about_id=about_id,
        field=field,
        language=language,
        defaults={
            "record_id": record.pk,
            "text": text,
            "made_by": by.actor_name,
            "checked_by": by.actor_name if is_checked else "",
        },
    )
    log("records.translation_written", by=by, about=translation, decision=decision)
    return translation


def index_words(record: Record, *, by: Actor, texts: dict[str, str]) -> None:
    """Keep the words a record is found by, per language. Part of a logged change, never one of its own."""
    begin(by)
    for language, text in texts.items():
        SearchText.objects.visible_to(by).update_or_create(
            record_id=record.pk,
            language=language,
            defaults={"words": findable(f"{record.reference} {text}")},
        )
