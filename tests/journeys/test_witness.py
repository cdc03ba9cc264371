"""A witness on its own machine watches the log of the live site, and finds what its owner changed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.audit.log_steps import make_log
from tests.database import ROOT
from tests.journeys.conftest import Site, Visit, assert_accessible
from tests.journeys.steps import enter_as, fill, submit, until

NAME = "university.example/witness"
PROGRAM = ROOT / "entente" / "config" / "witness.py"


def witness(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run the program as its owner does, with nothing of Entente around it; exit code and what it said."""
    command = [sys.executable, str(PROGRAM), *arguments, "--state", str(folder / "witness")]
    environment = {"PATH": os.environ["PATH"]}
    done = subprocess.run(
        command, cwd=folder, env=environment, check=False, capture_output=True, text=True, timeout=120
    )
    return done.returncode, done.stdout + done.stderr


def registers(elisabeth: Page, browser: Browser, verifier_key: str) -> str:
    """Elisabeth registers the line she was sent; returns the key to the entries, shown this once."""
    elisabeth.goto("/staff/log/")
    until(elisabeth, lambda: elisabeth.locator("main td.number", has_text=re.compile(r"[0-9٠-٩]")))
    assert_accessible(elisabeth, browser)
    elisabeth.locator("aside a[href='/staff/log/witnesses/']").click()
    fill(elisabeth, verifier_key=f"  {verifier_key}\n")
    submit(elisabeth, "form:has([name=verifier_key])")
    shown = elisabeth.locator("main section.card:has(pre) code.long")
    shown.wait_for()
    assert_accessible(elisabeth, browser, as_shown=True)
    entries_key = shown.inner_text().strip()
    elisabeth.goto("/staff/log/witnesses/")
    assert entries_key not in elisabeth.content()
    assert NAME in elisabeth.locator("main").inner_text()
    return entries_key


def the_owner_changes_an_event(site: Site, folder: Path) -> int:
    """Whoever runs the server can write every row; returns the place of the entry."""
    with make_log(site.url_for, folder).as_owner() as owner:
        place, event = owner.execute(
            "select index, event_id from audit_leaf join audit_event on id = event_id"
            " where name = 'records.record_shared' order by index limit 1"
        ).fetchone() or (-1, None)
        changed = owner.execute(
            "update audit_event set at = at - interval '3 days' where id = %s", [event]
        ).rowcount
        assert changed == 1
        return int(place)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_witness_cosigns_an_honest_log_and_finds_a_changed_event(
    visit: Visit, site: Site, browser: Browser, tmp_path: Path, language: str
) -> None:
    site.start_sequencer()
    code, verifier_key = witness(tmp_path, "init", "--name", NAME)
    assert code == 0, verifier_key
    elisabeth = visit(locale=language, phone=language == "ar", dark=language == "ar")
    enter_as(elisabeth, "elisabeth", language)
    entries_key = registers(elisabeth, browser, verifier_key.strip())
    log_key = elisabeth.locator("aside code.long").inner_text().strip()

    run = ("run", "--url", f"{site.url}/log", "--log-key", log_key, "--entries-key", entries_key)
    code, said = witness(tmp_path, *run)
    assert code == 0, said
    code, said = witness(tmp_path, *run, "--all")
    assert code == 0, said

    elisabeth.goto("/staff/log/")
    told = elisabeth.locator("aside p", has_text=NAME)
    assert told.locator("time").count() == 1  # when it was witnessed last
    assert_accessible(elisabeth, browser)
    elisabeth.goto("/staff/log/witnesses/")
    assert elisabeth.locator("main section.card", has_text=NAME).locator("dd time").count() == 2

    place = the_owner_changes_an_event(site, tmp_path)
    code, said = witness(tmp_path, *run)
    assert code == 0, said  # the hashes are as they were, and only new entries are read
    code, said = witness(tmp_path, *run, "--all")
    assert code == 1
    assert said.startswith(f"EDITED: Entry {place} "), said
    (evidence,) = (tmp_path / "witness").glob("found-*.txt")
    assert f"Entry {place} " in evidence.read_text()
