"""The matrix of a draft: for one purpose, what one party gives to each other one."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from entente.agreements import register
from entente.agreements.change_rules import Cell
from entente.agreements.models import Party
from entente.agreements.services import ChangedMeanwhile
from entente.agreements.vocabulary import Category, Purpose
from entente.audit import clock
from entente.audit.decisions import Refused
from entente.partnership.forms.matrix import Meeting, Sheet, in_order, meet, read_before, ticked
from entente.partnership.models import Dossier
from entente.partnership.queries import drafting as queries
from entente.partnership.rules import drafting as rules
from entente.partnership.services import drafting as services
from entente.partnership.views.drafting import REFUSED_HERE, dossier_or_404
from entente.partnership.views.steps import note_refusal
from entente.people.models import Member, Organisation
from entente.people.sign_in import MemberRequest


def set_matrix(request: MemberRequest, agreement_id: uuid.UUID) -> HttpResponse:
    """One sheet of the matrix: read it, tick cells, save; two who edit it hear of each other."""
    dossier, reader = dossier_or_404(request, agreement_id), request.member
    parties = rules.present(register.parties_of([agreement_id], reader), clock.now())
    asked = request.POST if request.method == "POST" else request.GET
    sheet = _sheet(dossier, parties, asked.get("purpose", ""), asked.get("from", ""), reader)
    if sheet is None or request.method != "POST":
        return _page(request, dossier, parties, sheet)
    mine, before = ticked(request.POST, sheet), read_before(request.POST, sheet)
    wanted = {cell: signs for cell, signs in mine.items() if before.get(cell) != signs}
    try:
        seen = before if sheet.purpose in Purpose.values else None  # a sheet that can't be is refused
        number = services.set_matrix(dossier, by=reader, wanted=wanted, seen=seen)
    except ChangedMeanwhile as changed:
        sheet.now |= changed.now
        meeting = meet(mine, before, changed.now)
        sheet.ticked, sheet.told = meeting.ticked, set(meeting.theirs)
        return _page(request, dossier, parties, sheet, meeting=meeting, status=REFUSED_HERE)
    except Refused as refused:
        sheet.ticked = {cell: signs for cell, signs in mine.items() if cell in sheet.now}
        note_refusal(request, dossier, refused)
        return _page(request, dossier, parties, sheet, refusal=str(refused), status=REFUSED_HERE)
    said = ngettext("%(number)d clause was changed.", "%(number)d clauses were changed.", number)
    messages.success(request, said % {"number": number} if number else _("Nothing was changed."))
    here = reverse("partnership_staff:set_matrix", args=[agreement_id])
    return redirect(f"{here}?purpose={sheet.purpose}&from={sheet.giving.slug}")


def _sheet(dossier: Dossier, parties: list[Party], purpose: str, giving: str, reader: Member) -> Sheet | None:
    """The sheet that was asked for; a purpose on no list stays, to be refused with a reason."""
    organisations = sorted((row.organisation for row in parties), key=str)
    if not organisations:
        return None
    giver = next((row for row in organisations if row.slug == giving), organisations[0])
    receiving = [row for row in organisations if row.pk != giver.pk]
    purpose = purpose or _first_purpose(dossier, reader)
    clauses = queries.sheet_of(dossier.pk, purpose, giver.pk, reader)
    return Sheet(purpose, giver, receiving, clauses)


def _first_purpose(dossier: Dossier, reader: Member) -> str:
    used = queries.used_purposes(dossier.pk, reader)
    return next((value for value in Purpose.values if value in used), Purpose.PLAN_SUPPORT)


def _page(
    request: MemberRequest,
    dossier: Dossier,
    parties: list[Party],
    sheet: Sheet | None,
    *,
    refusal: str = "",
    meeting: Meeting | None = None,
    status: int = 200,
) -> HttpResponse:
    if sheet is not None and sheet.purpose not in Purpose.values:
        sheet.purpose = Purpose.PLAN_SUPPORT
    may = rules.may_write_dossier(
        request.member, dossier, register.parties_of([dossier.pk], request.member), clock.now()
    )
    context: dict[str, Any] = {
        "dossier": dossier,
        "agreement": dossier.agreement,
        "sheet": sheet,
        "may": may,
        "refusal": refusal,
        "meeting": _in_words(meeting, sheet) if meeting and sheet else None,
        "purposes": _overview(dossier, parties, sheet, request.member),
        "givers": sorted((row.organisation for row in parties), key=str),
        "purpose": capfirst(str(Purpose(sheet.purpose).label)) if sheet else "",
        "is_excluded": sheet is not None and sheet.purpose in dossier.excluded_purposes,
    }
    return render(request, "partnership_staff/set_matrix.html", context, status=status)


def _overview(
    dossier: Dossier, parties: list[Party], sheet: Sheet | None, reader: Member
) -> list[dict[str, Any]]:
    """Every sheet of the matrix, and how many clauses stand on it."""
    counts = queries.clause_counts(dossier.pk, reader)
    here = reverse("partnership_staff:set_matrix", args=[dossier.pk])
    givers = sorted((row.organisation for row in parties), key=str)
    return [
        {
            "label": capfirst(str(label)),
            "is_excluded": value in dossier.excluded_purposes,
            "sheets": [
                {
                    "organisation": giver,
                    "number": counts.get((value, giver.pk), 0),
                    "url": f"{here}?purpose={value}&from={giver.slug}",
                    "is_here": sheet is not None and (sheet.purpose, sheet.giving) == (value, giver),
                }
                for giver in givers
            ],
        }
        for value, label in Purpose.choices
    ]


def _in_words(meeting: Meeting, sheet: Sheet) -> dict[str, list[str]]:
    names = {row.pk: row for row in sheet.receiving}
    return {
        "theirs": [_told(cell, names, sheet) for cell in in_order(meeting.theirs)],
        "kept": [_wish(cell, names, meeting) for cell in in_order(meeting.kept)],
        "both": [_told(cell, names, sheet) for cell in in_order(meeting.both)],
    }


def _told(cell: Cell, names: dict[uuid.UUID, Organisation], sheet: Sheet) -> str:
    """What a cell says now."""
    signs = sheet.now.get(cell)
    values = _values(cell, names)
    if signs is None:
        return _("“%(category)s” to %(organisation)s: taken out") % values
    if signs.opens_secrecy:
        return _("“%(category)s” to %(organisation)s: shared, professional secrecy too") % values
    if signs.holds_in_interim:
        return _("“%(category)s” to %(organisation)s: shared, before signature already") % values
    return _("“%(category)s” to %(organisation)s: shared") % values


def _wish(cell: Cell, names: dict[uuid.UUID, Organisation], meeting: Meeting) -> str:
    values = _values(cell, names)
    if meeting.ticked[cell] is None:
        return _("“%(category)s” to %(organisation)s: you take it out") % values
    return _("“%(category)s” to %(organisation)s: you tick or mark it") % values


def _values(cell: Cell, names: dict[uuid.UUID, Organisation]) -> dict[str, object]:
    known = cell.category in Category.values
    return {
        "category": Category(cell.category).label if known else cell.category,
        "organisation": names.get(cell.receiving, "…"),
    }
