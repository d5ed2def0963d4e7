-- Custom roles and stand-ins; and from the catalogue: what each job may do, and what a person can see and do, and why.

-- Make or change a custom role; its holders, and who stands in for them, have its jobs at once.
create function api.save_custom_role(key text, name text, name_zh text, parts text[]) returns integer
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    role_id integer;
    officers integer := keepers('security');
    auditors integer := keepers('auditor');
begin
    perform check_power('{security}', 'user_rights_role');
    if exists (select from role r where r.key = $1) then
        perform refuse('ER012', 'custom_role_key_free', jsonb_build_object('key', $1));
    end if;
    if coalesce(cardinality(parts), 0) = 0 then
        perform refuse('ER011', 'custom_role_parts');
    end if;
    select c.id into role_id from custom_role c where c.key = $1 for update;
    perform check_not_holder(role_id);
    if role_id is null then
        insert into custom_role (key, name, name_zh) values ($1, $2, nullif($3, '')) returning id into role_id;
    else
        update custom_role c set name = $2, name_zh = nullif($3, ''), active = true where c.id = role_id;
    end if;
    delete from custom_role_part p where p.custom_role_id = role_id and not p.role_key = any (parts);
    insert into custom_role_part (custom_role_id, role_key) select role_id, k from unnest(parts) k
    on conflict on constraint custom_role_part_pk do nothing;
    perform sync_logins(array(select u.user_id from user_custom_role u where u.custom_role_id = role_id));
    perform check_keepers(officers, auditors);
    return role_id;
end
$$;

-- It gives its holders nothing any more; saving it again brings it back.
create function api.retire_custom_role(key text) returns void
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    officers integer := keepers('security');
    auditors integer := keepers('auditor');
    role_id integer := (select c.id from custom_role c where c.key = $1);
begin
    perform check_power('{security}', 'user_rights_role');
    if role_id is null then
        perform refuse('ER004', 'role_found', jsonb_build_object('role', $1));
    end if;
    perform check_not_holder(role_id);
    update custom_role c set active = false where c.id = role_id and c.active;
    perform sync_logins(array(select u.user_id from user_custom_role u where u.custom_role_id = role_id));
    perform check_keepers(officers, auditors);
end
$$;

-- Nobody changes a role that gives something to himself, as its holder or as a holder's stand-in.
create function erp.check_not_holder(role_id integer) returns void
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    if exists (select from user_custom_role u
               where u.custom_role_id = role_id
                 and (u.user_id = my_user_id()
                      or exists (select from delegation d
                                 where d.from_user_id = u.user_id and d.to_user_id = my_user_id() and d.ended_at is null))) then
        perform refuse('ER001', 'user_not_himself');
    end if;
end
$$;

-- Name a stand-in, both days inclusive: one's own, or anybody's by the security officer, who never takes it himself.
create function api.delegate(to_user integer, valid_from date, valid_to date, reason text, from_user integer default null) returns bigint
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    me     constant integer := my_user_id();
    whose  constant integer := coalesce(from_user, me);
    other  app_user;
    new_id bigint;
begin
    if me is null or (whose <> me and not 'security' = any (my_roles())) then
        perform refuse('ER001', 'delegation_who');
    end if;
    if to_user = me then
        perform refuse('ER001', 'user_not_himself');
    end if;
    perform account(whose);
    other := account(to_user);
    if $3 < company_day(other.company_id) then
        perform refuse('ER012', 'delegation_future');
    end if;
    insert into delegation (from_user_id, to_user_id, valid_from, valid_to, reason, created_by)
    values (whose, to_user, $2, $3, coalesce($4, ''), me)
    returning id into new_id;
    perform sync_login(to_user);
    return new_id;
end
$$;

-- End it before its last day: he for whom it is, the stand-in himself, or the security officer.
create function api.end_delegation(id bigint) returns void
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    found_one delegation;
    me        constant integer := my_user_id();
begin
    select * into found_one from delegation d where d.id = $1 for update;
    if me is null or not found then
        perform refuse('ER004', 'delegation_found');
    end if;
    if me not in (0, found_one.from_user_id, found_one.to_user_id) and not 'security' = any (my_roles()) then
        perform refuse('ER001', 'delegation_who');
    end if;
    update delegation d set ended_at = clock_timestamp() where d.id = $1 and d.ended_at is null;
    perform sync_login(found_one.to_user_id);
end
$$;

-- Each job and what it may do, read from the catalogue: it is never out of date. 'all' columns or 'some'; empty: not at all.
create view api.role_matrix with (security_invoker = true) as
select hashtextextended(r.key || ' ' || o.object, 0) as id, r.key as role_key, r.name as role_name, r.name_zh as role_name_zh,
       r.power, o.kind, o.object, o.scope, p.may_read, p.may_insert, p.may_update, p.may_delete, p.may_run
from erp.role r
cross join lateral (select erp.role_name(r.key)::name as name offset 0) g
cross join (
    select case c.relkind when 'v' then 'view' else 'table' end as kind, n.nspname || '.' || c.relname as object, c.oid, t.scope
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace and n.nspname in ('erp', 'api', 'bi', 'audit')
    left join erp.protection t on n.nspname = 'erp' and t.table_name = c.relname
    where c.relkind in ('r', 'p', 'v') and not c.relispartition
    union all
    select 'function', n.nspname || '.' || f.proname, min(f.oid::bigint)::oid, null
    from pg_catalog.pg_proc f
    join pg_catalog.pg_namespace n on n.oid = f.pronamespace and n.nspname = 'api'
    group by 2
) o
cross join lateral (
    select case when o.kind = 'function' then null when has_table_privilege(g.name, o.oid, 'select') then 'all'
                when has_any_column_privilege(g.name, o.oid, 'select') then 'some' end as may_read,
           case when o.kind = 'function' then null when has_table_privilege(g.name, o.oid, 'insert') then 'all'
                when has_any_column_privilege(g.name, o.oid, 'insert') then 'some' end as may_insert,
           case when o.kind = 'function' then null when has_table_privilege(g.name, o.oid, 'update') then 'all'
                when has_any_column_privilege(g.name, o.oid, 'update') then 'some' end as may_update,
           case when o.kind = 'function' then null when has_table_privilege(g.name, o.oid, 'delete') then 'all' end as may_delete,
           case when o.kind = 'function' and has_function_privilege(g.name, o.oid, 'execute') then 'all' end as may_run
    offset 0
) p
where num_nonnulls(p.may_read, p.may_insert, p.may_update, p.may_delete, p.may_run) > 0;

-- What a person can see and do today, one row for each right and each reason for it.
create view api.user_access with (security_invoker = true) as
with why as (
    select u.id as user_id, j.role_key, r.name as role_name, r.name_zh as role_name_zh, d.valid_to,
           concat(c.name || ' → ', r.name, ' (for ' || f.display_name || ' until ' || to_char(d.valid_to, 'YYYY-MM-DD') || ')') as because,
           concat(coalesce(c.name_zh, c.name) || ' → ', r.name_zh,
                  '（代理' || coalesce(f.display_name_zh, f.display_name) || '，至 ' || to_char(d.valid_to, 'YYYY-MM-DD') || '）') as because_zh,
           concat_ws(' ', 'role ' || j.custom_role_id, 'for ' || j.delegation_id) as path
    from erp.app_user u
    cross join lateral erp.jobs_of(u.id, erp.company_day(u.company_id)) j
    join erp.role r on r.key = j.role_key
    left join erp.custom_role c on c.id = j.custom_role_id
    left join erp.delegation d on d.id = j.delegation_id
    left join erp.app_user f on f.id = d.from_user_id
)
select hashtextextended(concat_ws(' ', a.user_id, a.kind, a.object, a.path), 0) as id, a.*
from (
    select w.user_id, 'job' as kind, w.role_key as object, w.role_name as object_name, w.role_name_zh as object_name_zh,
           'has' as action, '担任' as action_zh, null as scope, w.because, w.because_zh, w.valid_to, w.path
    from why w
    union all
    select u.id, 'unit', o.code, o.name, o.name_zh, case when g.may_write then 'read write' else 'read' end,
           case when g.may_write then '查看、修改' else '查看' end, null,
           case when d.id is null then 'Granted' else 'For ' || f.display_name || ' until ' || to_char(d.valid_to, 'YYYY-MM-DD') end,
           case when d.id is null then '授权' else '代理' || coalesce(f.display_name_zh, f.display_name) || '，至 ' || to_char(d.valid_to, 'YYYY-MM-DD') end,
           g.valid_to, g.delegation_id::text
    from erp.app_user u
    cross join lateral erp.units_of(u.id, erp.company_day(u.company_id)) g
    join erp.org_unit o on o.id = g.org_unit_id
    left join erp.delegation d on d.id = g.delegation_id
    left join erp.app_user f on f.id = d.from_user_id
    union all
    select w.user_id, m.kind, m.object, m.object, m.object,
           concat_ws(' ', case when m.may_read is not null then 'read' end, case when m.may_insert is not null then 'insert' end,
                     case when m.may_update is not null then 'update' end, case when m.may_delete is not null then 'delete' end,
                     case when m.may_run is not null then 'run' end),
           concat_ws('、', case when m.may_read is not null then '查看' end, case when m.may_insert is not null then '新增' end,
                     case when m.may_update is not null then '修改' end, case when m.may_delete is not null then '删除' end,
                     case when m.may_run is not null then '执行' end),
           m.scope, w.because, w.because_zh, w.valid_to, w.role_key || ' ' || w.path
    from why w
    join api.role_matrix m on m.role_key = w.role_key
) a;

-- The same for one person: for who administers or audits people, and for everybody about himself.
create function api.access_of(user_id integer)
returns table (kind text, object text, object_name text, object_name_zh text, action text, action_zh text, scope text, because text, because_zh text, valid_to date)
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    if $1 is distinct from my_user_id() and not my_roles() && '{admin,security,auditor}' then
        perform refuse('ER001', 'user_administration_role');
    end if;
    return query
    select a.kind, a.object, a.object_name, a.object_name_zh, a.action, a.action_zh, a.scope, a.because, a.because_zh, a.valid_to
    from api.user_access a
    where a.user_id = $1
    order by array_position('{job,unit,table,view,function}'::text[], a.kind), a.object, a.because;
end
$$;

call erp.allow('erp.jobs_of(integer, date)', 'admin security auditor', 'execute');
call erp.allow('erp.units_of(integer, date)', 'admin security auditor', 'execute');
call erp.allow('erp.company_day(integer)', 'everyone', 'execute');
call erp.allow('api.role_matrix', 'admin security auditor', 'select');
call erp.allow('api.user_access', 'admin security auditor', 'select');
call erp.allow('api.save_custom_role(text, text, text, text[])', 'security', 'execute');
call erp.allow('api.retire_custom_role(text)', 'security', 'execute');
call erp.allow('api.delegate(integer, date, date, text, integer)', 'everyone', 'execute');
call erp.allow('api.end_delegation(bigint)', 'everyone', 'execute');
call erp.allow('api.access_of(integer)', 'everyone', 'execute');
