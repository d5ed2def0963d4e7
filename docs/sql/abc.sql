-- ABC and XYZ of what a whole company consumed in some months, from the ledger alone. The classification (Warehouse, ABC and
-- XYZ) shows the same. Set where the months end, how many
-- they are and the cut-offs here:
with recursive parameter as (
    select coalesce(nullif(current_setting('outpost.until', true), '')::date, date_trunc('month', now())::date) as until,
           coalesce(nullif(current_setting('outpost.months', true), '')::integer, 12) as months, 0.80 as a, 0.95 as b, 0.5 as x, 1.0 as y
), merged (id, present) as (
    select i.id, i.merged_into from erp.item i where i.merged_into is not null
    union all
    select w.id, i.merged_into from merged w join erp.item i on i.id = w.present where i.merged_into is not null
), now_is as (
    select w.id, w.present from merged w join erp.item i on i.id = w.present where i.merged_into is null
), consumption as (
    select i.id, i.code, date_trunc('month', r.effective_at at time zone u.time_zone)::date as month,
           sum(case t.kind when 'customer' then m.quantity else -m.quantity end) as quantity,
           sum(case t.kind when 'customer' then m.amount else -m.amount end) as amount
    from erp.stock_move m
    left join erp.stock_move o on o.id = m.reverses_id
    join erp.stock_move r on r.id = coalesce(o.reverses_id, o.id, m.id)
    join erp.stock_location f on f.id = m.from_location_id
    join erp.stock_location t on t.id = m.to_location_id
    left join now_is g on g.id = m.item_id
    join erp.item i on i.id = coalesce(g.present, m.item_id) and i.retired_on is null
    join erp.org_unit u on u.id = r.from_org_unit_id
    where m.owner_id is null and ((f.stocked and t.kind = 'customer') or (f.kind = 'customer' and t.stocked))
    group by 1, 2, 3
), year as (
    select c.id, c.code, sum(c.quantity) as quantity, sum(c.amount) as amount
    from consumption c, parameter p
    where c.month < p.until and c.month >= p.until - make_interval(months => p.months)
    group by 1, 2
), regular as (
    select y.id, stddev_samp(greatest(coalesce(c.quantity, 0), 0)) / nullif(avg(greatest(coalesce(c.quantity, 0), 0)), 0) as variation
    from year y
    cross join parameter p
    cross join generate_series(p.until - make_interval(months => p.months), p.until - interval '1 month', interval '1 month') s (month)
    left join consumption c on c.id = y.id and c.month = s.month::date
    group by y.id
), ranked as (
    select y.*, sum(y.amount) over (order by y.amount desc, y.id) as running, sum(y.amount) over () as whole from year y
)
select r.code as item, r.quantity, r.amount, round(r.amount / nullif(r.whole, 0), 6) as share, round(r.running / nullif(r.whole, 0), 6) as cumulative,
       case when r.amount <= 0 then 'C' when r.running - r.amount < p.a * r.whole then 'A'
            when r.running - r.amount < p.b * r.whole then 'B' else 'C' end as abc,
       round(v.variation, 4) as variation, case when v.variation <= p.x then 'X' when v.variation <= p.y then 'Y' when v.variation > p.y then 'Z' end as xyz
from ranked r
join regular v on v.id = r.id
cross join parameter p
order by r.running;
