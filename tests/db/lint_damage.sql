-- Damage for each rule of db/lints.sql: "-- damage <rule> names <what it then names>", and how to do it. Each is rolled back.
-- {login} is the log-in of a planner.

-- damage row_security names erp.item
alter table erp.item disable row level security;

-- damage row_security names erp.left_over
create table erp.left_over (id int);

-- damage policy names erp.item
drop policy item_read on erp.item;
drop policy item_insert on erp.item;
drop policy item_update on erp.item;
drop policy item_delete on erp.item;

-- damage policy names erp.request
grant select on erp.request to outpost_test_role_clerk;

-- damage policy names erp.left_over
create table erp.left_over (id int);
alter table erp.left_over enable row level security;

-- damage policy_for_everybody names wide on erp.item
create policy wide on erp.item for select using (false);

-- damage policy_always_true names wide on erp.item
create policy wide on erp.item for select to outpost_test_role_user using (true);

-- damage policy_always_true names item_insert on erp.item
alter policy item_insert on erp.item to outpost_test_role_user with check (true);

-- damage as_installed names policy item_read on erp.item was changed
alter policy item_read on erp.item using (org_unit_id > 0);

-- damage as_installed names policy wide on erp.item is new
create policy wide on erp.item for select to outpost_test_role_clerk using (org_unit_id > 0);

-- damage as_installed names policy item_insert on erp.item is gone
drop policy item_insert on erp.item;

-- damage as_installed names function erp.my_units() was changed
create or replace function erp.my_units() returns integer[] language sql stable security definer
set search_path = erp, pg_catalog, pg_temp as 'select array_agg(id) from erp.org_unit';

-- damage as_installed names trigger aa_refers on erp.asset was changed
alter table erp.asset disable trigger aa_refers;

-- damage as_installed names view bi.stock_on_hand was changed
alter view bi.stock_on_hand set (security_barrier = true);

-- damage readable names erp.sla_level
revoke select on erp.sla_level from outpost_test_role_user;
do $$ declare r text;
begin for r in select erp.role_name(key) from erp.role loop execute format('revoke select on erp.sla_level from %I', r);
end loop;
end $$;

-- damage foreign_kinds names api.copied
create materialized view api.copied as select * from erp.item;

-- damage foreign_kinds names hidden on erp.item
create rule hidden as on insert to erp.item do nothing;

-- damage foreign_kinds names publication everything
create publication everything for table erp.item;

-- damage triggers names zz_record_update on erp.item
alter table erp.item disable trigger zz_record_update;

-- damage triggers names zz_touch on erp.item
alter table erp.item disable trigger all;

-- damage triggers names event trigger audit_guard_drops
alter event trigger audit_guard_drops disable;

-- damage triggers names event trigger audit_guard_commands
drop event trigger audit_guard_commands;

-- damage owners names erp.item
alter table erp.item owner to current_user;

-- damage views names api.asset_timeline
alter view api.asset_timeline reset (security_invoker);

-- damage search_path names api.me()
alter function api.me() reset search_path;

-- damage search_path names api.me()
alter function api.me() set search_path = public, erp, pg_catalog, pg_temp;

-- damage search_path names api.me()
alter function api.me() set search_path = pg_temp, erp, pg_catalog;

-- damage public_functions names erp.next_number(text,integer,timestamp with time zone)
grant execute on function erp.next_number(text, integer, timestamptz) to public;

-- damage superuser_functions names erp.my_units()
alter function erp.my_units() owner to current_user;

-- damage extensions names language plpython9u
create trusted language plpython9u handler plpgsql_call_handler;

-- damage public_schemas names audit: public USAGE
grant usage on schema audit to public;

-- damage public_schemas names public: public CREATE
grant create on schema public to public;

-- damage public_schemas names api: outpost_test_role_admin CREATE
grant create on schema api to outpost_test_role_admin;

-- damage public_database names public CONNECT
do $$ begin execute format('grant connect on database %I to public', current_database());
end $$;

-- damage public_database names outpost_test_role_user TEMPORARY
do $$ begin execute format('grant temporary on database %I to outpost_test_role_user', current_database());
end $$;

-- damage public_tables names erp.item: SELECT
grant select on erp.item to public;

-- damage public_tables names erp.item.name: UPDATE
grant update (name) on erp.item to public;

-- damage grants_to_strangers names erp.item: stranger_of_lints SELECT
create role stranger_of_lints;
grant select on erp.item to stranger_of_lints;

-- damage grants_to_strangers names api.me(): outpost_test_role_admin
grant execute on function api.me() to outpost_test_role_admin with grant option;

-- damage truncate names erp.item: outpost_test_role_steward TRUNCATE
grant truncate on erp.item to outpost_test_role_steward;

-- damage truncate names erp.item: outpost_test_role_steward REFERENCES
grant references on erp.item to outpost_test_role_steward;

-- damage sequences names erp.item_id_seq: outpost_test_role_steward USAGE
grant usage on sequence erp.item_id_seq to outpost_test_role_steward;

-- damage public_types names erp.quantity
grant usage on type erp.quantity to public;

-- damage public_types names language plpgsql
grant usage on language plpgsql to public;

-- damage server_functions names lo_create(oid)
grant execute on function lo_create(oid) to public;

-- damage server_functions names pg_advisory_lock(bigint)
grant execute on function pg_advisory_lock(bigint) to public;

-- damage server_functions names pg_read_file(text)
grant execute on function pg_read_file(text) to public;

-- damage default_privileges names default privileges of
alter default privileges in schema erp grant select on tables to public;

-- damage default_privileges names functions of outpost_test_schema_owner
alter default privileges for role outpost_test_schema_owner grant execute on routines to public;

-- damage powerful_logins names {login}: superuser
alter role {login} superuser;

-- damage powerful_logins names {login}: createrole
alter role {login} createrole;

-- damage powerful_logins names {login}: bypassrls
alter role {login} bypassrls;

-- damage powerful_logins names {login}: pg_read_all_data
grant pg_read_all_data to {login};

-- damage owner_members names {login} in outpost_test_schema_owner
grant outpost_test_schema_owner to {login};

-- damage owner_members names stranger_of_lints in outpost_test_user_admin
create role stranger_of_lints;
grant outpost_test_user_admin to stranger_of_lints;

-- damage jobs_passed_on names {login} in outpost_test_role_manager
grant outpost_test_role_manager to {login} with admin option;

-- damage group_roles names outpost_test_role_manager
alter role outpost_test_role_manager login;

-- damage group_roles names outpost_test_schema_owner
alter role outpost_test_schema_owner createrole;

-- damage role_settings names {login}: search_path=x
alter role {login} set search_path = x;
