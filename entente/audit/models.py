"""The audit event, and the tree that makes the log tamper-evident."""

import uuid
from typing import Any

from django.db import models

from entente.audit import clock
from entente.audit.decisions import in_words
from entente.audit.doors import (
    IS_JOB,
    IS_MEMBER,
    KIND,
    MEMBER,
    ORGANISATION,
    READERS,
    RECEIPT,
    ROLE,
    follows,
    owned,
)
from entente.audit.tables import NO_PERSONAL_DATA, DataPolicy, Wall
from entente.keys.fields import Sealed

# Somebody outside the owner's organisation got to see something: what "who has seen this?" lists.
DISCLOSURES = (
    "records.record_opened",
    "records.record_read",
    "records.file_downloaded",
    "records.glass_broken",
    "records.records_exported",
)
DISCLOSURES_IN_SQL = f"array[{', '.join(repr(name) for name in DISCLOSURES)}]"
# What was done to an agreement is for everybody who may know of the agreement.
AGREED = "coalesce((select true from agreements_agreement a where a.id = record_id limit 1), false)"
# What was done in a group is for everybody who sits there.
IN_GROUP = f"record_id = any({READERS})"
# Who broke the glass knows it afterwards; the owner's privacy officer reads what they looked at meanwhile.
BROKEN_GLASS = (
    f"(name = 'records.glass_broken' and actor_id = {MEMBER} or {ROLE} = 'officer' and coalesce((select true"
    f" from records_participation p where p.record_id = audit_event.record_id and p.owner_id = {ORGANISATION}"
    f" and p.is_emergency and p.membership_id = audit_event.actor_id limit 1), false))"
)

ANYBODY = f"{KIND} is not null"
IS_OVERSEER = f"coalesce({IS_MEMBER} and {ROLE} = 'overseer', false)"


class Event(models.Model):
    """One thing that happened: who did what, whether it was allowed and why. Rows are only ever added."""

    data_policy = DataPolicy(holds="who did what, with the reason", purpose="accountability", keep="10 years")
    wall = Wall(
        # Everything for the overseer, who sees no record; who looked, for everybody who may look too.
        read=f"({IS_JOB} or {IS_MEMBER} and ({ROLE} = 'overseer' or case when record_id is null"
        f" then actor_organisation_id = {ORGANISATION} else {owned('record_id')}"
        f" or name = any({DISCLOSURES_IN_SQL}) and ({follows('record_id')} or {BROKEN_GLASS})"
        f" or allowed and ({AGREED} or {IN_GROUP}) end)"
        f" or {KIND} = 'receipt' and record_id = {RECEIPT} and name = any({DISCLOSURES_IN_SQL}))",
        # Nobody logs in a member's name but that member.
        insert=f"({IS_JOB} or {IS_MEMBER} and actor_kind = 'member' and actor_id = {MEMBER}"
        f" and actor_organisation_id = {ORGANISATION} and authz.goes_by(actor_name)"
        f" or {KIND} in ('visitor', 'participant', 'invite', 'confirmation', 'complaint')"
        f" and actor_kind not in ('member', 'job') and actor_organisation_id is null"
        f" and name <> all({DISCLOSURES_IN_SQL}))",
        public="insert",
        logged=False,
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(default=clock.now)
    name = models.CharField(max_length=80)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200)
    actor_organisation_id = models.UUIDField(null=True)
    about_kind = models.CharField(max_length=60)
    about_id = models.UUIDField(null=True)
    record_id = models.UUIDField(null=True)
    allowed = models.BooleanField()
    reason = models.TextField()
    reason_values = models.JSONField(default=dict)
    details = Sealed(blank=True)

    class Meta:
        indexes = (
            models.Index(fields=["record_id", "-at"], name="audit_event_of_record"),
            models.Index(fields=["actor_organisation_id", "-at"], name="audit_event_of_actor"),
            models.Index(fields=["-at", "id"], name="audit_event_by_time"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M}"

    def sealed_under(self) -> uuid.UUID:
        """Erasing a record's key erases what its events say about it."""
        return self.record_id or self.id

    @property
    def why(self) -> str:
        """The reason in the reader's language."""
        values: dict[str, Any] = self.reason_values
        return in_words(self.reason, values)


class Pending(models.Model):
    """An event that waits for its place in the log's tree; a trigger puts it here, nobody can forget to."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(read=IS_OVERSEER, logged=False)

    event_id = models.UUIDField(primary_key=True)

    def __str__(self) -> str:
        return str(self.event_id)


class Leaf(models.Model):
    """The place of an event in the log's tree. The hash of its sealed details outlives them."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(
        read="coalesce((select true from audit_event e where e.id = event_id limit 1), false)", logged=False
    )

    index = models.BigIntegerField(primary_key=True)
    event_id = models.UUIDField(unique=True)
    details_hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return str(self.index)


class Tile(models.Model):
    """Up to 256 hashes of the log's tree, side by side; only ever added to."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(read=ANYBODY, public="select", logged=False)

    pk = models.CompositePrimaryKey("level", "number")
    level = models.SmallIntegerField()
    number = models.BigIntegerField()
    hashes = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.level}/{self.number}"


class Checkpoint(models.Model):
    """The log's signed word on how many entries it holds and which."""

    data_policy = NO_PERSONAL_DATA
    wall = Wall(read=ANYBODY, public="select", logged=False)

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField(help_text="As it is signed and served: a C2SP checkpoint.")
    verifier_key = models.CharField(max_length=300, help_text="Whose signature it bears.")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.size)


class Witness(models.Model):
    """Somebody outside who keeps the log's checkpoints and notices when it is rewritten."""

    data_policy = DataPolicy(
        holds="which organisation watches over the log, with which key",
        purpose="accountability",
        keep="as long as the log",
    )
    wall = Wall(read=ANYBODY, insert=IS_OVERSEER, change=IS_OVERSEER, public="select", is_kept=True)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    verifier_key = models.CharField(max_length=300, unique=True)
    organisation_id = models.UUIDField(null=True)
    # Of a random key of 256 bits, shown once: who holds it reads the entries. Nobody guesses it from this.
    entries_key_hash = models.CharField(max_length=64, unique=True)
    registered_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Cosignature(models.Model):
    """A witness's word that a checkpoint continues all it has seen before."""

    data_policy = NO_PERSONAL_DATA
    # Its own proof: whoever reads one checks the signature. An event for each would keep the log growing by
    # being watched.
    wall = Wall(read=ANYBODY, insert=ANYBODY, public="select, insert", logged=False)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    witness = models.ForeignKey(Witness, on_delete=models.PROTECT, related_name="cosignatures")
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="cosignatures")
    line = models.TextField(help_text="The signature line, as it stands in a note.")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["witness", "checkpoint"], name="audit_cosignature_once"),
        )

    def __str__(self) -> str:
        return self.line
