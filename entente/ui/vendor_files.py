"""Which files of which npm packages the pages use, and where they are copied to."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

# Package file -> file under static/ui/vendor/. Only self-contained files: nothing here loads anything else.
LATIN = "@fontsource-variable/source-sans-3"
ARABIC = "@fontsource-variable/noto-sans-arabic"
SERVED = {
    f"{LATIN}/files/source-sans-3-latin-wght-normal.woff2": "fonts/latin.woff2",
    f"{LATIN}/files/source-sans-3-latin-ext-wght-normal.woff2": "fonts/latin-ext.woff2",
    f"{LATIN}/LICENSE": "fonts/source-sans-3.LICENSE.txt",
    f"{ARABIC}/files/noto-sans-arabic-arabic-wght-normal.woff2": "fonts/arabic.woff2",
    f"{ARABIC}/LICENSE": "fonts/noto-sans-arabic.LICENSE.txt",
}

# Used by the journeys only. It is read from node_modules and never copied to where pages are served from.
TESTS_ONLY = {"axe": "axe-core/axe.min.js"}


def copy_vendor_files(node_modules: Path, target: Path) -> list[Path]:
    """Copy every served file from `node_modules` to `target` and return the copies in the order of the list.

    `target` is created; files in it that are no longer on the list are removed. Raises FileNotFoundError,
    with the name of the file and the command that brings it, when a package is missing.
    """
    missing = [source for source in SERVED if not (node_modules / source).is_file()]
    if missing:
        raise FileNotFoundError(f"Not found: {', '.join(missing)}. Run `npm ci` first.")
    copies = [target / copy for copy in SERVED.values()]
    for source, copy in zip(SERVED, copies, strict=True):
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(node_modules / source, copy)
    for found in sorted(target.rglob("*")):
        if found.is_file() and found not in copies:
            found.unlink()
    return copies


def axe_script(node_modules: Path) -> Path:
    """Return where the accessibility checker of the journeys lies; raise FileNotFoundError without it."""
    script = node_modules / TESTS_ONLY["axe"]
    if not script.is_file():
        raise FileNotFoundError(f"Not found: {TESTS_ONLY['axe']}. Run `npm ci` first.")
    return script


if __name__ == "__main__":
    copied = copy_vendor_files(Path("node_modules"), Path(__file__).parent / "static" / "ui" / "vendor")
    sys.stdout.write(f"{len(copied)} files copied.\n")
