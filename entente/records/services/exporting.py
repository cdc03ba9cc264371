"""Lists that leave the product as a file."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from entente.audit.decisions import allow
from entente.audit.models import Event
from entente.audit.services import log
from entente.people.models import Member

OPEN_TO_THEM = _("Every one of these records is open to the person who took the list.")


@transaction.atomic
def log_export(references: list[str], *, by: Member) -> Event:
    """Keep who took a list of which records."""
    details = {"number": len(references), "references": references}
    return log("records.records_exported", by=by, about=None, decision=allow(OPEN_TO_THEM), details=details)
