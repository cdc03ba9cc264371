"""Tells of broken glass, reminds of reviews, and forgets receipts that have run out."""

import uuid

from entente.audit.actors import Actor
from entente.jobs.queue import every, work
from entente.records.services import glass, receipts


@work("records.announce_glass")
def announce_glass(*, by: Actor, participation: str) -> None:
    """Tell at once that a glass was broken."""
    glass.announce_glass(uuid.UUID(participation), by=by)


@work("records.tell_finding")
def tell_finding(*, by: Actor, participation: str) -> None:
    """Tell that it was reviewed."""
    glass.tell_finding(uuid.UUID(participation), by=by)


@every("37 * * * *", "records.remind_of_reviews")
def remind_of_reviews(*, by: Actor) -> None:
    """Every hour."""
    glass.remind_of_reviews(by=by)


@every("41 3 * * *", "records.forget_receipts")
def forget_receipts(*, by: Actor) -> None:
    """Every night."""
    receipts.forget_receipts(by=by)
