"""Reads and writes vCard, versions 3 and 4: one card for each contact or organisation."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from entente.partnership.directory_tables.faults import Fault, found
from entente.partnership.directory_tables.sheets import LIMITS, Limits, Row, Sheet, refused

# What a card says, as the columns of a table.
COLUMNS = (
    "name", "contact_name", "contact_post", "contact_email", "contact_phone", "contact_languages",
    "email", "phone", "languages", "web",
)  # fmt: skip
NEVER = {"BDAY", "GENDER", "ANNIVERSARY", "RELATED"}


def read_cards(content: bytes, limits: Limits = LIMITS) -> Sheet:
    """Every card as a row. A home address, a birthday and a gender are never looked at."""
    import vobject

    # It writes the lines it can't read, with people's names, to the worker's log.
    logging.getLogger("vobject.base").setLevel(logging.CRITICAL)
    if not content.strip():
        return refused(found(Fault.EMPTY))
    text = _decoded(content)
    sheet = Sheet(headings=COLUMNS)
    line = 1
    for piece in _cards(text):
        if len(sheet.rows) == limits.rows:
            return refused(found(Fault.TOO_MANY_ROWS, limit=limits.rows))
        try:
            card = vobject.readOne(piece, ignoreUnreadable=True)
        except Exception:  # vobject raises many kinds, some of them plain Python ones
            return refused(found(Fault.MALFORMED, line=line))
        if card is not None:
            said = _said(card)
            sheet.rows.append(Row(line, tuple(said.get(column, "") for column in COLUMNS)))
        line += piece.count("\n")
    return sheet if sheet.rows else refused(found(Fault.UNREADABLE))


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "VCARD" in text.upper():
            return text.replace("\r\n", "\n").replace("\r", "\n")
    return ""


def _cards(text: str) -> Iterable[str]:
    """Each card by itself, so that one that can't be read has a line number."""
    lines: list[str] = []
    for line in text.split("\n"):
        lines.append(line)
        if line.strip().upper() == "END:VCARD":
            yield "\n".join(lines) + "\n"
            lines = []
    if any(line.strip() for line in lines):
        yield "\n".join(lines) + "\n"


def _said(card: Any) -> dict[str, str]:
    """A card of an organisation speaks for it; any other card is a contact's."""
    work = [line for line in card.getChildren() if "HOME" not in _types(line)]
    first: dict[str, str] = {}
    languages: list[str] = []
    for line in work:
        value = _value(line)
        if line.name == "LANG":
            languages.append(value)
        elif value and line.name not in NEVER:
            first.setdefault(line.name, value)
    organisation, person = first.get("ORG", ""), first.get("FN", "")
    spoken = ", ".join(languages)
    is_person = bool(organisation) and person != organisation and first.get("KIND", "").lower() != "org"
    if is_person:
        return {
            "name": organisation, "contact_name": person, "contact_post": first.get("TITLE", ""),
            "contact_email": first.get("EMAIL", ""), "contact_phone": first.get("TEL", ""),
            "contact_languages": spoken,
        }  # fmt: skip
    return {
        "name": organisation or person, "email": first.get("EMAIL", ""), "phone": first.get("TEL", ""),
        "languages": spoken, "web": first.get("URL", ""),
    }  # fmt: skip


def _types(line: Any) -> set[str]:
    params = getattr(line, "params", {})
    return {str(kind).upper() for kinds in params.get("TYPE", []) for kind in str(kinds).split(",")}


def _value(line: Any) -> str:
    value = getattr(line, "value", "")
    if isinstance(value, list):  # ORG: the organisation, then its parts; a bare comma splits it once more
        head = value[0] if value else ""
        value = ",".join(map(str, head)) if isinstance(head, list) else head
    return str(value).strip().removeprefix("tel:").removeprefix("mailto:")


def write_cards(rows: Iterable[Mapping[str, str]]) -> bytes:
    """One card, version 4, for each row: a contact's where the row has one, else the organisation's."""
    written = []
    for row in rows:
        person = row.get("contact_name") or row.get("contact_post")
        prefix = "contact_" if person else ""
        lines = ["BEGIN:VCARD", "VERSION:4.0", f"KIND:{'individual' if person else 'org'}"]
        lines += [f"FN:{_escaped(person or row['name'])}", f"ORG:{_escaped(row['name'])}"]
        if person and row.get("contact_post"):
            lines.append(f"TITLE:{_escaped(row['contact_post'])}")
        for name, key in (("EMAIL", "email"), ("TEL", "phone")):
            if row.get(prefix + key):
                lines.append(f"{name};TYPE=work:{_escaped(row[prefix + key])}")
        for code in row.get(f"{prefix}languages", "").replace(";", ",").split(","):
            if code.strip():
                lines.append(f"LANG:{_escaped(code.strip())}")
        if not person and row.get("web"):
            lines.append(f"URL:{_one_line(row['web'])}")
        lines.append("END:VCARD")
        written += [_folded(line) for line in lines]
    return "".join(f"{line}\r\n" for line in written).encode()


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return _one_line(text)


def _one_line(text: str) -> str:
    """Whatever ends a line would begin another one in the card."""
    return " ".join(text.splitlines()).replace("\0", "")


def _folded(line: str) -> str:
    """Lines of at most 75 bytes, as the format asks; never in the middle of a letter."""
    pieces, piece, size = [], "", 0
    for sign in line:
        width = len(sign.encode())
        if size + width > 74:
            pieces.append(piece)
            piece, size = "", 1
        piece, size = piece + sign, size + width
    return "\r\n ".join([*pieces, piece])
