"""Writes a conversation as the four files of a Polis export, without times and safe to open in a spreadsheet.

Signs are those of the files: 1 agrees, -1 disagrees, 0 passes, nothing where a statement was not seen.
"""

import csv
import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time

from entente.dialogue.polis_csv.conversation import Conversation, Statement, Votes
from entente.dialogue.polis_csv.sources import COMMENTS, MATRIX, SUMMARY, VOTES
from entente.dialogue.polis_csv.statements import FORMULA_MARK
from entente.dialogue.polis_csv.text import APOSTROPHE, marked

# Our own reading refuses what is packed a hundred times smaller, and so may others.
TIGHTEST = 50

Row = Sequence[str | int]


def written(conversation: Conversation, day: date) -> dict[str, bytes]:
    """The four files by name. Every vote and statement carries midnight of `day` as its time.

    Texts that begin like a formula get an apostrophe in front; an entry of summary.csv says so, and reading
    takes it off again.
    """
    statements = sorted(conversation.statements, key=lambda one: one.number)
    moment = int(datetime.combine(day, time(), UTC).timestamp() * 1000)
    said: Row = (moment, day.isoformat())
    return {
        SUMMARY: _lines(_summary(conversation)),
        COMMENTS: _lines(_comments(statements, conversation.votes, said)),
        VOTES: _votes(conversation.votes, said),
        MATRIX: _matrix(conversation, statements),
    }


def packed(files: Mapping[str, bytes], day: date) -> bytes:
    """The files as a zip, the same bytes for the same files; nothing in it is packed suspiciously tightly."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
            is_tight = len(zlib.compress(content, 1)) * TIGHTEST < len(content)
            entry.compress_type = zipfile.ZIP_STORED if is_tight else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, compresslevel=1)
    return kept.getvalue()


def _summary(conversation: Conversation) -> Iterator[Row]:
    yield "topic", marked(conversation.topic)
    yield "url", conversation.source_url
    yield "voters", len(conversation.voters)
    yield "voters-in-conv", len(conversation.groups)
    yield "comments", len(conversation.statements)
    yield "groups", len(set(conversation.groups.values()))
    yield "conversation-description", marked(conversation.description)
    yield FORMULA_MARK, APOSTROPHE


def _comments(statements: Sequence[Statement], votes: Votes, said: Row) -> Iterator[Row]:
    counts = Counter(zip(votes.statements, votes.values, strict=True))
    yield (
        "timestamp",
        "datetime",
        "comment-id",
        "author-id",
        "agrees",
        "disagrees",
        "moderated",
        "comment-body",
    )
    for one in statements:
        agrees, disagrees = counts[one.number, 1], counts[one.number, -1]
        yield *said, one.number, one.author, agrees, disagrees, one.moderated, marked(one.text)


def _votes(votes: Votes, said: Row) -> bytes:
    """The log: ordered by participant and statement, which says nothing about when anybody voted."""
    moment, day = said
    text = io.StringIO()
    text.write("timestamp,datetime,comment-id,voter-id,vote\n")
    text.writelines(f"{moment},{day},{statement},{voter},{value}\n" for voter, statement, value in votes)
    return text.getvalue().encode()


def _matrix(conversation: Conversation, statements: Sequence[Statement]) -> bytes:
    """One line a participant who voted; how many statements somebody wrote is told of nobody."""
    at = {one.number: place for place, one in enumerate(statements)}
    heads = ("participant", "group-id", "n-comments", "n-votes", "n-agree", "n-disagree")
    text = io.StringIO()
    text.write(",".join([*heads, *map(str, at)]) + "\n")
    for voter, answers in _by_voter(conversation.votes):
        cells = [""] * len(statements)
        for number, value in answers:
            cells[at[number]] = str(value)
        values = [value for _number, value in answers]
        group = conversation.groups.get(voter, "")
        counts = f"{len(values)},{values.count(1)},{values.count(-1)}"
        text.write(f"{voter},{group},0,{counts},{','.join(cells)}\n")
    return text.getvalue().encode()


def _by_voter(votes: Votes) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Each participant with their answers (statement, value), in the order of the votes."""
    answers: list[tuple[int, int]] = []
    before = -1
    for voter, statement, value in votes:
        if voter != before and answers:
            yield before, answers
            answers = []
        before = voter
        answers.append((statement, value))
    if answers:
        yield before, answers


def _lines(rows: Iterable[Row]) -> bytes:
    text = io.StringIO(newline="")
    # Only then is a lone carriage return inside a text quoted as well.
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
