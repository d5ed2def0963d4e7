-- clerk: refused 42501. The journal is not read.
select * from audit.entry;
-- clerk: refused 42501. Not by its partitions.
select * from audit.{month};
-- clerk: refused 42501. Nor the seals.
select * from audit.seal;
-- clerk: refused 42501. Nothing is put into it.
insert into audit.entry (table_name, action) values ('item', 'I');
-- auditor: refused 42501. Not by the auditor either.
insert into audit.entry (table_name, action) values ('item', 'I');
-- auditor: refused 42501. Nothing is changed in it.
update audit.entry set user_id = 0;
-- auditor: refused 42501. Nothing is deleted.
delete from audit.entry;
-- auditor: refused 42501. It is not emptied.
truncate audit.entry;
-- auditor: refused 42501. Nor one month of it.
truncate audit.{month};
-- auditor: refused 42501. Nor by the month's own name.
delete from audit.{month};
-- auditor: refused 42501. Nor changed there.
update audit.{month} set changes = null;
-- auditor: refused 42501. A month is read as part of the whole only.
select * from audit.{month};
-- auditor: refused 42501. The rest neither.
select * from audit.entry_rest;
-- auditor: refused 42501. No seal is made by hand.
insert into audit.seal (generation, from_xid, to_xid, entries, hash) values (1, '0', '1', 0, 'x');
-- auditor: refused 42501. None is changed.
update audit.seal set hash = 'x';
-- auditor: refused 42501. None is deleted.
delete from audit.seal;
-- auditor: refused 42501. A month is not taken out.
alter table audit.entry detach partition audit.{month};
-- auditor: refused 42501. Nor dropped.
drop table audit.{month};
-- auditor: refused 42501. Its trigger is not switched off.
alter table audit.entry disable trigger all;
-- auditor: refused 42501. Nor dropped.
drop trigger entry_append_only on audit.entry;
-- auditor: refused 42501. The chain is not sealed at will.
select api.seal_audit();
-- clerk: refused 42501. A record's trigger is not switched off.
alter table erp.item disable trigger zz_record_update;
-- clerk: refused 42501. Nor all of them.
alter table erp.item disable trigger user;
-- clerk: refused 42501. Nor dropped.
drop trigger zz_record_update on erp.item;
-- clerk: refused 42501. A rule does not swallow what would be noted.
create rule quiet as on insert to audit.entry do instead nothing;
-- clerk: refused 42501. Nor what would be posted.
create rule quiet as on insert to erp.stock_move do also delete from erp.stock_balance;
-- clerk: refused 42501. A trigger of one's own does not change what is written.
create trigger evil before insert on erp.item for each row execute function erp.item_touch();
-- clerk: refused 42501. The guards of the audit stay.
drop event trigger audit_guard_drops;
-- clerk: refused 42501. And stay on.
alter event trigger audit_guard_commands disable;
-- clerk: refused 42501. Their function is not called.
select audit.guard_commands();
-- admin: refused 42501. The administrator does not read the journal.
select * from audit.entry;
-- admin: refused 42501. Nor does he end it.
drop table audit.entry cascade;
-- admin: refused 42501. Nor the schema.
drop schema audit cascade;
-- security: refused 42501. Nor does the security officer change it.
delete from audit.entry;
-- worker: refused 42501. The worker seals, but changes no entry.
update audit.entry set changes = null;
-- worker: refused 42501. Nor the seals that he made.
update audit.seal set hash = 'x';
-- worker: refused 42501. Nor the generation by which a restore is told.
update erp.installation set generation = 1;
-- planner: nothing. The history of a record that he does not see.
select * from api.history('asset', {south_asset});
-- planner: nothing. Of a table that is not his.
select * from api.history('cost_entry', 1);
-- planner: nothing. Of what is nobody's.
select * from api.history('request', 1);
-- planner: nothing. A name that is SQL is a name of no table.
select * from api.history('asset x where true) or (true', 1);
-- planner: harmless. His own record's history leaves out what he may not read.
select * from api.history('engineer', {north_engineer});
-- planner: refused 42501. Who posted is not said by the client.
update erp.work_order set created_by = 0 where number = 'WO-NORTH';
-- planner: harmless. Nor when and by whom a row was made: what an insert claims is written over.
begin; insert into erp.asset (company_id, org_unit_id, asset_class_id, code, name, created_by, created_at) values ({company}, {north_unit}, 1, 'EVIL', 'x', 0, '2000-01-01'); rollback;
