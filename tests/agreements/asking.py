"""The worlds' facts in the shapes in which the product's rule asks for them; no database."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from types import ModuleType
from typing import Any

from entente.agreements import rules
from entente.agreements.vocabulary import INTERIM
from entente.audit.actors import Credential
from entente.audit.decisions import Decision
from tests.agreements import facts
from tests.agreements.facts import Outsider, Part, Record, Thing, World
from tests.agreements.oracle import begun, not_over

KINDS = {Outsider.SYSTEM: "job", Outsider.VISITOR: "visitor", Outsider.PARTICIPANT: "participant"}


@dataclass(frozen=True)
class Asker:
    """Whoever asks, as the product knows them once they have proven who they are."""

    actor_kind: str
    actor_id: uuid.UUID | None = None
    actor_organisation_id: uuid.UUID | None = None
    task_forces: tuple[uuid.UUID, ...] = ()
    actor_name: str = ""
    credential: Credential | None = None


def asker(world: World, reader: facts.Reader, at: datetime) -> Asker:
    """The reader at that moment: nobody proves a membership that does not last, nor a seat."""
    if isinstance(reader, Outsider):
        return Asker(KINDS[reader])
    if not lasts_for(reader, at):
        return Asker("visitor")
    return Asker("member", reader.id, reader.organisation, tuple(_seats(world, reader, at)))


def lasts_for(reader: facts.Reader, at: datetime) -> bool:
    """Whether somebody is a member at that moment."""
    return isinstance(reader, facts.Member) and begun(reader.since, at) and not_over(reader.ended_at, at)


def _seats(world: World, reader: facts.Member, at: datetime) -> Iterator[uuid.UUID]:
    for task_force in world.task_forces:
        seats = world.seats_of(task_force.id, reader.id)
        if not_over(task_force.ended_at, at) and any(
            begun(seat.since, at) and not_over(seat.until, at) for seat in seats
        ):
            yield task_force.id


@dataclass(frozen=True)
class RuleThing:
    """A record's head, or a part with its record's owner and audience."""

    owner_id: uuid.UUID
    audience: str
    category: str
    is_secret: bool
    public_since: datetime | None


@dataclass(frozen=True)
class RuleLetIn:
    """A participation."""

    organisation_id: uuid.UUID | None
    task_force_id: uuid.UUID | None
    membership_id: uuid.UUID | None
    agreement_id: uuid.UUID | None
    purpose: str
    since: datetime
    until: datetime | None
    is_emergency: bool


@dataclass(frozen=True)
class RuleAgreement:
    """An agreement with a title."""

    id: uuid.UUID
    state: str
    starts_at: datetime
    ends_at: datetime | None

    def __str__(self) -> str:
        return "The agreement"


@dataclass(frozen=True)
class RuleClause:
    """A clause with its number."""

    id: uuid.UUID
    number: int
    purpose: str
    category: str
    giving_id: uuid.UUID
    receiving_id: uuid.UUID
    opens_secrecy: bool
    holds_in_interim: bool


class Asking:
    """Asks a rule (the product's, or a mutant of it) about a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._terms: dict[uuid.UUID, list[rules.Term]] = {}
        self._let_in: dict[uuid.UUID, tuple[list[RuleLetIn], list[rules.Term]]] = {}
        self._askers: dict[Any, Asker] = {}

    def decide(self, reader: facts.Reader, thing: Thing, at: datetime, rule: ModuleType = rules) -> Decision:
        """What the rule says of a head or a part."""
        record = self.world.record_of(thing)
        let_in, terms = self._known_of(record)
        who = self._asker(reader, at)
        head = RuleThing(
            record.owner, record.audience, record.category, record.is_secret, record.public_since
        )
        if isinstance(thing, Record):
            return rule.may_read(who, (), at, head, let_in, terms)  # type: ignore[no-any-return]
        # A rule that is told when the record became public must not take its parts for public.
        part = RuleThing(record.owner, record.audience, thing.category, thing.is_secret, record.public_since)
        return rule.may_read_part(  # type: ignore[no-any-return]
            who, self._stated(reader, thing, at), at, head, part, let_in, terms
        )

    def _asker(self, reader: facts.Reader, at: datetime) -> Asker:
        key = reader, at
        if key not in self._askers:
            self._askers[key] = asker(self.world, reader, at)
        return self._askers[key]

    def _stated(self, reader: facts.Reader, part: Part, at: datetime) -> set[str]:
        return {
            opening.purpose
            for opening in self.world.openings_on(part.record)
            if isinstance(reader, facts.Member)
            and opening.member == reader.id
            and begun(opening.at, at)
            and not_over(opening.until, at)
        }

    def _known_of(self, record: Record) -> tuple[list[RuleLetIn], list[rules.Term]]:
        if record.id not in self._let_in:
            given = self.world.participations_of(record.id)
            let_in = [
                RuleLetIn(
                    p.organisation,
                    p.task_force,
                    p.member,
                    p.agreement,
                    p.purpose,
                    p.since,
                    p.until,
                    p.is_emergency,
                )
                for p in given
            ]
            named = dict.fromkeys(p.agreement for p in given if p.agreement is not None)
            self._let_in[record.id] = let_in, [term for one in named for term in self._terms_of(one)]
        return self._let_in[record.id]

    def _terms_of(self, agreement: uuid.UUID) -> list[rules.Term]:
        if agreement not in self._terms:
            kept = self.world.agreement(agreement)
            told = RuleAgreement(kept.id, kept.state, kept.starts_at, kept.ends_at)
            self._terms[agreement] = [
                rules.Term(
                    RuleClause(
                        clause.id,
                        number,
                        clause.purpose,
                        clause.category,
                        clause.giving,
                        clause.receiving,
                        clause.opens_secrecy,
                        clause.holds_in_interim,
                    ),
                    told,
                    _signatory(self.world.party(agreement, clause.giving)),
                    _signatory(self.world.party(agreement, clause.receiving)),
                )
                for number, clause in enumerate(self.world.clauses_of(agreement), 1)
            ]
        return self._terms[agreement]


def _signatory(party: facts.Party | None) -> rules.Signatory | None:
    return party  # a party has the three moments under the same names


def as_kept(world: World) -> World:
    """The world as the tables can hold it: only some categories may go before an agreement is in force."""
    allowed = {str(category) for category in INTERIM}
    clauses = tuple(
        replace(clause, holds_in_interim=clause.holds_in_interim and clause.category in allowed)
        for clause in world.clauses
    )
    return replace(world, clauses=clauses)
