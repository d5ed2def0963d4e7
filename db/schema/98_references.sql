-- A reference opens nothing: whoever writes a row may point only to rows that he sees. Foreign keys ask as the owner of the table,
-- past every policy; without this a guessed number would tie the other branch's machine, customer or engineer to one's own
-- order, show what a link shows, and tell which numbers there are.
-- And a date is a day that people have: no end of time, no year 20000. The server takes both, but reports count days and months
-- from them, and no other tool reads them, so that one row would keep the page of everybody shut who sees it.

-- For every table that some job writes, a trigger that looks up each new reference with the rights of the writer. Our own
-- functions check for themselves. First of all triggers, so that what others fill in later is theirs to answer for.
--
-- Row by row and before the row is there, though one question at the end of the statement would be cheaper: by then a
-- duplicate key, another trigger or an expression of `returning` has met the hidden row and may tell of it in its own error,
-- and `on conflict do nothing` would not ask at all. Nothing may be remembered from row to row either: whatever a session
-- keeps, its user can forge. So the question itself has to be cheap: the writer's units (11_platform) and a policy that
-- looks up one row without reading all (`linked`, 00_roles).
create procedure erp.guard_references()
language plpgsql
set search_path = erp, pg_catalog, pg_temp
as $$
declare
    t    record;
    f    record;
    body text;
    days text;
    cols text;
begin
    for t in
        select c.oid, c.relname as name, p.scope, p.mine
        from pg_class c
        join protection p on p.table_name = c.relname
        where c.relnamespace = 'erp'::regnamespace and c.relkind in ('r', 'p')
          and exists (select 1 from role r
                      where has_any_column_privilege(role_name(r.key), c.oid, 'insert')
                         or has_any_column_privilege(role_name(r.key), c.oid, 'update'))
          -- A table of links that looks itself, in words of its own.
          and not exists (select 1 from pg_trigger g where g.tgrelid = c.oid and g.tgname = c.relname || '_seen')
        order by c.relname
    loop
        body := '';
        days := '';
        cols := '';
        for f in
            select a.attname as col, a.atttypid::regtype::text as kind
            from pg_attribute a
            where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped and a.atttypid in ('date'::regtype, 'timestamptz'::regtype)
              and exists (select 1 from role r
                          where has_column_privilege(role_name(r.key), t.oid, a.attnum, 'insert')
                             or has_column_privilege(role_name(r.key), t.oid, a.attnum, 'update'))
            order by a.attnum
        loop
            cols := cols || ', ' || quote_ident(f.col);
            days := days || format(
                E'    if new.%1$I not between ''0001-01-02''::%3$s and ''9999-12-30''::%3$s then\n'
                '        perform erp.refuse(''ER012'', ''date_in_range'', jsonb_build_object(''column'', %2$L));\n'
                '    end if;\n', f.col, f.col, f.kind);
        end loop;
        for f in
            select a.attname as col, s.relname as target
            from pg_constraint k
            join pg_class s on s.oid = k.confrelid and s.relnamespace = 'erp'::regnamespace
            join protection p on p.table_name = s.relname and p.scope not in ('reference', 'own', 'internal')
            join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
            where k.conrelid = t.oid and k.contype = 'f' and cardinality(k.conkey) = 1
              -- The policy of a child asks for its parent already.
              and not (t.scope = 'child' and position(format('{row}.%I and', a.attname) in t.mine) > 0)
            order by a.attnum
        loop
            cols := cols || ', ' || quote_ident(f.col);
            body := body || format(
                E'    if new.%1$I is not null and (tg_op = ''INSERT'' or new.%1$I is distinct from old.%1$I)\n'
                '       and not exists (select 1 from erp.%2$I x where x.id = new.%1$I) then\n'
                '        perform erp.refuse(''ER004'', ''reference_seen'', jsonb_build_object(''column'', %1$L));\n'
                '    end if;\n', f.col, f.target);
        end loop;
        if cols = '' then
            continue;
        end if;
        execute format(
            'create or replace function erp.%I() returns trigger language plpgsql set search_path = erp, pg_catalog, pg_temp as %L',
            t.name || '_refers',
            format(E'begin\n%s    if pg_has_role(%L, ''member'') then\n        return new;\n    end if;\n%s    return new;\nend', days, owner_name(), body));
        execute format('create or replace trigger aa_refers before insert or update of %s on erp.%I for each row execute function erp.%I()',
                       ltrim(cols, ', '), t.name, t.name || '_refers');
    end loop;
end
$$;
call erp.guard_references();

-- Every policy, function, trigger and view of ours as it is now. What it says is the server's own wording, so that after a new
-- major version of PostgreSQL the catalogue is sealed again.
create function erp.catalogue_now() returns table (kind text, object text, fingerprint text)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
    select 'policy', p.polname || ' on ' || p.polrelid::regclass,
           md5(concat_ws('|', p.polcmd, p.polpermissive, (select string_agg(r::regrole::text, ',' order by r::regrole::text) from unnest(p.polroles) r),
                         pg_get_expr(p.polqual, p.polrelid), '/', pg_get_expr(p.polwithcheck, p.polrelid)))
    from pg_policy p
    join pg_class c on c.oid = p.polrelid
    where c.relnamespace in ('erp'::regnamespace, 'audit'::regnamespace) and not c.relispartition
    union all
    select 'function', f.oid::regprocedure::text,
           md5(concat_ws('|', f.prosrc, f.prosecdef, f.provolatile, f.proconfig, f.proowner::regrole))
    from pg_proc f
    where f.pronamespace in ('erp'::regnamespace, 'api'::regnamespace, 'audit'::regnamespace)
    union all
    select 'trigger', t.tgname || ' on ' || t.tgrelid::regclass, md5(concat_ws('|', pg_get_triggerdef(t.oid), t.tgenabled))
    from pg_trigger t
    join pg_class c on c.oid = t.tgrelid
    where c.relnamespace in ('erp'::regnamespace, 'audit'::regnamespace) and not c.relispartition and not t.tgisinternal
    union all
    select 'view', c.oid::regclass::text, md5(concat_ws('|', pg_get_viewdef(c.oid), c.reloptions))
    from pg_class c
    where c.relnamespace in ('erp'::regnamespace, 'api'::regnamespace, 'bi'::regnamespace, 'audit'::regnamespace) and c.relkind = 'v'
$$;

create procedure erp.seal_catalogue()
language plpgsql
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    delete from catalogue_print;
    insert into catalogue_print (kind, object, fingerprint)
    select n.kind, n.object, n.fingerprint from catalogue_now() n;
end
$$;
revoke all on function erp.catalogue_now() from public;
revoke all on procedure erp.seal_catalogue() from public;
