-- clerk: harmless. A function that would tell by dividing is asked after the policy: no error from a hidden row.
select id from erp.asset where 1 / (id - {south_asset}) > 100;
-- clerk: harmless. Nor does a failing cast show a name: only one's own rows are cast.
select id from erp.asset where case when name like 'ZANZ%' then name::int = 1 else false end;
-- clerk: refused 22P02. What fails to be cast is one's own row; the text is searched for the other branch's words.
select id from erp.asset where name::int = 1;
-- clerk: refused 22P02. The same in the order of rows.
select id from erp.party order by name::int;
-- clerk: refused 22P02. The same in a group.
select max(title::int) from erp.work_order;
-- clerk: refused 22007. The same in what is returned.
select name::date from erp.asset;
-- planner: harmless. A division by a rate that is not his to read is refused before any row.
select id from erp.asset where (select count(*) from erp.asset a where 1 / (a.id - {south_asset}) > 0) >= 0;
-- planner: refused 42501. A column that is not granted is not filtered by.
select id from erp.engineer where hourly_rate > 100;
-- planner: refused 42501. Nor sorted by.
select id from erp.engineer order by hourly_rate;
-- planner: refused 42501. Nor taken with the whole row.
select e from erp.engineer e;
-- planner: refused 42501. Nor as JSON.
select to_jsonb(e) from erp.engineer e;
-- planner: refused 42501. Nor counted.
select count(hourly_rate) from erp.engineer;
-- planner: refused 42501. Nor by a natural join.
select count(*) from erp.engineer natural join erp.engineer e;
-- planner: refused 42501. Nor through what an update returns.
update erp.engineer set name = name returning hourly_rate;
-- planner: refused 42501. Nor by TABLE.
table erp.engineer;
-- planner: refused 42501. Nor by a cursor.
begin; declare c cursor for select hourly_rate from erp.engineer; fetch all from c; rollback;
-- planner: refused 42501. Nor by copying out.
copy erp.engineer (hourly_rate) to stdout;
-- clerk: refused 42501/0A000. Nor as XML.
select table_to_xml('erp.engineer', true, false, '');
-- clerk: harmless. XML of a table shows one's own rows.
select query_to_xml('select name from erp.asset', true, false, '');
-- clerk: harmless. XML of the schema shows what is granted, of the rows that are his.
select schema_to_xml('erp', true, false, '');
-- clerk: harmless. A search in texts runs a query as oneself.
select * from ts_stat('select to_tsvector(name) from erp.asset');
-- clerk: nothing. Statistics of columns show nothing of tables with policies.
select 1 from pg_stats where schemaname = 'erp' and tablename = 'asset';
-- clerk: nothing. For no table of ours with rows of others.
select 1 from pg_stats where schemaname in ('erp', 'audit') and most_common_vals::text like '%ZANZ%';
-- clerk: refused 42501. Not from where they are kept.
select * from pg_statistic;
-- clerk: refused 42501. Nor the extended ones.
select * from pg_statistic_ext_data;
-- clerk: nothing. Nor by their view.
select 1 from pg_stats_ext;
-- clerk: nothing. Nor of expressions.
select 1 from pg_stats_ext_exprs;
-- clerk: harmless. How many rows a table has is an estimate about all branches together; it names none.
select reltuples from pg_class where oid = 'erp.asset'::regclass;
-- clerk: harmless. So is its size.
select pg_total_relation_size('erp.asset');
-- clerk: harmless. So are the counters of its use.
select n_live_tup from pg_stat_all_tables where relname = 'asset';
-- clerk: nothing. What others are asking is hidden.
select 1 from pg_stat_activity where usename <> current_user and query not in ('', '<insufficient privilege>') and query is not null;
-- clerk: nothing. Also the addresses of others.
select 1 from pg_stat_activity where usename <> current_user and client_addr is not null;
-- clerk: harmless. An estimate of the planner for a hidden value is made of numbers, not of values.
explain select 1 from erp.asset where name like 'ZANZ%';
-- clerk: harmless. What was really read speaks of rows removed by the filter, not of their content.
explain (analyze, buffers) select 1 from erp.asset where id = {south_asset};
-- clerk: harmless. A plan names columns and functions, no rows.
explain (verbose, costs) select * from api.asset_timeline;
-- clerk: refused 42501. A sequence does not tell how much the others work.
select last_value from erp.asset_id_seq;
-- clerk: refused 42501/none. Nor by its function.
select pg_sequence_last_value('erp.asset_id_seq');
-- clerk: nothing. Nor by the view of all.
select 1 from pg_sequences where schemaname = 'erp' and last_value is not null;
-- clerk: refused 42501. Nor by drawing.
select nextval('erp.asset_id_seq');
-- clerk: refused 42501. Nor may it be set back so that others fail.
select setval('erp.asset_id_seq', 1);
-- clerk: refused 42501. Nor are a document's numbers.
select nextval(format('erp.number_%s_receipt', {company}));
-- clerk: refused 55000/42501. One's own last number was never drawn.
select currval('erp.asset_id_seq');
-- planner: refused 42501. An id is not chosen: what the sequence gives to others next cannot be taken.
insert into erp.asset (id, company_id, org_unit_id, asset_class_id, code, name) values (999999, {company}, {north_unit}, 1, 'EVIL', 'x');
-- planner: refused 42501. Nor an id to learn whether it is taken.
insert into erp.work_order (id, company_id, org_unit_id, title) values ({south_work_order}, {company}, {north_unit}, 'x');
-- steward: refused 23505. That a code of the company is taken shows in the code alone; the message holds no other value.
insert into erp.item (company_id, org_unit_id, code, name, uom) values ({company}, {north_unit}, 'OIL-S', 'x', 'pc');
-- steward: refused 23505. So it is for a customer's code.
update erp.party set code = 'C-SOUTH' where code = 'C-NORTH';
-- planner: refused 42501. A row is not written over by naming its key.
insert into erp.asset (id, company_id, org_unit_id, asset_class_id, code, name) values ({south_asset}, {company}, {north_unit}, 1, 'P-SOUTH', 'x') on conflict (id) do update set name = excluded.name returning name;
-- planner: refused 42501. Nor by its code.
insert into erp.asset (company_id, org_unit_id, asset_class_id, code, name) values ({company}, {north_unit}, 1, 'P-SOUTH', 'x') on conflict (company_id, code) do update set note = 'x' returning name;
-- planner: harmless. Doing nothing where the code is taken says that it is taken, as entering it does.
begin; insert into erp.asset (company_id, org_unit_id, asset_class_id, code, name) values ({company}, {north_unit}, 1, 'P-SOUTH', 'x') on conflict do nothing returning name; rollback;
-- planner: nothing. MERGE asks the policies as well.
begin; merge into erp.asset a using (values ({south_asset})) v (id) on a.id = v.id when matched then update set note = 'x'; select 1 from erp.asset where note = 'x'; rollback;
-- clerk: nothing. A view shows what the tables show.
select 1 from api.asset_timeline where asset_id = {south_asset};
-- clerk: harmless. A leaking condition over a view is asked after the policies below it.
select 1 from api.asset_timeline where 1 / (asset_id - {south_asset}) > 100;
-- finance: nothing. The costs of another branch's contract.
select 1 from api.contract_cost where contract_id = {south_contract};
-- finance: nothing. By month too.
select 1 from api.contract_cost_month where contract_id = {south_contract};
-- clerk: refused 42501. Costs are not for every job.
select * from api.contract_cost;
-- clerk: answers 0. A total over everything is a total over one's own.
select count(*) from erp.asset where code like '%SOUTH%';
-- clerk: nothing. A row is not found by its place on the disk.
select 1 from erp.asset where ctid = '(0,2)' and code = 'P-SOUTH';
-- clerk: nothing. Nor by a sample of blocks.
select 1 from erp.asset tablesample system (100) where id = {south_asset};
-- clerk: nothing. Nor by the parent of partitions or heirs.
select 1 from only erp.asset where id = {south_asset};
-- clerk: nothing. Nor by the table it came from.
select 1 from erp.asset where tableoid = 'erp.asset'::regclass and id = {south_asset};
-- clerk: nothing. The dictionary of the server shows columns, no rows.
select 1 from information_schema.tables t where t.table_schema = 'erp' and t.table_name in ('request', 'change', 'protection');
-- clerk: nothing. The bodies of functions hold no passwords.
select 1 from pg_proc where prosrc ~* 'SCRAM-SHA-256\$\d+:[A-Za-z0-9+/=]{{8}}';
-- clerk: answers 42. A regular expression that is slow is his own time.
set statement_timeout = '200ms'; select 42;
-- clerk: refused 42501. Row locks on what is not his to change.
select 1 from erp.asset for update;
-- planner: nothing. Row locks on the other branch's rows.
select 1 from erp.asset where id = {south_asset} for update;
-- clerk: refused 42501. The feed of changes is not read by itself.
select * from erp.change;
-- clerk: refused 42501. Nor others' requests and their answers.
select * from erp.request;
-- clerk: refused 42501. Nor what the policies are made of.
select * from erp.protection;
-- clerk: refused 42501. Personal data of colleagues are for those who keep them.
select email, phone from erp.app_user;
-- clerk: refused 42501. Nor the names of their log-ins.
select login from erp.app_user;
-- clerk: nothing. Nor who has which job.
select 1 from erp.user_role where user_id = {boss_id};
-- clerk: nothing. Nor who has which unit.
select 1 from erp.user_unit where user_id = {boss_id};
