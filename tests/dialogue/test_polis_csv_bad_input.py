"""Polis files that cannot be used: each kind is told its file, its line and what is wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest

from entente.dialogue.polis_csv import read_folder
from tests.dialogue.polis_files import found, put_into, read, sound_files, swapped

Change = Callable[[bytes], bytes]


def test_a_row_that_never_ends_is_given_up(tmp_path: Path) -> None:
    endless = swapped("votes.csv", "Tue Nov 14", '"\n",' * 300_000)
    assert found(read_folder(put_into(tmp_path, endless)).problems) == [("votes.csv", 2, "row_too_long")]


def swap(old: str, new: str) -> Change:
    return lambda data: data.replace(old.encode(), new.encode(), 1)


def twice(data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    return data + lines[1]


LONG = "x" * 1_001
BAD: list[tuple[str, str, Change, int | None, str]] = [
    ("empty", "votes.csv", lambda _: b"", None, "empty_file"),
    ("blank", "comments.csv", lambda _: b"\xef\xbb\xbf\r\n \n", None, "empty_file"),
    ("header only", "comments.csv", lambda d: d[: d.index(b"\n") + 1], None, "no_statements"),
    ("too many lines", "votes.csv", lambda d: d + b"\n" * 6_000_001, 6_000_000, "too_many_rows"),
    (
        "too many entries",
        "summary.csv",
        lambda d: d + b"".join(b"%d,\n" % n for n in range(99)),
        101,
        "too_many_rows",
    ),
    ("cut in a row", "votes.csv", lambda d: d[:-4], 8, "cut_off"),
    ("cut in a quote", "comments.csv", lambda d: d[: d.index(b"three")], 3, "cut_off"),
    ("cut in a character", "summary.csv", lambda d: d + "é".encode()[:1], 10, "cut_off"),
    ("utf-16", "votes.csv", lambda d: d.decode().encode("utf-16"), 1, "not_utf8"),
    ("utf-16 without mark", "votes.csv", lambda d: d.decode().encode("utf-16-le"), 1, "nul_byte"),
    ("latin-1", "comments.csv", lambda d: d.replace(b"Close it", b"Fermez \xe9"), 5, "not_utf8"),
    ("nul", "votes.csv", lambda d: d.replace(b"0,2,-1", b"0,\x002,-1"), 6, "nul_byte"),
    ("stray quote", "comments.csv", swap(",More light at night.", ',"More" light.'), 2, "malformed_row"),
    ("stray return", "votes.csv", swap("0,0,1\n", "0,0\r,1\n"), 2, "malformed_row"),
    ("open quote", "comments.csv", swap("Close", '"Close' + "\n" * 200_000), 5, "row_too_long"),
    ("long line", "votes.csv", swap("Tue Nov 14", "x" * 200_000), 2, "row_too_long"),
    ("semicolons", "votes.csv", lambda d: d.replace(b",", b";"), 1, "wrong_separator"),
    ("no column", "votes.csv", swap("voter-id", "who"), 1, "missing_column"),
    ("column twice", "votes.csv", swap("datetime", "vote"), 1, "duplicate_column"),
    ("statement column twice", "participants-votes.csv", swap("0,1,2\n", "0,1,1\n"), 1, "duplicate_column"),
    ("wide row", "votes.csv", swap("0,0,1\n", "0,0,1,1\n"), 2, "too_many_columns"),
    ("narrow row", "votes.csv", swap("0,0,1\n", "0,1\n"), 2, "too_few_columns"),
    ("vote 2", "votes.csv", swap("0,1,1\n", "0,1,2\n"), 4, "bad_vote"),
    ("vote missing", "votes.csv", swap("0,1,1\n", "0,1,\n"), 4, "bad_vote"),
    ("matrix vote", "participants-votes.csv", swap("1,-1,\n", "1,5,\n"), 2, "bad_vote"),
    ("word for number", "votes.csv", swap("0,1,1\n", "0,one,1\n"), 4, "not_a_number"),
    ("other digits", "votes.csv", swap("0,1,1\n", "0,١,1\n"), 4, "not_a_number"),
    ("spreadsheet time", "votes.csv", swap("1700000005000", "1.7E+12"), 4, "not_a_number"),
    ("negative", "comments.csv", swap("0,0,2,1,1", "0,0,-2,1,1"), 2, "negative_number"),
    ("too large", "votes.csv", swap("0,1,1\n", "0,2147483648,1\n"), 4, "number_too_large"),
    ("5,000 digits", "votes.csv", swap("0,1,1\n", "0," + "9" * 5_000 + ",1\n"), 4, "number_too_large"),
    ("endless time", "votes.csv", swap("1700000005000", "9" * 30), 4, "number_too_large"),
    ("moderation", "comments.csv", swap("0,0,2,1,1", "0,0,2,1,yes"), 2, "bad_moderation"),
    ("statement twice", "comments.csv", twice, 6, "duplicate_statement"),
    ("participant twice", "participants-votes.csv", twice, 5, "duplicate_participant"),
    ("entry twice", "summary.csv", twice, 10, "duplicate_entry"),
    ("no topic", "summary.csv", swap("topic,", "title,"), None, "no_topic"),
    ("no text", "comments.csv", swap("Close it.", " \u202e"), 5, "empty_text"),
    ("long text", "comments.csv", swap("Close it.", LONG), 5, "text_too_long"),
    ("unknown statement", "votes.csv", swap("2,2,-1", "9,2,-1"), 7, "unknown_statement"),
]


@pytest.mark.parametrize(
    ("name", "change", "line", "code"), [row[1:] for row in BAD], ids=[row[0] for row in BAD]
)
def test_bad_input_is_refused_with_file_and_line(
    tmp_path: Path, name: str, change: Change, line: int | None, code: str
) -> None:
    files = sound_files()
    before = files[name]
    files[name] = change(before)
    assert files[name] != before
    reading = read_folder(put_into(tmp_path, files))
    assert reading.conversation is None
    assert found(reading.problems) == [(name, line, code)]


def test_a_topic_that_was_not_quoted_is_refused() -> None:
    reading = read(swapped("summary.csv", "square safer", "square, safer"))
    assert found(reading.problems) == [
        ("summary.csv", None, "no_topic"),
        ("summary.csv", 1, "too_many_columns"),
    ]
