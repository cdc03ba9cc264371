"""The demo's pages: the first screen, the cast's one-click sign-in, the mailbox."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entente.agreements.vocabulary import Category
from entente.audit import clock
from entente.audit.actors import VISITOR
from entente.demo import content_words as words
from entente.demo import queries, services
from entente.dialogue.models import Dialogue
from entente.records.reading import Facts

NOBODY = "peter"  # the one who must see nothing
DOOR_ICONS = {"resident": "house", "coordinator": "people", "practitioner": "hands", "overseer": "scales"}


def home(request: HttpRequest) -> HttpResponse:
    """The first screen: what this is, one story, one record with four readers, four doors."""
    screen = words.content("first_screen")
    dialogue, heard = queries.dialogue_of("dialogue"), queries.dialogue_of("riverside")
    context = {
        "sentence": words.spoken(screen["sentence"]),
        "imagined": words.spoken(screen["imagined"]),
        "about": words.spoken(words.content("city")["about"]),
        "story": {key: words.spoken(screen["story"][key]) for key in ("heading", "text")},
        "moments": words.moments(),
        "map": words.city_map(),
        "map_columns": [{"label": _("District")}, {"label": _("What is there")}],
        "dialogue": dialogue,
        "heard": heard,
        "panel": _panel(screen["panel"]),
        "doors": _doors(dialogue),
        "doors_heading": words.spoken(screen["doors"]["heading"]),
        "everyone_else": words.spoken(screen["doors"]["everyone_else"]),
        "others": words.others(),
        "refusals_heading": words.spoken(screen["refusals"]["heading"]),
        "refusals": [
            {"refusal": words.spoken(row["refusal"]), "reason": words.spoken(row["reason"])}
            for row in screen["refusals"]["items"]
        ],
        "texts_heading": words.spoken(screen["texts"]["heading"]),
        "texts": [words.spoken(row["credit"]) for row in screen["texts"]["items"]],
    }
    return render(request, "demo/home.html", context)


def _doors(dialogue: Dialogue | None) -> list[dict[str, Any]]:
    inside = (
        reverse("dialogue:dialogue", args=[dialogue.reference]) if dialogue else reverse("dialogue:dialogues")
    )
    return [
        {**door, "icon": DOOR_ICONS[door["slug"] or ""], "url": "" if door["person"] else inside}
        for door in words.doors()
    ]


def _panel(told: words.Words) -> dict[str, Any] | None:
    """The panel, asked anew for every page: each reader by the rule and by the database."""
    rows = queries.panel_rows()
    with services.act_as(rows[0]["person"], by=VISITOR) as owner:
        record = queries.panel_record(owner)
        if record is None:
            return None
        title = queries.title_of(record, owner, get_language() or "en")
        facts = Facts.of(record, owner)
        whole = services.answer_to(record, facts, by=owner).notes
    return {
        "heading": words.spoken(told["heading"]),
        "text": words.spoken(told["text"]),
        "record_is": words.spoken(told["record_is"]),
        "next": words.spoken(told["next"]),
        "record": {"title": title, "reference": record.reference},
        "readers": [_reader(row, facts, whole) for row in rows],
    }


def _reader(row: words.Words, facts: Facts, whole: Counter[str]) -> dict[str, Any]:
    with services.act_as(row["person"], by=VISITOR) as reader:
        answer = services.answer_to(facts.record, facts, by=reader)
        because = str(answer.decision)
    who = words.person(row["person"]) or {}
    shown = whole if answer.is_found else ()
    return {
        "name": who["name"],
        "role": who["organisation"],
        "shows": [_line(category, answer) for category in shown],
        "nothing": _("This does not exist for %(name)s.") % {"name": who["first_name"]},
        "because": because,
        "told": words.spoken(row["text"]) if answer.is_found is (row["person"] != NOBODY) else "",
    }


def _line(category: str, answer: services.Answer) -> dict[str, Any]:
    """One category of the record: how many of its notes this reader gets, or that it is not there."""
    seen = answer.notes[category]
    notes = ngettext("%(number)d note", "%(number)d notes", seen) % {"number": seen}
    return {
        "label": capfirst(str(Category(category).label)),
        "value": notes if seen else _("not there"),
        "covered": not seen,
    }


@require_POST
def sign_in_as(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the cast with one click, and go to their work in the language of the page."""
    try:
        account = queries.account_of(request.POST.get("who", ""))
    except queries.NotInTheCast as nobody:
        raise Http404(str(nobody)) from nobody
    login(request, account, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session["signed_in_with"] = "demo"
    request.session["signed_in_at"] = clock.now().timestamp()
    response = redirect("records:my_work")
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, get_language() or "en", samesite="Lax")
    return response


def mailbox(request: HttpRequest) -> HttpResponse:
    """The mail the demo sent: it goes into a folder of this machine and to nobody."""
    return render(request, "demo/mailbox.html", {"letters": queries.sent_mail(settings.EMAIL_FILE_PATH)})
