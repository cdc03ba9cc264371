"""Meetings as a calendar takes them, and where and in which language somebody reads of them."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from entente.audit import clock
from entente.partnership.calendar_files import Appointment
from entente.partnership.models.meetings import AgendaPoint, Meeting
from entente.people.models import Account


def appointment(meeting: Meeting, points: list[AgendaPoint], address: str) -> Appointment:
    """A meeting for a calendar; restricted points are not in it, whoever reads it."""
    lines = [f"{place}. {point.title}" for place, point in enumerate(points, 1) if not point.is_restricted]
    return Appointment(
        key=str(meeting.pk),
        title=f"{meeting.group}: {meeting.title}",
        starts_at=meeting.starts_at,
        minutes=meeting.minutes,
        sequence=meeting.sequence,
        changed_at=clock.now(),
        place=meeting.place,
        link=meeting.link,
        text="\n".join([*lines, address]),
        is_cancelled=meeting.state == Meeting.State.CANCELLED,
    )


def whole_address(meeting: Meeting) -> str:
    """Where a member reads a meeting."""
    return settings.ENTENTE_ADDRESS + reverse("partnership_staff:meeting", args=[meeting.reference])


def host() -> str:
    """The installation's own name in the keys of calendars."""
    return urlsplit(settings.ENTENTE_ADDRESS).hostname or "localhost"


def language_of(person_id: uuid.UUID) -> str:
    """The language somebody works in."""
    found = Account.objects.filter(person_id=person_id).values_list("language", flat=True).first()
    return found or settings.LANGUAGE_CODE
