"""What a group decided and what it refused, with the reasons, and the dissent that stays."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.doors import AT, IS_JOB, IS_MEMBER, KIND, MEMBER
from entente.audit.tables import NO_PERSONAL_DATA, DataPolicy, Wall
from entente.partnership.models.groups import Group, OnGroup
from entente.partnership.models.meetings import KEEPER_SITS, OVERSEER, SITS, Meeting
from entente.partnership.scoping import BY_SEAT, Overseen, Published
from entente.people.models import Membership, Organisation
from entente.people.words import in_readers_language

DISSENT_DAYS = 7
SAID = ("outcome", "reasons", "in_favour", "against", "abstained", "decided_on", "decided_at", "decided_by")


def as_said(row: str) -> str:
    """What a decision says once it is made, in one row."""
    return f"row({', '.join(f'{row}.{column}' for column in SAID)})"


class GroupDecision(OnGroup):
    """A decision of a group: the question, what was weighed, what was decided or refused, and why."""

    data_policy = DataPolicy(
        holds="who proposed a decision", purpose="knowing who answers for it", keep="for good"
    )
    wall = Wall(
        read=f"({BY_SEAT} or {OVERSEER})",
        insert=f"({IS_JOB} or {SITS} and proposed_by_id = {MEMBER} and state = 'proposed'"
        " and decided_at is null and reversed_by_id is null)",
        change=f"({IS_JOB} or {KEEPER_SITS})",
        is_kept=True,
        columns=("state", *SAID, "reversed_by_id", "reversal"),
        never=f"old.state <> 'proposed' and {as_said('new')} is distinct from {as_said('old')}"
        " or old.state = 'reversed' or new.state = 'proposed'"
        " or old.state in ('taken', 'refused') and new.state not in (old.state, 'reversed')"
        " or new.state in ('taken', 'refused') and btrim(new.reasons) = ''",
    )

    class State(models.TextChoices):
        """What became of the question."""

        PROPOSED = "proposed", _("proposed")
        TAKEN = "taken", _("decided")
        REFUSED = "refused", _("refused")
        REVERSED = "reversed", _("reversed")

    reference = models.CharField(max_length=14, unique=True)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, null=True, related_name="+")
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    question = models.CharField(max_length=300)
    options = models.JSONField(default=list, help_text="What was weighed beside doing nothing.")
    doing_nothing = models.TextField(help_text="What happens if nothing is done.")
    rights_impact = models.TextField(help_text="Whose rights it touches, and how.")
    rule = models.CharField(max_length=10, choices=Group.DecisionRule)
    proposed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    proposed_by_name = models.CharField(max_length=200)
    proposed_at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=8, choices=State, default=State.PROPOSED)
    outcome = models.TextField(blank=True, help_text="What was decided, or what was refused.")
    reasons = models.TextField(blank=True)
    in_favour = models.PositiveSmallIntegerField(null=True)
    against = models.PositiveSmallIntegerField(null=True)
    abstained = models.PositiveSmallIntegerField(null=True)
    decided_on = models.DateField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True, help_text="For a group that advises.")
    reversed_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    reversal = models.TextField(blank=True, help_text="Why it does not hold any longer.")

    objects: ClassVar[Overseen[GroupDecision]] = Overseen()  # type: ignore[assignment]

    class Meta:
        indexes = (models.Index(fields=["group", "-proposed_at"], name="partnership_decisions_in_time"),)

    def __str__(self) -> str:
        return self.question

    @property
    def is_made(self) -> bool:
        """Whether the group has said yes or no."""
        return self.decided_at is not None

    @property
    def dissent_until(self) -> object:
        """Until when a member may still say that they see it otherwise."""
        return self.decided_at + timedelta(days=DISSENT_DAYS) if self.decided_at else None


class Dissent(OnGroup):
    """That somebody saw it otherwise, in their own words; it stays with the decision."""

    data_policy = DataPolicy(
        holds="who disagreed with a decision and why", purpose="an honest record", keep="with the decision"
    )
    wall = Wall(
        read=f"({BY_SEAT} or {OVERSEER})",
        # One's own, or as it was said in the meeting; soon after the decision and never later.
        insert=f"({IS_JOB} or {SITS} and noted_by_id = {MEMBER}"
        f" and (membership_id = {MEMBER} or {KEEPER_SITS})"
        f" and coalesce((select d.decided_at + interval '{DISSENT_DAYS} days' > {AT}"
        " from partnership_groupdecision d where d.id = decision_id limit 1), false))",
        is_kept=True,
    )

    decision = models.ForeignKey(GroupDecision, on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    noted_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Overseen[Dissent]] = Overseen()  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["decision", "membership"], name="partnership_one_dissent"),
        )

    def __str__(self) -> str:
        return self.name


class DecisionEssence(OnGroup):
    """What everybody may read of a decision: what was decided or refused, by whom, why, and when."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        # What is hidden separately is its own row: the question, the votes and the names are not in it.
        read=f"({KIND} is not null and public_since <= {AT} or {IS_JOB} or {IS_MEMBER})",
        # Of a decision of this very group, as it was made.
        insert=f"({IS_JOB} or {KEEPER_SITS} and coalesce((select d.state in ('taken', 'refused')"
        " and d.state = partnership_decisionessence.state"
        " and d.reference = partnership_decisionessence.reference"
        " and d.group_id = partnership_decisionessence.group_id"
        " from partnership_groupdecision d where d.id = decision_id limit 1), false))",
        change=f"({IS_JOB} or {KEEPER_SITS})",
        public="select",
        is_kept=True,
        columns=("state", "reversed_on", "reversal"),
        never="old.state = 'reversed' or new.state not in (old.state, 'reversed')"
        " or new.state <> 'reversed' and row(new.reversed_on, new.reversal)"
        " is distinct from row(old.reversed_on, old.reversal)",
    )

    decision = models.OneToOneField(GroupDecision, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=14)
    state = models.CharField(max_length=8, choices=GroupDecision.State)
    language = models.CharField(max_length=5)
    # {"en": {"what": …, "reasons": …}}, in every language it was written in.
    texts = models.JSONField(default=dict)
    group_name = models.CharField(max_length=200)
    group_names = models.JSONField(default=dict)
    rule = models.CharField(max_length=10, choices=Group.DecisionRule)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_on = models.DateField()
    public_since = models.DateTimeField(default=clock.now)
    reversed_on = models.DateField(null=True)
    reversal = models.JSONField(default=dict, help_text="Why it does not hold any longer, by language.")

    objects: ClassVar[Published[DecisionEssence]] = Published()  # type: ignore[assignment]

    class Meta:
        indexes = (models.Index(fields=["-decided_on"], name="partnership_essences_in_time"),)

    def __str__(self) -> str:
        return self.text("what")

    def text(self, field: str) -> str:
        """One of its texts in the reader's language, else in the one it was written in."""
        told = {code: texts.get(field, "") for code, texts in self.texts.items()}
        return in_readers_language(told, told.get(self.language, ""))

    @property
    def group_said(self) -> str:
        """The group's name in the reader's language."""
        return in_readers_language(self.group_names, self.group_name)

    @property
    def reasons_said(self) -> str:
        """Why, in the reader's language."""
        return self.text("reasons")

    @property
    def reversal_said(self) -> str:
        """Why it does not hold any longer, in the reader's language."""
        return in_readers_language(self.reversal, self.reversal.get(self.language, ""))
