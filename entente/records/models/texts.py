"""A record's texts in other languages, and the words it is found by."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.utils.translation import gettext_lazy as _

from entente.audit.doors import (
    follows,
    owned,
)
from entente.audit.tables import NO_PERSONAL_DATA, Wall
from entente.records.models.record import OnRecord
from entente.records.scoping import Guarded


class Translation(OnRecord):
    """A text of a record in another language, with who made it and who checked it."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=follows("record_id"), insert=owned("record_id"), change=owned("record_id"), public="select"
    )

    class Origin(models.TextChoices):
        """How a translation came about."""

        PERSON = "person", _("translated by a person")
        TOOL = "tool", _("translated by a tool")

    about_id = models.UUIDField()
    field = models.CharField(max_length=30)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    text = models.TextField()
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.PERSON)
    made_by = models.CharField(max_length=200)
    checked_by = models.CharField(max_length=200, blank=True)

    objects: ClassVar[Guarded[Translation]] = Guarded("record__")  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["about_id", "field", "language"], name="records_one_translation"),
        )
        indexes = (models.Index(fields=["record", "language"], name="records_translations"),)

    def __str__(self) -> str:
        return f"{self.field} {self.language}"


class SearchText(OnRecord):
    """The words a record is found by, in one language, without accents and case."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=follows("record_id"),
        insert=owned("record_id"),
        change=owned("record_id"),
        public="select",
        logged=False,
    )

    language = models.CharField(max_length=5)
    words = models.TextField()

    objects: ClassVar[Guarded[SearchText]] = Guarded("record__")  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["record", "language"], name="records_one_search_text"),
        )
        indexes = (GinIndex(SearchVector("words", config="simple"), name="records_words"),)

    def __str__(self) -> str:
        return self.words[:40]
