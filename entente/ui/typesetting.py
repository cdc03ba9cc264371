"""Sets one paper, in a process of its own: `printing` starts this file, and ends it when it takes long."""

from __future__ import annotations

import json
import resource
import sys
import tempfile

import typst

STOPPED = 3  # what is wrong with the paper is on standard error


def main() -> int:
    """Read a paper as JSON (source, data, fonts, timestamp, seconds), write it as PDF/UA-1."""
    asked = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_CPU, (asked["seconds"], asked["seconds"]))
    with tempfile.TemporaryDirectory() as nothing:  # the only folder a paper could read from
        try:
            paper = typst.compile(
                asked["source"].encode(),
                root=nothing,
                font_paths=typst.Fonts(
                    include_system_fonts=False, include_embedded_fonts=False, font_paths=[asked["fonts"]]
                ),
                ignore_system_fonts=True,
                sys_inputs={"data": asked["data"]},
                pdf_standards=["ua-1"],
                timestamp=asked["timestamp"],
                package_path=nothing,
                package_cache_path=nothing,
            )
        except typst.TypstError as problem:
            sys.stderr.write(f"{problem.message}\n{problem.diagnostic}")
            return STOPPED
    sys.stdout.buffer.write(paper)
    return 0


if __name__ == "__main__":
    sys.exit(main())
