"""Who may read the whole log, and who may let others watch over it. Each rule answers with a reason."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from entente.audit.actors import Actor
from entente.audit.decisions import Decision, allow, refuse
from entente.audit.models import Witness
from entente.people.models import Membership


def may_read_log(actor: Actor, at: datetime) -> Decision:
    """The overseer reads who did what and why, of everybody, and never the content."""
    if not isinstance(actor, Membership) or actor.role != Membership.Role.OVERSEER:
        return refuse(_("Only the independent overseer reads the log of all organisations."))
    if actor.ended_at is not None and actor.ended_at <= at:
        return refuse(_("You no longer act for the organisation."))
    return allow(_("The independent overseer reads who did what, and no content."))


def may_register_witness(actor: Actor, at: datetime) -> Decision:
    """Whoever oversees decides who watches over the log from outside."""
    if not may_read_log(actor, at):
        return refuse(_("Only the independent overseer registers witnesses of the log."))
    return allow(_("The independent overseer decides who watches over the log from outside."))


def may_withdraw_witness(actor: Actor, witness: Witness, at: datetime) -> Decision:
    """A witness that stopped, or lost its key, is withdrawn; what it signed stays."""
    if witness.withdrawn_at is not None and witness.withdrawn_at <= at:
        return refuse(_("This witness was withdrawn already."))
    return may_register_witness(actor, at)


def may_read_entries(witness: Witness | None, at: datetime) -> Decision:
    """Hashes are for everybody; the entries tell who acted when, and are for registered witnesses."""
    if witness is None or (witness.withdrawn_at is not None and witness.withdrawn_at <= at):
        return refuse(_("The entries of the log are for registered witnesses. Send your key to them."))
    return allow(_("A registered witness checks the entries of the log, which hold no content."))
