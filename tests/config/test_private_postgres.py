from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from entente.config import postgres_programs, private_postgres


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """One server of each kind for the whole file: making one takes a second."""
    long_name = "a folder with a rather long name and " * 4
    made = {kind: tmp_path_factory.mktemp(kind) / long_name for kind in ("system", "packaged")}
    yield made
    for place in made.values():
        private_postgres.remove(place)


@pytest.fixture(params=["system", "packaged"])
def folder(request: pytest.FixtureRequest, places: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENTENTE_POSTGRES", request.param)
    return places[request.param]


def ask(address: str, question: str) -> object:
    with psycopg.connect(address, connect_timeout=5) as connection:
        row = connection.execute(question).fetchone()
    assert row is not None
    return row[0]


def server_process(folder: Path) -> int:
    (file,) = private_postgres.location(folder).glob("data-*/postmaster.pid")
    return int(file.read_text().split("\n")[0])


def test_it_starts_and_answers(folder: Path) -> None:
    private_postgres.stop(folder)
    address = private_postgres.start(folder, fast=True)
    assert int(str(ask(address, "SHOW server_version_num"))) >= 150_000
    assert ask(address, "SELECT current_user::text") == "entente_admin"
    assert ask(address, "SHOW fsync") == "off"


def test_starting_twice_finds_the_same_server(folder: Path) -> None:
    first = private_postgres.start(folder, fast=True)
    process = server_process(folder)
    assert private_postgres.start(folder, fast=True) == first
    assert server_process(folder) == process


def test_stop_and_start_keep_the_data_and_the_address(folder: Path) -> None:
    first = private_postgres.start(folder)
    with psycopg.connect(first) as connection:
        connection.execute("CREATE TABLE kept_when_stopped AS SELECT 'still here' AS word")
    private_postgres.stop(folder)
    with pytest.raises(psycopg.OperationalError):
        ask(first, "SELECT 1")
    second = private_postgres.start(folder)
    assert second == first
    assert ask(second, "SELECT word FROM kept_when_stopped") == "still here"


def test_a_killed_server_comes_back_with_its_data(folder: Path) -> None:
    private_postgres.stop(folder)  # it may be running in the fast, forgetful way
    address = private_postgres.start(folder)
    with psycopg.connect(address, autocommit=True) as open_connection:
        open_connection.execute("CREATE TABLE kept_when_killed AS SELECT 'still here' AS word")
        os.kill(server_process(folder), signal.SIGKILL)
        address = private_postgres.start(folder)
    assert ask(address, "SELECT word FROM kept_when_killed") == "still here"


def test_a_left_over_note_of_another_process_does_not_hinder(folder: Path) -> None:
    private_postgres.start(folder, fast=True)
    private_postgres.stop(folder)
    (data,) = private_postgres.location(folder).glob("data-*")
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n1\n5432\n\nlocalhost\n1 1\nready\n")
    assert ask(private_postgres.start(folder, fast=True), "SELECT 1") == 1


def test_a_second_start_at_the_same_moment_waits_for_the_first(folder: Path) -> None:
    private_postgres.stop(folder)
    command = [sys.executable, "-m", "entente.config.private_postgres", "start", str(folder), "--fast"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    first, second = (each.communicate()[0] for each in both)
    assert first.startswith("postgresql://")
    assert first == second


def test_only_whoever_has_the_password_gets_in(folder: Path) -> None:
    address = private_postgres.start(folder, fast=True)
    secret = private_postgres.location(folder) / "password"
    assert secret.stat().st_mode & 0o077 == 0
    with pytest.raises(psycopg.OperationalError, match="password"):
        ask(address.replace(secret.read_text(), "guess"), "SELECT 1")


def test_it_never_runs_as_root(folder: Path) -> None:
    private_postgres.start(folder, fast=True)
    (data,) = private_postgres.location(folder).glob("data-*")
    assert (data / "postmaster.pid").stat().st_uid != 0


def test_the_packaged_server_is_used_when_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTENTE_POSTGRES", "packaged")
    address = private_postgres.start(tmp_path, fast=True)
    assert str(ask(address, "SHOW server_version")).startswith("18.")
    private_postgres.remove(tmp_path)


def test_without_any_server_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_programs, "SYSTEM_PROGRAMS", ())
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(postgres_programs.PrivatePostgresError, match="bin/set-up"):
        private_postgres.start(tmp_path)
    private_postgres.remove(tmp_path)


def test_data_of_a_version_no_longer_installed_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ENTENTE_POSTGRES", raising=False)
    home = private_postgres.location(tmp_path)
    (home / "data-9").mkdir()
    with pytest.raises(postgres_programs.PrivatePostgresError, match="made by PostgreSQL 9"):
        private_postgres.start(tmp_path)
    private_postgres.remove(tmp_path)


def test_the_command_explains_itself_when_misused(capsys: pytest.CaptureFixture[str]) -> None:
    assert private_postgres.main(["restart", "somewhere"]) == 1
    assert "start FOLDER" in capsys.readouterr().err
