"""The second wall: PostgreSQL's row security, generated from what each table says about itself."""

import os
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

from entente.audit import log_wall
from entente.audit.doors import Thing, head, own
from entente.audit.entries import COLUMNS
from entente.audit.models import DISCLOSURES_IN_SQL
from entente.audit.tables import Unwalled, Wall

# What other packages bring. Everything else says itself who may touch it.
FOREIGN_TABLES = {
    "procrastinate_": "the queue: names of jobs and ids only",
    "account_": "sign-in: addresses of accounts, before anybody is known",
    "mfa_": "sign-in: public keys and sealed seeds of second factors",
    "django_": "bookkeeping of migrations and content types",
    "auth_": "Django's permission names; nothing of ours uses them",
}
# Read by the guard when it derives who is asking.
GUARD_READS = (
    "people_session",
    "people_account",
    "people_membership",
    "people_person",
    "dialogue_participant",
    "dialogue_invitecode",
    "dialogue_statement",
    "procrastinate_jobs",
    "people_seat",
    "people_taskforce",
    "agreements_agreement",
    "agreements_party",
    "records_record",
    "records_participation",
    "records_receipt",
    "records_searchtext",
    "agreements_clause",
    "agreements_mandate",
    "partnership_dossier",
    "people_organisation",
    "people_entry",
    "people_contact",
    "people_confirmation",
    "partnership_calendarkey",
    "partnership_group",
    "partnership_place",
    "partnership_charter",
    "partnership_signature",
    "partnership_publication",
    "rights_complaint",
    "partnership_booking",
    "partnership_fund",
)
COMMON = 2_000  # a word in as many texts is no way to find one
NEVERS = "'entente_staff', 'entente_worker', 'entente_public'"  # to whom `never` is refused
READERS = ("entente_staff", "entente_public", "entente_worker", "entente_auditor", "entente_guard")


def our_models() -> list[type[Model]]:
    """Every table of ours, by name."""
    ours = [m for m in apps.get_models() if m.__module__.startswith("entente.")]
    return sorted(ours, key=lambda model: model._meta.db_table)


def apply() -> None:
    """Put up the wall. Idempotent; the connection is the owner's."""
    functions = (Path(__file__).parent / "second_wall.sql").read_text()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(functions)
        cursor.execute("set role entente_guard")
        key = os.urandom(64)
        cursor.execute(
            # HMAC's inner and outer padding, 0x36 and 0x5c
            "insert into authz.secret select authz.padded(%s, 54), authz.padded(%s, 92)"
            " where not exists (select from authz.secret)",
            [key, key],
        )
        cursor.execute("reset role")
        for statement in statements():
            cursor.execute(statement)


def statements() -> Iterator[str]:
    """The policies, grants and triggers of every table, in order."""
    yield f"grant usage on schema public to {', '.join(READERS)}"
    yield "revoke all on all tables in schema public from entente_staff, entente_public, entente_worker"
    yield "grant usage on all sequences in schema public to entente_staff, entente_worker"
    for table in foreign_tables():
        roles = "entente_staff, entente_worker"
        yield f"grant select, insert, update, delete on {table} to {roles}"
    yield from _asked_inside()
    for model in our_models():
        wall = model.wall  # type: ignore[attr-defined]
        yield from (_walled if isinstance(wall, Wall) else _unwalled)(model._meta.db_table, wall)
    for table in GUARD_READS:
        yield f"grant select on {table} to entente_guard"
    yield "grant select on audit_event to entente_auditor"
    yield from _replaced("audit_event", "auditor", "for select to entente_auditor using (true)")
    yield "drop trigger if exists note_event on audit_event"
    yield (
        "create trigger note_event after insert on audit_event referencing new table as added"
        " for each statement execute function authz.note_event()"
    )
    yield from log_wall.statements()


def _asked_inside() -> Iterator[str]:
    """Functions that ask the record's policy inside, where an index helps or a policy could not ask."""
    secure = "stable security definer set search_path = public, authz, pg_temp"
    yield "set role entente_guard"
    # The policy of participations asks this: asking records' own policy there would never end.
    yield (
        "create or replace function authz.works_inside(wanted uuid) returns boolean"
        f" language sql {secure} as $$ select exists (select from records_record r"
        f" where r.id = wanted and {own(Thing.head('r'))}) $$"
    )
    yield (
        "create or replace function authz.let_in(wanted uuid) returns setof records_participation"
        f" language sql {secure} as $$ select p.* from records_participation p"
        f" join records_record r on r.id = p.record_id where r.id = wanted"
        f" and authz.kind() in ('member', 'job') and {head('r')} $$"
    )
    # Row security would switch the text index off: its operators may leak what they compare.
    # A word that is everywhere gives one null: the caller then looks through the newest records instead.
    match = "to_tsvector('simple'::regconfig, coalesce(s.words, '')) @@ wanted"
    some = f"(select from records_searchtext s where {match} limit {COMMON})"
    yield (
        "create or replace function authz.found(wanted tsquery) returns setof uuid"
        f" language plpgsql {secure} as $$ begin"
        f" if {COMMON} = (select count(*) from {some} m)"
        " then return next null; return; end if;"
        " return query select distinct r.id from records_searchtext s"
        f" join records_record r on r.id = s.record_id where {match} and {head('r')}; end $$"
    )
    # What a person reads with a receipt: what the log's tree holds, and the function of whoever looked, never
    # the name, and no detail.
    yield "drop function if exists authz.who_looked()"
    yield (
        "create function authz.who_looked() returns table (place bigint, sealed_hash bytea, title text,"
        " titles jsonb, id uuid, at timestamptz, name varchar, actor_kind varchar, actor_id uuid,"
        " actor_organisation_id uuid, about_kind varchar, about_id uuid, record_id uuid, allowed boolean,"
        f" reason text, reason_values jsonb) language sql {secure} as $$"
        " select l.index, case e.details when '' then l.details_hash else sha256(e.details) end,"
        f" coalesce(m.title, ''), coalesce(m.titles, '{{}}'), {', '.join(f'e.{name}' for name in COLUMNS)}"
        " from audit_event e left join people_membership m on m.id = e.actor_id"
        " left join audit_leaf l on l.event_id = e.id"
        " where authz.kind() = 'receipt' and e.record_id = authz.receipt_record() and e.allowed"
        f" and e.name = any({DISCLOSURES_IN_SQL}) order by e.at desc, e.id $$"
    )
    yield "reset role"


def foreign_tables() -> list[str]:
    """Tables other packages brought."""
    ours = {model._meta.db_table for model in our_models()}
    return sorted(
        table
        for table in connection.introspection.table_names()
        if table not in ours and table.startswith(tuple(FOREIGN_TABLES))
    )


def _replaced(table: str, name: str, rest: str) -> Iterator[str]:
    yield f"drop policy if exists {name} on {table}"
    yield f"create policy {name} on {table} {rest}"


def _walled(table: str, wall: Wall) -> Iterator[str]:
    yield f"alter table {table} enable row level security"
    yield f"alter table {table} force row level security"
    yield from _replaced(table, "read", f"for select using ({wall.read})")
    allowed = ["select"]
    if wall.insert is not None:
        yield from _replaced(table, "adding", f"for insert with check ({wall.insert})")
        allowed.append("insert")
    if wall.change is not None:
        yield from _replaced(
            table, "changing", f"for update using ({wall.change}) with check ({wall.change})"
        )
        allowed.append(f"update ({', '.join(wall.columns)})" if wall.columns else "update")
        if not wall.is_kept:
            yield from _replaced(table, "removing", f"for delete using ({wall.change})")
            allowed.append("delete")
    if table in GUARD_READS:
        yield from _replaced(table, "guard", "for select to entente_guard using (true)")
    yield f"grant {', '.join(allowed)} on {table} to entente_staff, entente_worker"
    if wall.public:
        yield f"grant {wall.public} on {table} to entente_public"
    yield f"drop trigger if exists refuse_update on {table}"
    if wall.never:
        yield (
            f"create trigger refuse_update before update on {table} for each row"
            f" when (session_user in ({NEVERS}) and ({wall.never}))"
            " execute function authz.refuse_update()"
        )
    yield f"drop trigger if exists require_event on {table}"
    if wall.logged:
        yield (
            f"create constraint trigger require_event after insert or update or delete on {table}"
            " deferrable initially deferred for each row execute function authz.require_event()"
        )
    yield f"drop trigger if exists require_told on {table}"
    if wall.told_as:
        yield (
            f"create constraint trigger require_told after insert on {table}"
            f" deferrable initially deferred for each row when ({wall.told_when})"
            f" execute function authz.require_told('{wall.told_as}')"
        )


def _unwalled(table: str, wall: Unwalled) -> Iterator[str]:
    if not wall.is_crash_safe:
        yield f"alter table {table} set unlogged"
    yield f"grant select, insert, update, delete on {table} to entente_staff, entente_worker"
    if wall.public:
        yield f"grant {wall.public} on {table} to entente_public"
