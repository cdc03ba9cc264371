"""What each wall lets a reader of a written world see, asked alone and together."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

import psycopg
from django.db import connection, transaction
from django.db.models import Model, QuerySet

from entente.agreements.queries import FirstWall
from entente.audit import clock
from entente.audit.actors import Actor, Credential, acting
from entente.people.models import Member
from entente.records.models import Action, File, Note, Record
from tests.agreements import facts
from tests.agreements.asking import asker, lasts_for
from tests.agreements.facts import Outsider, World
from tests.agreements.oracle import may_read
from tests.agreements.writing import PARTICIPANT_TOKEN

PARTS: tuple[type[Model], ...] = (Note, File, Action)
TABLES = ("records_record", *(model._meta.db_table for model in PARTS))
Ids = frozenset[uuid.UUID]
REFUSED = psycopg.errors.InvalidAuthorizationSpecification
CREDENTIALS = {
    Outsider.SYSTEM: Credential("job", None),
    Outsider.VISITOR: Credential(None, None),
    Outsider.PARTICIPANT: Credential("participant", PARTICIPANT_TOKEN),
}


@dataclass
class Judged:
    """What the oracle lets one reader see at their moment: heads and parts of the world."""

    world: World
    everything: Ids = field(init=False)

    def __post_init__(self) -> None:
        self.things: tuple[facts.Thing, ...] = (*self.world.records, *self.world.parts)
        self.everything = frozenset(thing.id for thing in self.things)

    def expected(self, reader: facts.Reader, at: datetime) -> Ids:
        seen = (thing for thing in self.things if may_read(self.world, reader, thing, at).allowed)
        return frozenset(thing.id for thing in seen)


def credential_of(reader: facts.Reader, at: datetime) -> Credential:
    """What the reader can prove: an ended membership proves nothing, and its holder reads as a visitor."""
    if isinstance(reader, Outsider):
        return CREDENTIALS[reader]
    return Credential("member", str(reader.id)) if lasts_for(reader, at) else Credential(None, None)


def seen_through_second_wall(raw: psycopg.Connection, reader: facts.Reader, at: datetime) -> Ids:
    """Every row of the tables that PostgreSQL shows, in raw SQL; `raw` is of the role that tells the time."""
    with raw.transaction():
        raw.execute("select set_config('entente.at', %s, true)", [at.isoformat()])
        raw.execute("select authz.begin(%s, %s)", list(credential_of(reader, at)))
        return frozenset(row[0] for table in TABLES for row in raw.execute(f"select id from {table}"))


def is_turned_away(raw: psycopg.Connection, reader: facts.Member, at: datetime) -> bool:
    """Whether PostgreSQL refuses to begin as this member at that moment."""
    try:
        with raw.transaction():
            raw.execute("select set_config('entente.at', %s, true)", [at.isoformat()])
            raw.execute("select authz.begin('member', %s)", [str(reader.id)])
    except REFUSED:
        return True
    return False


def seen_through_first_wall(world: World, reader: facts.Reader, at: datetime) -> Ids:
    """The same through the conditions of `visible_to` alone; Django's connection bypasses row security."""
    who = asker(world, reader, at)
    rows: QuerySet[Record] = QuerySet(Record)
    found = set(rows.filter(FirstWall(who, at).head()).values_list("pk", flat=True))
    for model in PARTS:
        parts: QuerySet[Model] = QuerySet(model)
        found |= set(parts.filter(FirstWall(who, at, "record__").part()).values_list("pk", flat=True))
    return frozenset(found)


def seen_through_both(reader: facts.Reader, at: datetime) -> Ids:
    """The same as the product reads: `visible_to` behind row security, as the role that tells the time."""
    with clock.frozen(at), time_of_the_database(at):
        who = _actor(reader, at)
        with acting(who):
            found = set(Record.objects.visible_to(who).values_list("pk", flat=True))
            for model in (Note, File, Action):
                found |= set(model.objects.visible_to(who).values_list("pk", flat=True))
        return frozenset(found)


def _actor(reader: facts.Reader, at: datetime) -> Actor:
    proof = credential_of(reader, at)
    if proof.kind != "member" or isinstance(reader, Outsider):
        return replace(asker(World(), reader, at), credential=proof)
    member = Member(id=reader.id, organisation_id=reader.organisation)
    member.credential = proof
    return member


@contextmanager
def time_of_the_database(at: datetime) -> Iterator[None]:
    """Within this block it is `at` for PostgreSQL; Django is connected as the role that may say so."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('entente.at', %s, false)", [at.isoformat()])
    try:
        yield
    finally:
        if not connection.in_atomic_block or not transaction.get_rollback():
            with connection.cursor() as cursor:
                cursor.execute("select set_config('entente.at', '', false)")
