"""Watches over complaints: what is new is told, and what is late."""

from entente.audit.actors import Actor
from entente.jobs.queue import every
from entente.rights.services import watching


@every("*/10 * * * *", "rights.watch_complaints")
def watch_complaints(*, by: Actor) -> None:
    """Every ten minutes."""
    watching.watch_complaints(by=by)
