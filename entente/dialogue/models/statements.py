"""Statements, and what the public reads about how they were moderated."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entente.audit import clock
from entente.audit.doors import DIALOGUE, PARTICIPANT, follows, owned
from entente.audit.tables import NO_PERSONAL_DATA, DataPolicy, Wall
from entente.dialogue.models.dialogue import OnDialogue
from entente.dialogue.models.voices import Participant
from entente.dialogue.scoping import Statements
from entente.records.scoping import Guarded

STATEMENT_LENGTH = 280
IMPORTED_LENGTH = 1000  # other software allows more


class Statement(OnDialogue):
    """One idea in a sentence or two, on which everybody may agree, disagree or pass."""

    data_policy = DataPolicy(
        holds="a sentence somebody wrote without a name", purpose="the dialogue", keep="with the dialogue"
    )
    wall = Wall(
        read=f"({owned('dialogue_id')} or author_id = {PARTICIPANT}"
        f" or state = 'accepted' and {follows('dialogue_id')})",
        insert=f"({owned('dialogue_id')}"
        f" or author_id = {PARTICIPANT} and dialogue_id = {DIALOGUE} and state = 'waiting'"
        " and origin = 'resident' and number is null and votes = 0)",
        change=owned("dialogue_id"),
        public="select, insert",
    )

    class State(models.TextChoices):
        """Where a statement stands in moderation."""

        WAITING = "waiting", _("waiting to be read")
        ACCEPTED = "accepted", pgettext_lazy("statements", "accepted")
        REJECTED = "rejected", _("not accepted")

    class Origin(models.TextChoices):
        """Who brought a statement in."""

        CITY = "city", _("written by the city")
        RESIDENT = "resident", _("written by a resident")
        IMPORTED = "imported", _("imported")

    class Reason(models.TextChoices):
        """Why a statement was not accepted, as the public policy lists it."""

        NAMES_PERSON = "names_person", _("It names or points to a person.")
        INSULT = "insult", _("It insults or stirs up hatred.")
        OFF_TOPIC = "off_topic", _("It is not about the question.")
        DUPLICATE = "duplicate", _("It says what another statement already says.")
        TWO_IDEAS = "two_ideas", _("It holds two ideas, so a vote would not be clear.")
        UNCLEAR = "unclear", _("It can't be understood without its context.")
        CONTACT = "contact", _("It contains contact details or advertising.")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.IntegerField(null=True)
    text = models.CharField(max_length=IMPORTED_LENGTH)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    origin = models.CharField(max_length=8, choices=Origin)
    author = models.ForeignKey(Participant, on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=16, choices=Reason, blank=True)
    reason_note = models.CharField(max_length=300, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    # To the hour: a minute would tell who wrote it.
    received_at = models.DateTimeField(default=clock.this_hour)
    decided_on = models.DateField(null=True, blank=True)
    # A digest of its letters alone: equal for texts that differ in signs nobody sees.
    likeness = models.CharField(max_length=64, blank=True, db_default="")
    duplicate_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    votes = models.IntegerField(default=0)

    objects: ClassVar[Statements[Statement]] = Statements("dialogue__")  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["dialogue", "number"], name="dialogue_numbers"),
            # However fast a script is: what residents wrote waits once.
            models.UniqueConstraint(
                fields=["dialogue", "likeness"],
                condition=models.Q(state="waiting", origin="resident") & ~models.Q(likeness=""),
                name="dialogue_waits_once",
            ),
        )
        indexes = (
            models.Index(fields=["dialogue", "state", "received_at"], name="dialogue_queue"),
            models.Index(fields=["dialogue", "likeness"], name="dialogue_alike"),
        )

    def __str__(self) -> str:
        return self.text


class ModerationEntry(OnDialogue):
    """One decision about a statement, for everybody to read: when, what and why, without the words."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=follows("dialogue_id"), insert=owned("dialogue_id"), change=None, public="select", is_kept=True
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    decided_on = models.DateField(default=clock.today)
    decision = models.CharField(max_length=8, choices=Statement.State)
    reason = models.CharField(max_length=16, choices=Statement.Reason, blank=True)
    # The statement's number once it has one, and that of the one it repeats.
    number = models.IntegerField(null=True)
    same_as = models.IntegerField(null=True)
    # Whether an earlier decision about the same statement was changed.
    is_change = models.BooleanField(default=False)

    objects: ClassVar[Guarded[ModerationEntry]] = Guarded("dialogue__")  # type: ignore[assignment]

    class Meta:
        indexes = (models.Index(fields=["dialogue", "-decided_on"], name="dialogue_moderation_log"),)

    def __str__(self) -> str:
        return f"{self.decided_on} {self.decision}"
