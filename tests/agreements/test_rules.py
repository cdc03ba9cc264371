"""The reading rule, condition by condition."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from entente.agreements.rules import NAMED, ORGANISATION, TASK_FORCE, may_read_record
from entente.audit.actors import VISITOR, Actor, Credential, job

AT = datetime(2026, 11, 20, 2, 10, tzinfo=UTC)
CITY, POLICE = uuid.uuid4(), uuid.uuid4()


@dataclass
class Reader:
    """A member of an organisation."""

    actor_organisation_id: uuid.UUID | None
    actor_kind: str = "member"
    actor_id: uuid.UUID | None = None
    actor_name: str = "Somebody"
    credential: Credential | None = None


@dataclass
class Thing:
    """A record as the rule sees it."""

    owner_id: uuid.UUID = CITY
    audience: str = ORGANISATION
    public_since: datetime | None = None


OWNER, PARTNER = Reader(CITY), Reader(POLICE)
READERS: tuple[Actor, ...] = (OWNER, PARTNER, VISITOR)


def test_the_owner_reads_its_record_and_is_told_why() -> None:
    decision = may_read_record(OWNER, Thing(), AT)
    assert decision.allowed
    assert decision.source == "Your organisation owns this record."


def test_another_organisation_is_refused_for_want_of_an_agreement() -> None:
    decision = may_read_record(PARTNER, Thing(), AT)
    assert not decision.allowed
    assert decision.source == "No agreement opens this record to you."


@pytest.mark.parametrize(
    ("offset", "is_public"),
    [(timedelta(seconds=-1), True), (timedelta(0), True), (timedelta(seconds=1), False)],
)
def test_it_is_public_from_its_moment_on(offset: timedelta, is_public: bool) -> None:
    assert bool(may_read_record(VISITOR, Thing(public_since=AT + offset), AT)) is is_public


def test_named_persons_read_and_their_colleagues_do_not() -> None:
    assert may_read_record(PARTNER, Thing(audience=NAMED), AT, is_named=True)
    assert not may_read_record(OWNER, Thing(audience=NAMED), AT, is_named=False)


def test_a_task_forces_record_is_closed_until_agreements_join_the_rule() -> None:
    assert not may_read_record(OWNER, Thing(audience=TASK_FORCE), AT, is_named=True)


def test_scheduled_work_reads() -> None:
    assert may_read_record(job("x", 1), Thing(), AT)


def test_the_rule_is_what_its_text_says() -> None:
    """An oracle from the sentence: public from its moment; else members only; else owner, or named."""
    moments = (None, AT - timedelta(days=1), AT, AT + timedelta(days=1))
    for reader, owner, audience, since, is_named in itertools.product(
        READERS, (CITY, POLICE), (ORGANISATION, TASK_FORCE, NAMED), moments, (False, True)
    ):
        expected = since is not None and since <= AT
        if not expected and reader is not VISITOR:
            mine = owner == reader.actor_organisation_id
            expected = (audience == ORGANISATION and mine) or (audience == NAMED and is_named)
        record = Thing(owner, audience, since)
        assert bool(may_read_record(reader, record, AT, is_named=is_named)) is expected
