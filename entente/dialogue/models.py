"""A dialogue: its question, statements, participants, votes, codes, and what is told about it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.actors import Credential
from entente.audit.doors import DIALOGUE, INVITE, IS_JOB, KIND, PARTICIPANT, follows, owned
from entente.audit.tables import NO_PERSONAL_DATA, DataPolicy, Wall
from entente.dialogue.scoping import Codes, OwnRows, Statements
from entente.records.models import Record
from entente.records.scoping import Guarded

STATEMENT_LENGTH = 280
IMPORTED_LENGTH = 1000


class Stratum(models.TextChoices):
    """How a voice came in. Results are shown for each apart; the open web alone never makes the headline."""

    LETTER = "letter", _("invited by sealed letter")
    HOSTED = "hosted", _("hosted session")
    OPEN = "open", _("open web")
    IMPORTED = "imported", _("imported conversation")


# One's own, in one's own dialogue, while it is open.
OWN_ANSWER = (
    f"participant_id = {PARTICIPANT} and dialogue_id = {DIALOGUE} and coalesce((select d.state = 'open'"
    f" from dialogue_dialogue d where d.record_ptr_id = dialogue_vote.dialogue_id limit 1), false)"
)
INVITED = frozenset({Stratum.LETTER, Stratum.HOSTED})


class Dialogue(Record):
    """A question the city asks its residents, answered by voting on each other's statements."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=follows("record_ptr_id"),
        insert=owned("record_ptr_id"),
        change=owned("record_ptr_id"),
        public="select",
    )

    class State(models.TextChoices):
        """Where a dialogue stands."""

        DRAFT = "draft", _("draft")
        OPEN = "open", _("open")
        FROZEN = "frozen", _("paused")
        CLOSED = "closed", _("closed")

    question = models.CharField(max_length=300)
    background = models.TextField(blank=True)
    use_of_answers = models.TextField(blank=True)
    policy = models.TextField(blank=True)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    languages = models.JSONField(default=list)
    is_open_web = models.BooleanField(default=True)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    state_reason = models.TextField(blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    source = models.TextField(blank=True)
    # What the city says with a published result.
    heard = models.TextField(blank=True)
    missing = models.TextField(blank=True)
    limits = models.TextField(blank=True)
    next_steps = models.TextField(blank=True)

    # The title in the reader's language, where a page has looked it up.
    title_here = ""

    objects: ClassVar[Guarded[Dialogue]] = Guarded()  # type: ignore[assignment]

    PASSAGES = (
        "background",
        "use_of_answers",
        "policy",
        "state_reason",
        "heard",
        "missing",
        "limits",
        "next_steps",
    )
    TRANSLATED = ("title", "question", *PASSAGES)


class OnDialogue(models.Model):
    """Something that belongs to one dialogue."""

    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="+")

    class Meta:
        abstract = True

    @property
    def audit_record_id(self) -> uuid.UUID:
        """Its events are the dialogue's events."""
        record_id: uuid.UUID = self.dialogue_id
        return record_id


class InviteCode(OnDialogue):
    """A code from a sealed letter, for one person, or of a hosted session, for everybody in the room."""

    data_policy = DataPolicy(
        holds="a hash of a code and the district it was sent to",
        purpose="telling invited voices from open ones",
        keep="until the dialogue closes",
    )
    wall = Wall(
        read=f"({owned('dialogue_id')} or id = {INVITE})",
        insert=owned("dialogue_id"),
        change=f"({owned('dialogue_id')} or id = {INVITE})",
        public="select, update (is_used)",
        logged=False,
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code_hash = models.CharField(max_length=64, unique=True)
    stratum = models.CharField(max_length=8, choices=Stratum)
    area = models.CharField(max_length=60, blank=True)
    batch = models.CharField(max_length=60, blank=True)
    is_used = models.BooleanField(default=False)
    made_on = models.DateField(default=clock.today)

    objects: ClassVar[Codes[InviteCode]] = Codes()  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"{self.stratum} {self.batch}"


class Participant(OnDialogue):
    """Somebody who votes, known only by a token in their own browser."""

    data_policy = DataPolicy(
        holds="opinions under a pseudonym",
        purpose="hearing what residents think",
        keep="until twelve months after closing",
    )
    wall = Wall(
        read=f"({IS_JOB} or id = {PARTICIPANT})",
        # Only a code makes an invited voice.
        insert=f"({IS_JOB} or {KIND} = 'visitor' and stratum = 'open'"
        f" or {KIND} = 'invite' and stratum in ('letter', 'hosted') and dialogue_id = {DIALOGUE})",
        change=IS_JOB,
        public="select, insert",
        logged=False,
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    stratum = models.CharField(max_length=8, choices=Stratum)
    area = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=5, blank=True)
    # Only with an imported conversation: its number there.
    number = models.IntegerField(null=True)

    objects: ClassVar[OwnRows[Participant]] = OwnRows("id")  # type: ignore[assignment]

    actor_kind = "participant"
    actor_name = "participant"
    actor_id = None
    actor_organisation_id = None
    credential: Credential | None = None

    class Meta:
        indexes = (models.Index(fields=["dialogue", "stratum"], name="dialogue_strata"),)

    def __str__(self) -> str:
        return str(self.stratum)


class Statement(OnDialogue):
    """One idea in a sentence or two, on which everybody may agree, disagree or pass."""

    data_policy = DataPolicy(
        holds="a sentence somebody wrote without a name", purpose="the dialogue", keep="with the dialogue"
    )
    wall = Wall(
        read=f"({owned('dialogue_id')} or author_id = {PARTICIPANT}"
        f" or state = 'accepted' and {follows('dialogue_id')})",
        insert=f"({owned('dialogue_id')}"
        f" or author_id = {PARTICIPANT} and dialogue_id = {DIALOGUE} and state = 'waiting')",
        change=owned("dialogue_id"),
        public="select, insert",
    )

    class State(models.TextChoices):
        """Where a statement stands in moderation."""

        WAITING = "waiting", _("waiting to be read")
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("not accepted")

    class Origin(models.TextChoices):
        """Who brought a statement in."""

        CITY = "city", _("written by the city")
        RESIDENT = "resident", _("written by a resident")
        IMPORTED = "imported", _("imported")

    class Reason(models.TextChoices):
        """Why a statement was not accepted, as the public policy lists it."""

        NAMES_PERSON = "names_person", _("It names or points to a person.")
        INSULT = "insult", _("It insults or stirs up hatred.")
        OFF_TOPIC = "off_topic", _("It is not about the question.")
        DUPLICATE = "duplicate", _("It says what another statement already says.")
        TWO_IDEAS = "two_ideas", _("It holds two ideas, so a vote would not be clear.")
        UNCLEAR = "unclear", _("It can't be understood without its context.")
        CONTACT = "contact", _("It contains contact details or advertising.")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.IntegerField(null=True)
    text = models.CharField(max_length=IMPORTED_LENGTH)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    origin = models.CharField(max_length=8, choices=Origin)
    author = models.ForeignKey(Participant, on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=16, choices=Reason, blank=True)
    reason_note = models.CharField(max_length=300, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    # To the hour: a minute would tell who wrote it.
    received_at = models.DateTimeField(default=clock.this_hour)
    votes = models.IntegerField(default=0)

    objects: ClassVar[Statements[Statement]] = Statements("dialogue__")  # type: ignore[assignment]

    class Meta:
        constraints = (models.UniqueConstraint(fields=["dialogue", "number"], name="dialogue_numbers"),)
        indexes = (models.Index(fields=["dialogue", "state", "received_at"], name="dialogue_queue"),)

    def __str__(self) -> str:
        return self.text


class Vote(models.Model):
    """What a participant says to a statement. The last vote counts; when it was cast is kept nowhere."""

    data_policy = DataPolicy(
        holds="an opinion under a pseudonym", purpose="the dialogue", keep="until twelve months after closing"
    )
    wall = Wall(
        read=f"({IS_JOB} or participant_id = {PARTICIPANT})",
        insert=f"({IS_JOB} or {OWN_ANSWER})",
        change=f"({IS_JOB} or {OWN_ANSWER})",
        public="select, insert, update (value)",
        logged=False,
    )

    class Value(models.IntegerChoices):
        """The three answers."""

        AGREE = 1, _("agree")
        DISAGREE = -1, _("disagree")
        PASS = 0, _("pass")

    pk = models.CompositePrimaryKey("participant", "statement")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="+", db_index=False)
    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="+")
    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="+")
    value = models.SmallIntegerField(choices=Value)

    objects: ClassVar[OwnRows[Vote]] = OwnRows("participant_id")  # type: ignore[assignment]

    def __str__(self) -> str:
        return str(self.value)


class VoteCount(OnDialogue):
    """How many votes came in within one hour, by stratum, on a few rows so that voters don't queue."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=follows("dialogue_id"),
        insert=f"({IS_JOB} or dialogue_id = {DIALOGUE})",
        change=f"({IS_JOB} or dialogue_id = {DIALOGUE})",
        public="select, insert, update (votes, newcomers)",
        logged=False,
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    hour = models.DateTimeField()
    stratum = models.CharField(max_length=8, choices=Stratum)
    shard = models.SmallIntegerField()
    votes = models.IntegerField(default=0)
    newcomers = models.IntegerField(default=0)
    is_logged = models.BooleanField(default=False)

    objects: ClassVar[Guarded[VoteCount]] = Guarded("dialogue__")  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["dialogue", "hour", "stratum", "shard"], name="dialogue_hours"),
        )

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H} {self.votes}"


class Analysis(OnDialogue):
    """The groups of opinion found at one moment, for those who run the dialogue."""

    data_policy = DataPolicy(
        holds="counts by group", purpose="the dialogue's result", keep="with the dialogue"
    )
    wall = Wall(read=owned("dialogue_id"), insert=IS_JOB, change=IS_JOB)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    made_at = models.DateTimeField(default=clock.now)
    participants = models.IntegerField()
    votes = models.IntegerField()
    result = models.JSONField()

    objects: ClassVar[Guarded[Analysis]] = Guarded("dialogue__")  # type: ignore[assignment]

    class Meta:
        indexes = (models.Index(fields=["dialogue", "-made_at"], name="dialogue_newest_analysis"),)

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M}"


class Outcome(OnDialogue):
    """What everybody may read about a dialogue's result: small numbers hidden, nobody recognisable.

    Number 0 is the coarse picture shown to voters while it runs; 1, 2, … are the published results.
    """

    data_policy = DataPolicy(
        holds="counts of ten and more", purpose="telling what was heard", keep="for good"
    )
    wall = Wall(
        read=follows("dialogue_id"), insert=owned("dialogue_id"), change=owned("dialogue_id"), public="select"
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.IntegerField()
    made_at = models.DateTimeField(default=clock.now)
    content = models.JSONField()

    objects: ClassVar[Guarded[Outcome]] = Guarded("dialogue__")  # type: ignore[assignment]

    class Meta:
        constraints = (models.UniqueConstraint(fields=["dialogue", "number"], name="dialogue_one_outcome"),)

    def __str__(self) -> str:
        return f"{self.dialogue_id} {self.number}"
