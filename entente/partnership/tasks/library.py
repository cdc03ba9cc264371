"""Tells adopters of a new version, and reminds of reviews."""

import uuid

from entente.audit.actors import Actor
from entente.jobs.queue import every, work
from entente.partnership.services import library_mail


@work("partnership.tell_adopters")
def tell_adopters(*, by: Actor, protocol: str) -> None:
    """Tell those who adopted an older version."""
    library_mail.tell_adopters(uuid.UUID(protocol), by=by)


@every("23 6 * * *", "partnership.remind_of_library_reviews")
def remind_of_library_reviews(*, by: Actor) -> None:
    """Every morning."""
    library_mail.remind_of_reviews(by=by)
