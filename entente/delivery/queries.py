"""Named reads of the outbox."""

import uuid

from entente.audit.actors import Actor, begin
from entente.delivery.models import Message


def is_queued(message_id: uuid.UUID, reader: Actor) -> bool:
    """Whether a message was written already, as far as the reader sees."""
    begin(reader)
    return Message.objects.filter(pk=message_id).exists()
