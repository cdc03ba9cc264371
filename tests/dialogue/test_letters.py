"""Printed letters: a page for each code, in one language or two, made for the answer and kept nowhere."""

from __future__ import annotations

import re
from typing import Any

import pytest

from entente.dialogue import queries, services
from entente.dialogue.models import InviteCode
from entente.dialogue.printed_letters import Invitation, letters
from entente.dialogue.views import inviting
from entente.ui.printing import NotPrinted
from tests.conftest import City
from tests.dialogue.staff_pages import ClientOf, page, words

ASKED = {
    "stratum": "letter",
    "number": "3",
    "area": "mill_fields",
    "batch": "Letters, November",
    "as_file": "letters",
    "letter_language": "fr",
    "second_language": "ar",
    "help": "Tel. 0800 12 345, Town Hall, desk 4",
}


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was printed while the test ran: invitations and codes."""
    seen: list[Any] = []

    def print_and_tell(invitation: Invitation, codes: list[tuple[str, str]]) -> bytes:
        seen.append((invitation, codes))
        return letters(invitation, codes)

    monkeypatch.setattr(inviting, "letters", print_and_tell)
    return seen


def pages(pdf: bytes) -> int:
    """How many pages a PDF says it has."""
    found = re.search(rb"/Type\s*/Pages\b[^>]*?/Count\s+(\d+)|/Count\s+(\d+)[^>]*?/Type\s*/Pages\b", pdf)
    assert found is not None
    return int(found[1] or found[2])


def made(city: City) -> int:
    rows = InviteCode.objects.visible_to(city.amina).filter(dialogue_id=city.dialogue.pk)
    return rows.filter(batch=ASKED["batch"]).count()


def test_each_code_is_a_page_that_opens_the_door(city: City, client_of: ClientOf, printed: list[Any]) -> None:
    answer = client_of(city.amina).post(page("make_codes", city.dialogue.reference), ASKED)
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    assert "attachment" in answer["Content-Disposition"]
    assert pages(answer.content) == 3 == made(city)
    ((invitation, codes),) = printed
    assert invitation.languages == ["fr", "ar"]
    assert len({code for code, _address in codes}) == 3
    for code, address in codes:
        assert (
            address
            == f"http://testserver/fr/dialogues/{city.dialogue.reference}/join/{code.replace('-', '')}/"
        )
        participant, _token = services.redeem_code(city.dialogue, code=code, language="fr")
        assert (participant.area, participant.batch) == ("mill_fields", "Letters, November")


@pytest.mark.parametrize("languages", [("en", ""), ("ar", "ro"), ("ar", "ar"), ("ro", "fr")])
def test_a_letter_stays_on_one_page_in_every_language(
    city: City, client_of: ClientOf, languages: tuple[str, str]
) -> None:
    services.edit_dialogue(city.dialogue, by=city.amina, use_of_answers="A sentence about it. " * 200)
    first, second = languages
    sent = {**ASKED, "number": "2", "letter_language": first, "second_language": second}
    answer = client_of(city.amina).post(page("make_codes", city.dialogue.reference), sent)
    assert pages(answer.content) == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"help": ""}, "Say where people get help who can't answer on a screen."),
        ({"number": "1001"}, "At most 1000 letters fit one file. Make several batches."),
        ({"stratum": "hosted"}, "it needs no letters"),
        ({"letter_language": "tlh"}, "Select a valid choice"),
        ({"help": "x" * 161}, "at most 160"),
    ],
)
def test_what_is_wrong_with_letters_is_said_and_no_code_is_made(
    city: City, client_of: ClientOf, changes: dict[str, str], said: str
) -> None:
    sent = {**ASKED, **changes}
    answer = client_of(city.amina).post(page("make_codes", city.dialogue.reference), sent)
    assert said in words(answer)
    assert made(city) == 0


def test_letters_that_can_not_be_printed_leave_no_code_behind(
    city: City, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def jam(*_given: Any) -> bytes:
        raise NotPrinted("too slow")

    monkeypatch.setattr(inviting, "letters", jam)
    answer = client_of(city.amina).post(page("make_codes", city.dialogue.reference), ASKED)
    assert "could not be printed, and no code was made" in words(answer)
    assert made(city) == 0


def test_a_question_full_of_signs_is_printed_as_it_is(city: City) -> None:
    texts = queries.wording(city.dialogue, [], "en", city.amina)
    texts = {
        **texts,
        "question": type(texts["question"])('#emoji "$x$" \\ <b> #panic()', *_rest(texts["question"])),
    }
    invitation = Invitation(city.dialogue, {}, "#help", {"en": "https://x.example/"}, {"en": texts})
    assert pages(letters(invitation, [("7K3M-PQ4X-92TA", "https://x.example/join/")])) == 1


def _rest(worded: Any) -> list[Any]:
    return [worded.language, worded.original, worded.original_language, worded.is_checked, worded.made_by]
