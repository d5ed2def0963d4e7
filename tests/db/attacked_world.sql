-- What only the south branch, its engineer's rate and its contract hold: words and figures that no probe may bring back.
update erp.asset set name = 'ZANZIBAR', note = 'ZANZIBAR' where code = 'P-SOUTH';
update erp.party set name = 'ZANZIBAR', tax_number = 'ZANZIBAR' where code = 'C-SOUTH';
update erp.contact c set name = 'ZANZIBAR', phone = 'ZANZIBAR' from erp.party p where p.id = c.party_id and p.code = 'C-SOUTH';
update erp.work_order set title = 'ZANZIBAR', note = 'ZANZIBAR' where number = 'WO-SOUTH';
update erp.engineer set name = 'ZANZIBAR', hourly_rate = 987654 where code = 'E-SOUTH';
update erp.item set name = 'ZANZIBAR', standard_cost = 777777 where code = 'OIL-S';
update erp.contract set name = 'ZANZIBAR', annual_value = 777777 where number = 'CON-SOUTH';
set local session_replication_role = replica;
update erp.work_order set state = 'approved';
set local session_replication_role = origin;
insert into erp.skill (code, name) values ('ATTACK', 'Attack');
insert into erp.purchase_order (company_id, org_unit_id, number, supplier_id)
select u.company_id, u.id, 'PO-' || u.code, p.id
from erp.org_unit u join erp.party p on p.code = 'S-ALL' where u.kind = 'branch';
insert into erp.purchase_order_line (purchase_order_id, line_no, item_id, quantity, unit_price)
select o.id, 1, i.id, 5, case o.number when 'PO-SOUTH' then 777777 else 5 end from erp.purchase_order o join erp.item i on i.code = 'BRG-6205' where o.number like 'PO-%';
insert into erp.stock_location (company_id, org_unit_id, code, name, kind)
select u.company_id, u.id, left(u.code, 1) || '-T', 'Transit', 'in_transit' from erp.org_unit u where u.kind = 'branch';
insert into erp.lot (item_id, code) select i.id, 'L-SOUTH' from erp.item i where i.code = 'OIL-S';
insert into erp.count_plan (company_id, org_unit_id, name, location_id, every_days_c, approve_amount)
select l.company_id, l.org_unit_id, 'Lax', l.id, 1, 777777 from erp.stock_location l where l.code = 'S-1';
insert into erp.stock_location (company_id, org_unit_id, code, name, kind)
select u.company_id, u.id, k.kind, k.kind, k.kind
from erp.org_unit u cross join (values ('customer'), ('opening'), ('count_loss')) k (kind) where u.code = 'HB';
insert into erp.supplier_invoice (company_id, org_unit_id, number, supplier_id, invoice_number, invoice_date, gross, note)
select o.company_id, o.org_unit_id, 'SIN-' || right(o.number, 5), o.supplier_id, 'INV-' || right(o.number, 5), '2026-11-01', l.quantity * l.unit_price * 1.13,
       case o.number when 'PO-SOUTH' then 'ZANZIBAR' end
from erp.purchase_order o join erp.purchase_order_line l on l.purchase_order_id = o.id where o.number in ('PO-NORTH', 'PO-SOUTH');
insert into erp.supplier_invoice_line (invoice_id, line_no, purchase_line_id, quantity, unit_price, net, exceptions)
select i.id, 1, l.id, l.quantity, l.unit_price, l.quantity * l.unit_price, '{price}'
from erp.supplier_invoice i join erp.purchase_order o on right(o.number, 5) = right(i.number, 5) join erp.purchase_order_line l on l.purchase_order_id = o.id;
update erp.supplier_invoice set state = 'exception';
insert into erp.work_order_part (work_order_id, item_id, quantity)
select w.id, i.id, 2 from erp.work_order w join erp.item i on i.code = 'BRG-6205' where w.number = 'WO-SOUTH';
insert into erp.stock_balance (company_id, org_unit_id, item_id, location_id, quantity, reserved)
select l.company_id, l.org_unit_id, i.id, l.id, 2, 2 from erp.stock_location l join erp.item i on i.code = 'BRG-6205' where l.code = 'S-1'
on conflict on constraint stock_balance_key do update set quantity = erp.stock_balance.quantity + 2, reserved = erp.stock_balance.reserved + 2;
insert into erp.reservation (company_id, org_unit_id, work_order_id, item_id, balance_id, quantity)
select b.company_id, b.org_unit_id, w.id, b.item_id, b.id, 2
from erp.stock_balance b join erp.stock_location l on l.id = b.location_id and l.code = 'S-1' join erp.item i on i.id = b.item_id and i.code = 'BRG-6205'
join erp.work_order w on w.number = 'WO-SOUTH' where b.lot_id is null and b.owner_id is null and b.condition = 'good';
insert into erp.pick_list (company_id, org_unit_id, number, note) select u.company_id, u.id, 'PCK-SOUTH', 'ZANZIBAR' from erp.org_unit u where u.code = 'SOUTH';
insert into erp.pick_line (pick_list_id, line_no, work_order_id, reservation_id, item_id, location_id, quantity)
select p.id, 1, r.work_order_id, r.id, r.item_id, b.location_id, 2
from erp.pick_list p, erp.reservation r join erp.stock_balance b on b.id = r.balance_id where p.number = 'PCK-SOUTH';
insert into erp.requisition (company_id, org_unit_id, number, note)
select u.company_id, u.id, 'REQ-' || u.code, case u.code when 'SOUTH' then 'ZANZIBAR' end from erp.org_unit u where u.kind = 'branch';
insert into erp.requisition_line (requisition_id, line_no, item_id, quantity, reason)
select r.id, 1, i.id, 5, case r.number when 'REQ-SOUTH' then 'ZANZIBAR' end from erp.requisition r join erp.item i on i.code = 'BRG-6205';
insert into erp.approval (company_id, org_unit_id, requisition_id, step, role_key, amount, content, state)
select r.company_id, r.org_unit_id, r.id, 1, 'manager', 777777, '', 'open' from erp.requisition r where r.number = 'REQ-SOUTH';
insert into erp.approval_rule (company_id, org_unit_id, document_type, role_key, amount_from)
select u.company_id, u.id, 'requisition', 'manager', 777777 from erp.org_unit u where u.code = 'SOUTH';
insert into erp.supplier_price (company_id, org_unit_id, item_id, supplier_id, unit_price)
select u.company_id, u.id, i.id, p.id, 777777 from erp.org_unit u, erp.item i, erp.party p where u.code = 'SOUTH' and i.code = 'BRG-6205' and p.code = 'S-ALL';
insert into erp.outgoing_mail (company_id, org_unit_id, kind, purchase_order_id, email, subject)
select o.company_id, o.org_unit_id, 'order', o.id, 'zanzibar@example.com', 'ZANZIBAR' from erp.purchase_order o where o.number = 'PO-SOUTH';
insert into erp.reorder_rule (company_id, org_unit_id, item_id, min_quantity, max_quantity, note)
select u.company_id, u.id, i.id, 777777, 777777, 'ZANZIBAR' from erp.org_unit u cross join erp.item i where u.code = 'SOUTH' and i.code = 'BRG-6205';
insert into erp.disposal (company_id, org_unit_id, number, reason)
select u.company_id, u.id, 'DSP-' || u.code, 'ZANZIBAR' from erp.org_unit u where u.code = 'SOUTH';
insert into erp.abc_run (company_id, org_unit_id, number, until, abc_a, abc_b, xyz_x, xyz_y)
select u.company_id, u.id, 'ABC-' || u.code, '2026-11-01', 0.8, 0.95, 0.5, 1 from erp.org_unit u where u.code = 'SOUTH';
insert into erp.rfq (company_id, org_unit_id, number, state, note)
select u.company_id, u.id, 'RFQ-SOUTH', 'draft', 'ZANZIBAR' from erp.org_unit u where u.code = 'SOUTH';
insert into erp.rfq_line (rfq_id, line_no, item_id, quantity)
select r.id, 1, i.id, 5 from erp.rfq r join erp.item i on i.code = 'BRG-6205' where r.number = 'RFQ-SOUTH';
insert into erp.rfq_supplier (rfq_id, supplier_id)
select r.id, p.id from erp.rfq r join erp.party p on p.code = 'S-ALL' where r.number = 'RFQ-SOUTH';
update erp.rfq set state = 'sent' where number = 'RFQ-SOUTH';
insert into erp.stock_value_entry (company_id, org_unit_id, item_id, kind, quantity, quantity_on_hand, amount_on_hand, amount_consumed, reason, effective_at, posted_by)
select u.company_id, u.id, i.id, 'revaluation', 0, 0, 0.01, 0, 'ZANZIBAR', now(), 0 from erp.org_unit u, erp.item i where u.code = 'SOUTH' and i.code = 'BRG-6205';
insert into erp.item (company_id, org_unit_id, code, name, standard_cost, tracking)
select u.company_id, u.id, 'SINGLE', 'Numbered valve', 10, 'serial' from erp.org_unit u where u.code = 'HB';
insert into erp.lot (item_id, code) select i.id, 'SN-1' from erp.item i where i.code = 'SINGLE';
insert into erp.stock_count (company_id, org_unit_id, number, location_id, state, recount_rate, recount_amount, recount_by_other, approve_amount, posted_at)
select l.company_id, l.org_unit_id, 'CNT-ZANZIBAR', l.id, 'posted', 0, 0, false, 0, now() from erp.stock_location l where l.code = 'S-1';
insert into erp.stock_count_line (count_id, line_no, item_id, location_id, snapshot_quantity, counted_quantity, expected_quantity, counted_at)
select c.id, 1, i.id, c.location_id, 1, 1, 1, now() from erp.stock_count c join erp.item i on i.code = 'BRG-6205' where c.number = 'CNT-ZANZIBAR';
set local session_replication_role = replica;
insert into erp.asset (company_id, org_unit_id, code, name) select u.company_id, u.id, 'ZANZIBAR-2', 'ZANZIBAR' from erp.org_unit u where u.code = 'SOUTH';
set local session_replication_role = origin;
insert into erp.lot (item_id, code, state, asset_id)
select i.id, 'BUILT-IN', 'installed', a.id from erp.item i join erp.asset a on a.code = 'ZANZIBAR-2' where i.code = 'SINGLE';
