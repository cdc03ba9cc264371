"""The witness, on its own machine: it lets an honest log grow and finds each way of falsifying one."""

from __future__ import annotations

import ast
import json
import re
import shutil
import socketserver
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction

from entente.audit import merkle, queries, sequencing
from entente.audit.actors import acting
from entente.audit.checkpoints import LOG, Verifier
from entente.config import witness
from entente.people.sign_in import member_with
from entente.rights.services import oversight as services
from tests.audit.log_steps import LogOfTests
from tests.template_city import session_key


class Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def url(log: LogOfTests) -> Iterator[str]:
    """A live server on the log's own city."""
    application = get_wsgi_application()

    def answer(environ: Any, start: Any) -> Any:
        try:
            return list(application(environ, start))
        finally:
            connection.close()

    with Server(("127.0.0.1", 0), Quiet) as server:
        server.set_app(answer)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/log"
        server.shutdown()
        thread.join()


@dataclass
class Watching:
    """A registered witness, the log it watches, and what it says."""

    log: LogOfTests
    url: str
    folder: Path
    key: str
    said: Callable[[], str]

    def visit(self, *options: str) -> tuple[int, str]:
        """One visit; the exit code and what was said."""
        arguments = ["--url", self.url, "--state", str(self.folder), "--entries-key", self.key, *options]
        code = witness.main(["run", *arguments])
        return code, self.said()

    def finds(self, kind: str, *options: str) -> None:
        """The next visit finds this, says so, ends with 1 and cosigns nothing."""
        before = self.log.one("select count(*) from audit_cosignature")
        code, said = self.visit(*options)
        assert (code, said.split(":")[0]) == (1, kind.upper()), said
        assert self.log.one("select count(*) from audit_cosignature") == before
        assert list(self.folder.glob("found-*.txt"))


@pytest.fixture
def watching(log: LogOfTests, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Watching:
    """A witness that has visited once; then a hundred more events happened and were sequenced."""
    log.sequence(at_most=300)
    folder = tmp_path / "witness"
    assert witness.main(["init", "--name", "ngo.example/witness", "--state", str(folder)]) == 0
    with transaction.atomic():
        elisabeth = member_with(session_key("elisabeth"))
    with acting(elisabeth):
        _witness, key = services.register_witness(capsys.readouterr().out, by=elisabeth)
    log.sequence()
    watching = Watching(log, url, folder, key, lambda: capsys.readouterr().out)
    code, said = watching.visit("--log-key", str(log.signer.verifier))
    assert code == 0, said
    assert "All well" in said
    log.add_events(100)
    log.sequence()
    return watching


# An honest log


def test_an_honest_log_is_cosigned_and_remembered(watching: Watching) -> None:
    for options in ((), ("--all",), ()):
        assert watching.visit(*options)[0] == 0
        watching.log.add_events(3)
        watching.log.sequence()
    state = json.loads((watching.folder / "state.json").read_text())
    assert state["size"] > 400
    assert "ngo.example/witness" in state["note"]
    assert watching.log.one("select count(*) from audit_cosignature") >= 4
    assert watching.log.one("select count(*) from audit_event where name = 'rights.entries_read'") > 3


def test_what_happened_before_a_log_was_watched_is_not_backdated(watching: Watching) -> None:
    """The city's past is older than the first visit, and there from the beginning."""
    assert watching.log.one("select min(at) < now() - interval '100 days' from audit_event")
    assert watching.visit("--all")[0] == 0


def test_erasing_a_records_details_leaves_the_tree_whole(watching: Watching) -> None:
    with watching.log.as_owner() as owner:
        erased = owner.execute("update audit_event set details = '' where record_id is not null")
        assert erased.rowcount > 10
    assert watching.visit("--all")[0] == 0


def test_a_log_that_does_not_answer_is_no_finding(watching: Watching, tmp_path: Path) -> None:
    assert witness.main(["run", "--url", "http://127.0.0.1:1/log", "--state", str(watching.folder)]) == 2
    assert witness.main(["run", "--url", watching.url, "--state", str(tmp_path / "nobody")]) == 2


# A falsified one. Whoever runs the server changes rows; whoever has the log's key, too, signs again.

LAST = "(select max(index) from audit_leaf)"
OLD = "(select event_id from audit_leaf where index = 50)"
NEW = f"(select event_id from audit_leaf where index = {LAST})"


@pytest.mark.parametrize(
    ("which", "options"), [(OLD, ("--all",)), (NEW, ())], ids=["seen before, with --all", "new"]
)
@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("edited", "update audit_event set reason = 'x' where id = {}"),
        ("edited", "update audit_event set allowed = not allowed where id = {}"),
        ("edited", "update audit_event set at = at + interval '1 microsecond' where id = {}"),
        ("edited", "update audit_event set actor_id = gen_random_uuid() where id = {}"),
        ("edited", """update audit_event set reason_values = '{{"a": 1}}' where id = {}"""),
        ("edited", "update audit_event set details = 'another' where id = {}"),
        ("deleted", "delete from audit_event where id = {}"),
        ("deleted", "delete from audit_leaf where event_id = {}"),
    ],
)
def test_an_event_changed_or_deleted_is_found(
    watching: Watching, kind: str, change: str, which: str, options: tuple[str, ...]
) -> None:
    with watching.log.as_owner() as owner:
        owner.execute(change.format(which))
    watching.finds(kind, *options)
    watching.finds(kind, *options)


@pytest.mark.parametrize(("place", "options"), [(50, ("--all",)), (-2, ())])
def test_events_that_changed_places_are_found(
    watching: Watching, place: int, options: tuple[str, ...]
) -> None:
    order = watching.log.order()
    place %= len(order)
    with watching.log.as_owner() as owner:
        for where, event in (
            (place, uuid.uuid4()), (place + 1, order[place]), (place, order[place + 1]),
        ):  # fmt: skip
            owner.execute("update audit_leaf set event_id = %s where index = %s", [event, where])
    watching.finds("reordered", *options)


def test_a_changed_event_is_found_when_the_tree_is_signed_anew(watching: Watching) -> None:
    order = watching.log.order()
    with watching.log.as_owner() as owner:
        owner.execute("update audit_event set reason = 'x' where id = %s", [order[50]])
    watching.log.sign_anew(order)
    watching.finds("edited")


def test_a_deleted_event_is_found_when_the_tree_is_signed_anew(watching: Watching) -> None:
    order = watching.log.order()
    with watching.log.as_owner() as owner:
        owner.execute("delete from audit_event where id = %s", [order[50]])
    watching.log.sign_anew([*order[:50], *order[51:]])
    watching.finds("deleted")


def test_another_order_is_found_when_the_tree_is_signed_anew(watching: Watching) -> None:
    order = watching.log.order()
    watching.log.sign_anew([*order[:50], order[51], order[50], *order[52:]])
    watching.finds("reordered")


def test_an_event_put_in_later_between_others_is_found(watching: Watching) -> None:
    order = watching.log.order()
    (made_up,) = watching.log.add_events()
    with watching.log.as_owner() as owner:
        owner.execute("update audit_event set at = at - interval '3 days' where id = %s", [made_up])
    watching.log.sign_anew([*order[:50], made_up, *order[50:]])
    watching.finds("forked")


@pytest.mark.parametrize("lost", [100, 1])
def test_a_shorter_log_is_found(watching: Watching, lost: int) -> None:
    """Not only by who falsifies: also when a backup was put back that had not everything."""
    seen = json.loads((watching.folder / "state.json").read_text())["size"]
    watching.log.sign_anew(watching.log.order()[: seen - lost])
    watching.finds("truncated")


@pytest.mark.parametrize("until", [None, -100])
def test_a_second_history_is_found_whether_longer_or_as_long(watching: Watching, until: int | None) -> None:
    order = watching.log.order()
    seen = len(order) - 100
    others = watching.log.add_events(120)
    forked = [*order[: seen - 20], *others]
    watching.log.sign_anew(forked[: seen if until else None])
    watching.finds("forked")


def test_a_root_that_is_not_of_the_hashes_shown_is_found(watching: Watching) -> None:
    size = len(watching.log.order())
    with watching.log.as_owner() as owner:
        watching.log.sign(owner, size, bytes(32))
    watching.finds("forked")


def test_hashes_that_are_not_of_the_root_are_found(watching: Watching) -> None:
    with watching.log.as_owner() as owner:
        owner.execute("update audit_tile set hashes = sha256('x') || substr(hashes, 33) where level = 0")
    watching.finds("edited", "--all")


def test_another_key_than_the_logs_is_found(watching: Watching, tmp_path: Path) -> None:
    other = sequencing.signer_from(tmp_path / "other", watching.log.signer.name)
    watching.log.sign_anew(watching.log.order(), other)
    watching.finds("forged")


@pytest.mark.parametrize("at", ["now() - interval '2 hours 5 minutes'", "now() + interval '3 hours'"])
def test_an_event_of_a_time_that_was_over_or_is_to_come_is_found_once(watching: Watching, at: str) -> None:
    assert watching.visit()[0] == 0
    (made_up,) = watching.log.add_events()
    with watching.log.as_owner() as owner:
        owner.execute(f"update audit_event set at = {at} where id = %s", [made_up])
    watching.log.sequence()
    code, said = watching.visit()
    assert (code, said.split(":")[0]) == (1, "BACKDATED")
    assert watching.visit()[0] == 0


def test_an_event_that_carries_its_hour_or_waited_a_little_is_not_backdated(watching: Watching) -> None:
    assert watching.visit()[0] == 0
    (waited,) = watching.log.add_events()
    with watching.log.as_owner() as owner:
        owner.execute("update audit_event set at = at - interval '110 minutes' where id = %s", [waited])
    watching.log.sequence()
    assert watching.visit()[0] == 0


# A person's proof


@pytest.fixture
def proof(watching: Watching, tmp_path: Path) -> Path:
    """The proof of one of Elisabeth's own events, as a file."""
    assert watching.visit()[0] == 0
    with transaction.atomic():
        elisabeth = member_with(session_key("elisabeth"))
        event = queries.all_events(elisabeth).filter(name="rights.witness_registered")[0]
        text = queries.inclusion_proof(event)
    assert text is not None
    path = tmp_path / "who-looked.tlog-proof"
    path.write_text(text)
    return path


def test_a_proof_says_what_happened_and_who_witnessed_it(watching: Watching, proof: Path) -> None:
    assert witness.main(["check", str(proof), "--state", str(watching.folder)]) == 0
    said = watching.said()
    assert "rights.witness_registered" in said
    assert "allowed" in said
    assert "witnessed by ngo.example/witness" in said
    assert witness.main(["check", str(proof), "--log-key", str(watching.log.signer.verifier)]) == 0


def test_a_proof_of_something_else_is_refused(watching: Watching, proof: Path, tmp_path: Path) -> None:
    text = proof.read_text()
    other = Verifier("log.example/entente", LOG, bytes(32))
    for spoiled, key, code in (
        (re.sub(r"extra \S+", "extra eA==", text), watching.log.signer.verifier, 1),
        (re.sub(r"index \d+", "index 0", text), watching.log.signer.verifier, 1),
        (re.sub(r"index \d+", "index 999999", text), watching.log.signer.verifier, 1),
        (text, other, 1),
        ("c2sp.org/tlog-proof@v1\n", watching.log.signer.verifier, 2),
        ("", watching.log.signer.verifier, 2),
    ):
        file = tmp_path / "spoiled"
        file.write_text(spoiled)
        assert witness.main(["check", str(file), "--log-key", str(key)]) == code
    assert witness.main(["check", str(proof), "--state", str(tmp_path)]) == 2


def test_an_event_that_waits_has_no_proof_yet(watching: Watching) -> None:
    with transaction.atomic():
        elisabeth = member_with(session_key("elisabeth"))
        services.read_log(by=elisabeth, filters={})
        event = queries.all_events(elisabeth)[0]
        assert queries.inclusion_proof(event) is None


# One file


def test_the_witness_is_one_file_with_nothing_of_ours(tmp_path: Path) -> None:
    source = Path(witness.__file__)
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
            tops = {name.partition(".")[0] for name in names}
            assert tops <= {*sys.stdlib_module_names, "cryptography"}
    copied = tmp_path / "witness.py"
    shutil.copy(source, copied)
    ran = subprocess.run(
        [sys.executable, "-I", str(copied), "init", "--name", "x.example/w", "--state", str(tmp_path / "w")],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    assert Verifier.read(ran.stdout).name == "x.example/w"
    assert (tmp_path / "w" / "witness.json").stat().st_mode & 0o077 == 0


def test_a_witness_is_made_once(tmp_path: Path) -> None:
    made = ["init", "--name", "x.example/w", "--state", str(tmp_path)]
    assert [witness.main(made), witness.main(made)] == [0, 2]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 255, 256, 257, 1000])
def test_its_own_arithmetic_and_the_products_agree(size: int) -> None:
    leaves = [witness.leaf_hash(str(n).encode()) for n in range(size)]
    tiles = merkle.grown(0, leaves, lambda level, number: b"")
    peaks: list[tuple[int, bytes]] = []
    for leaf in leaves:
        witness.grow(peaks, leaf)
    root = merkle.root(size, lambda *place: tiles[place])
    assert witness.root_of(peaks) == root
    for index in {0, size // 2, size - 1}:
        path = merkle.inclusion_proof(index, size, lambda *place: tiles[place])
        assert witness.root_by_path(leaves[index], index, size, path) == root
        assert witness.root_by_path(leaves[index], index, size, [*path, root]) is None
        assert not path or witness.root_by_path(leaves[index], index, size, path[1:]) is None
