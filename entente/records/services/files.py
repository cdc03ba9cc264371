"""Files kept on a record."""

from __future__ import annotations

import mimetypes

from django.conf import settings
from django.db import transaction
from django.utils.translation import override

from entente.audit import clock
from entente.audit.actors import begin
from entente.audit.services import log
from entente.people.models import Member
from entente.records import rules
from entente.records.files import keep_file as seal_file
from entente.records.models import File, Record
from entente.records.reading import Facts, stated_purposes
from entente.records.typed_text import as_file_name

UNKNOWN = "application/octet-stream"


@transaction.atomic
def keep_file(
    on: Record, *, by: Member, name: str, content: bytes, category: str = "", is_secret: bool = False
) -> File:
    """Keep a file on a record, sealed under the record's key."""
    record = Record.objects.visible_to(by).get(pk=on.pk)
    decision = rules.may_keep_file(by, record, len(content), clock.now()).require()
    kept = as_file_name(name)
    file = File(
        record=record,
        category=category,
        is_secret=is_secret,
        name=kept,
        content_type=mimetypes.guess_type(kept)[0] or UNKNOWN,
        size=len(content),
        author=by,
        author_name=by.actor_name,
        kept_at=clock.now(),
    )
    file.save(force_insert=True)
    log("records.file_kept", by=by, about=file, decision=decision, details={"file": kept})
    seal_file(record.pk, file.pk.hex, content)
    return file


@transaction.atomic
def log_download(file: File, *, by: Member) -> None:
    """Keep who took a copy of another organisation's file, and because of what."""
    begin(by)
    record = Record.objects.visible_to(by).get(pk=file.record_id)
    with override(settings.LANGUAGE_CODE):  # the log is in one language, whoever acts
        decision = Facts.of(record, by).why_part(by, file, stated_purposes(record, by)).require()
    clause = {"clause": str(decision.clause)} if decision.clause else {}
    details = {"file": file.name, **clause}
    log("records.file_downloaded", by=by, about=file, decision=decision, details=details)
