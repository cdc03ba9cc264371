"""Who may do what to a protocol. Each rule answers with a reason a person can read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext_lazy as _

from entente.audit.decisions import Decision, allow, refuse
from entente.partnership.models import Adoption, Protocol
from entente.people.models import Member

State = Protocol.State
YOURS = _("Your organisation keeps this protocol.")
NOT_YOURS = _("Only a coordinator of the organisation that keeps a protocol changes it.")
MAY_BIND = _("You may bind your organisation.")
MAY_NOT_BIND = _("Only a coordinator or a data protection officer binds their organisation.")
NOT_IN_USE = _("Only a protocol that is in use can be adopted.")


def may_draft_protocol(actor: Member) -> Decision:
    """A coordinator, for their own organisation."""
    if actor.role != Member.Role.COORDINATOR:
        return refuse(_("Only a coordinator drafts a protocol for their organisation."))
    return allow(_("You coordinate for your organisation."))


def may_keep(actor: Member, protocol: Protocol) -> Decision:
    """A coordinator of its owner."""
    if actor.role != Member.Role.COORDINATOR or protocol.owner_id != actor.organisation_id:
        return refuse(NOT_YOURS)
    return allow(YOURS)


def may_edit_protocol(actor: Member, protocol: Protocol) -> Decision:
    """While it is a draft."""
    if protocol.state != State.DRAFT:
        return refuse(
            _("What was in use keeps its words: organisations adopted them. Draft a new version instead.")
        )
    return may_keep(actor, protocol)


def may_bring_into_use(actor: Member, protocol: Protocol, on: date) -> Decision:
    """A draft that somebody could work by."""
    if protocol.state != State.DRAFT:
        return refuse(_("Only a draft is brought into use."))
    if not all(protocol.said(field, protocol.language) for field in ("title", "purpose", "applies", "steps")):
        return refuse(
            _("It needs a title, a purpose, when it applies, and at least one step before it is in use.")
        )
    if protocol.review_on <= on:
        return refuse(_("Its review is due already. Set a later day first."))
    return may_keep(actor, protocol)


def may_draft_version(actor: Member, protocol: Protocol, newest: Protocol) -> Decision:
    """One draft at a time, made from what is in use."""
    if newest.state == State.DRAFT:
        return refuse(_("A new version is being drafted already."))
    if protocol.state == State.WITHDRAWN:
        return refuse(_("This protocol was withdrawn. Draft a new one."))
    return may_keep(actor, protocol)


def may_withdraw_protocol(actor: Member, protocol: Protocol) -> Decision:
    """What is in use, or a draft nobody needs."""
    if protocol.state not in {State.DRAFT, State.IN_USE}:
        return refuse(_("Only a protocol in use, or a draft, can be withdrawn."))
    return may_keep(actor, protocol)


def may_review_protocol(actor: Member, protocol: Protocol, next_on: date, today: date) -> Decision:
    """What is in use, with the next day on which it is looked at."""
    if protocol.state != State.IN_USE:
        return refuse(_("Only a protocol in use is reviewed."))
    if next_on <= today:
        return refuse(_("The next review comes after today."))
    return may_keep(actor, protocol)


def may_bind(actor: Member) -> Decision:
    """Whoever may bind their organisation."""
    if actor.role not in {Member.Role.COORDINATOR, Member.Role.OFFICER}:
        return refuse(MAY_NOT_BIND)
    return allow(MAY_BIND)


def may_adopt_protocol(
    actor: Member, protocol: Protocol, living: Adoption | None, *, deviations: str = "", reason: str = ""
) -> Decision:
    """Whoever may bind their organisation, once for each version; what differs has a reason."""
    if protocol.state != State.IN_USE:
        return refuse(NOT_IN_USE)
    if living and living.protocol_id == protocol.pk:
        return refuse(_("Your organisation has adopted this version already."))
    if deviations and not reason:
        return refuse(_("Say why your organisation does it differently."))
    return may_bind(actor)


def may_stay_with_version(actor: Member, living: Adoption | None, in_use: Protocol | None) -> Decision:
    """Who adopted an older version and looked at the newer one."""
    if living is None:
        return refuse(_("Your organisation has not adopted this protocol."))
    if in_use is None or in_use.pk == living.protocol_id:
        return refuse(_("There is no newer version in use."))
    if living.stays_with == in_use.number:
        return refuse(_("Your organisation has said already that it stays with the version it adopted."))
    return may_bind(actor)


def may_leave_protocol(actor: Member, living: Adoption | None) -> Decision:
    """At any time, for one's own organisation."""
    if living is None:
        return refuse(_("Your organisation has not adopted this protocol."))
    return may_bind(actor)


def may_note_rehearsal(
    actor: Member, protocol: Protocol, adopters: Collection[object], on: date, today: date
) -> Decision:
    """Who keeps a protocol or adopted it says how it went, afterwards."""
    if actor.role == Member.Role.OVERSEER:
        return refuse(_("The independent overseer reads and changes nothing."))
    if protocol.state == State.DRAFT:
        return refuse(_("A draft is not exercised yet."))
    if on > today:
        return refuse(_("That day has not come yet."))
    if actor.organisation_id != protocol.owner_id and actor.organisation_id not in adopters:
        return refuse(_("Only organisations that keep or adopted this protocol say how it was exercised."))
    return allow(_("Your organisation works by this protocol."))
