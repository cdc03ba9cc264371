"""Sends invitations, and forgets sign-ins that are over."""

import uuid

from entente.audit.actors import Actor
from entente.jobs.queue import every, work
from entente.people import services


@work("people.send_invitation")
def send_invitation(*, by: Actor, account: str, message: str) -> None:
    """Mail one invitation."""
    services.send_invitation(uuid.UUID(account), by=by, message_id=uuid.UUID(message))


@every("17 * * * *", "people.clear_sessions")
def clear_sessions(*, by: Actor) -> None:
    """Every hour."""
    services.clear_sessions(by=by)
