-- planner: nothing. A machine of the other branch.
select 1 from erp.asset where id = {south_asset};
-- planner: nothing. Its orders.
select 1 from erp.work_order where id = {south_work_order};
-- planner: nothing. Their steps.
select 1 from erp.work_order_step where work_order_id = {south_work_order};
-- planner: nothing. Its customer.
select 1 from erp.party where id = {south_party};
-- planner: nothing. Who works there.
select 1 from erp.contact where party_id = {south_party};
-- planner: nothing. Its engineer.
select 1 from erp.engineer where id = {south_engineer};
-- planner: nothing. His bookings.
select 1 from erp.booking where engineer_id = {south_engineer};
-- planner: nothing. Its contract.
select 1 from erp.contract where id = {south_contract};
-- finance: nothing. Its price.
select 1 from erp.contract_line where contract_id = {south_contract};
-- clerk: nothing. Its stock.
select 1 from erp.stock_balance where location_id = {south_location};
-- clerk: nothing. Its documents.
select 1 from erp.stock_document where id = {south_document};
-- clerk: nothing. Its moves.
select 1 from erp.stock_move where document_id = {south_document};
-- clerk: nothing. Its places.
select 1 from erp.stock_location where id = {south_location};
-- clerk: nothing. Its items.
select 1 from erp.item where id = {south_item};
-- planner: nothing. Its files.
select 1 from erp.attachment where owner_id = {south_asset} and owner_table = 'asset';
-- planner: nothing. A row of the other branch is not changed.
begin; update erp.asset set note = 'x' where id = {south_asset} returning 1; rollback;
-- planner: nothing. Nor an order.
begin; update erp.work_order set note = 'x' where id = {south_work_order} returning 1; rollback;
-- planner: nothing. Nor its steps.
begin; update erp.work_order_step set note = 'x' where work_order_id = {south_work_order} returning 1; rollback;
-- planner: nothing. Nor are they removed.
begin; delete from erp.work_order_step where work_order_id = {south_work_order} returning 1; rollback;
-- finance: nothing. Nor a contract.
begin; update erp.contract set note = 'x' where id = {south_contract} returning 1; rollback;
-- desk: nothing. Nor a customer.
begin; update erp.party set note = 'x' where id = {south_party} returning 1; rollback;
-- planner: refused 42501/ER002. A machine is not entered in the other branch.
insert into erp.asset (company_id, org_unit_id, asset_class_id, code, name) values ({company}, {south_unit}, 1, 'EVIL', 'x');
-- planner: refused 42501/ER002. Nor sent there.
update erp.asset set org_unit_id = {south_unit} where id = {north_asset};
-- planner: refused 42501/ER002. Nor an order.
insert into erp.work_order (company_id, org_unit_id, title) values ({company}, {south_unit}, 'x');
-- planner: refused 42501/23503/ER004. A unit under another company's number.
insert into erp.work_order (company_id, org_unit_id, title) values (999, {north_unit}, 'x');
-- planner: refused 42501/ER004. A step is not put under the other branch's order.
insert into erp.work_order_step (work_order_id, line_no, name) values ({south_work_order}, 9, 'x');
-- planner: refused 42501/ER004. Nor a part.
insert into erp.work_order_part (work_order_id, item_id, quantity) values ({south_work_order}, {item}, 1);
-- planner: refused 42501/ER004. A file is not put with the other branch's machine.
insert into erp.attachment (company_id, org_unit_id, owner_table, owner_id, file_name, media_type, size_bytes, parts) values ({company}, {north_unit}, 'asset', {south_asset}, 'x', 'x', 0, 1);
-- planner: refused 42501/ER004/ER012. Nor with a person.
insert into erp.attachment (company_id, org_unit_id, owner_table, owner_id, file_name, media_type, size_bytes, parts) values ({company}, {north_unit}, 'app_user', {boss_id}, 'x', 'x', 0, 1);
-- planner: refused 42501/ER004/ER012/42P01. Nor with a table that is SQL.
insert into erp.attachment (company_id, org_unit_id, owner_table, owner_id, file_name, media_type, size_bytes, parts) values ({company}, {north_unit}, 'asset; drop table erp.asset', 1, 'x', 'x', 0, 1);
-- planner: refused 42501/ER004/ER012. Nor is a piece put to a file that he does not see.
insert into erp.attachment_part (attachment_id, part_no, content) values (999999, 1, 'x');
-- planner: refused ER004. An order does not refer to a machine that he does not see: a guessed id opens and tells nothing.
insert into erp.work_order (company_id, org_unit_id, title, asset_id) values ({company}, {north_unit}, 'x', {south_asset});
-- planner: refused ER004. Nor to one that is not there: both answers are the same.
insert into erp.work_order (company_id, org_unit_id, title, asset_id) values ({company}, {north_unit}, 'x', 999999999);
-- planner: refused ER004. Nor when changed.
update erp.work_order set asset_id = {south_asset} where id = {north_work_order};
-- planner: refused ER004. Nor to a contract.
update erp.work_order set contract_id = {south_contract} where id = {north_work_order};
-- planner: refused ER004. Nor to a customer.
update erp.work_order set customer_id = {south_party} where id = {north_work_order};
-- desk: refused ER004. A site does not take over a customer whom he does not see: it would show him.
update erp.site set party_id = {south_party} where id = {north_site};
-- desk: refused ER004. Nor a new one.
insert into erp.site (company_id, org_unit_id, party_id, code, name) values ({company}, {north_unit}, {south_party}, 'EVIL', 'x');
-- desk: refused ER004. Nor is a customer linked to one's branch by a guessed number.
insert into erp.party_unit (party_id, org_unit_id) values ({south_party}, {north_unit});
-- finance: refused ER004. Nor a contract.
insert into erp.contract_unit (contract_id, org_unit_id) values ({south_contract}, {north_unit});
-- finance: refused ER004. Nor another branch's machine put under one's own contract.
insert into erp.contract_asset (contract_id, asset_id, starts_on) values ({north_contract}, {south_asset}, '2026-01-01');
-- planner: refused ER004. Nor is the other branch's engineer sent on leave.
insert into erp.absence (company_id, org_unit_id, engineer_id, kind, period) values ({company}, {north_unit}, {south_engineer}, 'leave', '[2026-12-01, 2026-12-31)');
-- planner: refused ER004/42501. Nor given a skill.
insert into erp.engineer_skill (engineer_id, skill_id) values ({south_engineer}, {skill});
-- planner: refused ER004. Nor a part of the other branch planned.
insert into erp.work_order_part (work_order_id, item_id, quantity) values ({north_work_order}, {south_item}, 1);
-- buyer: refused ER004. Nor ordered.
insert into erp.purchase_order_line (purchase_order_id, line_no, item_id, quantity, unit_price) values ({north_purchase}, 9, {south_item}, 1, 1);
-- steward: refused ER004. Nor is an item of another branch made a substitute.
insert into erp.item_substitute (item_id, substitute_id) values ({item}, {south_item});
-- clerk: nothing. The other branch does not show by a join.
select a.name from erp.work_order w join erp.asset a on a.id = w.asset_id where a.id = {south_asset};
-- clerk: nothing. Nor by a correlated question.
select 1 where exists (select 1 from erp.asset a where a.id = {south_asset});
-- clerk: nothing. Nor by a full join with numbers.
select 1 from erp.asset a right join generate_series(1, 1000) g on g = a.id where g = {south_asset} and a.id is not null;
-- clerk: answers 0. Nor by a window over all.
select count(*) over () - count(*) filter (where true) over () from erp.asset limit 1;
-- clerk: nothing. Nor by a recursion through parents.
with recursive r as (select id, parent_id from erp.asset union select a.id, a.parent_id from erp.asset a join r on a.id = r.parent_id) select 1 from r where id = {south_asset};
-- auditor: refused 42501. The auditor reads everything and changes nothing: a machine.
update erp.asset set note = 'x';
-- auditor: refused 42501. An order.
insert into erp.work_order (company_id, org_unit_id, title) values ({company}, {north_unit}, 'x');
-- auditor: refused 42501. A setting.
insert into erp.setting (key, value) values ('x', '1');
-- auditor: refused 42501. A posting.
select api.post_stock(gen_random_uuid(), '{{}}');
-- admin: refused 42501. The administrator sees no business row: machines.
select 1 from erp.asset;
-- admin: refused 42501. Contracts.
select 1 from erp.contract;
-- admin: refused 42501. Costs.
select 1 from erp.cost_entry;
-- admin: refused 42501. Files.
select 1 from erp.attachment;
-- security: refused 42501. Nor does the security officer: stock.
select 1 from erp.stock_balance;
-- security: refused 42501. Customers.
select 1 from erp.party;
-- security: refused 42501. Nor by a view.
select 1 from api.asset_timeline;
-- clerk: nothing. Its pairs of items that look like one.
select 1 from erp.item_duplicate where org_unit_id = {south_unit};
-- clerk: nothing. Its merges of items.
select 1 from erp.item_merge where org_unit_id = {south_unit};
-- buyer: answers {{}}. An item of the other branch is not found by writing one like it.
select api.similar_items('{{"name": "ZANZIBAR", "code": "OIL-S"}}');
-- steward: refused ER001. Items of the other branch are not merged into one's own.
select api.merge_items(gen_random_uuid(), {item}, {south_item}, '{{}}', 'mine');
-- steward: refused ER001. Nor looked at that way.
select api.preview_merge({item}, {south_item});
-- steward: refused ER001. Nor is the company's item merged by a branch.
select api.merge_items(gen_random_uuid(), {south_item}, {item}, '{{}}', 'mine');
-- steward: refused ER001. A merge that is not his is not taken back.
select api.undo_merge(gen_random_uuid(), 1, 'x');
-- steward: refused 42501/ER002. A category is not put into the other branch.
insert into erp.item_category (company_id, org_unit_id, code, name) values ({company}, {south_unit}, 'EVIL', 'x');
-- engineer: refused 42501. Categories are the steward's.
insert into erp.item_category (company_id, org_unit_id, code, name) values ({company}, {north_unit}, 'EVIL', 'x');
-- clerk: refused 42501. Nobody reads what items are compared by.
select words from erp.item_match;
-- engineer: refused 42501. Nor calls a merge that is not his job.
select api.merge_items(gen_random_uuid(), {item}, {item}, '{{}}', 'x');
-- buyer: refused 42501. A buyer does not say what an item turned out to be.
update erp.item set merged_into = id where id = {item};
-- steward: refused ER004. A code rule of a category that is not there tells nothing.
select api.suggest_item_code(999999999, '{{}}');
-- steward: refused ER004. An item is not said to fit a machine of the other branch.
insert into erp.item_fit (item_id, asset_id) values ({item}, {south_asset});
-- engineer: refused 42501. What fits a machine is not the engineer's to say.
insert into erp.item_fit (item_id, asset_id) values ({item}, {north_asset});
-- clerk: refused 42501. Conversions of units are the steward's.
insert into erp.uom_conversion (from_uom, to_uom, factor) values ('roll', 'pair', 2);
-- engineer: refused 42501. Who may not judge doubles does not search for them.
select api.search_duplicates(100);
-- engineer: refused 42501. What a repair cost is booked with its return, by who keeps stock.
select api.back_from_repair(gen_random_uuid(), 1, null, 'good', null, 99, null);
-- clerk: refused 42501. And not beside it.
select api.charge_repair(null, 1, {north_unit}, true, 99, null, 'x');
