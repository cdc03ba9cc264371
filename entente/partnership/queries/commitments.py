"""Named reads of commitments: who owes what by when, the late ones first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import BooleanField, Case, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from entente.audit import clock
from entente.audit.actors import Actor
from entente.partnership.models.commitments import Commitment, CommitmentReminder, CommitmentVersion
from entente.partnership.models.groups import Group

State = Commitment.State
OPEN = (State.OFFERED, State.ACCEPTED)
SOON = 7  # days
LATE, VERY_LATE = 7, 14  # days
Step = CommitmentReminder.Step
NEWEST = ("number", "what", "due_on", "evidence_wanted")


def commitments(reader: Actor) -> QuerySet[Any, Any]:
    """Every commitment the reader may know of, with `what`, `due_on` and more as they now hold."""
    versions = CommitmentVersion.objects.visible_to(reader).filter(commitment_id=OuterRef("pk"))
    newest = versions.order_by("-number")
    first = versions.filter(number=1)
    rows: Any = Commitment.objects.visible_to(reader).select_related(
        "organisation", "group__task_force", "decision", "meeting"
    )
    told: QuerySet[Any, Any] = rows.annotate(
        **{name: Subquery(newest.values(name)[:1]) for name in NEWEST},
        first_due_on=Subquery(first.values("due_on")[:1]),
        first_what=Subquery(first.values("what")[:1]),
    )
    return told


def board(reader: Actor, at: date) -> QuerySet[Any, Any]:
    """The late ones first, then what is due next; the reader's own before others of the same day."""
    is_late = Case(
        When(Q(state=State.ACCEPTED) & Q(due_on__lt=at), then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    is_mine = Case(
        When(person_id=reader.actor_id, then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    rows: Any = commitments(reader).annotate(is_late=is_late, is_mine=is_mine)
    told: QuerySet[Any, Any] = rows.order_by(F("is_mine").desc(), F("is_late").desc(), "due_on", "id")
    return told


def open_in(group: Group, reader: Actor) -> QuerySet[Any, Any]:
    """What is open in a group, the first due first."""
    rows = commitments(reader).filter(group_id=group.pk, state__in=OPEN)
    return rows.order_by("due_on", "id")


def due_in(group: Group, reader: Actor, until: date) -> QuerySet[Any, Any]:
    """What a meeting opens with: accepted, and due by its day."""
    return open_in(group, reader).filter(state=State.ACCEPTED, due_on__lte=until)


def versions_of(commitment: Commitment, reader: Actor) -> list[CommitmentVersion]:
    """Everything that was ever promised in it, the first first."""
    rows = CommitmentVersion.objects.visible_to(reader).filter(commitment_id=commitment.pk)
    return list(rows.order_by("number"))


def to_recall(reader: Actor, today: date) -> QuerySet[Any, Any]:
    """Accepted ones that are due within a week or late, and those offered that nobody answered."""
    rows = commitments(reader).filter(state=State.ACCEPTED, due_on__lte=today + timedelta(days=SOON))
    return rows.order_by("due_on", "id")


def step_of(due_on: date, today: date) -> str:
    """How far on a promise is; nothing while its day is far, or right after it."""
    days = (due_on - today).days
    if days <= -VERY_LATE:
        return Step.FORTNIGHT_LATE
    if days <= -LATE:
        return Step.WEEK_LATE
    if days == 0:
        return Step.ON_THE_DAY
    return Step.WEEK_BEFORE if 0 < days <= SOON else ""


def was_recalled(commitment: Commitment, due_on: date, step: str, reader: Actor) -> bool:
    """Whether this step was told for this date."""
    rows = CommitmentReminder.objects.visible_to(reader)
    return rows.filter(commitment_id=commitment.pk, due_on=due_on, step=step).exists()


@dataclass(frozen=True)
class Standing:
    """Where a commitment stands: one of the look's kinds of state, and its words."""

    kind: str
    label: str


def standing(commitment: Any, today: date | None = None) -> Standing:
    """Where it stands today; late and on track are worked out."""
    if commitment.state == State.DONE:
        return Standing("done", pgettext("a promise", "Kept"))
    if commitment.state == State.WITHDRAWN:
        return Standing("closed", _("Withdrawn"))
    if commitment.state == State.OFFERED:
        return Standing("draft", _("Not accepted yet"))
    days = (commitment.due_on - (today or clock.today())).days
    if days < 0:
        late = ngettext("One day late", "%(days)d days late", -days)
        return Standing("late", late % {"days": -days})
    if days <= SOON:
        return Standing("due", _due(days))
    return Standing("open", _("On track"))


def _due(days: int) -> str:
    if days <= 1:
        return _("Due tomorrow") if days else _("Due today")
    return ngettext("Due in one day", "Due in %(days)d days", days) % {"days": days}
