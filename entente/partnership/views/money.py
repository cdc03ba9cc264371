"""Money: funds with a picture of their time, what was spent, and a table to take along."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from entente.audit import clock
from entente.partnership.forms.money import EntryForm, FundForm, PledgeForm
from entente.partnership.fund_bars import bars
from entente.partnership.models.money import Fund
from entente.partnership.queries import money as queries
from entente.partnership.rules import money as rules
from entente.partnership.services import money as services
from entente.people.sign_in import MemberRequest

LISTED = 30
asked = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def funding(request: MemberRequest) -> HttpResponse:
    """Who pays for what and until when, as a picture and as a table, what ends first before all."""
    reader, today = request.member, clock.today()
    found = list(queries.funds(reader)[: queries.MOST])
    sums = queries.spent(found, reader)
    page = Paginator(found, LISTED).get_page(request.GET.get("page"))
    shown = list(page)
    context = {
        "page": page,
        "rows": [_row(fund, sums[fund.pk], today) for fund in shown],
        "totals": queries.totals(found, sums),
        "picture": bars(
            [(str(f.pk), f.starts_on, f.ends_on) for f in shown], today, from_right=get_language_bidi()
        ),
        "next_end": next((fund for fund in found if fund.ends_on >= today), None),
        "today": today,
        "may_add": rules.may_add_fund(reader, clock.now()),
    }
    return render(request, "partnership_staff/funding.html", context)


def _row(fund: Fund, used: Any, today: Any) -> dict[str, Any]:
    days = fund.days_left(today)
    soon = 0 <= days <= max(fund.warn_days, default=0)
    kind = "closed" if days < 0 else "due" if soon else "open"
    label = _("is over") if days < 0 else _("ends soon") if soon else _("runs")
    if fund.starts_on > today:
        kind, label = "draft", _("begins later")
    return {
        "fund": fund,
        "spent": used,
        "left": fund.amount - used,
        "is_over": used > fund.amount,
        "days": days,
        "kind": kind,
        "label": label,
    }


@require_safe
def funding_list(request: MemberRequest) -> HttpResponse:
    """The funds as a table for a spreadsheet."""
    answer = HttpResponse(queries.as_csv(request.member), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="funding-{clock.today().isoformat()}.csv"'
    return answer


def _found(request: MemberRequest, fund: uuid.UUID) -> Fund:
    return get_object_or_404(queries.funds(request.member), pk=fund)


@require_safe
def fund(request: MemberRequest, fund: uuid.UUID) -> HttpResponse:
    """One fund: its terms, who pledged it, and what was spent."""
    found, reader, at = _found(request, fund), request.member, clock.now()
    used = queries.spent([found], reader)[found.pk]
    page = Paginator(queries.entries(found, reader), LISTED).get_page(request.GET.get("page"))
    context = {
        **_row(found, used, clock.today()),
        "page": page,
        "reports": [date.fromisoformat(day) for day in found.reports_on],
        "readers": queries.readers(found, reader),
        "may_edit": rules.may_edit_fund(reader, found, at),
        "may_pledge": rules.may_record_pledge(reader, found, at),
    }
    return render(request, "partnership_staff/fund.html", context)


@asked
def add_fund(request: MemberRequest) -> HttpResponse:
    """Note money that somebody gives."""
    reader = request.member
    rules.may_add_fund(reader, clock.now()).require()
    form = FundForm(request.POST if request.method == "POST" else None, keeper=reader.organisation_id)
    if form.is_valid():
        terms = dict(form.cleaned_data)
        named = list(terms.pop("organisations"))
        made = services.add_fund(by=reader, **terms)
        services.name_readers(made, by=reader, organisations=named)
        messages.success(request, _("The money is noted."))
        return redirect("partnership_staff:fund", made.pk)
    return render(
        request, "partnership_staff/add_fund.html", {"form": form}, status=400 if form.errors else 200
    )


@asked
def edit_fund(request: MemberRequest, fund: uuid.UUID) -> HttpResponse:
    """Change the terms of money, and who reads about it."""
    found, reader = _found(request, fund), request.member
    rules.may_edit_fund(reader, found, clock.now()).require()
    named = queries.readers(found, reader)
    data = request.POST if request.method == "POST" else None
    form = FundForm(data, keeper=found.keeper_id, fund=found, readers=named)
    if form.is_valid():
        terms = dict(form.cleaned_data)
        wanted = list(terms.pop("organisations"))
        services.edit_fund(found, by=reader, **terms)
        services.name_readers(found, by=reader, organisations=wanted)
        messages.success(request, _("The terms are changed."))
        return redirect("partnership_staff:fund", found.pk)
    context = {"form": form, "fund": found}
    return render(request, "partnership_staff/edit_fund.html", context, status=400 if form.errors else 200)


@asked
def record_pledge(request: MemberRequest, fund: uuid.UUID) -> HttpResponse:
    """Note who pledged the money, in their words."""
    found, reader = _found(request, fund), request.member
    rules.may_record_pledge(reader, found, clock.now()).require()
    form = PledgeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        services.record_pledge(found, by=reader, **form.cleaned_data)
        messages.success(request, _("The pledge is noted in these words, and stays."))
        return redirect("partnership_staff:fund", found.pk)
    context = {"form": form, "fund": found}
    return render(
        request, "partnership_staff/record_pledge.html", context, status=400 if form.errors else 200
    )


@asked
def add_entry(request: MemberRequest, fund: uuid.UUID) -> HttpResponse:
    """Note what was spent."""
    found, reader = _found(request, fund), request.member
    rules.may_add_entry(reader, found, clock.now()).require()
    form = EntryForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        services.add_entry(found, by=reader, **form.cleaned_data)
        messages.success(request, _("It is noted. A mistake is put right by another entry."))
        return redirect("partnership_staff:fund", found.pk)
    context = {"form": form, "fund": found}
    return render(request, "partnership_staff/add_entry.html", context, status=400 if form.errors else 200)
