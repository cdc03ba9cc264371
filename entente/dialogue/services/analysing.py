"""Works out the groups of opinion and publishes what was heard."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.actors import Actor, acting
from entente.audit.decisions import allow
from entente.audit.services import log
from entente.dialogue import queries, rules
from entente.dialogue.models import Analysis, Dialogue, Outcome, Statement, VoteCount
from entente.dialogue.opinion_groups import find_groups
from entente.dialogue.publication import is_due, rough_outcome
from entente.dialogue.services.drafting import locked
from entente.people.models import Member

SCHEDULED = _("The result is worked out when votes have come in.")


def analyse_dialogue(dialogue_id: uuid.UUID, *, by: Actor) -> Analysis | None:
    """Find the groups of opinion; None when nobody voted yet. The arithmetic holds no transaction."""
    with queries.at_one_moment(), acting(by):
        dialogue = Dialogue.objects.visible_to(by).get(pk=dialogue_id)
        counted = queries.turnout(dialogue, by)["votes"]
        loaded = queries.load_votes(dialogue, by)
    if not loaded.people or not loaded.numbers:
        return None
    found = find_groups(loaded.votes).as_json()
    result = {**found, "numbers": loaded.numbers, "took_part": loaded.took_part(), "counted": counted}
    return _keep_analysis(dialogue, result, len(loaded.people), len(loaded.votes.values), by=by)


@transaction.atomic
def _keep_analysis(
    dialogue: Dialogue, result: dict[str, Any], participants: int, votes: int, *, by: Actor
) -> Analysis:
    dialogue = locked(dialogue, by)
    Analysis.objects.visible_to(by).filter(dialogue_id=dialogue.pk).delete()
    analysis = Analysis(dialogue=dialogue, participants=participants, votes=votes, result=result)
    decision = allow(SCHEDULED)
    details = {"participants": participants, "votes": votes, "groups": result["k"]}
    log("dialogue.dialogue_analysed", by=by, about=analysis, decision=decision, details=details)
    analysis.save(force_insert=True)
    rows = {row.number: row for row in queries.statements(dialogue, by)}
    for number, cell in zip(result["numbers"], result["totals"], strict=True):
        if number in rows:  # not turned down meanwhile
            rows[number].votes = sum(cell)
    Statement.objects.visible_to(by).bulk_update(rows.values(), ["votes"], batch_size=500)
    live = queries.live_outcome(dialogue, by)
    if is_due(participants, live.content if live else None):
        _keep_outcome(dialogue, queries.LIVE, rough_outcome(result, result["numbers"], participants), by=by)
    return analysis


def _keep_outcome(dialogue: Dialogue, number: int, content: dict[str, Any], *, by: Actor) -> Outcome:
    Outcome.objects.visible_to(by).filter(dialogue_id=dialogue.pk, number=number).delete()
    kept = Outcome(dialogue=dialogue, number=number, content=content)
    kept.save(force_insert=True)
    return kept


@transaction.atomic
def publish_outcome(dialogue: Dialogue, *, by: Member) -> Outcome:
    """Publish what was heard: protected counts, the map as areas, and the city's own words."""
    dialogue = locked(dialogue, by)
    before, content = queries.published_outcome(dialogue, by), queries.outcome_to_publish(dialogue, by)
    is_analysed = content is not None
    decision = rules.may_publish_outcome(by, dialogue, is_analysed=is_analysed, at=clock.now()).require()
    assert content is not None
    if dialogue.public_since is None:
        dialogue.public_since = clock.now()
        dialogue.save(update_fields=["public_since"])
    kept = _keep_outcome(dialogue, before.number + 1 if before else 1, content, by=by)
    log("dialogue.outcome_published", by=by, about=kept, decision=decision, details={"number": kept.number})
    return kept


def log_vote_counts(*, by: Actor) -> int:
    """Log the votes of each finished hour, once. Returns how many dialogue-hours were logged."""
    with acting(by):
        rows = VoteCount.objects.visible_to(by).filter(hour__lt=clock.this_hour(), is_logged=False)
        hours = rows.values_list("dialogue_id", "hour").annotate(votes=Sum("votes")).order_by("hour")
        for dialogue_id, hour, votes in list(hours):
            dialogue = Dialogue.objects.visible_to(by).get(pk=dialogue_id)
            log(
                "dialogue.votes_counted",
                by=by,
                about=dialogue,
                decision=allow(_("Votes are counted by the hour.")),
                details={"hour": hour.isoformat(), "votes": votes},
            )
            rows.filter(dialogue_id=dialogue_id, hour=hour).update(is_logged=True)
        return len(hours)
