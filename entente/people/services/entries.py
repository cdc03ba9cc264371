"""Corrects, verifies and archives entries of the directory. Nobody overwrites another unseen."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from entente.audit import clock
from entente.audit.actors import Actor
from entente.audit.services import log
from entente.people.models import Area, Entry, EntryChange
from entente.people.rules import directory as may
from entente.people.services.adding import make_findable

ON_ORGANISATION = ("name", "names")
EDITABLE = (
    *ON_ORGANISATION, "kind", "areas", "languages", "prevention", "scenarios", *Entry.TRANSLATED,
    "has_safeguarding", "web", "phone", "email",
)  # fmt: skip


class ChangedMeanwhile(Exception):
    """Somebody else corrected the same fields since the page was opened. Nothing is kept, nothing is lost."""

    def __init__(self, changes: list[EntryChange], fields: set[str]) -> None:
        super().__init__(", ".join(sorted(fields)))
        self.changes, self.fields = changes, fields


def held_entry(entry: Entry, by: Actor) -> Entry:
    """The entry as it stands now, locked until the transaction ends."""
    rows = Entry.objects.visible_to(by).select_for_update(of=("self",))
    return rows.select_related("organisation").get(pk=entry.pk)


@transaction.atomic
def edit_entry(
    entry: Entry, *, by: Actor, seen: int | None = None, language: str = "", **values: Any
) -> Entry:
    """Correct some fields; texts are those in `language`. Raises Refused.

    `seen` is the version that whoever corrects had before them: what others changed since stays, and raises
    ChangedMeanwhile where both changed the same. Without it the newest word holds.
    """
    may.may_edit_entry(by, entry, clock.now()).require()
    entry = held_entry(entry, by)
    wanted = values.get("languages", entry.languages)
    decision = may.may_change_entry(by, entry, languages=wanted, at=clock.now()).require()
    change = apply_values(entry, by=by, seen=seen, language=language, values=values)
    if change is None:
        return entry
    log("people.entry_edited", by=by, about=entry, decision=decision, details={"fields": list(change.fields)})
    keep_entry(entry, change)
    return entry


def apply_values(
    entry: Entry, *, by: Actor, seen: int | None, language: str, values: dict[str, Any]
) -> EntryChange | None:
    """Put what is new into the entry; None when nothing is. Raises ChangedMeanwhile."""
    language = language or entry.language
    since = _changes_since(entry, seen, by)
    base = _as_seen(since)
    fields: dict[str, list[Any]] = {}
    clashes: set[str] = set()
    for field in EDITABLE:
        if field not in values:
            continue
        key = _field_key(entry, field, language)
        now, new = _current(entry, field, language), values[field]
        if new in (base.get(key, now), now):  # left as it was seen, or already so
            continue
        if key in base:
            clashes.add(key)
        fields[key] = [now, new]
        _put(entry, field, language, new)
    if clashes:
        raise ChangedMeanwhile([change for change in since if clashes & change.fields.keys()], clashes)
    if not fields:
        return None
    entry.version += 1
    entry.changed_at = clock.now()
    organisation_id = by.actor_organisation_id
    if by.actor_kind == "confirmation":
        organisation_id = entry.organisation_id
    return EntryChange(
        entry=entry,
        version=entry.version,
        at=entry.changed_at,
        by_name=by.actor_name,
        organisation_id=organisation_id,
        fields=fields,
    )


def _field_key(entry: Entry, field: str, language: str) -> str:
    """What a change calls a field: `services`, or `services/fr` in another language than the first."""
    is_translation = field in Entry.TRANSLATED and language != entry.language
    return f"{field}/{language}" if is_translation else field


def _current(entry: Entry, field: str, language: str) -> Any:
    """What stands there now."""
    if field in ON_ORGANISATION:
        return getattr(entry.organisation, field)
    return entry.written(field, language)


def _changes_since(entry: Entry, seen: int | None, by: Actor) -> list[EntryChange]:
    if seen is None or seen >= entry.version:
        return []
    rows = EntryChange.objects.visible_to(by).filter(entry_id=entry.pk, version__gt=seen)
    return list(rows.select_related("organisation").order_by("version"))


def _as_seen(since: list[EntryChange]) -> dict[str, Any]:
    """What stood in fields before others changed them."""
    base: dict[str, Any] = {}
    for change in since:
        for key, (before, _after) in change.fields.items():
            base.setdefault(key, before)
    return base


def _put(entry: Entry, field: str, language: str, value: Any) -> None:
    if field in ON_ORGANISATION:
        setattr(entry.organisation, field, value)
    elif field in Entry.TRANSLATED and language != entry.language:
        entry.texts = {**entry.texts, language: {**entry.texts.get(language, {}), field: value}}
    else:
        setattr(entry, field, value)


def keep_entry(entry: Entry, change: EntryChange | None, *more: str) -> None:
    """Keep what `apply_values` put into an entry, and the fields named `more`."""
    fields = set(more)
    if change is not None:
        for key in change.fields:
            name = key.partition("/")[0]
            fields.add("texts" if "/" in key else name)
        named = [name for name in ON_ORGANISATION if name in fields]
        if named:
            entry.organisation.save(update_fields=named)
            fields |= {"name_key", "called"}
        fields -= set(ON_ORGANISATION)
        areas = {area.slug: [area.name, *area.names.values()] for area in Area.objects.all()}
        make_findable(entry, areas)
        fields |= {"words", "version", "changed_at"}
        change.save(force_insert=True)
    entry.save(update_fields=sorted(fields))


@transaction.atomic
def verify_entry(entry: Entry, *, by: Actor) -> Entry:
    """Say that one checked the entry: it can be relied on. Raises Refused."""
    may.may_verify_entry(by, entry, clock.now()).require()
    entry = held_entry(entry, by)
    decision = may.may_verify_entry(by, entry, clock.now()).require()
    entry.state, entry.verified_at = Entry.State.VERIFIED, clock.now()
    entry.unanswered, entry.asked_at = 0, None
    log("people.entry_verified", by=by, about=entry, decision=decision)
    entry.save(update_fields=["state", "verified_at", "unanswered", "asked_at"])
    return entry


@transaction.atomic
def archive_entry(entry: Entry, *, by: Actor, reason: str) -> Entry:
    """Take an entry out of the directory for good; it stays to be read. Raises Refused."""
    may.may_archive_entry(by, entry, reason, clock.now()).require()
    entry = held_entry(entry, by)
    decision = may.may_archive_entry(by, entry, reason, clock.now()).require()
    entry.state, entry.archived_reason = Entry.State.ARCHIVED, reason.strip()
    log("people.entry_archived", by=by, about=entry, decision=decision, details={"reason": reason})
    entry.save(update_fields=["state", "archived_reason"])
    return entry
