from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db.models import QuerySet
from django.test import Client
from django.utils.translation import override

from entente.agreements.models import Agreement
from entente.agreements.services import suspend_agreement
from entente.audit.actors import VISITOR, acting
from entente.demo import queries, services
from entente.demo.content_words import cast, content, moments, others, person
from entente.dialogue.models import Dialogue
from entente.people.models import Member, Session
from entente.records.models import Record
from entente.records.reading import Facts
from tests.conftest import City

LANGUAGES = ("en", "fr", "ar", "ro")
READERS = ("amina", "ioana", "lena", "peter")


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_screen_says_what_this_is_in_the_readers_language(
    city: City, visitor_client: Client, language: str
) -> None:
    shown = page(visitor_client, f"/{language}/")
    screen = content("first_screen")
    assert screen["sentence"][language] in shown
    assert screen["imagined"][language] in shown
    assert screen["panel"]["heading"][language] in shown
    assert all(door["title"][language] in shown for door in screen["doors"]["items"])
    assert all(row["refusal"][language] in shown for row in screen["refusals"]["items"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_map_names_every_district_and_has_its_table(
    city: City, visitor_client: Client, language: str
) -> None:
    figure = page(visitor_client, f"/{language}/").split("<figure")[1].split("</figure>")[0]
    picture, table = figure.split("<table")
    for district in content("city")["districts"]:
        assert district["name"][language] in picture
        assert district["sentence"][language] in table
    assert picture.count("<polygon") == len(content("city")["districts"]) + 3


def test_only_moments_whose_part_is_built_are_told() -> None:
    assert [moment["slug"] for moment in moments()] == ["before", "now"]
    assert "55" not in moments()[0]["text"]


def test_the_story_leads_to_the_live_dialogue_and_to_the_newest_report(
    city: City, visitor_client: Client
) -> None:
    shown = page(visitor_client, "/en/")
    assert f'href="/en/dialogues/{city.dialogue.reference}/"' in shown
    assert f'href="/en/dialogues/{city.riverside.reference}/report/"' in shown


def reader_in(shown: str, name: str) -> str:
    """What the panel says of one reader."""
    panel = shown.split('class="readers"')[1].split("</section>", maxsplit=1)[0]
    return panel.split(f"<strong>{name}</strong>")[1].split("</li>")[0]


def test_one_record_shows_each_reader_what_the_clauses_open(city: City, visitor_client: Client) -> None:
    shown = page(visitor_client, "/en/")
    assert reader_in(shown, "Amina Haddad").count("1 note") == 4
    ioana, lena = reader_in(shown, "Ioana Popescu"), reader_in(shown, "Lena Koch")
    assert ioana.count("1 note") == 3
    assert ioana.count("not there") == 1
    assert "Agreement on individual support" in ioana
    assert lena.count("1 note") == 1
    assert lena.count("not there") == 3
    assert "to run the partnership" in lena
    assert "This does not exist for Peter." in reader_in(shown, "Peter Novak")


@pytest.mark.parametrize("language", LANGUAGES)
def test_under_each_answer_stands_its_reason(city: City, visitor_client: Client, language: str) -> None:
    shown = page(visitor_client, f"/{language}/")
    for row in content("first_screen")["panel"]["readers"]:
        assert row["text"][language] in shown


def test_the_panel_is_asked_anew_for_every_page(city: City, visitor_client: Client) -> None:
    with acting(city.amina):
        agreement = Agreement.objects.get(title="Agreement on individual support")
        suspend_agreement(agreement, by=city.amina, reason="A review.")
    shown = page(visitor_client, "/en/")
    assert reader_in(shown, "Amina Haddad").count("1 note") == 4
    for name in ("Ioana", "Lena", "Peter"):
        assert f"This does not exist for {name}." in shown
    assert "opens nothing at this moment" in shown


@pytest.mark.parametrize("first_name", READERS)
def test_the_rule_and_the_database_give_each_reader_the_same_answer(city: City, first_name: str) -> None:
    with acting(city.amina):
        record = queries.panel_record(city.amina)
        assert record
        facts = Facts.of(record, city.amina)
    with services.act_as(first_name, by=VISITOR) as reader:
        answer = services.answer_to(record, facts, by=reader)
        behind_the_second_wall_alone = QuerySet(Record).filter(pk=record.pk).exists()
    assert bool(answer.decision) is (first_name != "peter")
    assert answer.is_found is bool(answer.decision)
    assert behind_the_second_wall_alone is bool(answer.decision)


def test_looking_through_the_cast_leaves_no_session_and_no_rights_behind(
    city: City, visitor_client: Client
) -> None:
    before = Session.objects.count()
    page(visitor_client, "/en/")
    assert Session.objects.count() == before
    with acting(VISITOR):
        with services.act_as("amina", by=VISITOR):
            pass
        assert not Dialogue.objects.visible_to(VISITOR).filter(pk=city.library.pk).exists()
        assert not QuerySet(Dialogue).filter(pk=city.library.pk).exists()


def test_when_nobody_sees_the_record_any_more_the_panel_is_left_out(
    city: City, visitor_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(content("matters")["matters"][0]["title"], "en", "A title nothing has")
    assert "One record, four readers" not in page(visitor_client, "/en/")


def test_the_whole_cast_can_come_in(city: City, visitor_client: Client) -> None:
    shown = page(visitor_client, "/en/")
    with_buttons = {row["slug"] for row in cast() if f'name="who" value="{row["slug"]}"' in shown}
    assert with_buttons == {row["slug"] for row in cast()}
    assert len(others()) == len(cast()) - 3


def test_the_first_screen_works_without_scripts_and_within_the_policy(
    city: City, visitor_client: Client
) -> None:
    response = visitor_client.get("/en/")
    shown = response.content.decode()
    assert " style=" not in shown
    assert "onclick" not in shown
    assert shown.count("<script") == shown.count("<script src=") + shown.count('<script type="module" src=')
    assert "'unsafe-inline'" not in response["Content-Security-Policy"]


# One-click sign-in


@pytest.mark.parametrize("first_name", [row["slug"] for row in content("cast")["people"]])
def test_one_click_signs_in_as_anybody_of_the_cast(
    city: City, visitor_client: Client, first_name: str
) -> None:
    response = visitor_client.post("/en/demo/sign-in/", {"who": first_name})
    assert (response.status_code, response["Location"]) == (302, "/staff/")
    shown = page(visitor_client, "/staff/search/")
    found = person(first_name)
    assert found is not None
    assert "You are looking at this as" in shown
    assert found["name"] in shown
    assert found["organisation"] in shown


def test_the_language_of_the_page_is_kept_when_signing_in(city: City, visitor_client: Client) -> None:
    visitor_client.post("/ar/demo/sign-in/", {"who": "peter"})
    assert 'lang="ar" dir="rtl"' in page(visitor_client, "/staff/search/")


def test_changing_to_somebody_else_ends_the_session_before(city: City, visitor_client: Client) -> None:
    visitor_client.post("/en/demo/sign-in/", {"who": "amina"})
    first = visitor_client.cookies["session"].value
    visitor_client.post("/en/demo/sign-in/", {"who": "peter"})
    assert visitor_client.cookies["session"].value != first
    assert "Peter Novak" in page(visitor_client, "/staff/search/")
    left = Client()
    left.cookies["session"] = first
    assert left.get("/staff/search/").status_code == 302


def test_nobody_else_can_be_signed_in_as(city: City, visitor_client: Client) -> None:
    assert visitor_client.post("/en/demo/sign-in/", {"who": "mallory"}).status_code == 404
    assert visitor_client.post("/en/demo/sign-in/").status_code == 404
    assert visitor_client.get("/en/demo/sign-in/").status_code == 405


def test_a_form_of_another_site_signs_nobody_in(city: City) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/en/demo/sign-in/", {"who": "amina"}).status_code == 403


def test_peters_pages_never_contain_the_drafts_title(
    city: City, client_of: Callable[[Member], Client]
) -> None:
    peter = client_of(city.peter)
    titles = content("library")["title"].values()
    for path in ("/staff/", "/staff/search/?q=library", "/staff/search/?q=bibliothèque", "/en/partnership/"):
        shown = page(peter, path)
        assert not [title for title in titles if title in shown], path


def started(*, mode: str = "production", extra: str, code: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "ENTENTE_MODE": mode,
        "ENTENTE_EXTRA_APPS": extra,
        "ENTENTE_SECRET_KEY": "only for this test " * 3,
    }
    return subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); {code}"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["entente.demo", "entente.demo.apps.DemoConfig"])
def test_production_refuses_to_start_with_the_demo(name: str) -> None:
    stopped = started(extra=name, code="")
    assert stopped.returncode != 0
    assert "The demo signs people in with one click: it is never installed in production." in stopped.stderr


def test_production_has_the_partnerships_page_and_no_address_of_the_demo() -> None:
    code = (
        "from django.urls import Resolver404, resolve\n"
        "print(resolve('/en/').func.__module__)\n"
        "for path in ('/en/demo/sign-in/', '/en/demo/mailbox/', '/en/partnership/'):\n"
        "    try: print(resolve(path))\n"
        "    except Resolver404: pass\n"
    )
    running = started(extra="", code=code)
    assert running.stdout.split() == ["entente.portal.views"], running.stderr


# Mailbox


def test_the_demo_writes_its_mail_into_a_folder_and_to_nobody() -> None:
    code = "from django.conf import settings; print(settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH)"
    backend, folder = started(mode="demo", extra="entente.demo", code=code).stdout.split()
    assert backend == "django.core.mail.backends.filebased.EmailBackend"
    assert folder == str(Path(os.environ["ENTENTE_VAR"]) / "mail")


@pytest.fixture
def mail_folder(settings: Any, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


def test_the_mailbox_teaches_when_it_is_empty(
    city: City, visitor_client: Client, settings: Any, tmp_path: Path
) -> None:
    settings.EMAIL_FILE_PATH = str(tmp_path / "not there yet")
    assert "No mail yet" in page(visitor_client, "/en/demo/mailbox/")


def test_the_mailbox_shows_letters_newest_first_with_their_addresses(
    city: City, visitor_client: Client, mail_folder: Path
) -> None:
    EmailMessage("The first letter", "Good morning", to=["amina@city.example"]).send()
    for file in mail_folder.glob("*.log"):
        os.utime(file, (0, 0))
    EmailMessage("رسالة ثانية", "<b>not bold</b> صباح الخير", to=["yusuf@faith.example"]).send()
    shown = page(visitor_client, "/en/demo/mailbox/")
    assert shown.index("رسالة ثانية") < shown.index("The first letter")
    assert "amina@city.example" in shown
    assert "yusuf@faith.example" in shown
    assert "صباح الخير" in shown
    assert "&lt;b&gt;not bold&lt;/b&gt;" in shown


def test_several_letters_of_one_connection_are_told_apart(mail_folder: Path) -> None:
    from django.core.mail import get_connection

    letters = [EmailMessage(f"Letter {n}", f"Text {n}", to=["a@b.example"]) for n in (1, 2)]
    get_connection().send_messages(letters)
    found = queries.sent_mail(str(mail_folder))
    assert [(letter.subject, letter.text.strip()) for letter in found] == [
        ("Letter 2", "Text 2"),
        ("Letter 1", "Text 1"),
    ]


def test_old_addresses_of_the_mailbox_lead_to_the_readers_language(visitor_client: Client) -> None:
    response = visitor_client.get("/demo/mailbox/", headers={"Accept-Language": "ro"})
    assert response["Location"] == "/ro/demo/mailbox/"


def test_names_are_written_in_the_readers_script() -> None:
    with override("ar"):
        found = person("amina")
    assert found is not None
    assert (found["name"], found["first_name"]) == ("أمينة حداد", "أمينة")
    assert person("nobody") is None
