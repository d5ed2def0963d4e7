-- clerk: refused 42501. Nobody becomes the owner of the tables.
set role {p}_schema_owner;
-- clerk: refused 42501. Nobody becomes the maker of log-ins.
set role {p}_user_admin;
-- clerk: refused 42501. Nobody takes on a job that he was not given.
set role {p}_role_manager;
-- clerk: refused 42501. Nor the auditor's.
set role {p}_role_auditor;
-- clerk: refused 42501. Nor the worker's.
set role {p}_role_worker;
-- clerk: refused 42501. Nor another person.
set role {boss};
-- clerk: nothing. His own group is no way round the scope: policies ask who logged in.
set role {p}_role_clerk; select 1 from erp.asset where id = {south_asset};
-- clerk: answers {my_id}. In his own group's name he is still himself.
set role {p}_role_clerk; select erp.my_user_id();
-- clerk: refused 42501. Nobody gives himself a job.
grant {p}_role_manager to {me};
-- clerk: refused 42501. Nor his own to another.
grant {p}_role_clerk to {boss};
-- clerk: refused 42501. Nor the owner's rights.
grant {p}_schema_owner to {me};
-- clerk: refused 42501. Nor a role of the server.
grant pg_read_all_data to {me};
-- clerk: refused 42501. Nor the one that runs programs.
grant pg_execute_server_program to {me};
-- clerk: refused 42501. Nor the one that reads the settings.
grant pg_monitor to {me};
-- clerk: refused 42501. Nobody makes a role.
create role {p}_evil login superuser;
-- clerk: refused 42501. Nor a plain one.
create role {p}_evil;
-- clerk: refused 42501. Nor a group of our name.
create role {p}_role_evil in role {p}_role_manager;
-- clerk: refused 42501. Nobody raises himself.
alter role {me} superuser;
-- clerk: refused 42501. Nor past the policies.
alter role {me} bypassrls;
-- clerk: refused 42501. Nor to make others.
alter role {me} createrole;
-- clerk: refused 42501. Nor to copy the server.
alter role {me} replication;
-- clerk: refused 42501. Nor the limits of his connections.
alter role {me} connection limit 1000;
-- clerk: refused 42501. Nobody sets another's password.
alter role {boss} password 'x';
-- clerk: refused 42501/0A000. Nobody renames himself into somebody.
alter role {me} rename to {p}_evil;
-- clerk: refused 42501. Nobody drops another.
drop role {boss};
-- clerk: refused 42501. What belongs to another is not taken.
reassign owned by {p}_schema_owner to {me};
-- clerk: refused 42501. Nor thrown away.
drop owned by {p}_schema_owner;
-- clerk: refused 42501. Verifiers of passwords are the server's alone.
select rolpassword from pg_authid;
-- clerk: refused 42501. Also by their old name.
select passwd from pg_shadow;
-- clerk: answers ********. What everybody sees of them is stars.
select rolpassword from pg_roles where rolname = '{boss}';
-- clerk: refused 42501. Connections of other servers hold passwords too.
select umoptions, 1 from pg_user_mapping;
-- admin: refused 42501. The administrator is no administrator of the server.
create role {p}_evil login;
-- admin: refused 42501. He gives himself no job past the functions.
grant {p}_role_auditor to {me};
-- admin: refused 42501. Nor does he become the owner.
set role {p}_schema_owner;
-- admin: refused 42501. Nor the maker of log-ins.
set role {p}_user_admin;
-- security: refused 42501. Nor does the security officer.
grant {p}_role_manager to {me};
-- security: refused 42501. Jobs are not written into their table by hand.
insert into erp.user_role (user_id, role_key) values ({my_id}, 'manager');
-- admin: refused 42501. Nor by the administrator.
insert into erp.user_role (user_id, role_key) values ({my_id}, 'manager');
-- admin: refused 42501. Nor units.
insert into erp.user_unit (user_id, org_unit_id) values ({my_id}, {south_unit});
-- clerk: refused 42501. Nor by a clerk for himself.
update erp.user_unit set org_unit_id = {south_unit};
-- clerk: refused 42501. Nor longer than granted.
update erp.user_unit set valid_to = null;
-- clerk: refused 42501. Nobody takes another's log-in for his own person.
update erp.app_user set login = session_user where id = {boss_id};
-- admin: refused 42501. Not even the administrator writes the name of a log-in.
update erp.app_user set login = session_user where id = {boss_id};
-- clerk: refused 42501. A clerk does not extend himself.
update erp.app_user set valid_to = null;
-- worker: refused 42501. The worker takes on nobody's job.
set role {p}_role_auditor;
-- worker: refused 42501. Nor the owner's.
set role {p}_schema_owner;
-- worker: refused 42501. He reads no business row.
select * from erp.asset;
-- worker: refused 42501. Nor people.
select * from erp.app_user;
-- worker: refused 42501. Nor the audit's content.
select * from audit.entry;
