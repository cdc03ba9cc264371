"""The log's clerk: gives waiting events their place in the tree and signs how far it got.

One process, one transaction for each batch. Killed at any moment it leaves nothing half done; a second one
waits until the first one's connection is gone. No Django here: it starts fast and knows nothing to leak.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from entente.audit import checkpoints, merkle
from entente.audit.checkpoints import LOG, Signer, TreeHead
from entente.audit.entries import COLUMNS, entry

POLL = 0.2  # seconds; asking is cheap, and NOTIFY would make every commit of an event wait for the others
WAIT = 1.0  # seconds before the database, or the turn, is asked for again
BATCH = 5000
TURN = 0x656E74656E7465  # the advisory lock of the one sequencer

Connection = psycopg.Connection[tuple[Any, ...]]
Say = Callable[[str], object]


class Stopped(Exception):
    """The log can't be continued as it is; the message says what to do."""


# The key


def signer_from(path: Path, origin: str) -> Signer:
    """The log's key, made on the first start; only this process's user may read the file. Raises Stopped."""
    if not path.exists():
        _make_key(path)
    if path.stat().st_mode & 0o077:
        raise Stopped(f"Others can read the log's key in {path}. Make it yours alone: chmod 600 {path}")
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise Stopped(f"There is no Ed25519 key in {path}. Put the log's key back from where it is kept.")
    return Signer(origin, LOG, key)


def _make_key(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(
            Ed25519PrivateKey.generate().private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(half, path)  # whole or not at all, and never over another
    except FileExistsError:
        pass
    finally:
        half.unlink()


# One batch

# What is deleted here is in the tree when this commits, or waits again when it does not.
TAKE = f"""
with taken as (
  delete from audit_pending where event_id = any(array(select event_id from audit_pending limit %s))
  returning event_id)
select {", ".join(f"e.{column}" for column in COLUMNS)}, sha256(e.details)
  from audit_event e join taken t on t.event_id = e.id order by e.at, e.id"""
ADD_LEAVES = """
insert into audit_leaf (index, event_id, details_hash)
select %s + place - 1, event_id, hash
  from unnest(%s::uuid[], %s::bytea[]) with ordinality added (event_id, hash, place)"""
KEEP_TILES = """
insert into audit_tile (level, number, hashes)
select * from unnest(%s::smallint[], %s::bigint[], %s::bytea[])
on conflict (level, number) do update set hashes = excluded.hashes"""
NEWEST = "select size, root, note from audit_checkpoint order by size desc limit 1"


def sequence(connection: Connection, signer: Signer, *, at_most: int = BATCH) -> int:
    """Put waiting events into the tree and sign it, in one transaction; returns how many there were.

    Raises Stopped when the tree in the database is not the one that was signed last.
    """
    with connection.transaction():
        rows = connection.execute(TAKE, [at_most]).fetchall()
        if not rows:
            return 0
        size, root, _note = _newest(connection)
        read = _reader(connection)
        try:
            if merkle.root(size, read) != root:
                raise Stopped("The tree in the database is not the one this log signed: nothing is added.")
            leaves = [merkle.leaf_hash(entry(row[:-1], row[-1])) for row in rows]
            tiles = merkle.grown(size, leaves, read)
        except merkle.BrokenTree as broken:
            raise Stopped(f"The tree in the database is damaged ({broken}): nothing is added.") from broken
        # No COPY: row security holds here, too.
        connection.execute(ADD_LEAVES, [size, [row[0] for row in rows], [row[-1] for row in rows]])
        places = list(tiles)
        levels, numbers = [level for level, _n in places], [number for _l, number in places]
        connection.execute(KEEP_TILES, [levels, numbers, list(tiles.values())])
        _sign(connection, signer, size + len(rows), tiles, read)
        return len(rows)


def _newest(connection: Connection) -> tuple[int, bytes, str]:
    row = connection.execute(NEWEST).fetchone()
    return (row[0], bytes(row[1]), row[2]) if row else (0, merkle.EMPTY_ROOT, "")


def _reader(connection: Connection) -> merkle.ReadTile:
    known: dict[merkle.Tile, bytes] = {}

    def read(level: int, number: int) -> bytes:
        if (level, number) not in known:
            asked = "select hashes from audit_tile where level = %s and number = %s"
            row = connection.execute(asked, [level, number]).fetchone()
            known[level, number] = bytes(row[0]) if row else b""
        return known[level, number]

    return read


def _sign(
    connection: Connection, signer: Signer, size: int, tiles: dict[merkle.Tile, bytes], read: merkle.ReadTile
) -> None:
    def newest(level: int, number: int) -> bytes:
        return tiles.get((level, number)) or read(level, number)

    head = TreeHead(signer.name, size, merkle.root(size, newest))
    connection.execute(
        "insert into audit_checkpoint (size, root, note, verifier_key, made_at) values (%s, %s, %s, %s, %s)",
        [size, head.root, str(checkpoints.signed(head, signer)), str(signer.verifier), datetime.now(UTC)],
    )


# The process


def check_continues(connection: Connection, signer: Signer) -> None:
    """Raise Stopped when the newest checkpoint bears another key's signature or another log's name."""
    _size, _root, note = _newest(connection)
    if note and not checkpoints.read_note(note).is_signed_by(signer.verifier):
        raise Stopped(
            "This log was signed with another key, or under another name, until now. Put that key back. If it"
            " is lost for good, start once with --new-key and give every witness the new verifier key."
        )


def keep_sequencing(
    url: str,
    signer: Signer,
    *,
    say: Say,
    is_key_new: bool = False,
    rests: Callable[[float], object] = time.sleep,
) -> None:
    """Sequence until the process is told to end; a database that goes away is waited for. Raises Stopped."""
    say(f"Verifier key of this log: {signer.verifier}")
    is_told = False
    while True:
        try:
            with psycopg.connect(url, autocommit=True, application_name="entente sequencer") as connection:
                is_told = False
                _wait_for_turn(connection, rests)
                if not is_key_new:
                    check_continues(connection, signer)
                _until_lost(connection, signer, rests)
        except (psycopg.OperationalError, psycopg.InterfaceError) as lost:
            if not is_told:
                say(f"The database can't be reached; waiting for it. ({' '.join(str(lost).split())})")
            is_told = True
            rests(WAIT)


def _wait_for_turn(connection: Connection, rests: Callable[[float], object]) -> None:
    """Hold the lock of the one sequencer for as long as this connection lives."""
    while connection.execute("select pg_try_advisory_lock(%s)", [TURN]).fetchone() != (True,):
        rests(WAIT)


def _until_lost(connection: Connection, signer: Signer, rests: Callable[[float], object]) -> None:
    while True:
        waits = connection.execute("select exists (select from audit_pending)").fetchone() == (True,)
        if not waits or sequence(connection, signer) < BATCH:
            rests(POLL)
