"""Brings in a conversation held in Polis: read, show, and only then write, step by step."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from entente.audit import clock
from entente.audit.actors import Actor, acting
from entente.audit.services import log
from entente.dialogue import rules
from entente.dialogue.codes import hashed
from entente.dialogue.models import IMPORTED_LENGTH, Dialogue, Participant, Statement, Stratum
from entente.dialogue.polis_csv import Conversation, Problem, Reading, read_zip
from entente.dialogue.queries import IMPORT_WORK
from entente.dialogue.services.analysing import analyse_dialogue
from entente.dialogue.services.drafting import draft_dialogue, index_dialogue
from entente.dialogue.similarity import likeness
from entente.jobs.queue import defer
from entente.people.models import Member
from entente.records.files import forget_file, keep_file, kept_file
from entente.records.models import ImportRun
from entente.records.services.importing import advance_import as _advance
from entente.records.services.importing import forget_imports

KIND = "polis"
FILE = "conversation"
CHUNK = 5000  # votes written in one transaction
MODERATED = {1: Statement.State.ACCEPTED, 0: Statement.State.WAITING, -1: Statement.State.REJECTED}
State = ImportRun.State


@transaction.atomic
def start_import(*, by: Member, file_name: str, content: bytes) -> ImportRun:
    """Keep an uploaded zip, sealed, and have it read."""
    decision = rules.may_draft_dialogue(by, clock.now()).require()
    run = ImportRun(kind=KIND, owner_id=by.organisation_id, started_by=by, file_name=file_name[:200])
    log("dialogue.import_started", by=by, about=run, decision=decision)
    keep_file(run.id, FILE, content)
    run.save(force_insert=True)
    defer("dialogue.read_import", run=str(run.id))
    return run


def read_import(run_id: uuid.UUID, *, by: Actor) -> ImportRun:
    """Read the file and say what it would bring in and what is wrong with it. Writes nothing else."""
    with acting(by):
        run = ImportRun.objects.visible_to(by).get(pk=run_id)
    if run.state != State.READING:
        return run
    reading = _read(run)
    found: dict[str, Any] = {
        "state": State.REFUSED if reading.conversation is None else State.READY,
        "problems": [_plain(problem) for problem in reading.problems],
        "notices": [_plain(problem) for problem in reading.notices],
    }
    if reading.conversation:
        found["preview"] = _preview(reading.conversation)
        found["rows_total"] = len(reading.conversation.votes)
    return _advance(run, State.READING, "dialogue.import_read", by=by, **found)


def _read(run: ImportRun) -> Reading:
    return read_zip(io.BytesIO(kept_file(run.id, FILE)))


def _plain(problem: Problem) -> dict[str, Any]:
    return {"file": problem.file, "line": problem.line, "code": str(problem.code), "detail": problem.detail}


def _preview(conversation: Conversation) -> dict[str, Any]:
    states = [MODERATED[statement.moderated] for statement in conversation.statements]
    return {
        "topic": conversation.topic,
        "description": conversation.description,
        "source": conversation.source_url,
        "participants": len(conversation.voters),
        "statements": len(states),
        "rejected": states.count(Statement.State.REJECTED),
        "votes": len(conversation.votes),
        "replaced": conversation.events - len(conversation.votes),
        "examples": [statement.text for statement in conversation.statements[:5]],
    }


@transaction.atomic
def bring_in_import(run: ImportRun, *, by: Member, title: str, question: str, language: str) -> Dialogue:
    """Make the dialogue and its statements, closed from the start, and have the votes written."""
    run = ImportRun.objects.visible_to(by).select_for_update(of=("self",)).get(pk=run.pk)
    decision = rules.may_bring_in_import(by, run, clock.now()).require()
    conversation = _read(run).conversation
    assert conversation is not None
    dialogue = draft_dialogue(
        by=by,
        title=title,
        question=question,
        language=language,
        languages=[language],
        background=conversation.description,
        is_open_web=False,
    )
    dialogue.state, dialogue.source = Dialogue.State.CLOSED, conversation.source_url
    dialogue.save(update_fields=["state", "source"])
    Statement.objects.visible_to(by).bulk_create(
        _statements(dialogue, conversation, language, by), batch_size=1000
    )
    run.state, run.record_id = State.RUNNING, dialogue.pk
    run.save()
    log("dialogue.conversation_brought_in", by=by, about=dialogue, decision=decision, details=run.preview)
    defer("dialogue.run_import", run=str(run.id))
    index_dialogue(dialogue, by=by)
    return dialogue


def _statements(dialogue: Dialogue, conversation: Conversation, language: str, by: Member) -> list[Statement]:
    return [
        Statement(
            dialogue=dialogue,
            number=statement.number,
            text=statement.text[:IMPORTED_LENGTH],
            likeness=likeness(statement.text),
            language=language,
            origin=Statement.Origin.IMPORTED,
            state=MODERATED[statement.moderated],
            decided_by=by.actor_name if statement.moderated else "",
        )
        for statement in conversation.statements
    ]


def run_import(
    run_id: uuid.UUID, *, by: Actor, on_step: Callable[[ImportRun], object] = lambda run: None
) -> ImportRun:
    """Write the votes in steps. A run that was interrupted goes on where it stopped.

    `on_step` is called after each step with how far it is.
    """
    with acting(by):
        run = ImportRun.objects.visible_to(by).get(pk=run_id)
    if run.state != State.RUNNING:
        return run
    conversation = _read(run).conversation
    assert conversation is not None
    assert run.record_id is not None
    ids = _statement_ids(run.record_id, by)
    while run.rows_done < run.rows_total:
        run = _write_step(run, conversation, ids, by=by)
        on_step(run)
    assert run.record_id is not None
    analyse_dialogue(run.record_id, by=by)
    done = {"state": State.DONE, "ended_at": clock.now()}
    run = _advance(run, State.RUNNING, "dialogue.import_finished", by=by, **done)
    forget_file(run.id, FILE)
    return run


def _statement_ids(dialogue_id: uuid.UUID, by: Actor) -> dict[int, uuid.UUID]:
    with acting(by):
        rows = Statement.objects.visible_to(by).filter(dialogue_id=dialogue_id)
        return {int(number): pk for number, pk in rows.values_list("number", "pk") if number is not None}


@transaction.atomic
def _write_step(
    run: ImportRun, conversation: Conversation, ids: dict[int, uuid.UUID], *, by: Actor
) -> ImportRun:
    """One step: its participants, its votes and how far it got, all or nothing.

    The row is held, so that two workers at the same import take turns instead of writing the same step.
    """
    with acting(by):
        run = ImportRun.objects.visible_to(by).select_for_update(of=("self",)).get(pk=run.pk)
        assert run.record_id is not None
        votes = conversation.votes
        step = slice(run.rows_done, run.rows_done + CHUNK)
        voters = sorted(set(votes.voters[step]))
        people = {voter: uuid.uuid5(run.id, str(voter)) for voter in voters}
        Participant.objects.visible_to(by).bulk_create(
            [
                Participant(
                    id=people[voter],
                    dialogue_id=run.record_id,
                    token_hash=hashed(f"{run.id}|{voter}"),
                    stratum=Stratum.IMPORTED,
                    number=voter,
                )
                for voter in voters
            ],
            ignore_conflicts=True,
        )
        _write_votes(run.record_id, conversation, step, people, ids)
        run.rows_done = min(run.rows_done + CHUNK, run.rows_total)
        run.save(update_fields=["rows_done"])
    return run


def _write_votes(
    dialogue_id: uuid.UUID,
    conversation: Conversation,
    step: slice,
    people: dict[int, uuid.UUID],
    ids: dict[int, uuid.UUID],
) -> None:
    """As arrays in one statement: an object for each of some hundred thousand votes takes minutes."""
    votes = conversation.votes
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into dialogue_vote (participant_id, statement_id, dialogue_id, value)"
            " select who, what, %s, value from unnest(%s::uuid[], %s::uuid[], %s::smallint[])"
            " as given(who, what, value) on conflict do nothing",
            [
                dialogue_id,
                [people[voter] for voter in votes.voters[step]],
                [ids[number] for number in votes.statements[step]],
                votes.values[step].tolist(),
            ],
        )


def stop_import(run_id: uuid.UUID, *, by: Actor) -> ImportRun:
    """Say that an import stopped. What was written is kept, and it can go on from there."""
    with acting(by):
        run = ImportRun.objects.visible_to(by).get(pk=run_id)
    if run.state not in IMPORT_WORK:
        return run
    return _advance(run, run.state, "dialogue.import_stopped", by=by, state=State.STOPPED)


@transaction.atomic
def resume_import(run: ImportRun, *, by: Member) -> ImportRun:
    """Let an import that stopped go on where it was."""
    run = ImportRun.objects.visible_to(by).select_for_update(of=("self",)).get(pk=run.pk)
    decision = rules.may_resume_import(by, run, clock.now()).require()
    run.state = State.READING if run.record_id is None else State.RUNNING
    run.save(update_fields=["state"])
    log("dialogue.import_resumed", by=by, about=run, decision=decision, details={"rows": run.rows_done})
    defer(IMPORT_WORK[State(run.state)], run=str(run.id))
    return run


def forget_uploads(*, by: Actor) -> int:
    """Forget uploads that were refused, stopped or never brought in within thirty days; returns how many."""
    return forget_imports(KIND, [FILE], "dialogue.uploads_forgotten", by=by)
