"""Hosted sessions: one code for a room, its end, the page of the host, and the way in by the square."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from entente.audit import clock
from entente.audit.actors import acting
from entente.audit.decisions import Refused
from entente.dialogue import queries, services
from entente.dialogue.models import HostedSession, InviteCode, Stratum
from entente.dialogue.views.addresses import code_address, join_address
from tests.conftest import City
from tests.dialogue.rooms import fresh_session, hidden, join_page, page_text, plan, somebody, statements
from tests.dialogue.staff_pages import ClientOf, events, fresh, page, words

# --- the session and its code


def test_a_code_is_found_in_its_own_dialogue_only_and_nobody_takes_part_yet(city: City) -> None:
    session = plan(city)
    assert services.find_code(city.dialogue, code=session.room_code).batch == session.name
    with pytest.raises(Refused, match="know this code"):
        services.find_code(city.dialogue, code="7K3M-PQ4X-92TA")
    with pytest.raises(Refused):
        services.find_code(city.riverside, code=session.room_code)


def test_a_session_has_one_code_for_everybody_and_its_name_on_every_voice(city: City) -> None:
    session = plan(city)
    first, second = somebody(city, session), somebody(city, session)
    assert first.id != second.id
    assert {first.stratum, second.stratum} == {Stratum.HOSTED}
    assert {first.batch, second.batch} == {"Library, Monday evening"}
    with acting(city.amina):
        assert events(city.dialogue, city.amina)[0] == "dialogue.session_planned"


def test_the_room_code_is_sealed_in_the_database(city: City) -> None:
    session = plan(city)
    with acting(city.amina):
        row: Any = HostedSession.objects.visible_to(city.amina).filter(pk=session.pk).values("room_code")[0]
        assert fresh_session(session, city).room_code == session.room_code
    assert session.room_code.encode() not in bytes(row["room_code"])


def test_an_ended_session_lets_nobody_in_and_keeps_what_was_said(city: City) -> None:
    session = plan(city)
    voice = somebody(city, session)
    services.answer_sheet({row.pk: 1 for row in statements(city)[:3]}, by=voice)
    code = session.room_code
    services.end_session(session, by=city.amina)
    with pytest.raises(Refused, match="a session's code not after the session"):
        services.redeem_code(city.dialogue, code=code, language="en")
    # Whoever had begun goes on.
    services.answer_sheet({row.pk: -1 for row in statements(city)[:5]}, by=voice)
    with acting(voice):
        assert sorted(queries.own_votes(city.dialogue, voice).values()) == [-1] * 5
    assert events(city.dialogue, city.amina)[0] == "dialogue.session_ended"


def test_a_session_ends_once(city: City) -> None:
    session = services.end_session(plan(city), by=city.amina)
    with pytest.raises(Refused, match="ended already"):
        services.end_session(session, by=city.amina)


@pytest.mark.parametrize("name", ["Library, Monday evening", "library, monday EVENING"])
def test_two_sessions_never_share_a_name(city: City, name: str) -> None:
    plan(city)
    with pytest.raises(Refused, match="Choose another name"):
        plan(city, name)


def test_a_session_is_never_named_like_a_batch_of_letters(city: City) -> None:
    services.make_codes(city.dialogue, by=city.amina, stratum="letter", number=2, batch="Mill Fields")
    with pytest.raises(Refused, match="Choose another name"):
        plan(city, "Mill Fields")


def test_only_coordinators_of_the_owner_host(city: City) -> None:
    with pytest.raises(Refused, match="Only coordinators run a dialogue"):
        services.plan_session(city.dialogue, by=city.claire, name="Mine", held_on=clock.today())
    session = plan(city)
    with pytest.raises(Refused, match="Only coordinators run a dialogue"):
        services.end_session(session, by=city.claire)
    with acting(city.lena):
        assert not HostedSession.objects.visible_to(city.lena).exists()


def test_a_closed_dialogue_hosts_nobody(city: City) -> None:
    with pytest.raises(Refused, match="closed"):
        services.plan_session(city.evenings, by=city.amina, name="Late", held_on=clock.today())


def test_closing_the_dialogue_forgets_the_code_and_keeps_the_session(city: City) -> None:
    session = plan(city)
    services.close_dialogue(city.dialogue, by=city.amina)
    with acting(city.amina):
        assert fresh_session(session, city).code_id is None
        assert not InviteCode.objects.visible_to(city.amina).filter(dialogue_id=city.dialogue.pk).exists()


# --- the pages of the host


def test_a_session_is_prepared_on_its_page(city: City, client_of: ClientOf) -> None:
    client, here = client_of(city.amina), page("plan_session", city.dialogue.reference)
    sent = {
        "name": "School, 3 December",
        "place": "Lindens School",
        "held_on": "2026-12-03",
        "language": "ar",
    }
    answer = client.post(here, sent, follow=True)
    text = words(answer)
    session = HostedSession.objects.visible_to(city.amina).get(name="School, 3 December")
    assert (session.place, session.held_on, session.language) == ("Lindens School", date(2026, 12, 3), "ar")
    assert session.room_code in text
    assert f"/ar/dialogues/{city.dialogue.reference}/code/" in text
    assert "School, 3 December" in words(client.get(page("session_list", city.dialogue.reference)))
    assert "prepared the session “School, 3 December”." in words(
        client.get(page("manage_dialogue", city.dialogue.reference))
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "Known"}, "Choose another name"),
        ({"name": "x" * 61}, "at most 60"),
        ({"name": "\u200b \u202e"}, "letter or number"),
        ({"held_on": "31.31.2026"}, "Enter a valid date."),
        ({"language": "tlh"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_with_a_session_is_said_and_nothing_is_lost(
    city: City, client_of: ClientOf, changes: dict[str, str], said: str
) -> None:
    plan(city, "Known")
    before = queries.sessions(city.dialogue, city.amina).count()
    sent = {"name": "Open Door", "place": "Quay 4", "held_on": "2026-12-03", "language": "en", **changes}
    answer = client_of(city.amina).post(page("plan_session", city.dialogue.reference), sent)
    assert said in words(answer)
    assert "Quay 4" in page_text(answer)
    assert queries.sessions(city.dialogue, city.amina).count() == before


def test_the_session_page_shows_the_door_until_the_session_ends(city: City, client_of: ClientOf) -> None:
    session, client = plan(city), client_of(city.amina)
    here = page("session", city.dialogue.reference, session.pk)
    before = client.get(here)
    assert session.room_code in words(before)
    assert 'aria-label="A square to photograph' in page_text(before)
    end = page("end_session", city.dialogue.reference, session.pk)
    assert "Prepare another session if people still want" in words(client.get(end))
    after = client.post(end, follow=True)
    assert session.room_code not in words(after)
    assert "Its code is useless" in words(after)
    assert client.post(end).status_code == 409
    # The code that nobody has seen is nowhere either.
    assert fresh_session(session, city).room_code not in page_text(client.get(here))


def test_the_session_page_says_that_a_paused_dialogue_lets_nobody_in(city: City, client_of: ClientOf) -> None:
    session = plan(city)
    services.freeze_dialogue(city.dialogue, by=city.amina, reason="A flood")
    text = words(client_of(city.amina).get(page("session", city.dialogue.reference, session.pk)))
    assert "nobody can come in with this code until it is" in text


def test_a_session_of_another_dialogue_is_not_found(city: City, client_of: ClientOf) -> None:
    session, client = plan(city), client_of(city.amina)
    for name in ("session", "end_session", "session_wall", "type_sheet", "paper_sheet"):
        assert client.get(page(name, city.library.reference, session.pk)).status_code == 404
        assert client_of(city.claire).get(page(name, city.dialogue.reference, session.pk)).status_code == 403
        assert client_of(city.peter).get(page(name, city.dialogue.reference, session.pk)).status_code == 404


def test_the_codes_of_a_session_are_ended_not_forgotten(city: City, client_of: ClientOf) -> None:
    plan(city, "Sealed in")
    services.make_codes(city.dialogue, by=city.amina, stratum="letter", number=2, batch="Letters out")
    text = page_text(client_of(city.amina).get(page("make_codes", city.dialogue.reference)))
    assert '<option value="Letters out">' in text
    assert '<option value="Sealed in">' not in text


def test_the_sessions_of_a_closed_dialogue_are_over(city: City, client_of: ClientOf) -> None:
    session, client = plan(city), client_of(city.amina)
    services.close_dialogue(city.dialogue, by=city.amina)
    text = words(client.get(page("session", city.dialogue.reference, session.pk)))
    assert "This dialogue is closed: nobody can answer in a session any more." in text
    assert "Fewer than ten people from this room" in text
    for gone in ("Prepare another", "End the session", "so far", "What to do", "ready"):
        assert gone not in text
    assert client.post(page("end_session", city.dialogue.reference, session.pk)).status_code == 409
    wall = words(client.get(page("session_wall", city.dialogue.reference, session.pk)))
    assert "This session is over" in wall
    for gone in ("so far", "Hide the result", "Pause", "appears here"):
        assert gone not in wall


def test_the_sessions_say_how_many_answered_in_tens(city: City, client_of: ClientOf) -> None:
    room = queries.sessions(city.dialogue, city.amina)[0]
    people = queries.people_by_session(city.dialogue, city.amina)[room.name]
    assert people % 10 == 0
    plan(city, "Nobody yet")
    client = client_of(city.amina)
    listed = words(client.get(page("session_list", city.dialogue.reference)))
    assert f"At least {people}" in listed
    assert "Fewer than ten" in listed
    here = page("session", city.dialogue.reference, room.pk)
    assert f"At least {people} people from this room so far" in words(client.get(here))


# --- the way in


def test_the_square_leads_to_a_page_of_the_product(city: City) -> None:
    request = Client().get("/en/").wsgi_request
    reference = city.dialogue.reference
    assert join_address(request, city.dialogue, "7K3M-PQ4X-92TA", "ar") == (
        "http://testserver" + join_page(city, "7K3M-PQ4X-92TA", "ar")
    )
    shown = code_address(request, city.dialogue, "en")
    assert shown == "http://testserver" + reverse("dialogue:enter_code", args=[reference])


def test_opening_the_square_changes_nothing_and_one_button_lets_in(city: City) -> None:
    session, phone = plan(city), Client()
    here = join_page(city, session.room_code)
    shown = phone.get(here)
    assert shown.status_code == 200
    assert session.room_code in page_text(shown)
    assert "no-store" in shown["Cache-Control"]
    assert set(phone.cookies) <= {"csrftoken"}
    answer = phone.post(here, hidden(shown))
    assert (answer.status_code, answer["Location"]) == (303, f"/en/dialogues/{city.dialogue.reference}/vote/")
    with transaction.atomic():
        voice = queries.participant_with(phone.cookies[f"voice-{city.dialogue.reference}"].value)
    assert voice is not None
    assert (voice.stratum, voice.batch) == ("hosted", session.name)


def test_the_same_form_sent_twice_is_one_person(city: City) -> None:
    session, phone = plan(city), Client()
    here = join_page(city, session.room_code)
    sent = hidden(phone.get(here))
    with acting(city.amina):
        before = queries.turnout(city.dialogue, city.amina)["people"]
    tokens = {phone.post(here, sent).cookies[f"voice-{city.dialogue.reference}"].value for _ in range(2)}
    assert len(tokens) == 1
    with acting(city.amina):
        assert queries.turnout(city.dialogue, city.amina)["people"] == before + 1


def test_somebody_who_came_in_already_goes_on_or_begins_anew(city: City) -> None:
    session, phone = plan(city), Client()
    here = join_page(city, session.room_code)
    phone.post(here, hidden(phone.get(here)))
    first = phone.cookies[f"voice-{city.dialogue.reference}"].value
    again = phone.get(here)
    assert "Go on with these answers" in page_text(again)
    elsewhere = phone.get(join_page(city, plan(city, "Another room").room_code))
    assert "Somebody from this session" not in page_text(elsewhere)
    phone.post(here, hidden(again))
    assert phone.cookies[f"voice-{city.dialogue.reference}"].value != first


@pytest.mark.parametrize("code", ["7K3M-PQ4X-92TA", "nonsense", "a" * 60])
def test_a_wrong_code_in_the_address_is_said(city: City, code: str) -> None:
    here, phone = join_page(city, code), Client()
    shown = words(phone.get(here))
    assert "You are invited" not in shown
    assert "ask whoever gave you the code" in shown
    assert shown.count("We don't know this code") + shown.count("A code has twelve letters") == 1
    answer = phone.post(here)
    assert answer.status_code == 409
    assert "We don't know this code" in page_text(answer)
    assert not re.search("voice-", str(answer.cookies))


def test_the_code_of_another_dialogue_does_not_open_this_one(city: City) -> None:
    code = plan(city).room_code
    services.open_dialogue(fresh(city.library, city.amina), by=city.amina)
    answer = Client().post(f"/en/dialogues/{city.library.reference}/join/{code.replace('-', '')}/")
    assert answer.status_code == 409


def test_the_square_of_a_letter_leads_back_to_its_answers(city: City) -> None:
    (code,) = services.make_codes(city.dialogue, by=city.amina, stratum="letter", number=1, batch="One")
    here, tokens = join_page(city, code), set()
    for _ in range(2):
        phone = Client()
        phone.post(here, hidden(phone.get(here)))
        tokens.add(phone.cookies[f"voice-{city.dialogue.reference}"].value)
    assert len(tokens) == 1


def test_a_dialogue_past_its_end_says_so_at_the_square(city: City) -> None:
    session = plan(city)
    services.edit_dialogue(city.dialogue, by=city.amina, closes_at=clock.now() + timedelta(minutes=1))
    with clock.frozen(clock.now() + timedelta(hours=1)):
        answer = Client().get(join_page(city, session.room_code))
        assert "This dialogue is closed" in page_text(answer)
        assert "Begin</button>" not in page_text(answer)
