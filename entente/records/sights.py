"""Who can see a record at this moment, because of what, and what of it: the rule, asked for everybody."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from entente.agreements.models import Agreement, Clause, Party
from entente.agreements.rules import LetIn, Term, lasts, may_read
from entente.agreements.vocabulary import Category
from entente.audit import clock
from entente.audit.actors import begin
from entente.audit.decisions import Decision
from entente.people.models import Member, Organisation
from entente.records.models import Opening, Participation, Record
from entente.records.readers import known_members, parts_of, stand_ins
from entente.records.reading import Facts
from entente.records.rules.sharing import StandIn, Subject, works_inside


@dataclass(frozen=True)
class Door:
    """One way in: the decision, the invitation behind it, and the categories of parts it opens."""

    decision: Decision
    participation: Participation | None = None
    categories: tuple[str, ...] = ()
    under_secrecy: tuple[str, ...] = ()

    @property
    def is_own(self) -> bool:
        """Whether it is the record's own people's door: everything is open to them."""
        return self.decision.clause is None and not self.is_emergency

    @property
    def is_emergency(self) -> bool:
        """Whether it is broken glass."""
        return self.participation is not None and self.participation.is_emergency


@dataclass(frozen=True)
class Sight:
    """Somebody who can see a record; `member` is None for whoever an organisation has whom we do not know."""

    organisation: Organisation
    member: Member | None
    doors: tuple[Door, ...]


@dataclass(frozen=True)
class Hidden:
    """What members of an organisation can't see, and why."""

    organisation: Organisation
    category: str
    is_head: bool
    is_secret: bool
    decision: Decision


@dataclass(frozen=True)
class Sights:
    """Everything the page about a record's readers tells."""

    seen_by: list[Sight]
    hidden: list[Hidden]
    not_invited: list[tuple[Organisation, Agreement]]


def doors_of(
    one: StandIn | Member, record: Record, at: datetime, facts: Facts, *, is_public: bool = False
) -> list[Door]:
    """The ways in that somebody has, besides that the record's head may be public."""
    own = works_inside(one, record, at, facts.participations)
    found = []
    if own:  # everything is open to them: no other way in adds anything
        return [Door(own, _named(one, record, at, facts))]
    for participation in facts.participations:
        assert isinstance(participation, Participation)
        door = _through(one, record, at, participation, facts.terms, is_public=is_public)
        if door:
            found.append(door)
    return found


def _named(one: StandIn | Member, record: Record, at: datetime, facts: Facts) -> Participation | None:
    """The invitation by which somebody of the owner is named on a record that is not for all of them."""
    if record.audience == Record.Audience.ORGANISATION:
        return None
    for p in facts.participations:
        assert isinstance(p, Participation)
        is_made_out = p.membership_id == one.actor_id or p.task_force_id in one.task_forces
        if is_made_out and not p.is_emergency and lasts(at, p.since, p.until):
            return p
    return None


def _through(
    one: StandIn | Member,
    record: Record,
    at: datetime,
    participation: Participation,
    terms: Sequence[Term],
    *,
    is_public: bool,
) -> Door | None:
    """What one invitation opens to somebody, once the purpose is stated."""

    def asked(category: str, is_secret: bool, *, is_part: bool = True) -> Decision:
        thing = Subject(record, category, is_secret)
        return may_read(one, {participation.purpose}, at, thing, [participation], terms, is_part=is_part)

    head = asked(record.category, record.is_secret, is_part=False)
    if not head and not is_public:
        return None
    wanted = _categories(record, terms)
    open_ones = {category: asked(category, False) for category in wanted}
    found = [decision for decision in (head, *open_ones.values()) if decision]
    if not found:
        return None
    return Door(
        found[0],
        participation,
        tuple(category for category, decision in open_ones.items() if decision),
        tuple(category for category in wanted if asked(category, True)),
    )


def _categories(record: Record, terms: Iterable[Term]) -> list[str]:
    """The categories anything could be about here, in the order of the vocabulary."""
    named = {record.category, *(term.clause.category for term in terms)}
    return [category for category in Category.values if category in named]


def sights(record: Record, reader: Member) -> Sights:
    """Who can see a record, by organisation, and who explicitly can't, as far as `reader` may know."""
    at = clock.now()
    facts = Facts.of(record, reader)
    is_public = record.public_since is not None and record.public_since <= at
    members = list(known_members(reader, at))
    seen_by: list[Sight] = []
    for member, one in zip(members, stand_ins(members, at).values(), strict=True):
        doors = doors_of(one, record, at, facts, is_public=is_public)
        if doors:
            seen_by.append(Sight(member.organisation, member, tuple(doors)))
    known = {member.organisation_id for member in members}
    for organisation in _invited(facts):
        if organisation.pk not in known:
            doors = doors_of(StandIn(organisation.pk), record, at, facts, is_public=is_public)
            seen_by += [Sight(organisation, None, tuple(doors))] if doors else []
    own_first = sorted(seen_by, key=lambda sight: sight.organisation.pk != record.owner_id)
    is_inside = bool(works_inside(reader, record, at, facts.participations))
    return Sights(
        own_first, _hidden(record, reader, facts, at) if is_inside else [], _others(record, facts, at)
    )


def _invited(facts: Facts) -> list[Organisation]:
    """The organisations that invitations are made out to, or whose members they are."""
    found: dict[uuid.UUID, Organisation] = {}
    for participation in facts.participations:
        assert isinstance(participation, Participation)
        invited = participation.guest.organisation if participation.guest else participation.organisation
        if invited is not None and not participation.is_emergency:
            found[invited.pk] = invited
    return list(found.values())


def _letting_in(participation: LetIn) -> set[uuid.UUID | None]:
    """The organisation an invitation is made out to, itself or by one of its members."""
    assert isinstance(participation, Participation)
    guest = participation.guest
    return {participation.organisation_id, guest.organisation_id if guest else None} - {None}


def _hidden(record: Record, reader: Member, facts: Facts, at: datetime) -> list[Hidden]:
    """What of this record stays closed to organisations that were let in, and why."""
    things = [(record.category, record.is_secret, True)]
    things += sorted({(category, secret, False) for _kind, category, secret in parts_of(record, reader)})
    found = []
    for organisation in _invited(facts):
        mine = [p for p in facts.participations if organisation.pk in _letting_in(p)]
        named = next((p.membership_id for p in mine if p.membership_id), None)
        one = StandIn(organisation.pk, named)
        lasting = [p for p in mine if lasts(at, p.since, p.until)]
        purposes = {p.purpose for p in lasting}
        for category, is_secret, is_head in things if lasting else ():
            thing = Subject(record, category, is_secret)
            decision = may_read(one, purposes, at, thing, lasting, facts.terms, is_part=not is_head)
            if not decision:
                found.append(Hidden(organisation, category, is_head, is_secret, decision))
    return found


def _others(record: Record, facts: Facts, at: datetime) -> list[tuple[Organisation, Agreement]]:
    """Parties of the agreements in play that nobody let in."""
    in_play = {p.agreement_id for p in facts.participations if p.agreement_id and lasts(at, p.since, p.until)}
    invited = {p.organisation_id for p in facts.participations if lasts(at, p.since, p.until)}
    invited |= {
        p.guest.organisation_id
        for p in facts.participations
        if isinstance(p, Participation) and p.guest is not None and lasts(at, p.since, p.until)
    }
    parties = Party.objects.filter(agreement_id__in=in_play).exclude(organisation_id=record.owner_id)
    rows = parties.select_related("organisation", "agreement").order_by("organisation__name")
    return [
        (party.organisation, party.agreement)
        for party in rows
        if party.organisation_id not in invited and lasts(at, party.joined_at, party.left_at)
    ]


@dataclass(frozen=True)
class Basis:
    """What one door rests on: the clause and what the reader stated."""

    door: Door
    clause: Clause | None
    opening: Opening | None


def bases(record: Record, reader: Member) -> list[Basis]:
    """Every door the reader has to a record, with its clause and the reader's own statement."""
    at = clock.now()
    facts = Facts.of(record, reader)
    is_public = record.public_since is not None and record.public_since <= at
    clauses = {term.clause.pk: term.clause for term in facts.terms}
    stated = Opening.objects.filter(record_id=record.pk, membership_id=reader.pk, until__gt=at, at__lte=at)
    openings = {opening.purpose: opening for opening in stated.order_by("at")}
    found = []
    for door in doors_of(reader, record, at, facts, is_public=is_public):
        purpose = door.participation.purpose if door.participation else ""
        clause = clauses.get(door.decision.clause) if door.decision.clause else None
        found.append(Basis(door, clause, openings.get(purpose) if not door.is_own else None))
    return found


def purposes_to_state(record: Record, reader: Member) -> dict[str, Door]:
    """The purposes the reader may state on a record, each with the door it opens."""
    begin(reader)
    found: dict[str, Door] = {}
    for basis in bases(record, reader):
        if not basis.door.is_own and basis.door.participation is not None:
            found.setdefault(basis.door.participation.purpose, basis.door)
    return found


def is_guest_or_inside(record: Record, reader: Member) -> bool:
    """Whether the reader sees more of a record than everybody does."""
    return bool(bases(record, reader))


def known_agreements(owner: Member, at: datetime) -> list[Agreement]:
    """The agreements that live and that the member's organisation is a party of."""
    begin(owner)
    mine = Party.objects.filter(organisation_id=owner.organisation_id, left_at=None)
    rows = Agreement.objects.filter(
        pk__in=mine.values("agreement_id"), state__in=[Agreement.State.INTERIM, Agreement.State.IN_FORCE]
    )
    return [row for row in rows.order_by("title") if lasts(at, row.starts_at, row.ends_at)]


def what_agreements_give(owner: Member, at: datetime) -> list[Clause]:
    """The clauses under which the member's organisation may give something away now."""
    rows = Clause.objects.filter(
        agreement__in=known_agreements(owner, at), giving_id=owner.organisation_id
    ).select_related("agreement", "receiving")
    return list(rows.order_by("agreement__title", "number"))
