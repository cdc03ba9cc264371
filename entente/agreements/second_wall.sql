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

-- Only the tests' role, which no installation has, may say what time it is.
create or replace function authz.at() returns timestamptz language sql stable as $$
  select case when session_user = 'entente_test'
              then coalesce(nullif(current_setting('entente.at', true), '')::timestamptz, clock_timestamp())
              else clock_timestamp() end $$;

-- Who a member is: themselves, their organisation, their role, the task forces they sit in now.
create or replace function authz.fields_of(member uuid, organisation uuid, role text) returns text language sql stable
  security definer set search_path = public, authz, pg_temp as $$
  select concat_ws('|', 'member', member, organisation, role, coalesce(
    (select string_agg(s.task_force_id::text, ',') from people_seat s join people_taskforce t on t.id = s.task_force_id
      where s.membership_id = member and s.since <= authz.at() and (s.until is null or s.until > authz.at())
        and (t.ended_at is null or t.ended_at > authz.at())), '')) $$;
revoke all on function authz.fields_of(uuid, uuid, text) from public;

-- The only way in. It derives everything itself; the caller proves, it does not claim.
create or replace function authz.begin(kind text, secret text) returns void language plpgsql security definer
  set search_path = public, authz, pg_temp as $$
declare fields text; found_row record; is_owner boolean := session_user in ('entente_owner', 'entente_test'); begin
  if kind is null then
    fields := 'visitor||';
  elsif kind = 'session' and session_user <> 'entente_public' then
    select m.id, m.organisation_id, m.role into found_row
      from people_session s join people_account a on a.id = s.account_id and a.is_active
      join people_membership m on m.person_id = a.person_id and m.id = coalesce(s.membership_id, m.id)
     where s.key_hash = encode(sha256(convert_to(secret, 'UTF8')), 'hex') and s.is_strong
       and s.expires_at > authz.at() and m.since <= authz.at() and (m.ended_at is null or m.ended_at > authz.at())
     order by m.since, m.id limit 1;
    if not found then raise exception 'no such session' using errcode = '28000'; end if;
    fields := authz.fields_of(found_row.id, found_row.organisation_id, found_row.role);
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
  elsif kind = 'receipt' then
    select c.id, c.record_id into found_row from records_receipt c
     where c.code_hash = encode(sha256(convert_to(secret, 'UTF8')), 'hex') and c.until > authz.at();
    if not found then raise exception 'no such receipt' using errcode = '28000'; end if;
    fields := 'receipt|' || found_row.id || '|' || found_row.record_id;
  elsif kind = 'confirmation' then
    select c.id, c.entry_id into found_row from people_confirmation c
     where c.token_hash = encode(sha256(convert_to(secret, 'UTF8')), 'hex')
       and c.answered_at is null and c.until > authz.at();
    if not found then raise exception 'no such confirmation' using errcode = '28000'; end if;
    fields := 'confirmation|' || found_row.id || '|' || found_row.entry_id;
  elsif kind = 'calendar' and session_user <> 'entente_public' then
    -- Somebody's calendar reads as they do in their seats, and holds none of their roles.
    select m.id, m.organisation_id into found_row
      from partnership_calendarkey k join people_membership m on m.id = k.membership_id
      join people_account a on a.person_id = m.person_id and a.is_active
     where k.token_hash = encode(sha256(convert_to(secret, 'UTF8')), 'hex') and k.revoked_at is null
       and m.since <= authz.at() and (m.ended_at is null or m.ended_at > authz.at());
    if not found then raise exception 'no such calendar' using errcode = '28000'; end if;
    fields := authz.fields_of(found_row.id, found_row.organisation_id, 'calendar');
  elsif kind = 'complaint' then
    select c.id into found_row from rights_complaint c
     where c.code_hash = encode(sha256(convert_to(secret, 'UTF8')), 'hex');
    if not found then raise exception 'no such complaint' using errcode = '28000'; end if;
    fields := 'complaint|' || found_row.id || '|';
  elsif kind = 'job' and is_owner then
    fields := 'job||';
  elsif kind = 'member' and is_owner then
    -- The owner's command line, the building of the demo and the tests; the owner could change the policies anyway.
    select m.id, m.organisation_id, m.role into found_row from people_membership m
     where m.id = secret::uuid and m.since <= authz.at() and (m.ended_at is null or m.ended_at > authz.at());
    if not found then raise exception 'no such member' using errcode = '28000'; end if;
    fields := authz.fields_of(found_row.id, found_row.organisation_id, found_row.role);
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

create or replace function authz.kind() returns text language sql stable as $$ select (authz.context())[1] $$;
create or replace function authz.member() returns uuid language sql stable as $$
  select case when c[1] = 'member' then c[2]::uuid end from authz.context() c $$;
create or replace function authz.organisation() returns uuid language sql stable as $$
  select case when c[1] = 'member' then c[3]::uuid end from authz.context() c $$;
create or replace function authz.role() returns text language sql stable as $$
  select case when c[1] = 'member' then c[4] end from authz.context() c $$;
create or replace function authz.readers() returns uuid[] language sql stable as $$
  select case when c[1] = 'member' then array[c[2]::uuid, c[3]::uuid] || string_to_array(nullif(c[5], ''), ',')::uuid[] end
    from authz.context() c $$;
create or replace function authz.receipt_record() returns uuid language sql stable as $$
  select case when c[1] = 'receipt' then c[3]::uuid end from authz.context() c $$;
create or replace function authz.confirmation() returns uuid language sql stable as $$
  select case when c[1] = 'confirmation' then c[2]::uuid end from authz.context() c $$;
create or replace function authz.confirmed_entry() returns uuid language sql stable as $$
  select case when c[1] = 'confirmation' then c[3]::uuid end from authz.context() c $$;
create or replace function authz.complaint() returns uuid language sql stable as $$
  select case when c[1] = 'complaint' then c[2]::uuid end from authz.context() c $$;
create or replace function authz.participant() returns uuid language sql stable as $$
  select case when c[1] = 'participant' then c[2]::uuid end from authz.context() c $$;
create or replace function authz.invite() returns uuid language sql stable as $$
  select case when c[1] = 'invite' then c[2]::uuid end from authz.context() c $$;
create or replace function authz.dialogue() returns uuid language sql stable as $$
  select case when c[1] in ('participant', 'invite') then c[3]::uuid end from authz.context() c $$;

-- Organisations that signed an agreement which lives and which a member's joined: whoever signs shows its people.
create or replace function authz.partners() returns uuid[] language sql stable security definer
  set search_path = public, authz, pg_temp as $$
  select coalesce(array_agg(distinct other.organisation_id), '{}')
    from agreements_party mine join agreements_agreement a on a.id = mine.agreement_id
    join agreements_party other on other.agreement_id = a.id
   where mine.organisation_id = authz.organisation() and a.state in ('interim', 'in_force')
     and a.starts_at <= authz.at() and (a.ends_at is null or a.ends_at > authz.at())
     and mine.joined_at <= authz.at() and (mine.left_at is null or mine.left_at > authz.at())
     and other.signed_at <= authz.at() and (other.left_at is null or other.left_at > authz.at()) $$;

-- The owner of a record behind the glass, for members of a party to an agreement in force with that owner.
-- For everybody else, and for every other record, there is nothing: not even the answer that it exists.
create or replace function authz.behind_glass(record uuid) returns uuid language sql stable security definer
  set search_path = public, authz, pg_temp as $$
  select r.owner_id from records_record r
   where r.id = record and not r.is_secret and authz.kind() = 'member'
     and (r.owner_id = authz.organisation() or exists (
       select from agreements_agreement a
         join agreements_party g on g.agreement_id = a.id and g.organisation_id = r.owner_id
         join agreements_party v on v.agreement_id = a.id and v.organisation_id = authz.organisation()
        where a.state = 'in_force' and a.starts_at <= authz.at() and (a.ends_at is null or a.ends_at > authz.at())
          and g.signed_at <= authz.at() and (g.left_at is null or g.left_at > authz.at())
          and v.signed_at <= authz.at() and (v.left_at is null or v.left_at > authz.at()))) $$;
drop function if exists authz.behind_glass_by_reference(text);
create function authz.behind_glass_by_reference(wanted text)
  returns table (record uuid, owner uuid, opened_at timestamptz)
  language sql stable security definer set search_path = public, authz, pg_temp as $$
  select r.id, authz.behind_glass(r.id), r.opened_at from records_record r
   where r.reference = wanted and authz.behind_glass(r.id) is not null $$;

-- Two in a day for each member, one after the other: who breaks the glass waits for their own other request.
create or replace function authz.has_glass_left() returns boolean language plpgsql volatile security definer
  set search_path = public, authz, pg_temp as $$ begin
  perform pg_advisory_xact_lock(hashtextextended('glass ' || authz.member(), 0));
  return (select count(*) < 2 from records_participation p
           where p.to_id = authz.member() and p.is_emergency and p.since > authz.at() - interval '24 hours');
end $$;

-- A record nobody was let in to yet, on its way into the books of the member's organisation.
create or replace function authz.is_unclaimed(record uuid) returns boolean language sql stable security definer
  set search_path = public, authz, pg_temp as $$
  select exists (select from records_record r where r.id = record and r.owner_id = authz.organisation())
     and not exists (select from records_participation p where p.record_id = record) $$;

-- A guarded table can't be changed in a transaction that adds no audit event. Which event, is sealed: a process
-- can make the setting, but not the seal; and an event that was taken back with a savepoint is not there.
create or replace function authz.note_event() returns trigger language plpgsql security definer
  set search_path = public, authz, pg_temp as $$
declare noted uuid := (select id from added limit 1); begin
  if noted is not null then
    perform set_config('entente.logged', noted || '|' || authz.seal('logged ' || noted), true);
  end if;
  return null;
end $$;
create or replace function authz.require_event() returns trigger language plpgsql security definer
  set search_path = public, authz, pg_temp as $$
declare noted text[] := string_to_array(current_setting('entente.logged', true), '|'); begin
  if noted[2] = authz.seal('logged ' || noted[1]) then
    perform from audit_event e where e.id = noted[1]::uuid;
    if found then return null; end if;
  end if;
  raise exception 'a change of % was not logged', tg_table_name using errcode = '28000';
end $$;

-- Letting oneself in is told by an event of its own: no other will do. Who broke the glass told all of it with that.
create or replace function authz.require_told() returns trigger language plpgsql security definer
  set search_path = public, authz, pg_temp as $$ begin
  if not exists (select from audit_event e where e.record_id = new.record_id and e.about_id = new.id
                    and e.name = tg_argv[0] and e.allowed and e.actor_id = new.membership_id)
     and not (tg_table_name = 'records_opening' and exists (select from records_participation p
       where p.record_id = new.record_id and p.to_id = new.membership_id and p.is_emergency
         and p.since <= (to_jsonb(new) ->> 'at')::timestamptz and p.until >= new.until)) then
    raise exception 'a row of % was not told', tg_table_name using errcode = '28000';
  end if;
  return null;
end $$;

-- Whether a member sits in a task force, or ever sat there.
create or replace function authz.has_sat(member uuid, force uuid) returns boolean language sql stable security definer
  set search_path = public, authz, pg_temp as $$
  select authz.kind() in ('member', 'job') and exists (select from people_seat s
    where s.membership_id = has_sat.member and s.task_force_id = has_sat.force) $$;

-- Nobody is called otherwise in the log than in the books.
create or replace function authz.goes_by(name text) returns boolean language sql stable security definer
  set search_path = public, authz, pg_temp as $$
  select exists (select from people_membership m join people_person p on p.id = m.person_id
    where m.id = authz.member() and p.name = goes_by.name) $$;

-- The member's organisation keeps an agreement whose terms may still be set. Policies of parties and clauses
-- ask here: asking the agreements' own policy, which asks for parties, would never end.
create or replace function authz.keeps(agreement uuid) returns boolean language sql stable security definer
  set search_path = public, authz, pg_temp as $$
  select exists (select from agreements_agreement a where a.id = agreement
    and a.keeper_id = authz.organisation() and a.state in ('draft', 'interim')) $$;
create or replace function authz.nobody_signed(agreement uuid) returns boolean language sql stable security definer
  set search_path = public, authz, pg_temp as $$
  select not exists (select from agreements_party y where y.agreement_id = agreement and y.signed_at is not null) $$;

-- Whether the member may sign an agreement for their organisation: by a mandate that lasts or, where the organisation
-- recorded none, as its coordinator; and never while its dossier is not open for signature.
create or replace function authz.may_sign(agreement uuid) returns boolean language sql stable security definer
  set search_path = public, authz, pg_temp as $$
  select authz.kind() = 'member'
     and not exists (select from partnership_dossier d where d.agreement_id = agreement and d.opened_at is null)
     and case when exists (select from agreements_mandate m where m.organisation_id = authz.organisation())
         then exists (select from agreements_mandate m join agreements_agreement a on a.id = agreement
           where m.organisation_id = authz.organisation() and m.membership_id = authz.member()
             and m.since <= authz.at() and (m.until is null or m.until > authz.at())
             and (m.kinds = '[]'::jsonb or m.kinds ? a.kind))
         else authz.role() = 'coordinator' end $$;

-- Groups to which the organisation that a member speaks for is invited, or belongs.
create or replace function authz.own_groups(is_member boolean) returns uuid[] language sql stable security definer
  set search_path = public, authz, pg_temp as $$
  select coalesce(array_agg(p.group_id), '{}') from partnership_place p
   where authz.kind() = 'member' and authz.role() in ('coordinator', 'overseer')
     and p.organisation_id = authz.organisation()
     and (p.state = 'accepted' or p.state = 'invited' and not is_member) $$;

-- Whoever sits, or sat, where the member sits, and in the groups whose papers their organisation keeps.
create or replace function authz.fellows() returns uuid[] language sql stable security definer
  set search_path = public, authz, pg_temp as $$
  select coalesce(array_agg(distinct s.membership_id), '{}') from people_seat s
   where authz.kind() = 'member' and (s.task_force_id = any(authz.readers())
      or s.task_force_id = any(authz.own_groups(true))
      or authz.role() in ('coordinator', 'overseer') and exists (select from partnership_group g
        where g.task_force_id = s.task_force_id and g.keeper_id = authz.organisation())) $$;

-- Nobody makes themselves the keeper of a task force in which others sit already.
create or replace function authz.is_empty(task_force uuid) returns boolean language sql stable security definer
  set search_path = public, authz, pg_temp as $$
  select not exists (select from people_seat s where s.task_force_id = is_empty.task_force) $$;

-- A version of a charter that the member's organisation may sign, with the text they read.
create or replace function authz.is_signable(charter uuid, grouped uuid, hash text) returns boolean
  language sql stable security definer set search_path = public, authz, pg_temp as $$
  select exists (select from partnership_charter c join partnership_place p on p.group_id = c.group_id
    where c.id = charter and c.group_id = grouped and c.state in ('open', 'in_force') and c.text_hash = hash
      and p.organisation_id = authz.organisation() and p.state = 'accepted') $$;

-- Every organisation that belongs to the group has signed this version, and there is one.
create or replace function authz.all_signed(charter uuid) returns boolean language sql stable security definer
  set search_path = public, authz, pg_temp as $$
  select exists (select from partnership_signature s where s.charter_id = charter)
     and not exists (select from partnership_charter c join partnership_place p on p.group_id = c.group_id
      where c.id = charter and p.state = 'accepted' and not exists (select from partnership_signature s
        where s.charter_id = c.id and s.organisation_id = p.organisation_id)) $$;
create or replace function authz.is_followed(charter uuid) returns boolean language sql stable security definer
  set search_path = public, authz, pg_temp as $$
  select exists (select from partnership_charter c join partnership_charter n on n.group_id = c.group_id
    where c.id = charter and n.number > c.number and n.state = 'in_force') $$;

-- How the reading of a dialogue's statements goes, for everybody who may read the dialogue: counts, never words.
-- What waits is rounded down to tens, so that nobody sees one come in; the days are told from ten on.
create or replace function authz.moderation_figures(wanted uuid) returns jsonb language sql stable security definer
  set search_path = public, authz, pg_temp as $$
  select jsonb_build_object(
    'accepted', count(*) filter (where state = 'accepted'),
    'waiting', count(*) filter (where state = 'waiting') / 10 * 10,
    'rejected', (select jsonb_object_agg(reason, number) from (select reason, count(*) number
      from dialogue_statement where dialogue_id = wanted and origin <> 'city' and state = 'rejected'
      group by reason) r),
    'days', case when count(decided_on) filter (where origin = 'resident') >= 10 then
      percentile_cont(0.5) within group (order by decided_on - received_at::date)
        filter (where origin = 'resident' and decided_on is not null) end)
    from dialogue_statement
   where dialogue_id = wanted and origin <> 'city'
     and exists (select from records_record r where r.id = wanted and r.public_since <= authz.at()) $$;

-- The directory's entries that say every one of the words, in themselves or in a post the reader may ring. Row
-- security would switch the trigram indexes off: their operators may leak what they compare. Words are looked for
-- as they stand; where hardly any entry has one, names and posts that come close count too, and if there are none
-- either, those that come less close: a typing error is forgiven. Closeness is told of few only: it costs.
create or replace function authz.found_entries(wanted text[]) returns table (entry uuid, closeness real)
  language plpgsql security definer set search_path = public, authz, pg_temp as $$
declare own uuid := authz.organisation(); ringable uuid[] := authz.partners() || authz.organisation();
  keeps boolean := authz.role() = 'coordinator'; everything boolean := authz.kind() = 'job';
  word text; threshold text; now_found uuid[]; found_ids uuid[]; begin
  if not coalesce(authz.kind() in ('member', 'job'), false) then return; end if;
  foreach word in array wanted loop
    now_found := array(
      select e.id from people_entry e where e.words like '%' || word || '%'
      union
      select e.id from people_contact c join people_entry e on e.organisation_id = c.organisation_id
       where c.words like '%' || word || '%' and c.state <> 'left'
         and (everything or c.organisation_id = any(ringable) or keeps and e.keeper_id = own));
    foreach threshold in array case when length(word) < 5 then array['0.6'] else array['0.5', '0.4'] end loop
      exit when cardinality(now_found) >= case threshold when '0.4' then 1 else 5 end;
      perform set_config('pg_trgm.word_similarity_threshold', threshold, true);
      now_found := array(
        select unnest(now_found)
        union
        select e.id from people_entry e where e.called %> word
        union
        select e.id from people_contact c join people_entry e on e.organisation_id = c.organisation_id
         where c.words %> word and c.state <> 'left'
           and (everything or c.organisation_id = any(ringable) or keeps and e.keeper_id = own));
    end loop;
    found_ids := case when found_ids is null then now_found
      else array(select unnest(found_ids) intersect select unnest(now_found)) end;
    exit when cardinality(found_ids) = 0;
  end loop;
  if cardinality(found_ids) > 100 then return query select f, 0::real from unnest(found_ids) f; end if;
  return query select e.id, word_similarity(array_to_string(wanted, ' '), e.called)
    from people_entry e where e.id = any(found_ids) and cardinality(found_ids) <= 100;
end $$;

-- What people complained about and what came of it, for everybody: in tens, so that nobody finds one among them.
create or replace function authz.complaint_figures() returns jsonb language sql stable security definer
  set search_path = public, authz, pg_temp as $$
  select jsonb_build_object(
    'received', count(*) / 10 * 10,
    'answered', count(answered_at) / 10 * 10,
    'in_time', count(answered_at) filter (where answered_at < answer_by) / 10 * 10,
    'upheld', count(*) filter (where outcome = 'upheld') / 10 * 10,
    'partly', count(*) filter (where outcome = 'partly') / 10 * 10,
    'not_upheld', count(*) filter (where outcome = 'not_upheld') / 10 * 10,
    'not_ours', count(*) filter (where outcome = 'not_ours') / 10 * 10)
    from rights_complaint $$;

-- When something that partners lend is taken, for every member: not by whom, and not what for.
create or replace function authz.taken_times(wanted uuid, since timestamptz, until timestamptz) returns jsonb
  language sql stable security definer set search_path = public, authz, pg_temp as $$
  select coalesce(jsonb_agg(jsonb_build_array(b.id, b.starts_at, b.ends_at) order by b.starts_at), '[]')
    from partnership_booking b
   where b.resource_id = wanted and b.state in ('confirmed', 'returned') and b.starts_at < until
     and case b.state when 'returned' then least(b.ends_at, b.returned_at) else b.ends_at end > since
     and authz.kind() in ('member', 'job') $$;

-- The member's organisation keeps the books of a fund. The policy of who may read about it asks here: asking the
-- fund's own policy, which asks for its readers, would never end.
create or replace function authz.keeps_fund(fund uuid) returns boolean language sql stable security definer
  set search_path = public, authz, pg_temp as $$
  select exists (select from partnership_fund f where f.id = fund and f.keeper_id = authz.organisation()) $$;

-- Where published agreements stand at this second, and since when who is a party: for everybody, and nothing else
-- of them. A draft is never among them, nor what nobody described.
create or replace function authz.standing_of_published(wanted uuid[]) returns table (agreement uuid, state text,
    starts_at timestamptz, ends_at timestamptz, moved_at timestamptz, organisation uuid, slug text, name text,
    names jsonb, joined_at timestamptz, signed_at timestamptz, left_at timestamptz)
  language sql stable security definer set search_path = public, authz, pg_temp as $$
  select a.id, case when a.ends_at <= authz.at() then 'ended' else a.state end, a.starts_at, a.ends_at,
         (select max(e.at) from audit_event e where e.record_id = a.id and e.allowed
            -- Everybody may write into the log; only its parties, its keeper and the clock move an agreement.
            and (e.actor_kind = 'job' or e.actor_kind = 'member' and (e.actor_organisation_id = a.keeper_id
              or exists (select from agreements_party p where p.agreement_id = a.id
                and p.organisation_id = e.actor_organisation_id)))
            and e.name = any(array[
            'agreements.interim_begun', 'agreements.agreement_brought_into_force',
            'agreements.agreement_suspended', 'agreements.agreement_resumed'])),
         o.id, o.slug, o.name, o.names, y.joined_at, y.signed_at, y.left_at
    from agreements_agreement a
    left join agreements_party y on y.agreement_id = a.id and y.joined_at <= authz.at()
    left join people_organisation o on o.id = y.organisation_id
   where authz.kind() is not null and a.id = any(wanted) and a.state <> 'draft'
     and exists (select from partnership_publication p where p.agreement_id = a.id)
   order by a.id, y.joined_at, o.name $$;
-- A reference nobody published another agreement under.
create or replace function authz.is_own_reference(wanted text, agreement uuid) returns boolean language sql stable
  security definer set search_path = public, authz, pg_temp as $$
  select not exists (select from partnership_publication p
    where p.reference = wanted and p.agreement_id <> is_own_reference.agreement) $$;
-- How many agreements live that nobody has described to the public yet: a number, nothing else.
create or replace function authz.undescribed_agreements() returns bigint language sql stable security definer
  set search_path = public, authz, pg_temp as $$
  select count(*) from agreements_agreement a
   where authz.kind() is not null and a.state in ('interim', 'in_force', 'suspended')
     and (a.ends_at is null or a.ends_at > authz.at())
     and not exists (select from partnership_publication p where p.agreement_id = a.id) $$;

-- What a table says is never changed, whoever asks.
create or replace function authz.refuse_update() returns trigger language plpgsql as $$ begin
  raise exception 'this row of % stays as it is', tg_table_name using errcode = '42501';
end $$;

reset role;
