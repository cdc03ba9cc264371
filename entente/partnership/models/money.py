"""Who pays for the partnership's work, how much, until when, and what was spent of it."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from entente.audit import clock
from entente.audit.actors import Actor
from entente.audit.doors import IS_JOB, IS_MEMBER, MEMBER, ORGANISATION, ROLE
from entente.audit.tables import NO_PERSONAL_DATA, DataPolicy, Wall
from entente.people.models import Membership, Organisation
from entente.records.scoping import Guarded, R

KEEPS_FUND = f"({IS_JOB} or {IS_MEMBER} and {ROLE} = 'coordinator' and keeper_id = {ORGANISATION})"
NAMED = (
    "coalesce((select true from partnership_fundreader n where n.fund_id = partnership_fund.id"
    f" and n.organisation_id = {ORGANISATION} limit 1), false)"
)
OF_OWN_FUND = (
    f"({IS_JOB} or {IS_MEMBER} and {ROLE} = 'coordinator' and coalesce((select f.keeper_id = {ORGANISATION}"
    " from partnership_fund f where f.id = fund_id limit 1), false))"
)


class OfKeeperAndNamed(Guarded[R]):
    """For who may read about money: its keeper, and each organisation about itself."""

    def condition(self, reader: Actor) -> Q:
        if reader.actor_kind == "job":
            return Q()
        own = reader.actor_organisation_id
        return Q(keeper_id=own) | Q(organisation_id=own) if own else Q(pk__in=[])


class Funds(Guarded[R]):
    """For money: its keeper, and the organisations it names."""

    def condition(self, reader: Actor) -> Q:
        if reader.actor_kind == "job":
            return Q()
        own = reader.actor_organisation_id
        if own is None:
            return Q(pk__in=[])
        named = FundReader.objects.visible_to(reader).filter(organisation_id=own)
        return Q(keeper_id=own) | Q(pk__in=named.values("fund_id"))


class OfFund(Guarded[R]):
    """For what was spent: whoever may read about the fund."""

    def condition(self, reader: Actor) -> Q:
        return Q() if reader.actor_kind == "job" else Q(fund__in=Fund.objects.visible_to(reader).values("pk"))


def first_warnings() -> list[int]:
    """How many days before money ends somebody is told, unless the fund says otherwise."""
    return [90, 30]


class Fund(models.Model):
    """Money for something: who gives it, how much, from when to when, and who decided it."""

    data_policy = DataPolicy(
        holds="who decided to finance something, in which words", purpose="accountability", keep="10 years"
    )
    wall = Wall(
        read=f"({IS_JOB} or {IS_MEMBER} and (keeper_id = {ORGANISATION} or {NAMED}))",
        insert=KEEPS_FUND,
        change=KEEPS_FUND,
        is_kept=True,
        # What somebody pledged is not put into other words later, and money does not change hands.
        never="old.keeper_id <> new.keeper_id"
        " or old.pledge_words <> '' and (old.pledge_words <> new.pledge_words"
        " or old.pledge_by <> new.pledge_by or old.pledged_on is distinct from new.pledged_on)",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    keeper = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    funder = models.CharField(max_length=200)
    programme = models.CharField(max_length=200)
    what_for = models.TextField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3, default="EUR")
    hours = models.DecimalField(max_digits=9, decimal_places=1, null=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    reports_on = models.JSONField(default=list, help_text="Days on which the funder gets a report.")
    warn_days = models.JSONField(default=first_warnings)
    warned = models.JSONField(default=list, help_text="Of these days, those somebody was told of.")
    pledge_by = models.CharField(max_length=200, blank=True)
    pledged_on = models.DateField(null=True)
    pledge_words = models.TextField(blank=True)
    pays_for = models.CharField(
        max_length=300, blank=True, help_text="An action of the strategy, a resource."
    )

    objects: ClassVar[Funds[Fund]] = Funds()  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="partnership_fund_lasts"),
            models.CheckConstraint(condition=Q(amount__gt=Decimal(0)), name="partnership_fund_is_money"),
        )

    def __str__(self) -> str:
        return f"{self.programme} ({self.funder})"

    def days_left(self, today: date) -> int:
        """Days after today until it ends; negative when it is over."""
        return (self.ends_on - today).days


class FundReader(models.Model):
    """An organisation that may read about a fund although another one keeps it."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=f"({IS_JOB} or {IS_MEMBER}"
        f" and (keeper_id = {ORGANISATION} or organisation_id = {ORGANISATION}))",
        insert=f"({KEEPS_FUND} and ({IS_JOB} or authz.keeps_fund(fund_id)))",
        change=f"({KEEPS_FUND} and ({IS_JOB} or authz.keeps_fund(fund_id)))",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="+")
    # The fund's: asking the fund's own policy, which asks here, would never end.
    keeper = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[OfKeeperAndNamed[FundReader]] = OfKeeperAndNamed()  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["fund", "organisation"], name="partnership_fund_named_once"),
        )

    def __str__(self) -> str:
        return f"{self.organisation_id} reads {self.fund_id}"


class FundEntry(models.Model):
    """Something spent of a fund, or given back; a mistake is put right by another entry, never changed."""

    data_policy = DataPolicy(holds="who entered what was spent", purpose="accountability", keep="10 years")
    wall = Wall(
        read=f"({IS_JOB} or {IS_MEMBER} and coalesce((select true from partnership_fund f"
        " where f.id = fund_id limit 1), false))",
        insert=f"({OF_OWN_FUND} and entered_by_id = {MEMBER})",
        is_kept=True,
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="+")
    spent_on = models.DateField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    what = models.CharField(max_length=300)
    entered_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[OfFund[FundEntry]] = OfFund()  # type: ignore[assignment]

    class Meta:
        indexes = (models.Index(fields=["fund", "-spent_on"], name="partnership_spent"),)

    def __str__(self) -> str:
        return f"{self.amount} {self.what}"
