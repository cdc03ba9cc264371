"""Who works on a record."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from entente.audit.decisions import Decision, allow, refuse
from entente.people.models import Member
from entente.records.models import Action, Record

REASON_OWNER = _("Your organisation owns this record.")


def may_work_on(actor: Member, record: Record, at: datetime) -> Decision:
    """Notes, actions, translations: the owner's members."""
    if actor.actor_kind == "job":
        return allow(_("The software does scheduled work on this record."))
    if actor.actor_organisation_id != record.owner_id:
        return refuse(_("Only members of the organisation that owns this record work on it."))
    return allow(REASON_OWNER)


def may_complete_action(actor: Member, action: Action, at: datetime) -> Decision:
    """Once, by the owner's members."""
    if action.done_at is not None:
        return refuse(_("This action is already done."))
    if actor.actor_organisation_id != action.record.owner_id:
        return refuse(_("Only members of the organisation that owns this record work on it."))
    return allow(REASON_OWNER)
