"""How statements were read, for everybody: the policy, figures, and each decision with its reason."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from entente.audit.actors import VISITOR
from entente.dialogue import queries
from entente.dialogue.models import Dialogue, Statement
from entente.dialogue.open_data import table
from entente.dialogue.views.public import passages
from entente.dialogue.views.voices import public_dialogue
from entente.ui.templatetags.ui import number, reading_date

PAGE = 100
State = Statement.State
COLUMNS = ("decided_on", "decision", "reason", "statement", "repeats_statement", "changes_earlier", "number")


@require_safe
def moderation_log(request: HttpRequest, reference: str) -> HttpResponse:
    """Every decision about statements by date, with its reason; never the words, nor who wrote or decided."""
    dialogue = public_dialogue(reference)
    texts = queries.wording(dialogue, [], get_language() or "en", VISITOR)
    page = Paginator(queries.moderation_days(dialogue), PAGE).get_page(request.GET.get("page"))
    figures = queries.moderation_figures(dialogue)
    context = {
        "dialogue": dialogue,
        "texts": texts,
        "policy": passages(texts).get("policy"),
        "figures": figures,
        "turned_down": sum(figures.rejected.values()),
        "reasons": _reasons(figures.rejected),
        "reason_columns": [{"label": _("Why")}, {"label": _("Statements"), "number": True}],
        "waiting": _waiting(figures.waiting, dialogue),
        "days": _days(figures.days),
        "page": page,
        "columns": [
            {"label": _("Day")},
            {"label": _("Decision")},
            {"label": _("Why")},
            {"label": _("Statements"), "number": True},
        ],
        "rows": [{"cells": _cells(row)} for row in page],
    }
    return render(request, "dialogue/moderation_log.html", context)


def _reasons(rejected: dict[str, int]) -> list[dict[str, Any]]:
    """Each reason of the policy with how often it was given, the most frequent first."""
    labels = {str(key): str(label) for key, label in Statement.Reason.choices}
    named = [
        (labels.get(key, str(_("Without a reason, in other software"))), count)
        for key, count in rejected.items()
    ]
    named.sort(key=lambda row: (-row[1], row[0]))
    return [{"cells": [{"text": label}, {"text": number(count)}]} for label, count in named]


def _waiting(tens: int, dialogue: Dialogue) -> str:
    """About how many; nothing once a dialogue is closed, where a few and none can't be told apart."""
    if not tens:
        return "" if dialogue.state == Dialogue.State.CLOSED else _("Fewer than ten")
    return _("More than %(number)s") % {"number": number(tens)}


def _days(days: float | None) -> str:
    """Half of them were decided within so many days; told from ten decisions on."""
    if days is None:
        return ""
    whole = round(days)
    if whole < 1:
        return _("Half of them on the day they came in")
    said = ngettext("Half of them within %(days)d day", "Half of them within %(days)d days", whole)
    return said % {"days": whole}


def _cells(row: dict[str, Any]) -> list[dict[str, Any]]:
    # The same statement may be decided about twice on one day.
    count = row["count"] if row["at"] is None else 1
    texts = (reading_date(row["decided_on"]), _decision(row), _why(row), number(count))
    return [{"text": text} for text in texts]


def _decision(row: dict[str, Any]) -> str:
    """What was decided, and about which statement where it has a number."""
    at = row["at"]
    said = {
        State.ACCEPTED: pgettext("statements", "Accepted")
        if at is None
        else _("Statement %(number)s accepted"),
        State.REJECTED: _("Not accepted") if at is None else _("Statement %(number)s not accepted any more"),
        State.WAITING: _("Put back, to be read again")
        if at is None
        else _("Statement %(number)s put back, to be read again"),
    }[State(row["decision"])]
    return said % {"number": at}


def _why(row: dict[str, Any]) -> str:
    """The reason, what it repeats, and whether that changed an earlier decision."""
    if row["decision"] == State.WAITING:
        return _("A decision was taken back.")
    said = [str(Statement.Reason(row["reason"]).label)] if row["reason"] else []
    if row["decision"] == State.ACCEPTED:
        said.append(_("It fits the rules."))
    if row["same_as"] is not None:
        said.append(_("It repeats statement %(number)s.") % {"number": row["same_as"]})
    if row["is_change"]:
        said.append(_("An earlier decision was changed."))
    return " ".join(said)


@require_safe
def moderation_table(request: HttpRequest, reference: str) -> HttpResponse:
    """The same decisions as a table (CSV), for whoever wants to count them."""
    dialogue = public_dialogue(reference)
    rows = [
        [
            row["decided_on"].isoformat(),
            row["decision"],
            row["reason"],
            row["number"],
            row["same_as"],
            int(row["is_change"]),
            row["count"],
        ]
        for row in queries.moderation_log(dialogue)
    ]
    response = HttpResponse(table(COLUMNS, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{dialogue.reference}-moderation.csv"'
    return response
