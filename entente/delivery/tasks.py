"""Sends what waits in the outbox."""

import uuid

from entente.audit.actors import Actor
from entente.delivery import services
from entente.jobs.queue import work


@work("delivery.send_message")
def send_message(*, by: Actor, message: str) -> None:
    """Deliver one message; tried again with growing waits."""
    services.deliver_message(uuid.UUID(message), by=by)
