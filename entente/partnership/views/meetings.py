"""The pages of meetings: a group's meetings, one of them with agenda and minutes, and each step it takes."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from entente.audit import clock
from entente.audit.decisions import Refused
from entente.partnership.forms.meetings import (
    AttendanceForm,
    ChangeMeetingForm,
    MeetingForm,
    MinutesForm,
    PointForm,
    WhyForm,
)
from entente.partnership.models.groups import Group
from entente.partnership.models.meetings import AgendaPoint, Meeting
from entente.partnership.queries import commitments as promises
from entente.partnership.queries import decisions as decided
from entente.partnership.queries import meetings as queries
from entente.partnership.rules import meetings as rules
from entente.partnership.services import meetings as services
from entente.partnership.views.paper_steps import Back, Words, step
from entente.partnership.views.steps import NOT_READ, note_refusal
from entente.people.sign_in import MemberRequest

ON_A_PAGE = 25
DUE_SHOWN = 50
STATE_KINDS = {"planned": "open", "held": "due", "approved": "done", "cancelled": "closed"}


def own_group(request: MemberRequest, reference: str) -> Group:
    """A group whose meetings the reader may read, or 404."""
    return get_object_or_404(queries.groups_read(request.member), reference=reference)


def own_meeting(request: MemberRequest, reference: str) -> Meeting:
    """A meeting the reader may know of, or 404."""
    return get_object_or_404(queries.meetings(request.member), reference=reference)


def page_of(meeting: Meeting) -> str:
    """Where a meeting is read."""
    return reverse("partnership_staff:meeting", args=[meeting.reference])


def _back(meeting: Meeting) -> Back:
    return Back(page_of(meeting), meeting)


def meetings(request: MemberRequest, reference: str) -> HttpResponse:
    """The meetings of one group, the latest first."""
    group = own_group(request, reference)
    page = Paginator(queries.meetings_of(group, request.member), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "group": group,
        "page": page,
        "rows": [{"meeting": row, "kind": STATE_KINDS[row.state]} for row in page],
        "may_plan": bool(rules.may_keep(request.member, group)),
        "may_sit": bool(rules.may_sit(request.member, group)),
    }
    return render(request, "partnership_staff/meetings.html", context)


def plan_meeting(request: MemberRequest, reference: str) -> HttpResponse:
    """Plan a meeting; nobody is told of it yet."""
    group, reader = own_group(request, reference), request.member
    return step(
        request,
        about=group,
        may=rules.may_keep(reader, group),
        take=lambda **typed: services.plan_meeting(group, by=reader, **typed),
        words=Words(
            label=gettext_lazy("Plan a meeting"),
            done=gettext_lazy("The meeting is planned. Add points, then send the invitation."),
        ),
        back=Back(reverse("partnership_staff:meetings", args=[reference]), group),
        form=MeetingForm(request.POST or None),
        template="partnership_staff/paper_form.html",
        to=page_of,
    )


def told(meeting: Meeting, request: MemberRequest) -> dict[str, Any]:
    """Everything a meeting's page and its paper say."""
    reader = request.member
    written, came = queries.minutes(meeting, reader), queries.attendances(meeting, reader)
    day, agenda = timezone.localtime(meeting.starts_at).date(), queries.agenda(meeting, reader)
    points = [
        {"point": point, "minutes": written.get(point.pk), "is_first": place == 0}
        for place, point in enumerate(agenda)
    ]
    there = len({row.organisation_id for row in came if row.how in queries.THERE})
    due = list(promises.due_in(meeting.group, reader, day)[:DUE_SHOWN])
    return {
        "meeting": meeting,
        "kind": STATE_KINDS[meeting.state],
        "points": points,
        "minutes_planned": sum(point.minutes for point in agenda),
        "attendances": came,
        "quorum": queries.quorum_in_words(there, meeting.quorum or 0) if came else "",
        "due": [{"commitment": row, "standing": promises.standing(row)} for row in due],
        "decisions": list(decided.decisions(reader).filter(meeting_id=meeting.pk)[:ON_A_PAGE]),
    }


def meeting(request: MemberRequest, reference: str) -> HttpResponse:
    """One meeting: what is due first, then the agenda, who came, and what was written down."""
    found, reader, at = own_meeting(request, reference), request.member, clock.now()
    may_keep = bool(rules.may_keep(reader, found.group))
    is_begun = found.starts_at <= at
    context = told(found, request) | {
        "steps": _steps(found, request) if may_keep else [],
        "may_add": bool(rules.may_add_point(reader, found, at)),
        "may_keep": may_keep,
        "may_sit": bool(rules.may_sit(reader, found.group)),
        "may_write": is_begun and bool(rules.may_write_minutes(reader, found, at)),
        "form": PointForm(),
    }
    return render(request, "partnership_staff/meeting.html", context)


def _steps(meeting: Meeting, request: MemberRequest) -> list[dict[str, str]]:
    """What may be done with it now."""
    reader, at = request.member, clock.now()
    later = queries.approving(meeting, reader) if meeting.state == Meeting.State.HELD else None
    found = (
        (
            "invite_to_meeting",
            "people",
            _("Send the invitation"),
            rules.may_invite_to_meeting(reader, meeting, at),
        ),
        (
            "change_meeting",
            "clock",
            _("Change date or place"),
            rules.may_change_meeting(reader, meeting, meeting.starts_at, at),
        ),
        ("hold_meeting", "check", _("Note who came"), rules.may_hold_meeting(reader, meeting, at)),
        (
            "approve_minutes",
            "document",
            _("Approve the minutes"),
            rules.may_approve_minutes(reader, meeting, later, at, is_written=True),
        ),
        ("cancel_meeting", "cross", _("Cancel the meeting"), rules.may_cancel_meeting(reader, meeting, at)),
    )
    return [
        {"url": reverse(f"partnership_staff:{name}", args=[meeting.reference]), "icon": icon, "label": label}
        for name, icon, label, may in found
        if may
    ]


def change_meeting(request: MemberRequest, reference: str) -> HttpResponse:
    """Another date or place; whoever was invited is told."""
    found, reader = own_meeting(request, reference), request.member
    initial = {name: getattr(found, name) for name in ("title", "starts_at", "minutes", "place", "link")}
    return step(
        request,
        about=found,
        may=rules.may_change_meeting(reader, found, found.starts_at, clock.now()),
        take=lambda **typed: services.change_meeting(found, by=reader, **typed),
        words=Words(
            label=gettext_lazy("Change date or place"),
            done=gettext_lazy("Changed. Whoever was invited gets a message with the new date."),
        ),
        back=_back(found),
        form=ChangeMeetingForm(request.POST or None, initial=initial),
        template="partnership_staff/paper_form.html",
    )


def invite_to_meeting(request: MemberRequest, reference: str) -> HttpResponse:
    """Send everybody who sits there the invitation."""
    found, reader = own_meeting(request, reference), request.member
    return step(
        request,
        about=found,
        may=rules.may_invite_to_meeting(reader, found, clock.now()),
        take=lambda: services.invite_to_meeting(found, by=reader),
        words=Words(
            label=gettext_lazy("Send the invitation"),
            what=gettext_lazy(
                "Everybody who sits in this group gets one message in their own language, with the agenda and"
                " a calendar file. Restricted points are not in it."
            ),
            to_whom=gettext_lazy("Everybody who sits in this group now, and whoever takes a seat before it."),
            undo=gettext_lazy(
                "No. If the date changes, they get an update; if it is cancelled, they read why."
            ),
            done=gettext_lazy("The invitation is on its way."),
        ),
        back=_back(found),
    )


def cancel_meeting(request: MemberRequest, reference: str) -> HttpResponse:
    """Call it off, and say why."""
    found, reader = own_meeting(request, reference), request.member
    return step(
        request,
        about=found,
        may=rules.may_cancel_meeting(reader, found, clock.now()),
        take=lambda reason: services.cancel_meeting(found, by=reader, reason=reason),
        words=Words(
            label=gettext_lazy("Cancel the meeting"),
            what=gettext_lazy("The meeting does not take place. Its agenda stays to be read."),
            to_whom=gettext_lazy("Everybody who was invited gets a message with your reason."),
            undo=gettext_lazy("No. Plan another meeting instead."),
            done=gettext_lazy("The meeting is cancelled."),
            is_grave=True,
        ),
        back=_back(found),
        form=WhyForm(request.POST or None),
    )


def add_point(request: MemberRequest, reference: str) -> HttpResponse:
    """Put a point on the agenda."""
    found, reader = own_meeting(request, reference), request.member
    return step(
        request,
        about=found,
        may=rules.may_add_point(reader, found, clock.now()),
        take=lambda **typed: services.add_point(found, by=reader, **typed),
        words=Words(
            label=gettext_lazy("Add a point to the agenda"), done=gettext_lazy("The point is on the agenda.")
        ),
        back=_back(found),
        form=PointForm(request.POST or None),
        template="partnership_staff/paper_form.html",
        to=lambda _made: f"{page_of(found)}#agenda",
    )


def _point(request: MemberRequest, point_id: uuid.UUID) -> AgendaPoint:
    return get_object_or_404(queries.points(request.member), pk=point_id)


@require_POST
def move_point(request: MemberRequest, point_id: uuid.UUID) -> HttpResponse:
    """Let a point come one place earlier."""
    point = _point(request, point_id)
    services.move_point(point, by=request.member)
    return redirect(f"{page_of(point.meeting)}#agenda")


@require_POST
def remove_point(request: MemberRequest, point_id: uuid.UUID) -> HttpResponse:
    """Take a point off the agenda."""
    point = _point(request, point_id)
    services.remove_point(point, by=request.member)
    messages.success(request, _("The point is off the agenda."))
    return redirect(f"{page_of(point.meeting)}#agenda")


def hold_meeting(request: MemberRequest, reference: str) -> HttpResponse:
    """Note who came; the page says whether that was a quorum."""
    found, reader = own_meeting(request, reference), request.member
    may = rules.may_hold_meeting(reader, found, clock.now())
    known = {row.membership_id: row for row in queries.attendances(found, reader)}
    seats = queries.seats(found.group_id, reader, since=found.starts_at) if may else []
    form = AttendanceForm(request.POST or None, seats=seats, known=known)
    return step(
        request,
        about=found,
        may=may,
        take=lambda **_typed: services.hold_meeting(found, by=reader, attendance=form.attendance()),
        words=Words(label=gettext_lazy("Note who came"), done=gettext_lazy("Who came is noted.")),
        back=_back(found),
        form=form,
        template="partnership_staff/hold_meeting.html",
        more={"group": found.group},
        to=lambda _made: f"{page_of(found)}#came",
    )


def write_minutes(request: MemberRequest, point_id: uuid.UUID) -> HttpResponse:
    """What was said on one point. What somebody else saved meanwhile is shown beside one's own."""
    point, reader = _point(request, point_id), request.member
    rules.may_write_minutes(reader, point.meeting, clock.now()).require()
    editions = queries.editions(point, reader)
    newest = editions[0] if editions else None
    initial = {"text": newest.text if newest else "", "read": newest.number if newest else 0}
    form = MinutesForm(request.POST or None, initial=initial)
    theirs = None
    if form.is_valid():
        try:
            services.write_minutes(point, by=reader, **form.cleaned_data)
        except Refused as refused:
            note_refusal(request, point.meeting, refused)
            form = MinutesForm({"text": form.cleaned_data["text"], "read": initial["read"]})
            form.full_clean()
            form.add_error(None, str(refused.decision))
            theirs = newest
        else:
            messages.success(request, _("The minutes of this point are saved."))
            return redirect(f"{page_of(point.meeting)}#point-{point.pk}")
    context = {"point": point, "form": form, "theirs": theirs, "editions": editions}
    status = NOT_READ if form.errors else 200
    return render(request, "partnership_staff/write_minutes.html", context, status=status)


def approve_minutes(request: MemberRequest, reference: str) -> HttpResponse:
    """Let the next meeting approve the minutes of this one."""
    found, reader = own_meeting(request, reference), request.member
    if found.state == Meeting.State.CANCELLED:
        raise Http404
    later = queries.approving(found, reader)
    is_written = bool(queries.minutes(found, reader))
    return step(
        request,
        about=found,
        may=rules.may_approve_minutes(reader, found, later, clock.now(), is_written=is_written),
        take=lambda: services.approve_minutes(found, by=reader),
        words=Words(
            label=gettext_lazy("Approve the minutes"),
            what=gettext_lazy(
                "The next meeting agreed that these minutes say what was said."
                " From now on nobody changes them."
            ),
            to_whom=gettext_lazy("Everybody who sits in this group reads that they are approved, and when."),
            undo=gettext_lazy("No. What was wrong is put right in the minutes of a later meeting."),
            done=gettext_lazy("The minutes are approved."),
        ),
        back=_back(found),
        more={"later": later},
    )
