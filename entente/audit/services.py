"""Adds to the log. Nothing changes it."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models

from entente.audit import clock
from entente.audit.actors import Actor, begin
from entente.audit.decisions import Decision
from entente.audit.models import Event

# A timed trail of what residents do would tell who did it: their events carry the hour only.
UNTIMED = {"participant", "invite", "visitor", "complaint"}


_together: ContextVar[list[Event] | None] = ContextVar("together", default=None)


@contextmanager
def logged_together() -> Iterator[None]:
    """For one step with many changes: its events are written at once when it ends, with one moment."""
    if _together.get() is not None:
        yield
        return
    events: list[Event] = []
    token = _together.set(events)
    try:
        yield
    finally:
        _together.reset(token)
    at = clock.now()
    for event in events:
        event.at = event.at if event.actor_kind in UNTIMED else at
    Event.objects.bulk_create(events)


def _record_of(about: models.Model | None) -> uuid.UUID | None:
    """The record an object belongs to: it says so itself, or it has none."""
    found: uuid.UUID | None = getattr(about, "audit_record_id", None)
    return found


def log(
    name: str,
    *,
    by: Actor,
    about: models.Model | None,
    decision: Decision,
    details: dict[str, Any] | None = None,
) -> Event:
    """Add one event, inside the transaction of the change it describes.

    `name` is `app.noun_verbed`; `details` are sealed under the record's key.
    """
    begin(by)
    event = Event(
        at=clock.this_hour() if by.actor_kind in UNTIMED else clock.now(),
        name=name,
        actor_kind=by.actor_kind,
        actor_id=by.actor_id,
        actor_name=by.actor_name,
        actor_organisation_id=by.actor_organisation_id,
        about_kind="" if about is None else about._meta.label_lower,
        about_id=None if about is None else about.pk,
        record_id=_record_of(about),
        allowed=decision.allowed,
        reason=decision.source,
        reason_values=decision.values,
    )
    event.details = json.dumps(details, ensure_ascii=False) if details else ""
    waiting = _together.get()
    if waiting is None:
        event.save(force_insert=True)
    else:
        waiting.append(event)
    return event
