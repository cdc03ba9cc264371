"""Works out the groups of opinion and publishes what was heard."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.actors import Actor, acting
from entente.audit.decisions import allow
from entente.audit.services import log
from entente.dialogue import queries, rules
from entente.dialogue.models import Analysis, Dialogue, Outcome, VoteCount
from entente.dialogue.services.drafting import locked
from entente.dialogue.services.keeping import BIG, keep_outcome, keep_stability, keep_worked, making_a_map
from entente.dialogue.working_out import draw, read_moment, work_out
from entente.people.models import Member


def analyse_dialogue(dialogue_id: uuid.UUID, *, by: Actor) -> Analysis | None:
    """Find the groups of opinion; None when nobody voted yet. The arithmetic holds no transaction."""
    with making_a_map(dialogue_id):
        moment = read_moment(dialogue_id, by=by)
        if moment.is_empty:
            return None
        worked = work_out(moment, moment.exclusions)
        if len(moment.loaded.votes.values) < BIG:
            draw(worked)
        analysis = keep_worked(worked, by=by)
    if len(moment.loaded.votes.values) >= BIG and draw(worked):
        analysis = keep_stability(moment.dialogue, worked, by=by) or analysis
    return analysis


@transaction.atomic
def publish_outcome(dialogue: Dialogue, *, by: Member, after: int | None = None) -> Outcome:
    """Publish what was heard: protected counts, the map as areas, and the city's own words.

    `after` is the newest edition on the page it was sent from, 0 for none: sent twice, it is published once.
    """
    dialogue = locked(dialogue, by)
    before, content = queries.published_outcome(dialogue, by), queries.outcome_to_publish(dialogue, by)
    is_analysed = content is not None
    decision = rules.may_publish_outcome(by, dialogue, is_analysed=is_analysed, at=clock.now()).require()
    assert content is not None
    if before is not None and after is not None and before.number > after:
        return before
    if dialogue.public_since is None:
        dialogue.public_since = clock.now()
        dialogue.save(update_fields=["public_since"])
    kept = keep_outcome(dialogue, before.number + 1 if before else 1, content, by=by)
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
