"""The façade over procrastinate: name a job, defer it by name, repeat it on a schedule."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from asgiref.sync import async_to_sync
from django.db import transaction
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import Status

from entente.audit.actors import Actor, job

ATTEMPTS = 5
FIRST_WAIT_SECONDS = 4
SILENT_SECONDS = 30  # a worker that lives says so every ten seconds

Work = Callable[..., None]


def work(name: str) -> Callable[[Work], Work]:
    """Register `def task(*, by, **ids)` as the job `name`; it is retried with growing waits.

    Ids in, nothing out; the task calls one service and is idempotent.
    """

    def register(task: Work) -> Work:
        retry = RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=FIRST_WAIT_SECONDS)

        def run(context: JobContext, /, **ids: Any) -> None:
            task(by=_worker(name, context), **ids)

        app.task(name=name, queue=name.partition(".")[0], retry=retry, pass_context=True)(run)
        return task

    return register


def every(cron: str, name: str) -> Callable[[Work], Work]:
    """Register `def task(*, by)` to run on a schedule, e.g. `"*/5 * * * *"`. It finds what is due.

    It waits in the queue once at most: work that takes longer than its interval does not pile up.
    """

    def register(task: Work) -> Work:
        def run(context: JobContext, timestamp: int) -> None:
            task(by=_worker(name, context))

        queue = name.partition(".")[0]
        app.periodic(cron=cron)(app.task(name=name, queue=queue, queueing_lock=name, pass_context=True)(run))
        return task

    return register


def defer(name: str, *, once: bool = False, **ids: str) -> None:
    """Queue a job in the caller's transaction: if the change is undone, so is the job.

    `once`: not queued again while the same work still waits.
    """
    lock = f"{name}:{','.join(ids.values())}" if once else None
    # Two of the same must not fail the caller's transaction, so ask before writing.
    if lock and _waits(lock):
        return
    app.configure_task(name=name, queue=name.partition(".")[0], queueing_lock=lock, lock=lock).defer(**ids)


def wake(name: str, **ids: str) -> None:
    """Queue a job once, as soon as the caller's transaction is committed.

    For work that finds what is due by itself and comes by anyway in a while: nobody's change waits for the
    queue or is undone with it.
    """

    def queue() -> None:
        # Somebody else was quicker this very moment.
        with suppress(AlreadyEnqueued):
            defer(name, once=True, **ids)

    transaction.on_commit(queue, robust=True)


def _waits(lock: str) -> bool:
    from procrastinate.contrib.django.models import ProcrastinateJob

    found: bool = ProcrastinateJob.objects.filter(queueing_lock=lock, status="todo").exists()
    return found


def is_on(name: str, **ids: str) -> bool:
    """Whether such a job waits or runs now."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    jobs = ProcrastinateJob.objects.filter(task_name=name, args=ids, status__in=("todo", "doing"))
    found: bool = jobs.exists()
    return found


def retry_stalled() -> int:
    """Queue again what a worker that died was doing; returns how many. Each task may be run twice."""
    stalled = list(async_to_sync(app.job_manager.get_stalled_jobs)(seconds_since_heartbeat=SILENT_SECONDS))
    for one in stalled:
        try:
            async_to_sync(app.job_manager.retry_job)(one)
        except UniqueViolation:  # the same work waits already, behind the lock of the one that died
            async_to_sync(app.job_manager.finish_job)(one, Status.FAILED, delete_job=False)
    return len(stalled)


def _worker(name: str, context: JobContext) -> Actor:
    return job(name, context.job.id)
