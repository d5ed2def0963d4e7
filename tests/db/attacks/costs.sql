-- engineer: refused 42501. What a piece cost when it moved is not an engineer's to know.
select unit_cost from erp.stock_move;
-- planner: refused 42501. Nor a planner's: from the amount the price follows.
select amount from erp.stock_move;
-- desk: refused 42501. Nor the service desk's.
select sum(amount) from erp.stock_move;
-- engineer: refused 42501. Nor by the whole row.
select m from erp.stock_move m;
-- engineer: refused 42501. Nor as JSON.
select to_jsonb(m) from erp.stock_move m;
-- engineer: refused 42501. Nor by an order that only sorts by it.
select id from erp.stock_move order by unit_cost;
-- desk: refused 42501. Nor by asking in a condition.
select id from erp.stock_move where amount > 50;
-- engineer: refused 42501. What an item should cost is no more his.
select standard_cost from erp.item;
-- planner: refused 42501. Nor by copying it out.
copy erp.item to stdout;
-- planner: refused 42501. Nor in what the months consumed.
select amount from erp.item_demand;
-- desk: refused 42501. Nor by a view of one's own in a query.
with w as (select * from erp.item) select code from w where standard_cost > 0;
-- engineer: refused 42501. Nor by what a write gives back.
update erp.item set note = note returning standard_cost;
-- engineer: nothing. A machine's history names the parts and not what they cost.
select 1 from api.asset_timeline where kind = 'part' and amount is not null;
-- engineer: nothing. The function behind it tells no more.
select 1 from erp.stock_move m where erp.visible_move_amount(m.id) is not null;
-- planner: nothing. Nor the one of the standard.
select 1 where erp.visible_standard_cost({item}) is not null;
-- desk: nothing. Nor does a price to buy at fall back on it.
select 1 from api.purchase_price({north_unit}, {item}, null) p where p.source = 'standard';
-- planner: nothing. Nor the history of the item.
select 1 from api.history('item', {item}) h where h.changes ? 'standard_cost';
-- engineer: harmless. A price of his own in a return is passed over, and no refusal names the average.
begin; select api.post_stock(gen_random_uuid(), '{{"type": "return", "work_order_id": {north_work_order}, "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1, "unit_cost": 11}}]}}'); rollback;
-- clerk: answers 0. A clerk's average stays his to know; that of what he does not see is hidden by its row.
select count(*) from erp.stock_move m where m.from_org_unit_id = {south_unit} and erp.visible_move_amount(m.id) is not null;
