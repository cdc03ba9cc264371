"""Reading the files of a Polis conversation: what works, what is mentioned, what is too much."""

import os
import string
from pathlib import Path

import pytest

from entente.dialogue.polis_csv import SENTENCES, Fault, Limits, Problem, read_folder
from tests.dialogue.polis_files import Files, Found, changed, found, put_into, read, sound_files, swapped

# --- what works


def test_sound_files_are_a_conversation_without_a_word() -> None:
    reading = read(sound_files())
    assert (reading.problems, reading.notices) == ([], [])
    conversation = reading.conversation
    assert conversation is not None
    assert conversation.topic == "What would make the square safer?"
    assert conversation.description == "About the square."
    assert conversation.source_url == "https://polis.example/4square"
    assert [
        (s.number, s.author, s.moderated, s.agrees, s.disagrees, s.line) for s in conversation.statements
    ] == [
        (0, 0, 1, 2, 1, 2),
        (1, 0, 0, 1, 1, 3),
        (2, 1, -1, 0, 1, 5),
    ]
    assert conversation.statements[1].text == "A guard,\nthree evenings a week."
    assert list(conversation.votes) == [
        (0, 0, 1),
        (0, 1, -1),
        (1, 0, 1),
        (1, 1, 1),
        (1, 2, 0),
        (2, 0, -1),
        (2, 2, -1),
    ]
    assert (conversation.events, conversation.voters, conversation.groups) == (7, [0, 1, 2], {0: 0, 1: 1})


def test_no_date_survives_the_reading() -> None:
    assert "17000000" not in repr(read(sound_files()))


def test_a_folder_and_a_zip_give_the_same(tmp_path: Path) -> None:
    assert read_folder(put_into(tmp_path, sound_files())) == read(sound_files())


@pytest.mark.parametrize(
    "name",
    ["{}", "export/{}", "a/b/{}", "export\\{}", "r4square-{}"],
)
def test_a_zip_may_hold_the_files_in_any_one_folder(name: str) -> None:
    reading = read({name.format(file): data for file, data in sound_files().items()})
    assert reading.problems == []
    assert reading.conversation is not None
    assert len(reading.conversation.votes) == 7


def test_what_a_mac_adds_to_a_zip_is_not_mentioned() -> None:
    reading = read({**sound_files(), "__MACOSX/._votes.csv": b"x", ".DS_Store": b"x", "folder/": b""})
    assert (reading.problems, reading.notices) == ([], [])


def test_an_unknown_file_is_ignored_and_mentioned() -> None:
    reading = read({**sound_files(), "report.pdf": b"%PDF"})
    assert reading.conversation is not None
    assert found(reading.notices) == [("report.pdf", None, "ignored_file")]


def test_columns_may_come_in_any_order() -> None:
    def reverse(data: bytes) -> bytes:
        return b"".join(b",".join(line.split(b",")[::-1]) + b"\n" for line in data.splitlines())

    files = sound_files()
    for name in ("votes.csv", "participants-votes.csv"):
        files[name] = reverse(files[name])
    assert read(files) == read(sound_files())


def test_a_byte_order_mark_and_windows_or_old_macintosh_line_ends_are_fine() -> None:
    for end in (b"\r\n", b"\r"):
        files = {name: b"\xef\xbb\xbf" + data.replace(b"\n", end) for name, data in sound_files().items()}
        reading = read(files)
        assert (reading.problems, reading.notices) == ([], [])
        assert reading.conversation is not None
        assert [statement.line for statement in reading.conversation.statements] == [2, 3, 5]


def test_the_last_vote_counts_whatever_the_order_of_rows() -> None:
    files = changed("votes.csv", lambda data: data + b"1700000000001,,0,0,-1\n1700000099999,,1,0,0\n")
    reading = read(files)
    assert reading.conversation is not None
    assert list(reading.conversation.votes)[:2] == [(0, 0, 1), (0, 1, 0)]
    assert reading.conversation.events == 9
    replaced = [notice for notice in reading.notices if notice.code is Fault.REPLACED_VOTES]
    assert [notice.detail for notice in replaced] == [{"count": 2}]


def test_two_votes_at_the_same_moment_are_mentioned_and_the_later_row_counts() -> None:
    reading = read(changed("votes.csv", lambda data: data + b"1700000003000,,0,0,-1\n"))
    assert reading.conversation is not None
    assert next(iter(reading.conversation.votes)) == (0, 0, -1)
    assert ("votes.csv", 9, "same_time") in found(reading.notices)


def test_a_tie_that_a_later_vote_settles_is_not_mentioned() -> None:
    more = b"1700000003000,,0,0,-1\n1700000003001,,0,0,1\n"
    codes = {notice.code for notice in read(changed("votes.csv", lambda data: data + more)).notices}
    assert Fault.SAME_TIME not in codes


def test_formulas_markup_and_arabic_stay_the_text_they_are() -> None:
    for text in ("=1+1", "<b>light</b>", "+49", "@here", "مزيد من الضوء \u200f\u200d", "100 % {0} %s"):
        reading = read(swapped("comments.csv", "Close it.", text))
        assert (reading.problems, reading.notices) == ([], [])
        assert reading.conversation is not None
        assert reading.conversation.statements[2].text == text


HIDDEN = [(char, "direction_removed") for char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]


@pytest.mark.parametrize(
    ("hidden", "code"), [*HIDDEN, ("\x1b", "control_removed"), ("\x9b", "control_removed")]
)
def test_characters_that_deceive_the_eye_are_kept_out(hidden: str, code: str) -> None:
    reading = read(swapped("comments.csv", "Close it.", f"Close{hidden} it."))
    assert reading.conversation is not None
    assert reading.conversation.statements[2].text == "Close it."
    assert found(reading.notices) == [("comments.csv", 5, code)]


def test_a_statement_may_have_a_thousand_characters() -> None:
    reading = read(swapped("comments.csv", "Close it.", "é" * 1_000))
    assert reading.conversation is not None
    assert len(reading.conversation.statements[2].text) == 1_000


def test_a_link_that_a_browser_could_run_is_left_out() -> None:
    reading = read(swapped("summary.csv", "https://polis.example/4square", "javascript:alert(1)"))
    assert reading.conversation is not None
    assert reading.conversation.source_url == ""
    assert found(reading.notices) == [("summary.csv", 2, "address_left_out")]


def test_an_xid_is_never_read() -> None:
    reading = read(swapped("participants-votes.csv", "0,,0,2", "0,anna@city.example,0,2"))
    assert reading.conversation is not None
    assert found(reading.notices) == [("participants-votes.csv", 2, "foreign_identifier")]
    assert "anna" not in repr(reading)


# --- files that contradict each other, and still can be used


CONTRADICTIONS: list[tuple[str, Files, Found]] = [
    ("counts", swapped("comments.csv", "0,0,2,1,1", "0,0,9,1,1"), [("comments.csv", 2, "counts_differ")]),
    (
        "matrix",
        swapped("participants-votes.csv", "1,1,0\n", "1,-1,\n"),
        [("participants-votes.csv", 3, "participant_differs")],
    ),
    ("voters", swapped("summary.csv", "voters,3", "voters,4"), [("summary.csv", 4, "summary_differs")]),
    (
        "silent participant",
        changed("participants-votes.csv", lambda data: data + b"9,,,0,0,0,0,,,\n"),
        [("participants-votes.csv", None, "participants_without_votes")],
    ),
    (
        "voter without row",
        changed("participants-votes.csv", lambda data: data[: data.index(b"2,,,")]),
        [("participants-votes.csv", None, "voters_not_in_matrix")],
    ),
    (
        "column without statement",
        swapped("participants-votes.csv", ",0,1,2\n", ",0,1,7\n"),
        [
            ("participants-votes.csv", None, "statements_not_in_matrix"),
            ("participants-votes.csv", 1, "matrix_statement_unknown"),
        ],
    ),
    (
        "no end of line",
        changed("votes.csv", lambda data: data[:-1]),
        [("votes.csv", 8, "no_final_newline")],
    ),
    (
        "no matrix",
        {name: data for name, data in sound_files().items() if name != "participants-votes.csv"},
        [("participants-votes.csv", None, "matrix_absent")],
    ),
]


@pytest.mark.parametrize(
    ("files", "notices"), [case[1:] for case in CONTRADICTIONS], ids=[c[0] for c in CONTRADICTIONS]
)
def test_a_contradiction_is_mentioned_and_forbids_nothing(files: Files, notices: Found) -> None:
    reading = read(files)
    assert reading.conversation is not None
    assert found(reading.notices) == notices


def test_counts_that_include_replaced_votes_are_told_from_wrong_ones() -> None:
    files = changed("votes.csv", lambda data: data + b"1700000099999,,0,2,1\n")
    reading = read(files)
    assert ("comments.csv", 2, "counts_differ") in found(reading.notices)
    files["comments.csv"] = files["comments.csv"].replace(b"0,0,2,1,1", b"0,0,3,1,1")
    assert ("comments.csv", 2, "counts_with_replaced") in found(read(files).notices)


@pytest.mark.parametrize("name", ["summary.csv", "comments.csv", "votes.csv"])
def test_a_missing_file_is_named(name: str) -> None:
    reading = read({file: data for file, data in sound_files().items() if file != name})
    assert found(reading.problems) == [(name, None, "missing_file")]


def test_everything_wrong_is_in_one_report() -> None:
    files = sound_files()
    for name, old, new in [("comments.csv", "0,0,2", "x,0,2"), ("votes.csv", "0,1,1\n", "0,1,7\n")]:
        files[name] = files[name].replace(old.encode(), new.encode(), 1)
    del files["summary.csv"]
    assert [problem.code.value for problem in read(files).problems] == [
        "missing_file",
        "not_a_number",
        "bad_vote",
    ]


def test_a_hundred_problems_are_listed_and_the_rest_counted() -> None:
    reading = read(changed("votes.csv", lambda data: data + b"1,,0,0,7\n" * 250))
    assert len(reading.problems) == 101
    assert reading.problems[-1] == Problem("", None, Fault.AND_MORE, {"count": 150})


def test_what_concerns_a_whole_file_is_not_lost_among_many_lines() -> None:
    many = b"".join(b"1,,%d,0,0,0,1,\xe2\x80\xaetext\n" % number for number in range(10, 300))
    notices = read(changed("comments.csv", lambda data: data + many)).notices
    assert notices[0].code is Fault.STATEMENTS_NOT_IN_MATRIX
    assert len(notices) == 101


def test_a_file_of_wrong_rows_is_not_read_to_its_end() -> None:
    reading = read(
        changed("votes.csv", lambda data: data + bytes(range(48, 58)) * 8 + b"\n" + b"x\n" * 30_000)
    )
    assert reading.problems[-1].detail == {"count": 9_900}


def test_a_message_quotes_the_file_without_its_tricks() -> None:
    reading = read(swapped("votes.csv", "0,1,1\n", "0,1,\u202e" + "y" * 500 + "\n"))
    assert str(reading.problems[0]) == f"Line 4 of votes.csv: the vote {'y' * 59}… is none of 1, 0 and -1."


@pytest.mark.parametrize(
    ("limits", "problem"),
    [
        (Limits(rows=3), ("votes.csv", 5, "too_many_rows")),
        (Limits(voters=2), ("votes.csv", 6, "too_many_voters")),
        (Limits(statements=2), ("comments.csv", 5, "too_many_statements")),
        (Limits(unpacked_bytes=500), ("", None, "unpacked_too_large")),
        (Limits(files=3), ("", None, "too_many_files")),
    ],
)
def test_too_much_is_refused_from_a_folder_too(
    tmp_path: Path, limits: Limits, problem: tuple[str, int, str]
) -> None:
    reading = read_folder(put_into(tmp_path, sound_files()), limits)
    assert reading.conversation is None
    assert found(reading.problems)[0] == problem


def test_a_matrix_of_too_many_participants_is_refused(tmp_path: Path) -> None:
    files = changed("participants-votes.csv", lambda data: data + b"9,,,0,0,0,0,,,\n")
    reading = read_folder(put_into(tmp_path, files), Limits(voters=3))
    assert found(reading.problems) == [("participants-votes.csv", 5, "too_many_voters")]


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere", put_into(tmp_path, sound_files()) / "votes.csv"):
        assert found(read_folder(path).problems) == [(path.name, None, "not_a_folder")]


def test_a_pipe_in_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    put_into(tmp_path, sound_files())
    (tmp_path / "votes.csv").unlink()
    os.mkfifo(tmp_path / "votes.csv")
    assert found(read_folder(tmp_path).problems) == [("votes.csv", None, "unreadable_file")]


def test_every_fault_has_a_sentence_that_names_its_placeholders() -> None:
    assert set(SENTENCES) == set(Fault)
    for code, sentence in SENTENCES.items():
        numbers_and_texts = {
            name: "x" if f"%({name})s" in sentence else 1
            for name in ("file", "line", "limit", "found", "expected", "column", "statement", "participant",
                         "count", "first", "said", "said_agrees", "said_disagrees", "agrees", "disagrees")
        }  # fmt: skip
        said = sentence % numbers_and_texts
        assert said.endswith("."), code
        assert "%" not in said, code
        assert set(said) <= set(string.printable)


REAL = Path(__file__).parents[3] / "shared" / "data" / "polis"


@pytest.mark.skipif(not REAL.exists(), reason="The three real conversations are not beside this checkout.")
@pytest.mark.parametrize(
    ("name", "statements", "votes", "voters", "grouped"),
    [
        ("london.youth.policing", 39, 638, 26, 24),
        ("canadian-electoral-reform", 174, 11_950, 448, 281),
        ("scoop-hivemind.biodiversity", 316, 29_719, 536, 443),
    ],
)
def test_a_real_conversation_reads_without_problems(
    name: str, statements: int, votes: int, voters: int, grouped: int
) -> None:
    reading = read_folder(REAL / name)
    conversation = reading.conversation
    assert reading.problems == []
    assert conversation is not None
    sizes = (
        len(conversation.statements),
        len(conversation.votes),
        len(conversation.voters),
        len(conversation.groups),
    )
    assert sizes == (statements, votes, voters, grouped)
    # Polis's own matrix confirms every vote, and its counts are explained by votes replaced later.
    assert not {Fault.PARTICIPANT_DIFFERS, Fault.COUNTS_DIFFER} & {notice.code for notice in reading.notices}
