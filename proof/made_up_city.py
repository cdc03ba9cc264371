"""A made-up world in a database of its own, with keys and files of its own, for proofs.

Import it before Django is set up: it names the database.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_folder = Path(tempfile.mkdtemp(prefix="proof-"))
os.environ.update({"ENTENTE_FILES": str(_folder / "files"), "ENTENTE_KEYSTORE": str(_folder / "keystore")})
for _part in ("files", "keystore"):
    (_folder / _part).mkdir()

from tests import database as city  # noqa: E402 (it reads the environment)

PARENT = os.getpid()
CATEGORIES = ("coordination", "consultation", "plan", "health")


@atexit.register
def _leave() -> None:
    if os.getpid() == PARENT:
        shutil.rmtree(_folder, ignore_errors=True)


def set_up() -> None:
    """Start Django, not connected to anything yet."""
    import django

    django.setup()


@contextmanager
def database_copy(name: str) -> Iterator[str]:
    """A copy of the city's database, dropped at the end; gives the administrator's address of the server."""
    from django.db import connection

    from entente.config import database

    copy = f"{name}_{city.worker_name()}"
    admin_url = city.copy_of_city(copy)
    try:
        yield f"{admin_url.rpartition('/')[0]}/{copy}"
    finally:
        connection.close()
        database.drop_database(admin_url, copy)


def url_for(role: str, copy_url: str) -> str:
    """Where a process of `role` finds the copy."""
    from entente.config import database

    server, _slash, name = copy_url.rpartition("/")
    return database.url_for(role, f"{server}/postgres", name)


def connect_django(url: str) -> None:
    """From now on Django asks the database at `url`."""
    from django.db import connection

    from entente.config import environment

    connection.close()
    parts: dict[str, Any] = environment.database(url)
    connection.settings_dict.update({key: parts[key] for key in ("NAME", "USER", "PASSWORD")})


def tell_the_time(at: str) -> None:
    """Say what time it is to PostgreSQL, for this connection; it is the tests' role."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select set_config('entente.at', %s, false)", [at])
