"""Who may begin a town's partnership. Each rule answers with a reason."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from entente.audit.actors import Actor
from entente.audit.decisions import Decision, allow, refuse
from entente.people.models import Membership


def may_start_organisation(actor: Actor, at: datetime) -> Decision:
    """For one's own organisation."""
    if isinstance(actor, Membership) and actor.role == Membership.Role.COORDINATOR:
        return allow(_("A coordinator describes their own organisation and names the districts."))
    return refuse(_("A coordinator begins the partnership."))
