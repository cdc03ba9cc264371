"""Named reads of protocols: the list, one with its versions, who adopted it, and how it was exercised."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from entente.audit.actors import Actor
from entente.partnership.models import Adoption, Protocol, Rehearsal
from entente.people.models import Member

STALE, MINE, DRAFTS = "stale", "mine", "drafts"
SHOWN = 200  # versions, adoptions or rehearsals of one protocol


@dataclass(frozen=True)
class Wanted:
    """What a list shows."""

    kind: str = ""
    which: str = ""


ALL = Wanted()


def versions(reader: Actor) -> QuerySet[Protocol]:
    """Every version the reader may read."""
    return Protocol.objects.visible_to(reader).select_related("owner", "group__task_force")


def protocols(reader: Member, on: date, wanted: Wanted = ALL) -> QuerySet[Protocol]:
    """One version of each: the one in use, else the newest; with `adopters` and `last_on`."""
    order = Case(When(state=Protocol.State.IN_USE, then=0), default=1, output_field=IntegerField())
    found = Protocol.objects.visible_to(reader).annotate(order=order)
    shown = found.order_by("family", "order", "-number").distinct("family")
    adopted = _living(reader).filter(family=OuterRef("family")).order_by().values("family")
    tried = Rehearsal.objects.visible_to(reader).filter(family=OuterRef("family")).order_by().values("family")
    rows = versions(reader).filter(pk__in=Subquery(shown.values("pk")))
    rows = rows.annotate(
        adopters=Coalesce(Subquery(adopted.annotate(n=Count("pk")).values("n")), Value(0)),
        last_on=Subquery(tried.annotate(newest=Max("on")).values("newest")),
    )
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.which == STALE:
        rows = rows.filter(Q(review_on__lt=on) | Q(adopters=0) | Q(last_on=None), state="in_use")
    elif wanted.which == MINE:
        mine = _living(reader).filter(organisation_id=reader.organisation_id).values("family")
        rows = rows.filter(Q(family__in=mine) | Q(owner_id=reader.organisation_id))
    elif wanted.which == DRAFTS:
        drafts = Protocol.objects.visible_to(reader).filter(state=Protocol.State.DRAFT).values("family")
        rows = rows.filter(family__in=drafts)
    return rows.order_by("kind", "reference")


def versions_of(reference: str, reader: Actor) -> list[Protocol]:
    """Every version of one protocol that the reader may read, the newest first."""
    return list(versions(reader).filter(reference=reference).order_by("-number")[:SHOWN])


def shown_version(found: list[Protocol], number: int | None) -> Protocol | None:
    """The version asked for, else the one in use, else the newest."""
    if number is not None:
        return next((one for one in found if one.number == number), None)
    return next((one for one in found if one.state == Protocol.State.IN_USE), found[0] if found else None)


def _living(reader: Actor) -> QuerySet[Adoption]:
    return Adoption.objects.visible_to(reader).filter(until=None)


def adoptions_of(family: uuid.UUID, reader: Actor) -> list[Adoption]:
    """Who adopted a protocol, those who left last."""
    rows = (
        Adoption.objects.visible_to(reader).filter(family=family).select_related("organisation", "protocol")
    )
    return sorted(rows.order_by("-since")[:SHOWN], key=lambda one: one.until is not None)


def living_adoption(family: uuid.UUID, reader: Member) -> Adoption | None:
    """The adoption of the reader's own organisation, if it has one."""
    mine = _living(reader).filter(family=family, organisation_id=reader.organisation_id)
    return mine.select_related("protocol", "organisation").first()


def rehearsals_of(family: uuid.UUID, reader: Actor) -> list[Rehearsal]:
    """How a protocol was exercised, the newest first."""
    rows = Rehearsal.objects.visible_to(reader).filter(family=family)
    return list(rows.select_related("organisation", "protocol").order_by("-on", "-noted_at")[:SHOWN])


def to_confirm(reader: Member) -> list[tuple[Adoption, Protocol]]:
    """What the reader's organisation adopted and what has replaced it, where it has not said anything yet."""
    mine = _living(reader).filter(organisation_id=reader.organisation_id).exclude(protocol__state="in_use")
    older = {one.family: one for one in mine.select_related("protocol")[:SHOWN]}
    newer = versions(reader).filter(family__in=list(older), state=Protocol.State.IN_USE)
    found = [(older[one.family], one) for one in newer.order_by("reference")]
    return [(adoption, one) for adoption, one in found if adoption.stays_with != one.number]


def due_for_review(reader: Member, before: date) -> list[Protocol]:
    """Protocols of the reader's organisation whose review is due."""
    rows = versions(reader).filter(owner_id=reader.organisation_id, state=Protocol.State.IN_USE)
    return list(rows.filter(review_on__lte=before).order_by("review_on")[:SHOWN])
