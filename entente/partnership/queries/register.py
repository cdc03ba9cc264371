"""Named reads of what everybody may know of agreements, and of the assessments behind them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from entente.agreements import register
from entente.agreements.models import Agreement, Clause
from entente.audit import clock
from entente.audit.actors import Actor, begin
from entente.partnership.models import Assessment, Publication, RetentionConfirmation, Summary
from entente.partnership.rules import register as rules
from entente.people.models import Member
from entente.people.words import in_readers_language
from entente.records.kinds import Waiting

MOST = 50  # agreements of one keeper that are looked through for what waits


@dataclass
class Standing:
    """Where a published agreement stands at this second, and who is a party since when."""

    state: str
    starts_at: datetime
    ends_at: datetime | None
    moved_at: datetime | None
    parties: list[dict[str, Any]] = field(default_factory=list)

    @property
    def since(self) -> datetime:
        """Since when it stands there."""
        if self.state == Agreement.State.ENDED and self.ends_at:
            return self.ends_at
        return self.moved_at or self.starts_at


def publications(reader: Actor) -> QuerySet[Publication]:
    """The newest description of every agreement, the newest first."""
    rows = Publication.objects.visible_to(reader)
    newer = Publication.objects.visible_to(reader).filter(
        agreement_id=OuterRef("agreement_id"), number__gt=OuterRef("number")
    )
    return rows.filter(~Exists(newer)).order_by("-published_at", "id")


def versions(agreement_id: uuid.UUID, reader: Actor) -> list[Publication]:
    """Every description of one agreement, the newest first."""
    rows = Publication.objects.visible_to(reader).filter(agreement_id=agreement_id)
    return list(rows.order_by("-number"))


def standings(agreement_ids: Collection[uuid.UUID], reader: Actor) -> dict[uuid.UUID, Standing]:
    """The standing of published agreements, by agreement; drafts and those not described have none."""
    begin(reader)
    found: dict[uuid.UUID, Standing] = {}
    with connection.cursor() as cursor:
        cursor.execute("select * from authz.standing_of_published(%s::uuid[])", [list(agreement_ids)])
        for row in cursor.fetchall():
            standing = found.setdefault(row[0], Standing(*row[1:5]))
            if row[5] is not None:
                names = row[8] if isinstance(row[8], dict) else json.loads(row[8])
                standing.parties.append(
                    {
                        "id": row[5],
                        "slug": row[6],
                        "name": in_readers_language(names, row[7]),
                        "joined_at": row[9],
                        "signed_at": row[10],
                        "left_at": row[11],
                    }
                )
    return found


def undescribed(reader: Actor) -> int:
    """How many agreements live that the public register does not describe yet."""
    begin(reader)
    with connection.cursor() as cursor:
        cursor.execute("select authz.undescribed_agreements()")
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def kept(reader: Actor) -> QuerySet[Agreement]:
    """The agreements that the reader's organisation keeps, drafts left out."""
    own = register.agreements(reader).filter(keeper_id=reader.actor_organisation_id)
    return own.exclude(state=Agreement.State.DRAFT)


def terms(agreement_ids: Collection[uuid.UUID], reader: Actor) -> dict[uuid.UUID, dict[str, list[str]]]:
    """What each agreement shares for which purpose, in the order of its clauses."""
    begin(reader)
    found: dict[uuid.UUID, dict[str, list[str]]] = {pk: {} for pk in agreement_ids}
    rows = Clause.objects.filter(agreement_id__in=list(agreement_ids)).order_by("number")
    for pk, purpose, category in rows.values_list("agreement_id", "purpose", "category"):
        categories = found[pk].setdefault(purpose, [])
        if category not in categories:
            categories.append(category)
    return found


def categories_in(told: dict[str, list[str]]) -> list[str]:
    """Every category that terms name, once."""
    return list(dict.fromkeys(one for categories in told.values() for one in categories))


def latest_assessments(agreement_ids: Collection[uuid.UUID], reader: Actor) -> dict[uuid.UUID, Assessment]:
    """The newest assessment of each agreement."""
    rows = Assessment.objects.visible_to(reader).filter(agreement_id__in=list(agreement_ids))
    return {row.agreement_id: row for row in rows.order_by("number").select_related("agreement")}


def assessments(agreement_id: uuid.UUID, reader: Actor) -> list[Assessment]:
    """Every assessment of one agreement, the newest first."""
    rows = Assessment.objects.visible_to(reader).filter(agreement_id=agreement_id)
    return list(rows.order_by("-number"))


def newest_summary(agreement_id: uuid.UUID, reader: Actor) -> Summary | None:
    """What everybody may read of the assessment that was decided last."""
    rows = Summary.objects.visible_to(reader).filter(agreement_id=agreement_id)
    return rows.order_by("-decided_at", "id").first()


def retention_confirmation(reader: Actor) -> RetentionConfirmation | None:
    """Who confirmed the retention table last."""
    rows = RetentionConfirmation.objects.visible_to(reader).select_related("organisation")
    return rows.order_by("-confirmed_at").first()


def due_assessments(reader: Actor) -> list[tuple[Agreement, Assessment]]:
    """Decided assessments of agreements that have not ended which must be looked at again, not yet told."""
    at, today = clock.now(), clock.today()
    rows = Assessment.objects.visible_to(reader).exclude(decided_at=None).filter(reminded_on=None)
    decided = {row.agreement_id: row for row in rows.order_by("number")}
    living = [
        one
        for one in register.agreements(reader).filter(pk__in=list(decided))
        if one.state != Agreement.State.ENDED and (one.ends_at is None or one.ends_at > at)
    ]
    told = terms([one.pk for one in living], reader)
    latest = latest_assessments([one.pk for one in living], reader)
    return [
        (one, latest[one.pk])
        for one in living
        if latest[one.pk].pk == decided[one.pk].pk
        and rules.is_due(latest[one.pk], categories_in(told[one.pk]), today)
    ]


def officers_of(organisation_id: uuid.UUID, reader: Actor) -> list[Member]:
    """An organisation's data protection officers with an address; without any, its coordinators."""
    begin(reader)
    at = clock.now()
    rows = Member.objects.filter(Q(ended_at=None) | Q(ended_at__gt=at), since__lte=at)
    rows = rows.filter(organisation_id=organisation_id).exclude(person__email="").select_related("person")
    officers = list(rows.filter(role=Member.Role.OFFICER))
    return officers or list(rows.filter(role=Member.Role.COORDINATOR))


def waiting_for_keeper(reader: Member) -> list[Waiting]:
    """What the reader's organisation owes the public and its own officer: descriptions, assessments."""
    if reader.role not in {Member.Role.COORDINATOR, Member.Role.OFFICER}:
        return []
    at = clock.now()
    living = [one for one in kept(reader)[:MOST] if one.state != Agreement.State.ENDED]
    living = [one for one in living if one.ends_at is None or one.ends_at > at]
    ids = [one.pk for one in living]
    told, latest = terms(ids, reader), latest_assessments(ids, reader)
    described = dict(publications(reader).filter(agreement_id__in=ids).values_list("agreement_id", "terms"))
    found = []
    for one in living:
        sentence = _essence_waits(one, described.get(one.pk), told[one.pk])
        if sentence:
            found.append(Waiting(sentence, reverse("partnership_staff:publish_essence", args=[one.pk])))
        sentence = _assessment_waits(one, latest.get(one.pk), categories_in(told[one.pk]), reader)
        if sentence:
            found.append(Waiting(sentence, reverse("partnership_staff:assessment", args=[one.pk])))
    return found


def _essence_waits(agreement: Agreement, described: Any, told: dict[str, list[str]]) -> str:
    if described is None:
        return gettext("Describe “%(agreement)s” to everybody.") % {"agreement": agreement}
    if described != told:
        return gettext("“%(agreement)s” has changed since it was described to everybody.") % {
            "agreement": agreement
        }
    return ""


def _assessment_waits(
    agreement: Agreement, latest: Assessment | None, categories: list[str], reader: Member
) -> str:
    """Drafts and reviews wait for the officer, advice that was given waits for the coordinator."""
    values = {"agreement": agreement}
    if latest is not None and latest.state == Assessment.State.OPINION:
        waits = gettext("Decide on the impact assessment of “%(agreement)s”.") % values
        return waits if reader.role == Member.Role.COORDINATOR else ""
    if reader.role != Member.Role.OFFICER:
        return ""
    if latest is None:
        return gettext("“%(agreement)s” has no impact assessment yet.") % values
    if latest.state == Assessment.State.DRAFT:
        return gettext("The impact assessment of “%(agreement)s” is a draft.") % values
    if rules.is_due(latest, categories, clock.today()):
        return gettext("The impact assessment of “%(agreement)s” must be looked at again.") % values
    return ""
