-- Who is asking, what he sees, and what is noted when a row changes: what every other area builds on.

-- Who is asking and what he may see. Keyed on session_user, which no client can change; never on a setting, which any
-- client can. Policies call these inside a scalar sub-select, so that they run once a statement and not once a row.
-- plpgsql and not sql, because only plpgsql keeps its plan: 0.01 ms a call instead of 0.1 to 0.2.

-- Whoever maintains the installation: a superuser or a member of the owner. He is user 0 and sees everything.
create function erp.is_owner() returns boolean
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    return (select pg_has_role(session_user, i.prefix || '_schema_owner', 'member') from installation i);
end
$$;

-- Why an account is nobody today; null when it is somebody. The day is the company's own: a session may set its time zone
-- as it likes, and would live in yesterday.
create function erp.account_block(person erp.app_user, today date) returns text
language plpgsql stable
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    return case
        when not person.active then 'disabled'
        when today > person.valid_to then 'expired'
        when today < person.valid_from then 'not_yet'
        when person.locked_until > statement_timestamp() then 'locked'
        when person.awaiting_release then 'reset'
        when person.must_change then 'must_change'
        when exists (select from setting s
                     where s.key = 'identity.password_days' and s.org_unit_id is null and s.value > '0'
                       and person.password_changed_at < statement_timestamp() - (s.value #>> '{}')::integer * interval '1 day')
            then 'must_change'
    end;
end
$$;

-- Today, where the company is. Of the statement, so that nobody stays in yesterday by keeping a transaction open.
create function erp.company_day(company integer) returns date
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    return (select (statement_timestamp() at time zone c.time_zone)::date from company c where c.id = company_day.company);
end
$$;

-- The caller and his company's day. Nobody (null) while his account is blocked or the log-in is not ours; the owner is 0.
-- The conditions of account_block once more, in one query: this runs in every statement of everybody.
create function erp.my_account(out user_id integer, out today date)
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    select u.id, c.today into user_id, today
    from app_user u
    cross join lateral (select (statement_timestamp() at time zone c.time_zone)::date as today from company c
                        where c.id = u.company_id offset 0) c
    where u.login = session_user and u.active and not u.must_change and not u.awaiting_release
      and (u.locked_until is null or u.locked_until <= statement_timestamp())
      and c.today >= u.valid_from and (u.valid_to is null or c.today <= u.valid_to)
      and not exists (select from setting s
                      where s.key = 'identity.password_days' and s.org_unit_id is null and s.value > '0'
                        and u.password_changed_at < statement_timestamp() - (s.value #>> '{}')::integer * interval '1 day');
    if user_id is null and is_owner() then
        user_id := 0;
    end if;
end
$$;

create function erp.my_user_id() returns integer
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    return (my_account()).user_id;
end
$$;

-- The jobs that a person has on a day, each with where it comes from: given to him, part of a custom role of his, or of a
-- colleague for whom he stands in. What a colleague has as somebody's stand-in is not passed on.
create function erp.jobs_of(person integer, today date)
returns table (role_key text, custom_role_id integer, delegation_id bigint)
language plpgsql stable security definer rows 4
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    return query
    with holder as (
        select person as user_id, null::bigint as delegation_id
        union all
        select d.from_user_id, d.id
        from delegation d
        join app_user f on f.id = d.from_user_id and f.active and jobs_of.today between f.valid_from and coalesce(f.valid_to, 'infinity')
        where d.to_user_id = person and d.ended_at is null and jobs_of.today between d.valid_from and d.valid_to
    )
    select r.role_key, null::integer, h.delegation_id
    from holder h
    join user_role r on r.user_id = h.user_id
    union all
    select p.role_key, c.id, h.delegation_id
    from holder h
    join user_custom_role u on u.user_id = h.user_id
    join custom_role c on c.id = u.custom_role_id and c.active
    join custom_role_part p on p.custom_role_id = c.id;
end
$$;

create function erp.my_roles() returns text[]
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    me record;
begin
    me := my_account();
    if me.user_id = 0 then
        return array(select r.key from role r);
    end if;
    return array(select distinct j.role_key from jobs_of(me.user_id, me.today) j order by 1);
end
$$;

-- The units that were granted to a person by name, without those below, and whence: his own grants of the day, and those
-- of a colleague for whom he stands in.
create function erp.units_of(person integer, today date)
returns table (org_unit_id integer, may_write boolean, valid_to date, delegation_id bigint)
language plpgsql stable security definer rows 4
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    return query
    select g.org_unit_id, g.may_write, g.valid_to, null::bigint
    from user_unit g
    where g.user_id = person and units_of.today between g.valid_from and coalesce(g.valid_to, 'infinity')
    union all
    select g.org_unit_id, g.may_write, least(g.valid_to, d.valid_to), d.id
    from delegation d
    join app_user f on f.id = d.from_user_id and f.active and units_of.today between f.valid_from and coalesce(f.valid_to, 'infinity')
    join user_unit g on g.user_id = d.from_user_id and units_of.today between g.valid_from and coalesce(g.valid_to, 'infinity')
    where d.to_user_id = person and d.ended_at is null and units_of.today between d.valid_from and d.valid_to;
end
$$;

-- The units that I was granted by name, to read or to write, my own and those of a colleague for whom I stand in (units_of,
-- written out for speed: small queries cost less than one that knows everything, and few people stand in for anybody).
-- The owner has them all.
create function erp.my_grants(writing boolean) returns integer[]
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    me    record;
    units integer[];
begin
    me := my_account();
    if me.user_id = 0 then
        return array(select u.id from org_unit u);
    end if;
    units := array(select g.org_unit_id from user_unit g
                   where g.user_id = me.user_id and (g.may_write or not writing)
                     and me.today >= g.valid_from and (g.valid_to is null or me.today <= g.valid_to));
    if exists (select from delegation d
               where d.to_user_id = me.user_id and d.ended_at is null and me.today between d.valid_from and d.valid_to) then
        units := units || array(
            select g.org_unit_id
            from delegation d
            join app_user f on f.id = d.from_user_id and f.active and me.today between f.valid_from and coalesce(f.valid_to, 'infinity')
            join user_unit g on g.user_id = d.from_user_id and me.today between g.valid_from and coalesce(g.valid_to, 'infinity')
            where d.to_user_id = me.user_id and d.ended_at is null and me.today between d.valid_from and d.valid_to
              and (g.may_write or not writing));
    end if;
    return units;
end
$$;

-- Units that I may read: those granted to me today, or to whom I stand in for, and all below them.
create function erp.my_units() returns integer[]
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    granted integer[] := my_grants(false);
begin
    return array(select distinct c.descendant_id from org_unit_closure c where c.ancestor_id = any (granted));
end
$$;

create function erp.my_write_units() returns integer[]
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    granted integer[] := my_grants(true);
begin
    return array(select distinct c.descendant_id from org_unit_closure c where c.ancestor_id = any (granted));
end
$$;

-- My units and all above them: where rows that are shared downwards become readable to me. Above my units is what is
-- above those granted to me.
create function erp.my_units_up() returns integer[]
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    granted integer[] := my_grants(false);
begin
    return array(select c.descendant_id from org_unit_closure c where c.ancestor_id = any (granted)
                 union
                 select c.ancestor_id from org_unit_closure c where c.descendant_id = any (granted));
end
$$;

-- The units that were granted to me by name, without those below, my own before a colleague's, a branch before the whole
-- company: where a new record of mine belongs unless I say else.
create function erp.my_home_units() returns integer[]
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    me record;
begin
    me := my_account();
    if me.user_id = 0 then
        return array(select u.id from org_unit u where u.parent_id is null order by u.id);
    end if;
    return array(
        select g.org_unit_id
        from units_of(me.user_id, me.today) g
        where g.may_write
        group by g.org_unit_id
        order by min(coalesce(g.delegation_id, 0)),
                 (select max(c.depth) from org_unit_closure c where c.descendant_id = g.org_unit_id) desc, g.org_unit_id);
end
$$;

-- The engineer that I am, if I am one.
create function erp.my_engineer_id() returns bigint
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    return (select e.id from engineer e where e.user_id = my_user_id());
end
$$;

-- Every pair of a unit and one at or above it, rebuilt for the subtree that moved; a circle is refused.
create function erp.org_unit_place() returns trigger
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    gaining integer[];
begin
    if tg_op = 'UPDATE' and new.parent_id is not distinct from old.parent_id then
        return null;
    end if;
    -- One move at a time: two moves that each look harmless could close a circle together.
    perform pg_advisory_xact_lock(hashtext('erp.org_unit_closure'));
    if exists (select 1 from org_unit p where p.id = new.parent_id and p.company_id <> new.company_id) then
        -- Whoever has a grant above would see another company.
        perform refuse('ER012', 'org_unit_same_company', jsonb_build_object('code', new.code));
    end if;
    if exists (select 1 from org_unit_closure c where c.ancestor_id = new.id and c.descendant_id = new.parent_id) then
        perform refuse('ER012', 'org_unit_no_circle', jsonb_build_object('code', new.code));
    end if;
    if tg_op = 'UPDATE' and not is_owner() and not my_roles() && '{security}' then
        gaining := array(
            select distinct g.user_id
            from user_unit g
            join org_unit_closure c on c.ancestor_id = g.org_unit_id and c.descendant_id = new.parent_id
            where coalesce(g.valid_to, 'infinity') >= current_date
              and not exists (
                select from user_unit h
                join org_unit_closure d on d.ancestor_id = h.org_unit_id and d.descendant_id = new.id
                where h.user_id = g.user_id and (h.may_write or not g.may_write)
                  and h.valid_from <= g.valid_from and coalesce(h.valid_to, 'infinity') >= coalesce(g.valid_to, 'infinity')));
        if cardinality(gaining) > 0 then
            -- A grant is the security officer's to widen, also by moving what lies below it.
            perform refuse('ER001', 'org_unit_move_widens', jsonb_build_object('code', new.code, 'people', cardinality(gaining)));
        end if;
    end if;
    delete from org_unit_closure c
    using org_unit_closure below
    where below.ancestor_id = new.id
      and c.descendant_id = below.descendant_id
      and c.ancestor_id not in (select x.descendant_id from org_unit_closure x where x.ancestor_id = new.id);
    insert into org_unit_closure (ancestor_id, descendant_id, depth)
    values (new.id, new.id, 0)
    on conflict do nothing;
    insert into org_unit_closure (ancestor_id, descendant_id, depth)
    select above.ancestor_id, below.descendant_id, above.depth + below.depth + 1
    from org_unit_closure above
    cross join org_unit_closure below
    where above.descendant_id = new.parent_id and below.ancestor_id = new.id
    on conflict do nothing;
    return null;
end
$$;
create trigger org_unit_place after insert or update of parent_id on erp.org_unit
    for each row execute function erp.org_unit_place();

-- Whether the caller sees a row, by the very condition of its policies and by his grants on its table.
create function erp.may_see(of_table text, row_id bigint) returns boolean
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    rule     text := (select p.seen from protection p where p.table_name = of_table);
    found_it boolean;
begin
    if rule is null or not has_any_column_privilege(session_user, format('erp.%I', of_table), 'select') then
        return false;
    end if;
    if is_owner() then
        rule := 'true';
    end if;
    execute format('select exists (select 1 from %I x where x.id = $1 and (%s))', of_table, replace(rule, '{row}', 'x'))
        into found_it using row_id;
    return found_it;
end
$$;

-- Whether the caller may add a file to a row: he sees it, and its unit is his to write. Rows with two ends have no such
-- unit; whoever sees one may add to it.
create function erp.may_attach(of_table text, row_id bigint) returns boolean
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    rule  protection;
    is_so boolean;
begin
    select * into rule from protection p where p.table_name = of_table;
    if rule.scope in ('internal', 'attached', 'reference', 'own') or not may_see(of_table, row_id) then
        return false;
    elsif is_owner() or rule.scope = 'two_ended' then
        return true;
    end if;
    execute format('select exists (select 1 from %I x where x.id = $1 and (%s))', of_table, replace(rule.mine, '{row}', 'x'))
        into is_so using row_id;
    return is_so;
end
$$;

-- The fields that the company added are checked here, for every client.
create function erp.check_custom(of_table text, given jsonb) returns void
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    f     custom_field;
    value jsonb;
    facts jsonb;
    wrong text;
begin
    if jsonb_typeof(given) <> 'object' then
        perform refuse('ER012', 'custom_is_object');
    end if;
    select k into wrong from jsonb_object_keys(given) k
    where not exists (select 1 from custom_field c where c.table_name = of_table and c.key = k) limit 1;
    if wrong is not null then
        perform refuse('ER012', 'custom_known', jsonb_build_object('field', wrong));
    end if;
    for f in select * from custom_field c where c.table_name = of_table and c.active order by c.position, c.id loop
        value := nullif(given -> f.key, 'null');
        facts := jsonb_build_object('field', f.label, 'field_zh', f.label_zh, 'value', value #>> '{}', 'column', 'custom.' || f.key,
                                    'choices', array_to_string(f.choices, ', '));
        if value is null then
            if f.required then
                perform refuse('ER011', 'custom_required', facts);
            end if;
        elsif not custom_fits(f.kind, f.choices, value) then
            perform refuse('ER012', 'custom_' || f.kind, facts);
        end if;
    end loop;
end
$$;

create function erp.custom_fits(kind text, choices text[], value jsonb) returns boolean
language plpgsql immutable
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    form  text := jsonb_typeof(value);
    plain text := value #>> '{}';
begin
    case kind
        when 'text' then return form = 'string';
        when 'choice' then return form = 'string' and plain = any (choices);
        when 'boolean' then return form = 'boolean';
        when 'integer' then return form = 'number' and plain::numeric = trunc(plain::numeric);
        when 'date' then
            return form = 'string' and plain ~ '^\d{4}-\d\d-\d\d$' and to_char(to_date(plain, 'YYYY-MM-DD'), 'YYYY-MM-DD') = plain;
        else return form = 'number';
    end case;
exception when datetime_field_overflow then
    return false;
end
$$;

-- Watch a table: row version and stamps, search and sort keys, custom fields, unit and company that stay, audit, change feed.
--   options   'audit'   every change leaves its old and new values (the rule)
--             'ledger'  rows are immutable: the audit notes that one was posted, the row itself is the record
--             'quiet'   no audit: derived rows, or rows that are themselves a history
--             'movable' the row may change its unit        'silent'  no change feed
--             'plain'   no touch function: only our own functions write the table, and every microsecond counts
--   searched  columns whose words find the row; needs search_key and search_text
-- It writes one touch function and one record function for the table: static SQL, no look-ups at run time.
create procedure erp.track(target regclass, options text default 'audit', searched text[] default '{}')
language plpgsql
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    short text := (select relname from pg_class where oid = target);
    have  text[] := array(select attname::text from pg_attribute where attrelid = target and attnum > 0 and not attisdropped);
    opts  text[] := string_to_array(options, ' ');
    body  text := case when 'plain' = any (opts) then null else touch_body(short, have, opts, searched) end;
begin
    if body is not null then
        execute format(
            'create or replace function erp.%I() returns trigger language plpgsql set search_path = erp, pg_catalog, pg_temp as %L',
            short || '_touch', body);
        execute format('create or replace trigger zz_touch before insert or update on %s for each row execute function erp.%I()',
                       target, short || '_touch');
    end if;
    if not opts @> '{quiet,silent}' then
        execute format(
            'create or replace function erp.%I() returns trigger language plpgsql security definer set search_path = erp, pg_catalog, pg_temp as %L',
            short || '_record', record_body(short, have, opts));
        execute format('create or replace trigger zz_record_insert after insert on %s referencing new table as new_rows '
                       'for each statement execute function erp.%I()', target, short || '_record');
        execute format('create or replace trigger zz_record_update after update on %s referencing old table as old_rows new table as new_rows '
                       'for each statement execute function erp.%I()', target, short || '_record');
        execute format('create or replace trigger zz_record_delete after delete on %s referencing old table as old_rows '
                       'for each statement execute function erp.%I()', target, short || '_record');
    end if;
    update protection p set tracked = options where p.table_name = short;
    if cardinality(searched) > 0 then
        update search_kind k set texts = searched where k.table_name = short;
    end if;
end
$$;

-- The body of a table's BEFORE trigger; null when it has nothing to do.
create function erp.touch_body(short text, have text[], opts text[], searched text[]) returns text
language plpgsql stable
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    trusted text := format('pg_has_role(%L, ''member'')', owner_name());
    ins     text := '';
    upd     text := '';
    common  text := '';
    named   text := case when 'name_zh' = any (have) then 'coalesce(nullif(new.name_zh, ''''), new.name)' else 'new.name' end;
    fresh   text;
    stale   text;
begin
    if 'version' = any (have) then
        ins := ins || 'new.version := 1; ';
        upd := upd || 'new.version := old.version + 1; ';
    end if;
    if have @> '{created_at,created_by}' then
        -- Our own functions and the importer may say who and when; a client may not.
        ins := ins || format('if %s then new.created_at := coalesce(new.created_at, now()); new.created_by := coalesce(new.created_by, erp.my_user_id()); '
                             'else new.created_at := now(); new.created_by := erp.my_user_id(); end if; ', trusted);
        upd := upd || 'new.created_at := old.created_at; new.created_by := old.created_by; ';
    end if;
    if 'updated_by' = any (have) then
        ins := ins || 'new.updated_at := new.created_at; new.updated_by := new.created_by; ';
        upd := upd || 'new.updated_at := now(); new.updated_by := erp.my_user_id(); ';
    end if;
    if 'id' = any (have) then
        upd := upd || 'if new.id <> old.id then perform erp.refuse(''ER012'', ''id_stays''); end if; ';
    end if;
    if 'company_id' = any (have) then
        upd := upd || 'if new.company_id <> old.company_id then perform erp.refuse(''ER012'', ''company_stays''); end if; ';
    end if;
    if 'org_unit_id' = any (have) and not 'movable' = any (opts) then
        upd := upd || format('if new.org_unit_id is distinct from old.org_unit_id and not %s then perform erp.refuse(''ER012'', ''unit_stays''); end if; ', trusted);
    end if;
    if 'custom' = any (have) then
        common := common || format('if tg_op = ''INSERT'' or new.custom is distinct from old.custom then perform erp.check_custom(%L, new.custom); end if; ', short);
    end if;
    if cardinality(searched) > 0 then
        select string_agg('new.' || c, ', '), string_agg('old.' || c, ', ') into fresh, stale from unnest(searched) c;
        common := common || format('if tg_op = ''INSERT'' or (%s, '''') is distinct from (%s, '''') then new.search_text := erp.search_text(%s); new.search_key := erp.bigrams(new.search_text); %s end if; ',
                               fresh, stale, fresh, case when 'sort_key' = any (have) then 'new.sort_key := erp.sort_key(' || named || ');' else '' end);
    end if;
    if (ins || upd || common) = '' then
        return null;
    end if;
    return format(E'begin\n    if tg_op = ''INSERT'' then %s null; else %s null; end if;\n    %s\n    return new;\nend', ins, upd, common);
end
$$;

-- Which columns of a table are about a person, or are free text in which people are named. The same columns are marked in
-- the dictionary (a test holds it). Their values never stand in the sealed audit itself, where nobody could erase them.
create function erp.personal_columns(of_table text) returns text[]
language sql immutable
set search_path = erp, pg_catalog, pg_temp
as $$
    select '{phone,email,address,note,custom,reason}'::text[] || case of_table
        when 'app_user' then '{user_name,login,display_name,display_name_zh,badge}'
        when 'user_login' then '{last_login_at,last_login_client}'
        when 'engineer' then '{name,name_zh,initials,badge,hourly_rate,km_rate,id_card_sealed}'
        when 'contact' then '{name,name_zh,job_title}'
        when 'party' then '{name,name_zh,tax_number,city,bank_account_sealed}'
        when 'site' then '{name,name_zh,city,latitude,longitude}'
        when 'org_unit' then '{name,name_zh}'
        when 'absence' then '{kind,period}'
        when 'stock_location' then '{name,name_zh}'
        when 'work_order' then '{title,title_zh,description,confirmed_by}'
        when 'booking' then '{title}'
        when 'contract' then '{name,name_zh}'
        when 'contract_line' then '{description,description_zh}'
        when 'cost_entry' then '{description}'
        when 'supplier_invoice' then '{reverse_reason}'
        when 'supplier_invoice_line' then '{accept_reason}'
        when 'asset_event' then '{detail}'
        when 'attachment' then '{file_name}'
        when 'import_batch' then '{file_name}'
        when 'import_mapping' then '{name,definition}'
        when 'saved_view' then '{name,name_zh,definition}'
        when 'export_recipe' then '{name,name_zh,definition}'
        when 'setting' then '{value}'
        when 'request' then '{result}'
        -- Events of the journal, by their kind.
        when 'login' then '{subject,login,host,client}'
        when 'login_failed' then '{subject,login,host,client}'
        when 'connection' then '{subject,login,host,client}'
        when 'lock' then '{subject,login}'
        when 'unlock' then '{subject,login}'
        when 'refusal' then '{login,host}'
        when 'export' then '{filter,search,file}'
        when 'print' then '{filter,search,file}'
        when 'report' then '{filter,search,file}'
        when 'import' then '{file}'
        else '{}' end::text[]
$$;

-- The body of a table's AFTER trigger, one per statement: audit rows and one change row. Values of personal columns are
-- set apart (audit.set_apart), so an entry of such a table takes its number first; a table without them pays nothing.
create function erp.record_body(short text, have text[], opts text[]) returns text
language plpgsql stable
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    with_id text := case when 'id' = any (have) then 'r.id' else 'null::bigint' end;
    of_id   text := case when 'id' = any (have) then 'r.id' else coalesce(
        (select 'r.' || a from unnest(have) a where a in ('user_id', 'party_id', 'contract_id', 'engineer_id', 'item_id', 'custom_role_id') limit 1), 'null::bigint') end;
    -- Only of a row that never changes does its own word say who acts: others are written by one and posted by another.
    poster  text := case when 'posted_by' = any (have) and 'ledger' = any (opts) then 'r.posted_by' else 'me' end;
    unit    text := case when 'org_unit_id' = any (have) then 'r.org_unit_id' else 'null::integer' end;
    -- Sealed values leave a mark only: that they changed, never what they were.
    marks   text := (select string_agg(format('%L, erp.sealed_mark({row}.%I)', a, a), ', ') from unnest(have) a where a like '%\_sealed');
    skip    text := ' - ''{version,search_key,search_text,sort_key,created_at,created_by,updated_at,updated_by,content}''::text[]'
                    || coalesce(' || jsonb_build_object(' || marks || ')', '');
    private text[] := array(select c from unnest(personal_columns(short)) c where c = any (have) order by c);
    -- A person is known by his number, which stays when his name is erased; a log-in is noted for those who are nobody here.
    facts   text := format('%L, %s, %s, left(tg_op, 1), %s, case when %s > 0 then null else session_user end, app, why', short, of_id, unit, poster, poster);
    entry   text := 'insert into audit.entry (%stable_name, row_id, org_unit_id, action, user_id, login, client, reason, changes) ';
    full_row text;
    ins     text := '';
    upd     text := '';
    del     text := '';
    feed    text := '';
begin
    if private = '{}' or not 'audit' = any (opts) then
        entry := format(entry, '') || format('select %s, ', facts) || '%s %s;';
    else
        entry := format(entry, 'id, ')
              || format('select s.entry_id, %L, s.row_id, s.unit, left(tg_op, 1), s.poster, case when s.poster > 0 then null else session_user end, app, why, '
                        'audit.set_apart(s.entry_id, s.changes, %L) ', short, private)
              || format('from (select nextval(''audit.entry_id_seq'') as entry_id, %s as row_id, %s as unit, %s as poster, ', of_id, unit, poster)
              || '%s as changes %s) s;';
    end if;
    full_row := 'jsonb_strip_nulls(to_jsonb(r)' || replace(skip, '{row}', 'r') || ')';
    if 'ledger' = any (opts) then
        ins := format(entry, 'null', 'from new_rows r');
    elsif 'audit' = any (opts) then
        ins := format(entry, full_row, 'from new_rows r');
        del := format(entry, full_row, 'from old_rows r');
        upd := case when 'id' = any (have) then
            format(entry, 'd.changes', format('from new_rows r join old_rows o on o.id = r.id '
                            'cross join lateral (select jsonb_object_agg(n.key, jsonb_build_array(b.value, n.value)) as changes '
                            'from jsonb_each(to_jsonb(r)%s) n join jsonb_each(to_jsonb(o)%s) b on b.key = n.key '
                            'where b.value is distinct from n.value) d where d.changes is not null', replace(skip, '{row}', 'r'), replace(skip, '{row}', 'o')))
            else ins end;
    end if;
    if 'quiet' = any (opts) then
        -- One statement and no variable: this runs several times in every posting.
        feed := format('insert into erp.change (topic, ids, client) select %L, %s, current_setting(''application_name'') from %%s r having count(*) > 0;',
                       short, case when 'id' = any (have) then 'case when count(*) <= 500 then array_agg(r.id) else ''{}'' end' else '''{}''' end);
        return format(E'begin\n    if tg_op = ''DELETE'' then\n        %s\n    else\n        %s\n    end if;\n    return null;\nend',
                      format(feed, 'old_rows'), format(feed, 'new_rows'));
    end if;
    if not 'silent' = any (opts) then
        feed := format('insert into erp.change (topic, ids, client) values (%L, %s, app);', short,
                       case when 'id' = any (have) then 'case when cardinality(touched) <= 500 then touched else ''{}'' end' else '''{}''' end);
    end if;
    if feed = '' and upd = '' and del = '' then
        return format(E'declare\n    app text := current_setting(''application_name'');\n    why text := nullif(current_setting(''outpost.reason'', true), '''');\n'
                      '%sbegin\n    if tg_op = ''INSERT'' then\n        %s\n    end if;\n    return null;\nend',
                      case when poster = 'me' then E'    me integer := erp.my_user_id();\n' else '' end, ins);
    end if;
    return format('declare
    touched bigint[];
    app text := current_setting(''application_name'');
    why text := nullif(current_setting(''outpost.reason'', true), '''');
    me integer := %s;
begin
    if tg_op = ''INSERT'' then
        select array_agg(%s) into touched from new_rows r;
        if touched is null then return null; end if;
        %s
    elsif tg_op = ''UPDATE'' then
        select array_agg(%s) into touched from new_rows r;
        if touched is null then return null; end if;
        %s
    else
        select array_agg(%s) into touched from old_rows r;
        if touched is null then return null; end if;
        %s
    end if;
    %s
    return null;
end',
                  case when poster = 'me' and ins <> '' then 'erp.my_user_id()' else 'null' end,
                  with_id, ins, with_id, upd, with_id, del, feed);
end
$$;
