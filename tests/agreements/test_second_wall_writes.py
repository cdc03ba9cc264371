"""What a member may write who has only SQL: nothing without its event, and nothing of a colleague's."""

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
from tests.conftest import City
from tests.template_city import session_key

NOT_LOGGED = psycopg.errors.InvalidAuthorizationSpecification
REFUSED = psycopg.errors.InsufficientPrivilege
NOW = datetime.now(UTC)
Raw = psycopg.Connection[Any]


@pytest.fixture
def raw() -> Iterator[Raw]:
    """The staff role's own connection; nothing is kept."""
    url = database.url_for("entente_staff", os.environ["TEST_ADMIN_URL"], connection.settings_dict["NAME"])
    with psycopg.connect(url) as raw:
        yield raw
        raw.rollback()


@pytest.fixture
def eve() -> Iterator[str]:
    """A colleague of Ioana's who is not named on what Ioana keeps to herself."""
    name, person, member, account = connection.settings_dict["NAME"], *(uuid.uuid4() for _ in range(3))
    rows: dict[str, dict[str, object]] = {
        "people_person": {"id": person, "name": "Eve", "email": "", "languages": "[]"},
        "people_membership": {
            "id": member,
            "person_id": person,
            "role": "member",
            "since": NOW - timedelta(1),
        },
        "people_account": {"id": account, "person_id": person, "email": "eve@example.org", "password": "!"},
        "people_session": {"id": uuid.uuid4(), "account_id": account, "is_strong": True, "content": ""},
    }
    rows["people_membership"] |= {"title": "", "titles": "{}"}
    rows["people_account"] |= {"language": "en", "is_active": True}
    rows["people_session"] |= dict.fromkeys(("started_at", "seen_at"), NOW) | {"signed_in_with": ""}
    rows["people_session"] |= {"expires_at": NOW + timedelta(1)}
    with psycopg.connect(os.environ["TEST_ADMIN_URL"], dbname=name, autocommit=True) as admin:
        admin.execute("set session_replication_role = replica")
        found = admin.execute("select id from people_organisation where slug = 'new_page'").fetchone()
        assert found
        rows["people_membership"]["organisation_id"] = found[0]
        hashed = admin.execute("select encode(sha256('session-of-eve'), 'hex')").fetchone()
        assert hashed
        rows["people_session"]["key_hash"] = hashed[0]
        for table, row in rows.items():
            add(admin, table, **row)
        yield "eve"
        for table, row in reversed(rows.items()):
            admin.execute(f"delete from {table} where id = %s", [row["id"]])


def begin(raw: Raw, who: str) -> None:
    raw.execute("select authz.begin('session', %s)", [session_key(who)])


def one(raw: Raw, query: str, *values: object) -> Any:
    row = raw.execute(query, values).fetchone()
    return row[0] if row else None


def add(raw: Raw, table: str, **row: object) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, row))
    places = sql.SQL(", ").join([sql.Placeholder()] * len(row))
    raw.execute(
        sql.SQL("insert into {} ({}) values ({})").format(sql.Identifier(table), names, places),
        [*row.values()],
    )


def event(raw: Raw, **said: object) -> None:
    """An event of whoever began, told truly but for what is `said`."""
    me = one(raw, "select authz.member()")
    row: dict[str, object] = {
        "id": uuid.uuid4(),
        "at": datetime.now(UTC),
        "name": "records.matter_opened",
        "actor_kind": "member",
        "actor_id": me,
        "actor_name": one(
            raw,
            "select p.name from people_person p join people_membership m on m.person_id = p.id"
            " where m.id = %s",
            me,
        ),
        "actor_organisation_id": one(raw, "select authz.organisation()"),
        "about_kind": "",
        "allowed": True,
        "reason": "",
        "reason_values": "{}",
        "details": b"",
    }
    add(raw, "audit_event", **row | said)


def checked(raw: Raw) -> None:
    """What a commit would check."""
    raw.execute("set constraints all immediate")


def shared(raw: Raw) -> uuid.UUID:
    """The city's matter that the School Board and New Page are let in to."""
    found = one(raw, "select record_id from records_participation where purpose = 'plan_support' limit 1")
    assert isinstance(found, uuid.UUID)
    return found


def opening(raw: Raw, **said: object) -> dict[str, object]:
    row: dict[str, object] = {
        "id": uuid.uuid4(),
        "record_id": shared(raw),
        "membership_id": one(raw, "select authz.member()"),
        "purpose": "plan_support",
        "at": datetime.now(UTC),
        "until": datetime.now(UTC) + timedelta(hours=1),
    }
    return row | said


def test_saying_that_something_was_logged_is_no_event(raw: Raw) -> None:
    begin(raw, "amina")
    raw.execute("select set_config('entente.logged', pg_current_xact_id()::text, true)")
    raw.execute("update records_record set title = 'x' where kind = 'matter'")
    with pytest.raises(NOT_LOGGED, match="was not logged"):
        checked(raw)


def test_an_event_that_was_taken_back_is_no_event(raw: Raw) -> None:
    begin(raw, "amina")
    raw.execute("savepoint before")
    event(raw)
    kept = one(raw, "select current_setting('entente.logged')")
    raw.execute("rollback to before")
    raw.execute("select set_config('entente.logged', %s, true)", [kept])
    raw.execute("update records_record set title = 'x' where kind = 'matter'")
    with pytest.raises(NOT_LOGGED, match="was not logged"):
        checked(raw)


def test_one_event_is_enough_for_a_whole_transaction(raw: Raw) -> None:
    begin(raw, "amina")
    event(raw)
    raw.execute("update records_record set title = 'x' where kind = 'matter'")
    checked(raw)


def test_nobody_states_a_purpose_without_telling_that(raw: Raw) -> None:
    begin(raw, "sofia")
    event(raw)
    add(raw, "records_opening", **opening(raw))
    with pytest.raises(NOT_LOGGED, match="was not told"):
        checked(raw)


def test_a_purpose_that_is_told_opens(raw: Raw) -> None:
    begin(raw, "sofia")
    stated = opening(raw)
    add(raw, "records_opening", **stated)
    event(raw, name="records.record_opened", record_id=stated["record_id"], about_id=stated["id"])
    checked(raw)


def test_a_stated_purpose_lasts_for_twelve_hours_at_most(raw: Raw) -> None:
    begin(raw, "sofia")
    with pytest.raises(REFUSED):
        add(raw, "records_opening", **opening(raw, until=datetime.now(UTC) + timedelta(hours=13)))


def glass(raw: Raw, who: str) -> dict[str, object]:
    """The participation of whoever breaks the glass of New Page's record for named persons."""
    begin(raw, "ioana")
    record, owner = raw.execute("select id, owner_id from records_record where audience = 'named'").fetchone()  # type: ignore[misc]
    begin(raw, who)
    at = datetime.now(UTC)
    return {
        "id": uuid.uuid4(),
        "record_id": record,
        "owner_id": owner,
        "membership_id": one(raw, "select authz.member()"),
        "purpose": "emergency",
        "since": at,
        "until": at + timedelta(hours=4),
        "is_emergency": True,
        "record_opened_at": at,
        "reason": b"",
    }


def test_nobody_breaks_glass_without_telling_that(raw: Raw) -> None:
    row = glass(raw, "radu")
    event(raw)
    add(raw, "records_participation", **row)
    with pytest.raises(NOT_LOGGED, match="was not told"):
        checked(raw)


def test_nobody_reviews_another_organisations_glass_and_so_keeps_its_officer_from_it(raw: Raw) -> None:
    row = glass(raw, "radu")
    add(raw, "records_participation", **row)
    begin(raw, "helene")
    me, mine = raw.execute("select authz.member(), authz.organisation()").fetchone()  # type: ignore[misc]
    with pytest.raises(REFUSED):
        add(
            raw,
            "records_glassreview",
            id=uuid.uuid4(),
            participation_id=row["id"],
            owner_id=mine,
            breaker_id=row["membership_id"],
            reviewed_by_id=me,
            reviewed_at=datetime.now(UTC),
            finding="justified",
            words=b"",
        )


def test_what_is_under_secrecy_is_not_behind_glass_and_does_not_exist(raw: Raw) -> None:
    begin(raw, "amina")
    event(raw)
    record, reference = raw.execute(
        "update records_record set is_secret = true where id = %s returning id, reference", [shared(raw)]
    ).fetchone()  # type: ignore[misc]
    begin(raw, "radu")
    assert raw.execute("select * from authz.behind_glass_by_reference(%s)", [reference]).fetchall() == []
    assert one(raw, "select authz.behind_glass(%s)", record) is None


@pytest.mark.parametrize(
    "change", ["update records_record set audience = 'organisation'", "delete from records_record"]
)
def test_a_colleague_who_is_not_named_changes_nothing_even_without_looking(
    raw: Raw, eve: str, change: str
) -> None:
    begin(raw, eve)
    event(raw)
    assert raw.execute(change).rowcount == 0
    assert one(raw, "select id from records_record where audience <> 'organisation'") is None


@pytest.mark.parametrize(
    "change",
    [
        "is_emergency = false",
        "record_id = gen_random_uuid()",
        "membership_id = null",
        "since = now() - interval '1 year'",
        "until = null",
        "until = until + interval '1 day'",
    ],
)
def test_an_invitation_is_ended_and_never_rewritten(raw: Raw, change: str) -> None:
    begin(raw, "amina")
    event(raw)
    with pytest.raises(REFUSED):
        raw.execute(f"update records_participation set {change} where until is not null")


def test_an_invitation_is_ended_by_those_who_work_inside(raw: Raw) -> None:
    begin(raw, "amina")
    event(raw)
    assert raw.execute("update records_participation set until = now() where until is not null").rowcount
    checked(raw)


@pytest.mark.parametrize("lie", [{"actor_name": "Amina Haddad"}, {"actor_organisation_id": uuid.uuid4()}])
def test_nobody_logs_under_another_name_or_for_another_organisation(raw: Raw, lie: dict[str, object]) -> None:
    begin(raw, "lena")
    with pytest.raises(REFUSED):
        event(raw, **lie)


def test_a_visitor_claims_no_disclosure(raw: Raw) -> None:
    raw.execute("select authz.begin(null, null)")
    nobody = {
        "actor_kind": "visitor",
        "actor_id": None,
        "actor_name": "visitor",
        "actor_organisation_id": None,
    }
    event(raw, **nobody)
    with pytest.raises(REFUSED):
        event(raw, name="records.record_read", record_id=uuid.uuid4(), **nobody)


def test_nobody_signs_for_somebody_else(raw: Raw, city: City) -> None:
    begin(raw, "marc")
    event(raw)
    signed = "update agreements_party set signed_at = now(), signed_by_id = %s where signed_at is null"
    with pytest.raises(REFUSED), raw.transaction():
        raw.execute(signed, [city.amina.pk])
    assert raw.execute(signed, [city.marc.pk]).rowcount == 1


@pytest.mark.parametrize(
    "change",
    [
        "title = 'Another'",
        "starts_at = '2000-01-01'",
        "ends_at = now() + interval '99 years'",
        "kind = 'joint'",
    ],
)
def test_what_was_signed_keeps_its_name_and_its_time(raw: Raw, change: str) -> None:
    begin(raw, "amina")
    event(raw)
    raw.execute("update agreements_agreement set ends_at = now() + interval '1 year'")
    with pytest.raises(REFUSED), raw.transaction():
        raw.execute(f"update agreements_agreement set {change}")


def test_a_visitor_learns_of_nobody_who_was_let_in_to_what_is_public(raw: Raw, city: City) -> None:
    begin(raw, "amina")
    event(raw)
    row: dict[str, object] = {
        "id": uuid.uuid4(),
        "record_id": city.dialogue.pk,
        "owner_id": city.amina.organisation_id,
    }
    row |= {
        "organisation_id": city.lena.organisation_id,
        "purpose": "plan_support",
        "since": datetime.now(UTC),
    }
    row |= {"is_emergency": False, "record_opened_at": datetime.now(UTC), "reason": b""}
    add(raw, "records_participation", **row)
    assert raw.execute("select id from authz.let_in(%s)", [city.dialogue.pk]).fetchall()
    raw.execute("select authz.begin(null, null)")
    assert raw.execute("select id from authz.let_in(%s)", [city.dialogue.pk]).fetchall() == []
