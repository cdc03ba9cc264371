"""A resident complains on a phone, the overseer answers, and the resident reads it with a code."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page

from tests.journeys.conftest import Visit, assert_accessible
from tests.journeys.steps import enter_as, fill, submit

NUMBER = re.compile(r"CMP-[0-9A-Z]{7}")
CODE = re.compile(r"(?:\d{5} ){4}\d{5}")
TOLD = "أُعلن موعد الجلسة بعد انتهائها، فلم يحضر أحد من حيّنا."
ASKS = "أن نُخبَر قبل أسبوع، وبالعربية أيضًا."
READ = "وصلتنا شكواكم، وأنا من يجيب عنها."
ANSWER = "أنتم على حق: الموعد لم يُترجم إلا بعد الجلسة."
THANKS = "شكرًا لكم على الجواب."


def complains(person: Page, browser: Browser) -> tuple[str, str]:
    """Without an account and without JavaScript; returns the number and the code."""
    person.goto("/ar/")
    person.locator("footer a[href='/ar/complaints/']").click()
    assert person.locator("html").get_attribute("dir") == "rtl"
    assert_accessible(person, browser)
    submit(person, "#complain form")
    person.locator("main .wrong").first.wait_for()  # nothing arrives empty
    person.locator("main [name=about][value=message]").check()
    fill(person, what_happened=TOLD, asks_for=ASKS, language="ar")
    submit(person, "#complain form")
    person.locator("[data-code]").wait_for()
    assert_accessible(person, browser, as_shown=True)
    number = NUMBER.search(person.locator("[data-reference]").inner_text())
    code = CODE.search(person.locator("[data-code]").inner_text())
    assert number
    assert code
    return number[0], code[0]


def opens(person: Page, number: str, code: str) -> None:
    """From the first page of complaints, with the number and the code."""
    person.goto("/ar/complaints/")
    person.locator("main a[href='/ar/complaints/answer/']").click()
    fill(person, reference=number.lower())
    submit(person, "form:has([name=reference])")
    fill(person, code=code)
    submit(person, "form:has([name=code])")


def takes(elisabeth: Page, number: str, step: str, text: str, **chosen: str) -> None:
    """One step of answering, from its link on the complaint's page."""
    elisabeth.goto("/staff/complaints/")
    elisabeth.locator(f"main table a[href='/staff/complaints/{number}/']").click()
    elisabeth.locator(f"aside a[href='/staff/complaints/{number}/{step}/']").click()
    for name, value in chosen.items():
        elisabeth.locator(f"main [name={name}][value={value}]").check()
    fill(elisabeth, text=text)
    submit(elisabeth, ".confirm form")
    elisabeth.wait_for_url(f"**/staff/complaints/{number}/")


def test_a_complaint_is_answered_and_its_person_reads_it_with_the_code(
    visit: Visit, browser: Browser
) -> None:
    person = visit(locale="ar", phone=True, scripts=False)
    number, code = complains(person, browser)

    elisabeth = visit()
    enter_as(elisabeth, "elisabeth")
    takes(elisabeth, number, "acknowledge", READ)
    assert_accessible(elisabeth, browser)
    assert TOLD in elisabeth.locator("#conversation").inner_text()
    takes(elisabeth, number, "answer", ANSWER, outcome="upheld")

    opens(person, number, f"{code[:-1]}{(int(code[-1]) + 1) % 10}")
    person.locator("main .wrong").first.wait_for()
    assert READ not in person.content()
    opens(person, number, code)
    assert_accessible(person, browser, as_shown=True)
    said = person.locator("#conversation").inner_text()
    assert all(words in said for words in (TOLD, READ, ANSWER))
    assert person.locator("#standing [data-outcome=upheld]").count() == 1
    assert code.replace(" ", "") not in person.url.replace(" ", "")
    fill(person, text=THANKS)
    submit(person, "#write form")
    person.locator(".notice-done").wait_for()

    elisabeth.goto(f"/staff/complaints/{number}/")
    assert THANKS in elisabeth.locator("#conversation").inner_text()
    assert person.locator("[data-said=word]").count() == 1
