"""`entente start-town` makes the first organisation and its coordinator, once, in an empty database."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest

from entente.config import database
from entente.config.start_town import DONE, NOT_EMPTY, NOT_SAID, Wanted, slug_of, start_town, what_is_wrong
from tests.database import ROOT, empty_database, worker_name

SAID = ("--organisation", "City of Valmer", "--person", "Ines Duarte", "--email", "ines@valmer.example")


@pytest.fixture
def owner_url() -> Iterator[str]:
    """An empty database as its owner reaches it."""
    name = f"empty_{worker_name()}"
    admin_url = empty_database(name)
    yield database.url_for("entente_owner", admin_url, name)
    database.drop_database(admin_url, name)


def run(
    url: str, *options: str, typed: str = "", command: str = "start-town"
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "entente.config", command, *options],
        env={**os.environ, "DATABASE_URL": url},
        cwd=ROOT,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )


def add_member(url: str, *options: str) -> subprocess.CompletedProcess[str]:
    return run(url, *options, command="add-member")


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    """What the owner's session sees as a job."""
    with psycopg.connect(url) as connection:
        connection.execute("select authz.begin('job', null)")
        return connection.execute(query).fetchall()


def test_it_makes_the_first_organisation_and_lets_its_coordinator_in_once(owner_url: str) -> None:
    nothing = run(owner_url, "--organisation", "City of Valmer")
    assert nothing.returncode == NOT_SAID
    assert "Nothing was changed." in nothing.stdout
    assert rows(owner_url, "select name from people_organisation") == []

    began = run(owner_url, *SAID, "--language", "fr", "--show-link")
    assert began.returncode == DONE, began.stderr
    assert "City of Valmer is here, and Ines Duarte coordinates it." in began.stdout
    assert "http" in began.stdout
    assert rows(owner_url, "select slug, name from people_organisation") == [
        ("city-of-valmer", "City of Valmer")
    ]
    assert rows(owner_url, "select role from people_membership") == [("coordinator",)]
    assert rows(owner_url, "select email, language from people_account") == [("ines@valmer.example", "fr")]
    events = {name for (name,) in rows(owner_url, "select name from audit_event")}
    assert events >= {"people.organisation_added", "people.member_added", "people.member_invited"}

    officer = (
        "--person",
        "Marta Lind",
        "--email",
        "marta@valmer.example",
        "--role",
        "officer",
        "--show-link",
    )
    assert add_member(owner_url, "nowhere", *officer).returncode == 1
    added = add_member(owner_url, "city-of-valmer", *officer)
    assert added.returncode == 0, added.stderr
    assert "Marta Lind acts for City of Valmer" in added.stdout
    assert add_member(owner_url, "city-of-valmer", *officer).returncode == 1
    assert sorted(rows(owner_url, "select role from people_membership")) == [("coordinator",), ("officer",)]

    again = run(owner_url, *SAID)
    assert again.returncode == NOT_EMPTY
    assert "City of Valmer is here already" in again.stdout
    assert len(rows(owner_url, "select 1 from people_organisation")) == 1


def test_it_asks_for_what_it_is_not_told_and_mails_the_link(owner_url: str) -> None:
    began = run(owner_url, typed="بلدية فالمير\nInes Duarte\nines@valmer.example\n")
    assert began.returncode == DONE, began.stderr
    assert "The invitation goes to ines@valmer.example" in began.stdout
    assert rows(owner_url, "select slug, name from people_organisation") == [("first", "بلدية فالمير")]


def test_it_refuses_where_an_organisation_exists(connected_as: object) -> None:
    assert callable(connected_as)
    connected_as("entente_owner")
    said: list[object] = []
    wanted = Wanted("City of Valmer", "Ines Duarte", "ines@valmer.example")
    assert start_town(wanted, shows_link=True, say=said.append, ask=lambda question: "") == NOT_EMPTY
    assert "Nothing was changed" in str(said[0])


def test_what_is_missing_is_said() -> None:
    good = Wanted("City", "Ines", "ines@valmer.example")
    assert what_is_wrong(good) == ""
    assert "organisation" in what_is_wrong(Wanted("--", "Ines", "ines@valmer.example"))
    assert "coordinator" in what_is_wrong(Wanted("City", "", "ines@valmer.example"))
    assert "e-mail" in what_is_wrong(Wanted("City", "Ines", "ines"))


def test_a_name_becomes_a_short_name() -> None:
    assert slug_of("Ville d’Évry") == "ville-devry"
    assert slug_of("مدينة") == "first"
    assert len(slug_of("x" * 90)) == 40
