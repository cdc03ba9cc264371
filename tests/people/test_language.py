"""Choosing a language without leaving the page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from entente.people.models import Member
from tests.conftest import City
from tests.people.sign_in_steps import account_of


def test_a_member_chooses_a_language_stays_on_the_page_and_keeps_it(
    city: City, client_of: Callable[[Member], Client]
) -> None:
    client = client_of(city.amina)
    chosen = {"language": "ar", "next": "/staff/sessions/?page=2"}
    assert client.post("/account/language/", chosen).headers["Location"] == "/staff/sessions/?page=2"
    assert 'dir="rtl"' in client.get("/staff/sessions/").content.decode()
    assert account_of(city.amina).language == "ar"


def test_a_visitor_chooses_a_language_too(visitor_client: Client) -> None:
    chosen = {"language": "ro", "next": "/account/login/"}
    assert visitor_client.post("/account/language/", chosen).headers["Location"] == "/account/login/"
    assert '<html lang="ro"' in visitor_client.get("/account/login/").content.decode()


def test_a_public_page_is_shown_at_its_address_in_the_language(visitor_client: Client) -> None:
    chosen = {"language": "fr", "next": "/en/dialogues/"}
    assert visitor_client.post("/account/language/", chosen).headers["Location"] == "/fr/dialogues/"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "javascript:alert(1)",
        "/\\evil.example",
        "http:///evil.example",
    ],
)
def test_it_never_leads_to_another_site(visitor_client: Client, wanted: str) -> None:
    answer = visitor_client.post("/account/language/", {"language": "fr", "next": wanted})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("language", ["", "xx", "en'--", "../fr"])
def test_an_unknown_language_changes_nothing(
    city: City, client_of: Callable[[Member], Client], language: str
) -> None:
    client = client_of(city.amina)
    answer = client.post("/account/language/", {"language": language, "next": "/staff/sessions/"})
    assert answer.headers["Location"] == "/staff/sessions/"
    assert "language" not in client.cookies
    assert account_of(city.amina).language == "en"


def test_looking_at_the_address_chooses_nothing(visitor_client: Client) -> None:
    assert visitor_client.get("/account/language/").status_code == 405


def test_the_way_to_sign_in_keeps_the_language_of_the_page_one_came_from(visitor_client: Client) -> None:
    page = visitor_client.get("/ar/dialogues/", headers={"accept-language": "en"}).content.decode()
    assert 'href="/account/login/?language=ar"' in page
    answer = visitor_client.get("/account/login/?language=ar&next=/staff/search/", follow=True)
    assert answer.redirect_chain == [("/account/login/?next=%2Fstaff%2Fsearch%2F", 302)]
    assert '<html lang="ar" dir="rtl"' in answer.content.decode()


@pytest.mark.parametrize("language", ["xx", "", "en/../fr", "'"])
def test_a_language_we_do_not_speak_changes_nothing(visitor_client: Client, language: str) -> None:
    answer = visitor_client.get("/account/login/", {"language": language})
    assert answer.status_code == 200
    assert "language" not in answer.cookies
