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
    assert sentences.took_part(ten) == "At least 10 people gave about 30 answers to 3 statements."
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


def stability(word: str, agreement: float | None) -> dict[str, Any]:
    told = {"agreement": agreement, "word": word, "draws": 50}
    return {
        "is_clear": word in {"stable", "fair"},
        "groups": [{"size": 30, "share": 60}, {"size": 20, "share": 40}],
        "stability": told,
    }


def test_how_stable_groups_are_is_a_word_and_a_number() -> None:
    assert sentences.how_stable(stability("stable", 0.91)) == "The groups are stable (0.91 of 1)."
    assert sentences.how_stable(stability("fair", 0.7)) == "The groups are fairly stable (0.70 of 1)."
    assert sentences.how_stable(stability("unstable", 0.43)) == "The groups are not stable (0.43 of 1)."
    assert "again 50 times" in sentences.what_stable_means(stability("stable", 0.91))
    assert "Below 0.6 we name no groups" in sentences.what_stable_means(stability("unstable", -0.1))


def test_where_nothing_is_known_of_stability_nothing_is_said() -> None:
    for known in ({"is_clear": True}, {"is_clear": True, "stability": None}, stability("none", None)):
        assert sentences.how_stable(known) == sentences.what_stable_means(known) == ""
        assert not sentences.is_unstable(known)


def test_groups_that_are_not_stable_are_no_camps_and_no_single_cloud() -> None:
    said = sentences.groups_found(stability("unstable", 0.2))
    assert said == "Groups of opinion show, but other ones each time one looks: they are not stable."
    assert "not stable enough to be drawn apart" in sentences.map_read_aloud(
        stability("unstable", 0.2), ["Everybody"]
    )


def test_how_large_groups_are_adds_to_a_hundred() -> None:
    said = sentences.how_large(stability("stable", 0.9))
    assert said == "Of those on the map: Group A 60%, Group B 40%."
    assert sentences.how_large(stability("unstable", 0.2)) == ""


def test_what_the_result_rests_on_is_said_where_people_came_in_several_ways() -> None:
    def rests(basis: str, *strata: str) -> str:
        return sentences.what_it_rests_on(
            {"basis": basis, "took_part": {"stratum": dict.fromkeys(strata, 40)}}
        )

    assert "change none of its numbers" in rests("invited", "letter", "open")
    assert rests("invited", "letter") == ""
    assert "Fewer than ten of those who answered were invited" in rests("everybody", "letter", "open")
    assert rests("everybody", "open") == rests("", "letter", "open") == ""


def test_voices_that_were_left_out_are_named_in_tens() -> None:
    said = sentences.left_out({"stratum": "open", "people": 120, "reason": "x"})
    assert said == "At least 120 voices were left out (Open web)."
    assert "left out" in sentences.left_out({"stratum": "open", "people": None})
