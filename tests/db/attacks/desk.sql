-- clerk: refused ER030. No good stock out of nothing: what is found is a count.
select api.post_stock(gen_random_uuid(), '{{"type": "adjustment", "reason": "found", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1}}]}}');
-- clerk: refused ER030. Nor good in and bad out in one document, which would release the bad piece.
select api.post_stock(gen_random_uuid(), '{{"type": "adjustment", "reason": "same piece", "lines": [{{"item_id": {item}, "from_location_id": {north_location}, "from_condition": "bad", "to_condition": "bad", "quantity": 1}}, {{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1}}]}}');
-- clerk: refused ER030. Nothing vanishes into the difference of a count that nobody counted.
select api.post_stock(gen_random_uuid(), '{{"type": "adjustment", "reason": "gone", "lines": [{{"item_id": {item}, "from_location_id": {north_location}, "quantity": 1}}]}}');
-- clerk: refused ER030. The number of a count as the reason makes no count of it.
select api.post_stock(gen_random_uuid(), jsonb_build_object('type', 'adjustment', 'reason', coalesce((select max(number) from erp.stock_count), 'CNT-1'), 'lines', '[{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1}}]'::jsonb));
-- clerk: refused ER011/ER030. What is scrapped has a reason.
select api.post_stock(gen_random_uuid(), jsonb_build_object('type', 'adjustment', 'lines', jsonb_build_array(jsonb_build_object('item_id', {item}, 'from_location_id', {north_location}, 'to_location_id', (select l.id from erp.stock_location l where l.kind = 'scrap' limit 1), 'quantity', 1))));
-- clerk: refused 42501. Nobody but the posting of a count says that a count is posted.
update erp.stock_count set posted_at = now();
-- clerk: refused 42501. The rule itself is not called past the posting.
select api.check_out_of_nothing('{{}}', 'adjustment', {company});
-- clerk: nothing. Another branch's receipt is not opened to be sent back.
select 1 from api.desk_received({south_purchase}, null) r where r is not null;
-- engineer: refused 42501. An engineer opens none at all.
select api.desk_received({south_purchase}, null);
-- engineer: nothing. What a part costs is not told to who may not read it.
select 1 where api.part_overview({item}) ->> 'cost' is not null;
-- planner: nothing. Nor to a planner, in a substitute.
select 1 from jsonb_path_query(api.part_overview({item}), '$.substitute_parts[*].cost') c where c <> 'null';
-- engineer: refused 42501. What others own is read by the function that checks who asks.
select api.owned_json({item}, array[1, 2, 3]);
-- clerk: nothing. The code of another branch's customer is no owner.
select 1 from api.desk_resolve('C-SOUTH') r where r is not null;
-- clerk: refused ER004. Another branch's party owns nothing here.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1, "owner_id": {south_party}}}]}}');
-- clerk: refused ER030/ER012/ER004/23514. A quantity that is none.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "entered_quantity": "NaN", "unit_cost": 1}}]}}');
-- clerk: refused ER030/ER004. A unit's factor that is none.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "entered_quantity": 1, "uom": "pc", "uom_factor": "NaN", "unit_cost": 1}}]}}');
-- admin: refused ER012/ER001/ER003/23514/42501. A tolerance without end.
insert into erp.setting (key, value) values ('stock.over_receipt', '"NaN"');
-- desk: refused ER012/ER004/ER001/23514/42501/22003. A reading that is none.
insert into erp.meter_reading (meter_id, read_at, value) values (1, now(), 'NaN');
-- clerk: refused ER012. A loop does not fill the journal.
begin; select count(*) from (select api.note_export('export', 'x', 1) from generate_series(1, 301)) n; rollback;
-- clerk: answers 0. An issue says of no other branch's issue that it came back: what is open of that stays open.
begin; select api.post_stock(gen_random_uuid(), '{{"type": "issue", "work_order_id": {north_work_order}, "lines": [{{"item_id": {item}, "from_location_id": {north_location}, "quantity": 1, "returns_move_id": {south_issue}}}]}}'); select count(*) from erp.stock_move where reverses_id = {south_issue}; rollback;
-- clerk: answers 0. Nor does a transfer within the store.
begin; select api.post_stock(gen_random_uuid(), '{{"type": "transfer", "lines": [{{"item_id": {item}, "from_location_id": {north_location}, "to_location_id": {north_transit}, "quantity": 1, "returns_move_id": {south_issue}}}]}}'); select count(*) from erp.stock_move where reverses_id = {south_issue}; rollback;
-- clerk: answers 0. Nor does a receipt.
begin; select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1, "returns_move_id": {south_issue}}}]}}'); select count(*) from erp.stock_move where reverses_id is not null; rollback;
-- clerk: answers 0. An issue is not tied to another branch's order, reservation or earlier system.
begin; select api.post_stock(gen_random_uuid(), '{{"type": "issue", "work_order_id": {north_work_order}, "lines": [{{"item_id": {item}, "from_location_id": {north_location}, "quantity": 1, "purchase_line_id": {south_purchase_line}, "reservation_id": {south_reservation}, "source": "legacy", "source_key": "1"}}]}}'); select count(*) from erp.stock_move where purchase_line_id is not null or reservation_id is not null or source is not null; rollback;
-- clerk: answers 0. What goes back to a supplier counts against no order but that of its receipt.
begin; select api.post_stock(gen_random_uuid(), '{{"type": "supplier_return", "lines": [{{"item_id": {item}, "from_location_id": {north_location}, "quantity": 1, "purchase_line_id": {south_purchase_line}}}]}}'); select count(*) from erp.stock_move where purchase_line_id is not null; rollback;
-- clerk: refused ER030. Nothing comes in for an order that nobody approved.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "purchase_order_id": {north_purchase}, "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1, "purchase_line_id": {north_purchase_line}}}]}}');
-- clerk: refused ER030. Each line of an issue names the order that takes its cost, not only the last.
select api.post_stock(gen_random_uuid(), '{{"type": "issue", "lines": [{{"item_id": {item}, "from_location_id": {north_location}, "quantity": 1}}, {{"item_id": {item}, "from_location_id": {north_location}, "quantity": 1, "work_order_id": {north_work_order}}}]}}');
-- clerk: answers 0. A clerk's document does not pass for one of an earlier system, nor for the purchase of consigned stock.
begin; select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "source": "consignment", "source_key": "1", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1}}]}}'); select count(*) from erp.stock_document where source is not null; rollback;
-- steward: answers 0. Nor does a steward's import pass for the latter.
begin; select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "source": "consignment", "source_key": "1", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1}}]}}'); select count(*) from erp.stock_document where source is not null; rollback;
-- clerk: refused ER004. Another branch's engineer takes nothing over this counter.
select api.post_stock(gen_random_uuid(), '{{"type": "counter_issue", "engineer_id": {south_engineer}, "lines": [{{"item_id": {item}, "from_location_id": {north_location}, "quantity": 1}}]}}');
