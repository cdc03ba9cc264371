"""Work the queue does for itself."""

from entente.audit.actors import Actor
from entente.jobs.queue import every, retry_stalled


@every("* * * * *", "jobs.retry_stalled")
def retry_stalled_jobs(*, by: Actor) -> None:
    """Every minute, take up again what a worker that died left behind."""
    retry_stalled()
