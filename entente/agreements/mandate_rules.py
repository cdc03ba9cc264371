"""Who may sign for an organisation, and who says so. Each rule answers with a reason a person can read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from entente.agreements.models import Agreement, Mandate
from entente.agreements.rules import lasts
from entente.audit.actors import Actor
from entente.audit.decisions import Decision, allow, refuse
from entente.people.models import Membership

SET_UP = _("Whoever runs the server sets this up.")
NOT_BINDING = _("Only a coordinator or a data protection officer binds their organisation.")
NO_MANDATE = _(
    "Your organisation has not recorded who may sign for it. Until it does, its coordinator signs."
)
OTHERS_SIGN = _(
    "At this moment you have no mandate to sign this kind of agreement for your organisation."
    " Its coordinator records who has one."
)
BY_MANDATE = _("Your organisation gave you a mandate to sign: %(act)s.")
BY_COORDINATOR = _("Where an organisation recorded no mandate, its coordinator signs.")
NEEDS_COORDINATOR = _("A coordinator says who may sign for the organisation.")


def may_sign_for(actor: Actor, agreement: Agreement, mandates: Sequence[Mandate], at: datetime) -> Decision:
    """By a mandate that lasts or, where an organisation recorded none, as its coordinator."""
    if not isinstance(actor, Membership):
        return refuse(NOT_BINDING)
    own = [row for row in mandates if row.organisation_id == actor.organisation_id]
    if not own:
        is_coordinator = actor.role == Membership.Role.COORDINATOR
        return allow(BY_COORDINATOR) if is_coordinator else refuse(NO_MANDATE)
    for row in own:
        if row.membership_id == actor.pk and row.covers(agreement.kind) and lasts(at, row.since, row.until):
            return allow(BY_MANDATE, act=row.act)
    return refuse(OTHERS_SIGN)


def may_record_mandate(
    actor: Actor, member: Membership, since: datetime, until: datetime | None, act: str, at: datetime
) -> Decision:
    """A coordinator, for members of their own organisation, and by an act that can be looked up."""
    if actor.actor_kind == "job":
        return allow(SET_UP)
    if not isinstance(actor, Membership) or actor.role != Membership.Role.COORDINATOR:
        return refuse(NEEDS_COORDINATOR)
    if member.organisation_id != actor.organisation_id:
        return refuse(_("Each organisation says who of its own members signs for it."))
    if member.ended_at and member.ended_at <= at:
        return refuse(_("This person no longer acts for the organisation."))
    if until is not None and until <= max(since, at):
        return refuse(_("A mandate ends after it has begun, and not in the past."))
    if not act.strip():
        return refuse(_("Name the act that gives the mandate, with its date."))
    return allow(_("The coordinator of an organisation records who may sign for it."))


def may_end_mandate(actor: Actor, mandate: Mandate, at: datetime) -> Decision:
    """The organisation's coordinator, once."""
    if mandate.until and mandate.until <= at:
        return refuse(_("This mandate has ended already."))
    is_coordinator = isinstance(actor, Membership) and actor.role == Membership.Role.COORDINATOR
    if not is_coordinator or actor.actor_organisation_id != mandate.organisation_id:
        return refuse(NEEDS_COORDINATOR)
    return allow(_("The coordinator of an organisation records who may sign for it."))
