"""Both walls at a million records: the newest, one, a rare word, the page, the writing, the log."""

from __future__ import annotations

import http.client
import os
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import urlencode

from bench.million import copying
from bench.promise import Promise
from tests import database as test_database  # a private PostgreSQL with the city in it

NAME = "bench_walls"
RUNS = 25
LIST_PAGE = "/staff/records/"
CLIENTS = 16
WRITERS, WRITING = 10, 20.0  # clients, seconds
PORT = 8765


def promises() -> Iterator[Promise]:
    """Load, then measure; times are the caller's, both walls on unless a line says otherwise."""
    import django

    from entente.config import database

    django.setup()
    admin_url = test_database.copy_of_city(NAME)
    try:
        books = copying.Books()
        copying.load(database.url_for("entente_owner", admin_url, NAME), books)
        yield from _reading(admin_url, books)
        with _web(admin_url) as visit:
            yield from _pages(visit, books)
        yield from _events()
    finally:
        database.drop_database(admin_url, NAME)


# Reading


def _reading(admin_url: str, books: copying.Books) -> Iterator[Promise]:
    sizes = sorted(range(copying.ORGANISATIONS), key=lambda o: int((books.owners == o).sum()))
    sizes = [o for o in sizes if books.agreements_of[o]]
    median, largest = sizes[len(sizes) // 2], sizes[-1]
    # The administrator passes no policy: what is left is the filter alone.
    _connect(_of_administrator(admin_url))
    alone = {o: _median_ms(o, _newest) for o in (median, largest)}
    _connect(database_url(admin_url, "entente_staff"))
    for name, organisation, bound in (("median", median, 50), ("largest", largest, 60)):
        both = _median_ms(organisation, _newest)
        yield Promise(f"newest 50 of the {name} organisation", both, bound, "ms")
        ratio = both / alone[organisation]
        yield Promise(f"newest 50 of the {name}, both walls to the filter alone", ratio, 3, "times")
    yield Promise("one record by its reference", _median_ms(largest, _one), 5, "ms")
    yield Promise("a rare word", _median_ms(largest, _search), 20, "ms")


def database_url(admin_url: str, role: str) -> str:
    """Where a process of `role` finds the million records."""
    from entente.config import database

    return database.url_for(role, admin_url, NAME)


def _of_administrator(admin_url: str) -> str:
    return f"{admin_url.rpartition('/')[0]}/{NAME}"


def _connect(url: str) -> None:
    """Let Django talk to the bench's database through `url` from now on."""
    from django.db import connection

    from entente.config import environment

    connection.close()
    parts = environment.database(url)
    connection.settings_dict.update({key: parts[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")})


def _median_ms(organisation: int, read: Callable[[Any], object]) -> float:
    """Median milliseconds of one reading, in a transaction that has begun as the organisation's member."""
    from django.db import transaction

    from entente.audit.actors import acting
    from entente.people.sign_in import member_with

    with transaction.atomic():
        reader = member_with(copying.session_key(organisation))
    spent = []
    for _ in range(RUNS):
        with acting(reader):
            began = time.perf_counter()
            assert read(reader)
            spent.append(1000 * (time.perf_counter() - began))
    return statistics.median(spent)


def _newest(reader: Any) -> object:
    from entente.records.listing import newest

    return len(newest(reader, 50)) == 50


def _one(reader: Any) -> object:
    from entente.records.models import Record
    from entente.records.queries import record_with

    reference = getattr(_one, "reference", "") or Record.objects.visible_to(reader)[0].reference
    _one.reference = reference  # type: ignore[attr-defined]
    return record_with(reference, reader)


def _search(reader: Any) -> object:
    from entente.records.queries import search

    return list(search(copying.RARE, reader)[:25])


# Pages


Visit = Callable[[http.client.HTTPConnection, int, str, dict[str, str] | None], bytes]


@contextmanager
def _web(admin_url: str) -> Iterator[Visit]:
    """The web process as in production on one machine: two processes, staff pages."""
    from entente.config.supervise import web_command

    environment = {
        **os.environ,
        "DATABASE_URL": database_url(admin_url, "entente_staff"),
        "ENTENTE_WEB_PROCESSES": "2",
        "ENTENTE_WEB_THREADS": "4",
    }
    os.environ |= {key: environment[key] for key in ("ENTENTE_WEB_PROCESSES", "ENTENTE_WEB_THREADS")}
    web = subprocess.Popen(web_command("127.0.0.1", PORT), env=environment, start_new_session=True)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                http.client.HTTPConnection("127.0.0.1", PORT, timeout=60).request("GET", "/healthz")
                break
            except OSError:
                time.sleep(0.2)
        yield _visit
    finally:
        web.terminate()
        web.wait(30)


def _visit(
    client: http.client.HTTPConnection, organisation: int, page: str, typed: dict[str, str] | None = None
) -> bytes:
    """One page as a member of an organisation; with `typed` a form is sent. Raises where that fails."""
    headers = {"Host": "localhost", "Cookie": _cookies(organisation)}
    if typed is not None:
        body = urlencode({**typed, "csrfmiddlewaretoken": TOKEN})
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        client.request("POST", page, body, headers)
    else:
        client.request("GET", page, headers=headers)
    answer = client.getresponse()
    content = answer.read()
    if answer.status not in ({200} if typed is None else {302, 303}):
        raise RuntimeError(f"{page}: {answer.status} {content[:300]!r}")
    return content


TOKEN = "b" * 32


@cache
def _cookies(organisation: int) -> str:
    """Of a strong session of the organisation's first member, signed in as the demo does."""
    from django.conf import settings
    from django.db import transaction
    from django.test import Client

    from entente.people.sign_in import member_with
    from tests.conftest import sign_in

    with transaction.atomic():
        member = member_with(copying.session_key(organisation))
    session = sign_in(Client(), member).cookies[settings.SESSION_COOKIE_NAME].value
    return f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}"


def _pages(visit: Visit, books: copying.Books) -> Iterator[Promise]:
    readers = [o for o in range(copying.ORGANISATIONS) if books.agreements_of[o]][::8]
    for organisation in readers:
        _cookies(organisation)
    alone = _many(1, 40, lambda client, n: visit(client, readers[n % len(readers)], LIST_PAGE, None))
    yield Promise("HTML list of 100 records, one client, p50", 1000 * alone, 100, "ms")
    crowd = _many(CLIENTS, 20, lambda client, n: visit(client, readers[n % len(readers)], LIST_PAGE, None))
    yield Promise(f"HTML list of 100 records, {CLIENTS} clients, p50", crowd, 1, "s")
    rate = _writing(
        lambda client, n: visit(client, readers[n % len(readers)], "/staff/records/new/", _new_matter(n))
    )
    yield Promise(f"records created with their event, {WRITERS} clients", rate, 25, "a second", at_most=False)


def _new_matter(number: int) -> dict[str, str]:
    return {
        "title": f"Written while measuring {number}",
        "category": "concern",
        "audience": "organisation",
        "text": "x",
    }


def _many(clients: int, each: int, step: Callable[[http.client.HTTPConnection, int], object]) -> float:
    """Median seconds of a step that `clients` do side by side."""
    spent: list[float] = []
    failed: list[Exception] = []

    def work(place: int) -> None:
        client = http.client.HTTPConnection("127.0.0.1", PORT, timeout=120)
        try:
            step(client, place)
            for turn in range(each):
                began = time.perf_counter()
                step(client, place + turn * clients)
                spent.append(time.perf_counter() - began)
        except Exception as error:  # told to the caller, which stops
            failed.append(error)

    _side_by_side(clients, work)
    if failed:
        raise failed[0]
    return statistics.median(spent)


def _writing(step: Callable[[http.client.HTTPConnection, int], object]) -> float:
    """How many steps a second all writers together get done."""
    done: list[int] = []
    failed: list[Exception] = []
    deadline = time.monotonic() + WRITING

    def work(place: int) -> None:
        client = http.client.HTTPConnection("127.0.0.1", PORT, timeout=120)
        number = 0
        try:
            while time.monotonic() < deadline:
                step(client, place + number * WRITERS)
                number += 1
        except Exception as error:  # told to the caller, which stops
            failed.append(error)
        done.append(number)

    _side_by_side(WRITERS, work)
    if failed:
        raise failed[0]
    return sum(done) / WRITING


def _side_by_side(number: int, work: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=work, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# The log


def _events() -> Iterator[Promise]:
    from bench import log_events

    yield from log_events.promises()
