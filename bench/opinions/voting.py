"""Voting: what one answer with the next statement costs, and 200 a second on a real server, none lost."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from bench.promise import Promise

ROOT = Path(__file__).parents[2]
NAME = "bench_voting"
PEOPLE, STATEMENTS, VOTES_EACH = 100_000, 1_000, 10
PROCESSES, THREADS = 2, 4
COSTED, BROWSERS, LINES, SECONDS = 400, 200, 8, 20


def promises() -> Iterator[Promise]:
    """The server is the real one, in two processes; its database has 100,000 people and 1,000 statements."""
    from tests import database

    admin_url = database.copy_of_city(NAME)
    try:
        page = _fill(_inside(admin_url))
        with _server(admin_url) as server:
            yield _cost(server, page)
            yield from _sustained(server, page)
    finally:
        from entente.config.database import drop_database

        drop_database(admin_url, NAME)


def _inside(admin_url: str) -> str:
    return f"{admin_url.rpartition('/')[0]}/{NAME}"


def _fill(url: str) -> str:
    """Fill the open dialogue with people, statements and votes; returns the address of its voting page."""
    from bench import house

    with psycopg.connect(url) as database:
        dialogue, reference = database.execute(
            "select d.record_ptr_id, r.reference from dialogue_dialogue d"
            " join records_record r on r.id = d.record_ptr_id where d.state = 'open'"
        ).fetchone() or ("", "")
        # Made-up rows for measuring, by the administrator: no triggers, no policies.
        database.execute("set session_replication_role = replica")
        database.execute(house.MAKE_PEOPLE, [dialogue, PEOPLE])
        database.execute(house.MAKE_STATEMENTS, [dialogue, STATEMENTS])
        database.execute(house.MAKE_VOTES, [dialogue, dialogue, STATEMENTS, VOTES_EACH])
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("analyze")
    return f"/en/dialogues/{reference}/vote/"


@dataclass(frozen=True)
class Server:
    """A web server of two processes, and where its database is."""

    process: subprocess.Popen[bytes]
    port: int
    url: str

    def spent(self) -> float:
        """CPU seconds so far: its own processes and PostgreSQL's, those included that have ended."""
        with psycopg.connect(self.url) as database:
            (backend,) = database.execute("select pg_backend_pid()").fetchone() or (0,)
            postmaster = int(_fields(backend)[1])
        return _cpu_of(self.process.pid) + _cpu_of(postmaster)


@contextmanager
def _server(admin_url: str) -> Iterator[Server]:
    from entente.config import database

    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    environment = {
        **os.environ,
        "DATABASE_URL": database.url_for("entente_staff", admin_url, NAME),
        "ENTENTE_WEB_PROCESSES": str(PROCESSES),
        "ENTENTE_WEB_THREADS": str(THREADS),
        "ENTENTE_BEHIND_PROXY": "1",  # each browser has an address of its own, as the proxy says
    }
    command = [sys.executable, "-m", "entente.config", "web"]
    process = subprocess.Popen(command, env=environment | {"ENTENTE_PORT": str(port)}, cwd=ROOT)
    try:
        _wait_for(port)
        yield Server(process, port, _inside(admin_url))
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(port: int) -> None:
    for _try in range(300):
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            line.request("GET", "/en/dialogues/", headers={"Host": "localhost", "X-Forwarded-Proto": "https"})
            if line.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The web server did not come up.")


def _voters(
    server: Server, page: str, browsers: int, lines: int, **until: float
) -> tuple[dict[str, Any], float]:
    """What simulated browsers were told, and the CPU seconds the server spent on their answers."""
    task = {
        "host": "localhost", "port": server.port, "page": page, "seed": 4, "lines": lines,
        "addresses": [f"10.{number // 250}.{number % 250}.7" for number in range(browsers)],
        "seconds": 600, "votes": 0, **until,
    }  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-m", "bench.opinions.voters"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as load:  # fmt: skip
        assert load.stdin is not None
        assert load.stdout is not None
        load.stdin.write(json.dumps(task) + "\n")
        load.stdin.flush()
        if load.stdout.readline().strip() != "ready":
            raise RuntimeError("The browsers could not begin; their last words are above.")
        before = server.spent()
        load.stdin.write("go\n")
        load.stdin.flush()
        told: dict[str, Any] = json.loads(load.stdout.readline())
    return told, server.spent() - before


def _cost(server: Server, page: str) -> Promise:
    """One browser after the other, so that nothing else is measured; a hundred first, to warm up."""
    _voters(server, page, 8, 8, votes=100)
    told, spent = _voters(server, page, 8, 1, votes=COSTED)
    return Promise(
        f"an answer with the next statement among {PEOPLE:,} people and {STATEMENTS:,} statements, Python and"
        " PostgreSQL",
        1000 * spent / told["accepted"],
        20,
        "CPU ms",
    )


def _sustained(server: Server, page: str) -> Iterator[Promise]:
    told, spent = _voters(server, page, BROWSERS, LINES, seconds=SECONDS)
    lost = _lost(server.url, told["acknowledged"])
    rate, each = told["accepted"] / told["seconds"], 1000 * spent / told["accepted"]
    print(
        f"       {told['accepted']:,} answers in {told['seconds']:.1f} s, {each:.1f} CPU ms each;"
        f" refused: {told['refused'] or 'none'}; lost: {lost or 'none'}",
        flush=True,
    )
    name = f"answers accepted on {os.cpu_count()} cores for {SECONDS} s, the browsers' work included"
    yield Promise(name, rate, 200, "a second", at_most=False)
    yield Promise("acknowledged answers that are not in the database as last given", len(lost), 0, "answers")


def _lost(url: str, acknowledged: dict[str, dict[str, int]]) -> list[str]:
    """Acknowledged answers that the database does not have with their last value."""
    lost = []
    with psycopg.connect(url) as database:
        for token, said in acknowledged.items():
            rows = database.execute(
                "select s.number, v.value from dialogue_participant p"
                " join dialogue_vote v on v.participant_id = p.id"
                " join dialogue_statement s on s.id = v.statement_id where p.token_hash = %s",
                [hashlib.sha256(token.encode()).hexdigest()],
            )
            kept = {str(number): value for number, value in rows}
            lost += [
                f"statement {number}: {value}, kept {kept.get(number)}"
                for number, value in said.items()
                if kept.get(number) != value
            ]
    return lost


def _cpu_of(parent: int) -> float:
    """CPU seconds a process and those it started have used so far, the ended ones included (Linux)."""
    text = " ".join(path.read_text() for path in Path(f"/proc/{parent}/task").glob("*/children"))
    ticks = [int(ticks) for ticks in _fields(parent)[11:15]]
    for child in map(int, text.split()):
        with suppress(OSError):  # it ended this moment
            ticks += [int(ticks) for ticks in _fields(child)[11:13]]
    return sum(ticks) / os.sysconf("SC_CLK_TCK")


def _fields(pid: int) -> list[str]:
    """What the system tells of a process, from its state on: proc(5)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
