"""The cast of Marenne and its dialogues, for every test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection, transaction
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as settings_of_examples

from entente.audit.actors import acting
from entente.config import environment
from entente.demo.content_words import content
from entente.dialogue.models import Dialogue
from entente.people.models import Account, Member
from entente.people.session_store import SessionStore
from entente.people.sign_in import member_with
from tests.audit.log_steps import LogOfTests, make_log
from tests.template_city import session_key

# How fast a busy machine makes examples says nothing about the product.
settings_of_examples.register_profile("calm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings_of_examples.load_profile("calm")


@dataclass
class City:
    """The cast by first name; `dialogue` is open, `library` a draft, `evenings` and `riverside` published."""

    amina: Member
    jonas: Member
    claire: Member
    helene: Member
    radu: Member
    lena: Member
    marc: Member
    sofia: Member
    ioana: Member
    tomas: Member
    yusuf: Member
    nadia: Member
    elisabeth: Member
    peter: Member
    dialogue: Dialogue
    library: Dialogue
    evenings: Dialogue
    riverside: Dialogue


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """The city's copy is made before the settings are read: nothing to do."""


@pytest.fixture
def city(db: None) -> City:
    """Marenne as it is in the demo, read as its own members."""
    members = {row["slug"]: member_with(session_key(row["slug"])) for row in content("cast")["people"]}
    with acting(members["amina"]):
        titles = {d.title: d for d in Dialogue.objects.visible_to(members["amina"]).select_related("owner")}
    files = ("dialogue", "library", "evenings", "riverside")
    found = [titles[content(file)["title"]["en"]] for file in files]
    return City(**members, dialogue=found[0], library=found[1], evenings=found[2], riverside=found[3])


def sign_in(client: Client, member: Member) -> Client:
    """Give a test client the cookie of a strong session of `member`."""
    with transaction.atomic():
        account = Account.objects.get(person_id=member.person_id)
    store = SessionStore()
    store[SESSION_KEY] = str(account.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = account.get_session_auth_hash()
    store["signed_in_with"] = "demo"
    store.create()
    client.cookies[settings.SESSION_COOKIE_NAME] = store.session_key or ""
    return client


@pytest.fixture
def client_of(db: None) -> Callable[[Member], Client]:
    """A signed-in client for any member."""
    return lambda member: sign_in(Client(), member)


@pytest.fixture
def connected_as(django_db_blocker: Any) -> Iterator[Callable[[str], str]]:
    """Work on a copy of the city of one's own, committing, as another role: `connected_as("entente_owner")`.

    The owner and the worker act as jobs; the staff role of other tests can't. Not together with `city`.
    """
    from entente.config import database
    from tests.database import copy_of_city, worker_name

    before = dict(connection.settings_dict)
    name = f"own_{worker_name()}"
    admin_url = ""

    def connect(role: str) -> str:
        nonlocal admin_url
        admin_url = admin_url or copy_of_city(name)
        connection.close()
        parts = environment.database(database.url_for(role, admin_url, name))
        connection.settings_dict.update({key: parts[key] for key in ("NAME", "USER", "PASSWORD")})
        return database.url_for(role, admin_url, name)

    with django_db_blocker.unblock():
        yield connect
        connection.close()
        connection.settings_dict.update(before)
    if admin_url:
        database.drop_database(admin_url, name)


@pytest.fixture
def log(connected_as: Callable[[str], str], tmp_path: Path) -> LogOfTests:
    """A copy of the city whose events wait for the sequencer; Django is connected as the staff role."""
    from entente.config import database

    name = connected_as("entente_staff").rpartition("/")[2]
    return make_log(lambda role: database.url_for(role, os.environ["TEST_ADMIN_URL"], name), tmp_path)


@pytest.fixture
def visitor_client(db: None) -> Client:
    """Somebody who did not sign in."""
    return Client()


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """What a web process keeps for some seconds is not kept from one test to the next."""
    from entente.dialogue.queries import forget_decks
    from entente.people.rate_limits import MINUTE

    forget_decks()
    MINUTE.forget()


@pytest.fixture(autouse=True)
def _english() -> Iterator[Any]:
    """Each test starts in English, whatever the one before did."""
    from django.utils import translation

    with translation.override("en"):
        yield
