"""The one who acts or reads, and how the database is told."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from django.db import connection, transaction


class Credential(NamedTuple):
    """What an actor can prove. The database derives everything else from it itself."""

    kind: str | None
    secret: str | None


class Unproven(Exception):
    """Somebody acts or reads for whom nothing was proven in this transaction."""


class Actor(Protocol):
    """Whoever acts or reads: a member, a visitor, a participant, the software itself."""

    @property
    def actor_kind(self) -> str: ...

    @property
    def actor_id(self) -> uuid.UUID | None: ...

    @property
    def actor_name(self) -> str: ...

    @property
    def actor_organisation_id(self) -> uuid.UUID | None: ...

    @property
    def credential(self) -> Credential | None: ...


@dataclass(frozen=True)
class Plain:
    """An actor who is nobody in particular."""

    actor_kind: str
    actor_name: str
    credential: Credential
    actor_id: uuid.UUID | None = None
    actor_organisation_id: uuid.UUID | None = None


VISITOR = Plain("visitor", "visitor", Credential(None, None))


def job(name: str, number: int | None) -> Plain:
    """The software doing work for later; `number` is the worker's job, None on the owner's command line."""
    return Plain("job", name, Credential("job", None if number is None else str(number)))


# What the current transaction already began with, so that a request asks once.
_begun: ContextVar[Credential | None] = ContextVar("begun", default=None)


def begin(actor: Actor) -> None:
    """Tell PostgreSQL who asks, for the rest of this transaction.

    Raises Unproven without a credential; the database refuses one it does not know.
    """
    credential = actor.credential
    if credential is None:
        raise Unproven(actor.actor_kind)
    if _begun.get() == credential:
        return
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("begin() needs a transaction")
    _begun.set(None)
    with connection.cursor() as cursor:
        cursor.execute("select authz.begin(%s, %s)", list(credential))


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """One transaction in which everything is done and read as `actor`."""
    with transaction.atomic():
        begin(actor)
        with begun(actor):
            yield


@contextmanager
def begun(actor: Actor) -> Iterator[None]:
    """Within this block the transaction has begun as `actor`, so that nothing asks the database again."""
    token = _begun.set(actor.credential)
    try:
        yield
    finally:
        # Somebody else who began meanwhile is still who the database knows: then nothing is sure outside.
        is_still = _begun.get() == actor.credential
        _begun.reset(token)
        if not is_still:
            _begun.set(None)
