"""Queues messages in the caller's transaction and sends them from the worker."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from smtplib import SMTPException

from django.core.mail import EmailMessage
from django.db import models, transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from entente.audit import clock
from entente.audit.actors import Actor, acting, begin
from entente.audit.decisions import Decision, allow
from entente.audit.services import log
from entente.delivery.models import Message
from entente.delivery.rules import may_still_go
from entente.jobs.queue import ATTEMPTS, defer

CALENDAR_FILE = "meeting.ics"


class NotDelivered(Exception):
    """The mail server did not take a message; the job is tried again."""


def send(
    template: str,
    *,
    to: str,
    language: str,
    by: Actor,
    about: models.Model | None = None,
    member_id: uuid.UUID | None = None,
    message_id: uuid.UUID | None = None,
    context: dict[str, object] | None = None,
    calendar: str = "",
) -> Message:
    """Queue the message `<template>.txt` (its first line is the subject), written in `language`.

    With `member_id` it is sent only while that member may see the record it is about. A job names its message
    by `message_id` and asks `queries.is_queued` first: killed and run again, it sends nothing twice.
    `calendar` is a calendar file that goes with it.
    """
    with override(language):
        text = render_to_string(f"{template}.txt", {"about": about, **(context or {})})
    subject, _, body = text.strip().partition("\n")
    message = Message(
        id=message_id or uuid.uuid4(),
        organisation_id=by.actor_organisation_id,
        record_id=getattr(about, "audit_record_id", None),
        member_id=member_id,
        template=template,
        language=language,
    )
    # A subject of two lines is refused by the mail itself, and never goes.
    message.address, message.subject, message.body = to, " ".join(subject.split()), body.strip()
    message.calendar = calendar
    message.save(force_insert=True)
    defer("delivery.send_message", message=str(message.id))
    return message


def deliver_message(message_id: uuid.UUID, *, by: Actor) -> None:
    """Hand one waiting message to the mail server, with no transaction open meanwhile.

    Raises NotDelivered until the last attempt; its message id makes a second copy recognisable.
    """
    with acting(by):
        message = Message.objects.get(pk=message_id)
        if message.state != Message.State.WAITING:
            return
        decision = may_still_go(message, by)
        if not decision:
            _withdraw(message, decision, by=by)
            return
        mail = EmailMessage(
            message.subject,
            message.body,
            to=[message.address],
            headers={"Message-ID": f"<{message.id}@entente>"},
        )
        if message.calendar:
            mail.attach(CALENDAR_FILE, message.calendar, "text/calendar")
    try:
        mail.send()
        error = ""
    except (OSError, SMTPException) as problem:
        error = f"{type(problem).__name__}: {problem}"[:200]
    _settle_message(message, error, by=by)
    if error and message.state == Message.State.WAITING:
        raise NotDelivered(error)


@transaction.atomic
def withdraw_messages(messages: Iterable[Message], *, by: Actor, decision: Decision) -> list[Message]:
    """Take back those of the messages that still wait, because of `decision`; returns them."""
    begin(by)
    waiting = [message for message in messages if message.state == Message.State.WAITING]
    return [_withdraw(message, decision, by=by) for message in waiting]


def _withdraw(message: Message, decision: Decision, *, by: Actor) -> Message:
    message.state = Message.State.WITHDRAWN
    message.save(update_fields=["state"])
    log("delivery.message_withdrawn", by=by, about=message, decision=decision)
    return message


@transaction.atomic
def _settle_message(message: Message, error: str, *, by: Actor) -> None:
    with acting(by):
        message.attempts += 1
        message.error = error
        if not error:
            message.state, message.sent_at = Message.State.SENT, clock.now()
        elif message.attempts >= ATTEMPTS:
            message.state = Message.State.FAILED
        message.save(update_fields=["attempts", "error", "state", "sent_at"])
        if message.state != Message.State.WAITING:
            log(f"delivery.message_{message.state}", by=by, about=message, decision=_outcome(error))


def _outcome(error: str) -> Decision:
    if error:
        return allow(_("The mail server refused it %(attempts)d times."), attempts=ATTEMPTS)
    return allow(_("The mail server took it."))
