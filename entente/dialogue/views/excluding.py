"""The pages on which a coordinator sees what came together, and the result with and without it."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from entente.audit.decisions import Refused
from entente.dialogue import queries, services
from entente.dialogue.comparing import Compared, Listed, compared, strikes
from entente.dialogue.forms.excluding import BatchForm, LeaveOutForm
from entente.dialogue.models import Dialogue, Exclusion, Stratum
from entente.dialogue.publication import LEAST
from entente.dialogue.views.steps import REFUSED_HERE, dialogue_to_run, kept_refusal
from entente.jobs.queue import is_on
from entente.people.sign_in import MemberRequest
from entente.ui.templatetags.ui import hundredths, number, percent, reading_date

WORK = "dialogue.compare_exclusion"
Row = dict[str, Any]


def batch_list(request: MemberRequest, reference: str) -> HttpResponse:
    """What came together, what of it stands out, and why; each can be tried out of the result."""
    dialogue = dialogue_to_run(request, reference)
    form, refusal = BatchForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            exclusion = services.try_without(dialogue, by=request.member, **form.cleaned_data)
        except Refused as refused:
            refusal = str(kept_refusal(request, dialogue, refused))
        else:
            return redirect("dialogue_staff:exclusion", dialogue.reference, exclusion.pk)
    analysis = queries.newest_analysis(dialogue, request.member)
    rows = _rows(dialogue, request, analysis.result.get("batches", []) if analysis else [])
    context = {
        "dialogue": dialogue,
        "refusal": refusal,
        "rows": rows,
        "striking": [row for row in rows if row["why"]],
        "left_out": sum(
            row["exclusion"] is not None and row["exclusion"].state == Exclusion.State.IN_FORCE
            for row in rows
        ),
        "analysis": analysis,
        "is_invited": analysis is not None and analysis.result.get("basis") == "invited",
    }
    return render(request, "dialogue_staff/batch_list.html", context, status=REFUSED_HERE if refusal else 200)


def _rows(dialogue: Dialogue, request: MemberRequest, batches: list[Row]) -> list[Row]:
    known = {(row.stratum, row.batch): row for row in queries.exclusions(dialogue, request.member)}
    why = strikes(batches)
    found = []
    for row in batches:
        key = row["stratum"], row["batch"]
        is_few = row["people"] < LEAST
        found.append(
            {
                **row,
                "label": Stratum(row["stratum"]).label,
                "name": batch_name(*key),
                "is_few": is_few,
                "why": "" if is_few else _why(why.get(key), row),
                "exclusion": known.get(key),
            }
        )
    return sorted(found, key=lambda row: (not row["why"], row["stratum"], row["batch"]))


def batch_name(stratum: str, batch: str) -> str:
    """What a batch is called on a page: its own name, or the day on the open web."""
    if stratum == Stratum.OPEN and batch:
        try:
            return str(reading_date(date.fromisoformat(batch)))
        except ValueError:
            return batch
    return batch


def _why(found: tuple[str, int] | None, row: Row) -> str:
    """Why a batch stands out, in one sentence about its votes."""
    if found is None:
        return ""
    reason, figure = found
    if reason == "alike":
        said = _("%(alike)s of %(people)s people gave the very same answers as at least nine others.")
        return said % {"alike": number(figure), "people": number(row["people"])}
    if reason == "day":
        return _("That day, %(times)s times as many people came as on a usual one.") % {
            "times": number(figure)
        }
    return _("%(share)s of all voices came that day.") % {"share": percent(figure / 100)}


def exclusion(request: MemberRequest, reference: str, exclusion_id: uuid.UUID) -> HttpResponse:
    """The result with and without some voices side by side, and the decision about them."""
    dialogue = dialogue_to_run(request, reference)
    tried = get_object_or_404(queries.exclusions(dialogue, request.member), pk=exclusion_id)
    form, refusal = LeaveOutForm(), ""
    if request.method == "POST":
        form = LeaveOutForm(request.POST)
        try:
            answer = _decide(request, tried, form)
        except Refused as refused:
            refusal = str(kept_refusal(request, dialogue, refused))
        else:
            if answer is not None:
                return answer
    turned = queries.comparison(tried, request.member)
    is_working = is_on(WORK, exclusion=str(tried.pk))
    published = queries.published_outcome(dialogue, request.member)
    told = published.content.get("excluded", []) if published else []
    context = {
        "dialogue": dialogue,
        "exclusion": tried,
        "label": Stratum(tried.stratum).label,
        "name": batch_name(tried.stratum, tried.batch),
        "form": form,
        "refusal": refusal,
        "is_working": is_working,
        "is_published": published is not None,
        "is_told": (tried.stratum, tried.reason) in [(row["stratum"], row["reason"]) for row in told],
    }
    if turned is not None and not is_working:
        context |= _comparison(dialogue, request, tried, turned.result)
        context["worked_out_at"] = turned.made_at
    response = render(
        request, "dialogue_staff/exclusion.html", context, status=REFUSED_HERE if refusal else 200
    )
    response["Cache-Control"] = "no-store"
    return response


def _decide(request: MemberRequest, tried: Exclusion, form: LeaveOutForm) -> HttpResponse | None:
    """Do what the pressed button says; None when the reason has to be written first."""
    page = redirect("dialogue_staff:exclusion", tried.dialogue.reference, tried.pk)
    decision = request.POST.get("decision")
    if decision == "again":
        services.try_without(tried.dialogue, by=request.member, stratum=tried.stratum, batch=tried.batch)
        return page
    if decision == "count":
        was_in_force = tried.state == Exclusion.State.IN_FORCE
        services.count_again(tried, by=request.member)
        said = _("These voices count again. The result is being worked out anew.")
        messages.success(request, said if was_in_force else _("Nothing was left out."))
        return redirect("dialogue_staff:batch_list", tried.dialogue.reference)
    if not form.is_valid():
        return None
    services.leave_out(tried, by=request.member, reason=form.cleaned_data["reason"])
    messages.success(request, _("These voices are left out. The result is being worked out anew."))
    return page


def _comparison(dialogue: Dialogue, request: MemberRequest, tried: Exclusion, turned: Row) -> Row:
    """Both results of the same moment, what differs in words, and the statements that move."""
    beside = turned["beside"]
    counted, left_out = (beside, turned) if tried.state == Exclusion.State.TRIED else (turned, beside)
    found = compared(counted, left_out)
    rows = list(queries.statements(dialogue, request.member))
    texts = queries.wording(dialogue, rows, get_language() or "en", request.member)
    worded = {row.number: texts[row.pk] for row in rows}
    return {
        "compared": found,
        "facts": _facts(found),
        "moved": [
            {
                "text": worded[row.number],
                "counted": row.counted,
                "left_out": row.left_out,
                "by": _points(row.by),
            }
            for row in found.moved
            if row.number in worded
        ],
        "lists": [
            {"text": worded[row.number], "what": said}
            for rows, names in ((found.bridging, _bridges), (found.dividing, _divides))
            for row in rows
            if row.number in worded and (said := names(row))
        ],
    }


def _points(share: float) -> str:
    points = round(100 * share)
    # A left-to-right mark keeps the sign before the number on Arabic pages too.
    signed = f"\u200e{points:+d}".replace("-", "\u2212")
    return ngettext("%(points)s point", "%(points)s points", abs(points)) % {"points": signed}


def _bridges(row: Listed) -> str:
    """Whether a statement bridges groups only with the voices, or only without them."""
    if row.is_gone:
        return _("bridges the groups only with these voices")
    return _("bridges the groups only without them")


def _divides(row: Listed) -> str:
    """Whether a statement divides groups only with the voices, or only without them."""
    if row.is_gone:
        return _("divides the groups only with these voices")
    return _("divides the groups only without them")


def _facts(found: Compared) -> list[tuple[str, str, str]]:
    """The lines of the table that stands first: what, with the voices, without them."""
    both = found.counted, found.left_out
    return [
        _line(_("Whose answers make the result"), [_basis(one) for one in both]),
        _line(_("People placed on the map"), [_people(one["eligible"]) for one in both]),
        _line(_("Groups of opinion"), [_groups(one) for one in both]),
        _line(_("How stable the groups are"), [_stability(one["stability"]) for one in both]),
        _line(_("Statements that bridge"), [number(one) for one in found.bridge]),
        _line(_("Statements that divide"), [number(one) for one in found.divide]),
    ]


def _line(what: str, both: list[str]) -> tuple[str, str, str]:
    return what, both[0], both[1]


def _basis(result: Row) -> str:
    return _("invited people") if result["basis"] == "invited" else _("everybody who came")


def _people(count: int) -> str:
    """About how many, in tens."""
    if count < LEAST:
        return _("fewer than ten")
    return _("about %(people)s") % {"people": number(round(count / LEAST) * LEAST)}


def _groups(result: Row) -> str:
    if not result["clear"]:
        return _("no clear groups")
    sizes = " · ".join(_people(group["size"]) for group in result["groups"])
    return _("%(groups)s groups: %(sizes)s") % {"groups": number(result["k"]), "sizes": sizes}


def _stability(drawn: Row) -> str:
    words = {"stable": _("stable"), "fair": _("fairly stable"), "unstable": _("not stable")}
    if drawn["agreement"] is None:
        return _("no clear groups")
    found = {"word": words[drawn["word"]], "agreement": hundredths(drawn["agreement"])}
    return _("%(word)s, agreement %(agreement)s") % found
