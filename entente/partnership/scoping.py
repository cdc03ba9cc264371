"""Who reads the partnership's papers: a group's papers open by a seat in the group."""

from __future__ import annotations

import uuid
from typing import TypeVar

from django.apps import apps
from django.db import models
from django.db.models import Q

from entente.agreements.models import Party
from entente.agreements.register import agreements
from entente.audit import clock
from entente.audit.actors import VISITOR, Actor, begin
from entente.audit.doors import AT, IS_JOB, IS_MEMBER, KIND, ORGANISATION, READERS
from entente.records.scoping import Guarded

R = TypeVar("R", bound=models.Model)

# The same three conditions for the second wall. A group's key is its task force's key.
EVERY_MEMBER = f"({IS_JOB} or {IS_MEMBER})"
BY_SEAT = f"({IS_JOB} or {IS_MEMBER} and group_id = any({READERS}))"


# Every member once it is no draft; a draft is for its owner's people and for the group it belongs to.
AFTER_DRAFT = (
    f"({IS_JOB} or {IS_MEMBER} and (state <> 'draft' or owner_id = {ORGANISATION}"
    f" or group_id = any({READERS})))"
)
DRAFT_THEN_PUBLIC = f"({AFTER_DRAFT} or {KIND} is not null and public_since <= {AT})"


class OfMembers(Guarded[R]):
    """For what every member of the partnership may know."""

    def condition(self, reader: Actor) -> Q:
        return Q() if reader.actor_kind in {"job", "member"} else Q(pk__in=[])


class OfGroup(Guarded[R]):
    """For a group's papers: those who sit in it read them. `path` leads from the model to the group."""

    def condition(self, reader: Actor) -> Q:
        if reader.actor_kind == "job":
            return Q()
        begin(reader)
        return Q(**{f"{self.path}group__in": getattr(reader, "task_forces", ())})


class Published(OfMembers[R]):
    """For what every member may know, and everybody else from the moment it is public."""

    def condition(self, reader: Actor) -> Q:
        if reader.actor_kind in {"job", "member"}:
            return Q()
        return Q(**{f"{self.path}public_since__lte": clock.now()})


class OfEverybody(Guarded[R]):
    """For what was published: everybody reads it, without signing in."""

    def condition(self, reader: Actor) -> Q:
        return Q()


class OfAgreement(Guarded[R]):
    """For what belongs to an agreement: whoever may know of the agreement."""

    def condition(self, reader: Actor) -> Q:
        if reader.actor_kind == "job":
            return Q()
        return Q(**{f"{self.path}agreement__in": agreements(reader).order_by().values("pk")})


class OfParties(OfAgreement[R]):
    """For what the parties of an agreement tell each other, and its keeper."""

    def condition(self, reader: Actor) -> Q:
        if reader.actor_kind == "job":
            return Q()
        own = reader.actor_organisation_id
        if own is None:
            return Q(pk__in=[])
        joined = Party.objects.filter(organisation_id=own).values("agreement")
        mine = Q(**{f"{self.path}agreement__keeper_id": own}) | Q(**{f"{self.path}agreement__in": joined})
        return super().condition(reader) & mine


class Overseen(OfGroup[R]):
    """For what a group met and decided: its seats, and the overseer, who changes nothing."""

    def condition(self, reader: Actor) -> Q:
        if getattr(reader, "role", "") == "overseer":
            return Q()
        return super().condition(reader)


class OpenPoints(OfGroup[R]):
    """For points of an agenda and their minutes: the overseer does not read restricted ones."""

    def __init__(self, point: str = "") -> None:
        super().__init__()
        self.point = point

    def condition(self, reader: Actor) -> Q:
        by_seat = super().condition(reader)
        if getattr(reader, "role", "") == "overseer":
            return by_seat | Q(**{f"{self.point}is_restricted": False})
        return by_seat


class OfOwing(OfGroup[R]):
    """For promises: those who sit in the group, and the organisation that promised."""

    def condition(self, reader: Actor) -> Q:
        by_seat, own = super().condition(reader), reader.actor_organisation_id
        if reader.actor_kind == "job" or own is None:
            return by_seat
        return by_seat | Q(**{f"{self.path}organisation_id": own})


class OnCommitment(OfOwing[R]):
    """For what belongs to a promise: whoever reads the promise reads it."""

    def __init__(self) -> None:
        super().__init__("commitment__")


class Own(Guarded[R]):
    """For what belongs to one member alone."""

    def condition(self, reader: Actor) -> Q:
        if reader.actor_kind == "job":
            return Q()
        return Q(membership_id=reader.actor_id) if reader.actor_kind == "member" else Q(pk__in=[])


def forget_seats(by: Actor) -> None:
    """Where somebody sits is derived once: who just took or lost a seat is told to the database anew."""
    by.__dict__.pop("task_forces", None)
    begin(VISITOR)
    begin(by)


def speaks(reader: Actor) -> bool:
    """Whether somebody speaks for their organisation: its coordinator, or an office's overseer."""
    return getattr(reader, "role", "") in {"coordinator", "overseer"}


class Places(OfGroup[R]):
    """For who belongs to a group: also the organisation itself, the group's keeper, the overseer."""

    def condition(self, reader: Actor) -> Q:
        mine = Q(organisation_id=_own(reader)) | _with_place(reader)
        return super().condition(reader) | self.of_heads(reader) | mine

    def of_heads(self, reader: Actor) -> Q:
        """What the keeper's coordinator and the overseer read without a seat."""
        if reader.actor_kind == "job" or getattr(reader, "role", "") == "overseer":
            return Q(pk__isnull=False)
        return Q(group__keeper_id=_own(reader)) if speaks(reader) else Q(pk__in=[])


class OfPeople(Places[R]):
    """For what somebody promised in a group: those who sit there, they themselves, the keeper."""

    def condition(self, reader: Actor) -> Q:
        if reader.actor_kind == "job":
            return Q()
        keeps = Q(group__keeper_id=_own(reader)) if speaks(reader) else Q(pk__in=[])
        return OfGroup.condition(self, reader) | keeps | Q(membership_id=reader.actor_id)


def _own(reader: Actor) -> object:
    """The reader's organisation, or one that nobody has."""
    return reader.actor_organisation_id or uuid.UUID(int=0)


def _with_place(reader: Actor) -> Q:
    """Groups to which the organisation somebody speaks for is invited, or belongs."""
    if not speaks(reader):
        return Q(pk__in=[])
    # Where reading places is itself decided: the manager would ask itself.
    places: models.QuerySet[models.Model] = models.QuerySet(apps.get_model("partnership", "Place"))
    mine = places.filter(organisation_id=_own(reader), state__in=("invited", "accepted"))
    return Q(group_id__in=mine.values("group_id"))


class Charters(Places[R]):
    """For versions of a charter: the same, drafts left out; and whoever signed one reads what they signed."""

    def condition(self, reader: Actor) -> Q:
        signed: models.QuerySet[models.Model] = models.QuerySet(apps.get_model("partnership", "Signature"))
        mine = signed.filter(organisation_id=_own(reader))
        return (
            OfGroup.condition(self, reader)
            | self.of_heads(reader)
            | ~Q(state="draft") & _with_place(reader)
            | Q(pk__in=mine.values("charter_id"))
        )


class Drafted(Guarded[R]):
    """For what every member reads once it is no draft; a draft is for its owner and its group."""

    def condition(self, reader: Actor) -> Q:
        if reader.actor_kind == "job":
            return Q()
        if reader.actor_kind != "member":
            return Q(pk__in=[])
        begin(reader)
        own = Q(**{f"{self.path}owner": reader.actor_organisation_id})
        seated = Q(**{f"{self.path}group__in": getattr(reader, "task_forces", ())})
        return ~Q(**{f"{self.path}state": "draft"}) | own | seated


class DraftedThenPublic(Drafted[R]):
    """The same, and for everybody from the moment it is public."""

    def condition(self, reader: Actor) -> Q:
        public = Q(**{f"{self.path}public_since__lte": clock.now()})
        return super().condition(reader) | public if reader.actor_kind != "job" else Q()
