"""The facts of a database as a world for the oracle; read by a job, who sees everything."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any, cast

from django.db.models import Model, QuerySet

from entente.agreements.models import Agreement, Clause, Party
from entente.people.models import Membership, Seat, TaskForce
from entente.records.models import Action, File, Note, Opening, Participation, Record
from tests.agreements import facts
from tests.agreements.facts import World


def _rows(model: type[Model], **wanted: Any) -> QuerySet[Any]:
    rows: QuerySet[Any] = QuerySet(model)
    return rows.filter(**wanted)


def read_world(records: Collection[uuid.UUID]) -> World:
    """Everything the rule asks of these records, as the tables have it now."""
    kinds: tuple[tuple[facts.PartKind, type[Model]], ...] = (
        ("note", Note),
        ("file", File),
        ("action", Action),
    )
    return World(
        members=tuple(
            facts.Member(row.pk, row.organisation_id, row.since, row.ended_at) for row in _rows(Membership)
        ),
        task_forces=tuple(facts.TaskForce(row.pk, row.ended_at) for row in _rows(TaskForce)),
        seats=tuple(
            facts.Seat(row.pk, row.task_force_id, row.membership_id, row.since, row.until)
            for row in _rows(Seat)
        ),
        agreements=tuple(
            facts.Agreement(row.pk, row.state, row.starts_at, row.ends_at) for row in _rows(Agreement)
        ),
        parties=tuple(
            facts.Party(
                row.pk, row.agreement_id, row.organisation_id, row.joined_at, row.signed_at, row.left_at
            )
            for row in _rows(Party)
        ),
        clauses=tuple(_clause(row) for row in _rows(Clause)),
        records=tuple(_record(row) for row in _rows(Record, pk__in=records)),
        parts=tuple(
            facts.Part(row.pk, row.record_id, kind, row.category, row.is_secret)
            for kind, model in kinds
            for row in _rows(model, record_id__in=records)
        ),
        participations=tuple(_participation(row) for row in _rows(Participation, record_id__in=records)),
        openings=tuple(
            facts.Opening(row.pk, row.record_id, row.membership_id, row.purpose, row.at, row.until)
            for row in _rows(Opening, record_id__in=records)
        ),
    )


def _clause(row: Clause) -> facts.Clause:
    return facts.Clause(
        row.pk,
        row.agreement_id,
        row.purpose,
        row.category,
        row.giving_id,
        row.receiving_id,
        row.opens_secrecy,
        row.holds_in_interim,
    )


def _record(row: Record) -> facts.Record:
    audience = cast(facts.Audience, row.audience)
    return facts.Record(row.pk, row.owner_id, audience, row.category, row.is_secret, row.public_since)


def _participation(row: Participation) -> facts.Participation:
    return facts.Participation(
        row.pk,
        row.record_id,
        row.purpose,
        row.since,
        row.until,
        row.organisation_id,
        row.task_force_id,
        row.membership_id,
        row.agreement_id,
        row.is_emergency,
    )
