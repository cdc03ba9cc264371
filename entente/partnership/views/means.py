"""What partners lend each other: offers, a week at a glance, bookings and their steps."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from entente.audit import clock
from entente.audit.decisions import Decision, Refused
from entente.partnership.calendar_files import PUBLISH, Appointment, calendar_file
from entente.partnership.forms.means import (
    BookingForm,
    ResourceFilter,
    ResourceForm,
    ReturnForm,
    WhyForm,
    language_here,
    week_of,
)
from entente.partnership.models.means import Booking, Resource
from entente.partnership.queries import means as queries
from entente.partnership.rules import means as rules
from entente.partnership.services import means as services
from entente.partnership.views.steps import note_refusal
from entente.people.models import Member
from entente.people.sign_in import MemberRequest

REFUSED_HERE = 409
LISTED = 24
BOOKED = 30
WEEK = timedelta(days=7)
AHEAD = timedelta(days=365)
asked = require_http_methods(["GET", "HEAD", "POST"])
STATE_KINDS = {
    Booking.State.ASKED: "due",
    Booking.State.CONFIRMED: "open",
    Booking.State.RETURNED: "done",
    Booking.State.DECLINED: "closed",
    Booking.State.CANCELLED: "closed",
}


@require_safe
def resources(request: MemberRequest) -> HttpResponse:
    """Rooms, interpreters, trainers and materials that partners lend each other."""
    form = ResourceFilter(request.GET)
    chosen = form.chosen()
    page = Paginator(queries.resources(request.member, chosen), LISTED).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "query": urlencode(chosen),
        "may_add": rules.may_add_resource(request.member, clock.now()),
    }
    return render(request, "partnership_staff/resources.html", context)


@asked
def add_resource(request: MemberRequest) -> HttpResponse:
    """Offer something one's organisation lends."""
    rules.may_add_resource(request.member, clock.now()).require()
    form = ResourceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        offer = {**form.cleaned_data, "language": language_here()}
        resource = services.add_resource(by=request.member, **offer)
        messages.success(request, _("It is offered to every member of the partnership."))
        return redirect("partnership_staff:resource", resource.pk)
    return render(
        request, "partnership_staff/add_resource.html", {"form": form}, status=400 if form.errors else 200
    )


def _found(request: MemberRequest, resource: uuid.UUID) -> Resource:
    return get_object_or_404(queries.resource_with(resource, request.member))


@require_safe
def resource(request: MemberRequest, resource: uuid.UUID) -> HttpResponse:
    """One offer: what, where, when, on which conditions, and when it is taken."""
    found, reader, at = _found(request, resource), request.member, clock.now()
    monday = week_of(request.GET.get("week", ""))
    number, hours = queries.usage(found, reader)
    context = {
        "resource": found,
        **{name: found.text(name) for name in ("description", "accessibility", "conditions")},
        "languages": [str(name) for code, name in settings.LANGUAGES if code in found.languages],
        "weekdays": [WEEKDAYS[day] for day in found.weekdays],
        "days": _week(found, monday, reader),
        "monday": monday,
        "before": (monday - timedelta(days=3)).date(),
        "after": (monday + timedelta(days=10)).date(),
        "bookings": queries.bookings(reader).filter(resource_id=found.pk)[:BOOKED],
        "used": number,
        "hours_used": round(hours),
        "may_edit": rules.may_edit_resource(reader, found, at),
        "may_book": found.withdrawn_at is None and rules.may_add_resource(reader, at),
    }
    return render(request, "partnership_staff/resource.html", context)


def _week(resource: Resource, monday: datetime, reader: Member) -> list[dict[str, Any]]:
    """Each day of a week with the times at which it is taken."""
    taken = queries.taken(resource, monday, monday + WEEK, reader)
    days = []
    for number in range(7):
        begin = monday + timedelta(days=number)
        end = begin + timedelta(days=1)
        here = [one for one in taken if one.starts_at < end and one.ends_at > begin]
        times = [(max(one.starts_at, begin), min(one.ends_at, end - clock.SMALLEST)) for one in here]
        is_offered = not resource.weekdays or begin.weekday() in resource.weekdays
        days.append({"day": begin, "name": WEEKDAYS[number], "times": times, "is_offered": is_offered})
    return days


@asked
def edit_resource(request: MemberRequest, resource: uuid.UUID) -> HttpResponse:
    """Describe an offer anew."""
    found = _found(request, resource)
    rules.may_edit_resource(request.member, found, clock.now()).require()
    form = ResourceForm(request.POST if request.method == "POST" else None, resource=found)
    if form.is_valid():
        services.edit_resource(found, by=request.member, **form.cleaned_data)
        messages.success(request, _("The offer is changed. Bookings stay as they are."))
        return redirect("partnership_staff:resource", found.pk)
    context = {"form": form, "resource": found}
    return render(
        request, "partnership_staff/edit_resource.html", context, status=400 if form.errors else 200
    )


@asked
def withdraw_resource(request: MemberRequest, resource: uuid.UUID) -> HttpResponse:
    """Lend something no longer."""
    found = _found(request, resource)
    rules.may_withdraw_resource(request.member, found, clock.now()).require()
    if request.method == "POST":
        services.withdraw_resource(found, by=request.member)
        messages.success(request, _("It is offered no longer. What was confirmed stays."))
        return redirect("partnership_staff:resources")
    return render(request, "partnership_staff/withdraw_resource.html", {"resource": found})


@asked
def book_resource(request: MemberRequest, resource: uuid.UUID) -> HttpResponse:
    """Ask for something for a time."""
    found, reader = _found(request, resource), request.member
    form = BookingForm(request.POST if request.method == "POST" else None)
    refusal = ""
    if form.is_valid():
        try:
            booking = services.book_resource(found, by=reader, **form.cleaned_data)
        except Refused as refused:
            refusal = str(note_refusal(request, found, refused))
            form.add_error(None, refusal)
        else:
            messages.success(request, _("You asked for it. Whoever lends it confirms or declines."))
            return redirect("partnership_staff:booking", booking.pk)
    context = {"form": form, "resource": found}
    status = REFUSED_HERE if refusal else 400 if form.errors else 200
    return render(request, "partnership_staff/book_resource.html", context, status=status)


@require_safe
def bookings(request: MemberRequest) -> HttpResponse:
    """What one's organisation borrows and lends, the newest first."""
    page = Paginator(queries.bookings(request.member), BOOKED).get_page(request.GET.get("page"))
    at = clock.now()
    rows = [{"booking": booking, **_standing(booking, at)} for booking in page]
    return render(request, "partnership_staff/bookings.html", {"page": page, "rows": rows})


def _standing(booking: Booking, at: datetime) -> dict[str, Any]:
    is_late = booking.is_late(at)
    kind = "late" if is_late else STATE_KINDS[Booking.State(booking.state)]
    label = _("should be back") if is_late else booking.get_state_display()
    return {"kind": kind, "label": label, "is_late": is_late}


def _booked(request: MemberRequest, booking: uuid.UUID) -> Booking:
    return get_object_or_404(queries.bookings(request.member).select_related("asked_by__person"), pk=booking)


@require_safe
def booking(request: MemberRequest, booking: uuid.UUID) -> HttpResponse:
    """One booking, for the organisation that lends and the one that borrows."""
    found, reader, at = _booked(request, booking), request.member, clock.now()
    context = {
        "booking": found,
        **_standing(found, at),
        "steps": [
            {**step, "url": reverse(f"partnership_staff:{step['name']}", args=[found.pk])}
            for step in STEPS
            if step["may"](reader, found, at)
        ],
    }
    return render(request, "partnership_staff/booking.html", context)


def _step(
    request: MemberRequest,
    booking: uuid.UUID,
    name: str,
    take: Callable[..., Any],
    form_class: type[forms.Form] | None,
    done: str | Promise,
) -> HttpResponse:
    """A confirmation page, or the reason why this step can't be taken now."""
    found, reader, at = _booked(request, booking), request.member, clock.now()
    step = next(step for step in STEPS if step["name"] == name)
    decision: Decision = step["may"](reader, found, at)
    form = form_class(request.POST if request.method == "POST" else None) if form_class else None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            take(found, by=reader, **(form.cleaned_data if form else {}))
        except Refused as refused:
            decision = note_refusal(request, found, refused)
        else:
            messages.success(request, str(done))
            return redirect("partnership_staff:booking", found.pk)
    context = {
        "booking": found,
        "step": step,
        "form": form,
        "refusal": "" if decision else str(decision),
        "to_whom": BOTH_TOLD,
    }
    status = REFUSED_HERE if not decision else 400 if form and form.errors else 200
    return render(request, "partnership_staff/booking_step.html", context, status=status)


BOTH_TOLD = gettext_lazy("Both organisations. They are told by mail.")
STEPS: list[dict[str, Any]] = [
    {
        "name": "confirm_booking",
        "label": gettext_lazy("Confirm it"),
        "icon": "check",
        "what": gettext_lazy("It is promised for this time, and nobody else gets it."),
        "undo": gettext_lazy("Either side can cancel before it begins."),
        "may": lambda by, booking, at: rules.may_confirm_booking(by, booking, is_taken=False, at=at),
    },
    {
        "name": "decline_booking",
        "label": gettext_lazy("Decline it"),
        "icon": "cross",
        "what": gettext_lazy("It stays free for others. The organisation that asked reads why."),
        "undo": gettext_lazy("No, but it can be asked for again."),
        "may": rules.may_decide_booking,
    },
    {
        "name": "cancel_booking",
        "label": gettext_lazy("Cancel it"),
        "icon": "leave",
        "what": gettext_lazy("It becomes free for others. The other organisation reads why."),
        "undo": gettext_lazy("No, but it can be asked for again."),
        "may": rules.may_cancel_booking,
    },
    {
        "name": "return_booking",
        "label": gettext_lazy("It came back"),
        "icon": "undo",
        "what": gettext_lazy("It is noted that it came back, and how. It is free again from now on."),
        "undo": gettext_lazy("No. What was noted stays."),
        "may": rules.may_return_booking,
    },
]


@asked
def confirm_booking(request: MemberRequest, booking: uuid.UUID) -> HttpResponse:
    """Promise it for that time."""
    done = gettext_lazy("It is confirmed.")
    return _step(request, booking, "confirm_booking", services.confirm_booking, None, done)


@asked
def decline_booking(request: MemberRequest, booking: uuid.UUID) -> HttpResponse:
    """Say no, and why."""
    done = gettext_lazy("It is declined.")
    return _step(request, booking, "decline_booking", services.decline_booking, WhyForm, done)


@asked
def cancel_booking(request: MemberRequest, booking: uuid.UUID) -> HttpResponse:
    """Take a booking back."""
    done = gettext_lazy("It is cancelled.")
    return _step(request, booking, "cancel_booking", services.cancel_booking, WhyForm, done)


@asked
def return_booking(request: MemberRequest, booking: uuid.UUID) -> HttpResponse:
    """Note that it came back, and in which state."""
    done = gettext_lazy("It is noted that it came back.")
    return _step(request, booking, "return_booking", services.return_booking, ReturnForm, done)


@require_safe
def resource_calendar(request: MemberRequest, resource: uuid.UUID) -> HttpResponse:
    """When something is taken, for one's own calendar."""
    found, at = _found(request, resource), clock.now()
    taken = queries.taken(found, at - WEEK, at + AHEAD, request.member)
    title = _("%(name)s is taken") % {"name": found}
    times = [
        Appointment(
            key=str(one.booking),
            title=title,
            starts_at=one.starts_at,
            minutes=round((one.ends_at - one.starts_at).total_seconds() / 60),
            sequence=0,
            changed_at=at,
            place=found.place,
        )
        for one in taken
    ]
    host = urlsplit(settings.ENTENTE_ADDRESS).hostname or "entente"
    written = calendar_file(times, name=str(found), method=PUBLISH, host=host)
    answer = HttpResponse(written, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="resource-{str(found.pk)[:8]}.ics"'
    return answer
