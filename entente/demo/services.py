"""The demo's shortcut: acting as one of the cast without their passkey. It exists nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth import SESSION_KEY
from django.db import transaction

from entente.audit.actors import Actor, acting
from entente.demo import queries
from entente.people.models import Member
from entente.people.session_store import SessionStore
from entente.people.sign_in import member_with


@contextmanager
def act_as(first_name: str, *, by: Actor) -> Iterator[Member]:
    """Act as one of the cast for a moment, with a real session, so that both walls really answer.

    The session is rolled back with everything done meanwhile; `by` asks again afterwards.
    """
    with acting(by), transaction.atomic():
        member = member_with(_open_session(first_name))
        with acting(member):
            yield member
        transaction.set_rollback(True)


def _open_session(first_name: str) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(queries.account_of(first_name).pk)
    session["signed_in_with"] = "demo"
    session.create()
    return session.session_key or ""
