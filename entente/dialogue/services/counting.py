"""Counts new answers without reading all of them: between two maps, only whoever answered is counted anew."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from entente.audit import clock
from entente.audit.actors import Actor, acting
from entente.dialogue import queries
from entente.dialogue.models import Analysis, Dialogue, Stratum
from entente.dialogue.services.analysing import analyse_dialogue
from entente.dialogue.services.keeping import BIG, hold, keep_analysis, take_in_changes
from entente.dialogue.standing import Standing, basis_now, excluded_batches, recall, remember, standing_of
from entente.dialogue.tally_words import on_the_same_map
from entente.jobs.queue import defer

NEW_MAP_AFTER = 0.02  # of the people answered since
ATTEMPTS = 3


def count_votes(dialogue_id: uuid.UUID, *, by: Actor, big: int = BIG) -> Analysis | None:
    """Bring the result up to date with the answers that came in; None when there is nothing to count.

    Small dialogues are worked out anew. From `big` votes on, the map stands still and only the people who
    answered are counted again; the map is made anew, in a job of its own, when enough changed.
    """
    standing = recall(dialogue_id)
    for attempt in range(ATTEMPTS):
        analysis, is_counted = _count(dialogue_id, standing, by=by, big=big, is_fresh=attempt > 0)
        if is_counted:
            return analysis
        if analysis is None:
            break
        # Nobody counted it in this process yet, or another worker did meanwhile.
        standing = _read_anew(dialogue_id, by=by)
    return analyse_dialogue(dialogue_id, by=by)


def _count(
    dialogue_id: uuid.UUID, standing: Standing | None, *, by: Actor, big: int, is_fresh: bool
) -> tuple[Analysis | None, bool]:
    """The result with the new answers, and True; what is kept now, and False, when it can't be told yet.

    What was read afresh may hold new answers already.
    """
    with transaction.atomic(), acting(by):
        dialogue = hold(dialogue_id, by)
        kept = queries.newest_analysis(dialogue, by)
        if kept is None or kept.votes < big or "map_made_at" not in kept.result:
            return None, False
        if standing is None or standing.analysis != kept.pk:
            return kept, False
        counted = queries.turnout(dialogue, by)["votes"]
        changed = take_in_changes(dialogue, standing, by=by)
        if not changed and not is_fresh and counted != kept.result["counted"]:
            defer("dialogue.analyse", dialogue=str(dialogue_id), once=True)  # who answered is not known
        analysis = kept
        if changed or is_fresh:
            result = on_the_same_map(kept.result, standing.tally)
            result |= {"counted": counted, "changed": kept.result["changed"] + max(len(changed), 1)}
            if any(way.stratum == Stratum.HOSTED for way in changed):
                result["sessions"] = queries.session_pictures(
                    dialogue, by, result, kept.result.get("sessions")
                )
            analysis = keep_analysis(dialogue, result, standing, "dialogue.answers_counted", by=by)
            if _needs_a_new_map(dialogue, result, standing, by=by):
                defer("dialogue.analyse", dialogue=str(dialogue_id), once=True)
    remember(dialogue_id, standing)
    return analysis, True


def _needs_a_new_map(dialogue: Dialogue, result: dict[str, Any], standing: Standing, *, by: Actor) -> bool:
    """Whether enough changed, or what the map was made of is not the same any more."""
    age = clock.now() - datetime.fromisoformat(result["map_made_at"])
    excluded = excluded_batches(list(queries.exclusions(dialogue, by)))
    return (
        age > queries.MAP_HOLDS
        or result["changed"] > NEW_MAP_AFTER * len(standing.tally.way)
        or basis_now(standing.tally) != standing.basis
        or excluded != standing.excluded
        or queries.accepted_numbers(dialogue, by) != standing.numbers
    )


def _read_anew(dialogue_id: uuid.UUID, *, by: Actor) -> Standing | None:
    """Read all votes once and count them on the map that is kept."""
    with queries.at_one_moment(), acting(by):
        dialogue = Dialogue.objects.visible_to(by).get(pk=dialogue_id)
        kept = queries.newest_analysis(dialogue, by)
        if kept is None:
            return None
        loaded = queries.load_votes(dialogue, by, numbers=kept.result["numbers"])
        excluded = excluded_batches(list(queries.exclusions(dialogue, by)))
    standing = standing_of(loaded, kept.result, kept.result["basis"], excluded)
    standing.analysis = kept.pk
    return standing
