"""Saying what another organisation's record is needed for, and noting who read it."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils.translation import override

from entente.agreements.rules import in_english
from entente.agreements.vocabulary import Purpose
from entente.audit import clock
from entente.audit.decisions import Decision
from entente.audit.models import Event
from entente.audit.services import log
from entente.people.models import Member
from entente.records import readers, reading
from entente.records.models import Opening, Record
from entente.records.rules import sharing as rules


@transaction.atomic
def open_record(record: Record, *, by: Member, purpose: str) -> Opening:
    """State what another organisation's record is needed for; it then shows its parts for twelve hours.

    The disclosure is logged before anything shows. Stating it again while it lasts changes nothing.
    Raises Refused.
    """
    at = clock.now()
    record = Record.objects.visible_to(by).get(pk=record.pk)
    facts = reading.Facts.of(record, by)
    with override(settings.LANGUAGE_CODE):  # the log is in one language, whoever acts
        decision = rules.may_open_record(
            by, record, at, purpose=purpose, participations=facts.participations, terms=facts.terms
        ).require()
    stated = Opening.objects.filter(
        record_id=record.pk, membership_id=by.pk, purpose=purpose, at__lte=at, until__gt=at
    )
    if opening := stated.first():
        return opening
    opening = Opening(record=record, membership=by, purpose=purpose, at=at, until=at + rules.OPENING)
    opening.save(force_insert=True)
    log("records.record_opened", by=by, about=opening, decision=decision, details=_told(purpose, decision))
    return opening


@transaction.atomic
def log_reading(record: Record, *, by: Member) -> Event | None:
    """Note that a guest reads a record; nothing for its own people, and nothing for what is public."""
    with override(settings.LANGUAGE_CODE):
        door = readers.door_of(reading.Facts.of(record, by), by)
    if door is None:
        return None
    decision, purpose = door
    return log(
        "records.record_read", by=by, about=record, decision=decision, details=_told(purpose, decision)
    )


def _told(purpose: str, decision: Decision) -> dict[str, str]:
    told = {"purpose": in_english(Purpose, purpose)}
    return told | ({"clause": str(decision.clause)} if decision.clause else {})
