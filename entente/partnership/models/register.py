"""What everybody reads about agreements, and the impact assessments behind them."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from entente.agreements.models import IS_PARTY, Agreement, OnAgreement
from entente.audit import clock
from entente.audit.actors import Actor
from entente.audit.doors import IS_JOB, IS_MEMBER, ORGANISATION, ROLE
from entente.audit.tables import NO_PERSONAL_DATA, Wall
from entente.partnership.scoping import OfEverybody, OfParties
from entente.people.models import Organisation
from entente.people.words import in_readers_language

EVERYBODY = "(select authz.kind()) is not null"
BINDS = f"{IS_MEMBER} and {ROLE} in ('coordinator', 'officer')"
KEEPER = (
    f"coalesce((select a.keeper_id = {ORGANISATION} from agreements_agreement a"
    " where a.id = agreement_id limit 1), false)"
)
KEEPER_OR_PARTY = (
    f"coalesce((select a.keeper_id = {ORGANISATION} or {IS_PARTY % 'a.id'}"
    " from agreements_agreement a where a.id = agreement_id limit 1), false)"
)
# Nobody describes a draft to the public, and nobody but its keeper describes an agreement.
LIVES = (
    f"coalesce((select a.keeper_id = {ORGANISATION} and a.state <> 'draft' from agreements_agreement a"
    " where a.id = agreement_id limit 1), false)"
)
TEXTS = ("scope", "necessity", "proportionality", "concerns", "measures", "consulted")
DECIDED = "('approved', 'conditions', 'rejected')"


class Publication(OnAgreement):
    """The essence of an agreement as everybody may read it; a change is a new version, and all are kept."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=EVERYBODY,
        # Nobody describes an agreement under another one's reference.
        insert=f"({IS_JOB} or {BINDS} and {LIVES} and authz.is_own_reference(reference, agreement_id))",
        public="select",
        is_kept=True,
    )

    reference = models.CharField(max_length=14, help_text="The same for every version.")
    number = models.PositiveSmallIntegerField(default=1)
    published_at = models.DateTimeField(default=clock.now)
    kind = models.CharField(max_length=10, choices=Agreement.Kind)
    title = models.CharField(max_length=200)
    titles = models.JSONField(default=dict)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    essence = models.TextField()
    essences = models.JSONField(default=dict, help_text="The essence in other languages.")
    # What it says, as it stood: {"purpose": [category, …]}.
    terms = models.JSONField(default=dict)
    # Whom to ask at each party, never a person: {"slug": "post@…"}.
    contacts = models.JSONField(default=dict)

    objects: ClassVar[OfEverybody[Publication]] = OfEverybody()  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["agreement", "number"], name="partnership_one_publication"),
        )
        indexes = (models.Index(fields=["reference", "-number"], name="partnership_publication_of"),)

    def __str__(self) -> str:
        return in_readers_language(self.titles, self.title)

    @property
    def audit_record_id(self) -> uuid.UUID:
        """Its events are the agreement's events."""
        agreement_id: uuid.UUID = self.agreement_id
        return agreement_id

    @property
    def essence_told(self) -> dict[str, str]:
        """The essence in the reader's language, else as it was written: text, and its language."""
        told = in_readers_language(self.essences, "")
        if told:
            return {"text": told, "language": ""}
        return {"text": self.essence, "language": self.language}


class Assessment(OnAgreement):
    """What sharing under an agreement may do to people, weighed before it begins (GDPR, Article 35)."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=f"({IS_JOB} or {IS_MEMBER} and {KEEPER_OR_PARTY})",
        insert=f"({IS_JOB} or {BINDS} and {KEEPER} and state = 'draft' and opinion = ''"
        " and not is_favourable and opinion_at is null and decided_at is null)",
        change=f"({IS_JOB} or {BINDS} and {KEEPER})",
        is_kept=True,
        columns=(*TEXTS, "state", "opinion", "is_favourable", "opinion_at", "reasons", "conditions",
                 "categories", "decided_at", "review_on", "reminded_on"),
        # What was decided stays; the officer alone advises, and nobody decides on their own advice.
        never=f"old.state in {DECIDED} and row({', '.join(f'new.{name}' for name in TEXTS)}, new.state,"
        " new.opinion, new.is_favourable, new.opinion_at, new.reasons, new.conditions, new.categories,"
        f" new.decided_at, new.review_on) is distinct from row({', '.join(f'old.{name}' for name in TEXTS)},"
        " old.state, old.opinion, old.is_favourable, old.opinion_at, old.reasons, old.conditions,"
        " old.categories, old.decided_at, old.review_on)"
        " or row(new.opinion, new.is_favourable, new.opinion_at)"
        " is distinct from row(old.opinion, old.is_favourable, old.opinion_at)"
        " and authz.role() is distinct from 'officer'"
        f" or new.state in {DECIDED} and old.state not in {DECIDED}"
        " and (authz.role() is distinct from 'coordinator' or old.opinion_at is null)",
    )  # fmt: skip

    class State(models.TextChoices):
        """Where an assessment stands."""

        DRAFT = "draft", _("draft")
        OPINION = "opinion", _("the data protection officer has advised")
        APPROVED = "approved", _("approved")
        CONDITIONS = "conditions", _("approved with conditions")
        REJECTED = "rejected", _("rejected")

    number = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    scope = models.TextField(blank=True)
    necessity = models.TextField(blank=True)
    proportionality = models.TextField(blank=True)
    concerns = models.TextField(blank=True, help_text="What may go wrong for people.")
    measures = models.TextField(blank=True)
    consulted = models.TextField(blank=True)
    opinion = models.TextField(blank=True)
    is_favourable = models.BooleanField(default=False)
    opinion_at = models.DateTimeField(null=True, blank=True)
    reasons = models.TextField(blank=True)
    conditions = models.TextField(blank=True)
    categories = models.JSONField(default=list, help_text="What it looked at when it was decided.")
    opened_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    review_on = models.DateField(null=True, blank=True)
    reminded_on = models.DateField(null=True, blank=True)

    objects: ClassVar[OfParties[Assessment]] = OfParties()  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["agreement", "number"], name="partnership_one_assessment"),
        )

    def __str__(self) -> str:
        return str(self.agreement)

    @property
    def audit_record_id(self) -> uuid.UUID:
        """Its events are the agreement's events."""
        agreement_id: uuid.UUID = self.agreement_id
        return agreement_id

    @property
    def is_decided(self) -> bool:
        """Whether somebody decided on it."""
        return self.decided_at is not None


class BesideDescription(OfParties["Summary"]):
    """For what stands beside a description everybody reads; before that, for keeper and parties."""

    def condition(self, reader: Actor) -> models.Q:
        every: models.QuerySet[Publication] = models.QuerySet(Publication)
        described = every.filter(agreement_id=models.OuterRef("agreement_id"))
        return models.Q(models.Exists(described)) | super().condition(reader)


class Summary(OnAgreement):
    """What everybody may read of an assessment that was decided; kept as it was said."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        # Only beside a description everybody can read: else it would tell of a draft.
        read=f"({IS_JOB} or {IS_MEMBER} and {KEEPER_OR_PARTY} or {EVERYBODY} and coalesce((select true"
        " from partnership_publication p where p.agreement_id = partnership_summary.agreement_id limit 1),"
        " false))",
        # It says what was decided of this agreement, and nothing else.
        insert=f"({IS_JOB} or {BINDS} and {KEEPER} and coalesce((select a.decided_at is not null"
        " and a.agreement_id = partnership_summary.agreement_id and a.state = partnership_summary.state"
        " from partnership_assessment a where a.id = assessment_id limit 1), false))",
        public="select",
        is_kept=True,
    )

    assessment = models.OneToOneField(Assessment, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=Assessment.State)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    text = models.TextField()
    texts = models.JSONField(default=dict, help_text="The same in other languages.")
    decided_at = models.DateTimeField(default=clock.now)
    review_on = models.DateField()

    objects: ClassVar[BesideDescription] = BesideDescription()

    def __str__(self) -> str:
        return in_readers_language(self.texts, self.text)

    @property
    def audit_record_id(self) -> uuid.UUID:
        """Its events are the agreement's events."""
        agreement_id: uuid.UUID = self.agreement_id
        return agreement_id


class RetentionConfirmation(models.Model):
    """A data protection officer's word that the retention table holds in this installation."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=EVERYBODY,
        insert=f"({IS_MEMBER} and {ROLE} = 'officer' and organisation_id = {ORGANISATION})",
        public="select",
        is_kept=True,
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(default=clock.now)
    table_hash = models.CharField(max_length=64, help_text="Of the table as it stood.")

    objects: ClassVar[OfEverybody[RetentionConfirmation]] = OfEverybody()  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.confirmed_at:%Y-%m-%d}"
