"""Opens, pauses and closes a dialogue, and makes codes for those it invites."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from entente.audit import clock
from entente.audit.services import log
from entente.dialogue import rules
from entente.dialogue.codes import hashed, new_code, normal
from entente.dialogue.models import Dialogue, InviteCode, Statement, Stratum
from entente.dialogue.services.drafting import locked
from entente.jobs.queue import defer
from entente.people.models import Member
from entente.records import services as records

State = Dialogue.State
READ_FOR = timedelta(days=14)


def _change_state(dialogue: Dialogue, state: str, reason: str) -> None:
    dialogue.state, dialogue.state_reason = state, reason
    dialogue.save(update_fields=["state", "state_reason", "public_since"])


@transaction.atomic
def open_dialogue(dialogue: Dialogue, *, by: Member, action: str = "") -> Dialogue:
    """Make it public and let everybody answer. `action` is what the coordinator then does until it closes."""
    dialogue = locked(dialogue, by)
    accepted = Statement.objects.visible_to(by).filter(
        dialogue_id=dialogue.pk, state=Statement.State.ACCEPTED
    )
    decision = rules.may_open_dialogue(by, dialogue, accepted.count(), clock.now()).require()
    dialogue.public_since = clock.now()
    _change_state(dialogue, State.OPEN, "")
    log("dialogue.dialogue_opened", by=by, about=dialogue, decision=decision)
    if action:
        last_day = timezone.localdate(dialogue.closes_at) if dialogue.closes_at else clock.today() + READ_FOR
        records.add_action(dialogue, by=by, what=action, assigned_to=by, due_on=last_day)
    return dialogue


@transaction.atomic
def freeze_dialogue(dialogue: Dialogue, *, by: Member, reason: str) -> Dialogue:
    """Pause it, with a reason everybody can read. Nothing is lost."""
    dialogue = locked(dialogue, by)
    decision = rules.may_freeze_dialogue(by, dialogue, clock.now()).require()
    _change_state(dialogue, State.FROZEN, reason)
    log("dialogue.dialogue_frozen", by=by, about=dialogue, decision=decision, details={"reason": reason})
    return dialogue


@transaction.atomic
def unfreeze_dialogue(dialogue: Dialogue, *, by: Member) -> Dialogue:
    """Let people answer again."""
    dialogue = locked(dialogue, by)
    decision = rules.may_unfreeze_dialogue(by, dialogue, clock.now()).require()
    _change_state(dialogue, State.OPEN, "")
    log("dialogue.dialogue_unfrozen", by=by, about=dialogue, decision=decision)
    return dialogue


@transaction.atomic
def close_dialogue(dialogue: Dialogue, *, by: Member) -> Dialogue:
    """End it for good; codes are forgotten and the result is worked out."""
    dialogue = locked(dialogue, by)
    decision = rules.may_close_dialogue(by, dialogue, clock.now()).require()
    _change_state(dialogue, State.CLOSED, "")
    InviteCode.objects.visible_to(by).filter(dialogue_id=dialogue.pk).delete()
    log("dialogue.dialogue_closed", by=by, about=dialogue, decision=decision)
    defer("dialogue.analyse", dialogue=str(dialogue.pk), once=True)
    return dialogue


@transaction.atomic
def make_codes(
    dialogue: Dialogue, *, by: Member, stratum: str, number: int, area: str = "", batch: str = ""
) -> list[str]:
    """Make codes for letters (one each) or for a hosted session (one for the room). Only hashes are kept."""
    dialogue = locked(dialogue, by)
    decision = rules.may_make_codes(by, dialogue, clock.now()).require()
    codes = [new_code() for _ in range(1 if stratum == Stratum.HOSTED else number)]
    InviteCode.objects.visible_to(by).bulk_create(
        InviteCode(dialogue=dialogue, code_hash=hashed(normal(code)), stratum=stratum, area=area, batch=batch)
        for code in codes
    )
    details = {"stratum": stratum, "number": len(codes), "area": area, "batch": batch}
    log("dialogue.codes_made", by=by, about=dialogue, decision=decision, details=details)
    return codes


@transaction.atomic
def forget_codes(dialogue: Dialogue, *, by: Member, batch: str) -> int:
    """Forget a batch's unused codes; returns how many. Whoever came in stays in."""
    dialogue = locked(dialogue, by)
    decision = rules.may_make_codes(by, dialogue, clock.now()).require()
    unused = InviteCode.objects.visible_to(by).filter(dialogue_id=dialogue.pk, batch=batch, is_used=False)
    number, _by_table = unused.delete()
    details = {"number": number, "batch": batch}
    log("dialogue.codes_forgotten", by=by, about=dialogue, decision=decision, details=details)
    return number
