"""A step on a group's papers: what happens, the typed words kept, and a refusal with its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import models
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise

from entente.audit.decisions import Decision, Refused
from entente.partnership.views.steps import NOT_READ, REFUSED_HERE, note_refusal
from entente.people.sign_in import MemberRequest


@dataclass(frozen=True)
class Words:
    """What a step's page says: its name, what happens, to whom, and whether it can be undone."""

    label: str | Promise
    done: str | Promise
    what: str | Promise = ""
    to_whom: str | Promise = ""
    undo: str | Promise = ""
    is_grave: bool = False


@dataclass(frozen=True)
class Back:
    """The page a step comes from and goes back to."""

    url: str
    label: str | models.Model


def step(
    request: MemberRequest,
    *,
    about: models.Model,
    may: Decision,
    take: Callable[..., Any],
    words: Words,
    back: Back,
    form: forms.Form | None = None,
    template: str = "partnership_staff/paper_step.html",
    more: dict[str, Any] | None = None,
    to: Callable[[Any], str] | None = None,
) -> HttpResponse:
    """Ask, take the step once it is confirmed, and go back; or say why it can't be taken now."""
    refusal = "" if may else str(may)
    if request.method == "POST" and may and (form is None or form.is_valid()):
        try:
            made = take(**(form.cleaned_data if form else {}))
        except Refused as refused:
            note_refusal(request, about, refused)
            refusal = str(refused.decision)
            if form is not None:
                form.add_error(None, refusal)
                refusal = ""
        else:
            messages.success(request, str(words.done))
            return redirect(to(made) if to else back.url)
    status = REFUSED_HERE if refusal else NOT_READ if form is not None and form.errors else 200
    context = {"words": words, "back": back, "form": form, "refusal": refusal, **(more or {})}
    return render(request, template, context, status=status)
