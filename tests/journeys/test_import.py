"""Amina brings in a real conversation, reads what residents wrote, and the city says what it heard."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path

import psycopg
from playwright.sync_api import Browser, Page

from tests.journeys.conftest import Site, Visit, assert_accessible
from tests.journeys.steps import (
    bring_in,
    confirm,
    conversation_zip,
    enter_as,
    open_from_list,
    publish,
    read_report,
    read_statements,
    reference_of,
    upload,
    wait_until_done,
)

LONDON = "london.youth.policing"
BIODIVERSITY = "scoop-hivemind.biodiversity"
HEARD = "People want their questions answered in public, and soon."
LIMITS = "Nobody was drawn by lot: those who came are not everybody."
PAUSED = "A newspaper named a person in a statement; we look at it together."


def test_amina_brings_in_reads_pauses_closes_and_publishes_and_everybody_reads_it(
    site: Site, visit: Visit, browser: Browser, tmp_path: Path
) -> None:
    site.start_worker()
    amina, visitor = visit(), visit(phone=True, dark=True)
    enter_as(amina, "amina")
    imported = bring_in_london(amina, browser, tmp_path)

    reference = open_from_list(amina, "open")
    assert_accessible(amina, browser)
    read_statements(amina, reference)
    assert_accessible(amina, browser)
    pause_and_go_on(amina, visitor, reference, browser)
    confirm(amina, reference, "close")
    visitor.goto(f"/en/dialogues/{reference}/vote/")
    assert not visitor.locator("form[data-vote]").count()
    for one in (reference, imported):
        publish(amina, one, HEARD, LIMITS)
        assert_accessible(amina, browser)
        read_report(visitor, one, HEARD, LIMITS)
        assert_accessible(visitor, browser)
    assert "sub-licensed under CC BY 4.0" in visitor.locator("main").inner_text()


def bring_in_london(amina: Page, browser: Browser, folder: Path) -> str:
    """Upload, see what it holds and what is odd about it, bring it in and watch; returns its reference."""
    upload(amina, conversation_zip(LONDON, folder))
    assert_accessible(amina, browser)
    holds = amina.locator("main").inner_text()
    assert LONDON in holds
    assert amina.locator("main a[href$='/findings.csv']").count() == 1
    with amina.expect_download() as download:
        amina.locator("main a[href$='/findings.csv']").click()
    assert download.value.path().read_text(encoding="utf-8-sig").count("\n") > 1
    bring_in(amina, title="Young people and the police", question="How should young people be heard?")
    reference = wait_until_done(amina)
    assert_accessible(amina, browser)
    return reference


def pause_and_go_on(amina: Page, visitor: Page, reference: str, browser: Browser) -> None:
    """While it is paused everybody reads why, and nobody can answer, not even with a page opened before."""
    visitor.goto(f"/en/dialogues/{reference}/vote/")
    visitor.locator("form[data-vote] button[value=agree]").wait_for()
    confirm(amina, reference, "freeze", reason=PAUSED)
    visitor.locator("form[data-vote] button[value=agree]").click()
    visitor.get_by_text(PAUSED, exact=True).wait_for()
    assert not visitor.locator("form[data-vote]").count()
    assert_accessible(visitor, browser)
    visitor.goto(f"/en/dialogues/{reference}/")
    assert visitor.get_by_text(PAUSED).count()
    confirm(amina, reference, "unfreeze")
    visitor.goto(f"/en/dialogues/{reference}/vote/")
    visitor.locator("form[data-vote] button[value=agree]").click()
    visitor.locator("main p[role=status]").first.wait_for()


def test_a_worker_killed_in_the_middle_of_an_import_loses_nothing_and_counts_nothing_twice(
    site: Site, visit: Visit, tmp_path: Path
) -> None:
    worker = site.start_worker()
    amina = visit()
    enter_as(amina, "amina")
    upload(amina, conversation_zip(BIODIVERSITY, tmp_path))
    bring_in(amina, title="Biodiversity", question="How do we protect what lives here?")
    amina.wait_for_url(re.compile(r"/staff/imports/[0-9a-f-]{36}/$"))
    kill_in_the_middle(site, worker)
    run = amina.url
    amina.goto(run)
    bar = amina.locator("main progress")
    assert 0 < int(bar.get_attribute("value") or 0) < int(bar.get_attribute("max") or 0)
    site.start_worker()
    wait_until_done(amina)
    turnout = amina.locator("#turnout dl").inner_text()
    # Votes on the statements that were accepted, as they stand in the file.
    assert re.findall(r"\d[\d,]*", turnout)[:2] == ["536", "29,188"]
    assert statements_of(amina) == (154, 162)
    amina.goto(run)
    assert "29,719" in amina.locator("main").inner_text()


def kill_in_the_middle(site: Site, worker: subprocess.Popen[bytes]) -> None:
    """Stand in the queue for the import's row, as another worker would, and kill between two steps."""
    with psycopg.connect(site.admin_url, dbname=site.name) as connection:
        while True:
            row = connection.execute(
                "select rows_done, rows_total from records_importrun for update"
            ).fetchone()
            assert row
            if row[0]:
                os.kill(worker.pid, signal.SIGKILL)
                worker.wait()
                assert row[0] < row[1]
                return
            connection.rollback()


def statements_of(page: Page) -> tuple[int, int]:
    """How many statements were accepted and how many were not."""
    page.goto(f"/staff/dialogues/{reference_of(page)}/moderate/")
    numbers = {
        link.get_attribute("href"): int(re.sub(r"\D", "", link.locator("bdi").inner_text()))
        for link in page.locator("#queue a").all()
    }
    assert numbers["?show=waiting"] == 0
    return numbers["?show=accepted"], numbers["?show=rejected"]
