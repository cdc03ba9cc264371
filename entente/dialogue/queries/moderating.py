"""Named reads for those who read statements, and for everybody who reads how that went."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Case, Count, F, QuerySet, Value, When
from django.utils import timezone

from entente.audit import clock
from entente.audit.actors import VISITOR, Actor, begin
from entente.audit.queries import history
from entente.dialogue.models import Dialogue, ModerationEntry, Statement
from entente.dialogue.similarity import families
from entente.people.models import Member

State = Statement.State
LONG = timedelta(hours=24)
DECISIONS = ("dialogue.statement_accepted", "dialogue.statement_rejected", "dialogue.statement_waiting")


@dataclass(frozen=True)
class Listed:
    """One statement of a list, without its text: `first` is the one it says nearly the same as, or itself."""

    id: uuid.UUID
    first: uuid.UUID
    language: str
    place: int
    is_alike: bool

    @property
    def repeats(self) -> bool:
        """Whether it says nearly the same as one before it."""
        return self.first != self.id


@lru_cache(maxsize=16)
def _families(texts: tuple[str, ...]) -> Sequence[int]:
    """The same list of texts is compared once, while somebody goes through its pages."""
    return families(texts)


def listed(dialogue: Dialogue, reader: Member, state: str) -> list[Listed]:
    """Its statements in one state, oldest first, each with the one it repeats: the one that came first.

    What is accepted stands before what is not. Times are known to the hour; within one hour the order is
    stable and says nothing about who was first.
    """
    rows = Statement.objects.visible_to(reader).filter(dialogue_id=dialogue.pk)
    columns = ("id", "text", "language")
    known = rows.filter(state=State.ACCEPTED).order_by("received_at", "number")
    accepted = list(known.values_list(*columns))
    others = rows.filter(state=state).order_by("received_at", "id")
    shown = accepted if state == State.ACCEPTED else list(others.values_list(*columns))
    everything = shown if state == State.ACCEPTED else accepted + shown
    firsts = _families(tuple(text for _id, text, _language in everything))
    begin_at = len(everything) - len(shown)
    # Whichever is repeated by one that is shown is alike too.
    repeated = {first for place, first in enumerate(firsts) if first != place}
    return [
        Listed(pk, everything[first][0], language, place, first != place or place in repeated)
        for place, ((pk, _text, language), first) in enumerate(zip(everything, firsts, strict=True))
        if place >= begin_at
    ]


def progress(dialogue: Dialogue, reader: Member) -> tuple[int, int]:
    """How many of the statements that others wrote are read, and how many there are."""
    rows = Statement.objects.visible_to(reader).filter(dialogue_id=dialogue.pk)
    counts = rows.exclude(origin=Statement.Origin.CITY).values_list("state").annotate(n=Count("id"))
    found = dict(counts)
    total = sum(found.values())
    return total - found.get(State.WAITING, 0), total


@dataclass(frozen=True)
class LastStep:
    """What a member decided last, in one step."""

    at: datetime
    state: str
    ids: list[uuid.UUID]


def last_step(dialogue: Dialogue, reader: Member) -> LastStep | None:
    """The reader's newest decisions of today that can be taken back; those of one step share a moment."""
    rows = history(dialogue.pk, reader).filter(actor_id=reader.pk, name__in=DECISIONS, allowed=True)
    newest = rows.values_list("at", "name").first()
    if newest is None or newest[1] == DECISIONS[-1] or timezone.localdate(newest[0]) < clock.today():
        return None
    at = newest[0]
    names = dict(rows.filter(at=at).values_list("about_id", "name"))
    mine = Statement.objects.visible_to(reader).filter(
        dialogue_id=dialogue.pk, pk__in=list(names), decided_by=reader.actor_name
    )
    still = [
        pk for pk, state in mine.values_list("pk", "state") if names[pk] == f"dialogue.statement_{state}"
    ]
    states = {names[pk].rpartition("_")[2] for pk in still}
    return LastStep(at, states.pop() if len(states) == 1 else "", still) if still else None


def long_waiting(reader: Actor) -> dict[uuid.UUID, int]:
    """How many statements of residents have waited longer than a day, by running dialogue."""
    rows = Statement.objects.visible_to(reader).filter(
        state=State.WAITING,
        origin=Statement.Origin.RESIDENT,
        received_at__lt=clock.now() - LONG,
        dialogue__state__in=(Dialogue.State.OPEN, Dialogue.State.FROZEN),
    )
    return dict(rows.values_list("dialogue_id").annotate(n=Count("id")))


# What everybody reads


def moderation_log(dialogue: Dialogue) -> QuerySet[Any, dict[str, Any]]:
    """Every decision, newest first; those of one day that read the same are one row with their `count`."""
    rows = ModerationEntry.objects.visible_to(VISITOR).filter(dialogue_id=dialogue.pk)
    columns = ("decision", "number", "reason", "same_as", "is_change")
    found: QuerySet[Any, dict[str, Any]] = rows.values("decided_on", *columns).annotate(count=Count("id"))
    return found.order_by("-decided_on", *columns)


def moderation_days(dialogue: Dialogue) -> QuerySet[Any, dict[str, Any]]:
    """The same for a page: what was accepted at once is one row a day, with no number in `at`."""
    rows = ModerationEntry.objects.visible_to(VISITOR).filter(dialogue_id=dialogue.pk)
    plain = When(decision=State.ACCEPTED, is_change=False, then=Value(None))
    rows = rows.annotate(at=Case(plain, default=F("number")))
    columns = ("decision", "at", "reason", "same_as", "is_change")
    found: QuerySet[Any, dict[str, Any]] = rows.values("decided_on", *columns).annotate(count=Count("id"))
    return found.order_by("-decided_on", *columns)


@dataclass(frozen=True)
class Figures:
    """How the reading goes: what others wrote, as it stands. `waiting` is rounded down to tens."""

    accepted: int
    rejected: dict[str, int]
    waiting: int
    days: float | None


def moderation_figures(dialogue: Dialogue) -> Figures:
    """Counts for everybody, made inside the database: a visitor can't read what is not accepted."""
    begin(VISITOR)
    with connection.cursor() as cursor:
        cursor.execute("select authz.moderation_figures(%s)", [dialogue.pk])
        found = cursor.fetchone()[0]
    told: dict[str, Any] = json.loads(found) if isinstance(found, str) else found or {}
    return Figures(
        told.get("accepted", 0), told.get("rejected") or {}, told.get("waiting", 0), told.get("days")
    )
