"""Monday morning: five hundred statements came in over the weekend, and Amina reads them by keyboard."""

from __future__ import annotations

import subprocess
import sys

from playwright.sync_api import Browser, Page, expect

from tests.database import ROOT
from tests.journeys.conftest import Site, Visit, assert_accessible
from tests.journeys.steps import enter_as, open_from_list

NUMBER = 500
WEEKEND = """
import django
django.setup()
from datetime import timedelta
from entente.audit import clock
from entente.audit.actors import acting, job
from entente.audit.decisions import allow
from entente.audit.services import log
from entente.dialogue.models import Dialogue, Statement
from entente.dialogue.similarity import likeness

WISHES = {"en": "More NAME at the PLACE, please", "fr": "Plus de NAME : PLACE, s'il vous plaît",
          "ar": "نريد المزيد من NAME عند PLACE", "ro": "Mai multe NAME la PLACE, vă rog"}
NAMES = ["benches", "abribus", "أشجار", "lămpi", "swings", "fontaines", "دراجات", "tramvaie", "owls", "vélos"]
PLACES = [f"{a}{b}" for a in "qwzjkvxy" for b in ("ural", "omb", "ith", "eska", "ado", "unter", "iply")]
texts = [(code, wish.replace("NAME", name).replace("PLACE", place))
         for place in PLACES for name in NAMES for code, wish in WISHES.items()]
me = job("a weekend", None)
with acting(me):
    dialogue = Dialogue.objects.visible_to(me).get(state="open")
    log("dialogue.statement_added", by=me, about=dialogue, decision=allow("A weekend."))
    Statement.objects.visible_to(me).filter(dialogue_id=dialogue.pk).bulk_create(
        Statement(dialogue=dialogue, text=text, language=code, origin="resident", likeness=likeness(text),
                  received_at=clock.this_hour() - timedelta(hours=60 - at // 10))
        for at, (code, text) in enumerate(texts[:%d]))
"""


def a_weekend_goes_by(site: Site) -> None:
    """Residents write; nobody reads."""
    environment = {**site.environment, "DATABASE_URL": site.url_for("entente_owner")}
    environment["DJANGO_SETTINGS_MODULE"] = "entente.config.settings"
    subprocess.run([sys.executable, "-c", WEEKEND % NUMBER], env=environment, cwd=ROOT, check=True)


def test_amina_reads_five_hundred_statements_and_everybody_reads_how(
    site: Site, visit: Visit, browser: Browser
) -> None:
    a_weekend_goes_by(site)
    amina, visitor = visit(), visit(phone=True, locale="fr")
    enter_as(amina, "amina")
    reference = open_from_list(amina, "open")
    amina.goto(f"/staff/dialogues/{reference}/moderate/")
    rows, progress = amina.locator("article[data-row]"), amina.locator(".queue-progress")
    expect(rows).to_have_count(50)
    assert_accessible(amina, browser)

    decide_by_keyboard(amina)
    settle_a_family(amina)
    read = read_so_far(amina)
    while rows.count():
        amina.locator("[data-all]").click()
        amina.locator("#decide button[value=accepted]").click()
        expect(progress).not_to_contain_text(f"{read} of")
        read = read_so_far(amina)
    expect(amina.locator(".empty")).to_be_visible()
    assert read >= NUMBER
    visitor.goto(f"/fr/dialogues/{reference}/moderation/")
    assert visitor.locator("#decisions tbody tr").count() == 100
    assert "Amina" not in visitor.locator("main").inner_text()
    assert_accessible(visitor, browser)


def read_so_far(page: Page) -> int:
    """How many are read, as the page says."""
    return int(page.locator(".queue-progress").inner_text().split(" of ")[0])


def decide_by_keyboard(page: Page) -> None:
    """Accept one, turn one down with the third reason, take that back, turn down three that are chosen."""
    read, progress, last = read_so_far(page), page.locator(".queue-progress"), page.locator(".queue-last")
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(progress).to_contain_text(f"{read + 1} of")
    expect(last).to_contain_text("Accepted: “")
    page.keyboard.press("r")
    page.keyboard.press("3")
    expect(progress).to_contain_text(f"{read + 2} of")
    expect(last).to_contain_text("Not accepted: “")
    page.keyboard.press("z")
    expect(progress).to_contain_text(f"{read + 1} of")
    for _ in range(3):
        page.keyboard.press("x")
        page.keyboard.press("j")
    expect(page.locator("[data-chosen]")).to_contain_text("3 ")
    page.select_option("#decide select[name=reason]", "off_topic")
    page.locator("#decide button[value=rejected]").click()
    expect(progress).to_contain_text(f"{read + 4} of")


def settle_a_family(page: Page) -> None:
    """Keep one of those that are worded nearly the same, and turn the others down as its repeats."""
    page.select_option("select[name=order]", "most")
    page.locator(".filter button").click()
    family = page.locator("section.family").first
    number = family.locator("article[data-row]").count()
    assert number > 1
    assert family.locator("ins").count()
    read = read_so_far(page)
    family.locator(".family-head form button").click()
    expect(page.locator(".queue-progress")).not_to_contain_text(f"{read} of")
    assert read_so_far(page) >= read + number - 1
