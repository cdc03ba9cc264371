"""The matrix of participants-votes.csv: Polis's own groups, and a second opinion on the log of votes."""

from collections.abc import Iterator
from dataclasses import dataclass

from entente.dialogue.polis_csv.conversation import Limits, Statement, Votes
from entente.dialogue.polis_csv.faults import Fault, Report
from entente.dialogue.polis_csv.rows import Table, open_table
from entente.dialogue.polis_csv.votelog import SIGNS

COLUMNS = ("participant", "group-id")
_CELLS = frozenset(["", *SIGNS])


@dataclass
class Matrix:
    """Where each participant's votes lie in the list of votes, to lay them beside the row of the matrix."""

    table: Table
    statement_at: dict[int, int]
    other_at: list[int]
    votes: Votes
    places: dict[int, tuple[int, int]]

    def row_from_votes(self, participant: int, row: list[str]) -> list[str]:
        """The row as the votes would have it; cells that are no votes are taken over."""
        expected = [""] * len(row)
        for other in self.other_at:
            expected[other] = row[other]
        start, end = self.places.get(participant, (0, 0))
        for place in range(start, end):
            # Polis leaves some rejected statements out of the matrix; their votes are kept all the same.
            at = self.statement_at.get(self.votes.statements[place])
            if at is not None:
                expected[at] = str(self.votes.values[place])
        return expected


def read_groups(
    file: str,
    data: bytes,
    statements: dict[int, Statement],
    votes: Votes | None,
    limits: Limits,
    report: Report,
) -> dict[int, int]:
    """Polis's group of each participant it grouped; a blank group means that it did not.

    Where `votes` are given, each row is compared with them; the log is what counts.
    """
    table = open_table(file, data, COLUMNS, report)
    if table is None:
        return {}
    columns = _statement_columns(table, statements, report)
    others = sorted(set(range(len(table.header))) - set(columns.values()))
    matrix = Matrix(table, columns, others, votes if votes is not None else Votes(), _places(votes))
    groups: dict[int, int] = {}
    seen: set[int] = set()
    silent = 0
    for line, participant, group, row in _participants(table, limits, report):
        seen.add(participant)
        if group is not None:
            groups[participant] = group
        if votes is None or matrix.row_from_votes(participant, row) != row:
            _tell_difference(matrix, participant, row, line, report, compared=votes is not None)
        silent += participant not in matrix.places
    if votes is None:
        return groups
    if silent:
        report.notices.add(Fault.PARTICIPANTS_WITHOUT_VOTES, file, count=silent)
    absent = sum(voter not in seen for voter in matrix.places)
    if absent:
        report.notices.add(Fault.VOTERS_NOT_IN_MATRIX, file, count=absent)
    return groups


def _statement_columns(table: Table, statements: dict[int, Statement], report: Report) -> dict[int, int]:
    """Where the column of each statement is; a column is named by the statement's number."""
    columns: dict[int, int] = {}
    for at, name in enumerate(table.header):
        if not (name.isascii() and name.isdigit() and len(name) <= 10):
            continue
        if int(name) in statements:
            columns[int(name)] = at
        elif statements:
            report.notices.add(Fault.MATRIX_STATEMENT_UNKNOWN, table.file, 1, statement=int(name))
    if len(columns) < len(statements):
        count = len(statements) - len(columns)
        report.notices.add(Fault.STATEMENTS_NOT_IN_MATRIX, table.file, count=count)
    return columns


def _places(votes: Votes | None) -> dict[int, tuple[int, int]]:
    """First and after-last place of each participant in votes ordered by participant."""
    places: dict[int, tuple[int, int]] = {}
    for place, voter in enumerate(votes.voters if votes is not None else ()):
        places[voter] = (places.get(voter, (place, place))[0], place + 1)
    return places


def _participants(
    table: Table, limits: Limits, report: Report
) -> Iterator[tuple[int, int, int | None, list[str]]]:
    """Line, participant, group and cells of each row that makes sense."""
    participant_at, group_at = map(table.at.__getitem__, COLUMNS)
    first: dict[int, int] = {}
    # An xid ties a participant to a person in another system. It is empty in every conversation at hand.
    xid_at = table.at.get("xid")
    for line, row in table.body():
        if xid_at is not None and row[xid_at].strip():
            report.notices.add(Fault.FOREIGN_IDENTIFIER, table.file, line)
            xid_at = None
        participant = table.number(row[participant_at], "participant", line)
        group = table.number(row[group_at], "group-id", line) if row[group_at].strip() else None
        if participant is None:
            continue
        if participant in first:
            report.problems.add(
                Fault.DUPLICATE_PARTICIPANT,
                table.file,
                line,
                participant=participant,
                first=first[participant],
            )
            continue
        if len(first) >= limits.voters:
            report.problems.add(Fault.TOO_MANY_VOTERS, table.file, line, limit=limits.voters)
            return
        first[participant] = line
        yield line, participant, group, row


def _tell_difference(
    matrix: Matrix, participant: int, row: list[str], line: int, report: Report, *, compared: bool
) -> None:
    """Say what is no vote at all or, where the votes are known, on how many statements the row differs."""
    odd = [row[at] for at in matrix.statement_at.values() if row[at] not in _CELLS]
    file = matrix.table.file
    if odd:
        report.problems.add(Fault.BAD_VOTE, file, line, found=odd[0])
    elif compared:
        expected = matrix.row_from_votes(participant, row)
        count = sum(there != here for there, here in zip(row, expected, strict=True))
        report.notices.add(Fault.PARTICIPANT_DIFFERS, file, line, participant=participant, count=count)
