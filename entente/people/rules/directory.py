"""Who may write in the directory, and when. Each rule answers with a reason a person can read."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from entente.audit.actors import Actor
from entente.audit.decisions import Decision, allow, refuse
from entente.people.models import Confirmation, Contact, Entry, Membership, Organisation, Tie

STATE = Entry.State


def _coordinates(actor: Actor) -> bool:
    return isinstance(actor, Membership) and actor.role == Membership.Role.COORDINATOR


def _keeps(actor: Actor, entry: Entry | None) -> bool:
    return entry is not None and _coordinates(actor) and entry.keeper_id == actor.actor_organisation_id


def _is_own(actor: Actor, entry: Entry | None) -> bool:
    return (
        entry is not None and isinstance(actor, Membership) and entry.organisation_id == actor.organisation_id
    )


def may_add_entry(actor: Actor, at: datetime) -> Decision:
    """Whoever lists an organisation looks after its entry from then on."""
    if actor.actor_kind == "job":
        return allow(_("Whoever runs the server fills the directory."))
    if _coordinates(actor):
        return allow(_("A coordinator lists organisations, and looks after their entries from then on."))
    return refuse(_("A coordinator lists organisations in the directory."))


def may_add_this_entry(
    actor: Actor, *, twin: Organisation | None, languages: list[str], at: datetime
) -> Decision:
    """Each organisation once, and never without the languages people are helped in."""
    may = may_add_entry(actor, at)
    if not may:
        return may
    if twin is not None:
        return refuse(_("%(name)s stands in the directory already."), name=str(twin))
    return may if languages else refuse(NO_LANGUAGE)


NO_LANGUAGE = _("Say at least one language in which people are helped: without it nobody knows who can call.")
ARCHIVED = _("This entry is archived. Nobody changes it any more.")


def may_edit_entry(actor: Actor, entry: Entry, at: datetime) -> Decision:
    """The organisation itself, and whoever keeps its entry."""
    if entry.state == STATE.ARCHIVED:
        return refuse(ARCHIVED)
    if actor.actor_kind == "confirmation" and actor.actor_id == entry.pk:
        return allow(_("The organisation was asked by a link, and answered."))
    if _is_own(actor, entry):
        return allow(_("It is your own organisation’s entry."))
    if _keeps(actor, entry):
        return allow(_("Your organisation looks after this entry."))
    if actor.actor_kind == "job":
        return allow(_("Whoever runs the server fills the directory."))
    return refuse(_("The organisation itself changes its entry, or a coordinator of whoever looks after it."))


def may_change_entry(actor: Actor, entry: Entry, *, languages: list[str], at: datetime) -> Decision:
    """What is changed still says in which languages people are helped."""
    may = may_edit_entry(actor, entry, at)
    return refuse(NO_LANGUAGE) if may and not languages else may


def may_keep_entry(actor: Actor, entry: Entry) -> Decision:
    """What only a coordinator of the keeper does."""
    if actor.actor_kind == "job":
        return allow(_("Whoever runs the server fills the directory."))
    if _keeps(actor, entry):
        return allow(_("Your organisation looks after this entry."))
    return refuse(_("A coordinator of the organisation that looks after the entry does this."))


def may_verify_entry(actor: Actor, entry: Entry, at: datetime) -> Decision:
    """Whoever keeps it says that they checked it."""
    may = may_keep_entry(actor, entry)
    if not may:
        return may
    if entry.state == STATE.ARCHIVED:
        return refuse(ARCHIVED)
    if not entry.languages:
        return refuse(NO_LANGUAGE)
    return may


def may_archive_entry(actor: Actor, entry: Entry, reason: str, at: datetime) -> Decision:
    """Once, with a reason; it stays readable."""
    may = may_keep_entry(actor, entry)
    if not may:
        return may
    if entry.state == STATE.ARCHIVED:
        return refuse(ARCHIVED)
    return may if reason.strip() else refuse(_("Say why the entry is archived."))


def may_ask_for_confirmation(actor: Actor, entry: Entry, open_question: Confirmation | None) -> Decision:
    """By a link to the organisation's own address; not twice within a day."""
    may = may_keep_entry(actor, entry)
    if not may:
        return may
    if entry.state == STATE.ARCHIVED:
        return refuse(ARCHIVED)
    if not entry.email:
        return refuse(_("The entry has no e-mail address to ask. Add one first."))
    if open_question is not None:
        return refuse(_("The organisation was asked within the last day. Give it time to answer."))
    return may


def may_confirm_entry(actor: Actor, entry: Entry, at: datetime) -> Decision:
    """Only the organisation itself says that its entry is right."""
    if entry.state == STATE.ARCHIVED:
        return refuse(ARCHIVED)
    if actor.actor_kind == "confirmation" and actor.actor_id == entry.pk:
        return allow(_("The organisation was asked by a link, and answered."))
    if _is_own(actor, entry):
        return allow(_("It is your own organisation’s entry."))
    return refuse(_("Only the organisation itself confirms its entry."))


def may_write_contacts(
    actor: Actor, organisation: Organisation, entry: Entry | None, at: datetime
) -> Decision:
    """Posts are named by the organisation itself, or by whoever keeps its entry."""
    if actor.actor_kind == "job":
        return allow(_("Whoever runs the server fills the directory."))
    if isinstance(actor, Membership) and organisation.pk == actor.organisation_id:
        return allow(_("It is your own organisation."))
    if _keeps(actor, entry):
        return allow(_("Your organisation looks after this entry."))
    return refuse(
        _("The organisation itself says whom to ring, or a coordinator of whoever keeps its entry.")
    )


def may_edit_contact(actor: Actor, contact: Contact, entry: Entry | None, at: datetime) -> Decision:
    """As long as somebody holds the post."""
    may = may_write_contacts(actor, contact.organisation, entry, at)
    if may and contact.state == Contact.State.LEFT:
        return refuse(_("This person has left the post."))
    return may


def may_tie_organisations(
    actor: Actor, one: Organisation, other: Organisation, entries: list[Entry], *, is_known: bool
) -> Decision:
    """Noted by one of the two, or by whoever keeps the entry of one."""
    if one.pk == other.pk:
        return refuse(_("A tie joins two organisations. Choose another one."))
    if is_known:
        return refuse(_("This is noted already."))
    if actor.actor_kind == "job":
        return allow(_("Whoever runs the server fills the directory."))
    own = actor.actor_organisation_id
    if _coordinates(actor) and (own in {one.pk, other.pk} or any(_keeps(actor, entry) for entry in entries)):
        return allow(_("A coordinator notes what organisations have to do with each other."))
    return refuse(
        _("A coordinator of one of the two notes this, or of whoever looks after the entry of one.")
    )


def may_untie(actor: Actor, tie: Tie, at: datetime) -> Decision:
    """Once, by one of the two or by whoever noted it."""
    if tie.ended_on is not None:
        return refuse(_("This tie has ended already."))
    if actor.actor_kind == "job":
        return allow(_("Whoever runs the server fills the directory."))
    if _coordinates(actor) and actor.actor_organisation_id in {tie.one_id, tie.other_id, tie.noted_by_id}:
        return allow(_("A coordinator notes what organisations have to do with each other."))
    return refuse(_("A coordinator of one of the two ends this, or of whoever noted it."))
