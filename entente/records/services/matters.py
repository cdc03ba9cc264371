"""Opens matters: the general kind of record."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import get_language

from entente.audit import clock
from entente.audit.services import log
from entente.people.models import Member, TaskForce
from entente.records import rules
from entente.records.models import Participation, Record
from entente.records.references import new_reference
from entente.records.services.working import index_words, write_note, write_translation

KIND = "matter"
PREFIX = "MAT"
Audience = Record.Audience


@transaction.atomic
def open_matter(
    *,
    by: Member,
    title: str,
    category: str,
    audience: str = Audience.ORGANISATION,
    task_force: TaskForce | None = None,
    is_secret: bool = False,
    text: str = "",
    titles: dict[str, str] | None = None,
) -> Record:
    """Open a matter. Of one for named persons, whoever opens it is the first; `text` is its first note.

    `titles` are the title in other languages, by language code. Only titles are found by search.
    """
    force = task_force if audience == Audience.TASK_FORCE else None
    decision = rules.may_open_matter(by, audience, force.pk if force else None, clock.now()).require()
    record = Record(
        kind=KIND,
        reference=new_reference(PREFIX),
        owner_id=by.organisation_id,
        category=category,
        audience=audience,
        title=title,
        is_secret=is_secret,
        opened_at=clock.now(),
    )
    log("records.matter_opened", by=by, about=record, decision=decision)
    record.save(force_insert=True)
    _let_in_first(record, force, by)
    _name(record, titles or {}, by)
    if text:
        write_note(record, by=by, text=text, category=category, is_secret=is_secret)
    return record


def _let_in_first(record: Record, force: TaskForce | None, by: Member) -> None:
    """Within the organisation nothing is shared: no agreement and no purpose."""
    if record.audience == Audience.ORGANISATION:
        return
    first = Participation(record=record, owner_id=record.owner_id, invited_by=by, since=record.opened_at)
    if force:
        first.task_force = force
    else:
        first.membership = by
    first.save(force_insert=True)


def _name(record: Record, titles: dict[str, str], by: Member) -> None:
    texts = {get_language() or "en": record.title}
    for language, title in titles.items():
        if language in texts and title == record.title:
            continue
        write_translation(
            record, by=by, about_id=record.pk, field="title", language=language, text=title, is_checked=True
        )
        texts[language] = f"{texts.get(language, '')} {title}".strip()
    index_words(record, by=by, texts=texts)
