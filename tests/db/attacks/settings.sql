-- clerk: refused 42501. Another identity is set by the server at log-in only.
set session authorization outpost_owner;
-- clerk: refused 42501. Nor by the function behind SET.
select set_config('session_authorization', 'outpost_owner', false);
-- clerk: refused 42501. Nor somebody of more rights who is no superuser.
set session authorization {boss};
-- clerk: refused 42501. The audit's trigger cannot be slept through.
set session_replication_role = replica;
-- clerk: refused 42501. Nor locally in a transaction.
select set_config('session_replication_role', 'replica', true);
-- clerk: refused 42501. With row security off the server refuses instead of filtering; it never shows more.
set row_security = off; select name from erp.asset;
-- planner: refused 42501. The same for a table seen through its parent.
set row_security = off; select note from erp.work_order_step;
-- auditor: refused 42501. The same for who reads everything.
set row_security = off; select count(*) from audit.entry;
-- clerk: answers {me}. Who asks is session_user; a setting of ours does not exist.
set outpost.user_id = '0'; set outpost.login = '{boss}'; select session_user;
-- clerk: answers {my_id}. No setting makes one the owner of the installation.
set outpost.user_id = '0'; set app.user_id = '0'; set outpost.is_owner = 'true'; select erp.my_user_id();
-- clerk: answers false. The owner is a membership, not a setting.
set outpost.prefix = '{p}'; set outpost.owner = '{me}'; select erp.is_owner();
-- clerk: answers {p}_role_clerk. The prefix was stored at the installation and is not read from settings.
set outpost.prefix = 'x'; select erp.role_name('clerk');
-- clerk: nothing. A forged prefix makes no role of another installation ours.
set outpost.prefix = 'pg'; select 1 from erp.asset where id = {south_asset};
-- clerk: nothing. Units are read from tables, not from settings.
set outpost.units = '{south_unit}'; set erp.my_units = '{{{south_unit}}}'; select 1 from erp.stock_balance where org_unit_id = {south_store};
-- clerk: answers {my_id}. A search path of one's own does not lead our functions to other tables.
set search_path = pg_temp, public, erp; select erp.my_user_id();
-- clerk: nothing. Policies keep the functions that they were written with.
set search_path = public, pg_temp; select 1 from erp.asset where id = {south_asset};
-- planner: nothing. An isolation level shows no other rows.
set default_transaction_isolation = 'read uncommitted'; select 1 from erp.asset where id = {south_asset};
-- planner: nothing. Nor does the planner of queries, whatever it is told.
set enable_indexscan = off; set enable_seqscan = off; set enable_bitmapscan = off; select 1 from erp.asset where id = {south_asset};
-- planner: nothing. Parallel workers ask the policies too.
set parallel_setup_cost = 0; set min_parallel_table_scan_size = 0; select 1 from erp.asset where id = {south_asset};
-- planner: nothing. Compiled queries ask them too.
set jit = on; set jit_above_cost = 0; select 1 from erp.asset where id = {south_asset};
-- planner: nothing. A generic plan asks for who runs it.
set plan_cache_mode = force_generic_plan; prepare p (bigint) as select 1 from erp.asset where id = $1; execute p({south_asset});
-- clerk: answers {me}. The name of the program is a claim and nothing more.
set application_name = '{boss}'; select api.me() ->> 'login';
-- clerk: refused 42501. What is written into the server's log is not the client's to decide.
set log_statement = 'none';
-- clerk: refused 42501. Nor whether refusals are written there.
set log_min_messages = 'panic';
-- clerk: refused 42501. Nor where the client's errors go.
set log_min_error_statement = 'panic';
-- clerk: refused 42501. No library is loaded into the server.
set session_preload_libraries = '/tmp/evil.so';
-- clerk: refused 42501. Nor from the folder for plugins.
load '/tmp/evil.so';
-- clerk: refused 55P02. A library for everybody is read at the start of the server only.
set shared_preload_libraries = '/tmp/evil.so';
-- clerk: refused 42501. Settings of the server are not for us.
alter system set archive_command = 'id';
-- clerk: refused 42501. Nor those of the database.
alter database {db} set search_path = public;
-- clerk: refused 42501. Nor those of the next log-in of another person.
alter role {boss} set row_security = off;
-- clerk: refused 42501. Nor those of everybody.
alter role all set search_path = public;
-- clerk: harmless. A person may set his own next log-in; nothing of ours depends on it, and the doctor names it.
begin; alter role {me} set search_path = public; rollback;
-- clerk: refused 42501. Damaged pages are not read past their checksum.
set zero_damaged_pages = on;
-- clerk: refused 42501/55P02. Indexes of the system are used whether one likes it or not.
set ignore_system_indexes = on; set allow_system_table_mods = on;
-- planner: answers off. Read only is a wish of the client; it takes nothing from the rules when lifted.
set default_transaction_read_only = on; set default_transaction_read_only = off; show default_transaction_read_only;
-- planner: refused ER001/42501. A read-only session does not get round checks by writing in a function.
set transaction_read_only = off; select api.seal_audit();
-- clerk: answers {me}. A reason is noted as what the person said; it is nobody's name.
set outpost.reason = 'by order of {boss}'; select session_user;
