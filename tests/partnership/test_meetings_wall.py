"""What a member could do with SQL alone to a group's papers: nothing that is not theirs."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from entente.config import database
from tests.template_city import session_key

DENIED = psycopg.errors.InsufficientPrivilege
NOW = datetime.now(UTC)
Raw = psycopg.Connection[Any]
GROUP = "select task_force_id from partnership_group where kind = 'leadership'"
OPEN_MEETING = "select id from partnership_meeting where state = 'held' limit 1"


@pytest.fixture
def raw(db: None) -> Iterator[Raw]:
    """The staff role's own connection; nothing is kept."""
    url = database.url_for("entente_staff", os.environ["TEST_ADMIN_URL"], connection.settings_dict["NAME"])
    with psycopg.connect(url) as raw:
        yield raw
        raw.rollback()


def begin(raw: Raw, who: str) -> None:
    raw.execute("select authz.begin('session', %s)", [session_key(who)])


def one(raw: Raw, query: str, *values: object) -> Any:
    row = raw.execute(query, values).fetchone()
    return row[0] if row else None


def denied(raw: Raw, statement: str, *values: object) -> None:
    with pytest.raises(DENIED), raw.transaction():
        raw.execute(statement, values)


def touched(raw: Raw, statement: str, *values: object) -> int:
    """How many rows a statement changes; nothing of it is kept."""
    with raw.transaction(force_rollback=True):
        return raw.execute(statement, values).rowcount


def added(raw: Raw, table: str, **row: object) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, row))
    places = sql.SQL(", ").join([sql.Placeholder()] * len(row))
    statement = sql.SQL("insert into {} ({}) values ({})").format(sql.Identifier(table), names, places)
    with raw.transaction(force_rollback=True):
        raw.execute(statement, [*row.values()])


TABLES = (
    "meeting", "agendapoint", "attendance", "minutes", "groupdecision", "dissent", "commitment",
    "commitmentversion",
)  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("who", ["peter", "helene", "jonas"])
def test_without_a_seat_nothing_is_there(raw: Raw, table: str, who: str) -> None:
    begin(raw, who)
    if who == "peter" or not table.startswith("commitment"):
        assert one(raw, f"select count(*) from partnership_{table}") == 0


def test_the_overseer_reads_decisions_and_no_restricted_point(raw: Raw) -> None:
    begin(raw, "elisabeth")
    assert one(raw, "select count(*) from partnership_groupdecision") == 3
    assert one(raw, "select count(*) from partnership_agendapoint where is_restricted") == 0
    assert one(raw, "select count(*) from partnership_agendapoint") > 0
    hidden = "select count(*) from partnership_minutes where text like 'Two names are agreed%%'"
    assert one(raw, hidden) == 0
    assert touched(raw, "update partnership_groupdecision set outcome = 'x'") == 0
    begin(raw, "radu")
    assert one(raw, hidden) == 1


def test_a_decision_that_was_made_is_never_edited(raw: Raw) -> None:
    begin(raw, "amina")
    for change in ("outcome = 'x'", "reasons = 'x'", "state = 'proposed'", "decided_on = current_date"):
        denied(raw, f"update partnership_groupdecision set {change} where state = 'taken'")
    denied(raw, "update partnership_groupdecision set question = 'x'")
    denied(raw, "update partnership_groupdecision set state = 'refused' where state = 'taken'")
    denied(raw, "delete from partnership_groupdecision")
    begin(raw, "radu")
    assert touched(raw, "update partnership_groupdecision set state = 'reversed'") == 0


def test_dissent_is_ones_own_and_stays(raw: Raw) -> None:
    begin(raw, "radu")
    row = {
        "id": uuid.uuid4(),
        "group_id": one(raw, GROUP),
        "decision_id": one(
            raw, "select id from partnership_groupdecision where question like 'Are cameras%%'"
        ),
        "organisation_id": one(raw, "select authz.organisation()"),
        "noted_by_id": one(raw, "select authz.member()"),
        "name": "x",
        "text": "x",
        "at": NOW,
    }
    sofia = one(raw, "select m.id from people_membership m join people_person p on p.id = m.person_id"
                     " where p.name = 'Sofia Marin'")  # fmt: skip
    with pytest.raises(DENIED):
        added(raw, "partnership_dissent", membership_id=sofia, **row)
    old = one(raw, "select id from partnership_groupdecision where decided_at < now() - interval '8 days'")
    with pytest.raises(DENIED):
        added(raw, "partnership_dissent", membership_id=row["noted_by_id"], **row | {"decision_id": old})
    added(raw, "partnership_dissent", membership_id=row["noted_by_id"], **row)
    denied(raw, "update partnership_dissent set text = 'x'")
    denied(raw, "delete from partnership_dissent")


def test_a_promise_is_accepted_by_who_must_keep_it_and_its_words_stay(raw: Raw) -> None:
    begin(raw, "amina")
    offered = "update partnership_commitment set state = 'accepted' where state = 'offered'"
    assert touched(raw, offered) == 0
    denied(raw, "update partnership_commitment set person_name = 'x'")
    denied(raw, "update partnership_commitmentversion set due_on = current_date + 90")
    denied(raw, "delete from partnership_commitmentversion")
    begin(raw, "tomas")
    assert touched(raw, offered) == 1
    begin(raw, "radu")
    denied(raw, "update partnership_commitment set state = 'accepted' where state = 'done'")
    begin(raw, "sofia")
    denied(raw, "update partnership_commitment set state = 'done', closing = ' ' where state = 'accepted'")
    denied(raw, "update partnership_commitment set state = 'offered' where state = 'accepted'")


def test_nobody_adds_a_version_to_anothers_promise(raw: Raw) -> None:
    begin(raw, "radu")
    with pytest.raises(DENIED):
        added(
            raw, "partnership_commitmentversion", id=uuid.uuid4(), group_id=one(raw, GROUP),
            commitment_id=one(raw, "select id from partnership_commitment where state = 'accepted'"
                                   " and organisation_id <> authz.organisation() limit 1"),
            number=9, what="x", due_on=NOW.date(), evidence_wanted="", reason="x",
            by_id=one(raw, "select authz.member()"), by_name="x", at=NOW,
        )  # fmt: skip


def test_only_who_keeps_the_papers_changes_a_meeting_and_an_approved_one_stays(raw: Raw) -> None:
    begin(raw, "radu")
    assert touched(raw, "update partnership_meeting set title = 'x'") == 0
    begin(raw, "amina")
    assert touched(raw, "update partnership_meeting set title = 'x' where state = 'planned'") == 1
    denied(raw, "update partnership_meeting set title = 'x' where state = 'approved'")
    denied(raw, "update partnership_meeting set starts_at = now() where state = 'held'")
    denied(raw, "update partnership_meeting set reference = 'x'")
    denied(raw, "delete from partnership_meeting")


def test_attendance_is_of_those_who_sit_there(raw: Raw) -> None:
    begin(raw, "amina")
    stranger = one(raw, "select m.id from people_membership m join people_person p on p.id = m.person_id"
                        " where p.name like 'Helene%%'")  # fmt: skip
    row = {
        "id": uuid.uuid4(), "group_id": one(raw, GROUP), "meeting_id": one(raw, OPEN_MEETING),
        "name": "x", "organisation_id": one(raw, "select authz.organisation()"), "how": "present",
        "deputy_name": "",
    }  # fmt: skip
    with pytest.raises(DENIED):
        added(raw, "partnership_attendance", membership_id=stranger, **row)


def test_minutes_are_written_in_ones_own_name_and_never_changed(raw: Raw) -> None:
    begin(raw, "radu")
    me = one(raw, "select authz.member()")
    meeting = one(raw, OPEN_MEETING)
    row = {
        "id": uuid.uuid4(), "group_id": one(raw, GROUP), "meeting_id": meeting, "number": 99, "text": "x",
        "point_id": one(raw, "select id from partnership_agendapoint where meeting_id = %s limit 1", meeting),
        "written_by_name": "x", "at": NOW,
    }  # fmt: skip
    added(raw, "partnership_minutes", written_by_id=me, **row)
    amina = one(raw, "select written_by_id from partnership_minutes limit 1")
    with pytest.raises(DENIED):
        added(raw, "partnership_minutes", written_by_id=amina, **row)
    planned = one(raw, "select id from partnership_meeting where state = 'planned' limit 1")
    with pytest.raises(DENIED):
        added(raw, "partnership_minutes", written_by_id=me, **row | {"meeting_id": planned})
    denied(raw, "update partnership_minutes set text = 'x'")
    denied(raw, "delete from partnership_minutes")


def test_the_agenda_of_a_meeting_that_was_held_is_closed(raw: Raw) -> None:
    begin(raw, "amina")
    held = one(raw, OPEN_MEETING)
    assert touched(raw, "delete from partnership_agendapoint where meeting_id = %s", held) == 0
    denied(raw, "update partnership_agendapoint set is_restricted = false")


def test_only_jobs_say_that_somebody_was_told(raw: Raw) -> None:
    begin(raw, "amina")
    group, meeting = one(raw, GROUP), one(raw, OPEN_MEETING)
    with pytest.raises(DENIED):
        added(
            raw, "partnership_meetingnotice", id=uuid.uuid4(), group_id=group, meeting_id=meeting,
            membership_id=one(raw, "select authz.member()"), sequence=0, at=NOW,
        )  # fmt: skip
    commitment = one(raw, "select id from partnership_commitment limit 1")
    with pytest.raises(DENIED):
        added(
            raw, "partnership_commitmentreminder", id=uuid.uuid4(), group_id=group,
            commitment_id=commitment, due_on=NOW.date(), step="on_the_day", at=NOW,
        )  # fmt: skip


def test_what_is_public_is_changed_by_nobody_else_and_holds_no_name(raw: Raw) -> None:
    begin(raw, "radu")
    assert touched(raw, "update partnership_decisionessence set state = 'reversed'") == 0
    begin(raw, "amina")
    denied(raw, "update partnership_decisionessence set texts = '{}'")
    denied(raw, "delete from partnership_decisionessence")


def test_the_public_surface_reads_the_essence_and_nothing_else() -> None:
    url = database.url_for("entente_public", os.environ["TEST_ADMIN_URL"], connection.settings_dict["NAME"])
    with psycopg.connect(url) as raw, raw.transaction(force_rollback=True):
        raw.execute("select authz.begin(null, null)")
        assert one(raw, "select count(*) from partnership_decisionessence") == 2
        for table in (*TABLES, "calendarkey"):
            denied(raw, f"select 1 from partnership_{table}")


def test_a_calendar_key_is_ones_own(raw: Raw) -> None:
    begin(raw, "amina")
    radu = one(raw, "select m.id from people_membership m join people_person p on p.id = m.person_id"
                    " where p.name = 'Radu Ionescu'")  # fmt: skip
    row = {"id": uuid.uuid4(), "token_hash": "0" * 64, "made_at": NOW - timedelta(1)}
    with pytest.raises(DENIED):
        added(raw, "partnership_calendarkey", membership_id=radu, **row)
    added(raw, "partnership_calendarkey", membership_id=one(raw, "select authz.member()"), **row)
