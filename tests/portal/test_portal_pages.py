from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from entente.audit.actors import VISITOR, acting
from entente.demo.content_words import content
from entente.dialogue import services as dialogues
from entente.portal import queries
from tests.conftest import City


@pytest.mark.parametrize(
    ("asked", "given"),
    [("fr-CA, en;q=0.5", "/fr/"), ("ar", "/ar/"), ("ro-MD", "/ro/"), ("de, ja", "/en/"), ("", "/en/")],
)
def test_the_root_leads_to_the_browsers_language(visitor_client: Client, asked: str, given: str) -> None:
    response = visitor_client.get("/", headers={"Accept-Language": asked})
    assert (response.status_code, response["Location"]) == (302, given)
    assert {"Accept-Language", "Cookie"} <= set(response["Vary"].split(", "))


def test_a_language_chosen_before_wins_over_the_browsers(visitor_client: Client) -> None:
    visitor_client.cookies["language"] = "ar"
    assert visitor_client.get("/", headers={"Accept-Language": "fr"})["Location"] == "/ar/"


def test_the_partnerships_page_says_what_is_asked_and_what_was_heard(
    city: City, visitor_client: Client
) -> None:
    shown = visitor_client.get("/en/partnership/").content.decode()
    asked, heard = shown.split('id="heard"')
    assert city.dialogue.title in asked
    assert f"/en/dialogues/{city.dialogue.reference}/" in asked
    assert heard.index(city.riverside.title) < heard.index(city.evenings.title)
    for published in (city.riverside, city.evenings):
        assert f"/en/dialogues/{published.reference}/report/" in heard
    assert city.library.title not in shown


def test_the_partnerships_page_speaks_the_readers_language(city: City, visitor_client: Client) -> None:
    shown = visitor_client.get("/ar/partnership/").content.decode()
    assert content("dialogue")["title"]["ar"] in shown
    for name in ("riverside", "evenings"):
        assert content(name)["what_we_heard"]["summary"]["ar"] in shown


def test_a_paused_dialogue_is_not_among_what_is_asked(city: City) -> None:
    with acting(city.amina):
        dialogues.freeze_dialogue(city.dialogue, by=city.amina, reason="A statement is being looked at.")
    assert queries.asked("en") == []


def test_a_closed_dialogue_without_a_result_was_not_heard_yet(city: City) -> None:
    with acting(city.amina):
        dialogues.close_dialogue(city.dialogue, by=city.amina)
    assert [row["dialogue"].pk for row in queries.heard("en")] == [city.riverside.pk, city.evenings.pk]


def test_fewer_than_ten_people_are_not_counted_in_public(city: City, visitor_client: Client) -> None:
    with acting(city.amina):
        dialogues.open_dialogue(city.library, by=city.amina)
    shown = visitor_client.get("/en/partnership/").content.decode()
    assert city.library.title in shown
    assert "<bdi>0</bdi>" not in shown


@pytest.mark.parametrize("language", ["en", "fr", "ar", "ro"])
@pytest.mark.parametrize("name", ["portal:home", "portal:refusals", "portal:partnership", "demo:mailbox"])
def test_switching_language_keeps_the_page(
    city: City, visitor_client: Client, name: str, language: str
) -> None:
    from django.utils.translation import override

    with override("en"):
        shown = visitor_client.get(reverse(name)).content.decode()
    with override(language):
        assert f'href="{reverse(name)}" lang="{language}"' in shown


def test_the_refusals_are_all_there(visitor_client: Client) -> None:
    shown = visitor_client.get("/en/refusals/").content.decode()
    never = shown.split('id="never"')[1]
    assert never.count("<li>") >= 14
    assert shown.split('id="never"')[0].count('<li class="card">') == 3


def test_every_public_page_leads_to_the_refusals(city: City, visitor_client: Client) -> None:
    assert 'href="/en/refusals/"' in visitor_client.get("/en/dialogues/").content.decode().split("<footer")[1]


def test_health_is_asked_of_the_database_too(visitor_client: Client, db: None) -> None:
    response = visitor_client.get("/healthz")
    assert (response.status_code, response.content, response["Content-Type"]) == (200, b"ok", "text/plain")


def test_search_engines_are_kept_out_of_staff_pages(visitor_client: Client, db: None) -> None:
    assert "Disallow: /staff/" in visitor_client.get("/robots.txt").content.decode()


def test_how_many_answered_so_far_is_told_in_tens(city: City) -> None:
    with acting(VISITOR):
        before = {row["people"] for row in queries.asked("en")}
    dialogues.join_dialogue(city.dialogue, language="en")
    with acting(VISITOR):
        after = {row["people"] for row in queries.asked("en")}
    assert after == before
    assert all(people % 10 == 0 for people in after)
