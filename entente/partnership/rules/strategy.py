"""Who may do what to the local strategy. Each rule answers with a reason a person can read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from entente.audit.decisions import Decision, allow, refuse
from entente.partnership.models import Passage, PlannedAction, Strategy
from entente.people.models import Member

State = Strategy.State
OPEN = {State.DRAFT, State.CONSULTED}
YOURS = _("Your organisation keeps this strategy.")
NOT_YOURS = _("Only a coordinator of the organisation that keeps the strategy does this.")
STAYS = _("What was adopted keeps its words. Draft a new version instead.")


def may_draft_strategy(actor: Member) -> Decision:
    """A coordinator, for their own organisation."""
    if actor.role != Member.Role.COORDINATOR:
        return refuse(_("Only a coordinator drafts a strategy for their organisation."))
    return allow(_("You coordinate for your organisation."))


def may_keep(actor: Member, strategy: Strategy) -> Decision:
    """A coordinator of its owner."""
    if actor.role != Member.Role.COORDINATOR or strategy.owner_id != actor.organisation_id:
        return refuse(NOT_YOURS)
    return allow(YOURS)


def may_edit_strategy(actor: Member, strategy: Strategy) -> Decision:
    """Everybody of the organisation that keeps it, and its group, while nothing is adopted."""
    if strategy.state not in OPEN:
        return refuse(STAYS)
    if actor.role == Member.Role.OVERSEER:
        return refuse(_("The independent overseer reads and changes nothing."))
    if strategy.owner_id == actor.organisation_id:
        return allow(YOURS)
    if strategy.group_id in actor.task_forces:
        return allow(_("You sit in the group that writes this strategy."))
    return refuse(_("The organisation that keeps the strategy, and its group, write it."))


def may_rename_strategy(actor: Member, strategy: Strategy, first: date, last: date) -> Decision:
    """Its title and its period, by who keeps it."""
    if strategy.state not in OPEN:
        return refuse(STAYS)
    if first >= last:
        return refuse(_("The last day comes after the first."))
    return may_keep(actor, strategy)


def may_plan_action(
    actor: Member, strategy: Strategy, first: date, last: date, budget: Decimal, secured: Decimal
) -> Decision:
    """Inside the strategy's period, and with money that adds up."""
    if first > last:
        return refuse(_("An action ends after it starts."))
    if first < strategy.first_day or last > strategy.last_day:
        return refuse(_("An action lies inside the strategy's period."))
    if not 0 <= secured <= budget:
        return refuse(_("What is secured is at most what the action costs."))
    return may_edit_strategy(actor, strategy)


def may_remove_part(actor: Member, strategy: Strategy, hanging: int) -> Decision:
    """What nothing else hangs on."""
    if hanging:
        return refuse(_("Actions belong to this objective. Move or remove them first."))
    return may_edit_strategy(actor, strategy)


def may_cite(
    actor: Member, strategy: Strategy, reference: str, public_since: datetime | None, at: datetime
) -> Decision:
    """Only what everybody may read."""
    if reference and (public_since is None or public_since > at):
        return refuse(
            _("A strategy cites what everybody may read. No public record or decision has this reference.")
        )
    return may_edit_strategy(actor, strategy)


def may_consult_on_strategy(actor: Member, strategy: Strategy, passages: Iterable[Passage]) -> Decision:
    """A draft that says what it is for."""
    if strategy.state != State.DRAFT:
        return refuse(_("Only a draft is put to the members."))
    written = {passage.part for passage in passages if passage.said("text", strategy.language)}
    if not {Passage.Part.NEED, Passage.Part.PURPOSE} <= written:
        return refuse(_("Write the statement of need and the purpose first."))
    return may_keep(actor, strategy)


def may_adopt_strategy(
    actor: Member, strategy: Strategy, *, passages: Iterable[Passage], objectives: int, actions: int
) -> Decision:
    """After the members were asked, and when every part is there."""
    if strategy.state != State.CONSULTED:
        return refuse(_("A strategy is adopted after the members were asked."))
    written = {passage.part for passage in passages if passage.said("text", strategy.language)}
    if written < set(Passage.Part.values):
        return refuse(_("A part of its text is still empty."))
    if not objectives or not actions:
        return refuse(_("It needs at least one objective and one action."))
    return may_keep(actor, strategy)


def may_bring_strategy_into_force(
    actor: Member, strategy: Strategy, others: Iterable[Strategy], on: date
) -> Decision:
    """Once adopted, and one for each period."""
    if strategy.state != State.ADOPTED:
        return refuse(_("A strategy comes into force after it was adopted."))
    if strategy.last_day < on:
        return refuse(_("Its period is over."))
    for other in others:
        is_same = other.family == strategy.family
        if not is_same and other.first_day <= strategy.last_day and other.last_day >= strategy.first_day:
            return refuse(_("“%(other)s” is in force for these years. Supersede it first."), other=str(other))
    return may_keep(actor, strategy)


def may_supersede_strategy(actor: Member, strategy: Strategy) -> Decision:
    """What is in force, when a strategy for other years takes its place."""
    if strategy.state != State.IN_FORCE:
        return refuse(_("Only a strategy in force is superseded."))
    return may_keep(actor, strategy)


def may_draft_strategy_version(actor: Member, strategy: Strategy, newest: Strategy) -> Decision:
    """One at a time, made from what is in force."""
    if strategy.state != State.IN_FORCE:
        return refuse(_("A new version is made from the strategy that is in force."))
    if newest.pk != strategy.pk:
        return refuse(_("A new version is being written already."))
    return may_keep(actor, strategy)


def may_note_progress(
    actor: Member, action: PlannedAction, *, state: str, note: str, secured: Decimal
) -> Decision:
    """The organisation that owns an action says how far it is; who keeps the strategy may too."""
    if action.strategy.state not in {State.ADOPTED, State.IN_FORCE}:
        return refuse(_("The strategy is not adopted, or no longer in force."))
    if actor.role == Member.Role.OVERSEER or actor.organisation_id not in {
        action.owner_id,
        action.strategy.owner_id,
    }:
        return refuse(_("The organisation that owns an action says how far it is."))
    if state == PlannedAction.State.DROPPED and not note:
        return refuse(_("Say why the action is dropped."))
    if not 0 <= secured <= action.budget:
        return refuse(_("What is secured is at most what the action costs."))
    return allow(_("Your organisation answers for this action."))


def may_review_strategy(actor: Member, strategy: Strategy) -> Decision:
    """While it is in force."""
    if strategy.state != State.IN_FORCE:
        return refuse(_("A strategy is reviewed while it is in force."))
    return may_keep(actor, strategy)
