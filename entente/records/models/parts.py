"""The parts of a record, each hidden or shown by itself."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models

from entente.agreements.vocabulary import Category
from entente.audit import clock
from entente.audit.doors import (
    owned,
    part,
)
from entente.audit.tables import DataPolicy, Wall
from entente.keys.fields import Sealed
from entente.people.models import Membership
from entente.records.models.record import OnRecord
from entente.records.scoping import Parts

AS_ITS_RECORD = DataPolicy(holds="free text", purpose="joint work", keep="with its record")


class Part(OnRecord):
    """One part of a record, hidden or shown by itself: it has its own category and its own secrecy."""

    category = models.CharField(max_length=40, choices=Category)
    is_secret = models.BooleanField(default=False)

    class Meta:
        abstract = True

    def save(self, **options: Any) -> None:
        """A part is about what its record is about, unless somebody says otherwise."""
        self.category = self.category or self.record.category
        super().save(**options)


class Note(Part):
    """What somebody wrote on a record."""

    data_policy = AS_ITS_RECORD
    wall = Wall(read=part("records_note"), insert=owned("record_id"))

    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=200)
    written_at = models.DateTimeField(default=clock.now)
    text = Sealed()

    objects: ClassVar[Parts[Note]] = Parts("record__")  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"{self.author_name} {self.written_at:%Y-%m-%d}"

    def sealed_under(self) -> uuid.UUID:
        """Notes go when the record's key goes."""
        return self.record_id


class File(Part):
    """A file kept on a record, sealed under the record's key."""

    data_policy = DataPolicy(holds="an uploaded file, sealed", purpose="joint work", keep="with its record")
    wall = Wall(read=part("records_file"), insert=owned("record_id"), change=owned("record_id"))

    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.IntegerField()
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=200)
    kept_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Parts[File]] = Parts("record__")  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.name


class Action(Part):
    """Who does what by when, on a record."""

    data_policy = DataPolicy(holds="a task and who does it", purpose="joint work", keep="with its record")
    wall = Wall(
        read=part("records_action"),
        insert=owned("record_id"),
        change=owned("record_id"),
    )

    what = models.CharField(max_length=200)
    assigned_to = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Parts[Action]] = Parts("record__")  # type: ignore[assignment]

    class Meta:
        indexes = (models.Index(fields=["assigned_to", "due_on"], name="records_my_work"),)

    def __str__(self) -> str:
        return self.what
