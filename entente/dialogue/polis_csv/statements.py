"""What a conversation is about and what was said in it: summary.csv and comments.csv."""

from dataclasses import dataclass, field

from entente.dialogue.polis_csv.conversation import (
    ADDRESS_LENGTH,
    DESCRIPTION_LENGTH,
    STATEMENT_LENGTH,
    TOPIC_LENGTH,
    Limits,
    Statement,
)
from entente.dialogue.polis_csv.faults import Fault, Report
from entente.dialogue.polis_csv.rows import MOST_COUNTED, Rows, Table, open_table, unfit_number
from entente.dialogue.polis_csv.text import APOSTROPHE, unmarked, without_controls, without_directions

# The columns timestamp and datetime are left unread on purpose: dates are never kept.
COLUMNS = ("comment-id", "author-id", "agrees", "disagrees", "moderated", "comment-body")
MODERATION = {"1": 1, "0": 0, "-1": -1}
_COUNTED = ("voters", "comments")
_MOST_ENTRIES = 100
# An entry of our own exports: texts that begin like a formula have this sign in front.
FORMULA_MARK = "formula-mark"


@dataclass
class Summary:
    """What the conversation says about itself; `counts` holds number and line of what can be compared.

    `is_marked`: texts that begin like a formula have an apostrophe in front, as our own exports do.
    """

    topic: str = ""
    description: str = ""
    source_url: str = ""
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    is_marked: bool = False


def read_summary(file: str, data: bytes, report: Report) -> Summary:
    """The entries of summary.csv, one name and value a row, no header."""
    rows = Rows(file, data, report)
    if not rows.is_text():
        return Summary()
    entries: dict[str, tuple[str, int]] = {}
    for line, row in rows:
        name = row[0].strip().lower()
        if len(entries) >= _MOST_ENTRIES or report.problems.count >= MOST_COUNTED:
            report.problems.add(Fault.TOO_MANY_ROWS, file, line, limit=_MOST_ENTRIES)
            break
        if len(row) != 2:
            few = Fault.CUT_OFF if rows.unfinished else Fault.TOO_FEW_COLUMNS
            code = Fault.TOO_MANY_COLUMNS if len(row) > 2 else few
            values = {} if code is Fault.CUT_OFF else {"found": len(row), "expected": 2}
            report.problems.add(code, file, line, **values)
        elif name in entries:
            report.problems.add(Fault.DUPLICATE_ENTRY, file, line, column=name)
        else:
            entries[name] = (row[1], line)
    return _summary(file, entries, report)


def _summary(file: str, entries: dict[str, tuple[str, int]], report: Report) -> Summary:
    is_marked = entries.get(FORMULA_MARK, ("", 1))[0] == APOSTROPHE
    if is_marked:
        entries = {name: (unmarked(text), line) for name, (text, line) in entries.items()}
    topic, line = entries.get("topic", ("", 1))
    topic = kept_text(topic, TOPIC_LENGTH, file, line, report).strip()
    if not topic:
        report.problems.add(Fault.NO_TOPIC, file)
    text, line = entries.get("conversation-description", ("", 1))
    description = kept_text(
        unmarked(text) if is_marked else text, DESCRIPTION_LENGTH, file, line, report
    ).strip()
    address, line = entries.get("url", ("", 1))
    if address and not _is_web_address(address):
        report.notices.add(Fault.ADDRESS_LEFT_OUT, file, line, found=address)
        address = ""
    counts = {}
    for name in _COUNTED:
        text, line = entries.get(name, ("", 1))
        code = unfit_number(text) if text else None
        if code is not None:
            report.problems.add(code, file, line, column=name, found=text)
        elif text:
            counts[name] = (int(text), line)
    return Summary(topic, description, address, counts, is_marked)


def _is_web_address(text: str) -> bool:
    """A link is shown to the public, so anything a browser could run is left out."""
    return (
        text.startswith(("https://", "http://"))
        and len(text) <= ADDRESS_LENGTH
        and text.isprintable()
        and not any(mark in text for mark in " \"'<>\\")
    )


def kept_text(text: str, longest: int, file: str, line: int, report: Report) -> str:
    """The text without characters that deceive the eye; markup and formulas stay, as the text they are."""
    plain = without_directions(text)
    if plain != text:
        report.notices.add(Fault.DIRECTION_REMOVED, file, line)
    kept = without_controls(plain)
    if kept != plain:
        report.notices.add(Fault.CONTROL_REMOVED, file, line)
    if len(kept) > longest:
        report.problems.add(Fault.TEXT_TOO_LONG, file, line, found=len(kept), limit=longest)
    return kept


def read_statements(
    file: str, data: bytes, limits: Limits, report: Report, *, is_marked: bool = False
) -> dict[int, Statement]:
    """The statements of comments.csv by number, in the order of the file.

    `is_marked`: the apostrophe in front of a text that begins like a formula is not part of it.
    """
    before = report.problems.count
    table = open_table(file, data, COLUMNS, report)
    statements: dict[int, Statement] = {}
    if table is None:
        return statements
    text_at = table.at["comment-body"]
    for line, row in table.body():
        if is_marked:
            row[text_at] = unmarked(row[text_at])
        statement = _statement(table, line, row, report)
        if statement is None:
            continue
        first = statements.get(statement.number)
        if first is not None:
            report.problems.add(
                Fault.DUPLICATE_STATEMENT, file, line, statement=first.number, first=first.line
            )
        elif len(statements) >= limits.statements:
            report.problems.add(Fault.TOO_MANY_STATEMENTS, file, line, limit=limits.statements)
            break
        else:
            statements[statement.number] = statement
    if not statements and report.problems.count == before:
        report.problems.add(Fault.NO_STATEMENTS, file)
    return statements


def _statement(table: Table, line: int, row: list[str], report: Report) -> Statement | None:
    cells = {name: row[table.at[name]] for name in COLUMNS}
    number = table.number(cells["comment-id"], "comment-id", line)
    author = table.number(cells["author-id"], "author-id", line)
    agrees = table.number(cells["agrees"], "agrees", line)
    disagrees = table.number(cells["disagrees"], "disagrees", line)
    moderated = MODERATION.get(cells["moderated"])
    if moderated is None:
        report.problems.add(Fault.BAD_MODERATION, table.file, line, found=cells["moderated"])
    text = kept_text(cells["comment-body"], STATEMENT_LENGTH, table.file, line, report)
    if number is None:
        return None
    if not text.strip():
        report.problems.add(Fault.EMPTY_TEXT, table.file, line, statement=number)
    # Its number is known, so votes on it are not reported as well; the problem above forbids the import.
    return Statement(number, text, author or 0, moderated or 0, agrees or 0, disagrees or 0, line)
