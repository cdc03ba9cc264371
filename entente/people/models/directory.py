"""The directory: what each organisation does, whom to ring there, and what it has to do with others."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.doors import (
    CONFIRMATION,
    CONFIRMED,
    IS_CONFIRMATION,
    IS_JOB,
    IS_MEMBER,
    ORGANISATION,
    PARTNERS,
    ROLE,
)
from entente.audit.tables import NO_PERSONAL_DATA, DataPolicy, Wall
from entente.people.models.who import Organisation
from entente.people.scoping import OfDirectory, OfPartners, OwnConfirmation
from entente.people.vocabulary import Channel, Kind, TieKind
from entente.people.words import in_readers_language

COORDINATES = f"{IS_MEMBER} and {ROLE} = 'coordinator'"
# Whoever holds the link to an entry corrects what the organisation says about itself, and nothing else.
CORRECTED = (
    "areas", "languages", "prevention", "scenarios", "services", "referral_route", "opening_hours",
    "accessibility", "has_safeguarding", "web", "phone", "email", "texts", "words", "state", "confirmed_at",
    "asked_at", "unanswered", "version", "changed_at",
)  # fmt: skip


def _of_entry(entry: str, condition: str) -> str:
    """Something about the entry a row belongs to; `entry` is the row's column, with its table."""
    return f"coalesce((select {condition} from people_entry e where e.id = {entry} limit 1), false)"


def _keeps(organisation: str) -> str:
    """Whether the coordinator who asks keeps the entry of the organisation in this column."""
    return (
        f"{ROLE} = 'coordinator' and coalesce((select e.keeper_id = {ORGANISATION} from people_entry e"
        f" where e.organisation_id = {organisation} limit 1), false)"
    )


OWN_OR_KEPT = f"(organisation_id = {ORGANISATION} or {ROLE} = 'coordinator' and keeper_id = {ORGANISATION})"
MAY_EDIT = f"(e.organisation_id = {ORGANISATION} or {ROLE} = 'coordinator' and e.keeper_id = {ORGANISATION})"


class Entry(models.Model):
    """What the directory says about an organisation: what it does, where, for whom, and how it is reached."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=f"({IS_JOB} or {IS_MEMBER} or {IS_CONFIRMATION} and id = {CONFIRMED})",
        insert=f"({IS_JOB} or {COORDINATES} and keeper_id = {ORGANISATION})",
        change=f"({IS_JOB} or {IS_MEMBER} and {OWN_OR_KEPT} or {IS_CONFIRMATION} and id = {CONFIRMED})",
        columns=(*CORRECTED, "kind", "name_key", "called", "language", "verified_at", "archived_reason"),
        public=f"select, update ({', '.join(CORRECTED)})",
        is_kept=True,
        # A link takes nothing out of the directory, and brings nothing back.
        never="authz.kind() = 'confirmation' and 'archived' in (old.state, new.state)",
    )

    class State(models.TextChoices):
        """Whether an entry can be relied on."""

        DRAFT = "draft", _("not verified yet")
        VERIFIED = "verified", _("verified")
        STALE = "stale", _("perhaps out of date")
        ARCHIVED = "archived", _("archived")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="entry")
    keeper = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind)
    areas = models.JSONField(default=list, help_text="Slugs of districts; none means the whole city.")
    languages = models.JSONField(default=list, help_text="Codes of the languages people are helped in.")
    prevention = models.JSONField(default=list, help_text="At which stages it works.")
    scenarios = models.JSONField(default=list, help_text="For what it is called.")
    services = models.TextField(blank=True)
    referral_route = models.TextField(blank=True, help_text="How somebody comes to it.")
    opening_hours = models.TextField(blank=True)
    accessibility = models.TextField(blank=True)
    has_safeguarding = models.BooleanField(null=True, help_text="A safeguarding policy; None: not known.")
    web = models.URLField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    # In which language its texts are written, and the same in others: {"fr": {"services": …}}.
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    texts = models.JSONField(default=dict)
    words = models.TextField(blank=True, help_text="What it is found by: see search_words.")
    called = models.TextField(blank=True, help_text="Its names alone, where a typing error is forgiven.")
    name_key = models.CharField(max_length=200, help_text="One spelling for all ways to write the name.")
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    archived_reason = models.CharField(max_length=300, blank=True)
    added_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)
    verified_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    unanswered = models.PositiveSmallIntegerField(default=0, help_text="Questions since the last answer.")
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[OfDirectory[Entry]] = OfDirectory()  # type: ignore[assignment]

    TRANSLATED = ("services", "referral_route", "opening_hours", "accessibility")

    class Meta:
        indexes = (
            GinIndex(fields=["words"], name="people_entry_words", opclasses=["gin_trgm_ops"]),
            GinIndex(fields=["called"], name="people_entry_called", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["name_key", "id"], name="people_entries_by_name"),
        )

    def __str__(self) -> str:
        return str(self.organisation)

    def text(self, field: str) -> str:
        """One of its texts in the reader's language, else as it was written."""
        told = {code: texts.get(field, "") for code, texts in self.texts.items()}
        return in_readers_language(told, getattr(self, field))

    def written(self, field: str, language: str) -> Any:
        """A field as it stands: its texts in one language, anything else as it is."""
        if field in self.TRANSLATED and language != self.language:
            return self.texts.get(language, {}).get(field, "")
        return getattr(self, field)

    @property
    def relied_on_since(self) -> datetime:
        """When somebody last said that it is right."""
        return max(filter(None, (self.added_at, self.verified_at, self.confirmed_at)))


class EntryChange(models.Model):
    """One correction of an entry: who made it, and what stood there before and after."""

    data_policy = DataPolicy(
        holds="who corrected an entry", purpose="nobody overwrites another unseen", keep="with the entry"
    )
    wall = Wall(
        read=f"({IS_JOB} or {IS_MEMBER} or {IS_CONFIRMATION} and entry_id = {CONFIRMED})",
        # Nobody corrects an entry in somebody else's name.
        insert=f"({IS_JOB} or {IS_MEMBER} and {_of_entry('people_entrychange.entry_id', MAY_EDIT)}"
        f" and organisation_id = {ORGANISATION} and authz.goes_by(by_name)"
        f" or {IS_CONFIRMATION} and entry_id = {CONFIRMED})",
        public="select, insert",
        is_kept=True,
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="changes")
    version = models.PositiveIntegerField(help_text="The entry's version that it made.")
    at = models.DateTimeField(default=clock.now)
    by_name = models.CharField(max_length=200)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    # {"phone": ["before", "after"]}; texts in another language as "services/fr".
    fields = models.JSONField(default=dict)

    objects: ClassVar[OfDirectory[EntryChange]] = OfDirectory("entry_id")  # type: ignore[assignment]

    class Meta:
        constraints = (models.UniqueConstraint(fields=["entry", "version"], name="people_change_once"),)

    def __str__(self) -> str:
        return f"{self.entry_id} {self.version}"


class Contact(models.Model):
    """Whom to ring in an organisation: a post, who holds it, and in which order deputies stand in."""

    data_policy = DataPolicy(
        holds="name, post, numbers at work and languages",
        purpose="reaching the right person in time",
        keep="while in the post, then one year",
    )
    wall = Wall(
        read=f"({IS_JOB} or {IS_MEMBER} and (organisation_id = {ORGANISATION}"
        f" or organisation_id = any({PARTNERS}) or {_keeps('people_contact.organisation_id')}))",
        insert=f"({IS_JOB} or {IS_MEMBER} and (organisation_id = {ORGANISATION}"
        f" or {_keeps('people_contact.organisation_id')}))",
        change=f"({IS_JOB} or {IS_MEMBER} and (organisation_id = {ORGANISATION}"
        f" or {_keeps('people_contact.organisation_id')}))",
        never="new.organisation_id <> old.organisation_id",
    )

    class State(models.TextChoices):
        """Whether somebody is at their post."""

        ACTIVE = "active", _("reachable")
        ON_LEAVE = "on_leave", _("on leave")
        LEFT = "left", _("has left")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="contacts")
    name = models.CharField(max_length=200)
    post = models.CharField(max_length=200)
    posts = models.JSONField(default=dict, help_text="The post in other languages, by language code.")
    phone = models.CharField(max_length=40, blank=True)
    mobile = models.CharField(max_length=40, blank=True)
    out_of_hours_phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.PHONE)
    languages = models.JSONField(default=list)
    place = models.PositiveSmallIntegerField(default=1, help_text="1 is rung first, the others stand in.")
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)
    back_on = models.DateField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    added_at = models.DateTimeField(default=clock.now)
    words = models.TextField(blank=True, help_text="What it is found by: see search_words.")

    objects: ClassVar[OfPartners[Contact]] = OfPartners()  # type: ignore[assignment]

    class Meta:
        indexes = (
            GinIndex(fields=["words"], name="people_contact_words", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["organisation", "place"], name="people_contacts_in_order"),
        )

    def __str__(self) -> str:
        return f"{self.name}, {self.post_in_words}"

    @property
    def post_in_words(self) -> str:
        """The post in the reader's language."""
        return in_readers_language(self.posts, self.post)


class Tie(models.Model):
    """What two organisations have to do with each other, as somebody noted it."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=f"({IS_JOB} or {IS_MEMBER})",
        insert=f"({IS_JOB} or {COORDINATES} and noted_by_id = {ORGANISATION}"
        f" and (one_id = {ORGANISATION} or other_id = {ORGANISATION}"
        f" or {_keeps('people_tie.one_id')} or {_keeps('people_tie.other_id')}))",
        change=f"({IS_JOB} or {COORDINATES}"
        f" and (one_id = {ORGANISATION} or other_id = {ORGANISATION} or noted_by_id = {ORGANISATION}))",
        columns=("ended_on",),
        never="old.ended_on is not null",
        is_kept=True,
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    one = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="ties")
    other = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="ties_from")
    kind = models.CharField(max_length=10, choices=TieKind)
    since = models.DateField()
    noted_by = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    ended_on = models.DateField(null=True, blank=True)

    objects: ClassVar[OfDirectory[Tie]] = OfDirectory()  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["one", "other", "kind"], condition=Q(ended_on=None), name="people_one_such_tie"
            ),
            models.CheckConstraint(condition=~Q(one=models.F("other")), name="people_tie_of_two"),
        )

    def __str__(self) -> str:
        return f"{self.one_id} {self.kind} {self.other_id}"


class Confirmation(models.Model):
    """A question sent to an organisation, whether its entry is right; its link works once, for 30 days."""

    data_policy = DataPolicy(
        holds="the address a question went to, and when it was answered",
        purpose="an entry that somebody vouches for",
        keep="with the entry",
    )
    wall = Wall(
        read=f"({IS_JOB} or {IS_MEMBER} or {IS_CONFIRMATION} and id = {CONFIRMATION})",
        insert=f"({IS_JOB} or {COORDINATES} and sent_at is null and token_hash is null"
        f" and {_of_entry('people_confirmation.entry_id', f'e.keeper_id = {ORGANISATION}')})",
        change=f"({IS_JOB} or {IS_CONFIRMATION} and id = {CONFIRMATION})",
        columns=("token_hash", "sent_at", "until", "answered_at", "is_corrected"),
        public="select, update (answered_at, is_corrected)",
        never="old.answered_at is not null",
        is_kept=True,
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="confirmations")
    address = models.EmailField()
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    asked_at = models.DateTimeField(default=clock.now)
    asked_by = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    # Of a random key of 256 bits that only the message holds; the worker makes it when it writes the message.
    token_hash = models.CharField(max_length=64, null=True, unique=True)
    sent_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    is_corrected = models.BooleanField(default=False)

    objects: ClassVar[OwnConfirmation[Confirmation]] = OwnConfirmation()  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.asked_at:%Y-%m-%d}"
