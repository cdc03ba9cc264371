"""Who may let people in, and who may end what."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from entente.audit.actors import Actor
from entente.audit.decisions import Decision, allow, refuse
from entente.people.models import Account, Member, Membership, Seat, Session, TaskForce


def may_invite_member(actor: Actor, member: Member, at: datetime, *, has_factor: bool) -> Decision:
    """A new link is a way round everything somebody set up: then only whoever runs the server sends one."""
    if member.ended_at and member.ended_at <= at:
        return refuse(_("This person no longer acts for the organisation."))
    if actor.actor_kind == "job":
        return allow(_("Whoever runs the server invites members."))
    if not isinstance(actor, Membership) or actor.role != Membership.Role.COORDINATOR:
        return refuse(_("A coordinator invites members."))
    if actor.organisation_id != member.organisation_id:
        return refuse(_("Each organisation invites its own members."))
    if has_factor:
        return refuse(_("This person can sign in already. Whoever runs the server can help them in again."))
    return allow(_("A coordinator of the organisation invites its members."))


def may_add_factor(account: Account, *, is_strong: bool, is_invited: bool) -> Decision:
    """A password alone must not be enough to become a member: it may have been guessed."""
    if not account.is_active:
        return refuse(_("This account is closed."))
    if is_strong or is_invited:
        return allow(_("The holder of the account proved who they are in this session."))
    return refuse(_("The first passkey or code is set up from the link in an invitation."))


def may_ask_for_link(account: Account, *, has_factor: bool) -> Decision:
    """The mailbox proves who somebody is until there is something better, and never after."""
    if not account.is_active:
        return refuse(_("This account is closed."))
    if has_factor:
        return refuse(_("You can sign in already. Whoever runs the server can help you in again."))
    return allow(_("Nothing but a password is set up yet."))


def may_add_area(actor: Actor) -> Decision:
    """Districts are named once, by whoever runs the server or a coordinator; nobody renames them after."""
    if actor.actor_kind == "job":
        return allow(_("Whoever runs the server sets up organisations and persons."))
    if isinstance(actor, Membership) and actor.role == Membership.Role.COORDINATOR:
        return allow(_("A coordinator names the districts of the city."))
    return refuse(_("A coordinator names the districts of the city."))


HEADS = {Membership.Role.COORDINATOR, Membership.Role.OVERSEER}


def may_name_task_force(actor: Actor) -> Decision:
    """Whoever speaks for an organisation may begin to work with others; who keeps its papers ends it."""
    if actor.actor_kind == "job":
        return allow(_("Whoever runs the server sets up task forces."))
    if not isinstance(actor, Membership) or actor.role not in HEADS:
        return refuse(_("A coordinator begins and ends a task force."))
    return allow(_("A coordinator begins and ends a task force."))


def may_seat(actor: Actor, member: Member, at: datetime) -> Decision:
    """Each organisation says itself who of its members sits in a task force."""
    if member.ended_at and member.ended_at <= at:
        return refuse(_("This person no longer acts for the organisation."))
    if actor.actor_kind == "job":
        return allow(_("Whoever runs the server sets up task forces."))
    if not isinstance(actor, Membership) or actor.role not in HEADS:
        return refuse(_("A coordinator says who sits in a task force."))
    if actor.organisation_id != member.organisation_id:
        return refuse(_("Each organisation seats its own members."))
    return allow(_("A coordinator of the organisation seats its members."))


def may_take_seat(
    actor: Actor, member: Member, force: TaskForce, *, is_seated: bool, at: datetime
) -> Decision:
    """Once, while the task force works."""
    may = may_seat(actor, member, at)
    if not may:
        return may
    if force.ended_at and force.ended_at <= at:
        return refuse(_("This task force has ended."))
    if is_seated:
        return refuse(_("This person sits in the task force already."))
    return may


def may_end_seat(actor: Actor, seat: Seat, at: datetime) -> Decision:
    """Once, by whoever could give it."""
    if seat.until and seat.until <= at:
        return refuse(_("This seat has ended already."))
    return may_seat(actor, seat.membership, at)


def may_end_session(actor: Member, session: Session, at: datetime) -> Decision:
    """Everybody ends their own sign-ins, nobody another's."""
    if session.account is None or session.account.person_id != actor.person_id:
        return refuse(_("You can end your own sign-ins only."))
    return allow(_("These are your own sign-ins."))
