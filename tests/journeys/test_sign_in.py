"""Amina comes in by invitation with a passkey; Yusuf with codes, in Arabic; each in a real browser."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from entente.config import database
from tests.database import ROOT
from tests.journeys.conftest import Site, Visit, assert_accessible
from tests.people.sign_in_steps import PASSWORD, code_for


def invite(site: Site, address: str, *options: str) -> str:
    """Run `entente invite` as the owner; returns what it says."""
    url = database.url_for("entente_owner", site.admin_url, site.name)
    asked = subprocess.run(
        [sys.executable, "-m", "entente.config", "invite", address, *options],
        env={**site.environment, "DATABASE_URL": url},
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return asked.stdout.strip()


def invitation(site: Site, address: str) -> str:
    """The path of the link that `entente invite` shows."""
    return "/" + invite(site, address, "--show-link").split("/", 3)[3]


LINE = b"\n" + b"-" * 79 + b"\n"  # between letters, as Django's file-based backend writes them


def mailed_invitation(site: Site, address: str, folder: Path) -> str:
    """The link in the mail that the worker sends."""
    site.environment |= {
        "ENTENTE_KEYSTORE": f"{site.environment['ENTENTE_VAR']}/keystore",
        "ENTENTE_VAR": str(folder),
        "ENTENTE_MAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "ENTENTE_ADDRESS": site.url,
    }
    assert address in invite(site, address)
    site.start_worker()
    for _ in range(1200):  # others are written to, too; letters of one moment may share a file
        parts = [part for file in (folder / "mail").glob("*") for part in file.read_bytes().split(LINE)]
        mails = [message_from_bytes(part, policy=policy.default) for part in parts if part.strip()]
        links = [_link(site, mail) for mail in mails if mail["To"] == address]
        if link := next(filter(None, links), None):  # he may have other letters
            return link[0]
        time.sleep(0.05)
    raise AssertionError(f"No mail for {address} came")


def _link(site: Site, mail: EmailMessage) -> re.Match[str] | None:
    return re.search(rf"{site.url}/account/invitation/\S+(?=\s)", mail.get_content())


def add_authenticator(page: Page) -> Any:
    """Give the browser a device that holds passkeys and verifies its holder."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    found = devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return lambda verified: devices.send(
        "WebAuthn.setUserVerified",
        {"authenticatorId": found["authenticatorId"], "isUserVerified": verified},
    )


def test_amina_comes_in_with_a_passkey_and_ends_another_sign_in(
    site: Site, visit: Visit, browser: Browser
) -> None:
    page = visit()
    verify = add_authenticator(page)
    page.goto(invitation(site, "amina.haddad@city.marenne.example"))
    assert_accessible(page, browser)
    page.get_by_role("button", name="Set up a passkey").click()
    assert_accessible(page, browser)
    page.reload()  # the copy of the page that was looked at took the challenge
    page.get_by_label("What you call it").fill("Amina’s laptop")
    page.get_by_role("button", name="Set up the passkey").click()
    page.wait_for_url("**/account/factors/")
    assert_accessible(page, browser)
    page.get_by_role("link", name="See your passkeys").click()
    assert "Amina’s laptop" in page.locator("main").inner_text()
    assert_accessible(page, browser)

    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/staff/sessions/")
    assert "/account/login/?next=" in page.url
    assert_accessible(page, browser)
    verify(False)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("The passkey was not used").wait_for()
    verify(True)
    page.get_by_role("button", name="Sign in with a passkey").click()
    arrive(page, "/staff/sessions/")
    assert "With a passkey" in page.locator("main").inner_text()

    page.context.clear_cookies()
    page.goto("/staff/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    arrive(page, "/staff/")
    page.goto("/staff/sessions/")
    assert_accessible(page, browser)
    assert page.get_by_text("This one").count() == 1
    others = page.get_by_role("button", name="End this sign-in")
    before = others.count()
    others.first.click()
    page.get_by_text("You are signed out there.").wait_for()
    assert others.count() == before - 1
    page.get_by_role("button", name="End all others").click()
    page.get_by_text("other sign-in is ended.").wait_for()
    assert others.count() == 0


def test_yusuf_comes_in_with_codes_in_arabic_and_without_javascript(
    site: Site, visit: Visit, tmp_path: Path
) -> None:
    page = visit(locale="ar", phone=True, scripts=False)
    page.goto(mailed_invitation(site, "yusuf.rahman@faith.marenne.example", tmp_path))
    assert page.locator("html").get_attribute("dir") == "rtl"
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_again").fill(PASSWORD)
    page.locator("form:has(#id_again) button").click()
    page.wait_for_url("**/factors/codes/set-up/")
    secret = page.locator("code").text_content() or ""
    page.locator("#id_code").fill(arabic(code_for(secret)))
    page.locator("form:has(#id_code) button").click()
    page.wait_for_url("**/factors/recovery/")
    recovery = page.locator("code").first.text_content() or ""
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.goto("/account/logout/")
    page.locator("main form button").click()

    page.goto("/account/login/")
    assert page.locator("html").get_attribute("dir") == "rtl"
    page.locator("#id_login").fill("yusuf.rahman@faith.marenne.example")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("form:has(#id_password) button").click()
    page.wait_for_url("**/factors/code/")
    page.locator("#id_code").fill(recovery)
    page.locator("form:has(#id_code) button").click()
    arrive(page, "/staff/")
    assert page.locator("html").get_attribute("dir") == "rtl"


def arrive(page: Page, path: str) -> None:
    """Wait for a page itself, not for one that only names it."""
    page.wait_for_url(lambda url: url.endswith(path) and "?" not in url)


def arabic(digits: str) -> str:
    """The digits as an Arabic keyboard types them."""
    return digits.translate({48 + n: 0x660 + n for n in range(10)})
