"""A session: what the database accepts, what the table gives away, how long it lasts, who ends it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.test import Client
from psycopg import sql

from entente.audit import clock
from entente.audit.actors import Credential, acting
from entente.audit.decisions import Refused
from entente.people import queries, services
from entente.people.models import Account, Attempt, Member, Session
from entente.people.rate_limits import within_limit
from entente.people.session_store import METHODS, METHODS_OF, SessionStore, key_hash
from entente.people.sign_in import NotProven, member_with, prove
from tests.conftest import City
from tests.people.sign_in_steps import account_of
from tests.template_city import session_key


def session_of(account: Account, *methods: str) -> SessionStore:
    """A session as allauth leaves it after these proofs."""
    store = SessionStore()
    store[SESSION_KEY] = store[METHODS_OF] = str(account.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = account.get_session_auth_hash()
    store[METHODS] = [
        {"method": "password"} if method == "password" else {"method": "mfa", "type": method}
        for method in methods
    ]
    store.create()
    return store


def row_of(store: SessionStore) -> Session:
    """Its row."""
    return Session.objects.get(pk=key_hash(store.session_key or ""))


def accepted(store: SessionStore) -> bool:
    """Whether the database lets it act as a member."""
    try:
        prove(Credential("session", store.session_key))
    except NotProven:
        return False
    return True


@contextmanager
def as_administrator(statement: str, undo: str, member: uuid.UUID) -> Iterator[None]:
    """Bring something about past the walls, and take it back."""
    name = str(connection.settings_dict["NAME"])
    with psycopg.connect(os.environ["TEST_ADMIN_URL"], dbname=name, autocommit=True) as administrator:
        administrator.execute("set session_replication_role = replica")
        administrator.execute(sql.SQL(statement), [member])
        try:
            yield
        finally:
            administrator.execute(sql.SQL(undo), [member])


@pytest.mark.parametrize(
    ("methods", "label"),
    [
        (("webauthn",), "passkey"),
        (("password", "totp"), "code"),
        (("password", "recovery_codes"), "recovery"),
    ],
)
def test_a_second_factor_lets_a_session_act_as_a_member(
    city: City, methods: tuple[str, ...], label: str
) -> None:
    store = session_of(account_of(city.amina), *methods)
    assert row_of(store).signed_in_with == label
    assert member_with(store.session_key or "").pk == city.amina.pk


@pytest.mark.parametrize("methods", [(), ("password",), ("sms",)])
def test_a_weak_session_acts_as_nobody(city: City, methods: tuple[str, ...]) -> None:
    store = session_of(account_of(city.amina), *methods)
    assert not store.is_strong
    assert not accepted(store)


def test_what_somebody_else_proved_does_not_count(city: City) -> None:
    store = session_of(account_of(city.amina), "webauthn")
    store[SESSION_KEY] = str(account_of(city.lena).pk)
    store.save()
    assert not accepted(store)


@pytest.mark.parametrize("secret", [None, "", "x", "session-of-nobody", "'; drop table people_session; --"])
def test_an_unknown_key_acts_as_nobody(city: City, secret: str | None) -> None:
    with pytest.raises(NotProven):
        prove(Credential("session", secret))


def test_the_hash_in_the_table_opens_nothing(city: City) -> None:
    store = session_of(account_of(city.amina), "webauthn")
    with pytest.raises(NotProven):
        prove(Credential("session", row_of(store).pk))


def test_an_expired_session_acts_as_nobody(city: City) -> None:
    store = session_of(account_of(city.amina), "webauthn")
    Session.objects.filter(pk=row_of(store).pk).update(expires_at=clock.now() - timedelta(seconds=1))
    assert not accepted(store)
    assert SessionStore(store.session_key).load() == {}


def test_the_session_of_a_closed_account_acts_as_nobody(city: City) -> None:
    store = session_of(account_of(city.amina), "webauthn")
    assert accepted(store)
    Account.objects.filter(pk=account_of(city.amina).pk).update(is_active=False)
    assert not accepted(store)


def test_the_end_of_a_membership_bites_at_once(city: City, client_of: Callable[[Member], Client]) -> None:
    client = client_of(city.tomas)
    assert client.get("/staff/sessions/").status_code == 200
    with as_administrator(
        "update people_membership set ended_at = now() - interval '1 second' where id = %s",
        "update people_membership set ended_at = null where id = %s",
        city.tomas.pk,
    ):
        with pytest.raises(NotProven):
            prove(Credential("session", session_key("tomas")))
        answer = client.get("/staff/sessions/")
        assert answer.status_code == 403
        assert "act for no organisation" in answer.content.decode()
    assert client.get("/staff/sessions/").status_code == 200


def test_a_membership_that_has_not_begun_does_not_count(city: City) -> None:
    begins_tomorrow = as_administrator(
        "update people_membership set since = now() + interval '1 day' where id = %s",
        "update people_membership set since = now() - interval '200 days' where id = %s",
        city.tomas.pk,
    )
    with begins_tomorrow, pytest.raises(NotProven):
        prove(Credential("session", session_key("tomas")))


def test_half_an_hour_without_use_or_twelve_hours_end_it(city: City) -> None:
    start = clock.now()
    with clock.frozen(start):
        store = session_of(account_of(city.amina), "webauthn")
    key = store.session_key
    with clock.frozen(start + timedelta(minutes=31)):
        assert SessionStore(key).load() == {}
    for minutes in range(20, 12 * 60, 20):
        with clock.frozen(start + timedelta(minutes=minutes)):
            assert SessionStore(key).load() != {}
    with clock.frozen(start + timedelta(hours=12, seconds=1)):
        assert SessionStore(key).load() == {}


def test_being_seen_is_written_at_most_once_a_minute(city: City) -> None:
    start = clock.now()
    with clock.frozen(start):
        store = session_of(account_of(city.amina), "webauthn")
    with clock.frozen(start + timedelta(seconds=59)):
        SessionStore(store.session_key).load()
    assert row_of(store).seen_at == start
    with clock.frozen(start + timedelta(seconds=60)):
        SessionStore(store.session_key).load()
    assert row_of(store).seen_at == start + timedelta(seconds=60)


def test_the_table_holds_neither_the_key_nor_what_the_session_holds(city: City) -> None:
    store = session_of(account_of(city.amina), "webauthn")
    store["mfa.totp.secret"] = "JBSWY3DPEHPK3PXP"
    store.save()
    row = row_of(store)
    kept = str({**vars(row)})
    assert (store.session_key or "-") not in kept
    assert "JBSWY3DPEHPK3PXP" not in kept
    assert SessionStore(store.session_key).load()["mfa.totp.secret"] == "JBSWY3DPEHPK3PXP"
    other = session_of(account_of(city.lena), "webauthn")
    Session.objects.filter(pk=row_of(other).pk).update(content=row.content)
    assert SessionStore(other.session_key).load() == {}


def test_a_member_sees_their_own_sign_ins_and_no_others(
    city: City, client_of: Callable[[Member], Client]
) -> None:
    session_of(account_of(city.lena), "webauthn")
    page = client_of(city.amina).get("/staff/sessions/").content.decode()
    assert page.count("This one") == 1
    assert {s.account.person_id for s in queries.own_sessions(city.amina) if s.account} == {
        city.amina.person_id
    }
    assert f"{queries.own_sessions(city.lena)[0].id}" not in page


def test_ending_one_sign_in_ends_it_at_once(city: City, client_of: Callable[[Member], Client]) -> None:
    here, there = client_of(city.amina), client_of(city.amina)
    target = Session.objects.get(pk=key_hash(there.cookies["session"].value))
    assert here.post(f"/staff/sessions/{target.id}/end/").headers["Location"] == "/staff/sessions/"
    assert there.get("/staff/sessions/").headers["Location"].startswith("/account/login/")
    assert here.get("/staff/sessions/").status_code == 200


def test_another_persons_sign_in_does_not_exist(city: City, client_of: Callable[[Member], Client]) -> None:
    theirs = session_of(account_of(city.lena), "webauthn")
    client = client_of(city.amina)
    assert client.post(f"/staff/sessions/{row_of(theirs).id}/end/").status_code == 404
    assert accepted(theirs)
    with acting(city.amina), pytest.raises(Refused, match="your own"):
        services.end_session(row_of(theirs), by=city.amina)
    with acting(city.amina), pytest.raises(Refused, match="your own"):
        services.end_other_sessions(row_of(theirs), by=city.amina)


def test_ending_all_others_leaves_this_one(city: City, client_of: Callable[[Member], Client]) -> None:
    others = [session_of(account_of(city.amina), "webauthn") for _ in range(3)]
    theirs = session_of(account_of(city.lena), "webauthn")
    client = client_of(city.amina)
    client.post("/staff/sessions/end-others/")
    assert client.get("/staff/sessions/").content.decode().count("End this sign-in") == 0
    assert not any(accepted(other) for other in others)
    assert accepted(theirs)


@pytest.mark.parametrize("page", ["sessions/end-others/", f"sessions/{uuid.UUID(int=7)}/end/"])
def test_looking_at_an_address_ends_nothing(
    city: City, client_of: Callable[[Member], Client], page: str
) -> None:
    assert client_of(city.amina).get(f"/staff/{page}").status_code == 405


def test_changing_the_password_ends_every_other_sign_in(
    city: City, client_of: Callable[[Member], Client]
) -> None:
    account = account_of(city.amina)
    account.set_password("the first calm password")
    account.save()
    here, there = client_of(city.amina), client_of(city.amina)
    typed = {
        "oldpassword": "the first calm password",
        "password1": "the second calm password",
        "password2": "the second calm password",
    }
    assert here.post("/account/password/", typed).headers["Location"] == "/account/factors/"
    assert here.get("/staff/sessions/").status_code == 200
    assert there.get("/staff/sessions/").headers["Location"].startswith("/account/login/")


def test_what_is_over_is_forgotten(city: City) -> None:
    with clock.frozen(clock.now() - timedelta(days=2)):
        old = session_of(account_of(city.amina), "webauthn")
        within_limit("sign-in of", "somebody", at_most=1)
    fresh = session_of(account_of(city.amina), "webauthn")
    within_limit("sign-in of", "somebody", at_most=1)
    services.clear_sessions(by=city.amina)
    assert not Session.objects.filter(pk=key_hash(old.session_key or "")).exists()
    assert accepted(fresh)
    assert {attempt.day for attempt in Attempt.objects.all()} == {clock.now().date()}


def test_no_browser_keeps_a_staff_page(city: City, client_of: Callable[[Member], Client]) -> None:
    client = client_of(city.amina)
    for page in ("/staff/sessions/", "/account/factors/"):
        assert "no-store" in client.get(page).headers["Cache-Control"]
