"""Reads and writes CSV as people save it: in many encodings, with commas, semicolons or tabs."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable
from itertools import pairwise

from entente.partnership.directory_tables.cells import defused, is_formula, undone
from entente.partnership.directory_tables.faults import Fault, found
from entente.partnership.directory_tables.sheets import LIMITS, Limits, Row, Sheet, refused

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SEPARATORS = (";", ",", "\t")
# Letters that one single-byte encoding puts where the others have signs nobody writes in a name.
ARABIC = frozenset(map(chr, range(0x0621, 0x064B)))
WESTERN = frozenset("àâäçéèêëîïôöùûüÿœæÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŒÆñáíóúß’“”–…€«»°·")
CENTRAL = frozenset("ăâîșțşţĂÂÎȘȚŞŢáéíóúöüőűčćšžřýěłńąęśźżđÁÉÍÓÚÖÜŐŰČĆŠŽŘÝĚŁŃĄĘŚŹŻĐß°")
SINGLE_BYTE = (("cp1252", WESTERN), ("iso-8859-2", CENTRAL), ("cp1250", CENTRAL), ("cp1256", ARABIC))


def read_csv(content: bytes, limits: Limits = LIMITS) -> Sheet:
    """The table in a CSV file; its encoding and separator are guessed and said."""
    if not content.strip():
        return refused(found(Fault.EMPTY))
    text, encoding = _decoded(content)
    if text is None or "\0" in text:
        return refused(found(Fault.UNREADABLE))
    separator = _separator(text)
    shown = {"\t": "⇥"}.get(separator, separator)
    notices = [found(Fault.SEPARATOR, separator=shown)]
    if encoding not in {"utf-8", "utf-8-sig"}:
        notices.insert(0, found(Fault.ENCODING, encoding=encoding.upper()))
    sheet = _table(text, separator, limits)
    sheet.notices += notices
    return sheet


def _decoded(content: bytes) -> tuple[str | None, str]:
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return _try(content, encoding), encoding
    text = _try(content, "utf-8")
    if text is not None and "\0" not in text:
        return text, "utf-8"
    if (wide := _wide(content)) is not None:
        return _try(content, wide), wide
    return _single_byte(content)


def _try(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _wide(content: bytes) -> str | None:
    """UTF-16 without a mark: separators and line ends have an empty byte beside them, always on one side."""
    sample = content[:4000]
    before, after = sample[0::2].count(0), sample[1::2].count(0)
    if (before + after) * 100 < len(sample) or min(before, after) * 20 > before + after:
        return None
    return "utf-16-le" if after > before else "utf-16-be"


def _single_byte(content: bytes) -> tuple[str | None, str]:
    """The encoding in which most letters beyond ASCII are letters somebody here writes."""
    best: tuple[float, str | None, str] = (-1.0, None, "cp1252")
    for encoding, letters in SINGLE_BYTE:
        text = _try(content, encoding)
        if text is None:
            continue
        beyond = [sign for sign in text if sign > "\x7f"]
        share = sum(sign in letters for sign in beyond) / max(1, len(beyond))
        if encoding == "cp1256" and _latin_with_accents(text):
            share /= 2
        if share > best[0]:
            best = (share, text, encoding)
    return best[1], best[2]


def _latin_with_accents(text: str) -> bool:
    """Arabic letters inside Latin words are accents that were read wrongly."""
    mixed = sum(
        1 for before, sign in pairwise(text) if sign in ARABIC and before.isascii() and before.isalpha()
    )
    return mixed > 0


def _separator(text: str) -> str:
    """The one that stands most often outside quotation marks in the first line."""
    outside: list[str] = []
    is_quoted = False
    for sign in text[:20_000]:
        if sign == '"':
            is_quoted = not is_quoted
        elif sign in "\r\n" and not is_quoted:
            if outside or not sign:
                break
        elif not is_quoted and sign in SEPARATORS:
            outside.append(sign)
    return max(SEPARATORS, key=outside.count) if outside else ","


def _table(text: str, separator: str, limits: Limits) -> Sheet:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    sheet, width = Sheet(), 0
    csv.field_size_limit(max(csv.field_size_limit(), 10 * limits.cell))
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if not width:
                sheet.headings, width = tuple(cell.strip() for cell in cells), len(cells)
                if width > limits.columns:
                    return refused(found(Fault.TOO_MANY_COLUMNS, limit=limits.columns))
                continue
            if len(sheet.rows) == limits.rows:
                return refused(found(Fault.TOO_MANY_ROWS, limit=limits.rows))
            sheet.rows.append(_row(reader.line_num, cells, width))
    except csv.Error:
        return refused(found(Fault.MALFORMED, line=reader.line_num))
    return sheet


def _row(line: int, cells: list[str], width: int) -> Row:
    cells = (cells + [""] * width)[:width]
    formulas = frozenset(at for at, cell in enumerate(cells) if is_formula(cell))
    return Row(line, tuple(undone(cell.strip(" ")) for cell in cells), formulas)


def write_csv(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    """UTF-8 with a byte order mark, which spreadsheets need to read Arabic; nothing becomes a formula."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow([defused(cell) for cell in headings])
    writer.writerows([defused(cell) for cell in row] for row in rows)
    return written.getvalue().encode("utf-8-sig")
