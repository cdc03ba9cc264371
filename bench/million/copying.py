"""Writes the million records with COPY, as the owner of the tables."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import psycopg

RECORDS, ORGANISATIONS, AGREEMENTS, MEMBERS_EACH = 1_000_000, 200, 400, 10
NAMED_SHARE = 0.3
INVITED_EACH = 3
RARE, RARE_EVERY = "zebra", 50_000
PURPOSES = ("plan_support", "protect_person", "run_partnership")
CATEGORIES = ("concern", "housing", "school", "plan", "family", "consultation", "work", "decisions")
WORDS = ("street", "school", "meeting", "housing", "summer", "quay", "river", "evening", "music", "family")
TABLES = (
    "people_organisation", "people_person", "people_membership", "people_account", "people_session",
    "agreements_agreement", "agreements_party", "agreements_clause",
    "records_record", "records_participation", "records_searchtext",
)  # fmt: skip
Row = tuple[Any, ...]


@dataclass
class Books:
    """What the rows refer to: organisations by size, their members, their agreements and who is in each."""

    seed: int = 7
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        self.random, self.numbers = random.Random(self.seed), np.random.default_rng(self.seed)
        self.organisations = [self.new_id() for _ in range(ORGANISATIONS)]
        self.members = [[self.new_id() for _ in range(MEMBERS_EACH)] for _ in self.organisations]
        # A few large organisations and many small ones, as in any city.
        share = 1 / np.arange(1, ORGANISATIONS + 1) ** 0.9
        share /= share.sum()
        self.agreements = [
            (
                self.new_id(),
                self.numbers.choice(ORGANISATIONS, int(self.numbers.integers(3, 8)), False, share),
            )
            for _ in range(AGREEMENTS)
        ]
        self.agreements_of: list[list[int]] = [[] for _ in self.organisations]
        for number, (_agreement, parties) in enumerate(self.agreements):
            for party in parties:
                self.agreements_of[party].append(number)
        owning = share * [bool(mine) for mine in self.agreements_of]
        self.owners = self.numbers.choice(ORGANISATIONS, RECORDS, p=owning / owning.sum())
        self.is_named = self.numbers.random(RECORDS) < NAMED_SHARE
        self.category = self.numbers.integers(0, len(CATEGORIES), RECORDS)
        self.records = [uuid.UUID(bytes=self.numbers.bytes(16), version=4) for _ in range(RECORDS)]

    def new_id(self) -> uuid.UUID:
        """A repeatable random id."""
        return uuid.UUID(int=self.random.getrandbits(128), version=4)

    def opened_at(self, number: int) -> datetime:
        """One record a minute, the first the newest."""
        return self.now - timedelta(minutes=number)


def load(url: str, books: Books) -> None:
    """Write everything; `url` is the owner's. Row security is forced again at the end."""
    with psycopg.connect(url) as connection:
        for table in TABLES:
            connection.execute(f"alter table {table} no force row level security")
            connection.execute(f"alter table {table} disable trigger user")
        for table, columns, rows in (*_people(books), *_agreements(books), *_records(books)):
            with connection.cursor().copy(f"copy {table} ({columns}) from stdin") as copy:
                for row in rows:
                    copy.write_row(row)
        connection.execute("set constraints all immediate")
        connection.commit()
        for table in TABLES:
            connection.execute(f"alter table {table} enable trigger user")
            if table not in {"people_account", "people_session"}:
                connection.execute(f"alter table {table} force row level security")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum analyze")


Copied = Iterator[tuple[str, str, Iterable[Row]]]


def session_key(organisation: int) -> str:
    """The session key of the first member of an organisation."""
    return f"session-of-organisation-{organisation}"


def _people(books: Books) -> Copied:
    from entente.people.session_store import key_hash

    since, later = books.now - timedelta(days=900), books.now + timedelta(days=30)
    everybody = [
        (o, place, member) for o, mine in enumerate(books.members) for place, member in enumerate(mine)
    ]
    yield (
        "people_organisation",
        "id, slug, name, names, kind",
        (
            (key, f"organisation-{n}", f"Organisation {n}", "{}", "ngo")
            for n, key in enumerate(books.organisations)
        ),
    )
    yield (
        "people_person",
        "id, name, email, languages",
        (
            (member, f"Person {o}.{place}", f"p{o}.{place}@bench.example", "[]")
            for o, place, member in everybody
        ),
    )
    yield (
        "people_membership",
        "id, person_id, organisation_id, role, title, titles, since",
        (
            (member, member, books.organisations[o], "coordinator", "", "{}", since)
            for o, _place, member in everybody
        ),
    )
    yield (
        "people_account",
        "id, person_id, email, language, is_active, password",
        ((member, member, f"p{o}.{place}@bench.example", "en", True, "!") for o, place, member in everybody),
    )
    first = [(o, mine[0]) for o, mine in enumerate(books.members)]
    columns = "key_hash, id, account_id, is_strong, signed_in_with, content, started_at, seen_at, expires_at"
    yield (
        "people_session",
        columns,
        (
            (key_hash(session_key(o)), books.new_id(), who, True, "demo", "", books.now, books.now, later)
            for o, who in first
        ),
    )


def _agreements(books: Books) -> Copied:
    long_ago = books.now - timedelta(days=1000)
    yield "agreements_agreement", "id, keeper_id, kind, title, titles, state, starts_at", (
        (key, books.organisations[parties[0]], "sharing", f"Agreement {n}", "{}",
         "in_force" if n % 10 else "suspended", long_ago)
        for n, (key, parties) in enumerate(books.agreements)
    )  # fmt: skip
    yield "agreements_party", "id, agreement_id, organisation_id, joined_at, signed_at", (
        (books.new_id(), key, books.organisations[party], long_ago, long_ago)
        for key, parties in books.agreements for party in parties
    )  # fmt: skip
    columns = "id, agreement_id, number, purpose, category, giving_id, receiving_id"
    yield "agreements_clause", f"{columns}, opens_secrecy, holds_in_interim, legal_basis", _clauses(books)


def _clauses(books: Books) -> Iterator[Row]:
    for agreement, parties in books.agreements:
        pairs = [(giving, receiving) for giving in parties for receiving in parties if giving != receiving]
        terms = [
            (pair, purpose, category) for pair in pairs for purpose in PURPOSES for category in CATEGORIES
        ]
        for number, ((giving, receiving), purpose, category) in enumerate(terms, 1):
            between = (books.organisations[giving], books.organisations[receiving])
            yield (books.new_id(), agreement, number, purpose, category, *between, False, False, "")


def _records(books: Books) -> Copied:
    columns = "id, kind, reference, owner_id, category, audience, title, opened_at, is_secret"
    yield "records_record", columns, (
        (books.records[n], "matter", f"MAT-{n:07d}", books.organisations[books.owners[n]],
         CATEGORIES[books.category[n]], "named" if books.is_named[n] else "organisation",
         f"Matter {n}", books.opened_at(n), False)
        for n in range(RECORDS)
    )  # fmt: skip
    columns = "id, record_id, owner_id, organisation_id, membership_id, agreement_id, purpose, since"
    columns = f"{columns}, record_opened_at, is_emergency, reason"
    yield "records_participation", columns, _participations(books)
    yield (
        "records_searchtext",
        "id, record_id, language, words",
        ((books.new_id(), books.records[n], "en", _words(n)) for n in range(RECORDS)),
    )


def _participations(books: Books) -> Iterator[Row]:
    for n in range(RECORDS):
        owner, since = books.owners[n], books.opened_at(n)
        head, tail = (books.records[n], books.organisations[owner]), (since, since, False, b"")
        mine = books.agreements_of[owner]
        if books.is_named[n]:
            yield (books.new_id(), *head, None, books.members[owner][n % MEMBERS_EACH], None, "", *tail)
        for place in range(INVITED_EACH - bool(books.is_named[n])):
            agreement, parties = books.agreements[mine[(n * 7 + place) % len(mine)]]
            others = [party for party in parties if party != owner]
            invited = others[(n + place) % len(others)]
            organisation, member = books.organisations[invited], None
            if books.is_named[n]:
                organisation, member = None, books.members[invited][(n // 3) % MEMBERS_EACH]
            yield (books.new_id(), *head, organisation, member, agreement, PURPOSES[n % 3], *tail)


def _words(number: int) -> str:
    common = " ".join(WORDS[(number * place + place) % len(WORDS)] for place in range(1, 7))
    return f"mat-{number:07d} {common}" + (f" {RARE}" if number % RARE_EVERY == 17 else "")
