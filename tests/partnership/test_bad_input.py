"""Whatever somebody sends to an address of the partnership, the answer is a page and never a breakdown."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from html import unescape
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client
from django.urls import Resolver404, get_resolver, resolve, reverse

from entente.people.models import Member
from tests.architecture.test_every_page import every_url
from tests.conftest import City

SPACES = ("partnership", "partnership_staff", "partnership_calendar", "rights", "rights_public", "people",
          "people_public", "agreements")  # fmt: skip
URLS = {
    name: parts for name, parts in every_url(get_resolver()) if name.split(":")[0] in SPACES and ":" in name
}
# These end a session or sign somebody out: the walk would go on as nobody.
LEFT_ALONE = {"people:choose_language", "people:end_other_sessions", "people:end_session"}
STARTS = (
    "/staff/partnership/", "/staff/directory/", "/staff/groups/", "/staff/commitments/", "/staff/agreements/",
    "/staff/protocols/", "/staff/strategy/", "/staff/resources/", "/staff/bookings/", "/staff/funding/",
    "/staff/complaints/", "/staff/start/", "/staff/register/", "/staff/decisions/", "/staff/directory-files/",
    "/en/register/", "/en/strategy/", "/en/decisions/", "/en/complaints/",
)  # fmt: skip
PAPERS = ("printed_", "_paper", "_card", "picture")  # set once each: they take their time
LINK = re.compile(r'(?:href|action)="(/[^"#]*)"')
FIELD = re.compile(r'\bname="([^"]+)"')
NASTY = {
    "nul and marks": "\x00'\"<%s>{{7*7}}\u202e\ufffe",
    "a huge number": "9" * 400,
    "a number past bigint": "9223372036854775808",
    "below nothing": "-1",
    "not a number": "NaN",
    "no unit": "1e999999999",
    "no key": "not-a-uuid",
    "nobody's key": str(uuid.UUID(int=0)),
    "the first day": "0001-01-01",
    "the last day": "9999-12-31",
    "the first second": "0001-01-01T00:00",
    "the last second": "9999-12-31T23:59",
    "no such day": "2026-02-31",
    "long": "long " * 4000,
    "lone surrogate": "&#xD800; \\ud800",
    "nothing": "",
}
QUERY = ("page", "q", "q2", "state", "kind", "area", "group", "organisation", "from", "until", "day", "month",
         "year", "week", "at", "language", "purpose", "category", "giving", "receiving", "sort", "order",
         "before", "after", "seen", "edition", "service", "who", "what", "whom", "with", "late", "owner",
         "step", "template", "about", "need", "stage", "tie", "view", "currency", "on",
         "first", "second")  # fmt: skip
_found: dict[str, dict[str, str]] = {}


def the_url_name(address: str) -> str:
    """How an address is called; nothing when there is none."""
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return ""


def addresses(city: City, client: Client) -> dict[str, str]:
    """One living address of each kind that somebody is led to, and one of nothing for the others."""
    if "all" in _found:
        return _found["all"]
    known: dict[str, str] = {}
    waiting = [*STARTS]
    while waiting:
        address = waiting.pop(0)
        answer = client.get(address)
        if answer.status_code != 200 or "html" not in answer.get("Content-Type", ""):
            continue
        for found in LINK.findall(answer.content.decode()):
            link = unescape(found).split("?")[0]
            name = the_url_name(link)
            if name in URLS and name not in known:
                known[name] = link
                waiting.append(link)
    nowhere = {"language": "fr", "reference": "GRP-2222222", "token": "x", "number": 1, "before": 1}
    for name, parts in URLS.items():
        if name not in known:
            kwargs = {part: nowhere.get(part, uuid.UUID(int=7)) for part in parts}
            known[name] = reverse(name, kwargs=kwargs)
    _found["all"] = {name: known[name] for name in sorted(known) if name not in LEFT_ALONE}
    return _found["all"]


def is_paper(name: str) -> bool:
    """Whether an address gives a file that is set for printing."""
    return any(part in name for part in PAPERS)


def broken(client: Client, method: str, address: str, body: dict[str, str] | None = None) -> str:
    """What broke, in one line; nothing when somebody got a page."""
    try:
        answer = getattr(client, method)(address, body or {})
    except Exception as error:
        return f"{method} {address[:120]!r}: {type(error).__name__}: {str(error)[:200]}"
    return f"{method} {address[:120]!r}: {answer.status_code}" if answer.status_code >= 500 else ""


@pytest.fixture
def each(city: City, client_of: Callable[[Member], Client]) -> dict[str, Client]:
    """Who sends it: the coordinator, the overseer, somebody who sits nowhere, and a visitor."""
    members = {"amina": city.amina, "elisabeth": city.elisabeth, "peter": city.peter}
    return {name: client_of(member) for name, member in members.items()} | {"visitor": Client()}


@pytest.mark.parametrize("who", ["amina", "elisabeth", "peter", "visitor"])
def test_what_stands_behind_the_question_mark_breaks_no_page(
    who: str, city: City, each: dict[str, Client]
) -> None:
    values = [NASTY["nul and marks"], NASTY["a number past bigint"], NASTY["the last day"]]
    found = [
        broken(each[who], "get", f"{page}?{urlencode(dict.fromkeys(QUERY, value))}")
        for name, page in addresses(city, each["amina"]).items()
        for value in (values if who == "amina" and not is_paper(name) else values[:1])
        if who == "amina" or not is_paper(name)
    ]
    assert "\n".join(filter(None, found)) == ""


@pytest.mark.parametrize("value", sorted(NASTY))
def test_nothing_typed_into_a_form_breaks_it(value: str, city: City, each: dict[str, Client]) -> None:
    found: list[str] = []
    for name, page in addresses(city, each["amina"]).items():
        if is_paper(name):
            continue
        who = "elisabeth" if name.startswith("rights:") else "amina"
        shown = each[who].get(page)
        if shown.status_code not in (200, 405):
            continue
        is_page = shown.status_code == 200 and "html" in shown.get("Content-Type", "")
        fields = set(FIELD.findall(shown.content.decode())) if is_page else {"choice"}
        found.append(broken(each[who], "post", page, dict.fromkeys(fields, NASTY[value])))
    assert "\n".join(filter(None, found)) == ""


@pytest.mark.parametrize("part", ["\x00", "9" * 30, "’or 1=1--"])
def test_nothing_in_an_address_breaks_it(part: str, city: City, each: dict[str, Client]) -> None:
    found: list[str] = []
    for name, page in addresses(city, each["amina"]).items():
        if is_paper(name):
            continue
        steps = page.split("/")
        for place in range(2, len(steps) - 1 if page.endswith("/") else len(steps)):
            bad = "/".join([*steps[:place], part, *steps[place + 1 :]])
            who = "amina" if page.startswith("/staff/") else "visitor"
            found.append(broken(each[who], "get", bad))
    assert "\n".join(filter(None, found)) == ""
