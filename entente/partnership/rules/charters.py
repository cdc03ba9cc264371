"""Who may write, open and sign a charter. Each rule answers with a reason a person can read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from entente.audit.actors import Actor
from entente.audit.decisions import Decision, allow, refuse
from entente.partnership.models import Charter, Group, Place, Signature
from entente.partnership.rules.groups import (
    BY_HEAD,
    EDITED_MEANWHILE,
    IS_CLOSED,
    heads,
    may_keep_group,
)
from entente.people.models import Membership

State = Charter.State
BEFORE_SIGNING = {State.DRAFT, State.CONSULTED}
ALL_SIGNED = _("Every organisation that belongs to the group has signed.")
IS_FIXED = _("What was opened for signature stays as it is. Draft a new version.")


def may_draft_charter(actor: Actor, group: Group, versions: Sequence[Charter], at: datetime) -> Decision:
    """One version at a time is on its way."""
    may = may_keep_group(actor, group)
    if may and any(row.state in {*BEFORE_SIGNING, State.OPEN} for row in versions):
        return refuse(_("A version is on its way already. Finish it, or withdraw it."))
    return may


def may_edit_charter(actor: Actor, charter: Charter, edition: int | None, at: datetime) -> Decision:
    """Until it is opened for signature, over what one has read."""
    may = may_keep_group(actor, charter.group)
    if not may:
        return may
    if charter.state not in BEFORE_SIGNING:
        return refuse(IS_FIXED)
    if edition is not None and edition != charter.edition:
        return refuse(EDITED_MEANWHILE)
    return may


def may_consult_charter(actor: Actor, charter: Charter, until: date, at: datetime) -> Decision:
    """A draft is laid before the members until a day to come."""
    may = may_keep_group(actor, charter.group)
    if not may:
        return may
    if charter.state != State.DRAFT:
        return refuse(_("Only a draft is laid before the members."))
    if until <= at.date():
        return refuse(_("Give the members some time: the last day lies in the future."))
    return may


def may_open_charter(actor: Actor, charter: Charter, empty: Sequence[str], at: datetime) -> Decision:
    """After the consultation, and only a text that is whole."""
    may = may_keep_group(actor, charter.group)
    if not may:
        return may
    if charter.state != State.CONSULTED:
        return refuse(_("A charter is opened for signature after the members were consulted."))
    if empty:
        return refuse(
            _("Some parts have no text yet: %(parts)s."),
            parts=pgettext("between the members of a list", ", ").join(empty),
        )
    return may


def may_sign_charter(
    actor: Actor,
    charter: Charter,
    places: Sequence[Place],
    signatures: Sequence[Signature],
    hash_read: str,
    at: datetime,
) -> Decision:
    """For one's own organisation that belongs to the group, once, and what one has read."""
    if charter.group.state == Group.State.CLOSED:
        return refuse(IS_CLOSED)
    if charter.state not in {State.OPEN, State.IN_FORCE}:
        return refuse(_("Only a version that is open for signature or in force can be signed."))
    own = actor.actor_organisation_id
    if own is None or not any(
        row.organisation_id == own and row.state == Place.State.ACCEPTED for row in places
    ):
        return refuse(_("Only an organisation that belongs to the group signs its charter."))
    if any(row.organisation_id == own for row in signatures):
        return refuse(_("Your organisation has signed already."))
    if hash_read != charter.text_hash:
        return refuse(_("What you read is not what stands here now. Read it again before you sign."))
    if not isinstance(actor, Membership) or not heads(actor):
        return refuse(_("Only a coordinator binds their organisation."))
    return allow(BY_HEAD)


def may_withdraw_charter(actor: Actor, charter: Charter, at: datetime) -> Decision:
    """A version that is not in force."""
    may = may_keep_group(actor, charter.group)
    if may and charter.state not in {*BEFORE_SIGNING, State.OPEN}:
        return refuse(_("A version that is in force ends when the next one is signed."))
    return may
