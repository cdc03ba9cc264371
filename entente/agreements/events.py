"""What happened to an agreement, as sentences: one for each event its log can hold."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entente.agreements.vocabulary import Category, Purpose
from entente.audit.models import Event
from entente.people.words import in_readers_language
from entente.ui.templatetags.ui import number, reading_date

SENTENCES: dict[str, Promise | str] = {
    "agreement_drafted": _("%(who)s began to draft this agreement."),
    "party_added": _("%(who)s added a party: %(organisation)s."),
    "clause_added": _("%(who)s added clause %(number)s: “%(category)s” to %(purpose)s."),
    "clause_removed": _("%(who)s took clause %(number)s out: “%(category)s” to %(purpose)s."),
    "clauses_set": _(
        "%(who)s changed the matrix. Clauses added: %(added)s, marked otherwise: %(marked)s,"
        " taken out: %(removed)s."
    ),
    "agreement_signed": _("%(who)s signed for %(organisation)s."),
    "agreement_succeeded": _("%(who)s brought “%(title)s” into force, which takes the place of this one."),
    "dossier_opened": _("%(who)s began the dossier."),
    "dossier_written": _("%(who)s wrote version %(version)s of the dossier's texts."),
    "basis_stated": _("%(who)s stated a legal basis of %(organisation)s to %(purpose)s: %(basis)s."),
    "basis_withdrawn": _(
        "%(who)s withdrew a legal basis of %(organisation)s to %(purpose)s and said why: “%(reason)s”"
    ),
    "opinions_asked": _("%(who)s asked the data protection officers of the parties for their opinions."),
    "opinion_given": _("%(who)s gave the opinion of %(organisation)s: %(view)s."),
    "draft_reopened": _("%(who)s took it back into drafting."),
    "signature_opened": _("%(who)s opened the agreement for signature."),
    "agreement_reviewed": _("%(who)s reviewed the agreement. The next review is on %(day)s."),
    "review_reminded": _("The organisation that keeps it was reminded of the review."),
    "closing_told": _("The owners of what was shared under it were told that it has ended."),
    "interim_begun": _("%(who)s let it begin as interim, before everybody has signed."),
    "agreement_brought_into_force": _("%(who)s brought it into force."),
    "agreement_suspended": _("%(who)s suspended it and said why: “%(reason)s”"),
    "agreement_resumed": _("%(who)s resumed it."),
    "agreement_ended": _("%(who)s ended it, from %(day)s on, and said why: “%(reason)s”"),
    "essence_published": _("%(who)s described it to everybody."),
    "assessment_begun": _("%(who)s began an impact assessment."),
    "assessment_written": _("%(who)s wrote on the impact assessment."),
    "assessment_advised": _("%(who)s advised on the impact assessment."),
    "assessment_decided": _("%(who)s decided on the impact assessment."),
    "assessment_due": _("The impact assessment must be looked at again; the keeper was told."),
    "party_left": _("%(who)s took %(organisation)s out of it and said why: “%(reason)s”"),
}
LATER = timedelta(minutes=1)
UNKNOWN = _("%(who)s did something that this page has no words for yet.")
# After these an agreement stands somewhere else.
MOVES = {
    "agreement_drafted",
    "interim_begun",
    "agreement_brought_into_force",
    "agreement_suspended",
    "agreement_resumed",
    "agreement_ended",
    "agreement_succeeded",
}


def in_sentence(event: Event) -> str:
    """One event in the reader's language."""
    sentence = SENTENCES.get(event.name.partition(".")[2], UNKNOWN)
    return str(sentence) % _Values(_in_words(event))


def details_of(event: Event) -> dict[str, Any]:
    """What an event kept, or nothing."""
    found: dict[str, Any] = json.loads(event.details) if event.details else {}
    return found


def moves(event: Event) -> bool:
    """Whether an event changed where the agreement stands; an end set for later did not."""
    ends_at = details_of(event).get("ends_at", "")
    is_later = bool(ends_at) and datetime.fromisoformat(ends_at) > event.at + LATER
    return event.name.partition(".")[2] in MOVES and not is_later


def _in_words(event: Event) -> dict[str, Any]:
    details = details_of(event)
    who = _("Whoever runs the server") if event.actor_kind == "job" else event.actor_name
    values = {"who": who, **details, **_of_dossier(details)}
    if "organisation" in details:
        values["organisation"] = in_readers_language(details.get("names") or {}, details["organisation"])
    if "number" in details:
        values["number"] = number(details["number"])
    if details.get("category") in Category.values:
        values["category"] = Category(details["category"]).label
    if details.get("purpose") in Purpose.values:
        values["purpose"] = Purpose(details["purpose"]).label
    if "ends_at" in details:
        values["day"] = reading_date(datetime.fromisoformat(details["ends_at"]))
    return values


def _of_dossier(details: dict[str, Any]) -> dict[str, Any]:
    """What the events of drafting and amending tell besides."""
    values: dict[str, Any] = {
        name: number(details[name]) for name in ("added", "marked", "removed", "version") if name in details
    }
    values |= {name: gettext(details[name]) for name in ("view", "basis") if name in details}
    if "titles" in details:
        values["title"] = in_readers_language(details["titles"], details.get("title", ""))
    if "on" in details:
        values["day"] = reading_date(date.fromisoformat(details["on"]))
    return values


class _Values(dict[str, Any]):
    """Details that an older event did not keep are left out of its sentence."""

    def __missing__(self, key: str) -> str:
        return "…"
