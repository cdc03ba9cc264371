import csv
import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entente.dialogue.open_data import (
    archive,
    groups_table,
    is_from_polis,
    safe_text,
    statements_table,
    table,
    totals_table,
    ways_in_table,
)

CONTENT: dict[str, Any] = {
    "numbers": [1, 2],
    "is_clear": True,
    "seen": {"1": 40, "2": None},
    "shares": {"1": [75, 15, 10], "2": None},
    "groups": [
        {"size": 20, "shares": {"1": [75, 0, 25], "2": None}},
        {"size": 10, "shares": {"1": [50, 50, 0], "2": None}},
    ],
    "strata": [{"stratum": "letter", "people": None, "shares": {"1": None, "2": None}}],
    "took_part": {"stratum": {"open": 40}},
}


def rows(content: bytes) -> list[list[str]]:
    """A file as a spreadsheet reads it."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_totals_have_a_line_for_every_statement_and_hide_what_few_answered() -> None:
    assert rows(totals_table(CONTENT)) == [
        ["statement", "people", "agree_percent", "disagree_percent", "pass_percent"],
        ["1", "40", "75", "15", "10"],
        ["2", "", "", "", ""],
    ]


def test_groups_have_a_line_for_every_group_and_statement() -> None:
    found = rows(groups_table(CONTENT))
    assert found[1] == ["A", "20", "1", "75", "0", "25"]
    assert found[2] == ["A", "20", "2", "", "", ""]
    assert found[3] == ["B", "10", "1", "50", "50", "0"]
    assert len(found) == 5


def test_groups_without_letters_have_no_lines() -> None:
    assert len(rows(groups_table(CONTENT | {"is_clear": False}))) == 1


def test_ways_in_have_a_line_for_every_way_and_statement() -> None:
    assert rows(ways_in_table(CONTENT))[1:] == [
        ["letter", "", "1", "", "", ""],
        ["letter", "", "2", "", "", ""],
    ]


def test_statements_have_their_translations_beside_them() -> None:
    row = {"number": 1, "language": "fr", "origin": "city", "text": "Bonjour", "texts": {"ar": "مرحبا"}}
    assert rows(statements_table([row], ["ar", "en"])) == [
        ["statement", "language", "origin", "text", "text_ar", "text_en"],
        ["1", "fr", "city", "Bonjour", "مرحبا", ""],
    ]


@pytest.mark.parametrize(
    "formula", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r\n=HYPERLINK(1)", "＝1", "＠SUM(A1)"]
)
def test_what_begins_like_a_formula_is_shown_and_not_run(formula: str) -> None:
    assert safe_text(formula).startswith("'")


def test_numbers_stay_numbers() -> None:
    assert rows(table(["change"], [[-3]])) == [["change"], ["-3"]]


def test_marks_that_turn_the_direction_are_left_out() -> None:
    assert safe_text("abc\u202edef\u2066") == "abcdef"


@given(st.text())
def test_every_text_is_one_cell_on_one_line_and_never_a_formula(text: str) -> None:
    header, row = rows(table(["a", "b"], [[text, "end"]]))
    assert header == ["a", "b"]
    assert row[1] == "end"
    assert not row[0].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert "\n" not in row[0]


def test_the_same_result_gives_the_same_file() -> None:
    at = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    first, second = (archive({"a.csv": b"1", "b.txt": b"2"}, at) for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as packed:
        assert packed.namelist() == ["a.csv", "b.txt"]
        assert packed.read("a.csv") == b"1"


@pytest.mark.parametrize(
    ("stratum", "source", "expected"),
    [("open", "", False), ("imported", "", True), ("open", "https://pol.is/7x", True)],
)
def test_an_imported_conversation_names_its_source(stratum: str, source: str, expected: bool) -> None:
    assert is_from_polis({"took_part": {"stratum": {stratum: 40}}}, source) is expected
