"""What one reader of a made-up world is shown by every surface of the product, through its real pages."""

from __future__ import annotations

import csv
import html
import io
import logging
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from entente.audit import clock
from entente.audit.actors import Credential, acting, job
from entente.delivery.models import Message
from entente.delivery.services import deliver_message
from entente.people.models import Member
from entente.records import queries
from entente.records.references import ALPHABET, LENGTH, check_sign
from entente.records.views import lists
from proof.made_up_city import tell_the_time
from tests.agreements import facts
from tests.agreements.facts import Part
from tests.agreements.writing import FILE_CONTENT, WORD, WORD_EVERYWHERE, Written, note_text, session_key

# Well formed, and nobody's.
UNKNOWN = f"MAT-{ALPHABET[-1] * LENGTH}{check_sign(ALPHABET[-1] * LENGTH)}"
TOKEN = re.compile(rb'(name="csrfmiddlewaretoken" value="|nonce=")[^"]*"')
ALL = 1_000_000
SETS = ("list", "count", "search", "changes", "export")


def widen() -> None:
    """Let the changes feed go back as far as the log does: how far it looks is no part of the rule."""
    logging.getLogger("django.request").setLevel(logging.ERROR)  # a page that is not there is an answer here
    lists.LATELY = queries.LATELY = queries.EVENTS = queries.MANY = ALL
    lists.__dict__["MANY"] = ALL  # imported there under its own name
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@dataclass
class Sitting:
    """One member at their moment, signed in."""

    member: facts.Member
    at: datetime
    numbers: dict[str, int]  # of records, by reference
    client: Client = field(init=False)
    never: dict[str, bytes] = field(default_factory=dict)  # what a page says of a record that never was

    def __post_init__(self) -> None:
        self.client = Client(HTTP_ACCEPT_LANGUAGE="en")
        self.client.cookies[settings.SESSION_COOKIE_NAME] = session_key(self.member)

    @contextmanager
    def moment(self) -> Iterator[None]:
        """It is the member's moment, for Python and for PostgreSQL."""
        tell_the_time(self.at.isoformat())
        with clock.frozen(self.at):
            yield

    def get(self, page: str, *arguments: object, query: str = "") -> HttpResponse:
        """Ask for a page by its name."""
        address = reverse(f"records:{page}", args=arguments)
        return self.client.get(f"{address}?{query}" if query else address)  # type: ignore[return-value]

    def is_let_in(self) -> bool:
        """Whether the staff pages know the member at all at that moment."""
        return self.get("record_list").status_code == 200

    def sets(self) -> dict[str, set[int]]:
        """Which records each surface that shows many names."""
        listed, shown = self._listed()
        return {
            "list": listed,
            "count": self._counted(shown),
            "search": self._searched(),
            "changes": self._named_in(self.get("changes")),
            "export": self._exported(),
        }

    def _listed(self) -> tuple[set[int], int]:
        found: set[int] = set()
        answer, shown = self.get("record_list"), -1
        while True:
            found |= self._named_in(answer)
            text = answer.content.decode()
            if shown < 0:
                counted = re.search(r"([\d\s,.\u202f]+) records?\s*<", text)
                shown = int(re.sub(r"\D", "", counted[1])) if counted else -2
            following = re.search(r'rel="next" href="\?([^"]+)"', text)
            if following is None:
                return found, shown
            answer = self.get("record_list", query=html.unescape(following[1]))

    def _counted(self, shown: int) -> set[int]:
        """The query behind the number; nothing that could be right where the number shown is another."""
        member = Member(id=self.member.id, organisation_id=self.member.organisation)
        member.credential = Credential("session", session_key(self.member))
        with acting(member):
            references = [record.reference for record in queries.open_to(member, queries.MANY)]
            number = queries.count_open_to(member)
        is_same = number == len(references) and shown in ({number} if number else {-2, 0})
        return {self.numbers[one] for one in references if one in self.numbers} if is_same else {-1}

    def _searched(self) -> set[int]:
        """The word that the text index finds, or the one that is everywhere; page by page."""
        word = (WORD, WORD_EVERYWHERE)[self.member.id.int % 2]
        found: set[int] = set()
        page = 1
        while True:
            answer = self.get("search", query=f"q={word}&page={page}")
            named = self._named_in(answer)
            if not named or named <= found:
                return found
            found |= named
            page += 1

    def _exported(self) -> set[int]:
        text = self.get("export_records").content.decode("utf-8-sig")
        return {self.numbers[row[0]] for row in csv.reader(io.StringIO(text)) if row[0] in self.numbers}

    def _named_in(self, answer: HttpResponse) -> set[int]:
        names = re.findall(r"MAT-[0-9A-Z]{7}", answer.content.decode())
        return {self.numbers[name] for name in names if name in self.numbers}

    # Surfaces that show one thing. True: shown as it should be; False: hidden; None: neither fully.

    def page(self, record: Written) -> tuple[bool | None, bytes]:
        """Whether the record's page is there, and what it says."""
        answer = self.get("record", record.reference)
        is_there = answer.status_code == 200 and record.title.encode() in answer.content
        return _either(is_there, answer.status_code == 404), answer.content

    def says_nothing(self, record: Written, said: bytes) -> bool:
        """Whether the answer about a hidden record is the one about a record that never was."""
        never = self._of_nothing("record").replace(UNKNOWN.encode(), record.reference.encode())
        return TOKEN.sub(b"", said) == TOKEN.sub(b"", never) and record.title.encode() not in said

    def _of_nothing(self, page: str) -> bytes:
        if page not in self.never:
            self.never[page] = self.get(page, UNKNOWN).content
        return self.never[page]

    def api(self, record: Written, parts: list[Part]) -> tuple[bool | None, dict[uuid.UUID, bool]]:
        """Whether the record is in the API, and which of its parts."""
        answer = self.get("api_record", record.reference)
        told = answer.json() if answer.status_code == 200 else {}  # type: ignore[attr-defined]
        is_there = told.get("title") == record.title
        is_hidden = answer.status_code == 404 and answer.content == self._of_nothing("api_record")
        named = {one["id"] for kind in ("notes", "files", "actions") for one in told.get(kind, ())}
        return _either(is_there, is_hidden), {part.id: str(part.id) in named for part in parts}

    def still_open(self, record: Written) -> bool | None:
        """What a page that is being read is told."""
        answer = self.get("still_open", record.reference)
        return _either(answer.status_code == 200, answer.status_code == 404)

    def file(self, record: Written, part: Part) -> bool | None:
        """Whether a copy of the file is handed out."""
        answer = self.get("download_file", record.reference, part.id)
        return _either(answer.content == FILE_CONTENT, answer.status_code == 404)

    def mail(self, record: Written) -> bool | None:
        """Whether a mail about the record, written before, still goes to the member."""
        worker = job("proof", None)
        with acting(worker):
            message = Message(record_id=record.record.id, member_id=self.member.id, language="en")
            message.template = "records/record_shared"
            message.address, message.subject, message.body = "x@made-up.example", "A record", "Look."
            message.save(force_insert=True)
        mail.outbox = []
        deliver_message(message.pk, by=worker)
        with acting(worker):
            message.refresh_from_db(fields=["state"])
        return _either(
            message.state == Message.State.SENT and len(mail.outbox) == 1,
            message.state == Message.State.WITHDRAWN and not mail.outbox,
        )


def _either(is_shown: bool, is_hidden: bool) -> bool | None:
    return is_shown if is_shown is not is_hidden else None


def shows_note(said: bytes, part: Part) -> bool:
    """Whether a page says what the note says."""
    return note_text(part).encode() in said
