"""Reading and writing tables of organisations: encodings, formulas, bombs, columns that stay out."""

from __future__ import annotations

import io
import itertools
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entente.partnership.directory_tables import spreadsheets
from entente.partnership.directory_tables.address_books import read_cards, write_cards
from entente.partnership.directory_tables.cells import defused, is_formula, undone
from entente.partnership.directory_tables.csv_tables import read_csv, write_csv
from entente.partnership.directory_tables.faults import SENTENCES, Fault
from entente.partnership.directory_tables.headings import (
    LANGUAGES,
    fields,
    heading,
    is_never_brought_in,
    recognised,
)
from entente.partnership.directory_tables.rows import (
    Listed,
    Outcome,
    Proposed,
    compared_in_file,
    compared_with_directory,
    understood,
)
from entente.partnership.directory_tables.sheets import Limits, Sheet
from entente.partnership.directory_tables.spreadsheets import read_spreadsheet, write_spreadsheet

FRENCH = "Organisation;Téléphone;Langues\nMaison de l'été;02 555;français\nŒuvre du côté;02 556;arabe\n"
ARABIC = "المنظمة,الهاتف,اللغات\nبيت الشباب المفتوح,02 555,العربية\nجمعية سكان الرصيف,02 556,العربية\n"
ROMANIAN = "Organizație\tTelefon\tLimbi\nAsociația Țara mâinii\t02 555\tromână\n"
CEDILLAS = ROMANIAN.replace("ț", "ţ").replace("Ț", "Ţ")  # older encodings have no commas below
ANA = {
    "name": "Ünï, Org; x",
    "contact_name": "Ana",
    "contact_email": "a@b.example",
    "contact_languages": "ro,fr",
}
HOUSE = {
    "name": "بيت الشباب " * 9 + "x",
    "email": "a@b.example",
    "languages": "ar",
    "web": "https://x.example",
}
TEXTS = st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), max_size=30)


def faults(sheet: Sheet) -> set[str]:
    return {str(one.fault) for one in (*sheet.problems, *sheet.notices)}


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FRENCH, "utf-8"), (FRENCH, "utf-8-sig"), (FRENCH, "utf-16"), (FRENCH, "cp1252"),
        (ARABIC, "utf-8"), (ARABIC, "utf-8-sig"), (ARABIC, "utf-16"), (ARABIC, "utf-16-le"),
        (ARABIC, "cp1256"), (ROMANIAN, "utf-8"), (ROMANIAN, "utf-16-be"), (CEDILLAS, "iso-8859-2"),
    ],
)  # fmt: skip
def test_every_encoding_that_people_save_in_is_read(text: str, encoding: str) -> None:
    sheet = read_csv(text.encode(encoding))
    assert sheet.problems == []
    separator = next(sign for sign in ";\t," if sign in text)
    assert sheet.headings == tuple(text.splitlines()[0].split(separator))
    assert [row.cells for row in sheet.rows] == [tuple(li.split(separator)) for li in text.splitlines()[1:]]
    assert ("encoding" in faults(sheet)) is (encoding not in {"utf-8", "utf-8-sig"})


def test_quotes_hold_separators_and_line_ends_and_lines_are_counted() -> None:
    sheet = read_csv(b'Name,Services\n"A, B","one\ntwo"\n\nC,"say ""hello"""\n')
    assert [(row.line, row.cells) for row in sheet.rows] == [
        (3, ("A, B", "one\ntwo")),
        (5, ("C", 'say "hello"')),
    ]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", Fault.EMPTY),
        (b" \n \n", Fault.EMPTY),
        (b"Name,B\nx\0y,z\n" * 9, Fault.UNREADABLE),
        (b'Name,B\n"open,1\nx,2\n', Fault.MALFORMED),
        (b",".join([b"a"] * 61) + b"\n", Fault.TOO_MANY_COLUMNS),
    ],
)
def test_a_file_that_can_not_be_read_says_why(content: bytes, fault: Fault) -> None:
    assert [one.fault for one in read_csv(content).problems] == [fault]


def test_more_rows_than_allowed_are_refused_as_a_whole() -> None:
    sheet = read_csv(b"Name\n" + b"x\n" * 11, Limits(rows=10))
    assert [one.fault for one in sheet.problems] == [Fault.TOO_MANY_ROWS]
    assert sheet.rows == []


def test_a_formula_is_found_and_a_telephone_number_is_none() -> None:
    for text in ("=1+1", "=cmd|' /C calc'!A0", "@SUM(A1)", "＝1", "+cmd|x", "-2+3|y", " =A1"):
        assert is_formula(text), text
    for text in ("+32 (0)2 555 01 02", "-5", "- advice\n- help", "", "a=b", "'=1", "+40 721 ext 3"):
        assert not is_formula(text), text


@given(TEXTS)
def test_what_is_defused_is_no_formula_and_can_be_undone(text: str) -> None:
    kept = defused(text)
    assert undone(kept) == text or kept == text
    assert not is_formula(kept)


def test_a_number_stays_a_number() -> None:
    assert defused("-5") == "-5"
    assert defused("12,5") == "12,5"
    assert defused("+32 2 555") == "'+32 2 555"


def test_a_spreadsheet_is_read_and_its_formulas_are_not_worked_out() -> None:
    import openpyxl

    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append([])
    page.append(["Organisation", "Telephone", "Safeguarding"])
    page.append(["Open Door", 2555, True])
    page.append(["=1+1", "=HYPERLINK(\"http://x\")", None])  # fmt: skip
    book.create_sheet("More")
    written = io.BytesIO()
    book.save(written)
    sheet = read_spreadsheet(written.getvalue())
    assert sheet.headings == ("Organisation", "Telephone", "Safeguarding")
    assert [(row.line, row.cells[:2], sorted(row.formulas)) for row in sheet.rows] == [
        (3, ("Open Door", "2555"), []),
        (4, ("=1+1", '=HYPERLINK("http://x")'), [0, 1]),
    ]
    assert faults(sheet) == {"other_sheets"}


def bomb(size: int, name: str = "xl/worksheets/sheet1.xml") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, b"0" * size)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", Fault.EMPTY),
        (b"PK\x03\x04 rubbish", Fault.UNREADABLE),
        (b"Name,B\n", Fault.UNREADABLE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", Fault.OLD_FORMAT),
        (bomb(60 * 1024 * 1024), Fault.UNPACKED_TOO_LARGE),
        (bomb(5_000_000), Fault.PACKED_TOO_TIGHTLY),
        (bomb(100), Fault.UNREADABLE),
    ],
)
def test_a_spreadsheet_that_could_do_harm_is_not_opened(content: bytes, fault: Fault) -> None:
    assert [one.fault for one in read_spreadsheet(content).problems] == [fault]


@given(st.lists(st.tuples(TEXTS.filter(str.strip), TEXTS), max_size=5))
def test_what_is_written_is_read_the_same(rows: list[tuple[str, str]]) -> None:
    cells = [(name.strip(" "), text.strip(" ")) for name, text in rows]
    cells = [pair for pair in cells if any(part.strip() for part in pair)]
    assert [row.cells for row in read_csv(write_csv(["Name", "x"], cells)).rows] == cells


def test_a_spreadsheet_that_is_written_holds_no_formula() -> None:
    content = write_spreadsheet("Directory", ["Name", "Phone"], [["=1+1", "+32 2"], ["بيت", "-5"]])
    sheet = read_spreadsheet(content)
    assert [(row.cells, row.formulas) for row in sheet.rows] == [
        (("=1+1", "+32 2"), frozenset()),
        (("بيت", "-5"), frozenset()),
    ]


def test_cards_are_read_without_homes_and_birthdays() -> None:
    cards = (
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Pop;Ana;;;\r\nFN:Ana Pop\r\nORG:ABC, Inc.;Unit\r\n"
        "TEL;TYPE=HOME,VOICE:123\r\nTEL;TYPE=WORK:456\r\nEMAIL;TYPE=INTERNET:x@y.example\r\nBDAY:1980-01-01\r\n"
        "ADR;TYPE=HOME:;;1 rue;X;;;\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\nVERSION:4.0\r\nKIND:org\r\nFN:Maison\r\nLANG:fr\r\nLANG:ar\r\nTEL:tel:+32-2\r\nEND:VCARD\r\n"
    )
    sheet = read_cards(cards.encode())
    said = [dict(zip(sheet.headings, row.cells, strict=True)) for row in sheet.rows]
    assert said[0]["name"] == "ABC, Inc."
    assert (said[0]["contact_name"], said[0]["contact_phone"]) == ("Ana Pop", "456")
    assert (said[1]["name"], said[1]["languages"], said[1]["phone"]) == ("Maison", "fr, ar", "+32-2")
    assert "1980" not in str(said)
    assert "rue" not in str(said)


def test_cards_that_are_written_are_read_the_same() -> None:
    rows: list[dict[str, str]] = [ANA, HOUSE]
    sheet = read_cards(write_cards(rows))
    for row, wanted in zip(sheet.rows, rows, strict=True):
        said = dict(zip(sheet.headings, row.cells, strict=True))
        assert {
            name: said[name].replace(", ", ",") if "languages" in name else said[name] for name in wanted
        } == wanted


def test_no_card_is_no_address_book() -> None:
    assert faults(read_cards(b"")) == {"empty"}
    assert faults(read_cards(b"hello")) == {"unreadable"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_heading_of_a_template_is_recognised(language: str) -> None:
    columns = recognised(tuple(heading(field, language) for field in fields()))
    assert [column.field for column in columns] == list(fields())
    assert not any(column.is_never for column in columns)


@pytest.mark.parametrize(
    "text",
    [
        "Risk level", "Level of danger", "Score", "Religion", "Ethnic origin", "Ideology", "Nationality",
        "Home address", "Niveau de risque", "Dangerosité", "Confession", "Origine ethnique", "Nationalité",
        "Adresse du domicile", "درجة الخطورة", "الديانة", "الجنسية", "عنوان المنزل", "Punctaj", "Etnie",
        "Naționalitate", "Domiciliu", "Opinii politice", "RELIGIE", "Radicalisation",
    ],
)  # fmt: skip
def test_what_judges_or_sorts_people_never_comes_in(text: str) -> None:
    assert is_never_brought_in(text)
    (column,) = recognised((text,), chosen={0: "services"})
    assert column.is_never
    assert column.field == ""


def test_ordinary_headings_may_come_in() -> None:
    for text in ("Prevention level", "Orientation", "Fonction", "Funcția", "الوظيفة", "Notes", "Type"):
        assert not is_never_brought_in(text), text


def test_every_fault_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Fault)


WORDS = {"kind": {"youth": "youth_work"}, "languages": {"french": "fr", "arabic": "ar", "fr": "fr"}}
HEADINGS = ("Organisation", "Type", "Languages", "E-mail", "Contact", "Contact e-mail", "Services")


def rows(*lines: str) -> list[Proposed]:
    """Lines of a file, understood and compared with each other."""
    sheet = read_csv("\n".join((";".join(HEADINGS), *lines)).encode())
    columns = recognised(sheet.headings)
    made = [understood(row, columns, WORDS) for row in sheet.rows]
    compared_in_file(made)
    return made


def what(made: list[Proposed]) -> list[tuple[str, list[str]]]:
    return [(str(row.outcome), [str(one.fault) for one in row.findings]) for row in made]


def test_a_row_says_what_it_holds() -> None:
    (row,) = rows("Open  Door;Youth;French / Klingon;x@y.example;Ana;a@y.example;advice")
    assert row.name == "Open Door"
    assert row.entry == {
        "kind": "youth_work", "languages": ["fr"], "email": "x@y.example", "services": "advice",
    }  # fmt: skip
    assert row.contact == {"name": "Ana", "email": "a@y.example"}
    assert what([row]) == [("new", ["unknown_word"])]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (";;;;;;", "no_name"),
        ("–;Youth;;;;;", "no_name"),
        ("A;Spacecraft;;;;;", "unknown_word"),
        ("A;;;not an address;;;", "bad_address"),
        ("A;;;;;a@b.example;", "contact_without_name"),
        ("=1+1;;;;;;", "formula"),
        (f"{'x' * 201};;;;;;", "too_long"),
    ],
)
def test_a_row_that_can_not_come_in_says_why(line: str, fault: str) -> None:
    made = rows("First;;;;;;", line)
    if line.strip(";"):
        assert made[1].outcome == Outcome.REFUSED
        assert fault in what(made)[1][1]


def test_rows_of_one_organisation_join_and_the_same_again_is_said() -> None:
    made = rows(
        "Open Door;Youth;;;Ana;;",
        "OPEN  DÓOR;;French;;Ben;;",
        "Open Door;;;;ana;;",
        "Open Door;;;;;;",
        "Other;;;;;;",
    )
    assert what(made) == [
        ("new", []), ("joins", []), ("twice", ["twice"]), ("twice", ["twice"]), ("new", []),
    ]  # fmt: skip
    assert made[0].entry == {"kind": "youth_work", "languages": ["fr"]}


def test_what_differs_in_one_file_is_said_and_the_first_counts() -> None:
    made = rows("Open Door;;;a@b.example;Ana;;", "Open Door;;;c@d.example;Ben;;")
    assert what(made)[1] == ("joins", ["differs_in_file"])
    assert made[0].entry["email"] == "a@b.example"


def test_one_address_under_two_names_is_asked_about() -> None:
    made = rows("Open Door;;;a@b.example;;;", "Open Gate;;;A@B.example;;;", "Shut Gate;;;x@y.example;;;")
    compared_with_directory(made, {}, {"x@y.example": "Gate"})
    assert what(made) == [("new", []), ("asked", ["same_address_in_file"]), ("asked", ["same_address"])]
    assert [row.other for row in made] == ["", "Open Door", "Gate"]


def test_what_the_directory_has_is_joined_changed_or_left_alone() -> None:
    made = rows(
        "Open Door;;;;Ana;;", "Gate;;French;;;;", "Mill;;Arabic;;;;", "Tower;;;;Ana;;", "Quay;;French;;;;"
    )
    listed = {row.key: Listed("1", row.name, {"languages": ["ar"], "kind": "ngo"}) for row in made}
    listed[made[3].key].contacts = {made[3].contact_key: {"id": "7", "name": "Ana"}}
    listed[made[4].key].is_editable = False
    compared_with_directory(made, listed, {})
    assert what(made) == [
        ("joins", []), ("changed", ["differs"]), ("same", []), ("same", []),
        ("refused", ["differs", "not_yours"]),
    ]  # fmt: skip
    assert made[1].changes == {"languages": ["fr"]}


def test_a_cell_at_the_far_end_of_a_sheet_is_not_walked_to() -> None:
    book = openpyxl.Workbook()
    book.active.append(["name", "phone"])
    for line in range(2, 40):
        book.active.cell(line, 1, "A")
        book.active.cell(line, 16_384, "far")
    written = io.BytesIO()
    book.save(written)
    with pytest.MonkeyPatch.context() as patch:
        walked, whole = itertools.count(), spreadsheets._text
        patch.setattr(spreadsheets, "_text", lambda value: (next(walked), whole(value))[1])
        assert len(read_spreadsheet(written.getvalue()).rows) == 38
    assert next(walked) < 38 * 100


def test_no_sign_that_ends_a_line_begins_another_in_a_card() -> None:
    forged = "A\rEND:VCARD\rBEGIN:VCARD\u2028\x0bFN:B"
    card = write_cards([{"name": forged, "web": "https://x.example\r\nTEL:1", "contact_name": ""}]).decode()
    assert [line.partition(":")[0] for line in card.splitlines()] == [
        "BEGIN", "VERSION", "KIND", "FN", "ORG", "URL", "END",
    ]  # fmt: skip
