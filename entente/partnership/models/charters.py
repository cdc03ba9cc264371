"""The charter of a group: its versions, and who signed which."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entente.audit import clock
from entente.audit.doors import IS_JOB, IS_MEMBER, MEMBER, ORGANISATION, READERS
from entente.audit.tables import NO_PERSONAL_DATA, DataPolicy, Wall
from entente.partnership.models.groups import IS_OVERSEER, OF_KEEPER, OF_OWN, OWN_GROUPS, OnGroup
from entente.partnership.scoping import Charters, Places
from entente.people.models import Membership, Organisation
from entente.people.words import in_readers_language

# The reader speaks for an organisation that belongs to the group.
BELONGS = "group_id = any((select authz.own_groups(true))::uuid[])"
SIGNED = (
    "coalesce((select true from partnership_signature s where s.charter_id = partnership_charter.id"
    f" and s.organisation_id = {ORGANISATION} limit 1), false)"
)


class Charter(OnGroup):
    """One version of what the members of a group promised each other about their work together."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=f"({IS_JOB} or {IS_MEMBER} and (group_id = any({READERS}) or {IS_OVERSEER} or {OF_KEEPER}"
        f" or state <> 'draft' and {OWN_GROUPS} or {SIGNED}))",
        insert=f"({IS_JOB} or {IS_MEMBER} and {OF_KEEPER} and state = 'draft')",
        # With the last signature it is in force at once, whoever gives it.
        change=f"({IS_JOB} or {IS_MEMBER} and ({OF_KEEPER}"
        f" or state in ('open', 'in_force', 'superseded') and {BELONGS}))",
        is_kept=True,
        columns=(
            "state", "texts", "language", "edition", "text_hash", "consulted_until", "heard", "reason",
            "opened_at", "in_force_at", "ended_at",
        ),
        # What was opened for signature stays as it is; it is in force when everybody signed, not before.
        never="old.state in ('superseded', 'withdrawn')"
        " or old.state in ('open', 'in_force') and (new.state in ('draft', 'consulted')"
        " or row(new.texts, new.language, new.text_hash, new.heard, new.opened_at)"
        " is distinct from row(old.texts, old.language, old.text_hash, old.heard, old.opened_at))"
        " or old.state = 'in_force' and (new.state not in ('in_force', 'superseded')"
        " or new.in_force_at is distinct from old.in_force_at)"
        " or new.state = 'in_force' and old.state <> 'in_force'"
        " and (old.state <> 'open' or not authz.all_signed(old.id))"
        " or new.state = 'superseded' and not authz.is_followed(old.id)",
    )  # fmt: skip

    class State(models.TextChoices):
        """How far a version of the charter is."""

        DRAFT = "draft", _("draft")
        CONSULTED = "consulted", _("in consultation")
        OPEN = "open", _("open for signature")
        IN_FORCE = "in_force", _("in force")
        SUPERSEDED = "superseded", pgettext_lazy("a version of the charter", "superseded")
        WITHDRAWN = "withdrawn", pgettext_lazy("a version of the charter", "withdrawn")

    class Part(models.TextChoices):
        """What a charter speaks about."""

        SCOPE = "scope", _("What we do together")
        OUT_OF_SCOPE = "out_of_scope", _("What we do not do")
        PRINCIPLES = "principles", _("Principles")
        ROLES = "roles", _("Roles and responsibilities")
        COMMUNICATION = "communication", _("Who tells whom what")
        CONFLICT = "conflict", _("When we disagree")
        LEAVING = "leaving", _("How an organisation leaves")
        SAFEGUARDS = "safeguards", _("Safeguards for people’s rights")

    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    # The text of each part by language: {"scope": {"en": …, "fr": …}}.
    texts = models.JSONField(default=dict)
    edition = models.PositiveIntegerField(default=1)
    text_hash = models.CharField(max_length=64, blank=True)
    consulted_until = models.DateField(null=True, blank=True)
    heard = models.TextField(blank=True, help_text="What the consultation changed.")
    reason = models.TextField(blank=True, help_text="Why it was withdrawn.")
    made_at = models.DateTimeField(default=clock.now)
    opened_at = models.DateTimeField(null=True, blank=True)
    in_force_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Charters[Charter]] = Charters()  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["group", "number"], name="partnership_charter_number"),
            models.UniqueConstraint(
                fields=["group"],
                condition=models.Q(state__in=("draft", "consulted", "open")),
                name="partnership_one_next_charter",
            ),
        )

    def __str__(self) -> str:
        return f"{self.group} {self.number}"

    def text(self, part: str) -> str:
        """One part in the reader's language, else in the one it was written in."""
        told: dict[str, str] = self.texts.get(part, {})
        return in_readers_language(told, told.get(self.language, ""))


class Signature(OnGroup):
    """An organisation's signature under one version of a charter. It stays, whatever happens later."""

    data_policy = DataPolicy(
        holds="who signed for which organisation, when, and with what reservation",
        purpose="knowing what was promised",
        keep="for good",
    )
    wall = Wall(
        read=f"({IS_JOB} or {IS_MEMBER} and (group_id = any({READERS}) or organisation_id = {ORGANISATION}"
        f" or {IS_OVERSEER} or {OF_KEEPER}"
        f" or {OWN_GROUPS}))",
        insert=f"({IS_MEMBER} and {OF_OWN} and signed_by_id = {MEMBER} and authz.goes_by(signed_name)"
        " and authz.is_signable(charter_id, group_id, text_hash))",
        is_kept=True,
    )

    charter = models.ForeignKey(Charter, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    signed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    # As they were called that day: whoever reads the record later need not know the person.
    signed_name = models.CharField(max_length=200)
    signed_post = models.CharField(max_length=120, blank=True)
    signed_at = models.DateTimeField(default=clock.now)
    text_hash = models.CharField(max_length=64)
    reservation = models.TextField(blank=True)

    objects: ClassVar[Places[Signature]] = Places()  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["charter", "organisation"], name="partnership_signs_once"),
        )

    def __str__(self) -> str:
        return f"{self.organisation} {self.signed_at:%Y-%m-%d}"
