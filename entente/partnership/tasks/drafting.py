"""Reminds of reviews, and tells whose sharing ended with an amended agreement."""

from entente.audit.actors import Actor
from entente.jobs.queue import every
from entente.partnership.services import amending


@every("17 * * * *", "partnership.remind_of_agreement_reviews")
def remind_of_agreement_reviews(*, by: Actor) -> None:
    """Every hour."""
    amending.remind_of_reviews(by=by)


@every("* * * * *", "partnership.tell_closings")
def tell_closings(*, by: Actor) -> None:
    """Every minute: who shared something under an agreement that was amended hears of it at once."""
    amending.tell_closings(by=by)
