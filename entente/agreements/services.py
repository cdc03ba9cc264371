"""Drafts, signs, suspends and ends agreements. Each change takes effect at the second it is made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from entente.agreements import change_rules as rules
from entente.agreements import mandate_rules, register
from entente.agreements.change_rules import Cell, Signs
from entente.agreements.models import Agreement, Clause, Mandate, Party
from entente.agreements.preparing import prepared
from entente.audit import clock
from entente.audit.actors import Actor, begin
from entente.audit.services import log
from entente.people.models import Member, Membership, Organisation

State = Agreement.State
TOLD = 60  # clauses an event names; more are counted


class ChangedMeanwhile(Exception):
    """Somebody else changed cells of the matrix since it was read: each with what it says now."""

    def __init__(self, now: dict[Cell, Signs | None]) -> None:
        super().__init__("The matrix was changed meanwhile.")
        self.now = now


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
    succeeds: Agreement | None = None,
) -> Agreement:
    """Begin an agreement that one's own organisation keeps; a job says which `keeper`. Raises Refused."""
    starts_at = starts_at or clock.now()
    decision = rules.may_draft_agreement(by, starts_at, ends_at, clock.now()).require()
    if succeeds is not None:
        decision = rules.may_amend_agreement(by, succeeds, clock.now()).require()
    kept_by = by.organisation if isinstance(by, Membership) else keeper
    agreement = Agreement(kind=kind, title=title, titles=titles or {}, starts_at=starts_at, ends_at=ends_at)
    agreement.keeper = kept_by  # type: ignore[assignment]
    agreement.succeeds = succeeds
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
def remove_clause(clause: Clause, *, by: Actor) -> None:
    """Take one clause out while nobody has signed. Raises Refused."""
    agreement = register.held(clause.agreement, by)
    parties = register.parties_of([agreement.pk], by)
    decision = rules.may_remove_clause(by, agreement, parties, clock.now()).require()
    details = {"number": clause.number, "category": clause.category, "purpose": clause.purpose}
    log("agreements.clause_removed", by=by, about=agreement, decision=decision, details=details)
    Clause.objects.filter(pk=clause.pk, agreement_id=agreement.pk).delete()


@transaction.atomic
def set_clauses(
    agreement: Agreement,
    *,
    by: Actor,
    wanted: Mapping[Cell, Signs | None],
    seen: Mapping[Cell, Signs | None] | None = None,
    legal_bases: Mapping[Cell, str] | None = None,
) -> int:
    """Tick, mark and clear many cells of the matrix while nobody has signed; returns how many changed.

    `wanted` says what each of its cells should say, None for nothing; `seen` what the editor read there and
    in the cells around. All of it is done or none. Raises Refused, ChangedMeanwhile.
    """
    agreement = register.held(agreement, by)
    parties = register.parties_of([agreement.pk], by)
    known = register.clauses_in(agreement.pk, {*wanted, *(seen or {})}, by)
    now = {cell: register.signs_of(clause) for cell, clause in known.items()}
    changed = {cell: now.get(cell) for cell, signs in (seen or {}).items() if now.get(cell) != signs}
    if changed:
        raise ChangedMeanwhile(changed)
    changes = {cell: signs for cell, signs in wanted.items() if now.get(cell) != signs}
    decision = rules.may_set_clauses(by, agreement, parties, changes, clock.now()).require()
    if changes:
        log(
            "agreements.clauses_set",
            by=by,
            about=agreement,
            decision=decision,
            details=_told(changes, known),
        )
        _write_cells(agreement, changes, known, legal_bases or {})
    return len(changes)


def _told(changes: Mapping[Cell, Signs | None], known: Mapping[Cell, Clause]) -> dict[str, object]:
    """What an event keeps of many changes: how many, and the first of them in full."""
    named = [[*map(str, cell), None if signs is None else [*signs]] for cell, signs in changes.items()]
    return {
        "added": sum(cell not in known for cell in changes),
        "marked": sum(cell in known and signs is not None for cell, signs in changes.items()),
        "removed": sum(signs is None for signs in changes.values()),
        "cells": named[:TOLD],
    }


def _write_cells(
    agreement: Agreement,
    changes: Mapping[Cell, Signs | None],
    known: Mapping[Cell, Clause],
    legal_bases: Mapping[Cell, str],
) -> None:
    gone = [known[cell].pk for cell, signs in changes.items() if signs is None]
    Clause.objects.filter(pk__in=gone).delete()
    marked = [known[cell] for cell, signs in changes.items() if signs is not None and cell in known]
    for clause in marked:
        signs = changes[register.cell_of(clause)] or Signs()
        clause.opens_secrecy, clause.holds_in_interim = signs
    Clause.objects.bulk_update(marked, ["opens_secrecy", "holds_in_interim"])
    used = Clause.objects.filter(agreement_id=agreement.pk).aggregate(last=Max("number"))["last"] or 0
    new = [(cell, signs) for cell, signs in changes.items() if signs is not None and cell not in known]
    Clause.objects.bulk_create(
        Clause(
            agreement_id=agreement.pk,
            number=number,
            purpose=cell.purpose,
            category=cell.category,
            giving_id=cell.giving,
            receiving_id=cell.receiving,
            opens_secrecy=signs.opens_secrecy,
            holds_in_interim=signs.holds_in_interim,
            legal_basis=legal_bases.get(cell, ""),
        )
        for number, (cell, signs) in enumerate(new, start=used + 1)
    )


@transaction.atomic
def sign_agreement(
    agreement: Agreement,
    *,
    by: Member,
    clauses_read: int | None = None,
    terms_read: str = "",
    reservation: str = "",
) -> Party:
    """Sign for one's own organisation what was read, perhaps with a reservation. Raises Refused.

    `clauses_read` and `terms_read` are how many clauses the page showed, and their fingerprint.
    """
    agreement = register.held(agreement, by)
    parties = register.parties_of([agreement.pk], by)
    clauses = register.clauses_of([agreement.pk], by)
    mandates, ready = register.mandates_of(by), prepared(agreement.pk, by)
    decision = rules.may_sign_agreement(
        by, agreement, parties, len(clauses), clock.now(), mandates, ready
    ).require()
    rules.has_read(len(clauses), clauses_read, rules.fingerprint(clauses), terms_read).require()
    party = next(row for row in parties if row.organisation_id == by.organisation_id)
    party.signed_at, party.signed_by = clock.now(), by
    party.signed_under, party.reservation = str(decision.values.get("act", "")), reservation
    party.save(update_fields=["signed_at", "signed_by", "signed_under", "reservation"])
    details = {"organisation": party.organisation.name, "names": party.organisation.names}
    details |= {"reservation": reservation} if reservation else {}
    details |= {"terms": ready.terms} if ready.terms else {}
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
    ready = prepared(agreement.pk, by)
    decision = rules.may_bring_into_force(by, agreement, parties, len(clauses), clock.now(), ready).require()
    _change_state(agreement, State.IN_FORCE)
    log("agreements.agreement_brought_into_force", by=by, about=agreement, decision=decision)
    if agreement.succeeds_id:
        _end_former(agreement, by=by)
    return agreement


def _end_former(agreement: Agreement, *, by: Actor) -> None:
    """What an agreement amends ends at the second in which it enters into force."""
    former = register.held(agreement.succeeds, by)  # type: ignore[arg-type]
    if former.state == State.ENDED:
        return
    decision = rules.may_keep(by, former).require()
    former.ends_at = min(clock.now(), former.ends_at or clock.now())
    former.save(update_fields=["ends_at"])
    _change_state(former, State.ENDED)
    details = {"title": agreement.title, "titles": agreement.titles, "successor": str(agreement.pk)}
    log("agreements.agreement_succeeded", by=by, about=former, decision=decision, details=details)


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


@transaction.atomic
def record_mandate(
    member: Member,
    *,
    by: Actor,
    act: str,
    kinds: list[str] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Mandate:
    """Say that a member may sign for the organisation, by which act and for which kinds. Raises Refused."""
    since = since or clock.now()
    decision = mandate_rules.may_record_mandate(by, member, since, until, act, clock.now()).require()
    mandate = Mandate(
        organisation_id=member.organisation_id,
        membership=member,
        since=since,
        until=until,
        kinds=kinds or [],
        act=act,
        recorded_by=by if isinstance(by, Membership) else None,
    )
    details = {"act": act, "member": member.actor_name, "kinds": mandate.kinds}
    log("agreements.mandate_recorded", by=by, about=mandate, decision=decision, details=details)
    mandate.save(force_insert=True)
    return mandate


@transaction.atomic
def end_mandate(mandate: Mandate, *, by: Member, reason: str) -> Mandate:
    """Let somebody sign no more from this second on; what they signed stays signed. Raises Refused."""
    begin(by)
    mandate = Mandate.objects.select_for_update().get(pk=mandate.pk)
    decision = mandate_rules.may_end_mandate(by, mandate, clock.now()).require()
    mandate.until, mandate.end_reason = clock.now(), reason
    mandate.save(update_fields=["until", "end_reason"])
    log("agreements.mandate_ended", by=by, about=mandate, decision=decision, details={"reason": reason})
    return mandate
