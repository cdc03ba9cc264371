"""Named reads of what partners lend each other."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from entente.audit import clock
from entente.audit.actors import Actor, begin
from entente.partnership.models.means import Booking, Resource
from entente.people.models import Member, Organisation
from entente.records.kinds import Waiting

SHOWN = 5
USAGE = timedelta(days=90)


@dataclass(frozen=True)
class Taken:
    """A time at which something is confirmed to somebody; not to whom."""

    booking: uuid.UUID
    starts_at: datetime
    ends_at: datetime


def resources(reader: Actor, filters: dict[str, Any]) -> QuerySet[Resource]:
    """What is offered now, by `kind`, `area`, `spoken` language and words."""
    rows = Resource.objects.visible_to(reader).filter(withdrawn_at=None)
    rows = rows.filter(Q(offered_until=None) | Q(offered_until__gte=clock.today()))
    if kind := filters.get("kind"):
        rows = rows.filter(kind=kind)
    if area := filters.get("area"):
        rows = rows.filter(area_id=area)
    if spoken := filters.get("spoken"):
        rows = rows.filter(languages__contains=[spoken])
    if words := filters.get("words"):
        rows = rows.filter(
            Q(name__icontains=words) | Q(description__icontains=words) | Q(texts__icontains=words)
        )
    return rows.select_related("owner", "area").order_by("kind", "name", "id")


def resource_with(key: uuid.UUID, reader: Actor) -> QuerySet[Resource]:
    """One offer by its key, also when it is withdrawn."""
    return Resource.objects.visible_to(reader).filter(pk=key).select_related("owner", "area")


def bookings(reader: Actor) -> QuerySet[Booking]:
    """What the reader's organisation lends and borrows, what comes next first."""
    rows = Booking.objects.visible_to(reader).select_related("resource", "owner", "organisation")
    return rows.order_by("-starts_at", "id")


def taken(resource: Resource, since: datetime, until: datetime, reader: Actor) -> list[Taken]:
    """When it is taken between two moments, as every member may know."""
    begin(reader)
    told = models.Func(
        models.Value(resource.pk, output_field=models.UUIDField()),
        models.Value(since, output_field=models.DateTimeField()),
        models.Value(until, output_field=models.DateTimeField()),
        function="authz.taken_times",
        output_field=models.JSONField(),
    )
    rows: Any = Organisation.objects.order_by("pk").values_list(told, flat=True).first()
    moment = datetime.fromisoformat
    return [Taken(uuid.UUID(key), moment(start), moment(end)) for key, start, end in rows or []]


def usage(resource: Resource, reader: Actor) -> tuple[int, float]:
    """How often it was lent within ninety days, and for how many hours."""
    at = clock.now()
    found = taken(resource, at - USAGE, at, reader)
    hours = sum((min(one.ends_at, at) - one.starts_at).total_seconds() / 3600 for one in found)
    return len(found), hours


def waiting_for(reader: Member) -> list[Waiting]:
    """Bookings to decide, and what should have come back to or from the reader's organisation."""
    at, own = clock.now(), reader.organisation_id
    rows = bookings(reader)
    found = []
    for booking in rows.filter(owner_id=own, state=Booking.State.ASKED, ends_at__gt=at)[:SHOWN]:
        told = {"organisation": booking.organisation, "name": booking.resource}
        found.append(_waiting(_("%(organisation)s asks for “%(name)s”.") % told, booking))
    late = rows.filter(state=Booking.State.CONFIRMED, ends_at__lte=at, resource__kind__in=Resource.COME_BACK)
    for booking in late[:SHOWN]:
        told = {"organisation": booking.organisation, "name": booking.resource}
        found.append(_waiting(_("“%(name)s” was to come back from %(organisation)s.") % told, booking))
    return found


def _waiting(sentence: str, booking: Booking) -> Waiting:
    return Waiting(sentence, reverse("partnership_staff:booking", args=[booking.pk]))
