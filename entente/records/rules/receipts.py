"""Who gives a person the code with which they read who looked at what concerns them."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from entente.audit.decisions import Decision, allow, refuse
from entente.people.models import Member, Membership
from entente.records.models import Record

ISSUERS = frozenset({Membership.Role.OFFICER, Membership.Role.COORDINATOR})


def may_issue_receipt(actor: Member, record: Record, at: datetime) -> Decision:
    """The owner's privacy officers and coordinators."""
    if actor.actor_organisation_id != record.owner_id or actor.role not in ISSUERS:
        return refuse(
            _("A privacy officer or a coordinator of the organisation that owns this record does this.")
        )
    return allow(_("You answer for what your organisation keeps about people."))
