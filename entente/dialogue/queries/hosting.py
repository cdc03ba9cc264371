"""Named reads of hosted sessions."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Count, Q, QuerySet

from entente.audit.actors import Actor
from entente.audit.queries import history
from entente.dialogue.models import Dialogue, HostedSession, Participant, Statement, Stratum, Vote
from entente.dialogue.queries.results import newest_analysis
from entente.dialogue.session_picture import session_picture
from entente.people.models import Member

TYPED = "dialogue.sheet_typed"
PLACES = {Vote.Value.AGREE: 0, Vote.Value.DISAGREE: 1, Vote.Value.PASS: 2}


def sessions(dialogue: Dialogue, reader: Member) -> QuerySet[HostedSession]:
    """The hosted sessions of a dialogue, newest first."""
    rows = HostedSession.objects.visible_to(reader).filter(dialogue_id=dialogue.pk)
    return rows.select_related("dialogue").order_by("-held_on", "name")


def sheets_typed(session: HostedSession, reader: Member) -> dict[str, int]:
    """How many paper sheets of a session were typed in: by everybody, and by the reader."""
    rows = history(session.dialogue_id, reader).filter(about_id=session.pk, name=TYPED, allowed=True)
    by_reader = Count("id", filter=Q(actor_id=reader.actor_id))
    found: dict[str, int] = rows.aggregate(number=Count("id"), own=by_reader)
    return found


def picture_of(session: HostedSession, reader: Member) -> dict[str, Any] | None:
    """What the wall of the room may show of this session; None before it was counted."""
    return _kept_pictures(session.dialogue, reader).get(session.name)


def people_by_session(dialogue: Dialogue, reader: Member) -> dict[str, int]:
    """How many people answered in each session, by its name: tens, rounded down."""
    return {name: picture["people"] for name, picture in _kept_pictures(dialogue, reader).items()}


def _kept_pictures(dialogue: Dialogue, reader: Member) -> dict[str, dict[str, Any]]:
    analysis = newest_analysis(dialogue, reader)
    return (analysis.result.get("sessions") or {}) if analysis else {}


def session_pictures(
    dialogue: Dialogue, reader: Actor, result: dict[str, Any], before: dict[str, Any] | None
) -> dict[str, Any]:
    """The pictures of all sessions, by name, for `Analysis.result["sessions"]`; only jobs may count votes.

    `result` is the result they are kept with (`numbers`, `totals`, `strata`); `before` the pictures kept with
    the one before. A room's answers are few: they are counted anew each time.
    """
    known = HostedSession.objects.visible_to(reader).filter(dialogue_id=dialogue.pk)
    names = list(known.values_list("name", flat=True))
    if not names:
        return {}
    voices = Participant.objects.visible_to(reader).filter(
        dialogue_id=dialogue.pk, stratum=Stratum.HOSTED, batch__in=names
    )
    people = dict(voices.values_list("batch").annotate(n=Count("id")))
    answers = Vote.objects.visible_to(reader).filter(
        dialogue_id=dialogue.pk, participant__in=voices, statement__state=Statement.State.ACCEPTED
    )
    counts: dict[str, dict[int, list[int]]] = defaultdict(dict)
    cells = answers.values_list("participant__batch", "statement__number", "value")
    for name, number, value, people_saying_so in cells.annotate(n=Count("statement_id")):
        counts[name].setdefault(number, [0, 0, 0])[PLACES[value]] = people_saying_so
    wholes = _told_wholes(result)
    kept = before or {}
    return {
        name: session_picture(people[name], counts[name], wholes, kept.get(name))
        for name in names
        if name in people
    }


def _told_wholes(result: dict[str, Any]) -> list[dict[int, int]]:
    """How many answered each statement in the larger groups that hold a room: all counted, all rooms."""
    numbers = result["numbers"]
    cells = [result["totals"]]
    cells += [row["counts"] for row in result.get("strata", []) if row["stratum"] == Stratum.HOSTED]
    return [dict(zip(numbers, map(sum, whole), strict=True)) for whole in cells]
