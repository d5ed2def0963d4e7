-- What purchasing is measured by: how suppliers delivered, and how many invoices nobody had to touch.

-- How a supplier delivered in the last 365 days, one row a supplier, from the reader's own units. A delivery is a receipt line of
-- an order that was not taken back as a mistake.
--   on_time       share of the deliveries that came on the promised day or before (line's promise, else the order's)
--   lead_actual   days from order to delivery on the average; lead_promised: from order to promise
--   defect_ppm    pieces rejected at inspection or sent back, per million delivered
--   fill_rate     delivered and kept of what was ordered, over lines whose order is closed
--   price_change  what the deliveries would cost at each item's last price, over what they would at its first, less one
create view api.supplier_performance with (security_invoker = true) as
with delivery as (
    select m.id, o.supplier_id, m.item_id, m.quantity, l.unit_price, o.ordered_on, coalesce(l.promised_on, o.promised_on) as promised_on,
           (m.effective_at at time zone u.time_zone)::date as arrived_on, m.effective_at,
           greatest(coalesce(i.rejected, 0), coalesce((
               select sum(r.quantity - coalesce((select sum(x.quantity) from erp.stock_move x where x.reverses_id = r.id), 0))
               from erp.stock_move r where r.reverses_id = m.id), 0)) as defective
    from erp.stock_move m
    join erp.purchase_order_line l on l.id = m.purchase_line_id
    join erp.purchase_order o on o.id = l.purchase_order_id
    join erp.org_unit u on u.id = o.org_unit_id
    left join erp.inspection i on i.move_id = m.id
    where m.reverses_id is null and m.effective_at >= now() - interval '365 days'
      and not exists (
          select from erp.stock_document d
          where d.reverses_id = m.document_id)),
priced as (
    select d.supplier_id, d.item_id, sum(d.quantity) as quantity,
           (array_agg(d.unit_price order by d.effective_at, d.id))[1] as first_price,
           (array_agg(d.unit_price order by d.effective_at desc, d.id desc))[1] as last_price
    from delivery d
    group by d.supplier_id, d.item_id),
trend as (
    select p.supplier_id, round(sum(p.quantity * p.last_price) / nullif(sum(p.quantity * p.first_price), 0) - 1, 4) as price_change
    from priced p
    group by p.supplier_id),
filled as (
    select o.supplier_id, round(sum(least(l.received, l.quantity)) / sum(l.quantity), 4) as fill_rate
    from erp.purchase_order o
    join erp.purchase_order_line l on l.purchase_order_id = o.id
    where o.state = 'received' and o.ordered_on >= current_date - 365
    group by o.supplier_id)
select d.supplier_id as id, count(*)::integer as deliveries, sum(round(d.quantity * d.unit_price, 2))::numeric(18, 2) as spend,
       round(avg((d.arrived_on <= d.promised_on)::integer) filter (where d.promised_on is not null), 4) as on_time,
       round(avg(d.arrived_on - d.ordered_on), 1) as lead_actual,
       round(avg(d.promised_on - d.ordered_on), 1) as lead_promised,
       round(1000000 * sum(d.defective) / sum(d.quantity))::integer as defect_ppm,
       max(f.fill_rate) as fill_rate, max(t.price_change) as price_change, max(d.arrived_on) as last_delivery
from delivery d
left join trend t on t.supplier_id = d.supplier_id
left join filled f on f.supplier_id = d.supplier_id
group by d.supplier_id;

-- The touchless rate by month of posting: invoices that were matched and posted without anybody stepping in (no difference
-- accepted, entry never taken back to draft, not reversed), over all that were posted. An order is touchless when all its
-- lines are fully invoiced, nothing went back, and each of its invoices was touchless; it counts in the month of its last one.
create view api.touchless_rate with (security_invoker = true) as
with invoice as (
    select i.id, date_trunc('month', i.posted_at at time zone u.time_zone)::date as month, i.touches = 0 and i.state = 'posted' as touchless
    from erp.supplier_invoice i
    join erp.org_unit u on u.id = i.org_unit_id
    where i.posted_at is not null and i.kind = 'invoice'),
ordered as (
    select l.purchase_order_id, max(v.month) as month, bool_and(v.touchless and l.returned = 0) as touchless
    from invoice v
    join erp.supplier_invoice_line x on x.invoice_id = v.id
    join erp.purchase_order_line l on l.id = x.purchase_line_id
    where not exists (select from erp.purchase_order_line r where r.purchase_order_id = l.purchase_order_id and r.invoiced < r.quantity)
    group by l.purchase_order_id),
paid as (
    select v.month, count(*) as invoices, count(*) filter (where v.touchless) as touchless from invoice v group by v.month),
closed as (
    select o.month, count(*) as orders, count(*) filter (where o.touchless) as touchless from ordered o group by o.month)
select to_char(p.month, 'YYYYMM')::integer as id, p.month, p.invoices::integer as invoices, p.touchless::integer as invoices_touchless,
       round(p.touchless::numeric / p.invoices, 4) as invoice_rate, coalesce(c.orders, 0)::integer as orders,
       coalesce(c.touchless, 0)::integer as orders_touchless, round(c.touchless::numeric / c.orders, 4) as order_rate
from paid p
left join closed c on c.month = p.month;

call erp.allow('api.supplier_performance', 'business', 'select');
call erp.allow('api.touchless_rate', 'buyer finance manager pm auditor', 'select');
