"""Rows of a CSV file, each with the physical line it starts on, in bounded memory and without exceptions."""

import csv
import io
from collections import Counter
from collections.abc import Iterator

from entente.dialogue.polis_csv.faults import Fault, Report

# A matrix of 10,000 statements has rows of some 30,000 bytes; more than this is a quotation mark left open.
ROW_BYTES = 1_000_000
# Blank lines are no rows, yet each takes its time; five million votes and long statements fit in this.
MOST_LINES = 6_000_000
# Somebody with this many wrong rows has the wrong file, and need not wait for the rest of them.
MOST_COUNTED = 10_000
LARGEST_NUMBER = 2**31 - 1
LONGEST_NUMBER = 10
_REMEMBERED = 200_000
_MARK = b"\xef\xbb\xbf"


class _RowTooLongError(Exception):
    """The row goes on for longer than any honest one."""


class Rows:
    """The rows of one file; reading stops at the first one that cannot be understood."""

    def __init__(self, file: str, data: bytes, report: Report) -> None:
        self.file = file
        self.report = report
        data = data.removeprefix(_MARK)
        # Old Macintosh programs end lines with a lone carriage return.
        self._data = data if b"\n" in data else data.replace(b"\r", b"\n")
        self._line = 0
        self._row_bytes = 0
        self._exhausted = False
        self._last_line = 0 if self._data.endswith(b"\n") else self._data.count(b"\n") + 1

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(self._lines(), strict=True)
        while True:
            start, self._row_bytes = self._line + 1, 0
            try:
                row = next(reader)
            except StopIteration:
                break
            except (UnicodeDecodeError, _RowTooLongError, csv.Error) as error:
                self._refuse(error, start)
                return
            if row:
                yield start, row
        if self.unfinished:
            self.report.notices.add(Fault.NO_FINAL_NEWLINE, self.file, self._line)

    @property
    def unfinished(self) -> bool:
        """Whether the row just read is the last one and its line has no end."""
        return self._line == self._last_line

    def is_text(self) -> bool:
        """Whether there is something to read; says so if not."""
        nul = self._data.find(b"\0")
        if self._data.startswith((b"\xff\xfe", b"\xfe\xff")):
            self.report.problems.add(Fault.NOT_UTF8, self.file, 1)
        elif nul >= 0:
            self.report.problems.add(Fault.NUL_BYTE, self.file, self._data.count(b"\n", 0, nul) + 1)
        elif not self._data.strip():
            self.report.problems.add(Fault.EMPTY_FILE, self.file)
        elif self._data.count(b"\n") > MOST_LINES:
            self.report.problems.add(Fault.TOO_MANY_ROWS, self.file, MOST_LINES, limit=MOST_LINES)
        else:
            return True
        return False

    def _lines(self) -> Iterator[str]:
        for raw in io.BytesIO(self._data):
            self._line += 1
            self._row_bytes += len(raw)
            if self._row_bytes > ROW_BYTES:
                raise _RowTooLongError
            yield raw.decode("utf-8")
        self._exhausted = True

    def _refuse(self, error: Exception, start: int) -> None:
        if isinstance(error, UnicodeDecodeError):
            # A character of several bytes may itself have been cut by the end of the file.
            code = (
                Fault.CUT_OFF
                if self.unfinished and error.reason == "unexpected end of data"
                else Fault.NOT_UTF8
            )
            self.report.problems.add(code, self.file, self._line)
        elif isinstance(error, _RowTooLongError) or self._row_bytes > csv.field_size_limit():
            self.report.problems.add(Fault.ROW_TOO_LONG, self.file, start)
        else:
            code = Fault.CUT_OFF if self._exhausted else Fault.MALFORMED_ROW
            self.report.problems.add(code, self.file, start)


class Table:
    """A CSV file read by the names in its first row, so that the order of columns does not matter."""

    def __init__(self, rows: Rows, header: list[str], body: Iterator[tuple[int, list[str]]]) -> None:
        self.file = rows.file
        self.header = header
        self._rows = rows
        self._body = body
        self._report = rows.report
        self.at = {name: at for at, name in enumerate(header)}
        self._numbers: dict[str, int] = {}

    def body(self) -> Iterator[tuple[int, list[str]]]:
        """The rows under the first one, all as wide as it; rows of another width are reported."""
        width = len(self.header)
        for line, row in self._body:
            if self._report.problems.count >= MOST_COUNTED:
                return
            if len(row) == width:
                yield line, row
                continue
            if len(row) > width:
                code = Fault.TOO_MANY_COLUMNS
            else:
                code = Fault.CUT_OFF if self._rows.unfinished else Fault.TOO_FEW_COLUMNS
            values = {} if code is Fault.CUT_OFF else {"found": len(row), "expected": width}
            self._report.problems.add(code, self.file, line, **values)

    def number(self, text: str, column: str, line: int) -> int | None:
        """A whole number from 0 to 2^31 - 1, or None after reporting what else it is."""
        known = self._numbers.get(text)
        if known is not None:
            return known
        code = unfit_number(text)
        if code is not None:
            self._report.problems.add(code, self.file, line, column=column, found=text)
            return None
        number = int(text)
        if len(self._numbers) < _REMEMBERED:
            self._numbers[text] = number
        return number


def unfit_number(text: str) -> Fault | None:
    """Why a text is not a number from 0 to 2^31 - 1 in plain digits, or None if it is one."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        return Fault.NOT_A_NUMBER
    if digits != text:
        return Fault.NEGATIVE_NUMBER
    if len(digits) > LONGEST_NUMBER or int(digits) > LARGEST_NUMBER:
        return Fault.NUMBER_TOO_LARGE
    return None


def open_table(file: str, data: bytes, needed: tuple[str, ...], report: Report) -> Table | None:
    """The table in a file that has the needed columns, or None after reporting what is wrong with it."""
    rows = Rows(file, data, report)
    if not rows.is_text():
        return None
    body = iter(rows)
    line, first = next(body, (0, None))
    if first is None:  # already reported
        return None
    header = [name.strip().lower() for name in first]
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        report.problems.add(Fault.WRONG_SEPARATOR, file, line)
        return None
    before = report.problems.count
    for name, count in Counter(header).items():
        if count > 1:
            report.problems.add(Fault.DUPLICATE_COLUMN, file, line, column=name)
    for name in needed:
        if name not in header:
            report.problems.add(Fault.MISSING_COLUMN, file, line, column=name)
    return Table(rows, header, body) if report.problems.count == before else None
