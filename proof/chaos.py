"""`make chaos`: people write while every process is killed again and again; then the books are compared.

python -m proof chaos [--faults N] [--seed N]      (or FAULTS and SEED in the environment)
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import secrets
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from entente.audit import sequencing
from entente.keys.keystore import FileKeystore
from proof.chaos_judge import Verdict, judge
from proof.chaos_mail import Sink
from proof.chaos_processes import (
    ORIGIN,
    Installation,
    NotBack,
    Postgres,
    Process,
    environment_for,
    wait_until,
)
from proof.chaos_writers import Book, Browser, Colleague, Resident, Writer

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "var" / "chaos"
COLLEAGUES, RESIDENTS = 5, 3
# How often each fault comes, of a hundred.
SHARES = {
    "kill -9 web": 20,
    "kill -9 worker": 22,
    "kill -9 sequencer": 18,
    "kill -9 a PostgreSQL backend": 14,
    "kill -9 PostgreSQL": 14,
    "stop worker for seconds": 6,
    "stop sequencer for seconds": 6,
}
QUIET = 200.0  # seconds for the queue to empty; a killed worker's work is taken up after a minute and a half


class Run:
    """One run: what was done to the installation, and how it took it."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.book, self.sink, self.stop = Book(), Sink(), threading.Event()
        self.faults: Counter[str] = Counter()
        self.ended_alone: Counter[str] = Counter()
        self.back: dict[str, list[float]] = {}
        self.postgres = Postgres(FOLDER / "postgres")
        self.installation = Installation(self.postgres, FOLDER, mail_port=self.sink.open())
        self.writers: list[Writer] = []

    def prepare(self) -> None:
        """A new city with its processes; whoever writes begins."""
        scene = build_city(self.postgres)
        self.installation.start()
        for number in range(COLLEAGUES + RESIDENTS):
            rest = (self.book, random.Random(self.chance.random()), self.stop)
            self.writers.append(self._writer(number, scene, *rest))
        for writer in self.writers:
            writer.start()

    def _writer(self, number: int, scene: dict[str, Any], book: Book, *rest: Any) -> Writer:
        port = self.installation.port
        if number >= COLLEAGUES:
            return Resident(scene, book, Browser(port, {}), *rest)
        me = scene["members"][number % len(scene["members"])]
        browser = Browser(port, {"session": me["session"]})
        return Colleague(scene, me, lambda: self.postgres.url, book, browser, *rest)

    # Faults

    def do_one(self, fault: str) -> None:
        """Let people write for a moment, do one thing, and wait until everything is back."""
        time.sleep(self.chance.uniform(0.2, 1.2))
        self.revive()
        began = time.monotonic()
        DOING[fault](self)
        self.back.setdefault(fault, []).append(time.monotonic() - began)
        self.faults[fault] += 1

    def kill(self, process: Process) -> None:
        """End a process without a word and start it again."""
        process.kill()
        self.installation.start_one(process)

    def halt(self, process: Process) -> None:
        """Stop a process for some seconds, as a machine does that is out of memory, and let it go on."""
        process.send(signal.SIGSTOP)
        time.sleep(self.chance.uniform(2, 4))
        process.send(signal.SIGCONT)
        if process is self.installation.sequencer:
            self.installation.wait_for(process)

    def kill_postgres(self) -> None:
        """End the server and start it again; it recovers."""
        self.postgres.kill()
        self._start_postgres()

    def kill_backend(self) -> None:
        """End one of the server's processes: the server goes down, and is started again."""
        self.postgres.kill_backend(self.chance)
        self._start_postgres()

    def _start_postgres(self) -> None:
        self.postgres.start()
        wait_until(self.postgres.is_up, "PostgreSQL")
        self.revive()
        self.installation.wait_for(self.installation.web)
        self.installation.wait_for(self.installation.sequencer)

    def revive(self) -> None:
        """Start what ended by itself, as the system's supervisor does, and count it."""
        for process in self.installation.processes:
            if not process.is_alive:
                self.ended_alone[f"{process.name} with code {process.code}"] += 1
                self.installation.start_one(process)

    # The end

    def come_to_rest(self) -> float:
        """Stop writing, let the queue empty and the sequencer catch up; returns the seconds."""
        self.stop.set()
        for writer in self.writers:
            writer.join(60)
        began = time.monotonic()
        wait_until(self._is_quiet, "the quiet after the last fault", QUIET)
        self.installation.worker.stop()
        self.installation.web.stop()
        wait_until(lambda: self.postgres.ask("select count(*) from audit_pending") == [(0,)], "the sequencer")
        self.installation.sequencer.stop()
        return time.monotonic() - began

    def _is_quiet(self) -> bool:
        self.revive()
        left = (
            "select (select count(*) from procrastinate_jobs where status in ('todo', 'doing')"
            " and task_name in ('people.send_invitation', 'delivery.send_message'))"
            " + (select count(*) from audit_pending)"
        )
        return self.postgres.ask(left) == [(0,)]

    def judge(self) -> Verdict:
        """Compare the books."""
        verifier = sequencing.signer_from(FOLDER / "log-key", ORIGIN).verifier
        keystore = FileKeystore(FOLDER / "keystore")
        with psycopg.connect(self.postgres.url) as connection:
            verdict = judge(
                connection, keystore=keystore, book=self.book, taken=list(self.sink.taken), verifier=verifier
            )
        verdict.note("an answer nobody expected", self.book.unexpected)
        return verdict

    def end(self) -> None:
        """End everything that was started."""
        self.stop.set()
        self.installation.stop()
        self.sink.close()
        self.postgres.stop()


DOING: dict[str, Callable[[Run], None]] = {
    "kill -9 web": lambda run: run.kill(run.installation.web),
    "kill -9 worker": lambda run: run.kill(run.installation.worker),
    "kill -9 sequencer": lambda run: run.kill(run.installation.sequencer),
    "kill -9 a PostgreSQL backend": Run.kill_backend,
    "kill -9 PostgreSQL": Run.kill_postgres,
    "stop worker for seconds": lambda run: run.halt(run.installation.worker),
    "stop sequencer for seconds": lambda run: run.halt(run.installation.sequencer),
}


def build_city(postgres: Postgres) -> dict[str, Any]:
    """A new city and its keys; returns what the writers need."""
    for name in ("keystore", "files"):
        shutil.rmtree(FOLDER / name, ignore_errors=True)
    for file in ("log-key", "web.log", "worker.log", "sequencer.log"):
        (FOLDER / file).unlink(missing_ok=True)
    (FOLDER / "static").mkdir(parents=True, exist_ok=True)
    postgres.make_empty()
    environment = environment_for(FOLDER) | {"DATABASE_URL": postgres.url_for("entente_owner")}
    built = subprocess.run(
        [sys.executable, "-m", "proof.chaos_city"],
        env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    scene: dict[str, Any] = json.loads(built.stdout.splitlines()[-1])
    return scene


def plan(faults: int, chance: random.Random) -> list[str]:
    """So many faults in their shares, at least one of each, in random order."""
    kinds = list(SHARES)
    planned = [kind for kind in kinds for _ in range(max(1, faults * SHARES[kind] // 100))]
    planned += chance.choices(kinds, [SHARES[kind] for kind in kinds], k=max(0, faults - len(planned)))
    chance.shuffle(planned)
    return planned


def report(run: Run, verdict: Verdict, seconds: float, rest: float) -> None:
    """What happened, in figures."""
    for fault, times in sorted(run.back.items()):
        print(
            f"{run.faults[fault]:>4} x {fault:<29} back after {statistics.mean(times):4.1f} s,"
            f" at most {max(times):4.1f} s"
        )
    print(f"{run.faults.total()} faults in {seconds:.0f} s; the queue was empty {rest:.0f} s later")
    alone = ", ".join(f"{name} {count}" for name, count in sorted(run.ended_alone.items())) or "nothing"
    print(f"ended by itself after the database went away, and was started again: {alone}")
    kinds = ", ".join(f"{kind} {len(marks)}" for kind, marks in run.book.acknowledged.items())
    print(f"acknowledged writes: {run.book.writes} ({kinds})")
    answers = ", ".join(f"{status or 'none'} {count}" for status, count in sorted(run.book.answers.items()))
    print(f"answers: {answers}")
    share = 100 * verdict.figures["copies of a mail"] / max(1, verdict.figures["mails taken"])
    print(", ".join(f"{name}: {count}" for name, count in verdict.figures.items()) + f" ({share:.1f} %)")
    lost = sum(len(found) for what, found in verdict.wrong.items() if "lost" in what)
    phantom = sum(len(found) for what, found in verdict.wrong.items() if "out of nothing" in what)
    print(f"lost: {lost}, phantom mails: {phantom}, other faults: {len(verdict.wrong)} kinds")
    for line in verdict.lines():
        print(line)
    print("chaos: nothing was lost" if not verdict.wrong else "chaos: SHORT, see above", flush=True)


def main(arguments: list[str]) -> int:
    """Run it; 0 when nothing was lost."""
    parser = argparse.ArgumentParser(prog="python -m proof chaos", description=__doc__)
    parser.add_argument("--faults", type=int, default=int(os.environ.get("FAULTS", "100")))
    parser.add_argument(
        "--seed", type=int, default=int(os.environ.get("SEED", str(secrets.randbelow(10**6))))
    )
    chosen = parser.parse_args(arguments)
    moment = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{moment}, {machine}; {chosen.faults} faults, seed {chosen.seed}", flush=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    run = Run(chosen.seed)
    try:
        run.prepare()
        began = time.monotonic()
        for fault in plan(chosen.faults, run.chance):
            run.do_one(fault)
            if run.faults.total() % 25 == 0:
                moment = f"{time.monotonic() - began:.0f} s"
                print(f"  {run.faults.total()} faults, {run.book.writes} writes, {moment}", flush=True)
        seconds = time.monotonic() - began
        rest = run.come_to_rest()
        verdict = run.judge()
    except NotBack as problem:
        print(f"chaos: SHORT, {problem}; the logs are in {FOLDER}")
        return 1
    finally:
        run.end()
    report(run, verdict, seconds, rest)
    return 1 if verdict.wrong else 0
