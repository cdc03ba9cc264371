"""Those who answer, known by a code or a token only, and their answers."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.actors import Credential
from entente.audit.doors import DIALOGUE, INVITE, IS_JOB, KIND, PARTICIPANT, follows, owned
from entente.audit.tables import NO_PERSONAL_DATA, DataPolicy, Wall
from entente.dialogue.models.dialogue import Dialogue, OnDialogue, Stratum
from entente.dialogue.scoping import Codes, OwnRows
from entente.keys.fields import Sealed
from entente.records.scoping import Guarded

# One's own, in one's own dialogue, while it is open.
OWN_ANSWER = (
    f"participant_id = {PARTICIPANT} and dialogue_id = {DIALOGUE} and coalesce((select d.state = 'open'"
    f" from dialogue_dialogue d where d.record_ptr_id = dialogue_vote.dialogue_id limit 1), false)"
)


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


class HostedSession(OnDialogue):
    """People in one room who answer on their phones, on a tablet passed round or on paper."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(read=owned("dialogue_id"), insert=owned("dialogue_id"), change=owned("dialogue_id"))

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Also the batch of its voices.
    name = models.CharField(max_length=60)
    place = models.CharField(max_length=120, blank=True)
    held_on = models.DateField(default=clock.today)
    language = models.CharField(max_length=5, blank=True)
    code = models.ForeignKey(InviteCode, on_delete=models.SET_NULL, null=True, related_name="+")
    # For the wall of the room; everybody there reads it.
    room_code = Sealed(blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Guarded[HostedSession]] = Guarded("dialogue__")  # type: ignore[assignment]

    class Meta:
        constraints = (models.UniqueConstraint(fields=["dialogue", "name"], name="dialogue_one_session"),)

    def __str__(self) -> str:
        return self.name

    def sealed_under(self) -> uuid.UUID:
        """The dialogue's key."""
        key: uuid.UUID = self.dialogue_id
        return key


class Participant(OnDialogue):
    """Somebody who votes, known only by a token in their own browser."""

    data_policy = DataPolicy(
        holds="opinions under a pseudonym",
        purpose="hearing what residents think",
        keep="until twelve months after closing",
    )
    wall = Wall(
        read=f"({IS_JOB} or id = {PARTICIPANT})",
        # Only a code makes an invited voice, and one of its own batch: by that voices are left out or kept.
        insert=f"({IS_JOB} or {KIND} = 'visitor' and stratum = 'open'"
        f" or {KIND} = 'invite' and stratum in ('letter', 'hosted') and dialogue_id = {DIALOGUE}"
        " and coalesce((select (c.stratum, c.area, c.batch) = (dialogue_participant.stratum,"
        " dialogue_participant.area, dialogue_participant.batch)"
        f" from dialogue_invitecode c where c.id = {INVITE} limit 1), false))",
        change=IS_JOB,
        public="select, insert",
        logged=False,
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    stratum = models.CharField(max_length=8, choices=Stratum)
    area = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=5, blank=True)
    # What came together: a batch of letters, a session, the day on the open web.
    batch = models.CharField(max_length=60, blank=True, db_default="")
    # Only with an imported conversation: its number there.
    number = models.IntegerField(null=True)

    objects: ClassVar[OwnRows[Participant]] = OwnRows("id")  # type: ignore[assignment]

    actor_kind = "participant"
    actor_name = "participant"
    actor_id = None
    actor_organisation_id = None
    credential: Credential | None = None

    class Meta:
        indexes = (models.Index(fields=["dialogue", "stratum", "batch"], name="dialogue_batches"),)

    def __str__(self) -> str:
        return str(self.stratum)


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
    statement = models.ForeignKey("dialogue.Statement", on_delete=models.CASCADE, related_name="+")
    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="+")
    value = models.SmallIntegerField(choices=Value)

    objects: ClassVar[OwnRows[Vote]] = OwnRows("participant_id")  # type: ignore[assignment]

    def __str__(self) -> str:
        return str(self.value)


class VoteChange(models.Model):
    """Somebody answered since the answers were last counted; gone as soon as they are."""

    data_policy = DataPolicy(
        holds="who answered in the last seconds, under a pseudonym",
        purpose="counting new answers without reading all of them",
        keep="until the next count",
    )
    wall = Wall(
        read=f"({IS_JOB} or participant_id = {PARTICIPANT})",
        insert=f"({IS_JOB} or participant_id = {PARTICIPANT} and dialogue_id = {DIALOGUE})",
        change=IS_JOB,
        public="select, insert",
        logged=False,
    )

    participant = models.OneToOneField(
        Participant, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="+")

    objects: ClassVar[OwnRows[VoteChange]] = OwnRows("participant_id")  # type: ignore[assignment]

    def __str__(self) -> str:
        return str(self.participant_id)


class VoteCount(OnDialogue):
    """How many votes came in within one hour, by stratum, on a few rows so that voters don't queue."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read=follows("dialogue_id"),
        insert=f"({IS_JOB} or dialogue_id = {DIALOGUE})",
        # An hour that is in the log stays as it was counted.
        change=f"({IS_JOB} or dialogue_id = {DIALOGUE} and not is_logged)",
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
