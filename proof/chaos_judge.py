"""Says from the database alone whether anything was lost, invented or left out of the log.

Asks as the administrator, whom no wall hides anything from. No Django: it believes nothing of the product
but the arithmetic of the log's tree and the keystore, without which notes can't be read.
"""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from entente.audit import merkle
from entente.audit.checkpoints import Malformed, Verifier, read_note, read_tree_head
from entente.audit.entries import COLUMNS, details_hash, entry
from entente.keys.keystore import FileKeystore
from entente.keys.sealing import Unreadable, unseal
from proof.chaos_writers import Book

Connection = psycopg.Connection[tuple[Any, ...]]
VALUES = {"agree": 1, "disagree": -1, "pass": 0}
SHOWN = 3  # examples of each fault


@dataclass
class Verdict:
    """What is wrong, by kind with some examples, and figures worth knowing."""

    wrong: dict[str, list[str]] = field(default_factory=dict)
    figures: dict[str, int] = field(default_factory=dict)

    def note(self, what: str, found: Sequence[str]) -> None:
        """Keep what is wrong, if anything is."""
        if found:
            self.wrong[what] = [*self.wrong.get(what, []), *found]

    def lines(self) -> Iterator[str]:
        """One line for each kind of fault."""
        for what, found in self.wrong.items():
            examples = "; ".join(found[:SHOWN]) + ("; …" if len(found) > SHOWN else "")
            yield f"WRONG  {len(found):>5}  {what}: {examples}"


# Lost


def found_marks(connection: Connection, keystore: FileKeystore) -> dict[str, set[str]]:
    """The mark of everything that is in the database, by kind."""
    actions = connection.execute("select what, done_at is not null from records_action").fetchall()
    statements = connection.execute("select text from dialogue_statement").fetchall()
    return {
        "note": {text.removeprefix("Note ") for text in _notes(connection, keystore)},
        "action": {what.removeprefix("Action ") for what, _done in actions},
        "completion": {what.removeprefix("Action ") for what, done in actions if done},
        "statement": {text.removeprefix("Statement ") for (text,) in statements},
    }


def _notes(connection: Connection, keystore: FileKeystore) -> Iterator[str]:
    for pk, record, sealed in connection.execute("select id, record_id, text from records_note"):
        try:
            yield unseal(keystore.key(record), bytes(sealed), f"records_note|text|{pk}".encode()).decode()
        except Unreadable:
            continue  # then its mark is not found


def lost_writes(connection: Connection, keystore: FileKeystore, book: Book, verdict: Verdict) -> None:
    """What was acknowledged and is not there; and count what is there and was never acknowledged."""
    found = found_marks(connection, keystore)
    for kind, marks in found.items():
        verdict.note(f"acknowledged and lost: {kind}", sorted(book.acknowledged[kind] - marks))
    there = {kind: marks & book.sent[kind] for kind, marks in found.items()}
    verdict.figures["kept without an answer"] = sum(
        len(marks - book.acknowledged[kind]) for kind, marks in there.items()
    )
    _lost_votes(connection, book, verdict)
    _lost_links(connection, book, verdict)


def _lost_votes(connection: Connection, book: Book, verdict: Verdict) -> None:
    """The last answer counts. One sent again after no answer may say something else; either may be kept."""
    rows = connection.execute(
        "select p.token_hash, s.number, v.value from dialogue_vote v"
        " join dialogue_participant p on p.id = v.participant_id"
        " join dialogue_statement s on s.id = v.statement_id"
    ).fetchall()
    kept = {(token, number): value for token, number, value in rows}
    tried: dict[tuple[str, int], set[int]] = {}
    for mark in book.sent["vote"]:
        place, value = _vote(mark)
        tried.setdefault(place, set()).add(value)
    lost = []
    for mark in book.acknowledged["vote"]:
        place, value = _vote(mark)
        if kept.get(place) != value:
            lost.append(mark)
    verdict.note("acknowledged and lost: vote", sorted(lost))
    answered = {_vote(mark)[0] for mark in book.acknowledged["vote"]}
    verdict.figures["kept without an answer"] += len((set(tried) & set(kept)) - answered)
    invented = [f"{place}" for place, values in tried.items() if place in kept and kept[place] not in values]
    verdict.note("a vote nobody cast", invented)


def _vote(mark: str) -> tuple[tuple[str, int], int]:
    token, number, value = mark.split(" ")
    return (hashlib.sha256(token.encode()).hexdigest(), int(number)), VALUES[value]


def _lost_links(connection: Connection, book: Book, verdict: Verdict) -> None:
    asked = "select about_id::text, count(*) from audit_event where name = 'people.link_asked_for' group by 1"
    kept: Counter[str] = Counter(dict(connection.execute(asked).fetchall()))
    acknowledged = Counter(mark.partition(" ")[0] for mark in book.acknowledged["link"])
    sent = Counter(mark.partition(" ")[0] for mark in book.sent["link"])
    verdict.note("acknowledged and lost: link", [str(lost) for lost in (acknowledged - kept).items()])
    verdict.note("links nobody asked for", [str(extra) for extra in (kept - sent).items()])
    verdict.figures["kept without an answer"] += (kept - acknowledged).total()


# Events and changes


class Change(NamedTuple):
    """Rows of a table and the event each must have; `in_one`: written by the very same transaction."""

    table: str
    event: str
    which: str = "true"
    in_one: bool = True


CHANGES = (
    Change("records_note", "records.note_written"),
    Change("records_action", "records.action_added", "t.done_at is null"),
    Change("records_action", "records.action_added", in_one=False),
    Change("records_action", "records.action_completed", "t.done_at is not null"),
    Change("dialogue_statement", "dialogue.statement_added", "t.origin = 'resident'", in_one=False),
    Change("delivery_message", "delivery.message_sent", "t.state = 'sent'"),
)
# Rows of these may be deleted, and their events stay.
DELETED_IN_TIME = frozenset({"people.session", "dialogue.invitecode", "dialogue.analysis", "records.receipt"})


def events_without_change(connection: Connection, verdict: Verdict) -> None:
    """Events about a row that is not there."""
    named = connection.execute("select distinct about_kind from audit_event where about_id is not null")
    for (kind,) in named.fetchall():
        table = kind.replace(".", "_")
        if kind in DELETED_IN_TIME:
            continue
        question = sql.SQL(
            "select e.name || ' ' || e.about_id from audit_event e where e.about_kind = %s"
            " and e.about_id is not null and e.allowed"
            " and not exists (select from {} t where t.{} = e.about_id)"
        ).format(sql.Identifier(table), sql.Identifier(_key(connection, table)))
        missing = [row[0] for row in connection.execute(question, [kind])]
        verdict.note("an event without its change", missing)


def _key(connection: Connection, table: str) -> str:
    row = connection.execute(
        "select a.attname from pg_index i join pg_attribute a on a.attrelid = i.indrelid"
        " and a.attnum = i.indkey[0] where i.indrelid = to_regclass(%s) and i.indisprimary",
        [table],
    ).fetchone()
    if row is None:
        raise ValueError(f"no table {table} with a primary key")
    return str(row[0])


def changes_without_event(
    connection: Connection, verdict: Verdict, changes: Sequence[Change] = CHANGES
) -> None:
    """Rows whose event is not there, or was not written by the transaction that wrote the row."""
    for change in changes:
        question = sql.SQL(
            "select t.id::text from {} t where {} and not exists (select from audit_event e"
            " where e.about_id = t.id and e.name = %s{})"
        ).format(
            sql.Identifier(change.table),
            sql.SQL(change.which),  # type: ignore[arg-type, unused-ignore]
            sql.SQL(" and e.xmin = t.xmin" if change.in_one else ""),
        )
        missing = [f"{change.event} {row[0]}" for row in connection.execute(question, [change.event])]
        verdict.note("a change without its event", missing)


# The log


def log_is_whole(connection: Connection, verifier: Verifier, verdict: Verdict) -> None:
    """Every event has one leaf, leaves have no gap, each checkpoint is signed and continues the last."""
    for what, question in LOG_QUESTIONS.items():
        verdict.note(what, [str(row[0]) for row in connection.execute(question)])
    read = _reader(connection)
    old, root = 0, merkle.EMPTY_ROOT
    rows = connection.execute("select size, root, note from audit_checkpoint order by size").fetchall()
    for size, kept, text in rows:
        verdict.note("a bad checkpoint", list(_bad_checkpoint(size, bytes(kept), text, verifier)))
        try:
            path = merkle.consistency_proof(old, size, read)
        except merkle.BrokenTree as broken:
            verdict.note("a damaged tile", [str(broken)])
            return
        if not merkle.is_consistent(old, root, size, bytes(kept), path):
            verdict.note("a checkpoint that does not continue the one before", [f"{old} -> {size}"])
        old, root = size, bytes(kept)
    verdict.figures["checkpoints"] = len(rows)
    _leaves_are_the_events(connection, old, root, read, verdict)


LOG_QUESTIONS = {
    "an event still waiting for its place": "select event_id from audit_pending",
    "an event without a leaf": "select id from audit_event e where not exists"
    " (select from audit_leaf l where l.event_id = e.id)",
    "an event with several leaves": "select event_id from audit_leaf group by event_id having count(*) > 1",
    "a leaf without its event": "select index from audit_leaf l where not exists"
    " (select from audit_event e where e.id = l.event_id)",
    "a gap between leaves": "select index from (select index, row_number() over (order by index) - 1 place"
    " from audit_leaf) numbered where index <> place",
}


def _bad_checkpoint(size: int, root: bytes, text: str, verifier: Verifier) -> Iterator[str]:
    try:
        note = read_note(text)
        head = read_tree_head(note.text)
    except Malformed as malformed:
        yield f"{size}: {malformed}"
        return
    if not note.is_signed_by(verifier):
        yield f"{size}: not signed"
    if (head.origin, head.size, head.root) != (verifier.name, size, root):
        yield f"{size}: says something else"


def _reader(connection: Connection) -> merkle.ReadTile:
    tiles = {
        (level, number): bytes(hashes)
        for level, number, hashes in connection.execute("select level, number, hashes from audit_tile")
    }
    return lambda level, number: tiles.get((level, number), b"")


def _leaves_are_the_events(
    connection: Connection, size: int, root: bytes, read: merkle.ReadTile, verdict: Verdict
) -> None:
    """The last signed root, worked out from the events themselves."""
    rows = connection.execute(
        sql.SQL(
            "select {}, e.details from audit_leaf l join audit_event e on e.id = l.event_id order by l.index"
        ).format(sql.SQL(", ").join(sql.SQL("e.{}").format(sql.Identifier(column)) for column in COLUMNS))
    ).fetchall()
    leaves = [merkle.leaf_hash(entry(row[:-1], details_hash(bytes(row[-1])))) for row in rows]
    tiles = merkle.grown(0, leaves, lambda level, number: b"")
    worked_out = merkle.root(len(leaves), lambda level, number: tiles[level, number])
    if (len(leaves), worked_out) != (size, root):
        verdict.note("the last root is not that of the events", [f"{len(leaves)} leaves, {size} signed"])
    if any(read(*place) != content for place, content in tiles.items()):
        verdict.note("tiles that are not those of the events", ["at least one"])
    verdict.figures["leaves"] = len(leaves)


# Mail


def mail_is_right(connection: Connection, taken: list[str], verdict: Verdict) -> None:
    """Every queued mail went out at least once, copies bear one identifier, and none came out of nothing."""
    rows = connection.execute("select id, state from delivery_message").fetchall()
    states = {f"<{pk}@entente>": state for pk, state in rows}
    arrived = set(taken)
    verdict.note("a mail out of nothing", sorted(arrived - set(states)))
    withdrawn = {mail for mail, state in states.items() if state == "withdrawn"}
    verdict.note("a queued mail never delivered", sorted(set(states) - arrived - withdrawn))
    unsettled = [f"{mail} {state}" for mail, state in states.items() if state in ("waiting", "failed")]
    verdict.note("a mail not settled as sent", unsettled)
    verdict.figures |= {
        "mails": len(states),
        "mails taken": len(taken),
        "copies of a mail": len(taken) - len(arrived),
    }
    _links_are_mailed(connection, verdict)


def _links_are_mailed(connection: Connection, verdict: Verdict) -> None:
    """A link asked for is mailed, in one mail, though its job runs again when it was killed."""

    def by_account(name: str) -> Counter[uuid.UUID]:
        asked = "select about_id, count(*) from audit_event where name = %s group by 1"
        return Counter(dict(connection.execute(asked, [name]).fetchall()))

    asked, written = by_account("people.link_asked_for"), by_account("people.invitation_sent")
    verdict.note("a link asked for and never mailed", [str(one) for one in (asked - written).items()])
    verdict.note("a link written into two mails", [str(one) for one in (written - asked).items()])
    mails = connection.execute("select count(*) from delivery_message where template = 'people/invitation'")
    ((count,),) = mails.fetchall()
    if count != written.total():
        verdict.note("mails and their events differ", [f"{count} mails, {written.total()} events"])


def judge(
    connection: Connection, *, keystore: FileKeystore, book: Book, taken: list[str], verifier: Verifier
) -> Verdict:
    """Everything at once."""
    verdict = Verdict()
    lost_writes(connection, keystore, book, verdict)
    events_without_change(connection, verdict)
    changes_without_event(connection, verdict)
    log_is_whole(connection, verifier, verdict)
    mail_is_right(connection, taken, verdict)
    return verdict
