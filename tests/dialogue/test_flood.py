"""Many answers at once, from one place or out of step: sensible replies, nothing lost, nobody held up."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import close_old_connections, connection
from django.test import Client

from entente.audit import clock
from entente.audit.actors import VISITOR, acting
from entente.dialogue import queries, services
from entente.dialogue.models import Statement, VoteChange
from entente.dialogue.queries import Deck
from entente.dialogue.views import voices
from entente.people.rate_limits import MINUTE, Minute, address_range
from tests.conftest import City
from tests.dialogue.test_voting_pages import address, answer, hidden_fields, own_votes, take_part, text_of

FRAGMENT = {"X-Fragment": "card"}


def answer_in_place(client: Client, city: City, fields: dict[str, str], vote: str, **extra: Any) -> Any:
    """Answer as a page does that stays open."""
    sent = {name: fields[name] for name in ("statement", "start") if name in fields} | {"vote": vote}
    return client.post(
        address(city.dialogue, language=extra.pop("language", "en")), sent, headers=FRAGMENT, **extra
    )


# An answer brings the next statement with it


def test_a_page_that_stays_open_gets_the_next_statement_with_its_answer(
    city: City, visitor_client: Client
) -> None:
    fields = hidden_fields(visitor_client.get(address(city.dialogue)))
    seen = []
    for vote in ("agree", "disagree", "pass"):
        seen.append(fields["statement"])
        response = answer_in_place(visitor_client, city, fields, vote)
        assert response.status_code == 200
        assert "<html" not in text_of(response)
        fields = hidden_fields(response)
    assert len({*seen, fields["statement"]}) == 4
    assert own_votes(visitor_client, city.dialogue) == dict(zip(map(int, seen), (1, -1, 0), strict=True))
    assert "3 answered, 35 to go" in text_of(response)
    assert f"You passed on statement {seen[-1]}." in text_of(response)
    assert "start" not in fields  # the browser has its cookie now
    assert "no-store" in response["Cache-Control"]


def test_the_last_answer_brings_the_end(city: City, visitor_client: Client) -> None:
    fields = hidden_fields(visitor_client.get(address(city.dialogue)))
    while "statement" in fields:
        response = answer_in_place(visitor_client, city, fields, "pass")
        fields = hidden_fields(response)
    assert "You have answered everything there is so far." in text_of(response)
    assert len(own_votes(visitor_client, city.dialogue)) == 38


def test_a_refusal_says_why_in_place(city: City, visitor_client: Client) -> None:
    take_part(city, visitor_client)
    fields = hidden_fields(visitor_client.get(address(city.dialogue)))
    with acting(city.amina):
        services.freeze_dialogue(city.dialogue, by=city.amina, reason="A letter was printed twice.")
    response = answer_in_place(visitor_client, city, fields, "agree")
    assert response.status_code == 409
    assert "A letter was printed twice." in text_of(response)
    assert "<html" not in text_of(response)


# Far too many from one range of addresses


@pytest.fixture
def codes(city: City) -> Callable[[int], list[Client]]:
    """People who came in with a letter's code each."""

    def make(number: int) -> list[Client]:
        with acting(city.amina):
            letters = services.make_codes(city.dialogue, by=city.amina, stratum="letter", number=number)
        people = [Client() for _letter in letters]
        for person, letter in zip(people, letters, strict=True):
            person.post(address(city.dialogue, "code"), {"code": letter})
        return people

    return make


def test_a_flood_with_many_codes_from_one_range_is_slowed_and_nobody_else_is(
    city: City, codes: Callable[[int], list[Client]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voices, "VOTES_OF_A_RANGE", 25)
    flood, other = codes(20), take_part_from(city, "198.51.100.4")
    number = int(hidden_fields(flood[0].get(address(city.dialogue)))["statement"])
    statuses: Counter[int] = Counter()
    told = {}
    with clock.frozen(clock.now().replace(second=10)):
        for turn, vote in enumerate(("agree", "disagree", "agree")):
            for place, client in enumerate(flood):
                sent = {"statement": number, "vote": vote}
                response = client.post(
                    address(city.dialogue),
                    sent,
                    headers=FRAGMENT,
                    REMOTE_ADDR=f"203.0.113.{place + 10 * turn}",
                )
                statuses[response.status_code] += 1
                if response.status_code == 200:
                    told[place] = {"agree": 1, "disagree": -1}[vote]
        assert statuses == {200: 25, 429: 35}
        assert answer(other, city.dialogue, REMOTE_ADDR="198.51.100.4").status_code == 303
    kept = {place: own_votes(flood[place], city.dialogue).get(number) for place in told}
    assert kept == told
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        again = flood[0].post(
            address(city.dialogue), {"statement": number, "vote": "pass"}, REMOTE_ADDR="203.0.113.9"
        )
    assert again.status_code == 303


def take_part_from(city: City, sender: str) -> Client:
    client = Client(REMOTE_ADDR=sender)
    take_part(city, client)
    return client


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Please try again in 1 minute."), ("ar", 'lang="ar" dir="rtl"')]
)
def test_whoever_has_to_wait_reads_so_in_their_language(
    city: City, visitor_client: Client, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    monkeypatch.setattr(voices, "VOTES_OF_A_RANGE", 0)
    response = visitor_client.post(
        address(city.dialogue, language=language), {"statement": 1, "vote": "agree"}
    )
    assert response.status_code == 429
    assert response["Retry-After"] == "60"
    assert said in text_of(response)


def test_a_page_that_stays_open_keeps_the_answer_while_it_waits(
    city: City, visitor_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = hidden_fields(visitor_client.get(address(city.dialogue)))
    monkeypatch.setattr(voices, "VOTES_OF_A_RANGE", 0)
    response = answer_in_place(visitor_client, city, fields, "agree")
    assert response.status_code == 429
    assert response["Retry-After"] == "60"
    assert "data-wait" in text_of(response)
    assert "Your answer is kept on this page." in text_of(response)
    monkeypatch.undo()
    assert answer_in_place(visitor_client, city, fields, "agree").status_code == 200
    assert own_votes(visitor_client, city.dialogue) == {int(fields["statement"]): 1}


def test_one_person_can_answer_as_fast_as_somebody_reads_and_not_as_fast_as_a_script(
    city: City, visitor_client: Client
) -> None:
    take_part(city, visitor_client)
    (number,) = own_votes(visitor_client, city.dialogue)
    sent = {"statement": number, "vote": "agree"}
    with clock.frozen(clock.now().replace(second=10)):
        statuses = Counter(
            visitor_client.post(address(city.dialogue), sent).status_code for _try in range(voices.VOTES + 5)
        )
    assert statuses[429] in {5, 6}  # the first answer may have been in the same minute


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("203.0.113.7", "203.0.113.250", True),
        ("203.0.113.7", "203.0.114.7", False),
        ("::ffff:203.0.113.7", "203.0.113.9", True),
        ("2001:db8:1::1", "2001:db8:1:ffff::9", True),
        ("2001:db8:1::1", "2001:db8:2::1", False),
        ("unix:", "unix:", True),
        ("", "unix:", False),
    ],
)
def test_a_range_is_what_one_place_has(one: str, other: str, is_same: bool) -> None:
    assert (address_range(one) == address_range(other)) is is_same


@pytest.mark.django_db
def test_what_is_counted_by_the_minute_names_nobody_and_is_forgotten() -> None:
    minute = Minute()
    start = clock.now().replace(second=0)
    with clock.frozen(start):
        assert [minute.within("votes", "203.0.113.7", at_most=2) for _ in range(3)] == [True, True, False]
        assert minute.within("votes", "203.0.113.8", at_most=2)
        assert "203.0.113" not in repr(vars(minute))
    with clock.frozen(start + timedelta(minutes=1)):
        assert minute.within("votes", "203.0.113.7", at_most=2)
        assert len(vars(minute)["_counts"]) == 1


def test_no_address_of_a_voter_is_kept(city: City) -> None:
    client = take_part_from(city, "203.0.113.77")
    answer(client, city.dialogue)
    with connection.cursor() as cursor:
        cursor.execute("select bucket from people_attempt")
        kept = " ".join(row[0] for row in cursor.fetchall())
    assert kept
    assert "203.0.113" not in kept + repr(vars(MINUTE))


# Out of step


def test_two_tabs_may_answer_one_statement_and_the_last_counts(city: City, visitor_client: Client) -> None:
    take_part(city, visitor_client)
    one = hidden_fields(visitor_client.get(address(city.dialogue)))
    for vote in ("agree", "disagree"):
        assert answer_in_place(visitor_client, city, one, vote).status_code == 200
    assert own_votes(visitor_client, city.dialogue)[int(one["statement"])] == -1


def test_an_answer_sent_again_because_the_line_dropped_is_counted_once(
    city: City, visitor_client: Client
) -> None:
    fields = hidden_fields(visitor_client.get(address(city.dialogue)))
    with acting(VISITOR):
        before = queries.turnout(city.dialogue, VISITOR)
    for _time in range(3):
        lost = Client()  # the cookie of the first answer never arrived
        assert answer_in_place(lost, city, fields, "agree").status_code == 200
    with acting(VISITOR):
        after = queries.turnout(city.dialogue, VISITOR)
    assert (after["votes"] - before["votes"], after["people"] - before["people"]) == (1, 1)


def test_after_its_thirty_days_a_cookie_is_gone_and_one_begins_anew_without_a_word_lost(
    city: City, visitor_client: Client
) -> None:
    take_part(city, visitor_client)
    fields = hidden_fields(visitor_client.get(address(city.dialogue)))
    del visitor_client.cookies[f"voice-{city.dialogue.reference}"]
    first = answer_in_place(visitor_client, city, fields, "agree")
    assert first.status_code == 200  # an open page from before: counted, as somebody new
    assert own_votes(visitor_client, city.dialogue) == {int(fields["statement"]): 1}


def test_an_accepted_statement_can_be_answered_at_once_though_the_deck_is_older(
    city: City, visitor_client: Client
) -> None:
    take_part(city, visitor_client)
    with acting(city.amina):
        waiting = queries.statements(city.dialogue, city.amina, "waiting")[0]
        accepted = services.moderate_statement(waiting, by=city.amina, state="accepted")
    page = visitor_client.get(f"{address(city.dialogue)}?statement={accepted.number}")
    assert hidden_fields(page)["statement"] == str(accepted.number)
    response = answer_in_place(visitor_client, city, hidden_fields(page), "agree")
    assert "2 answered, 37 to go" in text_of(response)


def test_the_deck_deals_those_with_fewer_votes_more_often_and_never_one_answered(city: City) -> None:
    import random

    rows = [Statement(number=number, votes=votes) for number, votes in enumerate((0, 10, 30, 90, 990))]
    deck, lot = Deck(city.dialogue, rows), random.Random(20261120)
    answered = {rows[1].pk}
    dealt: Counter[int] = Counter()
    for _deal in range(20_000):
        row = deck.draw(answered, lot)
        assert row is not None
        dealt[row.number or 0] += 1
    weights = {row.number or 0: 1 / (row.votes + 10) for row in rows if row.pk not in answered}
    expected = {number: 20_000 * weight / sum(weights.values()) for number, weight in weights.items()}
    # Chi-square with three degrees of freedom: 16.27 is exceeded once in a thousand.
    assert sum((dealt[number] - mean) ** 2 / mean for number, mean in expected.items()) < 16.27
    assert set(dealt) == set(weights)


def test_the_deck_finds_the_only_one_left_and_then_none(city: City) -> None:
    rows = [Statement(number=number, votes=0 if number else 10**6) for number in range(1000)]
    deck = Deck(city.dialogue, rows)
    answered = {row.pk for row in rows if row.number}
    assert deck.draw(answered) is rows[0]  # a hundred-thousandth by lot: counted out
    assert deck.draw(answered | {rows[0].pk}) is None


# What is counted later


def test_new_answers_are_listed_once_until_they_are_counted(city: City, visitor_client: Client) -> None:
    response = take_part(city, visitor_client)
    fields = hidden_fields(visitor_client.get(response["Location"]))
    answer_in_place(visitor_client, city, fields, "agree")
    me = queries.participant_with(visitor_client.cookies[f"voice-{city.dialogue.reference}"].value)
    assert me is not None
    assert VoteChange.objects.visible_to(me).count() == 1


def test_the_count_is_asked_for_by_the_first_who_has_news(
    city: City, visitor_client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    waiting = ProcrastinateJob.objects.filter(task_name="dialogue.count_votes", status="todo")
    before = waiting.count()
    for _answer in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            answer(visitor_client, city.dialogue)
    assert waiting.count() == max(before, 1)


def test_an_answer_stands_though_the_queue_can_not_be_written(
    city: City,
    visitor_client: Client,
    django_capture_on_commit_callbacks: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_args: Any, **_named: Any) -> None:
        raise RuntimeError("The queue is away.")

    monkeypatch.setattr("entente.jobs.queue.defer", broken)
    # As Django calls it after a commit: what fails is logged, and the answer is told as it is.
    with django_capture_on_commit_callbacks() as callbacks:
        assert answer(visitor_client, city.dialogue).status_code == 303
    assert len(own_votes(visitor_client, city.dialogue)) == 1
    assert [callback.__qualname__ for callback in callbacks]  # Django names it when it logs


def test_what_was_taken_back_is_counted_anew(city: City, visitor_client: Client) -> None:
    voter = services.join_dialogue(city.dialogue, language="en")[0]
    services.note_change(by=voter)
    services.note_change(by=voter)
    assert VoteChange.objects.visible_to(voter).count() == 1


@pytest.mark.parametrize(("stratum", "batch"), [("letter", "north"), ("hosted", "Evening"), ("open", "")])
def test_a_voice_keeps_what_it_came_with(city: City, stratum: str, batch: str) -> None:
    if stratum == "open":
        voice = services.join_dialogue(city.dialogue, language="en")[0]
        assert voice.batch == clock.today().isoformat()
        return
    with acting(city.amina):
        code, *_rest = services.make_codes(
            city.dialogue, by=city.amina, stratum=stratum, number=1, batch=batch
        )
    voice = services.redeem_code(city.dialogue, code=code, language="en")[0]
    assert (voice.stratum, voice.batch) == (stratum, batch)


@pytest.mark.usefixtures("connected_as")
def test_people_who_begin_at_the_same_moment_do_not_wait_for_each_other_for_ever(
    connected_as: Callable[[str], str],
) -> None:
    """Each adds to the hour's count twice, as a newcomer and with an answer: that must not lock others."""
    connected_as("entente_staff")
    with acting(VISITOR):
        dialogue = queries.public_dialogues().get(state="open")
    settings = dict(connection.settings_dict)
    statuses: list[int] = []

    def begin() -> None:
        connection.settings_dict.update(settings)
        statuses.extend(answer(Client(), dialogue).status_code for _person in range(12))
        close_old_connections()
        connection.close()

    threads = [threading.Thread(target=begin) for _thread in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(statuses) == {303: 72}
