"""Results: what was worked out, and what is told of it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from entente.audit.actors import Actor
from entente.dialogue.models import (
    Analysis,
    Dialogue,
    Exclusion,
    Outcome,
)
from entente.dialogue.publication import outcome, without
from entente.dialogue.queries.answering import statements

LIVE = 0


def newest_analysis(dialogue: Dialogue, reader: Actor) -> Analysis | None:
    """The result that counts, for those who run the dialogue."""
    rows = Analysis.objects.visible_to(reader).filter(dialogue_id=dialogue.pk, turned=None)
    return rows.order_by("-made_at").first()


def exclusions(dialogue: Dialogue, reader: Actor) -> QuerySet[Exclusion]:
    """What is left out of the result, or tried: by how people came in."""
    rows = Exclusion.objects.visible_to(reader).filter(dialogue_id=dialogue.pk)
    return rows.exclude(state=Exclusion.State.LIFTED).order_by("stratum", "batch")


def voices_of(dialogue: Dialogue, reader: Actor, stratum: str, batch: str) -> tuple[int, int]:
    """How many voices of a batch answered, and how many others that count, by the result that is kept."""
    analysis = newest_analysis(dialogue, reader)
    rows = analysis.result.get("batches", []) if analysis else []
    left_out = {
        (row.stratum, row.batch)
        for row in exclusions(dialogue, reader)
        if row.state == Exclusion.State.IN_FORCE
    }
    people = {(row["stratum"], row["batch"]): row["people"] for row in rows}
    others = (number for key, number in people.items() if key not in {*left_out, (stratum, batch)})
    return people.get((stratum, batch), 0), sum(others)


def comparison(exclusion: Exclusion, reader: Actor) -> Analysis | None:
    """The result with this exclusion turned round; None until it is worked out."""
    return Analysis.objects.visible_to(reader).filter(turned_id=exclusion.pk).order_by("-made_at").first()


def live_outcome(dialogue: Dialogue, reader: Actor) -> Outcome | None:
    """The coarse picture shown to voters while it runs."""
    return Outcome.objects.visible_to(reader).filter(dialogue_id=dialogue.pk, number=LIVE).first()


def published_outcome(dialogue: Dialogue, reader: Actor) -> Outcome | None:
    """The newest published result."""
    rows = Outcome.objects.visible_to(reader).filter(dialogue_id=dialogue.pk, number__gt=LIVE)
    return rows.order_by("-number").first()


def with_published_outcome(rows: list[Dialogue], reader: Actor) -> set[Any]:
    """The ids of those dialogues whose result is published."""
    known = Outcome.objects.visible_to(reader).filter(
        dialogue_id__in=[row.pk for row in rows], number__gt=LIVE
    )
    return set(known.values_list("dialogue_id", flat=True))


def outcome_to_publish(dialogue: Dialogue, reader: Actor) -> dict[str, Any] | None:
    """The protected result as it would be published now; None before there is one."""
    analysis, before = newest_analysis(dialogue, reader), published_outcome(dialogue, reader)
    if analysis is None:
        return None
    found, known = analysis.result, before.content if before else None
    content = outcome(found, found["numbers"], found["took_part"], known, votes=analysis.votes)
    return without(content, _accepted(dialogue, reader))


def still_told(told: Outcome, dialogue: Dialogue, reader: Actor) -> Outcome:
    """The outcome without the statements that were turned down since."""
    told.content = without(told.content, _accepted(dialogue, reader))
    return told


def _accepted(dialogue: Dialogue, reader: Actor) -> set[int]:
    numbers = statements(dialogue, reader).values_list("number", flat=True)
    return {number for number in numbers if number is not None}  # Polis counts from 0
