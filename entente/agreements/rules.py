"""Who may read a record. The agreements themselves join the rule with their own issue."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from entente.audit.actors import Actor
from entente.audit.decisions import Decision, allow, refuse


class Readable(Protocol):
    """What the rule needs to know of a record."""

    @property
    def owner_id(self) -> uuid.UUID: ...

    @property
    def audience(self) -> str: ...

    @property
    def public_since(self) -> datetime | None: ...


ORGANISATION, TASK_FORCE, NAMED = "organisation", "task_force", "named"


def may_read_record(reader: Actor, record: Readable, at: datetime, *, is_named: bool = False) -> Decision:
    """Whether `reader` may read `record` at `at`, and because of what.

    `is_named`: the reader is one of the record's named persons at that time.
    """
    if reader.actor_kind == "job":
        return allow(_("The software does scheduled work on this record."))
    if record.public_since is not None and record.public_since <= at:
        return allow(_("This record is public."))
    if reader.actor_kind != "member":
        return refuse(_("This record is not public."))
    if record.audience == NAMED and is_named:
        return allow(_("You are one of the persons named on this record."))
    if record.audience == ORGANISATION and record.owner_id == reader.actor_organisation_id:
        return allow(_("Your organisation owns this record."))
    return refuse(_("No agreement opens this record to you."))
