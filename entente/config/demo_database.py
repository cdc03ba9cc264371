"""The demo's database and static files: made once, brought up to date when the code has changed.

`python -m entente.config.demo_database` does the part that needs Django, as the owner of DATABASE_URL.
"""

from __future__ import annotations

import hashlib
import secrets
import subprocess
import sys
from pathlib import Path

import psycopg
from psycopg import sql

from entente.config import database

PACKAGE = Path(__file__).resolve().parents[1]
NAME = "entente"
UNFINISHED = "entente_half_made"


def prepare_once(folder: Path, admin_url: str, environment: dict[str, str]) -> None:
    """Make the city's database, or bring it up to date; does nothing when that is done for this very code.

    `folder` is the demo's, with its keystore; `admin_url` its private server; `environment` its processes'.
    A half-made city never shows: it is made under another name first. CalledProcessError when a step fails.
    """
    city, code = _city_of(folder), _version_of_code()
    made_for, _, prepared_for = _note(admin_url).partition(" ")
    if (made_for, prepared_for) == (city, code):
        return
    database.make_roles(admin_url)
    if made_for == city:
        print("Bringing the database up to date ...", flush=True)
        _run_as_owner("entente.config.demo_database", admin_url, NAME, environment)
        _write_note(admin_url, NAME, f"{city} {code}")
        return
    print("Making the imagined city of Marenne (once; about 20 s) ...", flush=True)
    database.drop_database(admin_url, NAME)  # of a folder that is gone, and its keys with it
    database.drop_database(admin_url, UNFINISHED)
    database.make_database(admin_url, UNFINISHED)
    _run_as_owner("entente.config.demo_database", admin_url, UNFINISHED, environment)
    _run_as_owner("entente.config", admin_url, UNFINISHED, environment, "demo-city")
    _write_note(admin_url, UNFINISHED, f"{city} {code}")
    _rename(admin_url)


def _city_of(folder: Path) -> str:
    """A name for the city whose keys are in `folder`; another folder is another city."""
    file = folder / "city"
    if not file.exists():
        file.write_text(secrets.token_hex(8))
    return file.read_text()


def _run_as_owner(
    module: str, admin_url: str, name: str, environment: dict[str, str], *arguments: str
) -> None:
    as_owner = environment | {
        "DATABASE_URL": database.url_for("entente_owner", admin_url, name),
        "PYTHONUNBUFFERED": "1",  # what it says while it works is seen at once
    }
    subprocess.run([sys.executable, "-m", module, *arguments], env=as_owner, check=True)


def _note(admin_url: str) -> str:
    """What `_write_note` wrote on the finished database; "" without one."""
    with psycopg.connect(admin_url) as connection:
        row = connection.execute(
            "select shobj_description(oid, 'pg_database') from pg_database where datname = %s", [NAME]
        ).fetchone()
    return (row[0] or "") if row else ""


def _write_note(admin_url: str, name: str, note: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("comment on database {} is {}").format(sql.Identifier(name), sql.Literal(note))
        )


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
