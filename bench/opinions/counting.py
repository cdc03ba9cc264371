"""Five million votes read from PostgreSQL, and one more vote in a dialogue of 100,000 people."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.promise import Promise

ROOT = Path(__file__).parents[2]
NAME = "bench_counting"
PEOPLE, STATEMENTS, EACH = 100_000, 1_000, 50
VOTES = 9
PATIENCE = 300


def promises() -> Iterator[Promise]:
    """Loading within 10 s, and a result that knows of a new vote 2 s after it was committed."""
    from tests import database as test_database

    admin_url = test_database.copy_of_city(NAME)
    try:
        found = _in_a_process("measure", admin_url)
    finally:
        from entente.config.database import drop_database

        drop_database(admin_url, NAME)
    yield Promise("loading 5 million votes from PostgreSQL", found["loading"], 10, "s")
    yield Promise("loading 5 million votes, peak memory of the process", found["peak"], 400, "MB")
    yield Promise("a new vote to an updated result, 100,000 people", found["warm"], 2, "s")
    yield Promise("the same, slowest", found["slowest"], 2, "s")
    yield Promise("the same for a worker that has just begun", found["cold"], 60, "s")


def _in_a_process(step: str, admin_url: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.opinions.counting", step, admin_url]
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    found: dict[str, float] = json.loads(output.strip().rpartition("\n")[2])
    return found


def measure(admin_url: str) -> dict[str, float]:
    """Fill a dialogue, read it in a fresh process, make its map, and vote while a worker counts."""
    _connect(admin_url)
    dialogue_id = _fill(admin_url)
    loading = _in_a_process("measure_loading", admin_url)
    _make_a_map(dialogue_id)
    with _worker(admin_url):
        waits = [_vote(dialogue_id, number) for number in range(1, VOTES + 2)]
    warm = waits[1:]
    return {**loading, "cold": waits[0], "warm": statistics.median(warm), "slowest": max(warm)}


def measure_loading(admin_url: str) -> dict[str, float]:
    """Wall seconds until the votes are arrays in this process, and its peak memory in MB."""
    _connect(admin_url)
    from entente.audit.actors import acting, job
    from entente.dialogue import queries
    from entente.dialogue.models import Dialogue

    worker = job("bench", None)
    with queries.at_one_moment(), acting(worker):
        dialogue = Dialogue.objects.visible_to(worker).get(reference="DLG-BENCH")
        began = time.perf_counter()
        loaded = queries.load_votes(dialogue, worker)
        seconds = time.perf_counter() - began
    assert len(loaded.votes.values) == PEOPLE * EACH, len(loaded.votes.values)
    return {"loading": seconds, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _connect(admin_url: str) -> None:
    """Django as the database's owner, who acts as a job without a number."""
    from entente.config import database

    os.environ["DATABASE_URL"] = database.url_for("entente_owner", admin_url, NAME)
    import django

    django.setup()


MAKE_DIALOGUE = """
with made as (
  insert into records_record (id, kind, reference, owner_id, category, audience, title, opened_at, is_secret,
      public_since)
  select gen_random_uuid(), 'dialogue', 'DLG-BENCH', id, 'engagement', 'organisation', 'Big', now(), false,
         now()
    from people_organisation where slug = 'city' returning id)
insert into dialogue_dialogue (record_ptr_id, question, background, use_of_answers, policy, language,
    languages, is_open_web, state, state_reason, source, heard, missing, limits, next_steps)
select id, 'What?', '', '', 'Policy', 'en', '["en"]', true, 'open', '', '', '', '', '', '' from made
returning record_ptr_id"""
MAKE_PEOPLE = """
insert into dialogue_participant (id, dialogue_id, token_hash, stratum, area, language, batch)
select gen_random_uuid(), %s, encode(sha256(('crowd' || n)::bytea), 'hex'),
       case when n %% 10 < 7 then 'letter' else 'open' end, '', 'en',
       case when n %% 10 < 7 then 'Letters ' || n %% 6 else '2026-11-' || 10 + n %% 20 end
  from generate_series(1, %s) n"""
MAKE_STATEMENTS = """
insert into dialogue_statement (id, dialogue_id, number, text, language, origin, state, reason, reason_note,
    decided_by, received_at, votes)
select gen_random_uuid(), %s, n, 'Statement ' || n, 'en', 'city', 'accepted', '', '', 'A', now(), 0
  from generate_series(1, %s) n"""
# Everybody sees other statements; three groups lean to other sides.
MAKE_VOTES = """
insert into dialogue_vote (participant_id, statement_id, dialogue_id, value)
select p.id, s.id, %(dialogue)s, case when random() < 0.12 then 0
         when random() < 0.5 + 0.35 * ((s.m * 7 + p.n %% 3 * 5 + s.m * (p.n %% 3) / 2) %% 3 - 1) then 1
         else -1 end
  from (select id, row_number() over (order by id) n from dialogue_participant
         where dialogue_id = %(dialogue)s) p
 cross join generate_series(0, %(each)s - 1) k
  join (select id, number m from dialogue_statement where dialogue_id = %(dialogue)s) s
    on s.m = 1 + (p.n * 31 + k * (array[1, 3, 7, 9, 11, 13, 17, 19, 21, 23])[1 + p.n %% 10]) %% %(statements)s
 order by p.id, s.id"""


def _fill(admin_url: str) -> uuid.UUID:
    """People, statements and votes, written by the administrator: no rule and no policy is asked."""
    import psycopg

    url = admin_url.rpartition("/")[0] + f"/{NAME}"
    with psycopg.connect(url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("select setseed(0.5)")
        row = connection.execute(MAKE_DIALOGUE).fetchone()
        assert row is not None
        connection.execute(MAKE_PEOPLE, [row[0], PEOPLE])
        connection.execute(MAKE_STATEMENTS, [row[0], STATEMENTS])
        made = {"dialogue": row[0], "each": EACH, "statements": STATEMENTS}
        connection.execute(MAKE_VOTES, made)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum analyze")
    dialogue_id: uuid.UUID = row[0]
    return dialogue_id


def _make_a_map(dialogue_id: uuid.UUID) -> None:
    """What a full analysis keeps, without asking in fifty draws how stable the groups are."""
    from entente.audit.actors import job
    from entente.dialogue.services.keeping import keep_worked
    from entente.dialogue.working_out import read_moment, work_out

    worker = job("bench", None)
    moment = read_moment(dialogue_id, by=worker)
    keep_worked(work_out(moment, moment.exclusions), by=worker)


@contextmanager
def _worker(admin_url: str) -> Iterator[None]:
    """A worker process as in production, for as long as it lasts."""
    from entente.config import database, supervise

    environment = {**os.environ, "DATABASE_URL": database.url_for("entente_worker", admin_url, NAME)}
    quiet = subprocess.DEVNULL
    worker = subprocess.Popen(
        supervise.worker_command(), env=environment, cwd=ROOT, stdout=quiet, stderr=quiet
    )
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(60)


def _vote(dialogue_id: uuid.UUID, number: int) -> float:
    """Seconds from the commit of one person's vote to the kept result that has it."""
    from django.db import transaction

    from entente.audit.actors import job
    from entente.dialogue import queries, services
    from entente.dialogue.models import Statement, Vote

    worker = job("bench", None)
    before = _kept(dialogue_id, worker)
    with transaction.atomic():
        voter = queries.participant_with(f"crowd{number}")
        assert voter is not None
        answered = Vote.objects.visible_to(voter).filter(participant_id=voter.id)
        fresh = Statement.objects.visible_to(voter).filter(dialogue_id=dialogue_id)
        statement = fresh.exclude(pk__in=answered.values("statement_id")).order_by("number").first()
        assert statement is not None
        services.cast_vote(statement, by=voter, value=1)
    began = time.perf_counter()
    while _kept(dialogue_id, worker) <= before:
        if time.perf_counter() - began > PATIENCE:
            raise RuntimeError("Nobody counted the vote.")
        time.sleep(0.01)
    return time.perf_counter() - began


def _kept(dialogue_id: uuid.UUID, reader: Any) -> int:
    """How many votes the kept result has."""
    from entente.audit.actors import acting
    from entente.dialogue.models import Analysis

    with acting(reader):
        rows = Analysis.objects.visible_to(reader).filter(dialogue_id=dialogue_id, turned=None)
        return int(rows.values_list("votes", flat=True)[0])


if __name__ == "__main__":
    print(json.dumps({"measure": measure, "measure_loading": measure_loading}[sys.argv[1]](sys.argv[2])))
