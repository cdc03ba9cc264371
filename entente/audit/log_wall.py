"""What the log's tables need of PostgreSQL: who may touch them, and the trigger nobody can forget to call."""

from collections.abc import Iterator

from entente.audit.entries import COLUMNS

SEQUENCER = "entente_sequencer"
GUARD = "entente_guard"
# The sequencer adds; it never changes what it added, but for the tiles at the right edge.
SEQUENCER_MAY = {
    "audit_event": f"select ({', '.join(COLUMNS)}, details)",
    "audit_pending": "select, delete",
    "audit_leaf": "select, insert",
    "audit_tile": "select, insert, update",
    "audit_checkpoint": "select, insert",
}
GUARD_MAY = {
    "audit_event": f"select ({', '.join(COLUMNS)}, details)",
    "audit_pending": "insert",
    "audit_leaf": "select",
    "audit_witness": "select",
}
AUDITOR_READS = ("audit_leaf", "audit_tile", "audit_checkpoint", "audit_witness", "audit_cosignature")


def statements() -> Iterator[str]:
    """Grants, policies, functions and the trigger, in order. Idempotent; run by the owner of the tables."""
    yield f"grant usage on schema public, authz to {SEQUENCER}"
    yield f"revoke all on all tables in schema public from {SEQUENCER}"
    for table, rights in SEQUENCER_MAY.items():
        yield from _let(table, SEQUENCER, rights)
    for table, rights in GUARD_MAY.items():
        yield from _let(table, GUARD, rights)
    for table in AUDITOR_READS:
        yield from _let(table, "entente_auditor", "select")
    yield f"set role {GUARD}"
    yield NOTE_PENDING
    yield LOG_ENTRIES
    yield LOG_REFERENCES
    yield "reset role"
    for function in ("log_entries(text, bigint, bigint)", "log_references(uuid[])"):
        yield f"revoke all on function authz.{function} from public"
        yield f"grant execute on function authz.{function} to entente_staff, entente_public"
    yield "drop trigger if exists note_pending on audit_event"
    yield (
        "create trigger note_pending after insert on audit_event referencing new table as added"
        " for each statement execute function authz.note_pending()"
    )
    # A table that fills and empties all day: look after it before it grows.
    yield (
        "alter table audit_pending set"
        " (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)"
    )


def _let(table: str, role: str, rights: str) -> Iterator[str]:
    """Grant rights on a table, and a policy that lets the role see every row."""
    name = f"log_{role.removeprefix('entente_')}"
    yield f"grant {rights} on {table} to {role}"
    yield f"drop policy if exists {name} on {table}"
    yield f"create policy {name} on {table} to {role} using (true) with check (true)"


NOTE_PENDING = """
create or replace function authz.note_pending() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$ begin
  insert into audit_pending (event_id) select id from added;
  return null;
end $$"""

_EVENT = ", ".join(f"e.{column}" for column in COLUMNS)
# Erased details are empty, and their hash is the one that was kept; details that were changed have another.
LOG_ENTRIES = f"""
create or replace function authz.log_entries(secret text, first bigint, until bigint)
  returns table (place bigint, sealed_hash bytea, id uuid, at timestamptz, name varchar, actor_kind varchar,
    actor_id uuid, actor_organisation_id uuid, about_kind varchar, about_id uuid, record_id uuid,
    allowed boolean, reason text, reason_values jsonb)
  language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
  perform from audit_witness w where w.withdrawn_at is null
    and w.entries_key_hash = encode(sha256(convert_to(secret, 'UTF8')), 'hex');
  if not found then raise exception 'no such key' using errcode = '28000'; end if;
  return query select l.index, case e.details when '' then l.details_hash else sha256(e.details) end, {_EVENT}
    from audit_leaf l left join audit_event e on e.id = l.event_id
   where l.index >= first and l.index < until order by l.index;
end $$"""

# The overseer sees no record, and yet reads which one an event is about.
LOG_REFERENCES = """
create or replace function authz.log_references(ids uuid[]) returns table (id uuid, reference varchar)
  language plpgsql stable security definer set search_path = public, authz, pg_temp as $$
#variable_conflict use_column
begin
  if authz.role() is distinct from 'overseer' then
    raise exception 'not an overseer' using errcode = '28000';
  end if;
  return query select r.id, r.reference from records_record r where r.id = any(ids);
end $$"""
