"""The pages of agreements: the list, one agreement, and each step it can take with its confirmation."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from entente.agreements import change_rules as rules
from entente.agreements import register
from entente.agreements.counting import Shared, shared_now
from entente.agreements.events import details_of, in_sentence, moves
from entente.agreements.models import Agreement, Party
from entente.agreements.preparing import prepared
from entente.agreements.sentences import Text, listed, organisations
from entente.agreements.steps import BY_NAME, Step, open_steps
from entente.agreements.vocabulary import Purpose
from entente.audit import clock
from entente.audit.decisions import Decision, Refused
from entente.audit.models import Event
from entente.audit.services import log
from entente.people.models import Member
from entente.people.sign_in import MemberRequest

REFUSED_HERE = 409
EVENTS = 12  # of the history, on a page
MANY = 12  # clauses from which their list is folded
WHOLE = 400  # and up to which a page holds all of them
ON_A_PAGE = 20
REASON_IN: dict[str, str] = {
    Agreement.State.SUSPENDED: "agreements.agreement_suspended",
    Agreement.State.ENDED: "agreements.agreement_ended",
}


def agreements(request: MemberRequest) -> HttpResponse:
    """What each agreement opens to the reader's organisation and what it asks of it, its own first."""
    reader, at = request.member, clock.now()
    page = Paginator(register.in_order(reader, at), ON_A_PAGE).get_page(request.GET.get("page"))
    texts, organisation = _texts(list(page), reader), reader.organisation_id
    context = {
        "own": [_row(text, organisation) for text in texts if _concerns(text, organisation)],
        "others": [_row(text, organisation) for text in texts if not _concerns(text, organisation)],
        "page": page,
        "may_draft": rules.may_draft_agreement(reader, at, None, at),
    }
    return render(request, "agreements/agreements.html", context)


def _concerns(text: Text, organisation: uuid.UUID) -> bool:
    return text.agreement.keeper_id == organisation or text.party(organisation) is not None


def _texts(found: list[Agreement], reader: Member) -> list[Text]:
    """Agreements with everything that belongs to them, in two questions to the database."""
    ids, at = [agreement.pk for agreement in found], clock.now()
    texts = {agreement.pk: Text(agreement, [], [], at) for agreement in found}
    for party in register.parties_of(ids, reader):
        texts[party.agreement_id].parties.append(party)
    for clause in register.clauses_of(ids, reader):
        texts[clause.agreement_id].clauses.append(clause)
    return list(texts.values())


def _row(text: Text, organisation: uuid.UUID) -> dict[str, Any]:
    return {
        "agreement": text.agreement,
        "kind": capfirst(text.agreement.get_kind_display()),
        "text": text,
        "url": reverse("agreements:agreement", args=[text.agreement.pk]),
        "opens": text.opened_to(organisation),
        "asks": text.asked_of(organisation),
        "parties": listed([party.organisation for party in text.present]),
    }


def _text(request: MemberRequest, agreement_id: uuid.UUID) -> Text:
    """One agreement, or 404 for somebody who may not know of it."""
    agreement = get_object_or_404(register.agreements(request.member), pk=agreement_id)
    text = _texts([agreement], request.member)[0]
    text.mandates = register.mandates_of(request.member)
    text.prepared = prepared(agreement_id, request.member)
    return text


def agreement(request: MemberRequest, agreement_id: uuid.UUID) -> HttpResponse:
    """One agreement: where it stands, who signed, what its clauses say, and what happened to it."""
    text, reader = _text(request, agreement_id), request.member
    shown, choices = _shown(request, text)
    events = register.changes(text.agreement, reader)
    last = next((event for event in events if moves(event)), None)
    own = text.party(reader.organisation_id)
    page = Paginator(events, EVENTS).get_page(request.GET.get("page"))
    context = {
        "text": text,
        "agreement": text.agreement,
        "kind": capfirst(text.agreement.get_kind_display()),
        "since": _since(text, last),
        "reason": _reason(text, events),
        "missing": _missing(text, reader),
        "own": own,
        "shared": shared_now([agreement_id], reader)[agreement_id],
        "parties": [_party(party, text) for party in text.parties],
        "matrices": shown.matrices(),
        "choices": choices,
        "clauses": [shown.in_words(clause) for clause in shown.clauses],
        "many_clauses": len(shown.clauses) > MANY,
        "may_prepare": text.state in rules.UNSIGNED_STATES
        and not any(party.signed_at for party in text.parties)
        and rules.may_keep(reader, text.agreement),
        "steps": [
            {"step": step, "url": reverse(f"agreements:{step.name}", args=[agreement_id])}
            for step in open_steps(reader, text)
        ],
        "events": page,
        "entries": [{"sentence": in_sentence(event), "at": event.at, "why": event.why} for event in page],
    }
    return render(request, "agreements/agreement.html", context)


def _shown(request: HttpRequest, text: Text) -> tuple[Text, list[dict[str, Any]]]:
    """What a page can hold of an agreement, and the ways to the rest: one purpose and one party of many."""
    if len(text.clauses) <= WHOLE:
        return text, []
    purpose = request.GET.get("purpose", "")
    purpose = purpose if purpose in text.purposes else text.purposes[0]
    giving = organisations(row.giving for row in text.clauses if row.purpose == purpose)
    giver = next((one for one in giving if one.slug == request.GET.get("from")), giving[0])
    for_what = [
        {"label": Purpose(one).label, "query": urlencode({"purpose": one}), "is_here": one == purpose}
        for one in text.purposes
    ]
    from_whom = [
        {"label": one, "query": urlencode({"purpose": purpose, "from": one.slug}), "is_here": one == giver}
        for one in giving
    ]
    return text.part(purpose, giver.pk), [
        {"name": _("What for"), "links": for_what},
        {"name": _("Who gives"), "links": from_whom},
    ]


def _since(text: Text, last: Event | None) -> Any:
    """Since when it stands where it stands."""
    if text.state == Agreement.State.ENDED:
        return text.agreement.ends_at
    return last.at if last else text.agreement.starts_at


def _reason(text: Text, events: list[Event]) -> str:
    """What whoever suspended or ended it said."""
    name = REASON_IN.get(text.state)
    said = next((event for event in events if event.name == name), None)
    return str(details_of(said).get("reason", "")) if said else ""


def _missing(text: Text, reader: Member) -> str:
    """What its keeper still waits for before it can be in force."""
    if text.state not in rules.UNSIGNED_STATES or not rules.may_keep(reader, text.agreement):
        return ""
    decision = BY_NAME["bring_into_force"].may(reader, text)
    return "" if decision else str(decision)


def _party(party: Party, text: Text) -> dict[str, Any]:
    if party.left_at:
        return {"party": party, "kind": "closed", "label": _("Has left"), "at": party.left_at}
    if party.signed_at:
        return {"party": party, "kind": "done", "label": _("Has signed"), "at": party.signed_at}
    return {"party": party, "kind": "due", "label": _("Has not signed yet"), "at": None}


def sign_agreement(request: MemberRequest, agreement_id: uuid.UUID) -> HttpResponse:
    """Sign for one's own organisation, with the clauses in view."""
    return _step(request, agreement_id, BY_NAME["sign_agreement"])


def begin_interim(request: MemberRequest, agreement_id: uuid.UUID) -> HttpResponse:
    """Let it begin before everybody has signed."""
    return _step(request, agreement_id, BY_NAME["begin_interim"])


def bring_into_force(request: MemberRequest, agreement_id: uuid.UUID) -> HttpResponse:
    """Let every clause hold."""
    return _step(request, agreement_id, BY_NAME["bring_into_force"])


def suspend_agreement(request: MemberRequest, agreement_id: uuid.UUID) -> HttpResponse:
    """Close everything the agreement opens, with a reason everybody reads."""
    return _step(request, agreement_id, BY_NAME["suspend_agreement"])


def resume_agreement(request: MemberRequest, agreement_id: uuid.UUID) -> HttpResponse:
    """Let it open again what it opened before."""
    return _step(request, agreement_id, BY_NAME["resume_agreement"])


def end_agreement(request: MemberRequest, agreement_id: uuid.UUID) -> HttpResponse:
    """End it for good, with a reason everybody reads."""
    return _step(request, agreement_id, BY_NAME["end_agreement"])


def leave_agreement(request: MemberRequest, agreement_id: uuid.UUID) -> HttpResponse:
    """Take one's own organisation out of it, with a reason everybody reads."""
    return _step(request, agreement_id, BY_NAME["leave_agreement"])


def _step(request: MemberRequest, agreement_id: uuid.UUID, step: Step) -> HttpResponse:
    """A confirmation page, or the reason why this step can't be taken now."""
    text, reader = _text(request, agreement_id), request.member
    step.may_at_all(reader, text).require()
    decision = step.may(reader, text)
    read = {"clauses": len(text.clauses), "terms": rules.fingerprint(text.clauses)}
    form = step.form(request.POST or None, initial=read) if step.form else None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            step.take(text.agreement, by=reader, **(form.cleaned_data if form else {}))
        except Refused as refused:
            decision = _kept(request, text.agreement, refused)
        else:
            messages.success(request, str(step.done))
            return redirect("agreements:agreement", agreement_id)
    context = {
        "text": text,
        "agreement": text.agreement,
        "step": step,
        "form": form,
        "refusal": "" if decision else str(decision),
        "shared": shared_now([agreement_id], reader)[agreement_id] if step.closes else Shared(),
        "clauses": [text.in_words(clause) for clause in text.clauses] if step.is_of_party else [],
    }
    status = REFUSED_HERE if not decision else 400 if form and form.errors else 200
    return render(request, "agreements/step.html", context, status=status)


def _kept(request: MemberRequest, about: Agreement, refused: Refused) -> Decision:
    """Log a refusal that the page itself shows; what was tried is already undone."""
    match = request.resolver_match
    details = {"page": match.url_name if match else ""}
    log("agreements.refused", by=request.member, about=about, decision=refused.decision, details=details)
    return refused.decision
