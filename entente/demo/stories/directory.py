"""The demo's story: who is who in Marenne."""

from __future__ import annotations

from entente.audit.actors import Actor, acting
from entente.demo.content_words import Words, content
from entente.demo.shared_matters import days_ago
from entente.people.listing import NewContact, NewEntry
from entente.people.models import Entry, Member, Organisation
from entente.people.services import adding, confirming, entries, ties

FIRST = "en"
LISTED, VERIFIED, LEFT_ALONE, TIED = 70, 60, 170, 50  # days ago


def build(members: dict[str, Member], set_up: Actor) -> None:
    """The city lists everybody, verifies most of them, and notes who works with whom."""
    words, amina = content("directory"), members["amina"]
    with acting(amina):
        known = {one.slug: one for one in Organisation.objects.all()}
    old = [row for row in words["entries"] if row.get("state") == "stale"]
    new = [row for row in words["entries"] if row.get("state") != "stale"]
    listed = _list(old, known, amina, days=LEFT_ALONE) | _list(new, known, amina, days=LISTED)
    for row in words["entries"]:
        if row.get("state") != "draft":
            with days_ago(LEFT_ALONE - 1 if row in old else VERIFIED):
                entries.verify_entry(listed[_key(row)], by=amina)
    for row in old:
        with days_ago(LEFT_ALONE - 100):
            confirming.ask_again(listed[_key(row)].pk, by=set_up)
    _confirm(words["confirmed"], listed, members)
    for one, kind, other in words["ties"]:
        with days_ago(TIED):
            ties.tie_organisations(listed[one].organisation, listed[other].organisation, by=amina, kind=kind)


def _key(row: Words) -> str:
    return str(row.get("cast") or row["slug"])


def _list(
    rows: list[Words], known: dict[str, Organisation], amina: Member, *, days: float
) -> dict[str, Entry]:
    """Entries by the key of their row."""
    with days_ago(days):
        made = adding.add_entries([_new(row, known) for row in rows], by=amina)
    return {_key(row): entry for row, entry in zip(rows, made, strict=True)}


def _new(row: Words, known: dict[str, Organisation]) -> NewEntry:
    organisation = known[row["cast"]] if "cast" in row else None
    names = organisation.names if organisation else row["name"]
    said = {"services": row["services"], **({"referral_route": row["route"]} if "route" in row else {})}
    return NewEntry(
        name=names[FIRST],
        names=names,
        kind=row["kind"],
        languages=row["languages"],
        areas=row.get("areas", []),
        prevention=row["prevention"],
        scenarios=row["scenarios"],
        has_safeguarding=row.get("safeguarding"),
        web=row.get("web", ""),
        phone=row.get("phone", ""),
        email=row.get("email", ""),
        language=FIRST,
        slug=row.get("slug", ""),
        organisation=organisation,
        contacts=[_post(post) for post in row.get("contacts", [])],
        texts={
            code: {field: text[code] for field, text in said.items()}
            for code in row["services"]
            if code != FIRST
        },
        **{field: text[FIRST] for field, text in said.items()},
    )


def _post(row: Words) -> NewContact:
    return NewContact(
        name=row["name"],
        post=row["post"][FIRST],
        posts=row["post"],
        phone=row.get("phone", ""),
        mobile=row.get("mobile", ""),
        out_of_hours_phone=row.get("night", ""),
        channel=row.get("channel", "phone"),
        languages=row["languages"],
    )


def _confirm(days: dict[str, int], listed: dict[str, Entry], members: dict[str, Member]) -> None:
    """Some organisations said themselves that their entry is right."""
    speaks = {member.organisation.slug: member for member in members.values()}
    for slug, number in days.items():
        with days_ago(number):
            confirming.confirm_entry(listed[slug], by=speaks[slug])
