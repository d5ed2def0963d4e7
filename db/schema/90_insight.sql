-- What other tools read: one flat row for each thing, with words beside the codes, in the caller's own units. The views ask
-- with the caller's rights, so a report reader needs, and gets, exactly the columns that they show.

create view bi.stock_on_hand with (security_invoker = true) as
select b.id, u.code as unit, u.name as unit_name, u.name_zh as unit_name_zh, l.code as location, l.kind as location_kind,
       i.code as item, i.name as item_name, i.name_zh as item_name_zh, i.category, i.uom, b.condition,
       b.quantity, b.reserved, b.quantity - b.reserved as available,
       round(b.quantity * i.standard_cost, 2) as value_at_standard, i.currency, b.changed_at
from erp.stock_balance b
join erp.org_unit u on u.id = b.org_unit_id
join erp.item i on i.id = b.item_id
left join erp.stock_location l on l.id = b.location_id
where b.quantity <> 0 or b.reserved <> 0;
comment on view bi.stock_on_hand is 'What lies where, per item, place and condition. / 现有库存：按物料、库位和状态。';

create view bi.stock_move with (security_invoker = true) as
select m.id, d.number as document, d.document_type, m.line_no, m.effective_at, m.posted_at,
       i.code as item, i.name as item_name, i.name_zh as item_name_zh, i.category, i.uom, m.quantity, m.amount,
       a.code as from_unit, f.code as from_location, f.kind as from_kind, z.code as to_unit, t.code as to_location, t.kind as to_kind,
       w.number as work_order
from erp.stock_move m
join erp.item i on i.id = m.item_id
join erp.org_unit a on a.id = m.from_org_unit_id
join erp.org_unit z on z.id = m.to_org_unit_id
left join erp.stock_document d on d.id = m.document_id
left join erp.stock_location f on f.id = m.from_location_id
left join erp.stock_location t on t.id = m.to_location_id
left join erp.work_order w on w.id = m.work_order_id;
comment on view bi.stock_move is 'Every posted line of the stock ledger; the document of another unit stays empty. / 库存移动明细；其他单元的单据号为空。';

create view bi.work_order with (security_invoker = true) as
select w.id, w.number, w.title, w.title_zh, w.kind, w.state, w.priority, u.code as unit, u.name as unit_name, u.name_zh as unit_name_zh,
       a.code as asset, a.name as asset_name, a.name_zh as asset_name_zh, s.code as site, p.code as customer, p.name as customer_name,
       p.name_zh as customer_name_zh, c.number as contract, e.code as engineer, e.name as engineer_name, e.name_zh as engineer_name_zh,
       w.reported_at, w.due_at, w.started_at, w.finished_at, w.closed_at, w.planned_minutes,
       case when w.finished_at is not null and w.due_at is not null then w.finished_at <= w.due_at end as in_time
from erp.work_order w
join erp.org_unit u on u.id = w.org_unit_id
left join erp.asset a on a.id = w.asset_id
left join erp.site s on s.id = w.site_id
left join erp.party p on p.id = w.customer_id
left join erp.contract c on c.id = w.contract_id
left join erp.engineer e on e.id = w.engineer_id;
comment on view bi.work_order is 'Work orders with their times, and whether they were finished in time. / 工单及其时间节点，以及是否按时完成。';

create view bi.asset with (security_invoker = true) as
select a.id, a.code, a.name, a.name_zh, k.code as class, k.name as class_name, k.name_zh as class_name_zh,
       u.code as unit, u.name as unit_name, u.name_zh as unit_name_zh, s.code as site, s.name as site_name, s.name_zh as site_name_zh,
       p.code as customer, p.name as customer_name, p.name_zh as customer_name_zh, a.state, a.criticality, a.maker, a.model,
       a.installed_on, a.warranty_until, a.retired_on
from erp.asset a
join erp.org_unit u on u.id = a.org_unit_id
left join erp.asset_class k on k.id = a.asset_class_id
left join erp.site s on s.id = a.site_id
left join erp.party p on p.id = s.party_id;
comment on view bi.asset is 'Equipment: where it stands, whose it is, how it is. / 设备：所在现场、客户及状态。';

create view bi.booking with (security_invoker = true) as
select b.id, u.code as unit, e.code as engineer, e.name as engineer_name, e.name_zh as engineer_name_zh, b.starts_at, b.ends_at,
       round((extract(epoch from b.ends_at - b.starts_at) / 3600)::numeric, 2) as hours, b.hard, w.number as work_order
from erp.booking b
join erp.org_unit u on u.id = b.org_unit_id
left join erp.engineer e on e.id = b.engineer_id
left join erp.work_order w on w.id = b.work_order_id;
comment on view bi.booking is 'Who is planned when, and for what. / 排程：人员、时间及工单。';

create view bi.contract_cost with (security_invoker = true) as
select c.id as contract_id, c.number as contract, c.name as contract_name, c.name_zh as contract_name_zh, c.state,
       p.code as customer, p.name as customer_name, p.name_zh as customer_name_zh, u.code as unit, c.starts_on, c.ends_on,
       date_trunc('month', x.effective_at at time zone u.time_zone)::date as month, x.cost_type,
       sum(x.amount)::numeric(18, 2) as amount, x.currency
from erp.cost_entry x
join erp.contract c on c.id = x.contract_id
join erp.org_unit u on u.id = c.org_unit_id
left join erp.party p on p.id = c.customer_id
group by c.id, c.number, c.name, c.name_zh, c.state, c.starts_on, c.ends_on, p.code, p.name, p.name_zh, u.code, month, x.cost_type, x.currency;
comment on view bi.contract_cost is 'Cost of each contract by month and kind. / 合同成本：按月份和类型。';

call erp.allow('bi.stock_on_hand', 'report manager auditor finance', 'select');
call erp.allow('bi.stock_move', 'report manager auditor finance', 'select');
call erp.allow('bi.work_order', 'report manager auditor finance', 'select');
call erp.allow('bi.asset', 'report manager auditor finance', 'select');
call erp.allow('bi.booking', 'report manager auditor finance', 'select');
call erp.allow('bi.contract_cost', 'report manager auditor finance', 'select');

-- The columns behind the views, and what their policies ask; no telephone numbers, no rates, no accounts.
call erp.allow('erp.stock_balance', 'report', 'select (id, org_unit_id, item_id, location_id, condition, quantity, reserved, changed_at)');
call erp.allow('erp.stock_location', 'report', 'select (id, org_unit_id, code, kind)');
call erp.allow('erp.item', 'report', 'select (id, org_unit_id, code, name, name_zh, category, uom, standard_cost, currency)');
call erp.allow('erp.stock_move', 'report', 'select (id, from_org_unit_id, to_org_unit_id, document_id, line_no, item_id, from_location_id, to_location_id, quantity, amount, work_order_id, effective_at, posted_at)');
call erp.allow('erp.stock_document', 'report', 'select (id, org_unit_id, number, document_type)');
call erp.allow('erp.work_order', 'report', 'select (id, org_unit_id, number, title, title_zh, kind, state, priority, asset_id, site_id, customer_id, contract_id, engineer_id, reported_at, due_at, started_at, finished_at, closed_at, planned_minutes)');
call erp.allow('erp.asset', 'report', 'select (id, org_unit_id, asset_class_id, site_id, code, name, name_zh, state, criticality, maker, model, installed_on, warranty_until, retired_on)');
call erp.allow('erp.asset_class', 'report', 'select (id, code, name, name_zh)');
call erp.allow('erp.site', 'report', 'select (id, org_unit_id, party_id, code, name, name_zh)');
call erp.allow('erp.party', 'report', 'select (id, code, name, name_zh)');
call erp.allow('erp.party_unit', 'report', 'select (party_id, org_unit_id)');
call erp.allow('erp.contract', 'report', 'select (id, org_unit_id, customer_id, number, name, name_zh, state, starts_on, ends_on)');
call erp.allow('erp.contract_unit', 'report', 'select (contract_id, org_unit_id)');
call erp.allow('erp.engineer', 'report', 'select (id, org_unit_id, code, name, name_zh)');
call erp.allow('erp.booking', 'report', 'select (id, org_unit_id, engineer_id, work_order_id, starts_at, ends_at, hard)');
call erp.allow('erp.cost_entry', 'report', 'select (id, org_unit_id, contract_id, cost_type, amount, currency, effective_at)');
