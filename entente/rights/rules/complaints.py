"""Who may do what to a complaint. Each rule answers with a reason a person can read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.actors import Actor
from entente.audit.decisions import Decision, allow, refuse, source_of
from entente.people.models import Membership, Organisation
from entente.rights.models import Complaint, ComplaintQuestion, Remedy
from entente.rights.scoping import ANSWERING

State, Outcome = Complaint.State, Complaint.Outcome
ACKNOWLEDGE_DAYS, ANSWER_DAYS, QUESTION_DAYS = 3, 30, 5  # working days of the city
ANYBODY = _("Anybody may complain, without a name and without an account.")
ARRIVED_ALREADY = _("This complaint has arrived already. Its number and its code were shown once.")
WITH_CODE = _("Who holds the code of a complaint writes about it.")
OVER = _("This complaint is closed. If something new happened, please make a new one.")
ANSWERS = _("Your organisation answers this complaint.")
OWN_CASE = _("Nobody answers a complaint about their own organisation.")
NOT_ANSWERING = _("Only the organisation that looks after this complaint answers it.")
CLOSED = _("This complaint is closed.")


def acknowledge_by(at: datetime) -> datetime:
    """The first moment at which a complaint of `at` is acknowledged too late."""
    return clock.working_days_after(at, ACKNOWLEDGE_DAYS)


def answer_by(at: datetime) -> datetime:
    """The first moment at which a complaint of `at` is answered too late."""
    return clock.working_days_after(at, ANSWER_DAYS)


def may_make_complaint(actor: Actor, at: datetime) -> Decision:
    """Nobody is asked who they are."""
    return allow(ANYBODY)


def may_write_back(actor: Actor, complaint: Complaint, at: datetime) -> Decision:
    """The person goes on talking until the complaint is closed."""
    if actor.actor_kind != "complaint":
        return refuse(_("Only who holds the code of a complaint writes here."))
    return refuse(OVER) if complaint.state == State.CLOSED else allow(WITH_CODE)


def may_answer_at_all(actor: Actor, complaint: Complaint) -> Decision:
    """Whoever answers is independent of those complained about."""
    if not isinstance(actor, Membership) or actor.role not in ANSWERING:
        return refuse(NOT_ANSWERING)
    if complaint.concerns_id == actor.organisation_id:
        return refuse(OWN_CASE)
    is_own = complaint.owner_id == actor.organisation_id
    if is_own or (complaint.owner_id is None and actor.role == Membership.Role.OVERSEER):
        return allow(ANSWERS)
    return refuse(NOT_ANSWERING)


def _may_in(actor: Actor, complaint: Complaint, states: Sequence[str]) -> Decision:
    may = may_answer_at_all(actor, complaint)
    if not may or complaint.state in states:
        return may
    if complaint.state == State.CLOSED:
        return refuse(CLOSED)
    if complaint.state == State.RECEIVED:
        return refuse(_("Acknowledge first that you received this complaint."))
    if complaint.answered_at is not None:
        return refuse(_("This complaint is answered already."))
    return refuse(
        _("This comes later: the complaint is %(state)s."), state=source_of(State(complaint.state).label)
    )


def may_assign_complaint(
    actor: Actor, complaint: Complaint, to: Organisation | None, at: datetime
) -> Decision:
    """The overseer finds somebody who is not concerned, also where the overseer is concerned themselves."""
    if not isinstance(actor, Membership) or actor.role != Membership.Role.OVERSEER:
        return refuse(_("Only the independent overseer says who answers a complaint."))
    if complaint.answered_at is not None:
        return refuse(_("This complaint is answered already."))
    if to is not None and to.pk == complaint.concerns_id:
        return refuse(OWN_CASE)
    if to is not None and to.pk == complaint.owner_id:
        return refuse(_("This organisation looks after the complaint already."))
    return allow(_("The independent overseer says who answers a complaint."))


def may_acknowledge_complaint(actor: Actor, complaint: Complaint, at: datetime) -> Decision:
    """Once, at the beginning."""
    may = may_answer_at_all(actor, complaint)
    if may and complaint.acknowledged_at is not None:
        return refuse(_("This complaint was acknowledged already."))
    return may


def may_investigate_complaint(actor: Actor, complaint: Complaint, at: datetime) -> Decision:
    """After it was acknowledged."""
    if may_answer_at_all(actor, complaint) and complaint.state == State.INVESTIGATED:
        return refuse(_("This complaint is being investigated already."))
    return _may_in(actor, complaint, [State.ACKNOWLEDGED])


def may_ask_question(actor: Actor, complaint: Complaint, to: Organisation | None, at: datetime) -> Decision:
    """While it is looked into; an organisation does not ask itself in writing."""
    may = _may_in(actor, complaint, [State.ACKNOWLEDGED, State.INVESTIGATED])
    if may and to is not None and to.pk == actor.actor_organisation_id:
        return refuse(_("This is your own organisation: ask your colleagues."))
    return may


def may_answer_question(actor: Actor, question: ComplaintQuestion, at: datetime) -> Decision:
    """The organisation that was asked, once."""
    if not isinstance(actor, Membership) or actor.organisation_id != question.to_id:
        return refuse(_("Only the organisation that was asked answers."))
    if actor.role not in ANSWERING:
        return refuse(_("A coordinator or the data protection officer answers for the organisation."))
    if question.answered_at is not None:
        return refuse(_("This question was answered already."))
    return allow(_("Your organisation was asked."))


def may_write_to_person(actor: Actor, complaint: Complaint, at: datetime) -> Decision:
    """Both sides talk until it is closed."""
    may = may_answer_at_all(actor, complaint)
    return refuse(CLOSED) if may and complaint.state == State.CLOSED else may


def may_extend_complaint(actor: Actor, complaint: Complaint, at: datetime) -> Decision:
    """Once, and before the day is over."""
    may = _may_in(actor, complaint, [State.ACKNOWLEDGED, State.INVESTIGATED])
    if may and complaint.extended_at is not None:
        return refuse(_("The time for the answer was extended already. It is extended once only."))
    if may and complaint.answer_by <= at:
        return refuse(_("The answer is late already. Please give it; more time can't be taken now."))
    return may


def may_answer_complaint(actor: Actor, complaint: Complaint, at: datetime) -> Decision:
    """Once."""
    return _may_in(actor, complaint, [State.ACKNOWLEDGED, State.INVESTIGATED])


def may_add_remedy(actor: Actor, complaint: Complaint, at: datetime) -> Decision:
    """After an answer that finds something to put right."""
    may = may_answer_at_all(actor, complaint)
    if not may:
        return may
    if complaint.state == State.CLOSED:
        return refuse(CLOSED)
    if complaint.answered_at is None:
        return refuse(_("Answer the complaint first; then say what is put right."))
    if complaint.outcome not in {Outcome.UPHELD, Outcome.PARTLY}:
        return refuse(_("There is nothing to put right: the complaint was not upheld."))
    return may


def may_complete_remedy(actor: Actor, remedy: Remedy, at: datetime) -> Decision:
    """Whoever owes it says that it is done, or whoever answers the complaint."""
    if remedy.done_at is not None:
        return refuse(_("This was done already."))
    if not isinstance(actor, Membership) or actor.role not in ANSWERING:
        return refuse(_("A coordinator or the data protection officer says that it is done."))
    if actor.organisation_id == remedy.organisation_id:
        return allow(_("Your organisation does this."))
    return refuse(_("Only the organisation that does it says that it is done."))


def may_close_complaint(
    actor: Actor, complaint: Complaint, remedies: Sequence[Remedy], at: datetime
) -> Decision:
    """After the answer, when everything promised is done."""
    may = may_answer_at_all(actor, complaint)
    if not may:
        return may
    if complaint.state == State.CLOSED:
        return refuse(CLOSED)
    if complaint.answered_at is None:
        return refuse(_("Answer the complaint first."))
    if any(remedy.done_at is None for remedy in remedies):
        return refuse(_("Something that was promised is not done yet."))
    return may
