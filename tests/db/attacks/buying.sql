-- buyer: nothing. The other branch's wishes.
select 1 from erp.requisition where org_unit_id = {south_unit};
-- buyer: nothing. Their lines.
select 1 from erp.requisition_line l join erp.requisition r on r.id = l.requisition_id where r.org_unit_id = {south_unit};
-- buyer: nothing. Its prices.
select 1 from erp.supplier_price where org_unit_id = {south_unit};
-- buyer: nothing. Its letters.
select 1 from erp.outgoing_mail where org_unit_id = {south_unit};
-- buyer: refused 42501/ER002. A wish in the other branch.
insert into erp.requisition (company_id, org_unit_id, number) values ({company}, {south_unit}, '');
-- engineer: refused 42501. Nobody asks in a colleague's name.
insert into erp.requisition (company_id, org_unit_id, number, requested_by) values ({company}, {north_unit}, '', {boss_id});
-- engineer: refused 42501. Nor calls a wish approved.
update erp.requisition set state = 'approved';
-- clerk: refused 42501. Nobody forges a decision.
insert into erp.approval (company_id, org_unit_id, requisition_id, step, role_key, amount, content, state) values ({company}, {north_unit}, {south_wish}, 1, 'clerk', 1, '', 'approved');
-- buyer: refused 42501. Nor changes one.
update erp.approval set state = 'approved';
-- buyer: refused 42501. The matrix is the steward's.
delete from erp.approval_rule;
-- steward: nothing. And not for the other branch.
begin; update erp.approval_rule set amount_from = 999999 where org_unit_id = {south_unit} returning 1; rollback;
-- manager: refused ER004/ER001/ER010. The other branch's wish is not decided here.
select api.decide(id, true) from (select {south_approval} as id) x;
-- buyer: refused ER004. Nor ordered here.
select api.order_requisition_lines('[{{"line_id": {south_wish_line}}}]');
-- buyer: refused ER011. Nor asked about.
select api.rfq_of_lines(array[{south_wish_line}]::bigint[]);
-- buyer: refused ER004. Its order is not acknowledged from here.
select api.acknowledge_order({south_purchase}, 1);
-- buyer: refused ER010. Nor mailed to somebody.
select api.queue_mail('order', {south_purchase}, 'me@example.com', 'x', 'x', null, null);
-- clerk: refused 42501. Clerks order nothing.
select api.order_requisition_lines('[{{"line_id": 1}}]');
-- engineer: refused 42501. Other rooms' doors are not for people.
select api.open_requisition(1, {north_unit}, 'reorder', '[]');
-- engineer: refused 42501. Nor are the approvals' inner works.
select erp.submit_requisition(1, 1);
-- clerk: refused 42501. The worker's letters are the worker's.
select * from api.due_mails(10);
-- buyer: refused 42501. Nobody says that a letter left.
select api.note_mail(1, null);
-- buyer: nothing. The other branch's orders are not chased from here, nor read by trying.
select 1 from api.reminders_due(array[{south_purchase}]::bigint[], '{{}}');
-- buyer: refused ER010. Not even with the address at hand.
select api.queue_reminder(array[{south_purchase}]::bigint[], 'me@example.com', 'x', 'x', null, null);
-- buyer: nothing. Who was chased there.
select 1 from erp.outgoing_mail_order r join erp.outgoing_mail m on m.id = r.mail_id where m.org_unit_id = {south_unit};
-- buyer: refused 42501. Nobody says that a supplier was chased who was not.
insert into erp.outgoing_mail_order (mail_id, purchase_order_id) values (1, {south_purchase});
-- engineer: refused 42501. Chasing is the buyer's.
select * from api.reminders_due(array[{south_purchase}]::bigint[], '{{}}');
