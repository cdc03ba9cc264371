"""The impact assessment of an agreement: its texts, the officer's advice, the decision."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from entente.agreements import change_rules
from entente.agreements.models import Agreement
from entente.agreements.sentences import listed
from entente.agreements.vocabulary import Category
from entente.audit import clock
from entente.audit.decisions import Decision, Refused
from entente.partnership.forms.register import AssessmentForm, DecisionForm, OpinionForm
from entente.partnership.models import Assessment
from entente.partnership.queries import register as queries
from entente.partnership.rules import register as rules
from entente.partnership.sentences import register as sentences
from entente.partnership.services import assessments as services
from entente.partnership.views.register import REFUSED_HERE, WRONG, kept_agreement
from entente.partnership.views.steps import note_refusal
from entente.people.models import Member
from entente.people.sign_in import MemberRequest

YEAR = timedelta(days=365)


def assessment(request: MemberRequest, agreement_id: uuid.UUID) -> HttpResponse:
    """Where the assessment of one agreement stands, what it says, and what can be done next."""
    agreement, reader = kept_agreement(request, agreement_id), request.member
    rows = queries.assessments(agreement_id, reader)
    latest = rows[0] if rows else None
    categories = queries.categories_in(queries.terms([agreement_id], reader)[agreement_id])
    is_due = latest is not None and rules.is_due(latest, categories, clock.today())
    state = "due" if is_due else latest.state if latest else ""
    added = rules.new_categories(latest, categories) if latest and latest.is_decided else []
    context = {
        "agreement": agreement,
        "latest": latest,
        "label": sentences.assessment_label(state),
        "state_kind": sentences.ASSESSMENT_KINDS[state],
        "decided_as": sentences.assessment_label(latest.state) if latest and latest.is_decided else "",
        "added": listed([Category(one).label for one in added]),
        "is_due": is_due,
        "texts": _texts(latest),
        "older": rows[1:],
        "may_write": rules.may_write_assessment(reader, agreement, latest, clock.now()),
        "may_advise": rules.may_advise_on_assessment(reader, agreement, latest, clock.now()),
        "may_decide": rules.may_decide_assessment(reader, agreement, latest, clock.now()),
        "may_know": bool(rows) or agreement.keeper_id == reader.organisation_id,
    }
    return render(request, "partnership_staff/assessment.html", context)


def _texts(row: Assessment | None) -> list[dict[str, Any]]:
    """Its texts under their questions."""
    if row is None:
        return []
    fields = AssessmentForm().fields
    return [{"label": field.label, "text": getattr(row, name)} for name, field in fields.items()]


def write_assessment(request: MemberRequest, agreement_id: uuid.UUID) -> HttpResponse:
    """Write the texts; they can be left and taken up again until the officer advises."""
    agreement, latest = _known(request, agreement_id)
    initial = {name: getattr(latest, name) for name in AssessmentForm().fields} if latest else {}
    form = AssessmentForm(request.POST or None, initial=initial)

    def save() -> None:
        language = get_language() or "en"
        services.write_assessment(agreement, by=request.member, language=language, **form.cleaned_data)

    decision = rules.may_write_assessment(request.member, agreement, latest, clock.now())
    return _page(request, agreement, form, decision, save, title=_("Write the impact assessment"))


def advise_on_assessment(request: MemberRequest, agreement_id: uuid.UUID) -> HttpResponse:
    """The data protection officer's advice."""
    agreement, latest = _known(request, agreement_id)
    form = OpinionForm(request.POST or None)

    def save() -> None:
        services.advise_on_assessment(agreement, by=request.member, **form.cleaned_data)

    decision = rules.may_advise_on_assessment(request.member, agreement, latest, clock.now())
    return _page(request, agreement, form, decision, save, title=_("Advise on the impact assessment"))


def decide_assessment(request: MemberRequest, agreement_id: uuid.UUID) -> HttpResponse:
    """The keeper's decision, with a summary for everybody."""
    agreement, latest = _known(request, agreement_id)
    language = latest.language if latest else "en"
    initial = {"review_on": clock.today() + YEAR}
    form = DecisionForm(request.POST or None, language=language, initial=initial)

    def save() -> None:
        texts = form.told()
        given = {name: form.cleaned_data[name] for name in ("state", "reasons", "conditions", "review_on")}
        services.decide_assessment(
            agreement, by=request.member, summary=texts.pop(language), summaries=texts, **given
        )

    decision = rules.may_decide_assessment(request.member, agreement, latest, clock.now())
    return _page(request, agreement, form, decision, save, title=_("Decide on the impact assessment"))


def _known(request: MemberRequest, agreement_id: uuid.UUID) -> tuple[Agreement, Assessment | None]:
    agreement, member = kept_agreement(request, agreement_id), request.member
    change_rules.may_keep(member, agreement).require()
    return agreement, _latest(agreement, member)


def _latest(agreement: Agreement, member: Member) -> Assessment | None:
    return queries.latest_assessments([agreement.pk], member).get(agreement.pk)


def _page(
    request: MemberRequest,
    agreement: Agreement,
    form: forms.Form,
    decision: Decision,
    save: Callable[[], None],
    *,
    title: str,
) -> HttpResponse:
    """One form of the assessment: sent, wrong, refused, or empty."""
    if request.method == "POST" and form.is_valid():
        try:
            save()
        except Refused as refused:
            decision = note_refusal(request, agreement, refused)
        else:
            messages.success(request, _("It is written down."))
            return redirect("partnership_staff:assessment", agreement.pk)
    context = {
        "agreement": agreement,
        "form": form,
        "title": title,
        "refusal": "" if decision else str(decision),
    }
    status = REFUSED_HERE if not decision else WRONG if form.errors else 200
    return render(request, "partnership_staff/assessment_form.html", context, status=status)
