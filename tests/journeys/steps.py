"""What people do again and again in these stories, found by role, name and address, never by wording."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from entente.demo.content_words import content
from tests.database import ROOT

CONVERSATIONS = ROOT.parent / "shared" / "data" / "polis"
LONG = 90_000  # milliseconds: for work in the background on a busy machine
REFERENCE = re.compile(r"[A-Z]{3}-[0-9A-Z]{7}")
TITLES: dict[str, dict[str, str]] = {row["slug"]: row["title"] for row in content("matters")["matters"]}
AGREEMENTS: dict[str, dict[str, str]] = {
    row["slug"]: row["title"] for row in content("agreements")["agreements"]
}


def enter_as(page: Page, who: str, language: str = "en") -> None:
    """Come in through one of the doors of the first screen."""
    page.goto(f"/{language}/")
    door = page.locator(f"#doors button[name=who][value={who}]")
    if not door.is_visible():
        page.locator("#doors summary").click()
    door.click()
    page.wait_for_url("**/staff/")
    assert page.locator("html").get_attribute("lang") == language


def conversation_zip(name: str, folder: Path) -> Path:
    """A real conversation as Polis exports it, zipped."""
    files = sorted((CONVERSATIONS / name).glob("*.csv"))
    if not files:
        pytest.skip(f"The real conversation {name} is not beside this repository (shared/data/polis).")
    path = folder / f"{name}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for file in files:
            zipped.write(file, file.name)
    return path


def upload(page: Page, path: Path) -> None:
    """Choose a conversation's zip, have it read, and wait until it says what it holds."""
    page.goto("/staff/dialogues/")
    page.locator("aside a[href='/staff/imports/']").click()
    page.locator("main a[href='/staff/imports/new/']").first.click()
    page.locator("[name=file]").set_input_files(path)
    submit(page)
    page.wait_for_url(re.compile(r"/staff/imports/[0-9a-f-]{36}/$"))
    page.locator("main [name=question]").wait_for(timeout=LONG)


def bring_in(page: Page, **texts: str) -> None:
    """Say what the conversation is about, and have its votes written."""
    fill(page, **texts)
    submit(page, "form:has([name=question])")


def wait_until_done(page: Page) -> str:
    """Watch an import until all votes are written; returns the reference of its dialogue."""
    link = page.locator("main a.button[href^='/staff/dialogues/DLG-']")
    link.wait_for(timeout=LONG)
    link.click()
    page.locator("#turnout dl").wait_for()
    return reference_of(page)


def reference_of(page: Page) -> str:
    """The reference in the address."""
    found = REFERENCE.search(page.url)
    assert found, page.url
    return found[0]


def fill(page: Page, **texts: str) -> None:
    """Fill in fields by their names."""
    for name, text in texts.items():
        field = page.locator(f"main [name={name}]").first
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(text)
        else:
            field.fill(text)


def submit(page: Page, form: str = "form") -> None:
    """Send the form of the page."""
    page.locator(f"main {form} button[type=submit]").first.click()


def confirm(page: Page, reference: str, step: str, **texts: str) -> None:
    """One of the steps that are asked again before they happen, from the link on the dialogue's page."""
    page.goto(f"/staff/dialogues/{reference}/")
    page.locator(f"aside a[href='/staff/dialogues/{reference}/{step}/']").click()
    fill(page, **texts)
    submit(page, ".confirm form")
    page.wait_for_url(lambda url: f"/{step}/" not in url)


def until(page: Page, shown: Callable[[], Locator]) -> None:
    """Load the page again until it shows something: what works in the background has no fixed time."""
    for _ in range(LONG // 500):
        if shown().count():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(f"{page.url} never showed it")


def open_matter(page: Page, title: str, category: str, *notes: tuple[str, str, bool]) -> str:
    """Open a matter with notes, each with its category and whether it is secret; returns its reference."""
    page.goto("/staff/records/")
    page.locator("aside a[href='/staff/records/new/']").click()
    fill(page, title=title, category=category)
    submit(page)
    page.wait_for_url(re.compile(r"/staff/records/[A-Z]{3}-[0-9A-Z]{7}/$"))
    reference = reference_of(page)
    for text, about, is_secret in notes:
        page.locator(f"aside a[href='/staff/records/{reference}/note/']").click()
        fill(page, text=text, category=about)
        page.locator("main [name=is_secret]").set_checked(is_secret)
        submit(page)
        page.locator("#notes li", has_text=text).wait_for()
    return reference


def open_shared(page: Page, title: str) -> str:
    """Go to a matter from the list of records; returns its reference."""
    page.goto("/staff/records/")
    page.locator("main table a", has_text=title).click()
    page.wait_for_url(re.compile(r"/staff/records/[A-Z]{3}-[0-9A-Z]{7}/"))
    return reference_of(page)


def state_purpose(page: Page, purpose: str) -> None:
    """Say what the record in front of one is needed for, and read it."""
    page.locator("#purpose a.button").click()
    page.locator(f"main [name=purpose][value={purpose}]").check()
    submit(page, "form:has([name=purpose])")
    page.locator("#notes li").first.wait_for()


def take_step(page: Page, agreement: str, step: str, **texts: str) -> None:
    """One of the steps an agreement can take, from its link on the agreement's page."""
    page.goto("/staff/agreements/")
    page.locator("main a[href^='/staff/agreements/']", has_text=agreement).first.click()
    page.locator(f"aside a[href$='/{step}/']").click()
    fill(page, **texts)
    submit(page, ".confirm form")
    page.wait_for_url(lambda url: f"/{step}/" not in url)


def publish(page: Page, reference: str, heard: str, limits: str) -> None:
    """Write what was heard and what it can't tell, read what everybody will read, and publish it."""
    page.goto(f"/staff/dialogues/{reference}/")
    page.locator(f"aside a[href='/staff/dialogues/{reference}/report/']").click()
    until(page, lambda: page.locator(".content section dl"))
    fill(page, heard=heard, limits=limits)
    page.locator("main button[name=publish]").click()
    page.wait_for_url("**/publish/")
    assert heard in page.locator("main").inner_text()
    submit(page, ".confirm form")
    page.wait_for_url(lambda url: "/publish/" not in url)


def answer(page: Page, vote: str) -> int:
    """Answer the statement shown; returns its number."""
    number = int(page.locator("form[data-vote] [name=statement]").get_attribute("value") or "")
    page.locator(f"form[data-vote] button[value={vote}]").click()
    return number


def read_statements(page: Page, reference: str) -> None:
    """Accept the oldest of the statements that wait, and turn the next one down with a reason."""
    page.goto(f"/staff/dialogues/{reference}/")
    page.locator(f"aside a[href='/staff/dialogues/{reference}/moderate/']").click()
    cards = page.locator("main article[data-row]")
    waiting = cards.count()
    assert waiting > 1
    accepted = cards.first.locator("blockquote").inner_text()
    cards.first.locator(".to-read-decide > button").click()
    expect(cards).to_have_count(waiting - 1)
    turned_down = cards.first.locator("blockquote").inner_text()
    cards.first.locator("input[name=chosen]").check()
    page.locator("#decide button[value=rejected]").click()
    page.locator("main .wrong").wait_for()  # nothing is turned down without a reason
    page.select_option("#decide select[name=reason]", "off_topic")
    page.fill("#decide input[name=note]", "Ask the school directly, please.")
    page.locator("#decide button[value=rejected]").click()
    expect(cards).to_have_count(waiting - 2)
    page.goto(f"/staff/dialogues/{reference}/moderate/?show=rejected")
    assert turned_down in page.locator("main").inner_text()
    page.goto(f"/staff/dialogues/{reference}/moderate/?show=accepted&page=99")  # the last page
    assert accepted in page.locator("main").inner_text()


def open_from_list(page: Page, state: str) -> str:
    """Go to the first dialogue in that state, from the list; returns its reference."""
    page.goto(f"/staff/dialogues/?state={state}")
    page.locator("main table a").first.click()
    page.wait_for_url("**/staff/dialogues/DLG-*/")
    return reference_of(page)


def read_report(page: Page, reference: str, heard: str, limits: str, language: str = "en") -> None:
    """A published result: as a picture, as tables, as sentences, and as files for everybody."""
    here = f"/{language}/dialogues/{reference}/report"
    page.goto(f"/{language}/dialogues/")
    page.locator(f"a[href='{here}/']").first.click()
    said = page.locator("article.paper")
    assert heard in said.inner_text()
    assert limits in said.inner_text()
    assert said.locator("header p.reading").count()
    figure = said.locator("figure").first
    assert figure.locator("svg").count()
    figure.locator("details summary").click()
    assert figure.locator("table tbody tr").first.is_visible()
    assert said.locator("table").count() >= 3
    with page.expect_download() as download:
        page.locator(f"a[href='{here}/map.svg']").click()
    assert "<svg" in download.value.path().read_text(encoding="utf-8")
    with page.expect_download() as download:
        page.locator(f"a[href='{here}/open-data.zip']").click()
    with zipfile.ZipFile(download.value.path()) as zipped:
        assert zipped.testzip() is None
        assert {"statements.csv", "totals.csv", "groups.csv"} <= set(zipped.namelist())
        statements = zipped.read("statements.csv").decode("utf-8-sig").splitlines()
    assert len(statements) > 10
