"""The local strategy: needs and assets by place, objectives, owned and budgeted actions, and its reviews."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entente.audit import clock
from entente.audit.doors import AT, IS_JOB, IS_MEMBER, ORGANISATION, READERS, ROLE
from entente.audit.tables import NO_PERSONAL_DATA, Wall
from entente.partnership.models.groups import Group
from entente.partnership.models.worded import Worded
from entente.partnership.scoping import DRAFT_THEN_PUBLIC, DraftedThenPublic
from entente.people.models import Area, Organisation
from entente.records.models import Record

KEEPS = f"({IS_JOB} or {IS_MEMBER} and {ROLE} = 'coordinator' and owner_id = {ORGANISATION})"
WITH_IT = "coalesce((select true from partnership_strategy s where s.id = strategy_id limit 1), false)"
# The owner's people and the group write while nothing is adopted; afterwards every word stays.
WRITES = (
    f"{IS_MEMBER} and {ROLE} <> 'overseer' and coalesce((select s.state in ('draft', 'consulted')"
    f" and (s.owner_id = {ORGANISATION} or s.group_id = any({READERS}))"
    " from partnership_strategy s where s.id = strategy_id limit 1), false)"
)
KEEPER_OF = (
    f"({IS_JOB} or {IS_MEMBER} and {ROLE} = 'coordinator' and coalesce((select s.owner_id = {ORGANISATION}"
    " from partnership_strategy s where s.id = strategy_id limit 1), false))"
)


class Strategy(Worded):
    """One version of what the city and its partners want to reach in some years, why, and with what."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=DRAFT_THEN_PUBLIC,
        insert=f"({KEEPS} and state = 'draft')",
        change=KEEPS,
        public="select",
        is_kept=True,
        never="old.state = 'superseded' or old.state in ('adopted', 'in_force') and ("
        "new.state in ('draft', 'consulted') or row(new.family, new.number, new.reference, new.owner_id,"
        " new.language, new.texts, new.first_day, new.last_day, new.adopted_on) is distinct from"
        " row(old.family, old.number, old.reference, old.owner_id, old.language, old.texts,"
        " old.first_day, old.last_day, old.adopted_on))",
    )

    class State(models.TextChoices):
        """Where a version of the strategy stands."""

        DRAFT = "draft", _("draft")
        CONSULTED = "consulted", _("being consulted on")
        ADOPTED = "adopted", _("adopted")
        IN_FORCE = "in_force", pgettext_lazy("a strategy", "in force")
        SUPERSEDED = "superseded", pgettext_lazy("a strategy", "superseded")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    family = models.UUIDField(default=uuid.uuid4, help_text="The same for every version for one period.")
    reference = models.CharField(max_length=14)
    number = models.PositiveSmallIntegerField(default=1)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    edition = models.PositiveIntegerField(default=1)
    first_day = models.DateField()
    last_day = models.DateField()
    consulted_at = models.DateTimeField(null=True, blank=True)
    adopted_on = models.DateField(null=True, blank=True)
    public_since = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[DraftedThenPublic[Strategy]] = DraftedThenPublic()  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["reference", "number"], name="partnership_strategy_version"),
            models.UniqueConstraint(
                fields=["family"], condition=Q(state="in_force"), name="partnership_one_strategy_in_force"
            ),
            models.CheckConstraint(
                condition=Q(first_day__lt=F("last_day")), name="partnership_strategy_period"
            ),
        )

    def __str__(self) -> str:
        return str(self.said("title"))

    @property
    def audit_record_id(self) -> uuid.UUID:
        """The events of all its versions stand together."""
        return self.family


class OnStrategy(Worded):
    """Something that belongs to one version of the strategy and is read by whoever reads that."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="+")
    edition = models.PositiveIntegerField(default=1)
    place = models.PositiveSmallIntegerField(default=1)

    class Meta:
        abstract = True

    @property
    def audit_record_id(self) -> uuid.UUID:
        """Its events are the strategy's events."""
        return self.strategy.family


def _written_with(*, is_kept: bool = False) -> Wall:
    """Read with the strategy, and written while nothing of it is adopted."""
    writes = f"({IS_JOB} or {WRITES})"
    return Wall(read=WITH_IT, insert=writes, change=writes, public="select", is_kept=is_kept)


class Passage(OnStrategy):
    """One part of the strategy's text: the need, the purpose, the response, or how it is evaluated."""

    data_policy = NO_PERSONAL_DATA
    wall = _written_with(is_kept=True)

    class Part(models.TextChoices):
        """The parts a strategy has."""

        NEED = "need", _("Statement of need")
        PURPOSE = "purpose", _("Purpose")
        RESPONSE = "response", _("Response and recovery")
        EVALUATION = "evaluation", _("How it is evaluated")

    part = models.CharField(max_length=10, choices=Part)

    objects: ClassVar[DraftedThenPublic[Passage]] = DraftedThenPublic("strategy__")  # type: ignore[assignment]

    class Meta:
        constraints = (models.UniqueConstraint(fields=["strategy", "part"], name="partnership_one_passage"),)

    def __str__(self) -> str:
        return self.get_part_display()


class Finding(OnStrategy):
    """What a place needs, or what it already has. It speaks of a place, never of a people or a person."""

    data_policy = NO_PERSONAL_DATA
    wall = _written_with()

    class Sort(models.TextChoices):
        """Whether something is missing or there."""

        NEED = "need", _("need")
        ASSET = "asset", _("asset")

    sort = models.CharField(max_length=5, choices=Sort)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    source_on = models.DateField(help_text="When the source is from.")

    objects: ClassVar[DraftedThenPublic[Finding]] = DraftedThenPublic("strategy__")  # type: ignore[assignment]

    def __str__(self) -> str:
        return str(self.said("text"))


class Objective(OnStrategy):
    """Something the strategy wants to reach: what, measured how, from where to where, by when."""

    data_policy = NO_PERSONAL_DATA
    wall = _written_with()

    by_when = models.DateField()

    objects: ClassVar[DraftedThenPublic[Objective]] = DraftedThenPublic("strategy__")  # type: ignore[assignment]

    def __str__(self) -> str:
        return str(self.said("what"))


class PlannedAction(OnStrategy):
    """What an organisation does for an objective, from when to when, by which post and with what money."""

    data_policy = NO_PERSONAL_DATA
    wall = _written_with()

    class State(models.TextChoices):
        """How far an action is."""

        PLANNED = "planned", pgettext_lazy("an action of the strategy", "planned")
        GOING = "going", _("going on")
        DONE = "done", pgettext_lazy("an action of the strategy", "done")
        DROPPED = "dropped", _("dropped")

    objective = models.ForeignKey(Objective, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    # How far it was when this version began; what happened since stands in its progress.
    state = models.CharField(max_length=7, choices=State, default=State.PLANNED)
    starts_on = models.DateField()
    ends_on = models.DateField()
    budget = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    secured = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    currency = models.CharField(max_length=3, default="EUR")

    objects: ClassVar[DraftedThenPublic[PlannedAction]] = DraftedThenPublic("strategy__")  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="partnership_action_days"),
            models.CheckConstraint(
                condition=Q(budget__gte=0) & Q(secured__gte=0) & Q(secured__lte=F("budget")),
                name="partnership_action_money",
            ),
        )

    def __str__(self) -> str:
        return str(self.said("what"))


class Progress(Worded):
    """How far an action was on a day, in words, as the organisation that owns it says."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read="coalesce((select true from partnership_plannedaction a where a.id = action_id limit 1), false)",
        insert=f"({IS_JOB} or {IS_MEMBER} and {ROLE} <> 'overseer' and organisation_id = {ORGANISATION}"
        " and coalesce((select s.state in ('adopted', 'in_force')"
        f" and (a.owner_id = {ORGANISATION} or s.owner_id = {ORGANISATION}) from partnership_plannedaction a"
        " join partnership_strategy s on s.id = a.strategy_id where a.id = action_id limit 1), false))",
        public="select",
        is_kept=True,
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    action = models.ForeignKey(PlannedAction, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=7, choices=PlannedAction.State)
    secured = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    at = models.DateTimeField(default=clock.now)

    objects: ClassVar[DraftedThenPublic[Progress]] = DraftedThenPublic("action__strategy__")  # type: ignore[assignment]

    def __str__(self) -> str:
        return str(self.said("note"))

    @property
    def audit_record_id(self) -> uuid.UUID:
        """Its events are the strategy's events."""
        return self.action.strategy.family


class Citation(models.Model):
    """The source of a passage: a record everybody may read or a paper with its date, and a sentence."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=WITH_IT,
        # What is not public is never cited, not even in a draft.
        insert=f"({IS_JOB} or {WRITES} and (reference = '' and record_id is null"
        f" or coalesce((select r.public_since <= {AT} from records_record r where r.id = record_id limit 1),"
        f" (select e.public_since <= {AT} from partnership_decisionessence e"
        " where record_id is null and e.reference = partnership_citation.reference limit 1), false)))",
        change=f"({IS_JOB} or {WRITES})",
        public="select",
        columns=("record_id",),
        never="new.record_id is not null and new.record_id is distinct from old.record_id",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="+")
    passage = models.ForeignKey(Passage, on_delete=models.PROTECT, related_name="+")
    record = models.ForeignKey(Record, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reference = models.CharField(max_length=14, blank=True)
    source = models.CharField(max_length=300, blank=True)
    address = models.URLField(blank=True)
    source_on = models.DateField(null=True, blank=True)
    sentence = models.TextField(blank=True)
    language = models.CharField(max_length=5, default="en")

    objects: ClassVar[DraftedThenPublic[Citation]] = DraftedThenPublic("strategy__")  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(reference="") | (~Q(source="") & Q(source_on__isnull=False)),
                name="partnership_citation_has_a_source",
            ),
        )

    def __str__(self) -> str:
        return self.reference or self.source

    @property
    def audit_record_id(self) -> uuid.UUID:
        """Its events are the strategy's events."""
        return self.strategy.family


class StrategyReview(Worded):
    """The yearly look back at the strategy: when it is due, what was learnt, what changes."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=WITH_IT,
        insert=KEEPER_OF,
        change=KEEPER_OF,
        public="select",
        is_kept=True,
        columns=("held_on", "language", "texts", "reminded_at"),
        never="old.held_on is not null",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    held_on = models.DateField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[DraftedThenPublic[StrategyReview]] = DraftedThenPublic("strategy__")  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["strategy"], condition=Q(held_on=None), name="partnership_one_review_due"
            ),
        )

    def __str__(self) -> str:
        return f"{self.due_on}"

    @property
    def audit_record_id(self) -> uuid.UUID:
        """Its events are the strategy's events."""
        return self.strategy.family
