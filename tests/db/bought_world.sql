-- What each branch of the world bought, received, was invoiced for, counted and set aside: one of each in each branch.
insert into erp.purchase_order (company_id, org_unit_id, number, supplier_id, ordered_on, promised_on, state)
select u.company_id, u.id, 'BUY-' || u.code, p.id, current_date - 10, current_date, 'part_received'
from erp.org_unit u join erp.party p on p.code = 'S-ALL' where u.kind = 'branch';
insert into erp.purchase_order_line (purchase_order_id, line_no, item_id, quantity, received, unit_price)
select o.id, 1, i.id, 5, 4, case o.number when 'BUY-NORTH' then 10 else 20 end
from erp.purchase_order o join erp.item i on i.code = 'BRG-6205' where o.number like 'BUY-%';
insert into erp.requisition (company_id, org_unit_id, number, state)
select u.company_id, u.id, 'ASK-' || u.code, 'approved' from erp.org_unit u where u.kind = 'branch';
insert into erp.requisition_line (requisition_id, line_no, item_id, quantity, ordered)
select r.id, 1, i.id, 5, 2 from erp.requisition r join erp.item i on i.code = 'BRG-6205' where r.number like 'ASK-%';
insert into erp.stock_document (company_id, org_unit_id, document_type, number, effective_at, posted_by)
select l.company_id, l.org_unit_id, 'receipt', 'GOT-' || l.code, now(), 0
from erp.stock_location l where l.code in ('N-1', 'S-1');
insert into erp.stock_move (company_id, from_org_unit_id, to_org_unit_id, document_id, line_no, item_id, from_location_id, to_location_id,
                            quantity, entered_quantity, entered_uom, unit_cost, amount, purchase_line_id, effective_at, posted_by)
select l.company_id, s.org_unit_id, l.org_unit_id, d.id, 1, i.id, s.id, l.id, 4, 4, 'pc', p.unit_price, 4 * p.unit_price, p.id, now(), 0
from erp.stock_location l
join erp.stock_document d on d.number = 'GOT-' || l.code
join erp.stock_location s on s.kind = 'supplier'
join erp.purchase_order o on o.number = 'BUY-' || case l.code when 'N-1' then 'NORTH' else 'SOUTH' end
join erp.purchase_order_line p on p.purchase_order_id = o.id
join erp.item i on i.id = p.item_id;
insert into erp.inspection (company_id, org_unit_id, move_id, document_id, purchase_line_id, supplier_id, item_id, location_id, level,
                            quantity, accepted, rejected, state, defect)
select m.company_id, m.to_org_unit_id, m.id, m.document_id, p.id, o.supplier_id, m.item_id, m.to_location_id, 'visual', 4, 3, 1, 'done', 'damaged'
from erp.stock_move m
join erp.purchase_order_line p on p.id = m.purchase_line_id
join erp.purchase_order o on o.id = p.purchase_order_id where o.number like 'BUY-%';
insert into erp.supplier_invoice (company_id, org_unit_id, number, supplier_id, invoice_number, invoice_date, gross)
select o.company_id, o.org_unit_id, 'PAY-' || right(o.number, 5), o.supplier_id, 'PAY-' || right(o.number, 5), current_date, 22.6
from erp.purchase_order o where o.number like 'BUY-%';
insert into erp.supplier_invoice_line (invoice_id, line_no, purchase_line_id, quantity, unit_price, net, exceptions)
select i.id, 1, l.id, 2, 10, 20, '{price,tax}'
from erp.supplier_invoice i join erp.purchase_order o on o.number = 'BUY-' || right(i.number, 5)
join erp.purchase_order_line l on l.purchase_order_id = o.id where i.number like 'PAY-%';
insert into erp.grni_position (id, company_id, org_unit_id, supplier_id, purchase_line_id, item_id, quantity, amount, open_quantity, open_amount, received_on)
select m.id, m.company_id, o.org_unit_id, o.supplier_id, p.id, m.item_id, m.quantity, m.amount, m.quantity, m.amount, current_date
from erp.stock_move m join erp.purchase_order_line p on p.id = m.purchase_line_id
join erp.purchase_order o on o.id = p.purchase_order_id where o.number like 'BUY-%';
insert into erp.stock_layer (company_id, item_id, move_id, quantity, amount, left_quantity, left_amount)
select m.company_id, m.item_id, m.id, m.quantity, m.amount, 3, 30
from erp.stock_move m join erp.stock_document d on d.id = m.document_id where d.number like 'GOT-%';
insert into erp.stock_value_entry (company_id, org_unit_id, item_id, kind, amount_on_hand, amount_consumed, reason, posted_by)
select u.company_id, u.id, i.id, 'revaluation', 7, 0, 'a secret', 0 from erp.org_unit u, erp.item i where u.kind = 'branch' and i.code = 'BRG-6205';
insert into erp.reorder_rule (company_id, org_unit_id, item_id, min_quantity, max_quantity, note)
select u.company_id, u.id, i.id, 5, 9, 'a secret' from erp.org_unit u, erp.item i
where u.kind = 'branch' and i.code = 'BRG-6205'
  and not exists (select from erp.reorder_rule r where r.org_unit_id = u.id and r.item_id = i.id);
insert into erp.stock_count (company_id, org_unit_id, number, location_id, state, recount_rate, recount_amount, recount_by_other, approve_amount, posted_at)
select l.company_id, l.org_unit_id, 'SEEN-' || l.code, l.id, 'posted', 0.05, 100, false, 1000, now() from erp.stock_location l where l.code in ('N-1', 'S-1');
insert into erp.stock_count_line (count_id, line_no, item_id, location_id, snapshot_quantity, counted_quantity, expected_quantity)
select c.id, n, i.id, c.location_id, 8, 8 - n % 2, 8
from erp.stock_count c, erp.item i, generate_series(1, 3) n where c.number like 'SEEN-%' and i.code = 'BRG-6205' and n = 1
union all
select c.id, 2, i.id, c.location_id, 8, 8, 8 from erp.stock_count c, erp.item i where c.number like 'SEEN-%' and i.code = 'OIL-S';
insert into erp.reservation (company_id, org_unit_id, work_order_id, item_id, balance_id, quantity, issued, state)
select b.company_id, b.org_unit_id, w.id, b.item_id, b.id, 2, 1, 'released'
from erp.stock_balance b join erp.stock_location l on l.id = b.location_id
join erp.item i on i.id = b.item_id and i.code = 'BRG-6205'
join erp.work_order w on w.number = 'WO-' || case l.code when 'N-1' then 'NORTH' else 'SOUTH' end
where l.code in ('N-1', 'S-1') and b.lot_id is null and b.owner_id is null and b.condition = 'good';
