"""Who may change an agreement, and when. Each rule answers with a reason a person can read."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from entente.agreements.mandate_rules import NOT_BINDING, SET_UP, may_sign_for
from entente.agreements.models import Agreement, Clause, Mandate, Party
from entente.agreements.preparing import Prepared
from entente.agreements.rules import in_english, lasts
from entente.agreements.vocabulary import INTERIM, Category, ExcludedPurpose, Purpose
from entente.audit.actors import Actor
from entente.audit.decisions import Decision, allow, refuse, source_of
from entente.people.models import Membership, Organisation

State = Agreement.State
BINDING = {Membership.Role.COORDINATOR, Membership.Role.OFFICER}
UNSIGNED_STATES = {State.DRAFT, State.INTERIM}
BY_KEEPER = _("The organisation that keeps an agreement runs it.")
BY_PARTY = _("A coordinator or a data protection officer binds their organisation.")
NOT_KEEPER = _("Only the organisation that keeps an agreement changes it.")
NOT_PARTY = _("Your organisation is not a party to this agreement.")
LEFT = _("Your organisation has left this agreement.")
IS_ENDED = _("This agreement has ended. It stays as it was.")
TWO_PARTIES = _("An agreement needs at least two parties. Add them first.")
FIXED = _("The terms can't be changed any more: the agreement is past its draft and interim time.")
ALREADY_SIGNED = _(
    "%(organisation)s has signed already, and what was signed stays as it is."
    " End this agreement and draft a new one."
)

TWO_ORGANISATIONS = _("A clause is between two organisations: choose another one that receives.")
NOT_ON_LIST = _("A clause takes its purpose and its category from the lists. “%(given)s” is on none of them.")
NO_OTHER = _("There is no category “other”: choose the categories that are meant, one clause for each.")
EXCLUDED = _("Nothing is ever shared for %(purpose)s: every agreement excludes that.")
NOT_BEFORE = _(
    "“%(category)s” can't be shared before the agreement is in force."
    " Until then only contact persons, meeting dates and consultations without identity can."
)


class Cell(NamedTuple):
    """One place in the matrix: for one purpose, one category from one organisation to another."""

    purpose: str
    category: str
    giving: uuid.UUID
    receiving: uuid.UUID


class Signs(NamedTuple):
    """The signs a clause carries besides being there."""

    opens_secrecy: bool = False
    holds_in_interim: bool = False


def _binds(actor: Actor) -> Decision:
    """Whether somebody may bind the organisation they act for."""
    if not isinstance(actor, Membership) or actor.role not in BINDING:
        return refuse(NOT_BINDING)
    return allow(BY_PARTY)


def may_draft_agreement(
    actor: Actor, starts_at: datetime, ends_at: datetime | None, at: datetime
) -> Decision:
    """Coordinators and data protection officers, for their own organisation."""
    if ends_at is not None and ends_at <= max(starts_at, at):
        return refuse(_("An agreement ends after it has begun, and not in the past."))
    return allow(SET_UP) if actor.actor_kind == "job" else _binds(actor)


def may_keep(actor: Actor, agreement: Agreement) -> Decision:
    """Whether somebody runs the agreement: the keeper's coordinator or officer."""
    if actor.actor_kind == "job":
        return allow(SET_UP)
    if actor.actor_organisation_id != agreement.keeper_id:
        return refuse(NOT_KEEPER)
    return allow(BY_KEEPER) if _binds(actor) else refuse(NOT_BINDING)


def _may_set_terms(actor: Actor, agreement: Agreement, parties: Sequence[Party]) -> Decision:
    """Before anybody has signed: nobody is bound to what they did not read."""
    if agreement.state == State.ENDED:
        return refuse(IS_ENDED)
    if agreement.state not in UNSIGNED_STATES:
        return refuse(FIXED)
    signed = next((party for party in parties if party.signed_at), None)
    if signed:
        return refuse(ALREADY_SIGNED, organisation=str(signed.organisation))
    return may_keep(actor, agreement)


def may_add_party(
    actor: Actor, agreement: Agreement, parties: Sequence[Party], organisation: Organisation, at: datetime
) -> Decision:
    """Each organisation once; one that left does not come back to the same agreement."""
    known = _party(parties, organisation.pk)
    if known is not None and known.left_at:
        return refuse(_("%(organisation)s has left this agreement."), organisation=str(organisation))
    if known is not None:
        return refuse(_("%(organisation)s is a party already."), organisation=str(organisation))
    return _may_set_terms(actor, agreement, parties)


def may_add_clause(
    actor: Actor,
    agreement: Agreement,
    parties: Sequence[Party],
    clauses: Collection[Clause],
    clause: Clause,
    at: datetime,
) -> Decision:
    """Between two parties, each once, and before signature only what is about nobody in particular."""
    may = _may_set_terms(actor, agreement, parties)
    if not may:
        return may
    cell = Cell(clause.purpose, clause.category, clause.giving_id, clause.receiving_id)
    holding = Signs(clause.opens_secrecy, clause.holds_in_interim)
    fits = _fits(cell, holding, {party.organisation_id: party for party in parties}, at)
    if fits is not None:
        organisation = {clause.giving_id: clause.giving, clause.receiving_id: clause.receiving}
        return fits if fits.values.get("organisation") is None else _named(fits, organisation)
    same = next((known for known in clauses if _terms(known) == _terms(clause)), None)
    if same and same.opens_secrecy != clause.opens_secrecy:
        return refuse(
            _(
                "Clause %(number)s speaks of the same and says otherwise about secrecy."
                " Change that one instead."
            ),
            number=same.number,
        )
    if same:
        return refuse(
            _("Clause %(number)s says this already: “%(category)s” to %(purpose)s."),
            number=same.number,
            category=in_english(Category, clause.category),
            purpose=in_english(Purpose, clause.purpose),
        )
    return may


def _fits(cell: Cell, signs: Signs, parties: Mapping[uuid.UUID, Party], at: datetime) -> Decision | None:
    """What speaks against a clause, whatever else the agreement says; None when nothing does."""
    if cell.purpose in ExcludedPurpose.values:
        return refuse(EXCLUDED, purpose=source_of(ExcludedPurpose(cell.purpose).label))
    if cell.category == "other":
        return refuse(NO_OTHER)
    if cell.purpose not in Purpose.values or cell.category not in Category.values:
        return refuse(NOT_ON_LIST, given=cell.category if cell.purpose in Purpose.values else cell.purpose)
    if cell.giving == cell.receiving:
        return refuse(TWO_ORGANISATIONS)
    for organisation in (cell.giving, cell.receiving):
        if not _belongs(parties.get(organisation), at):
            return refuse(
                _("%(organisation)s is not a party. Add it to the agreement first."),
                organisation=organisation,
            )
    if signs.holds_in_interim and cell.category not in INTERIM:
        return refuse(NOT_BEFORE, category=in_english(Category, cell.category))
    return None


def _named(decision: Decision, organisations: Mapping[uuid.UUID, Organisation]) -> Decision:
    found = organisations.get(decision.values["organisation"])
    return refuse(decision.reason, organisation=str(found or "?"))


def may_set_clauses(
    actor: Actor,
    agreement: Agreement,
    parties: Sequence[Party],
    wanted: Mapping[Cell, Signs | None],
    at: datetime,
) -> Decision:
    """Every cell between two parties, from the lists; all of them or none."""
    may = _may_set_terms(actor, agreement, parties)
    if not may:
        return may
    by_organisation = {party.organisation_id: party for party in parties}
    for cell, signs in wanted.items():
        against = None if signs is None else _fits(cell, signs, by_organisation, at)
        if against is not None:
            named = {party.organisation_id: party.organisation for party in parties}
            return _named(against, named) if "organisation" in against.values else against
    return may


def may_remove_clause(actor: Actor, agreement: Agreement, parties: Sequence[Party], at: datetime) -> Decision:
    """Like every term: by the keeper, while nobody has signed."""
    return _may_set_terms(actor, agreement, parties)


def _terms(clause: Clause) -> tuple[object, ...]:
    return clause.purpose, clause.category, clause.giving_id, clause.receiving_id


def _party(parties: Sequence[Party], organisation: object) -> Party | None:
    return next((party for party in parties if party.organisation_id == organisation), None)


def _belongs(party: Party | None, at: datetime) -> bool:
    return party is not None and lasts(at, party.joined_at, party.left_at)


def may_belong(actor: Actor, parties: Sequence[Party], at: datetime) -> Decision:
    """Whether somebody acts for a party that has not left."""
    party = _party(parties, actor.actor_organisation_id) if actor.actor_organisation_id else None
    if party is None or party.joined_at > at:
        return refuse(NOT_PARTY)
    return allow(BY_PARTY) if _belongs(party, at) else refuse(LEFT)


def may_sign_agreement(
    actor: Actor,
    agreement: Agreement,
    parties: Sequence[Party],
    clauses: int,
    at: datetime,
    mandates: Sequence[Mandate] = (),
    prepared: Prepared | None = None,
) -> Decision:
    """For one's own organisation, once, with a mandate, while the agreement is not in force yet."""
    if agreement.state == State.ENDED:
        return refuse(IS_ENDED)
    may = may_belong(actor, parties, at)
    if not may:
        return may
    signed = _party(parties, actor.actor_organisation_id)
    if signed is not None and signed.signed_at:
        return refuse(_("Your organisation has signed already."))
    if agreement.state not in UNSIGNED_STATES:
        return refuse(_("An agreement is signed before it is in force."))
    if not clauses:
        return refuse(_("There is nothing to sign yet: no clause says what is shared."))
    has_mandate = may_sign_for(actor, agreement, mandates, at)
    if has_mandate and prepared is not None and not prepared.may_be_signed:
        return prepared.may_be_signed
    return has_mandate


def fingerprint(clauses: Collection[Clause]) -> str:
    """What the clauses say, as a hash: two lists that say the same have the same."""
    said = sorted(
        f"{row.purpose} {row.category} {row.giving_id} {row.receiving_id}"
        f" {row.opens_secrecy:d}{row.holds_in_interim:d} {row.legal_basis}"
        for row in clauses
    )
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def has_read(clauses: int, clauses_read: int | None, terms: str = "", terms_read: str = "") -> Decision:
    """Nobody signs a clause that was added or changed while they were reading."""
    if terms_read and terms_read != terms:
        return refuse(
            _("The terms were changed while you were reading. Read the agreement again before you sign.")
        )
    if clauses_read is not None and clauses_read != clauses:
        return refuse(
            _("A clause was added while you were reading. Read the agreement again before you sign.")
        )
    return allow(BY_PARTY)


def may_act_for_party(actor: Actor, parties: Sequence[Party], at: datetime) -> Decision:
    """Whether somebody may bind a party that has not left."""
    may = may_belong(actor, parties, at)
    return _binds(actor) if may else may


def may_leave_agreement(
    actor: Actor, agreement: Agreement, parties: Sequence[Party], at: datetime
) -> Decision:
    """A party goes when it wants to; nobody else makes it go, and nobody keeps it."""
    if agreement.state == State.ENDED:
        return refuse(IS_ENDED)
    return may_act_for_party(actor, parties, at)


def may_begin_interim(
    actor: Actor, agreement: Agreement, parties: Sequence[Party], clauses: Collection[Clause], at: datetime
) -> Decision:
    """From a draft with two parties and something that may be shared before everybody has signed."""
    if agreement.state != State.DRAFT:
        return refuse(_("Only a draft becomes interim."))
    if _is_over(agreement, at):
        return refuse(IS_ENDED)
    if _joined(parties, at) < 2:
        return refuse(TWO_PARTIES)
    if not any(clause.holds_in_interim for clause in clauses):
        return refuse(_("No clause holds before signature. Add one, for example for contact persons."))
    return may_keep(actor, agreement)


def may_bring_into_force(
    actor: Actor,
    agreement: Agreement,
    parties: Sequence[Party],
    clauses: int,
    at: datetime,
    prepared: Prepared | None = None,
) -> Decision:
    """Once every party that has not left has signed, and each has its legal basis."""
    if agreement.state not in UNSIGNED_STATES:
        return refuse(_("Only a draft or an interim agreement is brought into force."))
    if _is_over(agreement, at):
        return refuse(IS_ENDED)
    if _joined(parties, at) < 2:
        return refuse(TWO_PARTIES)
    if not clauses:
        return refuse(_("No clause says yet what is shared. Add one first."))
    missing = [str(party.organisation) for party in parties if _belongs(party, at) and not party.signed_at]
    if missing:
        return refuse(
            _("Not everybody has signed. Still missing: %(organisations)s."),
            organisations=", ".join(sorted(missing)),
        )
    may = may_keep(actor, agreement)
    if may and prepared is not None and not prepared.may_be_in_force:
        return prepared.may_be_in_force
    return may


def may_amend_agreement(actor: Actor, agreement: Agreement, at: datetime) -> Decision:
    """What lives is amended by another one that takes its place."""
    if agreement.state not in {State.INTERIM, State.IN_FORCE} or _is_over(agreement, at):
        return refuse(_("Only an agreement that is interim or in force is amended by another one."))
    return may_keep(actor, agreement)


def _joined(parties: Sequence[Party], at: datetime) -> int:
    return sum(_belongs(party, at) for party in parties)


def _is_over(agreement: Agreement, at: datetime) -> bool:
    return agreement.ends_at is not None and agreement.ends_at <= at


def may_suspend_agreement(actor: Actor, agreement: Agreement, at: datetime) -> Decision:
    """While it opens something."""
    if agreement.state not in {State.INTERIM, State.IN_FORCE}:
        return refuse(_("Only an agreement that is interim or in force can be suspended."))
    return may_keep(actor, agreement)


def may_resume_agreement(actor: Actor, agreement: Agreement, at: datetime) -> Decision:
    """While it is suspended and its time has not run out."""
    if agreement.state != State.SUSPENDED:
        return refuse(_("This agreement is not suspended."))
    if _is_over(agreement, at):
        return refuse(IS_ENDED)
    return may_keep(actor, agreement)


def may_end_agreement(actor: Actor, agreement: Agreement, end: datetime, at: datetime) -> Decision:
    """Now, or on a day to come; never later than agreed, and never in the past."""
    if agreement.state == State.ENDED:
        return refuse(IS_ENDED)
    if end < at:
        return refuse(_("An agreement can't be ended in the past."))
    if agreement.ends_at is not None and agreement.ends_at < end:
        return refuse(_("This agreement ends earlier than that already."))
    return may_keep(actor, agreement)
