-- Consumption by item, warehouse and month, from the ledger alone: what was taken for work less what came back. What came back
-- belongs to the month (and the warehouse) of the issue that it undoes; an item that was merged into another counts as that one. The list "Consumption by month" shows the same.
--   psql "$(outpost dsn)" -f docs/sql/consumption_by_month.sql
with recursive chain (id, root) as (
    select m.id, m.id from erp.stock_move m where m.reverses_id is null
    union all
    select m.id, c.root from erp.stock_move m join chain c on c.id = m.reverses_id
), merged (id, present) as (
    select i.id, i.merged_into from erp.item i where i.merged_into is not null
    union all
    select w.id, i.merged_into from merged w join erp.item i on i.id = w.present where i.merged_into is not null
), now_is as (
    select w.id, w.present from merged w join erp.item i on i.id = w.present where i.merged_into is null
)
select u.code as warehouse, i.code as item, to_char(r.effective_at at time zone u.time_zone, 'YYYY-MM') as month,
       sum(case t.kind when 'customer' then m.quantity else -m.quantity end) as quantity,
       sum(case t.kind when 'customer' then m.amount else -m.amount end) as amount
from erp.stock_move m
join chain c on c.id = m.id
join erp.stock_move r on r.id = c.root
join erp.stock_location f on f.id = m.from_location_id
join erp.stock_location t on t.id = m.to_location_id
left join now_is g on g.id = m.item_id
join erp.item i on i.id = coalesce(g.present, m.item_id)
join erp.org_unit u on u.id = r.from_org_unit_id
where m.owner_id is null and ((f.stocked and t.kind = 'customer') or (f.kind = 'customer' and t.stocked))
group by u.code, i.code, 3
order by u.code, i.code, 3;
