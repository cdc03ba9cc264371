"""Radu breaks the glass: everybody hears of it, Helene reviews it, and whom it concerns reads of it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page

from entente.demo.content_words import content
from entente.records.references import new_reference
from tests.journeys.conftest import Site, Visit, assert_accessible
from tests.journeys.steps import enter_as, fill, open_from_list, open_matter, submit, until

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


TITLE = "Somebody waits at the old harbour"
SAID = "He said he would be at the old harbour tonight."
SECRET = "What he told the nurse about the old harbour."
WORDS = "It was right, and over within the hour."


def test_everybody_sees_it_the_officer_is_told_by_mail_and_secrecy_stays_shut(
    visit: Visit, site: Site, browser: Browser
) -> None:
    site.start_worker()
    amina, radu, helene = visit(), visit(locale="ro", phone=True), visit(locale="fr")
    enter_as(amina, "amina")
    reference = open_matter(amina, TITLE, "concern", (SAID, "concern", False), (SECRET, "health", True))
    assert not amina.locator(".notice-due").count()
    enter_as(radu, "radu", "ro")
    for below in ("", "who-can-see/"):
        answer = radu.goto(f"/staff/records/{reference}/{below}")
        assert answer is not None
        assert answer.status == 404
    breaks_the_glass(radu, browser, reference)
    assert SAID in radu.locator("#notes").inner_text()
    assert SECRET not in radu.content()
    assert_accessible(radu, browser)

    for who in ("amina", "jonas"):
        colleague = visit(locale="ar")
        enter_as(colleague, who, "ar")
        colleague.goto(f"/staff/records/{reference}/")
        assert "Radu Ionescu" in colleague.locator(".notice-due").inner_text()
        assert REASON not in colleague.content()
    assert_accessible(colleague, browser)
    lena = visit()
    enter_as(lena, "lena")  # of the same police: it was opened to one person
    answer = lena.goto(f"/staff/records/{reference}/")
    assert answer is not None
    assert answer.status == 404

    helene.goto("/fr/demo/mailbox/")
    officer = next(row for row in content("cast")["people"] if row["slug"] == "helene")
    until(helene, lambda: helene.locator("article", has_text=reference).filter(has_text=officer["email"]))
    letters = " ".join(helene.locator("article", has_text=reference).all_inner_texts())
    assert "Radu Ionescu" in letters
    for hidden in (REASON, TITLE, SAID, SECRET):
        assert hidden not in letters
    enter_as(helene, "helene", "fr")
    helene.goto("/staff/glass/reviews/")
    helene.locator("#to-review a", has_text=reference).click()
    assert REASON in helene.locator("main").inner_text()
    helene.locator("[name=finding][value=justified]").check()
    fill(helene, words=WORDS)
    submit(helene, "form:has([name=finding])")
    helene.locator("main form:has([name=finding])").wait_for(state="detached")

    elisabeth = visit(locale="ar", phone=True)
    enter_as(elisabeth, "elisabeth", "ar")
    elisabeth.goto("/staff/glass/reviews/")
    assert elisabeth.locator("#everywhere tr", has_text=reference).locator(".state-done").count() == 1
    for hidden in (REASON, WORDS, TITLE, SAID, SECRET):
        assert hidden not in elisabeth.content()
    peter_learns_nothing(visit(), browser, reference)


def peter_learns_nothing(peter: Page, browser: Browser, reference: str) -> None:
    """What is there and what never was are refused in the same words."""
    enter_as(peter, "peter")
    said = []
    for asked in (reference, new_reference("MAT")):
        peter.goto("/staff/glass/")
        fill(peter, reference=asked, reason=REASON)
        peter.locator("[name=is_told]").check()
        submit(peter, FORM)
        peter.locator("[role=alert]").wait_for()
        peter.locator("main .count:not(:empty)").first.wait_for()  # the last that a script adds to the page
        said.append(
            (peter.url, peter.locator("main").inner_text(), peter.locator("[role=alert]").inner_html())
        )
        assert TITLE not in peter.content()
    assert_accessible(peter, browser, as_shown=True)
    assert said[0] == said[1]
