"""A hosted session, from its code to the wall: phones, a tablet without JavaScript, paper by keyboard."""

from __future__ import annotations

import re
from urllib.parse import urlparse

import psycopg
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Site, Visit, assert_accessible
from tests.journeys.steps import LONG, enter_as, fill, submit

NAME = "Library, a Monday evening"
PEOPLE, ANSWERS = 26, 6


def plan(page: Page, browser: Browser) -> tuple[str, str]:
    """Amina prepares a session; returns the address of its page and the code of the room."""
    page.goto("/staff/dialogues/?state=open")
    page.locator("main a[href^='/staff/dialogues/DLG-']").first.click()
    page.locator("aside a[href$='/sessions/']").click()
    page.locator("aside a[href$='/sessions/new/'], main a[href$='/sessions/new/']").first.click()
    assert_accessible(page, browser)
    fill(page, name=NAME, place="City library")
    submit(page)
    page.wait_for_url(re.compile(r"/sessions/[0-9a-f-]{36}/$"))
    assert_accessible(page, browser)
    return urlparse(page.url).path, page.locator(".door-code").inner_text()


def join(page: Page, door: str) -> None:
    """Photograph the square and press its one button."""
    page.goto(door)
    page.locator("main form button").click()
    page.wait_for_url("**/vote/")


def type_sheet(page: Page, keys: str) -> None:
    """One paper sheet by keyboard alone."""
    expect(page.locator(".sheet-line input").first).to_be_focused()
    for key in keys:
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.locator(".notice-done").wait_for()


def type_sheets_without_a_pause(page: Page, people: int, keys: str) -> None:
    """Sheet after sheet, faster than the site can count; each is counted whole."""
    expect(page.locator(".sheet-line input").first).to_be_focused()
    for _person in range(people):
        for key in [*keys, "Enter"]:
            page.keyboard.press(key)
    expect(page.locator("main strong").first).to_have_text(str(people), timeout=LONG)
    boxes = page.locator(".sheet-line input")
    assert [box.input_value() for box in boxes.all()] == [""] * boxes.count()
    page.locator("main a[href$='?last']").click()
    assert "".join(box.input_value() for box in boxes.all()) == keys
    page.goto(urlparse(page.url).path)


def test_a_room_answers_on_phones_on_a_tablet_and_on_paper_and_sees_itself_on_the_wall(
    site: Site, visit: Visit, browser: Browser
) -> None:
    site.start_worker()
    amina = visit()
    enter_as(amina, "amina")
    session, code = plan(amina, browser)
    reference = session.split("/")[3]
    door = f"/en/dialogues/{reference}/join/{code.replace('-', '')}/"
    amina.goto(f"{session}wall/")
    expect(amina.locator(".wall .door-code")).to_have_text(code)
    assert_accessible(amina, browser)

    # On a phone.
    phone = visit(phone=True)
    phone.goto(door)
    assert_accessible(phone, browser)
    join(phone, door)
    phone.locator("main button[value=agree]").click()

    # On one tablet without JavaScript, passed round.
    tablet = visit(scripts=False)
    here = f"/en/dialogues/{reference}/tablet/"
    tablet.goto(here)
    assert_accessible(tablet, browser)
    fill(tablet, code=code.lower())
    submit(tablet)
    for language in ("ar", "fr"):
        assert_accessible(tablet, browser)
        tablet.locator(f"button[name=language][value={language}]").click()
        assert tablet.locator("html").get_attribute("lang") == language
        assert tablet.locator(".vote-position ~ p a[href*=statement]").count() == 0
        tablet.locator("button[value=disagree]").click()
        tablet.locator("a[href*='?statement=']").wait_for()  # what was said last can be changed
        tablet.locator("button[value=next]").click()
        tablet.locator("button[name=language]").first.wait_for()
        tablet.go_back()
        assert tablet.locator("a[href*='?statement=']").count() == 0
        tablet.goto(here)

    # On paper: 26 sheets say the same to the first statements.
    paper = visit()
    enter_as(paper, "amina")
    paper.goto(f"{session}type-in/")
    assert_accessible(paper, browser)
    type_sheets_without_a_pause(paper, PEOPLE, "1" * (ANSWERS - 1) + "3")
    with psycopg.connect(site.admin_url, dbname=site.name) as connection:
        counted = connection.execute(
            "select count(*) from dialogue_vote v join dialogue_participant p on p.id = v.participant_id"
            " where p.batch = %s group by p.id",
            [NAME],
        ).fetchall()
    assert counted.count((ANSWERS,)) == PEOPLE

    # The wall has renewed itself, and says what the room says.
    amina.locator(".wall-bar").first.wait_for(timeout=LONG)
    assert_accessible(amina, browser)
    expect(amina.locator(".wall-people strong")).to_contain_text("20")
    assert 0 < amina.locator(".wall-bar").count() <= 4
    amina.locator(".wall-tools a[href*=hidden]").click()
    amina.locator(".wall-door").wait_for()
    assert amina.locator(".wall-bar").count() == 0

    # The end: the code is useless, and one more sheet still comes in.
    amina.goto(f"{session}end/")
    submit(amina)
    late = visit(phone=True)
    late.goto(door)
    late.locator(".notice-late").wait_for()
    assert late.locator("main form button").count() == 0
    paper.goto(f"{session}type-in/")
    type_sheet(paper, "12")
    expect(paper.locator("main strong").first).to_have_text(str(PEOPLE + 1))
