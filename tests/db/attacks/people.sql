-- clerk: refused 42501. A clerk makes no log-in.
select api.create_user('evil', 'x', '{verifier}', array['manager'], array[{south_unit}]);
-- clerk: refused 42501. Nor gives jobs.
select api.set_user_roles({my_id}, array['manager']);
-- clerk: refused 42501. Nor units.
select api.set_user_units({my_id}, array[{south_unit}]);
-- clerk: refused 42501. Nor disables a colleague.
select api.set_user_active({boss_id}, false);
-- clerk: refused 42501. Nor by the other name.
select api.disable_user({boss_id});
-- clerk: refused ER001/42501. Another's password is not set.
select api.set_password_verifier({boss_id}, '{verifier}');
-- clerk: refused 42501. The worker's log-in is the owner's to make.
select api.create_worker('{verifier}');
-- admin: refused ER001/42501. The administrator gives himself no job.
select api.set_user_roles({my_id}, array['admin', 'manager', 'auditor']);
-- admin: refused ER001/42501. Nor units.
select api.set_user_units({my_id}, array[{south_unit}]);
-- security: refused ER001/42501. The security officer gives himself no job.
select api.set_user_roles({my_id}, array['security', 'finance']);
-- security: refused ER001/42501. Nor units.
select api.set_user_units({my_id}, array[{south_unit}]);
-- auditor: refused 42501. The auditor gives nothing to anybody.
select api.set_user_roles({boss_id}, array['clerk']);
-- admin: refused ER001/42501. The worker's log-in is not his to make.
select api.create_worker('{verifier}');
-- admin: refused ER001/ER012/42501/23503/22P02. A job that there is not.
select api.create_user('evil', 'x', '{verifier}', array['schema_owner'], array[]::integer[]);
-- security: refused ER001/ER004/ER012/42501/23503. A job by the name of a server's role.
select api.set_user_roles({boss_id}, array['pg_read_all_data']);
-- security: refused ER001/ER004/ER012/42501/23503. A job that is SQL.
select api.set_user_roles({boss_id}, array['clerk"; alter role {me} superuser; --']);
-- admin: refused ER001/ER012/42501. A log-in by the name of the owner.
select api.create_user('evil', 'x', '{verifier}', array[]::text[], array[]::integer[], login_name => '{p}_schema_owner');
-- admin: refused ER001/ER012/42501. Of the maker of log-ins.
select api.create_user('evil', 'x', '{verifier}', array[]::text[], array[]::integer[], login_name => '{p}_user_admin');
-- admin: refused ER001/ER012/42501. Of a group.
select api.create_user('evil', 'x', '{verifier}', array[]::text[], array[]::integer[], login_name => '{p}_role_evil');
-- admin: refused ER001/ER012/42501. Of the worker.
select api.create_user('evil', 'x', '{verifier}', array[]::text[], array[]::integer[], login_name => '{p}_worker');
-- admin: refused ER001/ER012/42501. Of nobody of this installation.
select api.create_user('evil', 'x', '{verifier}', array[]::text[], array[]::integer[], login_name => 'postgres');
-- admin: refused ER001/ER012/42501/23505. Of a person that there is.
select api.create_user('evil', 'x', '{verifier}', array[]::text[], array[]::integer[], login_name => '{boss}');
-- admin: refused ER012/42501. A password in plain text is not taken.
select api.create_user('evil', 'x', 'password', array[]::text[], array[]::integer[]);
-- admin: refused ER012/42501. Nor an old kind of hash.
select api.create_user('evil', 'x', 'md5d41d8cd98f00b204e9800998ecf8427e', array[]::text[], array[]::integer[]);
-- admin: refused ER012/42501. Nor a verifier that goes on as SQL.
select api.create_user('evil', 'x', $${verifier}' superuser --$$, array[]::text[], array[]::integer[]);
-- admin: refused 23514/ER012/42501. A name that is SQL.
select api.create_user('evil"; drop role {boss}; --', 'x', '{verifier}', array[]::text[], array[]::integer[]);
-- clerk: nothing. Another's own views are not seen.
select 1 from erp.saved_view where user_id = {boss_id};
-- clerk: nothing. Nor changed.
begin; update erp.saved_view set name = 'x' where id = {boss_view}; select 1 from erp.saved_view where id = {boss_view}; rollback;
-- clerk: refused 42501. Nor taken over: whose a view is is not written.
update erp.saved_view set user_id = {my_id};
-- clerk: refused 42501. Nor is one left in another's name.
insert into erp.saved_view (list_key, user_id, name, definition) values ('assets', {boss_id}, 'evil', '{{}}');
-- clerk: refused 42501. Nor for everybody.
insert into erp.saved_view (list_key, user_id, name, definition) values ('assets', null, 'evil', '{{}}');
-- clerk: nothing. Nor another's export recipes.
select 1 from erp.export_recipe where user_id = {boss_id};
-- clerk: refused 42501. A recipe for everybody is the steward's.
insert into erp.export_recipe (list_key, user_id, name, definition) values ('assets', null, 'evil', '{{}}');
-- clerk: nothing. Nor another's mappings of imports.
select 1 from erp.import_mapping where user_id = {boss_id};
-- clerk: refused 42501. Nor is one left for him.
insert into erp.import_mapping (user_id, list_key, name, definition) values ({boss_id}, 'assets', 'evil', '{{}}');
-- clerk: refused 42501. Nor an import in his name.
insert into erp.import_batch (profile, file_name, sha256, user_id) values ('x', 'x', '', {boss_id});
-- clerk: refused 42501. A setting of everybody is not written.
insert into erp.setting (key, value) values ('identity.lock_after', '1000');
-- clerk: refused 42501. Nor changed.
update erp.setting set value = '0';
-- clerk: refused 42501. Nor is a custom field made.
insert into erp.custom_field (table_name, key, kind, label, label_zh) values ('asset', 'evil', 'text', 'x', 'x');
-- clerk: refused 42501. Nor a word of the dictionary bent.
update erp.dictionary_entry set label = 'evil';
