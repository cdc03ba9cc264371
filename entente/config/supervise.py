"""Web, worker and sequencer under one parent that ends all; the demo with its PostgreSQL and its city."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from entente.config import database, demo_database, private_postgres
from entente.config.postgres_programs import PrivatePostgresError

PACKAGE = Path(__file__).resolve().parents[1]
FIRST_PORT = 8000
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE = 15.0  # seconds for a process to end before it is killed
LONG_ENOUGH = 10.0  # seconds; a process that ends sooner has a fault which starting it again does not mend
Children = dict[str, subprocess.Popen[bytes]]  # by name: web, worker, sequencer
DEMO_SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "entente.config.settings",
    "ENTENTE_MODE": "demo",
    "ENTENTE_SURFACE": "both",
}


# `entente web`, `entente worker` and `entente sequencer`


def web_command(host: str, port: int) -> list[str]:
    """The web server's command line; ENTENTE_WEB_PROCESSES and ENTENTE_WEB_THREADS say how wide it is."""
    return [
        sys.executable, "-m", "granian",
        "--interface", "wsgi", "--no-ws",
        "--host", host, "--port", str(port),
        "--workers", os.environ.get("ENTENTE_WEB_PROCESSES", "1"),
        "--blocking-threads", os.environ.get("ENTENTE_WEB_THREADS", "4"),
        "--workers-kill-timeout", "5", "--log-level", "warning",
        "entente.config.wsgi:application",
    ]  # fmt: skip


def worker_command() -> list[str]:
    """The command line of the process that does the work for later, three jobs at a time.

    One that takes long, a large import or the groups of a large dialogue, holds up no mail.
    """
    command = [sys.executable, "-m", "django", "procrastinate", "worker", "--concurrency", "3"]
    return [*command, "--shutdown-graceful-timeout", "10", "--delete-jobs", "successful"]


def sequencer_command() -> list[str]:
    """The command line of the process that gives the log's events their places in the tree."""
    return [sys.executable, "-m", "entente.config", "sequencer"]


def web() -> None:
    """Become the web server, on ENTENTE_HOST (127.0.0.1) and ENTENTE_PORT (8000)."""
    _become(web_command(_host(), int(os.environ.get("ENTENTE_PORT", FIRST_PORT))))


def worker() -> None:
    """Become the worker."""
    _become(worker_command())


def _become(command: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", DEMO_SETTINGS["DJANGO_SETTINGS_MODULE"])
    os.execv(command[0], command)  # noqa: S606  no shell is wanted


# `entente run` and `entente demo`


def run() -> int:
    """Run web, worker and sequencer; DATABASE_URL is the web's, the others may have their own."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": DEMO_SETTINGS["DJANGO_SETTINGS_MODULE"]}
    for_web = environment.get("DATABASE_URL", "")
    urls = {"web": for_web, "worker": environment.get("ENTENTE_WORKER_DATABASE_URL", for_web)}
    # No other role may do the sequencer's work, so there is no address to fall back on.
    if for_sequencer := environment.get("ENTENTE_SEQUENCER_DATABASE_URL"):
        urls["sequencer"] = for_sequencer
    else:
        print("The log gets no signed checkpoints: ENTENTE_SEQUENCER_DATABASE_URL is not set.", flush=True)
    return _until_told(lambda: _serve(environment, urls, "Entente"))


def demo() -> int:
    """Run the whole product with its imagined city, keeping everything in one folder of this machine."""
    return _until_told(_demo)


def _demo() -> int:
    folder = demo_folder()
    postgres = folder / "postgres"
    environment = {**os.environ, **DEMO_SETTINGS, "ENTENTE_VAR": str(folder)}
    try:
        print("Starting PostgreSQL ...", flush=True)
        admin_url = private_postgres.start(postgres)
        demo_database.prepare_once(folder, admin_url, environment)
        print("Starting web, worker and sequencer ...", flush=True)
        roles = {"web": "entente_staff", "worker": "entente_worker", "sequencer": "entente_sequencer"}
        urls = {name: database.url_for(role, admin_url, demo_database.NAME) for name, role in roles.items()}
        return _serve(environment, urls, "Marenne")
    finally:
        _deaf_to_signals()
        private_postgres.stop(postgres)


def demo_folder() -> Path:
    """Where the demo keeps its data: ENTENTE_VAR, else var/demo in a checkout, else the user's own folder."""
    if chosen := os.environ.get("ENTENTE_VAR"):
        return Path(chosen).resolve()
    if (PACKAGE.parent / "pyproject.toml").is_file():
        return PACKAGE.parent / "var" / "demo"
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "entente"


# Serving


def _serve(environment: dict[str, str], urls: dict[str, str], city: str) -> int:
    """Start each of `urls` on its database address, say where, wait; 1 when the web ended, or one too soon.

    Any other process that ends after a while is started again.
    """
    host, port = _host(), free_port()
    commands = {
        "web": web_command(host, port), "worker": worker_command(), "sequencer": sequencer_command(),
    }  # fmt: skip
    children: Children = {}
    began: dict[str, float] = {}

    def start(name: str) -> None:
        with _undisturbed():
            children[name] = _start(commands[name], environment | {"DATABASE_URL": urls[name]}, name == "web")
        began[name] = time.monotonic()

    try:
        for name in urls:
            start(name)
        if _first_page_comes(host, port, children):
            print(f"{city} is open: http://{_spoken(host)}:{port}/    (Ctrl-C stops everything)", flush=True)
        while (ended := _ended(children)) is None or _lasted(ended, began):
            if ended:
                # It does when the database was away for a moment, e.g. for an update.
                start(ended)
                print(f"The {ended} process ended by itself, and was started again.", flush=True)
            time.sleep(0.2)
        print(f"The {ended} process ended by itself; its last words are above. Stopping the rest.")
        return 1
    finally:
        _deaf_to_signals()
        _end(children)


def _start(command: list[str], environment: dict[str, str], is_heard: bool) -> subprocess.Popen[bytes]:
    # Sessions of their own: Ctrl-C in the terminal reaches the parent alone, which ends them in order.
    said = None if is_heard else subprocess.DEVNULL
    return subprocess.Popen(command, env=environment, start_new_session=True, stdout=said)


def _ended(children: Children) -> str | None:
    return next((name for name, child in children.items() if child.poll() is not None), None)


def _lasted(name: str, began: dict[str, float]) -> bool:
    """Whether an ended process may be started again: it was no fault of the start, and not the web's."""
    return name != "web" and time.monotonic() - began[name] >= LONG_ENOUGH


def _first_page_comes(host: str, port: int, children: Children) -> bool:
    """Wait until the first page can be opened; False when the web ended before."""
    while children["web"].poll() is None:
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection(_spoken(host), port, timeout=30)
            connection.request("GET", "/", headers={"Host": f"localhost:{port}"})
            if connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR:
                return True
            print("The first page has an error; the web process says which above.", flush=True)
            return False
        time.sleep(0.05)
    return False


def _end(children: Children) -> None:
    for child in children.values():
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
    deadline = time.monotonic() + PATIENCE
    for child in children.values():
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(max(0.0, deadline - time.monotonic()))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)  # whatever the child left behind in its session
        child.wait()


def free_port() -> int:
    """ENTENTE_PORT if it is set, else 8000 or the next that is free."""
    if wanted := os.environ.get("ENTENTE_PORT"):
        return int(wanted)
    for port in range(FIRST_PORT, FIRST_PORT + 100):
        with contextlib.suppress(OSError), socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((_host(), port))
            return port
    raise OSError(f"No free port from {FIRST_PORT} to {FIRST_PORT + 99}. Name one with ENTENTE_PORT.")


def _host() -> str:
    return os.environ.get("ENTENTE_HOST", "127.0.0.1")


def _spoken(host: str) -> str:
    return "localhost" if host in {"0.0.0.0", "::", "127.0.0.1"} else host  # noqa: S104  compared, not bound


def _until_told(work: Callable[[], int]) -> int:
    """Do `work` until Ctrl-C, a closed terminal or `kill`; what fails becomes a sentence and 1."""
    for number in STOPPING:
        signal.signal(number, signal.default_int_handler)
    try:
        return work()
    except KeyboardInterrupt:
        print("Stopped.")
        return 0
    except subprocess.CalledProcessError:
        print("That step failed; its last words are above. Everything is stopped.", file=sys.stderr)
    except (PrivatePostgresError, psycopg.Error, OSError) as problem:
        print(problem, file=sys.stderr)
    return 1


def _deaf_to_signals() -> None:
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Let a signal wait until the process that is being started is known: nothing may be left behind."""
    told: list[int] = []
    before = {number: signal.signal(number, lambda got, frame: told.append(got)) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if told:
        raise KeyboardInterrupt
