from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from entente.audit import clock
from entente.audit.actors import acting
from entente.audit.models import Event
from entente.demo.content_words import content
from entente.people.models import Member
from entente.records import queries, services
from entente.records.forms.working import NOTE_LENGTH
from entente.records.models import Action, Note
from entente.records.references import as_reference
from entente.records.views.working import _due
from entente.records.words import searched
from tests.conftest import City

ClientOf = Callable[[Member], Client]


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def promise(city: City, *, days: int, what: str = "Ask the library team for their dates") -> Action:
    with acting(city.amina):
        due_on = clock.today() + timedelta(days=days)
        return services.add_action(
            city.library, by=city.amina, what=what, assigned_to=city.amina, due_on=due_on
        )


# My work


def test_my_work_shows_what_one_promised_the_most_urgent_first(city: City, client_of: ClientOf) -> None:
    promise(city, days=20, what="Book the hall")
    promise(city, days=1, what="Ring the printer")
    promise(city, days=-3, what="Write to the caretaker")
    shown = page(client_of(city.amina), "/staff/")
    late = shown.index("days late")
    assert late < shown.index("Ring the printer") < shown.index("Book the hall")
    assert shown.index("Due tomorrow") < shown.index("Due in 20 days")
    assert city.library.title in shown


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-3, "3 days late"),
        (-1, "One day late"),
        (0, "Due today"),
        (1, "Due tomorrow"),
        (2, "Due in 2 days"),
    ],
)
def test_a_due_date_is_said_in_words(days: int, words: str) -> None:
    assert _due(days) == words


def test_my_work_names_what_waits_and_leads_there(city: City, client_of: ClientOf) -> None:
    shown = page(client_of(city.amina), "/staff/")
    number = len(content("dialogue")["waiting"])
    assert f"{number} statements wait to be read in “{city.dialogue.title}”." in shown
    assert f'href="/staff/dialogues/{city.dialogue.reference}/moderate/"' in shown


def test_what_waits_is_shown_to_those_who_can_deal_with_it_only(city: City, client_of: ClientOf) -> None:
    assert "statements wait to be read" not in page(client_of(city.jonas), "/staff/")


def test_my_work_shows_what_the_organisation_changed_lately(city: City, client_of: ClientOf) -> None:
    shown = page(client_of(city.jonas), "/staff/")
    assert city.library.reference in shown
    assert "Amina Haddad" in shown


def test_titles_are_in_the_readers_language(city: City, client_of: ClientOf) -> None:
    client = client_of(city.amina)
    client.cookies["language"] = "ar"
    assert content("library")["title"]["ar"] in page(client, "/staff/")


def test_without_work_the_page_teaches(city: City, client_of: ClientOf) -> None:
    shown = page(client_of(city.peter), "/staff/")
    assert "Nothing waits for you" in shown
    assert city.library.title not in shown
    assert city.library.reference not in shown


def test_a_visitor_is_asked_to_sign_in(city: City, visitor_client: Client) -> None:
    for path in ("/staff/", "/staff/search/"):
        assert visitor_client.get(path)["Location"].startswith("/account/")


# Actions


def test_an_action_is_completed_logged_and_off_the_list(city: City, client_of: ClientOf) -> None:
    action, amina = promise(city, days=3), client_of(city.amina)
    response = amina.post(f"/staff/actions/{action.pk}/complete/", follow=True)
    assert response.redirect_chain == [("/staff/", 302)]
    shown = response.content.decode()
    assert "Done: “Ask the library team for their dates”." in shown
    assert f"/staff/actions/{action.pk}/complete/" not in shown
    with acting(city.amina):
        event = Event.objects.get(name="records.action_completed", about_id=action.pk)
    assert (event.actor_name, event.record_id) == ("Amina Haddad", city.library.pk)


def test_completing_twice_says_so_and_changes_nothing(city: City, client_of: ClientOf) -> None:
    action, amina = promise(city, days=3), client_of(city.amina)
    amina.post(f"/staff/actions/{action.pk}/complete/")
    response = amina.post(f"/staff/actions/{action.pk}/complete/", follow=True)
    assert "This action is already done." in response.content.decode()
    with acting(city.amina):
        assert Event.objects.filter(name="records.action_completed", about_id=action.pk).count() == 1


def test_an_action_of_others_does_not_exist(city: City, client_of: ClientOf) -> None:
    action = promise(city, days=3)
    for outsider in (city.peter, city.lena):
        assert client_of(outsider).post(f"/staff/actions/{action.pk}/complete/").status_code == 404
    assert client_of(city.amina).post(f"/staff/actions/{uuid.uuid4()}/complete/").status_code == 404
    assert client_of(city.amina).get(f"/staff/actions/{action.pk}/complete/").status_code == 405


def test_an_action_on_a_public_record_does_not_exist_for_others(city: City, client_of: ClientOf) -> None:
    with acting(city.amina):
        action = queries.my_work(city.amina).get(record_id=city.dialogue.pk)
    assert client_of(city.peter).post(f"/staff/actions/{action.pk}/complete/").status_code == 404
    with acting(city.amina):
        assert Action.objects.visible_to(city.amina).get(pk=action.pk).done_at is None


@pytest.mark.parametrize(
    "elsewhere", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"]
)
def test_after_an_action_one_stays_on_our_own_pages(city: City, client_of: ClientOf, elsewhere: str) -> None:
    action = promise(city, days=3)
    response = client_of(city.amina).post(f"/staff/actions/{action.pk}/complete/", {"next": elsewhere})
    assert response["Location"] == "/staff/"


# Notes


def note_page(city: City) -> str:
    return f"/staff/records/{city.library.reference}/note/"


def test_a_note_is_kept_logged_and_leads_back_to_the_record(city: City, client_of: ClientOf) -> None:
    response = client_of(city.amina).post(
        note_page(city), {"text": "The architect asked for two weeks more."}
    )
    assert response["Location"] == f"/staff/dialogues/{city.library.reference}/#notes"
    with acting(city.amina):
        note = Note.objects.visible_to(city.amina).get(record_id=city.library.pk)
        assert note.text == "The architect asked for two weeks more."
        assert Event.objects.filter(name="records.note_written", about_id=note.pk).count() == 1


def test_a_note_that_is_too_long_stays_typed(city: City, client_of: ClientOf) -> None:
    response = client_of(city.amina).post(note_page(city), {"text": "a long story " * NOTE_LENGTH})
    assert response.status_code == 400
    shown = response.content.decode()
    assert f"A note has at most {NOTE_LENGTH} characters" in shown
    assert "a long story a long story" in shown


@pytest.mark.parametrize("text", ["", "   ", "\x00"])
def test_an_empty_note_is_not_kept(city: City, client_of: ClientOf, text: str) -> None:
    response = client_of(city.amina).post(note_page(city), {"text": text})
    assert response.status_code == 400
    assert 'class="wrong"' in response.content.decode()


def test_notes_are_for_the_owners_members_and_the_refusal_gives_its_reason(
    city: City, client_of: ClientOf
) -> None:
    path = f"/staff/records/{city.dialogue.reference}/note/"
    response = client_of(city.ioana).post(path, {"text": "Hello"})
    assert response.status_code == 403
    assert "Only members of the organisation that owns this record work on it." in response.content.decode()


def test_a_note_on_a_record_one_cannot_see_is_a_note_on_nothing(city: City, client_of: ClientOf) -> None:
    peter = client_of(city.peter)
    for path in (note_page(city), "/staff/records/DLG-2222222/note/"):
        assert peter.post(path, {"text": "Hello"}).status_code == 404
        assert peter.get(path).status_code == 404


# Search


@pytest.mark.parametrize(
    "words",
    [
        "library",
        "LIBRARY evenings",
        "bibliothèque",
        "bibliotheque",
        "bibliotecă",
        "biblioteca",
        "مكتبة",
        "المكتبة",
        "والمكتبة",
        "مَكْتَبَة",
        "مكتبه",
    ],
)
def test_a_record_is_found_in_all_its_languages_however_it_is_typed(
    city: City, client_of: ClientOf, words: str
) -> None:
    shown = client_of(city.amina).get("/staff/search/", {"q": words}).content.decode()
    assert city.library.title in shown
    assert city.library.reference in shown
    assert "City of Marenne" in shown
    assert "Draft" in shown
    assert "Dialogue" in shown


def test_the_arabic_article_makes_no_difference() -> None:
    assert (
        searched("المكتبة") == searched("مكتبة") == searched("بالمكتبة") == searched("للمكتبة") == ["مكتبه"]
    )
    assert searched("والله الى") == ["الله", "الي"]  # short words keep what looks like an article


def test_a_reference_leads_straight_to_its_record(city: City, client_of: ClientOf) -> None:
    amina, reference = client_of(city.amina), city.library.reference
    for typed in (reference, reference.lower(), reference.replace("-", " "), f"  {reference}  "):
        response = amina.get("/staff/search/", {"q": typed})
        assert response["Location"] == f"/staff/dialogues/{reference}/", typed


def test_a_reference_of_others_leads_to_the_public_page_or_nowhere(city: City, client_of: ClientOf) -> None:
    peter = client_of(city.peter)
    public = peter.get("/staff/search/", {"q": city.dialogue.reference})
    assert public["Location"] == f"/en/dialogues/{city.dialogue.reference}/"
    draft = peter.get("/staff/search/", {"q": city.library.reference})
    assert draft.status_code == 200
    assert city.library.title not in draft.content.decode()


def test_the_outsider_finds_what_is_public_and_nothing_else(city: City, client_of: ClientOf) -> None:
    peter = client_of(city.peter)
    assert city.dialogue.title in peter.get("/staff/search/", {"q": "policing"}).content.decode()
    for title in content("library")["title"].values():
        shown = peter.get("/staff/search/", {"q": title.split()[-1]}).content.decode()
        assert city.library.reference not in shown


def test_results_speak_the_readers_language(city: City, client_of: ClientOf) -> None:
    amina = client_of(city.amina)
    amina.cookies["language"] = "ar"
    shown = amina.get("/staff/search/", {"q": "library"}).content.decode()
    assert content("library")["title"]["ar"] in shown


def test_a_search_without_result_teaches(city: City, client_of: ClientOf) -> None:
    shown = client_of(city.amina).get("/staff/search/", {"q": "<b>zeppelin</b>"}).content.decode()
    assert "Nothing you can see contains" in shown
    assert "&lt;b&gt;zeppelin&lt;/b&gt;" in shown


@pytest.mark.parametrize(
    "query", ["q=%00", "q=%", "q=_", "q=" + "a" * 5000, "q=a&page=99", "q=a&page=x", "", "q=%D8"]
)
def test_strange_searches_are_answered_calmly(city: City, client_of: ClientOf, query: str) -> None:
    assert client_of(city.amina).get(f"/staff/search/?{query}").status_code == 200


def test_a_percent_sign_is_looked_for_as_itself(city: City, client_of: ClientOf) -> None:
    assert (
        "Nothing you can see"
        in client_of(city.amina).get("/staff/search/", {"q": "l_brary"}).content.decode()
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dlg-7k3mpq4", "DLG-7K3MPQ4"),
        ("DLG 7K3 MPQ4", "DLG-7K3MPQ4"),
        ("DLG–7K3MPQ4", "DLG-7K3MPQ4"),
        ("x", "-X"),
    ],
)
def test_references_are_read_however_they_are_typed(typed: str, meant: str) -> None:
    assert as_reference(typed) == meant
