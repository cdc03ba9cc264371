"""The demo's shortcut: acting as one of the cast without their passkey. It exists nowhere else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from django.contrib.auth import SESSION_KEY
from django.db import transaction

from entente.audit.actors import Actor, acting
from entente.audit.decisions import Decision, Refused
from entente.demo import queries
from entente.people.models import Member
from entente.people.session_store import SessionStore
from entente.people.sign_in import member_with
from entente.records.models import Record
from entente.records.queries import notes_on
from entente.records.reading import Facts
from entente.records.services import open_record


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


@dataclass(frozen=True)
class Answer:
    """What one reader gets: the rule's decision, and how many notes of each category the database gives."""

    decision: Decision
    is_found: bool = False
    notes: Counter[str] = field(default_factory=Counter)


def answer_to(record: Record, facts: Facts, *, by: Member) -> Answer:
    """Ask the rule and the database what a member may read of `record`, as on any day: the purpose is stated.

    `facts` are what the record's owner knows of it. Within `act_as` nothing of what is done here stays.
    """
    decision = facts.why(by)
    found = Record.objects.visible_to(by).filter(pk=record.pk).first()
    if found is None:
        return Answer(decision)
    for purpose in {p.purpose for p in facts.participations if p.agreement_id}:
        with suppress(Refused), transaction.atomic():
            open_record(found, by=by, purpose=purpose)
    return Answer(decision, True, Counter(notes_on(found, by).values_list("category", flat=True)))
