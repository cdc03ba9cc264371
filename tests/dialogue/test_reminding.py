"""Coordinators hear once a day that statements wait; nobody hears anything when none does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from entente.audit import clock
from entente.audit.actors import acting, job
from entente.audit.queries import history
from entente.delivery.models import Message
from entente.dialogue import queries, services
from entente.dialogue.models import Dialogue, Statement
from entente.people.models import Account, Member

OWNER = job("test", None)
MORNING = datetime(2031, 3, 3, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def as_owner(connected_as: Callable[[str], str]) -> None:
    connected_as("entente_owner")


def remind(at: datetime) -> list[Message]:
    """Let the job run at a moment; returns the messages it wrote."""
    with acting(OWNER):
        before = set(Message.objects.values_list("pk", flat=True))
    with clock.frozen(at):
        services.remind_of_statements(by=OWNER)
    with acting(OWNER):
        return list(Message.objects.exclude(pk__in=before).order_by("language"))


def running() -> Dialogue:
    """The city's open dialogue."""
    with acting(OWNER):
        return Dialogue.objects.visible_to(OWNER).get(state=Dialogue.State.OPEN)


def waiting() -> int:
    """How many statements wait in it."""
    with acting(OWNER):
        return queries.long_waiting(OWNER).get(running().pk, 0)


def test_coordinators_get_one_message_a_day_in_their_language() -> None:
    dialogue = running()
    with transaction.atomic():
        Account.objects.filter(person__memberships__organisation_id=dialogue.owner_id).update(language="fr")
    sent = remind(MORNING)
    assert sent
    with acting(OWNER):
        told = Member.objects.filter(pk__in=[message.member_id for message in sent])
        assert {(m.organisation_id, m.role) for m in told} == {(dialogue.owner_id, Member.Role.COORDINATOR)}
        assert {message.language for message in sent} == {"fr"}
        with clock.frozen(MORNING):
            number = waiting()
        assert str(number) in sent[0].subject
        assert f"/staff/dialogues/{dialogue.reference}/moderate/" in sent[0].body
        texts = Statement.objects.visible_to(OWNER).filter(dialogue_id=dialogue.pk, state="waiting")
        assert not [row.text for row in texts if row.text in sent[0].body]
        event = history(dialogue.pk, OWNER).filter(name="dialogue.statements_wait")[0]
        assert event.allowed
    assert remind(MORNING) == []
    assert remind(MORNING + timedelta(hours=8)) == []
    assert len(remind(MORNING + timedelta(days=1))) == len(sent)


def test_nobody_is_woken_at_night_or_told_before_a_day_is_over() -> None:
    assert remind(MORNING.replace(hour=1)) == []
    with acting(OWNER):
        oldest = (
            Statement.objects.visible_to(OWNER)
            .filter(state="waiting", origin="resident")
            .order_by("received_at")
        )
        first = oldest[0].received_at
    assert remind(first + timedelta(hours=24)) == []


def test_nobody_is_told_when_nothing_waits() -> None:
    with acting(OWNER):
        rows = Statement.objects.visible_to(OWNER).filter(state="waiting", origin="resident")
        from entente.audit.decisions import allow
        from entente.audit.services import log

        log("test.emptied", by=OWNER, about=None, decision=allow("test"))
        rows.update(state="rejected")
    assert remind(MORNING) == []
