"""A dialogue: its question, its texts, where it stands, and how voices come into it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from entente.audit.doors import follows, owned
from entente.audit.tables import NO_PERSONAL_DATA, Wall
from entente.records.models import Record
from entente.records.scoping import Guarded


class Stratum(models.TextChoices):
    """How a voice came in. Results are shown for each apart; the open web alone never makes the headline."""

    LETTER = "letter", _("invited by sealed letter")
    HOSTED = "hosted", _("hosted session")
    OPEN = "open", _("open web")
    IMPORTED = "imported", _("imported conversation")


INVITED = frozenset({Stratum.LETTER, Stratum.HOSTED})


class Dialogue(Record):
    """A question the city asks its residents, answered by voting on each other's statements."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=follows("record_ptr_id"),
        insert=owned("record_ptr_id"),
        change=owned("record_ptr_id"),
        public="select",
    )

    class State(models.TextChoices):
        """Where a dialogue stands."""

        DRAFT = "draft", _("draft")
        OPEN = "open", _("open")
        FROZEN = "frozen", _("paused")
        CLOSED = "closed", _("closed")

    question = models.CharField(max_length=300)
    background = models.TextField(blank=True)
    use_of_answers = models.TextField(blank=True)
    policy = models.TextField(blank=True)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    languages = models.JSONField(default=list)
    is_open_web = models.BooleanField(default=True)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    state_reason = models.TextField(blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    source = models.TextField(blank=True)
    # When its coordinators were last told that statements wait.
    reminded_on = models.DateField(null=True, blank=True)
    # What the city says with a published result.
    heard = models.TextField(blank=True)
    missing = models.TextField(blank=True)
    limits = models.TextField(blank=True)
    next_steps = models.TextField(blank=True)

    # The title in the reader's language, where a page has looked it up.
    title_here = ""

    objects: ClassVar[Guarded[Dialogue]] = Guarded()  # type: ignore[assignment]

    PASSAGES = (
        "background",
        "use_of_answers",
        "policy",
        "state_reason",
        "heard",
        "missing",
        "limits",
        "next_steps",
    )
    TRANSLATED = ("title", "question", *PASSAGES)


class OnDialogue(models.Model):
    """Something that belongs to one dialogue."""

    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="+")

    class Meta:
        abstract = True

    @property
    def audit_record_id(self) -> uuid.UUID:
        """Its events are the dialogue's events."""
        record_id: uuid.UUID = self.dialogue_id
        return record_id
