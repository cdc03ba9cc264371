"""Opening a record in an emergency, reading of it afterwards, and reviewing it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from entente.audit import clock
from entente.audit.decisions import Refused
from entente.audit.models import Event
from entente.people.models import Membership
from entente.people.rate_limits import within_limit
from entente.people.sign_in import MemberRequest, has_fresh_proof, require_fresh_proof
from entente.records import breakings, queries, services
from entente.records.breakings import BrokenGlass
from entente.records.forms.glass import GlassForm, ReviewForm
from entente.records.models import Participation, Record
from entente.records.rules import glass as rules
from entente.records.views.working import page_of
from entente.ui.templatetags.ui import reading_date, reading_time

TRIES = 10  # an hour; nobody has more emergencies, and whoever guesses references has many
REFUSED = 403
STALE = gettext_lazy(
    "Your last passkey or code is older than five minutes. Open this page in a second tab and prove once more"
    " who you are, then send this form again. What you typed is still here."
)
COLUMNS = [
    {"label": gettext_lazy("Reference")},
    {"label": gettext_lazy("Who opened it")},
    {"label": gettext_lazy("Organisation")},
    {"label": gettext_lazy("From")},
    {"label": gettext_lazy("Until")},
    {"label": gettext_lazy("Review")},
    {"label": gettext_lazy("By when, or when")},
]
LOOKED = {
    "records.glass_broken": gettext_lazy("Broke the glass"),
    "records.record_opened": gettext_lazy("Said what the record is needed for"),
    "records.record_read": gettext_lazy("Read the record"),
    "records.file_downloaded": gettext_lazy("Downloaded a file"),
    "records.records_exported": gettext_lazy("Took it along in an export"),
}


def break_glass(request: MemberRequest) -> HttpResponse:
    """Open one record in an emergency: told to its owner at once, reviewed within three working days."""
    right = rules.has_the_right(breakings.own_breakings(request.member), clock.now())
    if request.method == "POST":
        return _break(request)
    try:
        require_fresh_proof(request)
    except Refused as refused:
        return _glass_page(request, None, refusal=str(refused), status=200)
    if not right:
        return _glass_page(request, None, refusal=str(right), status=200)
    return _glass_page(request, GlassForm(initial={"reference": request.GET.get("reference", "")[:40]}))


def _break(request: MemberRequest) -> HttpResponse:
    if not within_limit("glass of", str(request.member.pk), at_most=TRIES):
        return render(request, "429.html", {"wait_minutes": 60 - clock.now().minute}, status=429)
    form = GlassForm(request.POST)
    if not has_fresh_proof(request):
        form.add_error(None, STALE)
    if not form.is_valid():
        return _glass_page(request, form, status=400)
    typed = form.cleaned_data
    try:
        opened = services.break_glass(
            typed["reference"], by=request.member, reason=typed["reason"], hours=typed["hours"]
        )
    except Refused as refused:
        services.note_refused_glass(typed["reference"], by=request.member, decision=refused.decision)
        form.add_error(None, str(refused))
        return _glass_page(request, form, status=REFUSED)
    messages.success(request, _("The record is open to you now. Its owner's privacy officer is being told."))
    return redirect(page_of(_seen(opened, request), request.member))


def _seen(opened: Participation, request: MemberRequest) -> Record:
    return Record.objects.visible_to(request.member).get(pk=opened.record_id)


def _glass_page(
    request: MemberRequest, form: GlassForm | None, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = {"form": form, "refusal": refusal, "is_stale": not has_fresh_proof(request)}
    return render(request, "records/break_glass.html", context, status=status)


@require_GET
def glass_list(request: MemberRequest) -> HttpResponse:
    """Emergencies: those waiting for one's review, all of them for the overseer, and one's own."""
    reader = request.member
    context = {
        "columns": COLUMNS,
        "own_columns": [*COLUMNS, {"label": gettext_lazy("What the officer found")}],
        "to_review": [_row(one, is_linked=True) for one in breakings.broken_at(reader)],
        "everywhere": [_row(one) for one in breakings.broken_anywhere(reader)],
        "own": [_row(one, has_words=True) for one in breakings.broken_by(reader)],
        "right": rules.has_the_right(breakings.own_breakings(reader), clock.now()),
        "is_officer": reader.role == Membership.Role.OFFICER,
        "is_overseer": reader.role == Membership.Role.OVERSEER,
    }
    return render(request, "records/glass_list.html", context)


def _row(one: BrokenGlass, *, is_linked: bool = False, has_words: bool = False) -> dict[str, Any]:
    """One line of a list: who opened what, when, and where its review stands."""
    url = reverse("records:review_glass", args=[one.id]) if is_linked else ""
    cells = [
        {"text": one.reference, "url": url},
        {"text": one.name},
        {"text": one.organisation or ""},
        {"text": reading_time(one.since)},
        {"text": reading_time(one.until)},
        _standing(one),
        {"text": reading_date(one.review.reviewed_at) if one.review else _due(one)},
    ]
    if has_words:
        cells.append({"text": one.review.words if one.review else ""})
    return {"cells": cells}


def _standing(one: BrokenGlass) -> dict[str, Any]:
    """Where a review stands, as the look shows states of work."""
    if one.review is not None:
        return {"text": capfirst(one.review.get_finding_display()), "state_kind": "done"}
    if one.is_late:
        return {"text": _("Late"), "state_kind": "late"}
    return {"text": _("Waits for review"), "state_kind": "due"}


def _due(one: BrokenGlass) -> str:
    """By when a review is due, and how many working days are left."""
    days = one.days_left
    if days < 0:
        told = ngettext("due %(day)s, one working day late", "due %(day)s, %(days)d working days late", -days)
    elif days == 0:
        told = _("by the end of today, %(day)s")
    else:
        told = ngettext(
            "by the end of %(day)s: one working day left",
            "by the end of %(day)s: %(days)d working days left",
            days,
        )
    return told % {"day": strip_tags(reading_date(one.last_day)), "days": abs(days)}


def review_glass(request: MemberRequest, participation: uuid.UUID) -> HttpResponse:
    """Say, as the owner's privacy officer, whether one emergency was right; then read what was said."""
    reader = request.member
    opened = breakings.emergency(participation, reader)
    if opened is None:
        raise Http404
    review = breakings.review_of(participation, reader)
    rules.may_review_glass(reader, opened, clock.now(), is_reviewed=False).require()
    form = ReviewForm(request.POST or None) if review is None else None
    if form is not None and form.is_valid():
        try:
            services.review_glass(opened, by=reader, **form.cleaned_data)
        except Refused as refused:
            messages.info(request, str(refused))
        else:
            messages.success(
                request, _("Your finding is kept. Whoever broke the glass is told that there is one.")
            )
        return redirect("records:review_glass", participation)
    context = _review_context(request, opened) | {"form": form, "review": review}
    status = 400 if form is not None and form.is_bound else 200
    return render(request, "records/review_glass.html", context, status=status)


def _review_context(request: MemberRequest, opened: Participation) -> dict[str, Any]:
    """What the officer reads: who, when, why, what was looked at; the record itself only if they see it."""
    reader = request.member
    told = next((one for one in breakings.broken_at(reader) if one.id == opened.pk), None)
    if told is None:
        raise Http404
    record = queries.record_with(told.reference, reader)
    return {
        "told": told,
        "opened": opened,
        "looked_at": [_looked(event) for event in breakings.looked_at(opened, reader)],
        "record_url": page_of(record, reader) if record else "",
    }


def _looked(event: Event) -> dict[str, Any]:
    return {"sentence": LOOKED.get(event.name, event.name), "at": event.at}
