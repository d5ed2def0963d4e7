-- What other tools read of buying and of the stock behind it: the same rules as 90_insight. Amounts are in the currency of the row,
-- without tax unless they say gross; quantities are in the item's own unit.

create view bi.purchase_order with (security_invoker = true) as
select o.id, o.number, o.state, u.code as unit, u.name as unit_name, u.name_zh as unit_name_zh, p.code as supplier, p.name as supplier_name,
       p.name_zh as supplier_name_zh, o.ordered_on, o.promised_on, o.acknowledged_on, o.currency, coalesce(l.lines, 0)::integer as lines,
       coalesce(l.ordered, 0)::numeric(18, 2) as ordered_amount, coalesce(l.received, 0)::numeric(18, 2) as received_amount,
       coalesce(l.invoiced, 0)::numeric(18, 2) as invoiced_amount
from erp.purchase_order o
join erp.org_unit u on u.id = o.org_unit_id
left join erp.party p on p.id = o.supplier_id
left join lateral (
    select count(*) as lines, sum(round(x.quantity * x.unit_price, 2)) as ordered, sum(round(x.received * x.unit_price, 2)) as received,
           sum(round(x.invoiced * x.unit_price, 2)) as invoiced
    from erp.purchase_order_line x
    where x.purchase_order_id = o.id) l on true;
comment on view bi.purchase_order is 'Purchase orders with what was ordered, received and invoiced of them. / 采购订单及其订购、入库、开票金额。';

create view bi.purchase_order_line with (security_invoker = true) as
select l.id, o.number as purchase_order, l.line_no, o.state, u.code as unit, p.code as supplier, p.name as supplier_name,
       p.name_zh as supplier_name_zh, i.code as item, i.name as item_name, i.name_zh as item_name_zh, i.category, i.uom,
       l.quantity, l.received, l.returned, l.invoiced,
       case when o.state in ('ordered', 'part_received') then greatest(l.quantity - l.received, 0) else 0 end as open_quantity,
       l.unit_price, round(l.quantity * l.unit_price, 2) as net, l.tax_rate, o.currency, o.ordered_on,
       coalesce(l.promised_on, o.promised_on) as promised_on, l.first_promised_on
from erp.purchase_order_line l
join erp.purchase_order o on o.id = l.purchase_order_id
join erp.org_unit u on u.id = o.org_unit_id
join erp.item i on i.id = l.item_id
left join erp.party p on p.id = o.supplier_id;
comment on view bi.purchase_order_line is 'Order lines: quantity ordered, received, sent back, invoiced and open; promises. / 采购订单行：订购、入库、退货、开票、未交数量及交期承诺。';

create view bi.requisition_line with (security_invoker = true) as
select l.id, r.number as requisition, l.line_no, r.state as requisition_state, l.state, r.origin, u.code as unit, u.name as unit_name,
       u.name_zh as unit_name_zh, i.code as item, i.name as item_name, i.name_zh as item_name_zh, i.category, i.uom, l.quantity, l.ordered,
       case when l.state = 'open' and r.state not in ('cancelled', 'rejected', 'closed') then l.quantity - l.ordered else 0 end as open_quantity,
       coalesce(l.needed_on, r.needed_on) as needed_on, p.code as supplier, l.estimated_price, r.submitted_at, r.created_at
from erp.requisition_line l
join erp.requisition r on r.id = l.requisition_id
join erp.org_unit u on u.id = r.org_unit_id
join erp.item i on i.id = l.item_id
left join erp.party p on p.id = l.supplier_id;
comment on view bi.requisition_line is 'What was asked for, by whom it was caused (manual, reorder, work order, plan), and what is not ordered yet. / 采购申请行：来源、数量及未下单数量。';

create view bi.goods_receipt with (security_invoker = true) as
select m.id, d.number as document, d.document_type, m.line_no, m.effective_at, m.posted_at, u.code as unit, o.number as purchase_order,
       l.line_no as purchase_order_line, p.code as supplier, p.name as supplier_name, p.name_zh as supplier_name_zh,
       i.code as item, i.name as item_name, i.name_zh as item_name_zh, i.category, i.uom,
       case f.kind when 'supplier' then m.quantity else -m.quantity end as quantity,
       case f.kind when 'supplier' then m.amount else -m.amount end as amount,
       coalesce(l.promised_on, o.promised_on) as promised_on,
       (m.effective_at at time zone u.time_zone)::date <= coalesce(l.promised_on, o.promised_on) as on_time,
       k.state as inspection, k.accepted, k.rejected, k.defect
from erp.stock_move m
join erp.purchase_order_line l on l.id = m.purchase_line_id
join erp.purchase_order o on o.id = l.purchase_order_id
join erp.org_unit u on u.id = o.org_unit_id
join erp.item i on i.id = m.item_id
join erp.stock_document d on d.id = m.document_id
left join erp.stock_location f on f.id = m.from_location_id
left join erp.party p on p.id = o.supplier_id
left join erp.inspection k on k.move_id = m.id;
comment on view bi.goods_receipt is 'Receipts of orders and what went back (negative), with promise and inspection. / 采购入库与退货（负数），含承诺日期与检验结果。';

create view bi.supplier_invoice with (security_invoker = true) as
select s.id, s.number, s.kind, s.invoice_number, s.state, u.code as unit, u.name as unit_name, u.name_zh as unit_name_zh, p.code as supplier,
       p.name as supplier_name, p.name_zh as supplier_name_zh, s.invoice_date, s.due_on, s.posted_at, s.reversed_at, s.currency,
       coalesce(l.net, 0)::numeric(18, 2) as net, coalesce(l.tax, 0)::numeric(18, 2) as tax, s.gross,
       coalesce(l.lines, 0)::integer as lines, coalesce(l.differing, 0)::integer as lines_with_differences, s.touches,
       case when s.posted_at is not null then s.touches = 0 and s.state = 'posted' end as touchless
from erp.supplier_invoice s
join erp.org_unit u on u.id = s.org_unit_id
left join erp.party p on p.id = s.supplier_id
left join lateral (
    select count(*) as lines, sum(x.net) as net, sum(round(x.net * x.tax_rate, 2)) as tax, count(*) filter (where x.exceptions <> '{}') as differing
    from erp.supplier_invoice_line x
    where x.invoice_id = s.id) l on true;
comment on view bi.supplier_invoice is 'Suppliers'' invoices and credit notes, how they matched, whether anybody had to step in. / 供应商发票与红字发票：匹配情况及是否人工介入。';

create view bi.supplier_invoice_line with (security_invoker = true) as
select l.id, s.number as supplier_invoice, l.line_no, s.kind, s.state, u.code as unit, p.code as supplier, s.invoice_date,
       o.number as purchase_order, r.line_no as purchase_order_line, i.code as item, i.name as item_name, i.name_zh as item_name_zh,
       l.description, l.quantity, l.unit_price, l.net, l.tax_rate, s.currency, l.expected_quantity, l.expected_price,
       array_to_string(l.exceptions, ' ') as differences, l.accepted_at
from erp.supplier_invoice_line l
join erp.supplier_invoice s on s.id = l.invoice_id
join erp.org_unit u on u.id = s.org_unit_id
left join erp.party p on p.id = s.supplier_id
left join erp.purchase_order_line r on r.id = l.purchase_line_id
left join erp.purchase_order o on o.id = r.purchase_order_id
left join erp.item i on i.id = l.item_id;
comment on view bi.supplier_invoice_line is 'Invoice lines beside what was received at what price. / 发票行与已入库数量、订单单价的比对。';

create view bi.grni with (security_invoker = true) as
select g.id, u.code as unit, u.name as unit_name, u.name_zh as unit_name_zh, p.code as supplier, p.name as supplier_name,
       p.name_zh as supplier_name_zh, i.code as item, i.name as item_name, i.name_zh as item_name_zh, d.number as document,
       o.number as purchase_order, g.received_on, g.quantity, g.amount, g.invoiced_quantity, g.open_quantity, g.open_amount, g.reversed_on,
       case when g.reversed_on is null then g.open_amount else 0 end as accrued_amount
from erp.grni_position g
join erp.org_unit u on u.id = g.org_unit_id
join erp.item i on i.id = g.item_id
left join erp.party p on p.id = g.supplier_id
left join erp.stock_move m on m.id = g.id
left join erp.stock_document d on d.id = m.document_id
left join erp.purchase_order_line l on l.id = g.purchase_line_id
left join erp.purchase_order o on o.id = l.purchase_order_id;
comment on view bi.grni is 'Goods received, not invoiced: one row a receipt line, what is open and what stands in the accrual account. / 暂估（已收未开票）：按入库行的未开票数量、金额及暂估科目余额。';

create view bi.supplier_performance with (security_invoker = true) as
select v.id, p.code as supplier, p.name as supplier_name, p.name_zh as supplier_name_zh, v.deliveries, v.spend, v.on_time, v.lead_actual,
       v.lead_promised, v.defect_ppm, v.fill_rate, v.price_change, v.last_delivery
from api.supplier_performance v
left join erp.party p on p.id = v.id;
comment on view bi.supplier_performance is 'How suppliers delivered in the last 365 days: on time, lead time, defects, fill rate, price. / 供应商近 365 天绩效：准时率、交期、不良、满足率、价格。';

create view bi.stock_layer with (security_invoker = true) as
select y.id, u.code as unit, i.code as item, i.name as item_name, i.name_zh as item_name_zh, i.category, i.uom, d.number as document,
       y.effective_at, y.quantity, y.amount, y.left_quantity, y.left_amount, round(y.left_amount / nullif(y.left_quantity, 0), 4) as unit_cost
from erp.stock_layer y
join erp.stock_move m on m.id = y.move_id
join erp.org_unit u on u.id = m.to_org_unit_id
join erp.item i on i.id = y.item_id
left join erp.stock_document d on d.id = m.document_id;
comment on view bi.stock_layer is 'Cost layers of items valued first in, first out: what came and what is left of it. / 先进先出成本层：入库数量金额及剩余。';

create view bi.stock_value_entry with (security_invoker = true) as
select v.id, u.code as unit, u.name as unit_name, u.name_zh as unit_name_zh, i.code as item, i.name as item_name, i.name_zh as item_name_zh,
       i.category, v.kind, d.number as document, v.quantity, v.quantity_on_hand, v.amount_on_hand, v.amount_consumed, v.amount,
       v.effective_at, v.posted_at
from erp.stock_value_entry v
join erp.org_unit u on u.id = v.org_unit_id
join erp.item i on i.id = v.item_id
left join erp.stock_document d on d.id = v.document_id;
comment on view bi.stock_value_entry is 'Changes of value without quantity: invoice differences, revaluations, backdating. / 仅改金额的记录：发票差异、重估、倒填。';

create view bi.reorder_rule with (security_invoker = true) as
select r.id, u.code as unit, u.name as unit_name, u.name_zh as unit_name_zh, i.code as item, i.name as item_name, i.name_zh as item_name_zh,
       i.category, i.uom, l.code as location, r.method, r.min_quantity, r.max_quantity, r.multiple, r.lead_time_days, r.automatic, r.active,
       s.on_hand, s.reserved, s.on_order, s.requested, s.needed, s.projected, s.shortage, s.needed_on, p.code as supplier, s.changed_at
from erp.reorder_rule r
join erp.org_unit u on u.id = r.org_unit_id
join erp.item i on i.id = r.item_id
left join erp.stock_location l on l.id = r.location_id
left join erp.reorder_status s on s.id = r.id
left join erp.party p on p.id = s.supplier_id;
comment on view bi.reorder_rule is 'Minimum and maximum of each rule, and how it stands now. / 补货规则的最低、最高库存及当前状况。';

-- The lines themselves stay closed: who counts blind may hold a reader's job too.
create function api.count_results() returns table (id bigint, lines bigint, agreed bigint)
language sql stable security definer
set search_path = erp, pg_catalog, pg_temp
as $$
    select s.id, count(*), count(*) filter (where l.counted_quantity = l.expected_quantity)
    from stock_count s
    join stock_count_line l on l.count_id = s.id and l.counted_quantity is not null
    where s.state = 'posted' and s.org_unit_id = any (api.reading_units())
    group by s.id
$$;

create view bi.count_accuracy with (security_invoker = true) as
select c.id, c.number, u.code as unit, u.name as unit_name, u.name_zh as unit_name_zh, l.code as location, c.snapshot_at, c.posted_at,
       r.lines, r.agreed, round(r.agreed::numeric / r.lines, 4) as accuracy
from erp.stock_count c
join api.count_results() r on r.id = c.id
join erp.org_unit u on u.id = c.org_unit_id
left join erp.stock_location l on l.id = c.location_id
where c.state = 'posted';
comment on view bi.count_accuracy is 'Posted counts: how many lines were counted and how many agreed with the books. / 已过账盘点：盘点行数与账实相符行数。';

create view bi.reservation with (security_invoker = true) as
select r.id, u.code as unit, u.name as unit_name, u.name_zh as unit_name_zh, w.number as work_order, i.code as item, i.name as item_name,
       i.name_zh as item_name_zh, i.uom, l.code as location, r.state, r.quantity, r.issued,
       case r.state when 'open' then r.quantity - r.issued else 0 end as open_quantity, r.created_at
from erp.reservation r
join erp.org_unit u on u.id = r.org_unit_id
join erp.item i on i.id = r.item_id
left join erp.stock_balance b on b.id = r.balance_id
left join erp.stock_location l on l.id = b.location_id
left join erp.work_order w on w.id = r.work_order_id;
comment on view bi.reservation is 'What is set aside for which order, and what of it was not fetched. / 为工单预留的数量及未领数量。';

call erp.allow('api.count_results()', 'report manager auditor finance', 'execute');
call erp.allow('bi.purchase_order', 'report manager auditor finance', 'select');
call erp.allow('bi.purchase_order_line', 'report manager auditor finance', 'select');
call erp.allow('bi.requisition_line', 'report manager auditor finance', 'select');
call erp.allow('bi.goods_receipt', 'report manager auditor finance', 'select');
call erp.allow('bi.supplier_invoice', 'report manager auditor finance', 'select');
call erp.allow('bi.supplier_invoice_line', 'report manager auditor finance', 'select');
call erp.allow('bi.grni', 'report manager auditor finance', 'select');
call erp.allow('bi.supplier_performance', 'report manager auditor finance', 'select');
call erp.allow('bi.stock_layer', 'report manager auditor finance', 'select');
call erp.allow('bi.stock_value_entry', 'report manager auditor finance', 'select');
call erp.allow('bi.reorder_rule', 'report manager auditor finance', 'select');
call erp.allow('bi.count_accuracy', 'report manager auditor finance', 'select');
call erp.allow('bi.reservation', 'report manager auditor finance', 'select');

-- The columns behind these views; no notes, no reasons, nobody's name.
call erp.allow('api.supplier_performance', 'report', 'select');
call erp.allow('erp.purchase_order', 'report', 'select (id, org_unit_id, number, supplier_id, state, ordered_on, promised_on, acknowledged_on, currency)');
call erp.allow('erp.purchase_order_line', 'report', 'select (id, purchase_order_id, line_no, item_id, quantity, received, returned, invoiced, unit_price, tax_rate, promised_on, first_promised_on)');
call erp.allow('erp.requisition', 'report', 'select (id, org_unit_id, number, state, origin, needed_on, submitted_at, created_at)');
call erp.allow('erp.requisition_line', 'report', 'select (id, requisition_id, line_no, item_id, quantity, ordered, state, needed_on, supplier_id, estimated_price)');
call erp.allow('erp.stock_move', 'report', 'select (purchase_line_id, reverses_id)');
call erp.allow('erp.stock_document', 'report', 'select (reverses_id)');
call erp.allow('erp.inspection', 'report', 'select (id, org_unit_id, move_id, state, accepted, rejected, defect)');
call erp.allow('erp.supplier_invoice', 'report', 'select (id, org_unit_id, number, kind, supplier_id, invoice_number, invoice_date, due_on, currency, gross, state, touches, posted_at, reversed_at)');
call erp.allow('erp.supplier_invoice_line', 'report', 'select (id, invoice_id, line_no, purchase_line_id, item_id, description, quantity, unit_price, net, tax_rate, expected_quantity, expected_price, exceptions, accepted_at)');
call erp.allow('erp.grni_position', 'report', 'select (id, org_unit_id, supplier_id, purchase_line_id, item_id, quantity, amount, open_quantity, open_amount, invoiced_quantity, reversed_on, received_on)');
call erp.allow('erp.stock_layer', 'report', 'select (id, item_id, move_id, effective_at, quantity, amount, left_quantity, left_amount)');
call erp.allow('erp.stock_value_entry', 'report', 'select (id, org_unit_id, item_id, kind, document_id, quantity, quantity_on_hand, amount_on_hand, amount_consumed, amount, effective_at, posted_at)');
call erp.allow('erp.reorder_rule', 'report', 'select (id, org_unit_id, item_id, location_id, method, min_quantity, max_quantity, multiple, lead_time_days, automatic, active)');
call erp.allow('erp.reorder_status', 'report', 'select (id, org_unit_id, on_hand, reserved, on_order, requested, needed, projected, shortage, needed_on, supplier_id, changed_at)');
call erp.allow('erp.stock_count', 'report', 'select (id, org_unit_id, number, location_id, state, snapshot_at, posted_at)');
call erp.allow('erp.reservation', 'report', 'select (id, org_unit_id, work_order_id, item_id, balance_id, state, quantity, issued, created_at)');
