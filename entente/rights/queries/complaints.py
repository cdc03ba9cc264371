"""Named reads of complaints."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import QuerySet

from entente.audit.actors import Actor, Credential, Plain, begin
from entente.people.models import Member, Organisation
from entente.records.codes import normal
from entente.rights.models import (
    Complaint,
    ComplaintMessage,
    ComplaintQuestion,
    ComplaintText,
    Learning,
    Remedy,
)
from entente.rights.scoping import answered_by

NOBODY = "0"  # no code is this short: the database is asked whatever was typed
LEARNT_SHOWN = 20


def holder_of(code: str) -> Plain:
    """Whoever shows a code, however it is typed. Whether it is one, the database says."""
    return Plain("complaint", "the person who complained", Credential("complaint", normal(code) or NOBODY))


def complaints(reader: Actor) -> QuerySet[Complaint]:
    """Complaints the reader may know of; what is owed next comes first, the late before all."""
    due = models.Case(
        models.When(answered_at__isnull=False, then=None),
        models.When(acknowledged_at=None, then="acknowledge_by"),
        default="answer_by",
    )
    rows = Complaint.objects.visible_to(reader).select_related("owner", "concerns")
    return rows.annotate(due=due).order_by(models.F("due").asc(nulls_last=True), "-received_at", "id")


def complaint_with(reference: str, reader: Actor) -> Complaint | None:
    """One complaint by its number."""
    return complaints(reader).filter(reference=reference).first()


def text_of(complaint: Complaint, reader: Actor) -> ComplaintText | None:
    """What the person told, for whoever answers and for the person."""
    return ComplaintText.objects.visible_to(reader).filter(complaint_id=complaint.pk).first()


def conversation(complaint: Complaint, reader: Actor) -> list[ComplaintMessage]:
    """What was said, in order."""
    rows = ComplaintMessage.objects.visible_to(reader).filter(complaint_id=complaint.pk)
    return list(rows.select_related("organisation").order_by("number"))


def questions_about(complaint: Complaint, reader: Actor) -> list[ComplaintQuestion]:
    """What was asked about a complaint, the first first."""
    rows = ComplaintQuestion.objects.visible_to(reader).filter(complaint_id=complaint.pk)
    return list(rows.select_related("to").order_by("asked_at", "id"))


def questions_to(reader: Member) -> QuerySet[ComplaintQuestion]:
    """What the reader's organisation was asked, the open ones first."""
    rows = ComplaintQuestion.objects.visible_to(reader).filter(to_id=reader.organisation_id)
    open_first = models.F("answered_at").desc(nulls_first=True)
    return rows.select_related("asking").order_by(open_first, "wanted_by", "id")


def remedies_of(complaint: Complaint, reader: Actor) -> list[Remedy]:
    """What is put right about a complaint."""
    rows = Remedy.objects.visible_to(reader).filter(complaint_id=complaint.pk)
    return list(rows.select_related("organisation").order_by("due_on", "id"))


def remedies_owed(reader: Member) -> QuerySet[Remedy]:
    """What the reader's organisation promised to put right, the open ones first."""
    rows = Remedy.objects.visible_to(reader).filter(organisation_id=reader.organisation_id)
    return rows.order_by(models.F("done_at").desc(nulls_first=True), "due_on", "id")


def answered_here(reader: Member) -> QuerySet[Complaint]:
    """Open complaints the reader's organisation answers."""
    return complaints(reader).filter(answered_by(reader)).exclude(state=Complaint.State.CLOSED)


def learnt(reader: Actor) -> list[Learning]:
    """What was learnt from complaints, the newest first."""
    return list(Learning.objects.visible_to(reader).order_by("-public_since", "id")[:LEARNT_SHOWN])


def figures(reader: Actor) -> dict[str, int]:
    """How many complaints there were and what came of them, rounded down to tens; below ten is 0."""
    begin(reader)
    counted = models.Func(function="authz.complaint_figures", output_field=models.JSONField())
    found: Any = Organisation.objects.order_by("pk").values_list(counted, flat=True).first()
    return dict(found or {})


def may_be_named(reader: Actor) -> QuerySet[Organisation]:
    """Organisations somebody may complain about or ask."""
    begin(reader)
    return Organisation.objects.order_by("name")


def question_with(question: uuid.UUID, reader: Member) -> QuerySet[ComplaintQuestion]:
    """One question by its key, for whom it was put to."""
    return questions_to(reader).filter(pk=question)


def remedy_with(remedy: uuid.UUID, reader: Member) -> QuerySet[Remedy]:
    """One remedy by its key, for whoever owes it."""
    return remedies_owed(reader).filter(pk=remedy)
