"""Work for later in groups: invitations, signatures, reviews."""

import uuid

from entente.audit.actors import Actor
from entente.jobs.queue import every, work
from entente.partnership.services import charters, telling


@work("partnership.tell_invited")
def tell_invited(*, by: Actor, place: str) -> None:
    """Mail an invitation to the organisation's coordinators."""
    telling.tell_invited(uuid.UUID(place), by=by)


@work("partnership.tell_to_sign")
def tell_to_sign(*, by: Actor, charter: str) -> None:
    """Tell coordinators that a charter waits for their signature."""
    telling.tell_to_sign(uuid.UUID(charter), by=by)


@work("partnership.bring_charters_into_force")
def bring_charters_into_force(*, by: Actor, group: str) -> None:
    """After an organisation left, see whether its signature was the last one missing."""
    charters.bring_charters_into_force(uuid.UUID(group), by=by)


@every("25 * * * *", "partnership.remind_of_reviews")
def remind_of_reviews(*, by: Actor) -> None:
    """Every hour, tell keepers of reviews that are near; each is told once."""
    telling.remind_of_reviews(by=by)
