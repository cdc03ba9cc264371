"""What organisations agreed to share: agreements, their parties and their clauses."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from entente.agreements.vocabulary import INTERIM, SENSITIVE, Category, Purpose
from entente.audit import clock
from entente.audit.doors import IS_JOB, IS_MEMBER, ORGANISATION, ROLE
from entente.audit.tables import NO_PERSONAL_DATA, DataPolicy, Wall
from entente.people.models import Membership, Organisation
from entente.people.words import in_readers_language

# Every member may know what was agreed; drafts stay with their keeper and the parties.
IS_PARTY = (
    f"coalesce((select true from agreements_party y where y.agreement_id = %s"
    f" and y.organisation_id = {ORGANISATION} limit 1), false)"
)
# Whoever may bind their organisation; the keeper runs an agreement, each party signs for itself.
BINDS = f"{IS_MEMBER} and {ROLE} in ('coordinator', 'officer')"
KEEPS = f"({IS_JOB} or {BINDS} and keeper_id = {ORGANISATION})"
OF_KEEPER = f"{BINDS} and authz.keeps(agreement_id)"
# A coordinator says who may sign for their own organisation.
RECORDS_MANDATES = (
    f"({IS_JOB} or {IS_MEMBER} and {ROLE} = 'coordinator' and organisation_id = {ORGANISATION})"
)


class Agreement(models.Model):
    """What organisations promised each other about sharing: it decides who sees what."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=f"({IS_JOB} or {IS_MEMBER} and (state <> 'draft' or keeper_id = {ORGANISATION}"
        f" or {IS_PARTY % 'agreements_agreement.id'}))",
        insert=KEEPS,
        change=KEEPS,
        public="select",  # the policy of records asks here; a visitor sees no row
        columns=("kind", "title", "titles", "state", "starts_at", "ends_at"),
        # What somebody signed, and what lives, keeps its name and its time; it may end earlier, not later.
        never="old.state = 'ended' and new.state <> 'ended'"
        " or old.state <> 'draft' and new.state = 'draft'"
        " or (old.state <> 'draft' or not authz.nobody_signed(old.id))"
        " and (row(new.kind, new.title, new.titles, new.starts_at)"
        " is distinct from row(old.kind, old.title, old.titles, old.starts_at)"
        " or coalesce(new.ends_at, 'infinity') > coalesce(old.ends_at, 'infinity'))",
    )

    class Kind(models.TextChoices):
        """What sort of arrangement it is."""

        SHARING = "sharing", _("information-sharing agreement")
        JOINT = "joint", _("joint-controller arrangement")
        PRISON = "prison", _("prison protocol")
        AFFECTED = "affected", _("agreement on contact details of people affected")
        INTERIM = "interim", _("interim protocol")

    class State(models.TextChoices):
        """Where an agreement stands. Only interim and in force open anything."""

        DRAFT = "draft", _("draft")
        INTERIM = "interim", _("interim")
        IN_FORCE = "in_force", _("in force")
        SUSPENDED = "suspended", _("suspended")
        ENDED = "ended", _("ended")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    keeper = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.SHARING)
    title = models.CharField(max_length=200)
    titles = models.JSONField(default=dict, help_text="The title in other languages, by language code.")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    starts_at = models.DateTimeField(default=clock.now)
    ends_at = models.DateTimeField(null=True, blank=True)
    # The one it amends: that one ends at the second in which this one enters into force.
    succeeds = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return in_readers_language(self.titles, self.title)

    @property
    def audit_record_id(self) -> uuid.UUID:
        """Its events stand together; whoever may know of the agreement reads them."""
        return self.id


class OnAgreement(models.Model):
    """Something that belongs to one agreement."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="+")

    class Meta:
        abstract = True


class Party(OnAgreement):
    """An organisation that joined an agreement, and whether it has signed."""

    data_policy = DataPolicy(holds="who signed", purpose="knowing what was agreed", keep="for good")
    wall = Wall(
        read=f"({IS_JOB} or {IS_MEMBER})",
        insert=f"({IS_JOB} or {OF_KEEPER}"
        " and signed_at is null and signed_by_id is null and left_at is null)",
        # Who may bind an organisation takes it out of an agreement; who has a mandate signs for it.
        change=f"({IS_JOB} or {IS_MEMBER} and organisation_id = {ORGANISATION}"
        f" and ({ROLE} in ('coordinator', 'officer') or authz.may_sign(agreement_id)))",
        public="select",
        is_kept=True,
        columns=("signed_at", "signed_by_id", "signed_under", "reservation", "left_at"),
        never="old.left_at is not null"
        " or old.signed_at is not null"
        " and row(new.signed_at, new.signed_by_id, new.signed_under, new.reservation)"
        " is distinct from row(old.signed_at, old.signed_by_id, old.signed_under, old.reservation)"
        " or new.signed_at is not null and old.signed_at is null"
        " and (new.signed_by_id is distinct from authz.member() or not authz.may_sign(old.agreement_id))"
        " or new.left_at is not null"
        " and coalesce(authz.role(), '') not in ('coordinator', 'officer')",
    )

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    joined_at = models.DateTimeField(default=clock.now)
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    signed_under = models.CharField(max_length=300, blank=True, default="", db_default="")  # which act
    reservation = models.TextField(blank=True, default="", db_default="")
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["agreement", "organisation"], name="agreements_one_party"),
        )
        indexes = (models.Index(fields=["organisation", "agreement"], name="agreements_of_organisation"),)

    def __str__(self) -> str:
        return str(self.organisation)


class Clause(OnAgreement):
    """For one purpose, things of one category go from one organisation to another."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=f"({IS_JOB} or {IS_MEMBER})",
        # What somebody signed stays as they read it.
        insert=f"({IS_JOB} or {OF_KEEPER} and authz.nobody_signed(agreement_id))",
        change=f"({IS_JOB} or {OF_KEEPER} and authz.nobody_signed(agreement_id))",
        public="select",
        columns=("opens_secrecy", "holds_in_interim"),
    )

    number = models.IntegerField()
    purpose = models.CharField(max_length=20, choices=Purpose)
    category = models.CharField(max_length=40, choices=Category)
    giving = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    receiving = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    opens_secrecy = models.BooleanField(default=False)
    holds_in_interim = models.BooleanField(default=False)
    legal_basis = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = (models.Index(fields=["agreement", "purpose", "giving"], name="agreements_sheets"),)
        constraints = (
            models.UniqueConstraint(
                fields=["agreement", "purpose", "category", "giving", "receiving"],
                name="agreements_one_clause",
            ),
            models.CheckConstraint(
                condition=models.Q(holds_in_interim=False) | models.Q(category__in=sorted(INTERIM)),
                name="agreements_interim_categories",
            ),
            models.CheckConstraint(
                condition=~models.Q(giving=models.F("receiving")), name="agreements_two_organisations"
            ),
        )

    def __str__(self) -> str:
        return str(self.number)

    @property
    def is_sensitive(self) -> bool:
        """Whether the law protects this category more than others."""
        return self.category in SENSITIVE


class Mandate(models.Model):
    """Who may sign agreements for an organisation, from when until when, and by which act."""

    data_policy = DataPolicy(
        holds="who may sign for which organisation",
        purpose="knowing that a signature binds",
        keep="ten years after its end",
    )
    wall = Wall(
        read=f"({IS_JOB} or {IS_MEMBER} and organisation_id = {ORGANISATION})",
        insert=f"{RECORDS_MANDATES} and coalesce((select m.organisation_id"
        " = agreements_mandate.organisation_id from people_membership m"
        " where m.id = membership_id limit 1), false)",
        change=RECORDS_MANDATES,
        is_kept=True,
        columns=("until", "end_reason"),
        # It ends earlier, never later, and not before now.
        never="coalesce(new.until, 'infinity') > coalesce(old.until, 'infinity')"
        " or new.until < authz.at() - interval '1 hour'",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(null=True, blank=True)
    kinds = models.JSONField(default=list, help_text="Kinds of agreement; none named means all.")
    act = models.CharField(max_length=300, help_text="The act that gives it, with its date.")
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    end_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = (models.Index(fields=["organisation", "membership"], name="agreements_mandates"),)

    def __str__(self) -> str:
        return self.act

    def covers(self, kind: str) -> bool:
        """Whether it is for this kind of agreement."""
        return not self.kinds or kind in self.kinds
