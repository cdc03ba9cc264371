"""Why somebody else may see a record, or may not: the rule's reasons, told about others."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from entente.agreements import rules
from entente.agreements.vocabulary import Category
from entente.audit.decisions import Decision, in_words, source_of
from entente.audit.models import Event
from entente.people.models import Member
from entente.records.sights import Door, Hidden

# The rule speaks to whoever asks; here somebody reads about others. What speaks to nobody stays as it is.
OF_OTHERS: dict[str, Promise | str] = {
    source_of(rules.OWNER): _("“%(organisation)s” owns this record."),
    source_of(rules.IN_FORCE_OWN): _(
        "“%(organisation)s” owns this record, and they sit in the task force it is for."
    ),
    source_of(rules.NAMED_OWN): _("“%(organisation)s” owns this record, and they are named on it."),
    source_of(rules.NO_AGREEMENT): _("No agreement opens this record to “%(organisation)s”."),
    source_of(rules.RUN_OUT): _("The invitation does not last at this moment."),
    source_of(rules.CLAUSE): _(
        "Clause %(number)s of “%(agreement)s” lets “%(organisation)s” have “%(category)s” to %(purpose)s."
    ),
    source_of(rules.NO_CLAUSE): _(
        "No clause of the agreement lets “%(organisation)s” have “%(category)s” to %(purpose)s."
    ),
    source_of(rules.UNSTATED): _("They have to say first what they need this record for."),
    source_of(rules.GLASS): _("They broke the glass. The owner's privacy officer reviews it."),
}


NAMES = {"agreement", "organisation", "to"}  # values of reasons that are names


def of_others(reason: str | Promise, values: dict[str, Any], organisation: object) -> str:
    """A reason of the rule, told about somebody of `organisation`."""
    source = source_of(reason)
    told = OF_OTHERS.get(source)
    if told is None:
        return in_words(source, values)
    return in_words(source_of(told), {**values, "organisation": str(organisation)})


def why_they_see(door: Door, organisation: object) -> str:
    """Because of what somebody sees a record."""
    return of_others(door.decision.reason, door.decision.values, organisation)


def why_hidden(hidden: Hidden) -> str:
    """What members of an organisation can't see, and why."""
    decision: Decision = hidden.decision
    because = of_others(decision.reason, decision.values, hidden.organisation)
    values = {"organisation": hidden.organisation, "category": category_name(hidden.category), "why": because}
    if hidden.is_head:
        return str(_("Members of “%(organisation)s” can't see this record. %(why)s")) % values
    if hidden.is_secret:
        told = _(
            "Members of “%(organisation)s” can't see what is about “%(category)s”"
            " and under professional secrecy. %(why)s"
        )
        return str(told) % values
    return str(_("Members of “%(organisation)s” can't see what is about “%(category)s”. %(why)s")) % values


def why_they_saw(event: Event, organisation: object, agreement: object = None) -> str:
    """Because of what somebody saw a record, as the log keeps it; names in the reader's language if known."""
    values: dict[str, Any] = event.reason_values | ({"agreement": str(agreement)} if agreement else {})
    return of_others(event.reason, values, organisation)


def why_told(
    event: Event, reader: Member, organisations: Mapping[uuid.UUID, object], names: Mapping[str, str]
) -> str:
    """The reason of an event, told to the reader: about others where somebody else acted.

    `names` are those of organisations and agreements in the reader's language, by any they were kept under.
    """
    kept: dict[str, Any] = event.reason_values
    values = {key: names.get(value, value) if key in NAMES else value for key, value in kept.items()}
    if event.actor_organisation_id is None or event.actor_organisation_id == reader.organisation_id:
        return in_words(event.reason, values)
    return of_others(event.reason, values, organisations.get(event.actor_organisation_id, ""))


def category_name(code: str) -> str:
    """A category in the reader's language."""
    return str(Category(code).label) if code in Category.values else code


def listed(names: list[str]) -> str:
    """Several names, one after the other."""
    return pgettext("between the members of a list", ", ").join(names)


def opened(door: Door) -> str:
    """Which parts a door opens, in words."""
    if door.is_own:
        return str(_("Everything in it."))
    if door.is_emergency:
        return str(_("Everything that is not under professional secrecy."))
    values = {"categories": listed([category_name(code) for code in door.categories])}
    if not door.under_secrecy:
        told = _("What is about: %(categories)s. Nothing under professional secrecy.")
        return str(told) % values
    values["secret"] = listed([category_name(code) for code in door.under_secrecy])
    return str(_("What is about: %(categories)s. Under professional secrecy too: %(secret)s.")) % values
