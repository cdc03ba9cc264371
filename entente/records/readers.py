"""Who reads a record: everybody the rule lets in, and what an invitation would show."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from entente.agreements.models import Party
from entente.agreements.rules import may_read, may_read_part
from entente.audit import clock
from entente.audit.actors import Actor, begin
from entente.audit.decisions import Decision, allow, refuse
from entente.delivery.models import Message
from entente.people.models import Member, Organisation, Seat
from entente.records.models import Action, File, Note, Participation, Record
from entente.records.reading import Facts, let_in, stated_purposes, terms_between
from entente.records.rules.sharing import (
    Invitation,
    Known,
    StandIn,
    Subject,
    may_open_record,
    stand_in,
    works_inside,
)

NO_LONGER = _("The member it is for can't see the record any more.")
NOBODY_TO_ASK = _("It is for no member in particular.")
STILL_SEES = _("The member it is for can see the record.")
KINDS_OF_PART = (Note, File, Action)


def lasting(at: datetime, until: str = "until") -> Q:
    """From its beginning on, until just before its end if it has one."""
    return Q(since__lte=at) & (Q(**{until: None}) | Q(**{f"{until}__gt": at}))


def stand_ins(members: Iterable[Member], at: datetime) -> dict[uuid.UUID, StandIn]:
    """The members as the rule sees them, with the task forces they sit in at `at`."""
    rows = list(members)
    seats = Seat.objects.filter(
        lasting(at),
        Q(task_force__ended_at=None) | Q(task_force__ended_at__gt=at),
        membership_id__in=[member.pk for member in rows],
    )
    forces: dict[uuid.UUID, list[uuid.UUID]] = {}
    for member_id, force in seats.values_list("membership_id", "task_force_id"):
        forces.setdefault(member_id, []).append(force)
    return {
        member.pk: StandIn(member.organisation_id, member.pk, tuple(forces.get(member.pk, ())))
        for member in rows
    }


def known_members(reader: Actor, at: datetime) -> QuerySet[Member]:
    """Everybody whose membership lasts and whom the reader may know: colleagues and partners."""
    begin(reader)
    rows = Member.objects.filter(lasting(at, "ended_at")).select_related("person", "organisation")
    return rows.order_by("organisation__name", "person__name", "id")


def invited_organisations(invitation: Invitation, at: datetime) -> list[Organisation]:
    """For whom those act who would be let in, as far as the one who invites knows them."""
    if isinstance(invitation.to, Organisation):
        return [invitation.to]
    if isinstance(invitation.to, Member):
        return [invitation.to.organisation]
    return sorted({member.organisation for member in seated(invitation.task_force_id, at)}, key=str)


def seated(task_force_id: uuid.UUID | None, at: datetime) -> list[Member]:
    """Who sits in a task force now, as far as the one who asks knows them."""
    seats = Seat.objects.filter(lasting(at), task_force_id=task_force_id)
    members = Member.objects.filter(lasting(at, "ended_at"), pk__in=seats.values("membership_id"))
    return list(members.select_related("person", "organisation").order_by("person__name", "id"))


def known_of(record: Record, invitation: Invitation, by: Member, at: datetime) -> Known:
    """What the rule of inviting is told."""
    begin(by)
    parties = Party.objects.filter(agreement=invitation.agreement) if invitation.agreement else ()
    return Known(
        terms_between([invitation], record.owner_id),
        {party.organisation_id: party for party in parties},
        invited_organisations(invitation, at),
        list(let_in(record, by)),
    )


@dataclass(frozen=True)
class Shown:
    """So many things of one kind, category and secrecy on a record, and whether somebody would see them."""

    kind: str
    category: str
    is_secret: bool
    count: int
    decision: Decision


def preview(record: Record, invitation: Invitation, by: Member) -> list[Shown]:
    """What whoever is invited would see and would not, the record's head first. The rule is asked."""
    at = clock.now()
    begin(by)
    terms = terms_between([invitation], record.owner_id)
    receiving = [o for o in invited_organisations(invitation, at) if o.pk != record.owner_id]
    found = parts_of(record, by)
    readers: Sequence[StandIn] = [stand_in(invitation, o) for o in receiving or [record.owner]]

    def asked(category: str, is_secret: bool) -> Decision:
        thing = Subject(record, category, is_secret)
        answers = [
            may_read_part(reader, {invitation.purpose}, at, record, thing, [invitation], terms)
            for reader in readers
        ]
        return next((answer for answer in answers if answer), answers[0])

    heads = [may_read(reader, (), at, record, [invitation], terms) for reader in readers]
    head = next((answer for answer in heads if answer), heads[0])
    shown = [Shown("record", record.category, record.is_secret, 1, head)]
    return shown + [Shown(*what, number, asked(*what[1:])) for what, number in found.items()]


def parts_of(record: Record, reader: Actor) -> Counter[tuple[str, str, bool]]:
    """How many parts of each kind, category and secrecy the reader sees on a record."""
    found: Counter[tuple[str, str, bool]] = Counter()
    for model in KINDS_OF_PART:
        rows = model.objects.visible_to(reader).filter(record_id=record.pk).order_by("category", "is_secret")
        for category, is_secret in rows.values_list("category", "is_secret"):
            found[str(model._meta.model_name), category, is_secret] += 1
    return found


def may_message_go(message: Message, by: Actor) -> Decision:
    """A message about a record goes to a member only while that member may see the record."""
    if message.member_id is None or message.record_id is None:
        return allow(NOBODY_TO_ASK)
    at = clock.now()
    record = Record.objects.visible_to(by).filter(pk=message.record_id).first()
    member = Member.objects.filter(lasting(at, "ended_at"), pk=message.member_id).first()
    if record is None or member is None:
        return refuse(NO_LONGER)
    is_seen = Facts.of(record, by).why(stand_ins([member], at)[member.pk])
    return allow(STILL_SEES) if is_seen else refuse(NO_LONGER)


def who_lost_sight(
    record: Record, members: Iterable[uuid.UUID], participations: Sequence[Participation], by: Actor
) -> set[uuid.UUID]:
    """Those of the members to whom these participations do not open the record's head (any more)."""
    begin(by)
    at = clock.now()
    wanted = set(members)
    facts = Facts(record, participations, terms_between(participations, record.owner_id))
    rows = Member.objects.filter(lasting(at, "ended_at"), pk__in=wanted)
    seeing = {pk for pk, one in stand_ins(rows, at).items() if facts.why(one)}
    return wanted - seeing


def door_of(facts: Facts, reader: Member) -> tuple[Decision, str] | None:
    """Through which door a guest reads a record, and for what; None for its own people."""
    at = clock.now()
    if works_inside(reader, facts.record, at, facts.participations):
        return None
    for purpose in sorted(stated_purposes(facts.record, reader)):
        opened = may_open_record(
            reader, facts.record, at, purpose=purpose, participations=facts.participations, terms=facts.terms
        )
        if opened:
            return opened, purpose
    head = facts.why(reader)
    is_public = facts.record.public_since is not None and facts.record.public_since <= at
    return None if is_public or not head else (head, str(head.values.get("purpose", "")))
