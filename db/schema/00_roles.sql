-- Roles, schemas and the two words with which every area file protects its tables: secure and allow.
--
-- Group roles belong to the cluster, so their names carry the installation's prefix. The installer sets
-- outpost.prefix for its own session; the value is stored once in erp.installation and never derived again.

-- Areas call each other's functions and tables in both directions; bodies are checked by the tests, not at creation.
set check_function_bodies = off;

create schema if not exists erp;
create schema if not exists api;
create schema if not exists bi;
create schema if not exists audit;

create table erp.installation (
    only_row       boolean     not null default true constraint installation_pk primary key,
    prefix         text        not null constraint installation_prefix_form check (prefix ~ '^[a-z][a-z0-9_]{0,20}$'),
    schema_version text        not null,
    generation     integer     not null default 1,
    demo           text,
    installed_at   timestamptz not null default now(),
    constraint installation_single check (only_row)
);
comment on table erp.installation is 'One row: what was installed here, under which name prefix';

insert into erp.installation (prefix, schema_version)
values (coalesce(nullif(current_setting('outpost.prefix', true), ''), 'outpost'), '0001');

create table erp.role (
    key     text not null constraint role_pk primary key,
    name    text not null,
    name_zh text not null
);
comment on table erp.role is 'One job in the company; each is one PostgreSQL group role';

insert into erp.role (key, name, name_zh) values
    ('clerk',    'Warehouse clerk',    '仓库管理员'),
    ('planner',  'Planner',            '调度计划员'),
    ('desk',     'Service desk',       '服务台'),
    ('engineer', 'Engineer',           '工程师'),
    ('buyer',    'Buyer',              '采购员'),
    ('finance',  'Finance',            '财务'),
    ('pm',       'Project manager',    '项目经理'),
    ('manager',  'Manager',            '经理'),
    ('steward',  'Data steward',       '数据管理员'),
    ('security', 'Security officer',   '安全员'),
    ('auditor',  'Auditor',            '审计员'),
    ('admin',    'Administrator',      '系统管理员');

-- The cluster's name of a job's group role: outpost_role_clerk.
create function erp.role_name(role_key text) returns text
language sql stable
set search_path = erp, pg_catalog, pg_temp
as $$
    select prefix || '_role_' || role_key from erp.installation
$$;

do $$
declare
    r text;
begin
    for r in
        select key from erp.role union all select 'user' union all select 'worker'
    loop
        if not exists (select 1 from pg_roles where rolname = erp.role_name(r)) then
            execute format('create role %I nologin', erp.role_name(r));
        end if;
    end loop;
    -- Everybody's group role: the right to connect, to see the schemas and the reference tables.
    for r in select key from erp.role loop
        execute format('grant %I to %I', erp.role_name('user'), erp.role_name(r));
    end loop;
    execute format('grant usage on schema erp, api, bi to %I', erp.role_name('user'));
    execute format('grant usage on schema erp, api to %I', erp.role_name('worker'));
end
$$;

-- What allow() and secure() declared, so that tests and `outpost admin doctor` can compare it with the catalogue.
create table erp.protection (
    table_name text not null constraint protection_pk primary key,
    scope      text not null constraint protection_scope_known check (
        scope in ('owned', 'shared_down', 'two_ended', 'linked', 'child', 'own', 'reference', 'internal'))
);

-- Declare how the rows of a table belong to units, and write the policies for it.
--   owned        row.org_unit_id is one of my units
--   shared_down  readable when row.org_unit_id is one of my units or above one; written only with a grant there
--   two_ended    readable from row.from_org_unit_id or row.to_org_unit_id
--   linked       readable through a link table: detail = 'party_unit.party_id' (its unit column is org_unit_id)
--   child        follows a parent row: detail = 'contract.contract_id' (parent table . own column), by the parent's policies
--   own          row.user_id is me; a null user_id is everybody's to read
--   reference    no unit: every user may read, writes by grant alone
--   internal     nobody reads it but functions
create procedure erp.secure(target regclass, scope text, detail text default null)
language plpgsql
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    short text := (select relname from pg_class where oid = target);
    seen  text;
    mine  text;
    link  text := split_part(detail, '.', 1);
    key   text := split_part(detail, '.', 2);
    everyone text := quote_ident(erp.role_name('user'));
begin
    execute format('alter table %s enable row level security', target);
    case scope
        when 'owned' then
            seen := 'org_unit_id = any ((select erp.my_units())::int[])';
            mine := 'org_unit_id = any ((select erp.my_write_units())::int[])';
        when 'shared_down' then
            seen := 'org_unit_id = any ((select erp.my_units_up())::int[])';
            mine := 'org_unit_id = any ((select erp.my_write_units())::int[])';
        when 'two_ended' then
            seen := 'from_org_unit_id = any ((select erp.my_units())::int[]) or to_org_unit_id = any ((select erp.my_units())::int[])';
            mine := 'false';
        when 'linked' then
            seen := format('exists (select 1 from erp.%I l where l.%I = %I.id and l.org_unit_id = any ((select erp.my_units())::int[]))',
                           link, key, short);
            mine := format('exists (select 1 from erp.%I l where l.%I = %I.id and l.org_unit_id = any ((select erp.my_write_units())::int[]))',
                           link, key, short);
        when 'child' then
            seen := format('exists (select 1 from erp.%I p where p.id = %I.%I)', link, short, key);
            mine := seen;
        when 'own' then
            seen := 'user_id is null or user_id = (select erp.my_user_id())';
            mine := 'user_id = (select erp.my_user_id())';
        when 'reference' then
            seen := '(select erp.my_user_id()) is not null';
            mine := seen;
        when 'internal' then
            insert into erp.protection (table_name, scope) values (short, scope);
            return;
    end case;
    execute format('create policy %I on %s for select to %s using (%s)', short || '_read', target, everyone, seen);
    if mine <> 'false' then
        execute format('create policy %I on %s for insert to %s with check (%s)', short || '_insert', target, everyone, mine);
        execute format('create policy %I on %s for update to %s using (%s) with check (%s)', short || '_update', target, everyone, mine, mine);
        execute format('create policy %I on %s for delete to %s using (%s)', short || '_delete', target, everyone, mine);
    end if;
    insert into erp.protection (table_name, scope) values (short, scope);
end
$$;

-- Grant privileges on a table or function to jobs: call erp.allow('erp.item', 'clerk buyer', 'select, update (name)').
-- 'everyone' is every job.
create procedure erp.allow(target text, roles text, privileges text)
language plpgsql
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    r text;
    kind text := case when privileges = 'execute' then 'function' else 'table' end;
begin
    foreach r in array string_to_array(case roles when 'everyone' then 'user' else roles end, ' ') loop
        execute format('grant %s on %s %s to %I', privileges, kind, target, erp.role_name(r));
    end loop;
end
$$;

revoke all on all routines in schema erp from public;
