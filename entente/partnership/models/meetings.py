"""Meetings of a group: what is on the agenda, who came, and what was written down."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entente.audit import clock
from entente.audit.doors import AT, IS_JOB, IS_MEMBER, MEMBER, ORGANISATION, READERS, ROLE
from entente.audit.tables import NO_PERSONAL_DATA, DataPolicy, Wall
from entente.partnership.models.groups import OnGroup
from entente.partnership.scoping import BY_SEAT, OfGroup, OpenPoints, Overseen, Own
from entente.people.models import Membership, Organisation

OVERSEER = f"{IS_MEMBER} and {ROLE} = 'overseer'"
SITS = f"{IS_MEMBER} and group_id = any({READERS})"
# Whoever sits there for the organisation that keeps the group's papers.
KEEPER_SITS = (
    f"{SITS} and coalesce((select g.keeper_id = {ORGANISATION} from partnership_group g"
    " where g.task_force_id = group_id limit 1), false)"
)


def of_meeting(condition: str) -> str:
    """A condition on the meeting `m` that a row belongs to."""
    return f"coalesce((select {condition} from partnership_meeting m where m.id = meeting_id limit 1), false)"


IS_PLANNED = of_meeting("m.state = 'planned'")
IS_OPEN = of_meeting("m.state in ('planned', 'held')")
HAS_BEGUN = of_meeting(f"m.state in ('planned', 'held') and m.starts_at <= {AT}")
TOLD = ("title", "starts_at", "place", "link", "state", "reason", "sequence", "quorum", "approved_in_id")


def as_told(row: str) -> str:
    """What everybody was told of a meeting, in one row."""
    return f"row({', '.join(f'{row}.{column}' for column in TOLD)})"


class Meeting(OnGroup):
    """A meeting of a group: when and where, planned, held, or over with its minutes approved."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=f"({BY_SEAT} or {OVERSEER})",
        insert=f"({IS_JOB} or {KEEPER_SITS})",
        change=f"({IS_JOB} or {KEEPER_SITS})",
        is_kept=True,
        columns=(*TOLD, "minutes", "is_invited", "approved_at", "approved_by_name"),
        # What was cancelled or approved stays, and what was held took place when it did.
        never=f"old.state in ('approved', 'cancelled') and {as_told('new')} is distinct from {as_told('old')}"
        " or old.state = 'held' and (new.starts_at, new.quorum) is distinct from (old.starts_at, old.quorum)"
        " or old.state = 'held' and new.state not in ('held', 'approved')",
    )

    class State(models.TextChoices):
        """How far a meeting is."""

        PLANNED = "planned", pgettext_lazy("a meeting", "planned")
        HELD = "held", _("held")
        APPROVED = "approved", _("minutes approved")
        CANCELLED = "cancelled", _("cancelled")

    reference = models.CharField(max_length=14, unique=True)
    title = models.CharField(max_length=200)
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(default=90, help_text="How long it is planned to last.")
    place = models.CharField(max_length=300, blank=True)
    link = models.URLField(max_length=500, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.PLANNED)
    reason = models.TextField(blank=True, help_text="Why it was moved or cancelled.")
    # Calendars take an invitation with a higher number for the newer one (RFC 5545, SEQUENCE).
    sequence = models.PositiveSmallIntegerField(default=0)
    is_invited = models.BooleanField(default=False)
    quorum = models.PositiveSmallIntegerField(null=True, help_text="The group's when it was held.")
    approved_in = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by_name = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Overseen[Meeting]] = Overseen()  # type: ignore[assignment]

    class Meta:
        indexes = (models.Index(fields=["group", "starts_at"], name="partnership_meetings_in_time"),)

    def __str__(self) -> str:
        return self.title

    @property
    def ends_at(self) -> datetime:
        """When it is planned to end."""
        return self.starts_at + timedelta(minutes=self.minutes)


class OnMeeting(OnGroup):
    """Something that belongs to one meeting of a group."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class AgendaPoint(OnMeeting):
    """A point on the agenda: what about, who brings it, and how many minutes it may take."""

    data_policy = DataPolicy(
        holds="the name of who brings a point", purpose="knowing whom to ask", keep="for good"
    )
    wall = Wall(
        read=f"({BY_SEAT} or {OVERSEER} and not is_restricted)",
        insert=f"({IS_JOB} or {SITS} and {IS_PLANNED})",
        change=f"({IS_JOB} or {SITS} and {IS_PLANNED})",
        columns=("position",),
    )

    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=300)
    minutes = models.PositiveSmallIntegerField(default=10)
    brought_by = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    brought_by_name = models.CharField(max_length=200, blank=True)
    is_restricted = models.BooleanField(default=False)

    objects: ClassVar[OpenPoints[AgendaPoint]] = OpenPoints()  # type: ignore[assignment]

    class Meta:
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.title


class Attendance(OnMeeting):
    """Who sat in a meeting, whom somebody sent, who sent word and who did not come."""

    data_policy = DataPolicy(
        holds="who came to a meeting", purpose="quorum and who knows what", keep="for good"
    )
    wall = Wall(
        read=f"({BY_SEAT} or {OVERSEER})",
        # Only for somebody who sits, or sat, in that group.
        insert=f"({IS_JOB} or {KEEPER_SITS} and {HAS_BEGUN} and authz.has_sat(membership_id, group_id))",
        change=f"({IS_JOB} or {KEEPER_SITS} and {IS_OPEN})",
        is_kept=True,
        columns=("how", "deputy_name"),
    )

    class How(models.TextChoices):
        """How somebody took part."""

        PRESENT = "present", _("present")
        DEPUTY = "deputy", _("sent a deputy")
        EXCUSED = "excused", _("excused")
        ABSENT = "absent", _("absent")

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200, help_text="As the person was called then.")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    how = models.CharField(max_length=8, choices=How)
    deputy_name = models.CharField(max_length=200, blank=True)

    objects: ClassVar[Overseen[Attendance]] = Overseen()  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["meeting", "membership"], name="partnership_one_attendance"),
        )

    def __str__(self) -> str:
        return f"{self.name}: {self.get_how_display()}"


class Minutes(OnMeeting):
    """What was written down about a point: every saved text stays, the newest counts."""

    data_policy = DataPolicy(holds="who wrote minutes", purpose="knowing whom to ask", keep="for good")
    wall = Wall(
        read=f"({BY_SEAT} or {OVERSEER} and coalesce((select true from partnership_agendapoint a"
        " where a.id = point_id limit 1), false))",
        insert=f"({IS_JOB} or {SITS} and written_by_id = {MEMBER} and {HAS_BEGUN})",
        is_kept=True,
    )

    point = models.ForeignKey(AgendaPoint, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    text = models.TextField()
    written_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    written_by_name = models.CharField(max_length=200)
    at = models.DateTimeField(default=clock.now)

    objects: ClassVar[OpenPoints[Minutes]] = OpenPoints(point="point__")  # type: ignore[assignment]

    class Meta:
        # Two people who begin with the same text can't both be its next edition.
        constraints = (models.UniqueConstraint(fields=["point", "number"], name="partnership_next_minutes"),)

    def __str__(self) -> str:
        return f"{self.point}, {self.number}"


class MeetingNotice(OnMeeting):
    """That somebody was told of a meeting as it then was: once for each of its editions."""

    data_policy = DataPolicy(
        holds="who was invited when", purpose="telling everybody once", keep="as the meeting"
    )
    wall = Wall(read=BY_SEAT, insert=IS_JOB, is_kept=True)

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=clock.now)

    objects: ClassVar[OfGroup[MeetingNotice]] = OfGroup()  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["meeting", "membership", "sequence"], name="partnership_told_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.meeting}, {self.sequence}"


class CalendarKey(models.Model):
    """The secret address under which somebody's calendar reads their meetings."""

    data_policy = DataPolicy(
        holds="the hash of a secret address", purpose="a calendar feed", keep="while a member"
    )
    wall = Wall(
        read=f"({IS_JOB} or {IS_MEMBER} and membership_id = {MEMBER})",
        insert=f"({IS_JOB} or {IS_MEMBER} and {ROLE} <> 'calendar' and membership_id = {MEMBER})",
        change=f"({IS_JOB} or {IS_MEMBER} and {ROLE} <> 'calendar' and membership_id = {MEMBER})",
        is_kept=True,
        columns=("revoked_at",),
        never="old.revoked_at is not null",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    # Of a random key of 256 bits, shown once. Nobody guesses it from this.
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=clock.now)
    revoked_at = models.DateTimeField(null=True)

    objects: ClassVar[Own[CalendarKey]] = Own()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.token_hash[:8]
