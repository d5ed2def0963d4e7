-- Which orders have their parts, as a word that lists show, filter and sort by: what erp.orders_ready says, kept in a table and worked
-- out anew by the worker within seconds of a change (it reads the change feed), never while posting. A form asks api.parts_ready, which
-- looks at the stock itself.

create table erp.order_readiness (
    id          bigint      not null constraint order_readiness_pk primary key constraint order_readiness_order references erp.work_order on delete cascade,
    company_id  integer     not null,
    org_unit_id integer     not null,
    engineer_id bigint      constraint order_readiness_engineer references erp.engineer on delete cascade,
    signal      text        not null constraint order_readiness_signal_known check (signal in ('ready', 'coming', 'late', 'partly', 'missing')),
    ready_on    date,
    wanting     text[],
    changed_at  timestamptz not null default now(),
    constraint order_readiness_unit foreign key (company_id, org_unit_id) references erp.org_unit (company_id, id) on delete restrict
);
create index order_readiness_signal_idx on erp.order_readiness (signal, id) include (org_unit_id);
comment on column erp.order_readiness.engineer_id is 'The order''s engineer, who sees it wherever it is';
comment on column erp.order_readiness.signal is 'late: all of it will have come, but after the planned day';
comment on column erp.order_readiness.wanting is 'Codes of the parts that are not there';

-- Write the words of some orders anew; null: of all. `items`: all parts of these orders, null: all there are.
create function erp.write_readiness(orders bigint[], items bigint[]) returns integer
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    branches integer[] := array(select u.id from org_unit u where u.kind in ('branch', 'company'));
    written  integer;
begin
    with fresh as materialized (
        select r.work_order_id, case when r.late then 'late' else r.state end as signal, r.ready_on, r.wanting
        from orders_ready(branches, items) r
        where orders is null or r.work_order_id = any (orders)),
    gone as (
        delete from order_readiness o
        where (orders is null or o.id = any (orders)) and not exists (select from fresh f where f.work_order_id = o.id))
    insert into order_readiness as o (id, company_id, org_unit_id, engineer_id, signal, ready_on, wanting)
    select w.id, w.company_id, w.org_unit_id, w.engineer_id, f.signal, f.ready_on, f.wanting
    from fresh f
    join work_order w on w.id = f.work_order_id
    order by w.id
    on conflict on constraint order_readiness_pk do update
    set (org_unit_id, engineer_id, signal, ready_on, wanting, changed_at)
      = (excluded.org_unit_id, excluded.engineer_id, excluded.signal, excluded.ready_on, excluded.wanting, now())
    where (o.org_unit_id, o.engineer_id, o.signal, o.ready_on, o.wanting)
        is distinct from (excluded.org_unit_id, excluded.engineer_id, excluded.signal, excluded.ready_on, excluded.wanting);
    get diagnostics written = row_count;
    return written;
end
$$;

-- Look at what changed since `token` (null: at everything). The worker calls it every few seconds with the token of the time before. What
-- cannot be told item by item any more, and the turn of a day, works all out anew.
create function api.refresh_readiness(token text default null) returns text
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    present pg_snapshot := pg_current_snapshot();
    past    pg_snapshot := nullif(split_part(token, '@', 1), '')::pg_snapshot;
    items   bigint[];
    orders  bigint[];
    topics  constant text[] := '{stock_balance,reservation,purchase_order,purchase_order_line,work_order,work_order_part,item,lot,pick_line,stock_count}';
    wide    constant text[] := '{stock_location}';
begin
    perform pg_advisory_xact_lock(hashtext('erp.refresh_readiness'));
    if past is null or split_part(token, '@', 2) is distinct from current_date::text
       or exists (select from feed f where f.pruned_to >= pg_snapshot_xmin(past))
       or exists (
           select from change c
           where c.xid >= pg_snapshot_xmin(past) and not pg_visible_in_snapshot(c.xid, past)
             and (c.topic = any (topics) and c.ids = '{}' or c.topic = any (wide))) then
        perform write_readiness(null, null);
        return present::text || '@' || current_date;
    end if;
    with touched as materialized (
        select distinct c.topic, i.id
        from change c
        cross join lateral unnest(c.ids) i (id)
        where c.xid >= pg_snapshot_xmin(past) and not pg_visible_in_snapshot(c.xid, past) and c.topic = any (topics)),
    found as materialized (
        select t.topic, t.id, b.item_id, null::bigint as order_id from touched t left join stock_balance b on b.id = t.id where t.topic = 'stock_balance'
        union all
        select t.topic, t.id, v.item_id, v.work_order_id from touched t left join reservation v on v.id = t.id where t.topic = 'reservation'
        union all
        select t.topic, t.id, l.item_id, null from touched t left join purchase_order_line l on l.id = t.id where t.topic = 'purchase_order_line'
        union all
        select t.topic, t.id, p.item_id, p.work_order_id from touched t left join work_order_part p on p.id = t.id where t.topic = 'work_order_part'
        union all
        select t.topic, t.id, t.id, null from touched t where t.topic = 'item'
        union all
        select t.topic, t.id, l.item_id, null from touched t join lot l on l.id = t.id where t.topic = 'lot'
        union all
        select t.topic, t.id, k.item_id, null from touched t join pick_line k on k.id = t.id and k.short > 0 where t.topic = 'pick_line'
        union all
        select t.topic, t.id, l.item_id, null
        from touched t
        join stock_count_line l on l.count_id = t.id
        join pick_line k on k.item_id = l.item_id and k.location_id = l.location_id and k.short > 0
        where t.topic = 'stock_count'
        union all
        select t.topic, t.id, l.item_id, null from touched t join purchase_order_line l on l.purchase_order_id = t.id where t.topic = 'purchase_order'
        union all
        select t.topic, t.id, coalesce(p.item_id, 0), t.id from touched t left join work_order_part p on p.work_order_id = t.id where t.topic = 'work_order')
    -- A row that is gone no longer says of what it was.
    select array_agg(distinct f.item_id), array_agg(distinct f.order_id) filter (where f.order_id is not null) into items, orders from found f;
    if array_position(items, null) is not null then
        perform write_readiness(null, null);
    elsif items is not null then
        orders := array(
            select w.id from work_order w
            where w.id in (select p.work_order_id from work_order_part p where p.item_id = any (items)) and wants_parts(w.state)
            union
            select unnest(orders));
        perform write_readiness(orders, array(select distinct p.item_id from work_order_part p where p.work_order_id = any (orders)));
    end if;
    return present::text || '@' || current_date;
end
$$;

call erp.secure('erp.order_readiness', 'owned');
call erp.also('erp.order_readiness', 'engineer', 'select', '{row}.engineer_id = (select erp.my_engineer_id())');
call erp.allow('erp.order_readiness', 'business', 'select');
call erp.allow('api.refresh_readiness(text)', 'worker', 'execute');
call erp.track('erp.order_readiness', 'quiet plain');
