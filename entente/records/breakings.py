"""Who broke which glass: what they, the owner's privacy officer and the overseer read about it afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from entente.audit import clock
from entente.audit.actors import Actor, begin
from entente.audit.models import DISCLOSURES, Event
from entente.people.models import Member, Membership, Organisation
from entente.records.kinds import Waiting
from entente.records.models import GlassReview, Participation, Record
from entente.records.reading import let_in
from entente.records.references import as_reference
from entente.records.rules.glass import Breaking, review_due
from entente.ui.templatetags.ui import reading_date

GLASS_BROKEN = "records.glass_broken"
REVIEWED_SHOWN = 100


@dataclass(frozen=True)
class OpenGlass:
    """Somebody who has a record open in an emergency, and until when."""

    id: uuid.UUID
    name: str
    organisation: Organisation | None
    until: datetime


@dataclass(frozen=True)
class BrokenGlass:
    """One time the glass was broken, as those read it who answer for it: no reason, no title."""

    id: uuid.UUID
    reference: str
    name: str
    organisation: Organisation | None
    since: datetime
    until: datetime
    review: GlassReview | None

    @property
    def due(self) -> datetime:
        """From this moment on, a review is late."""
        return review_due(self.since)

    @property
    def last_day(self) -> datetime:
        """The day until whose end it is to be reviewed."""
        return self.due - clock.SMALLEST

    @property
    def days_left(self) -> int:
        """Working days after today; negative when it is late by so many."""
        return clock.working_days_left(clock.now(), self.due)

    @property
    def is_late(self) -> bool:
        """Nobody reviewed it in time, and nobody has since."""
        return self.review is None and self.due <= clock.now()

    @property
    def is_open(self) -> bool:
        """It lasts at this moment."""
        return clock.now() < self.until


def behind_glass(reference: str, reader: Member) -> Record | None:
    """The record of this reference when the reader may break its glass; only id, owner and opening are known.

    From here on, another request of the same member waits for this one's end: both count together.
    """
    begin(reader)
    wanted = as_reference(reference)
    rows: QuerySet[Record] = QuerySet(Record)
    found = rows.raw(
        "select record as id, owner as owner_id, opened_at, authz.has_glass_left()"
        " from authz.behind_glass_by_reference(%s)",
        [wanted],
    )
    for record in found:
        record.reference = wanted
        return record
    return None


def own_breakings(reader: Member) -> list[Breaking]:
    """Every time the reader broke the glass, as the rule asks for it."""
    begin(reader)
    rows: QuerySet[Participation] = QuerySet(Participation)
    times = dict(rows.filter(membership_id=reader.pk, is_emergency=True).values_list("pk", "since"))
    reviews = GlassReview.objects.visible_to(reader).filter(participation_id__in=times)
    reviewed = set(reviews.values_list("participation_id", flat=True))
    return [Breaking(pk, since, pk in reviewed) for pk, since in times.items()]


def glass_open(record: Record, reader: Actor) -> list[OpenGlass]:
    """Who has the record open in an emergency now, for everybody who sees the record."""
    at = clock.now()
    lasting = {
        p.pk: p.until
        for p in let_in(record, reader)
        if p.is_emergency and p.until is not None and p.since <= at < p.until
    }
    if not lasting:
        return []
    events = Event.objects.filter(name=GLASS_BROKEN, about_id__in=lasting).order_by("at", "id")
    known = _organisations(events)
    return [
        OpenGlass(e.about_id, e.actor_name, known.get(e.actor_organisation_id), lasting[e.about_id])  # type: ignore[arg-type, index]
        for e in events
    ]


def broken_by(reader: Member) -> list[BrokenGlass]:
    """The reader's own times."""
    begin(reader)
    return _told(Event.objects.filter(name=GLASS_BROKEN, actor_id=reader.pk), reader)


def broken_at(reader: Member) -> list[BrokenGlass]:
    """What was opened of the reader's organisation, for its privacy officers."""
    if reader.role != Membership.Role.OFFICER:
        return []
    theirs = Participation.objects.visible_to(reader).filter(is_emergency=True)
    return _told(Event.objects.filter(name=GLASS_BROKEN, about_id__in=theirs.values("pk")), reader)


def broken_anywhere(reader: Member) -> list[BrokenGlass]:
    """Every time in the partnership, for its overseer."""
    if reader.role != Membership.Role.OVERSEER:
        return []
    begin(reader)
    return _told(Event.objects.filter(name=GLASS_BROKEN), reader)


def _told(events: QuerySet[Event], reader: Member) -> list[BrokenGlass]:
    """What waits first, the oldest on top; then what is reviewed, the newest on top."""
    rows = [event for event in events.order_by("-at", "id") if event.about_id]
    ids = [event.about_id for event in rows]
    reviews = {r.participation_id: r for r in _reviews(reader).filter(participation_id__in=ids)}
    known = _organisations(rows)
    told = [
        BrokenGlass(
            event.about_id,  # type: ignore[arg-type]
            event.reason_values.get("reference", ""),
            event.actor_name,
            known.get(event.actor_organisation_id),  # type: ignore[arg-type]
            event.at,
            datetime.fromisoformat(event.reason_values["until"]),
            reviews.get(event.about_id),  # type: ignore[arg-type]
        )
        for event in rows
    ]
    waiting = [one for one in reversed(told) if one.review is None]
    return waiting + [one for one in told if one.review is not None][:REVIEWED_SHOWN]


def _reviews(reader: Member) -> QuerySet[GlassReview]:
    return GlassReview.objects.visible_to(reader).defer("words")


def _organisations(events: Iterable[Event]) -> dict[uuid.UUID, Organisation]:
    ids = {event.actor_organisation_id for event in events if event.actor_organisation_id}
    return Organisation.objects.in_bulk(ids)


def emergency(participation: uuid.UUID, reader: Member) -> Participation | None:
    """One time the glass of the reader's organisation was broken."""
    rows = Participation.objects.visible_to(reader).filter(is_emergency=True, pk=participation)
    return rows.first()


def review_of(participation: uuid.UUID, reader: Member) -> GlassReview | None:
    """What was found about it, if anything was."""
    rows = GlassReview.objects.visible_to(reader).filter(participation_id=participation)
    return rows.select_related("participation", "reviewed_by__person").first()


def looked_at(participation: Participation, reader: Member) -> list[Event]:
    """What whoever broke the glass opened while it lasted, in order."""
    begin(reader)
    events = Event.objects.filter(
        record_id=participation.record_id,
        actor_id=participation.membership_id,
        name__in=DISCLOSURES,
        at__gte=participation.since,
        at__lt=participation.until,
    )
    return list(events.order_by("at", "id"))


def glass_waiting(reader: Member) -> list[Waiting]:
    """What waits for a privacy officer's review, as sentences for “my work”."""
    return [
        Waiting(_sentence(one), reverse("records:review_glass", args=[one.id]))
        for one in broken_at(reader)
        if one.review is None
    ]


def _sentence(one: BrokenGlass) -> str:
    told = {"reference": one.reference, "name": one.name, "day": strip_tags(reading_date(one.last_day))}
    if one.is_late:
        return (
            _("%(name)s opened %(reference)s in an emergency. Your review was due on %(day)s and is late.")
            % told
        )
    return (
        _("%(name)s opened %(reference)s in an emergency. Your review is due by the end of %(day)s.") % told
    )
