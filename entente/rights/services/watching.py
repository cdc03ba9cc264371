"""Tells members once what happened to complaints, and once when a word to the person is late."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.actors import Actor, acting
from entente.audit.decisions import allow
from entente.audit.services import log
from entente.delivery.services import send
from entente.people.models import Account, Member, Membership
from entente.rights.models import Complaint, ComplaintMessage, ComplaintQuestion, Remedy
from entente.rights.scoping import ANSWERING

State = Complaint.State
IN_TIME = _("Whoever answers complaints is told of each once, and once when a word to the person is late.")
ARRIVED = _("A complaint arrived and waits for a first word to the person.")
ACKNOWLEDGEMENT_LATE = _(
    "The person was to hear within three working days that their complaint was received."
)
ANSWER_LATE = _("The answer to the person is late.")
PERSON_WROTE = _("The person who complained wrote something.")
ASKED = _("Your organisation was asked a question about a complaint.")
ANSWERED = _("An organisation answered a question you asked.")
REMEDY = _("Your organisation is to put something right after a complaint.")


def watch_complaints(*, by: Actor) -> None:
    """Tell what is new and what is late; each exactly once, run as often as one likes."""
    with acting(by):
        _tell_arrivals(by)
        _tell_late(by)
        _tell_words(by)
        _tell_questions(by)
        _tell_remedies(by)


def _tell_arrivals(by: Actor) -> None:
    new = Complaint.objects.visible_to(by).filter(arrival_told_at=None, acknowledged_at=None)
    for complaint in new.select_for_update(skip_locked=True):
        _tell(complaint, _answering(complaint), ARRIVED, by=by)
        _mark(complaint, "arrival_told_at", "rights.complaint_announced", by=by)


def _tell_late(by: Actor) -> None:
    at = clock.now()
    rows = Complaint.objects.visible_to(by).filter(answered_at=None).select_for_update(skip_locked=True)
    for complaint in rows.filter(
        acknowledged_at=None, acknowledge_by__lte=at, acknowledgement_late_told_at=None
    ):
        _tell(complaint, _answering(complaint) | _overseers(), ACKNOWLEDGEMENT_LATE, by=by)
        _mark(complaint, "acknowledgement_late_told_at", "rights.acknowledgement_late", by=by)
    for complaint in rows.filter(answer_by__lte=at, answer_late_told_at=None):
        _tell(complaint, _answering(complaint) | _overseers(), ANSWER_LATE, by=by)
        _mark(complaint, "answer_late_told_at", "rights.answer_late", by=by)


def _tell_words(by: Actor) -> None:
    rows = ComplaintMessage.objects.visible_to(by).filter(written_by=None, told_at=None)
    for message in rows.select_related("complaint").select_for_update(of=("self",), skip_locked=True):
        _tell(message.complaint, _answering(message.complaint), PERSON_WROTE, by=by)
        _mark(message, "told_at", "rights.word_announced", by=by)


def _tell_questions(by: Actor) -> None:
    rows = ComplaintQuestion.objects.visible_to(by).select_related("complaint")
    rows = rows.select_for_update(of=("self",), skip_locked=True)
    for question in rows.filter(told_at=None, answered_at=None):
        _tell(question.complaint, _of(question.to_id), ASKED, by=by, page=("answer_question", question.pk))
        _mark(question, "told_at", "rights.question_announced", by=by)
    for question in rows.filter(answer_told_at=None, answered_at__isnull=False, complaint__answered_at=None):
        _tell(question.complaint, _answering(question.complaint), ANSWERED, by=by)
        _mark(question, "answer_told_at", "rights.answer_announced", by=by)


def _tell_remedies(by: Actor) -> None:
    rows = Remedy.objects.visible_to(by).filter(told_at=None, done_at=None).select_related("complaint")
    for remedy in rows.select_for_update(of=("self",), skip_locked=True):
        page = ("complete_remedy", remedy.pk)
        _tell(remedy.complaint, _of(remedy.organisation_id), REMEDY, by=by, page=page)
        _mark(remedy, "told_at", "rights.remedy_announced", by=by)


def _mark(row: Any, column: str, event: str, *, by: Actor) -> None:
    """In the same transaction as the mails: what is marked was queued, and nothing is queued twice."""
    setattr(row, column, clock.now())
    row.save(update_fields=[column])
    log(event, by=by, about=row, decision=allow(IN_TIME))


def _acting_now() -> QuerySet[Membership]:
    at = clock.now()
    return Membership.objects.filter(Q(ended_at=None) | Q(ended_at__gt=at), since__lte=at)


def _overseers() -> QuerySet[Membership]:
    return _acting_now().filter(role=Membership.Role.OVERSEER)


def _of(organisation_id: uuid.UUID) -> QuerySet[Membership]:
    return _acting_now().filter(organisation_id=organisation_id, role__in=ANSWERING)


def _answering(complaint: Complaint) -> QuerySet[Membership]:
    """Who answers it; where it is the overseer's and concerns the overseer, they find somebody else."""
    return _overseers() if complaint.owner_id is None else _of(complaint.owner_id)


def _tell(
    complaint: Complaint,
    to: Iterable[Member],
    sentence: Promise,
    *,
    by: Actor,
    page: tuple[str, uuid.UUID] | None = None,
) -> None:
    """A mail to each, with the number and never a word of what was said."""
    name, key = page or ("complaint", complaint.reference)
    link = f"{settings.ENTENTE_ADDRESS}{reverse(f'rights:{name}', args=[key])}"
    context = {"reference": complaint.reference, "sentence": sentence, "due": complaint.due_on, "link": link}
    if page is not None:
        context["due"] = None
    for member in Membership.objects.filter(pk__in={one.pk for one in to}).select_related("person"):
        if member.person.email:
            language = _language_of(member)
            send("rights/complaint_told", to=member.person.email, language=language, by=by, context=context)


def _language_of(member: Member) -> str:
    """The language of their account, else one they speak, else the city's."""
    chosen = Account.objects.filter(person_id=member.person_id).values_list("language", flat=True).first()
    spoken = [code for code in member.person.languages if code in dict(settings.LANGUAGES)]
    return chosen or (spoken[0] if spoken else settings.LANGUAGE_CODE)
