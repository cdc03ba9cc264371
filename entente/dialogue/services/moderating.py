"""Accepts statements or turns them down, with a reason from the public policy."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import QuerySet

from entente.audit import clock
from entente.audit.services import log, logged_together
from entente.dialogue import rules
from entente.dialogue.models import Dialogue, ModerationEntry, Statement
from entente.dialogue.services.drafting import locked, next_number
from entente.jobs.queue import defer
from entente.people.models import Member

State = Statement.State
SAME_FOR_ALL = ("state", "reason", "reason_note", "decided_by", "decided_on")
STEP = 500  # rows in one statement of SQL


@dataclass(frozen=True)
class Decided:
    """What one step decided, and what somebody else had decided about meanwhile: that stays."""

    statements: list[Statement]
    meanwhile: list[Statement]


@dataclass(frozen=True)
class Ruling:
    """What is decided: the state, and for what is turned down the reason and a word to who wrote it.

    `same_as` names for a statement the one it repeats.
    """

    state: str
    reason: str = ""
    note: str = ""
    same_as: Mapping[uuid.UUID, uuid.UUID] = field(default_factory=dict)


@transaction.atomic
def moderate_statement(
    statement: Statement, *, by: Member, state: str, reason: str = "", note: str = ""
) -> Statement:
    """Accept or turn down one statement; the decision can be changed later, its votes are kept."""
    statement = Statement.objects.visible_to(by).select_related("dialogue").get(pk=statement.pk)
    ruling = Ruling(state, reason, note)
    return moderate_statements(statement.dialogue, by=by, ids=[statement.pk], ruling=ruling).statements[0]


@transaction.atomic
def moderate_statements(
    dialogue: Dialogue, *, by: Member, ids: Collection[uuid.UUID], ruling: Ruling, seen: str = ""
) -> Decided:
    """Decide about statements in one step, each with its own event and its line in the public log.

    `seen` is the state they were seen in: one that has another by now is left as it is. With the state
    "waiting" they are put back to be read again.
    """
    dialogue = locked(dialogue, by)
    rows = list(_of(dialogue, by, ids).order_by("received_at", "id"))
    if len(rows) < len(set(ids)):
        raise Statement.DoesNotExist
    chosen = [row for row in rows if not seen or row.state == seen]
    meanwhile = [row for row in rows if seen and row.state not in (seen, ruling.state)]
    repeated = {row.pk: row for row in _of(dialogue, by, ruling.same_as.values())}
    number = next_number(dialogue, by=by)
    entries = []
    with logged_together():
        for statement in chosen:
            decision = rules.may_moderate_statement(by, dialogue, statement, clock.now()).require()
            entries.append(_decide(statement, dialogue, ruling, repeated, number, by))
            number += statement.number == number
            details = {"reason": statement.reason, "note": statement.reason_note}
            log(
                f"dialogue.statement_{ruling.state}",
                by=by,
                about=statement,
                decision=decision,
                details=details,
            )
    _keep(chosen, entries, by)
    return Decided(chosen, meanwhile)


def _of(dialogue: Dialogue, by: Member, ids: Collection[uuid.UUID]) -> QuerySet[Statement]:
    return Statement.objects.visible_to(by).filter(dialogue_id=dialogue.pk, pk__in=set(ids))


def _decide(
    statement: Statement,
    dialogue: Dialogue,
    ruling: Ruling,
    repeated: Mapping[uuid.UUID, Statement],
    number: int,
    by: Member,
) -> ModerationEntry:
    """Write a decision into the statement; returns its line for the public log.

    When people may have voted on it already, the result is worked out again.
    """
    is_change, state = statement.state != State.WAITING, ruling.state
    if statement.number is not None and dialogue.state != Dialogue.State.DRAFT and statement.state != state:
        defer("dialogue.analyse", dialogue=str(dialogue.pk), once=True)
    statement.state = state
    is_turned_down, is_decided = state == State.REJECTED, state != State.WAITING
    statement.reason, statement.reason_note = (ruling.reason, ruling.note) if is_turned_down else ("", "")
    statement.decided_by = by.actor_name if is_decided else ""
    statement.decided_on = clock.today() if is_decided else None
    same = ruling.same_as.get(statement.pk)
    statement.duplicate_of = repeated[same] if same and same != statement.pk else None
    if state == State.ACCEPTED and statement.number is None:
        statement.number = number
    return ModerationEntry(
        dialogue_id=dialogue.pk,
        decision=state,
        reason=statement.reason,
        number=statement.number,
        same_as=statement.duplicate_of.number if statement.duplicate_of else None,
        is_change=is_change,
    )


def _keep(statements: list[Statement], entries: list[ModerationEntry], by: Member) -> None:
    """Write a step's statements and lines; what is the same for all of them in one go."""
    if not statements:
        return
    rows = Statement.objects.visible_to(by)
    same = {name: getattr(statements[0], name) for name in SAME_FOR_ALL}
    rows.filter(pk__in=[row.pk for row in statements]).update(**same)
    rows.bulk_update(statements, ["number", "duplicate_of"], batch_size=STEP)
    ModerationEntry.objects.visible_to(by).bulk_create(entries)


@transaction.atomic
def settle_family(
    first: Statement, *, by: Member, repeats: Collection[uuid.UUID], seen: str = State.WAITING, note: str = ""
) -> Decided:
    """Accept the first of several that say the same, if it waits, and turn the others down as its repeats."""
    with logged_together():
        accepted = moderate_statements(
            first.dialogue, by=by, ids=[first.pk], ruling=Ruling(State.ACCEPTED), seen=State.WAITING
        )
        same_as = dict.fromkeys(repeats, first.pk)
        ruling = Ruling(State.REJECTED, Statement.Reason.DUPLICATE, note, same_as)
        others = moderate_statements(first.dialogue, by=by, ids=repeats, ruling=ruling, seen=seen)
    return Decided(accepted.statements + others.statements, others.meanwhile)


@transaction.atomic
def put_back_statements(dialogue: Dialogue, *, by: Member, ids: Collection[uuid.UUID]) -> Decided:
    """Take back one's own newest decisions: these statements wait to be read again.

    One stays as it is when somebody decided about it since, or when its twin waits already.
    """
    dialogue = locked(dialogue, by)
    rows = list(_of(dialogue, by, ids).exclude(state=State.WAITING).filter(decided_by=by.actor_name))
    waiting = Statement.objects.visible_to(by).filter(dialogue_id=dialogue.pk, state=State.WAITING)
    twins = set(
        waiting.filter(likeness__in=[row.likeness for row in rows]).values_list("likeness", flat=True)
    )
    free: dict[str, uuid.UUID] = {}
    for row in rows:
        if not row.likeness or row.likeness not in twins:
            free.setdefault(row.likeness or str(row.pk), row.pk)
    left = [row for row in rows if row.pk not in free.values()]
    done = moderate_statements(dialogue, by=by, ids=list(free.values()), ruling=Ruling(State.WAITING))
    return Decided(done.statements, left)
