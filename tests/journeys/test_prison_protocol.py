"""The prison protocol from draft through interim to signature: what each reader sees change. In French."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page

from entente.demo.content_words import content
from tests.journeys.conftest import Visit, assert_accessible
from tests.journeys.steps import enter_as, fill, open_matter, submit

TITLE = "Protocole pour la maison de transition"
CONTACT = "Ville de Marenne, protection des données, place du Port 1"
ROOM, CALLS = "Une chambre en mai", "Qui appeler à la maison de transition"
PURPOSE = "prepare_return"
ADDRESS = re.compile(r"/staff/agreements/[0-9a-f-]{36}/")
NAMES = {row["slug"]: row["name"]["fr"] for row in content("cast")["organisations"]}
BASES = (
    ("city", "gdpr_6_1_e"),
    ("city", "gdpr_10"),
    ("prison", "led_8"),
    ("new_page", "gdpr_6_1_f"),
    ("new_page", "gdpr_10"),
)


def drafts(amina: Page, browser: Browser) -> str:
    """From the list of agreements, by a template; returns the agreement's address."""
    amina.goto("/staff/agreements/")
    amina.locator("#draft").click()
    assert_accessible(amina, browser)
    amina.locator("[name=template][value=prison]").check()
    fill(amina, title=TITLE)
    for slug in ("prison", "new_page"):
        amina.get_by_label(NAMES[slug], exact=True).check()
    submit(amina)
    amina.wait_for_url(re.compile(r"/staff/agreements/[0-9a-f-]{36}/dossier/$"))
    assert_accessible(amina, browser)
    found = ADDRESS.search(amina.url)
    assert found
    return found[0]


def fills_in(amina: Page, agreement: str) -> None:
    """The texts that have a place to fill in, and the contact point."""
    amina.goto(f"{agreement}dossier/texts/")
    for field in amina.locator("main textarea").all():
        if "[…]" in field.input_value():
            field.fill(field.input_value().replace("[…]", "trois fois par an, avec les personnes concernées"))
    fill(amina, contact=CONTACT)
    submit(amina, "form:has([name=contact])")
    amina.wait_for_url(f"**{agreement}dossier/")


def ticks(amina: Page, browser: Browser, agreement: str) -> None:
    """One cell more in the matrix: from the city to the prison, the plan."""
    amina.goto(f"{agreement}dossier/matrix/?purpose={PURPOSE}&from=city")
    assert_accessible(amina, browser)
    amina.locator("[name=share][value='language.prison']").check()
    submit(amina, ".matrix-form")
    amina.wait_for_url("**/matrix/?purpose=*")
    assert amina.locator("[name=share][value='language.prison']").is_checked()


def states_bases(amina: Page, browser: Browser, agreement: str) -> None:
    """Until no gap is left."""
    amina.goto(f"{agreement}dossier/bases/")
    assert amina.locator("#gaps li").count() > 2
    assert_accessible(amina, browser)
    for slug, basis in BASES:
        amina.locator("[name=organisation]").select_option(label=NAMES[slug])
        fill(amina, purpose=PURPOSE, basis=basis, provision="Loi pénitentiaire, article 7")
        submit(amina, "form:has([name=provision])")
        amina.wait_for_url(f"**{agreement}dossier/bases/")
        amina.locator("main table tbody tr").first.wait_for()
    assert amina.locator("#gaps li").count() == 0


def confirms(page: Page, address: str) -> None:
    """A step that is asked again before it happens."""
    page.goto(address)
    submit(page, ".confirm form")
    page.wait_for_url(lambda url: address not in url)


def advises(officer: Page, browser: Browser, agreement: str) -> None:
    """From what waits in one's work."""
    officer.goto("/staff/")
    link = officer.locator(f"main a[href^='{agreement}dossier/opinions/']")
    link.first.click()
    assert_accessible(officer, browser)
    officer.locator("[name=view][value=favourable]").check()
    fill(officer, reasons="Favorable : seulement ce que demande le retour.")
    submit(officer, ".confirm form")
    officer.wait_for_url(f"**{agreement}dossier/")
    assert officer.locator("#opinions .state-done").count() >= 1


def asks_to_share(amina: Page, reference: str) -> None:
    """Say who is let in under the protocol; what that opens is shown before it happens."""
    amina.goto(f"/staff/records/{reference}/share/")
    amina.locator("main [name=to]").select_option(label=NAMES["prison"])
    amina.locator("main [name=agreement]").select_option(label=TITLE)
    fill(amina, purpose=PURPOSE)
    submit(amina, "form:has([name=purpose])")


def shares(amina: Page, reference: str) -> None:
    """Let the prison service in to a matter under the protocol."""
    asks_to_share(amina, reference)
    amina.locator(".confirm button[type=submit]").click()
    amina.locator("#let-in li").first.wait_for()


def sees(page: Page, address: str) -> bool:
    """Whether the page exists for this reader."""
    answer = page.request.get(address)
    assert answer.status in (200, 404), (address, answer.status)
    return answer.status == 200


def signs(page: Page, browser: Browser, agreement: str) -> None:
    """With the clauses in view."""
    page.goto(f"{agreement}dossier/")
    page.locator(".to-sign").click()
    assert_accessible(page, browser)
    submit(page, ".confirm form")
    page.wait_for_url(f"**{agreement}")


def test_the_prison_protocol_from_draft_through_interim_to_signature(visit: Visit, browser: Browser) -> None:
    amina, marc, ioana, peter, helene = (visit(locale="fr") for _ in range(5))
    for page, who in (
        (amina, "amina"),
        (marc, "marc"),
        (ioana, "ioana"),
        (peter, "peter"),
        (helene, "helene"),
    ):
        enter_as(page, who, "fr")
    agreement = drafts(amina, browser)
    # A draft: its parties read it, nobody else knows of it.
    assert sees(marc, agreement)
    assert sees(ioana, f"{agreement}dossier/")
    assert not sees(peter, agreement)
    fills_in(amina, agreement)
    ticks(amina, browser, agreement)
    states_bases(amina, browser, agreement)
    confirms(amina, f"{agreement}dossier/opinions/")
    for officer in (helene, marc, ioana):
        advises(officer, browser, agreement)

    confirms(amina, f"{agreement}interim/")
    calls, room = open_matter(amina, CALLS, "coordination"), open_matter(amina, ROOM, "housing")
    shares(amina, calls)
    asks_to_share(amina, room)  # refused: that clause does not hold before the protocol is in force
    assert amina.locator(".confirm form").count() == 0
    # Interim: whom to call is open to Marc, the room is not; Peter reads the agreement and no record.
    assert sees(marc, f"/staff/records/{calls}/why/")
    assert not sees(marc, f"/staff/records/{room}/why/")
    assert not sees(ioana, f"/staff/records/{calls}/why/")
    assert sees(peter, agreement)
    assert not sees(peter, f"/staff/records/{calls}/why/")
    marc.goto(f"{agreement}sign/")  # not open for signature yet: the reason, and no form
    assert marc.locator(".confirm form").count() == 0

    confirms(amina, f"{agreement}dossier/signature/")
    for page in (amina, marc, ioana):
        signs(page, browser, agreement)
    amina.goto(f"{agreement}dossier/")
    assert amina.locator("#signatures li").count() == 3
    confirms(amina, f"{agreement}force/")
    # In force: the room can be shared with Marc, and still exists for nobody else.
    shares(amina, room)
    assert sees(marc, f"/staff/records/{room}/why/")
    assert not sees(ioana, f"/staff/records/{room}/why/")
    assert not sees(peter, f"/staff/records/{room}/why/")
    assert_accessible(marc, browser)
    paper = marc.request.get(f"{agreement}dossier/paper/")
    assert paper.ok
    assert paper.body().startswith(b"%PDF")
