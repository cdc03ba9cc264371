"""Codes and references that people type, read aloud and mistype."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entente.dialogue.codes import ALPHABET, LENGTH, new_code, normal, shown, token_from_code
from entente.records.references import ALPHABET as SIGNS
from entente.records.references import is_reference, new_reference
from entente.records.typed_text import says_something, tidy
from entente.records.words import comparable

codes = st.text(alphabet=ALPHABET, min_size=LENGTH, max_size=LENGTH)


@given(code=codes)
def test_a_code_is_read_however_it_was_typed(code: str) -> None:
    for typed in (shown(code), code.lower(), f"  {shown(code).replace('-', ' ')}\n", code.replace("0", "O")):
        assert normal(typed) == code


def test_arabic_digits_and_full_width_letters_are_read_too() -> None:
    assert normal("٧K3M-PQ4X-92TA") == normal("７Ｋ３Ｍ-PQ4X-92TA") == "7K3MPQ4X92TA"


@given(text=st.text(max_size=300))
def test_anything_else_is_no_code_and_no_error(text: str) -> None:
    assert normal(text) == "" or len(normal(text)) == LENGTH


def test_codes_differ() -> None:
    assert len({new_code() for _ in range(2000)}) == 2000


def test_a_code_says_nothing_about_its_token_without_the_key() -> None:
    assert token_from_code(b"k" * 32, "A" * 12) != token_from_code(b"j" * 32, "A" * 12)


@given(place=st.integers(0, 5), sign=st.sampled_from(SIGNS))
def test_one_wrong_sign_in_a_reference_is_found(place: int, sign: str) -> None:
    reference = new_reference("DLG")
    start = len("DLG-")
    wrong = reference[: start + place] + sign + reference[start + place + 1 :]
    assert is_reference(reference)
    assert wrong == reference or not is_reference(wrong)


@given(place=st.integers(0, 4))
def test_two_exchanged_signs_in_a_reference_are_found(place: int) -> None:
    reference = new_reference("DLG")
    at = len("DLG-") + place
    swapped = reference[:at] + reference[at + 1] + reference[at] + reference[at + 2 :]
    assert swapped == reference or not is_reference(swapped)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  two\t spaces\n", "two spaces"),
        ("a\u202eb\u2066c\u0000d\u0007e", "abcde"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("e\u0301", "é"),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("<b>bold</b>", "<b>bold</b>"),
    ],
)
def test_a_statement_is_tidied_and_never_reworded(typed: str, kept: str) -> None:
    assert tidy(typed) == kept


@pytest.mark.parametrize(
    ("text", "says"), [("?!…", False), ("", False), ("🙂", False), ("نعم", True), ("7", True)]
)
def test_a_statement_says_something(text: str, says: bool) -> None:
    assert says_something(text) is says


@given(text=st.text(max_size=200))
def test_tidying_twice_changes_nothing(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Où asseoir les AÎNÉS", "ou aines"),
        ("Tinerii și controlul", "TINERII si"),
        ("والشرطة المحلية", "الشرطه"),
        ("الشُّرْطَةُ", "الشرطة"),
        ("إدارة أمن", "ادارة امن"),
    ],
)
def test_search_words_compare_across_accents_and_vowel_marks(written: str, asked: str) -> None:
    assert all(word in comparable(written) for word in comparable(asked).split())
