"""What happened in a group, as sentences: one for each event its log can hold."""

from __future__ import annotations

import json
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from entente.audit.models import Event
from entente.people.words import in_readers_language
from entente.ui.templatetags.ui import number

SENTENCES: dict[str, Promise] = {
    "group_founded": _("%(who)s founded the group."),
    "group_edited": _("%(who)s changed what the group says about itself."),
    "group_translated": _("%(who)s translated what the group says about itself."),
    "group_activated": _("%(who)s let the group begin its work."),
    "group_suspended": _("%(who)s let the group rest and said why: “%(reason)s”"),
    "group_resumed": _("%(who)s let the group work again."),
    "group_closed": _("%(who)s closed the group and said why: “%(reason)s”"),
    "group_reviewed": _("%(who)s reviewed the group: “%(learnt)s”"),
    "review_reminded": _("The keeper was reminded of the review."),
    "organisation_invited": _("%(who)s invited %(organisation)s."),
    "place_accepted": _("%(who)s accepted for %(organisation)s."),
    "place_declined": _("%(who)s declined for %(organisation)s."),
    "place_edited": _("%(who)s changed what %(organisation)s answers for."),
    "invitation_withdrawn": _("%(who)s took the invitation of %(organisation)s back."),
    "organisation_left": _("%(who)s took %(organisation)s out of the group and said why: “%(reason)s”"),
    "representative_named": _("%(who)s named %(member)s for %(organisation)s."),
    "seat_taken_back": _("%(who)s ended the seat of %(member)s for %(organisation)s."),
    "pledge_given": _("%(who)s promised confidentiality."),
    "charter_drafted": _("%(who)s began version %(number)s of the charter."),
    "charter_edited": _("%(who)s changed version %(number)s of the charter."),
    "charter_consulted": _("%(who)s laid version %(number)s of the charter before the members."),
    "charter_opened": _("%(who)s opened version %(number)s of the charter for signature."),
    "charter_signed": _("%(who)s signed version %(number)s of the charter for %(organisation)s."),
    "charter_in_force": _("Version %(number)s of the charter is in force: everybody has signed."),
    "charter_withdrawn": _("%(who)s withdrew version %(number)s of the charter and said why: “%(reason)s”"),
}


def is_told(event: Event) -> bool:
    """Whether this part of the papers has words for an event."""
    return event.allowed and event.name.partition(".")[2] in SENTENCES


def in_sentence(event: Event) -> str:
    """One event in the reader's language."""
    return str(SENTENCES[event.name.partition(".")[2]]) % _Values(_in_words(event))


def _in_words(event: Event) -> dict[str, Any]:
    details = json.loads(event.details) if event.details else {}
    who = _("Whoever runs the server") if event.actor_kind == "job" else event.actor_name
    values = {"who": who, **details}
    if "organisation" in details:
        values["organisation"] = in_readers_language(details.get("names") or {}, details["organisation"])
    if "number" in details:
        values["number"] = number(details["number"])
    return values


class _Values(dict[str, Any]):
    """Details that an older event did not keep are left out of its sentence."""

    def __missing__(self, key: str) -> str:
        return "…"
