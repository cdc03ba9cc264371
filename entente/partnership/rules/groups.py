"""Who may found, change and close a group. Each rule answers with a reason a person can read."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from entente.audit.actors import Actor
from entente.audit.decisions import Decision, allow, refuse
from entente.partnership.models import Group
from entente.partnership.scoping import speaks
from entente.people.models import Membership

State = Group.State
SET_UP = _("Whoever runs the server sets this up.")
BY_HEAD = _("A coordinator speaks for their organisation.")
BY_KEEPER = _("The organisation that keeps a group's papers runs it.")
NOT_HEAD = _("Only a coordinator speaks for their organisation.")
NOT_KEEPER = _("Only the organisation that keeps a group's papers changes it.")
IS_CLOSED = _("This group is closed. It stays as it was.")
EDITED_MEANWHILE = _(
    "Somebody changed this while you were writing. Nothing of yours is lost: compare both, then save again."
)
FEWEST_MEMBERS = 2


def heads(actor: Actor) -> Decision:
    """Whether somebody speaks for the organisation they act for."""
    if actor.actor_kind == "job":
        return allow(SET_UP)
    if not isinstance(actor, Membership) or not speaks(actor):
        return refuse(NOT_HEAD)
    return allow(BY_HEAD)


def may_found_group(actor: Actor, purpose: str, at: datetime) -> Decision:
    """A coordinator, for their own organisation, and for something that can be said."""
    if not purpose.strip():
        return refuse(_("Say what the group is for: without a purpose nobody knows why to come."))
    return heads(actor)


def may_keep_group(actor: Actor, group: Group) -> Decision:
    """Whether somebody runs the group: the keeper's coordinator, as long as it is not closed."""
    return refuse(IS_CLOSED) if group.state == State.CLOSED else runs_group(actor, group)


def runs_group(actor: Actor, group: Group) -> Decision:
    """Whether somebody acts for the organisation that keeps the group, whatever its state."""
    if actor.actor_kind == "job":
        return allow(SET_UP)
    if actor.actor_organisation_id != group.keeper_id:
        return refuse(NOT_KEEPER)
    return allow(BY_KEEPER) if heads(actor) else refuse(NOT_HEAD)


def may_edit_group(actor: Actor, group: Group, edition: int | None, at: datetime) -> Decision:
    """Over what one has read, not over what somebody wrote meanwhile."""
    may = may_keep_group(actor, group)
    if may and edition is not None and edition != group.edition:
        return refuse(EDITED_MEANWHILE)
    return may


def may_activate_group(actor: Actor, group: Group, members: int, at: datetime) -> Decision:
    """Once at least two organisations belong to it."""
    may = may_keep_group(actor, group)
    if not may:
        return may
    if group.state != State.FORMING:
        return refuse(_("Only a group that is forming begins its work."))
    if members < FEWEST_MEMBERS:
        return refuse(_("A group begins its work once at least two organisations belong to it."))
    return may


def may_suspend_group(actor: Actor, group: Group, at: datetime) -> Decision:
    """While it works."""
    may = may_keep_group(actor, group)
    if may and group.state != State.ACTIVE:
        return refuse(_("Only a group that works can rest for a while."))
    return may


def may_resume_group(actor: Actor, group: Group, at: datetime) -> Decision:
    """While it rests."""
    may = may_keep_group(actor, group)
    if may and group.state != State.SUSPENDED:
        return refuse(_("This group is not suspended."))
    return may


def may_close_group(actor: Actor, group: Group, at: datetime) -> Decision:
    """By the organisation that keeps it, once and for good."""
    return may_keep_group(actor, group)


def may_review_group(actor: Actor, group: Group, next_on: date, at: datetime) -> Decision:
    """The next review lies ahead."""
    may = may_keep_group(actor, group)
    if may and next_on <= at.date():
        return refuse(_("The next review lies in the future."))
    return may
