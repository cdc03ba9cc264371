"""Letting others in to a record, and ending that."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import override

from entente.agreements.models import Agreement
from entente.audit import clock
from entente.audit.actors import begin
from entente.audit.decisions import Decision, allow
from entente.audit.services import log
from entente.delivery.models import Message
from entente.delivery.services import send, withdraw_messages
from entente.people.models import Account, Member, Organisation, TaskForce
from entente.records import readers
from entente.records.models import Participation, Record
from entente.records.reading import let_in
from entente.records.rules import sharing as rules


@transaction.atomic
def share_record(
    record: Record,
    *,
    by: Member,
    to: Organisation | TaskForce | Member,
    agreement: Agreement | None,
    purpose: str,
    until: datetime | None = None,
) -> Participation:
    """Let an organisation, a task force or a person in to a record, and tell them by mail that there is one.

    A person of another organisation is let in for twelve months when `until` is not given. Raises Refused.
    """
    at = clock.now()
    record = Record.objects.visible_to(by).get(pk=record.pk)
    entitled = rules.may_share(by, record, at, list(let_in(record, by))).require()
    # One invitation after the other, so that nobody is let in twice.
    record = Record.objects.visible_to(by).select_for_update(of=("self",)).get(pk=record.pk)
    invitation = rules.Invitation(to, agreement, purpose, at, until or rules.latest_end(record, to, at))
    known = readers.known_of(record, invitation, by, at)
    rules.may_invite(record, invitation, at, known).require()
    with override(settings.LANGUAGE_CODE):  # the log is in one language, whoever acts
        decision = rules.may_invite(record, invitation, at, known)
    participation = Participation(
        record=record,
        owner_id=record.owner_id,
        agreement=agreement,
        purpose=purpose,
        since=at,
        until=invitation.until,
        invited_by=by,
        **{invitation.kind: to},
    )
    participation.save(force_insert=True)
    details = {"to": str(to.pk), "clauses": decision.values.get("numbers", ""), "because": entitled.source}
    log("records.record_shared", by=by, about=participation, decision=decision, details=details)
    _tell(_to_be_told(to, at), record, participation, by=by)
    return participation


def _to_be_told(to: Organisation | TaskForce | Member, at: datetime) -> list[Member]:
    """The person, who sits in the task force, or the organisation's coordinators; all where there is none."""
    if isinstance(to, Member):
        return [to]
    if isinstance(to, TaskForce):
        return readers.seated(to.pk, at)
    rows = Member.objects.filter(readers.lasting(at, "ended_at"), organisation_id=to.pk)
    members = list(rows.select_related("person", "organisation"))
    return [one for one in members if one.role == Member.Role.COORDINATOR] or members


def _tell(members: Iterable[Member], record: Record, participation: Participation, *, by: Member) -> None:
    """A mail with the reference and nothing else of the record: mail is read by many."""
    told = [member for member in members if member.pk != by.pk and member.person.email]
    accounts = Account.objects.filter(person_id__in=[member.person_id for member in told])
    languages = dict(accounts.values_list("person_id", "language"))
    for member in told:
        send(
            "records/record_shared",
            to=member.person.email,
            language=languages.get(member.person_id, settings.LANGUAGE_CODE),
            by=by,
            about=participation,
            member_id=member.pk,
            context={
                "reference": record.reference,
                "owner": record.owner,
                "city_name": settings.ENTENTE_CITY_NAME,
            },
        )


@transaction.atomic
def end_participation(participation: Participation, *, by: Member, reason: str) -> Participation:
    """End an invitation at this moment, and take back mails that wait for those who lose sight.

    Raises Refused.
    """
    at = clock.now()
    record = Record.objects.visible_to(by).get(pk=participation.record_id)
    rows = Participation.objects.visible_to(by).select_for_update(of=("self",))
    ended = rows.get(pk=participation.pk)
    everybody = list(let_in(record, by))
    decision = rules.may_end_participation(by, ended, record, at, everybody).require()
    waiting = list(Message.objects.filter(record_id=record.pk, state=Message.State.WAITING))
    ended.until = at
    ended.save(update_fields=["until"])
    log("records.participation_ended", by=by, about=ended, decision=decision, details={"reason": reason})
    left = [p for p in everybody if p.pk != ended.pk]
    _take_back(waiting, record, left, by=by)
    return ended


def _take_back(waiting: list[Message], record: Record, left: list[Participation], *, by: Member) -> None:
    begin(by)
    told = {message.member_id for message in waiting if message.member_id}
    lost = readers.who_lost_sight(record, told, left, by)
    decision: Decision = allow(rules.ENDED_BY_OWNER)
    withdraw_messages([m for m in waiting if m.member_id in lost], by=by, decision=decision)
