"""The log of votes, votes.csv: every vote in the order it came, of which the last one counts."""

from array import array
from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from entente.dialogue.polis_csv.conversation import Limits, Statement, Votes
from entente.dialogue.polis_csv.faults import Fault, Report
from entente.dialogue.polis_csv.rows import Table, open_table

COLUMNS = ("timestamp", "comment-id", "voter-id", "vote")
# The sign of the files, not of Polis's database: 1 agrees (counted against the column agrees).
SIGNS = {"1": 1, "0": 0, "-1": -1}
# Milliseconds have 13 digits; 18 fit into 64 bits.
_TIME_DIGITS = 18


@dataclass
class VoteLog:
    """The rows of the log as arrays of one length, kept small because there may be millions."""

    file: str
    voters: "array[int]" = field(default_factory=lambda: array("i"))
    statements: "array[int]" = field(default_factory=lambda: array("i"))
    values: "array[int]" = field(default_factory=lambda: array("b"))
    times: "array[int]" = field(default_factory=lambda: array("q"))
    lines: "array[int]" = field(default_factory=lambda: array("i"))

    def __len__(self) -> int:
        return len(self.voters)


def read_log(file: str, data: bytes, known: Container[int] | None, limits: Limits, report: Report) -> VoteLog:
    """The rows of votes.csv; votes on statements that are not `known` are reported, once a statement."""
    log = VoteLog(file)
    before = report.problems.count
    table = open_table(file, data, COLUMNS, report)
    if table is None:
        return log
    voters: set[int] = set()
    unknown: dict[int, tuple[int, int]] = {}
    for line, time, statement, voter, value in _votes(table, limits, report):
        if known is not None and statement not in known:
            # Its text is nowhere, so comments.csv is cut off or from another conversation: refused, because
            # dropping the votes would change the result without anybody noticing.
            if statement in unknown or len(unknown) < limits.statements:
                first, count = unknown.get(statement, (line, 0))
                unknown[statement] = (first, count + 1)
            continue
        voters.add(voter)
        if len(voters) > limits.voters:
            report.problems.add(Fault.TOO_MANY_VOTERS, file, line, limit=limits.voters)
            break
        log.lines.append(line)
        log.times.append(time)
        log.statements.append(statement)
        log.voters.append(voter)
        log.values.append(value)
    for statement, (first, count) in unknown.items():
        report.problems.add(Fault.UNKNOWN_STATEMENT, file, first, statement=statement, count=count)
    if not log and report.problems.count == before:
        report.notices.add(Fault.NO_VOTES, file)
    return log


def _votes(table: Table, limits: Limits, report: Report) -> Iterator[tuple[int, int, int, int, int]]:
    """Line, time, statement, voter and value of each row that makes sense."""
    time_at, statement_at, voter_at, vote_at = map(table.at.__getitem__, COLUMNS)
    for count, (line, row) in enumerate(table.body()):
        if count >= limits.rows:
            report.problems.add(Fault.TOO_MANY_ROWS, table.file, line, limit=limits.rows)
            return
        time = _time(row[time_at], table.file, line, report)
        statement = table.number(row[statement_at], "comment-id", line)
        voter = table.number(row[voter_at], "voter-id", line)
        value = SIGNS.get(row[vote_at])
        if value is None:
            report.problems.add(Fault.BAD_VOTE, table.file, line, found=row[vote_at])
        elif time is not None and statement is not None and voter is not None:
            yield line, time, statement, voter, value


def _time(text: str, file: str, line: int, report: Report) -> int | None:
    """The moment as a number, used to order votes and then forgotten."""
    if text.isascii() and text.isdigit() and len(text) <= _TIME_DIGITS:
        return int(text)
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        code = Fault.NOT_A_NUMBER
    else:
        code = Fault.NUMBER_TOO_LARGE if digits == text else Fault.NEGATIVE_NUMBER
    report.problems.add(code, file, line, column="timestamp", found=text)
    return None


def last_votes(log: VoteLog, report: Report) -> Votes:
    """The last vote per participant and statement: by time, at the same moment by place in the file."""
    votes = Votes()
    by_voter: dict[int, array[int]] = {}
    for row, voter in enumerate(log.voters):
        by_voter.setdefault(voter, array("i")).append(row)
    for voter in sorted(by_voter):
        for statement, row in sorted(_last_rows(log, by_voter[voter], report).items()):
            votes.voters.append(voter)
            votes.statements.append(statement)
            votes.values.append(log.values[row])
    if len(votes) < len(log):
        report.notices.add(Fault.REPLACED_VOTES, log.file, count=len(log) - len(votes))
    return votes


def _last_rows(log: VoteLog, rows: "array[int]", report: Report) -> dict[int, int]:
    """The row that counts for each statement one participant voted on."""
    last: dict[int, int] = {}
    torn: set[int] = set()
    for row in rows:
        statement = log.statements[row]
        earlier = last.setdefault(statement, row)
        if earlier == row or log.times[row] < log.times[earlier]:
            continue
        if log.times[row] > log.times[earlier]:
            torn.discard(statement)
        elif log.values[row] != log.values[earlier]:
            torn.add(statement)
        last[statement] = row
    for statement in sorted(torn):
        row = last[statement]
        report.notices.add(
            Fault.SAME_TIME, log.file, log.lines[row], participant=log.voters[row], statement=statement
        )
    return last


def compare_counts(
    file: str, statements: dict[int, Statement], log: VoteLog, votes: Votes, report: Report
) -> None:
    """Say where the counts in comments.csv are not those of the votes.

    In all three real conversations they count every row of the log, votes replaced later included.
    """
    last = Counter(zip(votes.statements, votes.values, strict=True))
    every = Counter(zip(log.statements, log.values, strict=True))
    for number, said in statements.items():
        claim = said.agrees, said.disagrees
        agrees, disagrees = last[number, 1], last[number, -1]
        if claim == (agrees, disagrees):
            continue
        explained = claim == (every[number, 1], every[number, -1])
        report.notices.add(
            Fault.COUNTS_WITH_REPLACED if explained else Fault.COUNTS_DIFFER,
            file,
            said.line,
            statement=number,
            said_agrees=said.agrees,
            said_disagrees=said.disagrees,
            agrees=agrees,
            disagrees=disagrees,
        )
