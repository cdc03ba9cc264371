"""Who may change an agreement, and when. Each rule answers with a reason a person can read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from entente.agreements.models import Agreement, Clause, Party
from entente.agreements.rules import in_english, lasts
from entente.agreements.vocabulary import INTERIM, Category, Purpose
from entente.audit.actors import Actor
from entente.audit.decisions import Decision, allow, refuse
from entente.people.models import Membership, Organisation

State = Agreement.State
BINDING = {Membership.Role.COORDINATOR, Membership.Role.OFFICER}
UNSIGNED_STATES = {State.DRAFT, State.INTERIM}
SET_UP = _("Whoever runs the server sets this up.")
BY_KEEPER = _("The organisation that keeps an agreement runs it.")
BY_PARTY = _("A coordinator or a data protection officer binds their organisation.")
NOT_KEEPER = _("Only the organisation that keeps an agreement changes it.")
NOT_BINDING = _("Only a coordinator or a data protection officer binds their organisation.")
NOT_PARTY = _("Your organisation is not a party to this agreement.")
LEFT = _("Your organisation has left this agreement.")
IS_ENDED = _("This agreement has ended. It stays as it was.")
TWO_PARTIES = _("An agreement needs at least two parties. Add them first.")
FIXED = _("The terms can't be changed any more: the agreement is past its draft and interim time.")
ALREADY_SIGNED = _(
    "%(organisation)s has signed already, and what was signed stays as it is."
    " End this agreement and draft a new one."
)


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
    if clause.giving_id == clause.receiving_id:
        return refuse(_("A clause is between two organisations: choose another one that receives."))
    for organisation in (clause.giving, clause.receiving):
        if not _belongs(_party(parties, organisation.pk), at):
            return refuse(
                _("%(organisation)s is not a party. Add it to the agreement first."),
                organisation=str(organisation),
            )
    if clause.holds_in_interim and clause.category not in INTERIM:
        return refuse(
            _(
                "“%(category)s” can't be shared before the agreement is in force."
                " Until then only contact persons, meeting dates and consultations without identity can."
            ),
            category=in_english(Category, clause.category),
        )
    same = next((known for known in clauses if _terms(known) == _terms(clause)), None)
    if same:
        return refuse(
            _("Clause %(number)s says this already: “%(category)s” to %(purpose)s."),
            number=same.number,
            category=in_english(Category, clause.category),
            purpose=in_english(Purpose, clause.purpose),
        )
    return may


def _terms(clause: Clause) -> tuple[object, ...]:
    return clause.purpose, clause.category, clause.giving_id, clause.receiving_id


def _party(parties: Sequence[Party], organisation: object) -> Party | None:
    return next((party for party in parties if party.organisation_id == organisation), None)


def _belongs(party: Party | None, at: datetime) -> bool:
    return party is not None and lasts(at, party.joined_at, party.left_at)


def _own_party(actor: Actor, parties: Sequence[Party], at: datetime) -> Decision:
    party = _party(parties, actor.actor_organisation_id) if actor.actor_organisation_id else None
    if party is None or party.joined_at > at:
        return refuse(NOT_PARTY)
    return allow(BY_PARTY) if _belongs(party, at) else refuse(LEFT)


def may_sign_agreement(
    actor: Actor, agreement: Agreement, parties: Sequence[Party], clauses: int, at: datetime
) -> Decision:
    """For one's own organisation, once, while the agreement is not in force yet."""
    if agreement.state == State.ENDED:
        return refuse(IS_ENDED)
    may = _own_party(actor, parties, at)
    if not may:
        return may
    signed = _party(parties, actor.actor_organisation_id)
    if signed is not None and signed.signed_at:
        return refuse(_("Your organisation has signed already."))
    if agreement.state not in UNSIGNED_STATES:
        return refuse(_("An agreement is signed before it is in force."))
    if not clauses:
        return refuse(_("There is nothing to sign yet: no clause says what is shared."))
    return _binds(actor)


def has_read(clauses: int, clauses_read: int | None) -> Decision:
    """Nobody signs a clause that was added while they were reading."""
    if clauses_read is not None and clauses_read != clauses:
        return refuse(
            _("A clause was added while you were reading. Read the agreement again before you sign.")
        )
    return allow(BY_PARTY)


def may_act_for_party(actor: Actor, parties: Sequence[Party], at: datetime) -> Decision:
    """Whether somebody may bind a party that has not left."""
    may = _own_party(actor, parties, at)
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
    actor: Actor, agreement: Agreement, parties: Sequence[Party], clauses: int, at: datetime
) -> Decision:
    """Once every party that has not left has signed."""
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
