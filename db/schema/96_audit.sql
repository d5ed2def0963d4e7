-- What happened besides changed rows: log-ins, refusals, exports, prints. They stand in the same journal, under the same seals.

-- Note an event. The kind takes the place of the table; subject says whom or what it was about. For our own functions only:
-- what a client may say of itself goes through api.note_export.
create function audit.note(kind text, subject text, details jsonb default '{}') returns void
language plpgsql security definer
set search_path = audit, pg_catalog, pg_temp
as $$
begin
    if not kind = any ('{login,login_failed,connection,refusal,export,print,report,import,lock,unlock,erasure,retention,key,anchor,verification}'::text[]) then
        perform erp.refuse('ER012', 'audit_kind_known', jsonb_build_object('kind', kind));
    end if;
    insert into entry (table_name, action, user_id, login, client, reason, changes)
    values (kind, 'E', erp.my_user_id(), session_user, current_setting('application_name'),
            nullif(current_setting('outpost.reason', true), ''),
            jsonb_strip_nulls(coalesce(details, '{}') || jsonb_build_object('subject', subject)));
end
$$;

-- A program says what it is about to hand over: an export, a print or a report; what of, and how many rows.
create function api.note_export(kind text, subject text, rows bigint, details jsonb default '{}') returns void
language plpgsql security definer
set search_path = erp, pg_catalog, pg_temp
as $$
begin
    if my_user_id() is null then
        perform refuse('ER001', 'audit_export_person');
    end if;
    if not kind = any ('{export,print,report}'::text[]) then
        perform refuse('ER012', 'audit_kind_known', jsonb_build_object('kind', kind));
    end if;
    if coalesce(length(subject), 0) not between 1 and 200 or octet_length(details::text) > 16384
       or jsonb_typeof(details) is distinct from 'object' then
        perform refuse('ER012', 'audit_details_short');
    end if;
    perform audit.note(kind, subject, details || jsonb_build_object('rows', rows));
end
$$;

call erp.allow('api.note_export(text, text, bigint, jsonb)', 'everyone', 'execute');
