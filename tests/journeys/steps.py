"""What people do again and again in these stories, found by role, name and address, never by wording."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page

from tests.database import ROOT

CONVERSATIONS = ROOT.parent / "shared" / "data" / "polis"
LONG = 90_000  # milliseconds: for work in the background on a busy machine
REFERENCE = re.compile(r"DLG-[0-9A-Z]{7}")


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
        field = page.locator(f"main [name={name}]")
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
    page.wait_for_url(f"**/staff/dialogues/{reference}/**")


def answer(page: Page, vote: str) -> int:
    """Answer the statement shown; returns its number."""
    number = int(page.locator("form[data-vote] [name=statement]").get_attribute("value") or "")
    page.locator(f"form[data-vote] button[value={vote}]").click()
    return number
