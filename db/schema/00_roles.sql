-- Roles, schemas and the words with which every area file protects its tables: secure, allow, track.
--
-- Roles belong to the cluster, so their names carry the installation's prefix. The installer sets outpost.prefix for its
-- own session; the value is stored once in erp.installation and never derived again, so a copied or renamed database
-- keeps working. Run as a superuser: it makes roles and event triggers. Everything made here belongs to
-- <prefix>_schema_owner, who cannot log in; a function that acts for its owner therefore never acts as a superuser.
-- The first block runs at each upgrade too, for the roles of jobs that came later.

-- Functions of one area call those of a later one; their bodies are checked by the tests, not while the schema loads.
set check_function_bodies = off;

do $$
declare
    prefix text := coalesce(nullif(current_setting('outpost.prefix', true), ''), 'outpost');
    r      text;
begin
    if prefix !~ '^[a-z][a-z0-9_]{0,20}$' then
        raise exception 'outpost.prefix is %, wanted are small letters, digits and _', quote_literal(prefix);
    end if;
    if not (select rolsuper from pg_roles where rolname = current_user) then
        raise exception 'the installation needs a superuser once: it makes roles and event triggers';
    end if;
    if getdatabaseencoding() <> 'UTF8' then
        raise exception 'the database must be encoded in UTF8, not in %', getdatabaseencoding();
    end if;
    foreach r in array '{schema_owner,user_admin,role_user,role_worker,role_clerk,role_planner,role_desk,role_engineer,
                         role_buyer,role_finance,role_pm,role_manager,role_steward,role_report,role_security,role_auditor,
                         role_admin}'::text[]
    loop
        begin
            execute format('create role %I nologin', prefix || '_' || r);
        exception when duplicate_object or unique_violation then null;  -- another database of this cluster made it
        end;
        if r like 'role\_%' then
            if r not in ('role_user', 'role_worker') then
                -- Everybody's group role: the right to connect, to see the schemas and the reference tables.
                execute format('grant %I to %I', prefix || '_role_user', prefix || '_' || r);
            end if;
            -- Who makes log-ins may put them into the groups, but has none of the groups' rights himself.
            if current_setting('server_version_num')::int >= 160000 then
                execute format('grant %I to %I with admin true, inherit false, set false', prefix || '_' || r, prefix || '_user_admin');
            end if;
        end if;
    end loop;
    execute format('alter role %I createrole', prefix || '_user_admin');
    -- Only erp.end_sessions uses it, for log-ins of this installation.
    execute format('grant pg_signal_backend to %I', prefix || '_user_admin');
    foreach r in array '{erp,api,bi,audit}'::text[] loop
        execute format('create schema if not exists %I authorization %I', r, prefix || '_schema_owner');
    end loop;
    execute format('grant usage on schema erp, api, bi to %I, %I', prefix || '_role_user', prefix || '_role_worker');
    execute format('grant usage on schema erp to %I', prefix || '_user_admin');
    execute format('alter default privileges for role %I revoke execute on routines from public', prefix || '_schema_owner');
    -- Until 99_grants.sql resets the role, everything is made by, and belongs to, the owner of the schema.
    perform set_config('role', prefix || '_schema_owner', false);
end
$$;

create table erp.installation (
    only_row     boolean     not null default true constraint installation_pk primary key,
    id           uuid        not null default gen_random_uuid(),
    prefix       text        not null constraint installation_prefix_form check (prefix ~ '^[a-z][a-z0-9_]{0,20}$'),
    generation   integer     not null default 1,
    demo         text,
    installed_at timestamptz not null default now(),
    constraint installation_single check (only_row)
);
comment on table erp.installation is 'One row: what was installed here, under which name prefix';

insert into erp.installation (prefix)
values (coalesce(nullif(current_setting('outpost.prefix', true), ''), 'outpost'));

-- Kept by the migrations: the revision that this database has.
create table erp.schema_version (
    version_num character varying(32) not null constraint schema_version_pk primary key
);

create table erp.role (
    key     text not null constraint role_pk primary key,
    name    text not null,
    name_zh text not null,
    power   text not null default 'business'
            constraint role_power_known check (power in ('business', 'admin', 'security', 'auditor'))
);
comment on table erp.role is 'One job in the company; each is one PostgreSQL group role';
comment on column erp.role.power is 'Separation of powers: one person holds jobs of one power only';

insert into erp.role (key, name, name_zh, power) values
    ('clerk',    'Warehouse clerk',    '仓库管理员', 'business'),
    ('planner',  'Planner',            '调度计划员', 'business'),
    ('desk',     'Service desk',       '服务台',     'business'),
    ('engineer', 'Engineer',           '工程师',     'business'),
    ('buyer',    'Buyer',              '采购员',     'business'),
    ('finance',  'Finance',            '财务',       'business'),
    ('pm',       'Project manager',    '项目经理',   'business'),
    ('manager',  'Manager',            '经理',       'business'),
    ('steward',  'Data steward',       '数据管理员', 'business'),
    ('report',   'Report reader',      '报表读者',   'business'),
    ('security', 'Security officer',   '安全员',     'security'),
    ('auditor',  'Auditor',            '审计员',     'auditor'),
    ('admin',    'Administrator',      '系统管理员', 'admin');

-- The cluster's name of a job's group role: outpost_role_clerk.
create function erp.role_name(role_key text) returns text
language sql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
    select prefix || '_role_' || role_key from installation
$$;

-- Who owns the tables. Functions that act for their owner run as him; so does whoever maintains the installation.
create function erp.owner_name() returns text
language sql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
    select prefix || '_schema_owner' from installation
$$;

-- What secure() and track() declared. The conditions are kept as text ({row} stands for the row's alias), so that search,
-- history and attachments ask exactly the question that the policies ask.
create table erp.protection (
    table_name text not null constraint protection_pk primary key,
    scope      text not null constraint protection_scope_known check (
        scope in ('owned', 'shared_down', 'two_ended', 'linked', 'child', 'own', 'reference', 'attached', 'internal')),
    seen       text not null default 'false',
    mine       text not null default 'false',
    tracked    text
);

-- What the installation made, as fingerprints: `outpost admin doctor` compares the living catalogue with it.
create table erp.catalogue_print (
    kind        text not null,
    object      text not null,
    fingerprint text not null,
    constraint catalogue_print_pk primary key (kind, object)
);

-- The two conditions of a scope: which rows are seen, which are written.
create function erp.scope_conditions(target regclass, scope text, detail text, out seen text, out mine text)
language plpgsql stable
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    link   text := split_part(detail, '.', 1);
    key    text := split_part(detail, '.', 2);
    alias  text := 'of_' || link;
    parent protection;
begin
    seen := '{row}.org_unit_id = any ((select erp.my_units())::int[])';
    mine := '{row}.org_unit_id = any ((select erp.my_write_units())::int[])';
    case scope
        when 'owned' then
            null;
        when 'shared_down' then
            seen := '{row}.org_unit_id = any ((select erp.my_units_up())::int[])';
        when 'two_ended' then
            seen := '{row}.from_org_unit_id = any ((select erp.my_units())::int[]) or {row}.to_org_unit_id = any ((select erp.my_units())::int[])';
            mine := 'false';
        when 'linked' then
            -- As a question of each row, so that looking up one row does not read the links of all.
            link := format('exists (select from erp.%I l where l.%I = {row}.id and l.org_unit_id = any ((select erp.%%s())::int[]))', link, key);
            if exists (select 1 from pg_attribute where attrelid = target and attname = 'org_unit_id') then
                seen := seen || ' or ' || format(link, 'my_units');
            else
                seen := format(link, 'my_units');
                mine := format(link, 'my_write_units');
            end if;
        when 'child' then
            select * into strict parent from protection p where p.table_name = link;
            seen := format('exists (select 1 from erp.%I %I where %I.id = {row}.%I and (%s))',
                           link, alias, alias, key, replace(parent.seen, '{row}', alias));
            mine := format('exists (select 1 from erp.%I %I where %I.id = {row}.%I and (%s))',
                           link, alias, alias, key, replace(parent.mine, '{row}', alias));
        when 'own' then
            if detail is null then
                -- Also what is everybody's is for who may be here at all.
                seen := '({row}.user_id is null and (select erp.my_user_id()) is not null) or {row}.user_id = (select erp.my_user_id())';
                mine := '{row}.user_id = (select erp.my_user_id())';
            else
                select string_agg(format('{row}.%I = (select erp.my_user_id())', c), ' or ') into seen
                from unnest(string_to_array(detail, ' ')) c;
                mine := 'false';
            end if;
        when 'reference' then
            seen := '(select erp.my_user_id()) is not null';
            mine := seen;
        when 'attached' then
            seen := 'erp.may_see({row}.owner_table, {row}.owner_id)';
            mine := 'erp.may_attach({row}.owner_table, {row}.owner_id)';
        when 'internal' then
            seen := 'false';
            mine := 'false';
    end case;
end
$$;

-- Declare how the rows of a table belong to units, and write the policies for it.
--   owned        row.org_unit_id is one of my units
--   shared_down  readable when row.org_unit_id is one of my units or above one; written only with a grant there
--   two_ended    readable from row.from_org_unit_id or row.to_org_unit_id
--   linked       readable through a link table, detail = 'party_unit.party_id' (its unit column is org_unit_id); where the
--                table has a unit of its own, that unit sees it too and alone may write it
--   child        follows a parent row, detail = 'contract.contract_id' (parent table . own column); secure the parent first
--   own          row.user_id is me; a null user_id is everybody's to read. detail = 'from_user_id to_user_id': readable
--                when one of these is me, written by functions only
--   reference    no unit: every user may read, writes by grant alone
--   attached     whoever sees the row owner_table.owner_id; written by who sees it and may write in its unit
--   internal     nobody reads it but functions
-- Run again at each upgrade; the grants of the table start from nothing and follow by allow().
create procedure erp.secure(target regclass, scope text, detail text default null)
language plpgsql
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    short    text := (select relname from pg_class where oid = target);
    rule     record;
    policy   text;
    everyone text := quote_ident(role_name('user'));
    grantee  text;
begin
    execute format('alter table %s enable row level security', target);
    for policy in select p.polname from pg_policy p where p.polrelid = target loop
        execute format('drop policy %I on %s', policy, target);
    end loop;
    for grantee in select role_name(key) from role union all select role_name('user') union all select role_name('worker') loop
        execute format('revoke all on %s from %I', target, grantee);
    end loop;
    select * into rule from scope_conditions(target, scope, detail);
    insert into protection (table_name, scope, seen, mine) values (short, scope, rule.seen, rule.mine)
    on conflict (table_name) do update set scope = excluded.scope, seen = excluded.seen, mine = excluded.mine;
    if scope = 'linked' and exists (select from protection p where p.table_name = split_part(detail, '.', 1) and p.scope = 'owned') then
        -- The links stand behind a policy that asks for my units already. Asked for twice they are worked out twice, and the
        -- planner takes a row for ten times as dear as it is. Functions of the owner, whom no policy stops, ask as noted above.
        rule.seen := replace(rule.seen, ' and l.org_unit_id = any ((select erp.my_units())::int[])', '');
    end if;
    rule.seen := replace(rule.seen, '{row}', quote_ident(short));
    rule.mine := replace(rule.mine, '{row}', quote_ident(short));
    if rule.seen <> 'false' then
        execute format('create policy %I on %s for select to %s using (%s)', short || '_read', target, everyone, rule.seen);
    end if;
    if rule.mine <> 'false' then
        execute format('create policy %I on %s for insert to %s with check (%s)', short || '_insert', target, everyone, rule.mine);
        execute format('create policy %I on %s for update to %s using (%s) with check (%s)', short || '_update', target, everyone, rule.mine, rule.mine);
        execute format('create policy %I on %s for delete to %s using (%s)', short || '_delete', target, everyone, rule.mine);
    end if;
end
$$;

-- A second door for one job: call erp.also('erp.work_order', 'engineer', 'select', '{row}.engineer_id = (select erp.my_engineer_id())').
-- Permissive policies add up, so it names its job. After secure(), before a child of the table is secured.
create procedure erp.also(target regclass, role_key text, command text, condition text)
language plpgsql
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    short text := (select relname from pg_class where oid = target);
    plain text := '(' || replace(condition, '{row}', quote_ident(short)) || ')';
    guard text := format('(pg_has_role(session_user, %L, ''member'') and (%s))', role_name(role_key), condition);
begin
    execute format('create policy %I on %s for %s to %I ', short || '_' || role_key || '_' || command, target, command, role_name(role_key))
            || case when command = 'insert' then '' else 'using ' || plain end
            || case when command in ('select', 'delete') then '' else ' with check ' || plain end;
    if command in ('select', 'all') then
        update protection p set seen = p.seen || ' or ' || guard where p.table_name = short;
    end if;
    if command in ('update', 'all') then
        update protection p set mine = p.mine || ' or ' || guard where p.table_name = short;
    end if;
end
$$;

-- Grant privileges on a table or routine to jobs: call erp.allow('erp.item', 'clerk buyer', 'select, update (name)').
-- 'everyone' is every job; 'business' every job that sees business rows (not the security officer, not the administrator).
-- A plain insert leaves out the identity: whoever chooses ids can take those that the sequence would give to others next, so that
-- their work fails.
create procedure erp.allow(target text, roles text, privileges text)
language plpgsql
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    r text;
    kind text := case when privileges = 'execute' then 'routine' else 'table' end;
    columns text;
begin
    if kind = 'table' and privileges ~ '\minsert\M(?! \()' then
        select string_agg(quote_ident(a.attname), ', ' order by a.attnum) into columns
        from pg_attribute a
        where a.attrelid = to_regclass(target) and a.attnum > 0 and not a.attisdropped and a.attidentity = ''
          and exists (select 1 from pg_attribute i where i.attrelid = a.attrelid and i.attidentity <> '');
        privileges := regexp_replace(privileges, '\minsert\M(?! \()', coalesce('insert (' || columns || ')', 'insert'));
    end if;
    roles := case roles
        when 'everyone' then 'user'
        when 'business' then 'clerk planner desk engineer buyer finance pm manager steward auditor'
        else roles end;
    foreach r in array string_to_array(roles, ' ') loop
        execute format('grant %s on %s %s to %I', privileges, kind, target, role_name(r));
    end loop;
end
$$;

-- Keep some columns of a table from jobs that read the rest of it: call erp.withhold('erp.item', 'planner desk', 'standard_cost').
-- After allow(), which gave them the whole table; columns that come later are theirs to read.
create procedure erp.withhold(target text, roles text, columns text)
language plpgsql
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    r    text;
    seen text := (
        select string_agg(quote_ident(a.attname), ', ' order by a.attnum)
        from pg_attribute a
        where a.attrelid = to_regclass(target) and a.attnum > 0 and not a.attisdropped and a.attname <> all (string_to_array(columns, ' ')));
begin
    foreach r in array string_to_array(roles, ' ') loop
        execute format('revoke select on %s from %I', target, role_name(r));
        execute format('grant select (%s) on %s to %I', seen, target, role_name(r));
    end loop;
end
$$;

-- Raise one of our refusals: rule names it in the catalogue of messages, facts fill the gaps in its sentence.
--   ER001 not allowed to this person    ER002 outside his units     ER003 changed by somebody meanwhile
--   ER004 not found or not his to see   ER005 same request key, other content
--   ER010 no such step in this state    ER011 something is missing  ER012 against a rule of the business
create function erp.refuse(code text, rule text, facts jsonb default '{}') returns void
language plpgsql
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    raise exception '%: %', rule, facts using errcode = code, constraint = rule, detail = facts::text;
end
$$;
