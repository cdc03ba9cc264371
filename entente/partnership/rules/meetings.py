"""Who may do what to a meeting of a group. Each rule answers with a reason a person can read."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from entente.audit.decisions import Decision, allow, refuse
from entente.partnership.models.groups import Group
from entente.partnership.models.meetings import AgendaPoint, Meeting
from entente.people.models import Member

State = Meeting.State
KEEPS = _("Your organisation keeps this group's papers.")
SITS = _("You sit in this group.")
NOT_HERE = _("You do not sit in this group.")
GROUP_RESTS = _("This group does not work at the moment: it is suspended or closed.")


def may_sit(actor: Member, group: Group) -> Decision:
    """Whoever sits in a group works there."""
    return allow(SITS) if group.pk in actor.task_forces else refuse(NOT_HERE)


def may_keep(actor: Member, group: Group) -> Decision:
    """Whoever sits there for the organisation that keeps the papers."""
    may = may_sit(actor, group)
    if not may:
        return may
    if group.state in (Group.State.SUSPENDED, Group.State.CLOSED):
        return refuse(GROUP_RESTS)
    if actor.organisation_id != group.keeper_id:
        return refuse(_("The organisation that keeps this group's papers does this."))
    return allow(KEEPS)


def may_plan_meeting(actor: Member, group: Group, starts_at: datetime, at: datetime) -> Decision:
    """A meeting is planned for a moment to come."""
    if starts_at <= at:
        return refuse(_("This moment has passed. A meeting is planned for a moment to come."))
    return may_keep(actor, group)


def may_change_meeting(actor: Member, meeting: Meeting, starts_at: datetime, at: datetime) -> Decision:
    """As long as it is planned, and to a moment to come."""
    if meeting.state != State.PLANNED:
        return refuse(_("This meeting is not planned any longer: its date and place stay as they were."))
    return may_plan_meeting(actor, meeting.group, starts_at, at)


def may_invite_to_meeting(actor: Member, meeting: Meeting, at: datetime) -> Decision:
    """Once, before it begins."""
    if meeting.state != State.PLANNED or meeting.starts_at <= at:
        return refuse(_("Invitations go out before a meeting begins."))
    if meeting.is_invited:
        return refuse(_("The invitation has gone out. Whoever takes a seat later gets it by itself."))
    return may_keep(actor, meeting.group)


def may_cancel_meeting(actor: Member, meeting: Meeting, at: datetime) -> Decision:
    """What was held can't be cancelled."""
    if meeting.state != State.PLANNED:
        return refuse(_("Only a meeting that is planned can be cancelled."))
    return may_keep(actor, meeting.group)


def may_add_point(actor: Member, meeting: Meeting, at: datetime) -> Decision:
    """Everybody who sits there brings points, until the meeting is held."""
    if meeting.state != State.PLANNED:
        return refuse(_("The agenda is closed: the meeting was held or cancelled."))
    return may_sit(actor, meeting.group)


def may_change_point(actor: Member, point: AgendaPoint, at: datetime) -> Decision:
    """Whoever brought it, and the organisation that keeps the papers."""
    may = may_add_point(actor, point.meeting, at)
    if not may or actor.organisation_id in (point.brought_by_id, point.meeting.group.keeper_id):
        return may
    return refuse(_("Only who brought this point, or who keeps the papers, moves it or takes it off."))


def may_hold_meeting(actor: Member, meeting: Meeting, at: datetime) -> Decision:
    """Who came is noted once it has begun, and can be corrected until the minutes are approved."""
    if meeting.starts_at > at:
        return refuse(_("This meeting has not begun. Who came is noted when it has."))
    if meeting.state not in (State.PLANNED, State.HELD):
        return refuse(_("This meeting was cancelled, or its minutes are approved."))
    return may_keep(actor, meeting.group)


def has_seat(is_seated: bool, name: str) -> Decision:
    """Attendance is of those who sit there."""
    if is_seated:
        return allow(SITS)
    return refuse(_("%(name)s does not sit in this group."), name=name)


def may_write_minutes(actor: Member, meeting: Meeting, at: datetime) -> Decision:
    """From the moment it begins until its minutes are approved."""
    if meeting.starts_at > at:
        return refuse(_("This meeting lies in the future. Minutes are written from its beginning on."))
    if meeting.state not in (State.PLANNED, State.HELD):
        return refuse(_("The minutes of this meeting are approved, or it was cancelled."))
    return may_sit(actor, meeting.group)


def may_follow_minutes(newest: int, read: int, name: str) -> Decision:
    """A text follows the one it was made from: what somebody else saved meanwhile is not lost."""
    if newest == read:
        return allow(SITS)
    return refuse(
        _("%(name)s saved another text meanwhile. Yours is still here: bring both together, then save."),
        name=name,
    )


def may_approve_minutes(
    actor: Member, meeting: Meeting, later: Meeting | None, at: datetime, *, is_written: bool
) -> Decision:
    """A later meeting of the same group approves them."""
    if meeting.state != State.HELD:
        return refuse(_("Only the minutes of a meeting that was held are approved, and only once."))
    if not is_written:
        return refuse(_("Nothing is written down yet about this meeting."))
    if later is None or later.group_id != meeting.group_id or later.starts_at <= meeting.starts_at:
        return refuse(_("The next meeting of this group approves the minutes. It has not begun."))
    if later.starts_at > at or later.state == State.CANCELLED:
        return refuse(_("The next meeting of this group approves the minutes. It has not begun."))
    return may_keep(actor, meeting.group)
