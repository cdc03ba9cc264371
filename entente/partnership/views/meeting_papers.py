"""Meetings on paper and in calendars: the agenda as PDF, one meeting as a file, and one's own feed."""

from __future__ import annotations

import logging

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from entente.audit import clock
from entente.audit.actors import Credential, begun
from entente.partnership.calendar_files import PUBLISH, Appointment, calendar_file
from entente.partnership.models.meetings import AgendaPoint, Meeting
from entente.partnership.queries import meetings as queries
from entente.partnership.queries.appointments import appointment, host, whole_address
from entente.partnership.services import calendars
from entente.partnership.views.meetings import own_meeting, told
from entente.people.models import Member
from entente.people.rate_limits import sender, within_limit
from entente.people.sign_in import MemberRequest, NotProven, member_of, prove
from entente.ui.articles import Node, article
from entente.ui.printing import NotPrinted, pdf
from entente.ui.templatetags.ui import reading_time

logger = logging.getLogger(__name__)
CALENDAR = "text/calendar; charset=utf-8"
FEED_LENGTH = 200
TRIES_AN_HOUR = 600  # calendars of a whole town hall behind one connection ask every few minutes


@require_safe
def printed_agenda(request: MemberRequest, reference: str) -> HttpResponse:
    """A meeting as PDF: its page as the reader sees it."""
    meeting, language = own_meeting(request, reference), get_language() or "en"
    page = render_to_string("partnership_staff/meeting.html", told(meeting, request), request=request)
    content = {
        "title": str(meeting),
        "reference": meeting.reference,
        "group": str(meeting.group),
        "when": _when(meeting),
        "blocks": [_below_title(node) for node in article(page)],
        "made_at": clock.now(),
    }
    try:
        made = pdf("partnership_staff/print/agenda.typ", content, language=language)
    except NotPrinted:
        logger.exception("The agenda %s was not printed.", meeting.reference)
        sorry = _("The paper could not be made. Everything that is in it stands on the page.")
        return HttpResponse(sorry, status=503, content_type="text/plain; charset=utf-8")
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{meeting.reference}-{language}.pdf"'
    return response


def _below_title(node: Node) -> Node:
    """The paper has a title of its own, which is the meeting's."""
    return node | {"level": 2} if node["is"] == "heading" and node["level"] == 1 else node


def _when(meeting: Meeting) -> str:
    """Day, hour and place, in one line."""
    moment = strip_tags(reading_time(meeting.starts_at))
    return " · ".join(part for part in (moment, meeting.place) if part)


@require_safe
def meeting_file(request: MemberRequest, reference: str) -> HttpResponse:
    """One meeting for a calendar, without its restricted points."""
    meeting = own_meeting(request, reference)
    points = queries.agenda(meeting, request.member)
    made = calendar_file(
        [appointment(meeting, points, whole_address(meeting))],
        name=str(meeting.group),
        method=PUBLISH,
        host=host(),
    )
    response = HttpResponse(made, content_type=CALENDAR)
    response["Content-Disposition"] = f'attachment; filename="{meeting.reference}.ics"'
    return response


@require_GET
def calendar(request: MemberRequest) -> HttpResponse:
    """The reader's own calendar address: whether there is one, since when, and how to get a new one."""
    key = queries.calendar_keys(request.member).filter(revoked_at=None).first()
    return render(request, "partnership_staff/calendar.html", {"key": key})


@require_POST
def make_calendar_key(request: MemberRequest) -> HttpResponse:
    """A new address, shown this once; an older one stops."""
    token = calendars.make_calendar_key(by=request.member)
    address = settings.ENTENTE_ADDRESS + reverse("partnership_calendar:calendar_feed", args=[token])
    key = queries.calendar_keys(request.member).filter(revoked_at=None).first()
    response = render(request, "partnership_staff/calendar.html", {"key": key, "address": address})
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def revoke_calendar_key(request: MemberRequest) -> HttpResponse:
    """No calendar reads one's meetings any longer."""
    calendars.revoke_calendar_key(by=request.member)
    messages.success(request, _("The address is closed. No calendar reads your meetings any longer."))
    return redirect("partnership_staff:calendar")


@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """What a member's calendar reads: the meetings of the groups they sit in at this second."""
    if not within_limit("calendar from", sender(request), at_most=TRIES_AN_HOUR):
        return render(request, "429.html", status=429)
    credential = Credential("calendar", token)
    try:
        prove(credential)
    except NotProven:
        raise Http404 from None
    reader = member_of(credential)
    reader.role = "calendar"  # it reads as they do in their seats, and holds none of their roles
    with begun(reader):
        made = _feed(reader)
    response = HttpResponse(made, content_type=CALENDAR)
    response["Cache-Control"] = "no-store"
    return response


def _feed(reader: Member) -> str:
    found = list(queries.meetings(reader).filter(group_id__in=reader.task_forces)[:FEED_LENGTH])
    points: dict[object, list[AgendaPoint]] = {}
    for point in queries.points(reader).filter(meeting__in=found).order_by("position", "id"):
        points.setdefault(point.meeting_id, []).append(point)
    return calendar_file(
        [_entry(meeting, points.get(meeting.pk, [])) for meeting in found],
        name=settings.ENTENTE_CITY_NAME,
        method=PUBLISH,
        host=host(),
    )


def _entry(meeting: Meeting, points: list[AgendaPoint]) -> Appointment:
    return appointment(meeting, points, whole_address(meeting))
