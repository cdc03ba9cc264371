"""The audit event."""

import uuid
from typing import Any

from django.db import models

from entente.audit import clock
from entente.audit.decisions import in_words
from entente.audit.doors import (
    IS_JOB,
    IS_MEMBER,
    KIND,
    MEMBER,
    ORGANISATION,
    RECEIPT,
    ROLE,
    follows,
    owned,
)
from entente.audit.tables import DataPolicy, Wall
from entente.keys.fields import Sealed

# Somebody outside the owner's organisation got to see something: what "who has seen this?" lists.
DISCLOSURES = (
    "records.record_opened",
    "records.record_read",
    "records.file_downloaded",
    "records.glass_broken",
    "records.records_exported",
)
DISCLOSURES_IN_SQL = f"array[{', '.join(repr(name) for name in DISCLOSURES)}]"


class Event(models.Model):
    """One thing that happened: who did what, whether it was allowed and why. Rows are only ever added."""

    data_policy = DataPolicy(holds="who did what, with the reason", purpose="accountability", keep="10 years")
    wall = Wall(
        # Everything for the overseer, who sees no record; who looked, for everybody who may look too.
        read=f"({IS_JOB} or {IS_MEMBER} and ({ROLE} = 'overseer' or case when record_id is null"
        f" then actor_organisation_id = {ORGANISATION} else {owned('record_id')}"
        f" or name = any({DISCLOSURES_IN_SQL}) and {follows('record_id')} end)"
        f" or {KIND} = 'receipt' and record_id = {RECEIPT} and name = any({DISCLOSURES_IN_SQL}))",
        # Nobody logs in a member's name but that member.
        insert=f"({IS_JOB} or {IS_MEMBER} and actor_kind = 'member' and actor_id = {MEMBER}"
        f" or {KIND} in ('visitor', 'participant', 'invite')"
        f" and actor_kind not in ('member', 'job') and actor_organisation_id is null)",
        public="insert",
        logged=False,
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(default=clock.now)
    name = models.CharField(max_length=80)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200)
    actor_organisation_id = models.UUIDField(null=True)
    about_kind = models.CharField(max_length=60)
    about_id = models.UUIDField(null=True)
    record_id = models.UUIDField(null=True)
    allowed = models.BooleanField()
    reason = models.TextField()
    reason_values = models.JSONField(default=dict)
    details = Sealed(blank=True)

    class Meta:
        indexes = (
            models.Index(fields=["record_id", "-at"], name="audit_event_of_record"),
            models.Index(fields=["actor_organisation_id", "-at"], name="audit_event_of_actor"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M}"

    def sealed_under(self) -> uuid.UUID:
        """Erasing a record's key erases what its events say about it."""
        return self.record_id or self.id

    @property
    def why(self) -> str:
        """The reason in the reader's language."""
        values: dict[str, Any] = self.reason_values
        return in_words(self.reason, values)
