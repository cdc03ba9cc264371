"""Task forces as people work in them: what for, who belongs, and who keeps the papers."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.doors import IS_JOB, IS_MEMBER, ORGANISATION, READERS, ROLE
from entente.audit.tables import NO_PERSONAL_DATA, Wall
from entente.partnership.scoping import EVERY_MEMBER, OfMembers, Places
from entente.people.models import Organisation, TaskForce
from entente.people.words import in_readers_language

KEEPS = f"({IS_JOB} or {IS_MEMBER} and {ROLE} = 'coordinator' and keeper_id = {ORGANISATION})"
OF_KEEPER = (
    f"{ROLE} = 'coordinator' and coalesce((select g.keeper_id = {ORGANISATION} from partnership_group g"
    " where g.task_force_id = group_id limit 1), false)"
)
OF_OWN = f"{ROLE} = 'coordinator' and organisation_id = {ORGANISATION}"


class Group(models.Model):
    """A task force as its members know it: its kind, purpose, scope, rules and who keeps its papers."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(read=EVERY_MEMBER, insert=KEEPS, change=KEEPS, is_kept=True)

    class Kind(models.TextChoices):
        """What sort of group it is."""

        LEADERSHIP = "leadership", _("local leadership group")
        PREVENTION = "prevention", _("prevention team")
        RESPONSE = "response", _("response cell")
        RECOVERY = "recovery", _("recovery group")
        TENSION = "tension", _("tension group")
        SITUATION = "situation", _("situation table")
        SCRUTINY = "scrutiny", _("scrutiny board")
        WORKING = "working", _("working group")

    class State(models.TextChoices):
        """Where a group stands."""

        FORMING = "forming", _("forming")
        ACTIVE = "active", _("active")
        SUSPENDED = "suspended", _("suspended")
        CLOSED = "closed", _("closed")

    class DecisionRule(models.TextChoices):
        """How the group decides."""

        CONSENSUS = "consensus", _("by consensus")
        MAJORITY = "majority", _("by majority")
        ADVISORY = "advisory", _("it advises, others decide")

    task_force = models.OneToOneField(TaskForce, on_delete=models.PROTECT, primary_key=True, related_name="+")
    reference = models.CharField(max_length=14, unique=True)
    keeper = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.WORKING)
    state = models.CharField(max_length=10, choices=State, default=State.FORMING)
    state_reason = models.TextField(blank=True)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    purpose = models.TextField()
    objectives = models.JSONField(default=list, help_text="One sentence each.")
    scope = models.TextField(blank=True)
    out_of_scope = models.TextField(blank=True)
    communication = models.TextField(blank=True, help_text="Who tells whom what, how, and how fast.")
    legal_basis = models.CharField(max_length=300, blank=True)
    decision_rule = models.CharField(max_length=10, choices=DecisionRule, default=DecisionRule.CONSENSUS)
    quorum = models.PositiveSmallIntegerField(default=0, help_text="Organisations that must be present.")
    rhythm_days = models.PositiveSmallIntegerField(default=0, help_text="Days from meeting to meeting.")
    review_on = models.DateField(null=True, blank=True)
    # Its texts in other languages: {"fr": {"purpose": …}}.
    texts = models.JSONField(default=dict)

    objects: ClassVar[OfMembers[Group]] = OfMembers()  # type: ignore[assignment]

    TRANSLATED = ("purpose", "scope", "out_of_scope", "communication")

    def __str__(self) -> str:
        return str(self.task_force)

    @property
    def audit_record_id(self) -> uuid.UUID:
        """Its events stand together."""
        return self.task_force_id

    def text(self, field: str) -> str:
        """One of its texts in the reader's language, else as it was written."""
        told = {code: texts.get(field, "") for code, texts in self.texts.items()}
        return in_readers_language(told, getattr(self, field))


class OnGroup(models.Model):
    """Something that belongs to one group."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    @property
    def audit_record_id(self) -> uuid.UUID:
        """Its events are the group's events."""
        group_id: uuid.UUID = self.group_id
        return group_id


class Place(OnGroup):
    """An organisation's place in a group: invited, accepted or left, and what it answers for there."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=f"({IS_JOB} or {IS_MEMBER} and (group_id = any({READERS}) or organisation_id = {ORGANISATION}"
        f" or {OF_KEEPER}))",
        insert=f"({IS_JOB} or {IS_MEMBER} and {OF_KEEPER})",
        change=f"({IS_JOB} or {IS_MEMBER} and ({OF_KEEPER} or {OF_OWN}))",
        is_kept=True,
    )

    class State(models.TextChoices):
        """How far an organisation belongs."""

        INVITED = "invited", _("invited")
        ACCEPTED = "accepted", _("member")
        DECLINED = "declined", _("declined")
        LEFT = "left", _("left")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.INVITED)
    answers_for = models.TextField(blank=True, help_text="What the organisation is responsible for here.")
    may_commit = models.BooleanField(default=False, help_text="Its representative may commit it.")
    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Places[Place]] = Places()  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["group", "organisation"], name="partnership_one_place"),
        )

    def __str__(self) -> str:
        return f"{self.organisation} in {self.group}"
