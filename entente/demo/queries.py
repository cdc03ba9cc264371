"""Named reads of the demo: the cast's accounts, the record in the panel, the mail that was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from entente.audit.actors import VISITOR, Actor
from entente.demo.content_words import Words, content, person
from entente.dialogue.models import Dialogue
from entente.people.models import Account, Member
from entente.records.models import Record
from entente.records.queries import titles

PANEL = "school_return"  # the matter of the panel "one record, four readers"
BETWEEN_LETTERS = b"\n" + b"-" * 79 + b"\n"  # as Django's file-based mail backend writes them
MOST_LETTERS = 100


class NotInTheCast(Exception):
    """Nobody of that name lives in Marenne."""


def account_of(first_name: str) -> Account:
    """The account of one of the cast. Raises NotInTheCast."""
    found = person(first_name)
    if found is None:
        raise NotInTheCast(first_name)
    return Account.objects.get(email=found["email"])


def dialogue_of(file: str, reader: Actor = VISITOR) -> Dialogue | None:
    """The dialogue one of the content files describes, if the reader may see it."""
    rows = Dialogue.objects.visible_to(reader).filter(title=content(file)["title"]["en"])
    return rows.select_related("owner").order_by("opened_at").first()


def panel_record(reader: Member) -> Record | None:
    """The record of the panel "one record, four readers", if the reader may see it."""
    title = next(row for row in content("matters")["matters"] if row["slug"] == PANEL)["title"]["en"]
    return Record.objects.visible_to(reader).filter(title=title).select_related("owner").first()


def title_of(record: Record, reader: Actor, language: str) -> str:
    """A record's title in the reader's language."""
    return titles([record], language, reader)[record.pk]


def panel_rows() -> list[Words]:
    """The readers of the panel as the content names them: person, because, text."""
    rows: list[Words] = content("first_screen")["panel"]["readers"]
    return rows


@dataclass(frozen=True)
class Letter:
    """One mail the demo would have sent."""

    subject: str
    sender: str
    to: str
    at: datetime | None
    text: str


def sent_mail(folder: str) -> list[Letter]:
    """What Django's file-based mail backend kept in `folder`, newest first."""
    path = Path(folder)
    files = list(path.glob("*.log")) if path.is_dir() else []
    files.sort(key=lambda file: file.stat().st_mtime_ns, reverse=True)
    letters: list[Letter] = []
    for file in files:
        parts = [part for part in file.read_bytes().split(BETWEEN_LETTERS) if part.strip()]
        letters += [_letter(part) for part in reversed(parts)]
        if len(letters) >= MOST_LETTERS:
            break
    return letters[:MOST_LETTERS]


def _letter(raw: bytes) -> Letter:
    mail = message_from_bytes(raw, _class=EmailMessage, policy=policy.default)
    body = mail.get_body(preferencelist=("plain",))
    date = mail["Date"]
    at = parsedate_to_datetime(str(date)) if date else None
    return Letter(
        subject=str(mail["Subject"] or ""),
        sender=str(mail["From"] or ""),
        to=str(mail["To"] or ""),
        at=at.replace(tzinfo=UTC) if at and at.tzinfo is None else at,  # "-0000" says UTC without saying so
        text=body.get_content() if body else "",
    )
