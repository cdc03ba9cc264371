"""Who may offer, accept, change, keep and withdraw a commitment. Each rule answers with a reason."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from entente.audit.decisions import Decision, allow, refuse
from entente.partnership.models.commitments import Commitment
from entente.partnership.models.groups import Group
from entente.partnership.rules.meetings import GROUP_RESTS, may_sit
from entente.people.models import Member, Membership

State = Commitment.State
OWES = _("Your organisation made this promise.")


def may_offer_commitment(
    actor: Member, group: Group, due_on: date, today: date, at: datetime, *, is_seated: bool
) -> Decision:
    """With a person who sits there, and a date to come."""
    if due_on < today:
        return refuse(_("This day has passed. A commitment is due today or later."))
    if not is_seated:
        return refuse(_("A commitment names a person who sits in this group."))
    if group.state in (Group.State.SUSPENDED, Group.State.CLOSED):
        return refuse(GROUP_RESTS)
    return may_sit(actor, group)


def may_answer_for(actor: Member, commitment: Commitment) -> Decision:
    """The person who promised, or a coordinator of the organisation."""
    if actor.organisation_id != commitment.organisation_id:
        return refuse(_("Only the organisation that must keep a commitment says this."))
    if actor.role == Membership.Role.COORDINATOR or actor.pk == commitment.person_id:
        return allow(OWES)
    return refuse(_("The person who promised says this, or a coordinator of your organisation."))


def may_accept_commitment(actor: Member, commitment: Commitment, at: datetime) -> Decision:
    """Nobody is bound by what others wrote down."""
    if commitment.state != State.OFFERED:
        return refuse(_("This commitment waits for no answer."))
    return may_answer_for(actor, commitment)


def may_change_commitment(actor: Member, commitment: Commitment, at: datetime) -> Decision:
    """While it is open: before it is accepted by whoever wrote it down too."""
    if commitment.state not in (State.OFFERED, State.ACCEPTED):
        return refuse(_("This commitment was kept or withdrawn. It stays as it is."))
    if commitment.state == State.OFFERED and commitment.offered_by_id == actor.pk:
        return allow(_("You wrote this commitment down, and nobody accepted it yet."))
    return may_answer_for(actor, commitment)


def is_a_change(reason: str, due_on: date, first: tuple[object, ...], new: tuple[object, ...]) -> Decision:
    """Something changes, and the reason is said."""
    if first == new:
        return refuse(_("Nothing was changed."))
    if not reason.strip():
        return refuse(_("Say why it changes. Everybody who reads the commitment reads the reason."))
    return allow(OWES)


def follows(newest: int, read: int, name: str) -> Decision:
    """A change follows the edition it was made from."""
    if newest == read:
        return allow(OWES)
    return refuse(_("%(name)s changed it meanwhile. Read the newest edition, then change it."), name=name)


def is_to_come(due_on: date, before: date, today: date) -> Decision:
    """A new date lies ahead; a date that stays may have passed."""
    if due_on == before or due_on >= today:
        return allow(OWES)
    return refuse(_("This day has passed. A commitment is due today or later."))


def may_close_commitment(actor: Member, commitment: Commitment, at: datetime) -> Decision:
    """What was accepted is kept, and can be withdrawn; what was offered can be withdrawn."""
    if commitment.state not in (State.OFFERED, State.ACCEPTED):
        return refuse(_("This commitment was kept or withdrawn already."))
    return may_answer_for(actor, commitment)


def may_keep_commitment(actor: Member, commitment: Commitment, at: datetime) -> Decision:
    """First it is accepted."""
    if commitment.state == State.OFFERED:
        return refuse(_("Nobody has accepted this commitment yet."))
    return may_close_commitment(actor, commitment, at)


def says_how(text: str) -> Decision:
    """Kept with evidence, withdrawn with a reason."""
    if text.strip():
        return allow(OWES)
    return refuse(_("Say in a sentence what shows it, or why."))
