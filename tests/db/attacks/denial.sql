-- clerk: refused 42501. The worker's lock is not held by anybody else: the sealing goes on.
select pg_advisory_lock(hashtext('outpost.worker'));
-- clerk: refused 42501. Nor tried.
select pg_try_advisory_lock(hashtext('outpost.worker'));
-- clerk: refused 42501. Nor shared.
select pg_advisory_lock_shared(hashtext('outpost.worker'));
-- clerk: refused 42501. Nor for a transaction.
select pg_advisory_xact_lock(hashtext('audit.seal'));
-- clerk: refused 42501. Nor under two keys.
select pg_try_advisory_xact_lock(1, 2);
-- clerk: refused 42501. Nor is the worker's lock let go.
select pg_advisory_unlock_all();
-- planner: refused ER004. A record that he does not see is not held.
select api.hold_record('asset', {south_asset});
-- planner: refused ER004. Nor a table that is nobody's.
select api.hold_record('request', 1);
-- planner: refused ER004. Nor one whose name is SQL.
select api.hold_record('asset"; drop table erp.asset; --', 1);
-- clerk: refused 42501. Sessions of others are not ended.
select pg_terminate_backend(pid) from pg_stat_activity where usename <> current_user;
-- clerk: refused 42501. Nor their statements.
select pg_cancel_backend(pid) from pg_stat_activity where usename <> current_user;
-- clerk: refused 42501. A table that he only reads is not locked against writers.
begin; lock table erp.asset in share row exclusive mode; rollback;
-- clerk: refused 42501. Nor against everybody.
begin; lock table erp.stock_balance in access exclusive mode; rollback;
-- auditor: refused 42501. Nor is the journal.
begin; lock table audit.entry in exclusive mode; rollback;
-- planner: refused 42501. Rights to some columns are no right to lock the table.
begin; lock table erp.asset in access exclusive mode; rollback;
-- clerk: refused 55000. No transaction is left prepared to hold locks for ever.
begin; prepare transaction 'evil';
-- clerk: refused 57014. A slow expression ends by the time that is set.
set statement_timeout = '300ms'; select pg_sleep(30);
-- clerk: refused 57014. Also one that only computes.
set statement_timeout = '300ms'; select count(*) from generate_series(1, 1000000000) a;
-- clerk: refused 57014/2201B/54001. Also a regular expression made to explode.
set statement_timeout = '300ms'; select count(repeat('a', 5000) ~ ('^(a|aa|a?a)*' || n || '(b|c)*(\w)\1$')) from generate_series(1, 1000000) n;
-- clerk: refused 54001/22P02. Deep nesting ends at the limit of the stack, not of the server.
select (repeat('[', 100000) || repeat(']', 100000))::jsonb;
-- clerk: refused 2201B/54000/53200/54001. A pattern of absurd size is refused.
select 'x' ~ ('(' || repeat('(x{{200}}){{200}}', 3) || ')');
-- clerk: harmless. Many names to listen to are his own.
begin; listen outpost; listen a; listen b; rollback;
-- clerk: harmless. A false hint makes others look once more; it carries no data that anybody trusts.
begin; notify outpost, 'evil'; rollback;
-- clerk: refused 22023. A hint longer than the server takes is refused.
select pg_notify('outpost', repeat('x', 9000));
-- clerk: refused 54000/53200/22023. A text larger than a gigabyte is refused.
select length(repeat('x', 1073741824));
-- clerk: refused 42501. Temporary files are limited by the server's own setting, not by him.
set temp_file_limit = -1;
-- clerk: refused 42501. Nor may he wait for deadlocks longer.
set deadlock_timeout = '1h';
-- clerk: refused 42704/22023. A snapshot of somebody else's transaction is taken only by its secret name, and shows one's own rows.
begin isolation level repeatable read; set transaction snapshot '00000003-0000001B-1'; select * from erp.asset; rollback;
-- clerk: nothing. An exported snapshot is his own view of one moment.
begin isolation level repeatable read; select pg_export_snapshot(); select 1 from erp.asset where id = {south_asset}; rollback;
-- clerk: refused 2BP01/42501. What he did not make he does not drop.
drop role {p}_role_clerk;
-- clerk: refused ER030. Nothing happened at the beginning of time: the figures of all branches would be counted from there, month by month.
select api.post_stock(gen_random_uuid(), '{{"type": "issue", "effective_at": "-infinity", "work_order_id": {north_work_order}, "lines": [{{"item_id": {item}, "from_location_id": {north_location}, "quantity": 1}}]}}');
-- engineer: refused ER030. Nor in the year one.
select api.post_stock(gen_random_uuid(), '{{"type": "issue", "effective_at": "0001-01-01", "work_order_id": {north_work_order}, "lines": [{{"item_id": {item}, "from_location_id": {north_location}, "quantity": 1}}]}}');
-- buyer: refused ER012. A promise for the end of time would keep everybody's figures of suppliers shut.
update erp.purchase_order set promised_on = 'infinity' where id = {north_purchase};
-- buyer: refused ER012. Nor for a year that no other tool reads.
update erp.purchase_order_line set promised_on = '20000-01-01' where id = {north_purchase_line};
-- engineer: refused ER012. A wish for the end of time is none.
insert into erp.requisition (company_id, org_unit_id, number, needed_on) values ({company}, {north_unit}, '', 'infinity');
-- finance: refused ER012. Nor is an invoice of then.
select api.enter_supplier_invoice('{{"supplier": "S-ALL", "invoice_number": "LATE", "invoice_date": "infinity", "gross": 1.13, "lines": [{{"order": "PO-NORTH", "quantity": 1, "unit_price": 1}}]}}');
-- clerk: refused ER012. No lot expires at the end of time.
select api.post_stock(gen_random_uuid(), '{{"type": "receipt", "lines": [{{"item_id": {item}, "to_location_id": {north_location}, "quantity": 1, "lot": "EVER", "expires_on": "infinity"}}]}}');
-- steward: answers 1. A unit that is no pattern leaves everybody's items alone.
begin; insert into erp.item_synonym (word, means, kind) values ('度(', '\9', 'unit'); insert into erp.item (company_id, org_unit_id, code, name, uom) values ({company}, {north_unit}, 'ODD', '5度( x', 'pc'); select count(*) from erp.item where code = 'ODD'; rollback;
