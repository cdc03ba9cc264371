"""Letting others in to a record: what they will see, then the invitation, and its end."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from entente.agreements.vocabulary import Purpose
from entente.audit import clock
from entente.audit.decisions import Refused
from entente.audit.services import log
from entente.people.models import Member
from entente.people.sign_in import MemberRequest
from entente.records import queries, readers, rules, services
from entente.records.forms.sharing import EndForm, ShareForm
from entente.records.models import Participation, Record
from entente.records.reading import let_in
from entente.records.rules.sharing import Invitation, latest_end, works_inside
from entente.records.sentences import category_name, of_others
from entente.records.sights import what_agreements_give
from entente.records.views.opening import found_record
from entente.records.views.working import page_of, title_of

REFUSED_HERE = 409


def share_record(request: MemberRequest, reference: str) -> HttpResponse:
    """Choose whom to let in to a record, see exactly what they will see, then do it."""
    record, by = _own_record(request, reference), request.member
    participations = list(let_in(record, by))
    may = rules.may_share(by, record, clock.now(), participations)
    form = ShareForm(request.POST or None, record=record, by=by) if may else None
    context: dict[str, Any] = {"may": may, "form": form, "status": 200}
    if form is not None and form.is_valid():
        try:
            if form.cleaned_data["confirmed"]:
                services.share_record(record, by=by, **form.chosen)
                messages.success(request, _("They are let in, and a mail tells them the reference."))
                return redirect("records:share_record", record.reference)
            return render(request, "records/share_preview.html", _preview(record, form, request))
        except Refused as refused:
            log("records.refused", by=by, about=record, decision=refused.decision)
            context |= {"refusal": str(refused.decision), "status": REFUSED_HERE}
    elif form is not None and form.is_bound:
        context["status"] = 400
    context |= _page(record, request) | {
        "now": _listed(participations, True),
        "past": _listed(participations, False),
    }
    return render(request, "records/share_record.html", context, status=context["status"])


def _own_record(request: MemberRequest, reference: str) -> Record:
    """A record inside which the member works; 404 when they can't see it, a refusal for guests."""
    record = found_record(request, reference)
    at, reader = clock.now(), request.member
    works_inside(reader, record, at, list(let_in(record, reader))).require()
    return record


def _page(record: Record, request: MemberRequest) -> dict[str, Any]:
    at, reader = clock.now(), request.member
    return {
        "record": record,
        "title": title_of(record, reader),
        "back": page_of(record, reader),
        "gives": [
            {
                "clause": clause,
                "purpose": clause.get_purpose_display(),
                "category": clause.get_category_display(),
                "holds": clause.agreement.state != "interim" or clause.holds_in_interim,
            }
            for clause in what_agreements_give(reader, at)
        ],
    }


def _preview(record: Record, form: ShareForm, request: MemberRequest) -> dict[str, Any]:
    """What they will see and what not, or the refusal of the rule."""
    by, at = request.member, clock.now()
    chosen = form.chosen
    until = chosen["until"] or latest_end(record, chosen["to"], at)
    invitation = Invitation(chosen["to"], chosen["agreement"], chosen["purpose"], at, until)
    decision = rules.may_invite(
        record, invitation, at, readers.known_of(record, invitation, by, at)
    ).require()
    is_inside = invitation.agreement is None
    shown = [] if is_inside else readers.preview(record, invitation, by)
    return _page(record, request) | {
        "form": form,
        "to": _name(invitation.to),
        "decision": decision,
        "purpose": Purpose(invitation.purpose).label if invitation.purpose else "",
        "until": until,
        "is_inside": is_inside,
        "will": [_told(one, invitation) for one in shown if one.decision],
        "will_not": [_told(one, invitation) for one in shown if not one.decision],
    }


def _told(one: readers.Shown, invitation: Invitation) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "count": one.count,
        "category": category_name(one.category),
        "is_secret": one.is_secret,
        "clause": one.decision.values.get("number", "") if one.decision else "",
        "why": of_others(one.decision.reason, one.decision.values, invitation.name),
    }


def _name(to: Any) -> str:
    return f"{to.person} ({to.organisation})" if isinstance(to, Member) else str(to)


def _listed(participations: list[Participation], is_lasting: bool) -> list[dict[str, Any]]:
    at = clock.now()
    rows = [p for p in participations if (p.until is None or p.until > at) == is_lasting]
    return [
        {
            "participation": p,
            "to": _name(p.organisation or p.task_force or p.guest or _("somebody you may not know")),
            "agreement": p.agreement,
            "purpose": p.get_purpose_display(),
            "by": p.invited_by.person if p.invited_by else "",
        }
        for p in sorted(rows, key=lambda p: p.since, reverse=True)
    ]


def end_participation(request: MemberRequest, reference: str, participation_id: uuid.UUID) -> HttpResponse:
    """End an invitation to a record, after saying why."""
    record, by = _own_record(request, reference), request.member
    rows = Participation.objects.visible_to(by).filter(record_id=record.pk)
    participation = get_object_or_404(rows, pk=participation_id)
    everybody = list(let_in(record, by))
    refusal = ""
    may = rules.may_end_participation(by, participation, record, clock.now(), everybody)
    form = EndForm(request.POST or None)
    if not may:
        refusal = str(may)
    elif form.is_valid():
        services.end_participation(participation, by=by, reason=form.cleaned_data["reason"])
        messages.success(request, _("The invitation has ended. They can't see this record any more."))
        own = queries.record_with(record.reference, by)
        return redirect("records:share_record", record.reference) if own else redirect("records:my_work")
    (row,) = _listed([participation], is_lasting=may.allowed) or _listed([participation], not may.allowed)
    context = _page(record, request) | {"row": row, "form": form, "refusal": refusal}
    status = REFUSED_HERE if refusal else 400 if form.is_bound else 200
    return render(request, "records/end_participation.html", context, status=status)
