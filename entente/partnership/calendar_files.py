"""Meetings as calendar files (RFC 5545). Free of Django and of who may read what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from icalendar import Event

PRODUCT = "-//Entente//Meetings//EN"
REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"


@dataclass(frozen=True)
class Appointment:
    """One meeting, as a calendar takes it."""

    key: str
    title: str
    starts_at: datetime
    minutes: int
    sequence: int
    changed_at: datetime
    place: str = ""
    link: str = ""
    text: str = ""
    is_cancelled: bool = False


def calendar_file(appointments: Iterable[Appointment], *, name: str, method: str, host: str) -> str:
    """The meetings as one file; `host` makes their keys unique in the world."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add("x-wr-calname", name)
    for one in appointments:
        calendar.add_component(_event(one, host))
    made: bytes = calendar.to_ical()
    return made.decode("utf-8")


def _event(one: Appointment, host: str) -> Event:
    from icalendar import Event as Entry

    event = Entry()
    event.add("uid", f"{one.key}@{host}")
    event.add("summary", " ".join(one.title.splitlines()))
    event.add("dtstart", one.starts_at.astimezone(UTC))
    event.add("dtend", (one.starts_at + timedelta(minutes=one.minutes)).astimezone(UTC))
    event.add("dtstamp", one.changed_at.astimezone(UTC))
    event.add("sequence", one.sequence)
    event.add("status", "CANCELLED" if one.is_cancelled else "CONFIRMED")
    if one.place:
        event.add("location", " ".join(one.place.splitlines()))
    if one.link:
        event.add("url", one.link)
    if one.text:
        event.add("description", "\n".join(one.text.splitlines()))
    return event
