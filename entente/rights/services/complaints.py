"""A complaint comes in, its person writes back, and whoever answers goes through it step by step."""

from __future__ import annotations

import re
import uuid
from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import override

from entente.audit import clock
from entente.audit.actors import VISITOR, Actor, begin
from entente.audit.decisions import refuse
from entente.audit.services import log
from entente.delivery.services import send
from entente.people.models import Member, Organisation
from entente.records import codes
from entente.records.references import new_reference
from entente.rights.models import (
    Complaint,
    ComplaintMessage,
    ComplaintQuestion,
    ComplaintText,
    Learning,
    Remedy,
)
from entente.rights.queries import complaints as queries
from entente.rights.rules import complaints as rules

PREFIX = "CMP"
State, Kind = Complaint.State, ComplaintMessage.Kind


@transaction.atomic
def make_complaint(
    *,
    by: Actor = VISITOR,
    key: uuid.UUID,
    about: str,
    what_happened: str,
    what_about: str = "",
    asks_for: str = "",
    contact: str = "",
    concerns: Organisation | None = None,
    language: str = "en",
) -> tuple[Complaint, str]:
    """Take in a complaint; returns it and the code with which its person reads the answer, kept nowhere.

    `key` comes from the form: sent twice, it arrives once. Raises Refused.
    """
    at = clock.this_hour()
    decision = rules.may_make_complaint(by, at).require()
    begin(by)
    code = codes.new_code()
    complaint = Complaint(
        id=key,
        reference=new_reference(PREFIX),
        code_hash=codes.hashed(codes.normal(code)),
        about=about,
        concerns=concerns,
        language=language,
        received_at=at,
        acknowledge_by=rules.acknowledge_by(at),
        answer_by=rules.answer_by(at),
    )
    told = ComplaintText(complaint=complaint)
    told.what_about, told.what_happened = what_about, what_happened
    told.asks_for, told.contact = asks_for, contact
    try:
        with transaction.atomic():
            complaint.save(force_insert=True)
            told.save(force_insert=True)
    except IntegrityError as error:
        raise refuse(rules.ARRIVED_ALREADY).as_refusal() from error
    log("rights.complaint_made", by=by, about=complaint, decision=decision)
    return complaint, code


@transaction.atomic
def write_back(complaint: Complaint, *, by: Actor, key: uuid.UUID, text: str) -> None:
    """Keep what the person with the code writes; sent twice, it arrives once. Raises Refused."""
    complaint = Complaint.objects.visible_to(by).select_related("owner").get(pk=complaint.pk)
    decision = rules.may_write_back(by, complaint, clock.now()).require()
    if ComplaintMessage.objects.visible_to(by).filter(pk=key).exists():
        return
    message = ComplaintMessage(id=key, complaint=complaint, number=_next_number(complaint, by))
    message.text, message.written_at = text, clock.this_hour()
    message.save(force_insert=True)
    log("rights.complaint_continued", by=by, about=complaint, decision=decision)


@transaction.atomic
def assign_complaint(complaint: Complaint, *, by: Member, to: Organisation) -> Complaint:
    """Let an organisation that is not concerned answer, or one's own office. Raises Refused."""
    complaint = _held(complaint, by)
    decision = rules.may_assign_complaint(by, complaint, to, clock.now()).require()
    complaint.owner = to
    # Its members are told as of one that arrived.
    complaint.arrival_told_at = None
    complaint.save(update_fields=["owner", "arrival_told_at"])
    details = {"organisation": to.name, "names": to.names}
    log("rights.complaint_assigned", by=by, about=complaint, decision=decision, details=details)
    return complaint


@transaction.atomic
def acknowledge_complaint(complaint: Complaint, *, by: Member, text: str) -> Complaint:
    """Tell the person that it was read and who answers; one's own organisation looks after it from now on."""
    complaint = _held(complaint, by)
    decision = rules.may_acknowledge_complaint(by, complaint, clock.now()).require()
    complaint.owner_id = by.organisation_id
    complaint.state, complaint.acknowledged_at = State.ACKNOWLEDGED, clock.now()
    complaint.save(update_fields=["owner", "state", "acknowledged_at"])
    log("rights.complaint_acknowledged", by=by, about=complaint, decision=decision)
    _say(complaint, Kind.ACKNOWLEDGEMENT, text, by=by)
    return complaint


@transaction.atomic
def investigate_complaint(complaint: Complaint, *, by: Member, text: str) -> Complaint:
    """Tell the person what is looked into, and begin. Raises Refused."""
    complaint = _held(complaint, by)
    decision = rules.may_investigate_complaint(by, complaint, clock.now()).require()
    complaint.state, complaint.investigated_at = State.INVESTIGATED, clock.now()
    complaint.save(update_fields=["state", "investigated_at"])
    log("rights.complaint_investigated", by=by, about=complaint, decision=decision)
    _say(complaint, Kind.INVESTIGATION, text, by=by)
    return complaint


@transaction.atomic
def ask_question(complaint: Complaint, *, by: Member, to: Organisation, text: str) -> ComplaintQuestion:
    """Put a question to an organisation; it sees the question and nothing else. Raises Refused."""
    complaint = _held(complaint, by)
    at = clock.now()
    decision = rules.may_ask_question(by, complaint, to, at).require()
    question = ComplaintQuestion(
        complaint=complaint,
        reference=complaint.reference,
        to=to,
        asking=by.organisation,
        asked_by=by,
        asked_at=at,
        wanted_by=clock.working_days_after(at, rules.QUESTION_DAYS),
    )
    question.text = text
    question.save(force_insert=True)
    details = {"organisation": to.name, "names": to.names}
    log("rights.question_asked", by=by, about=question, decision=decision, details=details)
    return question


@transaction.atomic
def answer_question(question: ComplaintQuestion, *, by: Member, text: str) -> ComplaintQuestion:
    """Answer for one's own organisation what whoever looks into a complaint asked. Raises Refused."""
    question = ComplaintQuestion.objects.visible_to(by).select_for_update(of=("self",)).get(pk=question.pk)
    decision = rules.may_answer_question(by, question, clock.now()).require()
    question.answer, question.answered_by, question.answered_at = text, by, clock.now()
    question.save(update_fields=["answer", "answered_by", "answered_at"])
    log("rights.question_answered", by=by, about=question, decision=decision)
    return question


@transaction.atomic
def write_to_person(complaint: Complaint, *, by: Member, text: str) -> ComplaintMessage:
    """Write to the person who complained; they read it with their code. Raises Refused."""
    complaint = _held(complaint, by)
    decision = rules.may_write_to_person(by, complaint, clock.now()).require()
    log("rights.person_written_to", by=by, about=complaint, decision=decision)
    return _say(complaint, Kind.WORD, text, by=by)


@transaction.atomic
def extend_complaint(complaint: Complaint, *, by: Member, text: str) -> Complaint:
    """Take thirty more working days, once, and tell the person why. Raises Refused."""
    complaint = _held(complaint, by)
    decision = rules.may_extend_complaint(by, complaint, clock.now()).require()
    complaint.extended_at = clock.now()
    complaint.answer_by = rules.answer_by(complaint.answer_by - clock.SMALLEST)
    complaint.save(update_fields=["extended_at", "answer_by"])
    details = {"answer_by": complaint.answer_by.isoformat()}
    log("rights.complaint_extended", by=by, about=complaint, decision=decision, details=details)
    _say(complaint, Kind.EXTENSION, text, by=by)
    return complaint


@transaction.atomic
def answer_complaint(complaint: Complaint, *, by: Member, outcome: str, text: str) -> Complaint:
    """Answer, once: upheld, in part, not upheld, or not for us and whom to ask instead. Raises Refused."""
    complaint = _held(complaint, by)
    decision = rules.may_answer_complaint(by, complaint, clock.now()).require()
    complaint.state, complaint.outcome, complaint.answered_at = State.ANSWERED, outcome, clock.now()
    complaint.save(update_fields=["state", "outcome", "answered_at"])
    log("rights.complaint_answered", by=by, about=complaint, decision=decision, details={"outcome": outcome})
    _say(complaint, Kind.ANSWER, text, by=by)
    return complaint


@transaction.atomic
def add_remedy(
    complaint: Complaint, *, by: Member, organisation: Organisation, what: str, due_on: date
) -> Remedy:
    """Say who puts what right by when; the person reads it with their code. Raises Refused."""
    complaint = _held(complaint, by)
    decision = rules.may_add_remedy(by, complaint, clock.now()).require()
    remedy = Remedy(
        complaint=complaint, reference=complaint.reference, organisation=organisation, due_on=due_on
    )
    remedy.what = what
    remedy.save(force_insert=True)
    if complaint.state != State.REMEDY:
        complaint.state = State.REMEDY
        complaint.save(update_fields=["state"])
    details = {"organisation": organisation.name, "names": organisation.names, "due_on": due_on.isoformat()}
    log("rights.remedy_added", by=by, about=remedy, decision=decision, details=details)
    _tell_person(complaint, by=by)
    return remedy


@transaction.atomic
def complete_remedy(remedy: Remedy, *, by: Member, note: str) -> Remedy:
    """Say that what was promised is done, and how. Raises Refused."""
    remedy = Remedy.objects.visible_to(by).select_for_update(of=("self",)).get(pk=remedy.pk)
    decision = rules.may_complete_remedy(by, remedy, clock.now()).require()
    remedy.done_at, remedy.done_note = clock.now(), note
    remedy.save(update_fields=["done_at", "done_note"])
    log("rights.remedy_completed", by=by, about=remedy, decision=decision)
    return remedy


@transaction.atomic
def close_complaint(
    complaint: Complaint, *, by: Member, text: str, learning: dict[str, str] | None = None
) -> Complaint:
    """End it, and tell everybody what was learnt, in the languages it is written in. Raises Refused."""
    complaint = _held(complaint, by)
    remedies = queries.remedies_of(complaint, by)
    decision = rules.may_close_complaint(by, complaint, remedies, clock.now()).require()
    _say(complaint, Kind.END, text, by=by)
    complaint.state, complaint.closed_at = State.CLOSED, clock.now()
    complaint.save(update_fields=["state", "closed_at"])
    if learning:
        language = complaint.language if complaint.language in learning else next(iter(learning))
        Learning(
            complaint=complaint,
            about=complaint.about,
            language=language,
            text=learning[language],
            texts=learning,
            public_since=clock.now(),
        ).save(force_insert=True)
    log("rights.complaint_closed", by=by, about=complaint, decision=decision)
    return complaint


def _held(complaint: Complaint, by: Member) -> Complaint:
    """The complaint as it is now, for the rest of the transaction."""
    rows = Complaint.objects.visible_to(by).select_for_update(of=("self",))
    found: Complaint = rows.select_related("owner", "concerns").get(pk=complaint.pk)
    return found


def _next_number(complaint: Complaint, by: Actor) -> int:
    rows = ComplaintMessage.objects.visible_to(by).filter(complaint_id=complaint.pk)
    last = rows.order_by("-number").values_list("number", flat=True).first()
    return (last or 0) + 1


def _say(complaint: Complaint, kind: str, text: str, *, by: Member) -> ComplaintMessage:
    message = ComplaintMessage(
        complaint=complaint,
        number=_next_number(complaint, by),
        kind=kind,
        written_by=by,
        organisation=by.organisation,
        written_at=clock.now(),
    )
    message.text = text
    message.save(force_insert=True)
    _tell_person(complaint, by=by)
    return message


def _tell_person(complaint: Complaint, *, by: Member) -> None:
    """Where the person left a mail address: that there is something to read, and never what."""
    told = queries.text_of(complaint, by)
    address = _mail_address(told.contact) if told else ""
    if not address:
        return
    with override(complaint.language):
        link = (
            f"{settings.ENTENTE_ADDRESS}{reverse('rights_public:read_complaint', args=[complaint.reference])}"
        )
    context: dict[str, object] = {"reference": complaint.reference, "link": link}
    send(
        "rights/complaint_news",
        to=address,
        language=complaint.language,
        by=by,
        about=complaint,
        context=context,
    )


def _mail_address(contact: str) -> str:
    """The mail address in what somebody wrote about how to reach them; empty when there is none."""
    for word in re.split(r"[\s,;<>]+", contact):
        try:
            validate_email(word)
        except ValidationError:
            continue
        return word
    return ""
