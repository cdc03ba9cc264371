"""What the overseer reads: everybody's events, without titles and content."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from entente.audit import queries as audit
from entente.audit.actors import Actor, begin
from entente.audit.models import Checkpoint, Cosignature, Event, Witness
from entente.people.models import Member, Organisation
from entente.records.reading import names_here
from entente.records.sentences import why_told

READINGS = ("rights.log_read", "rights.log_exported", "rights.entries_read")
MOST_IN_A_LIST = 50_000
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Line:
    """One event as the overseer reads it."""

    event: Event
    place: int | None  # in the tree; None while it waits
    organisation: str
    reference: str
    why: str  # told about whoever acted, not to them


@dataclass(frozen=True)
class Watch:
    """A witness and its last word."""

    witness: Witness
    organisation: str
    last: Cosignature | None


def events(
    reader: Actor, filters: dict[str, str], before: tuple[datetime, uuid.UUID] | None = None
) -> QuerySet[Event]:
    """Events by `only`, `organisation`, `area` and `event` of the filter, the newest first.

    `before`: only those further down the list than this moment and id; many events share an hour.
    """
    found = audit.all_events(reader)
    if before is not None:
        at, event_id = before
        found = found.filter(Q(at__lt=at) | Q(at=at, id__gt=event_id))
    match filters.get("only"):
        case "refused":
            found = found.filter(allowed=False)
        case "glass":
            found = found.filter(name__contains="glass")
        case "reading":
            found = found.filter(name__in=READINGS)
    if organisation := filters.get("organisation"):
        found = found.filter(actor_organisation_id=organisation)
    if area := filters.get("area"):
        found = found.filter(name__startswith=f"{area}.")
    if event := filters.get("event"):
        found = found.filter(name=event)
    return found


def lines(found: list[Event], reader: Member) -> list[Line]:
    """The same events with their place in the tree, who acted for whom, and the record's reference."""
    begin(reader)
    names, spoken = _organisations(), names_here()
    places, references = audit.places(found), audit.references(found, reader)
    return [
        Line(
            event,
            places.get(event.pk),
            names.get(event.actor_organisation_id, "") if event.actor_organisation_id else "",
            references.get(event.record_id, "") if event.record_id else "",
            why_told(event, reader, names, spoken),
        )
        for event in found
    ]


def watches(reader: Actor) -> list[Watch]:
    """Every witness with its organisation and its last cosignature."""
    begin(reader)
    names = _organisations()
    return [
        Watch(w, names[w.organisation_id] if w.organisation_id else "", audit.last_cosignature(w))
        for w in audit.witnesses()
    ]


def _organisations() -> dict[uuid.UUID, str]:
    return {organisation.pk: str(organisation) for organisation in Organisation.objects.all()}


def standing(reader: Actor) -> tuple[Checkpoint | None, int]:
    """The newest checkpoint, and how many events wait."""
    begin(reader)
    return Checkpoint.objects.order_by("-size").first(), audit.waiting()


def as_csv(reader: Member, filters: dict[str, str]) -> str:
    """The list as a table for a spreadsheet; at most MOST_IN_A_LIST rows, the newest."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(
        ["entry", "time", "event", "actor kind", "actor", "organisation", "record", "allowed", "reason"]
    )
    found = list(events(reader, filters)[:MOST_IN_A_LIST])
    for line in lines(found, reader):
        writer.writerow(_row(line))
    return written.getvalue()


def _row(line: Line) -> Iterator[str]:
    event = line.event
    values = [
        "" if line.place is None else str(line.place), event.at.isoformat(), event.name, event.actor_kind,
        event.actor_name, line.organisation, line.reference, "yes" if event.allowed else "no", line.why,
    ]  # fmt: skip
    # A spreadsheet would take a name that begins like this for a formula.
    return (f"'{value}" if value.startswith(FORMULA) else value for value in values)
