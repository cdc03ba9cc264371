"""Steps the tests of the log share: a city with its sequencer, and what its owner can do to it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from entente.audit import sequencing
from entente.audit.checkpoints import Signer

ORIGIN = "log.example/entente"


@dataclass
class LogOfTests:
    """A log on a copy of the city: `owner` may do everything, as whoever runs the server may."""

    url_for: Callable[[str], str]
    key_path: Path
    signer: Signer

    @property
    def sequencer_url(self) -> str:
        """Where the sequencer connects."""
        return self.url_for("entente_sequencer")

    def sequence(self, *, at_most: int = sequencing.BATCH, signer: Signer | None = None) -> int:
        """Sequence until nothing waits; returns how many there were."""
        done = 0
        with psycopg.connect(self.sequencer_url, autocommit=True) as connection:
            while count := sequencing.sequence(connection, signer or self.signer, at_most=at_most):
                done += count
        return done

    @contextmanager
    def as_owner(self) -> Iterator[psycopg.Connection[Any]]:
        """One transaction of somebody who can change everything, row security included."""
        with psycopg.connect(self.url_for("entente_owner")) as connection:
            for table in ("event", "pending", "leaf", "tile", "checkpoint"):
                connection.execute(f"alter table audit_{table} disable row level security")
            connection.execute("alter table audit_event disable trigger user")
            yield connection
            connection.execute("set constraints all immediate")
            connection.execute("alter table audit_event enable trigger user")
            for table in ("event", "pending", "leaf", "tile", "checkpoint"):
                connection.execute(f"alter table audit_{table} enable row level security")

    def end_sequencers(self) -> None:
        """Cut the sequencers' connections, as a database that restarts does."""
        with psycopg.connect(os.environ["TEST_ADMIN_URL"], autocommit=True) as admin:
            admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where application_name = 'entente sequencer' and datname = %s",
                [self.sequencer_url.rpartition("/")[2]],
            )

    def one(self, sql: str, *values: Any) -> Any:
        """The first column of the first row, as the owner."""
        with self.as_owner() as owner:
            row = owner.execute(sql, values).fetchone()
        assert row is not None
        return row[0]

    def add_events(self, count: int = 1, at: str = "now") -> list[uuid.UUID]:
        """Let a visitor's events happen, through the wall and its trigger."""
        ids = [uuid.uuid4() for _ in range(count)]
        with psycopg.connect(self.url_for("entente_staff")) as staff:
            staff.execute("select authz.begin(null, null)")
            staff.cursor().executemany(
                "insert into audit_event (id, at, name, actor_kind, actor_name, about_kind, allowed, reason,"
                " reason_values, details) values (%s, %s, 'test.thing_done', 'visitor', 'visitor', '', true,"
                " 'Because.', '{}', 'sealed')",
                [(one, at) for one in ids],
            )
        return ids


def make_log(url_for: Callable[[str], str], folder: Path) -> LogOfTests:
    """The log of a city whose roles connect at `url_for(role)`, with a key in `folder`."""
    key_path = folder / "log-key"
    return LogOfTests(url_for, key_path, sequencing.signer_from(key_path, ORIGIN))
