"""What is written can be read again, holds no times, and nothing in it is run by a spreadsheet."""

from __future__ import annotations

import csv
import io
import zipfile
from array import array
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entente.dialogue.polis_csv import Conversation, Statement, Votes, packed, read_folder, read_zip, written
from entente.dialogue.polis_csv.text import (
    like_a_formula,
    marked,
    unmarked,
    without_controls,
    without_directions,
)
from tests.dialogue.polis_files import found, read, sound_files, zipped

DAY = date(2026, 11, 20)
POLIS = Path(__file__).parents[3] / "shared" / "data" / "polis"
NAMES = ("london.youth.policing", "canadian-electoral-reform", "scoop-hivemind.biodiversity")
FORMULAS = ["=1+1", "+1", "-5 degrees", "@me", "'=1", "''-x", " =1", "\t=1", "\uff1d1", "'quoted' word", "'"]


def again(conversation: Conversation) -> Conversation:
    """The conversation written and read again."""
    back = read_zip(packed(written(conversation, DAY), DAY))
    assert found(back.problems) == []
    assert back.conversation is not None
    return back.conversation


def cells(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode())))


def made(texts: list[str], cast: list[tuple[int, int, int]], topic: str = "Topic") -> Conversation:
    last = dict(sorted({(voter, statement): value for voter, statement, value in cast}.items()))
    agrees, disagrees = (
        Counter(statement for (_, statement), value in last.items() if value == side) for side in (1, -1)
    )
    statements = [
        Statement(number, text, 9, 1, agrees[number], disagrees[number], number + 2)
        for number, text in enumerate(texts)
    ]
    votes = Votes(
        array("i", [voter for voter, _ in last]),
        array("i", [at for _, at in last]),
        array("b", last.values()),
    )
    voters = sorted(set(votes.voters))
    return Conversation(topic, topic, "", statements, votes, len(votes), voters, dict.fromkeys(voters[:2], 1))


@pytest.mark.parametrize("name", NAMES)
def test_a_real_conversation_comes_back_as_it_was(name: str) -> None:
    if not POLIS.is_dir():
        pytest.skip("The three real conversations are not beside this repository.")
    before = read_folder(POLIS / name).conversation
    assert before is not None
    after = again(before)
    assert after.votes == before.votes
    assert after.voters == before.voters
    assert {one.number: (one.text, one.moderated) for one in after.statements} == {
        one.number: (one.text, one.moderated) for one in before.statements
    }
    assert (after.topic, after.description, after.source_url) == (
        before.topic,
        before.description,
        before.source_url,
    )
    assert after.groups == {voter: group for voter, group in before.groups.items() if voter in before.voters}


def test_nothing_is_odd_about_what_was_written() -> None:
    conversation = read(sound_files()).conversation
    assert conversation is not None
    back = read_zip(packed(written(conversation, DAY), DAY))
    assert found(back.notices) == []


def test_counts_in_the_files_are_those_of_the_votes() -> None:
    files = written(made(["a", "b"], [(0, 0, 1), (0, 1, -1), (1, 0, 1), (1, 1, 0)]), DAY)
    comments = cells(files["comments.csv"])
    assert [row[4:6] for row in comments[1:]] == [["2", "0"], ["0", "1"]]
    matrix = cells(files["participants-votes.csv"])
    assert matrix == [
        ["participant", "group-id", "n-comments", "n-votes", "n-agree", "n-disagree", "0", "1"],
        ["0", "1", "0", "2", "1", "1", "1", "-1"],
        ["1", "1", "0", "2", "1", "0", "1", "0"],
    ]


def test_every_time_is_the_midnight_of_one_day() -> None:
    files = written(made(["a"], [(0, 0, 1), (1, 0, -1)]), DAY)
    assert cells(files["votes.csv"])[1:] == [
        ["1795132800000", "2026-11-20", "0", "0", "1"],
        ["1795132800000", "2026-11-20", "0", "1", "-1"],
    ]
    assert cells(files["comments.csv"])[1][:2] == ["1795132800000", "2026-11-20"]
    archive = zipfile.ZipFile(io.BytesIO(packed(files, DAY)))
    assert {entry.date_time for entry in archive.infolist()} == {(2026, 11, 20, 0, 0, 0)}


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_text_in_a_spreadsheet_and_itself_when_read_again(text: str) -> None:
    conversation = made([text], [(0, 0, 1)], topic=text)
    files = written(conversation, DAY)
    shown = [cells(files["comments.csv"])[1][-1], cells(files["summary.csv"])[0][1]]
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@", "\uff1d")) for cell in shown)
    after = again(conversation)
    assert after.statements[0].text == text
    assert after.topic == text.strip()


def test_an_apostrophe_in_somebody_elses_file_stays() -> None:
    files = sound_files()
    files["comments.csv"] = files["comments.csv"].replace(b"Close it.", b"'=no formula of ours")
    conversation = read(files).conversation
    assert conversation is not None
    assert conversation.statements[2].text == "'=no formula of ours"


def test_a_marked_text_of_full_length_is_still_read() -> None:
    text = "=" + "x" * 999
    assert again(made([text], [(0, 0, 1)])).statements[0].text == text


@given(st.text(max_size=40))
def test_marking_can_always_be_taken_back(text: str) -> None:
    assert unmarked(marked(text)) == text
    assert marked(text) == text or like_a_formula(text)


WORDS = st.text(max_size=30).map(lambda text: "x" + without_controls(without_directions(text)).strip())


@given(
    st.lists(st.one_of(WORDS, st.sampled_from(FORMULAS)), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5), st.sampled_from([-1, 0, 1])), max_size=40),
)
@settings(max_examples=150, deadline=None)
def test_whatever_was_said_and_voted_comes_back(texts: list[str], cast: list[tuple[int, int, int]]) -> None:
    before = made(texts, [vote for vote in cast if vote[1] < len(texts)])
    after = again(before)
    assert after.votes == before.votes
    assert [one.text for one in after.statements] == texts
    assert after.groups == before.groups


def test_a_matrix_of_many_empty_cells_is_not_packed_like_a_bomb() -> None:
    cast = [(voter, voter, 1) for voter in range(1500)]
    before = made([f"Statement {number}" for number in range(1500)], cast)
    content = packed(written(before, DAY), DAY)
    entries = {entry.filename: entry for entry in zipfile.ZipFile(io.BytesIO(content)).infolist()}
    assert entries["participants-votes.csv"].compress_type == zipfile.ZIP_STORED
    assert again(before).votes == before.votes


def test_the_same_conversation_gives_the_same_bytes() -> None:
    conversation = made(["a", "b"], [(0, 0, 1), (3, 1, -1)])
    assert packed(written(conversation, DAY), DAY) == packed(written(conversation, DAY), DAY)
    assert zipped(written(conversation, DAY)) != b""
