"""Every page of signing in: accessible, in each language and direction, and as wide as a phone."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.journeys.conftest import PHONE, Site, Visit, assert_accessible
from tests.journeys.test_sign_in import arrive, invitation
from tests.people.sign_in_steps import PASSWORD, code_for

LANGUAGES = {"en": "ltr", "fr": "ltr", "ar": "rtl", "ro": "ltr"}
READ_BY_AXE = ("ar",)
SIGNED_IN = (
    "/account/factors/",
    "/account/factors/passkeys/",
    "/account/factors/passkeys/add/",
    "/account/factors/codes/switch-off/",
    "/account/factors/recovery/new/",
    "/account/factors/recovery/",
    "/account/factors/again/",
    "/account/again/",
    "/account/password/",
    "/account/logout/",
    "/staff/sessions/",
)
SHOTS = os.environ.get("ENTENTE_SHOTS")


def look_at(page: Page, path: str, browser: Browser, *, name: str = "") -> None:
    """See one page in every language; axe reads it in Arabic."""
    for language, direction in LANGUAGES.items():
        site = page.url.split("/", 3)
        page.context.add_cookies([{"name": "language", "value": language, "url": "/".join(site[:3])}])
        response = page.goto(path)
        assert response is not None
        assert response.status in {200, 410}, path
        assert page.locator("html").get_attribute("lang") == language, path
        assert page.locator("html").get_attribute("dir") == direction, path
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], f"{path} {language}"
        if SHOTS:
            file = (name or path.strip("/").replace("/", "-")) + f"-{language}"
            page.screenshot(path=Path(SHOTS) / f"{file}-360.png", full_page=True)
            page.set_viewport_size({"width": 1440, "height": 900})
            page.screenshot(path=Path(SHOTS) / f"{file}-1440.png")
        if language in READ_BY_AXE:
            assert_accessible(page, browser)


def test_before_signing_in(site: Site, visit: Visit, browser: Browser) -> None:
    page = visit()
    page.goto("/account/login/")
    look_at(page, "/account/login/", browser)
    link = invitation(site, "amina.haddad@city.marenne.example")
    look_at(page, link, browser, name="invitation")
    look_at(page, link[:-4] + "abc/", browser, name="invitation-over")
    look_at(page, "/account/inactive/", browser)


def test_after_signing_in(site: Site, visit: Visit, browser: Browser) -> None:
    page = visit()
    page.goto(invitation(site, "amina.haddad@city.marenne.example"))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    look_at(page, "/account/factors/codes/set-up/", browser)
    secret = page.locator("code").text_content() or ""
    page.locator("#id_code").fill(code_for(secret))
    page.locator("form:has(#id_code) button").click()
    arrive(page, "/account/factors/recovery/")
    for path in SIGNED_IN:
        look_at(page, path, browser)

    page.context.clear_cookies()
    page.goto("/account/login/")
    page.locator("#id_login").fill("amina.haddad@city.marenne.example")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("form:has(#id_password) button").click()
    look_at(page, "/account/factors/code/", browser)
