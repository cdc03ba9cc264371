"""Amina writes the strategy in Romanian; when it is in force everybody reads it, as a page and on paper."""

from __future__ import annotations

import io
import re

from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from entente.audit import clock
from tests.journeys.conftest import Visit, assert_accessible, tab_to
from tests.journeys.steps import enter_as, fill, reference_of, submit

TITLE = "Mai aproape unii de alții"
TEXTS = {
    "need": "Serile sunt lungi și nu răspunde nimeni la telefon.",
    "purpose": "Oricine știe la cine să meargă cu o îngrijorare.",
    "response": "Protocoalele spun cine ce face în prima oră.",
    "evaluation": "O dată pe an spunem public ce am învățat.",
}
SENTENCE = "Oamenii vor o piață vie până la unsprezece."
ACTION = "O linie telefonică în patru limbi"
NOTE = "Linia răspunde de luni."
SAVED = re.compile(r"/staff/strategy/STR-[0-9A-Z]{7}/")


def drafts(page: Page, browser: Browser) -> str:
    """From the list to an empty draft; returns its address."""
    page.goto("/staff/strategy/")
    assert_accessible(page, browser)
    page.locator("aside a[href='/staff/strategy/new/']").click()
    year = clock.today().year
    fill(page, title=TITLE, first_day=f"{year}-01-01", last_day=f"{year + 2}-12-31", language="ro")
    submit(page)
    page.wait_for_url(SAVED)
    assert_accessible(page, browser)
    return f"/staff/strategy/{reference_of(page)}/"


def writes(page: Page, browser: Browser, here: str, cited: str) -> None:
    """Every part of the text, a source, a place, an objective and an action."""
    for part, text in TEXTS.items():
        page.goto(here)
        page.locator(f"#{part} a[href$='/passages/{part}/ro/']").click()
        fill(page, text=text)
        submit(page)
        page.locator(f"#{part}", has_text=text).wait_for()
    page.locator("#need a[href$='/sources/need/']").click()
    fill(page, reference=cited, sentence=SENTENCE)
    submit(page)
    page.locator("#need .sources q", has_text=SENTENCE).wait_for()
    page.locator("#places a[href$='/add/finding/']").click()
    page.locator("main [name=sort][value=need]").check()
    page.locator("main [name=area]").select_option(index=1)
    fill(page, text="Piața nu are felinare.", source="Plimbare prin cartier", source_on="2026-01-15")
    assert_accessible(page, browser, as_shown=True)
    submit(page)
    page.locator("#places tbody tr").wait_for()
    page.locator("#objectives a[href$='/add/objective/']").click()
    fill(page, what="Răspuns în cinci zile", measure="Numărat trimestrial", baseline="42", target="85")
    submit(page)
    page.locator("#objectives .objective").wait_for()
    page.locator("#objectives a[href*='/add/action/']").click()
    fill(page, what=ACTION, post="Coordonarea prevenirii", budget="1200.50", secured="1000")
    submit(page)
    page.locator("#action-1", has_text=ACTION).wait_for()


def step(page: Page, browser: Browser, here: str, name: str, **texts: str) -> None:
    """One of the steps of a strategy, with the keyboard alone."""
    page.goto(here)
    tab_to(page, f"#what-you-can-do a[href*='/{name}/']")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{name}/**")
    assert_accessible(page, browser)
    fill(page, **texts)
    page.locator("main h1").click()
    tab_to(page, ".confirm button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: f"/{name}/" not in url)


def reads(resident: Page, browser: Browser) -> None:
    """On a phone, without scripts and without an account; then the paper."""
    resident.goto("/ro/strategy/")
    said = resident.locator("article.paper")
    for text in (TITLE, *TEXTS.values(), SENTENCE, ACTION, NOTE):
        assert text in said.inner_text(), text
    assert said.locator("figure svg").count() == 1
    with resident.expect_download() as download:
        resident.locator("a[href='/ro/strategy.pdf']").first.evaluate("a => { a.download = 'strategy.pdf' }")
        resident.locator("a[href='/ro/strategy.pdf']").first.click()
    pages = PdfReader(io.BytesIO(download.value.path().read_bytes())).pages
    words = " ".join(" ".join(page.extract_text() for page in pages).split())
    for text in (TITLE, ACTION, NOTE):
        assert text in words, text


def test_a_strategy_from_its_draft_to_everybody(visit: Visit, browser: Browser) -> None:
    amina, resident = visit(locale="ro"), visit(locale="ro", phone=True)
    enter_as(amina, "amina", "ro")
    resident.goto("/ro/strategy/")
    before = resident.locator("article.paper").inner_text()
    assert TITLE not in before
    assert_accessible(resident, browser)
    cited = re.search(r"DLG-[0-9A-Z]{7}", before)
    old = re.search(r"STR-[0-9A-Z]{7}", before)
    assert cited
    assert old
    here = drafts(amina, browser)
    writes(amina, browser, here, cited[0])
    step(amina, browser, here, "consult", consulted_with="Toți membrii, până vineri.")
    step(amina, browser, here, "adopt", adopted_by="Consiliul local", reason="A fost discutată cu toți.")
    amina.goto(f"{here}force/")
    amina.locator(".notice-late").wait_for()  # another strategy is in force for these years
    step(amina, browser, f"/staff/strategy/{old[0]}/", "supersede", reason="O înlocuiește cea nouă.")
    step(amina, browser, here, "force")
    amina.goto(here)
    amina.locator("#action-1 a[href*='/progress/']").click()
    amina.locator("main [name=state][value=going]").check()
    fill(amina, note=NOTE, secured="1100")
    submit(amina)
    amina.locator("#action-1", has_text=NOTE).wait_for()
    assert_accessible(amina, browser)
    reads(resident, browser)
    assert_accessible(resident, browser)
