"""Recalls commitments before and on their day, and says who has to know when one is late: each step once."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.actors import Actor, acting
from entente.audit.decisions import allow
from entente.audit.services import log
from entente.delivery.services import send
from entente.partnership.models.commitments import Commitment, CommitmentReminder
from entente.partnership.queries import commitments as queries
from entente.partnership.queries.appointments import language_of
from entente.partnership.queries.commitments import step_of
from entente.partnership.queries.meetings import locked
from entente.people.models import Member

FROM_HOUR = 7  # in the city: a message at night helps nobody
Step = CommitmentReminder.Step
DUE = _("A commitment is recalled a week before its day, on its day, and when it is late.")


def recall_commitments(*, by: Actor) -> int:
    """Send what is due today, once; returns how many commitments were recalled."""
    if timezone.localtime(clock.now()).hour < FROM_HOUR:
        return 0
    with acting(by):
        due = [row.pk for row in queries.to_recall(by, clock.today())]
    return sum(recall_commitment(key, by=by) for key in due)


def recall_commitment(commitment_id: uuid.UUID, *, by: Actor) -> bool:
    """Tell whoever has to know of one commitment how far on it is, unless that was told already."""
    with acting(by):
        commitment = locked(queries.commitments(by), commitment_id)
        step = step_of(commitment.due_on, clock.today())
        if not step or commitment.state != Commitment.State.ACCEPTED:
            return False
        if queries.was_recalled(commitment, commitment.due_on, step, by):
            return False
        CommitmentReminder(
            group_id=commitment.group_id,
            commitment=commitment,
            due_on=commitment.due_on,
            step=step,
            at=clock.now(),
        ).save(force_insert=True)
        for member in _whom(commitment, step):
            _recall(member, commitment, step, by)
        details = {"step": step}
        log("partnership.commitment_recalled", by=by, about=commitment, decision=allow(DUE), details=details)
        return True


def _whom(commitment: Any, step: str) -> list[Member]:
    """The person who promised; then their coordinators; then the chair, and who keeps the papers."""
    if step in (Step.WEEK_BEFORE, Step.ON_THE_DAY):
        wanted = Q(pk=commitment.person_id)
    else:
        owes = step == Step.WEEK_LATE
        organisation = commitment.organisation_id if owes else commitment.group.keeper_id
        wanted = Q(organisation_id=organisation, role=Member.Role.COORDINATOR)
        if not owes and commitment.group.chair_id:
            wanted |= Q(pk=commitment.group.chair_id)
    at = clock.now()
    rows = Member.objects.filter(wanted, Q(ended_at=None) | Q(ended_at__gt=at), since__lte=at)
    return [member for member in rows.select_related("person").order_by("id") if member.person.email]


def _recall(member: Member, commitment: Any, step: str, by: Actor) -> None:
    address = reverse("partnership_staff:commitment", args=[commitment.reference])
    is_late = step in (Step.WEEK_LATE, Step.FORTNIGHT_LATE)
    send(
        f"partnership_staff/commitment_{'late' if is_late else 'due'}",
        to=member.person.email,
        language=language_of(member.person_id),
        by=by,
        context={
            "commitment": commitment,
            "days": abs((commitment.due_on - clock.today()).days),
            "is_today": step == Step.ON_THE_DAY,
            "is_own": step != Step.FORTNIGHT_LATE,
            "link": settings.ENTENTE_ADDRESS + address,
            "city_name": settings.ENTENTE_CITY_NAME,
        },
    )
