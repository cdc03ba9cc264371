"""The processes of an installation, each killed by its recorded number and started again."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from entente.config import database, private_postgres, supervise

ROOT = Path(__file__).parents[1]
NAME = "chaos"
ORIGIN = "chaos.example/entente"
PATIENCE = 90.0  # seconds for something to come back
Row = tuple[Any, ...]


class NotBack(Exception):
    """Something did not come back in time; the message says what."""


def wait_until(is_so: Callable[[], object], what: str, patience: float = PATIENCE) -> float:
    """Seconds until `is_so`; a database that is away counts as not yet. Raises NotBack."""
    began = time.monotonic()
    while time.monotonic() - began < patience:
        with contextlib.suppress(psycopg.OperationalError, psycopg.InterfaceError, OSError):
            if is_so():
                return time.monotonic() - began
        time.sleep(0.05)
    raise NotBack(f"{what} did not come back within {patience:.0f} s")


class Postgres:
    """The private server, with fsync, and without its own way of coming back after a crash."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.admin_url = private_postgres.start(folder)
        with psycopg.connect(self.admin_url, autocommit=True) as admin:
            admin.execute("alter system set restart_after_crash = off")
            admin.execute("select pg_reload_conf()")

    def start(self) -> None:
        """Start it again; it recovers from its log."""
        self.admin_url = private_postgres.start(self.folder)

    def stop(self) -> None:
        """Stop it in order."""
        private_postgres.stop(self.folder)

    @property
    def url(self) -> str:
        """The city's database, as the administrator, whom no wall hides anything from."""
        return self.admin_url.rpartition("/")[0] + f"/{NAME}"

    def url_for(self, role: str) -> str:
        """The city's database as a role of the product."""
        return database.url_for(role, self.admin_url, NAME)

    def make_empty(self) -> None:
        """A new database for the city."""
        database.make_roles(self.admin_url)
        database.drop_database(self.admin_url, NAME)
        database.make_database(self.admin_url, NAME)

    def ask(self, sql: str, *values: object) -> list[Row]:
        """The rows of one question, over a connection of its own."""
        with psycopg.connect(self.url, autocommit=True, connect_timeout=5) as admin:
            return admin.execute(sql, values).fetchall()  # type: ignore[call-overload, no-any-return, unused-ignore]

    def is_up(self) -> bool:
        """Whether it answers."""
        return self.ask("select 1") == [(1,)]

    def kill(self) -> None:
        """End the first process of the server without a word."""
        (data,) = private_postgres.location(self.folder).glob("data-*")
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(pid, signal.SIGKILL)
        # A killed first process does not wait for the others; they notice and end.
        wait_until(lambda: not _runs(pid), "the end of PostgreSQL")

    def kill_backend(self, chance: random.Random) -> None:
        """End one process that serves a connection; the server then ends all of them, and itself."""
        serving = self.ask(
            "select pid from pg_stat_activity where datname = %s and backend_type = 'client backend'"
            " and pid <> pg_backend_pid() order by backend_start",
            NAME,
        )
        (data,) = private_postgres.location(self.folder).glob("data-*")
        first = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(chance.choice(serving)[0], signal.SIGKILL)
        wait_until(lambda: not _runs(first), "the end of PostgreSQL after a backend was killed")


def _runs(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


class Process:
    """A process of the product in a session of its own, so that nothing of it is left when it is killed."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.name, self._command, self._environment, self._log = name, command, environment, log
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; what it says is added to its log."""
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(
                self._command, env=self._environment, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._child is not None and self._child.poll() is None

    @property
    def code(self) -> int | None:
        """What it ended with, by itself."""
        return None if self._child is None else self._child.poll()

    def send(self, number: signal.Signals) -> None:
        """Send a signal to everything it consists of."""
        assert self._child is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, number)

    def kill(self) -> None:
        """End it without a word."""
        self.send(signal.SIGKILL)
        assert self._child is not None
        self._child.wait()

    def stop(self, patience: float = 20) -> None:
        """Ask it to end; whatever is left afterwards is killed."""
        if self._child is None:
            return
        if self.is_alive:
            self._child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(patience)
        self.kill()


class Installation:
    """Web, worker and sequencer on one database, and how one sees that each is there again."""

    def __init__(self, postgres: Postgres, folder: Path, *, mail_port: int) -> None:
        self.postgres, self.folder = postgres, folder
        self.port = _free_port()
        common = environment_for(folder) | {
            "ENTENTE_SMTP_HOST": "127.0.0.1",
            "ENTENTE_SMTP_PORT": str(mail_port),
            "ENTENTE_WEB_THREADS": "6",
            "PYTHONUNBUFFERED": "1",
        }

        def process(name: str, role: str, command: list[str]) -> Process:
            environment = common | {"DATABASE_URL": postgres.url_for(role)}
            return Process(name, command, environment, folder / f"{name}.log")

        web = supervise.web_command("127.0.0.1", self.port)
        self.web = process("web", "entente_staff", web)
        self.worker = process("worker", "entente_worker", supervise.worker_command())
        self.sequencer = process("sequencer", "entente_sequencer", supervise.sequencer_command())
        self.processes = (self.web, self.worker, self.sequencer)
        self._newest_worker = 0

    def start(self) -> None:
        """Start everything and wait until it works."""
        for process in self.processes:
            self.start_one(process)

    def start_one(self, process: Process) -> float:
        """Start one process and wait until it works; returns the seconds that took."""
        began = time.monotonic()
        process.start()
        self.wait_for(process)
        return time.monotonic() - began

    def wait_for(self, process: Process) -> None:
        """Wait until a process does its work. Raises NotBack."""
        if process is self.web:
            wait_until(self._shows_a_page, "the web process")
        elif process is self.worker:
            wait_until(self._has_new_worker, "the worker")
        else:
            waiting = [row[0] for row in self.postgres.ask("select event_id from audit_pending limit 500")]
            wait_until(lambda: self._are_sequenced(waiting), "the sequencer")

    def _shows_a_page(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/en/dialogues/")
            return connection.getresponse().status == http.HTTPStatus.OK
        except http.client.HTTPException:
            return False
        finally:
            connection.close()

    def _has_new_worker(self) -> bool:
        ((newest,),) = self.postgres.ask("select coalesce(max(id), 0) from procrastinate_workers")
        if newest <= self._newest_worker:
            return False
        self._newest_worker = newest
        return True

    def _are_sequenced(self, events: list[Any]) -> bool:
        asked = "select count(*) from audit_pending where event_id = any(%s)"
        return self.postgres.ask(asked, events) == [(0,)]

    def stop(self) -> None:
        """Stop all of them."""
        for process in self.processes:
            process.stop()


def environment_for(folder: Path) -> dict[str, str]:
    """What every process of the product is told, but for its database."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "entente.config.settings",
        "ENTENTE_MODE": "test",
        "ENTENTE_SURFACE": "both",
        "ENTENTE_VAR": str(folder),
        "ENTENTE_HOSTS": "localhost,127.0.0.1",
        "ENTENTE_LOG_ORIGIN": ORIGIN,
    }


def _free_port() -> int:
    import socket

    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])
