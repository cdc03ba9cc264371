"""One person, one afternoon: from an empty database to an organisation, ten contacts, a group and a draft."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from entente.config import database
from tests.database import ROOT, empty_database, worker_name
from tests.journeys.conftest import Site, Visit, assert_accessible, serving
from tests.journeys.test_sign_in import add_authenticator

EMAIL = "ines.duarte@valmer.example"
HEADINGS = "\t".join(
    ("Organisation", "Type", "Languages", "Contact", "Post", "E-mail of the contact", "Risk level")
)
KINDS = ("police", "school", "health", "youth work", "faith", "housing", "women", "ngo", "transport", "media")
ROWS = "\n".join(
    f"Partner {number}\t{kind}\ten, fr\tPerson {number}\thead\tp{number}@valmer.example\thigh"
    for number, kind in enumerate(KINDS, 1)
)


@pytest.fixture
def site() -> Iterator[Site]:
    """The whole product on an empty database."""
    name = f"journey_empty_{worker_name()}"
    with serving(empty_database(name), name, first="/healthz") as site:
        yield site


def start_town(site: Site, *more: str) -> subprocess.CompletedProcess[str]:
    """Run `entente start-town` as the owner."""
    url = database.url_for("entente_owner", site.admin_url, site.name)
    options = ("--organisation", "City of Valmer", "--person", "Ines Duarte", "--email", EMAIL, *more)
    return subprocess.run(
        [sys.executable, "-m", "entente.config", "start-town", *options],
        env={**site.environment, "DATABASE_URL": url},
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )


def link_in(said: str) -> str:
    """The path of the link that the command shows."""
    (line,) = (line for line in said.splitlines() if line.startswith("http"))
    return "/" + line.split("/", 3)[3]


def done(page: Page) -> int:
    """How many steps the page says are done."""
    page.goto("/staff/start/")
    return int(page.locator("#done").get_attribute("data-done") or -1)


def send(page: Page) -> None:
    page.locator("main form.form button[type=submit]").first.click()


def come_in(page: Page, path: str) -> None:
    """Use the invitation and set up a passkey."""
    add_authenticator(page)
    page.goto(path)
    page.locator("[name=passkey]").click()
    page.locator("main input[type=text]").first.fill("laptop")
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/account/factors/")


def test_a_town_starts_in_one_afternoon(site: Site, visit: Visit, browser: Browser) -> None:
    began = start_town(site, "--show-link")
    assert began.returncode == 0, began.stderr
    assert start_town(site).returncode == 1
    site.start_worker()
    page = visit()
    come_in(page, link_in(began.stdout))
    assert done(page) == 0
    assert_accessible(page, browser)

    # The organisation and the districts.
    page.locator("#step-organisation a.button").click()
    assert_accessible(page, browser)
    page.locator("[name=name_fr]").fill("Ville de Valmer")
    page.locator("[name=languages][value=fr]").check()
    page.locator("[name=districts]").fill("Old Harbour\nHill\nOld Harbour")
    send(page)
    page.wait_for_url("**/staff/start/")
    assert done(page) == 1

    # Ten contacts, pasted.
    page.locator("#step-contacts a.button").click()
    assert_accessible(page, browser)
    page.locator("[name=pasted]").fill(f"{HEADINGS}\n{ROWS}")
    send(page)
    page.locator("#state[data-state=ready]").wait_for()
    assert page.locator("[data-outcome=new]").get_attribute("data-number") == "10"
    assert_accessible(page, browser)
    page.locator("#bring-in form button[type=submit]").click()
    page.locator("#state[data-state=done]").wait_for()
    assert "high" not in page.locator("main").inner_text()
    assert_accessible(page, browser)
    assert done(page) == 2

    # One group, one draft agreement.
    page.locator("#step-group a.button").click()
    assert_accessible(page, browser)
    page.locator("[name=name]").fill("Prevention team")
    page.locator("[name=purpose]").fill("To see worries early and to answer them together.")
    send(page)
    page.wait_for_url("**/staff/start/")
    assert done(page) == 3
    page.locator("#step-agreement a.button").click()
    assert_accessible(page, browser)
    page.locator("[name=template]").first.check()
    page.locator("[name=title]").fill("What we share")
    page.locator("[name=parties]").first.check()
    send(page)
    page.wait_for_url("**/staff/start/")
    assert done(page) == 4

    # What is left is said, and it is the truth.
    left = {one.get_attribute("data-left") for one in page.locator("[data-left]").all()}
    assert {"colleague", "officer", "verify", "signatures"} <= left
    assert not {"districts", "partners"} & left
    assert_accessible(page, browser)

    # The same rows once more change nothing.
    page.goto("/staff/directory-files/new/")
    page.locator("[name=pasted]").fill(f"{HEADINGS}\n{ROWS}")
    send(page)
    page.locator("#state[data-state=ready]").wait_for()
    assert page.locator("[data-outcome=same]").get_attribute("data-number") == "10"
    assert page.locator("#bring-in").count() == 0


def test_it_begins_on_a_phone_in_arabic(site: Site, visit: Visit, browser: Browser) -> None:
    began = start_town(site, "--show-link", "--language", "ar")
    page = visit(locale="ar", phone=True)
    come_in(page, link_in(began.stdout))
    assert done(page) == 0
    assert page.locator("html").get_attribute("dir") == "rtl"
    page.locator("#step-organisation a.button").click()
    page.locator("[name=name_ar]").fill("مدينة فالمير")
    page.locator("[name=districts]").fill("الميناء القديم")
    send(page)
    page.wait_for_url("**/staff/start/")
    assert done(page) == 1
    assert_accessible(page, browser)
