"""Pages everybody reads: the list of dialogues, one of them, and where one stands in it."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from entente.audit import clock
from entente.audit.actors import VISITOR
from entente.dialogue import queries, rules
from entente.dialogue.models import Dialogue
from entente.dialogue.sentences import Block, blocks, language_name
from entente.dialogue.views.voices import public_dialogue

LISTED = 20


def passages(texts: dict[Any, Any]) -> dict[str, dict[str, Any]]:
    """The longer texts of a dialogue as paragraphs and lists, by field; empty ones are left out."""
    found: dict[str, dict[str, Any]] = {}
    for field in Dialogue.PASSAGES:
        written: list[Block] = blocks(texts[field].text)
        if written:
            found[field] = {"worded": texts[field], "blocks": written}
    return found


@require_safe
def dialogues(request: HttpRequest) -> HttpResponse:
    """Every public dialogue, those open to answers first."""
    page = Paginator(queries.public_dialogues(), LISTED).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    texts = queries.titles(shown, get_language() or "en", VISITOR)
    published = queries.with_published_outcome(shown, VISITOR)
    at = clock.now()
    rows = [
        {
            "dialogue": row,
            "title": texts[row.pk, "title"],
            "question": texts[row.pk, "question"],
            "is_published": row.pk in published,
            "is_open": bool(rules.may_take_part(row, at)),
        }
        for row in shown
    ]
    return render(request, "dialogue/dialogues.html", {"rows": rows, "page": page})


@require_safe
def dialogue(request: HttpRequest, reference: str) -> HttpResponse:
    """What one dialogue asks, why, until when, and how to answer."""
    shown = public_dialogue(reference)
    texts = queries.wording(shown, [], get_language() or "en", VISITOR)
    outcome = queries.published_outcome(shown, VISITOR)
    context = {
        "dialogue": shown,
        "texts": texts,
        "passages": passages(texts),
        "outcome": outcome,
        "decision": rules.may_take_part(shown, clock.now()),
        "languages_spoken": [language_name(code) for code in shown.languages],
        "statements": queries.statements(shown, VISITOR).count(),
        "people": _people(shown, outcome) // 10 * 10,
    }
    return render(request, "dialogue/dialogue.html", context)


def _people(shown: Dialogue, outcome: Any) -> int:
    """How many took part: as published, or as counted by the hour so far."""
    if outcome is not None:
        return int(outcome.content["participants"])
    return int(queries.turnout(shown, VISITOR)["people"])
