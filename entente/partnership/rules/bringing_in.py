"""Who may bring files into the directory and take it away. Each rule answers with a reason."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from entente.audit.actors import Actor
from entente.audit.decisions import Decision, allow, refuse
from entente.people.models import Membership
from entente.records.models import ImportRun

State = ImportRun.State


def may_upload_directory(actor: Actor, at: datetime) -> Decision:
    """Whoever lists organisations one by one may list many."""
    if isinstance(actor, Membership) and actor.role == Membership.Role.COORDINATOR:
        return allow(_("A coordinator fills the directory and looks after what they add."))
    return refuse(_("A coordinator brings files into the directory."))


def may_choose_columns(actor: Actor, run: ImportRun, at: datetime) -> Decision:
    """Until it is brought in."""
    if run.state != State.READY:
        return refuse(_("The columns can be chosen while a file is ready, and not afterwards."))
    return may_upload_directory(actor, at)


def may_bring_in_directory(actor: Actor, run: ImportRun, at: datetime) -> Decision:
    """Once, when it was read and has something to bring in."""
    if run.state != State.READY:
        return refuse(_("This file is not ready to be brought in."))
    if run.problems:
        return refuse(_("Something is wrong with this file. Mend it first."))
    return may_upload_directory(actor, at)


def may_resume_directory_import(actor: Actor, run: ImportRun, at: datetime) -> Decision:
    """What an error stopped may go on."""
    if run.state != State.STOPPED:
        return refuse(_("This import was not stopped."))
    return may_upload_directory(actor, at)


def may_export_directory(actor: Actor, at: datetime) -> Decision:
    """What somebody may read on pages they may take along; it is logged."""
    if isinstance(actor, Membership):
        return allow(_("Members take along what the directory shows them."))
    return refuse(_("Members take along what the directory shows them."))
