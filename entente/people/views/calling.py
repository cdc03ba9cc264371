"""Whom to call for what: one sheet for each situation, on a page and on paper."""

from __future__ import annotations

import json
import logging
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from entente.audit import clock
from entente.people.forms.directory import CallForm
from entente.people.models import Contact, Entry
from entente.people.queries import directory as queries
from entente.people.queries.directory import Wanted
from entente.people.sentences.directory import rows_in_words
from entente.people.sign_in import MemberRequest
from entente.people.vocabulary import Scenario
from entente.ui.articles import article
from entente.ui.printing import STAND_IN, NotPrinted, is_printable, pdf
from entente.ui.templatetags.ui import number

logger = logging.getLogger(__name__)

ON_A_SHEET = 60
ORDER = (Entry.State.VERIFIED, Entry.State.DRAFT, Entry.State.STALE)


@require_GET
def call_list(request: MemberRequest) -> HttpResponse:
    """Every situation, and how many organisations are called for it."""
    counts = queries.called_for(request.member)
    rows = [
        {
            "label": capfirst(str(scenario.label)),
            "url": reverse("people:whom_to_call", args=[scenario.value]),
            "sentence": _called(counts[scenario.value]),
        }
        for scenario in Scenario
    ]
    return render(request, "people/call_list.html", {"rows": rows})


def _called(total: int) -> str:
    if not total:
        return _("Nobody yet says that they are called for this.")
    words = ngettext(
        "%(number)s organisation is called for this.", "%(number)s organisations are called for this.", total
    )
    return words % {"number": number(total)}


@require_GET
def whom_to_call(request: MemberRequest, scenario: str) -> HttpResponse:
    """Who is called for one situation, in which order, and who stands in."""
    return render(request, "people/whom_to_call.html", _sheet(request, scenario))


@require_GET
def printed_call_sheet(request: MemberRequest, scenario: str) -> HttpResponse:
    """The same as PDF."""
    context, language = _sheet(request, scenario), get_language() or "en"
    blocks = article(render_to_string("people/whom_to_call.html", context | {"request": request}))
    boxes = "" if is_printable(json.dumps(blocks, ensure_ascii=False)) else _boxes()
    content = {"title": context["label"], "blocks": blocks, "boxes": boxes, "made_at": clock.now()}
    try:
        made = pdf("people/print/call_sheet.typ", content, language=language)
    except NotPrinted:
        logger.exception("The sheet for %s was not printed.", scenario)
        sorry = _("The paper could not be made. Everything that is in it stands on the page.")
        return HttpResponse(sorry, status=503, content_type="text/plain; charset=utf-8")
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="call-{scenario}-{language}.pdf"'
    return response


def _boxes() -> str:
    words = _("Where a box %(box)s stands, somebody used a sign that this paper has no letter for.")
    return words % {"box": STAND_IN}


def _sheet(request: MemberRequest, scenario: str) -> dict[str, Any]:
    if scenario not in Scenario.values:
        raise Http404
    reader, districts = request.member, queries.areas(request.member)
    form = CallForm(request.GET, areas=districts)
    chosen = form.chosen
    found = list(queries.entries(reader, Wanted(scenario=scenario, **chosen))[: ON_A_SHEET + 1])
    found.sort(key=lambda entry: ORDER.index(Entry.State(entry.state)))
    posts = queries.posts_to_ring(found, reader)
    rows = rows_in_words(found[:ON_A_SHEET], districts)
    for row in rows:
        entry = row["entry"]
        row["route"] = entry.text("referral_route")
        row["posts"] = [_post(contact) for contact in posts.get(entry.organisation_id, ())]
    page = reverse("people:printed_call_sheet", args=[scenario])
    return {
        "label": capfirst(str(Scenario(scenario).label)),
        "filter": form,
        "rows": rows,
        "sentence": _called(len(found))
        if len(found) <= ON_A_SHEET
        else _("Choose a district or a language."),
        "today": clock.today(),
        "pdf_url": f"{page}?{urlencode(chosen)}" if chosen else page,
    }


def _post(contact: Contact) -> dict[str, Any]:
    away = ""
    if contact.state == Contact.State.ON_LEAVE:
        away = str(contact.get_state_display())
    numbers = " · ".join(filter(None, (contact.phone, contact.mobile)))
    return {
        "contact": contact,
        "numbers": numbers or contact.email,
        "night": contact.out_of_hours_phone,
        "away": away,
    }
