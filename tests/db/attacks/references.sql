-- steward: refused ER004. One supplier of the other branch among a thousand items of one's own.
insert into erp.item (company_id, org_unit_id, code, name, supplier_id) select {company}, {north_unit}, 'EVIL-' || n, 'x', case n when 777 then {south_party} else {north_party} end from generate_series(1, 1000) n;
-- steward: refused ER004. Nor one that is not there: both answers are the same.
insert into erp.item (company_id, org_unit_id, code, name, supplier_id) select {company}, {north_unit}, 'EVIL-' || n, 'x', case n when 777 then 999999999 else {north_party} end from generate_series(1, 1000) n;
-- steward: refused ER004. Nor where a code that is there already would let the row drop.
insert into erp.item (company_id, org_unit_id, code, name, supplier_id) values ({company}, {north_unit}, 'BRG-6205', 'x', {south_party}) on conflict do nothing;
-- steward: refused ER004/42501. Nor where the row that is there is changed instead.
insert into erp.item (company_id, org_unit_id, code, name) values ({company}, {north_unit}, 'BRG-6205', 'x') on conflict (company_id, code) do update set supplier_id = {south_party};
-- steward: refused ER004. An error of one's own making does not come before the refusal, to carry out what the row shows.
insert into erp.item (company_id, org_unit_id, code, name, supplier_id) values ({company}, {north_unit}, 'EVIL', 'x', {south_party}) returning (select p.name from erp.party p where p.id = supplier_id)::integer;
-- planner: refused ER004. A good order beside it in the same statement carries nothing through.
with good as (insert into erp.work_order (company_id, org_unit_id, title) values ({company}, {north_unit}, 'x') returning id) insert into erp.work_order (company_id, org_unit_id, title, asset_id) select {company}, {north_unit}, 'x', {south_asset} from good;
-- planner: refused ER004. Nor does an order merged into one's own.
merge into erp.work_order w using (select {north_work_order} as id) s on w.id = s.id when matched then update set asset_id = {south_asset};
-- buyer: refused ER004. The second line of an order after a good first one.
begin; insert into erp.purchase_order_line (purchase_order_id, line_no, item_id, quantity, unit_price) values ({north_purchase}, 8, {item}, 1, 1); insert into erp.purchase_order_line (purchase_order_id, line_no, item_id, quantity, unit_price) values ({north_purchase}, 9, {south_item}, 1, 1); commit;
-- buyer: refused 42501. The switch that puts triggers to rest is not a user's.
set session_replication_role = replica;
-- buyer: refused 42501. Nor the trigger itself.
alter table erp.supplier_price disable trigger aa_refers;
-- buyer: refused 0A000/client/42501. COPY reads past every policy: not where there is one.
copy erp.supplier_price (company_id, org_unit_id, item_id, supplier_id, unit_price) from stdin;
-- clerk: refused ER030. Receiving a number that is built in somewhere does not tell into which of another branch's assets.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [{{"item_id": {single}, "to_location_id": {north_location}, "lot": "BUILT-IN", "quantity": 1}}]}}');
-- clerk: harmless. Nor does the page of the number.
select api.scrap_serial(gen_random_uuid(), (select id from erp.lot where code = 'BUILT-IN'), 'x');
-- clerk: nothing. Nor its row.
select 1 from erp.lot l join erp.asset a on a.id = l.asset_id where l.code = 'BUILT-IN';
