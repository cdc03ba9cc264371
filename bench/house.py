"""The house under load: first page, long lists, one vote among a hundred thousand people, groups of 2,000."""

from __future__ import annotations

import os
import re
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.opinions import arrays
from bench.promise import Promise
from tests import database as test_database  # a private PostgreSQL with the city in it

ROOT = Path(__file__).parents[1]
RUNS = 9
DIALOGUES = (1_000, 10_000)
PEOPLE, STATEMENTS, VOTES_EACH = 100_000, 200, 10


def promises() -> Iterator[Promise]:
    """Measure one after the other; CPU is the web process's, with PostgreSQL's where it says so."""
    yield Promise("first page of the installed demo, from a cold start", _first_page(), 5, "s")
    admin_url = test_database.copy_of_city("bench")
    try:
        yield from _pages(admin_url)
    finally:
        from entente.config.database import drop_database

        drop_database(admin_url, "bench")
    yield Promise(
        "groups of 2,000 people, 900 statements, 226,000 votes",
        arrays.measure()["seconds"],
        1,
        "CPU s",
    )


def _first_page() -> float:
    """Seconds from `entente demo` to its first page, the demo being installed; the best of three."""
    folder = ROOT / "var" / "bench-demo"
    environment = {**os.environ, "ENTENTE_VAR": str(folder), "ENTENTE_MODE": "demo"}
    environment.pop("DATABASE_URL", None)
    _seconds_to_open(environment)  # installs it
    return min(_seconds_to_open(environment) for _ in range(3))


def _seconds_to_open(environment: dict[str, str]) -> float:
    began = time.perf_counter()
    demo = subprocess.Popen(
        [sys.executable, "-m", "entente.config", "demo"],
        env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert demo.stdout is not None
    try:
        for line in demo.stdout:
            if "http://" in line:
                return time.perf_counter() - began
        raise RuntimeError("The demo ended before its first page.")
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(60)


def _pages(admin_url: str) -> Iterator[Promise]:
    from entente.config import database

    os.environ["DATABASE_URL"] = database.url_for("entente_owner", admin_url, "bench")
    import django

    django.setup()
    from django.db import connection

    amina = sign_in_as("amina")
    made = 0
    for number in DIALOGUES:
        _make_dialogues(number - made)
        made = number
        connect_as(admin_url, "entente_staff")
        cpu, queries = cost(lambda: amina.get("/staff/dialogues/"))
        yield Promise(f"list page of {number:,} dialogues, queries", queries, 15, "queries")
        yield Promise(f"list page of {number:,} dialogues, Python", 1000 * cpu, 30, "CPU ms")
        connect_as(admin_url, "entente_owner")
    reference = _make_crowd()
    connect_as(admin_url, "entente_staff")
    vote, next_page = _vote_cost(reference)
    among = f"among {PEOPLE:,} people, Python and PostgreSQL"
    yield Promise(f"one vote {among}", 1000 * vote, 20, "CPU ms")
    yield Promise(f"the page with the next statement {among}", 1000 * next_page, 20, "CPU ms")
    connection.close()


def connect_as(admin_url: str, role: str) -> None:
    """Let Django talk to the bench's database as `role` from now on."""
    from django.db import connection

    from entente.config import database, environment

    connection.close()
    parts = environment.database(database.url_for(role, admin_url, "bench"))
    connection.settings_dict.update({key: parts[key] for key in ("NAME", "USER", "PASSWORD")})


def sign_in_as(first_name: str) -> Any:
    """A signed-in test client of one of the cast."""
    from django.db import transaction
    from django.test import Client

    from entente.people.sign_in import member_with
    from tests.conftest import sign_in
    from tests.template_city import session_key

    with transaction.atomic():
        member = member_with(session_key(first_name))
    return sign_in(Client(), member)


def cost(visit: Callable[[], object]) -> tuple[float, int]:
    """Median CPU seconds of this process, and the queries, of one visit to a page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        assert visit().status_code == 200  # type: ignore[attr-defined]
    asked = len(captured)
    spent = []
    for _ in range(RUNS):
        before = time.process_time()
        visit()
        spent.append(time.process_time() - before)
    return statistics.median(spent), asked


ONE_EVENT = """
insert into audit_event (id, at, name, actor_kind, actor_name, about_kind, allowed, reason, reason_values,
    details)
values (gen_random_uuid(), clock_timestamp(), 'bench.rows_made', 'job', 'bench', '', true, 'Because.',
    '{}', '')"""


def run_sql(sql: str, *values: Any, **named: Any) -> None:
    """Make rows as the owner, in a transaction of their own."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select authz.begin('job', '0')")
        # Made-up rows for measuring: one event for all of them, as the wall asks.
        cursor.execute(ONE_EVENT)
        cursor.execute(sql, named or values)


MAKE_DIALOGUES = """
with made as (
  insert into records_record (id, kind, reference, owner_id, category, audience, title, opened_at)
  select gen_random_uuid(), 'dialogue', 'DLG-B' || lpad(n::text, 6, '0'), o.id, 'engagement', 'organisation',
         'Dialogue ' || n, now() - n * interval '1 minute'
    from generate_series(%s, %s) n, people_organisation o where o.slug = 'city' returning id)
insert into dialogue_dialogue (record_ptr_id, question, background, use_of_answers, policy, language,
    languages, is_open_web, state, state_reason, source, heard, missing, limits, next_steps)
select id, 'What?', '', '', 'Policy', 'en', '["en"]', true, 'draft', '', '', '', '', '', '' from made"""
_next = iter(range(0, 10**9, 10**5))


def _make_dialogues(number: int) -> None:
    first = next(_next)
    run_sql(MAKE_DIALOGUES, first, first + number - 1)


MAKE_PEOPLE = """
insert into dialogue_participant (id, dialogue_id, token_hash, stratum, area, language)
select gen_random_uuid(), %s, encode(sha256(('crowd' || n)::bytea), 'hex'), 'open', '', 'en'
  from generate_series(1, %s) n"""
MAKE_STATEMENTS = """
insert into dialogue_statement (id, dialogue_id, number, text, language, origin, state, reason, reason_note,
    decided_by, received_at, votes)
select gen_random_uuid(), %s, 1000 + n, 'Statement ' || n, 'en', 'city', 'accepted', '', '', 'A', now(), n
  from generate_series(1, %s) n"""
MAKE_VOTES = """
insert into dialogue_vote (participant_id, statement_id, dialogue_id, value)
select p.id, s.id, p.dialogue_id, (random() * 2)::int - 1
  from (select id, dialogue_id, row_number() over () n from dialogue_participant
         where dialogue_id = %s) p
  join (select id, row_number() over () m from dialogue_statement
         where dialogue_id = %s and state = 'accepted'
         and number > 1000) s on (p.n * 7 + s.m) %% %s < %s"""


def _make_crowd() -> str:
    """Fill the open dialogue with people and votes; returns its reference."""
    from entente.audit.actors import acting, job
    from entente.dialogue.models import Dialogue

    owner = job("bench", None)
    with acting(owner):
        dialogue = Dialogue.objects.visible_to(owner).get(state="open")
    run_sql(MAKE_PEOPLE, dialogue.pk, PEOPLE)
    run_sql(MAKE_STATEMENTS, dialogue.pk, STATEMENTS)
    run_sql(MAKE_VOTES, dialogue.pk, dialogue.pk, STATEMENTS, VOTES_EACH)
    run_sql("analyze")
    return dialogue.reference


def _vote_cost(reference: str) -> tuple[float, float]:
    """Median CPU seconds of a vote and of the page with the next statement, PostgreSQL's backend included."""
    from django.db import connection
    from django.test import Client

    resident = Client()
    page = f"/en/dialogues/{reference}/vote/"
    number = _asked(resident.get(page).content.decode())
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        (backend,) = cursor.fetchone()

    def vote() -> None:
        answered = resident.post(page, {"statement": number, "vote": "agree"})
        assert answered.status_code == 303, answered.content[:500]

    def next_page() -> None:
        assert resident.get(f"{page}?after={number}").status_code == 200

    return _with_backend(vote, backend), _with_backend(next_page, backend)


def _with_backend(step: Callable[[], None], backend: int) -> float:
    """Median CPU seconds of one step, its database backend included; 20 at a time, a tick is 10 ms."""
    step()
    spent = []
    for _ in range(RUNS):
        before = time.process_time() + _cpu_of(backend)
        for _again in range(20):
            step()
        spent.append((time.process_time() + _cpu_of(backend) - before) / 20)
    return statistics.median(spent)


def _asked(page: str) -> str:
    """The number of the statement on a voting page."""
    found = re.search(r'name="statement" value="(\d+)"', page)
    assert found, page[:500]
    return found[1]


def _cpu_of(pid: int) -> float:
    """CPU seconds another process has used so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
