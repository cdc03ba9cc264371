"""One tablet passed round: each person begins afresh, and nobody finds what the one before said."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from entente.audit import clock
from entente.audit.actors import acting
from entente.audit.decisions import Refused
from entente.dialogue import queries, services
from entente.dialogue.models import Participant
from tests.conftest import City
from tests.dialogue.rooms import hidden, page_text, plan, started_tablet, tablet_page


def begin(tablet: Client, city: City, language: str = "en") -> Any:
    """Somebody takes the tablet."""
    welcome = tablet.get(tablet_page(city.dialogue))
    return tablet.post(tablet_page(city.dialogue), hidden(welcome) | {"language": language})


def answer(tablet: Client, city: City, vote: str = "agree") -> Any:
    """Press one of the buttons of the statement that is shown."""
    card = tablet.get(tablet_page(city.dialogue))
    sent = hidden(card) | {"step": "answer", "vote": vote}
    return tablet.post(tablet_page(city.dialogue), sent)


def hand_on(tablet: Client, city: City) -> Any:
    return tablet.post(tablet_page(city.dialogue), {"step": "next"})


def holder(tablet: Client, city: City) -> Participant:
    """Who answers on it now."""
    from django.core import signing

    cookie = tablet.cookies[f"tablet-voice-{city.dialogue.reference}"].value
    with transaction.atomic():
        found = queries.participant_with(signing.loads(cookie, salt="tablet")["token"])
    assert found is not None
    return found


def said(voice: Participant, city: City) -> list[int]:
    with acting(voice):
        return sorted(queries.own_votes(city.dialogue, voice).values())


def test_a_host_starts_it_with_the_code_of_the_room(city: City) -> None:
    session, tablet = plan(city), Client()
    assert "For the host of a session" in page_text(tablet.get(tablet_page(city.dialogue)))
    answer = tablet.post(tablet_page(city.dialogue), {"step": "start", "code": session.room_code.lower()})
    assert answer.status_code == 303
    welcome = page_text(tablet.get(tablet_page(city.dialogue)))
    assert re.findall(r'name="language" value="(..)"', welcome) == city.dialogue.languages
    assert session.room_code not in str(tablet.cookies["tablet-" + city.dialogue.reference].OutputString())


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("7K3M-PQ4X-92TA", "We don't know this code"),
        ("short", "A code has twelve letters and digits"),
        ("", "Enter the code"),
    ],
)
def test_a_wrong_code_starts_nothing(city: City, code: str, said: str) -> None:
    tablet = Client()
    answer = tablet.post(tablet_page(city.dialogue), {"step": "start", "code": code})
    assert answer.status_code in {400, 409}
    assert said in page_text(answer)
    assert f"tablet-{city.dialogue.reference}" not in tablet.cookies


def test_the_code_of_a_letter_starts_no_tablet(city: City) -> None:
    (code,) = services.make_codes(city.dialogue, by=city.amina, stratum="letter", number=1, batch="One")
    answer = Client().post(tablet_page(city.dialogue), {"step": "start", "code": code})
    assert "This is the code of a letter" in page_text(answer)


def test_finding_a_room_takes_nobody_in(city: City) -> None:
    session = plan(city)
    with acting(city.amina):
        before = queries.turnout(city.dialogue, city.amina)["people"]
    assert services.find_room(city.dialogue, code=session.room_code).batch == session.name
    services.open_dialogue(city.library, by=city.amina)
    elsewhere = queries.dialogues(city.amina).get(pk=city.library.pk)
    with pytest.raises(Refused, match="We don't know this code"):
        services.find_room(elsewhere, code=session.room_code)
    with acting(city.amina):
        assert queries.turnout(city.dialogue, city.amina)["people"] == before


def test_each_person_is_a_voice_of_their_own_in_their_own_language(city: City) -> None:
    session = plan(city)
    tablet = started_tablet(city, session)
    first = begin(tablet, city)
    assert first["Location"] == tablet_page(city.dialogue)
    answer(tablet, city)
    answer(tablet, city, "disagree")
    one = holder(tablet, city)
    assert hand_on(tablet, city).status_code == 303
    second = begin(tablet, city, "ar")
    assert second["Location"] == tablet_page(city.dialogue, "ar")
    assert 'dir="rtl"' in page_text(tablet.get(second["Location"]))
    answer(tablet, city, "pass")
    two = holder(tablet, city)
    assert one.id != two.id
    assert (said(one, city), said(two, city)) == ([-1, 1], [0])
    assert {one.batch, two.batch} == {session.name}
    assert (one.language, two.language) == ("en", "ar")


def test_nobody_finds_what_the_person_before_said(city: City) -> None:
    tablet = started_tablet(city, plan(city))
    begin(tablet, city)
    where = answer(tablet, city)["Location"]
    assert "You agreed with statement" in page_text(tablet.get(where))
    hand_on(tablet, city)
    # The back button asks again: nothing was kept.
    back = tablet.get(where)
    assert "no-store" in back["Cache-Control"]
    assert "You agreed" not in page_text(back)
    assert "Nobody asks your name" in page_text(back)
    begin(tablet, city)
    after = page_text(tablet.get(where))
    assert "You agreed with" not in after
    assert "0 answered" in after


def test_somebody_who_leaves_in_silence_is_forgotten(city: City) -> None:
    tablet = started_tablet(city, plan(city))
    here = tablet_page(city.dialogue)
    begin(tablet, city)
    answer(tablet, city)
    card = page_text(tablet.get(here))
    assert re.search(r'<noscript><meta http-equiv="refresh" content="180;url=[^"]+still', card)
    assert re.search(r'data-behaviour="leave-in-silence" data-after="180" data-url="[^"]+still', card)
    # Somebody who answered without leaving the page is not asked.
    assert "Are you still answering?" not in page_text(tablet.get(f"{here}?still"))
    with clock.frozen(clock.now() + timedelta(seconds=185)):
        asked = page_text(tablet.get(f"{here}?still"))
        assert "Are you still answering?" in asked
        assert "You agreed" not in asked
    cookie = tablet.cookies[f"tablet-voice-{city.dialogue.reference}"]
    assert cookie["max-age"] == 240
    assert cookie["httponly"]


def test_the_server_forgets_too_when_a_browser_keeps_its_cookies(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    tablet = started_tablet(city, plan(city))
    begin(tablet, city)
    import time

    late = time.time() + 241
    monkeypatch.setattr(time, "time", lambda: late)
    assert "Nobody asks your name" in page_text(tablet.get(tablet_page(city.dialogue)))


def test_an_answer_that_was_not_received_is_asked_for_again(city: City) -> None:
    tablet = started_tablet(city, plan(city))
    begin(tablet, city)
    wrong = tablet.post(tablet_page(city.dialogue), {"step": "answer", "statement": "1", "vote": "maybe"})
    assert wrong.status_code == 400
    assert "Choose agree, disagree or pass." in page_text(wrong)
    gone = tablet.post(tablet_page(city.dialogue), {"step": "answer", "statement": "99999", "vote": "agree"})
    assert gone.status_code == 409
    assert said(holder(tablet, city), city) == []


def test_an_answer_can_be_changed_before_handing_on(city: City) -> None:
    tablet = started_tablet(city, plan(city))
    begin(tablet, city)
    where = answer(tablet, city)["Location"]
    number = re.search(r"after=(\d+)", where)
    assert number is not None
    shown = tablet.get(f"{tablet_page(city.dialogue)}?statement={number[1]}")
    assert "You agreed with this statement. A new answer replaces the first." in page_text(shown)
    sent = hidden(shown) | {"step": "answer", "vote": "disagree"}
    tablet.post(tablet_page(city.dialogue), sent)
    assert said(holder(tablet, city), city) == [-1]


def test_after_the_last_statement_there_is_only_handing_on(city: City) -> None:
    tablet = started_tablet(city, plan(city))
    begin(tablet, city)
    everything = {row.pk: 1 for row in queries.statements(city.dialogue, city.amina)}
    services.answer_sheet(everything, by=holder(tablet, city))
    text = page_text(tablet.get(tablet_page(city.dialogue)))
    assert "You have answered everything there is so far." in text
    assert "I am finished: hand on" in text


def test_the_welcome_sent_twice_is_one_person(city: City) -> None:
    tablet = started_tablet(city, plan(city))
    here = tablet_page(city.dialogue)
    sent = hidden(tablet.get(here)) | {"language": "en"}
    voices = set()
    for _ in range(2):
        tablet.post(here, sent)
        voices.add(holder(tablet, city).id)
    assert len(voices) == 1


def test_a_welcome_out_of_the_browsers_memory_leads_to_nobody_before(city: City) -> None:
    tablet = started_tablet(city, plan(city))
    here = tablet_page(city.dialogue)
    sent = hidden(tablet.get(here)) | {"language": "en"}
    tablet.post(here, sent)
    where = answer(tablet, city)["Location"]
    before = holder(tablet, city)
    hand_on(tablet, city)
    tablet.post(here, sent)
    assert holder(tablet, city).id != before.id
    assert "You agreed with" not in page_text(tablet.get(where))


def test_what_stands_on_the_welcome_opens_nobodys_answers(city: City) -> None:
    tablet = started_tablet(city, plan(city))
    seen = hidden(tablet.get(tablet_page(city.dialogue)))
    tablet.post(tablet_page(city.dialogue), seen | {"language": "en"})
    answer(tablet, city)
    with transaction.atomic():
        assert queries.participant_with(seen["start"]) is None


def test_when_the_session_ends_the_next_person_is_told(city: City) -> None:
    session = plan(city)
    tablet = started_tablet(city, session)
    begin(tablet, city)
    services.end_session(session, by=city.amina)
    assert answer(tablet, city).status_code == 303  # whoever holds it may finish
    hand_on(tablet, city)
    refused = begin(tablet, city)
    assert refused.status_code == 409
    assert "not after the session" in page_text(refused)


def test_a_paused_dialogue_keeps_the_tablet_and_says_why(city: City) -> None:
    tablet = started_tablet(city, plan(city))
    begin(tablet, city)
    services.freeze_dialogue(city.dialogue, by=city.amina, reason="A flood in the library")
    text = page_text(tablet.get(tablet_page(city.dialogue)))
    assert "This dialogue is paused" in text
    assert "A flood in the library" in text


def test_the_host_takes_the_tablet_out_of_use(city: City) -> None:
    tablet = started_tablet(city, plan(city))
    begin(tablet, city)
    tablet.post(tablet_page(city.dialogue), {"step": "stop"})
    assert "For the host of a session" in page_text(tablet.get(tablet_page(city.dialogue)))


@pytest.mark.parametrize("cookie", ["", "x", "e30:1aaaaa:bbbb", "ü" * 500])
def test_a_forged_cookie_is_no_tablet(city: City, cookie: str) -> None:
    client = Client()
    client.cookies[f"tablet-{city.dialogue.reference}"] = cookie
    assert client.get(tablet_page(city.dialogue)).status_code == 200
    step = client.post(tablet_page(city.dialogue), {"step": "begin", "language": "en"})
    assert step.status_code == 409
