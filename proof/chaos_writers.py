"""People who write while everything is killed, and the book of what they were told is kept."""

from __future__ import annotations

import contextlib
import http.client
import random
import secrets
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import psycopg

KINDS = ("note", "action", "completion", "vote", "statement", "link")
STATEMENTS_EACH = 8  # one person may hand in twenty in an hour
THINKING = 0.1, 0.3  # seconds between two things somebody writes
MOMENT = 0.5  # seconds before somebody tries again


@dataclass
class Book:
    """Everything that was sent and everything that was acknowledged: by kind, each with its own mark.

    Links have no mark: they are counted for each account.
    """

    sent: dict[str, set[str]] = field(default_factory=lambda: {kind: set() for kind in KINDS})
    acknowledged: dict[str, set[str]] = field(default_factory=lambda: {kind: set() for kind in KINDS})
    answers: Counter[int] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)

    @property
    def writes(self) -> int:
        """How many were acknowledged."""
        return sum(map(len, self.acknowledged.values()))


class Browser:
    """One kept connection with cookies; a form is accepted when the expected redirect comes back."""

    def __init__(self, port: int, cookies: dict[str, str]) -> None:
        self._port, self.cookies = port, cookies
        # Whatever a page would have put into the cookie and the form: Django compares the two.
        self._token = secrets.token_hex(16)
        self._connection: http.client.HTTPConnection | None = None

    def post(self, path: str, values: dict[str, str]) -> tuple[int, str]:
        """Status and address of the answer. Raises OSError or HTTPException when none came."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        cookies = {**self.cookies, "csrftoken": self._token}
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        }
        body = urlencode({**values, "csrfmiddlewaretoken": self._token})
        try:
            self._connection.request("POST", path, body, headers)
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self.leave()
            raise
        return answer.status, answer.getheader("Location") or ""

    def leave(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Writer(threading.Thread):
    """Somebody who writes until told to stop."""

    def __init__(self, book: Book, browser: Browser, chance: random.Random, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.book, self.browser, self.chance, self.stop = book, browser, chance, stop

    def run(self) -> None:
        """Write one thing after the other."""
        while not self.stop.is_set():
            self.write_one()
            time.sleep(self.chance.uniform(*THINKING))
        self.browser.leave()

    def write_one(self) -> None:
        """Write one thing."""
        raise NotImplementedError

    def hand_in(self, kind: str, mark: str, path: str, values: dict[str, str], leads_to: str) -> bool:
        """Send a form; whether it was acknowledged by leading to `leads_to`. Both are noted."""
        self.book.sent[kind].add(mark)
        try:
            status, address = self.browser.post(path, values)
        except (OSError, http.client.HTTPException):
            self.book.answers[0] += 1
            time.sleep(MOMENT)
            return False
        self.book.answers[status] += 1
        if status in (302, 303) and address.startswith(leads_to):
            self.book.acknowledged[kind].add(mark)
            return True
        if status < 500:
            self.book.unexpected.append(f"{kind}: {status} {address}")
        time.sleep(MOMENT)
        return False


class Colleague(Writer):
    """A member who writes notes, adds actions and completes them, and asks for a link now and then."""

    def __init__(self, scene: dict[str, Any], me: dict[str, str], url: Callable[[], str], *rest: Any) -> None:
        super().__init__(*rest)
        self._records, self._me, self._url = scene["records"], me, url
        self._open_actions: list[str] = []

    def write_one(self) -> None:
        """A note, an action, a completion or a request for a link."""
        record = f"/staff/records/{self.chance.choice(self._records)}"
        mark, draw = uuid.uuid4().hex, self.chance.random()
        if draw < 0.4:
            self.hand_in("note", mark, f"{record}/note/", {"text": f"Note {mark}"}, "/staff/")
        elif draw < 0.7:
            due = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
            values = {"what": f"Action {mark}", "assigned_to": self._me["member"], "due_on": due}
            if self.hand_in("action", mark, f"{record}/action/", values, "/staff/"):
                self._open_actions.append(mark)
        elif draw < 0.9:
            self._complete()
        else:
            mark = f"{self._me['account']} {mark}"
            self.hand_in("link", mark, "/account/link/", {}, "/account/factors/")

    def _complete(self) -> None:
        if not self._open_actions:
            return
        mark = self._open_actions[-1]
        with contextlib.suppress(psycopg.Error):
            with psycopg.connect(self._url(), autocommit=True, connect_timeout=5) as admin:
                asked = "select id from records_action where what = %s"
                row = admin.execute(asked, [f"Action {mark}"]).fetchone()
            self._open_actions.pop()
            if row is not None:  # else the judge will miss the action itself
                self.hand_in("completion", mark, f"/staff/actions/{row[0]}/complete/", {}, "/staff/")


class Resident(Writer):
    """One resident after the other: each answers every statement and hands in some of their own."""

    def __init__(self, scene: dict[str, Any], *rest: Any) -> None:
        super().__init__(*rest)
        self._reference, self._statements = scene["dialogue"], scene["statements"]
        self._begin()

    def _begin(self) -> None:
        self._token = secrets.token_urlsafe(24)
        self.browser.cookies.clear()
        self._to_answer = self.chance.sample(self._statements, len(self._statements))
        self._to_say = STATEMENTS_EACH

    def write_one(self) -> None:
        """An answer, or a statement; a form that got no answer is sent again, as people do."""
        page = f"/en/dialogues/{self._reference}"
        if self._to_answer and (self._to_say == 0 or not self.browser.cookies or self.chance.random() < 0.75):
            number, value = self._to_answer[-1], self.chance.choice(("agree", "disagree", "pass"))
            values = {"statement": str(number), "vote": value, "start": self._token}
            mark = f"{self._token} {number} {value}"
            if self._send("vote", mark, f"{page}/vote/", values):
                self._to_answer.pop()
        elif self._to_say:
            mark = uuid.uuid4().hex
            values = {"text": f"Statement {mark}", "language": "en", "start": self._token}
            if self._send("statement", mark, f"{page}/statement/", values):
                self._to_say -= 1
        else:
            self._begin()

    def _send(self, kind: str, mark: str, path: str, values: dict[str, str]) -> bool:
        if not self.hand_in(kind, mark, path, values, path):
            return False
        self.browser.cookies[f"voice-{self._reference}"] = self._token
        return True
