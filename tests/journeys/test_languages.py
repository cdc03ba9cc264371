"""One changes language and direction on the page one is on, and stays there."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.conftest import Visit, assert_accessible
from tests.journeys.steps import answer, enter_as, open_from_list

DIRECTIONS = {"en": "ltr", "fr": "ltr", "ar": "rtl", "ro": "ltr"}
AXE = ("en", "ar")


def speaks(page: Page, language: str) -> None:
    """The page says which language it is in, and runs in its direction."""
    html = page.locator("html")
    assert html.get_attribute("lang") == language, page.url
    assert html.get_attribute("dir") == DIRECTIONS[language], page.url
    assert page.evaluate("getComputedStyle(document.body).direction") == DIRECTIONS[language]


@pytest.mark.parametrize("phone", [False, True])
def test_every_public_page_turns_into_four_languages_where_it_stands(
    visit: Visit, browser: Browser, phone: bool
) -> None:
    page = visit(phone=phone, dark=phone, scripts=not phone)
    page.goto("/en/")
    page.locator("#doors a.door").click()
    dialogue = page.url.partition("/en/")[2]
    page.goto("/en/dialogues/")
    report = page.locator("a[href$='/report/']").first.get_attribute("href") or ""
    page.goto(f"/en/{dialogue}vote/")
    number = answer(page, "agree")
    pages = ["", "partnership/", "refusals/", "dialogues/", report.removeprefix("/en/"), dialogue]
    pages += [f"{dialogue}{end}" for end in ("statement/", "code/", "standing/", f"vote/?statement={number}")]
    for path in pages:
        page.goto(f"/en/{path}")
        for language in ("fr", "ar", "ro", "en"):
            page.locator(f"header nav a[hreflang={language}]").click()
            page.wait_for_url(f"**/{language}/{path}")
            speaks(page, language)
            assert page.locator(f"header nav a[hreflang={language}][aria-current]").count() == 1
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
            if language in AXE:
                assert_accessible(page, browser)


def test_staff_pages_turn_into_four_languages_where_they_stand(visit: Visit, browser: Browser) -> None:
    page = visit(phone=True)
    enter_as(page, "amina")
    reference = open_from_list(page, "open")
    record = f"/staff/dialogues/{reference}/"
    pages = [
        "/staff/",
        "/staff/dialogues/?state=open",
        "/staff/search/?q=police",
        record,
        f"{record}moderate/",
    ]
    pages += [f"{record}edit/", f"{record}translate/ar/", f"{record}codes/", f"{record}report/"]
    pages += ["/staff/imports/", "/staff/imports/new/", "/staff/sessions/"]
    for path in pages:
        page.goto(path)
        for language in ("fr", "ar", "ro", "en"):
            page.locator("details.menu summary").click()
            page.locator("#choose-language").select_option(language)
            page.locator("form:has(#choose-language) button").click()
            page.locator(f"html[lang={language}]").wait_for(state="attached")
            assert page.url.endswith(path)
            speaks(page, language)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
            if language in AXE:
                assert_accessible(page, browser)


def test_a_chosen_language_is_remembered_at_the_next_door(visit: Visit) -> None:
    page = visit(locale="fr")
    page.goto("/")
    speaks(page, "fr")
    enter_as(page, "amina", "ro")
    speaks(page, "ro")
    page.goto("/staff/dialogues/")
    speaks(page, "ro")


def test_a_translated_statement_says_so_and_holds_its_original(visit: Visit) -> None:
    page = visit(locale="ar", phone=True)
    page.goto("/ar/")
    page.locator("#doors a.door").click()
    page.goto(f"{page.url}vote/?statement=1")
    original = page.locator("details.vote-original")
    shown = page.locator(".vote-statement")
    for number in range(2, 20):
        if original.count():
            break
        page.goto(f"{page.url.partition('?')[0]}?statement={number}")
    assert shown.get_attribute("lang") == "ar"
    kept = original.locator("p[lang]")
    assert not kept.is_visible()
    original.locator("summary").click()
    assert kept.is_visible()
    assert kept.get_attribute("lang") in {"en", "fr", "ro"}
    assert kept.inner_text() != shown.inner_text()
