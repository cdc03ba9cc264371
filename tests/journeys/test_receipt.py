"""A person reads with a code, without a name, who looked at what concerns them, and takes proofs along."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.utils.translation import override
from playwright.sync_api import Browser, Page

from entente.agreements.vocabulary import Purpose
from entente.demo.content_words import content
from tests.journeys.conftest import Site, Visit, assert_accessible
from tests.journeys.steps import AGREEMENTS, TITLES, enter_as, fill, open_shared, state_purpose, submit, until
from tests.journeys.test_witness import PROGRAM

TITLE = TITLES["school_return"]
NOTES = [note["text"] for row in content("matters")["matters"] for note in row["notes"]]
PEOPLE = {row["slug"]: row for row in content("cast")["people"]}
CODE = re.compile(r"(?:\d{5} ){4}\d{5}")
ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def issues_the_receipt(helene: Page, browser: Browser, reference: str, language: str) -> str:
    """Helene makes it in the person's language, to print; returns the code."""
    helene.goto(f"/staff/records/{reference}/")
    helene.locator(f"aside a[href='/staff/records/{reference}/receipt/']").click()
    assert_accessible(helene, browser)
    fill(helene, language=language)
    submit(helene, "form:has([name=language])")
    assert helene.locator("html").get_attribute("lang") == language
    assert_accessible(helene, browser, as_shown=True)
    found = CODE.search(helene.locator("main").inner_text())
    assert found
    assert len(helene.pdf()) > 1024
    helene.goto(f"/staff/records/{reference}/receipt/")
    assert found[0] not in helene.content()
    return found[0]


def reads_who_looked(person: Page, browser: Browser, code: str, language: str) -> None:
    """A mistyped digit opens nothing; the right ones tell functions and purposes, no name and no content."""
    person.goto(f"/{language}/who-looked/")
    assert_accessible(person, browser)
    fill(person, code=f"{code[:-1]}{(int(code[-1]) + 1) % 10}")
    submit(person, "form:has([name=code])")
    assert not person.locator(".looks").count()
    fill(person, code=code)
    submit(person, "form:has([name=code])")
    person.locator("ol.looks li").first.wait_for()
    assert_accessible(person, browser, as_shown=True)
    shown = person.locator("main").inner_text()
    with override(language):
        purpose = str(Purpose.PLAN_SUPPORT.label)
    for told in (PEOPLE["ioana"]["title"][language], purpose):
        assert told in shown, told
    assert any(title in shown for title in AGREEMENTS["support"].values())
    for hidden in (PEOPLE["ioana"]["name"], "Ioana", *TITLE.values(), *NOTES):
        assert hidden not in person.content(), hidden
    assert person.url.endswith(f"/{language}/who-looked/")


def takes_the_proofs(person: Page, folder: Path) -> list[Path]:
    """All of them in one file."""
    with person.expect_download() as download:
        person.locator("main form:not(:has([name=event])) button[type=submit]").click()
    with zipfile.ZipFile(download.value.path()) as zipped:
        zipped.extractall(folder)
    return sorted(folder.glob("*.tlog-proof"))


@pytest.mark.parametrize(("language", "scripts"), [("ar", True), ("en", False)])
def test_a_person_reads_who_looked_and_checks_the_proofs(
    visit: Visit, site: Site, browser: Browser, tmp_path: Path, language: str, scripts: bool
) -> None:
    site.start_sequencer()
    ioana = visit(locale=language)
    enter_as(ioana, "ioana", language)
    reference = open_shared(ioana, TITLE[language])
    state_purpose(ioana, Purpose.PLAN_SUPPORT)

    helene = visit(locale="fr")
    enter_as(helene, "helene", "fr")
    code = issues_the_receipt(helene, browser, reference, language)
    elisabeth = visit()
    enter_as(elisabeth, "elisabeth")
    elisabeth.goto("/staff/log/?event=records.record_opened")
    until(elisabeth, lambda: elisabeth.locator("main td.number", has_text=re.compile(r"[0-9٠-٩]")))

    person = visit(locale=language, phone=True, scripts=scripts)
    reads_who_looked(person, browser, code.translate(ARABIC_INDIC) if language == "ar" else code, language)
    proofs = takes_the_proofs(person, tmp_path)
    assert proofs
    log_key = person.request.get("/log/key").text().strip()
    for proof in proofs:
        command = [sys.executable, str(PROGRAM), "check", str(proof), "--log-key", log_key]
        checked = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
        assert checked.returncode == 0, checked.stdout + checked.stderr
        assert reference not in checked.stdout  # an entry holds no content, and no reference either
    said = proofs[0].read_text()
    proofs[0].write_text(re.sub(r"index \d+", "index 0", said))
    command = [sys.executable, str(PROGRAM), "check", str(proofs[0]), "--log-key", log_key]
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode == 1
