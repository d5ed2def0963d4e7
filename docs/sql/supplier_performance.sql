-- How suppliers delivered in the last 365 days, from the ledger alone. A delivery is a receipt line of an order that was not taken back as a
-- mistake. The list "Supplier performance" and the panel beside a supplier show the same.
--   on_time       deliveries on the promised day or before ÷ deliveries with a promise (the line's, else the order's)
--   lead_actual   average of days from order to delivery; lead_promised: from order to promise
--   defect_ppm    pieces rejected at inspection or sent back (the greater of both) × 1,000,000 ÷ pieces delivered
--   fill_rate     received and kept ÷ ordered, line by line at most what was ordered, averaged by quantity; orders that are closed
--   price_change  the deliveries at each item's last price ÷ the same at its first price − 1
with receipt as (
    select m.id, m.item_id, m.quantity, l.unit_price, m.effective_at, o.supplier_id, o.ordered_on,
           coalesce(l.promised_on, o.promised_on) as promised_on, (m.effective_at at time zone u.time_zone)::date as arrived_on
    from erp.stock_move m
    join erp.stock_document d on d.id = m.document_id
    join erp.purchase_order_line l on l.id = m.purchase_line_id
    join erp.purchase_order o on o.id = l.purchase_order_id
    join erp.org_unit u on u.id = o.org_unit_id
    where m.reverses_id is null and m.effective_at >= now() - interval '365 days'
      and d.id not in (select x.reverses_id from erp.stock_document x where x.reverses_id is not null)
), sent_back as (
    select r.reverses_id as id, sum(r.quantity) as quantity
    from erp.stock_move r
    where r.reverses_id in (select id from receipt)
    group by 1
), taken_again as (
    select r.reverses_id as id, sum(x.quantity) as quantity
    from erp.stock_move r
    join erp.stock_move x on x.reverses_id = r.id
    where r.reverses_id in (select id from receipt)
    group by 1
), judged as (
    select r.*, greatest(coalesce(i.rejected, 0), coalesce(b.quantity, 0) - coalesce(a.quantity, 0)) as defective,
           first_value(r.unit_price) over (partition by r.supplier_id, r.item_id order by r.effective_at, r.id) as first_price,
           first_value(r.unit_price) over (partition by r.supplier_id, r.item_id order by r.effective_at desc, r.id desc) as last_price
    from receipt r
    left join sent_back b on b.id = r.id
    left join taken_again a on a.id = r.id
    left join erp.inspection i on i.move_id = r.id
), closed as (
    select o.supplier_id, sum(case when l.received < l.quantity then l.received else l.quantity end) / sum(l.quantity) as rate
    from erp.purchase_order o
    join erp.purchase_order_line l on l.purchase_order_id = o.id
    where o.state = 'received' and o.ordered_on >= current_date - 365
    group by 1
)
select p.code as supplier, count(*) as deliveries, sum(round(j.quantity * j.unit_price, 2)) as spend,
       round(sum(case when j.arrived_on <= j.promised_on then 1 else 0 end) / nullif(count(j.promised_on), 0)::numeric, 4) as on_time,
       round(sum(j.arrived_on - j.ordered_on) / nullif(count(j.ordered_on), 0)::numeric, 1) as lead_actual,
       round(sum(j.promised_on - j.ordered_on) / nullif(count(j.promised_on - j.ordered_on), 0)::numeric, 1) as lead_promised,
       round(sum(j.defective) * 1000000 / sum(j.quantity)) as defect_ppm, round(max(c.rate), 4) as fill_rate,
       round(sum(j.quantity * j.last_price) / nullif(sum(j.quantity * j.first_price), 0) - 1, 4) as price_change,
       max(j.arrived_on) as last_delivery
from judged j
join erp.party p on p.id = j.supplier_id
left join closed c on c.supplier_id = j.supplier_id
group by p.code
order by p.code;
