"""What a result says in words when there is little to say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from entente.dialogue import sentences, services
from entente.dialogue.models import Dialogue
from entente.people.models import Member
from tests.conftest import City


def test_fewer_than_ten_people_are_not_counted_aloud() -> None:
    few = {"participants": 0, "votes": 0, "numbers": [1, 2, 3], "groups": [], "is_clear": False}
    assert sentences.took_part(few) == "Fewer than ten people took part, so no numbers are shown."
    assert sentences.groups_found(few) == "Too few people answered to look for groups of opinion."


def test_ten_people_are() -> None:
    ten = {"participants": 10, "votes": 30, "numbers": [1, 2, 3], "groups": [{}], "is_clear": False}
    assert sentences.took_part(ten) == "About 10 people gave 30 answers to 3 statements."
    assert sentences.groups_found(ten).startswith("There are no clear groups of opinion")


def untranslated_draft(city: City) -> Dialogue:
    words: dict[str, Any] = {
        "title": "Benches",
        "question": "Where do we need benches?",
        "policy": "No names.",
    }
    dialogue = services.draft_dialogue(by=city.amina, language="en", languages=["fr", "ar"], **words)
    for text in ("At the port", "By the school", "Nowhere"):
        services.add_statement(dialogue, by=city.amina, text=text, language="en")
    return dialogue


def test_before_opening_one_reads_which_languages_the_question_does_not_exist_in(
    city: City, client_of: Callable[[Member], Client]
) -> None:
    dialogue = untranslated_draft(city)
    page = f"/staff/dialogues/{dialogue.reference}/open/"
    assert "not translated yet into: Arabic, French" in client_of(city.amina).get(page).content.decode()
    for code, question in (("fr", "Où faut-il des bancs ?"), ("ar", "أين نحتاج المقاعد؟")):
        services.translate_dialogue(dialogue, by=city.amina, language=code, texts={"question": question})
    assert "not translated yet" not in client_of(city.amina).get(page).content.decode()
