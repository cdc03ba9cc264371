"""Records and what hangs on every record: persons named, notes, actions, links, translations, imports."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from entente.agreements import rules as reading
from entente.audit import clock
from entente.audit.tables import (
    AT,
    IS_JOB,
    IS_MEMBER,
    KIND,
    MEMBER,
    NO_PERSONAL_DATA,
    ORGANISATION,
    DataPolicy,
    Wall,
    follows,
    inside,
    owned,
)
from entente.keys.fields import Sealed
from entente.people.models import Membership, Organisation
from entente.records.scoping import Guarded, Inside, OwnedBy

OWN = f"({IS_JOB} or {IS_MEMBER} and owner_id = {ORGANISATION})"
AS_ITS_RECORD = DataPolicy(holds="free text", purpose="joint work", keep="with its record")


class Record(models.Model):
    """Anything the partnership works on. Dialogues, cases, incidents and plans are kinds of record."""

    data_policy = DataPolicy(holds="a title", purpose="finding the record", keep="as its kind says")
    wall = Wall(
        read=f"""case when {KIND} is null then false
            when {KIND} = 'job' then true
            when public_since <= {AT} then true
            when {KIND} <> 'member' then false
            when audience = 'organisation' then owner_id = {ORGANISATION}
            when audience = 'named' then coalesce((select true from records_participation p
                where p.record_id = records_record.id and p.membership_id = {MEMBER}
                  and p.since <= {AT} and (p.until is null or p.until > {AT}) limit 1), false)
            else false end""",
        insert=OWN,
        change=OWN,
        public="select",
    )

    class Audience(models.TextChoices):
        """To whom a record is open before anybody is invited."""

        ORGANISATION = reading.ORGANISATION, _("the organisation that owns it")
        TASK_FORCE = reading.TASK_FORCE, _("a task force")
        NAMED = reading.NAMED, _("named persons")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20)
    reference = models.CharField(max_length=14, unique=True)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=40)
    audience = models.CharField(max_length=12, choices=Audience, default=Audience.ORGANISATION)
    title = models.CharField(max_length=200)
    opened_at = models.DateTimeField(default=clock.now)
    public_since = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Guarded[Record]] = Guarded()  # type: ignore[assignment]

    class Meta:
        indexes = (
            models.Index(fields=["owner", "-opened_at"], name="records_of_owner"),
            models.Index(fields=["kind", "-public_since"], name="records_public"),
        )

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def audit_record_id(self) -> uuid.UUID:
        """The log keeps a record's events together."""
        return self.id


class OnRecord(models.Model):
    """Something that belongs to one record and is seen by whoever sees the record."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="+")

    class Meta:
        abstract = True

    @property
    def audit_record_id(self) -> uuid.UUID:
        """Its events are its record's events."""
        return self.record_id


class Participation(OnRecord):
    """Somebody named on a record, from a moment to a moment."""

    data_policy = DataPolicy(holds="who was invited", purpose="access", keep="with its record")
    wall = Wall(
        read=f"({IS_JOB} or membership_id = {MEMBER} or owner_id = {ORGANISATION})",
        insert=OWN,
        change=OWN,
        public="select",  # the policy of records asks here; a visitor sees no row
    )

    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["record", "membership"], name="records_named"),)

    def __str__(self) -> str:
        return str(self.record_id)


class Note(OnRecord):
    """What somebody wrote on a record."""

    data_policy = AS_ITS_RECORD
    wall = Wall(read=inside("record_id"), insert=owned("record_id"))

    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=200)
    written_at = models.DateTimeField(default=clock.now)
    text = Sealed()

    objects: ClassVar[Inside[Note]] = Inside("record__")  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"{self.author_name} {self.written_at:%Y-%m-%d}"

    def sealed_under(self) -> uuid.UUID:
        """Notes go when the record's key goes."""
        return self.record_id


class Action(OnRecord):
    """Who does what by when, on a record."""

    data_policy = DataPolicy(holds="a task and who does it", purpose="joint work", keep="with its record")
    wall = Wall(
        read=inside("record_id"),
        insert=owned("record_id"),
        change=owned("record_id"),
    )

    what = models.CharField(max_length=200)
    assigned_to = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Inside[Action]] = Inside("record__")  # type: ignore[assignment]

    class Meta:
        indexes = (models.Index(fields=["assigned_to", "due_on"], name="records_my_work"),)

    def __str__(self) -> str:
        return self.what


class Translation(OnRecord):
    """A text of a record in another language, with who made it and who checked it."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=follows("record_id"), insert=owned("record_id"), change=owned("record_id"), public="select"
    )

    class Origin(models.TextChoices):
        """How a translation came about."""

        PERSON = "person", _("translated by a person")
        TOOL = "tool", _("translated by a tool")

    about_id = models.UUIDField()
    field = models.CharField(max_length=30)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    text = models.TextField()
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.PERSON)
    made_by = models.CharField(max_length=200)
    checked_by = models.CharField(max_length=200, blank=True)

    objects: ClassVar[Guarded[Translation]] = Guarded("record__")  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["about_id", "field", "language"], name="records_one_translation"),
        )
        indexes = (models.Index(fields=["record", "language"], name="records_translations"),)

    def __str__(self) -> str:
        return f"{self.field} {self.language}"


class SearchText(OnRecord):
    """The words a record is found by, in one language, without accents and case."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=follows("record_id"),
        insert=owned("record_id"),
        change=owned("record_id"),
        public="select",
        logged=False,
    )

    language = models.CharField(max_length=5)
    words = models.TextField()

    objects: ClassVar[Guarded[SearchText]] = Guarded("record__")  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["record", "language"], name="records_one_search_text"),
        )

    def __str__(self) -> str:
        return self.words[:40]


class ImportRun(models.Model):
    """One file brought in: what it would do, how far it is, and what happened to each row."""

    data_policy = DataPolicy(
        holds="an uploaded file, sealed", purpose="bringing in earlier work", keep="30 days"
    )
    wall = Wall(read=OWN, insert=OWN, change=OWN, logged=False)

    class State(models.TextChoices):
        """How far an import got."""

        READING = "reading", _("being read")
        READY = "ready", _("ready to be brought in")
        REFUSED = "refused", _("can't be brought in")
        RUNNING = "running", _("being brought in")
        DONE = "done", _("brought in")
        STOPPED = "stopped", _("stopped by an error")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    started_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=State, default=State.READING)
    preview = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    notices = models.JSONField(default=list)
    rows_done = models.IntegerField(default=0)
    rows_total = models.IntegerField(default=0)
    record = models.ForeignKey(Record, on_delete=models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[OwnedBy[ImportRun]] = OwnedBy()  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name} {self.state}"

    @property
    def audit_record_id(self) -> uuid.UUID | None:
        """Its events belong to the record it made, once there is one."""
        return self.record_id
