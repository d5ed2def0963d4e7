-- clerk: refused ER001/ER004/ER030. Stock is not received at another branch's place.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [{{"item_id": {item}, "to_location_id": {south_location}, "quantity": 1, "unit_cost": 1}}]}}');
-- clerk: refused ER001/ER004/ER030. Nor taken from there.
select api.post_stock(gen_random_uuid(), '{{"type": "issue", "work_order_id": {north_work_order}, "lines": [{{"item_id": {item}, "from_location_id": {south_location}, "quantity": 1}}]}}');
-- clerk: refused ER001/ER004/ER030. Nor for another branch's order.
select api.post_stock(gen_random_uuid(), '{{"type": "issue", "work_order_id": {south_work_order}, "lines": [{{"item_id": {item}, "from_location_id": {north_location}, "quantity": 1}}]}}');
-- clerk: refused ER004/ER030/ER001. An item of another branch is no item here.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [{{"item_id": {south_item}, "to_location_id": {north_location}, "quantity": 1, "unit_cost": 1}}]}}');
-- clerk: refused ER030/23514/22003/ER011/ER012. A negative quantity is no receipt.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": -5, "unit_cost": 1}}]}}');
-- clerk: refused ER030/23514/22003/ER011/ER012. Nor is nothing.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 0, "unit_cost": 1}}]}}');
-- clerk: refused ER030/23514/22003/ER011/ER012. Not a number is no quantity, though numeric knows it.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": "NaN", "unit_cost": 1}}]}}');
-- clerk: refused ER030/23514/22003/ER011/ER012/22P02. Nor is infinity.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": "Infinity", "unit_cost": 1}}]}}');
-- clerk: refused ER030/23514/22003/ER011/ER012/22P02. Nor a price.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1, "unit_cost": "NaN"}}]}}');
-- clerk: refused ER030/23514/22003/ER011/ER012. Nor a negative price.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1, "unit_cost": -1}}]}}');
-- clerk: refused ER030/22003/23514. Nor one too large for the ledger.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1e17, "unit_cost": 1}}]}}');
-- clerk: refused ER030/ER011/23502. A document without lines is none.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": []}}');
-- clerk: refused ER030/ER012/23514/ER004. A kind of document that there is not.
select api.post_stock(gen_random_uuid(), '{{"type": "gift", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1, "unit_cost": 1}}]}}');
-- clerk: refused ER030/ER012/23514/ER001/ER004. A receipt into a virtual place would make stock of nothing.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [{{"item_id": {item}, "from_location_id": {north_location}, "to_location_id": {supplier_location}, "quantity": 1, "unit_cost": 1}}]}}');
-- clerk: refused 22P02. A key that is no key.
select api.post_stock('x''; drop table erp.asset; --', '{{}}');
-- clerk: refused ER030. No key at all.
select api.post_stock(null, '{{"type": "receipt", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1}}]}}');
-- clerk: refused ER005/ER030. Another's key, replayed with another's payload, does not give his answer.
select api.post_stock('{boss_key}', '{boss_payload}');
-- clerk: refused ER005/ER030. Nor with a payload of one's own.
select api.post_stock('{boss_key}', '{{"type": "receipt", "lines": []}}');
-- planner: refused 42501. A job that does not post does not call it.
select api.post_stock(gen_random_uuid(), '{{}}');
-- clerk: refused ER001/ER004/ER030. Another branch's document is not taken back.
select api.reverse_stock(gen_random_uuid(), {south_document}, 'x');
-- clerk: refused 22P05/22P02/22021. A null character in JSON is refused.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt\u0000", "lines": []}}'::jsonb);
-- clerk: refused 22P02/54001/54000. JSON nested without end is refused, not followed.
select api.post_stock(gen_random_uuid(), (repeat('{{"lines":', 100000) || '1' || repeat('}}', 100000))::jsonb);
-- clerk: refused ER030/22P02/22023/ER004. Lines that are no objects.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [1, "x", null]}}');
-- clerk: refused ER004/ER030/22003/22P02. Ids out of all range.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [{{"item_id": 99999999999999999999, "to_location_id": {north_location}, "quantity": 1}}]}}');
-- planner: refused ER001/ER004/ER030. No reservation for another branch's order.
select api.reserve({south_work_order}, {item}, 1);
-- planner: refused ER001/ER004/ER030. Nor at its place.
select api.reserve({north_work_order}, {item}, 1, {south_location});
-- planner: refused ER030/23514/ER012/ER001/ER004. A negative reservation frees nothing.
select api.reserve({north_work_order}, {item}, -1, {north_location});
-- planner: refused ER030/23514/ER012/ER001/ER004/22003. Nor one that is no number.
select api.reserve({north_work_order}, {item}, 'NaN', {north_location});
-- planner: refused ER001/ER004/ER030. What does not exist is not released.
select api.release(-1);
-- planner: refused ER001/ER004. No job is placed for another branch's engineer.
select api.plan_work(gen_random_uuid(), '[{{"work_order_id": {north_work_order}, "engineer_id": {south_engineer}, "starts_at": "2026-12-02 09:00+08", "ends_at": "2026-12-02 10:00+08"}}]');
-- planner: refused ER001/ER004. Nor another branch's job.
select api.plan_work(gen_random_uuid(), '[{{"work_order_id": {south_work_order}, "engineer_id": {north_engineer}, "starts_at": "2026-12-02 09:00+08", "ends_at": "2026-12-02 10:00+08"}}]');
-- planner: refused ER003. Nor is its booking moved under an order of one's own: to him it is gone.
select api.plan_work(gen_random_uuid(), '[{{"work_order_id": {north_work_order}, "booking_id": {south_booking}, "version": 1, "engineer_id": {north_engineer}, "starts_at": "2026-12-02 09:00+08", "ends_at": "2026-12-02 10:00+08"}}]');
-- planner: refused ER003. Nor taken off.
select api.plan_work(gen_random_uuid(), '[{{"work_order_id": {north_work_order}, "booking_id": {south_booking}, "version": 1}}]');
-- planner: refused ER011/ER012/22000/ER010. An end before its beginning.
select api.plan_work(gen_random_uuid(), '[{{"work_order_id": {north_work_order}, "engineer_id": {north_engineer}, "starts_at": "2026-12-02 10:00+08", "ends_at": "2026-12-02 09:00+08"}}]');
-- planner: refused ER011/ER012/22000/22008/ER010/23514. A job without an end.
select api.plan_work(gen_random_uuid(), '[{{"work_order_id": {north_work_order}, "engineer_id": {north_engineer}, "starts_at": "2026-12-02 10:00+08", "ends_at": "infinity"}}]');
-- planner: refused ER004. Another branch's order takes no step.
select api.change_work_order_state({south_work_order}, 1, 'approved');
-- planner: refused ER010/ER012/ER004. Nor an own one a step that does not exist.
select api.change_work_order_state({north_work_order}, 1, 'x''; drop table erp.asset; --');
-- planner: nothing. What steps another branch's order could take is not told.
select * from api.work_order_steps({south_work_order});
-- engineer: refused ER001/ER004. Hours are not entered on another branch's order.
select api.enter_labour({south_work_order}, {south_engineer}, '2026-11-02 09:00+08', '2026-11-02 10:00+08');
-- engineer: refused ER001/ER004. Nor for a colleague.
select api.enter_labour({north_work_order}, {north_engineer}, '2026-11-02 09:00+08', '2026-11-02 10:00+08');
-- planner: refused ER004. Nor for an engineer of another branch, whose rates the sum would tell.
select api.enter_labour({north_work_order}, {south_engineer}, '2026-11-02 09:00+08', '2026-11-02 10:00+08');
-- planner: refused ER004. Nor his journeys.
select api.enter_travel({north_work_order}, {south_engineer}, '2026-11-02', 1, 1);
-- engineer: refused ER001/ER004/ER012/23514/22003. Nor endless kilometres.
select api.enter_travel({north_work_order}, {north_engineer}, '2026-11-02', 'Infinity', 1);
-- planner: refused ER004/ER012. Hours that are not there are not approved.
select api.approve_time('labour', -1);
-- planner: refused ER004/ER012/ER001/42P01. Nor is a table of another name.
select api.approve_time('cost_entry; drop table erp.asset', 1);
-- finance: refused ER004/ER001. Another branch's contract takes no step.
select api.change_contract_state({south_contract}, 1, 'active');
-- finance: refused ER004/ER001. Nor is it amended.
select api.amend_contract({south_contract}, 1, '{{"annual_value": 1}}', 'x');
-- finance: refused ER001/ER002/ER004/ER010/ER011/ER012/22P02. Terms that are no terms change nothing.
select api.amend_contract({north_contract}, 1, '{{"state": "active", "company_id": 2, "id": 1, "version": 99}}', 'x');
-- planner: nothing. A search finds what one sees.
select 1 from unnest(api.search('asset', 'ZANZIBAR')) i;
-- planner: nothing. Also by a letter.
select 1 from unnest(api.search('asset', 'P')) i where i = {south_asset};
-- planner: refused ER004. A kind that is not searched.
select api.search('app_user', 'x');
-- planner: refused ER004. A kind that is SQL.
select api.search('asset x where true; drop table erp.asset; --', 'x');
-- planner: answers {{}}. Words that are SQL are words.
select api.search('asset', $$'; drop table erp.asset; --$$);
-- planner: answers {{}}. Words that are patterns are words.
select api.search('asset', '%_\\.*(');
-- planner: harmless. A limit below nothing or beyond everything.
select cardinality(api.search('asset', 'pump', 2147483646)), cardinality(api.search('asset', 'pump', 0));
-- planner: nothing. Going anywhere goes nowhere else.
select * from api.search_anywhere('ZANZIBAR');
-- planner: nothing. Not by a number either.
select * from api.search_anywhere('WO-SOUTH');
-- admin: nothing. The administrator finds no business record.
select * from api.search_anywhere('P-NORTH');
-- planner: nothing. When another branch's engineer is busy is said without what he does.
select * from api.busy_times(array[{south_engineer}], '2026-11-01', '2026-12-31') b where b::text like '%WO-%' or b::text like '%ZANZ%';
-- planner: harmless. An array of a hundred thousand engineers is an array.
select count(*) from api.busy_times(array(select g from generate_series(1, 100000) g), '2026-11-01', '2026-12-31');
-- clerk: harmless. A scanner's code that is SQL is a code.
select api.desk_resolve($$'; drop table erp.asset; --$$);
-- clerk: refused ER001/ER004/ER030/none. Another branch's order at the counter.
select api.desk_order({south_work_order});
-- clerk: nothing. What was issued for it.
select 1 where api.desk_issued({south_work_order}, null)::text like '%RCV-S%';
-- desk: refused ER001/ER002. A customer is not entered in a branch that is not his.
select api.create_party('{{"code": "EVIL", "name": "x", "is_customer": true}}', {south_unit});
-- desk: refused ER004/ER002. A site is not entered for a customer that he does not see.
select api.create_site('{{"code": "EVIL", "name": "x", "party_id": {south_party}}}', {north_unit});
-- desk: harmless. Fields that are not his to set in a new customer are passed over.
begin; select api.create_party('{{"code": "EVIL", "name": "x", "id": {south_party}, "company_id": 999, "created_by": 0}}', {north_unit}); rollback;
-- clerk: refused 42501. A company is founded by the administrator.
select api.create_company('EVIL', 'x');
-- clerk: refused 42501. The worker's jobs are the worker's.
select api.prune_changes('0 seconds');
-- clerk: refused 42501. Nor does a clerk beat for him.
select api.notify_changes();
-- clerk: refused 22P02. A token that is no snapshot.
select api.changes_since('x');
-- clerk: harmless. A token of the future is answered by looking at everything again.
select api.changes_since('999999999:999999999:');
-- clerk: refused 42501. The books are proved by those who answer for them.
select * from api.reconcile();
-- planner: refused ER012. A rule's words are a message, whatever is put into it.
select erp.refuse('ER012', 'id_stays', '{{"column": "<script>"}}');
-- gone: answers . Who was disabled is nobody in an open session.
select coalesce(erp.my_user_id()::text, '');
-- gone: nothing. He sees no row any more.
select 1 from erp.asset;
-- gone: nothing. Nor reference rows.
select 1 from erp.org_unit;
-- gone: refused ER001/ER004/ER030/ER002. He posts nothing: nobody is not the owner.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1, "unit_cost": 1}}]}}');
-- gone: refused ER001. The key of a posting of the owner's gives him no answer.
select api.post_stock('{owner_key}', '{owner_payload}');
-- gone: nothing. He finds nothing.
select * from api.search_anywhere('NORTH');
-- gone: nothing. No history.
select * from api.history('asset', {north_asset});
-- stranger: nothing. A person without units sees no machine.
select 1 from erp.asset;
-- stranger: refused ER001/ER004/ER030/ER002. And posts nothing.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1, "unit_cost": 1}}]}}');
-- clerk: refused ER004. A return does not credit another branch's order, nor a contract with it.
select api.post_stock(gen_random_uuid(), '{{"type": "return", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1, "unit_cost": 99999, "work_order_id": {south_work_order}}}]}}');
-- clerk: refused ER030. Nor is another branch's issue taken back.
select api.post_stock(gen_random_uuid(), '{{"type": "return", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1, "returns_move_id": {south_issue}}}]}}');
-- clerk: refused ER004. Nor is its purchase received here, which would tell the price.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1, "purchase_line_id": {south_purchase_line}}}]}}');
-- clerk: refused ER004. Nor does the head of a document name its order.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "work_order_id": {south_work_order}, "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1, "unit_cost": 1}}]}}');
-- clerk: refused ER004. Nor its purchase.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "purchase_order_id": {south_purchase}, "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1, "unit_cost": 1}}]}}');
-- clerk: refused ER004. Nor an engineer who is none.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "engineer_id": 999999999, "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1, "unit_cost": 1}}]}}');
-- clerk: refused ER004. A lot belongs to its item.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1, "unit_cost": 1, "lot_id": {south_lot}}}]}}');
-- clerk: refused ER001. Goods in one's own transit do not go into another branch's bin past its receipt.
select api.post_stock(gen_random_uuid(), '{{"type": "transfer", "lines": [{{"item_id": {item}, "from_location_id": {north_transit}, "to_location_id": {south_location}, "quantity": 1}}]}}');
-- engineer: refused ER001. An engineer makes no stock out of nothing.
select api.post_stock(gen_random_uuid(), '{{"type": "opening", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1, "unit_cost": 1}}]}}');
-- engineer: refused ER001. Nor does he write any off.
select api.post_stock(gen_random_uuid(), '{{"type": "adjustment", "lines": [{{"item_id": {item}, "from_location_id": {north_location}, "quantity": 1}}]}}');
-- clerk: refused ER004. A count does not go by the lax plan of another branch.
select api.start_count('{{"plan_id": {south_plan}, "location_id": {north_location}}}');
-- clerk: nothing. A code tells of no item of another branch.
select 1 from api.desk_resolve('OIL-S') r where r is not null;
-- clerk: nothing. Nor does its number: neither where it lies nor what it costs.
select 1 from api.part_overview({south_item}) r where r is not null;
-- gone: nothing. He does not learn what changed since he went.
select 1 where api.changes_since('3:3:') -> 'changes' <> 'null';
-- stranger: refused ER004. Nobody builds another branch's piece into a machine.
select api.install_serial(gen_random_uuid(), {south_lot}, {north_asset});
-- clerk: refused ER004. Nor sets another date on its lot.
select api.set_lot_expiry({south_lot}, '2999-01-01', 'x');
-- clerk: refused ER004. Nor scraps what it holds.
select api.scrap_serial(gen_random_uuid(), {south_lot}, 'x');
-- clerk: refused ER004. Another branch's stock is not put into quarantine from here.
select api.change_condition(gen_random_uuid(), '{{"to_condition": "quarantine", "reason": "x", "lines": [{{"balance_id": {south_balance}, "quantity": 1}}]}}');
-- clerk: refused ER004. Nor is it tried out for an earlier day.
select api.preview_condition('{{"to_condition": "scrap", "reason": "x", "effective_on": "2026-01-01", "lines": [{{"balance_id": {south_balance}, "quantity": 1}}]}}');
-- engineer: refused 42501. Nor by who keeps no stock.
select api.preview_condition('{{"to_condition": "scrap", "reason": "x", "effective_on": "2026-01-01", "lines": [{{"balance_id": 1, "quantity": 1}}]}}');
-- engineer: refused 42501. An engineer releases and scraps nothing.
select api.change_condition(gen_random_uuid(), '{{"to_condition": "scrap", "reason": "x", "lines": [{{"balance_id": 1, "quantity": 1}}]}}');
-- clerk: refused ER004. Nobody counts in a unit that the item does not have, whatever source he claims.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "source": "me", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "entered_quantity": 1, "uom": "box", "uom_factor": 1000}}]}}');
-- clerk: refused ER004. A number of a party tells of no customer of another branch, nor does its stock come to lie here.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1, "owner_id": {south_party}}}]}}');
-- clerk: refused 42501. The life of a piece is written by its acts alone.
insert into erp.lot_event (company_id, org_unit_id, lot_id, kind, effective_at, posted_by) values (1, 1, {south_lot}, 'installed', now(), 1);
-- clerk: refused 42501. Nor is its state set by hand.
update erp.lot set state = 'scrapped';
