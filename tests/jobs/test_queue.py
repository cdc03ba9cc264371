"""Work for later: rolled back with the data, not doubled, done by a worker that proves its job."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import psycopg
import pytest
from django.db import connection, transaction

from entente.config import database
from entente.dialogue import queries, services
from entente.dialogue.models import Dialogue
from entente.jobs.queue import defer
from entente.people.sign_in import member_with
from tests.conftest import City
from tests.database import ROOT
from tests.template_city import session_key


def waiting(name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from procrastinate_jobs where task_name = %s and status = 'todo'", [name]
        )
        (number,) = cursor.fetchone()
    return int(number)


def test_a_job_goes_with_the_transaction_it_belongs_to(city: City) -> None:
    before = waiting("dialogue.analyse")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        defer("dialogue.analyse", dialogue=str(city.dialogue.pk))
        raise ZeroDivisionError
    assert waiting("dialogue.analyse") == before


def test_the_same_work_waits_once_when_once_is_enough(city: City) -> None:
    before = waiting("dialogue.analyse")
    for _ in range(3):
        defer("dialogue.analyse", dialogue=str(city.library.pk), once=True)
    assert waiting("dialogue.analyse") == before + 1


def test_a_worker_process_does_it_in_its_own_name(connected_as: Callable[[str], str]) -> None:
    connected_as("entente_staff")
    with transaction.atomic():
        amina = member_with(session_key("amina"))
        dialogue = Dialogue.objects.visible_to(amina).get(state="open")
        services.close_dialogue(dialogue, by=amina)
        before = queries.newest_analysis(dialogue, amina)
    name = connection.settings_dict["NAME"]
    url = database.url_for("entente_worker", os.environ["TEST_ADMIN_URL"], name)
    command = [sys.executable, "-m", "django", "procrastinate", "worker", "--one-shot"]
    subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, cwd=ROOT, check=True, timeout=60)
    with transaction.atomic():
        amina = member_with(session_key("amina"))
        after = queries.newest_analysis(dialogue, amina)
    assert before is not None
    assert after is not None
    assert after.made_at > before.made_at


def test_a_job_is_proven_by_its_number_and_only_while_it_is_being_done(
    connected_as: Callable[[str], str],
) -> None:
    url = connected_as("entente_worker")
    with psycopg.connect(url) as worker:
        row = worker.execute("select id from procrastinate_jobs where status <> 'doing' limit 1").fetchone()
        assert row
        for number in (row[0], 10**9):
            with pytest.raises(psycopg.errors.InvalidAuthorizationSpecification), worker.transaction():
                worker.execute("select authz.begin('job', %s)", [str(number)])
