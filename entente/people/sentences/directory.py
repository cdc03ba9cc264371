"""What the directory says, in the words of its pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from entente.audit import clock
from entente.people.models import Area, Confirmation, Contact, Entry, EntryChange, Member, Tie
from entente.people.queries.coverage import Gap
from entente.people.rules import directory as may
from entente.people.vocabulary import Kind, Prevention, Scenario, TieKind, labels, language_name
from entente.ui.templatetags.ui import reading_date

STATE_KINDS = {
    Entry.State.DRAFT: "draft",
    Entry.State.VERIFIED: "done",
    Entry.State.STALE: "late",
    Entry.State.ARCHIVED: "closed",
}
FIELD_NAMES = {
    "name": gettext_lazy("Name"),
    "names": gettext_lazy("The name in other languages"),
    "kind": gettext_lazy("What sort of organisation"),
    "areas": gettext_lazy("Districts"),
    "languages": gettext_lazy("Languages in which people are helped"),
    "prevention": gettext_lazy("What the work is about"),
    "scenarios": gettext_lazy("When somebody should call"),
    "services": gettext_lazy("What the organisation does"),
    "referral_route": gettext_lazy("How somebody comes to it"),
    "opening_hours": gettext_lazy("When it is open"),
    "accessibility": gettext_lazy("What helps people to get in"),
    "has_safeguarding": gettext_lazy("A written safeguarding policy"),
    "web": gettext_lazy("Web page"),
    "phone": gettext_lazy("Telephone"),
    "email": gettext_lazy("E-mail address"),
}
TIES = {
    TieKind.WORKS_WITH: gettext_lazy("%(one)s works with %(other)s."),
    TieKind.REFERS_TO: gettext_lazy("%(one)s refers people to %(other)s."),
    TieKind.FUNDS: gettext_lazy("%(one)s funds %(other)s."),
    TieKind.TRAINS: gettext_lazy("%(one)s trains %(other)s."),
    TieKind.HOSTS: gettext_lazy("%(one)s gives room to %(other)s."),
}


def tie_in_words(tie: Tie) -> str:
    """One sentence for a tie."""
    return str(TIES[TieKind(tie.kind)]) % {"one": tie.one, "other": tie.other}


def ties_in_words(ties: Iterable[Tie], entry: Entry, reader: Member) -> list[dict[str, Any]]:
    """What a page shows of an organisation's ties: a sentence, and where it leads."""
    rows = []
    for tie in ties:
        another = tie.other if tie.one_id == entry.organisation_id else tie.one
        slug = entry.organisation.slug
        may_end = may.may_untie(reader, tie, clock.now())
        rows.append(
            {
                "sentence": tie_in_words(tie),
                "url": reverse("people:organisation", args=[another.slug]),
                "since": tie.since,
                "noted_by": tie.noted_by,
                "end_url": reverse("people:untie", args=[slug, tie.pk]) if may_end else "",
            }
        )
    return rows


def contacts_in_words(contacts: Iterable[Contact]) -> list[dict[str, Any]]:
    """Posts with the names of their languages."""
    return [{"contact": one, "languages": joined(language_labels(one.languages))} for one in contacts]


def area_labels(entry: Entry, districts: Iterable[Area]) -> list[str]:
    """Where an organisation works, in words."""
    if not entry.areas:
        return [_("the whole city")]
    return [str(area) for area in districts if area.slug in entry.areas]


def language_labels(codes: list[str]) -> list[str]:
    """Languages by name, the interface's own first."""
    order = {code: place for place, (code, _name) in enumerate(settings.LANGUAGES)}
    return [language_name(code) for code in sorted(codes, key=lambda code: (order.get(code, 99), code))]


def joined(words: Iterable[str]) -> str:
    """Words one after the other, as the reader's language parts them."""
    return pgettext("between the members of a list", ", ").join(words)


def rows_in_words(entries: Iterable[Entry], districts: list[Area]) -> list[dict[str, Any]]:
    """What a list shows of each entry."""
    kinds = {kind.value: capfirst(str(kind.label)) for kind in Kind}
    return [
        {
            "name": str(entry.organisation),
            "url": reverse("people:organisation", args=[entry.organisation.slug]),
            "kind": kinds.get(entry.kind, entry.kind),
            "areas": joined(area_labels(entry, districts)),
            "languages": joined(language_labels(entry.languages)),
            "phone": entry.phone,
            "state": entry.get_state_display(),
            "state_kind": STATE_KINDS[Entry.State(entry.state)],
            "entry": entry,
        }
        for entry in entries
    ]


def entry_facts(entry: Entry, districts: list[Area]) -> list[dict[str, Any]]:
    """Label and value of what is known; what nobody said is left out."""
    safeguarding = {True: _("Yes"), False: _("No"), None: ""}[entry.has_safeguarding]
    told = {
        "services": entry.text("services"),
        "referral_route": entry.text("referral_route"),
        "opening_hours": entry.text("opening_hours"),
        "phone": entry.phone,
        "email": entry.email,
        "web": entry.web,
        "languages": joined(language_labels(entry.languages)),
        "areas": joined(area_labels(entry, districts)),
        "prevention": " · ".join(labels(Prevention, entry.prevention)),
        "scenarios": " · ".join(labels(Scenario, entry.scenarios)),
        "accessibility": entry.text("accessibility"),
        "has_safeguarding": safeguarding,
    }
    return [
        {"field": name, "label": FIELD_NAMES[name], "value": value} for name, value in told.items() if value
    ]


def standing(entry: Entry, question: Confirmation | None) -> dict[str, Any]:
    """Whether the entry can be relied on, who says so, and what is waited for; one sentence each."""
    told = []
    if entry.verified_at:
        told.append(_("Verified by %(keeper)s on %(day)s.") % _of(entry, entry.verified_at))
    if entry.confirmed_at:
        told.append(_("Confirmed by the organisation itself on %(day)s.") % _of(entry, entry.confirmed_at))
    elif question is None:
        told.append(_("The organisation itself has not been asked yet."))
    if entry.asked_at and entry.state != Entry.State.STALE:
        told.append(_("Asked on %(day)s; no answer yet.") % _of(entry, entry.asked_at))
    if entry.state == Entry.State.STALE:
        told.append(_("Nobody has said for a long time that it is still right: check before you rely on it."))
    if entry.state == Entry.State.ARCHIVED:
        told.append(_("Archived: %(reason)s") % {"reason": entry.archived_reason})
    return {
        "kind": STATE_KINDS[Entry.State(entry.state)],
        "label": capfirst(entry.get_state_display()),
        "sentences": told,
    }


def _of(entry: Entry, moment: Any) -> dict[str, Any]:
    from django.utils.html import strip_tags

    return {"keeper": entry.keeper, "day": strip_tags(str(reading_date(moment)))}


def changes_in_words(
    entry: Entry, changes: list[EntryChange], only: set[str] | None = None
) -> list[dict[str, Any]]:
    """Who corrected what, when, and what stands there now."""
    return [
        {
            "who": change.by_name,
            "organisation": change.organisation,
            "at": change.at,
            "fields": [
                {"label": _field_name(key), "now": _value_in_words(key, after)}
                for key, (_before, after) in change.fields.items()
                if only is None or key in only
            ],
        }
        for change in changes
    ]


def _field_name(key: str) -> str:
    name, _slash, language = key.partition("/")
    label = str(FIELD_NAMES.get(name, name))
    return f"{label} ({language_name(language)})" if language else label


def _value_in_words(key: str, value: Any) -> str:
    name = key.partition("/")[0]
    if name == "languages":
        return joined(language_labels(value))
    if name in {"prevention", "scenarios"}:
        return " · ".join(labels(Prevention if name == "prevention" else Scenario, value))
    if name == "kind":
        return str(dict(Kind.choices).get(value, value))
    if isinstance(value, bool) or value is None:
        return {True: _("Yes"), False: _("No"), None: _("not known")}[value]
    if isinstance(value, dict):
        return joined(value.values())
    return joined(value) if isinstance(value, list) else str(value)


def gap_in_words(gap: Gap, districts: dict[str, str]) -> str:
    """Where nobody is, in a sentence."""
    told = {"stage": Prevention(gap.stage).label, "language": language_name(gap.language)}
    if not gap.areas:
        return _("%(stage)s in %(language)s: nobody in the whole city.") % _big(told)
    places = joined(districts[area] for area in gap.areas)
    return _("%(stage)s in %(language)s: nobody in %(areas)s.") % _big(told | {"areas": places})


def _big(told: dict[str, Any]) -> dict[str, Any]:
    return told | {"stage": capfirst(str(told["stage"]))}
