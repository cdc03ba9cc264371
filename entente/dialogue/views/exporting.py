"""The page that lays a result beside that of Polis, and gives all votes to a coordinator with a reason."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from entente.audit import clock
from entente.audit.decisions import Decision, Refused
from entente.dialogue import queries, rules, services
from entente.dialogue.forms.exporting import ExportForm
from entente.dialogue.models import Dialogue, PolisExport
from entente.dialogue.views.steps import REFUSED_HERE, dialogue_to_run, kept_refusal
from entente.jobs.queue import is_on
from entente.people.queries import colleagues
from entente.people.sign_in import MemberRequest
from entente.ui.templatetags.ui import hundredths, number

PAGE = "dialogue_staff:polis_exports"
STATE_KINDS = {
    PolisExport.State.WAITING: "due",
    PolisExport.State.READY: "done",
    PolisExport.State.FAILED: "late",
}
# How far two divisions of the same people agree, by their adjusted Rand index.
ALIKE = (
    (0.9, gettext_lazy("Both put nearly everybody in the same groups.")),
    (0.65, gettext_lazy("Both put most people in the same groups.")),
    (0.3, gettext_lazy("Both divide people alike only in part.")),
    (-1.0, gettext_lazy("Both divide people in different ways.")),
)


def polis_exports(request: MemberRequest, reference: str) -> HttpResponse:
    """How Polis would see the groups; asking for all votes; the exports of the last day."""
    dialogue = dialogue_to_run(request, reference)
    form = ExportForm(request.POST or None)
    decision: Decision | None = None
    if form.is_valid():
        try:
            services.ask_polis_export(dialogue, by=request.member, reason=form.cleaned_data["reason"])
        except Refused as refused:
            decision = kept_refusal(request, dialogue, refused)
        else:
            messages.success(request, _("The export is being made. It appears below in a moment."))
            return redirect(PAGE, dialogue.reference)
    context = {
        "dialogue": dialogue,
        "form": form,
        **_exports(request, dialogue),
        **_compared(request, dialogue),
    }
    status = 200 if decision is None else REFUSED_HERE
    response = render(request, "dialogue_staff/polis_exports.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _exports(request: MemberRequest, dialogue: Dialogue) -> dict[str, Any]:
    rows = list(queries.polis_exports(dialogue, request.member))
    waiting = any(row.state == PolisExport.State.WAITING for row in rows)
    people = queries.people_who_answered(dialogue, request.member)
    may = rules.may_export_votes(request.member, dialogue, people=people, is_waiting=waiting, at=clock.now())
    names = {one.pk: str(one.person) for one in colleagues(request.member)} if rows else {}
    shown = [
        {
            "export": row,
            "kind": STATE_KINDS[PolisExport.State(row.state)],
            "by": names.get(row.asked_by, ""),
            "until": row.asked_at + queries.EXPORT_KEPT,
        }
        for row in rows
    ]
    return {"exports": shown, "may_export": may, "people": people, "is_waiting": waiting}


def _compared(request: MemberRequest, dialogue: Dialogue) -> dict[str, Any]:
    analysis = queries.newest_analysis(dialogue, request.member)
    compared = queries.polis_comparison(dialogue, request.member)
    is_working = is_on(queries.COMPARE_WORK, dialogue=str(dialogue.pk))
    result = analysis.result if analysis else {}
    return {
        "analysis": analysis,
        "is_comparing": is_working,
        "compared": _sentences(result, compared) if analysis and compared else [],
    }


def _sentences(result: dict[str, Any], compared: dict[str, Any]) -> list[str]:
    """The comparison in words; sizes are rounded down to tens, and below ten they are not told."""
    groups = result["k"]
    ours = (
        ngettext(
            "Entente finds %(number)s group of opinion.",
            "Entente finds %(number)s groups of opinion.",
            groups,
        )
        if result["clear"]
        else _("Entente finds no clear groups, an answer that Polis does not have.")
    )
    theirs = ngettext(
        "Polis would show %(number)s group.", "Polis would show %(number)s groups.", compared["k"]
    )
    said = [ours % {"number": number(groups)}, theirs % {"number": number(compared["k"])}]
    said += [_size(at, size) for at, size in enumerate(compared["sizes"], start=1)]
    if result["clear"] and compared["agreement"] is not None:
        said += _agreement(compared)
        if result.get("basis") == "invited":
            said.append(
                _(
                    "People of the open web are placed in the nearest group too; "
                    "the result does not rest on them."
                )
            )
    return said


def _size(at: int, size: int) -> str:
    if size == 0:
        return _("Polis group %(group)s would have fewer than ten people.") % {"group": number(at)}
    said = _("Polis group %(group)s would have %(people)s people, rounded down to tens.")
    return said % {"group": number(at), "people": number(size)}


def _agreement(compared: dict[str, Any]) -> list[str]:
    value = compared["agreement"]
    words = next(words for least, words in ALIKE if value >= least)
    said = _(
        "Adjusted Rand index over at least %(people)s people who are in a group on both sides: %(value)s, "
        "where 1 means the same groups and 0 no more in common than chance."
    )
    return [str(words), said % {"people": number(compared["people"]), "value": hundredths(value)}]


@require_POST
def compare_polis(request: MemberRequest, reference: str) -> HttpResponse:
    """Have the comparison worked out."""
    dialogue = dialogue_to_run(request, reference)
    services.ask_polis_comparison(dialogue, by=request.member)
    messages.success(request, _("The comparison is being worked out. Come back in a minute."))
    return redirect(PAGE, dialogue.reference)


@require_POST
def take_polis_export(request: MemberRequest, reference: str, export: uuid.UUID) -> HttpResponse:
    """The zip; taking it is an event, so it is posted for."""
    dialogue = dialogue_to_run(request, reference)
    found = get_object_or_404(queries.polis_exports(dialogue, request.member), pk=export)
    response = HttpResponse(
        services.take_polis_export(found, by=request.member), content_type="application/zip"
    )
    response["Content-Disposition"] = f'attachment; filename="{dialogue.reference}-polis.zip"'
    response["Cache-Control"] = "no-store"
    return response
