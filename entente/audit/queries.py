"""Named reads of the log."""

import uuid

from django.db.models import QuerySet

from entente.audit.actors import Actor, begin
from entente.audit.models import Event


def history(record_id: uuid.UUID, reader: Actor) -> QuerySet[Event]:
    """What happened to one record, newest first. The wall shows it to whoever sees the record."""
    begin(reader)
    return Event.objects.filter(record_id=record_id).order_by("-at", "id")
