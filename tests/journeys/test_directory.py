"""An organisation confirms its entry in the directory, in Romanian, on a phone, without an account."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Site, Visit, assert_accessible
from tests.journeys.steps import LONG, enter_as, submit

HERE = "/staff/directory/"


def links_in_the_mailbox(page: Page) -> set[str]:
    """Every link to confirm that the demo's mailbox holds; other stories may have left some there."""
    page.goto("/en/demo/mailbox/")
    return set(re.findall(r"/ro/confirm/[\w-]+/", page.content()))


def new_link(page: Page, known: set[str]) -> str:
    """The link of the message that came since."""
    for _time in range(120):
        found = links_in_the_mailbox(page) - known
        if found:
            return found.pop()
        page.wait_for_timeout(500)
    raise AssertionError("No message came.")


@pytest.mark.parametrize("scripts", [True, False])
def test_an_organisation_corrects_and_confirms_its_entry(
    visit: Visit, site: Site, browser: Browser, scripts: bool
) -> None:
    site.start_worker()
    amina = visit()
    enter_as(amina, "amina")
    known = links_in_the_mailbox(amina)
    amina.goto(f"{HERE}?words=ocuparea+fortei")
    amina.locator(f"main a[href='{HERE}job-centre/']").click()
    amina.locator(f"aside a[href='{HERE}job-centre/ask/']").click()
    amina.locator("main [name=language]").select_option("ro")
    submit(amina)
    amina.wait_for_url(f"**{HERE}job-centre/")
    path = new_link(amina, known)

    phone = visit(locale="ro", phone=True, scripts=scripts)
    phone.goto(path)
    expect(phone.locator("html")).to_have_attribute("lang", "ro")
    if scripts:
        assert_accessible(phone, browser)
    assert phone.locator("#all-right button").is_visible()
    assert phone.locator("#corrections [name=services]").input_value().startswith("Locuri de muncă")
    # Without any language nobody could call: refused, and nothing that was typed is lost.
    phone.locator("#corrections [name=services]").fill("Locuri de muncă și un cuvânt bun.")
    for code in ("en", "fr"):
        phone.locator(f"[name=languages][value={code}]").uncheck()
    phone.locator("#corrections button[type=submit]").click()
    expect(phone.locator("#corrections [name=services]")).to_have_value("Locuri de muncă și un cuvânt bun.")
    expect(phone.locator("#corrections .wrong")).to_have_count(1)
    if scripts:
        assert_accessible(phone, browser, as_shown=True)
    for code in ("fr", "ro"):
        phone.locator(f"[name=languages][value={code}]").check()
    phone.locator("#corrections button[type=submit]").click()
    expect(phone.locator("#confirmed")).to_be_visible(timeout=LONG)
    if scripts:
        assert_accessible(phone, browser, as_shown=True)
    phone.goto(path)
    expect(phone.locator("#link-over")).to_be_visible()

    amina.goto(f"{HERE}?spoken=ro&words=job")
    expect(amina.locator(f"main a[href='{HERE}job-centre/']")).to_be_visible()
    amina.goto(f"{HERE}job-centre/")
    expect(amina.locator("#changes li").first).to_be_visible()


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_somebody_finds_whom_to_call_and_every_page_is_clean(
    visit: Visit, browser: Browser, locale: str
) -> None:
    page = visit(locale=locale)
    enter_as(page, "ioana", locale)
    for path in ("", "police/", "call/", "call/attack/", "coverage/", "network/", "stale/", "new_page/edit/"):
        page.goto(f"{HERE}{path}")
        assert_accessible(page, browser)
    page.goto(f"{HERE}call/attack/")
    expect(page.locator("#sheet")).to_contain_text("+00 20 555 0299")
    page.goto(f"{HERE}?words=" + ("الشرطة" if locale == "ar" else "polcie"))
    expect(page.locator(f"main a[href='{HERE}police/']")).to_be_visible()
