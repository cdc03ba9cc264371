"""Who may belong to a group, who sits there, and who says so. Each rule answers with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from entente.audit.actors import Actor
from entente.audit.decisions import Decision, allow, refuse
from entente.partnership.models import Group, Place
from entente.partnership.rules.groups import BY_HEAD, IS_CLOSED, NOT_HEAD, SET_UP, heads, may_keep_group
from entente.people.models import Member, Organisation, Seat

State = Place.State
NOT_OWN = _("Each organisation speaks for itself.")


def of_own(actor: Actor, place: Place) -> Decision:
    """Whether somebody speaks for the organisation whose place it is."""
    if actor.actor_kind == "job":
        return allow(SET_UP)
    if actor.actor_organisation_id != place.organisation_id:
        return refuse(NOT_OWN)
    return allow(BY_HEAD) if heads(actor) else refuse(NOT_HEAD)


def may_invite_organisation(
    actor: Actor, group: Group, places: Sequence[Place], organisation: Organisation, at: datetime
) -> Decision:
    """Each organisation once at a time; one that left or declined may be asked again."""
    may = may_keep_group(actor, group)
    if not may:
        return may
    lasting = [row for row in places if row.organisation_id == organisation.pk]
    if any(row.state == State.ACCEPTED for row in lasting):
        return refuse(_("%(organisation)s belongs to the group already."), organisation=str(organisation))
    if any(row.state == State.INVITED for row in lasting):
        return refuse(_("%(organisation)s is invited already."), organisation=str(organisation))
    return may


def _may_answer(actor: Actor, place: Place) -> Decision:
    if place.group.state == Group.State.CLOSED:
        return refuse(IS_CLOSED)
    if place.state != State.INVITED:
        return refuse(_("This invitation was answered already, or taken back."))
    return of_own(actor, place)


def may_accept_place(actor: Actor, place: Place, seated: Sequence[Member], at: datetime) -> Decision:
    """The invited organisation says yes, and who of its own people sits there."""
    may = _may_answer(actor, place)
    if may and any(member.organisation_id != place.organisation_id for member in seated):
        return refuse(_("Each organisation seats its own members."))
    if may and len({member.pk for member in seated}) < len(seated):
        return refuse(_("The deputy is somebody else than the representative."))
    return may


def may_decline_place(actor: Actor, place: Place, at: datetime) -> Decision:
    """The invited organisation says no."""
    return _may_answer(actor, place)


def may_withdraw_invitation(actor: Actor, place: Place, at: datetime) -> Decision:
    """Whoever invited, while nobody has answered."""
    may = may_keep_group(actor, place.group)
    if may and place.state != State.INVITED:
        return refuse(_("This invitation was answered already, or taken back."))
    return may


def may_act_in_place(actor: Actor, place: Place, at: datetime) -> Decision:
    """An organisation that belongs to the group decides itself what it does there."""
    if place.group.state == Group.State.CLOSED:
        return refuse(IS_CLOSED)
    if place.state != State.ACCEPTED:
        return refuse(_("This organisation does not belong to the group."))
    return of_own(actor, place)


def may_edit_place(actor: Actor, place: Place, at: datetime) -> Decision:
    """What an organisation answers for is its own word."""
    return may_act_in_place(actor, place, at)


def may_leave_group(actor: Actor, place: Place, at: datetime) -> Decision:
    """An organisation goes when it wants to; the one that keeps the papers closes the group instead."""
    may = may_act_in_place(actor, place, at)
    if may and place.organisation_id == place.group.keeper_id:
        return refuse(_("The organisation that keeps the papers can't leave. It can close the group."))
    return may


def may_name_representative(actor: Actor, place: Place, member: Member, at: datetime) -> Decision:
    """Each organisation says who of its people sits there."""
    may = may_act_in_place(actor, place, at)
    if may and member.organisation_id != place.organisation_id:
        return refuse(_("Each organisation seats its own members."))
    return may


def may_end_seat(actor: Actor, place: Place, seat: Seat, at: datetime) -> Decision:
    """Each organisation also says who no longer does."""
    may = may_act_in_place(actor, place, at)
    if may and (
        seat.task_force_id != place.group_id or seat.membership.organisation_id != place.organisation_id
    ):
        return refuse(_("This seat belongs to another organisation."))
    return may


def may_give_pledge(actor: Member, seat: Seat | None, *, is_given: bool, at: datetime) -> Decision:
    """Whoever sits there gives their own word, once for each seat."""
    if seat is None or seat.membership_id != actor.pk:
        return refuse(_("Only somebody who sits in the group promises this, and only for themselves."))
    if is_given:
        return refuse(_("You have given your word already."))
    return allow(_("Everybody who sits in the group gives their own word."))
