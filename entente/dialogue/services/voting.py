"""What residents do: come in, vote. Counted by the hour, never logged one by one."""

from __future__ import annotations

import random
import uuid
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.actors import VISITOR, Actor, Credential, begin
from entente.audit.decisions import refuse
from entente.dialogue import rules
from entente.dialogue.codes import hashed, new_token, normal, token_from_code
from entente.dialogue.models import Dialogue, InviteCode, Participant, Statement, Stratum
from entente.dialogue.prepared import prepared
from entente.dialogue.queries import participant_with
from entente.jobs.queue import wake
from entente.keys.fields import keystore
from entente.people.sign_in import NotProven, prove
from entente.records.models import Record

SHARDS = 8
PARTICIPANT = ("id", "dialogue_id", "token_hash", "stratum", "area", "language", "batch")
ADD_PARTICIPANT = """
insert into dialogue_participant (id, dialogue_id, token_hash, stratum, area, language, batch)
values (%s, %s, %s, %s, %s, %s, %s)"""
COUNT_NEWCOMERS = """
insert into dialogue_votecount as c (id, dialogue_id, hour, stratum, shard, votes, newcomers, is_logged)
values (gen_random_uuid(), %(dialogue)s, %(hour)s, %(stratum)s, %(shard)s, 0, %(newcomers)s, false)
on conflict (dialogue_id, hour, stratum, shard) do update set newcomers = c.newcomers + excluded.newcomers"""
NOTE_CHANGE = """
insert into dialogue_votechange (participant_id, dialogue_id) values (%s, %s) on conflict do nothing"""
WRITE_ANSWERS = """
with answered as (
  insert into dialogue_vote as v (participant_id, statement_id, dialogue_id, value)
  select %(participant)s, a.statement, %(dialogue)s, a.value
    from unnest(%(statements)s::uuid[], %(values)s::smallint[]) a(statement, value)
  on conflict (participant_id, statement_id) do update
  set value = excluded.value where v.value <> excluded.value returning 1),
counted as (
  insert into dialogue_votecount as c (id, dialogue_id, hour, stratum, shard, votes, newcomers, is_logged)
  select gen_random_uuid(), %(dialogue)s, %(hour)s, %(stratum)s, %(shard)s, count(*), 0, false
    from answered having count(*) > 0
  on conflict (dialogue_id, hour, stratum, shard) do update set votes = c.votes + excluded.votes),
noted as (
  insert into dialogue_votechange (participant_id, dialogue_id)
  select %(participant)s, %(dialogue)s where exists (select from answered)
  on conflict do nothing returning 1)
select exists (select from noted)"""
# What the rules look at, of a statement and of its dialogue.
STATEMENT_NOW = (
    "dialogue_id",
    "number",
    "state",
    "dialogue__state",
    "dialogue__closes_at",
)
UNKNOWN_CODE = _(
    "We don't know this code. Check each character. A letter's code can't be used after the dialogue closed,"
    " and a session's code not after the session."
)


@dataclass(frozen=True)
class Invited:
    """Whoever holds a code."""

    code_hash: str
    credential: Credential
    actor_kind: str = "invite"
    actor_name: str = "invited"
    actor_id: None = None
    actor_organisation_id: None = None


def invited_by(code: str) -> Invited:
    """Whoever holds this code, proven to the database. Raises Refused when nobody gave it out."""
    plain = normal(code)
    invited = Invited(hashed(plain), Credential("invite", plain))
    try:
        prove(invited.credential)
    except NotProven:
        raise refuse(UNKNOWN_CODE).as_refusal() from None
    return invited


def code_of(dialogue: Dialogue, rows: QuerySet[InviteCode]) -> InviteCode:
    """The one of the rows its holder sees that is for this dialogue. Raises Refused."""
    row = rows.filter(dialogue_id=dialogue.pk).first()
    if row is None:
        raise refuse(UNKNOWN_CODE).as_refusal()
    return row


@transaction.atomic
def join_dialogue(
    dialogue: Dialogue, *, by: Actor = VISITOR, language: str, token: str = ""
) -> tuple[Participant, str]:
    """Take part without a code. Returns the participant and the token for their browser.

    `token` is a fresh one from `new_token` that their page holds already: a form sent twice joins once.
    """
    rules.may_join_openly(dialogue, clock.now()).require()
    token = token or new_token()
    return _join(dialogue, token, Stratum.OPEN, "", clock.today().isoformat(), language, by), token


@transaction.atomic
def redeem_code(
    dialogue: Dialogue, *, code: str, language: str, by: Actor = VISITOR, token: str = ""
) -> tuple[Participant, str]:
    """Take part with a code. The same letter's code leads back to the same answers. Raises Refused.

    `token` is for a session's code, as with `join_dialogue`: a form sent twice joins once.
    """
    rules.may_take_part(dialogue, clock.now()).require()
    invited = invited_by(code)
    row = code_of(dialogue, InviteCode.objects.visible_to(invited).select_for_update())
    if row.stratum == Stratum.HOSTED:
        token = token or new_token()
        return _join(dialogue, token, row.stratum, row.area, row.batch, language, invited), token
    token = token_from_code(keystore().key(dialogue.pk, create=True), normal(code))
    if row.is_used and (known := participant_with(token)):
        return known, token
    begin(invited)
    row.is_used = True
    row.save(update_fields=["is_used"])
    return _join(dialogue, token, row.stratum, row.area, row.batch, language, invited), token


def _join(
    dialogue: Record, token: str, stratum: str, area: str, batch: str, language: str, by: Actor
) -> Participant:
    begin(by)
    participant = Participant(
        dialogue_id=dialogue.pk,
        token_hash=hashed(token),
        stratum=stratum,
        area=area,
        language=language,
        batch=batch,
    )
    with connection.cursor() as cursor:
        # Django would read back what the database fills in, and nobody reads a row before it is their own.
        cursor.execute(ADD_PARTICIPANT, [getattr(participant, name) for name in PARTICIPANT])
    participant.credential = Credential("participant", token)
    begin(participant)
    _count(participant, newcomers=1)
    return participant


def cast_vote(statement: Statement, *, by: Participant, value: int) -> Statement:
    """Answer a statement; a second answer replaces the first. Raises Refused, DoesNotExist when hidden."""
    return answer_sheet({statement.pk: value}, by=by)[0]


def answer_sheet(answers: dict[uuid.UUID, int], *, by: Participant) -> list[Statement]:
    """Answer several statements at once, all or none, e.g. from a paper sheet. Raises like `cast_vote`.

    What is answered the same way again changes nothing and is not counted twice.
    """
    with _one_transaction(), prepared():
        rows = Statement.objects.visible_to(by).select_related("dialogue").filter(pk__in=answers)
        statements = list(rows.only(*STATEMENT_NOW))
        if len(statements) != len(answers):
            raise Statement.DoesNotExist
        for statement in statements:
            rules.may_cast_vote(by, statement.dialogue, statement, clock.now()).require()
        _write(answers, by)
    return statements


def note_change(*, by: Participant) -> None:
    """Have a participant's answers counted anew, e.g. after some were taken back."""
    with _one_transaction(), prepared(), connection.cursor() as cursor:
        begin(by)
        cursor.execute(NOTE_CHANGE, [by.id, by.dialogue_id])
        if cursor.rowcount:
            _wake_counting(by.dialogue_id)


def _one_transaction() -> AbstractContextManager[object]:
    """The caller's if there is one. No savepoint: rules speak first, and one statement writes everything."""
    return nullcontext() if connection.in_atomic_block else transaction.atomic()


def _write(answers: dict[uuid.UUID, int], by: Participant) -> None:
    """Write answers, the hour's count and that there is something new to count, all in one statement."""
    values = {
        "participant": by.id,
        "dialogue": by.dialogue_id,
        "statements": list(answers),
        "values": [int(value) for value in answers.values()],
        **_hour_of(by),
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE_ANSWERS, values)
        (is_news,) = cursor.fetchone() or (False,)
    if is_news:
        _wake_counting(by.dialogue_id)


def _wake_counting(dialogue_id: uuid.UUID) -> None:
    """Have new answers counted soon, once they are committed.

    Only whoever was the first to have news since the last count asks for it. A public process may not write
    the queue; there the look of every second finds them, as it does should this call be lost.
    """
    if settings.SURFACE != "public":
        wake("dialogue.count_votes", dialogue=str(dialogue_id))


def _count(participant: Participant, *, newcomers: int) -> None:
    """Add to the hour's count of people."""
    values = {"dialogue": participant.dialogue_id, "newcomers": newcomers, **_hour_of(participant)}
    with connection.cursor() as cursor:
        cursor.execute(COUNT_NEWCOMERS, values)


def _hour_of(participant: Participant) -> dict[str, object]:
    """Which of the counting rows to add to: one of a few, so that voters don't queue behind each other.

    By lot, so that no row tells who was there in an hour; and the same for all a request does: whoever holds
    one row and asks for another may wait for somebody who waits for them.
    """
    shard = random.randrange(SHARDS)  # noqa: S311 - spreads load, guards nothing
    return {
        "hour": clock.this_hour(),
        "stratum": participant.stratum,
        "shard": vars(participant).setdefault("counting_row", shard),
    }
