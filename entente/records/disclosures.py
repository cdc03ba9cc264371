"""Who looked at a record, as the person it concerns reads it with a receipt: functions, never names."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from entente.agreements.rules import in_english
from entente.agreements.vocabulary import EMERGENCY, Purpose
from entente.audit.actors import Credential, Plain, begin
from entente.audit.models import Event
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


def holder_of(code: str) -> Plain:
    """Whoever holds a receipt with this code, in plain digits; the database says whether there is one."""
    return Plain("receipt", "receipt", Credential("receipt", code))


def who_looked(holder: Plain) -> list[Look]:
    """Every disclosure of the record the receipt is for, newest first, in the language of the moment."""
    begin(holder)
    events: QuerySet[Event] = QuerySet(Event)
    rows = list(events.raw("select * from authz.who_looked()"))
    known = Organisation.objects.in_bulk({row.actor_organisation_id for row in rows})
    return [_look(row, known) for row in rows]


def _look(row: Any, known: dict[Any, Organisation]) -> Look:
    is_emergency = row.name == GLASS_BROKEN
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
    )
