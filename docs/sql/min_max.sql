-- Suggested minimum and maximum by item and warehouse, from the ledger alone, step by step. The list "Suggestions" shows the same.
--
--   class of demand   ADI = months / months with demand, CV² of its size; cut at 1.32 and 0.49 (Syntetos, Boylan & Croston 2005)
--   forecast a month  ADI < 1.32: average of the last months; else SBA = (1 - alpha/2) × Croston (Syntetos & Boylan 2005)
--   safety stock      z(service level) × deviation of a month × root of the lead time in months
--   minimum           forecast × lead time + safety stock, where demand comes now and then at least one usual need; rounded up
--   maximum           minimum + forecast × months that an order covers; at least one piece more
with recursive rule as (
    select u.id, u.code, u.time_zone, u.company_id, coalesce(p.history_months, 24) as history, coalesce(p.average_months, 6) as last_months,
           coalesce(p.smoothing, 0.1) as alpha, coalesce(p.lead_time_days, 14) as lead,
           array[coalesce(p.service_a, 0.98), coalesce(p.service_b, 0.95), coalesce(p.service_c, 0.90)] as service,
           array[coalesce(p.cover_a, 1), coalesce(p.cover_b, 2), coalesce(p.cover_c, 3)] as cover,
           date_trunc('month', now() at time zone u.time_zone)::date as this_month
    from erp.org_unit u
    left join erp.planning_policy p on p.company_id = u.company_id
), merged (id, present) as (
    select i.id, i.merged_into from erp.item i where i.merged_into is not null
    union all
    select w.id, i.merged_into from merged w join erp.item i on i.id = w.present where i.merged_into is not null
), now_is as (
    select w.id, w.present from merged w join erp.item i on i.id = w.present where i.merged_into is null
), demand as (
    select u.id as unit, coalesce(g.present, m.item_id) as item_id, date_trunc('month', r.effective_at at time zone u.time_zone)::date as month,
           greatest(sum(case t.kind when 'customer' then m.quantity else -m.quantity end), 0) as quantity
    from erp.stock_move m
    left join erp.stock_move o on o.id = m.reverses_id
    join erp.stock_move r on r.id = coalesce(o.reverses_id, o.id, m.id)
    join erp.stock_location f on f.id = m.from_location_id
    join erp.stock_location t on t.id = m.to_location_id
    join rule u on u.id = r.from_org_unit_id
    left join now_is g on g.id = m.item_id
    where m.owner_id is null and ((f.stocked and t.kind = 'customer') or (f.kind = 'customer' and t.stocked))
    group by 1, 2, 3
), ends as (
    select r.*, case when d.last < r.this_month - make_interval(months => r.history) then d.last else r.this_month end as until
    from rule r
    left join (select unit, max(month) as last from demand group by 1) d on d.unit = r.id
), came as (
    select e.unit, e.item_id, min(e.month) as month
    from (
        select u.id as unit, coalesce(g.present, m.item_id) as item_id, date_trunc('month', m.effective_at at time zone u.time_zone)::date as month
        from erp.stock_move m
        join rule u on u.id in (m.from_org_unit_id, m.to_org_unit_id)
        left join now_is g on g.id = m.item_id) e
    group by 1, 2
), series as (
    select e.id as unit, c.item_id, s.month::date as month, coalesce(d.quantity, 0) as quantity,
           row_number() over (partition by e.id, c.item_id order by s.month) as nr
    from came c
    join ends e on e.id = c.unit
    cross join generate_series(
        greatest(least((c.month + interval '1 month')::date, (select min(x.month) from demand x where x.unit = c.unit and x.item_id = c.item_id)),
                 (e.until - make_interval(months => e.history))::date),
        e.until - interval '1 month', interval '1 month') s (month)
    left join demand d on d.unit = e.id and d.item_id = c.item_id and d.month = s.month::date
), hit as (
    select s.unit, s.item_id, s.quantity, s.nr - coalesce(lag(s.nr) over w, 0) as gap, row_number() over w as k
    from series s where s.quantity > 0
    window w as (partition by s.unit, s.item_id order by s.nr)
), croston as (
    select h.unit, h.item_id, h.k, h.quantity::numeric as size, h.gap::numeric as gap from hit h where h.k = 1
    union all
    select h.unit, h.item_id, h.k, c.size + e.alpha * (h.quantity - c.size), c.gap + e.alpha * (h.gap - c.gap)
    from croston c
    join hit h on h.unit = c.unit and h.item_id = c.item_id and h.k = c.k + 1
    join ends e on e.id = c.unit
), last_croston as (
    select distinct on (c.unit, c.item_id) c.* from croston c order by c.unit, c.item_id, c.k desc
), figure as (
    select s.unit, s.item_id, count(*) as months, sum(s.quantity) as demand, coalesce(stddev_samp(s.quantity), 0) as deviation,
           count(*) / nullif(count(*) filter (where s.quantity > 0), 0)::numeric as adi,
           (coalesce(stddev_samp(s.quantity) filter (where s.quantity > 0), 0) / avg(s.quantity) filter (where s.quantity > 0)) ^ 2 as cv2,
           avg(s.quantity) filter (where s.month >= e.until - make_interval(months => e.last_months)) as average
    from series s
    join ends e on e.id = s.unit
    group by 1, 2
), forecast as (
    select f.*, round(case when f.adi < 1.32 then f.average else c.size / c.gap * (1 - e.alpha / 2) end, 4) as monthly, c.size,
           coalesce(i.lead_time_days, e.lead) / 30.4375 as lead_months, d.digits, i.code as item, e.code as warehouse,
           e.service[coalesce(ascii(i.abc_class) - 64, 3)] as service, e.cover[coalesce(ascii(i.abc_class) - 64, 3)] as cover
    from figure f
    join ends e on e.id = f.unit
    join erp.item i on i.id = f.item_id
    join erp.unit_of_measure d on d.code = i.uom
    left join last_croston c on c.unit = f.unit and c.item_id = f.item_id
), low as (
    select f.*, round((erp.normal_quantile(f.service::double precision) * f.deviation * sqrt(f.lead_months))::numeric, 4) as safety from forecast f
), bound as (
    select l.*, ceil(round(greatest(l.monthly * l.lead_months + l.safety, case when l.adi >= 1.32 then l.size else 0 end), 3) * 10 ^ l.digits)
                / 10 ^ l.digits as minimum
    from low l
)
select b.warehouse, b.item, b.months, b.demand, round(b.adi, 4) as adi, round(b.cv2, 4) as cv2,
       case when b.adi is null then 'none' when b.adi < 1.32 and b.cv2 < 0.49 then 'smooth' when b.adi < 1.32 then 'erratic'
            when b.cv2 < 0.49 then 'intermittent' else 'lumpy' end as pattern,
       coalesce(b.monthly, 0) as forecast, case when b.adi is null then 0 else b.safety end as safety,
       case when b.adi is null then 0 else b.minimum end as minimum,
       case when b.adi is null then 0 else b.minimum + greatest(ceil(round(b.monthly * b.cover, 3) * 10 ^ b.digits) / 10 ^ b.digits, 10 ^ -b.digits) end as maximum
from bound b
order by b.warehouse, b.item;
