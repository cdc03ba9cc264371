-- Who is asking is decided inside PostgreSQL, once per transaction, from a credential.
-- Idempotent; applied by the owner after migrations. Core functions only, PostgreSQL 15 and newer.
create schema if not exists authz authorization entente_guard;
grant usage on schema authz to entente_owner, entente_staff, entente_public, entente_worker, entente_auditor;

set role entente_guard;

-- HMAC-SHA256 from the core sha256: the two padded keys are kept, so that a seal costs two hashes.
create table if not exists authz.secret (inner_key bytea not null, outer_key bytea not null);

create or replace function authz.padded(key bytea, pad int) returns bytea language plpgsql immutable strict as $$
declare k bytea := case when length(key) > 64 then sha256(key) else key end; i int; begin
  k := k || decode(repeat('00', 64 - length(k)), 'hex');
  for i in 0..63 loop k := set_byte(k, i, get_byte(k, i) # pad); end loop;
  return k;
end $$;

create or replace function authz.seal(fields text) returns text language sql stable security definer
  set search_path = authz, pg_temp as $$
  select encode(sha256(outer_key || sha256(inner_key || convert_to(
           fields || '|' || pg_backend_pid() || '|' || transaction_timestamp()::text, 'UTF8'))), 'hex')
    from authz.secret $$;
revoke all on function authz.seal(text) from public;

-- The only way in. It derives everything itself; the caller proves, it does not claim.
create or replace function authz.begin(kind text, secret text) returns void language plpgsql security definer
  set search_path = public, authz, pg_temp as $$
declare fields text; found_row record; begin
  if kind is null then
    fields := 'visitor||';
  elsif kind = 'session' then
    select m.id, m.organisation_id into found_row
      from people_session s join people_account a on a.id = s.account_id and a.is_active
      join people_membership m on m.person_id = a.person_id and m.id = coalesce(s.membership_id, m.id)
     where s.key_hash = encode(sha256(convert_to(secret, 'UTF8')), 'hex') and s.is_strong
       and s.expires_at > authz.at() and m.since <= authz.at() and (m.ended_at is null or m.ended_at > authz.at())
     order by m.since, m.id limit 1;
    if not found then raise exception 'no such session' using errcode = '28000'; end if;
    fields := 'member|' || found_row.id || '|' || found_row.organisation_id;
  elsif kind = 'participant' then
    select p.id, p.dialogue_id into found_row from dialogue_participant p
     where p.token_hash = encode(sha256(convert_to(secret, 'UTF8')), 'hex');
    if not found then raise exception 'no such participant' using errcode = '28000'; end if;
    fields := 'participant|' || found_row.id || '|' || found_row.dialogue_id;
  elsif kind = 'invite' then
    select c.id, c.dialogue_id into found_row from dialogue_invitecode c
     where c.code_hash = encode(sha256(convert_to(secret, 'UTF8')), 'hex');
    if not found then raise exception 'no such code' using errcode = '28000'; end if;
    fields := 'invite|' || found_row.id || '|' || found_row.dialogue_id;
  elsif kind = 'job' and session_user = 'entente_worker' then
    perform from procrastinate_jobs j where j.id = secret::bigint and j.status = 'doing';
    if not found then raise exception 'no such job' using errcode = '28000'; end if;
    fields := 'job||';
  elsif kind = 'job' and session_user = 'entente_owner' then
    fields := 'job||';
  elsif kind = 'member' and session_user = 'entente_owner' then
    -- The owner's command line and the building of the demo; the owner could change the policies anyway.
    select m.id, m.organisation_id into found_row from people_membership m where m.id = secret::uuid;
    if not found then raise exception 'no such member' using errcode = '28000'; end if;
    fields := 'member|' || found_row.id || '|' || found_row.organisation_id;
  else
    raise exception 'unknown credential' using errcode = '28000';
  end if;
  perform set_config('entente.context', fields, true), set_config('entente.seal', authz.seal(fields), true);
end $$;
revoke all on function authz.begin(text, text) from public;
grant execute on function authz.begin(text, text) to entente_owner, entente_staff, entente_public, entente_worker;

-- Policies call these inside a scalar sub-select, so that each is checked once per statement.
create or replace function authz.context() returns text[] language plpgsql stable security definer
  set search_path = authz, pg_temp as $$
declare fields text := nullif(current_setting('entente.context', true), ''); begin
  if fields is null or current_setting('entente.seal', true) is distinct from authz.seal(fields) then
    return null;
  end if;
  return string_to_array(fields, '|');
end $$;

create or replace function authz.at() returns timestamptz language sql stable as $$ select clock_timestamp() $$;
create or replace function authz.kind() returns text language sql stable as $$ select (authz.context())[1] $$;
create or replace function authz.member() returns uuid language sql stable as $$
  select case when c[1] = 'member' then c[2]::uuid end from authz.context() c $$;
create or replace function authz.organisation() returns uuid language sql stable as $$
  select case when c[1] = 'member' then c[3]::uuid end from authz.context() c $$;
create or replace function authz.participant() returns uuid language sql stable as $$
  select case when c[1] = 'participant' then c[2]::uuid end from authz.context() c $$;
create or replace function authz.invite() returns uuid language sql stable as $$
  select case when c[1] = 'invite' then c[2]::uuid end from authz.context() c $$;
create or replace function authz.dialogue() returns uuid language sql stable as $$
  select case when c[1] in ('participant', 'invite') then c[3]::uuid end from authz.context() c $$;

-- A guarded table can't be changed in a transaction that adds no audit event.
create or replace function authz.note_event() returns trigger language plpgsql as $$ begin
  perform set_config('entente.logged', pg_current_xact_id()::text, true);
  return null;
end $$;
create or replace function authz.require_event() returns trigger language plpgsql as $$ begin
  if current_setting('entente.logged', true) is distinct from pg_current_xact_id()::text then
    raise exception 'a change of % was not logged', tg_table_name using errcode = '28000';
  end if;
  return null;
end $$;

reset role;
