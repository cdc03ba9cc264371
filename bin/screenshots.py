"""Take the pictures of README and docs from a demo of its own: three pages, two languages, two widths."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from entente.config import private_postgres

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
FOLDER = ROOT / "var" / "screenshots"
MOST_BYTES = 3_000_000
LANGUAGES = ("en", "ar")
SIZES = {"": (1440, 1000), "-phone": (360, 760)}
REPORT_SCREENS = 3
FLAGS = ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb", "--font-render-hinting=none"]


@contextmanager
def fresh_demo() -> Iterator[str]:
    """A demo of Marenne as on its first day; gives its address, and takes everything away again."""
    environment = {**os.environ, "ENTENTE_VAR": str(FOLDER), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "entente.config", "demo"]
    demo = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert demo.stdout is not None
        said = next((line for line in demo.stdout if "http://" in line), "")
        found = re.search(r"http://[^\s/]+", said)
        if not found:
            raise SystemExit("The demo did not start; its last words are above.")
        yield found[0]
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait()
        private_postgres.remove(FOLDER / "postgres")


def addresses(page: Page, site: str, language: str) -> dict[str, str]:
    """Where the three pages are: the first screen, a statement to answer, a published result."""
    page.goto(f"{site}/{language}/dialogues/")
    vote = page.locator('main a[href$="/vote/"]').first.get_attribute("href")
    # The newest result stands first on the page of the partnership: the river bank, with its map of opinions.
    page.goto(f"{site}/{language}/partnership/")
    report = page.locator('#heard a[href$="/report/"]').first.get_attribute("href")
    # Which statement comes next is drawn by lot: the first one makes pictures that can be compared.
    return {
        "first-screen": f"{site}/{language}/",
        "voting": f"{site}{vote}?statement=1",
        "report": f"{site}{report}",
    }


def take_pictures(browser: Browser, site: str, language: str) -> None:
    """Take all pictures in one language."""
    for suffix, (width, height) in SIZES.items():
        context = browser.new_context(
            locale=language, viewport={"width": width, "height": height}, color_scheme="light"
        )
        page = context.new_page()
        for name, address in addresses(page, site, language).items():
            answer = page.goto(address, wait_until="load")
            if answer is None or not answer.ok:
                raise SystemExit(f"{address} can't be shown.")
            page.evaluate("document.fonts.ready")
            # The picture of opinions lies below the first screenful of a report.
            screens = REPORT_SCREENS if name == "report" else 1
            page.screenshot(
                path=PICTURES / f"{name}-{language}{suffix}.png",
                full_page=True,
                clip={"x": 0, "y": 0, "width": width, "height": height * screens},
            )
        context.close()


def main() -> None:
    """Take them all and say what they weigh."""
    PICTURES.mkdir(exist_ok=True)
    with fresh_demo() as site, sync_playwright() as playwright:
        chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for language in LANGUAGES:
            take_pictures(browser, site, language)
        browser.close()
    weight = sum(path.stat().st_size for path in PICTURES.glob("*.png"))
    print(f"{len(list(PICTURES.glob('*.png')))} pictures in docs/pictures, {weight / 1e6:.1f} MB")
    if weight > MOST_BYTES:
        raise SystemExit("That is too much for a repository: make them smaller or take fewer.")


if __name__ == "__main__":
    main()
