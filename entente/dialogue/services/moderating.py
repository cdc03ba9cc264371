"""Accepts statements or turns them down, with a reason from the public policy."""

from django.db import transaction

from entente.audit import clock
from entente.audit.services import log
from entente.dialogue import rules
from entente.dialogue.models import Dialogue, Statement
from entente.dialogue.services.drafting import locked, next_number
from entente.jobs.queue import defer
from entente.people.models import Member


@transaction.atomic
def moderate_statement(
    statement: Statement, *, by: Member, state: str, reason: str = "", note: str = ""
) -> Statement:
    """Accept or turn down one statement; the decision can be changed later, its votes are kept.

    When people may have voted on it already, the result is worked out again.
    """
    statement = Statement.objects.visible_to(by).get(pk=statement.pk)
    dialogue = locked(statement.dialogue, by)
    decision = rules.may_moderate_statement(by, dialogue, statement, clock.now()).require()
    is_known = statement.number is not None and dialogue.state != Dialogue.State.DRAFT
    if is_known and statement.state != state:
        defer("dialogue.analyse", dialogue=str(dialogue.pk), once=True)
    statement.state = state
    is_accepted = state == Statement.State.ACCEPTED
    statement.reason, statement.reason_note = ("", "") if is_accepted else (reason, note)
    statement.decided_by = by.actor_name
    if is_accepted and statement.number is None:
        statement.number = next_number(dialogue, by=by)
    statement.save(update_fields=["state", "reason", "reason_note", "decided_by", "number"])
    log(
        f"dialogue.statement_{state}",
        by=by,
        about=statement,
        decision=decision,
        details={"reason": statement.reason, "note": statement.reason_note},
    )
    return statement
