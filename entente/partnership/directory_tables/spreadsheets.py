"""Reads and writes XLSX; the zip's own list of contents is looked at before anything is unpacked."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from entente.partnership.directory_tables.faults import Fault, Finding, found
from entente.partnership.directory_tables.sheets import LIMITS, Limits, Row, Sheet, refused

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls, and .xlsx behind a password
WIDE_NAME = "EncryptedPackage".encode("utf-16-le")
HARMLESS = 1_000_000  # bytes; below it, packing tightly harms nobody
ENTRIES = 2_000
CHUNK = 65_536
ILLEGAL = dict.fromkeys([*range(9), 11, 12, *range(14, 32)])  # what XML can't hold


def read_spreadsheet(content: bytes, limits: Limits = LIMITS) -> Sheet:
    """The first sheet with anything in it. Formulas are found, never worked out."""
    if not content:
        return refused(found(Fault.EMPTY))
    if content.startswith(OLD_OFFICE):
        fault = Fault.ENCRYPTED if WIDE_NAME in content else Fault.OLD_FORMAT
        return refused(found(fault))
    problem = unsafe(content, limits)
    if problem is not None:
        return refused(problem)
    try:
        return _first_sheet(content, limits)
    except Exception:  # openpyxl and its XML parser raise dozens of kinds for damaged files
        return refused(found(Fault.UNREADABLE))


def unsafe(content: bytes, limits: Limits) -> Finding | None:
    """Why a zip is not opened; None when its list of contents, and what really comes out, are harmless."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if any(entry.flag_bits & 0x1 for entry in entries):
                return found(Fault.ENCRYPTED)
            if len(entries) > ENTRIES or sum(entry.file_size for entry in entries) > limits.unpacked_bytes:
                return found(Fault.UNPACKED_TOO_LARGE, limit=limits.unpacked_bytes >> 20)
            if any(_is_too_tight(entry, limits) for entry in entries):
                return found(Fault.PACKED_TOO_TIGHTLY)
            return _unpacked_size(archive, entries, limits)
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError):
        return found(Fault.UNREADABLE)


def _is_too_tight(entry: zipfile.ZipInfo, limits: Limits) -> bool:
    return entry.file_size > max(HARMLESS, limits.ratio * max(1, entry.compress_size))


def _unpacked_size(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], limits: Limits
) -> Finding | None:
    """A zip can lie about sizes: what comes out is counted, in pieces that are thrown away."""
    left = limits.unpacked_bytes
    for entry in entries:
        with archive.open(entry) as stream:
            while piece := stream.read(CHUNK):
                left -= len(piece)
                if left < 0:
                    return found(Fault.UNPACKED_TOO_LARGE, limit=limits.unpacked_bytes >> 20)
    return None


def _first_sheet(content: bytes, limits: Limits) -> Sheet:
    import openpyxl  # heavy, and only the worker reads files

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    try:
        for page in book.worksheets:
            page.reset_dimensions()  # a file may state any size
            sheet = _sheet(page.iter_rows(max_col=limits.columns + 1), limits)  # a cell may stand anywhere
            if sheet.headings or sheet.problems:
                others = len(book.worksheets) - 1
                if others:
                    sheet.notices.append(found(Fault.OTHER_SHEETS, sheet=str(page.title)[:60], others=others))
                return sheet
        return refused(found(Fault.EMPTY))
    finally:
        book.close()


def _sheet(lines: Iterator[Any], limits: Limits) -> Sheet:
    sheet, empty = Sheet(), 0
    for number, line in enumerate(lines, start=1):
        cells = [_text(cell.value) for cell in line]
        if not any(cells):
            empty += 1
            if empty > limits.rows:
                return refused(found(Fault.TOO_MANY_ROWS, limit=limits.rows))
            continue
        if not sheet.headings:
            while cells and not cells[-1]:
                cells.pop()
            if len(cells) > limits.columns:
                return refused(found(Fault.TOO_MANY_COLUMNS, limit=limits.columns))
            sheet.headings = tuple(cells)
            continue
        if len(sheet.rows) == limits.rows:
            return refused(found(Fault.TOO_MANY_ROWS, limit=limits.rows))
        width = len(sheet.headings)
        formulas = frozenset(at for at, cell in enumerate(line[:width]) if cell.data_type == "f")
        sheet.rows.append(Row(number, tuple((cells + [""] * width)[:width]), formulas))
    return sheet


def _text(value: Any) -> str:
    """A cell as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value).strip(" ")


def write_spreadsheet(title: str, headings: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    """One sheet in which every cell is text: nothing is ever worked out."""
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.writer.excel import save_workbook

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"

    def cell(text: str) -> Any:
        made = WriteOnlyCell(sheet, value=text.translate(ILLEGAL))
        if text:
            made.data_type = "s"
        return made

    sheet.append([cell(heading) for heading in headings])
    for row in rows:
        sheet.append([cell(text) for text in row])
    written = io.BytesIO()
    save_workbook(book, written)
    return written.getvalue()
