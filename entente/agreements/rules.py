"""Who may read what: docs/build/the-rule.md for one reader and one thing, each answer with its reason."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _

from entente.agreements.vocabulary import Category, Purpose
from entente.audit.actors import Actor
from entente.audit.decisions import Decision, allow, refuse, source_of

ORGANISATION, TASK_FORCE, NAMED = "organisation", "task_force", "named"
INTERIM, IN_FORCE = "interim", "in_force"
WORK = _("The software does scheduled work on this record.")
PUBLIC = _("This record is public.")
NOT_PUBLIC = _("This record is not public.")
OWNER = _("Your organisation owns this record.")
IN_FORCE_OWN = _("Your organisation owns this record, and you sit in the task force it is for.")
NAMED_OWN = _("You are one of the persons named on this record.")
NOT_NAMED = _("This record is for the persons and task forces named on it.")
NO_AGREEMENT = _("No agreement opens this record to you.")
RUN_OUT = _("Your invitation to this record does not last at this moment.")
CLAUSE = _("Clause %(number)s of “%(agreement)s” lets your organisation have “%(category)s” to %(purpose)s.")
NO_CLAUSE = _("No clause of the agreement lets your organisation have “%(category)s” to %(purpose)s.")
NOT_LIVING = _("“%(agreement)s” opens nothing at this moment.")
NOT_SIGNED = _("“%(agreement)s” opens nothing between the two organisations before both have signed.")
NOT_INTERIM = _("“%(agreement)s” is not in force yet, and clause %(number)s does not hold before.")
SECRECY = _("This is under professional secrecy, and clause %(number)s does not open that.")
UNSTATED = _("Say first what you need this record for.")
GLASS = _("You broke the glass. The owner's privacy officer reviews it.")
GLASS_SECRECY = _("This is under professional secrecy. Broken glass does not open that.")


class Thing(Protocol):
    """A record's head, or one part of it with its own category and secrecy."""

    @property
    def owner_id(self) -> uuid.UUID: ...
    @property
    def audience(self) -> str: ...
    @property
    def public_since(self) -> datetime | None: ...
    @property
    def category(self) -> str: ...
    @property
    def is_secret(self) -> bool: ...


class LetIn(Protocol):
    """A participation: somebody let in to the record."""

    @property
    def organisation_id(self) -> uuid.UUID | None: ...
    @property
    def task_force_id(self) -> uuid.UUID | None: ...
    @property
    def membership_id(self) -> uuid.UUID | None: ...
    @property
    def agreement_id(self) -> uuid.UUID | None: ...
    @property
    def purpose(self) -> str: ...
    @property
    def since(self) -> datetime: ...
    @property
    def until(self) -> datetime | None: ...
    @property
    def is_emergency(self) -> bool: ...


class Signatory(Protocol):
    """A party of an agreement."""

    @property
    def joined_at(self) -> datetime: ...
    @property
    def signed_at(self) -> datetime | None: ...
    @property
    def left_at(self) -> datetime | None: ...


@dataclass(frozen=True)
class Term:
    """A clause with its agreement and the two parties it is between; None where one never joined."""

    clause: Any
    agreement: Any
    giving: Signatory | None
    receiving: Signatory | None


def may_read(
    reader: Actor,
    purposes: Collection[str],
    at: datetime,
    thing: Thing,
    participations: Iterable[LetIn] = (),
    clauses: Sequence[Term] = (),
    *,
    is_part: bool = False,
) -> Decision:
    """Whether `reader` may read `thing` at `at`, and because of what.

    `purposes`: what the reader has stated on this record, still lasting; only parts ask for it.
    `participations`: those of the record. `clauses`: of the agreements these name, or more.
    The rule of parts has a second half, the record's head: see `may_read_part`.
    """
    if reader.actor_kind == "job":
        return allow(WORK)
    if not is_part and thing.public_since is not None and thing.public_since <= at:
        return allow(PUBLIC)
    if reader.actor_kind != "member":
        return refuse(NOT_PUBLIC)
    mine = [p for p in participations if _is_made_out_to(reader, p)]
    own = _own(reader, at, thing, mine)
    if own:
        return own
    doors = [own, *(_let_in(reader, purposes, at, thing, p, clauses, is_part=is_part) for p in mine)]
    return next((door for door in doors if door), doors[-1])


def may_read_part(
    reader: Actor,
    purposes: Collection[str],
    at: datetime,
    record: Thing,
    part: Thing,
    participations: Sequence[LetIn] = (),
    clauses: Sequence[Term] = (),
) -> Decision:
    """A part needs its record's head too, by any door."""
    head = may_read(reader, purposes, at, record, participations, clauses)
    if not head:
        return head
    return may_read(reader, purposes, at, part, participations, clauses, is_part=True)


def lasts(at: datetime, since: datetime, until: datetime | None) -> bool:
    """From its beginning on, until just before its end if it has one."""
    return since <= at and (until is None or at < until)


def _is_made_out_to(reader: Actor, participation: LetIn) -> bool:
    forces: Collection[uuid.UUID] = getattr(reader, "task_forces", ())
    if participation.organisation_id is not None:
        return participation.organisation_id == reader.actor_organisation_id
    if participation.task_force_id is not None:
        return participation.task_force_id in forces
    return participation.membership_id == reader.actor_id


def _own(reader: Actor, at: datetime, thing: Thing, mine: Sequence[LetIn]) -> Decision:
    """Door 3: the reader acts for the owner, and the audience includes them."""
    if thing.owner_id != reader.actor_organisation_id:
        return refuse(NO_AGREEMENT)
    if thing.audience == ORGANISATION:
        return allow(OWNER)
    for p in mine:
        if p.is_emergency or not lasts(at, p.since, p.until):
            continue
        if p.membership_id is not None:
            return allow(NAMED_OWN)
        if p.task_force_id is not None and thing.audience == TASK_FORCE:
            return allow(IN_FORCE_OWN)
    return refuse(NOT_NAMED)


def _let_in(
    reader: Actor,
    purposes: Collection[str],
    at: datetime,
    thing: Thing,
    participation: LetIn,
    clauses: Sequence[Term],
    *,
    is_part: bool,
) -> Decision:
    """Doors 4 and 5: let in under an agreement, or by broken glass."""
    if not lasts(at, participation.since, participation.until):
        return refuse(RUN_OUT)
    if participation.is_emergency:
        door = refuse(GLASS_SECRECY) if thing.is_secret else allow(GLASS)
    elif thing.owner_id == reader.actor_organisation_id or not _admits(thing.audience, participation):
        return refuse(NOT_NAMED)
    else:
        door = _under_agreement(reader, at, thing, participation, clauses)
    if door and is_part and participation.purpose not in purposes:
        return refuse(UNSTATED)
    return door


def _admits(audience: str, participation: LetIn) -> bool:
    """Whether the audience takes in participations of this kind."""
    if audience == ORGANISATION:
        return True
    if audience == TASK_FORCE:
        return participation.organisation_id is None
    return participation.membership_id is not None


def _under_agreement(
    reader: Actor, at: datetime, thing: Thing, participation: LetIn, clauses: Sequence[Term]
) -> Decision:
    for term in clauses:
        clause = term.clause
        if (
            term.agreement.id == participation.agreement_id
            and clause.purpose == participation.purpose
            and clause.category == thing.category
            and clause.giving_id == thing.owner_id
            and clause.receiving_id == reader.actor_organisation_id
        ):
            return holds(term, at, is_secret=thing.is_secret)
    return refuse(
        NO_CLAUSE,
        category=in_english(Category, thing.category),
        purpose=in_english(Purpose, participation.purpose),
    )


def holds(term: Term, at: datetime, *, is_secret: bool) -> Decision:
    """Whether a clause that fits holds at this moment."""
    clause, agreement = term.clause, term.agreement
    told = {"agreement": str(agreement), "number": clause.number}
    is_living = agreement.state in {INTERIM, IN_FORCE}
    if not is_living or not lasts(at, agreement.starts_at, agreement.ends_at):
        return refuse(NOT_LIVING, **told)
    if agreement.state == INTERIM and not clause.holds_in_interim:
        return refuse(NOT_INTERIM, **told)
    for party in (term.giving, term.receiving):
        if party is None or not lasts(at, party.joined_at, party.left_at):
            return refuse(NOT_LIVING, **told)
        if agreement.state == IN_FORCE and (party.signed_at is None or party.signed_at > at):
            return refuse(NOT_SIGNED, **told)
    if is_secret and not clause.opens_secrecy:
        return refuse(SECRECY, **told)
    told |= {
        "category": in_english(Category, clause.category),
        "purpose": in_english(Purpose, clause.purpose),
    }
    return allow(CLAUSE, **told).under(clause.id)


def in_english(choices: type[Category] | type[Purpose], value: str) -> str:
    """A choice as the code writes it: decisions keep that, each reader's language is made from it."""
    return source_of(choices(value).label) if value in choices.values else value
