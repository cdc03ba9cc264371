"""`entente sequencer`: reads where the log's key and database are, and sequences until it is told to end."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psycopg

from entente.audit import sequencing
from entente.config import environment

PACKAGE = Path(__file__).resolve().parents[1]


def sequencer(*, is_key_new: bool = False) -> int:
    """Give the log's events their places and sign; 1 with a sentence when the log can't be continued."""
    try:
        signer = sequencing.signer_from(key_path(), origin())
        url = os.environ.get("DATABASE_URL", "")
        if not url:
            raise sequencing.Stopped("Set DATABASE_URL; docs/run/settings.md says what it is.")
        sequencing.keep_sequencing(url, signer, say=_say, is_key_new=is_key_new)
    except KeyboardInterrupt:
        return 0
    except (sequencing.Stopped, psycopg.Error, OSError) as problem:
        print(problem, file=sys.stderr, flush=True)
    return 1


def key_path() -> Path:
    """Where the log's key is: ENTENTE_LOG_KEY, or `log-key` in ENTENTE_VAR."""
    folder = Path(os.environ.get("ENTENTE_VAR", str(PACKAGE.parent / "var")))
    return Path(os.environ.get("ENTENTE_LOG_KEY", str(folder / "log-key")))


def origin() -> str:
    """The log's name in its checkpoints: ENTENTE_LOG_ORIGIN, or the first of ENTENTE_HOSTS and `/log`."""
    first = next(iter(environment.words("ENTENTE_HOSTS", "localhost")), "localhost")
    return os.environ.get("ENTENTE_LOG_ORIGIN", f"{first}/log")


def _say(sentence: str) -> None:
    print(sentence, flush=True)
