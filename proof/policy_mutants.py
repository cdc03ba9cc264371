"""Policies made wrong by hand, each in a scratch database: the sources of the product are not touched."""

from __future__ import annotations

import importlib.machinery
import os
import pathlib
import sys
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import Queue
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1] / "entente"
DOORS = ROOT / "audit" / "doors.py"
QUERIES = ROOT / "agreements" / "queries.py"
SQL = ROOT / "agreements" / "second_wall.sql"
WALL = ROOT / "agreements" / "second_wall.py"
PROCESSES = 2


class Mutant(NamedTuple):
    """In one source, one text is replaced by another, where it stands for the `nth` time (from 0)."""

    source: Path
    old: str
    new: str
    nth: int = 0

    @property
    def name(self) -> str:
        """How it is called in lists."""
        place = f" ({self.nth + 1}.)" if self.nth else ""
        return f"{self.source.name}{place}: {self.old.strip()} -> {self.new.strip() or 'nothing'}"

    def text(self) -> str:
        """The changed source. Raises ValueError when the old text is not there any more."""
        parts = self.source.read_text().split(self.old)
        if len(parts) < self.nth + 2:
            raise ValueError(f"not there any more: {self.name}")
        first, second = self.old.join(parts[: self.nth + 1]), self.old.join(parts[self.nth + 1 :])
        return f"{first}{self.new}{second}"


MUTANTS = (
    Mutant(DOORS, "{since} <= {self.at}", "{since} < {self.at}"),
    Mutant(DOORS, "{table}.{since} <= {self.at} and", ""),
    Mutant(DOORS, "{until} > {self.at}", "{until} >= {self.at}"),
    Mutant(DOORS, "({table}.{until} is null or {table}.{until} > {self.at})", "true"),
    Mutant(DOORS, "{table}.{until} is null or ", ""),
    Mutant(DOORS, " and p.to_id = any({self.readers})", ""),
    Mutant(DOORS, "p.record_id = {thing.record_id}", "true"),
    Mutant(DOORS, " and {self.lasts('p')}", ""),
    Mutant(DOORS, '"null")', "of.public_since)"),
    Mutant(DOORS, 'f"{part}.category"', "of.category"),
    Mutant(DOORS, 'f"{part}.is_secret"', "of.is_secret"),
    Mutant(DOORS, "y.agreement_id = a.id", "true"),
    Mutant(DOORS, " and y.organisation_id = c.{side}", ""),
    Mutant(DOORS, " and {asking.lasts('y', 'joined_at', 'left_at')}", ""),
    Mutant(DOORS, "a.state = 'interim' or y.signed_at <=", "true or y.signed_at <="),
    Mutant(DOORS, "y.signed_at <= {asking.at}", "y.signed_at < {asking.at}"),
    Mutant(DOORS, "y.signed_at <= {asking.at}", "y.signed_at is not null"),
    Mutant(DOORS, "a.state = 'interim' or y.signed_at", "y.signed_at"),
    Mutant(DOORS, "c.agreement_id = p.agreement_id", "true"),
    Mutant(DOORS, " and c.purpose = p.purpose", ""),
    Mutant(DOORS, " and c.category = {thing.category}", ""),
    Mutant(DOORS, "c.giving_id = {thing.owner_id}", "true"),
    Mutant(DOORS, " and c.receiving_id = {asking.organisation}", ""),
    Mutant(DOORS, "(c.opens_secrecy or not {thing.is_secret})", "true"),
    Mutant(DOORS, "c.opens_secrecy or not", "not"),
    Mutant(DOORS, "a.state = 'in_force' or ", ""),
    Mutant(DOORS, " and c.holds_in_interim", ""),
    Mutant(DOORS, "a.state = 'in_force' or a.state = 'interim' and c.holds_in_interim", "true"),
    Mutant(DOORS, " or a.state = 'interim' and c.holds_in_interim", ""),
    Mutant(DOORS, "{asking.lasts('a', 'starts_at', 'ends_at')}", "true"),
    Mutant(DOORS, "{_is_party('giving_id', asking)} and ", ""),
    Mutant(DOORS, " and {_is_party('receiving_id', asking)}", ""),
    Mutant(DOORS, " and not p.is_emergency", ""),
    Mutant(DOORS, "when 'task_force' then p.organisation_id is null", "when 'task_force' then true"),
    Mutant(
        DOORS,
        "when 'task_force' then p.organisation_id is null",
        "when 'task_force' then p.membership_id is not null",
    ),
    Mutant(DOORS, " else p.membership_id is not null end", " else p.organisation_id is null end"),
    Mutant(DOORS, "{thing.owner_id} = {asking.organisation} and (", "("),
    Mutant(DOORS, "{thing.audience} = 'organisation' or {named}", "{thing.audience} = 'organisation'"),
    Mutant(DOORS, "{thing.audience} = 'organisation' or {named}", "{named}"),
    Mutant(DOORS, "{thing.audience} = 'organisation' or", "true or"),
    Mutant(DOORS, "when 'organisation' then true", "when 'organisation' then p.membership_id is null"),
    Mutant(
        DOORS,
        'p.organisation_id is null else p.membership_id is not null end"',
        'true else p.membership_id is not null end"',
    ),
    Mutant(
        DOORS,
        "when 'task_force' then p.organisation_id is null else p.membership_id is not null end",
        "else true end",
    ),
    Mutant(DOORS, "o.record_id = {thing.record_id} and ", ""),
    Mutant(DOORS, " and o.membership_id = {asking.member}", ""),
    Mutant(DOORS, " and o.purpose = p.purpose", ""),
    Mutant(DOORS, " and {asking.lasts('o', 'at')}", ""),
    Mutant(DOORS, "then not {thing.is_secret}", "then true"),
    Mutant(DOORS, "then not {thing.is_secret}", "then false"),
    Mutant(DOORS, " else {thing.owner_id} <> {asking.organisation} and", " else"),
    Mutant(DOORS, "and {admits} and", "and"),
    Mutant(DOORS, "{admits} and {_clause(thing, asking)}", "{admits}"),
    Mutant(DOORS, 'f" and {stated}" if is_part else ""', '""'),
    Mutant(DOORS, "when {KIND} is null then false", ""),
    Mutant(DOORS, "when {KIND} = 'job' then true", ""),
    Mutant(DOORS, "when {thing.public_since} <= {AT} then true", ""),
    Mutant(DOORS, "{thing.public_since} <= {AT}", "{thing.public_since} < {AT}"),
    Mutant(DOORS, "{thing.public_since} <= {AT}", "{thing.public_since} is not null"),
    Mutant(DOORS, "when {KIND} <> 'member' then false", ""),
    Mutant(DOORS, "when {own(thing)} then true else", "else"),
    Mutant(DOORS, "else {shared(thing)} end", "else false end"),
    Mutant(
        DOORS,
        'f"({IS_JOB} or {IS_MEMBER} and coalesce((select {own(thing)} or',
        'f"({IS_MEMBER} and coalesce((select {own(thing)} or',
    ),
    Mutant(DOORS, "{shared(thing, is_part=True)}", "{shared(thing)}"),
    Mutant(
        DOORS, "select {own(thing)} or {shared(thing, is_part=True)}", "select {shared(thing, is_part=True)}"
    ),
    Mutant(DOORS, "r.id = {table}.record_id limit 1), false))", "true limit 1), false))"),
    Mutant(QUERIES, "{thing.public_since} <= :at: or ", ""),
    Mutant(QUERIES, "{thing.public_since} <= :at:", "{thing.public_since} < :at:"),
    Mutant(QUERIES, '"" if self.is_part else ', ""),
    Mutant(QUERIES, "{own(thing, ASKING)} or ", ""),
    Mutant(QUERIES, " or {shared(thing, ASKING, is_part=self.is_part)}", ""),
    Mutant(QUERIES, "is_part=self.is_part)})", "is_part=False)})"),
    Mutant(QUERIES, "return Q()", "return NOTHING"),
    Mutant(QUERIES, "public_since__lte", "public_since__lt"),
    Mutant(QUERIES, "return self.head() & Q(", "return Q("),
    Mutant(QUERIES, '{"category", "is_secret"} if is_part else set()', "set()"),
    Mutant(QUERIES, "organisation, *forces]", "organisation]"),
    Mutant(QUERIES, "[self.reader.actor_id, organisation,", "[self.reader.actor_id,"),
    Mutant(QUERIES, "[self.reader.actor_id, organisation,", "[organisation,"),
    Mutant(QUERIES, "return NOTHING", "return Q()"),
    Mutant(QUERIES, "is_part=True))", "is_part=False))"),
    Mutant(SQL, "s.membership_id = member and ", ""),
    Mutant(SQL, "s.since <= authz.at() and", ""),
    Mutant(SQL, "s.since <= authz.at()", "s.since < authz.at()"),
    Mutant(SQL, " and (s.until is null or s.until > authz.at())", ""),
    Mutant(SQL, "s.until > authz.at()", "s.until >= authz.at()"),
    Mutant(SQL, "\n        and (t.ended_at is null or t.ended_at > authz.at())", ""),
    Mutant(SQL, "t.ended_at > authz.at()", "t.ended_at >= authz.at()"),
    Mutant(SQL, " and a.is_active", ""),
    Mutant(SQL, " and s.is_strong", ""),
    Mutant(SQL, "s.expires_at > authz.at() and", ""),
    Mutant(SQL, "s.expires_at > authz.at()", "s.expires_at >= authz.at()"),
    Mutant(SQL, "m.since <= authz.at()", "m.since < authz.at()"),
    Mutant(SQL, "m.since <= authz.at() and (m.ended_at is null or m.ended_at > authz.at())\n", "true\n"),
    Mutant(SQL, "m.ended_at > authz.at()", "m.ended_at >= authz.at()"),
    Mutant(SQL, "m.since <= authz.at()", "m.since < authz.at()", 1),
    Mutant(SQL, " and (m.ended_at is null or m.ended_at > authz.at())", "", 1),
    Mutant(SQL, "m.ended_at > authz.at()", "m.ended_at >= authz.at()", 1),
    Mutant(SQL, "elsif kind = 'job' and session_user = 'entente_worker'", "elsif kind = 'job' and false"),
    Mutant(SQL, "elsif kind = 'job' and is_owner", "elsif kind = 'job'"),
    Mutant(SQL, "elsif kind = 'member' and is_owner", "elsif kind = 'member'"),
    Mutant(SQL, "session_user = 'entente_test'\n", "true\n"),
    Mutant(SQL, "current_setting('entente.seal', true) is distinct from authz.seal(fields)", "false"),
    Mutant(SQL, " || '|' || pg_backend_pid() || '|' || transaction_timestamp()::text", ""),
    Mutant(SQL, "mine.organisation_id = authz.organisation() and ", ""),
    Mutant(SQL, " and a.state in ('interim', 'in_force')\n", "\n"),
    Mutant(
        SQL,
        "and a.starts_at <= authz.at() and (a.ends_at is null or a.ends_at > authz.at())\n     and mine",
        "and mine",
    ),
    Mutant(
        SQL,
        "and mine.joined_at <= authz.at() and (mine.left_at is null or mine.left_at > authz.at())\n",
        "\n",
    ),
    Mutant(SQL, "and other.signed_at <= authz.at() and", "and"),
    Mutant(SQL, "other.left_at > authz.at()", "other.left_at >= authz.at()"),
    Mutant(SQL, " and authz.kind() = 'member'", ""),
    Mutant(SQL, "r.id = record and not r.is_secret", "r.id = record"),
    Mutant(SQL, "r.owner_id = authz.organisation() or exists", "exists"),
    Mutant(SQL, "where a.state = 'in_force' and a.starts_at", "where a.starts_at"),
    Mutant(SQL, "a.state = 'in_force' and a.starts_at <= authz.at() and", "a.state = 'in_force' and"),
    Mutant(SQL, "g.signed_at <= authz.at() and", ""),
    Mutant(SQL, "and (g.left_at is null or g.left_at > authz.at())", ""),
    Mutant(SQL, "v.signed_at <= authz.at() and", ""),
    Mutant(SQL, "v.left_at is null or v.left_at > authz.at()", "true"),
    Mutant(SQL, " and v.organisation_id = authz.organisation()", ""),
    Mutant(SQL, "count(*) < 2", "count(*) < 3"),
    Mutant(SQL, "p.to_id = authz.member() and p.is_emergency", "p.to_id = authz.member()"),
    Mutant(SQL, "interval '24 hours'", "interval '23 hours'"),
    Mutant(SQL, "r.id = record and r.owner_id = authz.organisation()", "r.id = record"),
    Mutant(SQL, "\n     and not exists (select from records_participation p where p.record_id = record)", ""),
    Mutant(WALL, "r.id = wanted and {own(Thing.head('r'))}", "r.id = wanted"),
    Mutant(WALL, "r.id = wanted and {own(Thing.head('r'))}", "{own(Thing.head('r'))}"),
    Mutant(WALL, " and {head('r')} $$", " $$"),
    Mutant(WALL, "authz.kind() in ('member', 'job') and", ""),
    Mutant(WALL, "{match} and {head('r')}; end", "{match}; end"),
    Mutant(WALL, "for select using ({wall.read})", "for select using (true)"),
    Mutant(
        WALL,
        "alter table {table} enable row level security",
        "alter table {table} disable row level security",
    ),
    Mutant(WALL, "coalesce(s.words, '')) @@ wanted", "'') @@ wanted"),
)


def run() -> tuple[int, list[str]]:
    """How many mutants there are, and those that nothing noticed. Raises when the walls themselves fail."""
    from proof import made_up_city

    began = time.monotonic()
    with ExitStack() as stack:
        copies = [stack.enter_context(made_up_city.database_copy(f"mutants{n}")) for n in range(PROCESSES)]
        free: Queue[dict[str, str]] = Queue()
        for copy in copies:
            free.put(_urls(copy))
        expected = _made_up(copies)
        if first := _in_a_process(None, expected, free):
            raise AssertionError(f"The walls as they are fail: {first}")
        with ThreadPoolExecutor(PROCESSES) as threads:
            told = list(threads.map(lambda mutant: _in_a_process(mutant, expected, free), MUTANTS))
        if last := _in_a_process(None, expected, free):
            raise AssertionError(f"The walls were changed meanwhile; run it again: {last}")
    sys.stdout.write(f"{len(MUTANTS)} mutants of the policies in {time.monotonic() - began:.0f} s\n")
    return len(MUTANTS), [
        f"policies: {mutant.name}" for mutant, complaint in zip(MUTANTS, told, strict=True) if not complaint
    ]


def _urls(copy: str) -> dict[str, str]:
    from proof.made_up_city import url_for

    roles = ("entente_owner", "entente_staff", "entente_worker", "entente_test")
    return {"admin": copy} | {role: url_for(role, copy) for role in roles}


def _made_up(copies: list[str]) -> Any:
    """A world in each copy, written by a process of its own; what the oracle says is asked here."""
    from proof import made_up_city
    from proof.policy_judge import expected_of

    world = _world()
    for copy in copies:

        def write(copy: str = copy) -> str:
            made_up_city.set_up()
            from tests.agreements.writing import write_world

            write_world(made_up_city.url_for("entente_owner", copy), world, with_texts=True)
            return ""

        if problem := _forked(write):
            raise AssertionError(problem)
    return expected_of(world)


def _world() -> Any:
    """Small, with a record to which nobody was let in, and with pairs whose one agreement misses once."""
    from dataclasses import replace

    from proof.made_up_city import CATEGORIES
    from proof.policy_pairs import alone, with_pairs
    from tests.agreements.asking import as_kept
    from tests.agreements.worlds import make_world

    made = make_world(
        5, organisations=5, members=40, task_forces=5, agreements=14, records=90, categories=CATEGORIES
    )
    world = as_kept(made)
    return with_pairs(replace(world, records=(*world.records, *alone(world))))


def _in_a_process(mutant: Mutant | None, expected: Any, free: Queue[dict[str, str]]) -> str:
    urls = free.get()

    def judge() -> str:
        if mutant is not None:
            _change(mutant.source, mutant.text())
        from proof import made_up_city
        from proof.policy_judge import complaint

        made_up_city.set_up()
        return complaint(expected, urls)

    try:
        return _forked(judge)
    finally:
        free.put(urls)


def _change(source: Path, text: str) -> None:
    """Whoever reads or imports that source in this process gets the changed text."""
    read_text, get_data = pathlib.Path.read_text, importlib.machinery.SourceFileLoader.get_data

    def changed_text(self: Path, *arguments: Any, **options: Any) -> str:
        return text if self == source else read_text(self, *arguments, **options)

    def changed_data(self: Any, path: str) -> bytes:
        if Path(path).name.startswith(f"{source.stem}.") and path.endswith(".pyc"):
            raise OSError("compile it anew")
        return text.encode() if Path(path) == source else get_data(self, path)

    pathlib.Path.read_text = changed_text  # type: ignore[method-assign]
    importlib.machinery.SourceFileLoader.get_data = changed_data  # type: ignore[method-assign]
    importlib.machinery.SourceFileLoader.set_data = lambda *_: None  # type: ignore[method-assign]


def _forked(work: Callable[[], str]) -> str:
    """What `work` says, in a process that was forked off before Django was set up."""
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        os.close(read)
        try:
            said = work()
        except BaseException:
            said = traceback.format_exc()
        with os.fdopen(write, "w") as pipe:
            pipe.write(said)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    return told
