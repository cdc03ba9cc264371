"""Answering complaints: the list with what is due, one complaint, and each step with its confirmation."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from entente.audit import clock
from entente.audit.decisions import Decision, Refused
from entente.audit.services import log
from entente.people.models import Member
from entente.people.sign_in import MemberRequest
from entente.rights.forms.complaints import DoneForm, ListFilter, QuestionAnswerForm
from entente.rights.models import Complaint
from entente.rights.queries import complaints as queries
from entente.rights.rules import complaints as rules
from entente.rights.services import complaints as services
from entente.rights.steps import BY_NAME, open_steps

REFUSED_HERE = 409
LISTED = 30
KINDS = {
    Complaint.State.ANSWERED: "done",
    Complaint.State.REMEDY: "due",
    Complaint.State.CLOSED: "closed",
}
asked = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def complaints(request: MemberRequest) -> HttpResponse:
    """Complaints one answers, the late first, and what one's organisation was asked about others."""
    reader, at = request.member, clock.now()
    form = ListFilter(request.GET)
    rows = queries.complaints(reader)
    state = form.cleaned_data["state"] if form.is_valid() else ""
    if state == "open":
        rows = rows.filter(answered_at=None)
    elif state:
        rows = rows.filter(state=state)
    page = Paginator(rows, LISTED).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [_row(complaint, at) for complaint in page],
        "query": f"state={state}" if state else "",
        "questions": queries.questions_to(reader)[:LISTED],
        "remedies": queries.remedies_owed(reader)[:LISTED],
        "at": at,
        "today": clock.today(),
        "is_overseer": reader.role == Member.Role.OVERSEER,
    }
    return render(request, "rights/complaints.html", context)


def _row(complaint: Complaint, at: Any) -> dict[str, Any]:
    is_late = complaint.is_late(at)
    kind = "late" if is_late else KINDS.get(Complaint.State(complaint.state), "open")
    return {"complaint": complaint, "is_late": is_late, "kind": kind}


def _found(request: MemberRequest, reference: str) -> Complaint:
    """One complaint, or 404 for somebody who may not know of it."""
    complaint = queries.complaint_with(reference, request.member)
    if complaint is None:
        raise Http404
    return complaint


@require_safe
def complaint(request: MemberRequest, reference: str) -> HttpResponse:
    """One complaint: what was told, what was said since, and what can be done now."""
    reader, at = request.member, clock.now()
    found = _found(request, reference)
    remedies = queries.remedies_of(found, reader)
    context = {
        **_row(found, at),
        "told": queries.text_of(found, reader),
        "may_answer": rules.may_answer_at_all(reader, found),
        "conversation": queries.conversation(found, reader),
        "questions": queries.questions_about(found, reader),
        "remedies": remedies,
        "today": clock.today(),
        "steps": [
            {"step": step, "url": reverse(f"rights:{step.name}", args=[reference])}
            for step in open_steps(reader, found, remedies)
        ],
        "history": _history(found),
    }
    return render(request, "rights/complaint.html", context)


def _history(complaint: Complaint) -> list[tuple[str, Any]]:
    """What happened to it, as its dates tell."""
    told = [
        (_("It arrived."), complaint.received_at),
        (_("The person was told that it was received."), complaint.acknowledged_at),
        (_("Somebody began to look into it."), complaint.investigated_at),
        (_("More time was taken for the answer."), complaint.extended_at),
        (_("It was answered."), complaint.answered_at),
        (_("It was closed."), complaint.closed_at),
    ]
    return [(sentence, at) for sentence, at in told if at is not None]


def _step(request: MemberRequest, reference: str, name: str) -> HttpResponse:
    """A confirmation page, or the reason why this step can't be taken now."""
    found, reader, step = _found(request, reference), request.member, BY_NAME[name]
    remedies = queries.remedies_of(found, reader)
    decision = step.may(reader, found, remedies)
    form = step.filled(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            step.take(found, reader, form)
        except Refused as refused:
            decision = _kept(request, found, refused)
        else:
            messages.success(request, str(step.done))
            return redirect("rights:complaint", reference)
    context = {
        "complaint": found,
        "told": queries.text_of(found, reader),
        "step": step,
        "form": form,
        "refusal": "" if decision else str(decision),
    }
    status = REFUSED_HERE if not decision else 400 if form.errors else 200
    return render(request, "rights/complaint_step.html", context, status=status)


def _kept(request: MemberRequest, about: Any, refused: Refused) -> Decision:
    """Log a refusal that the page itself shows; what was tried is already undone."""
    match = request.resolver_match
    details = {"page": match.url_name if match else ""}
    log("rights.refused", by=request.member, about=about, decision=refused.decision, details=details)
    return refused.decision


@asked
def assign_complaint(request: MemberRequest, reference: str) -> HttpResponse:
    """Let an organisation that is not concerned answer."""
    return _step(request, reference, "assign_complaint")


@asked
def acknowledge_complaint(request: MemberRequest, reference: str) -> HttpResponse:
    """Tell the person that it was received."""
    return _step(request, reference, "acknowledge_complaint")


@asked
def investigate_complaint(request: MemberRequest, reference: str) -> HttpResponse:
    """Tell the person what is looked into."""
    return _step(request, reference, "investigate_complaint")


@asked
def ask_question(request: MemberRequest, reference: str) -> HttpResponse:
    """Put a question to an organisation."""
    return _step(request, reference, "ask_question")


@asked
def write_to_person(request: MemberRequest, reference: str) -> HttpResponse:
    """Write to the person who complained."""
    return _step(request, reference, "write_to_person")


@asked
def extend_complaint(request: MemberRequest, reference: str) -> HttpResponse:
    """Take more time, once, with the reason."""
    return _step(request, reference, "extend_complaint")


@asked
def answer_complaint(request: MemberRequest, reference: str) -> HttpResponse:
    """Answer it."""
    return _step(request, reference, "answer_complaint")


@asked
def add_remedy(request: MemberRequest, reference: str) -> HttpResponse:
    """Say who puts what right by when."""
    return _step(request, reference, "add_remedy")


@asked
def close_complaint(request: MemberRequest, reference: str) -> HttpResponse:
    """End it, with what was learnt."""
    return _step(request, reference, "close_complaint")


@asked
def answer_question(request: MemberRequest, question: uuid.UUID) -> HttpResponse:
    """Answer for one's own organisation what it was asked about a complaint."""
    found = get_object_or_404(queries.question_with(question, request.member))
    form = QuestionAnswerForm(request.POST if request.method == "POST" else None)
    decision = rules.may_answer_question(request.member, found, clock.now())
    if request.method == "POST" and form.is_valid():
        try:
            services.answer_question(found, by=request.member, text=form.cleaned_data["text"])
        except Refused as refused:
            decision = _kept(request, found, refused)
        else:
            messages.success(request, _("Thank you. Your answer reached whoever looks into the complaint."))
            return redirect("rights:complaints")
    context = {"question": found, "form": form, "decision": decision}
    status = 400 if form.errors else REFUSED_HERE if request.method == "POST" and not decision else 200
    return render(request, "rights/answer_question.html", context, status=status)


@asked
def complete_remedy(request: MemberRequest, remedy: uuid.UUID) -> HttpResponse:
    """Say that what one's organisation promised is done, and how."""
    found = get_object_or_404(queries.remedy_with(remedy, request.member))
    form = DoneForm(request.POST if request.method == "POST" else None)
    decision = rules.may_complete_remedy(request.member, found, clock.now())
    if request.method == "POST" and form.is_valid():
        try:
            services.complete_remedy(found, by=request.member, note=form.cleaned_data["text"])
        except Refused as refused:
            decision = _kept(request, found, refused)
        else:
            messages.success(request, _("It is noted that this is done."))
            return redirect("rights:complaints")
    context = {
        "remedy": found,
        "remedies": [found],
        "form": form,
        "decision": decision,
        "today": clock.today(),
    }
    status = 400 if form.errors else REFUSED_HERE if request.method == "POST" and not decision else 200
    return render(request, "rights/complete_remedy.html", context, status=status)
