"""A published result as files that anybody may use: CSV that a spreadsheet opens safely. Free of Django."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from entente.records.typed_text import tidy

Plain = Mapping[str, Any]
Cell = str | int | None
FORMULA = tuple("=+-@＝＋－＠")
PERCENT = ("agree_percent", "disagree_percent", "pass_percent")
POLIS = (
    "Data was gathered using the Polis software (see: compdemocracy.org/polis and"
    " github.com/compdemocracy/polis) and is sub-licensed under CC BY 4.0 with Attribution"
    " to The Computational Democracy Project."
)


def is_from_polis(content: Plain, source: str) -> bool:
    """Whether the licence of what was brought in asks to be named."""
    return bool(source) or "imported" in content["took_part"].get("stratum", {})


def safe_text(text: str) -> str:
    """A text cell that no spreadsheet takes for a formula and that reads in the order it is written."""
    plain = tidy(text)
    return f"'{plain}" if plain.startswith(FORMULA) else plain


def table(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV file: UTF-8 with the mark spreadsheets look for, text made safe, None empty."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([safe_text(cell) if isinstance(cell, str) else cell for cell in row])
    return written.getvalue().encode("utf-8-sig")


def statements_table(rows: Iterable[Mapping[str, Any]], languages: Sequence[str]) -> bytes:
    """Every statement with its number, and its text in each language it exists in.

    A row has `number`, `language`, `origin`, `text` and `texts` by language.
    """
    columns = ["statement", "language", "origin", "text", *(f"text_{code}" for code in languages)]
    found = (
        [row["number"], row["language"], row["origin"], row["text"]]
        + [row["texts"].get(code, "") for code in languages]
        for row in rows
    )
    return table(columns, found)


def totals_table(content: Plain) -> bytes:
    """How the people of the result answered each statement, in percent; empty where fewer than ten did."""
    rows = (
        [number, content["seen"].get(str(number)), *_percents(content["shares"].get(str(number)))]
        for number in content["numbers"]
    )
    return table(["statement", "people", *PERCENT], rows)


def groups_table(content: Plain, letters: Sequence[str] = "ABCDE") -> bytes:
    """How each group answered each statement, in percent; without a line where groups have no letters."""
    rows = (
        [letters[place], group["size"], number, *_percents(group["shares"].get(str(number)))]
        for place, group in enumerate(content["groups"] if content["is_clear"] else [])
        for number in content["numbers"]
    )
    return table(["group", "people", "statement", *PERCENT], rows)


def ways_in_table(content: Plain) -> bytes:
    """How those who came in one way answered each statement, in percent; empty where fewer than ten did."""
    rows = (
        [way["stratum"], way["people"], number, *_percents(way["shares"].get(str(number)))]
        for way in content["strata"]
        for number in content["numbers"]
    )
    return table(["came_in", "people", "statement", *PERCENT], rows)


def archive(files: Mapping[str, bytes], at: datetime) -> bytes:
    """The files as one zip, the same bytes for the same content."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, (at.year, at.month, at.day, at.hour, at.minute, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            zipped.writestr(entry, content)
    return kept.getvalue()


def _percents(shares: Sequence[int] | None) -> list[Cell]:
    return [*shares] if shares else [None, None, None]
