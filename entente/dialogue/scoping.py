"""Who reads what of a dialogue: its statements, what belongs to one participant, its codes."""

from __future__ import annotations

from typing import TypeVar

from django.db import models
from django.db.models import Q

from entente.audit.actors import Actor
from entente.records.scoping import Guarded

R = TypeVar("R", bound=models.Model)


class Statements(Guarded[R]):
    """Accepted ones with the dialogue; all of them for its owner; one's own for whoever wrote it."""

    def condition(self, reader: Actor) -> Q:
        if reader.actor_kind == "job":
            return Q()
        accepted = super().condition(reader) & Q(state="accepted")
        if reader.actor_kind == "participant":
            return accepted | Q(author_id=getattr(reader, "id", None))
        return accepted | Q(dialogue__owner_id=reader.actor_organisation_id)


class OwnRows(Guarded[R]):
    """What belongs to one participant: nobody else reads it, jobs apart, which count."""

    def condition(self, reader: Actor) -> Q:
        if reader.actor_kind == "job":
            return Q()
        mine = getattr(reader, "id", None) if reader.actor_kind == "participant" else None
        return Q(**{self.path: mine}) if mine else Q(**{f"{self.path}__in": []})

    def asking(self) -> R:
        """The row of whoever the database says is asking."""
        who = models.Func(function="authz.participant", output_field=models.UUIDField())
        rows: models.QuerySet[R] = models.QuerySet(self.model)
        return rows.get(pk=who)


class Codes(Guarded[R]):
    """Codes are seen by the dialogue's owner, and each by whoever holds it."""

    def condition(self, reader: Actor) -> Q:
        if reader.actor_kind == "job":
            return Q()
        if reader.actor_kind == "invite":
            return Q(code_hash=getattr(reader, "code_hash", ""))
        return Q(dialogue__owner_id=reader.actor_organisation_id)
