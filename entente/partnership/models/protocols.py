"""Standard protocols: how the partnership shares, responds and reaches out, who adopted them and how."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entente.audit import clock
from entente.audit.doors import IS_JOB, IS_MEMBER, MEMBER, ORGANISATION, ROLE
from entente.audit.tables import NO_PERSONAL_DATA, DataPolicy, Wall
from entente.partnership.models.groups import Group
from entente.partnership.models.worded import Worded
from entente.partnership.scoping import AFTER_DRAFT, EVERY_MEMBER, Drafted, OfMembers
from entente.people.models import Membership, Organisation

KEEPS = f"({IS_JOB} or {IS_MEMBER} and {ROLE} = 'coordinator' and owner_id = {ORGANISATION})"
BINDS = f"{IS_MEMBER} and {ROLE} in ('coordinator', 'officer') and organisation_id = {ORGANISATION}"


class Protocol(Worded):
    """One version of a standard way of working: who does what within how long, when something happens."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=AFTER_DRAFT,
        insert=f"({KEEPS} and state = 'draft')",
        change=KEEPS,
        is_kept=True,
        # What was in use keeps its words: who adopted it can read for good what they adopted.
        never="old.state = 'withdrawn' or old.state <> 'draft' and (new.state = 'draft'"
        " or row(new.family, new.number, new.reference, new.owner_id, new.kind, new.language, new.texts,"
        " new.in_use_since) is distinct from row(old.family, old.number, old.reference, old.owner_id,"
        " old.kind, old.language, old.texts, old.in_use_since))",
    )

    class Kind(models.TextChoices):
        """What a protocol is for."""

        SHARING = "sharing", _("sharing information")
        RESPONSE = "response", _("response")
        OUTREACH = "outreach", _("outreach")

    class State(models.TextChoices):
        """Where a version of a protocol stands."""

        DRAFT = "draft", _("draft")
        IN_USE = "in_use", pgettext_lazy("a protocol", "in use")
        REPLACED = "replaced", _("replaced")
        WITHDRAWN = "withdrawn", pgettext_lazy("a protocol", "withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    family = models.UUIDField(default=uuid.uuid4, help_text="The same for every version of a protocol.")
    reference = models.CharField(max_length=14)
    number = models.PositiveSmallIntegerField(default=1)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    state_reason = models.TextField(blank=True)
    edition = models.PositiveIntegerField(default=1, help_text="Counts what was saved, for two who write.")
    in_use_since = models.DateTimeField(null=True, blank=True)
    review_on = models.DateField()
    reminded_for = models.DateField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Drafted[Protocol]] = Drafted()  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["reference", "number"], name="partnership_protocol_version"),
            models.UniqueConstraint(
                fields=["family"], condition=models.Q(state="in_use"), name="partnership_one_in_use"
            ),
        )

    def __str__(self) -> str:
        return str(self.said("title"))

    @property
    def audit_record_id(self) -> uuid.UUID:
        """The events of all its versions stand together."""
        return self.family

    @property
    def steps(self) -> list[dict[str, Any]]:
        """Who does what within how long, in order."""
        found: list[dict[str, Any]] = self.said("steps") or []
        return found


class Adoption(models.Model):
    """An organisation's word that it works by a version of a protocol, with what it does differently."""

    data_policy = DataPolicy(
        holds="who bound their organisation", purpose="knowing what was adopted", keep="for good"
    )
    wall = Wall(
        read=EVERY_MEMBER,
        insert=f"({IS_JOB} or {BINDS} and adopted_by_id = {MEMBER} and until is null and coalesce((select"
        " p.state = 'in_use' and p.family = partnership_adoption.family"
        " from partnership_protocol p where p.id = protocol_id limit 1), false))",
        change=f"({IS_JOB} or {BINDS})",
        is_kept=True,
        columns=("until", "until_reason", "stays_with", "stays_reason"),
        never="old.until is not null",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    family = models.UUIDField()
    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    adopted_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(null=True, blank=True)
    until_reason = models.TextField(blank=True)
    deviations = models.TextField(blank=True, help_text="What the organisation does differently.")
    deviations_reason = models.TextField(blank=True)
    stays_with = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The newer version the organisation looked at and did not take."
    )
    stays_reason = models.TextField(blank=True)

    objects: ClassVar[OfMembers[Adoption]] = OfMembers()  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["family", "organisation"],
                condition=models.Q(until=None),
                name="partnership_one_adoption",
            ),
            models.CheckConstraint(
                condition=models.Q(deviations="") | ~models.Q(deviations_reason=""),
                name="partnership_deviation_has_a_reason",
            ),
        )

    def __str__(self) -> str:
        return f"{self.organisation}: {self.protocol}"

    @property
    def audit_record_id(self) -> uuid.UUID:
        """Its events are the protocol's events."""
        return self.family


class Rehearsal(models.Model):
    """One time a protocol was exercised or used for real: when, how, and what was found."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=EVERY_MEMBER,
        insert=f"({IS_JOB} or {IS_MEMBER} and {ROLE} <> 'overseer' and organisation_id = {ORGANISATION}"
        " and coalesce((select p.state <> 'draft' from partnership_protocol p where p.id = protocol_id"
        " limit 1), false))",
        is_kept=True,
    )

    class How(models.TextChoices):
        """In which way a protocol was tried."""

        TABLE = "table", _("talked through at a table")
        DRILL = "drill", _("one part practised")
        FULL = "full", _("a full exercise")
        REAL = "real", _("used in a real situation")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    family = models.UUIDField()
    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    how = models.CharField(max_length=5, choices=How)
    found = models.TextField()
    noted_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[OfMembers[Rehearsal]] = OfMembers()  # type: ignore[assignment]

    class Meta:
        indexes = (models.Index(fields=["family", "-on"], name="partnership_rehearsals"),)

    def __str__(self) -> str:
        return f"{self.on}: {self.protocol}"

    @property
    def audit_record_id(self) -> uuid.UUID:
        """Its events are the protocol's events."""
        return self.family
