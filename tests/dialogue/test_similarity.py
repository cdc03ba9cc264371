"""Texts that say the same, letter for letter or nearly."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entente.dialogue.similarity import families, likeness, near_pairs, skeleton

PLAIN = "Plus de bancs près de l’arrêt, s’il vous plaît!"
WORDS = st.lists(
    st.sampled_from(
        ["more", "benches", "trees", "light", "at", "night", "near", "the", "stop", "park", "12", "طرق"]
    ),
    max_size=9,
)
SENTENCES = st.lists(WORDS.map(" ".join), max_size=12)


@pytest.mark.parametrize(
    "other",
    [
        "plus de bancs pres de l'arret s'il vous plait",
        "PLUS DE BANCS PRÈS DE L’ARRÊT, S’IL VOUS PLAÎT !!!",
        "Plus de  bancs\u00a0près de l’arrêt, s’il vous\u2003plaît.",
        "Plus\u200b de ban\u200dcs pr\u2060ès de\ufeff l’arrêt, s’il vous plaît",
        "\u202ePlus de bancs\u202c près de l’arrêt,\u2066 s’il\u2069 vous plaît",
        "Plus de b\u0430ncs pr\u0435s d\u0435 l’\u0430rr\u0435t, s’il v\u043eus pl\u0430it",  # Cyrillic
        "Plus de b\u03b1ncs près de l’arrêt, s’il v\u03bfus plaît",  # Greek
        "\U0001d40f\U0001d425us de bancs près de l’arrêt, s’il vous plaît",  # mathematical
        "Ｐｌｕｓ de bancs près de l’arrêt, s’il vous plaît",  # full width
        "Plus de bancs pre\u0300s de l’arre\u0302t, s’il vous plai\u0302t",  # decomposed
        "P1us de bancs près de l’arrêt, s’il v0us plaît",
        "Plus de bancs près de l’arrêt\ufe0f, s’i\u034fl vous plaît\U000e0041",
    ],
)
def test_what_nobody_would_read_as_different_is_alike(other: str) -> None:
    assert likeness(other) == likeness(PLAIN)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("المدرسة الى البيت", "المدرسه إلى البيت"),
        ("أحمد وآدم وإيمان", "احمد وادم وايمان"),
        ("شُكْرًا جَزِيلًا", "شكرا جزيلا"),
        ("ســــلام", "سلام"),
        ("خمسة ١٢ و ۳", "خمسة 12 و 3"),
        ("ﺳﻼم", "سلام"),
        ("Străzi și piețe", "strazi si piete"),
        ("Străzi şi pieţe", "Străzi și piețe"),
        ("Всё хорошо", "все хорошо"),
        ("Straße", "STRASSE"),
        ("Œuvre", "oeuvre"),
    ],
)
def test_ways_of_writing_that_people_mix_are_alike(first: str, second: str) -> None:
    assert likeness(first) == likeness(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Speed limit 30", "Speed limit 50"),
        ("I agree 👍", "I agree 👎"),
        ("Мой дом", "Мои дом"),
        ("بيت", "بنت"),
        ("किताब", "कतब"),
        ("More benches", "More beaches"),
        ("コーヒー", "コヒ"),
    ],
)
def test_what_means_something_else_stays_different(first: str, second: str) -> None:
    assert likeness(first) != likeness(second)


def test_a_text_without_letters_is_like_nothing() -> None:
    assert likeness("… \u200b!") == ""
    assert len(likeness("a")) == 64
    assert families(["", "!", "…"]) == [0, 1, 2]
    assert near_pairs(["", "!", "…"]) == []
    assert near_pairs([]) == []


@given(st.text())
def test_a_skeleton_has_nothing_more_to_lose(text: str) -> None:
    assert skeleton(skeleton(text)) == skeleton(text)


@given(
    st.text(), st.sampled_from("\u200b\u200d\u202e\u2066\u00ad\ufeff\u034f\ufe0f\u3164\U000e0020"), st.data()
)
def test_an_invisible_sign_anywhere_changes_nothing(text: str, sign: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    # Between a letter and its mark it would come between them for a reader too.
    if at == len(text) or not unicodedata.combining(text[at]):
        assert likeness(text[:at] + sign + text[at:]) == likeness(text)


@given(st.text(st.characters(categories=["Ll", "Lu", "Zs", "Po"], max_codepoint=0x24F)))
def test_capitals_and_the_way_of_composing_change_nothing(text: str) -> None:
    assert likeness(text.casefold()) == likeness(text)
    assert likeness(unicodedata.normalize("NFD", text)) == likeness(text)


def share(first: str, second: str) -> float:
    """What two texts have in common, counted plainly."""
    one, two = (
        {f" {skeleton(t)} "[at : at + 4] for at in range(len(skeleton(t)) - 1)} for t in (first, second)
    )
    return len(one & two) / len(one | two) if one | two else 0.0


@given(SENTENCES, st.sampled_from([0.3, 0.6, 0.9, 1.0]))
def test_exactly_the_pairs_are_found_that_share_enough(texts: list[str], least: float) -> None:
    found = {(near.first, near.second): near.share for near in near_pairs(texts, least, most=99)}
    for second, text in enumerate(texts):
        for first in range(second):
            is_near = min(len(skeleton(texts[first])), len(skeleton(text))) > 1
            expected = share(texts[first], text) if is_near else 0.0
            assert ((first, second) in found) == (expected >= least - 1e-9), (texts[first], text)
            if (first, second) in found:
                assert found[first, second] == pytest.approx(expected)


@given(SENTENCES)
def test_whoever_repeats_repeats_one_that_came_before_and_stands(texts: list[str]) -> None:
    repeats = families(texts)
    assert families(texts) == repeats
    for place, first in enumerate(repeats):
        assert first <= place
        assert repeats[first] == first
        assert first == place or share(texts[first], texts[place]) >= 0.6 - 1e-9


def test_a_flood_of_variants_is_one_family_and_others_stay_apart() -> None:
    flood = [f"Please call me at 07{number:08d} for cheap loans and easy money" for number in range(10_000)]
    others = ["The tram should come every five minutes.", "More light at the underpass, please."]
    repeats = families([others[0], *flood, others[1]])
    assert repeats == [0, *([1] * 10_000), 10_001]
