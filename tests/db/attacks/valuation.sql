-- clerk: refused 42501. A storekeeper changes no value.
select api.post_revaluation(gen_random_uuid(), '{{"item_id": {item}, "unit_cost": 1, "reason": "x"}}');
-- engineer: refused 42501. Nor does an engineer.
select api.reverse_value_entry(gen_random_uuid(), 1, 'x');
-- finance: refused ER001/ER004/ER030. Another branch's part keeps its value.
select api.post_revaluation(gen_random_uuid(), '{{"item_id": {south_item}, "unit_cost": 1, "reason": "x"}}');
-- finance: refused ER001/ER004/ER030. A change of value says what it changes.
select api.post_revaluation(gen_random_uuid(), '{{"reason": "x"}}');
-- finance: refused ER004/ER030. What nobody posted is not taken back.
select api.reverse_value_entry(gen_random_uuid(), 999999999, 'x');
-- clerk: refused 42501. A storekeeper closes no month.
select api.close_stock_period({company}, '2026-01-01');
-- finance: refused ER002. A branch closes no month of the company.
select api.close_stock_period({company}, '2026-01-01');
-- finance: refused ER004. Nor opens one that is not there.
select api.reopen_stock_period(999999999, 'x');
-- clerk: refused ER030/ER012. Nothing is posted ahead of its time.
select api.post_stock(gen_random_uuid(), '{{"type": "opening", "effective_at": "2999-01-01", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1}}]}}');
-- clerk: refused ER001/ER004/ER030. A preview shows no other branch's place.
select api.preview_backdating('{{"type": "opening", "effective_at": "2026-01-01", "lines": [{{"item_id": {item}, "to_location_id": {south_location}, "quantity": 1}}]}}');
-- clerk: harmless. A preview of nonsense keeps nothing.
select api.preview_backdating('{{"type": "opening", "effective_at": "0001-01-01", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1}}]}}');
-- clerk: refused ER030. A price of one's own far from the known one is no receipt.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1, "unit_cost": 1000000}}]}}');
-- clerk: refused 42501. No layer is written by hand.
update erp.stock_layer set left_quantity = left_quantity + 1;
-- finance: refused 42501. Nor a change of value.
delete from erp.stock_value_entry;
-- finance: refused 42501. Nor what it charged to whom.
update erp.stock_value_share set amount = 0;
-- finance: refused 42501. Nor is a month opened by hand.
update erp.stock_period set state = 'open';
-- engineer: refused 42501. What a layer cost is not an engineer's to know.
select * from erp.stock_layer;
-- finance: nothing. Layers of another branch's part are not there.
select * from erp.stock_layer where item_id = {south_item};
-- engineer: nothing. "Do we have it?" does not tell an engineer what a part costs.
select x from api.part_overview({item}) x where x ->> 'cost' is not null or x #>> '{{substitute_parts,0,cost}}' is not null;
-- planner: nothing. Nor a planner.
select x from api.part_overview({item}) x where x ->> 'cost' is not null;
-- desk: nothing. Nor the service desk.
select x from api.part_overview({item}) x where x ->> 'cost' is not null;
-- engineer: nothing. Nor does the preview of an earlier date tell him amounts.
select x from api.preview_backdating('{{"type": "opening", "effective_at": "2026-01-01", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1}}]}}') x where x ?| '{{amount,items,periods,rows,consumed}}';
-- clerk: refused 42501. Nobody tries values out who may not change them.
select api.preview_revaluation('{{"item_id": {item}, "unit_cost": 1}}');
-- finance: nothing. Trying out another branch's part tells nothing of it.
select x from api.preview_revaluation('{{"item_id": {south_item}, "unit_cost": 1}}') x where not x ? 'refused' or x ? 'value_before';
-- engineer: refused 42501. What an item is worth is not an engineer's to know.
select api.item_value({item});
-- clerk: nothing. Nor what another branch's part is worth.
select x from api.item_value({south_item}) x where x is not null;
-- clerk: nothing. Why another branch's value was changed is not told with what an item is worth.
select h from jsonb_array_elements(api.item_value({item}) -> 'history') h where h ->> 'reason' = 'ZANZIBAR';
-- clerk: refused ER030. Nothing is taken on a day on which it was not there yet.
select api.post_stock(gen_random_uuid(), '{{"type": "issue", "effective_at": "2001-01-01", "work_order_id": {north_work_order}, "lines": [{{"item_id": {item}, "from_location_id": {north_location}, "quantity": 1}}]}}');
-- clerk: refused ER030. Nor by saying that it is not dated back.
select api.post_stock(gen_random_uuid(), '{{"type": "issue", "backdated": false, "effective_at": "2001-01-01", "work_order_id": {north_work_order}, "lines": [{{"item_id": {item}, "from_location_id": {north_location}, "quantity": 1}}]}}');
-- clerk: refused ER030. Nor moved within the store.
select api.post_stock(gen_random_uuid(), '{{"type": "transfer", "effective_at": "2001-01-01", "lines": [{{"item_id": {item}, "from_location_id": {north_location}, "to_location_id": {north_transit}, "quantity": 1}}]}}');
-- clerk: refused 42501. The rule itself is not called past the posting.
select api.check_past({company}, now(), '{{}}');
-- clerk: nothing. A preview that names another branch's place beside one's own does not tell when that was counted.
select 1 from api.preview_backdating('{{"type": "issue", "work_order_id": {north_work_order}, "effective_at": "2026-01-01", "lines": [{{"item_id": {item}, "from_location_id": {north_location}, "quantity": 1}}, {{"item_id": {item}, "from_location_id": {south_location}, "quantity": 1}}]}}') p where p::text ~ 'counted_at';
-- clerk: refused ER030. Nor does a transfer to it.
select api.post_stock(gen_random_uuid(), '{{"type": "transfer", "effective_at": "2026-01-01", "lines": [{{"item_id": {item}, "from_location_id": {north_location}, "to_location_id": {south_location}, "quantity": 1}}]}}');
