"""Who reads complaints: whoever answers them, the person with the code, and the overseer their numbers."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models
from django.db.models import Q

from entente.audit import clock
from entente.audit.actors import Actor
from entente.audit.doors import COMPLAINT, IS_JOB, IS_MEMBER, KIND, ORGANISATION, ROLE
from entente.records.codes import hashed
from entente.records.scoping import Guarded

R = TypeVar("R", bound=models.Model)

# Who answers complaints in an organisation that looks after one.
ANSWERING = ("coordinator", "officer", "overseer")
ANSWERING_SQL = f"{ROLE} in ('coordinator', 'officer', 'overseer')"


def answers(complaint: str) -> str:
    """SQL: the member answers the complaint in that alias, and is none of those complained about."""
    return (
        f"({IS_MEMBER} and {complaint}.concerns_id is distinct from {ORGANISATION}"
        f" and case when {complaint}.owner_id is null then {ROLE} = 'overseer'"
        f" else {complaint}.owner_id = {ORGANISATION} and {ANSWERING_SQL} end)"
    )


# The same for what belongs to a complaint, and for the person whose code was shown.
ANSWERS_IT = (
    f"({IS_MEMBER} and coalesce((select {answers('c')} from rights_complaint c"
    " where c.id = complaint_id limit 1), false))"
)
IS_PERSON = f"({KIND} = 'complaint' and complaint_id = {COMPLAINT})"
PERSON_AND_ANSWERING = f"({IS_JOB} or {ANSWERS_IT} or {IS_PERSON})"


def shown(reader: Actor) -> str:
    """The hash of the code a person showed; nothing for everybody else."""
    credential = reader.credential
    if reader.actor_kind != "complaint" or credential is None or credential.secret is None:
        return ""
    return hashed(credential.secret)


def answered_by(reader: Actor) -> Q:
    """Complaints that the reader answers."""
    role, own = getattr(reader, "role", ""), reader.actor_organisation_id
    if own is None or role not in ANSWERING:
        return Q(pk__in=[])
    mine = Q(owner_id=own)
    if role == "overseer":
        mine |= Q(owner_id=None)
    return mine & ~Q(concerns_id=own)


class Complaints(Guarded[R]):
    """For complaints themselves: who answers, the person with the code, and every overseer."""

    def condition(self, reader: Actor) -> Q:
        if reader.actor_kind == "job" or getattr(reader, "role", "") == "overseer":
            return Q()
        if code_hash := shown(reader):
            return Q(code_hash=code_hash)
        return answered_by(reader)


class OfComplaint(Guarded[R]):
    """For what was said about a complaint: who answers it, and the person where they may.

    `asked` names the organisation that sees its row although it may not know of the complaint.
    """

    def __init__(self, *, is_for_person: bool = True, asked: str = "") -> None:
        super().__init__()
        self.is_for_person = is_for_person
        self.asked = asked

    def condition(self, reader: Actor) -> Q:
        if reader.actor_kind == "job":
            return Q()
        # A sub-select: a join would ask for the complaint, which not everybody may know of.
        complaints: Any = self.model._meta.get_field("complaint").related_model
        rows = complaints.objects.visible_to(reader)
        if shown(reader):
            return Q(complaint__in=rows.values("pk")) if self.is_for_person else Q(pk__in=[])
        found = Q(complaint__in=rows.filter(answered_by(reader)).values("pk"))
        own = reader.actor_organisation_id
        if self.asked and own is not None and getattr(reader, "role", "") in ANSWERING:
            found |= Q(**{f"{self.asked}_id": own})
        return found


class Learnt(Guarded[R]):
    """For what was learnt: every member, and everybody once it is public."""

    def condition(self, reader: Actor) -> Q:
        if reader.actor_kind in {"job", "member"}:
            return Q()
        return Q(public_since__lte=clock.now())
