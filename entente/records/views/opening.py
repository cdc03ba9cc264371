"""The page where a guest says what they need another organisation's record for."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from entente.agreements.vocabulary import Purpose
from entente.audit import clock
from entente.audit.decisions import Refused
from entente.people.sign_in import MemberRequest
from entente.records import queries, services
from entente.records.forms.sharing import PurposeForm
from entente.records.models import Record
from entente.records.reading import Facts
from entente.records.rules.sharing import works_inside
from entente.records.sentences import opened
from entente.records.sights import purposes_to_state
from entente.records.views.working import page_of, title_of
from entente.ui.templatetags.ui import reading_time


def found_record(request: MemberRequest, reference: str) -> Record:
    """The record of this reference, or 404 when it does not exist for the member."""
    record = queries.record_with(reference, request.member)
    if record is None:
        raise Http404
    return record


def state_purpose(request: MemberRequest, reference: str) -> HttpResponse:
    """Say what another organisation's record is needed for; its parts then show for twelve hours."""
    record, reader = found_record(request, reference), request.member
    if works_inside(reader, record, clock.now(), Facts.of(record, reader).participations):
        return redirect(page_of(record, reader))
    doors = purposes_to_state(record, reader)
    if not doors:
        raise Http404
    form = PurposeForm(request.POST or None, purposes=list(doors))
    refusal = ""
    if form.is_valid():
        try:
            opening = services.open_record(record, by=reader, purpose=form.cleaned_data["purpose"])
        except Refused as refused:
            refusal = str(refused.decision)
        else:
            messages.success(
                request,
                _("The record is open to you until %(time)s.")
                % {"time": strip_tags(reading_time(opening.until))},
            )
            return redirect("records:record", record.reference)
    offered = [
        {"code": code, "name": Purpose(code).label, "why": str(door.decision), "opens": opened(door)}
        for code, door in doors.items()
    ]
    context = {
        "record": record,
        "title": title_of(record, reader),
        "category": queries.category_label(record.category),
        "form": form,
        "offered": offered,
        "refusal": refusal,
        "chosen": form["purpose"].value(),
    }
    status = 409 if refusal else 400 if form.is_bound else 200
    return render(request, "records/state_purpose.html", context, status=status)
