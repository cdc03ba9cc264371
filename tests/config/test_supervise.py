from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from entente.config import supervise

# A parent like the demo's, with a page, a worker and a sequencer that need no database.
PARENT = """
import os, sys
from entente.config import supervise
supervise.web_command = lambda host, port: [sys.executable, "-m", "http.server", "--bind", host, str(port)]
supervise.worker_command = lambda: [sys.executable, "-c", {worker!r}]
supervise.sequencer_command = lambda: [sys.executable, "-c", "import time; time.sleep(600)"]
supervise.LONG_ENOUGH = float(os.environ.get("LONG_ENOUGH", supervise.LONG_ENOUGH))
sys.exit(supervise.run())
"""
PATIENT = "import time; time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"
)


def start_parent(tmp_path: Path, worker: str, **environment: str) -> tuple[subprocess.Popen[str], str]:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.replace("{worker!r}", repr(worker))],
        env={**os.environ, "DATABASE_URL": "", "ENTENTE_SEQUENCER_DATABASE_URL": "x", **environment},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert parent.stdout is not None
    return parent, next(line for line in parent.stdout if "is open" in line)  # the stand-ins speak, too


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_says_where_it_is_and_stops_everything_when_told(tmp_path: Path, number: signal.Signals) -> None:
    parent, line = start_parent(tmp_path, PATIENT)
    assert "http://localhost:" in line
    children = children_of(parent.pid)
    assert len(children) == 3
    parent.send_signal(number)
    rest, _ = parent.communicate(timeout=30)
    assert parent.returncode == 0
    assert rest == "Stopped.\n"
    assert all(is_gone(child) for child in children)


def test_when_one_process_ends_the_other_is_stopped_and_the_person_is_told(tmp_path: Path) -> None:
    parent, _ = start_parent(tmp_path, PATIENT)
    web, worker, sequencer = children_of(parent.pid)
    os.kill(worker, signal.SIGKILL)
    rest, _ = parent.communicate(timeout=30)
    assert parent.returncode == 1
    assert "The worker process ended by itself" in rest
    assert is_gone(web)
    assert is_gone(sequencer)


def test_without_an_address_of_its_own_the_sequencer_is_not_started_and_it_says_so(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: dict[str, str] = {}

    def serve(environment: dict[str, str], urls: dict[str, str], city: str) -> int:
        started.update(urls)
        return 0

    monkeypatch.delenv("ENTENTE_SEQUENCER_DATABASE_URL", raising=False)
    monkeypatch.setattr(supervise, "_until_told", lambda work: work())
    monkeypatch.setattr(supervise, "_serve", serve)
    assert supervise.run() == 0
    assert set(started) == {"web", "worker"}
    assert "no signed checkpoints" in capfd.readouterr().out


@pytest.mark.parametrize("which", [1, 2], ids=["worker", "sequencer"])
def test_what_ends_after_a_while_is_started_again(tmp_path: Path, which: int) -> None:
    parent, _ = start_parent(tmp_path, PATIENT, LONG_ENOUGH="0")
    assert parent.stdout is not None
    killed = children_of(parent.pid)[which]
    os.kill(killed, signal.SIGKILL)
    name = ("web", "worker", "sequencer")[which]
    assert "was started again" in next(line for line in parent.stdout if name in line)
    left = children_of(parent.pid)
    assert len(left) == 3
    assert killed not in left
    parent.send_signal(signal.SIGINT)
    rest, _ = parent.communicate(timeout=30)
    assert rest == "Stopped.\n"
    assert all(is_gone(child) for child in left)


def test_a_signal_waits_until_what_is_being_started_is_known() -> None:
    started = []
    with pytest.raises(KeyboardInterrupt), supervise._undisturbed():
        os.kill(os.getpid(), signal.SIGTERM)
        started.append("child")
    assert started == ["child"]


def test_a_process_that_will_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "PATIENCE", 0.2)
    command = [sys.executable, "-c", STUBBORN]
    with subprocess.Popen(command, start_new_session=True, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        supervise._end({"worker": child})
        assert child.returncode < 0


def test_the_next_free_port_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ENTENTE_PORT", raising=False)
    first = supervise.free_port()
    with socket.socket() as somebody_else:
        somebody_else.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        somebody_else.bind(("127.0.0.1", first))
        somebody_else.listen()
        assert supervise.free_port() > first
    monkeypatch.setenv("ENTENTE_PORT", "8123")
    assert supervise.free_port() == 8123


def test_the_demo_keeps_its_data_in_the_checkout_or_where_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ENTENTE_VAR", raising=False)
    assert supervise.demo_folder() == supervise.PACKAGE.parent / "var" / "demo"
    monkeypatch.setenv("ENTENTE_VAR", str(tmp_path))
    assert supervise.demo_folder() == tmp_path
    monkeypatch.delenv("ENTENTE_VAR")
    monkeypatch.setattr(supervise, "PACKAGE", tmp_path / "site-packages" / "entente")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "mine"))
    assert supervise.demo_folder() == tmp_path / "mine" / "entente"
