"""Compile the translations: every .po file below entente/locale becomes the .mo file Django reads."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def stale_catalogues(root: Path) -> list[Path]:
    """The .po files below `root` that are newer than their .mo file."""
    catalogues = sorted((root / "entente" / "locale").glob("*/LC_MESSAGES/*.po"))
    return [po for po in catalogues if _changed(po) > _changed(po.with_suffix(".mo"))]


def compile_catalogue(po: Path) -> None:
    """Write the .mo file beside `po`; raises PoFileError with the line that is wrong."""
    from babel.messages.mofile import write_mo  # not there yet when set-up asks what is stale
    from babel.messages.pofile import read_po

    with po.open("rb") as source:
        catalogue = read_po(source, locale=po.parent.parent.name, abort_invalid=True)
    unfinished = po.with_suffix(".mo.half")
    with unfinished.open("wb") as target:
        write_mo(target, catalogue)
    unfinished.rename(po.with_suffix(".mo"))


def _changed(path: Path) -> float:
    return path.stat().st_mtime if path.exists() else 0


if __name__ == "__main__":
    for name in sys.argv[1:] or stale_catalogues(ROOT):
        compile_catalogue(Path(name))
