"""One plain spelling for four languages: what the directory is searched by."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entente.people.search_words import name_key, search_words, searched

ARABIC = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
LETTERS = st.text(st.sampled_from(f"{ARABIC}abcdefghijklmnopqrstuvwxyzăâîșțéèçïœ"), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Școală", "Şcoală"),
        ("Poliția", "POLITIA"),
        ("Sănătate Comunitară", "sanatate comunitara"),
        ("الشرطة", "شرطة"),
        ("والشرطة", "شرطه"),
        ("شُرْطَة", "شرطة"),
        ("شـــرطة", "شرطة"),
        ("أمّ", "ام"),
        ("مستشفى", "مستشفي"),
        ("للمدرسة", "المدرسة"),
        ("l’école", "École"),
        ("d'aide", "aide"),
        ("cœur", "coeur"),
        ("Straße", "STRASSE"),
        ("٢٤", "24"),
    ],
)
def test_what_is_the_same_to_a_person_is_the_same_to_the_search(one: str, other: str) -> None:
    assert searched(one) == searched(other) != []


def test_names_that_differ_stay_different() -> None:
    assert name_key("Plan A") != name_key("Plan B")
    assert name_key("House 1") != name_key("House 2")
    assert name_key("الباب") != name_key("الكتاب")


def test_a_word_in_the_genitive_keeps_its_beginning() -> None:
    assert searched("Ombudsperson’s Office") == ["ombudsperson", "office"]


@given(st.text(max_size=60))
def test_whatever_is_typed_becomes_ascii_and_stays_as_it_is(text: str) -> None:
    words = searched(text)
    assert all(word.isascii() and word.isalnum() and word == word.lower() for word in words)
    assert searched(" ".join(words)) == words
    assert len(set(words)) == len(words)


@given(LETTERS)
def test_case_and_composition_do_not_matter(word: str) -> None:
    assert searched(word.upper()) == searched(word) or "ß" in word.casefold()
    assert searched(unicodedata.normalize("NFD", word)) == searched(unicodedata.normalize("NFC", word))


@given(
    st.text(st.sampled_from(ARABIC), min_size=4, max_size=10).filter(
        lambda w: not w.startswith(("و", "ال", "لل", "ف", "ب", "ك"))
    )
)
def test_an_arabic_word_is_found_with_and_without_its_article(word: str) -> None:
    assert searched(f"ال{word}") == searched(word) == searched(f"وال{word}")


@given(LETTERS, st.lists(st.sampled_from("\u064b\u064e\u064f\u0650\u0651\u0652\u0640"), max_size=4))
def test_vowel_signs_and_lengthening_change_nothing(word: str, marks: list[str]) -> None:
    marked = word[:1] + "".join(marks) + word[1:]
    assert searched(marked) == searched(word)


@given(st.lists(st.text(max_size=30), max_size=5))
def test_what_is_kept_has_every_word_of_every_text(texts: list[str]) -> None:
    kept = search_words(texts).split()
    assert all(word in kept for text in texts for word in searched(text))


def test_a_very_long_text_is_cut() -> None:
    assert len(search_words([" ".join(f"word{n}" for n in range(9999))]).split()) == 400
