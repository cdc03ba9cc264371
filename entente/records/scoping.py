"""The only way to read: managers that ask who reads."""

from __future__ import annotations

from typing import TypeVar

from django.db import models

from entente.agreements.queries import FirstWall
from entente.audit import clock
from entente.audit.actors import Actor, begin

R = TypeVar("R", bound=models.Model)


class Unscoped(Exception):
    """Something was read without saying who reads."""


class Guarded(models.Manager[R]):
    """Reads only what somebody may see. There is no other way in through this manager.

    `path` leads from the model to its record, e.g. `"dialogue__"`.
    """

    def __init__(self, path: str = "") -> None:
        super().__init__()
        self.path = path

    def visible_to(self, reader: Actor) -> models.QuerySet[R]:
        """Lists, pages, counts, searches and exports all start here."""
        begin(reader)
        return super().get_queryset().filter(self.condition(reader))

    def condition(self, reader: Actor) -> models.Q:
        """The first wall for this table."""
        return FirstWall(reader, clock.now(), self.path).head()

    def get_queryset(self) -> models.QuerySet[R]:
        raise Unscoped(f"Start from {self.model.__name__}.objects.visible_to(reader).")


class Parts(Guarded[R]):
    """For the parts of a record: never seen because the record is public."""

    def condition(self, reader: Actor) -> models.Q:
        return FirstWall(reader, clock.now(), self.path).part()


class OwnedBy(Guarded[R]):
    """For tables that belong to an organisation without being a record."""

    def condition(self, reader: Actor) -> models.Q:
        if reader.actor_kind == "job":
            return models.Q()
        return models.Q(owner_id=reader.actor_organisation_id)


class Reviews(OwnedBy[R]):
    """For what was found about an act: its owner, whoever did it, and the overseer."""

    def condition(self, reader: Actor) -> models.Q:
        if reader.actor_kind == "job" or getattr(reader, "role", "") == "overseer":
            return models.Q()
        return super().condition(reader) | models.Q(breaker_id=reader.actor_id)
