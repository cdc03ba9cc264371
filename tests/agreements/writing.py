"""Writes a made-up world into a copy of the city's database, with COPY, as the owner of the tables.

Only what the tables allow can be written: see `asking.as_kept`.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg

from tests.agreements.facts import Member, Outsider, Part, Participation, Record, World
from tests.agreements.worlds import LONG, MOMENTS

LONG_AGO = MOMENTS[0] - 2 * LONG
PARTICIPANT_TOKEN = "a-token-of-a-made-up-world"
# In every record's texts: once each, and in so many that the index is no way to find it.
WORD, WORD_EVERYWHERE = "quayside", "harbour"
LANGUAGES = ("en", "fr", "ar")
FILE_CONTENT = b"what the file of a made-up world says"
UNFORCED = ("people_account", "people_session")
PART_TABLES = {"note": "records_note", "file": "records_file", "action": "records_action"}
Row = tuple[Any, ...]
Copied = tuple[str, str, Iterable[Row]]


def write_world(url: str, world: World, *, with_texts: bool = False) -> None:
    """Write everything; `url` is the owner's. The walls stand again at the end.

    `with_texts`: notes say something, files can be downloaded, words are found, and the log has an event
    for each record. It needs Django, its keystore and its file storage.
    """
    rows = [*_people(world), *_agreements(world), *_records(world), *_parts(world, with_texts=with_texts)]
    if with_texts:
        rows += [*_sign_ins(world), *_words(world), *_events(world)]
    tables = dict.fromkeys(table for table, _columns, _rows in rows)
    with psycopg.connect(url) as connection:
        connection.execute("select authz.begin('job', null)")
        for table in (*tables, "dialogue_participant"):
            connection.execute(f"alter table {table} no force row level security")
            connection.execute(f"alter table {table} disable trigger user")
        for table, columns, values in rows:
            with connection.cursor().copy(f"copy {table} ({columns}) from stdin") as copy:
                for row in values:
                    copy.write_row(row)
        connection.execute(
            "insert into dialogue_participant (id, dialogue_id, token_hash, stratum, area, language)"
            " select %s, record_ptr_id, %s, 'open', '', 'en' from dialogue_dialogue limit 1",
            [uuid.uuid5(uuid.NAMESPACE_URL, PARTICIPANT_TOKEN), _hash(PARTICIPANT_TOKEN)],
        )
        connection.execute("set constraints all immediate")
        connection.commit()
        for table in (*tables, "dialogue_participant"):
            connection.execute(f"alter table {table} enable trigger user")
            if table not in UNFORCED:
                connection.execute(f"alter table {table} force row level security")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"analyze {', '.join(tables)}")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True)
class Written:
    """How a record is called in the database."""

    record: Record
    number: int

    @property
    def reference(self) -> str:
        from entente.records.references import ALPHABET, LENGTH, check_sign

        signs, rest = "", self.number
        for _place in range(LENGTH):
            rest, sign = divmod(rest, len(ALPHABET))
            signs += ALPHABET[sign]
        return f"MAT-{signs}{check_sign(signs)}"

    @property
    def title(self) -> str:
        return f"Lantern{self.number:05d}"

    @property
    def opened_at(self) -> datetime:
        return LONG_AGO + timedelta(minutes=self.number)


def written(world: World) -> list[Written]:
    """Every record with its number."""
    return [Written(record, number) for number, record in enumerate(world.records)]


def note_text(part: Part) -> str:
    """What a note says: nothing else says it."""
    return f"Pebble{part.id.hex[:12]}"


def session_key(member: Member) -> str:
    """The key of a member's session."""
    return f"session-of-{member.id}"


def moments(world: World) -> dict[uuid.UUID, datetime]:
    """When each member asks."""
    return {reader.id: at for reader, at in world.readers if not isinstance(reader, Outsider)}


def _people(world: World) -> Iterator[Copied]:
    yield (
        "people_organisation",
        "id, slug, name, names, kind",
        [(one.id, one.id.hex, f"Organisation {n}", "{}", "ngo") for n, one in enumerate(world.organisations)],
    )
    yield (
        "people_person",
        "id, name, email, languages",
        [(one.id, f"Person {n}", _address(n), "[]") for n, one in enumerate(world.members)],
    )
    yield (
        "people_membership",
        "id, person_id, organisation_id, role, title, titles, since, ended_at",
        [(m.id, m.id, m.organisation, "member", "", "{}", m.since, m.ended_at) for m in world.members],
    )
    yield (
        "people_taskforce",
        "id, slug, name, names, since, ended_at",
        [
            (one.id, one.id.hex, f"Task force {n}", "{}", LONG_AGO, one.ended_at)
            for n, one in enumerate(world.task_forces)
        ],
    )
    yield (
        "people_seat",
        "id, task_force_id, membership_id, since, until",
        [(one.id, one.task_force, one.member, one.since, one.until) for one in world.seats],
    )


def _address(number: int) -> str:
    return f"person-{number}@made-up.example"


def _sign_ins(world: World) -> Iterator[Copied]:
    """An account for each member, and a session that begins at the moment at which the member asks."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from entente.people.models import Account
    from entente.people.session_store import SessionStore, key_hash

    yield (
        "people_account",
        "id, person_id, email, language, is_active, password",
        [(one.id, one.id, _address(n), "en", True, "!") for n, one in enumerate(world.members)],
    )
    sessions, at = [], moments(world)
    for number, member in enumerate(world.members):
        store = SessionStore(session_key(member))
        account = Account(id=member.id, email=_address(number), password="!")
        content = store.encode(
            {
                SESSION_KEY: str(member.id),
                BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
                HASH_SESSION_KEY: account.get_session_auth_hash(),
                "signed_in_with": "demo",
            }
        )
        begun = at[member.id]
        times = (begun, begun, begun + timedelta(hours=12))
        sessions.append((key_hash(session_key(member)), member.id, member.id, True, "demo", content, *times))
    columns = "key_hash, id, account_id, is_strong, signed_in_with, content, started_at, seen_at, expires_at"
    yield "people_session", columns, sessions


def _agreements(world: World) -> Iterator[Copied]:
    keeper = world.organisations[0].id
    yield (
        "agreements_agreement",
        "id, keeper_id, kind, title, titles, state, starts_at, ends_at",
        [
            (one.id, keeper, "sharing", f"Agreement {n}", "{}", one.state, one.starts_at, one.ends_at)
            for n, one in enumerate(world.agreements)
        ],
    )
    yield (
        "agreements_party",
        "id, agreement_id, organisation_id, joined_at, signed_at, left_at",
        [(p.id, p.agreement, p.organisation, p.joined_at, p.signed_at, p.left_at) for p in world.parties],
    )
    columns = "id, agreement_id, number, purpose, category, giving_id, receiving_id"
    yield (
        "agreements_clause",
        f"{columns}, opens_secrecy, holds_in_interim, legal_basis",
        [
            (
                c.id,
                c.agreement,
                n,
                c.purpose,
                c.category,
                c.giving,
                c.receiving,
                c.opens_secrecy,
                c.holds_in_interim,
                "",
            )
            for one in world.agreements
            for n, c in enumerate(world.clauses_of(one.id), 1)
        ],
    )


def _records(world: World) -> Iterator[Copied]:
    yield (
        "records_record",
        "id, kind, reference, owner_id, category, audience, title, opened_at, public_since, is_secret",
        [
            (
                r.id,
                "matter",
                w.reference,
                r.owner,
                r.category,
                r.audience,
                w.title,
                w.opened_at,
                r.public_since,
                r.is_secret,
            )
            for w in written(world)
            for r in [w.record]
        ],
    )
    columns = "id, record_id, owner_id, organisation_id, task_force_id, membership_id, agreement_id, purpose"
    yield (
        "records_participation",
        f"{columns}, since, until, is_emergency, record_opened_at, reason",
        [_participation(p, w) for w in written(world) for p in world.participations_of(w.record.id)],
    )
    yield (
        "records_opening",
        "id, record_id, membership_id, purpose, at, until",
        [(o.id, o.record, o.member, o.purpose, o.at, o.until) for o in world.openings],
    )


def _participation(given: Participation, on: Written) -> Row:
    made_out = (given.organisation, given.task_force, given.member)
    head = (given.id, given.record, on.record.owner, *made_out, given.agreement, given.purpose)
    return (*head, given.since, given.until, given.is_emergency, on.opened_at, b"")


def _parts(world: World, *, with_texts: bool) -> Iterator[Copied]:
    author = world.members[0].id
    head = "id, record_id, category, is_secret"
    by_kind: dict[str, list[Part]] = {kind: [] for kind in PART_TABLES}
    for part in world.parts:
        by_kind[part.kind].append(part)
    yield (
        "records_note",
        f"{head}, author_id, author_name, written_at, text",
        [
            (*_head(p), author, "Person 0", LONG_AGO, _sealed_note(p) if with_texts else b"")
            for p in by_kind["note"]
        ],
    )
    if with_texts:
        _keep_files(by_kind["file"])
    yield (
        "records_file",
        f"{head}, name, content_type, size, author_id, author_name, kept_at",
        [
            (*_head(p), "file.txt", "text/plain", len(FILE_CONTENT), author, "Person 0", LONG_AGO)
            for p in by_kind["file"]
        ],
    )
    yield (
        "records_action",
        f"{head}, what, assigned_to_id, due_on",
        [(*_head(p), "Call back", author, LONG_AGO.date()) for p in by_kind["action"]],
    )


def _head(part: Part) -> Row:
    return part.id, part.record, part.category, part.is_secret


def _sealed_note(part: Part) -> bytes:
    from entente.records.models import Note

    note = Note(id=part.id, record_id=part.record)
    note.text = note_text(part)
    return bytes(Note._meta.get_field("text").pre_save(note, True))


def _keep_files(parts: Iterable[Part]) -> None:
    from entente.records.files import keep_file

    for part in parts:
        keep_file(part.record, part.id.hex, FILE_CONTENT)


def _words(world: World) -> Iterator[Copied]:
    """The words of each record in several languages, so that one is in very many texts."""
    rows = []
    for one in written(world):
        for language in LANGUAGES:
            said = WORD if language == "en" else ""
            words = f"{one.title.lower()} {one.reference.lower()} {WORD_EVERYWHERE} {said}"
            rows.append((uuid.uuid5(one.record.id, language), one.record.id, language, words))
    yield "records_searchtext", "id, record_id, language, words", rows


def _events(world: World) -> Iterator[Copied]:
    """For each record, that somebody of another organisation looked at it: who sees it may know that."""
    columns = "id, at, name, actor_kind, actor_id, actor_name, actor_organisation_id, about_kind, about_id"
    rows = []
    for one in written(world):
        actor = next(m for m in world.members if m.organisation != one.record.owner)
        told = ("records.record_opened", "member", actor.id, "Somebody", actor.organisation)
        about = ("records.record", one.record.id, one.record.id, True, "Said so.", json.dumps({}), b"")
        rows.append((uuid.uuid5(one.record.id, "opened"), one.opened_at, *told, *about))
    yield "audit_event", f"{columns}, record_id, allowed, reason, reason_values, details", rows
