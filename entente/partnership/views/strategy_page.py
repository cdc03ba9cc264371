"""What one version of the strategy tells, for the staff page, the public page and the paper alike."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi, ngettext
from django.utils.translation import gettext as _

from entente.audit.actors import Actor
from entente.partnership.action_bars import Bar, BarWords, action_bars, bar_mark
from entente.partnership.budget_sums import Amount, sums
from entente.partnership.models import Finding, Passage, PlannedAction, Strategy
from entente.partnership.queries import strategy as queries
from entente.partnership.queries.strategy import Doing, Whole
from entente.records.kinds import kind_of
from entente.ui.templatetags.ui import number, reading_date, two_decimals

STATE_KINDS = {
    "draft": "draft",
    "consulted": "due",
    "adopted": "open",
    "in_force": "open",
    "superseded": "closed",
}
ACTION_KINDS = {"planned": "draft", "going": "open", "done": "done", "dropped": "closed"}
FIRST_PARTS = (Passage.Part.NEED, Passage.Part.PURPOSE)
LAST_PARTS = (Passage.Part.RESPONSE, Passage.Part.EVALUATION)


def told(strategy: Strategy, reader: Actor, today: date) -> dict[str, Any]:
    """What the article of a strategy shows."""
    found = queries.whole(strategy, reader)
    numbered = {one.action.pk: str(place) for place, one in enumerate(found.doings, 1)}
    return {
        "strategy": strategy,
        "found": found,
        "state_kind": STATE_KINDS[strategy.state],
        "first_passages": [_passage(found, part) for part in FIRST_PARTS],
        "last_passages": [_passage(found, part) for part in LAST_PARTS],
        "places": [_place(area, findings) for area, findings in found.by_area],
        "objectives": [
            {
                "one": one,
                "number": place,
                "actions": [_action(doing, numbered, today) for doing in found.of_objective(one)],
                "sums": _sums(found.of_objective(one)),
            }
            for place, one in enumerate(found.objectives, 1)
        ],
        "sums": _sums(found.doings),
        "progress": _progress(found.doings),
        "late": [numbered[one.action.pk] for one in found.doings if one.is_late(today)],
        "picture": _picture(found, numbered, today),
        "key": _key(found.doings),
        "columns": [{"label": label} for label in (_("Action"), _("From"), _("Until"), _("How far it is"))],
        "rows": [_row(one, numbered) for one in found.doings],
        "reviews": [one for one in found.reviews if one.held_on],
        "review_due": found.review_due,
    }


def _passage(found: Whole, part: str) -> dict[str, Any]:
    passage = found.passage(part)
    cited = found.citations.get(passage.pk, []) if passage else []
    return {
        "part": part,
        "name": Passage.Part(part).label,
        "one": passage,
        "paragraphs": _paragraphs(str(passage.said("text"))) if passage else [],
        "language": passage.spoken("text") if passage else "",
        "sources": [_source(one, found) for one in cited],
    }


def _paragraphs(text: str) -> list[str]:
    return [part for part in text.split("\n\n") if part.strip()]


def _source(citation: Any, found: Whole) -> dict[str, Any]:
    """What a citation points to: its title and address, or that it is no longer to be read."""
    shown = {
        "one": citation,
        "title": citation.source,
        "url": citation.address,
        "is_gone": False,
        "day": None,
    }
    if not citation.reference:
        return shown | {"day": citation.source_on}
    if essence := found.decisions.get(citation.reference):
        url = f"{reverse('partnership:decisions')}#{essence.reference}" if _has_public_pages() else ""
        return shown | {"title": str(essence), "url": url, "day": essence.decided_on}
    record, title = found.records.get(citation.record_id, (None, ""))
    if record is None or record.public_since is None:
        return shown | {"title": citation.reference, "is_gone": True}
    return shown | {"title": title, "url": _page_of(record), "day": record.public_since}


def _has_public_pages() -> bool:
    """Whether this process answers public addresses."""
    return bool(settings.SURFACE != "staff")


def _page_of(record: Any) -> str:
    """The record's public page, empty where this process has no public pages."""
    try:
        return reverse(kind_of(record.kind).public_page, args=[record.reference])
    except (KeyError, NoReverseMatch):
        return ""


def _place(area: Any, findings: list[Finding]) -> dict[str, Any]:
    return {
        "name": str(area) if area else _("The whole city"),
        "needs": [one for one in findings if one.sort == Finding.Sort.NEED],
        "assets": [one for one in findings if one.sort == Finding.Sort.ASSET],
    }


def money(amount: Decimal, currency: str) -> str:
    """An amount in the reader's form, with its currency."""
    whole = amount == amount.to_integral_value()
    return f"{number(int(amount)) if whole else two_decimals(amount)} {currency}"


def _amount(one: Amount) -> dict[str, str]:
    return {
        "budget": money(one.budget, one.currency),
        "secured": money(one.secured, one.currency),
        "missing": money(one.missing, one.currency),
    }


def _sums(doings: Iterable[Doing]) -> list[dict[str, str]]:
    """What actions cost together, by currency; a dropped action costs nothing any more."""
    counted = [one for one in doings if one.state != PlannedAction.State.DROPPED and one.action.budget]
    amounts = (Amount(one.action.currency, one.action.budget, one.secured) for one in counted)
    return [_amount(one) for one in sums(amounts)]


def _action(doing: Doing, numbered: dict[Any, str], today: date) -> dict[str, Any]:
    action = doing.action
    return {
        "one": action,
        "doing": doing,
        "number": numbered[action.pk],
        "state": PlannedAction.State(doing.state).label,
        "kind": "late" if doing.is_late(today) else ACTION_KINDS[doing.state],
        "is_late": doing.is_late(today),
        "newest": doing.newest,
        "money": _amount(Amount(action.currency, action.budget, doing.secured)) if action.budget else None,
    }


def _progress(doings: list[Doing]) -> str:
    """How far all actions are, in one sentence."""
    count = {state: sum(one.state == state for one in doings) for state in PlannedAction.State.values}
    said = ngettext(
        "The strategy has %(all)s action: %(done)s done, %(going)s going on, %(planned)s planned,"
        " %(dropped)s dropped.",
        "The strategy has %(all)s actions: %(done)s done, %(going)s going on, %(planned)s planned,"
        " %(dropped)s dropped.",
        len(doings),
    )
    return said % {"all": number(len(doings)), **{state: number(many) for state, many in count.items()}}


def _picture(found: Whole, numbered: dict[Any, str], today: date) -> SafeString:
    strategy = found.strategy
    bars = [
        Bar(numbered[one.action.pk], one.action.starts_on, one.action.ends_on, one.state)
        for one in found.doings
    ]
    words = BarWords(
        _("The actions over the years"), _progress(found.doings), get_language() or "en", get_language_bidi()
    )
    drawn = action_bars(bars, strategy.first_day, strategy.last_day, words, today=today)
    return SafeString(drawn)  # made by us, with every word escaped


def _key(doings: list[Doing]) -> list[dict[str, Any]]:
    """The shapes that occur, with their words."""
    states = [state for state in PlannedAction.State if any(one.state == state for one in doings)]
    return [{"mark": SafeString(bar_mark(state)), "name": state.label} for state in states]


def _row(doing: Doing, numbered: dict[Any, str]) -> dict[str, Any]:
    action = doing.action
    texts = (
        f"{numbered[action.pk]}. {action}",
        reading_date(action.starts_on),
        reading_date(action.ends_on),
        PlannedAction.State(doing.state).label,
    )
    return {"cells": [{"text": text} for text in texts]}
