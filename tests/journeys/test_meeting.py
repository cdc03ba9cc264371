"""A meeting from its agenda to a kept commitment, with the keyboard, in English and in Arabic."""

from __future__ import annotations

import re
from datetime import timedelta

import psycopg
import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page

from entente.audit import clock
from tests.journeys.conftest import Site, Visit, assert_accessible, tab_to
from tests.journeys.steps import enter_as, fill, submit

TITLE, POINT = "Spring on North Quay", "Benches at the tram stop"
OUTCOME = "Three benches are put up at the tram stop."
PROMISE = "Ask the tram company where benches may stand"
EVIDENCE = "The company's letter is with the city."


def lead_to_meetings(page: Page) -> None:
    """From the partnership's page to the group in which both sit, and its meetings."""
    page.goto("/staff/commitments/")
    first = page.locator("aside a[href*='/commitments/offer/']").first
    group = str(first.get_attribute("href")).removesuffix("commitments/offer/")
    page.goto(group)
    page.locator("#papers a[href$='/meetings/']").click()
    page.wait_for_url("**/meetings/")


def plan(page: Page, browser: Browser) -> str:
    """Amina plans it with the keyboard alone; returns its address."""
    lead_to_meetings(page)
    assert_accessible(page, browser)
    tab_to(page, "a[href$='/meetings/plan/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/plan/")
    assert_accessible(page, browser)
    tomorrow = timezone.localtime(clock.now() + timedelta(days=1))
    fill(page, starts_at=f"{tomorrow:%Y-%m-%dT%H:%M}", place="Town hall")
    tab_to(page, "[name=title]")
    page.keyboard.type(TITLE)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/staff/meetings/MTG-\w{7}/$"))
    return page.url


def add_a_point(page: Page, browser: Browser) -> None:
    """The form for a point stands on the page of a meeting without an agenda."""
    tab_to(page, "#agenda [name=title]")
    page.keyboard.type(POINT)
    page.keyboard.press("Enter")
    page.locator("#agenda h3", has_text=POINT).wait_for()
    assert_accessible(page, browser)


def take_step(page: Page, name: str) -> None:
    """One of the steps beside the page."""
    page.locator(f"aside a[href$='/{name}/']").click()
    page.wait_for_url(f"**/{name}/")


def time_passes(site: Site, reference: str) -> None:
    """The meeting began an hour ago."""
    with psycopg.connect(site.admin_url, dbname=site.name, autocommit=True) as admin:
        admin.execute("set session_replication_role = replica")
        admin.execute(
            "update partnership_meeting set starts_at = now() - interval '1 hour' where reference = %s",
            [reference],
        )


def note_who_came(page: Page, browser: Browser) -> None:
    """A deputy without a name is asked for again; then the quorum is said."""
    take_step(page, "held")
    assert_accessible(page, browser)
    page.locator("main select[name^=how_]").last.select_option("deputy")
    submit(page)
    page.locator("[role=alert]").wait_for()
    assert_accessible(page, browser, as_shown=True)
    page.locator("main input[name^=deputy_]").last.fill("Elena Stan")
    submit(page)
    page.locator("#came li", has_text="Elena Stan").wait_for()


def write_minutes(page: Page, browser: Browser, meeting: str) -> None:
    """Radu writes what was said."""
    page.goto(meeting)
    page.locator("#agenda a[href$='/minutes/']").click()
    assert_accessible(page, browser)
    fill(page, text="Old people wait standing. Benches help.")
    submit(page)
    page.locator("#agenda .minutes").wait_for()


def decide(page: Page, browser: Browser, meeting: str) -> None:
    """A question is put, decided with its reasons, and everybody may read it."""
    page.goto(meeting)
    page.locator("#decisions a[href*='/decisions/propose/']").click()
    fill(
        page,
        question="Are benches put up at the tram stop?",
        options="Three benches\nOne bench",
        doing_nothing="Old people go on standing.",
        rights_impact="Nobody's.",
        language="en",
    )
    submit(page)
    page.wait_for_url(re.compile(r"/staff/decisions/DEC-\w{7}/$"))
    assert_accessible(page, browser)
    take_step(page, "take")
    fill(page, outcome=OUTCOME, reasons="…")
    submit(page, ".confirm form")
    page.locator("[role=alert]").wait_for()  # says nothing
    fill(page, reasons="Old people asked for them.")
    submit(page, ".confirm form")
    page.locator("#outcome").wait_for()
    take_step(page, "publish")
    assert_accessible(page, browser)
    submit(page, ".confirm form")
    page.locator("#public").wait_for()


def promise(page: Page, browser: Browser, meeting: str) -> None:
    """Amina writes down what the police are asked to promise."""
    page.goto(meeting)
    page.locator("#decisions a[href$='/commitments/offer/']").click()
    assert_accessible(page, browser)
    radu = page.locator("main [name=person] option", has_text="Radu Ionescu").get_attribute("value")
    due_on = clock.today() + timedelta(days=5)
    fill(page, person=str(radu), what=PROMISE, due_on=due_on.isoformat())
    submit(page)
    page.wait_for_url(re.compile(r"/staff/commitments/CMT-\w{7}/$"))


def keep(page: Page, browser: Browser) -> None:
    """Radu finds it in his work, accepts it, sees it first on the board, and shows that it is kept."""
    page.goto("/staff/")
    page.locator("#waiting a[href*='/staff/commitments/']", has_text=PROMISE).click()
    take_step(page, "accept")
    assert_accessible(page, browser)
    submit(page, ".confirm form")
    page.wait_for_url(re.compile(r"/staff/commitments/CMT-\w{7}/$"))
    page.goto("/staff/commitments/")
    assert_accessible(page, browser)
    assert page.locator("#mine a", has_text=PROMISE).count() == 1
    tab_to(page, "#mine th a")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/staff/commitments/CMT-\w{7}/$"))
    take_step(page, "done")
    fill(page, evidence=EVIDENCE)
    submit(page, ".confirm form")
    page.locator("#closing", has_text=EVIDENCE).wait_for()
    assert page.locator(".state-done").count() == 1
    assert_accessible(page, browser)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_from_an_agenda_to_a_kept_commitment(
    site: Site, visit: Visit, browser: Browser, language: str
) -> None:
    amina, radu, visitor = visit(locale=language), visit(locale=language), visit(locale=language)
    enter_as(amina, "amina", language)
    enter_as(radu, "radu", language)
    meeting = plan(amina, browser)
    add_a_point(amina, browser)
    take_step(amina, "invite")
    submit(amina, ".confirm form")
    amina.wait_for_url(meeting)
    assert amina.locator("aside a[href$='/invite/']").count() == 0
    time_passes(site, meeting.rstrip("/").rpartition("/")[2])
    amina.reload()
    note_who_came(amina, browser)
    write_minutes(radu, browser, meeting)
    decide(amina, browser, meeting)
    promise(amina, browser, meeting)
    keep(radu, browser)
    visitor.goto(f"/{language}/decisions/")
    visitor.locator("section", has_text=OUTCOME).wait_for()
    assert_accessible(visitor, browser)
    assert "Radu" not in visitor.locator("main").inner_text()
