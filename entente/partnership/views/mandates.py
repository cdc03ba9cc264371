"""Who may sign for one's organisation: the list, one more, and its end."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from entente.agreements import mandate_rules, register, services
from entente.agreements.forms import ReasonForm
from entente.agreements.models import Agreement, Mandate
from entente.agreements.rules import lasts
from entente.audit import clock
from entente.audit.decisions import Refused
from entente.partnership.forms.drafting import MandateForm
from entente.partnership.views.drafting import REFUSED_HERE
from entente.partnership.views.steps import note_refusal
from entente.people.models import Member
from entente.people.sign_in import MemberRequest


def mandates(request: MemberRequest) -> HttpResponse:
    """Every mandate of one's own organisation, those that ended too."""
    at = clock.now()
    rows = [
        {
            "mandate": row,
            "kinds": [capfirst(str(Agreement.Kind(kind).label)) for kind in row.kinds],
            "holds": lasts(at, row.since, row.until),
        }
        for row in register.mandates_of(request.member)
    ]
    context = {"rows": rows, "may_record": _may_record(request.member)}
    return render(request, "partnership_staff/mandates.html", context)


def _may_record(reader: Member) -> Any:
    return mandate_rules.may_record_mandate(reader, reader, clock.now(), None, "x", clock.now())


def record_mandate(request: MemberRequest) -> HttpResponse:
    """Say that somebody may sign."""
    _may_record(request.member).require()
    form, refusal = MandateForm(request.POST or None, members=_members(request.member)), ""
    if form.is_valid():
        typed = dict(form.cleaned_data)
        until = typed.pop("until")
        try:
            services.record_mandate(typed.pop("member"), by=request.member, until=_end_of(until), **typed)
        except Refused as refused:
            refusal = str(note_refusal(request, None, refused))
        else:
            messages.success(request, _("The mandate is recorded. From now on only those with one sign."))
            return redirect("partnership_staff:mandates")
    status = REFUSED_HERE if refusal else 400 if form.errors else 200
    context = {"form": form, "refusal": refusal}
    return render(request, "partnership_staff/record_mandate.html", context, status=status)


def _members(reader: Member) -> QuerySet[Member]:
    lasting = Q(ended_at=None) | Q(ended_at__gt=clock.now())
    rows = Member.objects.filter(lasting, organisation_id=reader.organisation_id)
    return rows.select_related("person", "organisation").order_by("person__name")


def _end_of(day: Any) -> datetime | None:
    """The last moment of a day in the city."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time())) if day else None


def end_mandate(request: MemberRequest, mandate_id: uuid.UUID) -> HttpResponse:
    """Let somebody sign no more."""
    own = Mandate.objects.filter(organisation_id=request.member.organisation_id)
    mandate = get_object_or_404(own.select_related("membership__person"), pk=mandate_id)
    _may_record(request.member).require()
    form, refusal = ReasonForm(request.POST or None), ""
    if form.is_valid():
        try:
            services.end_mandate(mandate, by=request.member, **form.cleaned_data)
        except Refused as refused:
            refusal = str(note_refusal(request, mandate, refused))
        else:
            messages.success(request, _("The mandate has ended. What was signed under it stays signed."))
            return redirect("partnership_staff:mandates")
    context = {"mandate": mandate, "form": form, "refusal": refusal}
    status = REFUSED_HERE if refusal else 400 if form.errors else 200
    return render(request, "partnership_staff/end_mandate.html", context, status=status)
