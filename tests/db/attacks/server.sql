-- clerk: refused 42501. No program of the server is run to write.
copy (select 1) to program 'id > /tmp/evil';
-- clerk: refused 42501. Nor to read.
copy erp.saved_view (name) from program 'id';
-- clerk: refused 42501. No file is read.
copy erp.saved_view (name) from '/etc/passwd';
-- clerk: refused 42501. No file is written.
copy (select 1) to '/tmp/evil';
-- clerk: refused 42501. Not the server's own password file either.
select pg_read_file('pg_hba.conf');
-- clerk: refused 42501. Nor as bytes.
select pg_read_binary_file('global/pg_authid');
-- clerk: refused 42501. No folder is listed.
select pg_ls_dir('/');
-- clerk: refused 42501. Nor the logs.
select * from pg_ls_logdir();
-- clerk: refused 42501. Nor the write-ahead log.
select * from pg_ls_waldir();
-- clerk: refused 42501. Nor temporary files.
select * from pg_ls_tmpdir();
-- clerk: refused 42501. Nor is a file looked up.
select pg_stat_file('/etc/passwd');
-- clerk: refused 42501. The rules of who gets in are not shown.
select * from pg_hba_file_rules;
-- clerk: refused 42501. Nor the settings' files.
select * from pg_file_settings;
-- clerk: refused 42501. Nor where the log lies.
select pg_current_logfile();
-- clerk: answers . Nor the folder of the data: an empty answer to who may not ask.
select coalesce((select setting from pg_settings where name = 'data_directory'), '');
-- clerk: refused 42501. Not by SHOW either.
show data_directory;
-- clerk: refused 42501. No large object: storage past every policy.
select lo_creat(-1);
-- clerk: refused 42501. Nor one of a given number.
select lo_create(4711);
-- clerk: refused 42501. Nor from bytes.
select lo_from_bytea(0, 'x');
-- clerk: refused 42501. Nor from a file.
select lo_import('/etc/passwd');
-- clerk: refused 42501. Nor into one.
select lo_export(1, '/tmp/evil');
-- clerk: refused 42501. Nor opened.
select lo_open(1, 262144);
-- clerk: refused 42501. Nor read.
select lo_get(1);
-- clerk: refused 42501. Nor removed.
select lo_unlink(1);
-- clerk: refused 42501. Nor written.
select lo_put(1, 0, 'x');
-- clerk: refused 42501. Nor by the names of the old functions.
select lowrite(0, 'x');
-- clerk: refused 42501. Nor read by them.
select loread(0, 10);
-- clerk: nothing. The list of them is empty.
select 1 from pg_largeobject_metadata;
-- clerk: refused 42501. Their content is the server's.
select * from pg_largeobject;
-- clerk: refused 42501/0A000/58P01/3F000. No door to other databases.
create extension dblink;
-- clerk: refused 42501/0A000/58P01/3F000. Nor as foreign tables.
create extension postgres_fdw;
-- clerk: refused 42501/0A000/58P01/3F000. Nor to files.
create extension file_fdw;
-- clerk: refused 42501/0A000/58P01/3F000. Nor an untrusted language.
create extension plpython3u;
-- clerk: refused 42501/0A000/58P01/3F000. Nor an extension that is trusted.
create extension pgcrypto;
-- clerk: refused 42501/42704. Nor a server to speak to.
create server evil foreign data wrapper postgres_fdw;
-- clerk: refused 42501. Nor a wrapper.
create foreign data wrapper evil;
-- clerk: refused 42501/0A000. Nor a subscription.
create subscription evil connection 'host=127.0.0.1' publication p with (connect = false);
-- clerk: refused 42501. Nor a publication.
create publication evil for table erp.asset;
-- clerk: refused 42501. Nor a slot that holds the log back.
select pg_create_physical_replication_slot('evil');
-- clerk: refused 42501. Nor one that decodes it.
select pg_create_logical_replication_slot('evil', 'pgoutput');
-- clerk: refused 42501. Nor a message in it.
select pg_logical_emit_message(false, 'evil', 'x');
-- clerk: refused 42501. Nor a new piece of it.
select pg_switch_wal();
-- clerk: refused 42501. Nor a mark.
select pg_create_restore_point('evil');
-- clerk: refused 42501. Nor a backup.
select pg_backup_start('evil');
-- clerk: refused 42501. Nor a checkpoint.
checkpoint;
-- clerk: refused 42501. Settings are not read anew.
select pg_reload_conf();
-- clerk: refused 42501. Logs are not turned.
select pg_rotate_logfile();
-- clerk: refused 42501. A standby is not promoted.
select pg_promote();
-- clerk: refused 42501. A database is not made.
create database evil template {db};
-- clerk: refused 42501. Nor dropped.
drop database postgres;
-- clerk: refused 42501. Nor a tablespace.
create tablespace evil location '/tmp';
-- clerk: refused 42501. Memory of others is not logged.
select pg_log_backend_memory_contexts(pg_backend_pid());
-- clerk: refused 42501. Statistics are not reset.
select pg_stat_reset();
-- clerk: refused 42501. Nor those all share.
select pg_stat_reset_shared('bgwriter');
-- clerk: refused 42501. Objects of the server keep their comments.
comment on database {db} is 'evil';
-- clerk: refused 42501. And their labels.
comment on table erp.asset is 'evil';
-- clerk: refused 42501. Rows of the catalogue are not written.
update pg_class set relrowsecurity = false;
-- clerk: refused 42501. Nor roles in it.
update pg_authid set rolsuper = true;
-- clerk: refused 42501. Nor functions.
delete from pg_policy;
-- worker: refused 42501. The worker runs no program either.
copy (select 1) to program 'id';
-- admin: refused 42501. Nor does the administrator.
copy (select 1) to program 'id';
-- admin: refused 42501. Nor does he read files.
select pg_read_file('postgresql.conf');
