-- Whether an order's parts will be there on its day: what is wanted and what comes, branch by branch, in the order of days.

-- Which branch plans for a unit: the nearest branch, or the company itself, at or above it.
create function erp.planning_branches(branches integer[]) returns table (unit integer, branch integer)
language plpgsql stable rows 50
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    return query
    select c.descendant_id, c.ancestor_id
    from org_unit_closure c
    join org_unit a on a.id = c.ancestor_id and a.kind in ('branch', 'company')
    where c.ancestor_id = any (branches)
      and not exists (
          select from org_unit_closure k
          join org_unit u on u.id = k.ancestor_id and u.kind in ('branch', 'company')
          where k.descendant_id = c.descendant_id and k.depth < c.depth);
end
$$;

-- What somebody found less of than the books say, as erp.in_doubt has it for one place.
create function erp.doubtful_stock() returns table (item_id bigint, location_id bigint, lot_id bigint)
language plpgsql stable rows 20
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    return query
    select distinct k.item_id, k.location_id, k.lot_id
    from pick_line k
    where k.short > 0 and k.short_reason in ('missing', 'damaged')
      and not exists (
          select from stock_count_line l
          join stock_count c on c.id = l.count_id and c.state = 'posted'
          where l.item_id = k.item_id and l.location_id = k.location_id and l.lot_id is not distinct from k.lot_id and l.counted_at > k.settled_at);
end
$$;

-- Are the parts there on the day? Stock that is free in the order's branch, then what suppliers have promised, goes to the
-- orders by their planned day (else their due time, then their number); what is set aside for an order or issued to it is
-- there already. One row a planned part. "ready" now, "coming" on a day, or "missing": nobody has ordered it, or no day is
-- known. `claimed` is what this order and all before it still want of the item. All open demand of the branches at once, or of
-- some items (null: of all); it reads each table once however many orders there are.
create function erp.demand_outlook(branches integer[], items bigint[])
returns table (work_order_id bigint, part_id bigint, item_id bigint, needed numeric, issued numeric, reserved numeric, open numeric,
               free numeric, claimed numeric, state text, ready_on date)
language plpgsql stable
set search_path = erp, pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
    return query
    with unit as materialized (select * from planning_branches(branches)),
    line as materialized (
        select w.id as work_order_id, p.id as part_id, p.item_id, u.branch, p.quantity::numeric as needed,
               coalesce(w.planned_start, w.due_at, 'infinity') as day
        from unit u
        join work_order w on w.org_unit_id = u.unit and w.state in (
            'submitted', 'approved', 'planned', 'dispatched', 'accepted', 'travelling', 'on_site', 'working', 'waiting_part', 'waiting_customer')
        join work_order_part p on p.work_order_id = w.id
        where items is null or p.item_id = any (items)),
    ordering as materialized (select distinct l.work_order_id from line l),
    gone as (
        select x.work_order_id, coalesce(g.present, x.item_id) as item_id,
               sum(case when t.kind = 'customer' then x.quantity else -x.quantity end) as quantity
        from ordering o
        join stock_move x on x.work_order_id = o.work_order_id
        join stock_location f on f.id = x.from_location_id
        join stock_location t on t.id = x.to_location_id
        left join merged_items() g on g.id = x.item_id
        where 'customer' in (f.kind, t.kind)
        group by 1, 2),
    kept as (
        select v.work_order_id, v.item_id, sum(v.quantity - v.issued) as quantity
        from ordering o
        join reservation v on v.work_order_id = o.work_order_id and v.state = 'open'
        group by 1, 2),
    need as (
        select l.*, coalesce(g.quantity, 0) as issued, coalesce(k.quantity, 0) as reserved,
               greatest(l.needed - coalesce(g.quantity, 0) - coalesce(k.quantity, 0), 0) as open
        from line l
        left join gone g on g.work_order_id = l.work_order_id and g.item_id = l.item_id
        left join kept k on k.work_order_id = l.work_order_id and k.item_id = l.item_id),
    claim as materialized (
        select n.*, case when n.open > 0 then sum(n.open) over (partition by n.branch, n.item_id order by n.day, n.work_order_id) else 0 end as claimed
        from need n),
    wanted as materialized (select distinct c.branch, c.item_id from claim c where c.open > 0),
    stock as (
        select u.branch, b.item_id, sum(b.quantity - b.reserved) as free
        from unit u
        join stock_balance b on b.org_unit_id = u.unit and b.condition = 'good' and b.owner_id is null and b.quantity > b.reserved
        join wanted x on x.branch = u.branch and x.item_id = b.item_id
        join stock_location l on l.id = b.location_id and l.kind in ('store', 'bin', 'van', 'site_store') and l.retired_on is null
        left join lot t on t.id = b.lot_id
        left join doubtful_stock() d on d.item_id = b.item_id and d.location_id = b.location_id and d.lot_id is not distinct from b.lot_id
        where (t.expires_on is null or t.expires_on >= current_date) and d.item_id is null
        group by 1, 2),
    arrival as (
        select x.branch, x.item_id, a.day, sum(sum(l.quantity - l.received)) over (partition by x.branch, x.item_id order by a.day) as upto,
               sum(l.quantity - l.received) as quantity
        from wanted x
        join purchase_order_line l on l.item_id = x.item_id and l.received < l.quantity
        join purchase_order o on o.id = l.purchase_order_id and o.state in ('ordered', 'part_received')
        join unit u on u.branch = x.branch and u.unit = o.org_unit_id
        cross join lateral (select greatest(coalesce(l.promised_on, o.promised_on), current_date) as day) a
        where coalesce(l.promised_on, o.promised_on) is not null
        group by 1, 2, 3)
    select c.work_order_id, c.part_id, c.item_id, c.needed, c.issued, c.reserved, c.open, coalesce(s.free, 0), c.claimed,
           case when c.open = 0 or coalesce(s.free, 0) >= c.claimed then 'ready' when a.day is not null then 'coming' else 'missing' end,
           a.day
    from claim c
    left join stock s on s.branch = c.branch and s.item_id = c.item_id
    -- The arrival that brings the last piece of what is claimed up to here.
    left join arrival a on a.branch = c.branch and a.item_id = c.item_id and c.open > 0 and coalesce(s.free, 0) < c.claimed
        and a.upto >= c.claimed - coalesce(s.free, 0) and a.upto - a.quantity < c.claimed - coalesce(s.free, 0);
end
$$;

-- The same for some orders: of those that still want parts, a row each.
create function api.part_outlook(order_ids bigint[])
returns table (work_order_id bigint, part_id bigint, item_id bigint, needed numeric, issued numeric, reserved numeric, open numeric,
               free numeric, claimed numeric, state text, ready_on date)
language plpgsql stable
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select d.*
    from erp.demand_outlook(
        array(select distinct api.branch_of(u) from (select distinct w.org_unit_id as u from work_order w where w.id = any (order_ids)) x),
        array(select distinct p.item_id from work_order_part p where p.work_order_id = any (order_ids))) d
    where d.work_order_id = any (order_ids);
end
$$;

-- The same for whole orders: "ready" (all is there or set aside), "coming" (all will have come on that day), "partly" (some of
-- it has no source), "missing" (nothing of it is there). An order without planned parts, or past needing them, has no row.
-- `late`: it comes after the planned day. `wanting`: the codes of what is not there. Only orders all of whose parts are among the
-- items are told rightly; null: all items.
create function erp.orders_ready(branches integer[], items bigint[])
returns table (work_order_id bigint, state text, ready_on date, late boolean, lines integer, ready_lines integer, wanting text[])
language plpgsql stable
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select s.work_order_id, s.state, s.day, s.state = 'coming' and coalesce(s.day > (w.planned_start at time zone u.time_zone)::date, false),
           s.lines, s.ready, s.wanting
    from (
        select o.work_order_id,
               case when bool_and(o.state = 'ready') then 'ready'
                    when not bool_or(o.state = 'missing') then 'coming'
                    when bool_or(o.state = 'ready') then 'partly'
                    else 'missing' end as state,
               case when not bool_or(o.state = 'missing') then max(o.ready_on) end as day,
               count(*)::integer as lines, (count(*) filter (where o.state = 'ready'))::integer as ready,
               array_agg(i.code::text order by i.code) filter (where o.state <> 'ready') as wanting
        from demand_outlook(branches, items) o
        join item i on i.id = o.item_id
        group by o.work_order_id) s
    join work_order w on w.id = s.work_order_id
    join org_unit u on u.id = w.org_unit_id;
end
$$;

-- That of some orders, as far as they are the caller's to see.
create function api.parts_ready(order_ids bigint[])
returns table (work_order_id bigint, state text, ready_on date, late boolean, lines integer, ready_lines integer, wanting text[])
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    units integer[] := api.reading_units();
    me    bigint := my_engineer_id();
    seen  bigint[] := array(
        select w.id from work_order w where w.id = any ($1) and (w.org_unit_id = any (units) or w.engineer_id = me));
begin
    return query
    select r.*
    from orders_ready(
        array(select distinct api.branch_of(x.unit) from (select distinct w.org_unit_id as unit from work_order w where w.id = any (seen)) x),
        array(select distinct p.item_id from work_order_part p where p.work_order_id = any (seen))) r
    where r.work_order_id = any (seen);
end
$$;

-- The planned parts of one order with what is known of each; nothing for an order that is not the caller's to see.
create function api.order_parts(order_id bigint)
returns table (part_id bigint, item_code text, item_name text, item_name_zh text, uom text, uom_zh text, needed numeric, issued numeric,
               reserved numeric, missing numeric, state text, ready_on date)
language plpgsql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    units integer[] := api.reading_units();
    me    bigint := my_engineer_id();
begin
    return query
    select o.part_id, i.code::text, i.name, i.name_zh, i.uom, u.name_zh, o.needed, o.issued, o.reserved, o.open, o.state, o.ready_on
    from api.part_outlook(array(
        select w.id from work_order w where w.id = $1 and (w.org_unit_id = any (units) or w.engineer_id = me))) o
    join item i on i.id = o.item_id
    join unit_of_measure u on u.code = i.uom
    order by i.code;
end
$$;
call erp.allow('api.parts_ready(bigint[])', 'business', 'execute');
call erp.allow('api.order_parts(bigint)', 'business', 'execute');
