"""The reading rule expressed for sets: the first wall. PostgreSQL's policies are the second."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, F, Func, Q

from entente.audit.actors import Actor
from entente.audit.doors import Asking, Thing, own, shared

NOTHING = Q(pk__in=[])
ASKING = Asking(member=":member:", organisation=":organisation:", readers=":readers:", at=":at:")
COLUMNS = ("pk", "owner_id", "audience", "category", "is_secret", "public_since")


class Open(Func):
    """Whether the doors to a thing are open: SQL made of the thing's columns and of who asks, and when."""

    output_field = BooleanField()

    def __init__(self, *columns: Any, asks: dict[str, Any], is_part: bool) -> None:
        super().__init__(*columns)
        self.asks, self.is_part = asks, is_part

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """The condition; its parameters stand in the order in which they are mentioned."""
        thing = Thing(*(compiler.compile(column)[0] for column in self.get_source_expressions()))
        public = "" if self.is_part else f"{thing.public_since} <= :at: or "
        sql = f"({public}{own(thing, ASKING)} or {shared(thing, ASKING, is_part=self.is_part)})"
        params = [self.asks[name] for name in re.findall(r":(\w+):", sql)]
        return re.sub(r":\w+:", "%s", sql), params


@dataclass(frozen=True)
class FirstWall:
    """The doors of docs/build/the-rule.md as conditions for one reader at one moment.

    `path` leads from the filtered model to its record.
    """

    reader: Actor
    at: datetime
    path: str = ""

    def head(self) -> Q:
        """Records whose head the reader may read."""
        if self.reader.actor_kind == "job":
            return Q()
        if self.reader.actor_kind != "member":
            return Q(**{f"{self.path}public_since__lte": self.at})
        return Q(self._open(COLUMNS))

    def part(self) -> Q:
        """Parts the reader may read; the path leads from the part to its record."""
        if self.reader.actor_kind == "job":
            return Q()
        if self.reader.actor_kind != "member":
            return NOTHING
        return self.head() & Q(self._open(COLUMNS, is_part=True))

    def _open(self, columns: tuple[str, ...], *, is_part: bool = False) -> Open:
        own_columns = {"category", "is_secret"} if is_part else set()
        named = [F(name if name in own_columns else f"{self.path}{name}") for name in columns]
        return Open(*named, asks=self._asks(), is_part=is_part)

    def _asks(self) -> dict[str, Any]:
        organisation = self.reader.actor_organisation_id
        forces = getattr(self.reader, "task_forces", ())
        return {
            "member": self.reader.actor_id,
            "organisation": organisation,
            "readers": [self.reader.actor_id, organisation, *forces],
            "at": self.at,
        }
