"""Reading Polis files, for any conversation and any damage: the same votes come back, nothing ever raises."""

import io
import random
from array import array
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from entente.dialogue.polis_csv import Conversation, Statement, Votes, read_zip
from tests.dialogue.polis_files import Files, sound_files, written, zipped

NUMBERS = st.integers(0, 2**31 - 1)
# What CSV, spreadsheets and browsers take for more than text, often; control and direction characters are
# kept out on reading and have their own tests.
TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\u202a\u202b\u202c\u202d\u202e"
                      "\u2066\u2067\u2068\u2069"),
        st.sampled_from(',"\'\n\r\t;=+-@<>%\\'),
    ),
    min_size=1,
    max_size=60,
)  # fmt: skip


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    """Any conversation that Polis could have written."""
    numbers = draw(st.lists(NUMBERS, min_size=1, max_size=6, unique=True))
    people = sorted(draw(st.lists(NUMBERS, max_size=6, unique=True)))
    cast = {
        (person, number): value
        for person in people
        for number in sorted(numbers)
        if (value := draw(st.sampled_from([1, 0, -1, None]))) is not None
    }
    votes = Votes(
        array("i", [person for person, _ in cast]),
        array("i", [number for _, number in cast]),
        array("b", cast.values()),
    )
    return Conversation(
        draw(TEXTS.filter(str.strip)).strip(),
        draw(TEXTS).strip(),
        draw(st.sampled_from(["", "https://polis.example/4square"])),
        [
            Statement(
                n, draw(TEXTS.filter(str.strip)), draw(NUMBERS), draw(st.sampled_from([1, 0, -1])), 0, 0, 0
            )
            for n in numbers
        ],
        votes,
        len(votes),
        sorted(set(votes.voters)),
        {person: draw(st.integers(0, 4)) for person in people if draw(st.booleans())},
    )


def what_was_said(conversation: Conversation) -> list[tuple[int, str, int, int]]:
    return [(s.number, s.text, s.author, s.moderated) for s in conversation.statements]


@given(conversations())
def test_what_is_written_is_read_again(conversation: Conversation) -> None:
    reading = read_zip(zipped(written(conversation)))
    assert reading.problems == []
    again = reading.conversation
    assert again is not None
    assert what_was_said(again) == what_was_said(conversation)
    for name in ("topic", "description", "source_url", "votes", "events", "voters", "groups"):
        assert getattr(again, name) == getattr(conversation, name), name


@given(conversations(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_change_the_votes(
    conversation: Conversation, chance: random.Random
) -> None:
    files = written(conversation)
    header, *rows = files["votes.csv"].splitlines(keepends=True)
    # The same people change their minds before what was written, so that there is something to replace.
    earlier = [b"0,," + row.split(b",", 2)[2].rsplit(b",", 1)[0] + b",1\n" for row in rows[1:]]
    rows = rows + earlier
    chance.shuffle(rows)
    shuffled = {**files, "votes.csv": b"".join([header, *rows])}
    first, second = read_zip(zipped(files)).conversation, read_zip(zipped(shuffled)).conversation
    assert first is not None
    assert second is not None
    assert (second.votes, second.voters) == (first.votes, first.voters)


DAMAGES = st.lists(
    st.tuples(
        st.sampled_from(["flip", "cut", "insert", "remove"]),
        st.floats(0, 1, exclude_max=True),
        st.one_of(
            st.binary(min_size=1, max_size=6),
            st.sampled_from([b'"', b"\n", b"\r", b",", b"\0", b"\xff", b"-"]),
        ),
    ),
    min_size=1,
    max_size=4,
)


def damaged(data: bytes, damages: list[tuple[str, float, bytes]]) -> bytes:
    """The bytes after each kind of damage at a place given as a share of the length."""
    for kind, share, piece in damages:
        at = int(share * len(data))
        if kind == "cut":
            data = data[:at]
        elif kind == "insert":
            data = data[:at] + piece + data[at:]
        elif kind == "remove":
            data = data[:at] + data[at + len(piece) :]
        else:
            data = (
                data[:at]
                + bytes(a ^ b for a, b in zip(data[at:], piece, strict=False))
                + data[at + len(piece) :]
            )
    return data


def assert_answered(data: bytes) -> None:
    reading = read_zip(io.BytesIO(data))
    assert (reading.conversation is None) == bool(reading.problems)
    assert len(reading.problems) <= 101
    assert len(reading.notices) <= 101
    for finding in [*reading.problems, *reading.notices]:
        assert str(finding)


@settings(deadline=timedelta(seconds=2), max_examples=300)
@given(st.sampled_from(sorted(sound_files())), DAMAGES)
def test_no_damage_to_a_file_raises(name: str, damages: list[tuple[str, float, bytes]]) -> None:
    files: Files = sound_files()
    files[name] = damaged(files[name], damages)
    assert_answered(zipped(files))


@settings(deadline=timedelta(seconds=2), max_examples=300)
@given(DAMAGES)
def test_no_damage_to_a_zip_raises(damages: list[tuple[str, float, bytes]]) -> None:
    assert_answered(damaged(zipped(sound_files()), damages))


@settings(deadline=timedelta(seconds=2))
@given(st.binary(max_size=2_000))
def test_no_bytes_at_all_raise(data: bytes) -> None:
    assert_answered(data)
    assert_answered(zipped({**sound_files(), "votes.csv": data}))
