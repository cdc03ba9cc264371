"""Who keeps the books of a fund. Each rule answers with a reason a person can read."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from entente.audit.actors import Actor
from entente.audit.decisions import Decision, allow, refuse
from entente.partnership.models.money import Fund
from entente.people.models import Membership, Organisation


def may_add_fund(actor: Actor, at: datetime) -> Decision:
    """A coordinator notes what their organisation answers for."""
    if not isinstance(actor, Membership) or actor.role != Membership.Role.COORDINATOR:
        return refuse(_("Only coordinators keep the books of money."))
    return allow(_("You coordinate the organisation that keeps the books."))


def may_edit_fund(actor: Actor, fund: Fund, at: datetime) -> Decision:
    """Only its keeper."""
    may = may_add_fund(actor, at)
    if may and actor.actor_organisation_id != fund.keeper_id:
        return refuse(_("Only the organisation that keeps the books of this money changes them."))
    return may


def may_record_pledge(actor: Actor, fund: Fund, at: datetime) -> Decision:
    """Once: what somebody said stays as they said it."""
    may = may_edit_fund(actor, fund, at)
    if may and fund.pledge_words:
        return refuse(_("What was pledged stands already, and stays as it was said."))
    return may


def may_add_entry(actor: Actor, fund: Fund, at: datetime) -> Decision:
    """Its keeper, also after the end: bills come late."""
    return may_edit_fund(actor, fund, at)


def may_name_reader(actor: Actor, fund: Fund, organisation: Organisation, at: datetime) -> Decision:
    """Its keeper lets others read, and takes that back."""
    may = may_edit_fund(actor, fund, at)
    if may and organisation.pk == fund.keeper_id:
        return refuse(_("Whoever keeps the books reads them anyway."))
    return may
