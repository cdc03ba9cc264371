"""Residents answer on their phones, with a keyboard, with a code; Amina runs a whole dialogue in Arabic."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page

from tests.journeys.conftest import PHONE, Site, Visit, assert_accessible, in_this_order, tab_to
from tests.journeys.steps import (
    answer,
    bring_in,
    confirm,
    conversation_zip,
    enter_as,
    fill,
    open_from_list,
    publish,
    read_report,
    read_statements,
    reference_of,
    submit,
    upload,
    wait_until_done,
)

STATEMENT = "نريد أن يجيب مركز الشرطة عن أسئلتنا علنًا."
STATEMENTS = "الحديقة للجميع في كل الأوقات.\nنحتاج إلى إنارة أفضل في المساء.\nليكن للأطفال مكان آمن للّعب."
HEARD = "سمعنا أن الناس يريدون حديقة مضاءة ومفتوحة للجميع."
LIMITS = "لم يُختر أحد بالقرعة، فالنتيجة لا تمثّل المدينة كلها."


def fits(page: Page) -> None:
    """Nothing is wider than the phone."""
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url


def is_arabic(page: Page) -> None:
    """The page is in Arabic and runs from right to left."""
    assert page.locator("html").get_attribute("lang") == "ar"
    assert page.locator("html").get_attribute("dir") == "rtl"


def answers_on(page: Page) -> Locator:
    """One's own answers, on the page that shows where one stands."""
    return page.locator("ol.answers > li")


def test_a_resident_answers_on_a_phone_in_arabic_without_javascript_or_an_account(
    visit: Visit, browser: Browser
) -> None:
    page = visit(locale="ar", phone=True, scripts=False)
    page.goto("/")
    is_arabic(page)
    page.locator("#doors a.door").click()
    assert_accessible(page, browser)
    page.locator("aside a[href$='/vote/']").click()
    assert_accessible(page, browser)
    numbers = []
    for vote in ("agree", "disagree", "pass", "agree", "agree", "disagree"):
        numbers.append(answer(page, vote))
        is_arabic(page)
        fits(page)
        assert f"after={numbers[-1]}" in page.url
    assert len(set(numbers)) == 6
    assert_accessible(page, browser)
    page.locator("main a[href$='/statement/']").click()
    fill(page, text=STATEMENT)
    submit(page)
    page.get_by_text(STATEMENT).wait_for()
    assert_accessible(page, browser)

    page.goto(page.url.replace("/statement/", "/standing/").partition("?")[0])
    assert answers_on(page).count() == 6
    assert answers_on(page).locator(".share").count() == 6  # what others answered
    assert page.locator("figure svg").count()  # where this person stands
    assert_accessible(page, browser)
    fits(page)
    no_account(page)
    comes_back_later(page, numbers)


def no_account(page: Page) -> None:
    """The browser keeps a token for this dialogue for thirty days, and no sign-in."""
    cookies = {cookie.get("name", ""): cookie.get("expires", 0) for cookie in page.context.cookies()}
    assert not any("session" in name for name in cookies)
    now = page.evaluate("Date.now() / 1000")
    assert any(29 < (expires - now) / 86400 < 31 for expires in cookies.values())


def comes_back_later(page: Page, numbers: list[int]) -> None:
    """The same browser finds its answers again, and can change one."""
    standing = page.url
    page.close()
    later = page.context.new_page()
    later.goto(standing)
    kept = {int(item.get_attribute("value") or "") for item in answers_on(later).all()}
    assert kept == set(numbers)
    later.locator(f"a[href$='?statement={numbers[0]}']").click()
    assert answer(later, "pass") == numbers[0]
    later.goto(standing)
    assert answers_on(later).count() == 6
    later.goto(standing.replace("/standing/", "/statement/"))
    assert later.get_by_text(STATEMENT).count() == 1


def press(page: Page, selector: str) -> None:
    """Go there with the Tab key and press Enter."""
    tab_to(page, selector)
    page.keyboard.press("Enter")


def test_a_resident_answers_with_the_keyboard_alone(visit: Visit, browser: Browser) -> None:
    page = visit()
    page.goto("/en/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('a.skip')")
    press(page, "#doors a.door")
    page.wait_for_url("**/en/dialogues/DLG-*/")
    press(page, "aside a[href$='/vote/']")
    page.wait_for_url("**/vote/")
    number = page.locator("form[data-vote] [name=statement]")
    seen = [number.get_attribute("value")]
    for key in ("1", "2", "3", "a", "d", "p"):
        page.keyboard.press(key)
        page.wait_for_function(
            "before => document.querySelector('form[data-vote] [name=statement]').value !== before",
            arg=seen[-1],
        )
        seen.append(number.get_attribute("value"))
        shown = page.locator(".vote-statement").inner_text().strip()
        assert shown in (page.locator("p.heard-only[role=status]").text_content() or "")
    assert len(set(seen)) == 7
    buttons = [f"form[data-vote] button[value={value}]" for value in ("agree", "disagree", "pass")]
    page.reload()
    in_this_order(page, buttons)
    page.keyboard.press("Enter")
    page.wait_for_function(
        "before => document.querySelector('form[data-vote] [name=statement]').value !== before", arg=seen[-1]
    )
    page.wait_for_function("same => document.activeElement.matches(same)", arg=buttons[-1])
    assert_accessible(page, browser)

    page.reload()
    press(page, "main a[href$='/statement/']")
    page.wait_for_url("**/statement/")
    tab_to(page, "[name=text]")
    page.keyboard.type("Ask us in the evening, when we are at home: 1 2 3.")
    press(page, "main form button[type=submit]")
    page.wait_for_url("**/statement/?sent=1")
    assert page.get_by_text("when we are at home: 1 2 3.").count() == 1
    page.goto(page.url.partition("statement/")[0])
    press(page, "aside a[href$='/standing/']")
    page.wait_for_url("**/standing/")
    assert answers_on(page).count() == 7


def test_an_answer_is_kept_while_the_line_is_down_and_counted_once(visit: Visit, browser: Browser) -> None:
    page = visit()
    page.goto("/en/dialogues/")
    page.locator("main a[href*='/dialogues/DLG-']").first.click()
    page.locator("aside a[href$='/vote/']").click()
    page.wait_for_selector("[data-keys] form[data-vote]")
    number = page.locator("form[data-vote] [name=statement]")
    shown = number.get_attribute("value")
    page.context.set_offline(True)
    page.locator("form[data-vote] button[value=agree]").click()
    page.get_by_text("The connection was lost.").first.wait_for()
    assert number.get_attribute("value") == shown
    assert_accessible(page, browser)
    page.context.set_offline(False)
    page.wait_for_function(
        "before => document.querySelector('form[data-vote] [name=statement]').value !== before", arg=shown
    )
    assert "1 answered" in page.locator(".vote-position").inner_text()
    assert not page.locator(".notice").count()
    assert page.evaluate("document.activeElement.value") == "agree"


def make_codes(page: Page, reference: str, stratum: str, batch: str) -> list[str]:
    """Amina makes codes and sees them once."""
    page.goto(f"/staff/dialogues/{reference}/codes/")
    page.locator(f"[name=stratum][value={stratum}]").check()
    page.locator("[name=area]").select_option(index=1)
    fill(page, number="2", batch=batch)
    submit(page)
    codes = page.locator("main ol code, main h1 bdi.reference")
    codes.first.wait_for()
    return codes.all_inner_texts()


def begin_with(page: Page, reference: str, code: str) -> None:
    """Type a code on the page it is asked for."""
    page.goto(f"/en/dialogues/{reference}/")
    page.locator("aside a[href$='/code/']").click()
    fill(page, code=code)
    submit(page)


def test_codes_from_a_letter_and_a_session_open_the_door_and_a_forged_one_does_not(
    visit: Visit, browser: Browser
) -> None:
    amina = visit()
    enter_as(amina, "amina")
    reference = open_from_list(amina, "open")
    letters = make_codes(amina, reference, "letter", "Letters for the journey")
    assert_accessible(amina, browser, as_shown=True)
    assert len(set(letters)) == 2
    (session,) = make_codes(amina, reference, "hosted", "An evening in the library")
    assert_accessible(amina, browser, as_shown=True)

    first, second = visit(phone=True), visit(phone=True, scripts=False, dark=True)
    begin_with(first, reference, letters[0])
    first.wait_for_url("**/vote/")
    answer(first, "agree")
    first.locator("main p[role=status]").first.wait_for()
    begin_with(second, reference, session.lower().replace("-", " "))
    second.wait_for_url("**/vote/")
    answer(second, "disagree")
    assert "after=" in second.url

    forger = visit(phone=True)
    for forged in ("0000-0000-0000", "' or 1=1 --", letters[1][::-1], letters[1][:-1]):
        begin_with(forger, reference, forged)
        assert forger.url.endswith("/code/")
        assert forger.locator("main .wrong, main .form-errors, main [role=alert]").count(), forged
        assert forger.locator("[name=code]").input_value() == forged
    assert_accessible(forger, browser, as_shown=True)
    amina.goto(f"/staff/dialogues/{reference}/")
    page = amina.locator("main").inner_text()
    assert not any(code in page for code in (*letters, session))
    amina.locator("#codes summary").click()
    row = amina.locator("#codes tr", has_text="Letters for the journey").locator("td.number")
    assert row.all_inner_texts() == ["2", "1"]


def test_amina_brings_in_runs_and_publishes_in_arabic_from_the_first_word_to_the_result(
    site: Site, visit: Visit, browser: Browser, tmp_path: Path
) -> None:
    site.start_worker()
    amina = visit(locale="ar")
    enter_as(amina, "amina", "ar")
    reference = draft_in_arabic(amina, browser)
    residents_answer(visit, browser, reference)
    read_statements(amina, reference)
    is_arabic(amina)
    assert_accessible(amina, browser)
    confirm(amina, reference, "close")
    publish(amina, reference, HEARD, LIMITS)
    is_arabic(amina)
    assert_accessible(amina, browser)
    visitor = visit(locale="ar", phone=True, dark=True)
    visitor.goto(f"/ar/dialogues/{reference}/report/")
    is_arabic(visitor)
    said = visitor.locator("article.paper").inner_text()
    assert HEARD in said
    assert LIMITS in said
    assert_accessible(visitor, browser)

    upload(amina, conversation_zip("london.youth.policing", tmp_path))
    is_arabic(amina)
    assert_accessible(amina, browser)
    bring_in(amina, title="الشباب والشرطة", question="كيف يُسمع صوت الشباب؟", language="en")
    imported = wait_until_done(amina)
    is_arabic(amina)
    publish(amina, imported, HEARD, LIMITS)
    read_report(visitor, imported, HEARD, LIMITS, "ar")
    is_arabic(visitor)
    assert_accessible(visitor, browser)


def draft_in_arabic(amina: Page, browser: Browser) -> str:
    """Write the question, the policy and three statements, and open it; returns the reference."""
    amina.goto("/staff/dialogues/")
    is_arabic(amina)
    press(amina, "aside a[href='/staff/dialogues/new/']")
    amina.wait_for_url("**/new/")
    assert_accessible(amina, browser)
    tab_to(amina, "[name=title]")
    amina.keyboard.type("حديقة الميناء")
    amina.keyboard.press("Tab")
    amina.keyboard.type("كيف تريدون أن تكون حديقة الميناء؟")
    fill(amina, language="ar", policy="نقبل كل عبارة تحترم الناس ولا تذكر أحدًا بالاسم.")
    amina.locator("[name=languages][value=en]").check()
    press(amina, "main form button[type=submit]")
    amina.wait_for_url(re.compile(r"/staff/dialogues/DLG-[0-9A-Z]{7}/$"))
    is_arabic(amina)
    reference = reference_of(amina)
    press(amina, f"aside a[href='/staff/dialogues/{reference}/statements/']")
    amina.wait_for_url("**/statements/")
    fill(amina, texts=STATEMENTS, language="ar")
    assert_accessible(amina, browser)
    press(amina, "main form button[type=submit]")
    amina.wait_for_url(lambda url: "/statements/" not in url)
    confirm(amina, reference, "open")
    assert_accessible(amina, browser)
    return reference


def residents_answer(visit: Visit, browser: Browser, reference: str) -> None:
    """Two neighbours answer everything, in Arabic and in English, and each adds a statement."""
    for place, (language, text) in enumerate(
        (("ar", "نريد مقاعد في الظل."), ("en", "Benches in the shade, please."))
    ):
        page = visit(locale=language, phone=True, dark=bool(place))
        page.goto(f"/{language}/dialogues/{reference}/vote/")
        for vote in ("agree", "disagree", "agree"):
            number = answer(page, vote)
            page.locator(f"main a[href$='?statement={number}']").wait_for()
        page.reload()
        assert page.locator("main .card h2").count()  # everything is answered
        assert_accessible(page, browser)
        page.goto(f"/{language}/dialogues/{reference}/statement/")
        fill(page, text=text, language=language)
        submit(page)
        page.wait_for_url("**?sent=1")
