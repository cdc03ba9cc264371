"""Task forces as people work in them: what for, who belongs, and who keeps the papers."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entente.audit import clock
from entente.audit.doors import IS_JOB, IS_MEMBER, MEMBER, ORGANISATION, READERS, ROLE
from entente.audit.tables import NO_PERSONAL_DATA, DataPolicy, Wall
from entente.partnership.scoping import EVERY_MEMBER, OfMembers, OfPeople, Places
from entente.people.models import HEADS, Membership, Organisation, Seat, TaskForce
from entente.people.words import in_readers_language

KEEPS = f"({IS_JOB} or {IS_MEMBER} and {HEADS} and keeper_id = {ORGANISATION})"
OF_KEEPER = (
    f"{HEADS} and coalesce((select g.keeper_id = {ORGANISATION} from partnership_group g"
    " where g.task_force_id = group_id limit 1), false)"
)
OF_OWN = f"{HEADS} and organisation_id = {ORGANISATION}"
# Groups to which the organisation that the reader speaks for is invited, or belongs.
OWN_GROUPS = "group_id = any((select authz.own_groups(false))::uuid[])"
IS_OVERSEER = f"{ROLE} = 'overseer'"


class Group(models.Model):
    """A task force as its members know it: its kind, purpose, scope, rules and who keeps its papers."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=EVERY_MEMBER,
        # Nobody makes themselves the keeper of a task force in which others sit already.
        insert=f"({IS_JOB} or {IS_MEMBER} and {HEADS} and keeper_id = {ORGANISATION}"
        " and authz.is_empty(task_force_id))",
        change=KEEPS,
        is_kept=True,
        columns=(
            "kind", "state", "state_reason", "language", "purpose", "objectives", "scope", "out_of_scope",
            "communication", "legal_basis", "decision_rule", "quorum", "rhythm_days", "review_on", "texts",
            "chair_id", "edition", "review_told_for",
        ),
        never="old.state = 'closed'",
    )  # fmt: skip

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
        SUSPENDED = "suspended", pgettext_lazy("a group", "suspended")
        CLOSED = "closed", pgettext_lazy("a group", "closed")

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
    # The review of which the keeper was reminded already.
    review_told_for = models.DateField(null=True, blank=True)
    chair = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Its texts in other languages: {"fr": {"purpose": …}}.
    texts = models.JSONField(default=dict)
    # Grows with each change, so that nobody overwrites what they did not see.
    edition = models.PositiveIntegerField(default=1)

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

    @property
    def told_purpose(self) -> str:
        """What it is for, in the reader's language."""
        return self.text("purpose")

    @property
    def told_scope(self) -> str:
        """What belongs to its work, in the reader's language."""
        return self.text("scope")

    @property
    def told_out_of_scope(self) -> str:
        """What does not, in the reader's language."""
        return self.text("out_of_scope")

    @property
    def told_communication(self) -> str:
        """Who tells whom what, in the reader's language."""
        return self.text("communication")

    @property
    def told_objectives(self) -> list[str]:
        """What it wants to reach, in the reader's language."""
        told = {code: texts.get("objectives") for code, texts in self.texts.items()}
        return in_readers_language(told, self.objectives)  # type: ignore[return-value]


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

    data_policy = DataPolicy(
        holds="which organisation belongs to which group, and who represents it there",
        purpose="knowing who speaks for whom",
        keep="with the group's papers",
    )
    wall = Wall(
        read=f"({IS_JOB} or {IS_MEMBER} and (group_id = any({READERS}) or organisation_id = {ORGANISATION}"
        f" or {IS_OVERSEER} or {OWN_GROUPS} or {OF_KEEPER}))",
        # The keeper invites; only for its own organisation it says yes as well.
        insert=f"({IS_JOB} or {IS_MEMBER} and {OF_KEEPER}"
        f" and (state = 'invited' or state = 'accepted' and organisation_id = {ORGANISATION}))",
        change=f"({IS_JOB} or {IS_MEMBER} and ({OF_KEEPER} or {OF_OWN}))",
        is_kept=True,
        columns=(
            "state", "answers_for", "may_commit", "representative_id", "deputy_id", "since", "until",
            "reason",
        ),
        never="old.state in ('declined', 'withdrawn', 'left')"
        " or authz.kind() = 'member' and authz.organisation() is distinct from old.organisation_id"
        " and (old.state <> 'invited' or new.state not in ('invited', 'withdrawn')"
        " or row(new.may_commit, new.representative_id, new.deputy_id)"
        " is distinct from row(old.may_commit, old.representative_id, old.deputy_id))",
    )  # fmt: skip

    class State(models.TextChoices):
        """How far an organisation belongs."""

        INVITED = "invited", _("invited")
        ACCEPTED = "accepted", _("member")
        DECLINED = "declined", pgettext_lazy("an organisation that was invited", "declined")
        WITHDRAWN = "withdrawn", _("invitation taken back")
        LEFT = "left", _("left")

    class Part(models.TextChoices):
        """As what somebody sits there for their organisation."""

        REPRESENTATIVE = "representative", _("representative")
        DEPUTY = "deputy", _("deputy")
        ALSO = "also", _("also sits there")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.INVITED)
    answers_for = models.TextField(blank=True, help_text="What the organisation is responsible for here.")
    may_commit = models.BooleanField(default=False, help_text="Its representative may commit it.")
    representative = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    deputy = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    invited_at = models.DateTimeField(default=clock.now)
    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True, help_text="Why it declined or left.")

    objects: ClassVar[Places[Place]] = Places()  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["group", "organisation"],
                condition=models.Q(state__in=("invited", "accepted")),
                name="partnership_one_place",
            ),
        )
        indexes = (models.Index(fields=["organisation", "state"], name="partnership_own_places"),)

    def __str__(self) -> str:
        return f"{self.organisation} in {self.group}"


class Pledge(OnGroup):
    """Somebody's word to keep to themselves what is said about people in the group."""

    data_policy = DataPolicy(
        holds="who promised confidentiality in which group, and when",
        purpose="trust between those who sit there",
        keep="with the membership",
    )
    wall = Wall(
        read=f"({IS_JOB} or {IS_MEMBER} and (group_id = any({READERS}) or membership_id = {MEMBER}"
        f" or {OF_KEEPER}))",
        insert=f"({IS_MEMBER} and membership_id = {MEMBER} and group_id = any({READERS})"
        " and coalesce((select s.membership_id = partnership_pledge.membership_id"
        " and s.task_force_id = partnership_pledge.group_id from people_seat s"
        " where s.id = partnership_pledge.seat_id limit 1), false))",
        is_kept=True,
    )

    seat = models.OneToOneField(Seat, on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(help_text="What was promised, as it was read.")
    language = models.CharField(max_length=5)
    given_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[OfPeople[Pledge]] = OfPeople()  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"{self.membership} {self.given_at:%Y-%m-%d}"
