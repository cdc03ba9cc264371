"""How an agreement comes to be: its dossier, the legal bases of its parties, and their officers' opinions."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from entente.agreements.models import BINDS, IS_PARTY, Agreement
from entente.agreements.vocabulary import Purpose
from entente.audit import clock
from entente.audit.doors import AT, IS_JOB, IS_MEMBER, MEMBER, ORGANISATION, ROLE
from entente.audit.tables import NO_PERSONAL_DATA, DataPolicy, Wall
from entente.partnership.scoping import OfAgreement, OfParties
from entente.people.models import Membership, Organisation

KNOWN = (
    f"({IS_JOB} or {IS_MEMBER} and coalesce((select true from agreements_agreement a"
    " where a.id = agreement_id limit 1), false))"
)
KEEPER = (
    f"coalesce((select a.keeper_id = {ORGANISATION} from agreements_agreement a"
    " where a.id = agreement_id limit 1), false)"
)
KEEPS_DOSSIER = f"({IS_JOB} or {BINDS} and {KEEPER})"
# The officer of an organisation; where there is none, its coordinator.
ADVISES = (
    f"({ROLE} = 'officer' or not exists (select from people_membership m where m.role = 'officer'"
    f" and m.organisation_id = {ORGANISATION} and m.since <= {AT}"
    f" and (m.ended_at is null or m.ended_at > {AT})))"
)
NOBODY_SIGNED = "authz.nobody_signed(agreement_id)"


class LegalBasis(models.TextChoices):
    """On what an organisation stands when it gives or receives: ordinary, special, offence, secrecy."""

    CONSENT = "gdpr_6_1_a", _("GDPR Article 6(1)(a): the person's consent")
    LEGAL_DUTY = "gdpr_6_1_c", _("GDPR Article 6(1)(c): a legal duty")
    VITAL = "gdpr_6_1_d", _("GDPR Article 6(1)(d): vital interests, in acute danger only")
    PUBLIC_TASK = "gdpr_6_1_e", _("GDPR Article 6(1)(e): a public task laid down by law")
    LEGITIMATE = "gdpr_6_1_f", _("GDPR Article 6(1)(f): legitimate interests, never for public authorities")
    ENFORCEMENT = "led_8", _("Law Enforcement Directive, Article 8: a task of a competent authority")
    SPECIAL_CONSENT = "gdpr_9_2_a", _("GDPR Article 9(2)(a): explicit consent")
    SPECIAL_VITAL = "gdpr_9_2_c", _("GDPR Article 9(2)(c): vital interests of somebody who can't consent")
    SPECIAL_INTEREST = "gdpr_9_2_g", _("GDPR Article 9(2)(g): substantial public interest laid down by law")
    SPECIAL_CARE = "gdpr_9_2_h", _("GDPR Article 9(2)(h): health or social care under professional secrecy")
    SPECIAL_STATISTICS = "gdpr_9_2_j", _("GDPR Article 9(2)(j): statistics or research")
    SPECIAL_ENFORCEMENT = "led_10", _("Law Enforcement Directive, Article 10: strictly necessary, by law")
    OFFENCES = "gdpr_10", _("GDPR Article 10: under official authority, or allowed by law")
    SECRECY_RELEASE = "secrecy_release", _("Professional secrecy: the person released it")
    SECRECY_LAW = "secrecy_law", _("Professional secrecy: a law permits to speak in consultation")
    SECRECY_NEED = "secrecy_need", _("Professional secrecy: necessity, for each single disclosure")


class Dossier(models.Model):
    """What an agreement says in words: what for, with which safeguards, who is asked, when it is reviewed."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=KNOWN,
        insert=f"({IS_JOB} or {BINDS} and {KEEPER} and {NOBODY_SIGNED} and opened_at is null)",
        change=KEEPS_DOSSIER,
        is_kept=True,
        # What somebody signed stays as they read it; only the review goes on.
        never="not authz.nobody_signed(old.agreement_id) and row(new.template, new.language, new.texts,"
        " new.excluded_purposes, new.contact, new.version, new.opened_at)"
        " is distinct from row(old.template, old.language, old.texts,"
        " old.excluded_purposes, old.contact, old.version, old.opened_at)",
    )

    agreement = models.OneToOneField(Agreement, on_delete=models.CASCADE, primary_key=True, related_name="+")
    template = models.CharField(max_length=20)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    # By language, then by field: {"fr": {"aim": …}}.
    texts = models.JSONField(default=dict)
    excluded_purposes = models.JSONField(default=list, help_text="Purposes of the list it excludes.")
    contact = models.CharField(max_length=300, blank=True, help_text="Whom people ask, for all parties.")
    version = models.PositiveSmallIntegerField(default=1)
    opened_at = models.DateTimeField(null=True, blank=True, help_text="Since when it may be signed.")
    review_on = models.DateField(null=True, blank=True)
    reminded_for = models.DateField(null=True, blank=True, help_text="The review that was reminded of.")
    closing_told_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[OfAgreement[Dossier]] = OfAgreement()  # type: ignore[assignment]

    # In the order in which people read them.
    FIELDS = (
        "aim", "benefits", "harms", "necessity", "roles", "transfer", "quality", "rights", "children",
        "retention", "onward", "breach", "emergencies", "complaints", "review", "leaving",
    )  # fmt: skip

    def __str__(self) -> str:
        return str(self.agreement)

    @property
    def audit_record_id(self) -> uuid.UUID:
        """Its events are the agreement's events."""
        found: uuid.UUID = self.agreement_id
        return found

    def text(self, field: str) -> str:
        """One of its texts in the reader's language, else as it was written."""
        return self.said(field)[0]

    def said(self, field: str) -> tuple[str, str]:
        """The text, and the language it is in."""
        for code in (get_language() or "", self.language):
            if text := self.texts.get(code, {}).get(field, ""):
                return text, code
        return "", self.language


class OnDossier(models.Model):
    """Something that belongs to one agreement's dossier."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="+")

    class Meta:
        abstract = True

    @property
    def audit_record_id(self) -> uuid.UUID:
        """Its events are the agreement's events."""
        found: uuid.UUID = self.agreement_id
        return found


class DossierVersion(OnDossier):
    """The texts of a dossier as they were, kept from each time somebody wrote them."""

    data_policy = DataPolicy(
        holds="who wrote a version", purpose="knowing what was agreed when", keep="ten years after the end"
    )
    wall = Wall(read=KNOWN, insert=f"({IS_JOB} or {BINDS} and {KEEPER} and written_by_id = {MEMBER})")

    number = models.PositiveSmallIntegerField()
    texts = models.JSONField(default=dict)
    written_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[OfAgreement[DossierVersion]] = OfAgreement()  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["agreement", "number"], name="partnership_one_version"),
        )

    def __str__(self) -> str:
        return str(self.number)


class Basis(OnDossier):
    """On which law a party stands when it gives or receives for one purpose."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=KNOWN,
        # A party states its own at any time; the keeper states them for all while nobody has signed.
        insert=f"({IS_JOB} or {BINDS} and withdrawn_at is null"
        f" and (organisation_id = {ORGANISATION} or {KEEPER} and {NOBODY_SIGNED}))",
        change=f"({IS_JOB} or {BINDS}"
        f" and (organisation_id = {ORGANISATION} or {KEEPER} and {NOBODY_SIGNED}))",
        is_kept=True,
        columns=("withdrawn_at", "withdrawn_because"),
        never="old.withdrawn_at is not null",
    )

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=20, choices=Purpose)
    basis = models.CharField(max_length=20, choices=LegalBasis)
    provision = models.CharField(max_length=300, help_text="The national provision, in words.")
    stated_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.TextField(blank=True)

    objects: ClassVar[OfAgreement[Basis]] = OfAgreement()  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["agreement", "organisation", "purpose", "basis"],
                condition=Q(withdrawn_at=None),
                name="partnership_one_basis",
            ),
        )

    def __str__(self) -> str:
        return str(LegalBasis(self.basis).label)


class Opinion(OnDossier):
    """What a party's data protection officer says about an agreement before it is signed."""

    data_policy = DataPolicy(
        holds="who gave an opinion", purpose="accountability", keep="ten years after the agreement's end"
    )
    wall = Wall(
        read=f"({IS_JOB} or {IS_MEMBER} and (organisation_id = {ORGANISATION} or {KEEPER}"
        f" or {IS_PARTY % 'partnership_opinion.agreement_id'}))",
        insert=f"({IS_JOB} or {BINDS} and {KEEPER} and view = 'asked' and given_at is null"
        f" and given_by_id is null and asked_by_id = {MEMBER})",
        change=f"({IS_JOB} or {BINDS} and organisation_id = {ORGANISATION} and {ADVISES})",
        is_kept=True,
        columns=("view", "reasons", "given_at", "given_by_id"),
        never="old.given_at is not null or new.given_by_id is distinct from authz.member()",
    )

    class View(models.TextChoices):
        """What the officer says."""

        ASKED = "asked", _("asked, not answered yet")
        FAVOURABLE = "favourable", _("favourable")
        CONDITIONS = "conditions", _("favourable with conditions")
        UNFAVOURABLE = "unfavourable", _("unfavourable")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField(help_text="Of the texts it is about.")
    asked_at = models.DateTimeField(default=clock.now)
    asked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    view = models.CharField(max_length=12, choices=View, default=View.ASKED)
    reasons = models.TextField(blank=True)
    given_at = models.DateTimeField(null=True, blank=True)
    given_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    objects: ClassVar[OfParties[Opinion]] = OfParties()  # type: ignore[assignment]

    class Meta:
        indexes = (models.Index(fields=["organisation", "view"], name="partnership_opinions_asked"),)

    def __str__(self) -> str:
        return str(Opinion.View(self.view).label)
