"""Judges the policies of a scratch database with a made-up world: both walls, and what the functions say.

Runs in a process of its own, in which one source of the product was changed before Django started.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql

from tests.agreements.facts import Agreement, Member, Outsider, Reader, Record, Thing, World
from tests.agreements.oracle import begun, may_read, not_over

REFUSED = psycopg.errors.InvalidAuthorizationSpecification
Ids = frozenset[uuid.UUID]
BOTH = ("records_record", "records_note")


@dataclass(frozen=True)
class Expected:
    """The world, and what the rule says of it, counted once for all mutants."""

    world: World
    seen: dict[Reader, Ids]
    own: dict[Reader, Ids]
    everything: Ids


def expected_of(world: World) -> Expected:
    """Ask the oracle."""
    things: tuple[Thing, ...] = (*world.records, *world.parts)
    verdicts = {
        reader: {thing.id: may_read(world, reader, thing, at) for thing in things}
        for reader, at in world.readers
    }
    records = {record.id for record in world.records}
    return Expected(
        world,
        {r: frozenset(key for key, v in mine.items() if v.allowed) for r, mine in verdicts.items()},
        {
            r: frozenset(key for key, v in mine.items() if 3 in v.doors and key in records)
            for r, mine in verdicts.items()
        },
        frozenset(thing.id for thing in things),
    )


def complaint(expected: Expected, urls: dict[str, str]) -> str:
    """Put the (changed) walls up and ask; the first thing that is wrong, or nothing."""
    from entente.agreements import second_wall
    from proof.made_up_city import connect_django

    try:
        connect_django(urls["entente_owner"])
        second_wall.apply()
        connect_django(urls["admin"])
        with psycopg.connect(urls["entente_test"]) as raw, psycopg.connect(urls["entente_staff"]) as staff:
            worker = _worker_begins(urls)
            return worker or next(_complaints(expected, raw, staff), "")
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def _complaints(expected: Expected, raw: psycopg.Connection, staff: psycopg.Connection) -> Iterator[str]:
    from tests.agreements.both_walls import seen_through_first_wall, seen_through_second_wall

    yield from _proofs_refused(staff, raw, expected.world)
    for reader, at in expected.world.readers:
        if seen_through_second_wall(raw, reader, at) & expected.everything != expected.seen[reader]:
            yield f"second wall: {reader} at {at}"
        if seen_through_first_wall(expected.world, reader, at) & expected.everything != expected.seen[reader]:
            yield f"first wall: {reader} at {at}"
        yield from _functions(expected, raw, reader, at)
    yield from _sessions(expected.world, raw)
    yield from _turned_away(expected.world, raw)


def _functions(expected: Expected, raw: psycopg.Connection, reader: Reader, at: datetime) -> Iterator[str]:
    """What the functions behind the wall say to one reader."""
    from tests.agreements.both_walls import credential_of

    world, heads = expected.world, expected.seen[reader] & {r.id for r in expected.world.records}
    is_member = credential_of(reader, at).kind == "member"
    own = expected.own[reader] if is_member else frozenset()
    with raw.transaction():
        raw.execute("select set_config('entente.at', %s, true)", [at.isoformat()])
        raw.execute("select authz.begin(%s, %s)", list(credential_of(reader, at)))
        records = [record.id for record in world.records]

        def of_each(function: str) -> dict[uuid.UUID, Any]:
            asked = sql.SQL("select r.id, authz.{}(r.id) from unnest(%s::uuid[]) r (id)")
            rows = raw.execute(asked.format(sql.Identifier(function)), [records])
            return dict(rows.fetchall())

        if {key for key, is_inside in of_each("works_inside").items() if is_inside} != own:
            yield f"works_inside: {reader}"
        partners = raw.execute("select authz.partners()").fetchone()
        if partners is not None and set(partners[0]) != _partners(world, reader, at, is_member):
            yield f"partners: {reader}"
        if of_each("behind_glass") != {
            r.id: _behind_glass(world, r, reader, at, is_member) for r in world.records
        }:
            yield f"behind_glass: {reader}"
        unclaimed = {
            r.id: is_member and _organisation(reader) == r.owner and not world.participations_of(r.id)
            for r in world.records
        }
        if of_each("is_unclaimed") != unclaimed:
            yield f"is_unclaimed: {reader}"
        let_in = raw.execute(
            "select p.id from unnest(%s::uuid[]) r (id), authz.let_in(r.id) p", [records]
        ).fetchall()
        may_ask = is_member or reader is Outsider.SYSTEM
        if {row[0] for row in let_in} != {
            p.id for p in world.participations if may_ask and p.record in heads
        }:
            yield f"let_in: {reader}"
        found = raw.execute("select authz.found(to_tsquery('simple', 'quayside'))").fetchall()
        if {row[0] for row in found} != heads:
            yield f"found: {reader}"
        glass_left = raw.execute("select authz.has_glass_left()").fetchone()
        if is_member and glass_left is not None and glass_left[0] != _has_glass_left(world, reader, at):
            yield f"has_glass_left: {reader}"


def _organisation(reader: Reader) -> uuid.UUID | None:
    return reader.organisation if isinstance(reader, Member) else None


def _lives(agreement: Agreement, at: datetime, states: tuple[str, ...]) -> bool:
    return agreement.state in states and begun(agreement.starts_at, at) and not_over(agreement.ends_at, at)


def _partners(world: World, reader: Reader, at: datetime, is_member: bool) -> set[uuid.UUID]:
    """Parties that signed and did not leave a living agreement that the reader's organisation is in."""
    mine, found = _organisation(reader), set()
    for agreement in world.agreements:
        there = [
            party
            for party in world.parties
            if party.agreement == agreement.id and not_over(party.left_at, at)
        ]
        is_in = any(party.organisation == mine and begun(party.joined_at, at) for party in there)
        if is_member and is_in and _lives(agreement, at, ("interim", "in_force")):
            found |= {party.organisation for party in there if party.signed_at and begun(party.signed_at, at)}
    return found


def _behind_glass(
    world: World, record: Record, reader: Reader, at: datetime, is_member: bool
) -> uuid.UUID | None:
    """The owner of what is not secret, for its members and for parties that signed an agreement in force."""
    mine = _organisation(reader)
    if not is_member or mine is None or record.is_secret:
        return None
    if mine == record.owner:
        return record.owner
    for agreement in world.agreements:
        sides = [world.party(agreement.id, one) for one in (mine, record.owner)]
        if _lives(agreement, at, ("in_force",)) and all(
            side is not None
            and side.signed_at is not None
            and begun(side.signed_at, at)
            and not_over(side.left_at, at)
            for side in sides
        ):
            return record.owner
    return None


def _has_glass_left(world: World, reader: Reader, at: datetime) -> bool:
    assert isinstance(reader, Member)
    made = [p for p in world.participations if p.is_emergency and p.member == reader.id]
    return sum(p.since > at - timedelta(hours=24) for p in made) < 2


def _begins(
    raw: psycopg.Connection, kind: str | None, secret: str | None, at: datetime | None = None
) -> bool:
    try:
        with raw.transaction():
            if at is not None:
                raw.execute("select set_config('entente.at', %s, true)", [at.isoformat()])
            raw.execute("select authz.begin(%s, %s)", [kind, secret])
    except REFUSED:
        return False
    return True


def _proofs_refused(staff: psycopg.Connection, raw: psycopg.Connection, world: World) -> Iterator[str]:
    """What proves nothing is refused, and what was sealed is good for its own transaction only."""
    with staff.transaction():
        asked = [sql.SQL("select true from {} limit 1").format(sql.Identifier(one)) for one in BOTH]
        if any(staff.execute(one).fetchone() for one in asked):
            yield "who did not begin saw something"
    now = datetime.now(UTC)
    somebody = next(str(m.id) for m in world.members if begun(m.since, now) and not_over(m.ended_at, now))
    for kind, secret in (
        ("session", "guessed"), ("participant", "guessed"), ("invite", "GUESSED"), ("member", somebody),
        ("job", "1"), ("job", None), ("receipt", "guessed"), ("owner", "x"), ("", "x"),
    ):  # fmt: skip
        if _begins(staff, kind, secret):
            yield f"begin took {kind} {secret}"
    forged = "select set_config('entente.context', %s, true), set_config('entente.seal', %s, true)"
    for fields in ("job||", "visitor||"):
        with staff.transaction():
            staff.execute(forged, [fields, "0" * 64])
            if staff.execute("select authz.kind()").fetchone() != (None,):
                yield "a forged context was taken"
    with staff.transaction():
        staff.execute("select authz.begin(null, null)")
        kept = staff.execute(
            "select current_setting('entente.context'), current_setting('entente.seal')"
        ).fetchone()
    with staff.transaction():
        staff.execute(forged, list(kept or ()))
        if staff.execute("select authz.kind()").fetchone() != (None,):
            yield "a replayed context was taken"
    early = "select set_config('entente.at', '2020-01-01T00:00Z', true), authz.at() < '2021-01-01'"
    for connection, may_say in ((staff, False), (raw, True)):
        with connection.transaction():
            told = connection.execute(early).fetchone()
            if told is None or told[1] is not may_say:
                yield "the wrong role said what time it is"


def _sessions(world: World, raw: psycopg.Connection) -> Iterator[str]:
    """A session is good while it lasts, with a second factor, for an active account and a membership."""
    from tests.agreements.asking import lasts_for
    from tests.agreements.writing import moments, session_key

    for member in world.members:
        at = moments(world)[member.id]
        key = session_key(member)
        if _begins(raw, "session", key, at) is not lasts_for(member, at):
            yield f"session: {member}"
    member = next(m for m in world.members if m.ended_at is None and begun(m.since, moments(world)[m.id]))
    at, key = moments(world)[member.id], session_key(member)
    if not _begins(raw, "session", key, at + timedelta(hours=12) - timedelta.resolution):
        yield "a session ended early"
    if _begins(raw, "session", key, at + timedelta(hours=12)):
        yield "a session did not end"
    for change in (
        "update people_session set is_strong = false where account_id = %s",
        "update people_account set is_active = false where id = %s",
    ):
        with raw.transaction(force_rollback=True):
            raw.execute(change, [member.id])
            if _begins(raw, "session", key, at):
                yield f"a session was good in spite of: {change}"


def _turned_away(world: World, raw: psycopg.Connection) -> Iterator[str]:
    """Memberships begin and end at their very moments, whoever proves them."""
    from tests.agreements.asking import lasts_for
    from tests.agreements.writing import session_key

    tick = timedelta.resolution
    with raw.transaction(force_rollback=True):
        raw.execute("update people_session set expires_at = '2100-01-01'")
        for reader, moment in world.readers:
            if not isinstance(reader, Member):
                continue
            edges = [edge for edge in (reader.since, reader.ended_at) if edge is not None]
            for at in (moment, *edges, *(edge - tick for edge in edges)):
                right = lasts_for(reader, at)
                if _begins(raw, "member", str(reader.id), at) is not right:
                    yield f"member: {reader} at {at}"
                if _begins(raw, "session", session_key(reader), at) is not right:
                    yield f"session: {reader} at {at}"


def _worker_begins(urls: dict[str, str]) -> str:
    """A worker acts as the job it is doing, and as no other."""
    with psycopg.connect(urls["admin"], autocommit=True) as admin:
        made = [
            admin.execute(
                "insert into procrastinate_jobs (queue_name, task_name, status)"
                " values ('proof', 'proof', %s::procrastinate_job_status) returning id",
                [status],
            ).fetchone()
            for status in ("doing", "todo")
        ]
    with psycopg.connect(urls["entente_worker"]) as worker:
        took = [_begins(worker, "job", str(row[0])) for row in made if row]
    return "" if took == [True, False] else f"a worker's jobs: {took}"
