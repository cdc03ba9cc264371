"""Plans, changes and cancels meetings, keeps their agenda, notes who came, and approves minutes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from entente.audit import clock
from entente.audit.services import log
from entente.jobs.queue import defer
from entente.partnership.models.groups import Group
from entente.partnership.models.meetings import AgendaPoint, Attendance, Meeting, Minutes
from entente.partnership.queries import meetings as queries
from entente.partnership.rules import meetings as rules
from entente.people.models import Member
from entente.records.references import new_reference

State = Meeting.State


@transaction.atomic
def plan_meeting(
    group: Group,
    *,
    by: Member,
    title: str,
    starts_at: datetime,
    minutes: int = 90,
    place: str = "",
    link: str = "",
) -> Meeting:
    """Plan a meeting of a group; nobody is told of it yet. Raises Refused."""
    decision = rules.may_plan_meeting(by, group, starts_at, clock.now()).require()
    meeting = Meeting(
        group=group,
        reference=new_reference("MTG"),
        title=title,
        starts_at=starts_at,
        minutes=minutes,
        place=place,
        link=link,
        made_at=clock.now(),
    )
    log("partnership.meeting_planned", by=by, about=meeting, decision=decision, details={"title": title})
    meeting.save(force_insert=True)
    return meeting


@transaction.atomic
def change_meeting(
    meeting: Meeting,
    *,
    by: Member,
    title: str,
    starts_at: datetime,
    minutes: int,
    place: str,
    link: str,
    reason: str = "",
) -> Meeting:
    """Move a meeting or name another place; whoever was invited gets the update. Raises Refused."""
    meeting = queries.locked(queries.meetings(by), meeting.pk)
    decision = rules.may_change_meeting(by, meeting, starts_at, clock.now()).require()
    before = (meeting.starts_at, meeting.minutes, meeting.place, meeting.link, meeting.title)
    meeting.title, meeting.starts_at, meeting.minutes = title, starts_at, minutes
    meeting.place, meeting.link, meeting.reason = place, link, reason
    if before != (starts_at, minutes, place, link, title):
        meeting.sequence += 1
    meeting.save(update_fields=["title", "starts_at", "minutes", "place", "link", "reason", "sequence"])
    details = {"starts_at": starts_at.isoformat(), "reason": reason}
    log("partnership.meeting_changed", by=by, about=meeting, decision=decision, details=details)
    _tell(meeting)
    return meeting


@transaction.atomic
def invite_to_meeting(meeting: Meeting, *, by: Member) -> Meeting:
    """Send everybody who sits there the invitation, once. Raises Refused."""
    meeting = queries.locked(queries.meetings(by), meeting.pk)
    decision = rules.may_invite_to_meeting(by, meeting, clock.now()).require()
    meeting.is_invited = True
    meeting.save(update_fields=["is_invited"])
    log("partnership.meeting_invited", by=by, about=meeting, decision=decision)
    _tell(meeting)
    return meeting


@transaction.atomic
def cancel_meeting(meeting: Meeting, *, by: Member, reason: str) -> Meeting:
    """Call a planned meeting off, and tell everybody who was invited why. Raises Refused."""
    meeting = queries.locked(queries.meetings(by), meeting.pk)
    decision = rules.may_cancel_meeting(by, meeting, clock.now()).require()
    meeting.state, meeting.reason = State.CANCELLED, reason
    meeting.sequence += 1
    meeting.save(update_fields=["state", "reason", "sequence"])
    details = {"reason": reason}
    log("partnership.meeting_cancelled", by=by, about=meeting, decision=decision, details=details)
    _tell(meeting)
    return meeting


def _tell(meeting: Meeting) -> None:
    """The worker reads everybody's address; whoever plans a meeting need not."""
    if meeting.is_invited:
        defer("partnership.tell_meeting", meeting=str(meeting.pk))


@transaction.atomic
def add_point(
    meeting: Meeting, *, by: Member, title: str, minutes: int = 10, is_restricted: bool = False
) -> AgendaPoint:
    """Put a point on the agenda, brought by whoever adds it. Raises Refused."""
    meeting = queries.locked(queries.meetings(by), meeting.pk)
    decision = rules.may_add_point(by, meeting, clock.now()).require()
    last = max((point.position for point in queries.agenda(meeting, by)), default=0)
    point = AgendaPoint(
        group=meeting.group,
        meeting=meeting,
        position=last + 1,
        title=title,
        minutes=minutes,
        brought_by=by.organisation,
        brought_by_name=by.person.name,
        is_restricted=is_restricted,
    )
    log("partnership.point_added", by=by, about=meeting, decision=decision, details={"title": title})
    point.save(force_insert=True)
    return point


@transaction.atomic
def move_point(point: AgendaPoint, *, by: Member) -> AgendaPoint:
    """Let a point come one place earlier. Raises Refused."""
    queries.locked(queries.meetings(by), point.meeting_id)
    point = queries.points(by).get(pk=point.pk)
    decision = rules.may_change_point(by, point, clock.now()).require()
    before = [row for row in queries.agenda(point.meeting, by) if row.position < point.position]
    if before:
        earlier = before[-1]
        point.position, earlier.position = earlier.position, point.position
        earlier.save(update_fields=["position"])
        point.save(update_fields=["position"])
        log("partnership.point_moved", by=by, about=point.meeting, decision=decision)
    return point


@transaction.atomic
def remove_point(point: AgendaPoint, *, by: Member) -> None:
    """Take a point off the agenda of a meeting to come. Raises Refused."""
    queries.locked(queries.meetings(by), point.meeting_id)
    point = queries.points(by).get(pk=point.pk)
    decision = rules.may_change_point(by, point, clock.now()).require()
    details = {"title": point.title}
    log("partnership.point_removed", by=by, about=point.meeting, decision=decision, details=details)
    point.delete()


@transaction.atomic
def hold_meeting(meeting: Meeting, *, by: Member, attendance: Mapping[uuid.UUID, tuple[str, str]]) -> Meeting:
    """Note who came: by membership, how, and the deputy's name. Can be corrected until approval.

    Raises Refused for somebody who does not sit there, and nothing is noted.
    """
    meeting = queries.locked(queries.meetings(by), meeting.pk)
    decision = rules.may_hold_meeting(by, meeting, clock.now()).require()
    seated = {
        seat.membership_id: seat.membership
        for seat in queries.seats(meeting.group_id, by, since=meeting.starts_at)
    }
    known = {row.membership_id: row for row in queries.attendances(meeting, by)}
    for member_id, (how, deputy) in attendance.items():
        name = _name_of(member_id, by) if member_id not in {*seated, *known} else ""
        rules.has_seat(member_id in seated or member_id in known, name).require()
        _note(meeting, known.get(member_id), seated.get(member_id), how, deputy)
    if meeting.state == State.PLANNED:
        meeting.state, meeting.quorum = State.HELD, meeting.group.quorum
        meeting.save(update_fields=["state", "quorum"])
    details = {"number": len(attendance)}
    log("partnership.meeting_held", by=by, about=meeting, decision=decision, details=details)
    return meeting


def _name_of(member_id: uuid.UUID, by: Member) -> str:
    """Whoever it is, as far as the one who asks knows them."""
    member = Member.objects.filter(pk=member_id).select_related("person").first()
    return member.person.name if member else "…"


def _note(meeting: Meeting, row: Attendance | None, member: Member | None, how: str, deputy: str) -> None:
    deputy = deputy if how == Attendance.How.DEPUTY else ""
    if row is not None:
        if (row.how, row.deputy_name) != (how, deputy):
            row.how, row.deputy_name = how, deputy
            row.save(update_fields=["how", "deputy_name"])
        return
    assert member is not None
    Attendance(
        group=meeting.group,
        meeting=meeting,
        membership=member,
        name=member.person.name,
        organisation_id=member.organisation_id,
        how=how,
        deputy_name=deputy,
    ).save(force_insert=True)


@transaction.atomic
def write_minutes(point: AgendaPoint, *, by: Member, text: str, read: int) -> Minutes:
    """Save what was said on a point, made from edition `read` of its text (0: there was none).

    Raises Refused when somebody saved another text meanwhile; nothing is ever overwritten.
    """
    meeting = queries.locked(queries.meetings(by), point.meeting_id)
    decision = rules.may_write_minutes(by, meeting, clock.now()).require()
    newest = next(iter(queries.editions(point, by)), None)
    number = newest.number if newest else 0
    rules.may_follow_minutes(number, read, newest.written_by_name if newest else "").require()
    row = Minutes(
        group=meeting.group,
        meeting=meeting,
        point=point,
        number=number + 1,
        text=text,
        written_by=by,
        written_by_name=by.person.name,
        at=clock.now(),
    )
    details = {"number": row.number}
    log("partnership.minutes_written", by=by, about=meeting, decision=decision, details=details)
    row.save(force_insert=True)
    return row


@transaction.atomic
def approve_minutes(meeting: Meeting, *, by: Member) -> Meeting:
    """Let the next meeting, which has begun, approve the minutes of this one for good. Raises Refused."""
    meeting = queries.locked(queries.meetings(by), meeting.pk)
    later = queries.approving(meeting, by)
    is_written = bool(queries.minutes(meeting, by))
    decision = rules.may_approve_minutes(by, meeting, later, clock.now(), is_written=is_written).require()
    meeting.state, meeting.approved_in = State.APPROVED, later
    meeting.approved_at, meeting.approved_by_name = clock.now(), by.person.name
    meeting.save(update_fields=["state", "approved_in", "approved_at", "approved_by_name"])
    log("partnership.minutes_approved", by=by, about=meeting, decision=decision)
    return meeting
