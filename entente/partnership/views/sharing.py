"""“What may I share, with whom, for what?”: one page that asks for no name and keeps nothing."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from entente.agreements.sentences import listed
from entente.agreements.vocabulary import Category, Purpose
from entente.audit import clock
from entente.partnership import printing
from entente.partnership.forms.sharing import SharingForm
from entente.partnership.queries.sharing import Matrix, matrix_of, own_coordinators
from entente.partnership.rules.sharing import ORDER, Answer, Verdict
from entente.partnership.sentences import sharing as sentences
from entente.people.models import Member, Organisation
from entente.people.sign_in import MemberRequest

LISTED = 20  # answers on a page
COLUMNS = 12  # organisations beside each other
WRONG = 400


@require_safe
def may_i_share(request: MemberRequest) -> HttpResponse:
    """The answer from the agreements, before a name is typed; what is chosen stands in the address only."""
    matrix = matrix_of(request.member, clock.now())
    form = SharingForm(request.GET or None, partners=matrix.partners)
    is_valid = not form.is_bound or form.is_valid()
    is_asked = is_valid and form.is_asked
    context = {
        "form": form,
        "receives": form.receives,
        "asked": _asked(request, form, matrix) if is_asked else None,
        "instead": _instead(request, matrix, form.other),
        "overview": _overview(request, form, matrix) if is_valid else None,
        "has_agreements": bool(matrix.parties),
        "query": _query(request),
    }
    return render(request, "partnership_staff/may_i_share.html", context, status=200 if is_valid else WRONG)


def _instead(request: MemberRequest, matrix: Matrix, other: Organisation | None) -> list[str]:
    """What one can always do, whatever the answer."""
    coordinates = request.member.role == Member.Role.COORDINATOR
    return sentences.instead(matrix, other, own_coordinators(request.member), coordinates=coordinates)


def _query(request: MemberRequest) -> str:
    """The question as it stands in the address, without the page."""
    asked = request.GET.copy()
    asked.pop("page", None)
    return asked.urlencode()


def _asked(request: MemberRequest, form: SharingForm, matrix: Matrix) -> dict[str, Any]:
    """The answers to what was chosen: one, or each way the agreements name."""
    answers = _answers(form, matrix)
    page = Paginator(answers, LISTED).get_page(request.GET.get("page"))
    known = {one.pk: one for one in [matrix.own, *matrix.partners]}
    told = [sentences.in_words(one, matrix, known[_other(one, form)], receives=form.receives) for one in page]
    return {
        "answers": told,
        "page": page,
        "count": _count(answers),
        "is_elsewhere": form.is_elsewhere,
        "is_no": not any(one.verdict == Verdict.YES for one in answers),
    }


def _other(answer: Answer, form: SharingForm) -> Any:
    return answer.way.giving if form.receives else answer.way.receiving


def _answers(form: SharingForm, matrix: Matrix) -> list[Answer]:
    """Every way that fits the question, what is open first; a whole question always has its one answer."""
    if form.is_elsewhere:
        return []
    if form.other and form.about and form.what_for:
        way = matrix.way(form.what_for, form.about, form.other.pk, receives=form.receives)
        return [matrix.answer(way)]
    names = {one.pk: str(one) for one in matrix.partners}
    found = [
        matrix.answer(way)
        for way in matrix.ways(receives=form.receives)
        if form.about in {"", way.category}
        and form.what_for in {"", way.purpose}
        and (form.other is None or form.other.pk in {way.giving, way.receiving})
    ]
    return sorted(found, key=lambda one: (ORDER.index(one.verdict), names.get(_other(one, form), "")))


def _count(answers: list[Answer]) -> str:
    """How many ways are open, in a sentence."""
    number = sum(one.verdict == Verdict.YES for one in answers)
    if not number:
        return _("Nothing is open on this question now.")
    sentence = ngettext("%(number)d answer is yes.", "%(number)d answers are yes.", number)
    return sentence % {"number": number}


def _overview(request: MemberRequest, form: SharingForm, matrix: Matrix) -> dict[str, Any] | None:
    """One's own organisation towards every partner, each category in a row, for one purpose."""
    purposes = list(dict.fromkeys(way.purpose for way in matrix.ways(receives=form.receives)))
    if not purposes:
        return None
    purpose = form.what_for or _first_open(purposes, form, matrix)
    columns: Page[Organisation] = Paginator(matrix.partners, COLUMNS).get_page(request.GET.get("columns"))
    rows = [
        {"category": capfirst(str(label)), "cells": _cells(purpose, value, columns, form, matrix)}
        for value, label in Category.choices
    ]
    return {
        "purpose": Purpose(purpose).label,
        "own": matrix.own,
        "organisations": list(columns),
        "columns": columns,
        "rows": rows,
        "others": _other_purposes(request, purposes, purpose),
    }


def _first_open(purposes: list[str], form: SharingForm, matrix: Matrix) -> str:
    open_now = (
        way.purpose
        for way in matrix.ways(receives=form.receives)
        if matrix.answer(way).verdict == Verdict.YES
    )
    return next(open_now, purposes[0])


def _cells(
    purpose: str, category: str, organisations: Page[Organisation], form: SharingForm, matrix: Matrix
) -> list[dict[str, Any]]:
    cells = []
    for one in organisations:
        found = matrix.answer(matrix.way(purpose, category, one.pk, receives=form.receives))
        cells.append(
            {
                "organisation": one,
                "label": sentences.LABELS[found.verdict],
                "state_kind": sentences.STATES[found.verdict],
                "verdict": found.verdict,
                "numbers": [ruling.term.clause.number for ruling in found.rulings],
            }
        )
    return cells


def _other_purposes(request: MemberRequest, purposes: list[str], shown: str) -> list[dict[str, Any]]:
    """Links to the same table for what else something is shared."""
    found = []
    for purpose in purposes:
        asked = request.GET.copy()
        asked.pop("page", None)
        asked["purpose"] = purpose
        found.append(
            {"label": Purpose(purpose).label, "query": asked.urlencode(), "is_shown": purpose == shown}
        )
    return found


@require_safe
def sharing_card(request: MemberRequest) -> HttpResponse:
    """What one's organisation may share and receive, on paper for the pocket."""
    matrix = matrix_of(request.member, clock.now())
    page = render_to_string(
        "partnership_staff/sharing_card.html",
        {
            "own": matrix.own,
            "at": matrix.at,
            "gives": _card_rows(matrix, receives=False),
            "receives": _card_rows(matrix, receives=True),
            "instead": _instead(request, matrix, None),
        },
    )
    return printing.answer(
        page,
        made_at=matrix.at,
        address=request.build_absolute_uri("/staff/sharing/"),
        name=f"sharing-{get_language()}.pdf",
        language=get_language() or "en",
    )


def _card_rows(matrix: Matrix, *, receives: bool) -> list[dict[str, Any]]:
    """For each partner and purpose: what is open, and what is not yet."""
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    known = {one.pk: str(one) for one in matrix.partners}
    for way in matrix.ways(receives=receives):
        answer = matrix.answer(way)
        if answer.verdict == Verdict.NO:
            continue
        other = known.get(way.giving if receives else way.receiving, "")
        row = found.setdefault((other, way.purpose), {"yes": [], "not_yet": []})
        numbers = listed([ruling.term.clause.number for ruling in answer.rulings])
        row[answer.verdict].append(f"{Category(way.category).label} ({numbers})")
    return [
        {"organisation": other, "purpose": Purpose(purpose).label, **row}
        for (other, purpose), row in sorted(found.items())
    ]
