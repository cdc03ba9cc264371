"""A private PostgreSQL with the city built once; each test process works on its own copy.

Loaded by pytest before the settings are read.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "var" / ("test-packaged" if os.environ.get("ENTENTE_POSTGRES") == "packaged" else "test")
TEMPLATE = "city_template"
CLOCK_ROLE = "entente_test"  # of tests and proofs only: it may tell the database what time it is
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "entente.config.settings",
    "ENTENTE_MODE": "test",
    "ENTENTE_SURFACE": "both",
    "ENTENTE_VAR": str(FOLDER),
    "ENTENTE_HOSTS": "testserver,localhost,127.0.0.1",
    # Playwright's synchronous interface runs an event loop in this thread.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
}


def worker_name() -> str:
    """A name for what belongs to this test process alone."""
    return f"{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}_{os.getpid()}"


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the template: it is neither built twice nor copied half-built."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def code_version() -> str:
    """A digest of everything the city is built from."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "entente").rglob("*")):
        if path.suffix in {".py", ".sql", ".yaml"}:
            digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def build_template() -> None:
    """Make the template database when the code changed since the last one. Runs as the owner."""
    from entente.config import database, private_postgres

    admin_url = private_postgres.start(FOLDER / "postgres", fast=True)
    make_clock_role(admin_url)
    stamp, version = FOLDER / "template-for", code_version()
    if stamp.exists() and stamp.read_text() == version:
        return
    database.drop_database(admin_url, TEMPLATE)
    database.make_database(admin_url, TEMPLATE)
    url = database.url_for("entente_owner", admin_url, TEMPLATE)
    built = subprocess.run(
        [sys.executable, "-m", "tests.template_city"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        check=False,
    )
    if built.returncode:
        pytest.exit("The city could not be built; its last words are above.", returncode=3)
    stamp.write_text(version)


def make_clock_role(admin_url: str) -> None:
    """Make the role that says what time it is, with the rights of the staff role. Idempotent."""
    import psycopg
    from psycopg import sql

    from entente.config import database

    database.make_roles(admin_url)
    role = sql.Identifier(CLOCK_ROLE)
    with psycopg.connect(admin_url, autocommit=True) as connection:
        if not connection.execute("select 1 from pg_roles where rolname = %s", [CLOCK_ROLE]).fetchone():
            connection.execute(sql.SQL("create role {} nosuperuser nobypassrls").format(role))
        word = sql.Literal(database.password(CLOCK_ROLE, admin_url))
        connection.execute(sql.SQL("alter role {} login password {}").format(role, word))
        connection.execute(sql.SQL("grant entente_staff to {}").format(role))


def copy_of_city(name: str) -> str:
    """A fresh copy of the city's database; returns the administrator's address."""
    from entente.config import database, private_postgres

    with one_at_a_time():
        admin_url = private_postgres.start(FOLDER / "postgres", fast=True)
        database.drop_database(admin_url, name)
        database.make_database(admin_url, name, template=TEMPLATE)
    return admin_url


def empty_database(name: str) -> str:
    """A fresh database with the schema, the walls and nothing else; returns the administrator's address."""
    from entente.config import database, private_postgres

    with one_at_a_time():
        admin_url = private_postgres.start(FOLDER / "postgres", fast=True)
        database.drop_database(admin_url, name)
        database.make_database(admin_url, name)
    url = database.url_for("entente_owner", admin_url, name)
    command = [sys.executable, "-m", "entente.config", "prepare-database"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "DATABASE_URL": url}, check=True)
    return admin_url


def sweep() -> None:
    """Drop the copies of test processes that were killed."""
    import psycopg

    from entente.config import database, private_postgres

    admin_url = private_postgres.start(FOLDER / "postgres", fast=True)
    with psycopg.connect(admin_url) as connection:
        names = [row[0] for row in connection.execute("select datname from pg_database")]
    for name in names:
        process = name.rpartition("_")[2]
        if process.isdigit() and not Path("/proc", process).exists():
            database.drop_database(admin_url, name)


def set_environment_up() -> None:
    """Name the database before pytest-django reads the settings."""
    os.environ.update(ENVIRONMENT)
    (FOLDER / "static").mkdir(parents=True, exist_ok=True)
    from entente.config import database

    if "PYTEST_XDIST_WORKER" not in os.environ:
        with one_at_a_time():
            build_template()
            sweep()
    name = f"test_{worker_name()}"
    admin_url = copy_of_city(name)
    atexit.register(leave, admin_url, name)
    os.environ["TEST_ADMIN_URL"] = admin_url
    os.environ["DATABASE_URL"] = database.url_for("entente_staff", admin_url, name)


def leave(admin_url: str, name: str) -> None:
    """Drop this process's copy; the last one out stops the server."""
    import psycopg

    from entente.config import database, private_postgres

    database.drop_database(admin_url, name)
    with psycopg.connect(admin_url) as connection:
        row = connection.execute(
            "select count(*) from pg_database where not datistemplate and datname not in ('postgres', %s)",
            [TEMPLATE],
        ).fetchone()
    if row == (0,):
        private_postgres.stop(FOLDER / "postgres")


set_environment_up()
