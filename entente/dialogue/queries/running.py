"""Named reads for those who run dialogues."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Count, Q, QuerySet, Sum

from entente.audit.actors import Actor
from entente.dialogue.models import (
    Analysis,
    Dialogue,
    InviteCode,
    Statement,
    VoteCount,
)
from entente.people.models import Member


def dialogues(reader: Member) -> QuerySet[Dialogue]:
    """The organisation's own dialogues, newest first."""
    own = Dialogue.objects.visible_to(reader).filter(owner_id=reader.organisation_id)
    return own.select_related("owner").order_by("-opened_at", "reference")


def waiting_counts(dialogue_ids: list[Any], reader: Member) -> dict[Any, int]:
    """How many statements wait to be read, by dialogue."""
    rows = Statement.objects.visible_to(reader).filter(
        dialogue_id__in=dialogue_ids, state=Statement.State.WAITING
    )
    return dict(rows.values_list("dialogue_id").annotate(n=Count("id")))


STATE_KINDS = {
    Dialogue.State.DRAFT: "draft",
    Dialogue.State.OPEN: "open",
    Dialogue.State.FROZEN: "due",
    Dialogue.State.CLOSED: "closed",
}


def turnouts(dialogue_ids: list[Any], reader: Actor) -> dict[Any, tuple[int, int]]:
    """People and votes so far, by dialogue; of imported ones, not counted by the hour, the analysis knows."""
    analysed = Analysis.objects.visible_to(reader).filter(dialogue_id__in=dialogue_ids, turned=None)
    found = {
        key: (people, votes)
        for key, people, votes in analysed.values_list("dialogue_id", "participants", "votes")
    }
    counted = VoteCount.objects.visible_to(reader).filter(dialogue_id__in=dialogue_ids)
    rows = counted.values_list("dialogue_id").annotate(people=Sum("newcomers"), votes=Sum("votes"))
    return found | {key: (people, votes) for key, people, votes in rows}


def turnout(dialogue: Dialogue, reader: Actor) -> dict[str, Any]:
    """Votes and newcomers so far, by stratum and by day."""
    rows = VoteCount.objects.visible_to(reader).filter(dialogue_id=dialogue.pk)
    by_stratum = list(
        rows.values("stratum").annotate(votes=Sum("votes"), people=Sum("newcomers")).order_by("stratum")
    )
    by_day = list(
        rows.values(day=models.functions.TruncDate("hour"))
        .annotate(votes=Sum("votes"), people=Sum("newcomers"))
        .order_by("day")
    )
    return {
        "votes": sum(row["votes"] for row in by_stratum),
        "people": sum(row["people"] for row in by_stratum),
        "by_stratum": by_stratum,
        "by_day": by_day,
    }


def codes(dialogue: Dialogue, reader: Member) -> list[dict[str, Any]]:
    """Codes made and used, by batch; the codes themselves are kept nowhere."""
    rows = InviteCode.objects.visible_to(reader).filter(dialogue_id=dialogue.pk)
    counted = rows.values("stratum", "batch", "area").annotate(
        number=Count("id"), used=Count("id", filter=Q(is_used=True)), made_on=models.Min("made_on")
    )
    return list(counted.order_by("made_on", "batch", "area"))


def statement_counts(dialogue: Dialogue, reader: Actor) -> dict[str, int]:
    """How many of its statements are in each state."""
    rows = Statement.objects.visible_to(reader).filter(dialogue_id=dialogue.pk)
    return dict(rows.values_list("state").annotate(n=Count("id")))
