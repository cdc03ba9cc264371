"""What the tests of broken glass share: agreements that somebody else made and signed, and the worker."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
from django.db import connection

from entente.audit import clock
from entente.people.models import Member

REASON = "A caller says somebody is in danger this evening."
HOUR = timedelta(hours=1)


@contextmanager
def outside() -> Iterator[psycopg.Connection[Any]]:
    """The database's administrator, past every wall and trigger, in a transaction of their own."""
    with psycopg.connect(os.environ["TEST_ADMIN_URL"], dbname=connection.settings_dict["NAME"]) as raw:
        raw.execute("set session_replication_role = replica")
        yield raw


@contextmanager
def agreement(keeper: Member, other: Member, **said: Any) -> Iterator[uuid.UUID]:
    """An agreement in force between two organisations that both signed, for as long as this lasts.

    `said` changes a column of the agreement, or of the second party (`signed_at`, `left_at`).
    """
    new, before = uuid.uuid4(), clock.now() - HOUR
    with outside() as raw:
        raw.execute(
            "insert into agreements_agreement (id, keeper_id, kind, title, titles, state, starts_at, ends_at)"
            " values (%s, %s, 'sharing', 'Emergencies', '{}', %s, %s, %s)",
            [
                new,
                keeper.organisation_id,
                said.get("state", "in_force"),
                said.get("starts_at", before),
                said.get("ends_at"),
            ],
        )
        for member, terms in ((keeper, {}), (other, said)):
            raw.execute(
                "insert into agreements_party"
                " (id, agreement_id, organisation_id, joined_at, signed_at, left_at)"
                " values (gen_random_uuid(), %s, %s, %s, %s, %s)",
                [
                    new,
                    member.organisation_id,
                    before,
                    terms.get("signed_at", before),
                    terms.get("left_at"),
                ],
            )
    try:
        yield new
    finally:
        with outside() as raw:
            raw.execute("delete from agreements_party where agreement_id = %s", [new])
            raw.execute("delete from agreements_agreement where id = %s", [new])


def waiting(name: str) -> list[dict[str, str]]:
    """With which ids a job waits for the worker."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    return [job.args for job in ProcrastinateJob.objects.filter(task_name=name, status="todo").order_by("id")]
