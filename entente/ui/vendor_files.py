"""Which files of which npm packages pages and papers use, and where they are copied to."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
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

# Package file -> file under print_fonts/. Whole fonts for PDF, never served: the files above are subsets.
# The Arabic is Amiri because fonts that put letters together from strokes and dots (the Noto ones) leave a
# text that cannot be read aloud or searched.
PAPER_LATIN = "@expo-google-fonts/source-sans-3"
PAPER_ARABIC = "@expo-google-fonts/amiri"
PAPER_SIGNS = "@expo-google-fonts/noto-emoji"
PRINTED = {
    f"{PAPER_LATIN}/400Regular/SourceSans3_400Regular.ttf": "latin-400.ttf",
    f"{PAPER_LATIN}/600SemiBold/SourceSans3_600SemiBold.ttf": "latin-600.ttf",
    f"{PAPER_LATIN}/LICENSE_FONT": "latin.LICENSE.txt",
    f"{PAPER_ARABIC}/400Regular/Amiri_400Regular.ttf": "arabic-400.ttf",
    f"{PAPER_ARABIC}/700Bold/Amiri_700Bold.ttf": "arabic-700.ttf",
    f"{PAPER_ARABIC}/LICENSE_FONT": "arabic.LICENSE.txt",
    f"{PAPER_SIGNS}/400Regular/NotoEmoji_400Regular.ttf": "signs-400.ttf",
    f"{PAPER_SIGNS}/LICENSE_FONT": "signs.LICENSE.txt",
}

# Used by the journeys only. It is read from node_modules and never copied to where pages are served from.
TESTS_ONLY = {"axe": "axe-core/axe.min.js"}


def copy_vendor_files(node_modules: Path, target: Path, files: Mapping[str, str] | None = None) -> list[Path]:
    """Copy `files` (what is served, if not said) from `node_modules` to `target`; the copies in their order.

    `target` is created; files in it that are no longer on the list are removed. Raises FileNotFoundError,
    with the name of the file and the command that brings it, when a package is missing.
    """
    listed = SERVED if files is None else files
    missing = [source for source in listed if not (node_modules / source).is_file()]
    if missing:
        raise FileNotFoundError(f"Not found: {', '.join(missing)}. Run `npm ci` first.")
    copies = [target / copy for copy in listed.values()]
    for source, copy in zip(listed, copies, strict=True):
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(node_modules / source, copy)
    for found in sorted(target.rglob("*")):
        if found.is_file() and found not in copies:
            found.unlink()
    return copies


def copy_all(node_modules: Path, ui: Path) -> list[Path]:
    """Copy what is served and what is printed to their folders below `ui`, the folder of this file."""
    served = copy_vendor_files(node_modules, ui / "static" / "ui" / "vendor")
    return served + copy_vendor_files(node_modules, ui / "print_fonts", PRINTED)


def axe_script(node_modules: Path) -> Path:
    """Return where the accessibility checker of the journeys lies; raise FileNotFoundError without it."""
    script = node_modules / TESTS_ONLY["axe"]
    if not script.is_file():
        raise FileNotFoundError(f"Not found: {TESTS_ONLY['axe']}. Run `npm ci` first.")
    return script


if __name__ == "__main__":
    copied = copy_all(Path("node_modules"), Path(__file__).parent)
    sys.stdout.write(f"{len(copied)} files copied.\n")
