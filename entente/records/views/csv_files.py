"""CSV files to download, which no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
from collections.abc import Iterable

from django.http import HttpResponse

STARTS_FORMULA = tuple("=+-@＝＋－＠\t\r\n")


def plain_cell(value: object) -> str:
    """A cell as text: what a spreadsheet would calculate gets an apostrophe in front."""
    text = str(value)
    return f"'{text}" if text.startswith(STARTS_FORMULA) else text


def csv_file(name: str, rows: Iterable[Iterable[object]]) -> HttpResponse:
    """A file in UTF-8 with a byte order mark, which spreadsheets need to read Arabic; nobody keeps a copy."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    writer = csv.writer(response)
    writer.writerows([plain_cell(cell) for cell in row] for row in rows)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
