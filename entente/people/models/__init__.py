"""Who is who: organisations, persons, memberships, accounts and sessions; and the directory."""

from entente.people.models.directory import Confirmation, Contact, Entry, EntryChange, Tie
from entente.people.models.who import (
    HEADS,
    SIGNED_IN_WITH,
    Account,
    Accounts,
    Area,
    Attempt,
    Member,
    Membership,
    Organisation,
    Person,
    Seat,
    Session,
    TaskForce,
)

__all__ = [
    "HEADS",
    "SIGNED_IN_WITH",
    "Account",
    "Accounts",
    "Area",
    "Attempt",
    "Confirmation",
    "Contact",
    "Entry",
    "EntryChange",
    "Member",
    "Membership",
    "Organisation",
    "Person",
    "Seat",
    "Session",
    "TaskForce",
    "Tie",
]
