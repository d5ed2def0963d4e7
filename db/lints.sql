-- The rules of the catalogue, one query each: it returns what is wrong, one object a row. db/lints.py puts what stands before the
-- first rule in front of each: our schemas, our group roles, and the log-ins of people and of the worker.

with recursive ours (oid) as (
    values ('erp'::regnamespace), ('api'::regnamespace), ('bi'::regnamespace), ('audit'::regnamespace)
), groups (oid, rolname, owns) as (
    select r.oid, r.rolname, r.rolname in (i.prefix || '_schema_owner', i.prefix || '_user_admin')
    from pg_roles r
    cross join erp.installation i
    where r.rolname in (i.prefix || '_schema_owner', i.prefix || '_user_admin', i.prefix || '_role_user', i.prefix || '_role_worker')
       or r.rolname in (select erp.role_name(k.key) from erp.role k)
), members (oid) as (
    select m.member from pg_auth_members m join groups g on g.oid = m.roleid and not g.owns
    union
    select m.member from pg_auth_members m join members i on i.oid = m.roleid
), logins as (
    select r.* from pg_roles r
    where r.rolname in (select u.login from erp.app_user u)
       or r.oid in (select oid from members) and not r.rolsuper and r.oid not in (select oid from groups)
), open_to_all (oid) as (
    select p.oid from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x where x.grantee = 0
)

-- rule row_security
-- en Every table asks row-level security
-- zh 所有表都启用了行级安全
select c.oid::regclass from pg_class c where c.relkind in ('r', 'p') and c.relnamespace in (select oid from ours) and not c.relrowsecurity;

-- rule policy
-- en Every table that somebody may use declares whose its rows are
-- zh 所有可访问的表都声明了行的归属
select c.oid::regclass from pg_class c where c.relkind in ('r', 'p') and c.relnamespace in (select oid from ours)
  and not exists (select 1 from pg_policy p where p.polrelid = c.oid)
  and not c.relispartition
  and (c.relnamespace <> 'erp'::regnamespace
       or not exists (select 1 from erp.protection p where p.table_name = c.relname and p.scope = 'internal')
       or exists (select 1 from aclexplode(c.relacl) x where x.grantee <> c.relowner));

-- rule policy_for_everybody
-- en Every policy names its job
-- zh 所有策略都指定了岗位
select p.polname || ' on ' || p.polrelid::regclass from pg_policy p where 0 = any (p.polroles);

-- rule policy_always_true
-- en No policy of a table lets everybody through unasked
-- zh 没有策略无条件放行
select p.polname || ' on ' || p.polrelid::regclass
from pg_policy p
join pg_class c on c.oid = p.polrelid and c.relnamespace in (select oid from ours)
cross join erp.installation i
where (pg_get_expr(p.polqual, p.polrelid) = 'true' or pg_get_expr(p.polwithcheck, p.polrelid) = 'true')
  and (select r.oid from pg_roles r where r.rolname = i.prefix || '_role_user') = any (p.polroles);

-- rule as_installed
-- en Policies, functions, triggers and views are those of the installation
-- zh 策略、函数、触发器和视图与安装时一致
select coalesce(n.kind, p.kind) || ' ' || coalesce(n.object, p.object) || case
    when n.object is null then ' is gone' when p.object is null then ' is new' else ' was changed' end
from erp.catalogue_now() n
full join erp.catalogue_print p on p.kind = n.kind and p.object = n.object
where n.fingerprint is distinct from p.fingerprint;

-- rule readable
-- en Every table that is not internal can be read by some job
-- zh 除内部表外，每张表都有岗位可读
select c.oid::regclass from pg_class c where c.relkind in ('r', 'p') and c.relnamespace in (select oid from ours) and c.relnamespace = 'erp'::regnamespace
  and exists (select 1 from pg_policy p where p.polrelid = c.oid)
  and c.relname not in ('protection')
  and not exists (select 1 from groups g where not g.owns and has_any_column_privilege(g.oid, c.oid, 'select'));

-- rule foreign_kinds
-- en Nothing copies rows past the policies: no materialised view, no foreign table, no rule, no publication
-- zh 没有绕过策略的物化视图、外部表、规则或发布
select c.oid::regclass::text from pg_class c where c.relkind in ('m', 'f') and c.relnamespace in (select oid from ours)
union all
select r.rulename || ' on ' || c.oid::regclass from pg_rewrite r join pg_class c on c.oid = r.ev_class
where c.relnamespace in (select oid from ours) and r.rulename <> '_RETURN'
union all
select 'publication ' || p.pubname from pg_publication p
union all
select 'server ' || s.srvname from pg_foreign_server s;

-- rule triggers
-- en Every trigger of ours is on, and so are the guards of the audit
-- zh 所有触发器和审计守卫均已启用
select t.tgname || ' on ' || c.oid::regclass from pg_trigger t join pg_class c on c.oid = t.tgrelid
where c.relnamespace in (select oid from ours) and t.tgenabled not in ('O', 'A')
union all
select 'event trigger ' || g.name from (values ('audit_guard_commands'), ('audit_guard_drops')) g (name)
where not exists (select 1 from pg_event_trigger e where e.evtname = g.name and e.evtenabled in ('O', 'A'));

-- rule owners
-- en Our objects belong to the role that cannot log in
-- zh 所有对象属于不能登录的角色
select c.oid::regclass::text from pg_class c join erp.installation i on true
where c.relnamespace in (select oid from ours) and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
  and pg_get_userbyid(c.relowner) <> i.prefix || '_schema_owner'
union all
select 'schema ' || n.nspname from pg_namespace n join erp.installation i on true
where n.oid in (select oid from ours) and pg_get_userbyid(n.nspowner) <> i.prefix || '_schema_owner';

-- rule views
-- en Every view asks with the rights of whoever reads it
-- zh 所有视图以读取者的权限查询
select c.oid::regclass from pg_class c
where c.relkind = 'v' and c.relnamespace in (select oid from ours) and not coalesce(c.reloptions, '{}') && '{security_invoker=true,security_invoker=on}';

-- rule search_path
-- en Every function that somebody calls pins where it looks for names, temporary objects last
-- zh 所有可调用的函数固定了搜索路径，临时对象在最后
select p.oid::regprocedure from pg_proc p
where p.pronamespace in (select oid from ours) and p.prokind <> 'a'
  and not exists (select 1 from unnest(p.proconfig) s
                  where s ~ '^search_path=(erp, |audit, |api, |bi, )*pg_catalog, pg_temp$')
  -- Parts of others that only the owner may call run under the caller's pinned path.
  and (p.prosecdef or p.prorettype in ('trigger'::regtype, 'event_trigger'::regtype)
       or exists (select 1 from aclexplode(p.proacl) x where x.grantee <> p.proowner));

-- rule public_functions
-- en No function of ours is everybody's
-- zh 没有对所有人开放的函数
select p.oid::regprocedure from pg_proc p where p.pronamespace in (select oid from ours) and p.oid in (select oid from open_to_all);

-- rule superuser_functions
-- en Nothing acts as a superuser but the guards
-- zh 除守卫外没有以超级用户身份运行的函数
select p.oid::regprocedure from pg_proc p join pg_roles r on r.oid = p.proowner and r.rolsuper
where p.pronamespace in (select oid from ours)
  and (p.prosecdef or p.oid::regprocedure::text not in (
       'erp.open_database()', 'erp.close_server()', 'audit.guard_commands()', 'audit.guard_drops()'));

-- rule extensions
-- en No extension and no language is installed that leads out of the database
-- zh 未安装可通向数据库之外的扩展或语言
select 'extension ' || e.extname from pg_extension e
where e.extname = any ('{adminpack,dblink,file_fdw,lo,old_snapshot,pageinspect,pg_freespacemap,pg_surgery,pg_visibility,
                         pg_walinspect,postgres_fdw,xml2,http,pg_net,plsh,plv8,pg_cron,orafce}')
union all
select 'language ' || l.lanname from pg_language l where l.lanname not in ('internal', 'c', 'sql', 'plpgsql');

-- rule public_schemas
-- en Nobody but the owner makes objects, and our schemas are closed to strangers
-- zh 除所有者外无人可创建对象，模式对外关闭
select n.nspname || ': ' || case when x.grantee = 0 then 'public' else pg_get_userbyid(x.grantee) end || ' ' || x.privilege_type
from pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) x
where (n.oid in (select oid from ours) or n.nspname = 'public') and x.grantee <> n.nspowner
  and (x.grantee = 0 or x.privilege_type = 'CREATE') and pg_get_userbyid(x.grantee) <> 'pg_database_owner';

-- rule public_database
-- en Only our groups connect, and nobody makes temporary tables
-- zh 只有本系统的组可连接，且无人可建临时表
select case when x.grantee = 0 then 'public' else pg_get_userbyid(x.grantee) end || ' ' || x.privilege_type
from pg_database d
cross join erp.installation i
cross join aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) x
where d.datname = current_database() and x.grantee <> d.datdba
  and not (x.privilege_type = 'CONNECT' and x.grantee <> 0 and pg_get_userbyid(x.grantee) in (i.prefix || '_role_user', i.prefix || '_role_worker'))
  and not (x.privilege_type = 'CREATE' and x.grantee <> 0 and pg_get_userbyid(x.grantee) = i.prefix || '_schema_owner');

-- rule public_tables
-- en No table, column or sequence is everybody's
-- zh 没有对所有人开放的表、列或序列
select c.oid::regclass || ': ' || x.privilege_type from pg_class c, aclexplode(c.relacl) x
where c.relnamespace in (select oid from ours) and x.grantee = 0
union all
select c.oid::regclass || '.' || a.attname || ': ' || x.privilege_type
from pg_class c join pg_attribute a on a.attrelid = c.oid and not a.attisdropped, aclexplode(a.attacl) x
where c.relnamespace in (select oid from ours) and x.grantee = 0;

-- rule grants_to_strangers
-- en Rights are held by our groups only, and nobody may pass his on
-- zh 权限只授予本系统的组，且不可转授
select c.oid::regclass || ': ' || pg_get_userbyid(x.grantee) || ' ' || x.privilege_type
from pg_class c, aclexplode(c.relacl) x
where c.relnamespace in (select oid from ours) and x.grantee not in (0, c.relowner)
  and (x.is_grantable or x.grantee not in (select g.oid from groups g))
union all
select p.oid::regprocedure || ': ' || pg_get_userbyid(x.grantee)
from pg_proc p, aclexplode(p.proacl) x
where p.pronamespace in (select oid from ours) and x.grantee not in (0, p.proowner)
  and (x.is_grantable or x.grantee not in (select g.oid from groups g));

-- rule truncate
-- en No job empties a table, makes triggers on it or refers to it
-- zh 没有岗位可清空表、建触发器或引用
select c.oid::regclass || ': ' || pg_get_userbyid(x.grantee) || ' ' || x.privilege_type
from pg_class c, aclexplode(c.relacl) x
where c.relnamespace in (select oid from ours) and x.grantee <> c.relowner and x.privilege_type in ('TRUNCATE', 'TRIGGER', 'REFERENCES', 'MAINTAIN');

-- rule sequences
-- en No job reads or sets a sequence
-- zh 没有岗位可读取或设置序列
select c.oid::regclass || ': ' || pg_get_userbyid(x.grantee) || ' ' || x.privilege_type
from pg_class c, aclexplode(c.relacl) x
where c.relkind = 'S' and c.relnamespace in (select oid from ours) and x.grantee <> c.relowner;

-- rule public_types
-- en No type of ours and no language is everybody's
-- zh 没有对所有人开放的类型或语言
select t.oid::regtype::text from pg_type t, aclexplode(coalesce(t.typacl, acldefault('T', t.typowner))) x
where t.typnamespace in (select oid from ours) and x.grantee = 0
  and (t.typtype in ('d', 'e', 'r')
       or t.typtype = 'c' and exists (select 1 from pg_class c where c.oid = t.typrelid and c.relkind = 'c'))
union all
select 'language ' || l.lanname from pg_language l, aclexplode(coalesce(l.lanacl, acldefault('l', l.lanowner))) x
where l.lanname in ('sql', 'plpgsql') and x.grantee = 0;

-- rule server_functions
-- en Large objects, advisory locks and messages into the server's log are closed
-- zh 大对象、咨询锁和日志消息函数已关闭
select p.oid::regprocedure from pg_proc p
where p.pronamespace = 'pg_catalog'::regnamespace and p.oid in (select oid from open_to_all)
  and (p.proname like 'lo\_%' or p.proname in ('loread', 'lowrite', 'pg_logical_emit_message')
       or p.proname like 'pg\_advisory%' or p.proname like 'pg\_try\_advisory%'
       or p.proname like 'pg\_read\_%file' or p.proname like 'pg\_ls\_%' or p.proname = 'pg_stat_file');

-- rule default_privileges
-- en What is made later is closed as well
-- zh 以后创建的对象默认关闭
select 'default privileges of ' || pg_get_userbyid(d.defaclrole) || ' to '
       || case when x.grantee = 0 then 'public' else pg_get_userbyid(x.grantee) end
from pg_default_acl d, aclexplode(d.defaclacl) x
where x.grantee <> d.defaclrole
union all
select 'functions of ' || i.prefix || '_schema_owner' from erp.installation i
where not exists (select 1 from pg_default_acl d
                  where pg_get_userbyid(d.defaclrole) = i.prefix || '_schema_owner' and d.defaclobjtype = 'f' and d.defaclnamespace = 0);

-- rule powerful_logins
-- en No log-in of a person or of the worker is more than a member of his jobs
-- zh 人员和后台登录除岗位外没有其他权限
select l.rolname || ': '
  || concat_ws(', ', case when l.rolsuper then 'superuser' end, case when l.rolcreaterole then 'createrole' end,
  case when l.rolcreatedb then 'createdb' end, case when l.rolbypassrls then 'bypassrls' end,
  case when l.rolreplication then 'replication' end)
from logins l
where l.rolsuper or l.rolcreaterole or l.rolcreatedb or l.rolbypassrls or l.rolreplication
union all
select l.rolname || ': ' || g.rolname
from logins l
join pg_roles g on g.rolname ~ '^pg_' and pg_has_role(l.oid, g.oid, 'member')
where not l.rolsuper;

-- rule owner_members
-- en Nobody is a member of the roles that own the tables and make the log-ins
-- zh 无人是表所有者或登录管理角色的成员
select m.member::regrole || ' in ' || g.rolname
from groups g join pg_auth_members m on m.roleid = g.oid
where g.owns and not (select r.rolsuper from pg_roles r where r.oid = m.member);

-- rule jobs_passed_on
-- en Nobody may put others into a job but through our functions
-- zh 只能通过系统函数分配岗位
select m.member::regrole || ' in ' || g.rolname
from groups g
join pg_auth_members m on m.roleid = g.oid and m.admin_option
cross join erp.installation i
where not g.owns and m.member::regrole::text <> i.prefix || '_user_admin'
  and not (select r.rolsuper from pg_roles r where r.oid = m.member);

-- rule group_roles
-- en The groups themselves cannot log in and have no rights over the server
-- zh 组角色自身不能登录，也没有服务器权限
select r.rolname from groups g join pg_roles r on r.oid = g.oid cross join erp.installation i
where r.rolcanlogin or r.rolsuper or r.rolcreatedb or r.rolbypassrls or r.rolreplication
   or r.rolcreaterole <> (r.rolname = i.prefix || '_user_admin');

-- rule role_settings
-- en No log-in starts with settings that change what names and rows mean
-- zh 没有登录预设会改变名称或行含义的参数
select s.setrole::regrole || ': ' || c
from pg_db_role_setting s
cross join unnest(s.setconfig) c
where s.setrole in (select l.oid from logins l union select g.oid from groups g)
  and c ~ '^(search_path|row_security|session_replication_role|role|session_authorization|default_transaction_read_only)=';
