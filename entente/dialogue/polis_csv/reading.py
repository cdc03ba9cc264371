"""Reads the four files together: a conversation if nothing is wrong, and in any case what was noticed."""

from pathlib import Path
from typing import BinaryIO

from entente.dialogue.polis_csv.conversation import Conversation, Limits, Reading, Votes
from entente.dialogue.polis_csv.faults import Fault, Report
from entente.dialogue.polis_csv.matrix import read_groups
from entente.dialogue.polis_csv.sources import (
    COMMENTS,
    MATRIX,
    SUMMARY,
    VOTES,
    Sources,
    folder_sources,
    zip_sources,
)
from entente.dialogue.polis_csv.statements import Summary, read_statements, read_summary
from entente.dialogue.polis_csv.votelog import compare_counts, last_votes, read_log

_USUAL = Limits()


def read_folder(path: str | Path, limits: Limits = _USUAL) -> Reading:
    """Read a folder with summary.csv, comments.csv, votes.csv and, if there, participants-votes.csv.

    Bad input never raises: it is in `Reading.problems`.
    """
    report = Report()
    return _read(folder_sources(Path(path), limits, report), limits, report)


def read_zip(file: BinaryIO | bytes, limits: Limits = _USUAL) -> Reading:
    """Read a zip with the same files, at its top level or in one folder. A stream must be able to seek.

    Bad input never raises: it is in `Reading.problems`.
    """
    report = Report()
    with zip_sources(file, limits, report) as sources:
        return _read(sources, limits, report)


def _read(sources: Sources | None, limits: Limits, report: Report) -> Reading:
    conversation = None
    if sources is not None and not report.problems.count:
        conversation = _conversation(sources, limits, report)
    return Reading(
        None if report.problems.count else conversation,
        report.problems.listed(),
        report.notices.listed(),
    )


def _content(sources: Sources, part: str, report: Report) -> tuple[str, bytes] | None:
    source = sources.get(part)
    if source is not None:
        data = source.read()
        return None if data is None else (source.name, data)
    if part == MATRIX:
        report.notices.add(Fault.MATRIX_ABSENT, part)
    else:
        report.problems.add(Fault.MISSING_FILE, part)
    return None


def _conversation(sources: Sources, limits: Limits, report: Report) -> Conversation:
    """Each file is read even when an earlier one is wrong, so that one report names everything.

    Only what compares two files waits until both are sound.
    """
    summary = Summary()
    if content := _content(sources, SUMMARY, report):
        summary = read_summary(*content, report)
    before = report.problems.count
    statements = {}
    if content := _content(sources, COMMENTS, report):
        statements = read_statements(*content, limits, report, is_marked=summary.is_marked)
    said = content[0] if content else COMMENTS
    known = statements if report.problems.count == before else None
    votes, events = Votes(), 0
    if content := _content(sources, VOTES, report):
        log = read_log(*content, known, limits, report)
        votes, events = last_votes(log, report), len(log)
        if report.problems.count == before:
            compare_counts(said, statements, log, votes, report)
        del log
    sound = report.problems.count == before
    groups: dict[int, int] = {}
    if content := _content(sources, MATRIX, report):
        groups = read_groups(*content, statements, votes if sound else None, limits, report)
    voters = sorted(set(votes.voters))
    if sound and (source := sources.get(SUMMARY)):
        _compare_summary(source.name, summary, {"voters": len(voters), "comments": len(statements)}, report)
    return Conversation(
        summary.topic,
        summary.description,
        summary.source_url,
        list(statements.values()),
        votes,
        events,
        voters,
        groups,
    )


def _compare_summary(file: str, summary: Summary, found: dict[str, int], report: Report) -> None:
    """Polis leaves some rejected statements out of its number, so a difference forbids nothing."""
    for name, (said, line) in summary.counts.items():
        if said != found[name]:
            report.notices.add(Fault.SUMMARY_DIFFERS, file, line, column=name, said=said, found=found[name])
