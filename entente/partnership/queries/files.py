"""What the directory says, as files need it: to compare with, to take away, and what became of an import."""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from babel import Locale
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import get_language, gettext, override, pgettext

from entente.audit.actors import Actor, begin
from entente.jobs.queue import is_on
from entente.partnership.directory_tables.faults import SENTENCES, Fault
from entente.partnership.directory_tables.headings import fields, folded, heading
from entente.partnership.directory_tables.rows import CONTACT, Listed, Value, contact_key
from entente.people import vocabulary
from entente.people.models import Area, Contact, Entry, Member
from entente.people.search_words import name_key
from entente.records.files import kept_file
from entente.records.models import ImportRun

KIND = "directory"
UPLOAD, REPORT = "upload", "report"
# The job that works on an import in each state.
WORK = {
    ImportRun.State.READING: "partnership.read_directory_import",
    ImportRun.State.RUNNING: "partnership.run_directory_import",
}
YES = {"en": "yes", "fr": "oui", "ar": "نعم", "ro": "da"}
NO = {"en": "no", "fr": "non", "ar": "لا", "ro": "nu"}
ON_CONTACT = ("name", "post", "email", "phone", "mobile", "out_of_hours_phone", "languages")
ON_ENTRY = tuple(
    name for name in fields() if not name.startswith(CONTACT) and name != "name" and name[:5] != "name_"
)
NAMES = {f"name_{code}": code for code in ("en", "fr", "ar", "ro")}


def directory_imports(reader: Member) -> QuerySet[ImportRun]:
    """Files the organisation brought in or tried to, newest first."""
    rows = ImportRun.objects.visible_to(reader).filter(kind=KIND)
    return rows.select_related("started_by__person").order_by("-started_at", "id")


def abandoned_directory_imports(reader: Actor) -> list[uuid.UUID]:
    """Imports that should be read or written now, and that no job works on any more."""
    runs = ImportRun.objects.visible_to(reader).filter(kind=KIND, state__in=WORK)
    return [run.id for run in runs if not is_on(WORK[ImportRun.State(run.state)], run=str(run.id))]


def sentence(finding: Mapping[str, Any]) -> str:
    """What an import keeps of a finding, in the language of the moment."""
    detail = dict(finding["detail"])
    column = detail.get("column")
    if column in fields():
        detail["column"] = heading(column, get_language() or "en")
        labels = _code_labels().get(column, {})
        for side in {"now", "then"} & detail.keys() if labels else ():
            detail[side] = pgettext("between the members of a list", ", ").join(
                labels.get(code, code) for code in detail[side].split(", ")
            )
    if finding["code"] == Fault.NOT_ALLOWED:
        detail["reason"] = gettext(detail["reason"])
    return gettext(SENTENCES[Fault(finding["code"])]) % detail


@dataclass(frozen=True)
class ReportRow:
    """One row of a file and what became of it, in the reader's words."""

    line: int
    outcome: str
    name: str
    other: str
    sentences: list[str]


def report(run: ImportRun, outcome: str = "") -> list[ReportRow]:
    """Every row, or those with one outcome; nothing once it was forgotten."""
    try:
        kept = json.loads(kept_file(run.id, REPORT))
    except FileNotFoundError:
        return []
    return [
        ReportRow(line, what, name, other, [sentence(one) for one in found])
        for line, what, name, other, found in kept
        if not outcome or what == outcome
    ]


# What the directory has


def listed(reader: Actor, owner_id: uuid.UUID) -> tuple[dict[str, Listed], dict[str, str]]:
    """Every entry by each spelling of its name, and names by e-mail address.

    Of posts only those that the organisation `owner_id` may write.
    """
    begin(reader)
    found: dict[str, Listed] = {}
    addresses: dict[str, str] = {}
    contacts = _contacts(reader, owner_id)
    for entry in Entry.objects.visible_to(reader).select_related("organisation").iterator(2000):
        organisation = entry.organisation
        is_theirs = owner_id in {entry.keeper_id, entry.organisation_id}
        one = Listed(
            str(entry.pk),
            organisation.name,
            entry_values(entry),
            contacts.get(organisation.pk, {}) if is_theirs else {},
            is_theirs and entry.state != Entry.State.ARCHIVED,
            entry.version,
        )
        for spelling in (organisation.name, *organisation.names.values()):
            found.setdefault(name_key(spelling), one)
        if entry.email:
            addresses.setdefault(entry.email.casefold(), organisation.name)
    return found, addresses


def entry_values(entry: Entry) -> dict[str, Value]:
    """What an entry says, column by column; texts as they were written."""
    values: dict[str, Value] = {name: _plain(getattr(entry, name)) for name in ON_ENTRY}
    names = entry.organisation.names
    return values | {name: names.get(code, "") for name, code in NAMES.items()}


def _contacts(reader: Actor, owner_id: uuid.UUID) -> dict[uuid.UUID, dict[str, dict[str, Value]]]:
    entries = Entry.objects.visible_to(reader)
    kept = entries.filter(keeper_id=owner_id) | entries.filter(organisation_id=owner_id)
    rows = Contact.objects.visible_to(reader).filter(organisation_id__in=kept.values("organisation_id"))
    found: dict[uuid.UUID, dict[str, dict[str, Value]]] = defaultdict(dict)
    for contact in rows.iterator(2000):
        key = contact_key(contact.name, contact.post)
        found[contact.organisation_id].setdefault(key, {"id": str(contact.pk), **contact_values(contact)})
    return found


def contact_values(contact: Contact) -> dict[str, Value]:
    """What is known of a post, column by column."""
    return {name: _plain(getattr(contact, name)) for name in ON_CONTACT}


def _plain(value: Any) -> Value:
    if isinstance(value, list):
        return sorted(value)
    return "" if value is None else value


# The words people use for codes


def known_words(reader: Actor) -> dict[str, dict[str, str]]:
    """For each column of codes: every word that stands for one, in all four languages."""
    begin(reader)
    areas = {folded(slug): slug for slug in Area.objects.values_list("slug", flat=True)}
    for area in Area.objects.all():
        for name in (area.name, *area.names.values()):
            areas.setdefault(folded(name), area.slug)
    return {**_fixed_words(), "areas": areas}


@lru_cache(1)
def _fixed_words() -> dict[str, dict[str, str]]:
    known: dict[str, dict[str, str]] = {
        "kind": {}, "prevention": {}, "scenarios": {}, "languages": {}, "has_safeguarding": {},
    }  # fmt: skip
    lists = {
        "kind": vocabulary.Kind,
        "prevention": vocabulary.Prevention,
        "scenarios": vocabulary.Scenario,
    }
    for code, _name in settings.LANGUAGES:
        with override(code):
            for column, choices in lists.items():
                for value, label in choices.choices:
                    known[column].setdefault(folded(str(label)), value)
                    known[column].setdefault(folded(value.replace("_", " ")), value)
            names = Locale.parse(code).languages
            for spoken in vocabulary.SPOKEN:
                known["languages"][folded(spoken)] = spoken
                known["languages"].setdefault(folded(str(names.get(spoken, spoken))), spoken)
                known["languages"].setdefault(folded(vocabulary.language_name(spoken)), spoken)
        known["has_safeguarding"] |= {folded(YES[code]): "yes", folded(NO[code]): "no"}
    known["has_safeguarding"] |= {"1": "yes", "x": "yes", "true": "yes", "0": "no", "false": "no"}
    return {**known, "contact_languages": known["languages"]}


# What is taken away


def export_columns() -> tuple[str, ...]:
    """The columns of an export and of a template."""
    return fields()


def export_rows(entries: Iterable[Entry], reader: Actor, *, in_codes: bool = False) -> list[dict[str, str]]:
    """A row for each contact the reader sees, or one for an organisation without; in words or codes."""
    entries = list(entries)
    posts = _visible_posts(entries, reader)
    words = {} if in_codes else _labels(reader)
    rows = []
    for entry in entries:
        said = _said(entry_values(entry), words) | {"name": entry.organisation.name}
        contacts = [_said(contact_values(one), words) for one in posts.get(entry.organisation_id, [])]
        rows += [
            said | {CONTACT + name: text for name, text in contact.items()} for contact in contacts or [{}]
        ]
    return rows


def _visible_posts(entries: list[Entry], reader: Actor) -> dict[uuid.UUID, list[Contact]]:
    posts: dict[uuid.UUID, list[Contact]] = defaultdict(list)
    rows = Contact.objects.visible_to(reader).exclude(state=Contact.State.LEFT)
    ids = [entry.organisation_id for entry in entries]
    for contact in rows.filter(organisation_id__in=ids).order_by("place", "name", "id"):
        posts[contact.organisation_id].append(contact)
    return posts


def _labels(reader: Actor) -> dict[str, dict[str, str]]:
    begin(reader)
    return {**_code_labels(), "areas": {area.slug: str(area) for area in Area.objects.all()}}


def _code_labels() -> dict[str, dict[str, str]]:
    spoken = dict(vocabulary.spoken_choices())
    language = get_language() or "en"
    return {
        "kind": {value: str(label) for value, label in vocabulary.Kind.choices},
        "prevention": {value: str(label) for value, label in vocabulary.Prevention.choices},
        "scenarios": {value: str(label) for value, label in vocabulary.Scenario.choices},
        "languages": spoken,
        "contact_languages": spoken,
        "has_safeguarding": {"True": YES.get(language, "yes"), "False": NO.get(language, "no")},
    }


def _said(values: Mapping[str, Value], words: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    said = {}
    for name, value in values.items():
        known = words.get(name, {})
        if isinstance(value, list):
            said[name] = "; ".join(known.get(one, one) for one in value)
        else:
            said[name] = known.get(str(value), str(value))
    return said
