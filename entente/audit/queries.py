"""Named reads of the log and of its tree."""

import hashlib
import json
import uuid

from django.db import connection
from django.db.models import QuerySet

from entente.audit import checkpoints, entries, merkle
from entente.audit.actors import VISITOR, Actor, begin
from entente.audit.checkpoints import Proof, Verifier
from entente.audit.models import Checkpoint, Cosignature, Event, Leaf, Pending, Tile, Witness


def history(record_id: uuid.UUID, reader: Actor) -> QuerySet[Event]:
    """What happened to one record, newest first. The wall shows it to whoever sees the record."""
    begin(reader)
    return Event.objects.filter(record_id=record_id).order_by("-at", "id")


def all_events(reader: Actor) -> QuerySet[Event]:
    """Everything that happened, newest first. The wall shows it to the overseer and to scheduled work."""
    begin(reader)
    return Event.objects.order_by("-at", "id").defer("details")


def references(events: list[Event], reader: Actor) -> dict[uuid.UUID, str]:
    """The references of the records that events are about, for the overseer, who sees no record."""
    begin(reader)
    ids = [event.record_id for event in events if event.record_id]
    with connection.cursor() as cursor:
        cursor.execute("select id, reference from authz.log_references(%s)", [ids])
        return dict(cursor.fetchall())


# The tree, as everybody may read it


def newest_checkpoint() -> Checkpoint | None:
    """The log's newest signed word; None before its first."""
    begin(VISITOR)
    return Checkpoint.objects.order_by("-size").first()


def tile(level: int, number: int, width: int = merkle.WIDTH) -> bytes | None:
    """The first `width` hashes of a tile, one after the other; None when it has not so many."""
    hashes = _hashes(level, number)[: width * merkle.HASH_BYTES]
    return hashes if len(hashes) == width * merkle.HASH_BYTES else None


def _hashes(level: int, number: int) -> bytes:
    found = Tile.objects.filter(level=level, number=number).values_list("hashes", flat=True).first()
    return bytes(found) if found else b""


def waiting() -> int:
    """How many events wait for their place in the tree; for the overseer."""
    return Pending.objects.count()


def places(events: list[Event]) -> dict[uuid.UUID, int]:
    """Where events stand in the tree, by their ids; those that wait are left out."""
    found = Leaf.objects.filter(event_id__in=[event.pk for event in events])
    return dict(found.values_list("event_id", "index"))


def inclusion_proof(event: Event) -> str | None:
    """That an event stands in the log, as a C2SP tlog-proof whose extra line is the entry; None if it waits.

    The checkpoint is the newest a witness cosigned, if one covers the event, else the newest.
    """
    leaf = Leaf.objects.filter(event_id=event.pk).first()
    return None if leaf is None else proof_at(leaf.index, event, bytes(leaf.details_hash))


def proof_at(index: int, event: Event, details_hash: bytes) -> str:
    """The same for somebody who reads the event and not the leaf."""
    covering = Checkpoint.objects.filter(size__gt=index).order_by("-size")
    cosigned = Cosignature.objects.filter(checkpoint_id__gt=index).select_related("checkpoint")
    seen = cosigned.order_by("-checkpoint_id").first()
    checkpoint = seen.checkpoint if seen else covering[0]
    path = merkle.inclusion_proof(index, checkpoint.size, _hashes)
    values = [getattr(event, column) for column in entries.COLUMNS]
    entry = entries.entry(values, details_hash)
    return str(Proof(entry, index, tuple(path), witnessed_note(checkpoint)))


# Witnesses


def witnesses() -> QuerySet[Witness]:
    """Who watches over the log, in the order they came; those who left are among them."""
    return Witness.objects.order_by("registered_at", "id")


def witness_with(key: str) -> Witness | None:
    """The registered witness that holds a key to the entries."""
    digest = hashlib.sha256(key.encode()).hexdigest()
    return Witness.objects.filter(entries_key_hash=digest, withdrawn_at=None).first()


def witnessed_note(checkpoint: Checkpoint) -> checkpoints.Note:
    """A checkpoint's note with the signatures of those who witnessed it."""
    lines = checkpoint.cosignatures.order_by("at").values_list("line", flat=True)
    note = checkpoints.read_note(checkpoint.note)
    return checkpoints.joined(note, checkpoints.read_signatures(list(lines)))


def last_cosignature(witness: Witness) -> Cosignature | None:
    """The newest cosignature of a witness whose signature holds."""
    verifier = Verifier.read(witness.verifier_key)
    newest = witness.cosignatures.select_related("checkpoint").order_by("-checkpoint_id")[:5]
    holds = (c for c in newest if checkpoints.cosigned_at(witnessed_note(c.checkpoint), verifier) is not None)
    return next(holds, None)


def entries_for(key: str, first: int, count: int) -> list[bytes]:
    """The entries of `count` places from `first`, as they are now; one that is gone is empty.

    The database itself asks for the key of a witness.
    """
    found = [b""] * count
    with connection.cursor() as cursor:
        columns = ", ".join(entries.COLUMNS)
        asked = f"select place, sealed_hash, {columns} from authz.log_entries(%s, %s, %s)"
        cursor.execute(asked, [key, first, first + count])
        for place, sealed_hash, *values in cursor.fetchall():
            if values[0] is not None:
                values[-1] = json.loads(values[-1])
                found[place - first] = entries.entry(values, bytes(sealed_hash))
    return found
