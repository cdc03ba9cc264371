"""Tries a result without voices that came together, leaves them out with a public reason, or counts them."""

from __future__ import annotations

import uuid

from django.db import transaction

from entente.audit import clock
from entente.audit.actors import Actor, acting
from entente.audit.decisions import allow
from entente.audit.services import log
from entente.dialogue import queries, rules
from entente.dialogue.models import Analysis, Dialogue, Exclusion
from entente.dialogue.services.drafting import locked
from entente.dialogue.services.keeping import SCHEDULED, hold, keep_worked, making_a_map
from entente.dialogue.working_out import Worked, draw, read_moment, work_out
from entente.jobs.queue import defer
from entente.people.models import Member

State = Exclusion.State
# What follows from each state when it is turned round.
TURNED = {State.TRIED: State.IN_FORCE, State.IN_FORCE: State.TRIED}


@transaction.atomic
def try_without(dialogue: Dialogue, *, by: Member, stratum: str, batch: str) -> Exclusion:
    """Have the result worked out without the voices of one batch. What is told does not change yet."""
    dialogue = locked(dialogue, by)
    voices, others = queries.voices_of(dialogue, by, stratum, batch)
    decision = rules.may_try_without(by, dialogue, voices=voices, others=others, at=clock.now()).require()
    known = queries.exclusions(dialogue, by).filter(stratum=stratum, batch=batch).first()
    exclusion = known or Exclusion(dialogue=dialogue, stratum=stratum, batch=batch)
    if known is None:
        log(
            "dialogue.exclusion_tried", by=by, about=exclusion, decision=decision, details=_details(exclusion)
        )
        exclusion.save(force_insert=True)
    defer("dialogue.compare_exclusion", exclusion=str(exclusion.pk), once=True)
    return exclusion


@transaction.atomic
def leave_out(exclusion: Exclusion, *, by: Member, reason: str) -> Exclusion:
    """Leave these voices out of the result, with a reason that everybody reads."""
    dialogue = locked(exclusion.dialogue, by)
    exclusion = queries.exclusions(dialogue, by).get(pk=exclusion.pk)
    is_compared = queries.comparison(exclusion, by) is not None
    decision = rules.may_leave_out(
        by, dialogue, exclusion, is_compared=is_compared, reason=reason, at=clock.now()
    ).require()
    exclusion.state, exclusion.reason = State.IN_FORCE, reason
    exclusion.decided_by, exclusion.decided_on = by.actor_name, clock.today()
    details = {**_details(exclusion), "reason": reason}
    log("dialogue.batch_left_out", by=by, about=exclusion, decision=decision, details=details)
    exclusion.save(update_fields=["state", "reason", "decided_by", "decided_on"])
    defer("dialogue.compare_exclusion", exclusion=str(exclusion.pk), once=True)
    return exclusion


@transaction.atomic
def count_again(exclusion: Exclusion, *, by: Member) -> Exclusion:
    """Count these voices as all others; or drop what was only tried."""
    dialogue = locked(exclusion.dialogue, by)
    exclusion = queries.exclusions(dialogue, by).get(pk=exclusion.pk)
    decision = rules.may_count_again(by, dialogue, exclusion, clock.now()).require()
    was_in_force = exclusion.state == State.IN_FORCE
    event = "dialogue.batch_counted_again" if was_in_force else "dialogue.trial_dropped"
    log(event, by=by, about=exclusion, decision=decision, details=_details(exclusion))
    exclusion.state, exclusion.decided_by, exclusion.decided_on = State.LIFTED, by.actor_name, clock.today()
    exclusion.save(update_fields=["state", "decided_by", "decided_on"])
    if was_in_force:
        defer("dialogue.analyse", dialogue=str(dialogue.pk), once=True)
    return exclusion


def _details(exclusion: Exclusion) -> dict[str, str]:
    return {"stratum": exclusion.stratum, "batch": exclusion.batch}


def compare_exclusion(exclusion_id: uuid.UUID, *, by: Actor) -> Analysis | None:
    """Work out the result of one moment with and without a batch; None when it is not tried any more."""
    with acting(by):
        tried = Exclusion.objects.visible_to(by).get(pk=exclusion_id)
    with making_a_map(tried.dialogue_id):
        moment = read_moment(tried.dialogue_id, by=by)
        if moment.is_empty or tried.pk not in {row.pk for row in moment.exclusions}:
            return None
        counts = work_out(moment, moment.exclusions)
        turned = work_out(moment, [_turned(row, tried.pk) for row in moment.exclusions])
        for worked in (counts, turned):
            draw(worked, always=True)
        beside = dict(counts.result)
        keep_worked(counts, by=by)
        return _keep_comparison(tried.pk, turned, beside, by=by)


def _turned(row: Exclusion, tried: uuid.UUID) -> Exclusion:
    """An exclusion as it would be if the one that is tried were turned round; never saved."""
    state = TURNED[State(row.state)] if row.pk == tried else row.state
    return Exclusion(pk=row.pk, stratum=row.stratum, batch=row.batch, state=state, reason=row.reason)


def _keep_comparison(
    exclusion_id: uuid.UUID, turned: Worked, beside: dict[str, object], *, by: Actor
) -> Analysis | None:
    """Keep the turned result with the one that counts beside it, both of the same moment."""
    with transaction.atomic(), acting(by):
        dialogue = hold(turned.moment.dialogue.pk, by)
        exclusion = queries.exclusions(dialogue, by).filter(pk=exclusion_id).first()
        before = next(row for row in turned.moment.exclusions if row.pk == exclusion_id)
        if exclusion is None or exclusion.state != before.state:
            return None  # decided meanwhile: another job compares what holds now
        Analysis.objects.visible_to(by).filter(turned_id=exclusion_id).delete()
        counted = turned.standing.tally
        kept = Analysis(
            dialogue=dialogue,
            turned=exclusion,
            participants=int(counted.is_counted.sum()),
            votes=int(counted.seen[counted.is_counted].sum()),
            result={**turned.result, "beside": beside},
        )
        decision = allow(SCHEDULED)
        log("dialogue.exclusion_compared", by=by, about=kept, decision=decision, details=_details(exclusion))
        kept.save(force_insert=True)
        return kept
