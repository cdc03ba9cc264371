"""Who may tell the database what time it is: the tests' role, and nobody an installation has."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection

from entente.config import database
from tests.database import CLOCK_ROLE

EARLIER = datetime(2020, 1, 2, 3, 4, 5, 6, tzinfo=UTC)


def told_the_time(role: str) -> datetime:
    """What time the database takes it to be after somebody of that role said so."""
    url = database.url_for(role, os.environ["TEST_ADMIN_URL"], connection.settings_dict["NAME"])
    with psycopg.connect(url) as raw:
        row = raw.execute(
            "select set_config('entente.at', %s, true), authz.at()", [EARLIER.isoformat()]
        ).fetchone()
    assert row
    at: datetime = row[1]
    return at


def test_the_tests_say_what_time_it_is() -> None:
    assert told_the_time(CLOCK_ROLE) == EARLIER


@pytest.mark.parametrize("role", ["entente_owner", "entente_staff", "entente_public", "entente_worker"])
def test_no_role_of_an_installation_says_what_time_it_is(role: str) -> None:
    assert told_the_time(role).year > EARLIER.year


def test_an_installation_makes_no_such_role() -> None:
    assert CLOCK_ROLE not in {*database.LOGIN_ROLES, database.GUARD}


def test_the_role_has_no_more_rights_than_the_staff_role() -> None:
    with psycopg.connect(os.environ["TEST_ADMIN_URL"]) as raw:
        role = raw.execute(
            "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = %s",
            [CLOCK_ROLE],
        ).fetchone()
        groups = raw.execute(
            "select g.rolname from pg_auth_members a join pg_roles g on g.oid = a.roleid"
            " join pg_roles m on m.oid = a.member where m.rolname = %s",
            [CLOCK_ROLE],
        ).fetchall()
    assert role == (False, False, False, False)
    assert groups == [("entente_staff",)]
