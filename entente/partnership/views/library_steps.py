"""A step of a protocol or the strategy that is asked again before it happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.db import models, transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise

from entente.audit.decisions import Decision, Refused
from entente.partnership.views.steps import note_refusal
from entente.people.models import Member
from entente.people.sign_in import MemberRequest

REFUSED_HERE = 409


@dataclass(frozen=True)
class Step:
    """One button of a page, with the words of its confirmation.

    `may` and `take` get the member and the thing the step is about; `take` also what was typed.
    """

    name: str
    label: Promise
    icon: str
    what: Promise
    to_whom: Promise
    undo: Promise
    done: Promise
    may: Callable[[Member, Any], Decision]
    take: Callable[..., Any]
    form: type[forms.Form] | None = None
    initial: Callable[[Any], dict[str, Any]] = field(default=lambda thing: {})
    is_grave: bool = False


def take_step(
    request: MemberRequest,
    step: Step,
    thing: Any,
    *,
    about: models.Model,
    page: str,
    leads_to: str = "",
    of: Any = "",
) -> HttpResponse:
    """A confirmation page, or why not; the way back is `page`, the way on `leads_to` where that differs."""
    reader = request.member
    decision = step.may(reader, thing)
    form = step.form(request.POST or None, initial=step.initial(thing)) if step.form else None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            with transaction.atomic():
                step.take(thing, by=reader, **(form.cleaned_data if form else {}))
        except Refused as refused:
            decision = note_refusal(request, about, refused)
        else:
            messages.success(request, str(step.done))
            return redirect(leads_to or page)
    context = {
        "step": step,
        "form": form,
        "page": page,
        "about": about,
        "of": of,
        "refusal": "" if decision else str(decision),
    }
    status = REFUSED_HERE if not decision else 422 if form and form.errors else 200
    return render(request, "partnership_staff/library_step.html", context, status=status)
