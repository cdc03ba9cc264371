"""The page that asks before a step is taken: what happens, to whom, and whether it can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.db import models
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise

from entente.audit.decisions import Decision, Refused
from entente.audit.services import log
from entente.people.sign_in import MemberRequest

REFUSED_HERE = 409
NOT_READ = 422


@dataclass(frozen=True)
class Asked:
    """The words of a confirmation."""

    label: str | Promise
    what: str | Promise
    to_whom: str | Promise
    undo: str | Promise
    done: str | Promise
    is_grave: bool = False


@dataclass(frozen=True)
class Step:
    """One step on one page: who asks, about what, and where it leads back."""

    about: models.Model
    asked: Asked
    at_all: Decision
    may: Decision
    back_url: str
    back_label: str
    template: str = "partnership_staff/group_step.html"
    context: dict[str, Any] = field(default_factory=dict)


def ask(
    request: MemberRequest,
    step: Step,
    take: Callable[[dict[str, Any]], object],
    form: forms.Form | None = None,
    *,
    done_url: str = "",
) -> HttpResponse:
    """The confirmation, or the step itself; a refusal is told on the page and kept in the log."""
    step.at_all.require()
    decision = step.may
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            take(form.cleaned_data if form else {})
        except Refused as refused:
            decision = note_refusal(request, step.about, refused)
        else:
            messages.success(request, str(step.asked.done))
            return redirect(done_url or step.back_url)
    status = REFUSED_HERE if not decision else NOT_READ if form and form.errors else 200
    context = {
        "step": step.asked,
        "form": form,
        "refusal": "" if decision else str(decision),
        "back_url": step.back_url,
        "back_label": step.back_label,
        **step.context,
    }
    return render(request, step.template, context, status=status)


def note_refusal(request: MemberRequest, about: models.Model | None, refused: Refused) -> Decision:
    """Log a refusal that the page itself shows; what was tried is already undone."""
    match = request.resolver_match
    details = {"page": match.url_name if match else ""}
    log("partnership.refused", by=request.member, about=about, decision=refused.decision, details=details)
    return refused.decision
