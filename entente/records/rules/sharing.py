"""Who lets somebody in to a record, whom, under which agreement, and who says what they need it for."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from entente.agreements.models import Agreement, Party
from entente.agreements.rules import (
    NO_CLAUSE,
    NOT_LIVING,
    LetIn,
    Term,
    in_english,
    lasts,
    may_read,
)
from entente.agreements.vocabulary import Category, Purpose
from entente.audit.decisions import Decision, allow, refuse, source_of
from entente.people.models import Member, Organisation, TaskForce
from entente.records.models import Participation, Record

LONGEST_FOR_A_PERSON = timedelta(days=366)  # twelve months, a leap year's too
OPENING = timedelta(hours=12)

NOT_OWNER = _("Only members of the organisation that owns this record let others in.")
NOT_ENTITLED = _("Coordinators, and whoever is named on a record, let others in to it.")
COORDINATES = _("You coordinate the work of the organisation that owns this record.")
NAMED_HERE = _("Your organisation owns this record, and you are named on it.")
FOR_PERSONS = _(
    "This record is for named persons only, and “%(to)s” is more than one person: name each person."
)
FOR_TASK_FORCES = _(
    "This record is for a task force: task forces and persons can be let in to it, an organisation can't."
)
OWNER_ITSELF = _("“%(to)s” owns this record.")
ALREADY = _("“%(to)s” is let in to this record already, for as long and for the same purpose.")
PASSED = _("This end has passed. Choose a later one.")
TOO_LONG = _("A person of another organisation is let in for twelve months at most.")
NO_AGREEMENT_NEEDED = _("Nothing leaves your organisation here: name no agreement and no purpose.")
NAME_AGREEMENT = _("Name the agreement under which “%(to)s” is let in, and the purpose.")
NO_PARTY = _("“%(organisation)s” is not a party of “%(agreement)s” at this moment.")
NO_CLAUSE_AT_ALL = _("No clause of “%(agreement)s” lets “%(organisation)s” have anything to %(purpose)s.")
HEAD_CLOSED = _(
    "This record is about “%(category)s”. No clause of “%(agreement)s” lets “%(organisation)s”"
    " have that to %(purpose)s."
)
NOBODY_THERE = _("Nobody from another organisation you know sits in “%(to)s” at this moment.")
INSIDE = _("Nothing leaves your organisation: no agreement is asked.")
CLAUSES = _(
    "Clauses of “%(agreement)s” let “%(organisation)s” have what they name, to %(purpose)s: %(numbers)s."
)
ALREADY_ENDED = _("This invitation has ended already.")
LAST_ONE = _("Nobody in your organisation could open this record any more. Name somebody else first.")
OWN_RECORD = _("Your organisation owns this record: nothing has to be stated.")
NOT_FOR_THIS = _("Nobody let you in to this record to %(purpose)s.")
ENDED_BY_OWNER = _("The organisation that owns this record ended the invitation.")


@dataclass(frozen=True)
class Invitation:
    """Somebody about to be let in, as the rule will see them."""

    to: Organisation | TaskForce | Member
    agreement: Agreement | None
    purpose: str
    since: datetime
    until: datetime | None = None
    is_emergency = False

    @property
    def organisation_id(self) -> uuid.UUID | None:
        """The organisation it is made out to, if it is one."""
        return self.to.pk if isinstance(self.to, Organisation) else None

    @property
    def task_force_id(self) -> uuid.UUID | None:
        """The task force it is made out to, if it is one."""
        return self.to.pk if isinstance(self.to, TaskForce) else None

    @property
    def membership_id(self) -> uuid.UUID | None:
        """The member it is made out to, if it is one."""
        return self.to.pk if isinstance(self.to, Member) else None

    @property
    def agreement_id(self) -> uuid.UUID | None:
        """The agreement under which somebody is let in."""
        return self.agreement.pk if self.agreement else None

    @property
    def name(self) -> str:
        """What the log calls whoever is let in: never a person, only whom they act for."""
        return str(self.to.organisation if isinstance(self.to, Member) else self.to)

    @property
    def kind(self) -> str:
        """Which of the three it is."""
        kinds = ("organisation", "task_force", "membership")
        return next(kind for kind in kinds if getattr(self, f"{kind}_id"))


@dataclass(frozen=True)
class StandIn:
    """Somebody as the rule sees them, without their credential: it proves nothing and reads nothing."""

    actor_organisation_id: uuid.UUID | None
    actor_id: uuid.UUID | None = None
    task_forces: tuple[uuid.UUID, ...] = ()
    actor_kind = "member"
    actor_name = ""
    credential = None


@dataclass(frozen=True)
class Subject:
    """Something with a category on a record, whether it exists or not."""

    record: Record
    category: str
    is_secret: bool = False
    public_since = None

    @property
    def owner_id(self) -> uuid.UUID:
        """Things belong to whoever owns the record."""
        return self.record.owner_id

    @property
    def audience(self) -> str:
        """To whom the record is open before anybody is invited."""
        return self.record.audience


def works_inside(
    actor: Member | StandIn, record: Record, at: datetime, participations: Iterable[LetIn]
) -> Decision:
    """Whether the record is the actor's own: their organisation owns it, and its audience includes them."""
    thing = Subject(record, record.category)
    return may_read(actor, (), at, thing, participations, is_part=True)


def may_share(actor: Member, record: Record, at: datetime, participations: Sequence[LetIn]) -> Decision:
    """Whether somebody lets others in to a record at all."""
    if actor.actor_organisation_id != record.owner_id:
        return refuse(NOT_OWNER)
    inside = works_inside(actor, record, at, participations)
    if not inside:
        return inside
    if actor.role == Member.Role.COORDINATOR:
        return allow(COORDINATES)
    if any(
        p.membership_id == actor.pk and not p.is_emergency and lasts(at, p.since, p.until)
        for p in participations
    ):
        return allow(NAMED_HERE)
    return refuse(NOT_ENTITLED)


def latest_end(record: Record, to: Organisation | TaskForce | Member, at: datetime) -> datetime | None:
    """When an invitation ends that names no end; only those of persons elsewhere do."""
    is_elsewhere = isinstance(to, Member) and to.organisation_id != record.owner_id
    return at + LONGEST_FOR_A_PERSON if is_elsewhere else None


@dataclass(frozen=True)
class Known:
    """What the rule is told about an invitation: clauses, parties, receivers, and who is let in already."""

    terms: Sequence[Term]
    parties: Mapping[uuid.UUID, Party]
    receiving: Sequence[Organisation]
    participations: Sequence[Participation]


def may_invite(record: Record, invitation: Invitation, at: datetime, known: Known) -> Decision:
    """Whether this invitation fits the record's audience and an agreement that lives."""
    to = invitation.name
    if not _admits(record, invitation):
        named = record.audience == Record.Audience.NAMED
        return refuse(FOR_PERSONS, to=to) if named else refuse(FOR_TASK_FORCES)
    if invitation.organisation_id == record.owner_id:
        return refuse(OWNER_ITSELF, to=to)
    if any(_covers(p, invitation, at) for p in known.participations):
        return refuse(ALREADY, to=to)
    if invitation.until is not None and invitation.until <= at:
        return refuse(PASSED)
    elsewhere = [org for org in known.receiving if org.pk != record.owner_id]
    if invitation.membership_id and not elsewhere:
        return refuse(NO_AGREEMENT_NEEDED) if invitation.agreement or invitation.purpose else allow(INSIDE)
    if invitation.membership_id and (
        invitation.until is None or invitation.until > at + LONGEST_FOR_A_PERSON
    ):
        return refuse(TOO_LONG)
    is_inside = record.audience == Record.Audience.TASK_FORCE and invitation.kind == "task_force"
    if is_inside and invitation.agreement is None and not invitation.purpose:
        return allow(INSIDE)
    if invitation.agreement is None or invitation.purpose not in Purpose.values:
        return refuse(NAME_AGREEMENT, to=to)
    return _under(record, invitation, at, known, elsewhere)


def _admits(record: Record, invitation: Invitation) -> bool:
    if record.audience == Record.Audience.NAMED:
        return invitation.kind == "membership"
    return record.audience == Record.Audience.ORGANISATION or invitation.kind != "organisation"


def _covers(participation: Participation, invitation: Invitation, at: datetime) -> bool:
    """Whether somebody has been let in who would be let in again, for nothing more."""
    same = (
        getattr(participation, f"{invitation.kind}_id") == invitation.to.pk
        and participation.agreement_id == invitation.agreement_id
        and participation.purpose == invitation.purpose
        and not participation.is_emergency
        and lasts(at, participation.since, participation.until)
    )
    return same and (
        participation.until is None
        or (invitation.until is not None and invitation.until <= participation.until)
    )


def _under(
    record: Record,
    invitation: Invitation,
    at: datetime,
    known: Known,
    elsewhere: Sequence[Organisation],
) -> Decision:
    """The agreement lives, owner and receiver are parties, and a clause covers something and the record."""
    agreement = invitation.agreement
    assert agreement is not None
    told = {"agreement": str(agreement)}
    if agreement.state not in {Agreement.State.INTERIM, Agreement.State.IN_FORCE} or not lasts(
        at, agreement.starts_at, agreement.ends_at
    ):
        return refuse(NOT_LIVING, **told)
    if not elsewhere:
        return refuse(NOBODY_THERE, to=invitation.name)
    if not _is_party(known.parties.get(record.owner_id), at):
        return refuse(NO_PARTY, organisation=str(record.owner), **told)
    answers = [_for_one(record, invitation, at, known, organisation) for organisation in elsewhere]
    return next((answer for answer in answers if answer), answers[0])


def _is_party(party: Party | None, at: datetime) -> bool:
    return party is not None and lasts(at, party.joined_at, party.left_at)


def _for_one(
    record: Record, invitation: Invitation, at: datetime, known: Known, organisation: Organisation
) -> Decision:
    told = {
        "agreement": str(invitation.agreement),
        "organisation": str(organisation),
        "purpose": in_english(Purpose, invitation.purpose),
    }
    if not _is_party(known.parties.get(organisation.pk), at):
        return refuse(NO_PARTY, agreement=told["agreement"], organisation=told["organisation"])
    reader = stand_in(invitation, organisation)
    matching = [
        term
        for term in known.terms
        if term.clause.purpose == invitation.purpose
        and term.clause.giving_id == record.owner_id
        and term.clause.receiving_id == organisation.pk
    ]
    if not matching:
        return refuse(NO_CLAUSE_AT_ALL, **told)
    answers = [
        may_read(
            reader,
            {invitation.purpose},
            at,
            Subject(record, term.clause.category),
            [invitation],
            [term],
            is_part=True,
        )
        for term in matching
    ]
    holding = [str(term.clause.number) for term, answer in zip(matching, answers, strict=True) if answer]
    if not holding:
        return answers[0]
    head = may_read(reader, (), at, record, [invitation], known.terms)
    if not head:
        is_uncovered = source_of(head.reason) == source_of(NO_CLAUSE)
        return (
            refuse(HEAD_CLOSED, category=in_english(Category, record.category), **told)
            if is_uncovered
            else head
        )
    return allow(CLAUSES, numbers=", ".join(holding), **told)


def stand_in(invitation: Invitation, organisation: Organisation) -> StandIn:
    """Whoever would be let in from `organisation`."""
    return StandIn(
        organisation.pk,
        invitation.membership_id,
        (invitation.task_force_id,) if invitation.task_force_id else (),
    )


def may_end_participation(
    actor: Member,
    participation: Participation,
    record: Record,
    at: datetime,
    participations: Sequence[Participation],
) -> Decision:
    """Members of the owner who work inside the record end an invitation, but never lock everybody out."""
    if actor.actor_organisation_id != record.owner_id:
        return refuse(NOT_OWNER)
    inside = works_inside(actor, record, at, participations)
    if not inside:
        return inside
    if participation.until is not None and participation.until <= at:
        return refuse(ALREADY_ENDED)
    if record.audience != Record.Audience.ORGANISATION and not participation.is_emergency:
        others = [
            p
            for p in participations
            if p.pk != participation.pk and not p.is_emergency and lasts(at, p.since, p.until)
        ]
        if not any(_keeps_open(p, record) for p in others):
            return refuse(LAST_ONE)
    return inside


def _keeps_open(participation: Participation, record: Record) -> bool:
    """Whether somebody of the owner is let in by it."""
    if participation.task_force_id is not None:
        return record.audience == Record.Audience.TASK_FORCE
    return (
        participation.membership is not None and participation.membership.organisation_id == record.owner_id
    )


def may_open_record(
    actor: Member,
    record: Record,
    at: datetime,
    *,
    purpose: str,
    participations: Sequence[LetIn],
    terms: Sequence[Term],
) -> Decision:
    """Whether stating this purpose opens something of a record to a member of another organisation."""
    if works_inside(actor, record, at, participations):
        return refuse(OWN_RECORD)
    mine = [p for p in participations if p.purpose == purpose]
    categories = [record.category, *(t.clause.category for t in terms if t.clause.purpose == purpose)]
    answers = [
        may_read(actor, {purpose}, at, Subject(record, category), mine, terms, is_part=True)
        for category in dict.fromkeys(categories)
    ]
    told = in_english(Purpose, purpose)
    return next((answer for answer in answers if answer), refuse(NOT_FOR_THIS, purpose=told))
