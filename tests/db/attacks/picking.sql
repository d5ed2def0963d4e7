-- clerk: refused ER004. No pick list for another branch's order.
select api.start_picks('{{"order_ids": [{south_work_order}]}}');
-- clerk: refused ER004. Nor for one's own in another branch's store.
select api.start_picks('{{"order_ids": [{north_work_order}], "location_id": {south_location}}}');
-- clerk: refused ER004. Nothing is entered on another branch's list.
select api.enter_pick({south_pick}, '[{{"line_id": {south_pick_line}, "quantity": 1}}]');
-- clerk: refused ER004. Nor issued by it.
select api.post_pick(gen_random_uuid(), {south_pick});
-- clerk: refused ER004. Nor on an earlier day.
select api.post_pick_on(gen_random_uuid(), {south_pick}, '2026-01-01');
-- clerk: refused ER004. Nor tried out for one.
select api.preview_pick({south_pick}, '2026-01-01');
-- clerk: refused 42501. Nobody makes up the documents that are tried out.
select api.preview_documents('[]');
-- engineer: refused 42501. An engineer tries no pick list out.
select api.preview_pick({south_pick}, '2026-01-01');
-- clerk: refused ER004. Nor is it given up.
select api.cancel_pick({south_pick});
-- clerk: refused ER004. Nor read as a sheet.
select * from api.pick_sheet({south_pick});
-- clerk: nothing. Nor as a row.
select * from erp.pick_list where id = {south_pick};
-- clerk: nothing. Nor its lines.
select * from erp.pick_line where pick_list_id = {south_pick};
-- clerk: refused 42501. What was issued is not written by hand.
update erp.pick_line set issued = quantity, picked = 0;
-- clerk: refused 42501. No list is made by hand.
insert into erp.pick_list (company_id, org_unit_id, number) values ({company}, {north_unit}, 'PCK-X');
-- clerk: refused 42501. No reservation is widened by hand.
update erp.reservation set quantity = quantity + 100;
-- clerk: refused ER004/ER001/ER030. The desk sets nothing aside for another branch's order.
select api.reserve_order({south_work_order});
-- planner: refused ER004/ER001/ER030. Nor does the planner.
select api.reserve_order({south_work_order});
-- planner: refused ER004/ER001/ER030. Nor chooses anew for it.
select api.reallocate_order({south_work_order});
-- planner: refused ER004. Another branch's pieces are not given to one's own order.
select api.reassign_reservation({south_reservation}, {north_work_order}, 1);
-- planner: refused ER004. Nor released.
select api.release({south_reservation});
-- clerk: refused 42501. Giving pieces to another order is the planner's.
select api.reassign_reservation({south_reservation}, {north_work_order}, 1);
-- engineer: refused 42501. An engineer reserves no order.
select api.reserve_order({north_work_order});
-- engineer: refused 42501. Nor issues a pick list.
select api.post_pick(gen_random_uuid(), {south_pick});
-- stranger: refused ER004/ER001/ER030. Who has no unit reserves nothing.
select api.reserve_order({north_work_order});
-- gone: refused 42501/ER001/ER004/ER030/28000/none. Nor does who has left.
select api.reserve_order({north_work_order});
-- planner: nothing. Whether another branch's parts are there is not told.
select * from api.parts_ready(array[{south_work_order}]);
-- planner: nothing. Nor part by part.
select * from api.order_parts({south_work_order});
-- planner: nothing. Nor in the list of all.
select * from erp.order_readiness where id = {south_work_order};
-- clerk: refused 42501. The inside of reserving is nobody's.
select erp.allocate({north_work_order}, {item}, 1, null, null, array[{south_unit}]);
-- clerk: refused 42501. Nor is giving back.
select erp.give_back(array[{south_reservation}]);
-- clerk: refused 42501. Nor the outlook without its door.
select * from api.part_outlook(array[{south_work_order}]);
-- clerk: refused 42501. Only the worker lets reservations expire.
select api.expire_reservations();
-- clerk: refused ER030. Half a piece is not set aside.
select api.reserve({north_work_order}, {item}, 0.5);
-- clerk: refused ER030. Nor a number that is none.
select api.reserve({north_work_order}, {item}, 'NaN');
-- clerk: refused ER030. Nor without end.
select api.reserve({north_work_order}, {item}, 'Infinity');
-- clerk: answers None. What is set aside is not tied to a planned part of another order, nor does trying tell whether there is one.
begin; select api.reserve({north_work_order}, {item}, 1, null, 99999999); select work_order_part_id from erp.reservation order by id desc limit 1; rollback;
