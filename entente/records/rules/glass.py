"""Who may break the glass, and who says afterwards whether it was right."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.decisions import Decision, allow, refuse
from entente.people.models import Member, Membership
from entente.records.models import Participation

HOURS = (1, 2, 4)
SHORTEST_REASON = 20
A_DAY = timedelta(hours=24)
AT_MOST = 2
WORKING_DAYS = 3

BROKEN = _("Opened in an emergency, told to the owner's privacy officer at once and reviewed by them.")
# One sentence for all three: who asks learns nothing about what there is.
NOTHING_THERE = _(
    "Nothing can be opened with this reference. Either there is no such record, or no agreement in force"
    " with its owner, or it is under professional secrecy."
)
SEEN_ALREADY = _("You can see this record already. Nothing needs to be broken.")
PAUSED = _(
    "You can't break the glass at present: an earlier time was not reviewed within three working days."
    " As soon as it is reviewed, you can again."
)
TWICE = _("You have broken the glass twice in 24 hours. More is not possible, for anybody.")
HOURS_ASKED = _("An emergency lasts one, two or four hours.")
REVIEWED_ALREADY = _("This is reviewed already.")
REASON_ASKED = _("Say in at least 20 characters what the emergency is.")


@dataclass(frozen=True)
class Breaking:
    """One time a member broke the glass, and whether it was reviewed since."""

    id: uuid.UUID
    since: datetime
    is_reviewed: bool

    @property
    def due(self) -> datetime:
        """From this moment on, a review is late."""
        return review_due(self.since)


def review_due(since: datetime) -> datetime:
    """Until when what began at `since` must be reviewed: the end of the third working day after."""
    return clock.working_days_after(since, WORKING_DAYS)


def has_the_right(earlier: Collection[Breaking], at: datetime) -> Decision:
    """Whether a member may break any glass now, given the times before."""
    if any(not one.is_reviewed and one.due <= at for one in earlier):
        return refuse(PAUSED)
    if sum(at - A_DAY < one.since for one in earlier) >= AT_MOST:
        return refuse(TWICE)
    return allow(BROKEN)


def may_break_glass(
    actor: Member,
    at: datetime,
    *,
    earlier: Sequence[Breaking],
    is_there: bool,
    is_seen: bool,
    reason: str,
    hours: int,
) -> Decision:
    """Whether a member opens one record in an emergency.

    `is_there`: the database says that something is behind the glass for this member; `is_seen`: they can
    see it anyway.
    """
    right = has_the_right(earlier, at)
    if not right:
        return right
    if hours not in HOURS:
        return refuse(HOURS_ASKED)
    if len(reason) < SHORTEST_REASON:
        return refuse(REASON_ASKED)
    if is_seen:
        return refuse(SEEN_ALREADY)
    return right if is_there else refuse(NOTHING_THERE)


def may_review_glass(
    actor: Member, participation: Participation, at: datetime, *, is_reviewed: bool
) -> Decision:
    """The owner's privacy officer, once, and never about themselves."""
    if participation.owner_id != actor.actor_organisation_id or actor.role != Membership.Role.OFFICER:
        return refuse(_("The privacy officer of the organisation that owns the record reviews this."))
    if participation.membership_id == actor.actor_id:
        return refuse(_("You broke this glass yourself. Somebody else reviews it."))
    if is_reviewed:
        return refuse(REVIEWED_ALREADY)
    return allow(_("You are the privacy officer of the organisation that owns the record."))
