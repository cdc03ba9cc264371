"""A live site on its own copy of the city, and a real browser in front of it."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from entente.config import database
from entente.config.supervise import sequencer_command, worker_command
from entente.ui.vendor_files import axe_script
from tests.database import ROOT, copy_of_city, worker_name

CHROMIUM_FLAGS = [
    "--no-sandbox",  # Chromium refuses to run as root otherwise
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}
DARK = "matchMedia('(prefers-color-scheme: dark)').matches"


@dataclass
class Site:
    """A running site: its address, and how to reach its database and start its worker."""

    url: str
    admin_url: str
    name: str
    environment: dict[str, str]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start_worker(self) -> subprocess.Popen[bytes]:
        """Run the worker beside the site, until the test ends or kills it."""
        return self._start("entente_worker", worker_command())

    def start_sequencer(self) -> subprocess.Popen[bytes]:
        """Run the sequencer beside the site: the log grows and is signed, until the test ends."""
        return self._start("entente_sequencer", sequencer_command())

    def _start(self, role: str, command: list[str]) -> subprocess.Popen[bytes]:
        environment = {**self.environment, "DATABASE_URL": self.url_for(role)}
        process = subprocess.Popen(command, env=environment, cwd=ROOT)
        self.processes.append(process)
        return process

    def url_for(self, role: str) -> str:
        """Where a role of the database reaches it."""
        return database.url_for(role, self.admin_url, self.name)


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes], page: str) -> None:
    for _ in range(400):
        if process.poll() is not None:
            raise RuntimeError("The site did not start; its last words are above.")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        with contextlib.closing(connection), contextlib.suppress(OSError):
            connection.request("GET", page, headers={"Host": "localhost"})
            connection.getresponse().read()
            return
        time.sleep(0.05)
    raise RuntimeError("The site did not answer in time.")


@pytest.fixture
def site() -> Iterator[Site]:
    """The whole product on a fresh copy of Marenne."""
    name = f"journey_{worker_name()}"
    with serving(copy_of_city(name), name) as site:
        yield site


@contextlib.contextmanager
def serving(admin_url: str, name: str, first: str = "/en/") -> Iterator[Site]:
    """The whole product on the database `name`, dropped at the end; `first` is the page waited for."""
    port = _free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": database.url_for("entente_staff", admin_url, name),
        "ENTENTE_MAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",  # the demo's mailbox
    }
    site = Site(f"http://localhost:{port}", admin_url, name, environment)
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--host", "127.0.0.1"),
        *("--port", str(port), "--workers", "1", "--blocking-threads", "4", "--log-level", "warning"),
        "entente.config.wsgi:application",
    ]
    site.processes.append(subprocess.Popen(command, env=environment, cwd=ROOT))
    try:
        _wait_for(port, site.processes[0], first)
        yield site
    finally:
        for process in site.processes:
            process.terminate()
        for process in site.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        database.drop_database(admin_url, name)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=CHROMIUM_FLAGS
        )
        yield chromium
        chromium.close()


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    """Open a browser of one's own: `visit(locale="ar", phone=True, scripts=False)` gives its page.

    A script that failed and whatever the policy refused fail the journey at its end.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_browser(
        *, locale: str = "en", phone: bool = False, scripts: bool = True, dark: bool = False
    ) -> Page:
        context = browser.new_context(
            base_url=site.url,
            locale=locale,
            viewport=PHONE if phone else DESK,  # type: ignore[arg-type]
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
            bypass_csp=False,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        context.on("weberror", lambda fault: faults.append(f"A script failed: {fault.error}"))
        context.on("console", lambda said: faults.extend(_violations(said)))
        return context.new_page()

    yield open_browser
    for context in contexts:
        context.close()
    assert faults == []


def _violations(said: ConsoleMessage) -> list[str]:
    return [said.text] if "Content Security Policy" in said.text else []


def assert_accessible(page: Page, browser: Browser, *, as_shown: bool = False) -> None:
    """axe finds nothing on what the page shows now, and a phone 360 pixels wide shows all of it.

    axe is injected into a copy of the page without the policy, which rightly refuses it in the real one.
    `as_shown`: the copy is made of what is on the screen, for an answer to a form that has no address.
    """
    context = browser.new_context(
        bypass_csp=True,
        storage_state=page.context.storage_state(),
        viewport=page.viewport_size,
        locale=page.evaluate("document.documentElement.lang") or "en",
        color_scheme="dark" if page.evaluate(DARK) else "light",
    )
    try:
        copy = context.new_page()
        copy.goto(page.url)
        if as_shown:
            copy.set_content(page.content())
        copy.add_script_tag(path=str(axe_script(ROOT / "node_modules")))
        found = copy.evaluate(
            "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
        )
        copy.set_viewport_size(PHONE)  # type: ignore[arg-type]
        width = copy.evaluate("document.documentElement.scrollWidth")
    finally:
        context.close()
    faults = [f"{v['id']}: {v['help']} {[n['target'] for n in v['nodes']][:3]}" for v in found["violations"]]
    if width > PHONE["width"]:
        faults.append(f"{width} pixels wide on a phone of {PHONE['width']}")
    assert faults == [], f"{page.url}\n" + "\n".join(faults)


def in_this_order(page: Page, selectors: list[str]) -> None:
    """The Tab key goes from one to the next, and each shows that it has the focus."""
    tab_to(page, selectors[0])
    for selector in [*selectors[1:], ""]:
        assert page.evaluate("document.activeElement.matches(':focus-visible')")
        assert page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)") >= 2
        if selector:
            page.keyboard.press("Tab")
            assert page.evaluate("s => document.activeElement.matches(s)", selector), selector


def tab_to(page: Page, selector: str, at_most: int = 80) -> None:
    """Move the focus with the Tab key until `selector` has it."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement && document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"{selector} can't be reached with the keyboard on {page.url}")
