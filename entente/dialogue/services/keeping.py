"""Keeps a result: parts that full analyses, counts of new answers and comparisons share."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from entente.audit.actors import Actor, acting
from entente.audit.decisions import allow
from entente.audit.services import log
from entente.dialogue import queries
from entente.dialogue.models import Analysis, Dialogue, Exclusion, Outcome, Participant, Statement
from entente.dialogue.publication import is_due, rough_outcome
from entente.dialogue.queries import Answers, Kind
from entente.dialogue.standing import Standing, remember
from entente.dialogue.tally import EMPTY, Sheet, Sheets, Way
from entente.dialogue.tally_words import on_the_same_map, votes_by_statement
from entente.dialogue.working_out import Worked, headline_people

SCHEDULED = _("The result is worked out when votes have come in.")
BIG = 50_000  # votes from which new ones are counted without making the map anew


def hold(dialogue_id: uuid.UUID, by: Actor) -> Dialogue:
    """The dialogue, held for one who keeps a result. Voters, who point to it, don't wait."""
    rows = Dialogue.objects.visible_to(by).select_for_update(of=("self",), no_key=True)
    return rows.get(pk=dialogue_id)


def _number(dialogue_id: uuid.UUID) -> int:
    digest = hashlib.blake2b(b"dialogue.analyse" + dialogue_id.bytes, digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


@contextmanager
def making_a_map(dialogue_id: uuid.UUID) -> Iterator[None]:
    """Only one process at a time makes a map of this dialogue. Meanwhile, what is counted stays listed.

    Whoever counts in between leaves `VoteChange` alone, so that it can be counted on the new map too.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s)", [_number(dialogue_id)])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s)", [_number(dialogue_id)])


def take_in_changes(dialogue: Dialogue, standing: Standing, *, by: Actor) -> list[Way]:
    """Count again whoever answered since; returns how those who changed something came in.

    The caller holds the dialogue. The list is emptied unless somebody makes a new map meanwhile; somebody
    who answers in this moment waits for the end of the transaction and is listed again.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [_number(dialogue.pk)])
        (is_free,) = cursor.fetchone()
        listed = "delete from dialogue_votechange where dialogue_id = %s returning participant_id"
        if not is_free:
            listed = "select participant_id from dialogue_votechange where dialogue_id = %s"
        cursor.execute(listed, [dialogue.pk])
        people = [row[0] for row in cursor.fetchall()]
    if not people:
        return []
    rows = Participant.objects.visible_to(by).filter(pk__in=people)
    kinds = {
        who.bytes: Kind(*kind)
        for who, *kind in rows.values_list("id", "stratum", "batch", "area", "language")
    }
    sheets = _sheets(queries.answers_of(people, by), standing.numbers)
    given = [sheets.get(key, EMPTY) for key in kinds]
    found = [standing.way(kind) for kind in kinds.values()]
    return standing.tally.count(list(kinds), found, Sheets.joined(given))


def _sheets(answers: Answers, numbers: Sequence[int]) -> dict[bytes, Sheet]:
    """Each person's answers to the statements of a result, by id."""
    named = np.array(numbers, dtype=np.int32)
    found: dict[bytes, Sheet] = {}
    for person in range(len(answers.ids)):
        votes = slice(int(answers.starts[person]), int(answers.starts[person + 1]))
        known = np.isin(answers.numbers[votes], named)
        columns = np.searchsorted(named, answers.numbers[votes][known]).astype(np.int32)
        order = np.argsort(columns)
        key = answers.ids[person : person + 1].tobytes()
        found[key] = columns[order], answers.values[votes][known][order]
    return found


def keep_worked(worked: Worked, *, by: Actor) -> Analysis:
    """Keep a result, with the answers that came in while it was worked out."""
    standing = worked.standing
    with transaction.atomic(), acting(by):
        dialogue = hold(worked.moment.dialogue.pk, by)
        counted = queries.turnout(dialogue, by)["votes"]
        if take_in_changes(dialogue, standing, by=by):
            result = on_the_same_map(worked.result, standing.tally)
            worked.result.update(result | {"counted": counted})
        before = queries.newest_analysis(dialogue, by)
        pictures = before.result.get("sessions") if before else None
        worked.result["sessions"] = queries.session_pictures(dialogue, by, worked.result, pictures)
        analysis = keep_analysis(dialogue, worked.result, standing, "dialogue.dialogue_analysed", by=by)
    if analysis.votes >= BIG:
        remember(dialogue.pk, standing)
    return analysis


@transaction.atomic
def keep_stability(dialogue: Dialogue, worked: Worked, *, by: Actor) -> Analysis | None:
    """Add what the draws gave to the result, if its map is still the same."""
    with acting(by):
        dialogue = hold(dialogue.pk, by)
        analysis = queries.newest_analysis(dialogue, by)
        if analysis is None or analysis.result["map_made_at"] != worked.result["map_made_at"]:
            return None
        analysis.result["stability"] = worked.result["stability"]
        details = {"agreement": worked.result["stability"]["word"]}
        log("dialogue.stability_drawn", by=by, about=analysis, decision=allow(SCHEDULED), details=details)
        analysis.save(update_fields=["result"])
        return analysis


@transaction.atomic
def keep_analysis(
    dialogue: Dialogue, result: dict[str, Any], standing: Standing, event: str, *, by: Actor
) -> Analysis:
    """Keep the result that counts in place of the one before. The caller holds the dialogue.

    Whoever holds it took in every answer listed by then, so what is kept later is never older.
    """
    tally = standing.tally
    older = Analysis.objects.visible_to(by).filter(dialogue_id=dialogue.pk)
    older.filter(turned=None).delete()
    older.filter(turned__state=Exclusion.State.LIFTED).delete()
    counts = tally.is_counted
    analysis = Analysis(
        dialogue=dialogue, participants=int(counts.sum()), votes=int(tally.seen[counts].sum()), result=result
    )
    details = {"participants": analysis.participants, "votes": analysis.votes, "groups": result["k"]}
    log(event, by=by, about=analysis, decision=allow(SCHEDULED), details=details)
    analysis.save(force_insert=True)
    standing.analysis = analysis.pk
    _keep_vote_numbers(dialogue, standing, by=by)
    live = queries.live_outcome(dialogue, by)
    people = headline_people(result)
    if is_due(people, live.content if live else None, result["basis"]):
        picture = rough_outcome(result, result["numbers"], people, live.content if live else None)
        keep_outcome(dialogue, queries.LIVE, picture, by=by)
    return analysis


def _keep_vote_numbers(dialogue: Dialogue, standing: Standing, *, by: Actor) -> None:
    """Let statements know how many answers they have: those with few come up more often."""
    votes: dict[int | None, int] = dict(
        zip(standing.numbers, votes_by_statement(standing.tally).tolist(), strict=True)
    )
    changed = [
        row for row in queries.statements(dialogue, by) if votes.get(row.number, row.votes) != row.votes
    ]
    for row in changed:
        row.votes = votes[row.number]
    Statement.objects.visible_to(by).bulk_update(changed, ["votes"], batch_size=500)


def keep_outcome(dialogue: Dialogue, number: int, content: dict[str, Any], *, by: Actor) -> Outcome:
    Outcome.objects.visible_to(by).filter(dialogue_id=dialogue.pk, number=number).delete()
    kept = Outcome(dialogue=dialogue, number=number, content=content)
    kept.save(force_insert=True)
    return kept
