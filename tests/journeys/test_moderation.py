"""Five hundred statements wait: Amina reads them at her desk and on her phone, and everybody reads how."""

from __future__ import annotations

import csv
import re
import uuid
from datetime import timedelta
from itertools import product

import psycopg
from playwright.sync_api import Browser, Locator, Page, expect

from entente.audit import clock
from entente.demo.content_words import content
from entente.dialogue.models import Statement
from entente.dialogue.similarity import likeness
from tests.journeys.conftest import PHONE, Site, Visit, assert_accessible
from tests.journeys.steps import enter_as, fill, reference_of, submit

MANY, PAGE = 500, 50
SIGNS = {"en": "\u200b", "fr": "\u2060", "ar": "\u200f", "ro": "\u00ad"}  # nobody sees them
# In each language what should be done, where, and what else people say with it.
WRITTEN = {
    "en": (
        [
            *("We need lights and benches", "The trams should wait", "Put up a board with every answer"),
            *(
                "Let the school open its doors",
                "Somebody should listen on Sundays",
                "Plant a row of lime trees",
            ),
        ],
        ["at the station", "by the river", "behind the market", "near the old hospital"],
        ["", ", please", " before the winter", " as soon as you can", ", and not next year"],
    ),
    "fr": (
        [
            *("Il faut des bancs et de la lumière", "Que le tramway attende", "Affichez chaque réponse"),
            *("Ouvrez le gymnase le soir", "Qu’on nous écoute le dimanche", "Plantez une rangée de tilleuls"),
        ],
        ["devant la gare", "au bord du fleuve", "derrière le marché", "près de l’ancien hôpital"],
        ["", ", s’il vous plaît", " avant l’hiver", " dès que possible", ", et pas l’an prochain"],
    ),
    "ar": (
        [
            *("نحتاج إلى مقاعد وإنارة", "لينتظر الترام الركاب", "علّقوا لوحة فيها كل جواب"),
            *("افتحوا القاعة في المساء", "ليُصغِ إلينا أحد يوم الأحد", "ازرعوا صفًّا من الزيزفون"),
        ],
        ["أمام المحطة", "على ضفة النهر", "خلف السوق", "قرب المستشفى القديم"],
        ["", " من فضلكم", " قبل الشتاء", " في أقرب وقت", " وليس في العام القادم"],
    ),
    "ro": (
        [
            *("Avem nevoie de bănci și lumină", "Tramvaiul să aștepte", "Afișați fiecare răspuns"),
            *("Deschideți sala de sport seara", "Să ne asculte cineva duminica", "Plantați un șir de tei"),
        ],
        ["la gară", "pe malul râului", "în spatele pieței", "lângă spitalul vechi"],
        ["", ", vă rugăm", " înainte de iarnă", " cât mai repede", ", nu la anul"],
    ),
}
TWIN = "Put up a board with every answer at the station"


def wishes(language: str) -> list[str]:
    """A hundred and twenty wishes: first those that differ, then what says nearly the same."""
    what, where, more = WRITTEN[language]
    return [f"{one} {place}{end}" for end, place, one in product(more, where, what)]


def written(number: int) -> list[tuple[str, str, str]]:
    """Language, words and likeness: four languages in turn, every tenth twice, the second with a hidden sign.

    Nobody can send such a twin today. These came before signs nobody sees were looked at: without a likeness.
    """
    found: list[tuple[str, str, str]] = []
    for row in zip(*(wishes(language) for language in WRITTEN), strict=True):
        for language, text in zip(WRITTEN, row, strict=True):
            found.append((language, text, likeness(text)))
            if len(found) % 10 == 9:
                found.append((language, f"{text[:4]}{SIGNS[language]}{text[4:]}", ""))
    assert len(found) >= number
    return found[:number]


def let_them_wait(site: Site, reference: str) -> None:
    """Have five hundred statements of residents wait: those of the demo, and what came within a day."""
    with psycopg.connect(site.admin_url, dbname=site.name) as connection:
        connection.execute("set session_replication_role = replica")  # no event is asked for
        known = connection.execute(
            "select r.id, count(s.id) from records_record r join dialogue_statement s on s.dialogue_id = r.id"
            " where r.reference = %s and s.state = 'waiting' group by r.id",
            [reference],
        ).fetchone()
        assert known
        rows = written(MANY - known[1])
        now = clock.this_hour()
        connection.cursor().executemany(
            "insert into dialogue_statement (id, dialogue_id, text, language, origin, state, reason,"
            " reason_note, decided_by, received_at, likeness, votes)"
            " values (%s, %s, %s, %s, 'resident', 'waiting', '', '', '', %s, %s, 0)",
            [
                (uuid.UUID(int=at), known[0], text, language, now - timedelta(hours=20 - at // 25), digest)
                for at, (language, text, digest) in enumerate(rows)
            ],
        )


def turned_down(site: Site) -> list[tuple[str, str]]:
    """Reason and words of what residents wrote and the city turned down."""
    with psycopg.connect(site.admin_url, dbname=site.name) as connection:
        return connection.execute(
            "select s.reason, s.text from dialogue_statement s join records_record r on r.id = s.dialogue_id"
            " where s.state = 'rejected' and s.origin = 'resident' and r.title = %s",
            [content("dialogue")["title"]["en"]],
        ).fetchall()


def open_queue(page: Page) -> str:
    """From the list of dialogues to the statements that wait; returns the reference."""
    page.goto("/staff/dialogues/?state=open")
    page.locator("main table a", has_text=content("dialogue")["title"]["en"]).click()
    page.wait_for_url("**/staff/dialogues/DLG-*/")
    return reference_of(page)


def rows_of(page: Page) -> Locator:
    """The statements of the page."""
    return page.locator("main article[data-row]")


def read_so_far(page: Page) -> tuple[int, int]:
    """How many of all statements are read, as the page says."""
    bar = page.locator(".queue-progress progress")
    return int(bar.get_attribute("value") or 0), int(bar.get_attribute("max") or 0)


def as_seen(text: str) -> str:
    """A text without the signs nobody sees."""
    return "".join(sign for sign in text if sign not in SIGNS.values())


def expect_read(page: Page, number: int) -> None:
    """Wait until the page says that so many are read."""
    expect(page.locator(".queue-progress progress")).to_have_attribute("value", str(number))


def test_amina_reads_five_hundred_statements_and_everybody_reads_how(
    site: Site, visit: Visit, browser: Browser
) -> None:
    amina = visit()
    enter_as(amina, "amina")
    reference = open_queue(amina)
    let_them_wait(site, reference)
    amina.locator(f"aside a[href='/staff/dialogues/{reference}/moderate/']").click()
    before, total = read_so_far(amina)
    assert total - before == MANY
    expect(rows_of(amina)).to_have_count(PAGE)
    assert_accessible(amina, browser)

    a_twin_is_not_stored(visit(phone=True), reference)
    one_of_several_is_kept(amina, before)
    with_the_keyboard(amina)
    one_page_on_a_phone(visit(locale="ar", phone=True, scripts=False, dark=True), reference, browser)

    amina.reload()
    while (done := read_so_far(amina)[0]) < total:
        here = rows_of(amina).count()
        assert here == min(PAGE, total - done)
        decide_about_a_page(amina, done)
    assert amina.locator("main .empty").count()
    assert_accessible(amina, browser)
    everybody_reads_how(site, visit(), reference, browser)


def a_twin_is_not_stored(page: Page, reference: str) -> None:
    """What waits already is not sent a second time, whatever sign is hidden in it."""
    page.goto(f"/en/dialogues/{reference}/statement/")
    fill(page, text=TWIN.replace("board", f"bo{SIGNS['en']}ard"), language="en")
    submit(page)
    page.locator("main .notice-due").wait_for()
    assert "?sent" not in page.url


def one_of_several_is_kept(page: Page, before: int) -> None:
    """Those alike stand side by side with what differs; a button keeps the first; `z` takes that back."""
    family = page.locator("section.family", has_text=TWIN)
    alike = family.locator("[data-row]")
    number = alike.count()
    assert number > 1
    texts = [as_seen(row.locator("blockquote p").inner_text()) for row in alike.all()]
    assert texts.count(TWIN) == 2  # nobody can tell these two apart
    assert page.locator("main blockquote ins").count()
    family.locator("header button").click()
    expect_read(page, before + number)
    assert not family.count()
    page.keyboard.press("z")
    expect_read(page, before)
    family.locator("header button").click()
    expect_read(page, before + number)


def with_the_keyboard(page: Page) -> None:
    """Choose some and accept them, accept one, turn one down with the number of its reason."""
    page.reload()
    done = read_so_far(page)[0]
    expect(rows_of(page).first).to_be_focused()
    for key in ("x", "j", "x", "j", "x"):
        page.keyboard.press(key)
    assert page.locator("[name=chosen]:checked").count() == 3
    assert "3" in page.locator("[data-chosen]").inner_text()
    page.locator("#decide button[value=accepted]").press("Enter")
    expect_read(page, done + 3)
    page.keyboard.press("a")
    expect_read(page, done + 4)
    for key in ("j", "r", "3"):
        page.keyboard.press(key)
    expect_read(page, done + 5)


def one_page_on_a_phone(page: Page, reference: str, browser: Browser) -> None:
    """In Arabic and without JavaScript: a whole page is turned down with one reason."""
    enter_as(page, "amina", "ar")
    page.goto(f"/staff/dialogues/{reference}/moderate/")
    done = read_so_far(page)[0]
    assert page.locator("html").get_attribute("dir") == "rtl"
    page.locator("a[data-all]").click()
    assert page.locator("[name=chosen]:checked").count() == PAGE
    assert_accessible(page, browser)
    turn_down = page.locator("#decide button[value=rejected]")
    turn_down.click()
    assert page.locator("#decide .wrong").count()  # nothing is turned down without a reason
    assert page.locator("[name=chosen]:checked").count() == PAGE
    page.select_option("#decide select[name=reason]", "unclear")
    turn_down.click()
    expect_read(page, done + PAGE)
    assert page.locator("html").get_attribute("lang") == "ar"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.locator(".queue-last button").click()
    expect_read(page, done)
    page.locator("a[data-all]").click()
    page.select_option("#decide select[name=reason]", "unclear")
    turn_down.click()
    expect_read(page, done + PAGE)


def decide_about_a_page(page: Page, done: int) -> None:
    """Choose all of a page, and in turn accept them or turn them down with one reason."""
    here = rows_of(page).count()
    page.locator("[data-all]").click()
    assert page.locator("[name=chosen]:checked").count() == here
    if done // PAGE % 2:
        page.select_option("#decide select[name=reason]", "off_topic")
        page.fill("#decide input[name=note]", "This dialogue is about the police.")
        page.locator("#decide button[value=rejected]").click()
    else:
        page.locator("#decide button[value=accepted]").click()
    expect_read(page, done + here)


def everybody_reads_how(site: Site, page: Page, reference: str, browser: Browser) -> None:
    """The public log has every decision and its reason, and none of the words that were turned down."""
    page.goto(f"/en/dialogues/{reference}/")
    page.locator("main a[href$='/moderation/']").click()
    assert_accessible(page, browser)
    rejected = turned_down(site)
    labels = {str(value): str(label) for value, label in Statement.Reason.choices}
    told = {
        cells[0]: int(cells[1])
        for row in page.locator("main table").first.locator("tbody tr").all()
        if (cells := row.locator("th, td").all_inner_texts())
    }
    reasons = [reason for reason, _text in rejected]
    assert told == {labels[reason]: reasons.count(reason) for reason in set(reasons)}
    assert told[labels["unclear"]] > PAGE - 1
    with page.expect_download() as download:
        page.locator("main a[href$='decisions.csv']").click()
    kept = download.value.path().read_text(encoding="utf-8-sig")
    pages = [page.content()]
    while (after := page.locator("a[rel=next]")).count():
        after.click()
        page.wait_for_url(re.compile(rf"[?&]page={len(pages) + 1}\b"))
        pages.append(page.content())
    said = " ".join([kept, *pages])
    assert "Amina" not in said
    assert [text for _reason, text in rejected if text in said] == []
    rows = [row for row in csv.DictReader(kept.splitlines()) if row["reason"] == "off_topic"]
    assert sum(int(row["number"]) for row in rows) == reasons.count("off_topic")
