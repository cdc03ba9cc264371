"""Lists organisations in the directory, one by one or many thousand at a time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import override

from entente.audit import clock
from entente.audit.actors import Actor
from entente.audit.decisions import Decision
from entente.audit.services import log
from entente.people.listing import ON_CONTACT, ON_ENTRY, NewContact, NewEntry
from entente.people.models import Area, Contact, Entry, Membership, Organisation
from entente.people.rules import directory as may
from entente.people.search_words import name_key, search_words
from entente.people.vocabulary import Kind

BATCH = 1_000
SLUG = 40
# Pages of the directory that no organisation may stand in the way of.
RESERVED = {
    "add", "call", "stale", "coverage", "network", "files", "import", "export", "imports", "exports",
    "template",
}  # fmt: skip


@transaction.atomic
def add_entry(new: NewEntry, *, by: Actor, keeper: Organisation | None = None) -> Entry:
    """List one organisation; one's own looks after the entry, a job says which `keeper`. Raises Refused."""
    known = _Known(by)
    decision = _may_add(new, known, by).require()
    entry = _listed(new, known, by=by, keeper=keeper)
    log("people.entry_added", by=by, about=entry, decision=decision, details={"name": new.name})
    _keep([entry], _posts([new], [entry]), by=by)
    return entry


@transaction.atomic
def add_entries(rows: Sequence[NewEntry], *, by: Actor, keeper: Organisation | None = None) -> list[Entry]:
    """List many organisations at once, with one event for all; more than a thousand a second.

    Raises Refused, and then adds none: for a row without languages, or one that stands in the directory or
    further up already (compared by `search_words.name_key` of the name).
    """
    decision = may.may_add_entry(by, clock.now()).require()
    known = _Known(by)
    entries: list[Entry] = []
    for new in rows:
        _may_add(new, known, by).require()
        entries.append(_listed(new, known, by=by, keeper=keeper))
    details = {"entries": len(entries), "contacts": sum(len(new.contacts) for new in rows)}
    log("people.entries_added", by=by, about=None, decision=decision, details=details)
    for start in range(0, len(rows), BATCH):
        end = start + BATCH
        _keep(entries[start:end], _posts(rows[start:end], entries[start:end]), by=by)
    return entries


def _may_add(new: NewEntry, known: _Known, by: Actor) -> Decision:
    twin = known.twin_of(new)
    return may.may_add_this_entry(by, twin=twin, languages=new.languages, at=clock.now())


def _posts(rows: Sequence[NewEntry], entries: list[Entry]) -> list[Contact]:
    return [
        new_contact(post, entry.organisation, place)
        for new, entry in zip(rows, entries, strict=True)
        for place, post in enumerate(new.contacts, 1)
    ]


class _Known:
    """What the partnership knows already, by the one spelling of each name."""

    def __init__(self, by: Actor) -> None:
        listed = dict(Entry.objects.visible_to(by).values_list("organisation_id", "pk"))
        self.slugs: set[str] = set()
        self.unlisted: dict[str, Organisation] = {}
        self.listed: dict[str, Organisation] = {}
        self.listed_ids = set(listed)
        for organisation in Organisation.objects.all():
            self.slugs.add(organisation.slug)
            where = self.listed if organisation.pk in listed else self.unlisted
            for spelling in {organisation.name, *organisation.names.values()}:
                where[name_key(spelling)] = organisation
        self.areas = {area.slug: [area.name, *area.names.values()] for area in Area.objects.all()}

    def twin_of(self, new: NewEntry) -> Organisation | None:
        """Who is listed under this name already."""
        if new.organisation is not None:
            return new.organisation if new.organisation.pk in self.listed_ids else None
        return self.listed.get(name_key(new.name))

    def note(self, new: NewEntry, organisation: Organisation) -> None:
        """From now on this one is listed."""
        self.listed_ids.add(organisation.pk)
        self.listed[name_key(new.name)] = organisation

    def organisation_of(self, new: NewEntry) -> Organisation:
        """The organisation itself: known already, or made now."""
        known = new.organisation or self.unlisted.get(name_key(new.name))
        if known is not None:
            return known
        organisation = Organisation(
            slug=self._free_slug(new.slug or new.name), name=new.name, names=new.names, kind=new.kind
        )
        self.slugs.add(organisation.slug)
        return organisation

    def _free_slug(self, name: str) -> str:
        wanted = slugify(name)[:SLUG].strip("-") or "organisation"
        if wanted not in self.slugs | RESERVED:
            return wanted
        for number in range(2, len(self.slugs) + 3):
            if (slug := f"{wanted[: SLUG - len(str(number)) - 1]}-{number}") not in self.slugs:
                return slug
        raise AssertionError(wanted)


def _listed(new: NewEntry, known: _Known, *, by: Actor, keeper: Organisation | None) -> Entry:
    """The entry of one organisation, not kept yet."""
    organisation = known.organisation_of(new)
    known.note(new, organisation)
    kept_by = by.organisation if isinstance(by, Membership) else keeper
    at = clock.now()
    entry = Entry(
        organisation=organisation,
        keeper=kept_by,
        added_at=at,
        changed_at=at,
        **{name: getattr(new, name) for name in ON_ENTRY},
    )
    make_findable(entry, known.areas)
    return entry


def _keep(entries: list[Entry], contacts: list[Contact], *, by: Actor) -> None:
    """Everything of one batch, in three questions to the database."""
    made = [entry.organisation for entry in entries if entry.organisation._state.adding]  # noqa: SLF001
    Organisation.objects.bulk_create(made)
    Entry.objects.visible_to(by).bulk_create(entries)
    Contact.objects.visible_to(by).bulk_create(contacts)


def make_findable(entry: Entry, areas: dict[str, list[str]]) -> None:
    """What an entry is found by: names, kind and districts in every language, and what it does."""
    organisation = entry.organisation
    entry.name_key = name_key(organisation.name)[:200]
    names = [organisation.name, *organisation.names.values()]
    entry.called = search_words(names)
    texts = [*names, *_kind_labels(entry.kind)]
    texts += [name for slug in entry.areas for name in areas.get(slug, ())]
    texts += [entry.services, entry.referral_route]
    texts += [told.get(name, "") for told in entry.texts.values() for name in ("services", "referral_route")]
    entry.words = search_words(texts)


@lru_cache(maxsize=100)
def _kind_labels(kind: str) -> tuple[str, ...]:
    labels = []
    for code, _name in settings.LANGUAGES:
        with override(code):
            labels.append(str(Kind(kind).label))
    return tuple(labels)


def new_contact(new: NewContact, organisation: Organisation, place: int) -> Contact:
    """A post as it is kept, with what it is found by."""
    contact = Contact(organisation=organisation, place=place, added_at=clock.now())
    for name in ON_CONTACT:
        setattr(contact, name, getattr(new, name))
    contact.words = search_words([contact.name, contact.post, *contact.posts.values()])
    return contact
