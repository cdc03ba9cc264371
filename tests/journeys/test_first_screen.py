"""The first screen: what this is, one story, one record with four readers, four doors."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from entente.demo.content_words import content
from tests.journeys.conftest import PHONE, Visit, assert_accessible
from tests.journeys.steps import AGREEMENTS, TITLES, enter_as, submit, take_step

LANGUAGES = ("en", "fr", "ar", "ro")
READERS = ("amina", "ioana", "lena", "peter")
GETS = {"amina": (4, 0), "ioana": (3, 1), "lena": (1, 3), "peter": (0, 0)}  # notes; kinds that stay closed
TITLE = TITLES["school_return"]
TOLD = {row["person"]: row["text"] for row in content("first_screen")["panel"]["readers"]}


def test_one_record_four_readers_is_true_in_four_languages(visit: Visit, browser: Browser) -> None:
    page = visit()
    for language in LANGUAGES:
        page.goto(f"/{language}/")
        panel = page.locator("#readers")
        assert TITLE[language] in panel.inner_text()
        for who, (notes, closed) in GETS.items():
            said = panel.locator("li.reader", has_text=TOLD[who][language])
            assert said.locator("dd:not(.covered)").count() == notes, who
            assert said.locator("dd.covered").count() == closed, who
            assert said.locator(".reader-nothing").count() == (not notes), who
        assert_accessible(page, browser)
    reference = page.locator("#readers .reference").first.inner_text()
    for who, (notes, _closed) in GETS.items():
        reader = visit()
        enter_as(reader, who)
        response = reader.goto(f"/staff/records/{reference}/")
        assert response is not None
        assert response.status == (200 if notes else 404), who
        if notes and who != "amina":
            reader.locator("#purpose a.button").click()
            submit(reader, "form:has([name=purpose])")
            reader.locator("#notes li").first.wait_for()
        assert reader.locator("#notes li").count() == notes, who


def test_the_panel_changes_when_the_agreement_does(visit: Visit) -> None:
    amina, page = visit(), visit(locale="ar", phone=True)
    enter_as(amina, "amina")
    take_step(
        amina, AGREEMENTS["support"]["en"], "suspend", reason="One party has to look at its text again."
    )
    page.goto("/ar/")
    for place, who in enumerate(READERS):
        said = page.locator("#readers li.reader").nth(place)
        assert said.locator(".reader-nothing").count() == (who != "amina"), who
        assert said.locator("dd:not(.covered)").count() == (GETS[who][0] if who == "amina" else 0)
    take_step(amina, AGREEMENTS["support"]["en"], "resume")
    page.reload()
    assert page.locator("#readers .reader-nothing").count() == 1


@pytest.mark.parametrize(("language", "scripts"), [("en", True), ("ar", False)])
def test_every_door_opens_and_the_story_leads_on(
    visit: Visit, browser: Browser, language: str, scripts: bool
) -> None:
    page = visit(locale=language, phone=not scripts, dark=not scripts, scripts=scripts)
    page.goto("/")
    page.wait_for_url(f"**/{language}/")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
    assert_accessible(page, browser)
    inside = page.locator("#doors a.door").get_attribute("href") or ""
    leads = page.locator("#story a, #refusals a, #imagined a").evaluate_all("all => all.map(a => a.pathname)")
    assert len(leads) >= 4
    for address in (inside, *leads):
        response = page.goto(address)
        assert response is not None
        assert response.status == 200, address
        assert page.locator("h1").count() == 1, address
        assert_accessible(page, browser)
    for who in ("amina", "ioana", "elisabeth", "yusuf"):
        enter_as(page, who, language)
        look_as_somebody_else(page)
        assert_accessible(page, browser)


def look_as_somebody_else(page: Page) -> None:
    """The strip above every staff page says whose eyes these are, and changes them."""
    chosen = page.locator("#look-as")
    chosen.select_option("lena")
    page.locator("form:has(#look-as) button").click()
    page.locator("#look-as option[value=lena][selected]").wait_for(state="attached")
    assert page.url.endswith("/staff/")


def test_the_refusals_have_a_page_of_their_own_linked_from_everywhere(visit: Visit, browser: Browser) -> None:
    page = visit(phone=True)
    for address in ("/en/dialogues/", "/ar/dialogues/"):
        page.goto(address)
        page.locator("footer a[href$='/refusals/']").click()
        page.wait_for_url("**/refusals/")
        assert page.locator("#never li").count() == 14
        assert page.locator("#asked-for .card").count() == 3
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert_accessible(page, browser)
