"""Writes rows of a file into the directory, through the directory's own services."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from entente.audit.actors import Actor
from entente.audit.decisions import Refused
from entente.partnership.directory_tables.faults import Fault, found
from entente.partnership.directory_tables.rows import CONTACT, Outcome, Proposed, Value
from entente.partnership.queries.files import NAMES, listed
from entente.people.listing import NewContact, NewEntry
from entente.people.models import Contact, Entry, Organisation
from entente.people.services.adding import add_entries, add_entry
from entente.people.services.contacts import add_contact, edit_contact
from entente.people.services.entries import ChangedMeanwhile, edit_entry

NOT_KNOWN = {"has_safeguarding": None}


@dataclass
class Writing:
    """Who writes for whom, and how what differs is settled."""

    by: Actor
    keeper: Organisation
    language: str = "en"
    takes_file: bool = False
    takes_asked: bool = False
    written: dict[str, int] = field(default_factory=lambda: {"entries": 0, "contacts": 0, "changed": 0})


def write_rows(rows: list[Proposed], writing: Writing) -> None:
    """New organisations all at once, then what joins or changes those that are there."""
    _add(rows, writing)
    later = [row for row in rows if row.outcome in {Outcome.JOINS, Outcome.CHANGED}]
    known, _addresses = listed(writing.by, writing.keeper.pk) if later else ({}, {})
    ids = {known[row.key].id for row in later if row.key in known}
    entries = {
        str(entry.pk): entry
        for entry in Entry.objects.visible_to(writing.by).filter(pk__in=ids).select_related("organisation")
    }
    for row in later:
        entry = entries.get(known[row.key].id) if row.key in known else None
        if entry is not None:
            _join(row, entry, writing)


def _add(rows: list[Proposed], writing: Writing) -> None:
    wanted = {Outcome.NEW, Outcome.ASKED} if writing.takes_asked else {Outcome.NEW}
    first = {row.key: row for row in rows if row.outcome in wanted and row.entry_is_first}
    posts: dict[str, list[Proposed]] = defaultdict(list)
    for row in rows:
        if row.key in first and row.contact and row.outcome in {*wanted, Outcome.JOINS}:
            posts[row.key].append(row)
    new = {key: _new_entry(row, [one.contact for one in posts[key]], writing) for key, row in first.items()}
    try:
        with transaction.atomic():
            add_entries(list(new.values()), by=writing.by, keeper=writing.keeper)
        added = set(new)
    except Refused:
        added = {key for key, row in first.items() if _add_one(row, new[key], writing)}
    for key in added:
        for row in posts[key]:
            row.contact = {}
            writing.written["contacts"] += 1
    writing.written["entries"] += len(added)


def _add_one(row: Proposed, new: NewEntry, writing: Writing) -> bool:
    """One by one, so that a row which can't be written does not keep the others out."""
    try:
        add_entry(new, by=writing.by, keeper=writing.keeper)
    except Refused as refused:
        row.refuse(found(Fault.NOT_ALLOWED, reason=str(refused.decision)))
        return False
    return True


def _new_entry(row: Proposed, contacts: Iterable[Mapping[str, Value]], writing: Writing) -> NewEntry:
    """A row and its contacts, as the directory takes them."""
    said: dict[str, Any] = {name: value for name, value in row.entry.items() if name not in NAMES}
    names = {code: str(row.entry[name]) for name, code in NAMES.items() if row.entry.get(name)}
    posts = [_new_contact(contact) for contact in contacts]
    return NewEntry(name=row.name, names=names, language=writing.language, contacts=posts, **said)


def _new_contact(said: Mapping[str, Any]) -> NewContact:
    """A contact of a row. Without a post, the name alone is kept."""
    return NewContact(**{"post": "", **said})


def _join(row: Proposed, entry: Entry, writing: Writing) -> None:
    values = {**row.fills, **(row.changes if writing.takes_file else {})}
    try:
        with transaction.atomic():
            _edit(row, entry, values, writing)
            if row.contact:
                add_contact(entry.organisation, _new_contact(row.contact), by=writing.by)
                writing.written["contacts"] += 1
    except ChangedMeanwhile:
        row.refuse(found(Fault.CHANGED_MEANWHILE))
    except Refused as refused:
        row.refuse(found(Fault.NOT_ALLOWED, reason=str(refused.decision)))


def _edit(row: Proposed, entry: Entry, values: Mapping[str, Value], writing: Writing) -> None:
    of_entry: dict[str, Any] = {
        n: v for n, v in values.items() if not n.startswith(CONTACT) and n not in NAMES
    }
    names = {NAMES[name]: value for name, value in values.items() if name in NAMES}
    if names:
        of_entry["names"] = {**entry.organisation.names, **names}
    if of_entry:
        edit_entry(entry, by=writing.by, **of_entry)
        writing.written["changed"] += 1
    of_contact = {n.removeprefix(CONTACT): v for n, v in values.items() if n.startswith(CONTACT)}
    if of_contact and row.contact_id:
        contact = Contact.objects.visible_to(writing.by).select_related("organisation").get(pk=row.contact_id)
        edit_contact(contact, by=writing.by, **of_contact)
        writing.written["changed"] += 1
