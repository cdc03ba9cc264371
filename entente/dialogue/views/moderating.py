"""The page on which statements are read: a queue, and the decisions that were made."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from entente.dialogue import queries, services
from entente.dialogue.forms.running import DecisionForm
from entente.dialogue.models import Dialogue, Statement
from entente.dialogue.views.public import passages
from entente.dialogue.views.steps import REFUSED_HERE, dialogue_to_run
from entente.people.sign_in import MemberRequest

PAGE = 20
State = Statement.State


def moderate_statements(request: MemberRequest, reference: str) -> HttpResponse:
    """Read statements, oldest first, and decide; each decision is one step and can be changed."""
    dialogue = dialogue_to_run(request, reference)
    if request.method != "POST":
        return _queue(request, dialogue)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _queue(request, dialogue, form)
    rows = Statement.objects.visible_to(request.member).filter(dialogue_id=dialogue.pk)
    statement = get_object_or_404(rows.select_for_update(of=("self",)), pk=form.cleaned_data["statement"])
    if statement.state != form.cleaned_data["seen"]:
        said = _("%(who)s decided about this statement meanwhile: %(state)s. Your decision was not saved.")
        values = {"who": statement.decided_by, "state": statement.get_state_display()}
        messages.warning(request, said % values)
        return _back(request, dialogue)
    services.moderate_statement(
        statement,
        by=request.member,
        state=form.cleaned_data["decision"],
        reason=form.cleaned_data["reason"],
        note=form.cleaned_data["note"],
    )
    _say(request, form.cleaned_data["decision"], statement)
    return _back(request, dialogue)


def _say(request: MemberRequest, decision: str, statement: Statement) -> None:
    text = statement.text if len(statement.text) <= 80 else f"{statement.text[:79]}…"
    said = _("Accepted: “%(text)s”") if decision == State.ACCEPTED else _("Not accepted: “%(text)s”")
    messages.success(request, said % {"text": text})


def _show(request: MemberRequest) -> str:
    """Which list is open: what waits, or what was decided one way or the other."""
    wanted = request.POST.get("show") or request.GET.get("show") or ""
    return wanted if wanted in State.values else State.WAITING


def _back(request: MemberRequest, dialogue: Dialogue) -> HttpResponse:
    """To the same place in the same list: the statement that followed comes first."""
    here = reverse("dialogue_staff:moderate_statements", args=[dialogue.reference])
    page = request.POST.get("page", "1")
    query = urlencode({"show": _show(request), "page": page if page.isdecimal() else "1"})
    following = request.POST.get("next", "")
    anchor = f"s-{following}" if following.isalnum() and len(following) <= 40 else "queue"
    return redirect(f"{here}?{query}#{anchor}")


def _queue(request: MemberRequest, dialogue: Dialogue, wrong: DecisionForm | None = None) -> HttpResponse:
    show = _show(request)
    order = ("received_at", "id") if show == State.WAITING else ("number", "received_at", "id")
    found = queries.statements(dialogue, request.member, show).order_by(*order)
    page = Paginator(found, PAGE).get_page(request.POST.get("page") or request.GET.get("page"))
    rows = list(page)
    texts = queries.wording(dialogue, rows, get_language() or "en", request.member)
    context = {
        "dialogue": dialogue,
        "policy": passages(texts).get("policy"),
        "show": show,
        "shows": _shows(dialogue, request, show),
        "page": page,
        "query": urlencode({"show": show}),
        "rows": [_row(row, rows[at + 1 : at + 2], texts, wrong) for at, row in enumerate(rows)],
        "wrong": wrong,
    }
    return render(
        request, "dialogue_staff/moderate_statements.html", context, status=REFUSED_HERE if wrong else 200
    )


def _row(
    row: Statement, following: list[Statement], texts: dict[Any, Any], wrong: DecisionForm | None
) -> dict[str, Any]:
    is_wrong = wrong is not None and wrong.data.get("statement") == str(row.pk)
    initial = {"statement": row.pk, "seen": row.state, "reason": row.reason, "note": row.reason_note}
    form = (
        wrong if is_wrong and wrong is not None else DecisionForm(initial=initial, auto_id=f"{row.pk.hex}-%s")
    )
    return {
        "statement": row,
        "text": texts[row.pk],
        "form": form,
        "is_wrong": is_wrong,
        "next": following[0].pk.hex if following else "",
    }


def _shows(dialogue: Dialogue, request: MemberRequest, show: str) -> list[dict[str, Any]]:
    counts = queries.statement_counts(dialogue, request.member)
    return [
        {"key": key, "label": label, "number": counts.get(key, 0), "is_open": key == show}
        for key, label in State.choices
    ]
