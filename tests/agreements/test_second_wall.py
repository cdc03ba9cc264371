"""The second wall, asked from outside: raw SQL as the roles that processes connect with."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection

from entente.agreements.second_wall import FOREIGN_TABLES, our_models
from entente.audit.tables import Wall
from entente.config import database
from entente.dialogue.models import Dialogue
from entente.records.models import Record
from tests.conftest import City
from tests.template_city import session_key

REFUSED = psycopg.errors.InvalidAuthorizationSpecification


def connect(role: str) -> psycopg.Connection:
    url = database.url_for(role, os.environ["TEST_ADMIN_URL"], connection.settings_dict["NAME"])
    return psycopg.connect(url)


@pytest.fixture
def staff() -> Iterator[psycopg.Connection]:
    with connect("entente_staff") as raw:
        yield raw


def titles(raw: psycopg.Connection, kind: str | None = None, secret: str | None = None) -> set[str]:
    with raw.transaction():
        if kind or secret == "":
            raw.execute("select authz.begin(%s, %s)", [kind, secret])
        return {row[0] for row in raw.execute("select title from records_record")}


def begun(raw: psycopg.Connection, first_name: str) -> set[str]:
    return titles(raw, "session", session_key(first_name))


def test_who_did_not_begin_sees_nothing(staff: psycopg.Connection) -> None:
    assert titles(staff) == set()


def test_a_visitor_sees_what_is_public_and_nothing_else(staff: psycopg.Connection, city: City) -> None:
    public = {city.dialogue.title, city.evenings.title, city.riverside.title}
    assert titles(staff, None, "") == public


def test_the_owner_sees_its_draft_and_the_outsider_does_not(staff: psycopg.Connection, city: City) -> None:
    assert city.library.title in begun(staff, "amina")
    assert begun(staff, "peter") == {city.dialogue.title, city.evenings.title, city.riverside.title}


def test_nothing_is_left_over_for_the_next_transaction(staff: psycopg.Connection) -> None:
    begun(staff, "amina")
    assert titles(staff) == set()


def test_a_forged_context_shows_nothing(staff: psycopg.Connection, city: City) -> None:
    with staff.transaction():
        context = f"member|{city.amina.id}|{city.amina.organisation_id}"
        staff.execute("select set_config('entente.context', %s, true)", [context])
        staff.execute("select set_config('entente.seal', %s, true)", ["0" * 64])
        assert staff.execute("select count(*) from records_record").fetchone() == (0,)


def test_a_replayed_context_shows_nothing(staff: psycopg.Connection) -> None:
    with staff.transaction():
        staff.execute("select authz.begin('session', %s)", [session_key("amina")])
        kept = staff.execute(
            "select current_setting('entente.context'), current_setting('entente.seal')"
        ).fetchone()
    assert kept
    with staff.transaction():
        staff.execute(
            "select set_config('entente.context', %s, true), set_config('entente.seal', %s, true)", list(kept)
        )
        assert staff.execute("select count(*) from records_record").fetchone() == (0,)


@pytest.mark.parametrize(
    ("kind", "secret"),
    [
        ("session", "guessed"),
        ("participant", "guessed"),
        ("invite", "GUESSED00000"),
        ("member", str(uuid.UUID(int=7))),
        ("job", "1"),
        ("owner", "x"),
        ("", "x"),
    ],
)
def test_a_credential_that_proves_nothing_is_refused(
    staff: psycopg.Connection, kind: str, secret: str
) -> None:
    with pytest.raises(REFUSED), staff.transaction():
        staff.execute("select authz.begin(%s, %s)", [kind, secret])


@pytest.mark.parametrize(
    "attempt",
    [
        "select * from authz.secret",
        "select authz.seal('member|x|y')",
        "set role entente_guard",
        "set role entente_owner",
        "alter table records_record disable row level security",
        "drop policy read on records_record",
        "truncate records_record",
        "delete from audit_event",
        "update audit_event set name = 'x'",
        "create table mine (id int)",
        "create function authz.kind() returns text language sql as $$ select 'job' $$",
    ],
)
def test_a_process_can_not_take_the_wall_down(staff: psycopg.Connection, attempt: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), staff.transaction():
        staff.execute(attempt)


def test_the_public_surface_has_no_way_to_sign_in_tables() -> None:
    with connect("entente_public") as public:
        for table in (
            "people_account",
            "people_session",
            "mfa_authenticator",
            "people_person",
            "audit_event",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), public.transaction():
                public.execute(f"select * from {table}")


def test_the_auditor_reads_the_log_and_nothing_else() -> None:
    with connect("entente_auditor") as auditor:
        row = auditor.execute("select count(*) from audit_event").fetchone()
        assert row
        assert row[0] > 100
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            auditor.execute("select * from records_record")


def test_a_change_without_an_event_is_refused_at_commit(staff: psycopg.Connection, city: City) -> None:
    with pytest.raises(REFUSED, match="records_record was not logged"), staff.transaction():
        staff.execute("select authz.begin('session', %s)", [session_key("amina")])
        staff.execute("update records_record set title = 'x' where id = %s", [city.library.pk])


def test_a_member_changes_no_other_organisations_record(staff: psycopg.Connection, city: City) -> None:
    with staff.transaction(force_rollback=True):
        staff.execute("select authz.begin('session', %s)", [session_key("lena")])
        changed = staff.execute("update records_record set title = 'x' where id = %s", [city.dialogue.pk])
        assert changed.rowcount == 0


def test_nobody_inserts_a_record_for_another_organisation(staff: psycopg.Connection, city: City) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), staff.transaction():
        staff.execute("select authz.begin('session', %s)", [session_key("lena")])
        staff.execute(
            "insert into records_record (id, kind, reference, owner_id, category, audience, title, opened_at)"
            " values (gen_random_uuid(), 'dialogue', 'DLG-0000000', %s, 'x', 'organisation', 'x', now())",
            [city.amina.organisation_id],
        )


def test_votes_are_read_by_nobody_but_their_voter_and_jobs(staff: psycopg.Connection) -> None:
    with staff.transaction():
        staff.execute("select authz.begin('session', %s)", [session_key("amina")])
        assert staff.execute("select count(*) from dialogue_vote").fetchone() == (0,)
        assert staff.execute("select count(*) from dialogue_participant").fetchone() == (0,)


def as_resident(raw: psycopg.Connection, dialogue: Dialogue) -> uuid.UUID:
    """Join as somebody new and begin as them; returns who they are."""
    raw.execute("select authz.begin(null, null)")
    new, token = uuid.uuid4(), f"a-token-of-a-test-{uuid.uuid4()}"
    raw.execute(
        "insert into dialogue_participant (id, dialogue_id, token_hash, stratum, area, language)"
        " values (%s, %s, encode(sha256(%s::bytea), 'hex'), 'open', '', 'en')",
        [new, dialogue.pk, token],
    )
    raw.execute("select authz.begin('participant', %s)", [token])
    return new


ADD_STATEMENT = (
    "insert into dialogue_statement (id, dialogue_id, text, language, origin, author_id, state, reason,"
    " reason_note, decided_by, received_at, votes)"
    " values (gen_random_uuid(), %s, 'x', 'en', 'resident', %s, %s, '', '', '', now(), 0)"
)


def test_a_resident_adds_a_statement_that_waits_and_none_that_is_accepted(
    staff: psycopg.Connection, city: City
) -> None:
    with staff.transaction(force_rollback=True):
        me = as_resident(staff, city.dialogue)
        staff.execute(ADD_STATEMENT, [city.dialogue.pk, me, "waiting"])
        with pytest.raises(psycopg.errors.InsufficientPrivilege), staff.transaction():
            staff.execute(ADD_STATEMENT, [city.dialogue.pk, me, "accepted"])
        with pytest.raises(psycopg.errors.InsufficientPrivilege), staff.transaction():
            staff.execute(ADD_STATEMENT, [city.dialogue.pk, None, "waiting"])


def test_a_resident_votes_for_nobody_else(staff: psycopg.Connection, city: City) -> None:
    vote = (
        "insert into dialogue_vote (participant_id, statement_id, dialogue_id, value)"
        " select %s, id, dialogue_id, 1 from dialogue_statement where dialogue_id = %s limit 1"
    )
    with staff.transaction(force_rollback=True):
        other = as_resident(staff, city.dialogue)
        me = as_resident(staff, city.dialogue)
        assert staff.execute(vote, [me, city.dialogue.pk]).rowcount == 1
        assert staff.execute("select count(*) from dialogue_participant").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege), staff.transaction():
            staff.execute(vote, [other, city.dialogue.pk])


@pytest.mark.django_db
def test_every_table_has_forced_row_security_or_a_place_on_the_list() -> None:
    """Read from the catalogue, not from our own declarations."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname, relrowsecurity and relforcerowsecurity from pg_class"
            " where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace"
        )
        secured = dict(cursor.fetchall())
    walled = {m._meta.db_table for m in our_models() if isinstance(m.wall, Wall)}  # type: ignore[attr-defined]
    unwalled = {m._meta.db_table for m in our_models()} - walled
    listed = {table for table in secured if table.startswith(tuple(FOREIGN_TABLES))}
    assert {table for table, is_secured in secured.items() if is_secured} == walled
    assert {table for table, is_secured in secured.items() if not is_secured} == unwalled | listed


@pytest.mark.django_db
def test_no_view_opens_a_way_round() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname from pg_class"
            " where relkind in ('v', 'm') and relnamespace = 'public'::regnamespace"
        )
        assert cursor.fetchall() == []


def test_both_walls_and_the_rule_say_the_same(city: City) -> None:
    """Every member of the cast and every record: rule, queryset and policy agree."""
    from entente.audit.actors import VISITOR
    from entente.records.reading import Facts
    from tests.template_city import session_key as key_of

    known = []
    for owner in (city.amina, city.ioana):
        own = Record.objects.visible_to(owner).filter(owner_id=owner.organisation_id)
        known += [Facts.of(record, owner) for record in own]
    assert len(known) == 8
    cast = [getattr(city, name) for name in City.__annotations__]
    readers = [m for m in cast if m.__class__.__name__ == "Membership"]
    for reader in [*readers, VISITOR]:
        ruled = {facts.record.pk for facts in known if facts.why(reader)}
        filtered = set(Record.objects.visible_to(reader).values_list("pk", flat=True))
        assert ruled == filtered
        if reader is not VISITOR:
            name = next(n for n in City.__annotations__ if getattr(city, n) is reader)
            with connect("entente_staff") as raw, raw.transaction():
                raw.execute("select authz.begin('session', %s)", [key_of(name)])
                walled = {row[0] for row in raw.execute("select id from records_record")}
            assert walled == filtered
    assert Dialogue.objects.visible_to(city.amina).count() == 4
