"""What partners lend each other: rooms, interpreters, trainers and materials, and who has them when."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entente.audit import clock
from entente.audit.actors import Actor
from entente.audit.doors import IS_JOB, IS_MEMBER, MEMBER, ORGANISATION, ROLE
from entente.audit.tables import NO_PERSONAL_DATA, DataPolicy, Wall
from entente.partnership.scoping import EVERY_MEMBER, OfMembers
from entente.people.models import Area, Membership, Organisation
from entente.people.words import in_readers_language
from entente.records.scoping import Guarded, R

LENDERS = f"{ROLE} in ('coordinator', 'member', 'officer')"
LENDS = f"({IS_JOB} or {IS_MEMBER} and {LENDERS} and owner_id = {ORGANISATION})"
BOTH = f"({IS_JOB} or {IS_MEMBER} and (owner_id = {ORGANISATION} or organisation_id = {ORGANISATION}))"


class OfBoth(Guarded[R]):
    """For what two organisations settle with each other: the owner's, and the one that asks."""

    def condition(self, reader: Actor) -> Q:
        if reader.actor_kind == "job":
            return Q()
        own = reader.actor_organisation_id
        return Q(owner_id=own) | Q(organisation_id=own) if own else Q(pk__in=[])


class Resource(models.Model):
    """Something an organisation lends to others: a room, an interpreter, a trainer, materials."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(read=EVERY_MEMBER, insert=LENDS, change=LENDS, is_kept=True)

    class Kind(models.TextChoices):
        """What is lent."""

        ROOM = "room", _("room")
        INTERPRETER = "interpreter", _("interpreter")
        TRAINER = "trainer", _("trainer")
        MATERIAL = "material", _("materials")
        EQUIPMENT = "equipment", _("equipment")

    # These come back; a room is only left, and an interpreter goes home.
    COME_BACK = (Kind.MATERIAL, Kind.EQUIPMENT)
    TRANSLATED = ("name", "description", "accessibility", "conditions")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    name = models.CharField(max_length=160)
    description = models.TextField(blank=True)
    place = models.CharField(max_length=200, blank=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+")
    capacity = models.PositiveIntegerField(null=True)
    languages = models.JSONField(default=list, help_text="Codes of languages it is offered in.")
    accessibility = models.TextField(blank=True)
    conditions = models.TextField(blank=True)
    cost = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, default="EUR")
    offered_from = models.DateField()
    offered_until = models.DateField(null=True)
    weekdays = models.JSONField(default=list, help_text="0 is Monday.")
    opens = models.TimeField(null=True)
    closes = models.TimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    # Its texts in other languages: {"fr": {"name": …}}.
    texts = models.JSONField(default=dict)

    objects: ClassVar[OfMembers[Resource]] = OfMembers()  # type: ignore[assignment]

    class Meta:
        indexes = (models.Index(fields=["kind", "name"], name="partnership_resources"),)

    def __str__(self) -> str:
        return self.text("name")

    def text(self, field: str) -> str:
        """One of its texts in the reader's language, else as it was written."""
        told = {code: texts.get(field, "") for code, texts in self.texts.items()}
        return in_readers_language(told, getattr(self, field))

    @property
    def comes_back(self) -> bool:
        """Whether whoever has it brings it back."""
        return self.kind in self.COME_BACK


class Booking(models.Model):
    """An organisation asks for something another one lends, and has it from a moment to a moment."""

    data_policy = DataPolicy(
        holds="who asked for a room or an interpreter, when and what for", purpose="lending", keep="two years"
    )
    wall = Wall(
        read=BOTH,
        insert=f"({IS_MEMBER} and organisation_id = {ORGANISATION} and asked_by_id = {MEMBER}"
        f" and state = 'asked' and {LENDERS} and coalesce((select"
        " r.owner_id = partnership_booking.owner_id from partnership_resource r"
        " where r.id = resource_id limit 1), false))",
        change=BOTH,
        is_kept=True,
        columns=(
            "state",
            "reason",
            "decided_at",
            "decided_by_id",
            "returned_at",
            "return_note",
            "late_told_at",
            "asked_told_at",
            "decision_told_at",
        ),
        # What was confirmed was confirmed by whoever lends; what is over stays as it ended.
        never="old.state in ('declined', 'cancelled', 'returned') and old.state <> new.state"
        " or authz.kind() = 'member' and old.state <> new.state"
        " and new.state in ('confirmed', 'declined', 'returned') and old.owner_id <> authz.organisation()",
    )

    class State(models.TextChoices):
        """How far a booking got."""

        ASKED = "asked", _("asked for")
        CONFIRMED = "confirmed", _("confirmed")
        DECLINED = "declined", pgettext_lazy("a booking", "declined")
        CANCELLED = "cancelled", _("cancelled")
        RETURNED = "returned", _("returned")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="+")
    # The resource's, so that the wall needs no second table.
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    purpose = models.TextField()
    state = models.CharField(max_length=9, choices=State, default=State.ASKED)
    reason = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    returned_at = models.DateTimeField(null=True)
    return_note = models.TextField(blank=True)
    asked_told_at = models.DateTimeField(null=True)
    decision_told_at = models.DateTimeField(null=True)
    late_told_at = models.DateTimeField(null=True)

    objects: ClassVar[OfBoth[Booking]] = OfBoth()  # type: ignore[assignment]

    class Meta:
        # That nothing is confirmed twice for the same time stands in the migration: it needs a range.
        constraints = (
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="partnership_booking_lasts"),
        )
        indexes = (models.Index(fields=["resource", "starts_at"], name="partnership_bookings"),)

    def __str__(self) -> str:
        return f"{self.resource_id} {self.state}"

    def is_late(self, at: datetime) -> bool:
        """Whether it should have come back by `at`. The resource must be at hand."""
        return self.state == self.State.CONFIRMED and self.resource.comes_back and self.ends_at <= at
