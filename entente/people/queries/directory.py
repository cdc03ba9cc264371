"""Named reads of the directory."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Greatest

from entente.audit import clock
from entente.audit.actors import Actor, begin
from entente.people.models import (
    Area,
    Confirmation,
    Contact,
    Entry,
    EntryChange,
    Organisation,
    Seat,
    TaskForce,
    Tie,
)
from entente.people.search_words import name_key
from entente.people.searching import found_entries

STILL_RIGHT = timedelta(days=90)
ONCE_MORE = timedelta(days=14)
NOT_TWICE = timedelta(days=1)
RING_AT_MOST = 3  # deputies of each organisation on a sheet of whom to call
FEW = 200  # keys that are passed one by one
SOME = 6  # organisations that somebody may have meant
PRESENT = (Entry.State.DRAFT, Entry.State.VERIFIED, Entry.State.STALE)


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for: who does what, where, in which language, for what."""

    words: str = ""
    kind: str = ""
    prevention: str = ""
    area: str = ""
    spoken: str = ""
    scenario: str = ""
    state: str = ""

    @property
    def condition(self) -> Q:
        """Everything but the words. An entry without districts is there for the whole city."""
        found = Q(state=self.state) if self.state else Q(state__in=PRESENT)
        if self.kind:
            found &= Q(kind=self.kind)
        if self.prevention:
            found &= Q(prevention__contains=[self.prevention])
        if self.area:
            found &= Q(areas__contains=[self.area]) | Q(areas=[])
        if self.spoken:
            found &= Q(languages__contains=[self.spoken])
        if self.scenario:
            found &= Q(scenarios__contains=[self.scenario])
        return found


def entries(reader: Actor, wanted: Wanted = Wanted()) -> QuerySet[Entry]:  # noqa: B008  it is frozen
    """Entries by name; with words, those that say all of them. Archived ones only when asked for."""
    rows = Entry.objects.visible_to(reader).filter(wanted.condition)
    rows = rows.select_related("organisation").order_by("name_key", "pk")
    found = found_entries(wanted.words, reader)
    return rows if found is None else rows.filter(pk__in=_all_of(found))


def _all_of(ids: Iterable[uuid.UUID]) -> RawSQL | list[uuid.UUID]:
    """Few keys one by one, so that the planner knows they are few; thousands as one value, which is cheap."""
    known = list(ids)
    return RawSQL("select unnest(%s::uuid[])", [known]) if len(known) > FEW else known


def entry_of(slug: str, reader: Actor) -> Entry | None:
    """The entry of the organisation with this slug, archived or not."""
    rows = Entry.objects.visible_to(reader).select_related("organisation", "keeper")
    return rows.filter(organisation__slug=slug).first()


def named(name: str, reader: Actor) -> list[Organisation]:
    """The organisation of exactly this name, in any spelling; else those that come close."""
    rows = Entry.objects.visible_to(reader).filter(state__in=PRESENT).select_related("organisation")
    exact = [row.organisation for row in rows.filter(name_key=name_key(name))[:SOME]]
    if exact or not name_key(name):
        return exact
    close = found_entries(name, reader) or {}
    some = sorted(close, key=lambda pk: -close[pk])[:SOME]
    return [row.organisation for row in rows.filter(pk__in=some)]


def contacts_of(organisation: Organisation, reader: Actor) -> list[Contact]:
    """Whom the reader may ring there, in the order in which they stand in for each other."""
    rows = Contact.objects.visible_to(reader).filter(organisation_id=organisation.pk)
    return list(rows.exclude(state=Contact.State.LEFT).order_by("place", "added_at", "pk"))


def may_ring(entry: Entry, reader: Actor) -> bool:
    """Whether the posts of an organisation are open to the reader at all."""
    own = reader.actor_organisation_id
    if own == entry.organisation_id:
        return True
    if entry.keeper_id == own and getattr(reader, "role", "") == "coordinator":
        return True
    return entry.organisation_id in partners_of(reader)


def partners_of(reader: Actor) -> set[uuid.UUID]:
    """Organisations in a living agreement with the reader's, as the database knows at this second."""
    begin(reader)
    partners = RawSQL("select unnest(authz.partners())", [])
    return set(Organisation.objects.filter(pk__in=partners).values_list("pk", flat=True))


def ties_of(organisation: Organisation, reader: Actor) -> QuerySet[Tie]:
    """What an organisation has to do with others now."""
    mine = Q(one_id=organisation.pk) | Q(other_id=organisation.pk)
    return ties(reader).filter(mine)


def ties(reader: Actor) -> QuerySet[Tie]:
    """Every tie that lasts, in one order."""
    rows = Tie.objects.visible_to(reader).filter(ended_on=None)
    return rows.select_related("one", "other", "noted_by").order_by("kind", "one__slug", "other__slug")


def groups_of(organisation: Organisation, reader: Actor) -> list[TaskForce]:
    """Task forces in which members of the organisation sit, as far as the reader knows its members."""
    begin(reader)
    at = clock.now()
    seats = Seat.objects.filter(
        Q(until=None) | Q(until__gt=at), since__lte=at, membership__organisation_id=organisation.pk
    )
    lasting = Q(ended_at=None) | Q(ended_at__gt=at)
    found = TaskForce.objects.filter(lasting, pk__in=seats.values("task_force_id"))
    return list(found.order_by("name"))


def changes_of(entry: Entry, reader: Actor) -> QuerySet[EntryChange]:
    """Who corrected what in an entry, the latest first."""
    rows = EntryChange.objects.visible_to(reader).filter(entry_id=entry.pk)
    return rows.select_related("organisation").order_by("-version")


def questions_about(entry: Entry, reader: Actor) -> QuerySet[Confirmation]:
    """Whether the organisation was asked, and what it answered, the latest first."""
    rows = Confirmation.objects.visible_to(reader).filter(entry_id=entry.pk)
    return rows.select_related("asked_by").order_by("-asked_at")


def open_question(entry: Entry, reader: Actor) -> Confirmation | None:
    """A question of the last day that is not answered yet."""
    rows = questions_about(entry, reader).filter(answered_at=None)
    return rows.filter(asked_at__gt=clock.now() - NOT_TWICE).first()


def due_since(at: datetime, reader: Actor) -> QuerySet[Entry]:
    """Entries about which somebody is to be asked, or that go stale because nobody answered."""
    rows = Entry.objects.visible_to(reader).annotate(
        relied_on=Greatest("added_at", "verified_at", "confirmed_at")
    )
    first = Q(state=Entry.State.VERIFIED, unanswered=0, relied_on__lte=at - STILL_RIGHT)
    again = Q(
        state__in=[Entry.State.VERIFIED, Entry.State.DRAFT], unanswered__gte=1, asked_at__lte=at - ONCE_MORE
    )
    return rows.filter(first | again)


def stale_entries(reader: Actor) -> QuerySet[Entry]:
    """What can't be relied on: stale, asked about and not answered, or never verified; the oldest first."""
    doubtful = Q(state__in=[Entry.State.STALE, Entry.State.DRAFT]) | Q(unanswered__gte=1)
    rows = Entry.objects.visible_to(reader).exclude(state=Entry.State.ARCHIVED).filter(doubtful)
    rows = rows.annotate(relied_on=Greatest("added_at", "verified_at", "confirmed_at"))
    return rows.select_related("organisation", "keeper").order_by("relied_on", "name_key", "pk")


def posts_to_ring(entries: list[Entry], reader: Actor) -> dict[uuid.UUID, list[Contact]]:
    """The first posts of each organisation that the reader may ring, by organisation."""
    rows = Contact.objects.visible_to(reader).filter(
        organisation_id__in=[entry.organisation_id for entry in entries]
    )
    found: dict[uuid.UUID, list[Contact]] = {}
    for contact in rows.exclude(state=Contact.State.LEFT).order_by("organisation_id", "place", "added_at"):
        posts = found.setdefault(contact.organisation_id, [])
        if len(posts) < RING_AT_MOST:
            posts.append(contact)
    return found


def areas(reader: Actor) -> list[Area]:
    """The districts, by name."""
    begin(reader)
    return list(Area.objects.order_by("name"))


def called_for(reader: Actor) -> Counter[str]:
    """How many organisations are called for each situation."""
    rows = Entry.objects.visible_to(reader).filter(state__in=PRESENT).exclude(scenarios=[])
    return Counter(code for codes in rows.values_list("scenarios", flat=True) for code in codes)


def tied_organisations(reader: Actor) -> int:
    """How many organisations have a tie that lasts."""
    pairs = Tie.objects.visible_to(reader).filter(ended_on=None).values_list("one_id", "other_id")
    return len({one for pair in pairs for one in pair})
