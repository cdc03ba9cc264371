"""Named reads of meetings: which there are, who sits there, what is on the agenda and what was written."""

from __future__ import annotations

import uuid
from typing import TypeVar

from django.db import models
from django.db.models import CharField, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from entente.audit import clock
from entente.audit.actors import Actor, begin
from entente.partnership.models.groups import Group
from entente.partnership.models.meetings import (
    AgendaPoint,
    Attendance,
    CalendarKey,
    Meeting,
    MeetingNotice,
    Minutes,
)
from entente.people.models import Member, Seat

R = TypeVar("R", bound=models.Model)
THERE = (Attendance.How.PRESENT, Attendance.How.DEPUTY)
FROM_AGENDA = "group__task_force", "group__keeper"


def locked(rows: QuerySet[R], key: uuid.UUID) -> R:
    """One of the rows as it is now; until the transaction ends, nobody else takes the same one.

    Not every reader may lock the row itself, so everybody takes its number in PostgreSQL's own list of
    locks. Raises DoesNotExist for somebody who may not know of it.
    """
    number = Value(key.int >> 65)  # 63 bits: a positive bigint
    lock = Func(number, function="pg_advisory_xact_lock", output_field=CharField())
    list(rows.filter(pk=key).values_list(lock))
    return rows.get(pk=key)


def groups_of(reader: Actor) -> QuerySet[Group]:
    """The groups the reader sits in, by name."""
    begin(reader)
    rows = Group.objects.visible_to(reader).filter(pk__in=getattr(reader, "task_forces", ()))
    return rows.select_related("task_force", "keeper").order_by("task_force__name")


def groups_read(reader: Actor) -> QuerySet[Group]:
    """The groups whose meetings the reader may read: their own; all of them for the overseer."""
    if getattr(reader, "role", "") != "overseer":
        return groups_of(reader)
    rows = Group.objects.visible_to(reader).select_related("task_force", "keeper")
    return rows.order_by("task_force__name")


def meetings(reader: Actor) -> QuerySet[Meeting]:
    """Every meeting the reader may know of, the latest first."""
    rows = Meeting.objects.visible_to(reader).select_related(*FROM_AGENDA)
    return rows.order_by("-starts_at", "id")


def meetings_of(group: Group, reader: Actor) -> QuerySet[Meeting]:
    """The meetings of one group, the latest first."""
    return meetings(reader).filter(group_id=group.pk)


def next_meeting(group: Group, reader: Actor) -> Meeting | None:
    """The next one that is planned."""
    planned = meetings_of(group, reader).filter(state=Meeting.State.PLANNED, starts_at__gt=clock.now())
    return planned.order_by("starts_at").first()


def approving(meeting: Meeting, reader: Actor) -> Meeting | None:
    """The meeting that can approve the minutes of another: the first that began after it."""
    begun = meetings_of(meeting.group, reader).filter(
        starts_at__gt=meeting.starts_at, starts_at__lte=clock.now()
    )
    return begun.exclude(state=Meeting.State.CANCELLED).order_by("starts_at").first()


def to_tell(reader: Actor) -> list[uuid.UUID]:
    """Meetings to come to which everybody is invited."""
    rows = Meeting.objects.visible_to(reader).filter(
        state=Meeting.State.PLANNED, is_invited=True, starts_at__gt=clock.now()
    )
    return list(rows.values_list("pk", flat=True))


def seats(group_id: uuid.UUID, reader: Actor, since: object = None) -> list[Seat]:
    """Who sits in a group now, or sat there at some time since a moment; by organisation and name."""
    begin(reader)
    at = clock.now()
    rows = Seat.objects.filter(
        Q(until=None) | Q(until__gt=since or at), task_force_id=group_id, since__lte=at
    )
    rows = rows.filter(Q(membership__ended_at=None) | Q(membership__ended_at__gt=at))
    found = rows.select_related("membership__person", "membership__organisation")
    return list(found.order_by("membership__organisation__name", "membership__person__name", "id"))


def sits(group_id: uuid.UUID, member: Member, reader: Actor) -> bool:
    """Whether somebody sits in a group now."""
    return any(seat.membership_id == member.pk for seat in seats(group_id, reader))


def agenda(meeting: Meeting, reader: Actor) -> list[AgendaPoint]:
    """The points of a meeting in their order, as far as the reader may know them."""
    rows = AgendaPoint.objects.visible_to(reader).filter(meeting_id=meeting.pk)
    return list(rows.select_related("brought_by", "meeting__group").order_by("position", "id"))


def points(reader: Actor) -> QuerySet[AgendaPoint]:
    """Every point the reader may know of, with its meeting."""
    return AgendaPoint.objects.visible_to(reader).select_related(
        "brought_by", "meeting__group__task_force", "meeting__group__keeper"
    )


def attendances(meeting: Meeting, reader: Actor) -> list[Attendance]:
    """Who came, by organisation and name."""
    rows = Attendance.objects.visible_to(reader).filter(meeting_id=meeting.pk)
    return list(rows.select_related("organisation").order_by("organisation__name", "name", "id"))


def minutes(meeting: Meeting, reader: Actor) -> dict[uuid.UUID, Minutes]:
    """The newest text about each point that has one."""
    rows = Minutes.objects.visible_to(reader).filter(meeting_id=meeting.pk).order_by("number")
    return {row.point_id: row for row in rows}


def editions(point: AgendaPoint, reader: Actor) -> list[Minutes]:
    """Every text that was saved about a point, the newest first."""
    rows = Minutes.objects.visible_to(reader).filter(point_id=point.pk)
    return list(rows.order_by("-number"))


def organisations_there(meeting: Meeting, reader: Actor) -> int:
    """How many organisations were present, by somebody who sits there or a deputy."""
    rows = Attendance.objects.visible_to(reader).filter(meeting_id=meeting.pk, how__in=THERE)
    return rows.values("organisation_id").distinct().count()


def quorum_in_words(number: int, quorum: int) -> str:
    """How many organisations were there, and whether that was enough."""
    told = ngettext("%(number)d organisation was there.", "%(number)d organisations were there.", number) % {
        "number": number
    }
    if not quorum:
        return f"{told} {_('This group needs no quorum.')}"
    enough = _("%(quorum)d are needed: the quorum was reached.")
    short = _("%(quorum)d are needed: the quorum was not reached, so nothing could be decided.")
    return f"{told} {(enough if number >= quorum else short) % {'quorum': quorum}}"


def told_of(meeting: Meeting, reader: Actor) -> dict[uuid.UUID, int]:
    """Which edition of a meeting each member was told of last."""
    rows = MeetingNotice.objects.visible_to(reader).filter(meeting_id=meeting.pk).order_by("sequence")
    return dict(rows.values_list("membership_id", "sequence"))


def to_approve(reader: Actor) -> QuerySet[Meeting]:
    """Meetings whose minutes wait for the approval of a meeting that has begun."""
    at = clock.now()
    later = Meeting.objects.visible_to(reader).filter(
        group_id=OuterRef("group_id"), starts_at__gt=OuterRef("starts_at"), starts_at__lte=at
    )
    rows = meetings(reader).filter(state=Meeting.State.HELD)
    rows = rows.annotate(
        later=Subquery(later.exclude(state=Meeting.State.CANCELLED).order_by("starts_at").values("pk")[:1])
    )
    return rows.exclude(later=None)


def calendar_keys(reader: Actor) -> QuerySet[CalendarKey]:
    """The reader's own calendar addresses, the newest first."""
    return CalendarKey.objects.visible_to(reader).order_by("-made_at", "id")
