"""Simulated browsers that vote as fast as the server lets them: `python -m bench.opinions.voters`.

Raw HTTP on connections that stay open, so that the load itself costs little. Reads what to do as JSON on its
standard input and writes what the server acknowledged as JSON on its standard output.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

VALUES = {"agree": 1, "disagree": -1, "pass": 0}
CHANGED_MIND = 0.05  # of the answers go to a statement that was answered before
FIELD = re.compile(rb'name="(csrfmiddlewaretoken|statement|start)" value="([^"]*)"')
COOKIE = re.compile(rb"set-cookie:\s*([^=]+)=([^;]*)", re.IGNORECASE)
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@dataclass
class Browser:
    """One person's browser, behind an address of its own as our proxy sees it."""

    host: str
    page: str
    address: str
    chance: random.Random
    cookies: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)  # by the statement's number
    refused: dict[str, int] = field(default_factory=dict)  # by status

    def request(self, method: str, body: str = "") -> bytes:
        """What goes over the line."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        form = "Content-Type: application/x-www-form-urlencoded\r\nX-Fragment: card\r\n" if body else ""
        return (
            f"{method} {self.page} HTTP/1.1\r\nHost: {self.host}\r\nOrigin: https://{self.host}\r\n"
            f"X-Forwarded-For: {self.address}\r\nX-Forwarded-Proto: https\r\nCookie: {cookies}\r\n{form}"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    def take_in(self, head: bytes, body: bytes) -> None:
        """Keep the cookies and what the form brings along."""
        self.cookies |= {name.decode(): value.decode() for name, value in COOKIE.findall(head)}
        self.fields |= {name.decode(): value.decode() for name, value in FIELD.findall(body)}

    def answer(self) -> tuple[str, str]:
        """A statement's number, mostly the one shown, and what to say to it."""
        number = self.fields["statement"]
        if self.acknowledged and self.chance.random() < CHANGED_MIND:
            number = self.chance.choice(list(self.acknowledged))
        return number, self.chance.choice(list(VALUES))


class Line:
    """One connection that stays open."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def ask(self, request: bytes) -> tuple[int, bytes, bytes]:
        """Status, head and body of the answer."""
        if self.reader is None or self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        found = LENGTH.search(head)
        body = await self.reader.readexactly(int(found[1])) if found else b""
        return int(head[9:12]), head, body


async def _vote(line: Line, browser: Browser) -> bool:
    number, vote = browser.answer()
    sent = {**browser.fields, "statement": number, "vote": vote}
    status, head, body = await line.ask(browser.request("POST", urlencode(sent)))
    if status != 200:
        browser.refused[str(status)] = browser.refused.get(str(status), 0) + 1
        return False
    browser.acknowledged[number] = VALUES[vote]
    browser.take_in(head, body)
    return True


async def _open(line: Line, browser: Browser) -> None:
    status, head, body = await line.ask(browser.request("GET"))
    if status != 200 or b"data-vote" not in body:
        raise RuntimeError(f"The page came with status {status}.")
    browser.take_in(head, body)
    if not await _vote(line, browser):
        raise RuntimeError(f"The first answer was refused: {browser.refused}.")


async def _run(task: dict[str, Any]) -> dict[str, Any]:
    browsers = [
        Browser(task["host"], task["page"], address, random.Random(f"{task['seed']} {address}"))
        for address in task["addresses"]
    ]
    lines = [Line(task["port"]) for _ in range(task["lines"])]
    waiting = iter(browsers)

    async def begin(line: Line) -> None:
        for browser in waiting:
            await _open(line, browser)

    await asyncio.gather(*map(begin, lines))
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    began = time.monotonic()
    accepted = 0

    async def go_on(line: Line, mine: list[Browser]) -> None:
        nonlocal accepted
        while mine:
            for browser in mine:
                if time.monotonic() - began >= task["seconds"] or 0 < task["votes"] <= accepted:
                    return
                if await _vote(line, browser):
                    accepted += 1

    await asyncio.gather(*(go_on(line, browsers[place :: len(lines)]) for place, line in enumerate(lines)))
    seconds = time.monotonic() - began
    return {
        "seconds": seconds,
        "accepted": accepted,
        "refused": [browser.refused for browser in browsers if browser.refused],
        "acknowledged": {
            next(value for name, value in browser.cookies.items() if name.startswith("voice-")): said
            for browser in browsers
            if (said := browser.acknowledged)
        },
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_run(json.loads(sys.stdin.readline())))), flush=True)
