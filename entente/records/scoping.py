"""The only way to read: managers that ask who reads."""

from __future__ import annotations

from typing import TypeVar

from django.db import models

from entente.agreements.queries import FirstWall
from entente.audit import clock
from entente.audit.actors import Actor
from entente.people.scoping import Scoped

R = TypeVar("R", bound=models.Model)


class Guarded(Scoped[R]):
    """For records and what follows them. `path` leads from the model to its record, e.g. `"dialogue__"`."""

    def condition(self, reader: Actor) -> models.Q:
        """The first wall for this table."""
        return FirstWall(reader, clock.now(), self.path).head()


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
