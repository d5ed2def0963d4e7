-- Who reads what parts cost, and what an insider may not post alone.
--
-- What parts cost is for those who may read their averages (erp.item_cost): planner, service desk and engineer see what moved, where
-- and for whom, and neither the price nor the amount, from which the price follows.

call erp.withhold('erp.item', 'planner desk engineer', 'standard_cost');
call erp.withhold('erp.stock_move', 'planner desk engineer', 'unit_cost amount');
call erp.withhold('erp.item_demand', 'planner desk engineer', 'amount');
call erp.withhold('erp.item_merge', 'planner desk engineer', 'before after');  -- copies of items
