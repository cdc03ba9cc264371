"""Papers as PDF that screen readers read: Typst sets them, and what people wrote never becomes its code."""

from __future__ import annotations

import json
import logging
import os
import re
import struct
import subprocess
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import qrcode
from django.template import TemplateDoesNotExist
from django.template.utils import get_app_template_dirs
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from entente.ui.context import city_name

logger = logging.getLogger(__name__)

HERE = Path(__file__).resolve().parent
FONTS = HERE / "print_fonts"
TYPESETTING = HERE / "typesetting.py"
PAPER = "ui/print/paper.typ"
FINDS_PYTHON = ("PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH")
LIMIT = 30  # seconds for one paper
MASK = 4  # of a square: larger blocks, two modules high and three wide
LONGEST_WORD, PIECE = 30, 12  # a longer one may be parted after so many letters
LONG_WORD = re.compile(rf"[^\s\u200b<>/-]{{{LONGEST_WORD},}}")
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
DIRECTING = re.compile("[\u200e\u200f\u2066-\u2069]")
LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
STAND_IN = "□"  # for a sign that no font of ours has
FAMILIES = "Source Sans 3, Amiri, Noto Emoji"


class NotPrinted(Exception):
    """The paper could not be set in time, or at all."""


def pdf(template: str, context: Mapping[str, Any], *, language: str, limit: float = LIMIT) -> bytes:
    """Set `template` with `context` and return a PDF/UA-1, the same bytes for the same arguments.

    `template` is a .typ file below a folder `templates`, set below `ui/print/paper.typ`, which has the
    page, the headings, the foot and the functions for a template: read it first. `context` holds plain
    data only (text, numbers, lists, mappings, dates are told as text) and reaches the template as `data`.
    These names mean something to every paper: `title` (needed), `reference`, `city` (the city's own name
    when left out), `made_at` (a datetime: the date of the file; without it the file has none).
    Raises NotPrinted after `limit` seconds and for a mistake in the template; ValueError without a title.

        letter.typ:   = #data.title
                      #words(data.invitation)  #picture(data.square, alt: data.address, width: 3cm)
        Python:       pdf("dialogue/print/letter.typ", {
                          "title": _("Your voice"),
                          "reference": dialogue.reference,
                          "invitation": said(worded.text, worded.language),
                          "address": address,
                          "square": qr_code(address),
                      }, language="ar")
    """
    if not context.get("title"):
        raise ValueError("A paper needs a title.")
    with translation.override(language):
        furniture = _furniture(context, language)
        data = _plain({**furniture, **context}, is_rtl=furniture["direction"] == "rtl")
    source = f"{_source(PAPER)}\n{_source(template)}"
    made_at = context.get("made_at")
    asked = {
        "source": source,
        "data": json.dumps(data, ensure_ascii=False),
        "fonts": str(FONTS),
        "timestamp": int(made_at.timestamp()) if made_at else 0,
        "seconds": int(limit) * 2 + 1,  # of all its threads
    }
    return _typeset(asked, limit)


def said(text: str, language: str) -> dict[str, str]:
    """A text in a language of its own, for `words(…)` in a template: read aloud and set in its direction."""
    code = _language(language)
    return {"text": text, "language": code, "direction": _direction(code)}


def qr_code(text: str) -> str:
    """The square that a telephone reads as `text`, as SVG with its quiet margin."""
    # Always the same mask: trying all eight takes eight times as long, and a telephone reads each.
    made = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=4, mask_pattern=MASK)
    made.add_data(text)
    rows = made.get_matrix()
    dots = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark
    )
    size = len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f'<rect width="{size}" height="{size}" fill="#fff"/><path fill="#000" d="{dots}"/></svg>'
    )


def _furniture(context: Mapping[str, Any], language: str) -> dict[str, Any]:
    """What every paper has besides its own content."""
    code, made_at = _language(language), context.get("made_at")
    day = timezone.localtime(made_at) if made_at else None
    return {
        "language": code,
        "direction": _direction(code),
        "city": city_name(),
        "reference": "",
        "made_on": [day.year, day.month, day.day] if day else None,
        # Translators: at the foot of every printed page; both are numbers.
        "page_of": _("Page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"},
    }


def _language(code: str) -> str:
    """A language as Typst takes it; for a code that is none, undetermined."""
    found = re.match(r"[a-z]{2,3}(?![a-z])", code.lower())
    return found[0] if found else "und"


def _direction(code: str) -> str:
    try:
        return "rtl" if get_language_info(code)["bidi"] else "ltr"
    except KeyError:
        return "rtl" if code in {"he", "ur", "ps", "sd", "yi", "dv", "ckb"} else "ltr"


@lru_cache
def _source(template: str) -> str:
    """The text of a template. It is not one of Django's: nothing is filled into it."""
    for folder in get_app_template_dirs("templates"):
        path = Path(folder) / template
        if path.suffix == ".typ" and path.is_file():
            return path.read_text(encoding="utf-8")
    raise TemplateDoesNotExist(template)


def _typeset(asked: dict[str, Any], limit: float) -> bytes:
    """In a process of its own: it can be ended, it holds up nobody, and its memory is given back."""
    command = [sys.executable, "-P", str(TYPESETTING)]
    # Nothing of ours but where Python finds its packages: no address, no key.
    needed = {name: os.environ[name] for name in FINDS_PYTHON if name in os.environ}
    try:
        done = subprocess.run(
            command,
            input=json.dumps(asked).encode(),
            capture_output=True,
            timeout=limit,
            check=False,
            env=needed,
        )
    except subprocess.TimeoutExpired as problem:
        raise NotPrinted(f"The paper was not set within {limit} seconds.") from problem
    if done.returncode:
        raise NotPrinted(done.stderr.decode(errors="replace")[:2000] or "The paper took too long.")
    if done.stderr:
        logger.warning("A paper is tagged, but not PDF/UA-1: %s", done.stderr.decode(errors="replace")[:500])
    return done.stdout


def _plain(value: Any, *, is_rtl: bool) -> Any:
    """Data for JSON, every text of it printable."""
    if isinstance(value, str | Promise):
        text = str(value)
        if text.startswith("<svg"):
            return _drawing(text)
        # Where all runs the same way, the signs that keep a direction would only disturb who copies a text.
        return printable(text if is_rtl or RIGHT_TO_LEFT.search(text) else DIRECTING.sub("", text))
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(each, is_rtl=is_rtl) for name, each in value.items() if name != "made_at"}
    if isinstance(value, list | tuple):
        return [_plain(each, is_rtl=is_rtl) for each in value]
    raise TypeError(f"A paper takes no {type(value).__name__}: say it as text.")


def _drawing(svg: str) -> str:
    """A picture, with the letters of papers."""
    return _in_known_signs(svg).replace('font-family="sans-serif"', f'font-family="{FAMILIES}"')


def printable(text: str) -> str:
    """A text of which every sign can be printed: others become a box, those nobody sees are left out.

    Words longer than a line get places where they may be parted.
    """
    return LONG_WORD.sub(_parted, _in_known_signs(text))


def _in_known_signs(text: str) -> str:
    known = _signs()
    lines = LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text)).replace("\t", " ")
    if all(sign == "\n" or ord(sign) in known for sign in set(lines)):
        return lines
    kept = []
    for sign in lines:
        if sign == "\n" or ord(sign) in known:
            kept.append(sign)
        elif unicodedata.category(sign) not in {"Cc", "Cf", "Mn", "Me"}:
            kept.append(STAND_IN)
    return "".join(kept)


def is_printable(text: str) -> bool:
    """Whether `printable` puts no box in the place of a sign."""
    return printable(text).count(STAND_IN) == text.count(STAND_IN)


def _parted(word: re.Match[str]) -> str:
    """Never before a sign that belongs to the one before it."""
    return re.sub(rf"(\w{{{PIECE}}})(?=\w)", "\\1\u200b", word[0])


@lru_cache
def _signs() -> frozenset[int]:
    """Every sign that one of our fonts has, and the silent ones that direct and join."""
    found = {code for path in sorted(FONTS.glob("*.ttf")) for code in _signs_of(path.read_bytes())}
    silent = {*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x206A)}
    return frozenset({code for code in found if code >= 0x20} - {0xFEFF} | silent | {0x00AD, 0xFE0E, 0xFE0F})


def _signs_of(font: bytes) -> Iterator[int]:
    """The signs in the table `cmap` of a TrueType font (OpenType 1.9, formats 4 and 12)."""
    tables = struct.unpack(">H", font[4:6])[0]
    entries = (struct.unpack(">4sIII", font[12 + 16 * i : 28 + 16 * i]) for i in range(tables))
    start = next(offset for tag, _sum, offset, _length in entries if tag == b"cmap")
    count = struct.unpack(">H", font[start + 2 : start + 4])[0]
    for place in range(count):
        at = start + 4 + 8 * place
        _platform, _encoding, offset = struct.unpack(">HHI", font[at : at + 8])
        table = font[start + offset :]
        kind = struct.unpack(">H", table[:2])[0]
        if kind == 12:
            yield from _segments_12(table)
        elif kind == 4:
            yield from _segments_4(table)


def _segments_12(table: bytes) -> Iterator[int]:
    (groups,) = struct.unpack(">I", table[12:16])
    for first, last, _glyph in struct.iter_unpack(">III", table[16 : 16 + 12 * groups]):
        yield from range(first, last + 1)


def _segments_4(table: bytes) -> Iterator[int]:
    twice = struct.unpack(">H", table[6:8])[0]
    lasts = struct.unpack(f">{twice // 2}H", table[14 : 14 + twice])
    firsts = struct.unpack(f">{twice // 2}H", table[16 + twice : 16 + 2 * twice])
    for first, last in zip(firsts, lasts, strict=True):
        yield from range(first, min(last, 0xFFFE) + 1)
