"""The log under load: events of 32 members at once, and how long each waits for its place in the tree."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from bench.promise import Promise

CLIENTS, SECONDS, WARM_UP = 32, 15.0, 3.0
ADD = """
insert into audit_event
    (id, at, name, actor_kind, actor_name, about_kind, allowed, reason, reason_values, details)
values
    (gen_random_uuid(), clock_timestamp(), 'bench.thing_done', 'visitor', '', '', true, 'Because.', '{}', %s)
"""


def promises() -> Iterator[Promise]:
    """Measure on a copy of the tests' city."""
    from entente.config.database import drop_database
    from tests import database as test_database

    admin_url = test_database.copy_of_city("bench_log")
    try:
        yield from measure_events(admin_url, "bench_log")
    finally:
        drop_database(admin_url, "bench_log")


def measure_events(admin_url: str, name: str) -> Iterator[Promise]:
    """Events a second of 32 connections, each in its own transaction, and the lag until the tree has it."""
    from entente.config import database

    urls = {
        role: database.url_for(f"entente_{role}", admin_url, name)
        for role in ("staff", "sequencer", "auditor")
    }
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "DATABASE_URL": urls["sequencer"],
            "ENTENTE_LOG_KEY": f"{folder}/log-key",
        }
        command = [sys.executable, "-m", "entente.config", "sequencer"]
        sequencer = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            _until_nothing_waits(urls["auditor"])
            began = time.time()
            added = _add_from_many(urls["staff"])
            _until_nothing_waits(urls["auditor"])
            lags = _lags(urls["auditor"], began + WARM_UP)
        finally:
            sequencer.kill()
            sequencer.wait()
    yield Promise(f"events of {CLIENTS} clients", added / SECONDS, 1000, "a second", at_most=False)
    yield Promise("from its moment to its place in the signed tree, p99", _share(lags, 0.99), 2, "s")


def _add_from_many(url: str) -> int:
    """Add events for SECONDS from CLIENTS connections, in two processes; returns how many were committed."""
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        return sum(pool.starmap(_add_from_some, [(url, CLIENTS // 2)] * 2))


def _add_from_some(url: str, clients: int) -> int:
    counts = [0] * clients
    until = time.monotonic() + SECONDS

    def add(number: int) -> None:
        with psycopg.connect(url) as connection:
            while time.monotonic() < until:
                with connection.pipeline(), connection.transaction():
                    connection.execute("select authz.begin(null, null)")
                    connection.execute(ADD, [os.urandom(90)])
                counts[number] += 1

    threads = [threading.Thread(target=add, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts)


def _until_nothing_waits(url: str) -> None:
    asked = "select (select count(*) from audit_event) = (select count(*) from audit_leaf)"
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(asked).fetchone() != (True,):
            time.sleep(0.5)


def _lags(url: str, since: float) -> list[float]:
    """Seconds from the moment an event claims, just before its commit, to its checkpoint; sorted."""
    asked = """
      select extract(epoch from c.made_at - e.at)::float
        from audit_event e join audit_leaf l on l.event_id = e.id
       cross join lateral (select made_at from audit_checkpoint where size > l.index order by size limit 1) c
       where e.name = 'bench.thing_done' and e.at > to_timestamp(%s)"""
    with psycopg.connect(url) as connection:
        rows: list[tuple[Any, ...]] = connection.execute(asked, [since]).fetchall()
    return sorted(row[0] for row in rows)


def _share(ordered: list[float], share: float) -> float:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    for promise in promises():
        print(promise, flush=True)
