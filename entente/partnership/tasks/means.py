"""Tells once what was asked for, decided and late, and that money ends soon."""

from entente.audit.actors import Actor
from entente.jobs.queue import every
from entente.partnership.services import means, money


@every("*/10 * * * *", "partnership.watch_bookings")
def watch_bookings(*, by: Actor) -> None:
    """Every ten minutes."""
    means.watch_bookings(by=by)


@every("11 7 * * *", "partnership.warn_of_ends")
def warn_of_ends(*, by: Actor) -> None:
    """Every morning."""
    money.warn_of_ends(by=by)
