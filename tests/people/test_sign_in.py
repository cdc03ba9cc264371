"""Signing in: by invitation, with a password and a code, and never half."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from entente.audit import clock
from entente.people.models import Account
from tests.conftest import City
from tests.people.sign_in_steps import (
    PASSWORD,
    accept_with_password,
    account_of,
    code_for,
    link_for,
    set_up_codes,
    sign_in_with_code,
)


@pytest.fixture
def amina(city: City) -> Account:
    """Amina's account, where nothing is set up yet."""
    return account_of(city.amina)


def with_codes(account: Account) -> str:
    """Let somebody in who then has a password and codes; returns the secret."""
    client = Client()
    accept_with_password(client, account)
    secret = set_up_codes(client)
    cache.clear()  # the code that proved the app may be typed once more in the same half minute
    return secret


def test_the_link_of_an_invitation_leads_to_a_password_codes_and_ones_work(amina: Account) -> None:
    client = Client()
    assert "amina" in client.get(link_for(amina)).content.decode().lower()
    accept_with_password(client, amina)
    set_up_codes(client)
    assert client.get("/staff/sessions/").status_code == 200
    amina.refresh_from_db()
    assert amina.check_password(PASSWORD)


def test_a_link_can_be_looked_at_often_and_used_once(amina: Account) -> None:
    link, client = link_for(amina), Client()
    assert [client.get(link).status_code for _ in range(3)] == [200, 200, 200]
    assert client.post(link, {"passkey": "1"}).headers["Location"] == "/account/factors/passkeys/add/"
    for late in (client, Client()):
        assert late.get(link).status_code == 410
        assert late.post(link, {"passkey": "1"}).status_code == 410


def test_a_link_lasts_for_a_day(amina: Account) -> None:
    with clock.frozen(clock.now() - timedelta(hours=23, minutes=59)):
        fresh = link_for(amina)
    with clock.frozen(clock.now() - timedelta(hours=24, minutes=1)):
        old = link_for(amina)
    assert Client().get(fresh).status_code == 200
    assert Client().get(old).status_code == 410


@pytest.mark.parametrize(("old", "new"), [("/", "x/"), ("-", "-1"), ("", "%00/")])
def test_a_forged_link_opens_nothing(amina: Account, old: str, new: str) -> None:
    forged = link_for(amina).rstrip("/").removesuffix(old) + new
    assert Client().get(forged if forged.endswith("/") else forged + "/").status_code in {404, 410}


def test_the_link_of_one_account_does_not_open_another(city: City, amina: Account) -> None:
    other = account_of(city.lena)
    assert Client().get(link_for(amina).replace(str(amina.pk), str(other.pk))).status_code == 410


@pytest.mark.parametrize(
    ("password", "again"),
    [
        ("short", "short"),
        ("passwordpassword", "different words here"),
        ("", ""),
        ("123456789012", "123456789012"),
    ],
)
def test_a_weak_or_mistyped_password_leaves_the_link_unspent(
    amina: Account, password: str, again: str
) -> None:
    link = link_for(amina)
    assert Client().post(link, {"password": password, "again": again}).status_code == 200
    assert Client().get(link).status_code == 200


def test_a_member_signs_in_with_password_and_code_and_it_is_logged(amina: Account) -> None:
    secret = with_codes(amina)
    client = Client()
    assert sign_in_with_code(client, amina, code_for(secret, 1)) == "/staff/"
    page = client.get("/staff/sessions/").content.decode()
    assert "With a password and a one-time code" in page


def test_a_code_works_once(amina: Account) -> None:
    code = code_for(with_codes(amina), 1)
    assert sign_in_with_code(Client(), amina, code) == "/staff/"
    cache.clear()  # as another process would have it
    assert sign_in_with_code(Client(), amina, code) == ""


def test_codes_may_be_typed_in_arabic_digits_and_with_a_space(amina: Account) -> None:
    secret = with_codes(amina)
    arabic = code_for(secret, 1).translate({48 + n: 0x660 + n for n in range(10)})
    assert sign_in_with_code(Client(), amina, f"{arabic[:3]} {arabic[3:]}") == "/staff/"


def test_a_recovery_code_stands_in_for_a_code_once(amina: Account) -> None:
    client = Client()
    accept_with_password(client, amina)
    set_up_codes(client)
    page = client.get("/account/factors/recovery/").content.decode()
    codes = re.findall(r'<code dir="ltr">(\d{8})</code>', page)
    assert len(codes) == 10
    assert "not shown again" in client.get("/account/factors/recovery/").content.decode()
    assert sign_in_with_code(Client(), amina, codes[3]) == "/staff/"
    assert sign_in_with_code(Client(), amina, codes[3]) == ""


def test_a_password_alone_opens_nothing_where_codes_are_set_up(amina: Account) -> None:
    with_codes(amina)
    client = Client()
    client.post("/account/login/", {"login": amina.email, "password": PASSWORD})
    assert client.get("/staff/sessions/").headers["Location"].startswith("/account/login/?next=")
    assert client.get("/account/factors/").status_code == 302


def test_a_password_alone_reaches_no_staff_page_and_sets_up_no_factor(amina: Account) -> None:
    amina.set_password(PASSWORD)
    amina.save()
    client = Client()
    client.post("/account/login/", {"login": amina.email, "password": PASSWORD})
    assert client.get("/staff/sessions/").headers["Location"] == "/account/factors/"
    assert "Send me the link" in client.get("/account/factors/").content.decode()
    for page in ("passkeys/add", "codes/set-up"):
        assert client.get(f"/account/factors/{page}/").status_code == 403
        assert client.post(f"/account/factors/{page}/", {"code": "1"}).status_code == 403
    assert not Authenticator.objects.filter(user=amina).exists()


def test_the_same_answer_for_a_wrong_password_and_an_unknown_address(amina: Account) -> None:
    with_codes(amina)
    pages = [
        Client().post("/account/login/", {"login": login, "password": "not this one at all"}).content.decode()
        for login in (amina.email, "nobody@example.org")
    ]
    with_names_hidden = [re.sub(r'value="[^"]*"', "", re.sub(r"csrf\S+ \S+", "", page)) for page in pages]
    assert with_names_hidden[0] == with_names_hidden[1]
    assert "do not belong together" in pages[0]


def test_a_closed_account_signs_in_nowhere(amina: Account) -> None:
    secret = with_codes(amina)
    link = link_for(amina)
    Account.objects.filter(pk=amina.pk).update(is_active=False)
    assert sign_in_with_code(Client(), amina, code_for(secret, 1)) != "/staff/"
    assert Client().get(link).status_code == 410


def test_nobody_signs_up_and_unused_pages_are_not_there() -> None:
    for page in ("signup", "email", "password/reset", "confirm-email", "3rdparty", "factors/trust"):
        assert Client().get(f"/account/{page}/").status_code == 404


def test_signing_in_leads_back_to_the_page_and_never_to_another_site(amina: Account) -> None:
    secret = with_codes(amina)
    for wanted, reached in (("/staff/sessions/", "/staff/sessions/"), ("https://evil.example/", "/staff/")):
        client = Client()
        typed = {"login": amina.email, "password": PASSWORD, "next": wanted}
        client.post("/account/login/", typed)
        steps = {"/staff/sessions/": 1, "https://evil.example/": -1}[wanted]
        answer = client.post("/account/factors/code/", {"code": code_for(secret, steps)})
        assert answer.headers["Location"] == reached


def test_a_staff_page_asks_to_sign_in_and_remembers_itself(visitor_client: Client, city: City) -> None:
    answer = visitor_client.get("/staff/sessions/?a=1")
    assert answer.headers["Location"] == "/account/login/?next=/staff/sessions/%3Fa%3D1"


def test_signing_in_goes_on_in_the_language_of_the_account(amina: Account) -> None:
    secret = with_codes(amina)
    Account.objects.filter(pk=amina.pk).update(language="ar")
    client = Client()
    sign_in_with_code(client, amina, code_for(secret, 1))
    assert client.cookies["language"].value == "ar"
    assert 'dir="rtl"' in client.get("/staff/sessions/").content.decode()


def test_an_invitation_is_shown_in_the_language_of_the_account(amina: Account) -> None:
    Account.objects.filter(pk=amina.pk).update(language="ar")
    amina.refresh_from_db()
    assert '<html lang="ar" dir="rtl">' in Client().get(link_for(amina)).content.decode()


def test_seeds_are_sealed_in_the_table_and_open_for_their_account_only(city: City, amina: Account) -> None:
    secret = with_codes(amina)
    kept = Authenticator.objects.get(user=amina, type="totp")
    assert secret not in str(kept.data)
    other = account_of(city.lena)
    lena_secret = with_codes(other)
    Authenticator.objects.filter(user=other, type="totp").update(data=kept.data)
    assert sign_in_with_code(Client(), other, code_for(secret, 1)) == ""
    assert sign_in_with_code(Client(), other, code_for(lena_secret, 1)) == ""


def test_without_the_persons_key_no_code_fits(amina: Account) -> None:
    from entente.keys.fields import keystore

    secret = with_codes(amina)
    keystore().destroy(amina.person_id)
    assert sign_in_with_code(Client(), amina, code_for(secret, 1)) == ""
    assert sign_in_with_code(Client(), amina, code_for("", 1)) == ""


def test_twenty_tries_for_an_address_and_no_more(city: City) -> None:
    typed = {"login": "guessed@example.org", "password": "guess after guess after guess"}
    answers = [Client().post("/account/login/", typed).status_code for _ in range(21)]
    assert answers == [200] * 20 + [429]
    assert Client().post("/account/login/", {**typed, "login": "another@example.org"}).status_code == 200


def test_ten_codes_an_hour_and_no_more(amina: Account) -> None:
    secret = with_codes(amina)
    client = Client()
    client.post("/account/login/", {"login": amina.email, "password": PASSWORD})
    for wrong in range(9):
        assert client.post("/account/factors/code/", {"code": f"00000{wrong}"}).status_code == 200
    right = client.post("/account/factors/code/", {"code": code_for(secret, 1)})
    assert right.status_code in {200, 302}
    again = sign_in_with_code(Client(), amina, code_for(secret, -1))
    assert again == ""


@pytest.mark.parametrize(
    "sent", ["", "{}", "[]", "null", "1", '{"id": 1}', '{"response": {"userHandle": "x"}}', "{"]
)
@pytest.mark.parametrize("page", ["sign-in", "add", "again"])
def test_what_is_no_passkey_is_refused_without_an_error(amina: Account, page: str, sent: str) -> None:
    client = Client()
    client.get("/account/factors/passkeys/sign-in/", headers={"Accept": "application/json"})
    if page != "sign-in":
        client.post(link_for(amina), {"passkey": "1"})
    answer = client.post(f"/account/factors/passkeys/{page}/", {"credential": sent, "name": "x"})
    assert answer.status_code in {200, 302, 403}
    assert not Authenticator.objects.filter(user=amina).exists()


def test_each_step_is_logged(amina: Account) -> None:
    with CaptureQueriesContext(connection) as asked:
        secret = with_codes(amina)
        sign_in_with_code(Client(), amina, code_for(secret, 1))
        sign_in_with_code(Client(), amina, "1", password="not this one at all")
    logged = " ".join(query["sql"] for query in asked if 'INSERT INTO "audit_event"' in query["sql"])
    for name in ("invitation_accepted", "factor_added", "signed_in", "sign_in_failed"):
        assert f"'people.{name}'" in logged
    assert amina.email not in logged


def test_signing_out_ends_the_session(city: City, client_of: Callable[..., Client]) -> None:
    client = client_of(city.amina)
    key = client.cookies["session"].value
    assert client.get("/account/logout/").status_code == 200
    assert client.post("/account/logout/").headers["Location"] == "/"
    thief = Client()
    thief.cookies["session"] = key
    assert thief.get("/staff/sessions/").status_code == 302
