-- Turnover by warehouse and month, from the ledger alone: consumption of twelve months over the average stock value in them
-- (fewer months where the store is younger, brought to a year), and the days that the stock lasts. Changes of value without quantity
-- count, split by who held how many of the item when they were posted. The list "Turnover" shows the same.
with entry as (
    select e.id, e.effective_at, e.amount_on_hand as amount, u.id as unit,
           case when sum(greatest(h.pieces, 0)) over (partition by e.id) = 0 then case when u.id = e.org_unit_id then 1 else 0 end
                else greatest(h.pieces, 0) / sum(greatest(h.pieces, 0)) over (partition by e.id) end as part
    from erp.stock_value_entry e
    join erp.org_unit u on u.company_id = e.company_id
    cross join lateral (
        select coalesce(sum(case when m.to_org_unit_id = u.id and t.stocked then m.quantity else 0 end)
                      - sum(case when m.from_org_unit_id = u.id and f.stocked then m.quantity else 0 end), 0)::numeric as pieces
        from erp.stock_move m
        join erp.stock_location f on f.id = m.from_location_id
        join erp.stock_location t on t.id = m.to_location_id
        where m.item_id = e.item_id and m.owner_id is null and m.posted_at <= e.posted_at) h
    where e.amount_on_hand <> 0
), revalued as (
    -- To the cent: what is due up to this unit, less what is due before it.
    select e.unit, e.effective_at, round(e.amount * round(sum(e.part) over w, 12), 2) - round(e.amount * round(sum(e.part) over w - e.part, 12), 2) as amount
    from entry e
    window w as (partition by e.id order by e.unit)
), moved as (
    select u.id, u.code, date_trunc('month', m.effective_at at time zone u.time_zone)::date as month,
           sum(case when u.id = m.to_org_unit_id and t.stocked then m.amount else 0 end
             - case when u.id = m.from_org_unit_id and f.stocked then m.amount else 0 end) as change
    from erp.stock_move m
    join erp.stock_location f on f.id = m.from_location_id
    join erp.stock_location t on t.id = m.to_location_id
    join erp.org_unit u on (u.id = m.from_org_unit_id and f.stocked) or (u.id = m.to_org_unit_id and t.stocked)
    where m.owner_id is null
    group by 1, 2, 3
), value as (
    select x.id, x.code, x.month, sum(x.change) as change
    from (
        select * from moved
        union all
        select u.id, u.code, date_trunc('month', r.effective_at at time zone u.time_zone)::date, r.amount
        from revalued r join erp.org_unit u on u.id = r.unit where r.amount <> 0) x
    group by 1, 2, 3
), used as (
    select r.from_org_unit_id as id, date_trunc('month', r.effective_at at time zone u.time_zone)::date as month,
           sum(case t.kind when 'customer' then m.amount else -m.amount end) as consumed
    from erp.stock_move m
    left join erp.stock_move o on o.id = m.reverses_id
    join erp.stock_move r on r.id = coalesce(o.reverses_id, o.id, m.id)
    join erp.stock_location f on f.id = m.from_location_id
    join erp.stock_location t on t.id = m.to_location_id
    join erp.org_unit u on u.id = r.from_org_unit_id
    where m.owner_id is null and ((f.stocked and t.kind = 'customer') or (f.kind = 'customer' and t.stocked))
    group by 1, 2
), calendar as (
    select v.id, v.code, s.month::date as month
    from (select id, code, min(month) as first from value group by 1, 2) v
    join erp.org_unit u on u.id = v.id
    cross join generate_series(v.first, date_trunc('month', now() at time zone u.time_zone) - interval '1 month', interval '1 month') s (month)
), level as (
    select c.id, c.code, c.month, coalesce(u.consumed, 0) as consumed,
           coalesce((select sum(v.change) from value v where v.id = c.id and v.month < c.month), 0) as opening,
           coalesce((select sum(v.change) from value v where v.id = c.id and v.month <= c.month), 0) as closing
    from calendar c
    left join used u on u.id = c.id and u.month = c.month
), year as (
    select a.code, a.month, a.opening, a.consumed, a.closing, sum(b.consumed) as consumed_12,
           round(avg((b.opening + b.closing) / 2), 2) as average_12, count(*) as months
    from level a
    join level b on b.id = a.id and b.month <= a.month and b.month > a.month - interval '12 months'
    group by 1, 2, 3, 4, 5
)
select y.code as warehouse, to_char(y.month, 'YYYY-MM') as month, y.opening, y.consumed, y.closing, y.consumed_12, y.average_12,
       round(y.consumed_12 * 12 / y.months / nullif(y.average_12, 0), 4) as turns,
       round(365 / nullif(round(y.consumed_12 * 12 / y.months / nullif(y.average_12, 0), 4), 0), 1) as days
from year y
order by y.code, y.month;
