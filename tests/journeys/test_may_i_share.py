"""A case worker asks before typing a name; an agreement is suspended; answer and public page follow."""

from __future__ import annotations

from playwright.sync_api import Browser, Page

from tests.journeys.conftest import Visit, assert_accessible, in_this_order, tab_to
from tests.journeys.steps import AGREEMENTS, enter_as, fill, take_step

SUPPORT = AGREEMENTS["support"]
QUESTION = {"category": "housing", "organisation": "city", "purpose": "plan_support"}
FIELDS = ["[name=do]", "[name=category]", "[name=organisation]", "[name=purpose]"]


def asks(page: Page, **question: str) -> None:
    """Choose the question on the page, and have it answered."""
    page.goto("/staff/sharing/")
    fill(page, **question)
    page.locator("#question button[type=submit]").click()
    page.locator("#answers").wait_for()


def verdicts(page: Page) -> list[str | None]:
    """What the answers on the page say."""
    return [one.get_attribute("data-verdict") for one in page.locator("#answers .answer").all()]


def clause_numbers(page: Page) -> list[str]:
    """The clauses that the answers lead to."""
    links = page.locator("#answers .answer a[href*='#clause-']").all()
    return [str(one.get_attribute("href")).partition("#clause-")[2] for one in links]


def reads_the_register(page: Page, language: str) -> None:
    """From the foot of any public page to the agreement everybody asks about."""
    page.goto(f"/{language}/")
    page.locator(f"footer a[href='/{language}/register/']").click()
    page.locator("#agreements a", has_text=SUPPORT[language]).click()
    page.locator("#agreement").wait_for()


def state(page: Page) -> str | None:
    """Where the agreement stands, as the public page says."""
    return page.locator("#agreement").get_attribute("data-state")


def test_the_answer_and_the_public_page_follow_the_agreement(visit: Visit, browser: Browser) -> None:
    ioana, amina = visit(locale="fr", phone=True), visit(locale="ar")
    resident = visit(locale="ar", phone=True, scripts=False)
    enter_as(ioana, "ioana", "fr")
    enter_as(amina, "amina", "ar")

    ioana.goto("/staff/sharing/")
    in_this_order(ioana, FIELDS)
    tab_to(ioana, "#overview .table-frame")
    assert_accessible(ioana, browser)
    asks(ioana, **QUESTION)
    assert verdicts(ioana) == ["yes"]
    assert SUPPORT["fr"] in ioana.locator("#answers").inner_text()
    assert ioana.locator("#answers .answer-secrecy").count() == 1
    (number,) = clause_numbers(ioana)
    assert_accessible(ioana, browser)
    ioana.locator("#answers .answer a[href*='#clause-']").click()
    ioana.locator(f"#clause-{number}").wait_for()
    asks(ioana, **{**QUESTION, "category": "health"})
    assert verdicts(ioana) == ["no"]
    assert ioana.locator("#instead li").count() == 4

    reads_the_register(resident, "ar")
    assert state(resident) == "in_force"
    assert resident.locator("html").get_attribute("dir") == "rtl"
    assert_accessible(resident, browser)

    take_step(amina, SUPPORT["ar"], "suspend", reason="يعيد أحد الأطراف قراءة النص.")
    asks(ioana, **QUESTION)
    assert verdicts(ioana) == ["not_yet"]
    assert clause_numbers(ioana) == [number]
    assert ioana.locator("#answers .answer ul li").count() == 1  # what is missing
    assert_accessible(ioana, browser)
    resident.reload()
    assert state(resident) == "suspended"
    assert_accessible(resident, browser)

    take_step(amina, SUPPORT["ar"], "resume")
    asks(ioana, **QUESTION)
    assert verdicts(ioana) == ["yes"]
    asks(amina, do="receive", organisation="new_page", purpose="plan_support")
    assert "yes" in verdicts(amina)
    assert_accessible(amina, browser)
    with resident.expect_download() as paper:
        resident.reload()
        resident.locator("a[href$='/paper.pdf']").evaluate("link => link.setAttribute('download', '')")
        resident.locator("a[href$='/paper.pdf']").click()
    assert paper.value.path().read_bytes().startswith(b"%PDF")
