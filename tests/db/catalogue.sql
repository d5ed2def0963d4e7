-- Everything that a schema consists of, one line each: two installations are equal when this is.
select 'function ' || p.oid::regprocedure::text || ' ' || md5(regexp_replace(pg_get_functiondef(p.oid), '\s+', ' ', 'g'))
       || ' ' || p.proowner::regrole::text
       || ' ' || coalesce((select string_agg(x::text, ',' order by x::text) from unnest(p.proacl) x), '')
from pg_proc p where p.pronamespace in (select oid from pg_namespace where nspname in ('erp', 'api', 'bi', 'audit'))
union all
select 'relation ' || c.oid::regclass::text || ' ' || c.relkind::text || ' ' || c.relowner::regrole::text || ' ' || c.relrowsecurity
       || ' ' || coalesce((select string_agg(x::text, ',' order by x::text) from unnest(c.relacl) x), '')
       || ' ' || coalesce(md5(pg_get_viewdef(c.oid)), '')
from pg_class c where c.relnamespace in (select oid from pg_namespace where nspname in ('erp', 'api', 'bi', 'audit'))
union all
select 'column ' || a.attrelid::regclass::text || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull
       || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
       || ' ' || coalesce((select string_agg(x::text, ',' order by x::text) from unnest(a.attacl) x), '')
from pg_attribute a join pg_class c on c.oid = a.attrelid left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
where a.attnum > 0 and not a.attisdropped
  and c.relnamespace in (select oid from pg_namespace where nspname in ('erp', 'api', 'bi', 'audit'))
union all
select 'constraint ' || coalesce(conrelid::regclass::text, '') || ' ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint
where connamespace in (select oid from pg_namespace where nspname in ('erp', 'audit'))
union all
select 'index ' || indexdef from pg_indexes where schemaname in ('erp', 'audit')
union all
select 'trigger ' || pg_get_triggerdef(oid) || tgenabled::text from pg_trigger where not tgisinternal
union all
select 'policy ' || polrelid::regclass || ' ' || polname || ' ' || polcmd::text || ' ' || polroles::regrole[]::text
       || ' ' || coalesce(pg_get_expr(polqual, polrelid), '') || ' ' || coalesce(pg_get_expr(polwithcheck, polrelid), '')
from pg_policy
union all
select 'schema ' || nspname || ' ' || nspowner::regrole || ' ' || coalesce((select string_agg(x::text, ',' order by x::text) from unnest(nspacl) x), '')
from pg_namespace where nspname in ('erp', 'api', 'bi', 'audit')
union all
select 'protection ' || p::text from erp.protection p
order by 1
