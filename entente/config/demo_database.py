"""The demo's database and static files: made once, brought up to date when the code has changed.

`python -m entente.config.demo_database` does the part that needs Django, as the owner of DATABASE_URL.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import psycopg
from psycopg import sql

from entente.config import database, private_postgres

PACKAGE = Path(__file__).resolve().parents[1]
NAME = "entente"
UNFINISHED = "entente_half_made"


def prepare_once(postgres: Path, admin_url: str, environment: dict[str, str]) -> None:
    """Make the city's database, or bring it up to date; does nothing when that is done for this very code.

    `postgres` is the folder of the private server at `admin_url`; `environment` that of the demo's processes.
    A half-made city never shows: it is made under another name first. CalledProcessError when a step fails.
    """
    done = private_postgres.location(postgres) / "prepared-for"
    code = _version_of_code()
    if done.is_file() and done.read_text() == code:
        return
    database.make_roles(admin_url)
    if _exists(admin_url):
        print("Bringing the database up to date ...", flush=True)
        _run_as_owner("entente.config.demo_database", admin_url, NAME, environment)
    else:
        print("Making the imagined city of Marenne (once; about 20 s) ...", flush=True)
        database.drop_database(admin_url, UNFINISHED)
        database.make_database(admin_url, UNFINISHED)
        _run_as_owner("entente.config.demo_database", admin_url, UNFINISHED, environment)
        _run_as_owner("entente.config", admin_url, UNFINISHED, environment, "demo-city")
        _rename(admin_url)
    done.write_text(code)


def _run_as_owner(
    module: str, admin_url: str, name: str, environment: dict[str, str], *arguments: str
) -> None:
    as_owner = environment | {
        "DATABASE_URL": database.url_for("entente_owner", admin_url, name),
        "PYTHONUNBUFFERED": "1",  # what it says while it works is seen at once
    }
    subprocess.run([sys.executable, "-m", module, *arguments], env=as_owner, check=True)


def _exists(admin_url: str) -> bool:
    with psycopg.connect(admin_url) as connection:
        return connection.execute("select from pg_database where datname = %s", [NAME]).fetchone() is not None


def _rename(admin_url: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("alter database {} rename to {}").format(sql.Identifier(UNFINISHED), sql.Identifier(NAME))
        )


def _version_of_code() -> str:
    digest = hashlib.sha256()
    for file in sorted(PACKAGE.rglob("*")):
        if file.is_file() and file.suffix != ".pyc":
            facts = file.stat()
            digest.update(f"{file.relative_to(PACKAGE)} {facts.st_mtime_ns} {facts.st_size}\n".encode())
    return digest.hexdigest()


def main() -> None:
    """Schema, walls and static files."""
    import django
    from django.core.management import call_command

    django.setup()
    database.prepare_database()
    call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    main()
