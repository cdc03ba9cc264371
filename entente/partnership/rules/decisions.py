"""Who may propose, make, reverse and publish a group's decision. Each rule answers with a reason."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from entente.audit.decisions import Decision, allow, refuse
from entente.partnership.models.decisions import DISSENT_DAYS, GroupDecision
from entente.partnership.models.groups import Group
from entente.partnership.models.meetings import Meeting
from entente.partnership.rules.meetings import GROUP_RESTS, SITS, may_keep, may_sit
from entente.people.models import Member

State = GroupDecision.State
COMPLETE = _("The reasons and the votes are there.")


def may_propose_decision(
    actor: Member, group: Group, options: Collection[str], doing_nothing: str, at: datetime
) -> Decision:
    """At least two options are weighed, and doing nothing is one of them."""
    if not options:
        return refuse(_("Name at least one option beside doing nothing."))
    if not doing_nothing.strip():
        return refuse(_("Say what happens if nothing is done. It is always one of the options."))
    if group.state in (Group.State.SUSPENDED, Group.State.CLOSED):
        return refuse(GROUP_RESTS)
    return may_sit(actor, group)


def may_make_decision(actor: Member, decision: GroupDecision, at: datetime) -> Decision:
    """Once, by whoever keeps the papers, as the group said."""
    if decision.state != State.PROPOSED:
        return refuse(_("This was decided already. A later decision can reverse it."))
    return may_keep(actor, decision.group)


def has_reasons(reasons: str) -> Decision:
    """Nothing is decided, and nothing refused, without saying why."""
    if reasons.strip():
        return allow(COMPLETE)
    return refuse(_("A decision needs its reasons: write why the group said yes or no."))


def is_on_day(decided_on: object, today: object) -> Decision:
    """Nobody decides tomorrow."""
    if decided_on <= today:  # type: ignore[operator]
        return allow(COMPLETE)
    return refuse(_("This day lies in the future. Write down a decision once it is made."))


def counts_fit(rule: str, *, is_yes: bool, in_favour: int | None, against: int | None) -> Decision:
    """A group that decides by majority says how many were for and against."""
    if rule != Group.DecisionRule.MAJORITY:
        return allow(COMPLETE)
    if in_favour is None or against is None:
        return refuse(_("This group decides by majority: write how many were for it and how many against."))
    if is_yes and in_favour <= against:
        return refuse(_("There was no majority for it. Then the group refused it."))
    if not is_yes and in_favour > against:
        return refuse(_("There was a majority for it. Then the group decided it."))
    return allow(COMPLETE)


def adviser_names(rule: str, decided_by: str) -> Decision:
    """Where a group advises, somebody else decides, and is named."""
    if rule != Group.DecisionRule.ADVISORY or decided_by.strip():
        return allow(COMPLETE)
    return refuse(_("This group advises. Write which office or council decided."))


def had_quorum(meeting: Meeting | None, organisations: int, state: str) -> Decision:
    """A meeting without its quorum decides nothing."""
    held = meeting is not None and meeting.quorum is not None
    if state != State.TAKEN or not held or organisations >= (meeting.quorum or 0):  # type: ignore[union-attr]
        return allow(COMPLETE)
    return refuse(
        _("The meeting had no quorum: %(number)d organisations were there and %(quorum)d are needed."),
        number=organisations,
        quorum=meeting.quorum,  # type: ignore[union-attr]
    )


def may_note_dissent(actor: Member, decision: GroupDecision, at: datetime, *, is_own: bool) -> Decision:
    """One's own, within seven days; what was said in the meeting is noted by whoever keeps the papers."""
    if decision.decided_at is None:
        return refuse(_("Nothing was decided yet."))
    if decision.decided_at + timedelta(days=DISSENT_DAYS) <= at:
        return refuse(_("Seven days have passed since this was decided."))
    if is_own:
        return may_sit(actor, decision.group)
    return may_keep(actor, decision.group)


def may_reverse_decision(
    actor: Member, decision: GroupDecision, later: GroupDecision | None, at: datetime
) -> Decision:
    """By a later decision of the same group."""
    if decision.state not in (State.TAKEN, State.REFUSED):
        return refuse(_("Only what was decided or refused, and still holds, can be reversed."))
    if (
        later is None
        or later.pk == decision.pk
        or later.group_id != decision.group_id
        or later.state != State.TAKEN
        or decision.decided_at is None
        or later.decided_at is None
        or later.decided_at <= decision.decided_at
    ):
        return refuse(_("A later decision of the same group reverses it. Make that one first."))
    return may_keep(actor, decision.group)


def may_publish_decision(
    actor: Member, decision: GroupDecision, at: datetime, *, is_public: bool
) -> Decision:
    """What was decided and what was refused alike."""
    if not decision.is_made:
        return refuse(_("Nothing was decided yet."))
    if is_public:
        return refuse(_("This decision is public already."))
    return may_keep(actor, decision.group)


def names_nobody(text: str, names: Collection[str]) -> Decision:
    """What everybody reads names no person."""
    said = text.casefold()
    found = next((name for name in names if name and name.casefold() in said), None)
    if found is None:
        return allow(SITS)
    return refuse(_("Everybody will read this. Leave out the name %(name)s."), name=found)
