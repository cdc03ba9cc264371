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

from entente.audit import checkpoints, entries, merkle, sequencing
from entente.audit.checkpoints import Signer, TreeHead

TABLES = ("event", "pending", "cosignature", "checkpoint", "tile", "leaf")
TREE = TABLES[2:]
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
            connection.execute("set local lock_timeout = '10s'")  # whoever waits here waits for a mistake
            for table in TABLES:
                connection.execute(f"alter table audit_{table} disable row level security")
            connection.execute("alter table audit_event disable trigger user")
            yield connection
            connection.execute("set constraints all immediate")
            connection.execute("alter table audit_event enable trigger user")
            for table in TABLES:
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

    def order(self) -> list[uuid.UUID]:
        """The events in the order of the tree."""
        with self.as_owner() as owner:
            return [row[0] for row in owner.execute("select event_id from audit_leaf order by index")]

    def sign_anew(self, order: list[uuid.UUID], signer: Signer | None = None) -> None:
        """Throw the tree away and sign one over these events in this order, with the log's own key."""
        with self.as_owner() as owner:
            for table in TREE:
                owner.execute(f"delete from audit_{table}")
            columns = f"{', '.join(entries.COLUMNS)}, sha256(details)"
            rows = {row[0]: row for row in owner.execute(f"select {columns} from audit_event").fetchall()}
            leaves = [merkle.leaf_hash(entries.entry(rows[one][:-1], rows[one][-1])) for one in order]
            tiles = merkle.grown(0, leaves, lambda level, number: b"")
            cursor = owner.cursor()
            cursor.executemany(
                "insert into audit_leaf values (%s, %s, %s)",
                [(place, one, rows[one][-1]) for place, one in enumerate(order)],
            )
            cursor.executemany(
                "insert into audit_tile (level, number, hashes) values (%s, %s, %s)",
                [(*place, hashes) for place, hashes in tiles.items()],
            )
            self.sign(owner, len(order), merkle.root(len(order), lambda *place: tiles[place]), signer)

    def sign(
        self, owner: psycopg.Connection[Any], size: int, root: bytes, signer: Signer | None = None
    ) -> None:
        """Put a checkpoint of any size and root in the place of all others."""
        signer = signer or self.signer
        note = checkpoints.signed(TreeHead(signer.name, size, root), signer)
        owner.execute("delete from audit_cosignature")
        owner.execute("delete from audit_checkpoint")
        owner.execute(
            "insert into audit_checkpoint (size, root, note, verifier_key, made_at)"
            " values (%s, %s, %s, %s, now())",
            [size, root, str(note), str(signer.verifier)],
        )


def make_log(url_for: Callable[[str], str], folder: Path) -> LogOfTests:
    """The log of a city whose roles connect at `url_for(role)`, with a key in `folder`."""
    key_path = folder / "log-key"
    return LogOfTests(url_for, key_path, sequencing.signer_from(key_path, ORIGIN))
