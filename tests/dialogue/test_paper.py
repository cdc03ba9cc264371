"""Paper sheets: printed before a session, typed in after it, each counted once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from entente.audit import clock
from entente.audit.actors import acting
from entente.audit.decisions import Refused
from entente.dialogue import queries, services
from entente.dialogue.codes import new_token
from entente.dialogue.models import HostedSession, Participant
from tests.conftest import City
from tests.dialogue.rooms import fresh_session, hidden, page_text, plan, statements
from tests.dialogue.staff_pages import ClientOf, events, page, words


def sheet_page(city: City, session: HostedSession) -> str:
    return page("type_sheet", city.dialogue.reference, session.pk)


def send(client: Client, city: City, session: HostedSession, query: str = "", **boxes: str) -> Any:
    """Type some boxes of the sheet that is shown and save it."""
    here = sheet_page(city, session) + query
    sent = hidden(client.get(here)) | {"language": "en", **boxes}
    return client.post(here, sent)


def said(token: str, city: City) -> dict[int, int]:
    """What somebody with this token answered."""
    with transaction.atomic():
        voice = queries.participant_with(token)
    assert voice is not None
    with acting(voice):
        return queries.own_votes(city.dialogue, voice)


def people(city: City) -> int:
    with acting(city.amina):
        return int(queries.turnout(city.dialogue, city.amina)["people"])


def test_a_sheet_is_counted_as_a_voice_of_its_session(city: City, client_of: ClientOf) -> None:
    session, client = plan(city), client_of(city.amina)
    before = people(city)
    first, second, third = (row.number for row in statements(city)[:3])
    sent = hidden(client.get(sheet_page(city, session))) | {
        "language": "ar", f"s{first}": "1", f"s{second}": "٢", f"s{third}": " 3 ",
    }  # fmt: skip
    answer = client.post(sheet_page(city, session), sent)
    assert answer.status_code == 302
    shown = client.get(answer["Location"])
    assert "The sheet is counted. Here is the next one." in words(shown)
    assert "1 sheet of this session is typed in." in words(shown)
    assert said(sent["sheet"], city) == {first: 1, second: -1, third: 0}
    with transaction.atomic():
        voice = queries.participant_with(sent["sheet"])
    assert isinstance(voice, Participant)
    assert (voice.stratum, voice.batch, voice.language) == ("hosted", session.name, "ar")
    assert people(city) == before + 1
    assert events(city.dialogue, city.amina)[0] == "dialogue.sheet_typed"


def test_a_sheet_sent_twice_is_counted_once(city: City, client_of: ClientOf) -> None:
    session, client = plan(city), client_of(city.amina)
    sent = hidden(client.get(sheet_page(city, session))) | {f"s{statements(city)[0].number}": "1"}
    before = people(city)
    for _ in range(3):
        assert client.post(sheet_page(city, session), sent).status_code == 302
    assert people(city) == before + 1
    assert queries.sheets_typed(session, city.amina) == {"number": 1, "own": 1}


def test_another_sheet_on_an_old_page_is_not_lost(city: City, client_of: ClientOf) -> None:
    session, client = plan(city), client_of(city.amina)
    one, two = (row.number for row in statements(city)[:2])
    sent = hidden(client.get(sheet_page(city, session))) | {f"s{one}": "1"}
    client.post(sheet_page(city, session), sent)
    again = client.post(sheet_page(city, session), sent | {f"s{two}": "2"})
    assert again.status_code == 400
    assert "This page was sent before, with other answers" in words(again)
    assert f'name="s{two}" value="2"' in page_text(again)
    assert said(sent["sheet"], city) == {one: 1}
    client.post(sheet_page(city, session), hidden(again) | {f"s{one}": "1", f"s{two}": "2"})
    assert queries.sheets_typed(session, city.amina)["number"] == 2


def test_the_last_sheet_can_be_corrected_also_by_emptying_a_box(city: City, client_of: ClientOf) -> None:
    session, client = plan(city), client_of(city.amina)
    one, two, three = (row.number for row in statements(city)[:3])
    sent = hidden(client.get(sheet_page(city, session))) | {f"s{one}": "1", f"s{two}": "2"}
    client.post(sheet_page(city, session), sent)
    shown = page_text(client.get(sheet_page(city, session) + "?last"))
    assert f'name="s{two}" value="2"' in shown
    before = people(city)
    answer = send(client, city, session, "?last", **{f"s{one}": "3", f"s{three}": "1"})
    assert answer.status_code == 302
    assert said(sent["sheet"], city) == {one: 0, three: 1}
    assert people(city) == before
    assert queries.sheets_typed(session, city.amina)["number"] == 1
    assert events(city.dialogue, city.amina)[0] == "dialogue.sheet_corrected"


def test_nobody_else_reads_the_last_sheet(city: City, client_of: ClientOf) -> None:
    session, typist = plan(city), client_of(city.amina)
    send(typist, city, session, **{f"s{statements(city)[0].number}": "1"})
    assert "Correct the last sheet" in words(typist.get(sheet_page(city, session)))
    other = client_of(city.amina)
    assert "Correct the last sheet" not in words(other.get(sheet_page(city, session) + "?last"))


@pytest.mark.parametrize("typed", ["4", "x", "11", "-1", "१२", "0.5"])
def test_an_answer_out_of_range_is_said_at_its_box_and_the_rest_stays(
    city: City, client_of: ClientOf, typed: str
) -> None:
    session = plan(city)
    one, two = (row.number for row in statements(city)[:2])
    answer = send(client_of(city.amina), city, session, **{f"s{one}": typed, f"s{two}": "2"})
    assert answer.status_code == 400
    assert "Type 1, 2 or 3, or leave it empty." in words(answer)
    assert f'name="s{two}" value="2"' in page_text(answer)
    assert queries.sheets_typed(session, city.amina)["number"] == 0


def test_an_empty_sheet_is_not_counted(city: City, client_of: ClientOf) -> None:
    session = plan(city)
    answer = send(client_of(city.amina), city, session)
    assert "A sheet without any answer is not counted." in words(answer)


def test_a_statement_that_is_gone_is_named_and_the_others_are_kept(city: City, client_of: ClientOf) -> None:
    session = plan(city)
    one = statements(city)[0].number
    answer = send(client_of(city.amina), city, session, s9999=" 1", s8888="", **{f"s{one}": "2"})
    assert answer.status_code == 400
    assert "Statement 9999 can't be answered any more" in words(answer)
    assert "8888" not in words(answer)
    assert f'name="s{one}" value="2"' in page_text(answer)


def test_sheets_come_in_after_the_session_for_fourteen_days(city: City, client_of: ClientOf) -> None:
    session = services.end_session(plan(city), by=city.amina)
    answers = {statements(city)[0].pk: 1}
    with clock.frozen(clock.now() + timedelta(days=2)):
        services.type_sheet(fresh_session(session, city), by=city.amina, sheet=new_token(), answers=answers)
    services.edit_dialogue(city.dialogue, by=city.amina, closes_at=clock.now() + timedelta(days=60))
    late = clock.now() + timedelta(days=14, minutes=1)
    with clock.frozen(late), pytest.raises(Refused, match="within 14 days"):
        services.type_sheet(fresh_session(session, city), by=city.amina, sheet=new_token(), answers=answers)


def test_no_sheet_comes_in_once_the_dialogue_is_closed(city: City, client_of: ClientOf) -> None:
    session = plan(city)
    services.close_dialogue(city.dialogue, by=city.amina)
    answer = client_of(city.amina).get(sheet_page(city, session))
    assert answer.status_code == 409
    assert "Sheets are typed in while the dialogue is open." in words(answer)


def test_a_sheet_that_nobody_knows_is_not_corrected(city: City) -> None:
    session = fresh_session(plan(city), city)
    with pytest.raises(Refused, match="We don't find this sheet any more"):
        services.correct_sheet(session, by=city.amina, sheet=new_token(), answers={statements(city)[0].pk: 1})


def test_a_sheet_is_corrected_in_its_own_session_only(city: City) -> None:
    here, there = fresh_session(plan(city), city), fresh_session(plan(city, "Youth club, noon"), city)
    answers, sheet = {statements(city)[0].pk: 1}, new_token()
    services.type_sheet(here, by=city.amina, sheet=sheet, answers=answers)
    with pytest.raises(Refused, match="We don't find this sheet any more"):
        services.correct_sheet(there, by=city.amina, sheet=sheet, answers=answers)
    services.correct_sheet(here, by=city.amina, sheet=sheet, answers=answers)


@pytest.mark.parametrize("language", ["en", "fr", "ar", "ro"])
def test_the_sheet_is_printed_in_the_language_asked_for(
    city: City, client_of: ClientOf, language: str
) -> None:
    session = plan(city)
    here = page("paper_sheet", city.dialogue.reference, session.pk)
    answer = client_of(city.amina).get(here, {"shown_in": language})
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert f"sheet-{language}.pdf" in answer["Content-Disposition"]


def test_a_dialogue_without_statements_has_no_sheet_and_says_so(city: City, client_of: ClientOf) -> None:
    dialogue = services.draft_dialogue(
        by=city.amina, title="Trees", question="Where?", language="en", languages=["en"]
    )
    session = services.plan_session(dialogue, by=city.amina, name="Early", held_on=clock.today())
    answer = client_of(city.amina).get(page("paper_sheet", dialogue.reference, session.pk), follow=True)
    assert "There is no statement to print yet." in words(answer)
