"""Files brought in from elsewhere."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.tables import DataPolicy, Wall
from entente.people.models import Membership, Organisation
from entente.records.models.record import OWN, Record
from entente.records.scoping import OwnedBy


class ImportRun(models.Model):
    """One file brought in: what it would do, how far it is, and what happened to each row."""

    data_policy = DataPolicy(
        holds="an uploaded file, sealed", purpose="bringing in earlier work", keep="30 days"
    )
    wall = Wall(read=OWN, insert=OWN, change=OWN, logged=False)

    class State(models.TextChoices):
        """How far an import got."""

        READING = "reading", _("being read")
        READY = "ready", _("ready to be brought in")
        REFUSED = "refused", _("can't be brought in")
        RUNNING = "running", _("being brought in")
        DONE = "done", _("brought in")
        STOPPED = "stopped", _("stopped by an error")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    started_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=State, default=State.READING)
    preview = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    notices = models.JSONField(default=list)
    rows_done = models.IntegerField(default=0)
    rows_total = models.IntegerField(default=0)
    record = models.ForeignKey(Record, on_delete=models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[OwnedBy[ImportRun]] = OwnedBy()  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name} {self.state}"

    @property
    def audit_record_id(self) -> uuid.UUID | None:
        """Its events belong to the record it made, once there is one."""
        return self.record_id
