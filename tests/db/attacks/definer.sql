-- clerk: refused 42501. Nobody makes temporary tables: nothing can stand in front of ours.
create temp table app_user as select 0 as id, session_user as login, true as active;
-- clerk: refused 42501. Nor a temporary view.
create temp view installation as select 'x'::text as prefix;
-- clerk: refused 42501. Nor a temporary sequence.
create temp sequence s;
-- clerk: refused 42501. Nor by SELECT INTO.
select 1 as id into temp user_unit;
-- clerk: refused 42501/3F000. Nor a function in the temporary schema.
create function pg_temp.my_units() returns integer[] language sql as 'select array[1, 2, 3]';
-- clerk: refused 42501/3F000. Nor in ours.
create function erp.evil() returns int language sql as 'select 1';
-- clerk: refused 42501. Nor in the functions' schema.
create function api.evil() returns int language sql as 'select 1';
-- clerk: refused 42501. Nor in the reports' schema.
create function bi.evil() returns int language sql as 'select 1';
-- clerk: refused 42501. Nor in public.
create function public.evil() returns int language sql as 'select 1';
-- clerk: refused 42501. Nor in the server's own schema.
create function pg_catalog.now2() returns int language sql as 'select 1';
-- clerk: refused 42501. Our functions are not replaced.
create or replace function erp.my_units() returns integer[] language sql as 'select array[1]';
-- clerk: refused 42501. Nor is a procedure made.
create procedure api.evil() language sql as 'select 1';
-- clerk: refused 42501. Nor an aggregate.
create aggregate api.evil (int) (sfunc = int4pl, stype = int);
-- clerk: refused 42501. No operator is made to stand before one that the policies use.
create operator api.= (leftarg = int, rightarg = int, function = int4eq);
-- clerk: refused 42501. Nor one in public.
create operator public.= (leftarg = int, rightarg = int[], function = int4eq);
-- clerk: refused 42501. No cast either.
create cast (text as int) with inout as implicit;
-- clerk: refused 42501. No type.
create type api.evil as (id int);
-- clerk: refused 42501. No domain.
create domain public.evil as text;
-- clerk: refused 42501. No schema.
create schema evil;
-- clerk: refused 42501. No schema of his own name.
create schema authorization {me};
-- clerk: refused 42501. No event trigger.
create event trigger evil on ddl_command_end execute function audit.refuse();
-- clerk: refused 42501. No code in a language of the server.
do $$ begin raise notice 'x'; end $$;
-- clerk: refused 42501/42704/0A000/58P01. No language.
create language plperlu;
-- clerk: refused 42501. No text search dictionary that reads files.
create text search dictionary public.evil (template = ispell, dictfile = '../../../etc/passwd', afffile = 'x');
-- clerk: refused 42501. No collation.
create collation public.evil from "C";
-- clerk: refused 42501. No conversion.
create conversion public.evil for 'UTF8' to 'LATIN1' from utf8_to_iso8859_1;
-- clerk: refused 42501. No operator class.
create operator class public.evil for type int using btree as function 1 btint4cmp(int, int);
-- clerk: refused 42501. No access method.
create access method evil type index handler bthandler;
-- clerk: refused 42501. No statistics that keep samples of rows.
create statistics erp.evil on id, name from erp.asset;
-- clerk: refused 42501. No view with somebody else's rights.
create view api.evil as select * from erp.engineer;
-- clerk: refused 42501. Ours is not replaced by one with the owner's rights.
create or replace view api.asset_timeline as select 1;
-- clerk: refused 42501. Nor altered to ask with them.
alter view api.asset_timeline set (security_invoker = false);
-- clerk: refused 42501. No materialised copy.
create materialized view api.evil as select * from erp.asset;
-- clerk: refused 42501. The parts of our functions are not called by themselves: making a log-in.
select erp.make_login('{p}_evil', 'x', '{{}}');
-- clerk: refused 42501. Giving groups.
select erp.set_login_groups('{me}', array['{p}_role_manager']);
-- clerk: refused 42501. Setting a verifier.
select erp.set_login_verifier('{boss}', 'x');
-- clerk: refused 42501. Locking somebody out.
select erp.set_login_allowed('{boss}', false);
-- clerk: refused 42501. Opening the database.
call erp.open_database();
-- clerk: refused 42501. Declaring a table everybody's.
call erp.secure('erp.asset', 'reference');
-- clerk: refused 42501. Adding a door.
call erp.also('erp.asset', 'clerk', 'select', 'true');
-- clerk: refused 42501. Granting.
call erp.allow('erp.engineer', 'clerk', 'select');
-- clerk: refused 42501. Rewriting what is noted of a table.
call erp.track('erp.asset', 'quiet');
-- clerk: refused 42501. Drawing a document's number.
select erp.next_number('receipt', 1);
-- clerk: refused 42501. Calling a trigger's function by hand.
select erp.item_record();
-- clerk: refused 42501. Or the audit's.
select audit.make_partitions(1000);
-- clerk: refused 42501. Or computing a hash of the audit.
select audit.hash_of(1, '0', '100', null);
-- steward: refused 42501. The steward is no more than the others here.
call erp.allow('erp.engineer', 'steward', 'select');
-- admin: refused 42501. The administrator neither.
call erp.allow('erp.asset', 'admin', 'select');
-- auditor: refused 42501. Nor the auditor.
create or replace view api.asset_timeline as select 1;
