"""The outbox, against a real mail server."""

from __future__ import annotations

import socket
import uuid
from collections.abc import Callable, Iterator
from email.message import Message as Mail
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as Collects
from django.db import connection, transaction

from entente.audit.actors import acting, job
from entente.audit.decisions import allow
from entente.audit.models import Event
from entente.delivery import services
from entente.delivery.models import Message
from entente.dialogue.models import Dialogue
from entente.jobs.queue import ATTEMPTS

WORKER = job("delivery.send_message", None)


class Inbox(Collects):
    """Keeps what arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Mail] = []

    def handle_message(self, message: Mail) -> None:
        self.mails.append(message)


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


@pytest.fixture
def inbox(settings: Any, connected_as: Callable[[str], str]) -> Iterator[Inbox]:
    connected_as("entente_owner")
    handler = Inbox()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    yield handler
    controller.stop()


def queued(language: str = "en") -> Message:
    with acting(WORKER):
        return services.send("people/invitation", to="nadia@northquay.example", language=language, by=WORKER)


def state(message: Message) -> tuple[str, int]:
    with acting(WORKER):
        row = Message.objects.get(pk=message.pk)
        return row.state, row.attempts


def test_it_arrives_once_with_an_id_of_its_own(inbox: Inbox) -> None:
    message = queued()
    services.deliver_message(message.pk, by=WORKER)
    services.deliver_message(message.pk, by=WORKER)
    (mail,) = inbox.mails
    assert mail["To"] == "nadia@northquay.example"
    assert mail["Message-ID"] == f"<{message.pk}@entente>"
    assert mail["Subject"]
    assert state(message) == ("sent", 1)


def jobs_waiting() -> int:
    with acting(WORKER), connection.cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs where task_name = 'delivery.send_message'")
        (count,) = cursor.fetchone()
        return int(count)


def test_it_is_undone_with_the_change_it_belongs_to(inbox: Inbox) -> None:
    before = jobs_waiting()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        queued()
        raise ZeroDivisionError
    with acting(WORKER):
        assert not Message.objects.filter(template="people/invitation").exists()
    assert jobs_waiting() == before


def test_address_and_text_are_sealed_in_the_database(inbox: Inbox) -> None:
    message = queued()
    with acting(WORKER), connection.cursor() as cursor:
        cursor.execute("select address || subject || body from delivery_message where id = %s", [message.pk])
        (raw,) = cursor.fetchone()
    assert b"nadia" not in bytes(raw).lower()


def test_a_server_that_is_down_is_tried_again_and_then_given_up(inbox: Inbox, settings: Any) -> None:
    settings.EMAIL_PORT = 1
    message = queued()
    for _ in range(ATTEMPTS - 1):
        with pytest.raises(services.NotDelivered):
            services.deliver_message(message.pk, by=WORKER)
    services.deliver_message(message.pk, by=WORKER)
    assert state(message) == ("failed", ATTEMPTS)


def test_what_may_no_longer_go_is_taken_back_when_it_would_be_sent(inbox: Inbox) -> None:
    """The member it is for is nobody, so nobody sees the record it is about."""
    with acting(WORKER):
        message = services.send(
            "people/invitation",
            to="nadia@northquay.example",
            language="en",
            by=WORKER,
            about=Dialogue.objects.visible_to(WORKER).filter(public_since=None).first(),
            member_id=uuid.uuid4(),
        )
    services.deliver_message(message.pk, by=WORKER)
    assert inbox.mails == []
    assert state(message) == ("withdrawn", 0)
    with acting(WORKER):
        event = Event.objects.get(name="delivery.message_withdrawn", about_id=message.pk)
        assert event.why == "The member it is for can't see the record any more."


def test_a_message_that_waits_is_withdrawn_once_and_one_that_was_sent_stays(inbox: Inbox) -> None:
    sent, waiting = queued(), queued()
    services.deliver_message(sent.pk, by=WORKER)
    with acting(WORKER):
        rows = list(Message.objects.filter(pk__in=[sent.pk, waiting.pk]))
        withdrawn = services.withdraw_messages(rows, by=WORKER, decision=allow("It is over."))
        assert [one.pk for one in withdrawn] == [waiting.pk]
        assert services.withdraw_messages(withdrawn, by=WORKER, decision=allow("It is over.")) == []
    services.deliver_message(waiting.pk, by=WORKER)
    assert len(inbox.mails) == 1
    assert (state(sent)[0], state(waiting)[0]) == ("sent", "withdrawn")
