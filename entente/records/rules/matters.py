"""Who opens a matter, and what may be kept on it."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from entente.audit.decisions import Decision, allow, refuse
from entente.people.models import Member, Membership
from entente.records.models import Record

OPENS = _("Every member may open a matter for their organisation.")


def may_open_matter(actor: Member, audience: str, task_force: uuid.UUID | None, at: datetime) -> Decision:
    """Members open matters for their organisation; for a task force, those who sit in it."""
    if actor.role == Membership.Role.OVERSEER:
        return refuse(_("The overseer reads who did what, and works on no record."))
    if audience == Record.Audience.TASK_FORCE and task_force not in actor.task_forces:
        return refuse(_("You open a matter for a task force in which you sit."))
    return allow(OPENS)
