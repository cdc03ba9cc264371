"""What residents do: come in, vote. Counted by the hour, never logged one by one."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.actors import VISITOR, Actor, Credential, begin
from entente.audit.decisions import refuse
from entente.dialogue import rules
from entente.dialogue.codes import hashed, new_token, normal, token_from_code
from entente.dialogue.models import Dialogue, InviteCode, Participant, Statement, Stratum, Vote
from entente.dialogue.queries import participant_with
from entente.keys.fields import keystore
from entente.people.sign_in import NotProven, prove
from entente.records.models import Record

SHARDS = 8
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
    plain = normal(code)
    invited = Invited(hashed(plain), Credential("invite", plain))
    try:
        prove(invited.credential)
    except NotProven:
        raise refuse(UNKNOWN_CODE).as_refusal() from None
    row = InviteCode.objects.visible_to(invited).select_for_update().filter(dialogue_id=dialogue.pk).first()
    if row is None:
        raise refuse(UNKNOWN_CODE).as_refusal()
    if row.stratum == Stratum.HOSTED:
        token = token or new_token()
        return _join(dialogue, token, row.stratum, row.area, row.batch, language, invited), token
    token = token_from_code(keystore().key(dialogue.pk, create=True), plain)
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
    names = ("id", "dialogue_id", "token_hash", "stratum", "area", "language", "batch")
    with connection.cursor() as cursor:
        # By hand: Django would read back what the database fills in, and nobody reads a row before it is theirs.
        cursor.execute(
            f"insert into dialogue_participant ({', '.join(names)}) values (%s, %s, %s, %s, %s, %s, %s)",
            [getattr(participant, name) for name in names],
        )
    participant._state.adding = False
    participant.credential = Credential("participant", token)
    begin(participant)
    _count(participant, votes=0, newcomers=1)
    return participant


def cast_vote(statement: Statement, *, by: Participant, value: int) -> Statement:
    """Answer a statement; a second answer replaces the first. Raises Refused, DoesNotExist when hidden."""
    return answer_sheet({statement.pk: value}, by=by)[0]


@transaction.atomic
def answer_sheet(answers: dict[uuid.UUID, int], *, by: Participant) -> list[Statement]:
    """Answer several statements at once, all or none, e.g. from a paper sheet."""
    rows = Statement.objects.visible_to(by).select_related("dialogue").filter(pk__in=answers)
    statements = list(rows)
    if len(statements) != len(answers):
        raise Statement.DoesNotExist
    for statement in statements:
        rules.may_cast_vote(by, statement.dialogue, statement, clock.now()).require()
    votes = [
        Vote(participant_id=by.id, statement_id=row.pk, dialogue_id=row.dialogue_id, value=answers[row.pk])
        for row in statements
    ]
    Vote.objects.visible_to(by).bulk_create(
        votes, update_conflicts=True, unique_fields=["participant", "statement"], update_fields=["value"]
    )
    _count(by, votes=len(votes), newcomers=0)
    return statements


def _count(participant: Participant, *, votes: int, newcomers: int) -> None:
    """Add to the hour's count, on one of a few rows so that voters don't queue behind each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into dialogue_votecount"
            " (id, dialogue_id, hour, stratum, shard, votes, newcomers, is_logged)"
            " values (gen_random_uuid(), %s, %s, %s, %s, %s, %s, false)"
            " on conflict (dialogue_id, hour, stratum, shard) do update"
            " set votes = dialogue_votecount.votes + excluded.votes,"
            " newcomers = dialogue_votecount.newcomers + excluded.newcomers",
            [
                participant.dialogue_id,
                clock.this_hour(),
                participant.stratum,
                random.randrange(SHARDS),  # noqa: S311 - spreads load, guards nothing
                votes,
                newcomers,
            ],
        )
