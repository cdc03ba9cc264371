"""Guests read on a phone, in Arabic, why they see a record; what is closed to them is not spoken of."""

from __future__ import annotations

import re

import pytest
from django.utils.text import capfirst
from django.utils.translation import override
from playwright.sync_api import Browser, Page

from entente.agreements.vocabulary import Category, Purpose
from entente.demo.content_words import content
from tests.journeys.conftest import PHONE, Visit, assert_accessible
from tests.journeys.steps import AGREEMENTS, TITLES, enter_as, open_shared, state_purpose

TITLE = TITLES["school_return"]
MATTER = next(row for row in content("matters")["matters"] if row["slug"] == "school_return")
PURPOSES = {row["to"]: Purpose(row["purpose"]) for row in MATTER["invited"]}
CLAUSES = next(row for row in content("agreements")["agreements"] if row["slug"] == "support")["clauses"]
PAGES = ("who-can-see", "why", "who-has-seen")


def covered(organisation: str) -> set[str]:
    """What the clauses of the agreement let an organisation have of the city for its purpose."""
    purpose = PURPOSES[organisation]
    rows = [row for row in CLAUSES if row["purpose"] == purpose and {"city", organisation} <= set(pair(row))]
    return {category for row in rows for category in row["categories"]}


def pair(row: dict[str, list[str]]) -> list[str]:
    return row.get("between") or [str(row["giving"]), str(row["receiving"])]


def words_for(category: Category) -> set[str]:
    """What a category is called in the languages of the product."""
    found = set()
    for language in TITLE:
        with override(language):
            found.add(str(category.label))
    return found


def says_nothing_of_what_is_closed(page: Page, organisation: str, language: str) -> None:
    """No note and no name of a category that is not covered.

    Only the page about one's own rights names every category its clauses leave closed, and it names the same
    ones whatever the record holds.
    """
    for row in MATTER["notes"]:
        if row["category"] not in covered(organisation):
            assert row["text"] not in page.content()
    closed = page.locator("ul.closed-list").all_inner_texts()
    if closed:
        with override(language):
            everything = [capfirst(str(c.label)) for c in Category if c not in covered(organisation)]
        assert closed[0].split("\n") == everything
    shown = page.locator("html").inner_text()
    for part in closed:
        shown = shown.replace(part, "")
    for word in words_for(Category.HEALTH):
        assert not re.search(rf"\b{word}\b", shown, re.IGNORECASE), page.url


@pytest.mark.parametrize(
    ("who", "organisation", "language"),
    [("ioana", "new_page", "ar"), ("lena", "police", "ar"), ("ioana", "new_page", "en")],
)
def test_why_who_can_and_who_has_without_scripts_and_without_what_is_closed(
    visit: Visit, browser: Browser, who: str, organisation: str, language: str
) -> None:
    page = visit(locale=language, phone=True, scripts=False, dark=language == "en")
    enter_as(page, who, language)
    reference = open_shared(page, TITLE[language])
    says_nothing_of_what_is_closed(page, organisation, language)
    state_purpose(page, PURPOSES[organisation])
    categories = [row["category"] for row in MATTER["notes"]]
    assert page.locator("#notes li").count() == sum(one in covered(organisation) for one in categories)
    says_nothing_of_what_is_closed(page, organisation, language)
    assert_accessible(page, browser)
    for name in PAGES:
        page.goto(f"/staff/records/{reference}/")
        page.locator(f".visibility-links a[href='/staff/records/{reference}/{name}/']").click()
        page.wait_for_url(f"**/{name}/")
        shown = page.locator("html")
        assert shown.get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        assert TITLE[language] in page.locator("header.heading").inner_text()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        says_nothing_of_what_is_closed(page, organisation, language)
        assert_accessible(page, browser)
        assert len(page.pdf()) > 1024
        with override(language):
            purpose = str(PURPOSES[organisation].label)
        assert purpose.lower() in page.locator("main").inner_text().lower()
        assert AGREEMENTS["support"][language] in page.locator("main").inner_text()
