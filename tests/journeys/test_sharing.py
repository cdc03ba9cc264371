"""Amina lets New Page in under a clause; Ioana reads what it covers; cut off, she has nothing at once."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page

from entente.agreements.vocabulary import Purpose
from entente.demo.content_words import content
from tests.journeys.conftest import Visit, assert_accessible, in_this_order, tab_to
from tests.journeys.steps import (
    AGREEMENTS,
    enter_as,
    fill,
    open_matter,
    open_shared,
    state_purpose,
    submit,
    take_step,
)

TITLE = "Woodwork after the holidays"
PLAN = "He wants to finish the bench he began, and asked for Thursdays."
HEALTH = "What he told the nurse stays with the nurse."
SECRET = "Said in confidence about the bench."
FILE = "Thursdays, room by room."
NAMES: dict[str, dict[str, str]] = {row["slug"]: row["name"] for row in content("cast")["organisations"]}
NEVER_MADE = "MAT-2222222"
AGREEMENT = AGREEMENTS["support"]


def makes_it(amina: Page, folder: Path) -> str:
    """A matter with notes of two categories, one more under secrecy, and two files."""
    notes = ((PLAN, "plan", False), (HEALTH, "health", False), (SECRET, "plan", True))
    reference = open_matter(amina, TITLE, "coordination", *notes)
    for name, category in (("thursdays.txt", "plan"), ("from-the-nurse.txt", "health")):
        path = folder / name
        path.write_text(FILE)
        amina.locator(f"aside a[href='/staff/records/{reference}/file/']").click()
        amina.locator("main [name=file]").set_input_files(path)
        fill(amina, category=category)
        submit(amina)
        amina.locator("#files a", has_text=name).wait_for()
    return reference


def lets_them_in(amina: Page, browser: Browser, reference: str) -> None:
    """With the keyboard alone; before it happens she reads what they will and will not see."""
    here = f"/staff/records/{reference}/share/"
    tab_to(amina, f"aside a[href='{here}']")
    amina.keyboard.press("Enter")
    amina.wait_for_url(f"**{here}")
    assert_accessible(amina, browser)
    amina.locator("main [name=to]").select_option(label=NAMES["new_page"]["en"])
    amina.locator("main [name=agreement]").select_option(label=AGREEMENT["en"])
    fill(amina, purpose="plan_support")
    amina.locator("main h1").click()
    in_this_order(amina, ["[name=to]", "[name=agreement]", "[name=purpose]", "[name=until]"])
    amina.keyboard.press("Enter")
    will, will_not = amina.locator(".seen-list").first, amina.locator(".seen-list").last
    will.wait_for()
    assert will.locator("li").count() == 3  # the record itself, a note and a file of the plan
    assert will_not.locator("li").count() == 3  # a note and a file on health, and the note under secrecy
    assert_accessible(amina, browser, as_shown=True)
    tab_to(amina, ".confirm button[type=submit]")
    amina.keyboard.press("Enter")
    amina.locator("#let-in li", has_text=NAMES["new_page"]["en"]).wait_for()


def reads(ioana: Page, browser: Browser, reference: str) -> str:
    """From her list to the covered parts and the file; returns the address of the file."""
    assert open_shared(ioana, TITLE) == reference
    assert not ioana.locator("#notes, #files").count()  # nothing before the purpose is stated
    assert_accessible(ioana, browser)
    ioana.locator("#purpose a.button").click()
    assert_accessible(ioana, browser)
    ioana.go_back()
    state_purpose(ioana, "plan_support")
    assert ioana.locator("#notes li").count() == 1
    assert PLAN in ioana.locator("#notes").inner_text()
    for closed in (HEALTH, SECRET, "from-the-nurse"):
        assert closed not in ioana.content()
    assert_accessible(ioana, browser)
    link = ioana.locator("#files a[href*='/files/']")
    assert link.count() == 1
    with ioana.expect_download() as download:
        link.click()
    assert download.value.path().read_text() == FILE
    return link.get_attribute("href") or ""


def surfaces(page: Page, reference: str, file: str) -> dict[str, bool]:
    """Where somebody finds the record at this moment."""
    found: dict[str, bool] = {}
    for name, address in {
        "list": "/staff/records/",
        "search by word": "/staff/search/?q=Woodwork",
        "search by reference": f"/staff/search/?q={reference}",
        "changes": "/staff/records/changes/",
        "feed": "/staff/records/changes.atom",
        "export": "/staff/records/export.csv",
        "API": "/staff/api/records/",
        "my work": "/staff/",
    }.items():
        answer = page.request.get(address)
        assert answer.ok, address
        shown = answer.text()
        found[name] = TITLE in shown or f"/{reference}/" in shown
    for name, address in {
        "page": f"/staff/records/{reference}/",
        "one by the API": f"/staff/api/records/{reference}/",
        "file": file,
        "still open": f"/staff/records/{reference}/still-open/",
    }.items():
        answer = page.request.get(address)
        assert answer.status in (200, 404), address
        found[name] = answer.status == 200
    return found


def unknown_to(page: Page, reference: str) -> None:
    """Every address below it answers as one that nobody ever made."""
    said = []
    for asked in (reference, NEVER_MADE):
        for below in ("", "why/", "purpose/"):
            answer = page.goto(f"/staff/records/{asked}/{below}")
            assert answer is not None
            assert answer.status == 404, page.url
            said.append((below, page.title(), page.locator("main").inner_text()))
    assert said[: len(said) // 2] == said[len(said) // 2 :]


def the_open_page_empties_itself(ioana: Page) -> None:
    ioana.locator("main [role=alert]").wait_for()
    for gone in (TITLE, PLAN, "thursdays.txt"):
        assert gone not in ioana.content()
        assert gone not in ioana.title()


def test_a_clause_opens_what_it_names_and_whoever_is_cut_off_has_nothing_at_that_moment(
    visit: Visit, browser: Browser, tmp_path: Path
) -> None:
    amina, ioana, peter = visit(), visit(locale="ar", phone=True), visit(dark=True)
    enter_as(amina, "amina")
    enter_as(ioana, "ioana", "ar")
    enter_as(peter, "peter")
    reference = makes_it(amina, tmp_path)
    assert_accessible(amina, browser)
    unknown_to(ioana, reference)
    lets_them_in(amina, browser, reference)
    file = reads(ioana, browser, reference)
    everywhere = surfaces(ioana, reference, file)
    assert all(everywhere.values()), everywhere

    unknown_to(peter, reference)
    nowhere = surfaces(peter, reference, file)
    assert not any(nowhere.values()), nowhere

    ioana.goto(f"/staff/records/{reference}/")
    take_step(amina, AGREEMENT["en"], "suspend", reason="One party reads its text again.")
    nowhere = surfaces(ioana, reference, file)
    assert not any(nowhere.values()), nowhere
    the_open_page_empties_itself(ioana)
    assert_accessible(ioana, browser, as_shown=True)
    unknown_to(ioana, reference)
    take_step(amina, AGREEMENT["en"], "resume")
    everywhere = surfaces(ioana, reference, file)
    assert all(everywhere.values()), everywhere

    ioana.goto(f"/staff/records/{reference}/why/")
    assert AGREEMENT["ar"] in ioana.locator("main").inner_text()
    amina.goto(f"/staff/records/{reference}/share/")
    amina.locator("#let-in li", has_text=NAMES["new_page"]["en"]).locator("a[href$='/end/']").click()
    assert_accessible(amina, browser)
    fill(amina, reason="The course is over.")
    submit(amina, ".confirm form")
    amina.wait_for_url(f"**/{reference}/share/")
    nowhere = surfaces(ioana, reference, file)
    assert not any(nowhere.values()), nowhere
    the_open_page_empties_itself(ioana)

    amina.goto(f"/staff/records/{reference}/who-has-seen/")
    looked = amina.locator("main tbody tr", has_text="Ioana Popescu")
    assert looked.count() >= 2  # she opened it, read it and took the file
    for told in (Purpose.PLAN_SUPPORT.label, AGREEMENT["en"], NAMES["new_page"]["en"]):
        assert str(told).lower() in looked.first.inner_text().lower()
    assert_accessible(amina, browser)
