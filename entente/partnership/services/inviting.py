"""Tells everybody who sits in a group of its meetings: once of each edition, with a calendar file."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.actors import Actor, acting
from entente.audit.decisions import allow
from entente.audit.services import log
from entente.delivery.services import send
from entente.partnership.calendar_files import CANCEL, REQUEST, calendar_file
from entente.partnership.models.meetings import AgendaPoint, Meeting, MeetingNotice
from entente.partnership.queries import meetings as queries
from entente.partnership.queries.appointments import appointment, host, language_of, whole_address
from entente.people.models import Seat

State = Meeting.State
TOLD = _("Whoever sits in the group is told of its meetings.")


def tell_meeting(meeting_id: uuid.UUID, *, by: Actor) -> int:
    """Send what each seat was not told yet of a meeting to come; returns how many were told."""
    with acting(by):
        meeting = queries.locked(queries.meetings(by), meeting_id)
        is_over = meeting.starts_at <= clock.now() and meeting.state != State.CANCELLED
        if not meeting.is_invited or is_over or meeting.state not in (State.PLANNED, State.CANCELLED):
            return 0
        told = queries.told_of(meeting, by)
        due = [
            seat
            for seat in queries.seats(meeting.group_id, by)
            if told.get(seat.membership_id, -1) < meeting.sequence
            and (meeting.state == State.PLANNED or seat.membership_id in told)
        ]
        points = queries.agenda(meeting, by)
        for seat in due:
            _tell(seat, meeting, points, is_first=seat.membership_id not in told, by=by)
        if due:
            details = {"number": len(due), "edition": meeting.sequence}
            log("partnership.meeting_told", by=by, about=meeting, decision=allow(TOLD), details=details)
        return len(due)


def _tell(seat: Seat, meeting: Meeting, points: list[AgendaPoint], *, is_first: bool, by: Actor) -> None:
    person, is_cancelled = seat.membership.person, meeting.state == State.CANCELLED
    notice = MeetingNotice(
        group=meeting.group,
        meeting=meeting,
        membership_id=seat.membership_id,
        sequence=meeting.sequence,
        at=clock.now(),
    )
    notice.save(force_insert=True)
    if not person.email:
        return
    template = "cancelled" if is_cancelled else "invitation" if is_first else "changed"
    address = whole_address(meeting)
    send(
        f"partnership_staff/meeting_{template}",
        to=person.email,
        language=language_of(seat.membership.person_id),
        by=by,
        calendar=calendar_file(
            [appointment(meeting, points, address)],
            name=str(meeting.group),
            method=CANCEL if is_cancelled else REQUEST,
            host=host(),
        ),
        context={
            "meeting": meeting,
            "points": [point for point in points if not point.is_restricted],
            "link": address,
            "city_name": settings.ENTENTE_CITY_NAME,
        },
    )
