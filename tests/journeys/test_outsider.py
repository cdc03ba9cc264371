"""Peter belongs to the directory and signed nothing: what is not public does not exist for him."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from entente.demo.content_words import content
from tests.journeys.conftest import Visit, assert_accessible
from tests.journeys.steps import enter_as, open_from_list, submit

TITLES = content("library")["title"]
QUESTIONS = content("library")["question"]
NEVER_MADE = "DLG-0000000"
UNDER_STAFF = (
    *("", "edit/", "translate/ar/", "statements/", "moderate/", "open/", "freeze/", "unfreeze/", "close/"),
    *("report/", "publish/", "codes/"),
)
UNDER_PUBLIC = (
    *("", "vote/", "statement/", "code/", "standing/", "report/", "report/map.svg", "report/open-data.zip"),
)


def says_nothing(page: Page) -> None:
    """No title, question or statement of the draft in any language, in what is seen or in what is not."""
    kept = page.content()
    for told in [*TITLES.values(), *QUESTIONS.values()]:
        assert told not in kept, page.url
    for row in content("library")["statements"]:
        for text in row["text"].values():
            assert text not in kept, page.url


def is_not_here(page: Page, address: str) -> str:
    """A kind page says that nothing is here, and where to go; returns what it says."""
    response = page.goto(address)
    assert response is not None
    assert response.status == 404, address
    says_nothing(page)
    assert page.locator("h1").is_visible()
    assert page.locator("main a.button").is_visible()
    return page.locator("main").inner_text()


def draft_and_file_of_amina(visit: Visit, folder: Path) -> tuple[str, str]:
    """The reference of the draft, and the address of a file Amina is bringing in."""
    amina = visit()
    enter_as(amina, "amina")
    reference = open_from_list(amina, "draft")
    assert TITLES["en"] in amina.locator("h1").inner_text()
    path = folder / "the-harbour-conversation.zip"
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr("summary.csv", "topic,x\n")
    amina.goto("/staff/imports/new/")
    amina.locator("[name=file]").set_input_files(path)
    submit(amina)
    amina.wait_for_url(re.compile(r"/staff/imports/[0-9a-f-]{36}/$"))
    return reference, amina.url


@pytest.mark.parametrize("language", ["en", "ar"])
def test_peter_sees_nothing_that_is_not_public_and_never_learns_that_it_is_there(
    visit: Visit, browser: Browser, tmp_path: Path, language: str
) -> None:
    reference, file = draft_and_file_of_amina(visit, tmp_path)
    peter = visit(locale=language, phone=language == "ar", dark=True)
    enter_as(peter, "peter", language)
    says_nothing(peter)
    assert_accessible(peter, browser)
    searches(peter, reference)
    assert_accessible(peter, browser)
    for address in ("/staff/dialogues/", "/staff/dialogues/?state=draft", f"/{language}/dialogues/"):
        peter.goto(address)
        says_nothing(peter)
        assert reference not in peter.content()
    opens_addresses(peter, reference, language)
    assert_accessible(peter, browser)
    peter.goto("/staff/imports/")
    assert "harbour-conversation" not in peter.content()
    for address in (file, f"{file}findings.csv"):
        is_not_here(peter, address)
    nobody = visit(locale=language)
    opens_addresses(nobody, reference, language, staff=False)


def searches(peter: Page, reference: str) -> None:
    """In four languages, by one word and by the reference, the search finds nothing."""
    words = [word for title in TITLES.values() for word in title.split() if len(word) > 6]
    for asked in (*TITLES.values(), *words, reference, reference.lower()):
        peter.goto("/staff/search/")
        peter.locator("[name=q]").fill(asked)
        peter.locator("form[role=search] button").click()
        peter.wait_for_url("**?q=*")
        found = peter.locator("main a").evaluate_all("links => links.map(link => link.href).join(' ')")
        assert reference not in found
        assert not peter.locator("main tbody a", has_text=re.compile("|".join(TITLES.values()))).count()


def opens_addresses(page: Page, reference: str, language: str, *, staff: bool = True) -> None:
    """Each direct address answers exactly as one that nobody ever made."""
    bases: list[tuple[str, tuple[str, ...]]] = [(f"/{language}/dialogues/", UNDER_PUBLIC)]
    if staff:
        bases.append(("/staff/dialogues/", UNDER_STAFF))
    for base, below in bases:
        for end in below:
            said = is_not_here(page, f"{base}{reference}/{end}")
            assert said == is_not_here(page, f"{base}{NEVER_MADE}/{end}")
