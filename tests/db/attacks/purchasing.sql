-- buyer: nothing. An invoice of the other branch.
select 1 from erp.supplier_invoice where id = {south_invoice};
-- finance: nothing. Its lines, with what was paid.
select 1 from erp.supplier_invoice_line where invoice_id = {south_invoice};
-- clerk: refused 42501. What a supplier asks for is not the clerk's to see.
select gross from erp.supplier_invoice;
-- engineer: refused 42501. Nor the engineer's.
select * from erp.grni_position;
-- clerk: refused 42501. Nor what is owed.
select open_amount from erp.grni_position;
-- finance: refused 42501. A state is not written past its function.
update erp.supplier_invoice set state = 'posted' where id = {north_invoice};
-- finance: refused 42501. Nor a difference accepted by hand.
update erp.supplier_invoice_line set accepted_at = now() where id = {north_invoice_line};
-- finance: refused 42501. An invoice is not taken away.
delete from erp.supplier_invoice where id = {north_invoice};
-- finance: refused ER010. What was matched is not edited.
update erp.supplier_invoice set gross = 1 where id = {north_invoice};
-- finance: refused ER010. Nor its lines.
update erp.supplier_invoice_line set net = 1 where id = {north_invoice_line};
-- finance: refused ER010. Nor are they taken out.
delete from erp.supplier_invoice_line where id = {north_invoice_line};
-- finance: refused ER004. The other branch's invoice is not matched.
select api.match_supplier_invoice({south_invoice});
-- finance: refused ER004. Nor accepted.
select api.accept_difference({south_invoice_line}, 'mine');
-- finance: refused ER004. Nor posted.
select api.post_supplier_invoice(gen_random_uuid(), {south_invoice});
-- finance: refused ER004. Nor reversed.
select api.reverse_supplier_invoice(gen_random_uuid(), {south_invoice}, 'mine');
-- finance: refused ER004. Nor cancelled.
select api.change_supplier_invoice({south_invoice}, 1, 'cancel', 'mine');
-- finance: nothing. Nor found by one that looks like it.
select 1 from api.similar_invoices({south_invoice});
-- buyer: refused 42501. Who buys does not accept the differences of what he bought.
select api.accept_difference({north_invoice_line}, 'my friend');
-- buyer: refused 42501. Nor posts the invoice.
select api.post_supplier_invoice(gen_random_uuid(), {north_invoice});
-- clerk: refused 42501. Nor the clerk.
select api.post_supplier_invoice(gen_random_uuid(), {north_invoice});
-- engineer: refused 42501. An engineer inspects nothing.
select api.inspect(gen_random_uuid(), '{{"inspection_id": 1, "accepted": 1}}');
-- clerk: refused ER004. An inspection that does not exist or is elsewhere.
select api.inspect(gen_random_uuid(), '{{"inspection_id": 1, "accepted": 1}}');
-- clerk: refused 42501. An inspection is not written by hand.
update erp.inspection set accepted = quantity;
-- clerk: refused 42501. Nor made up.
insert into erp.inspection (company_id, org_unit_id) values ({company}, {north_unit});
-- clerk: refused 42501. Who receives does not make the rule that spares him the inspection.
insert into erp.receiving_rule (company_id, org_unit_id, supplier_id, inspection) values ({company}, {north_unit}, 1, 'none');
-- buyer: refused 42501. No rule for the other branch.
insert into erp.receiving_rule (company_id, org_unit_id, item_id, inspection) values ({company}, {south_unit}, {item}, 'none');
-- finance: refused 42501. No entry of the accrual account by hand.
insert into erp.grni_entry (company_id, org_unit_id, position_id, kind, quantity, amount, source_table, source_id, booked_on, posted_by) values ({company}, {north_unit}, 1, 'accrual', 1, 1, 'month', 1, now(), 1);
-- finance: refused ER004. An invoice for the other branch's order.
select api.enter_supplier_invoice('{{"supplier": "S-ALL", "invoice_number": "X", "invoice_date": "2026-11-01", "gross": 1, "lines": [{{"order": "PO-SOUTH", "quantity": 1, "unit_price": 1}}]}}');
-- finance: refused ER004. Nor with one's own unit on it.
select api.enter_supplier_invoice('{{"supplier": "S-ALL", "unit": "NORTH", "invoice_number": "X", "invoice_date": "2026-11-01", "gross": 1, "lines": [{{"order": "PO-SOUTH", "quantity": 1, "unit_price": 1}}]}}');
-- finance: refused ER002. One branch does not choose how the company takes accruals back.
select api.set_grni_method('month_start');
-- clerk: refused 42501. The inside of the posting is nobody's.
select api.account_receipt(null, null, null);
-- finance: refused 42501. Nor is the account's.
select erp.book_grni(1, 'invoice', 1, 1, 0, 'month', 1, null, current_date, 1);
-- finance: refused 42501. Nor the history's.
select erp.accrue_history({company});
-- clerk: refused ER001. Goods do not go back by a receipt of the other branch.
select api.post_stock(gen_random_uuid(), '{{"type": "supplier_return", "lines": [{{"item_id": {item}, "from_location_id": {south_location}, "quantity": 1}}]}}');
-- engineer: refused ER001/ER030/ER004. An engineer sends nothing back to a supplier.
select api.post_stock(gen_random_uuid(), '{{"type": "supplier_return", "lines": [{{"item_id": {item}, "from_location_id": {north_location}, "quantity": 1}}]}}');
-- clerk: nothing. When the other branch asks for more is its own affair.
select 1 from erp.reorder_rule where id = {south_rule};
-- buyer: nothing. Nor what it consumed.
select 1 from erp.item_plan where id = {south_planned};
-- manager: nothing. Nor what it wants to scrap.
select 1 from erp.disposal where id = {south_disposal};
-- buyer: refused ER004. A requisition in its name.
select api.request_shortages(array[{south_rule}]);
-- buyer: refused ER004. A rule for its store.
select api.accept_suggestions(array[{south_planned}::bigint]);
-- clerk: refused ER004. Its stock proposed for scrap.
select api.propose_disposal(array[{south_planned}::bigint], 'mine now');
-- manager: refused ER004. Its stock scrapped.
select api.approve_disposal(gen_random_uuid(), {south_disposal});
-- manager: refused ER004. Nor on an earlier day.
select api.approve_disposal_on(gen_random_uuid(), {south_disposal}, '2026-01-01');
-- manager: refused ER004. Nor tried out for one.
select api.preview_disposal({south_disposal}, '2026-01-01');
-- clerk: refused 42501. Nor by who may not approve it.
select api.preview_disposal({south_disposal}, '2026-01-01');
-- manager: refused ER004. Its proposal turned down.
select api.close_disposal({south_disposal}, 'no');
-- manager: refused ER004. Its classes written.
select api.apply_abc({south_abc});
-- buyer: refused ER001/ER004/42501. A rule laid into its unit.
insert into erp.reorder_rule (company_id, org_unit_id, item_id, min_quantity, max_quantity) select company_id, org_unit_id, {item}, 1, 2 from erp.org_unit u cross join lateral (select {south_unit} as org_unit_id) s limit 1;
-- engineer: refused 42501. An engineer sets no limits.
update erp.reorder_rule set min_quantity = 0;
-- engineer: refused 42501. Nor asks for what is short by himself.
select api.request_shortages('{{}}');
-- clerk: refused 42501. The rules' own request is the worker's to make.
select api.replenish();
-- buyer: refused 42501. Nobody asks in nobody's name.
select erp.request_shortages('{{}}', 0);
-- manager: refused 42501. Figures are worked out, not written.
update erp.item_plan set suggested_max = 999999;
-- buyer: refused 42501. A decision is not taken past its function.
update erp.disposal set state = 'disposed';
-- buyer: nothing. Whom the other branch asked, and how they delivered.
select 1 from api.rfq_suppliers({south_rfq});
-- buyer: nothing. What the other branch paid.
select 1 from api.rfq_last_prices({south_rfq});
-- buyer: refused ER004. A letter in the other branch's name.
select api.queue_rfq_letter({south_asked}, 'me@example.com', 'Request', '', 'R.pdf', '');
-- clerk: refused 42501. Nor does a clerk write to suppliers.
select api.queue_rfq_letter({south_asked}, 'me@example.com', 'Request', '', 'R.pdf', '', true);
-- engineer: refused 42501. Nor an engineer.
select api.queue_rfq_letter(1, 'me@example.com', 'Request', '', 'R.pdf', '');
-- buyer: refused ER004. The other branch's order is not confirmed.
select api.confirm_order({south_purchase}, 1, current_date + 9);
-- clerk: refused 42501. A promise is the buyer's to enter.
select api.confirm_order({south_purchase}, 1, current_date + 9);
-- engineer: refused 42501. Nor the engineer's.
select api.confirm_order(1, 1, current_date + 9);
-- buyer: nothing. A price of the other branch turned into one for another item.
update erp.supplier_price set item_id = {item} where org_unit_id = {south_unit} returning 1;
-- clerk: refused 42501. What an item costs is the buyer's to agree.
update erp.supplier_price set item_id = {item}, supplier_id = supplier_id;
-- finance: refused 42501. Nobody writes down who entered a line.
update erp.supplier_invoice_line set entered_by = null where id = {north_invoice_line};
-- finance: refused 42501. Nor makes another the one who entered it.
insert into erp.supplier_invoice_line (invoice_id, line_no, quantity, unit_price, net, entered_by) values ({north_invoice}, 9, 1, 1, 1, 1);
-- finance: refused 42501. Nor the one who accepted it.
update erp.supplier_invoice_line set accepted_by = {my_id}, accept_reason = 'mine' where id = {north_invoice_line};
-- manager: refused 42501. Who leads the branch does not choose how accruals are taken back.
select api.set_grni_method('month_start');
-- buyer: refused 42501. Nor does the buyer turn the month.
select api.roll_accruals();
-- clerk: refused 42501. How accruals stand is not the clerk's to know.
select api.accrual_state();
-- finance: refused 42501. The method is not written past its function.
insert into erp.setting (key, org_unit_id, value) values ('purchasing.grni_method', {north_unit}, '"month_start"');
-- finance: refused 42501. Nor the tolerance, nor the limit up to which one accepts himself.
insert into erp.setting (key, org_unit_id, value) values ('purchasing.accept_limit', {north_unit}, '"1000000"');
-- clerk: refused 42501. What reports read of invoices is not read by everybody.
select gross from bi.supplier_invoice;
-- engineer: refused 42501. Nor what is owed.
select open_amount from bi.grni;
-- finance: nothing. Nor does the view show the other branch's.
select 1 from bi.supplier_invoice where number = 'SIN-SOUTH';
-- finance: nothing. Nor its order.
select 1 from bi.purchase_order where number = 'PO-SOUTH';
-- manager: nothing. Nor its reservations.
select 1 from bi.reservation where work_order = 'WO-SOUTH';
-- clerk: refused 42501. Counts are added up for those who may know.
select * from api.count_results();
-- finance: refused 23514. An invoice of no number at all.
select api.enter_supplier_invoice('{{"supplier": "S-ALL", "invoice_number": "NAN", "invoice_date": "2026-11-01", "gross": "NaN", "lines": [{{"order": "PO-NORTH", "quantity": 1, "unit_price": 1}}]}}');
-- finance: refused 23514. Nor of less than nothing.
select api.enter_supplier_invoice('{{"supplier": "S-ALL", "invoice_number": "NEG", "invoice_date": "2026-11-01", "gross": -5, "lines": [{{"order": "PO-NORTH", "quantity": 1, "unit_price": 1}}]}}');
-- finance: refused 23505. The same paper with a sign that nobody sees in its number.
select api.enter_supplier_invoice('{{"supplier": "S-ALL", "invoice_number": "I\u200bNV\u2011NORTH", "invoice_date": "2026-11-01", "gross": 1.13, "lines": [{{"order": "PO-NORTH", "quantity": 1, "unit_price": 1}}]}}');
-- manager: refused ER004. The other branch's wish approved in a bundle.
select api.decide_all(array[{south_approval}], true);
-- manager: refused ER004. Nor turned down.
select api.decide_all(array[{south_approval}], false, 'no');
-- buyer: refused 42501. What an approval is about is told by its own functions.
select erp.document_number(a) from erp.approval a;
-- finance: refused ER004. A line of the other branch's invoice is not tied to anything.
select api.link_invoice_line({south_invoice_line}, 1);
-- finance: refused ER004. Nor one's own to an order of the other branch.
select api.link_invoice_line({north_invoice_line}, (select max(id) + 1000 from erp.purchase_order_line));
-- clerk: refused 42501. The clerk ties nothing.
select api.link_invoice_line({north_invoice_line}, 1);
-- finance: answers 0. An item of another branch is not found by its code through an invoice.
begin; select api.enter_supplier_invoice('{{"supplier": "S-ALL", "unit": "NORTH", "invoice_number": "OIL", "invoice_date": "2026-11-01", "gross": 1.13, "lines": [{{"item": "OIL-S", "quantity": 1, "unit_price": 1}}]}}'); select count(*) from erp.supplier_invoice_line where item_id = {south_item}; rollback;
-- clerk: refused 42501. Whoever enters what a repair cost does not take it back.
select api.reverse_repair_cost(gen_random_uuid(), 1, 'x');
-- finance: refused ER004. Nor does finance in another branch.
select api.reverse_repair_cost(gen_random_uuid(), (select coalesce(max(id), 1) from erp.cost_entry where org_unit_id = {south_unit}), 'x');
-- manager: refused ER004/ER010. A cost of hours or of goods is not a repair's.
select api.reverse_repair_cost(gen_random_uuid(), (select coalesce(max(id), 1) from erp.cost_entry), 'x');
