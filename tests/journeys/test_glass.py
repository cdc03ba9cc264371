"""Radu breaks the glass: everybody hears of it, Helene reviews it, and whom it concerns reads of it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page

from entente.demo.content_words import content
from tests.journeys.conftest import Visit, assert_accessible
from tests.journeys.steps import enter_as, fill, open_from_list, submit

REASON = "Somebody called: a boy may be in danger at the library this evening."
FORM = "form:has([name=reason])"


def reference_of_the_draft(visit: Visit) -> str:
    amina = visit()
    enter_as(amina, "amina")
    return open_from_list(amina, "draft")


def breaks_the_glass(page: Page, browser: Browser, reference: str) -> None:
    """First with too short a reason, then as it should be."""
    page.goto(f"/staff/records/{reference}/")
    assert page.locator("h1").is_visible()
    assert reference not in page.locator("h1").inner_text()
    page.locator("details.menu summary").click()
    page.locator("details.menu a[href='/staff/glass/']").click()
    assert_accessible(page, browser)
    fill(page, reference=reference.lower(), reason="Danger")
    submit(page, FORM)
    page.locator("[role=alert]").wait_for()
    assert_accessible(page, browser, as_shown=True)
    fill(page, reason=REASON)
    page.locator("[name=is_told]").check()
    submit(page, FORM)
    page.wait_for_url(f"**/{reference}/")


def code_for_the_person(page: Page, browser: Browser, reference: str, language: str) -> str:
    """Amina prints a receipt in the person's language."""
    page.goto(f"/staff/records/{reference}/receipt/")
    page.locator("main [name=language]").select_option(language)
    submit(page, "form:has([name=language])")
    assert page.locator("html").get_attribute("lang") == language
    assert_accessible(page, browser, as_shown=True)
    found = re.search(r"(?:\d{5} ){4}\d{5}", page.locator("main").inner_text())
    assert found
    return found[0]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_an_emergency_is_loud_reviewed_and_told_to_the_person(
    visit: Visit, browser: Browser, language: str
) -> None:
    reference = reference_of_the_draft(visit)
    radu = visit(locale=language)
    enter_as(radu, "radu", language)
    breaks_the_glass(radu, browser, reference)
    assert content("library")["title"][language] in radu.locator("h1").inner_text()
    assert "Radu Ionescu" in radu.locator(".notice-due").inner_text()

    elisabeth = visit(locale=language, phone=True)
    enter_as(elisabeth, "elisabeth", language)
    elisabeth.goto("/staff/glass/reviews/")
    assert reference in elisabeth.locator("#everywhere").inner_text()
    for hidden in (REASON, *content("library")["title"].values()):
        assert hidden not in elisabeth.content()
    assert_accessible(elisabeth, browser)

    helene = visit(locale=language, dark=True)
    enter_as(helene, "helene", language)
    helene.locator("#waiting a[href^='/staff/glass/']").click()
    assert REASON in helene.locator("main").inner_text()
    assert_accessible(helene, browser)
    helene.locator("[name=finding][value=justified]").check()
    fill(helene, words="It was. The boy was found.")
    submit(helene, "form:has([name=finding])")
    helene.locator("main form:has([name=finding])").wait_for(state="detached")

    radu.goto("/staff/glass/reviews/")
    assert "The boy was found." in radu.locator("#own").inner_text()
    assert_accessible(radu, browser)

    amina = visit(locale=language)
    enter_as(amina, "amina", language)
    code = code_for_the_person(amina, browser, reference, language)
    person = visit(locale=language, phone=True, scripts=False)
    person.goto(f"/{language}/who-looked/")
    fill(person, code=code)
    submit(person, "form:has([name=code])")
    shown = person.locator("main").inner_text()
    assert "Radu" not in shown
    assert code.replace(" ", "") not in person.url
    police = next(o for o in content("cast")["organisations"] if o["slug"] == "police")
    assert police["name"][language] in shown
