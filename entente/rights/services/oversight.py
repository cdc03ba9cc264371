"""Every change to who watches over the log, and every reading of it, which is logged too."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import UTC, datetime, timedelta

from django.db import transaction

from entente.audit import checkpoints, clock, queries
from entente.audit.actors import VISITOR, Actor, Plain, begin
from entente.audit.checkpoints import Malformed, Note, Verifier
from entente.audit.models import Checkpoint, Cosignature, Witness
from entente.audit.services import log
from entente.rights.rules import oversight as rules

EARLY = timedelta(minutes=10)  # how far a witness's clock may be ahead of ours


class UnknownCheckpoint(Exception):
    """A cosignature of something this log never signed."""


class UnknownWitness(Exception):
    """A note without a good signature of a registered witness."""


@transaction.atomic
def read_log(*, by: Actor, filters: dict[str, str], is_export: bool = False) -> None:
    """Note that somebody read the log of all organisations, or took a list of it along."""
    decision = rules.may_read_log(by, clock.now()).require()
    if is_export:
        log("rights.log_exported", by=by, about=None, decision=decision, details=dict(filters))
    else:
        log("rights.log_read", by=by, about=None, decision=decision, details=dict(filters))


@transaction.atomic
def register_witness(
    verifier_key: str, *, by: Actor, organisation_id: uuid.UUID | None = None
) -> tuple[Witness, str]:
    """Let somebody watch over the log; returns the witness and its key to the entries, which is kept nowhere.

    Raises Malformed for a verifier key that is none of a witness, or is registered already.
    """
    decision = rules.may_register_witness(by, clock.now()).require()
    begin(by)
    verifier = Verifier.read(verifier_key)
    if verifier.kind != checkpoints.WITNESS:
        raise Malformed("This is the key of a log, not of a witness.")
    if Witness.objects.filter(verifier_key=str(verifier)).exists():
        raise Malformed("This key is registered already.")
    key = secrets.token_hex(32)
    witness = Witness.objects.create(
        name=verifier.name,
        verifier_key=str(verifier),
        organisation_id=organisation_id,
        entries_key_hash=hashlib.sha256(key.encode()).hexdigest(),
        registered_at=clock.now(),
    )
    details = {"verifier_key": witness.verifier_key}
    log("rights.witness_registered", by=by, about=witness, decision=decision, details=details)
    return witness, key


@transaction.atomic
def withdraw_witness(witness: Witness, *, by: Actor) -> Witness:
    """Take no more cosignatures of a witness and close the entries to it; what it signed stays."""
    decision = rules.may_withdraw_witness(by, witness, clock.now()).require()
    begin(by)
    witness.withdrawn_at = clock.now()
    witness.save(update_fields=["withdrawn_at"])
    log("rights.witness_withdrawn", by=by, about=witness, decision=decision)
    return witness


@transaction.atomic
def read_entries(key: str, first: int, count: int, *, by: Actor) -> list[bytes]:
    """Entries for the witness that holds `key`, noted before they leave. Raises Refused."""
    begin(by)
    witness = queries.witness_with(key)
    decision = rules.may_read_entries(witness, clock.now()).require()
    assert witness is not None
    reader = Plain("witness", witness.name, VISITOR.credential, actor_id=witness.pk)
    details = {"first": first, "count": count}
    log("rights.entries_read", by=reader, about=witness, decision=decision, details=details)
    return queries.entries_for(key, first, count)


@transaction.atomic
def add_cosignatures(note: Note, *, by: Actor) -> int:
    """Keep the signatures of registered witnesses under a checkpoint of ours; returns how many were new.

    Raises Malformed, UnknownCheckpoint or UnknownWitness. Not logged: a cosignature is its own proof.
    """
    begin(by)
    head = checkpoints.read_tree_head(note.text)
    checkpoint = Checkpoint.objects.filter(size=head.size).first()
    if checkpoint is None or checkpoints.read_note(checkpoint.note).text != note.text:
        raise UnknownCheckpoint
    found = [kept for w in Witness.objects.filter(withdrawn_at=None) if (kept := _by(w, note, checkpoint))]
    if not found:
        raise UnknownWitness
    known = {c.witness_id for c in Cosignature.objects.filter(checkpoint=checkpoint)}
    new = [cosignature for cosignature in found if cosignature.witness_id not in known]
    Cosignature.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def _by(witness: Witness, note: Note, checkpoint: Checkpoint) -> Cosignature | None:
    verifier = Verifier.read(witness.verifier_key)
    for signature in note.by(verifier):
        time = checkpoints.cosigned_at(Note(note.text, (signature,)), verifier)
        if time is None:
            continue
        if time > (clock.now() + EARLY).timestamp():
            raise Malformed("The clock of this witness is ahead: its signature is of a time to come.")
        return Cosignature(
            witness=witness, checkpoint=checkpoint, line=str(signature), at=datetime.fromtimestamp(time, UTC)
        )
    return None
