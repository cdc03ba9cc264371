"""The wall of a room: what it tells while people answer, and what nobody can work out of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from entente.audit.actors import acting, job
from entente.demo.content_words import content
from entente.dialogue import queries, services
from entente.dialogue.models import Analysis, Dialogue, HostedSession
from entente.dialogue.publication.rounding import LEAST
from entente.dialogue.session_picture import on_the_wall, session_picture
from entente.people.models import Member
from entente.people.sign_in import member_with
from tests.conftest import City
from tests.dialogue.rooms import page_text, plan, statements
from tests.dialogue.staff_pages import ClientOf, page, words
from tests.template_city import session_key

BY_JOB = job("a count in a test", None)

# --- the picture


def test_a_picture_tells_tens_of_people_and_shares_whose_step_is_five_people() -> None:
    picture = session_picture(57, {1: [30, 10, 10], 2: [12, 6, 6]}, [])
    assert picture == {
        "people": 50,
        "statements": {"1": {"answered": 50, "shares": [60, 20, 20], "is_told": True}},
    }


def test_a_picture_stands_until_ten_more_have_answered() -> None:
    first = session_picture(30, {1: [30, 0, 0]}, [])
    later = session_picture(39, {1: [30, 9, 0]}, [], first)
    assert later["statements"] == first["statements"]
    assert session_picture(60, {1: [30, 30, 0]}, [], first)["statements"]["1"]["shares"] == [50, 50, 0]


@given(st.lists(st.tuples(*[st.integers(0, 1)] * 3), max_size=60), st.lists(st.integers(0, 40), max_size=60))
def test_two_pictures_of_a_room_never_differ_by_fewer_than_ten_answers(
    steps: list[tuple[int, int, int]], others: list[int]
) -> None:
    cell, picture, told = [0, 0, 0], None, []
    for step, more in zip(steps, others, strict=False):
        cell = [a + b for a, b in zip(cell, step, strict=True)]
        picture = session_picture(sum(cell), {1: cell}, [{1: sum(cell) + more}], picture)
        if picture["statements"].get("1", {}).get("is_told"):
            told.append(picture["statements"]["1"]["answered"])
            assert more == 0 or more >= LEAST
    shown = sorted(set(told))
    assert all(later - earlier >= LEAST for earlier, later in pairwise(shown))
    assert all(number >= LEAST for number in shown)


@pytest.mark.parametrize(("others", "is_told"), [(0, True), (1, False), (9, False), (10, True), (400, True)])
def test_nobody_subtracts_a_room_from_the_whole(others: int, is_told: bool) -> None:
    picture = session_picture(30, {1: [20, 10, 0]}, [{1: 30 + others}, {1: 430}])
    assert bool(on_the_wall(picture, [1], 4)) is is_told


def test_what_may_not_be_told_for_a_while_is_still_ten_answers_from_what_was_told() -> None:
    first = session_picture(32, {1: [32, 0, 0]}, [{1: 32}])
    between = session_picture(35, {1: [32, 3, 0]}, [{1: 36}], first)
    assert on_the_wall(between, [1], 4) == []
    after = session_picture(36, {1: [32, 4, 0]}, [{1: 60}], between)
    assert after["statements"] == first["statements"]
    assert on_the_wall(after, [1], 4)


def test_the_wall_shows_a_few_statements_first_those_that_unite() -> None:
    shares = {"1": [50, 50, 0], "2": [90, 10, 0], "3": [10, 80, 10], "4": [60, 40, 0], "5": [30, 20, 50]}
    picture = {
        "statements": {
            number: {"answered": 40, "shares": told, "is_told": True} for number, told in shares.items()
        }
    }
    shown = on_the_wall(picture, range(1, 6), 4)
    assert [(row["number"], row["is_shared"]) for row in shown] == [
        (2, True),
        (3, True),
        (1, False),
        (4, False),
    ]
    assert [row["number"] for row in on_the_wall(picture, [5], 4)] == [5]
    assert on_the_wall({"statements": {}}, [1], 4) == []


# --- the job that makes it


@pytest.fixture
def amina(connected_as: Callable[[str], str]) -> Member:
    """A coordinator in a city of this test's own, where jobs may act."""
    connected_as("entente_owner")
    return member_with_session("amina")


def member_with_session(name: str) -> Member:
    with transaction.atomic():
        return member_with(session_key(name))


def room_of(dialogue: Dialogue, amina: Member, people: int) -> HostedSession:
    """A session in which so many answered the first five statements, all alike."""
    session = services.plan_session(dialogue, by=amina, name="Open Door", held_on=dialogue.opened_at.date())
    with acting(amina):
        rows = list(queries.statements(dialogue, amina)[:5])
    for _person in range(people):
        voice, _token = services.redeem_code(dialogue, code=session.room_code, language="en")
        services.answer_sheet({row.pk: 1 for row in rows}, by=voice)
    return session


def pictures(dialogue: Dialogue, amina: Member) -> dict[str, Any]:
    with acting(amina):
        found = queries.newest_analysis(dialogue, amina)
    assert isinstance(found, Analysis)
    kept: dict[str, Any] = found.result["sessions"]
    return kept


@pytest.mark.slow
def test_the_count_of_votes_keeps_a_picture_of_each_room(amina: Member) -> None:
    title = content("dialogue")["title"]["en"]
    with acting(amina):
        dialogue = Dialogue.objects.visible_to(amina).get(title=title)
    session = room_of(dialogue, amina, 32)
    services.analyse_dialogue(dialogue.pk, by=BY_JOB)
    picture = pictures(dialogue, amina)["Open Door"]
    assert picture["people"] == 30
    assert {tuple(told["shares"]) for told in picture["statements"].values()} == {(100, 0, 0)}
    assert len(picture["statements"]) == 5
    # One more person changes nothing that is shown.
    voice, _token = services.redeem_code(dialogue, code=session.room_code, language="en")
    with acting(amina):
        rows = list(queries.statements(dialogue, amina)[:5])
    services.answer_sheet({row.pk: -1 for row in rows}, by=voice)
    services.analyse_dialogue(dialogue.pk, by=BY_JOB)
    assert pictures(dialogue, amina)["Open Door"] == picture
    assert not connection.in_atomic_block


# --- the page


def keep_picture(city: City, name: str, picture: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the newest analysis hold a picture, as the job would keep it."""
    found = queries.newest_analysis(city.dialogue, city.amina)
    assert found is not None
    found.result["sessions"] = {name: picture}
    monkeypatch.setattr("entente.dialogue.queries.hosting.newest_analysis", lambda *_who: found)


def wall(city: City, session: HostedSession) -> str:
    return page("session_wall", city.dialogue.reference, session.pk)


def test_the_wall_shows_the_way_in_before_anybody_answered(city: City, client_of: ClientOf) -> None:
    session = plan(city)
    answer = client_of(city.amina).get(wall(city, session))
    text = words(answer)
    assert city.dialogue.question in text
    assert session.room_code in text
    assert "Fewer than ten people from this room so far" in text
    assert "The result appears here when 25 people have answered" in text


def test_the_wall_tells_what_the_room_says(
    city: City, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = plan(city)
    first, second = statements(city)[:2]
    shares = {str(first.number): [80, 10, 10], str(second.number): [100, 0, 0]}
    told = {number: {"answered": 31, "shares": share, "is_told": True} for number, share in shares.items()}
    keep_picture(city, session.name, {"people": 30, "statements": told}, monkeypatch)
    client = client_of(city.amina)
    text = words(client.get(wall(city, session)))
    assert "At least 30 people from this room so far" in text
    assert first.text in text or second.text in text
    assert "agree about 80%" in text
    # Whether somebody said something else is about one person: neither all nor nobody is ever told.
    assert "agree most" in text
    assert "disagree few or nobody" in text
    assert not re.search(r"\b(100|0)%", text)
    assert "31" not in text.replace(session.room_code, "")
    hidden = words(client.get(wall(city, session) + "?hidden"))
    assert "agree about 80%" not in hidden
    assert "Show the result" in hidden


def test_a_statement_that_was_turned_down_leaves_the_wall(
    city: City, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = plan(city)
    told = {"9999": {"answered": 31, "shares": [80, 10, 10], "is_told": True}}
    keep_picture(city, session.name, {"people": 30, "statements": told}, monkeypatch)
    assert "agree about 80%" not in words(client_of(city.amina).get(wall(city, session)))


def test_the_wall_renews_itself_with_and_without_javascript_until_it_is_paused(
    city: City, client_of: ClientOf
) -> None:
    session, client = plan(city), client_of(city.amina)
    running, paused = (page_text(client.get(wall(city, session) + ask)) for ask in ("", "?paused"))
    assert 'data-behaviour="poll-progress"' in running
    assert 'data-every="3"' in running
    assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in running
    assert "poll-progress" not in paused
    assert "<noscript>" not in paused
    assert "Go on renewing" in paused


def test_the_wall_speaks_the_language_of_the_room(city: City, client_of: ClientOf) -> None:
    session = plan(city, language="ar")
    text = page_text(client_of(city.amina).get(wall(city, session)))
    assert '<html lang="ar" dir="rtl">' in text
    assert f'/ar/dialogues/<span class="door-reference">{city.dialogue.reference}</span>/code/' in text
    other = page_text(client_of(city.amina).get(wall(city, session) + "?shown_in=fr"))
    assert '<html lang="fr" dir="ltr">' in other


def test_after_the_end_the_wall_thanks_and_lets_nobody_in(city: City, client_of: ClientOf) -> None:
    session = plan(city)
    code = session.room_code
    services.end_session(session, by=city.amina)
    text = page_text(client_of(city.amina).get(wall(city, session)))
    assert "This session is over. Thank you." in text
    assert code not in text


def test_both_rooms_of_marenne_have_something_to_show(city: City, client_of: ClientOf) -> None:
    rooms = list(queries.sessions(city.dialogue, city.amina))
    assert [bool(room.ended_at) for room in rooms] == [False, True]
    for room in rooms:
        picture = queries.picture_of(room, city.amina)
        assert picture is not None
        assert picture["people"] in {30, 40}
        text = page_text(client_of(city.amina).get(wall(city, room) + "?shown_in=en"))
        assert text.count('class="wall-bar"') == 4
