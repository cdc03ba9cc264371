"""Which files are kept on a record."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from entente.audit.decisions import Decision, refuse
from entente.people.models import Member
from entente.records.models import Record
from entente.records.rules.working import may_work_on


def may_keep_file(actor: Member, record: Record, size: int, at: datetime) -> Decision:
    """The owner's members keep files that hold something and are not too large; `size` in bytes."""
    decision = may_work_on(actor, record, at)
    if not decision:
        return decision
    if not size:
        return refuse(_("This file is empty."))
    if size > settings.ENTENTE_UPLOAD_BYTES:
        limit = settings.ENTENTE_UPLOAD_BYTES // (1024 * 1024)
        return refuse(_("This file is larger than %(limit)s MB. Nothing was kept."), limit=limit)
    return decision
