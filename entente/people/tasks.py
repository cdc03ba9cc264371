"""Sends invitations and questions about entries, and forgets what is over."""

import uuid

from entente.audit import clock
from entente.audit.actors import Actor, acting
from entente.jobs.queue import every, work
from entente.people import services
from entente.people.queries.directory import due_since
from entente.people.services import confirming, contacts

AT_ONCE = 500  # entries on one morning; the others come the next


@work("people.send_invitation")
def send_invitation(*, by: Actor, account: str, message: str) -> None:
    """Mail one invitation."""
    services.send_invitation(uuid.UUID(account), by=by, message_id=uuid.UUID(message))


@every("17 * * * *", "people.clear_sessions")
def clear_sessions(*, by: Actor) -> None:
    """Every hour."""
    services.clear_sessions(by=by)


@work("people.send_confirmation")
def send_confirmation(*, by: Actor, confirmation: str) -> None:
    """Mail one question whether an entry is right."""
    confirming.send_confirmation(uuid.UUID(confirmation), by=by)


@every("23 6 * * *", "people.ask_again")
def ask_again(*, by: Actor) -> None:
    """Every morning: ask about entries whose time has come, and let go stale what nobody answered."""
    with acting(by):
        due = list(due_since(clock.now(), by).values_list("pk", flat=True)[:AT_ONCE])
    for entry in due:
        confirming.ask_again(entry, by=by)


@every("41 3 * * *", "people.forget_contacts")
def forget_contacts(*, by: Actor) -> None:
    """Every night."""
    contacts.forget_contacts(by=by)
