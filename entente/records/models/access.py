"""Who is let in to a record, what for, and what was found about broken glass."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from entente.agreements.models import Agreement
from entente.agreements.vocabulary import Purpose
from entente.audit import clock
from entente.audit.doors import (
    AT,
    IS_JOB,
    IS_MEMBER,
    MEMBER,
    ORGANISATION,
    READERS,
    ROLE,
    follows,
    owned,
)
from entente.audit.tables import DataPolicy, Wall
from entente.keys.fields import Sealed
from entente.people.models import Membership, Organisation, TaskForce
from entente.records.models.record import OnRecord
from entente.records.scoping import OwnedBy, Reviews

LONGEST_GLASS = timedelta(hours=4)
WORKS_INSIDE = f"owner_id = {ORGANISATION} and authz.works_inside(record_id)"
# Of an emergency of the officer's own organisation, and of whoever broke that glass.
OF_THAT_GLASS = (
    "coalesce((select p.is_emergency and p.owner_id = records_glassreview.owner_id"
    " and p.membership_id = breaker_id from records_participation p"
    " where p.id = participation_id limit 1), false)"
)
MADE_OUT_TO = ("organisation", "task_force", "membership")
ONE_OF_THREE = models.Q()
for _one in MADE_OUT_TO:
    ONE_OF_THREE |= models.Q(**{f"{_to}__isnull": _to != _one for _to in MADE_OUT_TO})


class Participation(OnRecord):
    """Somebody let in to one record, from a moment to a moment, under an agreement and for a purpose."""

    data_policy = DataPolicy(holds="who was invited", purpose="access", keep="with its record")
    wall = Wall(
        # One's own, and all of a record one works inside: a colleague who is not named sees neither.
        # Broken glass is the privacy officer's too, who need not see the record.
        read=f"({IS_JOB} or {IS_MEMBER} and (to_id = any({READERS}) or {WORKS_INSIDE}"
        f" or is_emergency and {ROLE} = 'officer' and owner_id = {ORGANISATION}))",
        # By those who work inside the record; by whoever just opened it; or by whoever breaks the glass.
        insert=f"({IS_JOB} or {IS_MEMBER} and case when is_emergency"
        f" then membership_id = {MEMBER} and authz.behind_glass(record_id) = owner_id"
        f" and authz.has_glass_left()"
        f" and since between {AT} - interval '1 minute' and {AT} + interval '1 minute'"
        f" else {WORKS_INSIDE} or owner_id = {ORGANISATION} and authz.is_unclaimed(record_id) end)",
        change=f"({IS_JOB} or {IS_MEMBER} and {WORKS_INSIDE})",
        public="select",  # the policy of records asks here; a visitor sees no row
        is_kept=True,
        # An invitation is ended; everything else it says stays, and nobody makes it longer.
        columns=("until",),
        never="new.until is null or new.until > old.until",
        told_as="records.glass_broken",
        told_when="new.is_emergency",
    )

    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    task_force = models.ForeignKey(TaskForce, on_delete=models.PROTECT, null=True, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    # Whichever of the three it is made out to: one column, so that one index finds what a reader sees.
    to_id = models.GeneratedField(
        expression=Coalesce("organisation_id", "task_force_id", "membership_id"),
        output_field=models.UUIDField(),
        db_persist=True,
    )
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, null=True, related_name="+")
    purpose = models.CharField(max_length=20, choices=Purpose, blank=True)
    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(null=True, blank=True)
    is_emergency = models.BooleanField(default=False)
    # The record's, which never changes: one index then gives the newest records of a reader.
    record_opened_at = models.DateTimeField()
    reason = Sealed(blank=True)
    invited_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    objects: ClassVar[OwnedBy[Participation]] = OwnedBy()  # type: ignore[assignment]

    class Meta:
        indexes = (
            models.Index(fields=["record", "to_id"], name="records_let_in"),
            models.Index(fields=["to_id", "-record_opened_at"], name="records_of_reader", include=["record"]),
        )
        constraints = (
            models.CheckConstraint(
                condition=ONE_OF_THREE, name="records_made_out_to_one", violation_error_code="one"
            ),
            models.CheckConstraint(
                condition=models.Q(is_emergency=False)
                | models.Q(
                    agreement=None,
                    membership__isnull=False,
                    until__lte=models.F("since") + LONGEST_GLASS,
                    until__isnull=False,
                ),
                name="records_glass_is_short",
            ),
        )

    def __str__(self) -> str:
        return str(self.record_id)

    @property
    def guest(self) -> Membership | None:
        """The person it is made out to, where the reader may know them."""
        try:
            return self.membership
        except Membership.DoesNotExist:
            return None

    def save(self, **options: Any) -> None:
        """Keep the record's moment with it."""
        self.record_opened_at = self.record.opened_at
        super().save(**options)

    def sealed_under(self) -> uuid.UUID:
        """Its reason goes when the record's key goes."""
        return self.record_id


class Opening(OnRecord):
    """A member's statement, before the first look, of what another organisation's record is needed for."""

    data_policy = DataPolicy(
        holds="who looked, and for what", purpose="accountability", keep="with its record"
    )
    wall = Wall(
        read=f"({IS_JOB} or membership_id = {MEMBER})",
        insert=f"(membership_id = {MEMBER} and {follows('record_id')} and until <= at + interval '12 hours')",
        public="select",
        is_kept=True,
        told_as="records.record_opened",
    )

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=20, choices=Purpose)
    at = models.DateTimeField(default=clock.now)
    until = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["record", "membership"], name="records_stated"),)

    def __str__(self) -> str:
        return self.purpose


class Receipt(OnRecord):
    """Lets a person whom a record concerns read who looked at it, with a code and without an account."""

    data_policy = DataPolicy(holds="a hash of a code", purpose="the right to know who looked", keep="90 days")
    wall = Wall(
        read=owned("record_id"),
        insert=f"({owned('record_id')} and ({IS_JOB} or {ROLE} in ('officer', 'coordinator')))",
        change=IS_JOB,
    )

    code_hash = models.CharField(max_length=64, unique=True)
    issued_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(default=clock.now)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.record_id)


class GlassReview(models.Model):
    """What the owner's privacy officer found about one breaking of the glass."""

    data_policy = DataPolicy(holds="a judgement of an act", purpose="accountability", keep="with its record")
    wall = Wall(
        read=f"({IS_JOB} or {IS_MEMBER} and (owner_id = {ORGANISATION} or {ROLE} = 'overseer'"
        f" or breaker_id = {MEMBER}))",
        insert=f"({IS_MEMBER} and owner_id = {ORGANISATION} and reviewed_by_id = {MEMBER}"
        f" and breaker_id <> {MEMBER} and {ROLE} = 'officer' and {OF_THAT_GLASS})",
        is_kept=True,
    )

    class Finding(models.TextChoices):
        """Whether breaking the glass was right."""

        JUSTIFIED = "justified", _("justified")
        UNJUSTIFIED = "unjustified", _("not justified")
        UNCLEAR = "unclear", _("can't be told")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    participation = models.OneToOneField(Participation, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    breaker = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    reviewed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(default=clock.now)
    finding = models.CharField(max_length=12, choices=Finding)
    words = Sealed()

    objects: ClassVar[Reviews[GlassReview]] = Reviews()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.finding

    @property
    def audit_record_id(self) -> uuid.UUID:
        """Its event is its record's event."""
        return self.participation.record_id

    def sealed_under(self) -> uuid.UUID:
        """Its words go when the record's key goes."""
        return self.participation.record_id
