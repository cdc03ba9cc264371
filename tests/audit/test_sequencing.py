"""Every event gets one place in the tree, whatever happens to the sequencer."""

from __future__ import annotations

import stat
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest

from entente.audit import checkpoints, entries, merkle, sequencing
from entente.audit.models import Event
from entente.audit.sequencing import Stopped
from tests.audit.log_steps import ORIGIN, LogOfTests


def tree(log: LogOfTests) -> tuple[int, bytes]:
    """Size and root of the tree over the entries as they are now, worked out from nothing."""
    with log.as_owner() as owner:
        rows = owner.execute(
            f"select {', '.join(f'e.{c}' for c in entries.COLUMNS)}, sha256(e.details)"
            " from audit_leaf l join audit_event e on e.id = l.event_id order by l.index"
        ).fetchall()
    leaves = [merkle.leaf_hash(entries.entry(row[:-1], row[-1])) for row in rows]
    tiles = merkle.grown(0, leaves, lambda level, number: b"")
    return len(leaves), merkle.root(len(leaves), lambda level, number: tiles[level, number])


def newest(log: LogOfTests) -> checkpoints.TreeHead:
    note = checkpoints.read_note(log.one("select note from audit_checkpoint order by size desc limit 1"))
    assert note.is_signed_by(log.signer.verifier)
    return checkpoints.read_tree_head(note.text)


def assert_whole(log: LogOfTests) -> None:
    """Each event has one place, places have no gap, and the signed root is theirs."""
    size, root = tree(log)
    head = newest(log)
    assert (head.origin, head.size, head.root) == (ORIGIN, size, root)
    assert log.one("select count(*) from audit_event") == size
    assert log.one("select count(*) from audit_pending") == 0
    assert log.one("select max(index) + 1 from audit_leaf") == size


def test_every_event_of_the_city_gets_its_place_and_the_root_is_signed(log: LogOfTests) -> None:
    waiting = log.one("select count(*) from audit_event")
    assert log.sequence(at_most=100) == waiting > 100
    assert_whole(log)
    log.add_events(300)
    assert log.sequence() == 300
    assert_whole(log)
    assert log.sequence() == 0


def test_every_column_of_an_event_is_in_its_entry_or_left_out_for_a_reason() -> None:
    columns = {field.column for field in Event._meta.concrete_fields}
    assert columns == {*entries.COLUMNS, *entries.LEFT_OUT}
    assert not set(entries.COLUMNS) & set(entries.LEFT_OUT)


def test_an_entry_holds_no_name_and_no_content(log: LogOfTests) -> None:
    log.sequence()
    with log.as_owner() as owner:
        names = [row[0] for row in owner.execute("select distinct name from people_person")]
        rows = owner.execute(f"select {', '.join(entries.COLUMNS)}, details from audit_event").fetchall()
    written = b"".join(entries.entry(row[:-1], entries.details_hash(row[-1])) for row in rows).decode()
    assert not [name for name in names if name in written]


def test_an_entry_too_long_to_be_served_is_in_the_tree_as_its_hash() -> None:
    values = ["x" * 70_000] + [None] * (len(entries.COLUMNS) - 1)
    assert len(entries.entry(["id", *values[:-1]], b"")) < 200


@pytest.mark.parametrize("killed_after", range(7))
def test_killed_in_the_middle_of_a_batch_it_leaves_nothing_half_done(
    log: LogOfTests, killed_after: int
) -> None:
    log.sequence()
    log.add_events(600)
    # A process that dies without a word after so many statements of the batch.
    dying = (
        "import os, sys, psycopg\n"
        "from pathlib import Path\n"
        "from entente.audit import sequencing\n"
        "left = int(sys.argv[3])\n"
        "class Dying(psycopg.Connection):\n"
        "    def execute(self, *a, **k):\n"
        "        global left\n"
        "        left -= 1\n"
        "        if left < 0: os.kill(os.getpid(), 9)\n"
        "        return super().execute(*a, **k)\n"
        "signer = sequencing.signer_from(Path(sys.argv[2]), 'log.example/entente')\n"
        "sequencing.sequence(Dying.connect(sys.argv[1], autocommit=True), signer)\n"
    )
    key = log.key_path
    ended = subprocess.run(
        [sys.executable, "-c", dying, log.sequencer_url, str(key), str(killed_after)], check=False
    )
    assert ended.returncode == -9
    assert log.one("select count(*) from audit_pending") == 600
    assert log.sequence() == 600
    assert_whole(log)


def test_two_sequencers_never_fork(log: LogOfTests) -> None:
    log.sequence()
    stop = threading.Event()

    class Over(Exception):
        pass

    def rest(seconds: float) -> None:
        if stop.wait(0.01):
            raise Over

    def run() -> None:
        with pytest.raises(Over):
            sequencing.keep_sequencing(log.sequencer_url, log.signer, say=lambda text: None, rests=rest)

    both = [threading.Thread(target=run) for _ in range(2)]
    for thread in both:
        thread.start()
    for _ in range(20):
        log.add_events(5)
    while log.one("select count(*) from audit_pending"):
        pass
    stop.set()
    for thread in both:
        thread.join()
    assert_whole(log)


def test_batches_of_two_at_once_follow_each_other(log: LogOfTests) -> None:
    """Even without the turn: the second one to sign a size can't."""
    log.sequence()
    log.add_events(2)
    with (
        psycopg.connect(log.sequencer_url, autocommit=True) as one,
        psycopg.connect(log.sequencer_url, autocommit=True) as other,
        one.transaction(force_rollback=True),
    ):
        assert sequencing.sequence(one, log.signer) == 2
        with pytest.raises(psycopg.errors.QueryCanceled), other.transaction():
            other.execute("set local statement_timeout = 200")
            sequencing.sequence(other, log.signer)
    log.sequence()
    assert_whole(log)


def test_a_lost_connection_is_made_again(log: LogOfTests) -> None:
    said: list[str] = []
    rests = 0

    class Over(Exception):
        pass

    def rest(seconds: float) -> None:
        nonlocal rests
        rests += 1
        if rests == 2:
            log.end_sequencers()
        if rests == 4:
            log.add_events(3)
        if rests == 7:
            raise Over

    with pytest.raises(Over):
        sequencing.keep_sequencing(log.sequencer_url, log.signer, say=said.append, rests=rest)
    assert "waiting for it" in said[1]
    assert_whole(log)


def test_the_key_is_made_once_and_for_this_process_alone(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "log-key"
    first = sequencing.signer_from(path, ORIGIN)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sequencing.signer_from(path, ORIGIN).verifier == first.verifier
    assert [file.name for file in path.parent.iterdir()] == ["log-key"]
    path.chmod(0o640)
    with pytest.raises(Stopped, match="chmod 600"):
        sequencing.signer_from(path, ORIGIN)
    path.chmod(0o600)
    path.write_text("nothing")
    with pytest.raises(Stopped, match="Put the log's key back"):
        sequencing.signer_from(path, ORIGIN)


def test_another_key_does_not_go_on_by_mistake(log: LogOfTests, tmp_path: Path) -> None:
    log.sequence()
    other = sequencing.signer_from(tmp_path / "another", ORIGIN)
    with psycopg.connect(log.sequencer_url) as connection:
        sequencing.check_continues(connection, log.signer)
        with pytest.raises(Stopped, match="--new-key"):
            sequencing.check_continues(connection, other)
    with pytest.raises(Stopped, match="--new-key"):
        sequencing.keep_sequencing(log.sequencer_url, other, say=lambda text: None)


@pytest.mark.parametrize(
    "spoil",
    [
        "update audit_tile set hashes = sha256('x') || substr(hashes, 33) where (level, number) = (0, 0)",
        "delete from audit_tile",
        "update audit_checkpoint set root = sha256('x')",
    ],
)
def test_nothing_is_signed_on_top_of_a_spoiled_tree(log: LogOfTests, spoil: str) -> None:
    log.sequence(at_most=200)
    log.add_events(1)
    with log.as_owner() as owner:
        owner.execute("delete from audit_checkpoint where size > 200")
        owner.execute("delete from audit_leaf where index >= 200")
        owner.execute(
            "update audit_tile set hashes = substr(hashes, 1, 200 * 32) where level = 0 and number = 0"
        )
        owner.execute("delete from audit_tile where number > 0 or level > 0")
        owner.execute(spoil)
    with pytest.raises(Stopped, match="nothing is added"):
        log.sequence()


@pytest.mark.parametrize("role", ["entente_staff", "entente_public", "entente_worker"])
def test_no_other_process_writes_the_tree(log: LogOfTests, role: str) -> None:
    with psycopg.connect(log.url_for(role)) as connection:
        connection.execute("select authz.begin(null, null)")
        for table in ("audit_leaf", "audit_tile", "audit_checkpoint", "audit_pending"):
            for attempt in ("insert into {} default values", "delete from {}", "truncate {}"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                    connection.execute(attempt.format(table))


NOT_THE_SEQUENCERS = [
    "select actor_name from audit_event",
    "insert into audit_event (id) values (gen_random_uuid())",
    "update audit_event set name = 'x'",
    "delete from audit_event",
    "delete from audit_leaf",
    "update audit_leaf set index = 1",
    "delete from audit_checkpoint",
    "update audit_checkpoint set note = 'x'",
    "select * from records_record",
    "select * from people_person",
    "select * from audit_witness",
    "select authz.log_references(array[]::uuid[])",
    "select authz.log_entries('x', 0, 1)",
]


def test_the_sequencer_does_nothing_else(log: LogOfTests) -> None:
    with psycopg.connect(log.sequencer_url) as connection:
        for attempt in NOT_THE_SEQUENCERS:
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(attempt)
