import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from entente.audit.actors import VISITOR, acting
from entente.dialogue import queries, services
from entente.dialogue.models import Dialogue, Participant, Statement, Vote
from entente.dialogue.views import voices
from tests.conftest import City


def address(dialogue: Dialogue, page: str = "vote", language: str = "en") -> str:
    return f"/{language}/dialogues/{dialogue.reference}/{page}/"


def hidden_fields(response: Any) -> dict[str, str]:
    """What the form on a page brings along."""
    fields = re.findall(r'<input type="hidden" name="(statement|start)" value="([^"]*)"', text_of(response))
    return dict(fields)


def text_of(response: Any) -> str:
    return unescape(str(response.content.decode()))


def answer(client: Client, dialogue: Dialogue, vote: str = "agree", **changes: Any) -> Any:
    """Read the page as it is shown and press one of its buttons."""
    fields = hidden_fields(client.get(address(dialogue)))
    return client.post(address(dialogue), fields | {"vote": vote} | changes)


def voice(client: Client, dialogue: Dialogue) -> Participant:
    """Who this browser is."""
    found = queries.participant_with(client.cookies[f"voice-{dialogue.reference}"].value)
    assert found is not None
    return found


def own_votes(client: Client, dialogue: Dialogue) -> dict[int, int]:
    with transaction.atomic():
        return queries.own_votes(dialogue, voice(client, dialogue))


def people_so_far(dialogue: Dialogue) -> int:
    with acting(VISITOR):
        return int(queries.turnout(dialogue, VISITOR)["people"])


def take_part(city: City, client: Client) -> Any:
    """Give one answer, so that the browser has its cookie."""
    response = answer(client, city.dialogue)
    assert response.status_code == 303
    return response


# It works


def test_an_answer_counts_and_leads_to_the_next_statement(city: City, visitor_client: Client) -> None:
    fields = hidden_fields(visitor_client.get(address(city.dialogue)))
    response = visitor_client.post(address(city.dialogue), fields | {"vote": "disagree"})
    assert response.status_code == 303
    number = int(fields["statement"])
    assert own_votes(visitor_client, city.dialogue) == {number: Vote.Value.DISAGREE}
    after = visitor_client.get(response["Location"])
    assert f"You disagreed with statement {number}." in text_of(after)
    assert "1 answered, 37 to go" in text_of(after)
    assert hidden_fields(after)["statement"] != str(number)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(city: City, visitor_client: Client) -> None:
    cookie = take_part(city, visitor_client).cookies[f"voice-{city.dialogue.reference}"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 30 * 24 * 60 * 60


def test_over_https_the_cookie_is_secure(city: City, visitor_client: Client, settings: Any) -> None:
    settings.CSRF_COOKIE_SECURE = True
    assert take_part(city, visitor_client).cookies[f"voice-{city.dialogue.reference}"]["secure"]


def test_nothing_is_kept_before_the_first_answer(city: City, visitor_client: Client) -> None:
    before = people_so_far(city.dialogue)
    response = visitor_client.get(address(city.dialogue))
    assert f"voice-{city.dialogue.reference}" not in response.cookies
    assert people_so_far(city.dialogue) == before


def test_a_second_answer_replaces_the_first(city: City, visitor_client: Client) -> None:
    take_part(city, visitor_client)
    (number,) = own_votes(visitor_client, city.dialogue)
    page = visitor_client.get(f"{address(city.dialogue)}?statement={number}")
    assert hidden_fields(page)["statement"] == str(number)
    assert "You agreed with this statement." in text_of(page)
    visitor_client.post(address(city.dialogue), {"statement": number, "vote": "pass"})
    assert own_votes(visitor_client, city.dialogue) == {number: Vote.Value.PASS}


def test_sent_twice_it_is_one_person_and_one_answer(city: City, visitor_client: Client) -> None:
    before = people_so_far(city.dialogue)
    fields = hidden_fields(visitor_client.get(address(city.dialogue))) | {"vote": "agree"}
    other = Client()  # the second click, sent before the first cookie came back
    first, second = (
        visitor_client.post(address(city.dialogue), fields),
        other.post(address(city.dialogue), fields),
    )
    assert (first.status_code, second.status_code) == (303, 303)
    assert people_so_far(city.dialogue) == before + 1
    assert voice(visitor_client, city.dialogue) == voice(other, city.dialogue)
    assert own_votes(other, city.dialogue) == {int(fields["statement"]): Vote.Value.AGREE}


def test_two_clicks_at_the_very_same_moment_are_one_person(city: City, visitor_client: Client) -> None:
    take_part(city, visitor_client)
    token = visitor_client.cookies[f"voice-{city.dialogue.reference}"].value
    with acting(VISITOR):  # looked before the other click had joined
        second = voices.joined(voices.Voice(None, token), city.dialogue)
    assert second == voice(visitor_client, city.dialogue)


def test_when_everything_is_answered_the_end_says_so(city: City, visitor_client: Client) -> None:
    for _statement in range(38):
        response = answer(visitor_client, city.dialogue, "pass")
    page = text_of(visitor_client.get(response["Location"]))
    assert "You have answered everything there is so far." in page
    assert "You have answered 38 statements." in page


def test_pages_about_oneself_are_kept_nowhere(city: City, visitor_client: Client) -> None:
    take_part(city, visitor_client)
    for page in ("vote", "statement", "code", "standing"):
        assert "no-store" in visitor_client.get(address(city.dialogue, page))["Cache-Control"]


@pytest.mark.parametrize("language", ["en", "fr", "ar", "ro"])
def test_a_statement_stands_in_the_readers_language_with_the_original_one_click_away(
    city: City, visitor_client: Client, language: str
) -> None:
    with acting(VISITOR):
        rows = list(queries.statements(city.dialogue, VISITOR))
        texts = queries.wording(city.dialogue, rows, language, VISITOR)
    statement = next(row for row in rows if row.language != language)
    page = text_of(
        visitor_client.get(f"{address(city.dialogue, language=language)}?statement={statement.number}")
    )
    shown = re.search(r'<blockquote class="vote-statement" lang="(\w+)" dir="auto"><p[^>]*>(.*?)</p>', page)
    assert shown is not None
    assert shown.groups() == (language, texts[statement.pk].text)
    assert f'<p lang="{statement.language}" dir="auto">{statement.text}</p>' in page


def test_a_participant_speaks_the_language_of_the_page(city: City, visitor_client: Client) -> None:
    fields = hidden_fields(visitor_client.get(address(city.dialogue, language="ar")))
    visitor_client.post(address(city.dialogue, language="ar"), fields | {"vote": "agree"})
    assert voice(visitor_client, city.dialogue).language == "ar"


# Bad input: a sentence, and nothing changed


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"vote": "perhaps"}, 400, "Choose agree, disagree or pass."),
        ({"vote": ""}, 400, "Choose agree, disagree or pass."),
        ({"statement": ""}, 400, "We could not tell which statement you answered."),
        ({"statement": "1; drop table"}, 400, "We could not tell which statement you answered."),
        ({"statement": "-1"}, 400, "We could not tell which statement you answered."),
        ({"statement": "9" * 40}, 400, "We could not tell which statement you answered."),
        ({"statement": "999999"}, 409, "This statement can't be answered any more."),
        ({"statement": "٣٣٣٣"}, 409, "This statement can't be answered any more."),
    ],
    ids=str,
)
def test_a_tampered_form_gets_a_sentence_and_changes_nothing(
    city: City, visitor_client: Client, changes: dict[str, str], status: int, said: str
) -> None:
    before = people_so_far(city.dialogue)
    response = answer(visitor_client, city.dialogue, **changes)
    assert response.status_code == status
    assert said in text_of(response)
    assert "vote-answers" in text_of(response)
    assert people_so_far(city.dialogue) == before


def test_a_statement_turned_down_meanwhile_is_not_answered(city: City, visitor_client: Client) -> None:
    fields = hidden_fields(visitor_client.get(address(city.dialogue)))
    with acting(city.amina):
        row = Statement.objects.visible_to(city.amina).get(
            dialogue_id=city.dialogue.pk, number=int(fields["statement"])
        )
        services.moderate_statement(row, by=city.amina, state="rejected", reason="unclear")
    response = visitor_client.post(address(city.dialogue), fields | {"vote": "agree"})
    assert response.status_code == 409
    assert "This statement can't be answered any more. Here is the next one." in text_of(response)
    assert hidden_fields(response)["statement"] != fields["statement"]


def test_a_paused_dialogue_says_why_and_keeps_what_was_said(city: City, visitor_client: Client) -> None:
    take_part(city, visitor_client)
    fields = hidden_fields(visitor_client.get(address(city.dialogue)))
    with acting(city.amina):
        services.freeze_dialogue(city.dialogue, by=city.amina, reason="A letter was printed twice.")
    before = own_votes(visitor_client, city.dialogue)
    response = visitor_client.post(address(city.dialogue), fields | {"vote": "agree"})
    assert response.status_code == 409
    assert "This dialogue is paused. Your earlier answers are kept." in text_of(response)
    assert "A letter was printed twice." in text_of(response)
    assert own_votes(visitor_client, city.dialogue) == before


def test_a_closed_dialogue_takes_no_more_answers(city: City, visitor_client: Client) -> None:
    fields = hidden_fields(visitor_client.get(address(city.dialogue)))
    with acting(city.amina):
        services.close_dialogue(city.dialogue, by=city.amina)
    before = people_so_far(city.dialogue)
    response = visitor_client.post(address(city.dialogue), fields | {"vote": "agree"})
    assert response.status_code == 409
    assert "This dialogue is closed." in text_of(response)
    assert "vote-answers" not in text_of(response)
    assert people_so_far(city.dialogue) == before


@pytest.mark.parametrize("token", ["x" * 32, "", "'; --", "caf\u00e9", "a" * 5000, "0" * 64], ids=str)
def test_a_cookie_nobody_answers_to_is_said_and_dropped(
    city: City, visitor_client: Client, token: str
) -> None:
    fields = hidden_fields(visitor_client.get(address(city.dialogue)))
    name = f"voice-{city.dialogue.reference}"
    visitor_client.cookies[name] = token
    before = people_so_far(city.dialogue)
    response = visitor_client.post(address(city.dialogue), fields | {"vote": "agree"})
    if token:
        assert response.status_code == 409
        assert "We don't find your earlier answers any more" in text_of(response)
        assert response.cookies[name]["max-age"] == 0
        assert people_so_far(city.dialogue) == before
    else:
        assert response.status_code == 303


def test_the_cookie_of_another_dialogue_opens_nothing_here(city: City, visitor_client: Client) -> None:
    with acting(city.amina):
        other = services.open_dialogue(city.library, by=city.amina)
    take_part(city, visitor_client)
    visitor_client.cookies[f"voice-{other.reference}"] = visitor_client.cookies[
        f"voice-{city.dialogue.reference}"
    ].value
    response = visitor_client.post(address(other), {"statement": 1, "vote": "agree"})
    assert response.status_code == 409
    assert "We don't find your earlier answers any more" in text_of(response)


def test_a_draft_does_not_exist_for_visitors(city: City, visitor_client: Client) -> None:
    for page in ("vote", "statement", "code", "standing", "report"):
        response = visitor_client.get(address(city.library, page))
        assert response.status_code == 404
        assert city.library.title not in text_of(response)


def test_without_the_token_of_the_page_a_form_is_refused_in_plain_words(city: City) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(address(city.dialogue, language="ar"), {"statement": 1, "vote": "agree"})
    assert response.status_code == 403
    assert '<html lang="ar" dir="rtl">' in text_of(response)
    assert "403_csrf.html" in [template.name for template in response.templates]


def test_other_ways_of_asking_are_refused(city: City, visitor_client: Client) -> None:
    assert visitor_client.put(address(city.dialogue)).status_code == 405
    assert visitor_client.post(address(city.dialogue, "standing")).status_code == 405


def test_too_many_answers_within_the_hour_have_to_wait(
    city: City, visitor_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_part(city, visitor_client)
    monkeypatch.setattr(voices, "NEWCOMERS", 2)
    others = [answer(Client(), city.dialogue) for _person in range(3)]
    assert [response.status_code for response in others] == [303, 429, 429]
    assert "One moment, please" in text_of(others[-1])
    assert int(others[-1]["Retry-After"]) <= 3600
    assert (
        answer(visitor_client, city.dialogue).status_code == 303
    )  # who takes part is not held up by newcomers


# A statement of one's own


def send(client: Client, city: City, text: str, language: str = "en", page: str = "en") -> Any:
    fields = hidden_fields(client.get(address(city.dialogue, "statement", page)))
    fields = {name: value for name, value in fields.items() if name == "start"}
    return client.post(
        address(city.dialogue, "statement", page), fields | {"text": text, "language": language}
    )


def written_by(client: Client, dialogue: Dialogue) -> list[Statement]:
    with transaction.atomic():
        return list(queries.own_statements(dialogue, voice(client, dialogue)))


def test_a_statement_waits_until_somebody_has_read_it(city: City, visitor_client: Client) -> None:
    response = send(visitor_client, city, "Benches at every bus stop.")
    assert response.status_code == 303
    page = text_of(visitor_client.get(response["Location"]))
    assert "It will be read by somebody from the city before others see it." in page
    assert "Benches at every bus stop." in page
    assert "Waiting to be read." in page
    assert "Benches at every bus stop." not in text_of(Client().get(address(city.dialogue, "statement")))


def test_its_writer_sees_what_became_of_it(city: City, visitor_client: Client) -> None:
    send(visitor_client, city, "First idea.")
    send(visitor_client, city, "Second idea.")
    with acting(city.amina):
        rows = Statement.objects.visible_to(city.amina).filter(dialogue_id=city.dialogue.pk, state="waiting")
        first, second = rows.get(text="First idea."), rows.get(text="Second idea.")
        accepted = services.moderate_statement(first, by=city.amina, state="accepted")
        services.moderate_statement(
            second, by=city.amina, state="rejected", reason="off_topic", note="Ask the transport office."
        )
    page = text_of(visitor_client.get(address(city.dialogue, "statement")))
    assert f"Accepted as statement {accepted.number}" in page
    assert "Not accepted. It is not about the question." in page
    assert "Ask the transport office." in page


def test_the_language_of_the_page_is_chosen_already(city: City, visitor_client: Client) -> None:
    page = text_of(visitor_client.get(address(city.dialogue, "statement", "ar")))
    assert '<option value="ar" selected>' in page


def test_the_same_statement_sent_twice_is_one(city: City, visitor_client: Client) -> None:
    for _click in range(2):
        assert send(visitor_client, city, "Once is enough.").status_code == 303
    assert [row.text for row in written_by(visitor_client, city.dialogue)] == ["Once is enough."]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Write your statement first."),
        ("   \n ", "Write your statement first."),
        ("\u202e\u2066", "Write your statement first."),
        ("!!! ???", "these are only signs"),
        ("<b></b><img src=x>", "these are only signs"),
        ("x" * 281, "A statement has at most 280 characters; yours has 281."),
        ("y" * 1_900_000, "A statement has at most 280 characters; yours has 1900000."),
    ],
    ids=["empty", "space", "marks", "signs", "markup", "281", "two megabytes"],
)
def test_what_nobody_could_answer_is_sent_back_with_what_was_typed(
    city: City, visitor_client: Client, text: str, said: str
) -> None:
    response = send(visitor_client, city, text)
    assert response.status_code == 400
    assert said in text_of(response)
    assert text.strip() in text_of(response)
    assert f"voice-{city.dialogue.reference}" not in visitor_client.cookies


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Stop \u202eevil\u202c now", "Stop evil now"),
        ("two\nlines\tand\x00 more", "two lines and more"),
        ("=HYPERLINK('x')", "=HYPERLINK('x')"),
        ('<b>Bold</b> & "quoted"', '<b>Bold</b> & "quoted"'),
        ("x" * 280 + "   ", "x" * 280),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
    ids=["direction", "lines", "formula", "markup", "280", "joiner"],
)
def test_signs_are_tidied_and_shown_as_text(city: City, visitor_client: Client, text: str, kept: str) -> None:
    assert send(visitor_client, city, text).status_code == 303
    assert [row.text for row in written_by(visitor_client, city.dialogue)] == [kept]
    page = visitor_client.get(address(city.dialogue, "statement")).content.decode()
    assert "<b>Bold" not in page


def test_ten_megabytes_get_a_page_in_every_language_and_nothing_is_written(
    city: City, visitor_client: Client
) -> None:
    response = send(visitor_client, city, "x" * 10_000_000)
    assert response.status_code in {400, 413}
    assert "Nothing was changed." in text_of(response)
    assert "لم يتغيّر شيء" in text_of(response)


def test_an_unknown_language_is_asked_for_again(city: City, visitor_client: Client) -> None:
    response = send(visitor_client, city, "An idea.", language="tlh")
    assert response.status_code == 400
    assert "Choose the language your statement is written in." in text_of(response)
    assert "An idea." in text_of(response)


def test_after_closing_a_statement_is_refused_and_given_back(city: City, visitor_client: Client) -> None:
    fields = hidden_fields(visitor_client.get(address(city.dialogue, "statement")))
    with acting(city.amina):
        services.close_dialogue(city.dialogue, by=city.amina)
    sent = fields | {"text": "Too late, but well meant.", "language": "en"}
    response = visitor_client.post(address(city.dialogue, "statement"), sent)
    assert response.status_code == 409
    assert "This dialogue is closed." in text_of(response)
    assert "Too late, but well meant." in text_of(response)


def test_too_many_statements_have_to_wait(
    city: City, visitor_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entente.dialogue.views.voting.STATEMENTS", 1)
    take_part(city, visitor_client)
    assert send(visitor_client, city, "One.").status_code == 303
    assert send(visitor_client, city, "Two.").status_code == 429


# A code


@pytest.fixture
def code(city: City) -> Callable[[str], str]:
    def make(stratum: str) -> str:
        with acting(city.amina):
            return services.make_codes(
                city.dialogue, by=city.amina, stratum=stratum, number=1, area="north_quay"
            )[0]

    return make


def arabic_digits(code: str) -> str:
    return code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))


@pytest.mark.parametrize(
    "typed",
    [str, str.lower, lambda code: code.replace("-", " "), lambda code: code.replace("-", ""), arabic_digits],
    ids=["as printed", "small", "spaces", "run together", "arabic digits"],
)
def test_a_code_is_accepted_however_it_is_typed(
    city: City, visitor_client: Client, code: Callable[[str], str], typed: Callable[[str], str]
) -> None:
    response = visitor_client.post(address(city.dialogue, "code"), {"code": typed(code("letter"))})
    assert response.status_code == 303
    assert response["Location"] == address(city.dialogue)
    me = voice(visitor_client, city.dialogue)
    assert (me.stratum, me.area) == ("letter", "north_quay")


def test_the_same_letter_leads_back_to_the_same_answers(city: City, code: Callable[[str], str]) -> None:
    letter, phone, computer = code("letter"), Client(), Client()
    phone.post(address(city.dialogue, "code"), {"code": letter})
    answer(phone, city.dialogue)
    computer.post(address(city.dialogue, "code"), {"code": letter})
    assert voice(phone, city.dialogue) == voice(computer, city.dialogue)
    assert own_votes(computer, city.dialogue) == own_votes(phone, city.dialogue)


def test_a_code_of_a_session_serves_everybody_in_the_room(city: City, code: Callable[[str], str]) -> None:
    room, one, two = code("hosted"), Client(), Client()
    for person in (one, two):
        person.post(address(city.dialogue, "code"), {"code": room})
    assert voice(one, city.dialogue) != voice(two, city.dialogue)
    assert voice(two, city.dialogue).stratum == "hosted"


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ("7K3M-PQ4X-92TA", 409, "We don't know this code."),
        ("", 400, "Enter the code from your letter or your session."),
        ("too short", 400, "A code has twelve letters and digits."),
        ("x" * 5000, 400, "A code has twelve letters and digits."),
        ("'; drop table--", 400, "A code has twelve letters and digits."),
        ("\u202e7K3M-PQ4X-92TA", 409, "We don't know this code."),
        ("½²⑤ⅧK3M-PQ4X", 400, "A code has twelve letters and digits."),
    ],
    ids=str,
)
def test_a_forged_code_gets_a_sentence_and_changes_nothing(
    city: City, visitor_client: Client, typed: str, status: int, said: str
) -> None:
    before = people_so_far(city.dialogue)
    response = visitor_client.post(address(city.dialogue, "code"), {"code": typed})
    assert response.status_code == status
    assert said in text_of(response)
    assert f"voice-{city.dialogue.reference}" not in visitor_client.cookies
    assert people_so_far(city.dialogue) == before


def test_a_code_of_another_dialogue_is_unknown_here(
    city: City, visitor_client: Client, code: Callable[[str], str]
) -> None:
    with acting(city.amina):
        other = services.open_dialogue(city.library, by=city.amina)
    response = visitor_client.post(address(other, "code"), {"code": code("letter")})
    assert response.status_code == 409
    assert "We don't know this code." in text_of(response)


def test_trying_out_codes_is_slowed_down(
    city: City, visitor_client: Client, code: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entente.dialogue.views.voting.CODES", 3)
    tries = [
        visitor_client.post(address(city.dialogue, "code"), {"code": f"0000-0000-000{n}"}) for n in range(4)
    ]
    assert [response.status_code for response in tries] == [409, 409, 409, 429]
    assert visitor_client.post(address(city.dialogue, "code"), {"code": code("letter")}).status_code == 429


def test_by_invitation_only_a_code_lets_people_answer(
    city: City, visitor_client: Client, code: Callable[[str], str]
) -> None:
    with acting(city.amina):
        services.edit_dialogue(city.dialogue, by=city.amina, is_open_web=False)
    page = text_of(visitor_client.get(address(city.dialogue)))
    assert "This dialogue is by invitation" in page
    assert "vote-answers" not in page
    refused = visitor_client.post(address(city.dialogue), {"statement": 1, "vote": "agree"})
    assert refused.status_code == 409
    visitor_client.post(address(city.dialogue, "code"), {"code": code("letter")})
    assert answer(visitor_client, city.dialogue).status_code == 303


def test_no_address_and_no_code_is_kept(
    city: City, visitor_client: Client, code: Callable[[str], str]
) -> None:
    letter = code("letter")
    visitor_client.post(address(city.dialogue, "code"), {"code": letter}, REMOTE_ADDR="203.0.113.77")
    with connection.cursor() as cursor:
        cursor.execute("select bucket from people_attempt")
        kept = " ".join(row[0] for row in cursor.fetchall())
    assert kept
    assert "203.0.113.77" not in kept
    assert letter not in kept
