-- What only a superuser may make: the functions behind log-ins, the guards of the audit, the door of the database.

reset role;

-- Log-ins are made by <prefix>_user_admin, who cannot log in himself. Only the owner's own functions call these, after
-- they checked who asks. They touch no role that is not a log-in of this installation.
create function erp.check_login(login name) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    prefix text := replace(erp.owner_name(), '_schema_owner', '');
begin
    if not starts_with(login::text, prefix || '_') or starts_with(login::text, prefix || '_role_')
       or login in (prefix || '_schema_owner', prefix || '_user_admin', prefix || '_owner')
       or exists (select 1 from pg_roles r where r.rolname = login and (r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolbypassrls)) then
        raise exception '% is no log-in of this installation', login using errcode = 'ER012', constraint = 'user_login_form',
            detail = jsonb_build_object('login', login)::text;
    end if;
end
$$;

create function erp.make_login(login text, verifier text, groups text[]) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform erp.check_login(login);
    if exists (select 1 from pg_roles r where r.rolname = login) then
        raise exception 'log-in % exists', login using errcode = 'ER012', constraint = 'user_login_free',
            detail = jsonb_build_object('login', login)::text;
    end if;
    execute format('create role %I login password %L', login, verifier);
    perform erp.set_login_groups(login, groups);
end
$$;

create function erp.set_login_groups(login text, groups text[]) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    prefix text := replace(erp.owner_name(), '_schema_owner', '');
    r      text;
begin
    perform erp.check_login(login);
    for r in
        select g.rolname from pg_auth_members m
        join pg_roles g on g.oid = m.roleid
        join pg_roles u on u.oid = m.member
        where u.rolname = login and starts_with(g.rolname::text, prefix || '_role_') and not g.rolname = any (groups)
    loop
        execute format('revoke %I from %I', r, login);
    end loop;
    foreach r in array groups loop
        if not starts_with(r, prefix || '_role_') then
            raise exception '% is no job', r using errcode = 'ER012', constraint = 'user_login_form';
        end if;
        -- Everybody's role comes with each job; by itself only for who has none.
        if r <> prefix || '_role_user' or cardinality(groups) = 1 then
            execute format('grant %I to %I', r, login);
        end if;
    end loop;
end
$$;

create function erp.set_login_allowed(login text, allowed boolean) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform erp.check_login(login);
    execute format('alter role %I %s', login, case when allowed then 'login' else 'nologin' end);
end
$$;

-- The server itself lets nobody in after that moment; null: no end.
create function erp.set_login_until(login text, until timestamptz) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform erp.check_login(login);
    execute format('alter role %I valid until %L', login, coalesce(until, 'infinity'));
end
$$;

create function erp.set_login_verifier(login text, verifier text) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform erp.check_login(login);
    execute format('alter role %I password %L', login, verifier);
end
$$;

-- Whoever is connected as this log-in, but for the caller's own session, is disconnected.
create function erp.end_sessions(login name) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform erp.check_login(login);
    perform pg_terminate_backend(a.pid) from pg_stat_get_activity(null) a
    where a.usesysid = (select r.oid from pg_roles r where r.rolname = login) and a.pid <> pg_backend_pid();
end
$$;

-- The log-in of an erased person: closed, without password and groups, under a name that says nothing.
create function erp.close_login(login text, pseudonym text) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (select 1 from pg_roles r where r.rolname = login) then
        return;
    end if;
    perform erp.set_login_groups(login, '{}');
    perform erp.check_login(pseudonym);
    execute format('alter role %I nologin password null', login);
    execute format('alter role %I rename to %I', login, pseudonym);
end
$$;

-- What PostgreSQL lets everybody do by itself and nobody here needs: large objects (storage that no policy covers), advisory
-- locks (whoever held the worker's key would stop the sealing of the audit), messages written into the log of the server,
-- code in the languages of the server. The functions of the owner and the worker keep what they use.
create procedure erp.close_server()
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    f     record;
    owner text := erp.owner_name();
begin
    for f in
        select p.oid::regprocedure as signature, p.proname like '%advisory%' as locks
        from pg_proc p
        where p.pronamespace = 'pg_catalog'::regnamespace
          and (p.proname like 'lo\_%' or p.proname in ('loread', 'lowrite', 'pg_logical_emit_message')
               or p.proname like 'pg\_advisory%' or p.proname like 'pg\_try\_advisory%')
    loop
        execute format('revoke all on function %s from public', f.signature);
        if f.locks then
            execute format('grant execute on function %s to %I, %I', f.signature, owner, erp.role_name('worker'));
        end if;
    end loop;
    revoke all on schema public from public;
    revoke all on language sql, plpgsql from public;
    execute format('grant usage on language sql, plpgsql to %I, %I', owner, replace(owner, '_schema_owner', '_user_admin'));
    for f in
        select t.oid::regtype as name
        from pg_type t
        where t.typnamespace in ('erp'::regnamespace, 'api'::regnamespace, 'bi'::regnamespace, 'audit'::regnamespace)
          and (t.typtype in ('d', 'e', 'r')
               or t.typtype = 'c' and exists (select 1 from pg_class c where c.oid = t.typrelid and c.relkind = 'c'))
    loop
        execute format('revoke all on type %s from public', f.name);
    end loop;
end
$$;

-- The door of this database: nobody but our groups. Privileges on a database, and on what PostgreSQL itself brought, are not
-- always copied with it, so whoever clones or restores one calls this again.
create procedure erp.open_database()
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    r text;
begin
    execute format('revoke all on database %I from public', current_database());
    -- Our queries are short; compiling them costs more than running them.
    execute format('alter database %I set jit = off', current_database());
    foreach r in array '{user,worker}'::text[] loop
        execute format('grant connect on database %I to %I', current_database(), erp.role_name(r));
    end loop;
    execute format('grant create on database %I to %I', current_database(), erp.owner_name());
    call erp.close_server();
end
$$;

-- Not even the owner of the tables alters the audit or switches off a trigger that writes it; a superuser can, and the
-- seals show it.
create function audit.guard_commands() returns event_trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    command record;
begin
    if (select r.rolsuper from pg_roles r where r.rolname = session_user) then
        return;
    end if;
    for command in select * from pg_event_trigger_ddl_commands() loop
        if command.schema_name = 'audit' and command.command_tag in ('ALTER TABLE', 'ALTER FUNCTION', 'CREATE RULE', 'ALTER TRIGGER') and command.object_identity !~ '^audit\.entry_\d{4}_\d\d$' then
            raise exception 'the audit is appended only' using errcode = 'ER012', constraint = 'audit_append_only';
        end if;
    end loop;
    if exists (select 1 from pg_trigger t join pg_class c on c.oid = t.tgrelid
               where c.relnamespace in ('erp'::regnamespace, 'audit'::regnamespace) and not t.tgisinternal and t.tgenabled not in ('O', 'A')
                 and (t.tgname like 'zz\_record%' or c.relnamespace = 'audit'::regnamespace)) then
        raise exception 'triggers that write the audit stay on' using errcode = 'ER012', constraint = 'audit_append_only';
    end if;
end
$$;

create function audit.guard_drops() returns event_trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    gone record;
begin
    if (select r.rolsuper from pg_roles r where r.rolname = session_user) then
        return;
    end if;
    for gone in select * from pg_event_trigger_dropped_objects() loop
        if gone.schema_name = 'audit' or (gone.object_type = 'trigger' and gone.object_identity like 'zz\_record%') then
            raise exception 'the audit is appended only' using errcode = 'ER012', constraint = 'audit_append_only';
        end if;
    end loop;
end
$$;

create event trigger audit_guard_commands on ddl_command_end execute function audit.guard_commands();
create event trigger audit_guard_drops on sql_drop execute function audit.guard_drops();

do $$
declare
    owner text := erp.owner_name();
    admin text := replace(erp.owner_name(), '_schema_owner', '_user_admin');
    f     text;
begin
    foreach f in array array['erp.check_login(name)', 'erp.make_login(text, text, text[])', 'erp.set_login_groups(text, text[])',
                             'erp.set_login_allowed(text, boolean)', 'erp.set_login_until(text, timestamptz)',
                             'erp.set_login_verifier(text, text)', 'erp.close_login(text, text)',
                             'erp.end_sessions(name)'] loop
        execute format('alter function %s owner to %I', f, admin);
        execute format('revoke all on function %s from public', f);
        execute format('grant execute on function %s to %I', f, owner);
    end loop;
    execute format('grant execute on function erp.owner_name() to %I', admin);
    revoke all on procedure erp.open_database() from public;
    revoke all on procedure erp.close_server() from public;
    revoke all on function audit.guard_commands() from public;
    revoke all on function audit.guard_drops() from public;
end
$$;
call erp.open_database();
call erp.seal_catalogue();
