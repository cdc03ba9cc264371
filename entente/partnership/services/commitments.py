"""Offers, accepts, changes, keeps and withdraws commitments; what was first promised stays."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from entente.audit import clock
from entente.audit.services import log
from entente.partnership.models.commitments import Commitment, CommitmentVersion
from entente.partnership.models.decisions import GroupDecision
from entente.partnership.models.groups import Group
from entente.partnership.models.meetings import Meeting
from entente.partnership.queries import commitments as queries
from entente.partnership.queries.meetings import locked, sits
from entente.partnership.rules import commitments as rules
from entente.people.models import Member
from entente.records.references import new_reference

State = Commitment.State


@transaction.atomic
def offer_commitment(
    group: Group,
    *,
    by: Member,
    person: Member,
    what: str,
    due_on: date,
    evidence_wanted: str = "",
    objective: str = "",
    decision: GroupDecision | None = None,
    meeting: Meeting | None = None,
) -> Commitment:
    """Write down what an organisation is asked to promise; it accepts by itself. Raises Refused."""
    is_seated = sits(group.pk, person, by)
    may = rules.may_offer_commitment(
        by, group, due_on, clock.today(), clock.now(), is_seated=is_seated
    ).require()
    commitment = Commitment(
        group=group,
        reference=new_reference("CMT"),
        organisation_id=person.organisation_id,
        person=person,
        person_name=person.person.name,
        objective=objective,
        decision=decision,
        meeting=meeting,
        offered_by=by,
        offered_by_name=by.person.name,
        offered_at=clock.now(),
    )
    details = {"what": what, "due_on": due_on.isoformat()}
    log("partnership.commitment_offered", by=by, about=commitment, decision=may, details=details)
    commitment.save(force_insert=True)
    _add_version(commitment, 1, by, what=what, due_on=due_on, evidence_wanted=evidence_wanted)
    return commitment


def _add_version(
    commitment: Commitment,
    number: int,
    by: Member,
    *,
    what: str,
    due_on: date,
    evidence_wanted: str,
    reason: str = "",
) -> CommitmentVersion:
    version = CommitmentVersion(
        group_id=commitment.group_id,
        commitment=commitment,
        number=number,
        what=what,
        due_on=due_on,
        evidence_wanted=evidence_wanted,
        reason=reason,
        by=by,
        by_name=by.person.name,
        at=clock.now(),
    )
    version.save(force_insert=True)
    return version


@transaction.atomic
def accept_commitment(commitment: Commitment, *, by: Member) -> Commitment:
    """Promise it for one's own organisation. Raises Refused."""
    commitment = locked(queries.commitments(by), commitment.pk)
    may = rules.may_accept_commitment(by, commitment, clock.now()).require()
    commitment.state = State.ACCEPTED
    commitment.accepted_at, commitment.accepted_by_name = clock.now(), by.person.name
    commitment.save(update_fields=["state", "accepted_at", "accepted_by_name"])
    log("partnership.commitment_accepted", by=by, about=commitment, decision=may)
    return commitment


@transaction.atomic
def change_commitment(
    commitment: Commitment,
    *,
    by: Member,
    what: str,
    due_on: date,
    evidence_wanted: str,
    reason: str,
    read: int,
) -> CommitmentVersion:
    """Change date or text with a reason, from edition `read`; the first stays. Raises Refused."""
    commitment = locked(queries.commitments(by), commitment.pk)
    may = rules.may_change_commitment(by, commitment, clock.now()).require()
    newest = queries.versions_of(commitment, by)[-1]
    rules.follows(newest.number, read, newest.by_name).require()
    before = (newest.what, newest.due_on, newest.evidence_wanted)
    rules.is_a_change(reason, due_on, before, (what, due_on, evidence_wanted)).require()
    rules.is_to_come(due_on, newest.due_on, clock.today()).require()
    details = {"from": newest.due_on.isoformat(), "to": due_on.isoformat(), "reason": reason}
    log("partnership.commitment_changed", by=by, about=commitment, decision=may, details=details)
    texts = {"what": what, "evidence_wanted": evidence_wanted, "reason": reason}
    return _add_version(commitment, newest.number + 1, by, due_on=due_on, **texts)


@transaction.atomic
def keep_commitment(commitment: Commitment, *, by: Member, evidence: str) -> Commitment:
    """Say that it is done, and what shows it. Raises Refused."""
    commitment = locked(queries.commitments(by), commitment.pk)
    may = rules.may_keep_commitment(by, commitment, clock.now()).require()
    rules.says_how(evidence).require()
    _close(commitment, State.DONE, evidence, by)
    details = {"evidence": evidence}
    log("partnership.commitment_kept", by=by, about=commitment, decision=may, details=details)
    return commitment


@transaction.atomic
def withdraw_commitment(commitment: Commitment, *, by: Member, reason: str) -> Commitment:
    """Say that it will not be kept, and why; it stays readable. Raises Refused."""
    commitment = locked(queries.commitments(by), commitment.pk)
    may = rules.may_close_commitment(by, commitment, clock.now()).require()
    rules.says_how(reason).require()
    _close(commitment, State.WITHDRAWN, reason, by)
    details = {"reason": reason}
    log("partnership.commitment_withdrawn", by=by, about=commitment, decision=may, details=details)
    return commitment


def _close(commitment: Commitment, state: str, text: str, by: Member) -> None:
    commitment.state, commitment.closing = state, text
    commitment.closed_at, commitment.closed_by_name = clock.now(), by.person.name
    commitment.save(update_fields=["state", "closing", "closed_at", "closed_by_name"])
