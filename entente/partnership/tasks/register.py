"""Work for later: assessments that must be looked at again."""

from entente.audit.actors import Actor
from entente.jobs.queue import every
from entente.partnership.services import assessments


@every("25 7 * * *", "partnership.remind_of_assessments")
def remind_of_assessments(*, by: Actor) -> None:
    """Every morning, tell the keepers' officers of assessments that are due, once each."""
    assessments.remind_of_assessments(by=by)
