"""Proposes, makes, reverses and publishes a group's decisions; dissent stays beside them."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from entente.audit import clock
from entente.audit.services import log
from entente.partnership.models.decisions import DecisionEssence, Dissent, GroupDecision
from entente.partnership.models.groups import Group
from entente.partnership.models.meetings import Meeting
from entente.partnership.queries import decisions as queries
from entente.partnership.queries.meetings import locked, organisations_there, seats
from entente.partnership.rules import decisions as rules
from entente.partnership.rules.meetings import has_seat
from entente.people.models import Member
from entente.records.references import new_reference

State = GroupDecision.State
MADE = ["state", "outcome", "reasons", "in_favour", "against", "abstained"]
MADE += ["decided_on", "decided_at", "decided_by"]


@transaction.atomic
def propose_decision(
    group: Group,
    *,
    by: Member,
    question: str,
    options: list[str],
    doing_nothing: str,
    rights_impact: str,
    language: str = "en",
    meeting: Meeting | None = None,
) -> GroupDecision:
    """Put a question to a group, with what was weighed beside doing nothing. Raises Refused."""
    may = rules.may_propose_decision(by, group, options, doing_nothing, clock.now()).require()
    decision = GroupDecision(
        group=group,
        meeting=meeting,
        reference=new_reference("DEC"),
        language=language,
        question=question,
        options=options,
        doing_nothing=doing_nothing,
        rights_impact=rights_impact,
        rule=group.decision_rule,
        proposed_by=by,
        proposed_by_name=by.person.name,
        proposed_at=clock.now(),
    )
    details = {"question": question}
    log("partnership.decision_proposed", by=by, about=decision, decision=may, details=details)
    decision.save(force_insert=True)
    return decision


@transaction.atomic
def take_decision(
    decision: GroupDecision,
    *,
    by: Member,
    outcome: str,
    reasons: str,
    decided_on: date | None = None,
    in_favour: int | None = None,
    against: int | None = None,
    abstained: int | None = None,
    decided_by: str = "",
) -> GroupDecision:
    """Write down that the group decided it, what exactly, and why. Raises Refused."""
    counts = (in_favour, against, abstained)
    return _make(decision, by, State.TAKEN, (outcome, reasons, decided_on, decided_by), counts)


@transaction.atomic
def refuse_decision(
    decision: GroupDecision,
    *,
    by: Member,
    outcome: str,
    reasons: str,
    decided_on: date | None = None,
    in_favour: int | None = None,
    against: int | None = None,
    abstained: int | None = None,
    decided_by: str = "",
) -> GroupDecision:
    """Write down that the group refused it, what exactly, and why. Raises Refused."""
    counts = (in_favour, against, abstained)
    return _make(decision, by, State.REFUSED, (outcome, reasons, decided_on, decided_by), counts)


def _make(
    decision: GroupDecision,
    by: Member,
    state: str,
    said: tuple[str, str, date | None, str],
    counts: tuple[int | None, int | None, int | None],
) -> GroupDecision:
    decision = locked(queries.decisions(by), decision.pk)
    may = rules.may_make_decision(by, decision, clock.now()).require()
    decision.outcome, decision.reasons, decided_on, decision.decided_by = said
    decision.decided_on = decided_on or clock.today()
    decision.in_favour, decision.against, decision.abstained = counts
    rules.has_reasons(decision.reasons).require()
    rules.is_on_day(decision.decided_on, clock.today()).require()
    is_yes = state == State.TAKEN
    rules.counts_fit(decision.rule, is_yes=is_yes, in_favour=counts[0], against=counts[1]).require()
    rules.adviser_names(decision.rule, decision.decided_by).require()
    there = organisations_there(decision.meeting, by) if decision.meeting else 0
    rules.had_quorum(decision.meeting, there, state).require()
    decision.state, decision.decided_at = state, clock.now()
    decision.save(update_fields=MADE)
    name = "partnership.decision_taken" if is_yes else "partnership.decision_refused"
    log(name, by=by, about=decision, decision=may, details={"outcome": decision.outcome})
    return decision


@transaction.atomic
def note_dissent(decision: GroupDecision, *, by: Member, text: str, member: Member | None = None) -> Dissent:
    """Keep a dissent: one's own, or `member`'s as it was said in the meeting. Raises Refused."""
    decision = locked(queries.decisions(by), decision.pk)
    who = member or by
    is_own = who.pk == by.pk
    may = rules.may_note_dissent(by, decision, clock.now(), is_own=is_own).require()
    sitting = {seat.membership_id for seat in seats(decision.group_id, by)}
    has_seat(who.pk in sitting, who.person.name).require()
    dissent = Dissent(
        group=decision.group,
        decision=decision,
        membership=who,
        name=who.person.name,
        organisation_id=who.organisation_id,
        text=text,
        noted_by=by,
        at=clock.now(),
    )
    details = {"who": who.person.name}
    log("partnership.dissent_noted", by=by, about=decision, decision=may, details=details)
    dissent.save(force_insert=True)
    return dissent


@transaction.atomic
def reverse_decision(
    decision: GroupDecision, *, by: Member, later: GroupDecision | None, reversal: str
) -> GroupDecision:
    """Let a later decision take the place of this one, and say why; both stay. Raises Refused."""
    decision = locked(queries.decisions(by), decision.pk)
    may = rules.may_reverse_decision(by, decision, later, clock.now()).require()
    rules.has_reasons(reversal).require()
    decision.state, decision.reversed_by, decision.reversal = State.REVERSED, later, reversal
    essence = queries.essence_of(decision.pk, by)
    if essence is not None:
        rules.names_nobody(reversal, _names(decision, by)).require()
        essence.state, essence.reversed_on = State.REVERSED, clock.today()
        essence.reversal = {decision.language: reversal}
        essence.save(update_fields=["state", "reversed_on", "reversal"])
    decision.save(update_fields=["state", "reversed_by", "reversal"])
    details = {"reversal": reversal}
    log("partnership.decision_reversed", by=by, about=decision, decision=may, details=details)
    return decision


@transaction.atomic
def publish_decision(
    decision: GroupDecision, *, by: Member, texts: dict[str, dict[str, str]]
) -> DecisionEssence:
    """Let everybody read the essence, `{"en": {"what": …, "reasons": …}}`; no names. Raises Refused."""
    decision = locked(queries.decisions(by), decision.pk)
    is_public = queries.essence_of(decision.pk, by) is not None
    may = rules.may_publish_decision(by, decision, clock.now(), is_public=is_public).require()
    names = _names(decision, by)
    for fields in texts.values():
        rules.names_nobody(" ".join(fields.values()), names).require()
    force = decision.group.task_force
    essence = DecisionEssence(
        group=decision.group,
        decision=decision,
        reference=decision.reference,
        state=decision.state,
        language=next(iter(texts)),
        texts=texts,
        group_name=force.name,
        group_names=force.names,
        rule=decision.rule,
        decided_by=decision.decided_by,
        decided_on=decision.decided_on or clock.today(),
        public_since=clock.now(),
    )
    log("partnership.decision_published", by=by, about=decision, decision=may)
    essence.save(force_insert=True)
    return essence


def _names(decision: GroupDecision, by: Member) -> list[str]:
    """Everybody who sits in the group."""
    return [seat.membership.person.name for seat in seats(decision.group_id, by)]
