"""The code with which a person reads who looked at what concerns them."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.actors import Actor, acting
from entente.audit.decisions import allow
from entente.audit.services import log
from entente.people.models import Member
from entente.records import codes
from entente.records.models import Receipt, Record
from entente.records.rules.receipts import may_issue_receipt

LASTS = timedelta(days=90)
RUN_OUT = _("A receipt works for ninety days.")


@transaction.atomic
def issue_receipt(record: Record, *, by: Member) -> tuple[Receipt, str]:
    """Make a code for the person a record concerns; it is returned this once, only its hash is kept.

    Raises Refused.
    """
    at = clock.now()
    record = Record.objects.visible_to(by).get(pk=record.pk)
    decision = may_issue_receipt(by, record, at).require()
    code = codes.new_code()
    hashed = codes.hashed(codes.normal(code))
    receipt = Receipt(record=record, code_hash=hashed, issued_by=by, issued_at=at, until=at + LASTS)
    receipt.save(force_insert=True)
    log("records.receipt_issued", by=by, about=receipt, decision=decision)
    return receipt, code


def forget_receipts(*, by: Actor) -> None:
    """Forget receipts that have run out."""
    with acting(by):
        gone = Receipt.objects.filter(until__lte=clock.now())
        if gone.exists():
            log("records.receipts_forgotten", by=by, about=None, decision=allow(RUN_OUT))
            gone.delete()
