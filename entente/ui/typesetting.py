"""Sets one paper, in a process of its own: `printing` starts this file, and ends it when it takes long."""

from __future__ import annotations

import json
import resource
import sys
import tempfile
from typing import Any

import typst

STOPPED = 3  # what is wrong with the paper is on standard error


def main() -> int:
    """Read a paper as JSON (source, data, fonts, timestamp, seconds), write it as PDF/UA-1."""
    asked = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_CPU, (asked["seconds"], asked["seconds"]))
    with tempfile.TemporaryDirectory() as nothing:  # the only folder a paper could read from
        try:
            paper = _set(asked, nothing, ["ua-1"])
        except typst.TypstError as problem:
            sys.stderr.write(f"{problem.message}\n{problem.diagnostic}")
            if not problem.message.startswith("PDF/UA-1 error"):
                return STOPPED
            paper = _set(asked, nothing, [])  # tagged all the same, only not all that the standard asks
    sys.stdout.buffer.write(paper)
    return 0


def _set(asked: dict[str, Any], nothing: str, standards: list[Any]) -> bytes:
    return typst.compile(
        asked["source"].encode(),
        root=nothing,
        font_paths=typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[asked["fonts"]]
        ),
        ignore_system_fonts=True,
        sys_inputs={"data": asked["data"]},
        pdf_standards=standards,
        timestamp=asked["timestamp"],
        package_path=nothing,
        package_cache_path=nothing,
    )


if __name__ == "__main__":
    sys.exit(main())
