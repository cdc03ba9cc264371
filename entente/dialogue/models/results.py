"""What was worked out of the answers, and what everybody may read of it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.doors import IS_JOB, follows, owned
from entente.audit.tables import NO_PERSONAL_DATA, DataPolicy, Wall
from entente.dialogue.models.dialogue import OnDialogue, Stratum
from entente.records.scoping import Guarded


class Exclusion(OnDialogue):
    """Voices that came together and are left out of the result, or that one tries to leave out."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=f"({IS_JOB} or {owned('dialogue_id')})", insert=owned("dialogue_id"), change=owned("dialogue_id")
    )

    class State(models.TextChoices):
        """Where it stands."""

        TRIED = "tried", _("tried out")
        IN_FORCE = "in_force", _("left out")
        LIFTED = "lifted", _("counted again")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    stratum = models.CharField(max_length=8, choices=Stratum)
    batch = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.TRIED)
    # For everybody, in the dialogue's language.
    reason = models.CharField(max_length=300, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_on = models.DateField(null=True, blank=True)

    objects: ClassVar[Guarded[Exclusion]] = Guarded("dialogue__")  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["dialogue", "stratum", "batch"],
                condition=~models.Q(state="lifted"),
                name="dialogue_one_exclusion",
            ),
        )

    def __str__(self) -> str:
        return f"{self.stratum} {self.batch}"


class Analysis(OnDialogue):
    """The groups of opinion found at one moment, for those who run the dialogue."""

    data_policy = DataPolicy(
        holds="counts by group", purpose="the dialogue's result", keep="with the dialogue"
    )
    wall = Wall(read=owned("dialogue_id"), insert=IS_JOB, change=IS_JOB)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    made_at = models.DateTimeField(default=clock.now)
    participants = models.IntegerField()
    votes = models.IntegerField()
    result = models.JSONField()
    # The same votes with that exclusion turned round, to compare; none for the result that counts.
    turned = models.ForeignKey(Exclusion, on_delete=models.CASCADE, null=True, related_name="+")

    objects: ClassVar[Guarded[Analysis]] = Guarded("dialogue__")  # type: ignore[assignment]

    class Meta:
        indexes = (models.Index(fields=["dialogue", "-made_at"], name="dialogue_newest_analysis"),)

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M}"


class Outcome(OnDialogue):
    """What everybody may read about a dialogue's result: small numbers hidden, nobody recognisable.

    Number 0 is the coarse picture shown to voters while it runs; 1, 2, … are the published results.
    """

    data_policy = DataPolicy(
        holds="counts of ten and more", purpose="telling what was heard", keep="for good"
    )
    wall = Wall(
        read=follows("dialogue_id"), insert=owned("dialogue_id"), change=owned("dialogue_id"), public="select"
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.IntegerField()
    made_at = models.DateTimeField(default=clock.now)
    content = models.JSONField()

    objects: ClassVar[Guarded[Outcome]] = Guarded("dialogue__")  # type: ignore[assignment]

    class Meta:
        constraints = (models.UniqueConstraint(fields=["dialogue", "number"], name="dialogue_one_outcome"),)

    def __str__(self) -> str:
        return f"{self.dialogue_id} {self.number}"


class PolisExport(OnDialogue):
    """All votes as the CSV files of Polis, made by a job for a coordinator and kept for a day."""

    data_policy = DataPolicy(
        holds="opinions under pseudonyms, without times", purpose="comparing with Polis", keep="one day"
    )
    wall = Wall(read=f"({IS_JOB} or {owned('dialogue_id')})", insert=owned("dialogue_id"), change=IS_JOB)

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", _("being made")
        READY = "ready", _("ready")
        FAILED = "failed", _("not made")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField(default=clock.now)
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    # A zip, sealed under the dialogue's key.
    content = models.BinaryField(default=bytes)

    objects: ClassVar[Guarded[PolisExport]] = Guarded("dialogue__")  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M} {self.state}"
