"""Begins a town: its first organisation in its own words, and the districts everybody speaks of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from entente.audit import clock
from entente.partnership.directory_tables.headings import folded
from entente.partnership.queries.starting import districts as known_districts
from entente.partnership.queries.starting import own_entry
from entente.partnership.rules import starting as may
from entente.people.listing import NewEntry
from entente.people.models import Entry, Member
from entente.people.services.adding import add_entry
from entente.people.services.entries import edit_entry
from entente.people.services.members import add_area


@transaction.atomic
def start_organisation(
    *,
    by: Member,
    name: str,
    names: Mapping[str, str],
    kind: str,
    languages: Sequence[str],
    districts: Sequence[str] = (),
    email: str = "",
    phone: str = "",
) -> Entry:
    """Say what one's own organisation is called and does, and name districts that have no name here yet.

    Each part logs its own event. Raises Refused.
    """
    may.may_start_organisation(by, clock.now()).require()
    _name_districts(districts, by)
    said: dict[str, Any] = {"kind": kind, "languages": sorted(languages), "email": email, "phone": phone}
    entry = own_entry(by)
    if entry is None:
        new = NewEntry(
            name=name, kind=kind, languages=sorted(languages), email=email, phone=phone,
            organisation=by.organisation,
        )  # fmt: skip
        entry = add_entry(new, by=by)
    return edit_entry(entry, by=by, name=name, names={c: text for c, text in names.items() if text}, **said)


def _name_districts(districts: Sequence[str], by: Member) -> None:
    taken = {folded(area.name) for area in known_districts(by)}
    slugs = {area.slug for area in known_districts(by)}
    for name in districts:
        if folded(name) in taken or not folded(name):
            continue
        slug = _free_slug(name, slugs)
        add_area(by=by, slug=slug, name=name)
        taken.add(folded(name))
        slugs.add(slug)


def _free_slug(name: str, slugs: set[str]) -> str:
    wanted = slugify(name)[:50].strip("-") or "district"
    free = (f"{wanted}-{number}" for number in range(2, len(slugs) + 3))
    return wanted if wanted not in slugs else next(slug for slug in free if slug not in slugs)
