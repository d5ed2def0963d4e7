-- clerk: refused 42501. No policy is made.
create policy evil on erp.asset using (true);
-- clerk: refused 42501. None is altered.
alter policy asset_read on erp.asset using (true);
-- clerk: refused 42501. None is dropped.
drop policy asset_read on erp.asset;
-- clerk: refused 42501. Row security is not switched off.
alter table erp.asset disable row level security;
-- clerk: refused 42501. Nor passed by its owner: a table is not taken.
alter table erp.asset owner to {me};
-- clerk: refused 42501. Nor a function.
alter function erp.my_units() owner to {me};
-- clerk: refused 42501. Nor a schema.
alter schema erp owner to {me};
-- clerk: refused 42501. Nor the database.
alter database {db} owner to {me};
-- clerk: refused 42501. Nothing is granted to oneself.
grant select on erp.cost_entry to {me};
-- clerk: harmless. Nor to everybody: the server warns that nothing was granted.
grant select on erp.asset to public;
-- clerk: refused 42501. Nor all tables at once.
grant all on all tables in schema erp to {me};
-- clerk: refused 42501. Nor a function.
grant execute on function erp.make_login(text, text, text[]) to {me};
-- clerk: harmless. Nor the schema.
grant create on schema erp to {me};
-- clerk: harmless. Nor the database.
grant create on database {db} to {me};
-- clerk: refused 42501. Nor a setting of the server.
grant set on parameter session_replication_role to {me};
-- clerk: harmless. Nothing is taken from others: the server warns likewise.
revoke select on erp.asset from {p}_role_manager;
-- clerk: refused 42501. What is made later is not given away before.
alter default privileges for role {p}_schema_owner grant select on tables to public;
-- clerk: harmless. For his own objects he may say so; he makes none.
begin; alter default privileges grant select on tables to public; rollback;
-- clerk: refused 42501. No table is made.
create table erp.evil (id int);
-- clerk: refused 42501. Nor in public.
create table public.evil (id int);
-- clerk: refused 42501. Nor as a copy.
create table public.evil as select * from erp.asset;
-- clerk: refused 42501. No table is dropped.
drop table erp.stock_move;
-- clerk: refused 42501. No column is added.
alter table erp.asset add column evil int default 1;
-- clerk: refused 42501. No check is loosened.
alter table erp.stock_balance drop constraint stock_balance_pk;
-- clerk: refused 42501. No default is made that runs for others.
alter table erp.asset alter column note set default current_user;
-- clerk: refused 42501. No heir shows rows beside the policies.
create table public.evil () inherits (erp.asset);
-- clerk: refused 42501. No partition.
create table public.evil partition of audit.entry for values from ('2000-01-01') to ('2000-02-01');
-- clerk: refused 42501. No reference tells whether a row is there.
create table public.evil (id int references erp.asset);
-- clerk: refused 42501. No index, whose function would see every row.
create index evil on erp.asset (name);
-- clerk: refused 42501. No index is dropped.
drop index erp.asset_pk;
-- clerk: refused 42501. No cluster, no rewriting.
cluster erp.asset using asset_pk;
-- clerk: harmless. Vacuum is skipped with a warning for what is not his.
vacuum erp.asset;
-- clerk: harmless. So is analyze.
analyze erp.asset;
-- clerk: refused 42501. Nothing is indexed anew.
reindex table erp.asset;
-- clerk: refused 42501. Nothing is emptied.
truncate erp.saved_view;
-- steward: refused 42501. Nor by the steward.
truncate erp.item cascade;
-- manager: refused 42501. Nor by the manager.
truncate erp.stock_move;
-- admin: refused 42501. Nor by the administrator.
truncate erp.setting;
-- clerk: refused 42501. A sequence does not become his.
alter sequence erp.asset_id_seq restart with 1;
-- clerk: refused 42501. Nor is one dropped.
drop sequence erp.asset_id_seq cascade;
-- clerk: refused 42501. A function is not altered to forget its path.
alter function erp.my_units() reset search_path;
-- clerk: refused 42501. Nor one of the API to run as the caller.
alter function api.me() security invoker;
-- clerk: refused 42501. Nor dropped.
drop function api.me();
-- clerk: refused 42501. Nor renamed.
alter function api.me() rename to you;
-- clerk: refused 42501. Nor moved.
alter function api.me() set schema public;
-- clerk: refused 42501. The schema is not dropped.
drop schema api cascade;
-- clerk: refused 42501. A function of the server is not declared leakproof.
alter function pg_catalog.textlike(text, text) leakproof;
-- clerk: refused 42501. Its cost is not set so that it runs before the policies.
alter function pg_catalog.int4div(int, int) cost 1;
-- clerk: refused 42501. A type does not get new meaning.
alter domain erp.quantity drop not null;
-- clerk: refused 42501/22023. A label is put nowhere.
security label on table erp.asset is 'evil';
