"""Complaints about the partnership: what was told, who answers, what was said, and what came of it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entente.audit import clock
from entente.audit.doors import AT, COMPLAINT, IS_JOB, IS_MEMBER, KIND, MEMBER, ORGANISATION
from entente.audit.models import IS_OVERSEER
from entente.audit.tables import NO_PERSONAL_DATA, DataPolicy, Wall
from entente.keys.fields import Sealed
from entente.people.models import Membership, Organisation
from entente.people.words import in_readers_language
from entente.rights.scoping import (
    ANSWERING_SQL,
    ANSWERS_IT,
    IS_PERSON,
    PERSON_AND_ANSWERING,
    Complaints,
    Learnt,
    OfComplaint,
    answers,
)

KEEP = "three years after it is closed"


class Complaint(models.Model):
    """Somebody says that the partnership did wrong: a number, who answers until when, and what came of it."""

    data_policy = DataPolicy(
        holds="what a complaint is about, a hash of a code, no name", purpose="redress", keep=KEEP
    )
    wall = Wall(
        read=f"({IS_JOB} or {IS_OVERSEER} or {answers('rights_complaint')}"
        f" or {KIND} = 'complaint' and id = {COMPLAINT})",
        insert=f"({KIND} = 'visitor' and owner_id is null and state = 'received' and outcome = ''"
        " and acknowledged_at is null and answered_at is null and extended_at is null)",
        change=f"({IS_JOB} or {IS_OVERSEER} or {answers('rights_complaint')})",
        public="select, insert",
        is_kept=True,
        columns=(
            "owner_id",
            "state",
            "acknowledged_at",
            "investigated_at",
            "answer_by",
            "extended_at",
            "answered_at",
            "outcome",
            "closed_at",
            "arrival_told_at",
            "acknowledgement_late_told_at",
            "answer_late_told_at",
        ),
        # What was said and done stays, and nobody answers for another organisation or about their own.
        never="old.state = 'closed' and new.state <> 'closed'"
        " or old.acknowledged_at is distinct from new.acknowledged_at and old.acknowledged_at is not null"
        " or old.answered_at is distinct from new.answered_at and old.answered_at is not null"
        " or old.outcome <> new.outcome and old.outcome <> ''"
        " or old.extended_at is distinct from new.extended_at and old.extended_at is not null"
        " or old.answer_by <> new.answer_by and (old.extended_at is not null or new.extended_at is null)"
        " or authz.kind() = 'member' and (old.state <> new.state or old.outcome <> new.outcome)"
        " and new.owner_id is distinct from authz.organisation()",
    )

    class About(models.TextChoices):
        """What a complaint is about."""

        DECISION = "decision", _("a decision")
        SHARING = "sharing", _("how information was shared")
        TREATMENT = "treatment", _("how somebody was treated")
        MESSAGE = "message", _("a public message")
        REGISTER = "register", _("access to the register")
        OTHER = "other", _("something else")

    class State(models.TextChoices):
        """How far a complaint got."""

        RECEIVED = "received", _("received")
        ACKNOWLEDGED = "acknowledged", _("acknowledged")
        INVESTIGATED = "investigated", _("being investigated")
        ANSWERED = "answered", pgettext_lazy("a complaint", "answered")
        REMEDY = "remedy", _("being put right")
        CLOSED = "closed", pgettext_lazy("a complaint", "closed")

    class Outcome(models.TextChoices):
        """What the answer to a complaint comes to."""

        UPHELD = "upheld", _("upheld")
        PARTLY = "partly", _("upheld in part")
        NOT_UPHELD = "not_upheld", _("not upheld")
        NOT_OURS = "not_ours", _("not for us")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=14, unique=True)
    code_hash = models.CharField(max_length=64, unique=True)
    about = models.CharField(max_length=10, choices=About)
    concerns = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    # Nobody yet: then it is the overseer's.
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    state = models.CharField(max_length=12, choices=State, default=State.RECEIVED)
    received_at = models.DateTimeField(default=clock.this_hour)
    acknowledge_by = models.DateTimeField()
    answer_by = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    investigated_at = models.DateTimeField(null=True)
    extended_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    closed_at = models.DateTimeField(null=True)
    arrival_told_at = models.DateTimeField(null=True)
    acknowledgement_late_told_at = models.DateTimeField(null=True)
    answer_late_told_at = models.DateTimeField(null=True)

    objects: ClassVar[Complaints[Complaint]] = Complaints()  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(owner=None) | Q(concerns=None) | ~Q(owner=F("concerns")),
                name="rights_nobody_answers_about_themselves",
            ),
        )
        indexes = (models.Index(fields=["state", "answer_by"], name="rights_complaints_due"),)

    def __str__(self) -> str:
        return self.reference

    @property
    def audit_record_id(self) -> uuid.UUID:
        """Its events stand together."""
        return self.pk

    def sealed_under(self) -> uuid.UUID:
        """It has a key of its own."""
        return self.pk

    @property
    def due_at(self) -> datetime | None:
        """Until when whoever answers owes the next word; nothing once the answer is given."""
        if self.answered_at is not None:
            return None
        return self.answer_by if self.acknowledged_at else self.acknowledge_by

    @property
    def due_on(self) -> datetime | None:
        """The last moment that is in time."""
        return self.due_at - clock.SMALLEST if self.due_at else None

    @property
    def answer_until(self) -> datetime:
        """The last moment at which an answer is in time."""
        return self.answer_by - clock.SMALLEST

    def is_late(self, at: datetime) -> bool:
        """Whether the next word is owed since before `at`."""
        return self.due_at is not None and self.due_at <= at


class OnComplaint(models.Model):
    """Something that belongs to one complaint."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    @property
    def audit_record_id(self) -> uuid.UUID:
        """Its events are the complaint's."""
        complaint_id: uuid.UUID = self.complaint_id
        return complaint_id

    def sealed_under(self) -> uuid.UUID:
        """Its words go when the complaint's key goes."""
        complaint_id: uuid.UUID = self.complaint_id
        return complaint_id


class ComplaintText(OnComplaint):
    """What a person told when they complained, for whoever answers and for nobody else."""

    data_policy = DataPolicy(holds="what happened to somebody, in their words", purpose="redress", keep=KEEP)
    wall = Wall(
        read=PERSON_AND_ANSWERING,
        insert=f"{KIND} = 'visitor'",
        public="select, insert",
        is_kept=True,
    )

    complaint = models.OneToOneField(Complaint, on_delete=models.PROTECT, related_name="+")
    what_about = Sealed()
    what_happened = Sealed()
    asks_for = Sealed()
    contact = Sealed()

    objects: ClassVar[OfComplaint[ComplaintText]] = OfComplaint()  # type: ignore[assignment]

    def __str__(self) -> str:
        return str(self.complaint_id)


class ComplaintMessage(OnComplaint):
    """One thing said between a person who complained and whoever answers."""

    data_policy = DataPolicy(holds="what was said about a complaint", purpose="redress", keep=KEEP)
    wall = Wall(
        read=PERSON_AND_ANSWERING,
        insert=f"({IS_PERSON} and written_by_id is null and kind = 'word'"
        f" or {ANSWERS_IT} and written_by_id = {MEMBER})",
        change=IS_JOB,
        public="select, insert",
        is_kept=True,
        columns=("told_at",),
    )

    class Kind(models.TextChoices):
        """What was said."""

        WORD = "word", _("wrote")
        ACKNOWLEDGEMENT = "acknowledged", _("received it")
        INVESTIGATION = "investigated", _("looks into it")
        EXTENSION = "extended", _("needs more time")
        ANSWER = "answer", pgettext_lazy("who wrote did this", "answered")
        END = "end", _("closed it")

    # A person's moments are hours: the number says what came first.
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.WORD)
    text = Sealed()
    # Nobody: the person.
    written_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField(default=clock.now)
    told_at = models.DateTimeField(null=True)

    objects: ClassVar[OfComplaint[ComplaintMessage]] = OfComplaint()  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["complaint", "number"], name="rights_one_after_the_other"),
        )

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.kind}"


class ComplaintQuestion(OnComplaint):
    """What whoever answers a complaint asks an organisation, and what it says: all that it sees of it."""

    data_policy = DataPolicy(holds="a question about what happened", purpose="redress", keep=KEEP)
    wall = Wall(
        read=f"({IS_JOB} or {ANSWERS_IT} or {IS_MEMBER} and to_id = {ORGANISATION} and {ANSWERING_SQL})",
        insert=f"({ANSWERS_IT} and asked_by_id = {MEMBER} and to_id <> {ORGANISATION}"
        " and answered_at is null)",
        change=f"({IS_JOB} or {IS_MEMBER} and to_id = {ORGANISATION} and {ANSWERING_SQL})",
        is_kept=True,
        columns=("answer", "answered_at", "answered_by_id", "told_at", "answer_told_at"),
        never="old.answered_at is not null and (old.answer is distinct from new.answer"
        " or old.answered_at is distinct from new.answered_at)",
    )

    # Known to whom it is asked, who can't read the complaint.
    reference = models.CharField(max_length=14)
    to = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    asking = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    text = Sealed()
    asked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    wanted_by = models.DateTimeField()
    answer = Sealed()
    answered_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    answer_told_at = models.DateTimeField(null=True)

    objects: ClassVar[OfComplaint[ComplaintQuestion]] = OfComplaint(  # type: ignore[assignment]
        is_for_person=False, asked="to"
    )

    def __str__(self) -> str:
        return f"{self.reference} {self.to_id}"


class Remedy(OnComplaint):
    """What is done about a complaint, by whom and by when."""

    data_policy = DataPolicy(holds="what is put right for somebody", purpose="redress", keep=KEEP)
    wall = Wall(
        read=f"({PERSON_AND_ANSWERING}"
        f" or {IS_MEMBER} and organisation_id = {ORGANISATION} and {ANSWERING_SQL})",
        insert=f"({ANSWERS_IT} and done_at is null)",
        change=f"({IS_JOB} or {ANSWERS_IT}"
        f" or {IS_MEMBER} and organisation_id = {ORGANISATION} and {ANSWERING_SQL})",
        public="select",
        is_kept=True,
        columns=("done_at", "done_note", "told_at"),
        never="old.done_at is not null and old.done_at is distinct from new.done_at",
    )

    reference = models.CharField(max_length=14)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    what = Sealed()
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True)
    done_note = Sealed()
    told_at = models.DateTimeField(null=True)

    objects: ClassVar[OfComplaint[Remedy]] = OfComplaint(asked="organisation")  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"{self.reference} {self.due_on}"


class Learning(OnComplaint):
    """What the partnership learnt from a complaint, told to everybody without telling whose it was."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=f"({IS_JOB} or {IS_MEMBER} or {KIND} is not null and public_since <= {AT})",
        insert=ANSWERS_IT,
        public="select",
        is_kept=True,
    )

    about = models.CharField(max_length=10, choices=Complaint.About)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    text = models.TextField()
    # In other languages, by their code.
    texts = models.JSONField(default=dict)
    public_since = models.DateTimeField(default=clock.now)

    objects: ClassVar[Learnt[Learning]] = Learnt()  # type: ignore[assignment]

    class Meta:
        indexes = (models.Index(fields=["-public_since"], name="rights_learnt"),)

    def __str__(self) -> str:
        return in_readers_language(self.texts, self.text)

    @property
    def said_in(self) -> str:
        """The language of what `str` gives."""
        from django.utils.translation import get_language

        here = get_language() or ""
        return here if self.texts.get(here) else self.language
