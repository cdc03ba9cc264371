"""Hosted sessions: a room with one code, its end, and the paper sheets typed in afterwards."""

from __future__ import annotations

import uuid
from datetime import date

from django.db import IntegrityError, transaction

from entente.audit import clock
from entente.audit.actors import VISITOR, Actor, begin
from entente.audit.decisions import refuse
from entente.audit.services import log
from entente.dialogue import rules
from entente.dialogue.codes import hashed, new_code, normal
from entente.dialogue.models import Dialogue, HostedSession, InviteCode, Participant, Stratum, Vote
from entente.dialogue.queries import participant_with
from entente.dialogue.services.drafting import locked
from entente.dialogue.services.voting import answer_sheet, code_of, invited_by, note_change, redeem_code
from entente.people.models import Member


class OtherAnswers(Exception):
    """The same form came again with other answers: one of the two sheets would be lost."""


@transaction.atomic
def plan_session(
    dialogue: Dialogue, *, by: Member, name: str, place: str = "", held_on: date, language: str = ""
) -> HostedSession:
    """Make a session with one code for everybody in the room. Its name is the batch of its voices."""
    dialogue = locked(dialogue, by)
    decision = rules.may_host_session(by, dialogue, clock.now()).require()
    if _name_is_taken(dialogue, name, by=by):
        raise refuse(rules.NAME_TAKEN).as_refusal()
    code = new_code()
    row = InviteCode(dialogue=dialogue, code_hash=hashed(normal(code)), stratum=Stratum.HOSTED, batch=name)
    session = HostedSession(
        dialogue=dialogue,
        name=name,
        place=place,
        held_on=held_on,
        language=language or dialogue.language,
        code=row,
        room_code=code,
    )
    row.save(force_insert=True)
    session.save(force_insert=True)
    details = {"session": name, "place": place}
    log("dialogue.session_planned", by=by, about=session, decision=decision, details=details)
    return session


def _name_is_taken(dialogue: Dialogue, name: str, *, by: Member) -> bool:
    """Whether voices of another session or batch carry this name already."""
    sessions = HostedSession.objects.visible_to(by).filter(dialogue_id=dialogue.pk, name__iexact=name)
    batches = InviteCode.objects.visible_to(by).filter(dialogue_id=dialogue.pk, batch__iexact=name)
    return sessions.exists() or batches.exists()


def _locked_session(session: HostedSession, by: Member) -> HostedSession:
    rows = HostedSession.objects.visible_to(by).select_for_update(of=("self",))
    return rows.select_related("dialogue", "code").get(pk=session.pk)


@transaction.atomic
def end_session(session: HostedSession, *, by: Member) -> HostedSession:
    """Make the room's code useless; what was answered stays.

    The code is replaced by one that nobody has seen, sealed like the first: paper sheets come in with it.
    """
    locked(session.dialogue, by)
    session = _locked_session(session, by)
    decision = rules.may_end_session(by, session, clock.now()).require()
    unseen = new_code()
    if session.code is not None:
        session.code.code_hash = hashed(normal(unseen))
        session.code.save(update_fields=["code_hash"])
    session.room_code, session.ended_at = unseen, clock.now()
    session.save(update_fields=["room_code", "ended_at"])
    details = {"session": session.name}
    log("dialogue.session_ended", by=by, about=session, decision=decision, details=details)
    return session


@transaction.atomic
def find_room(dialogue: Dialogue, *, code: str, by: Actor = VISITOR) -> InviteCode:
    """The code of a room, for a tablet that is passed round in it; nobody takes part yet. Raises Refused."""
    row = find_code(dialogue, code=code, by=by)
    if row.stratum != Stratum.HOSTED:
        raise refuse(rules.NOT_A_ROOM).as_refusal()
    return row


@transaction.atomic
def find_code(dialogue: Dialogue, *, code: str, by: Actor = VISITOR) -> InviteCode:
    """A code of a letter or a room, whoever holds it; nobody takes part yet. Raises Refused."""
    rules.may_take_part(dialogue, clock.now()).require()
    row = code_of(dialogue, InviteCode.objects.visible_to(invited_by(code)))
    begin(by)
    return row


@transaction.atomic
def type_sheet(
    session: HostedSession, *, by: Member, sheet: str, answers: dict[uuid.UUID, int], language: str = ""
) -> None:
    """Count one paper sheet as a voice of this session. `sheet` is a fresh token from `new_token`.

    The same sheet sent twice is counted once. Raises Refused; OtherAnswers when that token came with other
    answers before; Statement.DoesNotExist when a statement can't be answered.
    """
    decision = rules.may_type_sheet(by, session, clock.now()).require()
    if not _is_known(session, sheet, answers):
        try:
            with transaction.atomic():
                _count_sheet(session, sheet, answers, language or session.language)
                details = {"session": session.name}
                log("dialogue.sheet_typed", by=by, about=session, decision=decision, details=details)
        except IntegrityError:  # the same form, sent twice at once: the other request has counted it
            if not _is_known(session, sheet, answers):
                raise
    begin(by)


def _count_sheet(session: HostedSession, sheet: str, answers: dict[uuid.UUID, int], language: str) -> None:
    voice, _token = redeem_code(session.dialogue, code=session.room_code, language=language, token=sheet)
    answer_sheet(answers, by=voice)


def _is_known(session: HostedSession, sheet: str, answers: dict[uuid.UUID, int]) -> bool:
    """Whether this sheet is counted already. Raises OtherAnswers when it is, with other answers."""
    known = participant_with(sheet)
    if known is not None and _answers(session, known) != answers:
        raise OtherAnswers
    return known is not None


@transaction.atomic
def correct_sheet(session: HostedSession, *, by: Member, sheet: str, answers: dict[uuid.UUID, int]) -> None:
    """Replace what was typed from one sheet. Raises Refused, also when nobody knows the sheet any more."""
    decision = rules.may_type_sheet(by, session, clock.now()).require()
    voice = participant_with(sheet)
    begin(by)
    if voice is None or (voice.dialogue_id, voice.batch) != (session.dialogue_id, session.name):
        raise refuse(rules.UNKNOWN_SHEET).as_refusal()
    details = {"session": session.name}
    log("dialogue.sheet_corrected", by=by, about=session, decision=decision, details=details)
    begin(voice)
    left_out = set(_answers(session, voice)) - set(answers)
    Vote.objects.visible_to(voice).filter(participant_id=voice.id, statement_id__in=left_out).delete()
    answer_sheet(answers, by=voice)
    note_change(by=voice)
    begin(by)


def _answers(session: HostedSession, voice: Participant) -> dict[uuid.UUID, int]:
    begin(voice)
    rows = Vote.objects.visible_to(voice).filter(dialogue_id=session.dialogue_id, participant_id=voice.id)
    return dict(rows.values_list("statement_id", "value"))
