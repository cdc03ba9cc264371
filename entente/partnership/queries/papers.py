"""What a group's page shows of its papers, and what waits for a member in them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from entente.audit import clock
from entente.partnership.models.commitments import Commitment
from entente.partnership.models.groups import Group
from entente.partnership.models.meetings import AgendaPoint, Meeting
from entente.partnership.queries import commitments as promises
from entente.partnership.queries import decisions as decided
from entente.partnership.queries import meetings
from entente.people.models import Member, Membership
from entente.records.kinds import Waiting

SHOWN = 5
MOST = 20  # of one sort, in the list of what waits
WITHOUT_AGENDA = timedelta(days=3)


def group_papers(group: Group, reader: Member) -> dict[str, Any]:
    """Next meeting, open commitments and last decisions, for those who sit there; else nothing."""
    if group.pk not in reader.task_forces:
        return {}
    made = decided.decisions_of(group, reader).exclude(decided_at=None)
    return {
        "next": meetings.next_meeting(group, reader),
        "open": [
            {"commitment": row, "standing": promises.standing(row)}
            for row in promises.open_in(group, reader)[:SHOWN]
        ],
        "decisions": list(made.order_by("-decided_at")[:SHOWN]),
    }


def waiting_in_papers(reader: Member) -> list[Waiting]:
    """Commitments to accept or due, minutes to approve, meetings soon without an agenda."""
    return [*_promises(reader), *_minutes(reader), *_agendas(reader)]


def _promises(reader: Member) -> list[Waiting]:
    to_accept, due = Q(state=Commitment.State.OFFERED), Q(state=Commitment.State.ACCEPTED)
    if reader.role != Membership.Role.COORDINATOR:
        to_accept &= Q(person_id=reader.pk)
    due &= Q(person_id=reader.pk, due_on__lte=clock.today() + timedelta(days=promises.SOON))
    rows = promises.commitments(reader).filter(to_accept | due, organisation_id=reader.organisation_id)
    return [_promise(row) for row in rows.order_by("due_on", "id")[:MOST]]


def _promise(row: Any) -> Waiting:
    if row.state == Commitment.State.OFFERED:
        said = _("Accept, or turn down, a commitment: %(what)s")
    elif row.due_on < clock.today():
        said = _("A commitment of yours is late: %(what)s")
    else:
        said = _("A commitment of yours is due soon: %(what)s")
    return Waiting(
        sentence=said % {"what": row.what},
        url=reverse("partnership_staff:commitment", args=[row.reference]),
    )


def _kept(reader: Member) -> Q:
    """In a group whose papers the reader's organisation keeps, and where they sit."""
    return Q(group__keeper_id=reader.organisation_id, group_id__in=reader.task_forces)


def _minutes(reader: Member) -> list[Waiting]:
    rows = meetings.to_approve(reader).filter(_kept(reader))[:MOST]
    said = _("The minutes of a meeting wait for approval: %(title)s")
    return [
        Waiting(
            sentence=said % {"title": row.title},
            url=reverse("partnership_staff:approve_minutes", args=[row.reference]),
        )
        for row in rows
    ]


def _agendas(reader: Member) -> list[Waiting]:
    at = clock.now()
    soon = meetings.meetings(reader).filter(
        _kept(reader), state=Meeting.State.PLANNED, starts_at__gt=at, starts_at__lte=at + WITHOUT_AGENDA
    )
    with_points = AgendaPoint.objects.visible_to(reader).values("meeting_id")
    said = _("A meeting begins within three days and has no agenda: %(title)s")
    return [
        Waiting(
            sentence=said % {"title": row.title},
            url=reverse("partnership_staff:meeting", args=[row.reference]),
        )
        for row in soon.exclude(pk__in=with_points)[:MOST]
    ]
