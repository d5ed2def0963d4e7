-- clerk: nothing. The parts that another branch will want are not told.
select * from api.part_plan({south_unit}, 12);
-- clerk: nothing. Nor what causes them.
select * from api.part_plan_sources({south_unit}, {item}, 12);
-- clerk: refused ER004. Nor does he order for it.
select api.request_parts({south_unit}, array[{item}], current_date, 12);
-- engineer: refused 42501. An engineer orders nothing from the plan.
select api.request_parts({north_unit}, array[{item}], current_date, 12);
-- planner: refused 42501. Nor does the planner; he looks.
select api.request_parts({north_unit}, array[{item}], current_date, 12);
-- clerk: refused 42501. The inside of the plan is nobody's.
select * from erp.part_plan(array[{south_unit}], 12, null);
-- clerk: refused 42501. Nor is the demand behind it.
select * from erp.parts_wanted(array[{south_unit}], current_date + 90);
-- planner: refused 42501. What the worker keeps is not written by hand.
update erp.order_readiness set signal = 'ready';
-- clerk: refused 42501. Nor worked out by whoever likes.
select api.refresh_readiness(null);
