"""What waits for a member about complaints."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from entente.audit import clock
from entente.people.models import Member
from entente.records.kinds import Waiting
from entente.rights.queries import complaints as queries
from entente.rights.scoping import ANSWERING

SHOWN = 5


def waiting_for(reader: Member) -> list[Waiting]:
    """Complaints to answer, questions asked, and what is to be put right; the late first."""
    if reader.role not in ANSWERING:
        return []
    return [*_complaints(reader), *_questions(reader), *_remedies(reader)]


def _complaints(reader: Member) -> list[Waiting]:
    at = clock.now()
    found = []
    for complaint in queries.answered_here(reader).filter(answered_at=None)[:SHOWN]:
        told = {"reference": complaint.reference}
        if complaint.is_late(at):
            sentence = _("Complaint %(reference)s is late: the person waits for a word.") % told
        elif complaint.acknowledged_at is None:
            sentence = _("Complaint %(reference)s waits to be acknowledged.") % told
        else:
            sentence = _("Complaint %(reference)s waits for its answer.") % told
        found.append(Waiting(sentence, reverse("rights:complaint", args=[complaint.reference])))
    return found


def _questions(reader: Member) -> list[Waiting]:
    rows = queries.questions_to(reader).filter(answered_at=None)[:SHOWN]
    asked = _("Your organisation was asked about complaint %(reference)s.")
    return [
        Waiting(asked % {"reference": row.reference}, reverse("rights:answer_question", args=[row.pk]))
        for row in rows
    ]


def _remedies(reader: Member) -> list[Waiting]:
    rows = queries.remedies_owed(reader).filter(done_at=None)[:SHOWN]
    owed = _("Your organisation is to put something right after complaint %(reference)s.")
    return [
        Waiting(owed % {"reference": row.reference}, reverse("rights:complete_remedy", args=[row.pk]))
        for row in rows
    ]
