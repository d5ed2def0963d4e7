-- engineer: refused ER012. Nobody gives back what was never issued to the order.
select api.post_stock(gen_random_uuid(), '{{"type": "return", "work_order_id": {north_work_order}, "reason": "x", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1}}]}}');
-- engineer: refused ER012. Nor what nobody took over the counter.
select api.post_stock(gen_random_uuid(), '{{"type": "return", "reason": "x", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1}}]}}');
-- engineer: refused ER012. Nor in the name of an engineer who took nothing.
select api.post_stock(gen_random_uuid(), '{{"type": "return", "engineer_id": {north_engineer}, "reason": "x", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1}}]}}');
-- clerk: refused ER012. Nor a clerk without saying why.
select api.post_stock(gen_random_uuid(), '{{"type": "return", "work_order_id": {north_work_order}, "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1}}]}}');
-- clerk: refused ER012. A blank is no reason.
select api.post_stock(gen_random_uuid(), '{{"type": "return", "reason": "  ", "work_order_id": {north_work_order}, "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1, "reason": " "}}]}}');
-- clerk: refused ER012. Opening stock of any worth is a steward's, in a place where the part never lay as well.
select api.post_stock(gen_random_uuid(), '{{"type": "opening", "lines": [{{"item_id": {item}, "to_location_id": {north_transit}, "quantity": 101}}]}}');
-- clerk: refused ER012/ER030. Nor does a price of his own make it cheap.
select api.post_stock(gen_random_uuid(), '{{"type": "opening", "lines": [{{"item_id": {item}, "to_location_id": {north_transit}, "quantity": 101, "unit_cost": 0.01}}]}}');
-- clerk: refused ER012. Nor two lines.
select api.post_stock(gen_random_uuid(), '{{"type": "opening", "lines": [{{"item_id": {item}, "to_location_id": {north_transit}, "quantity": 60}}, {{"item_id": {item}, "to_location_id": {north_transit}, "quantity": 60}}]}}');
-- clerk: refused ER012. Nor two documents.
begin; select api.post_stock(gen_random_uuid(), '{{"type": "opening", "lines": [{{"item_id": {item}, "to_location_id": {north_transit}, "quantity": 60}}]}}'); select api.post_stock(gen_random_uuid(), '{{"type": "opening", "lines": [{{"item_id": {item}, "to_location_id": {north_transit}, "quantity": 60}}]}}'); rollback;
-- clerk: refused ER004. A count finds no item of another branch, nor tells its code.
begin; select api.start_count('{{"location_id": {north_location}}}'); select api.enter_count((select max(id) from erp.stock_count), '[{{"item_id": {south_item}, "location_id": {north_location}, "quantity": -1}}]'); rollback;
-- clerk: refused ER004. Nor anything at a place where it does not count.
begin; select api.start_count('{{"location_id": {north_location}}}'); select api.enter_count((select max(id) from erp.stock_count), '[{{"item_id": {item}, "location_id": {north_transit}, "quantity": 1}}]'); rollback;
-- clerk: answers 0. What a count of another branch is held against is not told.
select coalesce(sum(erp.count_pile(g)), 0) from generate_series(1, 20) g;
-- engineer: refused 42501. Nor to whom it is no business.
select erp.count_waits(1);
-- manager: refused ER004. Nobody approves another branch's count.
select api.approve_count(999999999, 'x');
-- clerk: refused 42501. Nobody approves his own.
select api.approve_count(1, 'x');
-- clerk: refused ER004. The serial number of another branch's item does not tell the code.
select api.scrap_serial(gen_random_uuid(), {south_lot}, 'x');
-- planner: refused 42501. A merge keeps copies of its items, with what they cost: not for who reads no costs.
select before, after from erp.item_merge;
-- steward: refused ER001. Another branch's items are not merged.
select api.merge_items(gen_random_uuid(), {item}, {south_item}, '{{}}', 'x');
-- steward: refused ER001. Nor looked at.
select api.preview_merge({south_item}, {item});
-- steward: refused ER001. Nor is a merge undone that is not his.
select api.undo_merge(gen_random_uuid(), 999999999, 'x');
-- manager: refused 42501. Nor does a manager merge.
select api.merge_items(gen_random_uuid(), {item}, {south_item}, '{{}}', 'x');
-- buyer: refused 42501. What becomes of a merged item is not written by hand.
update erp.item set merged_into = id;
-- buyer: refused 42501. Nor is a merge.
delete from erp.item_merge;
-- steward: refused ER004/ER001. No plan is made in another branch.
select api.start_abc('{{"org_unit_id": {south_unit}}}');
-- steward: refused ER012/23514/22012. No time of no months.
select api.start_abc('{{"months": 0}}');
-- steward: refused ER012/23514/22012. Nor of one, whose deviation is none.
select api.start_abc('{{"months": 1}}');
-- steward: refused ER012/23514/22012. Nor of fewer.
select api.start_abc('{{"months": -12}}');
-- steward: refused 22003/22P02. Nor beyond all numbers.
select api.start_abc('{{"months": 99999999999}}');
-- steward: refused ER012/23514/22008/22012. Nor of many thousand years.
select api.start_abc('{{"months": 2147483647}}');
-- steward: refused ER012/23514/22008. No end of time.
select api.start_abc('{{"until": "infinity"}}');
-- steward: refused ER012/23514/22008. Nor before it.
select api.start_abc('{{"until": "-infinity"}}');
-- steward: refused ER012/23514. No share that is no number.
select api.start_abc('{{"abc_a": "NaN", "abc_b": "NaN"}}');
-- steward: refused ER012/23514/22003. Nor an endless one.
select api.start_abc('{{"xyz_x": "Infinity", "xyz_y": "Infinity"}}');
-- manager: refused ER004/ER010. Another branch's classes are not written.
select api.apply_abc({south_abc});
-- planner: refused ER012/ER004/22003. A plan of no weeks.
select * from api.part_plan(null, 0);
-- planner: refused ER012/ER004/22003. Nor of two thousand million.
select * from api.part_plan(null, 2147483647);
-- clerk: refused 22P02. A list of what is no number.
select api.start_count('{{"location_id": {north_location}, "item_ids": ["x"]}}');
-- clerk: refused ER012. Another branch's order is not picked.
select api.start_picks('{{"orders": [{south_work_order}]}}');
-- clerk: refused ER004. Nor is its pick list entered.
select api.enter_pick({south_pick}, '[{{"line_id": {south_pick_line}, "quantity": 1}}]');
-- buyer: refused ER004. Another branch's order is not confirmed.
select api.confirm_order({south_purchase}, 1, '2026-12-01', 'x');
-- buyer: harmless. Nor its price list written.
update erp.supplier_price set unit_price = 1;
-- buyer: nothing. Nor read.
select 1 from erp.supplier_price where unit_price = 777777;
-- buyer: nothing. Nor told as a price to buy at.
select 1 from api.purchase_price({south_unit}, {item}, (select id from erp.party where code = 'S-ALL'), 1) p where p.unit_price = 777777;
-- finance: nothing. No report tells of another branch's moves.
select 1 from bi.stock_move m where m::text like '%S-1%';
-- finance: answers 0. Nor adds them up.
select count(*) from bi.stock_on_hand b where b::text like '%WH-SOUTH%' or b::text like '%"S-1"%';
-- manager: nothing. Nor does a function of one's own in the condition see the rows before the policy.
select 1 from erp.asset where 1 / (case when name = 'ZANZIBAR' then 0 else 1 end) = 0;
-- manager: harmless. Nor does the plan of a query count them.
explain select * from erp.asset where name like 'ZANZ%';
-- finance: harmless. Nor do the statistics of the server.
select most_common_vals::text, histogram_bounds::text from pg_stats where schemaname = 'erp';
-- clerk: harmless. The feed tells which rows changed and never what.
select api.changes_since('1:1:');
-- engineer: nothing. Nor of tables that are not for his job.
select 1 where api.changes_since('1:1:') -> 'changes' ?| array['supplier_invoice', 'disposal', 'item_plan', 'cost_entry', 'outgoing_mail'];
-- admin: nothing. Nor does an administrator learn that business goes on.
select 1 where api.changes_since('1:1:') -> 'changes' ?| array['stock_move', 'work_order', 'contract', 'asset'];
-- buyer: nothing. Another branch's letters are not read.
select 1 from erp.outgoing_mail where subject = 'ZANZIBAR';
-- buyer: refused ER010. Nor sent again.
select api.retry_mail((select 1));
-- clerk: refused ER004/ER001. No price of a repair is put on another branch's piece.
select api.back_from_repair(gen_random_uuid(), {south_lot}, {north_location}, 'good', 'x', 1e30);
-- clerk: refused ER030/ER012/22003/ER004. Nor a quantity beyond all numbers into the books.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1e400, "unit_cost": 1}}]}}');
-- engineer: refused ER012. A serial number with a character that nobody sees is no second piece.
select api.register_installed(gen_random_uuid(), {single}, 'SN-1' || chr(8203), {north_asset});
-- engineer: refused ER012. Nor one of two lines.
select api.register_installed(gen_random_uuid(), {single}, 'SN-1' || chr(10) || 'x', {north_asset});
-- engineer: refused ER012. Nor one in small letters.
select api.register_installed(gen_random_uuid(), {single}, 'sn-1', {north_asset});
-- clerk: refused ER012. Nor one in wide ones.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [{{"item_id": {single}, "to_location_id": {north_location}, "quantity": 1, "lot": "ＳＮ-１"}}]}}');
-- clerk: refused ER030/ER012/ER010. Nor does the same number come in twice.
begin; select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [{{"item_id": {single}, "to_location_id": {north_location}, "quantity": 1, "lot": "SN-1"}}]}}'); select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [{{"item_id": {single}, "to_location_id": {north_location}, "quantity": 1, "lot": "SN-1"}}]}}'); rollback;
-- finance: nothing. What another branch's part is worth is not told by its number.
select 1 from erp.piece_value({south_item}) v where v is not null;
-- manager: nothing. Nor to a manager.
select 1 from erp.piece_value({south_item}) v where v is not null;
-- finance: answers 10.0000. What one's own is worth is.
select erp.piece_value({item});
