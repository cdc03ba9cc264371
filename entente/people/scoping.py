"""Who reads the directory: members all entries, and a post's numbers whoever may ring it."""

from __future__ import annotations

from typing import TypeVar

from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL

from entente.audit.actors import Actor, begin

R = TypeVar("R", bound=models.Model)


class Unscoped(Exception):
    """Something was read without saying who reads."""


class Scoped(models.Manager[R]):
    """Reads only what somebody may see. There is no other way in through this manager.

    `path` leads from the model to what decides, e.g. `"entry__"`.
    """

    def __init__(self, path: str = "") -> None:
        super().__init__()
        self.path = path

    def visible_to(self, reader: Actor) -> models.QuerySet[R]:
        """Lists, pages, counts, searches and exports all start here."""
        begin(reader)
        return super().get_queryset().filter(self.condition(reader))

    def condition(self, reader: Actor) -> Q:
        """The first wall for this table."""
        raise NotImplementedError

    def get_queryset(self) -> models.QuerySet[R]:
        raise Unscoped(f"Start from {self.model.__name__}.objects.visible_to(reader).")


class OfDirectory(Scoped[R]):
    """For what every member may know, and of one entry whoever holds the link to confirm it."""

    def condition(self, reader: Actor) -> Q:
        if reader.actor_kind in {"job", "member"}:
            return Q()
        if reader.actor_kind == "confirmation":
            who = models.Func(function="authz.confirmed_entry", output_field=models.UUIDField())
            return Q(**{self.path or "pk": who})
        return Q(pk__in=[])


class OwnConfirmation(OfDirectory[R]):
    """For the questions that were sent: whoever holds a link finds only their own."""

    def condition(self, reader: Actor) -> Q:
        if reader.actor_kind == "confirmation":
            return Q(pk=models.Func(function="authz.confirmation", output_field=models.UUIDField()))
        return super().condition(reader)


class OfPartners(Scoped[R]):
    """For posts and their numbers: the organisation itself, who keeps its entry, and its living partners."""

    def condition(self, reader: Actor) -> Q:
        if reader.actor_kind == "job":
            return Q()
        if reader.actor_kind != "member":
            return Q(pk__in=[])
        own = reader.actor_organisation_id
        # Agreements are above this app; the database knows them, and answers for the present second.
        partners = RawSQL("select unnest(authz.partners())", [])
        open_to = Q(organisation_id=own) | Q(organisation_id__in=partners)
        if getattr(reader, "role", "") == "coordinator":
            open_to |= Q(organisation__entry__keeper_id=own)
        return open_to
