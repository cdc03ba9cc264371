"""What a worker that died left behind is taken up again; what a living one does is left to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from entente.jobs.queue import defer, is_on, retry_stalled

NAME, RUN = "dialogue.read_import", "00000000-0000-4000-8000-000000000001"


@pytest.fixture(autouse=True)
def as_worker(connected_as: Callable[[str], str]) -> None:
    connected_as("entente_worker")


def taken_by_worker(seconds_silent: int) -> int:
    """A job that a worker took, who was last heard of so many seconds ago."""
    defer(NAME, run=RUN)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_workers (last_heartbeat) values (now() - make_interval(secs => %s))"
            " returning id",
            [seconds_silent],
        )
        (worker,) = cursor.fetchone()
        cursor.execute(
            "update procrastinate_jobs set status = 'doing', worker_id = %s"
            " where args->>'run' = %s returning id",
            [worker, RUN],
        )
        (job,) = cursor.fetchone()
    return int(job)


def state(job: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("select status from procrastinate_jobs where id = %s", [job])
        (found,) = cursor.fetchone()
    return str(found)


def test_the_work_of_a_silent_worker_is_queued_again() -> None:
    job = taken_by_worker(120)
    assert retry_stalled() == 1
    assert state(job) == "todo"
    assert retry_stalled() == 0


def test_the_work_of_a_living_worker_is_left_to_it() -> None:
    job = taken_by_worker(5)
    assert retry_stalled() == 0
    assert state(job) == "doing"


def test_whether_work_waits_or_runs_is_known() -> None:
    assert not is_on(NAME, run=RUN)
    job = taken_by_worker(5)
    assert is_on(NAME, run=RUN)
    assert not is_on(NAME, run="another")
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_jobs set status = 'failed' where id = %s", [job])
    assert not is_on(NAME, run=RUN)


def test_what_waits_already_is_not_blocked_by_what_died() -> None:
    defer("dialogue.analyse", dialogue=RUN, once=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_workers (last_heartbeat)"
            " values (now() - interval '2 minutes') returning id"
        )
        cursor.execute(
            "update procrastinate_jobs set status = 'doing', worker_id = %s"
            " where args->>'dialogue' = %s returning id",
            [cursor.fetchone()[0], RUN],
        )
        (died,) = cursor.fetchone()
    defer("dialogue.analyse", dialogue=RUN, once=True)
    other = taken_by_worker(120)
    assert retry_stalled() == 2
    assert (state(died), state(other)) == ("failed", "todo")
    assert is_on("dialogue.analyse", dialogue=RUN)


def test_scheduled_work_waits_once_at_most() -> None:
    scheduled = [kept.task for kept in app.periodic_registry.periodic_tasks.values()]
    ours = [task for task in scheduled if not task.name.startswith("builtin")]
    assert ours
    assert [task.queueing_lock for task in ours] == [task.name for task in ours]
