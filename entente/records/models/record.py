"""A record, and what belongs to one."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from entente.agreements import rules as reading
from entente.audit import clock
from entente.audit.doors import (
    IS_JOB,
    IS_MEMBER,
    ORGANISATION,
    Thing,
    head,
    own,
)
from entente.audit.tables import DataPolicy, Wall
from entente.people.models import Organisation
from entente.records.scoping import Guarded

OWN = f"({IS_JOB} or {IS_MEMBER} and owner_id = {ORGANISATION})"
# An update that reads no column is not held by what may be read: it asks by itself who works inside.
WORKS_INSIDE = f"({IS_JOB} or {IS_MEMBER} and {own(Thing.head('records_record'))})"


class Record(models.Model):
    """Anything the partnership works on. Dialogues, cases, incidents and plans are kinds of record."""

    data_policy = DataPolicy(holds="a title", purpose="finding the record", keep="as its kind says")
    wall = Wall(
        read=head("records_record"),
        insert=OWN,
        change=WORKS_INSIDE,
        public="select",
    )

    class Audience(models.TextChoices):
        """To whom a record is open before anybody is invited."""

        ORGANISATION = reading.ORGANISATION, _("the organisation that owns it")
        TASK_FORCE = reading.TASK_FORCE, _("a task force")
        NAMED = reading.NAMED, _("named persons")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20)
    reference = models.CharField(max_length=14, unique=True)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=40)
    audience = models.CharField(max_length=12, choices=Audience, default=Audience.ORGANISATION)
    title = models.CharField(max_length=200)
    opened_at = models.DateTimeField(default=clock.now)
    public_since = models.DateTimeField(null=True, blank=True)
    is_secret = models.BooleanField(default=False)

    objects: ClassVar[Guarded[Record]] = Guarded()  # type: ignore[assignment]

    class Meta:
        indexes = (
            models.Index(fields=["owner", "-opened_at"], name="records_of_owner"),
            models.Index(fields=["kind", "-public_since"], name="records_public"),
        )

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def audit_record_id(self) -> uuid.UUID:
        """The log keeps a record's events together."""
        return self.id


class OnRecord(models.Model):
    """Something that belongs to one record and is seen by whoever sees the record."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="+")

    class Meta:
        abstract = True

    @property
    def audit_record_id(self) -> uuid.UUID:
        """Its events are its record's events."""
        return self.record_id
