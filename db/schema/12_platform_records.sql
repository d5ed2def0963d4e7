-- Numbers, companies, files and the change feed; and what each job may do with all of it. People are in 13.

-- The next number of a document, ISS-2611-0482: prefix, month where the company is, running number within the month.
-- Drawn outside the transaction like any sequence: nobody waits for a colleague's commit (except in the first moment of
-- a month) and nobody ever sees a serialisation error. Numbers may have gaps.
create function erp.next_number(document_type text, company_id integer, at timestamptz default now()) returns text
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    rule  record;
    drawn bigint;
begin
    select n.prefix, n.digits, m.month, p.base into rule
    from numbering n
    join company c on c.id = n.company_id
    cross join lateral (select to_char($3 at time zone c.time_zone, 'YYMM') as month) m
    left join number_period p on p.document_type = n.document_type and p.company_id = n.company_id and p.period = m.month
    where n.document_type = $1 and n.company_id = $2;
    if not found then
        perform refuse('ER004', 'numbering_found', jsonb_build_object('document_type', $1));
    end if;
    drawn := nextval(format('erp.number_%s_%s', $2, $1)::regclass);
    if rule.base is null then
        -- The first of the month, or one drawn at the same moment.
        insert into number_period (document_type, company_id, period, base) values ($1, $2, rule.month, drawn - 1)
        on conflict on constraint number_period_pk do nothing;
        select p.base into rule.base from number_period p
        where p.document_type = $1 and p.company_id = $2 and p.period = rule.month;
    end if;
    if drawn <= rule.base then
        -- Drawn a moment before somebody faster noted the month's first number.
        return next_number($1, $2, $3);
    end if;
    return format('%s-%s-%s', rule.prefix, rule.month,
                  lpad((drawn - rule.base)::text, greatest(rule.digits, length((drawn - rule.base)::text)), '0'));
end
$$;

create function erp.numbering_sequence() returns trigger
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    execute format('create sequence if not exists erp.%I', format('number_%s_%s', new.company_id, new.document_type));
    return null;
end
$$;
create trigger numbering_sequence after insert on erp.numbering
    for each row execute function erp.numbering_sequence();

-- The series of a company, those of kinds of documents that came later too.
create function erp.start_numbering(of_company integer) returns void
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    insert into numbering (document_type, company_id, prefix)
    select t.document_type, of_company, t.prefix
    from (values ('receipt', 'RCV'), ('issue', 'ISS'), ('counter_issue', 'CTR'), ('return', 'RET'), ('transfer', 'TRF'),
                 ('adjustment', 'ADJ'), ('opening', 'OPN'), ('supplier_return', 'SRT'), ('work_order', 'WO'), ('purchase_order', 'PO'),
                 ('contract', 'CON'), ('stock_count', 'CNT'), ('requisition', 'REQ'), ('rfq', 'RFQ'),
                 ('pick_list', 'PCK'), ('supplier_invoice', 'SIN'),
                 ('abc_run', 'ABC'), ('disposal', 'DSP')) t (document_type, prefix)
    on conflict do nothing;
end
$$;

-- A new company numbers its own documents and knows the public holidays from the first day.
create function erp.company_start() returns trigger
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    perform start_numbering(new.id);
    insert into holiday (company_id, day, name, name_zh, working)
    select new.id, h.day, h.name, h.name_zh, h.working
    from public_holiday h
    on conflict do nothing;
    return null;
end
$$;
create trigger company_start after insert on erp.company
    for each row execute function erp.company_start();

-- A zone of the IANA list: the days of grants and accounts are the company's, and a made-up zone would move them.
create function erp.company_zone() returns trigger
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    if not exists (select from pg_timezone_names z where z.name = new.time_zone) then
        perform refuse('ER012', 'company_time_zone', jsonb_build_object('zone', new.time_zone));
    end if;
    return new;
end
$$;
create trigger company_zone before insert or update of time_zone on erp.company
    for each row execute function erp.company_zone();

-- A company with the unit at the top of its tree. Returns the unit's id.
create function api.create_company(
    code text, name text, name_zh text default null, currency text default 'CNY', time_zone text default 'Asia/Shanghai')
returns integer
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    new_company integer;
    new_unit    integer;
begin
    if not my_roles() && '{admin}' then
        perform refuse('ER001', 'company_creation_role');
    end if;
    insert into company (code, name, name_zh, currency, time_zone)
    values ($1, $2, $3, $4, $5)
    returning id into new_company;
    insert into org_unit (company_id, kind, code, name, name_zh, time_zone)
    values (new_company, 'company', $1, $2, $3, $5)
    returning id into new_unit;
    return new_unit;
end
$$;

-- The caller: himself, his jobs, units and company, and the language he works in.
create function api.me() returns jsonb
language sql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        'id', my_user_id(),
        'owner', is_owner(),
        'worker', pg_has_role(session_user, role_name('worker'), 'member'),
        'user_name', coalesce(u.user_name, session_user::text),
        'login', session_user,
        'display_name', coalesce(u.display_name, 'Installation owner'),
        'display_name_zh', case when u.id is null then '安装管理员' else u.display_name_zh end,
        'language', coalesce(u.language, 'en'),
        'roles', my_roles(),
        'unit_ids', my_units(),
        'home_unit_ids', my_home_units(),
        'company_id', c.id,
        'company', coalesce(c.name, ''),
        'company_zh', coalesce(c.name_zh, ''),
        'currency', coalesce(c.currency, 'CNY'),
        'time_zone', coalesce(c.time_zone, 'Asia/Shanghai'),
        'state', (select account_state(a.id) from app_user a where a.login = session_user),
        'demo', i.demo,
        'schema_version', (select v.version_num from schema_version v))
    from installation i
    left join app_user u on u.id = my_user_id()
    left join company c on c.id = coalesce(u.company_id, (select min(x.id) from company x where is_owner()))
$$;

-- A file goes where its record is; who sees the record sees the file, who may write there may add one. Its content is in
-- erp.attachment_part.
create function erp.attachment_place() returns trigger
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    place jsonb;
begin
    if not exists (select 1 from protection p
                   where p.table_name = new.owner_table and p.scope not in ('internal', 'attached', 'reference', 'own')) then
        perform refuse('ER012', 'attachment_owner_known', jsonb_build_object('table', new.owner_table));
    end if;
    execute format('select to_jsonb(o) from erp.%I o where o.id = $1', new.owner_table) into place using new.owner_id;
    if place is null then
        perform refuse('ER004', 'attachment_owner_found');
    end if;
    new.org_unit_id := coalesce((place ->> 'org_unit_id')::integer, new.org_unit_id, (my_home_units())[1]);
    new.company_id := (select u.company_id from org_unit u where u.id = new.org_unit_id);
    return new;
end
$$;
create trigger attachment_place before insert on erp.attachment
    for each row execute function erp.attachment_place();

-- What changed since a token (a snapshot) of an earlier call: {"token", "changes": {topic: [ids]}, "worker": heartbeat is
-- fresh}. Without a token, or with one that is too old, "changes" is null: look at everything again.
create function api.changes_since(token text default null, skip_client text default null) returns jsonb
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    present pg_snapshot := pg_current_snapshot();
    past    pg_snapshot := token::pg_snapshot;
    state   feed;
    seen    jsonb;
    worker  boolean := pg_has_role(session_user, role_name('worker'), 'member');
begin
    select * into state from feed;
    -- Not even which numbers changed is for who is blocked, in a session that is still open.
    if (my_user_id() is not null or worker)
       and pg_snapshot_xmin(past) >= state.pruned_to and pg_snapshot_xmax(past) <= pg_snapshot_xmax(present) then
        select coalesce(jsonb_object_agg(t.topic, t.ids), '{}') into seen
        from (
            select n.topic, case when bool_or(n.id is null) then '[]' else jsonb_agg(distinct n.id) end as ids
            from (
                select c.topic, i.id
                from change c
                left join unnest(c.ids) i (id) on true
                where c.xid >= pg_snapshot_xmin(past)
                  and not pg_visible_in_snapshot(c.xid, past)
                  and (skip_client is null or c.client <> skip_client)
                  -- Not even how much goes on in a table that is not for the caller's job.
                  and (worker or has_any_column_privilege(session_user, to_regclass('erp.' || quote_ident(c.topic))::oid, 'select') is not false)
            ) n
            group by n.topic
        ) t;
    end if;
    return jsonb_build_object('token', present::text, 'changes', seen,
                              'worker', coalesce(state.beat_at > clock_timestamp() - interval '5 seconds', false));
end
$$;

-- One beat of the notifier, every 250 ms or less: if anything was committed since the token, one hint goes to everybody.
-- NOTIFY serialises commits, so no posting ever sends one itself. Returns the next token.
create function api.notify_changes(token text default null) returns text
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    present pg_snapshot := pg_current_snapshot();
    past    pg_snapshot := token::pg_snapshot;
begin
    if past is null or exists (
        select 1 from change c where c.xid >= pg_snapshot_xmin(past) and not pg_visible_in_snapshot(c.xid, past)) then
        perform pg_notify('outpost', '');
    end if;
    update feed f set beat_at = clock_timestamp() where f.beat_at is null or f.beat_at < clock_timestamp() - interval '1 second';
    return present::text;
end
$$;

-- Forget changes older than an hour. A reader who slept longer looks at everything again.
create function api.prune_changes(older_than interval default '1 hour') returns bigint
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    border  xid8;
    removed bigint;
begin
    -- Ids, not times, decide: everything below the border is committed and old.
    select c.xid into border from change c
    where c.at < clock_timestamp() - older_than and c.xid < pg_snapshot_xmin(pg_current_snapshot())
    order by c.xid desc limit 1;
    if border is null then
        return 0;
    end if;
    update feed set pruned_to = (border::text::bigint + 1)::text::xid8;
    delete from change c where c.xid <= border;
    get diagnostics removed = row_count;
    return removed;
end
$$;

-- Hold a record against other forms until the end of the transaction. A lock of our own, because FOR UPDATE would ask for a
-- right to the record that a writer of its lines need not have; only on what the caller sees.
create function api.hold_record(of_table text, row_id bigint) returns void
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    if not may_see(of_table, row_id) then
        perform refuse('ER004', 'record_found');
    end if;
    perform pg_advisory_xact_lock(hashtext('erp.' || of_table), (row_id % 2147483647)::integer);
end
$$;

call erp.secure('erp.installation', 'reference');
call erp.secure('erp.schema_version', 'reference');
call erp.secure('erp.role', 'reference');
call erp.secure('erp.protection', 'reference');
call erp.secure('erp.catalogue_print', 'internal');
call erp.secure('erp.company', 'reference');
call erp.secure('erp.org_unit', 'reference');
call erp.secure('erp.org_unit_closure', 'reference');
call erp.secure('erp.app_user', 'reference');
call erp.secure('erp.user_role', 'own');
call erp.secure('erp.user_unit', 'own');
call erp.secure('erp.setting', 'reference');
call erp.secure('erp.numbering', 'reference');
call erp.secure('erp.number_period', 'internal');
call erp.secure('erp.saved_view', 'own');
call erp.secure('erp.export_recipe', 'own');
call erp.secure('erp.custom_field', 'reference');
call erp.secure('erp.attachment', 'attached');
call erp.secure('erp.request', 'internal');
call erp.secure('erp.import_batch', 'own');
call erp.secure('erp.import_mapping', 'own');
call erp.secure('erp.holiday', 'reference');
call erp.secure('erp.public_holiday', 'reference');
call erp.secure('erp.change', 'internal');
call erp.secure('erp.feed', 'internal');

call erp.also('erp.user_role', 'security', 'select', '(select erp.my_user_id()) is not null');
call erp.also('erp.user_role', 'auditor', 'select', '(select erp.my_user_id()) is not null');
call erp.also('erp.user_role', 'admin', 'select', '(select erp.my_user_id()) is not null');
call erp.also('erp.user_unit', 'security', 'select', '(select erp.my_user_id()) is not null');
call erp.also('erp.user_unit', 'auditor', 'select', '(select erp.my_user_id()) is not null');
call erp.also('erp.user_unit', 'admin', 'select', '(select erp.my_user_id()) is not null');
call erp.also('erp.saved_view', 'steward', 'all', '{row}.user_id is null and (select erp.my_user_id()) is not null');
call erp.also('erp.export_recipe', 'steward', 'all', '{row}.user_id is null and (select erp.my_user_id()) is not null');
call erp.also('erp.import_batch', 'auditor', 'select', '(select erp.my_user_id()) is not null');

call erp.allow('erp.installation', 'everyone', 'select');
call erp.allow('erp.schema_version', 'everyone', 'select');
call erp.allow('erp.role', 'everyone', 'select');
call erp.allow('erp.protection', 'admin security auditor', 'select');
call erp.allow('erp.company', 'everyone', 'select');
call erp.allow('erp.company', 'admin', 'update (name, name_zh, time_zone)');
call erp.allow('erp.org_unit', 'everyone', 'select');
call erp.allow('erp.org_unit', 'admin', 'insert, update (parent_id, kind, code, name, name_zh, time_zone, active)');
call erp.allow('erp.org_unit', 'security', 'update (parent_id)');
call erp.allow('erp.org_unit_closure', 'everyone', 'select');
call erp.allow('erp.app_user', 'everyone', 'select (id, company_id, user_name, display_name, display_name_zh, active, version)');
call erp.allow('erp.app_user', 'admin security auditor', 'select');
call erp.allow('erp.app_user', 'admin', 'update (display_name, display_name_zh, email, phone, badge, language)');
call erp.allow('erp.user_role', 'everyone', 'select');
call erp.allow('erp.user_unit', 'everyone', 'select');
call erp.allow('erp.setting', 'everyone', 'select');
call erp.allow('erp.setting', 'admin', 'insert, update (value), delete');
call erp.allow('erp.numbering', 'everyone', 'select');
call erp.allow('erp.numbering', 'admin', 'insert, update (prefix, digits)');
call erp.allow('erp.saved_view', 'everyone', 'select, insert, update (name, name_zh, position, definition), delete');
call erp.allow('erp.export_recipe', 'everyone', 'select, insert, update (name, name_zh, definition), delete');
call erp.allow('erp.custom_field', 'everyone', 'select');
call erp.allow('erp.custom_field', 'steward', 'insert, update (label, label_zh, meaning, meaning_zh, choices, unit, required, position, active)');
call erp.allow('erp.attachment', 'business', 'select');
call erp.allow('erp.attachment', 'clerk planner desk engineer buyer finance pm manager steward', 'insert, delete');
call erp.allow('erp.import_batch', 'business', 'select');
call erp.allow('erp.import_batch', 'clerk planner desk engineer buyer finance pm manager steward', 'insert');
call erp.allow('erp.import_mapping', 'business', 'select');
call erp.allow('erp.import_mapping', 'clerk planner desk engineer buyer finance pm manager steward', 'insert, update (definition), delete');
call erp.allow('erp.holiday', 'everyone', 'select');
call erp.allow('erp.holiday', 'steward admin', 'insert, update (name, name_zh, working), delete');

call erp.allow('erp.public_holiday', 'everyone', 'select');

call erp.allow('erp.role_name(text)', 'everyone', 'execute');
call erp.allow('erp.is_owner()', 'everyone', 'execute');
call erp.allow('erp.my_user_id()', 'everyone', 'execute');
call erp.allow('erp.my_roles()', 'everyone', 'execute');
call erp.allow('erp.my_units()', 'everyone', 'execute');
call erp.allow('erp.my_write_units()', 'everyone', 'execute');
call erp.allow('erp.my_units_up()', 'everyone', 'execute');
call erp.allow('erp.my_home_units()', 'everyone', 'execute');
call erp.allow('erp.my_engineer_id()', 'everyone', 'execute');
call erp.allow('erp.may_see(text, bigint)', 'everyone', 'execute');
call erp.allow('erp.may_attach(text, bigint)', 'everyone', 'execute');
call erp.allow('erp.check_custom(text, jsonb)', 'everyone', 'execute');
call erp.allow('erp.refuse(text, text, jsonb)', 'everyone', 'execute');
call erp.allow('api.me()', 'user worker', 'execute');
call erp.allow('api.changes_since(text, text)', 'user worker', 'execute');
call erp.allow('api.hold_record(text, bigint)', 'everyone', 'execute');
call erp.allow('api.notify_changes(text)', 'worker', 'execute');
call erp.allow('api.prune_changes(interval)', 'worker', 'execute');
call erp.allow('api.create_company(text, text, text, text, text)', 'admin', 'execute');

call erp.track('erp.company');
call erp.track('erp.org_unit');
call erp.track('erp.app_user');
call erp.track('erp.user_role');
call erp.track('erp.user_unit');
call erp.track('erp.setting');
call erp.track('erp.numbering', 'audit silent');
call erp.track('erp.saved_view', 'quiet');
call erp.track('erp.export_recipe', 'quiet');
call erp.track('erp.custom_field');
call erp.track('erp.attachment');
call erp.track('erp.import_batch', 'ledger silent');
call erp.track('erp.import_mapping', 'quiet silent');
call erp.track('erp.holiday');
