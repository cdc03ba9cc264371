"""A small made-up conversation as Polis would write it, and ways to pack it."""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from entente.dialogue.polis_csv import Conversation, Problem, Reading, read_zip

Files = dict[str, bytes]
Found = list[tuple[str, int | None, str]]

SUMMARY = (
    "topic,What would make the square safer?\nurl,https://polis.example/4square\nviews,5\nvoters,3\n"
    "voters-in-conv,3\ncommenters,2\ncomments,3\ngroups,2\nconversation-description,About the square.\n"
)
COMMENTS = (
    "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n"
    "1700000000000,Tue Nov 14,0,0,2,1,1,More light at night.\n"
    '1700000001000,Tue Nov 14,1,0,1,1,0,"A guard,\nthree evenings a week."\n'
    "1700000002000,Tue Nov 14,2,1,0,1,-1,Close it.\n"
)
VOTES = (
    "timestamp,datetime,comment-id,voter-id,vote\n"
    "1700000003000,Tue Nov 14,0,0,1\n"
    "1700000004000,Tue Nov 14,1,0,-1\n"
    "1700000005000,Tue Nov 14,0,1,1\n"
    "1700000006000,Tue Nov 14,1,1,1\n"
    "1700000007000,Tue Nov 14,0,2,-1\n"
    "1700000008000,Tue Nov 14,2,2,-1\n"
    "1700000009000,Tue Nov 14,2,1,0\n"
)
MATRIX = (
    "participant,xid,group-id,n-comments,n-votes,n-agree,n-disagree,0,1,2\n"
    "0,,0,2,2,1,1,1,-1,\n"
    "1,,1,1,3,2,0,1,1,0\n"
    "2,,,0,2,0,2,-1,,-1\n"
)


def sound_files() -> Files:
    """Four files that agree with each other, by name."""
    texts = {
        "summary.csv": SUMMARY,
        "comments.csv": COMMENTS,
        "votes.csv": VOTES,
        "participants-votes.csv": MATRIX,
    }
    return {name: text.encode() for name, text in texts.items()}


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The files as a zip."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def put_into(folder: Path, files: Mapping[str, bytes]) -> Path:
    """The files in a folder, which is given back."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def written(conversation: Conversation) -> Files:
    """The conversation as Polis's four files; the time of a vote is its place."""
    agrees = Counter(statement for _, statement, value in conversation.votes if value == 1)
    disagrees = Counter(statement for _, statement, value in conversation.votes if value == -1)
    summary = [
        ("topic", conversation.topic),
        ("url", conversation.source_url),
        ("voters", len(conversation.voters)),
        ("comments", len(conversation.statements)),
        ("conversation-description", conversation.description),
    ]
    comments = [
        (0, "", s.number, s.author, agrees[s.number], disagrees[s.number], s.moderated, s.text)
        for s in conversation.statements
    ]
    votes = [
        (at, "", statement, voter, value) for at, (voter, statement, value) in enumerate(conversation.votes)
    ]
    cast = {(voter, statement): value for voter, statement, value in conversation.votes}
    numbers = [statement.number for statement in conversation.statements]
    people = sorted({*conversation.voters, *conversation.groups})
    matrix = [
        (voter, conversation.groups.get(voter, ""), *(cast.get((voter, number), "") for number in numbers))
        for voter in people
    ]
    said = (
        "timestamp",
        "datetime",
        "comment-id",
        "author-id",
        "agrees",
        "disagrees",
        "moderated",
        "comment-body",
    )
    return {
        "summary.csv": _lines(summary),
        "comments.csv": _lines([said, *comments]),
        "votes.csv": _lines([tuple(VOTES.splitlines()[0].split(",")), *votes]),
        "participants-votes.csv": _lines([("participant", "group-id", *numbers), *matrix]),
    }


def _lines(rows: Sequence[tuple[object, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue().encode()


def found(problems: list[Problem]) -> Found:
    """File, line and code of each finding, after making sure that it can be said."""
    assert all(str(problem) for problem in problems)
    return [(problem.file, problem.line, problem.code.value) for problem in problems]


def read(files: Files) -> Reading:
    """What comes of the files in a zip."""
    return read_zip(zipped(files))


def changed(name: str, change: Callable[[bytes], bytes]) -> Files:
    """The sound files with one of them changed."""
    files = sound_files()
    files[name] = change(files[name])
    return files


def swapped(name: str, old: str, new: str) -> Files:
    """The sound files with a piece of one of them replaced, at its first place."""
    files = sound_files()
    assert old.encode() in files[name]
    files[name] = files[name].replace(old.encode(), new.encode(), 1)
    return files
