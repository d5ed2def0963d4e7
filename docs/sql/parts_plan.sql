-- Parts demand by week, from the bare tables: the record of material requirements planning, week after week as it is worked out by hand
-- (Orlicky 1975, ch. 4). The page "Parts demand by week" shows the same. Twelve weeks; a branch plans for all units below it.
--   psql "$(outpost dsn)" -f docs/sql/parts_plan.sql
with recursive week as (
    select n, date_trunc('week', current_date)::date + 7 * n as monday from generate_series(0, 11) n
), branch as (
    select u.id as unit, (
        select a.id from erp.org_unit_closure c join erp.org_unit a on a.id = c.ancestor_id and a.kind in ('branch', 'company')
        where c.descendant_id = u.id order by c.depth limit 1) as id
    from erp.org_unit u
), day_end as (
    select max(monday) + 6 as last from week
), work as (
    select w.id, w.state, b.id as branch, (coalesce(w.planned_start, w.due_at, w.reported_at) at time zone u.time_zone)::date as day
    from erp.work_order w
    join branch b on b.unit = w.org_unit_id
    join erp.org_unit u on u.id = b.id
    where w.state not in ('confirmed', 'closed', 'cancelled')
), order_demand as (
    select w.branch, x.item_id, w.day, greatest(x.lacking, x.kept) as quantity
    from work w
    cross join lateral (
        select i.item_id,
               coalesce((select p.quantity from erp.work_order_part p where p.work_order_id = w.id and p.item_id = i.item_id and w.state <> 'done'), 0)
               - coalesce((select sum(case when t.kind = 'customer' then m.quantity else -m.quantity end)
                           from erp.stock_move m
                           join erp.stock_location f on f.id = m.from_location_id
                           join erp.stock_location t on t.id = m.to_location_id
                           where m.work_order_id = w.id and m.item_id = i.item_id and 'customer' in (f.kind, t.kind)), 0) as lacking,
               coalesce((select sum(r.quantity - r.issued) from erp.reservation r
                         where r.work_order_id = w.id and r.item_id = i.item_id and r.state = 'open'), 0) as kept
        from (select item_id from erp.work_order_part p where p.work_order_id = w.id
              union select item_id from erp.reservation r where r.work_order_id = w.id) i) x
    where greatest(x.lacking, x.kept) > 0
), visit as (
    -- One visit after the other, from the last preventive order of the asset on.
    select x.id, b.id as branch, a.id as asset_id, l.job_plan_id, l.done + s.step as due, s.step, x.starts_on, s.ends_on
    from erp.contract_asset x
    join erp.contract c on c.id = x.contract_id and c.state = 'active' and c.visits_per_year > 0
    join erp.asset a on a.id = x.asset_id and a.state not in ('retired', 'disposed')
    join branch b on b.unit = a.org_unit_id
    join erp.org_unit u on u.id = b.id
    cross join lateral (select round(365.25 * count(distinct y.asset_id) / c.visits_per_year)::integer as step,
                               least(coalesce(x.ends_on, 'infinity'), coalesce(c.ends_on, 'infinity')) as ends_on
                        from erp.contract_asset y
                        join erp.asset v on v.id = y.asset_id and v.state not in ('retired', 'disposed')
                        where y.contract_id = c.id and y.starts_on <= current_date and coalesce(y.ends_on, 'infinity') >= current_date
                        having count(*) > 0) s
    cross join lateral (
        select (coalesce(w.finished_at, w.planned_start, w.due_at, w.reported_at) at time zone u.time_zone)::date as done,
               (select j.id from erp.job_plan j where j.company_id = o.company_id and j.code = o.code and j.state = 'active'
                order by j.revision desc limit 1) as job_plan_id
        from erp.work_order w
        join erp.job_plan o on o.id = w.job_plan_id
        where w.asset_id = a.id and w.kind = 'preventive' and w.state <> 'cancelled'
        order by 1 desc, w.id desc
        limit 1) l
    union all
    select v.id, v.branch, v.asset_id, v.job_plan_id, v.due + v.step, v.step, v.starts_on, v.ends_on from visit v, day_end e where v.due + v.step <= e.last
), demand as (
    select d.branch, d.item_id, d.day, d.quantity from order_demand d
    union all
    select v.branch, p.item_id, greatest(v.due, (now() at time zone u.time_zone)::date), p.quantity
    from visit v
    join erp.org_unit u on u.id = v.branch
    join erp.job_plan_part p on p.job_plan_id = v.job_plan_id
    where v.due + v.step > (now() at time zone u.time_zone)::date
      and greatest(v.due, (now() at time zone u.time_zone)::date) between v.starts_on and v.ends_on and v.due <= v.ends_on
), supply as (
    select b.id as branch, l.item_id, coalesce(l.promised_on, o.promised_on, coalesce(o.ordered_on, current_date) + coalesce(i.lead_time_days, 14)) as day,
           l.quantity - l.received as quantity
    from erp.purchase_order_line l
    join erp.purchase_order o on o.id = l.purchase_order_id and o.state not in ('received', 'cancelled', 'closed')
    join erp.item i on i.id = l.item_id
    join branch b on b.unit = o.org_unit_id
    where l.received < l.quantity
    union all
    select b.id, q.item_id, coalesce(q.needed_on, current_date), q.quantity - q.ordered
    from erp.requisition_line q
    join erp.requisition r on r.id = q.requisition_id and r.state not in ('rejected', 'cancelled', 'closed')
    join branch b on b.unit = r.org_unit_id
    where q.state = 'open' and q.ordered < q.quantity
    union all
    select b.id, v.item_id, current_date, v.quantity
    from erp.stock_balance v
    join erp.stock_location l on l.id = v.location_id and l.kind = 'in_transit'
    join branch b on b.unit = v.org_unit_id
    where v.condition = 'good' and v.owner_id is null
), planned as (
    select k.branch, k.item_id, coalesce(r.lead_time_days, i.lead_time_days, p.lead_time_days, 14) as lead, r.multiple,
           coalesce((
               select sum(v.quantity)
               from erp.stock_balance v
               join branch b on b.unit = v.org_unit_id and b.id = k.branch
               join erp.stock_location l on l.id = v.location_id and l.kind in ('store', 'bin', 'van', 'site_store') and l.retired_on is null
               left join erp.lot t on t.id = v.lot_id
               where v.item_id = k.item_id and v.condition = 'good' and v.owner_id is null and coalesce(t.expires_on, 'infinity') >= current_date
                 and not erp.in_doubt(v.item_id, v.location_id, v.lot_id)), 0)::numeric as on_hand
    from (select distinct d.branch, d.item_id from demand d, day_end e where d.day <= e.last) k
    join erp.item i on i.id = k.item_id
    left join erp.planning_policy p on p.company_id = i.company_id
    left join erp.reorder_rule r on r.id = erp.rule_of(k.item_id, k.branch)
), cell as (
    select p.*, w.n, w.monday,
           coalesce((select sum(d.quantity) from demand d where d.branch = p.branch and d.item_id = p.item_id
                     and case when w.n = 0 then d.day < w.monday + 7 else d.day >= w.monday and d.day < w.monday + 7 end), 0)::numeric as gross,
           coalesce((select sum(s.quantity) from supply s where s.branch = p.branch and s.item_id = p.item_id
                     and case when w.n = 0 then s.day < w.monday + 7 else s.day >= w.monday and s.day < w.monday + 7 end), 0)::numeric as scheduled
    from planned p
    cross join week w
), record as (
    -- Week after week: what the week before left, less what this one wants; what lacks is planned in whole multiples.
    select c.branch, c.item_id, c.n, c.monday, c.lead, c.multiple, c.on_hand, c.gross, c.scheduled, x.net, y.receipt,
           c.on_hand + c.scheduled - c.gross + y.receipt as projected
    from cell c
    cross join lateral (select greatest(c.gross - c.scheduled - c.on_hand, 0) as net) x
    cross join lateral (select coalesce(ceil(x.net / c.multiple) * c.multiple, x.net) as receipt) y
    where c.n = 0
    union all
    select c.branch, c.item_id, c.n, c.monday, c.lead, c.multiple, c.on_hand, c.gross, c.scheduled, x.net, y.receipt,
           r.projected + c.scheduled - c.gross + y.receipt
    from record r
    join cell c on c.branch = r.branch and c.item_id = r.item_id and c.n = r.n + 1
    cross join lateral (select greatest(c.gross - c.scheduled - r.projected, 0) as net) x
    cross join lateral (select coalesce(ceil(x.net / c.multiple) * c.multiple, x.net) as receipt) y
)
select u.code as branch, i.code as item, r.monday as week, r.gross, r.scheduled, r.projected, r.net, r.receipt,
       coalesce((select sum(x.receipt) from record x
                 where x.branch = r.branch and x.item_id = r.item_id
                   and case when r.n = 0 then x.monday - x.lead < r.monday + 7
                            else x.monday - x.lead >= r.monday and x.monday - x.lead < r.monday + 7 end), 0) as release
from record r
join erp.org_unit u on u.id = r.branch
join erp.item i on i.id = r.item_id
order by u.code, i.code, r.monday;
