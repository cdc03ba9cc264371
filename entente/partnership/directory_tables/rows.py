"""What each row of a file would add to the directory, change in it, or why it can't."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from entente.partnership.directory_tables.faults import Fault, Finding, found
from entente.partnership.directory_tables.headings import Column, folded
from entente.partnership.directory_tables.sheets import Row
from entente.people.search_words import name_key

LENGTHS = {
    "name": 200, "name_en": 200, "name_fr": 200, "name_ar": 200, "name_ro": 200, "kind": 200, "email": 254,
    "phone": 40, "web": 200, "contact_name": 200, "contact_post": 200, "contact_email": 254,
    "contact_phone": 40, "contact_mobile": 40, "contact_out_of_hours_phone": 40, "has_safeguarding": 40,
}  # fmt: skip
LONG = 2000
LISTS = ("areas", "languages", "prevention", "scenarios", "contact_languages")
CHOICES = ("kind", "has_safeguarding")
ADDRESSES = ("email", "contact_email")
PHONES = ("phone", "contact_phone", "contact_mobile", "contact_out_of_hours_phone")
APART = re.compile(r"[;؛|\n]+")
FINER = re.compile(r"[,،/]+")  # some names have one of these in them
ADDRESS = re.compile(r"^[^@\s,;<>\"()]+@[^@\s,;<>\"()]+\.[^@\s,;<>\"().]{2,}$")
PHONE = re.compile(r"^[+\d(][\d\s().,/+;x*#\u00a0\u202f-]*$")
WEB = re.compile(r"^https?://[^\s/@\"<>]+\.[^\s@\"<>]+$")
SHAPES = (
    (ADDRESSES, ADDRESS, Fault.BAD_ADDRESS),
    (PHONES, PHONE, Fault.BAD_PHONE),
    (("web",), WEB, Fault.BAD_WEB),
)
CONTACT = "contact_"
SHOWN = 80  # letters of a value in a finding

Value = str | bool | list[str]
Words = Mapping[str, Mapping[str, str]]  # by column, then by folded word: the code it stands for


class Outcome(StrEnum):
    """What becomes of one row."""

    NEW = "new"
    JOINS = "joins"
    CHANGED = "changed"
    SAME = "same"
    TWICE = "twice"
    ASKED = "asked"
    REFUSED = "refused"


@dataclass
class Proposed:
    """One row understood: what it says about an organisation and a contact, and what is odd about it."""

    line: int
    name: str
    key: str = ""
    entry: dict[str, Value] = field(default_factory=dict)
    contact: dict[str, Value] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    outcome: Outcome = Outcome.NEW
    other: str = ""  # the entry or the line it is compared with, by name
    # What the file says otherwise than the directory, and what the directory does not say yet. What concerns
    # the contact begins with `contact_`.
    changes: dict[str, Value] = field(default_factory=dict)
    fills: dict[str, Value] = field(default_factory=dict)
    entry_is_first: bool = True  # the first row of its organisation in the file
    contact_id: str = ""  # of the contact it speaks of, where the directory has them

    def refuse(self, finding: Finding) -> None:
        """This row is not brought in."""
        self.findings.append(finding)
        self.outcome = Outcome.REFUSED

    @property
    def contact_key(self) -> str:
        """By what a contact of one organisation is known again."""
        return contact_key(str(self.contact.get("name", "")), str(self.contact.get("post", "")))


@dataclass
class Listed:
    """An organisation that the directory has: what its entry says, and who is known there."""

    id: str
    name: str
    values: dict[str, Value] = field(default_factory=dict)
    contacts: dict[str, dict[str, Value]] = field(
        default_factory=dict
    )  # by `contact_key`; `id` among the values
    is_editable: bool = True
    version: int = 1


def contact_key(name: str, post: str) -> str:
    """Two rows speak of one contact when the name is the same, however written; else by the post."""
    return name_key(name) or f"post {name_key(post) or post.casefold()}"


def understood(row: Row, columns: list[Column], words: Words) -> Proposed:
    """One row, cell by cell."""
    said = {column.field: row.cells[at] for at, column in enumerate(columns) if column.field}
    proposed = Proposed(row.line, _one_line(said.get("name", "")))
    for at in sorted(row.formulas):
        if columns[at].field:
            proposed.refuse(found(Fault.FORMULA, column=columns[at].heading))
    headings = {column.field: column.heading for column in columns}
    for name, text in said.items():
        if text.strip():
            _take(proposed, name, text.strip(), headings[name], words)
    if proposed.contact.get("post") and not proposed.contact.get("name"):
        proposed.contact["name"] = proposed.contact["post"]  # a post that nobody is named for
    proposed.key = name_key(proposed.name)
    if not proposed.key:
        proposed.refuse(found(Fault.NO_NAME))
    if proposed.contact and not proposed.contact.get("name"):
        proposed.refuse(found(Fault.CONTACT_WITHOUT_NAME))
    return proposed


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _take(proposed: Proposed, name: str, text: str, heading: str, words: Words) -> None:
    limit = LENGTHS.get(name, LONG)
    if len(text) > limit:
        proposed.refuse(found(Fault.TOO_LONG, column=heading, limit=limit))
        return
    value = _value(proposed, name, text, heading, words)
    if value is None or value == []:
        return
    if name.startswith(CONTACT):
        proposed.contact[name.removeprefix(CONTACT)] = value
    elif name != "name":
        proposed.entry[name] = value


def _value(proposed: Proposed, name: str, text: str, heading: str, words: Words) -> Value | None:
    """What a cell says; None when that can't be kept, and the row is refused."""
    if name in LISTS:
        return _codes(proposed, name, text, heading, words)
    if name in CHOICES:
        code = words.get(name, {}).get(folded(text))
        if code is None:
            proposed.refuse(found(Fault.UNKNOWN_WORD, value=text[:SHOWN], column=heading))
        return code == "yes" if code and name == "has_safeguarding" else code
    if name == "web" and "://" not in text:
        text = f"https://{text}"
    for names, pattern, fault in SHAPES:
        if name in names and not pattern.match(text):
            proposed.refuse(found(fault, value=text[:SHOWN]))
            return None
    return _one_line(text) if name in LENGTHS else text


def _codes(proposed: Proposed, name: str, text: str, heading: str, words: Words) -> list[str]:
    """The codes of a list of words. A word that nobody knows is told and left out."""
    known: Mapping[str, str] = words.get(name, {})
    codes: list[str] = []
    for part in APART.split(text):
        for word in [part] if folded(part) in known else FINER.split(part):
            if folded(word) in known:
                codes.append(known[folded(word)])
            elif word.strip():
                told = found(Fault.UNKNOWN_WORD, value=word.strip()[:SHOWN], column=heading)
                proposed.findings.append(told)
    return sorted(set(codes))


def compared_in_file(rows: Iterable[Proposed]) -> None:
    """Says of each row what an earlier one said already: the same again, or one more contact."""
    first: dict[str, Proposed] = {}
    contacts: dict[str, dict[str, int]] = {}
    addresses: dict[str, Proposed] = {}
    for row in rows:
        if row.outcome is Outcome.REFUSED:
            continue
        before = first.setdefault(row.key, row)
        if before is row:
            _ask_for_address(row, addresses)
        else:
            _join_in_file(row, before)
        known = contacts.setdefault(row.key, {})
        if row.contact and row.contact_key in known:
            row.findings.append(found(Fault.TWICE, other=known[row.contact_key]))
            row.outcome = Outcome.TWICE if before is not row else row.outcome
        elif row.contact:
            known[row.contact_key] = row.line
        elif before is not row:
            row.findings.append(found(Fault.TWICE, other=before.line))
            row.outcome = Outcome.TWICE


def _join_in_file(row: Proposed, before: Proposed) -> None:
    row.other, row.entry_is_first = before.name, False
    row.outcome = Outcome.ASKED if before.outcome is Outcome.ASKED else Outcome.JOINS
    for name, value in row.entry.items():
        if name not in before.entry:
            before.entry[name] = value
        elif before.entry[name] != value:
            row.findings.append(found(Fault.DIFFERS_IN_FILE, column=name, other=before.line))
    row.entry = {}


def _ask_for_address(row: Proposed, addresses: dict[str, Proposed]) -> None:
    address = str(row.entry.get("email", "")).casefold()
    if not address:
        return
    same = addresses.setdefault(address, row)
    if same is not row:
        row.other, row.outcome = same.name, Outcome.ASKED
        row.findings.append(found(Fault.SAME_ADDRESS_IN_FILE, other=same.line))


def compared_with_directory(
    rows: Iterable[Proposed], listed: Mapping[str, Listed], addresses: Mapping[str, str]
) -> None:
    """Says of each row what it would do to the directory. `addresses`: names by e-mail address."""
    asked: set[str] = set()
    for row in rows:
        if row.outcome in {Outcome.REFUSED, Outcome.TWICE}:
            continue
        entry = listed.get(row.key)
        if row.key in asked:
            row.outcome = Outcome.ASKED
        if entry is not None:
            _compare(row, entry)
        elif row.outcome is Outcome.NEW and str(row.entry.get("email", "")).casefold() in addresses:
            row.other, row.outcome = addresses[str(row.entry["email"]).casefold()], Outcome.ASKED
            row.findings.append(found(Fault.SAME_ADDRESS, name=row.other))
            asked.add(row.key)


def _compare(row: Proposed, entry: Listed) -> None:
    row.other = entry.name
    for name, value in row.entry.items():
        _compare_value(row, name, entry.values.get(name), value)
    contact = entry.contacts.get(row.contact_key) if row.contact else None
    if contact is not None:
        row.contact_id = str(contact["id"])
        for name, value in row.contact.items():
            if name != "name":  # it is how the contact was found: another spelling is no change
                _compare_value(row, CONTACT + name, contact.get(name), value)
        row.contact = {}
    if not (row.changes or row.fills or row.contact):
        row.outcome = Outcome.SAME
    elif not entry.is_editable:
        row.refuse(found(Fault.NOT_YOURS))
    else:
        row.outcome = Outcome.CHANGED if row.changes else Outcome.JOINS


def _compare_value(row: Proposed, name: str, now: Value | None, value: Value) -> None:
    if now is None or now == "" or now == []:
        row.fills[name] = value
    elif now != value:
        row.changes[name] = value
        row.findings.append(found(Fault.DIFFERS, column=name, now=_shown(now), then=_shown(value)))


def _shown(value: Value) -> str:
    return (", ".join(value) if isinstance(value, list) else str(value))[:SHOWN]


def completed(rows: Iterable[Proposed], kind: str, languages: list[str]) -> None:
    """Gives new organisations what the file does not say; refuses those that still lack it."""
    for row in rows:
        if row.outcome not in {Outcome.NEW, Outcome.ASKED} or not row.entry_is_first:
            continue
        for name, value, fault in (
            ("kind", kind, Fault.NO_KIND),
            ("languages", languages, Fault.NO_LANGUAGE),
        ):
            if not row.entry.get(name) and value:
                row.entry[name] = value
            elif not row.entry.get(name):
                row.refuse(found(fault))


def counted(rows: Iterable[Proposed]) -> dict[str, int]:
    """How many rows have each outcome."""
    counts = dict.fromkeys(Outcome, 0)
    for row in rows:
        counts[row.outcome] += 1
    return {str(outcome): number for outcome, number in counts.items()}


def plain(row: Proposed) -> list[Any]:
    """A row as a report keeps it."""
    return [row.line, str(row.outcome), row.name, row.other, [one.plain() for one in row.findings]]
