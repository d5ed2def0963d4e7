-- Parts that maintenance will want: the demand of the weeks ahead, what comes in, what will be left, and what must be ordered when.
--
-- The record is the classic one of material requirements planning (Orlicky 1975, ch. 4; Krajewski, Ritzman & Malhotra, Operations
-- Management, "Material Requirements Planning"), one per item and branch, in weeks that begin on Monday:
--
--   projected on hand   = what was there + scheduled receipts + planned receipts - gross requirements
--   net requirement     = what a week lacks after all receipts so far
--   planned receipt     = the net requirement in whole multiples of the reorder rule, at the beginning of its week
--   planned release     = the same, the lead time earlier
--
-- No safety stock stands in it: what is kept for the unforeseen is the reorder rules' matter, and both count what the other asked
-- for. Nothing is stored; docs/sql/parts_plan.sql is the same question as a plain script.

-- Work that is due and has no order yet: one row per occurrence, with the job plan whose parts it will want. This is the one place
-- where plans join: whatever makes work fall due is a branch of this query, nothing behind it asks where an occurrence came from.
--
-- visit: a contract in force promises so many visits a year, one order each, shared by the assets that it covers: twelve visits to four
-- assets are one to each every four months. The next one is due that interval after the last preventive order of the asset, whether
-- that is done or still open: what has an order is that order's demand. A visit that is overdue is due today, once. It follows
-- the revision in force of the job plan that the last one followed.
create function erp.work_due(branches integer[], until date)
returns table (kind text, contract_id bigint, source text, asset_id bigint, asset text, asset_name text, asset_name_zh text, job_plan_id bigint,
               branch integer, due_on date)
language plpgsql stable
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    with covered as (
        select c.id as contract_id, c.number, a.id as asset_id, a.code::text as code, a.name, a.name_zh, b.branch,
               make_interval(days => greatest(round(365.25 * n.assets / c.visits_per_year)::integer, 1)) as step, x.starts_on,
               least(coalesce(x.ends_on, 'infinity'), coalesce(c.ends_on, 'infinity'), until) as ends_on,
               (now() at time zone u.time_zone)::date as today, u.time_zone
        from planning_branches(branches) b
        join asset a on a.org_unit_id = b.unit and a.state not in ('retired', 'disposed')
        join contract_asset x on x.asset_id = a.id
        join contract c on c.id = x.contract_id and c.state = 'active' and c.visits_per_year > 0
        join org_unit u on u.id = b.branch
        cross join lateral (
            select count(distinct y.asset_id) as assets
            from contract_asset y
            join asset v on v.id = y.asset_id and v.state not in ('retired', 'disposed')
            where y.contract_id = c.id and y.starts_on <= current_date and coalesce(y.ends_on, 'infinity') >= current_date) n
        where n.assets > 0),
    followed as (
        select c.*, l.done_on, p.id as job_plan_id
        from covered c
        cross join lateral (
            select (coalesce(w.finished_at, w.planned_start, w.due_at, w.reported_at) at time zone c.time_zone)::date as done_on, j.company_id, j.code
            from work_order w
            join job_plan j on j.id = w.job_plan_id
            where w.asset_id = c.asset_id and w.kind = 'preventive' and w.state <> 'cancelled'
            order by 1 desc, w.id desc
            limit 1) l
        join lateral (
            select j.id from job_plan j
            where j.company_id = l.company_id and j.code = l.code and j.state = 'active'
            order by j.revision desc
            limit 1) p on true),
    due as (
        select f.*, d.due::date as due, (d.due + f.step)::date as next
        from followed f
        cross join lateral generate_series(f.done_on + f.step, f.ends_on, f.step) d (due))
    select 'visit', d.contract_id, d.number::text, d.asset_id, d.code, d.name, d.name_zh, d.job_plan_id, d.branch, greatest(d.due, d.today)
    from due d
    -- Of those that are overdue only the last, and nothing beyond the end of the cover.
    where (d.due >= d.today or d.next > d.today) and greatest(d.due, d.today) between d.starts_on and d.ends_on;
end
$$;

-- Everything that the weeks ahead want, piece by piece: what orders still lack or have set aside, and the parts of work that is due.
-- An order without a day wants its parts now. Orders that are only drafts count: somebody means to do them.
create function erp.parts_wanted(branches integer[], until date)
returns table (kind text, source_id bigint, source text, title text, title_zh text, branch integer, item_id bigint, wanted_on date, quantity numeric)
language plpgsql stable
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    with open_order as materialized (
        select w.id, w.number, w.title, w.title_zh, b.branch, w.state,
               (coalesce(w.planned_start, w.due_at, w.reported_at) at time zone u.time_zone)::date as wanted_on
        from planning_branches(branches) b
        join work_order w on w.org_unit_id = b.unit and w.state in (
            'draft', 'submitted', 'approved', 'planned', 'dispatched', 'accepted', 'travelling', 'on_site', 'working', 'waiting_part',
            'waiting_customer', 'done')
        join org_unit u on u.id = b.unit),
    line as (
        select o.id, p.item_id, p.quantity - coalesce(m.gone, 0) as lacking
        from open_order o
        join work_order_part p on p.work_order_id = o.id
        left join (
            select x.work_order_id, coalesce(g.present, x.item_id) as item_id, sum(case when t.kind = 'customer' then x.quantity else -x.quantity end) as gone
            from stock_move x
            join open_order o on o.id = x.work_order_id
            join stock_location f on f.id = x.from_location_id
            join stock_location t on t.id = x.to_location_id
            left join merged_items() g on g.id = x.item_id
            where 'customer' in (f.kind, t.kind)
            group by 1, 2) m on m.work_order_id = o.id and m.item_id = p.item_id
        where o.state <> 'done'),
    kept as (
        select v.work_order_id as id, v.item_id, sum(v.quantity - v.issued) as quantity
        from reservation v
        join open_order o on o.id = v.work_order_id
        where v.state = 'open'
        group by 1, 2),
    need as (
        -- What is set aside lies in the stock that the record begins with, so it is wanted like the rest.
        select coalesce(l.id, k.id) as id, coalesce(l.item_id, k.item_id) as item_id, greatest(coalesce(l.lacking, 0), coalesce(k.quantity, 0)) as quantity
        from line l
        full join kept k on k.id = l.id and k.item_id = l.item_id)
    select 'order', o.id, o.number::text, o.title, o.title_zh, o.branch, n.item_id, o.wanted_on, n.quantity
    from need n
    join open_order o on o.id = n.id
    where n.quantity > 0 and o.wanted_on <= until
    union all
    select d.kind, d.contract_id, d.source, d.asset || '  ' || d.asset_name, d.asset || '  ' || coalesce(d.asset_name_zh, d.asset_name), d.branch,
           p.item_id, d.due_on, p.quantity::numeric
    from work_due(branches, until) d
    join job_plan_part p on p.job_plan_id = d.job_plan_id
    where d.due_on <= until;
end
$$;

-- What comes in: orders that still owe something, requisitions that nobody ordered yet, and what is on its way between stores.
-- Without a promised day an order is due one lead time after it was placed. What is late is expected now.
create function erp.parts_coming(branches integer[], until date)
returns table (kind text, source_id bigint, source text, title text, title_zh text, branch integer, item_id bigint, expected_on date, quantity numeric)
language plpgsql stable
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    with unit as materialized (select * from planning_branches(branches))
    select c.kind, c.source_id, c.source, c.title, c.title_zh, c.branch, c.item_id, c.expected_on, c.quantity
    from (
        select 'purchase' as kind, o.id as source_id, o.number::text as source, s.name as title, s.name_zh as title_zh, b.branch, l.item_id,
               coalesce(l.promised_on, o.promised_on, coalesce(o.ordered_on, current_date) + coalesce(i.lead_time_days, 14)) as expected_on,
               (l.quantity - l.received)::numeric as quantity
        from unit b
        join purchase_order o on o.org_unit_id = b.unit and o.state not in ('received', 'cancelled', 'closed')
        join purchase_order_line l on l.purchase_order_id = o.id and l.received < l.quantity
        join item i on i.id = l.item_id
        join party s on s.id = o.supplier_id
        union all
        select 'requisition', h.id, h.number::text, q.reason, q.reason, b.branch, q.item_id, coalesce(q.needed_on, current_date),
               (q.quantity - q.ordered)::numeric
        from unit b
        join requisition h on h.org_unit_id = b.unit and h.state not in ('rejected', 'cancelled', 'closed')
        join requisition_line q on q.requisition_id = h.id and q.state = 'open' and q.ordered < q.quantity
        union all
        select 'transit', null, l.code::text, l.name, l.name_zh, b.branch, v.item_id, current_date, v.quantity::numeric
        from unit b
        join stock_balance v on v.org_unit_id = b.unit and v.quantity > 0 and v.condition = 'good' and v.owner_id is null
        join stock_location l on l.id = v.location_id and l.kind = 'in_transit') c
    where c.expected_on <= until;
end
$$;

-- The branches whose whole stock and work the caller may read, of one unit and what is below it; null: of all.
create function erp.readable_branches(root integer) returns integer[]
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    units integer[] := api.reading_units();
begin
    return array(
        select u.id from org_unit u
        where u.kind in ('branch', 'company') and u.id = any (units)
          and (root is null or exists (select from org_unit_closure c where c.ancestor_id = root and c.descendant_id = u.id))
        order by u.id);
end
$$;

-- The records of some branches over so many weeks, a row per item and week, for every item that is wanted in them. `overdue` is the part of a
-- planned release that should have gone out before this week. `items` narrows it; null: all.
create function erp.part_plan(branches integer[], weeks integer, items bigint[] default null)
returns table (id bigint, org_unit_id integer, item_id bigint, week date, lead_days integer, multiple numeric, on_hand numeric, gross numeric,
               scheduled numeric, projected numeric, net numeric, planned_receipt numeric, planned_release numeric, overdue numeric)
language plpgsql stable
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    monday date := date_trunc('week', current_date)::date;
    until  date := date_trunc('week', current_date)::date + 7 * weeks - 1;
begin
    return query
    with wanted as materialized (
        select p.branch, p.item_id, greatest(date_trunc('week', p.wanted_on)::date, monday) as week, sum(p.quantity) as quantity
        from parts_wanted(branches, until) p
        where items is null or p.item_id = any (items)
        group by 1, 2, 3),
    coming as materialized (
        select p.branch, p.item_id, greatest(date_trunc('week', p.expected_on)::date, monday) as week, sum(p.quantity) as quantity
        from parts_coming(branches, until) p
        where items is null or p.item_id = any (items)
        group by 1, 2, 3),
    known as materialized (
        select k.branch, k.item_id, coalesce(r.lead_time_days, i.lead_time_days, p.lead_time_days, 14) as lead_days, r.multiple::numeric as multiple
        from (select distinct branch, item_id from wanted) k
        join item i on i.id = k.item_id
        left join planning_policy p on p.company_id = i.company_id
        left join reorder_rule r on r.id = rule_of(k.item_id, k.branch)),
    -- What can be issued: not expired, not blocked, not in doubt; as api.part_outlook counts it, with what is set aside.
    held as (
        select u.branch, b.item_id, sum(b.quantity) as quantity
        from planning_branches(branches) u
        join stock_balance b on b.org_unit_id = u.unit and b.condition = 'good' and b.owner_id is null and b.quantity <> 0
        join stock_location l on l.id = b.location_id and l.kind in ('store', 'bin', 'van', 'site_store') and l.retired_on is null
        left join lot t on t.id = b.lot_id
        left join doubtful_stock() d on d.item_id = b.item_id and d.location_id = b.location_id and d.lot_id is not distinct from b.lot_id
        where (t.expires_on is null or t.expires_on >= current_date) and d.item_id is null and b.item_id in (select item_id from known)
        group by 1, 2),
    cell as materialized (
        select k.branch, k.item_id, k.lead_days, k.multiple, n.nr, monday + 7 * n.nr as week, coalesce(h.quantity, 0) as on_hand,
               coalesce(w.quantity, 0) as gross, coalesce(c.quantity, 0) as scheduled
        from known k
        cross join generate_series(0, weeks - 1) n (nr)
        left join held h on h.branch = k.branch and h.item_id = k.item_id
        left join wanted w on w.branch = k.branch and w.item_id = k.item_id and w.week = monday + 7 * n.nr
        left join coming c on c.branch = k.branch and c.item_id = k.item_id and c.week = monday + 7 * n.nr),
    -- How much is lacking by the end of a week, without any order that is only planned; then the worst of it so far, which planned
    -- orders must have covered, in whole multiples.
    lacking as (
        select c.*, sum(c.gross - c.scheduled) over (partition by c.branch, c.item_id order by c.nr) - c.on_hand as lack from cell c),
    worst as (
        select l.*, greatest(max(l.lack) over (partition by l.branch, l.item_id order by l.nr), 0) as most from lacking l),
    covered as (
        select w.*, case when w.multiple is null then w.most else ceil(w.most / w.multiple) * w.multiple end as ordered from worst w),
    recorded as materialized (
        select c.*, lag(c.ordered, 1, 0::numeric) over (partition by c.branch, c.item_id order by c.nr) as before from covered c),
    released as (
        select r.branch, r.item_id, greatest(date_trunc('week', r.week - r.lead_days)::date, monday) as week, sum(r.ordered - r.before) as quantity,
               coalesce(sum(r.ordered - r.before) filter (where date_trunc('week', r.week - r.lead_days) < monday), 0) as overdue
        from recorded r
        where r.ordered > r.before
        group by 1, 2, 3)
    select r.item_id * 10000000 + r.branch::bigint * 100 + r.nr, r.branch, r.item_id, r.week, r.lead_days, r.multiple, r.on_hand,
           r.gross, r.scheduled, r.ordered - r.lack, greatest(r.lack - r.before, 0), r.ordered - r.before, coalesce(e.quantity, 0), coalesce(e.overdue, 0)
    from recorded r
    left join released e on e.branch = r.branch and e.item_id = r.item_id and e.week = r.week;
end
$$;

create function erp.check_plan_weeks(weeks integer) returns void
language plpgsql stable
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    if weeks is null or weeks not between 1 and 53 then
        perform refuse('ER012', 'part_plan_weeks', jsonb_build_object('weeks', weeks));
    end if;
end
$$;

-- The same for a reader: the branches that he reads wholly, of one unit and what is below it (null: of all).
create function api.part_plan(unit integer default null, weeks integer default 12)
returns table (id bigint, org_unit_id integer, item_id bigint, week date, lead_days integer, multiple numeric, on_hand numeric, gross numeric,
               scheduled numeric, projected numeric, net numeric, planned_receipt numeric, planned_release numeric, overdue numeric)
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    perform check_plan_weeks(weeks);
    return query select * from erp.part_plan(readable_branches(unit), weeks);
end
$$;

-- For lists: twelve weeks of all branches.
create view api.parts_plan with (security_invoker = true) as
select * from api.part_plan(null, 12);

-- What makes up a record: each demand ("out") and each receipt ("in") of an item in a branch, by its day. Nothing for a branch that is not
-- the caller's to read wholly.
create function api.part_plan_sources(branch integer, item bigint, weeks integer default 12)
returns table (way text, kind text, source_id bigint, source text, title text, title_zh text, on_day date, week date, quantity numeric)
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    monday date := date_trunc('week', current_date)::date;
    until  date := date_trunc('week', current_date)::date + 7 * weeks - 1;
    one    integer[] := array(select b from unnest(readable_branches($1)) b where b = $1);
begin
    perform check_plan_weeks(weeks);
    return query
    select 'out', w.kind, w.source_id, w.source, w.title, w.title_zh, w.wanted_on, greatest(date_trunc('week', w.wanted_on)::date, monday), w.quantity
    from parts_wanted(one, until) w
    where w.item_id = $2
    union all
    select 'in', c.kind, c.source_id, c.source, c.title, c.title_zh, c.expected_on, greatest(date_trunc('week', c.expected_on)::date, monday), c.quantity
    from parts_coming(one, until) c
    where c.item_id = $2
    order by 7, 1 desc, 4;
end
$$;

-- Ask for what the plan of a branch releases up to the week of `upto`, of some items: one requisition per supplier, a line per item and
-- week of need. Worked out again here under locks, and what was asked for is a scheduled receipt from then on: twice asked is once
-- ordered. Returns the requisitions.
create function api.request_parts(branch integer, items bigint[], upto date, weeks integer default 12) returns bigint[]
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
    part   record;
    made   bigint;
    result bigint[] := '{}';
    zh     boolean := coalesce((select u.language = 'zh' from app_user u where u.id = my_user_id()), true);
begin
    perform check_plan_weeks(weeks);
    perform check_isolation();
    if not exists (select from org_unit u where u.id = branch and u.kind in ('branch', 'company') and u.id = any (my_write_units())) then
        perform refuse('ER004', 'planning_unit_known');
    end if;
    -- One such request of a branch at a time, and no rule of these items meanwhile.
    perform pg_advisory_xact_lock(hashtext('erp.request_parts'), branch);
    perform from reorder_rule r where r.item_id = any (items) and r.active order by r.id for update;
    for part in
        with planned as (
            select p.item_id, p.week, p.planned_receipt as quantity
            from erp.part_plan(array[branch], weeks, items) p
            where p.planned_receipt > 0 and p.week - p.lead_days <= date_trunc('week', upto)::date + 6),
        caused as (
            select w.item_id, greatest(date_trunc('week', w.wanted_on)::date, date_trunc('week', current_date)::date) as week,
                   string_agg(w.source || ' × ' || trim_scale(w.quantity), ', ' order by w.wanted_on, w.source) as sources
            from parts_wanted(array[branch], date_trunc('week', current_date)::date + 7 * weeks - 1) w
            where w.item_id = any (items)
            group by 1, 2)
        select i.supplier_id, jsonb_agg(jsonb_build_object(
            'item_id', p.item_id, 'quantity', p.quantity, 'needed_on', greatest(p.week, current_date), 'supplier_id', i.supplier_id,
            'reason', left(format(case when zh then '%s 当周备件需求：%s' else 'Parts demand of the week of %s: %s' end, p.week, coalesce(c.sources, '–')), 500))
            order by i.code, p.week) as lines
        from planned p
        join item i on i.id = p.item_id
        left join caused c on c.item_id = p.item_id and c.week = p.week
        group by i.supplier_id
        order by i.supplier_id nulls last
    loop
        made := api.open_requisition(my_user_id(), branch, 'plan', part.lines);
        if made is not null then
            result := result || made;
        end if;
    end loop;
    return result;
end
$$;

call erp.allow('api.part_plan(integer, integer)', 'clerk buyer finance planner pm manager steward auditor', 'execute');
call erp.allow('api.parts_plan', 'clerk buyer finance planner pm manager steward auditor', 'select');
call erp.allow('api.part_plan_sources(integer, bigint, integer)', 'clerk buyer finance planner pm manager steward auditor', 'execute');
call erp.allow('api.request_parts(integer, bigint[], date, integer)', 'clerk buyer manager', 'execute');
