"""Drafts, signs, suspends and ends agreements. Each change takes effect at the second it is made."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from entente.agreements import change_rules as rules
from entente.agreements import register
from entente.agreements.models import Agreement, Clause, Party
from entente.audit import clock
from entente.audit.actors import Actor
from entente.audit.services import log
from entente.people.models import Member, Membership, Organisation

State = Agreement.State


@transaction.atomic
def draft_agreement(
    *,
    by: Actor,
    title: str,
    kind: str,
    titles: dict[str, str] | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    keeper: Organisation | None = None,
) -> Agreement:
    """Begin an agreement that one's own organisation keeps; a job says which `keeper`. Raises Refused."""
    starts_at = starts_at or clock.now()
    decision = rules.may_draft_agreement(by, starts_at, ends_at, clock.now()).require()
    kept_by = by.organisation if isinstance(by, Membership) else keeper
    agreement = Agreement(kind=kind, title=title, titles=titles or {}, starts_at=starts_at, ends_at=ends_at)
    agreement.keeper = kept_by  # type: ignore[assignment]
    log("agreements.agreement_drafted", by=by, about=agreement, decision=decision, details={"title": title})
    agreement.save(force_insert=True)
    return agreement


@transaction.atomic
def add_party(agreement: Agreement, *, by: Actor, organisation: Organisation) -> Party:
    """Let an organisation join while nobody has signed. Raises Refused."""
    agreement = register.held(agreement, by)
    parties = register.parties_of([agreement.pk], by)
    decision = rules.may_add_party(by, agreement, parties, organisation, clock.now()).require()
    party = Party(agreement=agreement, organisation=organisation, joined_at=clock.now())
    party.save(force_insert=True)
    details = {"organisation": organisation.name, "names": organisation.names}
    log("agreements.party_added", by=by, about=agreement, decision=decision, details=details)
    return party


@transaction.atomic
def add_clause(
    agreement: Agreement,
    *,
    by: Actor,
    purpose: str,
    category: str,
    giving: Organisation,
    receiving: Organisation,
    opens_secrecy: bool = False,
    holds_in_interim: bool = False,
    legal_basis: str = "",
) -> Clause:
    """Say what goes from whom to whom, and what for, while nobody has signed. Raises Refused."""
    agreement = register.held(agreement, by)
    parties = register.parties_of([agreement.pk], by)
    known = register.clauses_of([agreement.pk], by)
    clause = Clause(
        agreement=agreement,
        number=max((row.number for row in known), default=0) + 1,
        purpose=purpose,
        category=category,
        giving=giving,
        receiving=receiving,
        opens_secrecy=opens_secrecy,
        holds_in_interim=holds_in_interim,
        legal_basis=legal_basis,
    )
    decision = rules.may_add_clause(by, agreement, parties, known, clause, clock.now()).require()
    clause.save(force_insert=True)
    details = {"number": clause.number, "category": category, "purpose": purpose}
    log("agreements.clause_added", by=by, about=agreement, decision=decision, details=details)
    return clause


@transaction.atomic
def sign_agreement(agreement: Agreement, *, by: Member, clauses_read: int | None = None) -> Party:
    """Sign for one's own organisation what was read: so many clauses, if somebody counted. Raises Refused."""
    agreement = register.held(agreement, by)
    parties = register.parties_of([agreement.pk], by)
    clauses = len(register.clauses_of([agreement.pk], by))
    decision = rules.may_sign_agreement(by, agreement, parties, clauses, clock.now()).require()
    rules.has_read(clauses, clauses_read).require()
    party = next(row for row in parties if row.organisation_id == by.organisation_id)
    party.signed_at, party.signed_by = clock.now(), by
    party.save(update_fields=["signed_at", "signed_by"])
    details = {"organisation": party.organisation.name, "names": party.organisation.names}
    log("agreements.agreement_signed", by=by, about=agreement, decision=decision, details=details)
    return party


@transaction.atomic
def begin_interim(agreement: Agreement, *, by: Actor) -> Agreement:
    """Let what is about nobody in particular be shared while signatures are missing. Raises Refused."""
    agreement = register.held(agreement, by)
    parties, clauses = register.parties_of([agreement.pk], by), register.clauses_of([agreement.pk], by)
    decision = rules.may_begin_interim(by, agreement, parties, clauses, clock.now()).require()
    _change_state(agreement, State.INTERIM)
    log("agreements.interim_begun", by=by, about=agreement, decision=decision)
    return agreement


@transaction.atomic
def bring_into_force(agreement: Agreement, *, by: Actor) -> Agreement:
    """Let every clause hold, once every party has signed. Raises Refused."""
    agreement = register.held(agreement, by)
    parties, clauses = register.parties_of([agreement.pk], by), register.clauses_of([agreement.pk], by)
    decision = rules.may_bring_into_force(by, agreement, parties, len(clauses), clock.now()).require()
    _change_state(agreement, State.IN_FORCE)
    log("agreements.agreement_brought_into_force", by=by, about=agreement, decision=decision)
    return agreement


@transaction.atomic
def suspend_agreement(agreement: Agreement, *, by: Actor, reason: str) -> Agreement:
    """Close, from this second on, everything the agreement opens. The reason is for every member."""
    agreement = register.held(agreement, by)
    decision = rules.may_suspend_agreement(by, agreement, clock.now()).require()
    _change_state(agreement, State.SUSPENDED)
    log(
        "agreements.agreement_suspended",
        by=by,
        about=agreement,
        decision=decision,
        details={"reason": reason},
    )
    return agreement


@transaction.atomic
def resume_agreement(agreement: Agreement, *, by: Actor) -> Agreement:
    """Let it open again what it opened before it was suspended. Raises Refused."""
    agreement = register.held(agreement, by)
    decision = rules.may_resume_agreement(by, agreement, clock.now()).require()
    _change_state(agreement, State.IN_FORCE if register.was_in_force(agreement, by) else State.INTERIM)
    log("agreements.agreement_resumed", by=by, about=agreement, decision=decision)
    return agreement


@transaction.atomic
def end_agreement(agreement: Agreement, *, by: Actor, reason: str, at: datetime | None = None) -> Agreement:
    """End it for good, now or at a moment to come. The reason is for every member. Raises Refused."""
    agreement, now = register.held(agreement, by), clock.now()
    end = at or now
    decision = rules.may_end_agreement(by, agreement, end, now).require()
    agreement.ends_at = end
    agreement.save(update_fields=["ends_at"])
    if end <= now:
        _change_state(agreement, State.ENDED)
    details = {"reason": reason, "ends_at": end.isoformat()}
    log("agreements.agreement_ended", by=by, about=agreement, decision=decision, details=details)
    return agreement


@transaction.atomic
def leave_agreement(agreement: Agreement, *, by: Member, reason: str) -> Party:
    """Take one's own organisation out, from this second on and for good. Raises Refused."""
    agreement = register.held(agreement, by)
    parties = register.parties_of([agreement.pk], by)
    decision = rules.may_leave_agreement(by, agreement, parties, clock.now()).require()
    party = next(row for row in parties if row.organisation_id == by.organisation_id)
    party.left_at = clock.now()
    party.save(update_fields=["left_at"])
    details = {"organisation": party.organisation.name, "names": party.organisation.names, "reason": reason}
    log("agreements.party_left", by=by, about=agreement, decision=decision, details=details)
    return party


def _change_state(agreement: Agreement, state: str) -> None:
    agreement.state = state
    agreement.save(update_fields=["state"])
