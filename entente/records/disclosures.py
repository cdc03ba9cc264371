"""Who looked at a record, as the person it concerns reads it with a receipt: functions, never names."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from entente.agreements.rules import GLASS, in_english
from entente.agreements.vocabulary import EMERGENCY, Purpose
from entente.audit.actors import Credential, Plain, begin
from entente.audit.decisions import source_of
from entente.audit.models import Event
from entente.audit.queries import proof_at
from entente.people.models import Organisation
from entente.people.words import in_readers_language

GLASS_BROKEN = "records.glass_broken"


@dataclass(frozen=True)
class Look:
    """Somebody of another organisation looked, or took something along."""

    event_id: uuid.UUID
    name: str
    at: datetime
    function: str
    organisation: Organisation | None
    purpose: str
    clause: str
    is_emergency: bool
    proof: str  # that it stands in the log, for anybody to check; empty while it waits for its place


def holder_of(code: str) -> Plain:
    """Whoever holds a receipt with this code, in plain digits; the database says whether there is one."""
    return Plain("receipt", "receipt", Credential("receipt", code))


def who_looked(holder: Plain, *, with_proofs: bool = False) -> list[Look]:
    """Every disclosure of the record the receipt is for, newest first, in the language of the moment."""
    begin(holder)
    events: QuerySet[Event] = QuerySet(Event)
    rows = list(events.raw("select * from authz.who_looked()"))
    known = Organisation.objects.in_bulk({row.actor_organisation_id for row in rows})
    proofs = {row.pk: _proof(row) for row in rows} if with_proofs else {}
    return [_look(row, known, proofs.get(row.pk, "")) for row in rows]


def _proof(row: Any) -> str:
    return "" if row.place is None else proof_at(row.place, row, bytes(row.sealed_hash))


def _look(row: Any, known: dict[Any, Organisation], proof: str) -> Look:
    # What is read while the glass is broken is read for the emergency too.
    is_emergency = row.name == GLASS_BROKEN or row.reason == source_of(GLASS)
    values = row.reason_values
    purpose = in_english(Purpose, EMERGENCY) if is_emergency else values.get("purpose", "")
    titles = json.loads(row.titles) if isinstance(row.titles, str) else row.titles
    return Look(
        event_id=row.id,
        name=row.name,
        at=row.at,
        function=in_readers_language(titles, row.title),
        organisation=known.get(row.actor_organisation_id),
        purpose=_(purpose) if purpose else "",
        clause=_("Clause %(number)s of “%(agreement)s”") % values
        if {"number", "agreement"} <= set(values)
        else "",
        is_emergency=is_emergency,
        proof=proof,
    )
