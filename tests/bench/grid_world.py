"""A company with 200 units and a million work orders, for the grid and export benches; made in bulk, no triggers."""

from __future__ import annotations

import psycopg2

PASSWORD = "bench"
READERS = {
    "one_unit": ("STBR17",),
    "ten_units": tuple(f"STBR1{n}" for n in range(1, 11)),
    "one_branch": ("BR2",),
    "all_units": ("BENCH",),
}
"""Whose log-ins are made, and the units that each may see: 1, 10, 40 and all of about 200."""

_FILL = """
insert into erp.company (code, name, name_zh) values ('BENCH', 'Bench', '测试');
insert into erp.org_unit (company_id, kind, code, name) select max(id), 'company', 'BENCH', 'Bench' from erp.company;
insert into erp.org_unit (company_id, parent_id, kind, code, name)
select u.company_id, u.id, 'branch', 'BR' || i, 'Branch ' || i from erp.org_unit u, generate_series(1, 5) i
where u.code = 'BENCH';
insert into erp.org_unit (company_id, parent_id, kind, code, name)
select u.company_id, u.id, 'site', 'ST' || u.code || i, 'Site ' || i
from erp.org_unit u, generate_series(1, 39) i where u.kind = 'branch' and u.code like 'BR%%';
create temporary table unit as
select row_number() over (order by u.id) - 1 as n, u.id, u.company_id from erp.org_unit u where u.code like 'ST%%';
create temporary table phrase as
select row_number() over () - 1 as n, a.w || b.w || c.w as zh, 'Job ' || a.w || b.w || c.w as en
from (values ('水泵'), ('空压机'), ('起重机'), ('变压器'), ('输送带'), ('冷却塔'), ('电梯'), ('锅炉')) a(w),
     (values ('更换'), ('检查'), ('润滑'), ('校准'), ('紧固')) b(w),
     (values ('轴承'), ('密封圈'), ('滤芯'), ('皮带'), ('阀门'), ('电机'), ('传感器'), ('控制柜')) c(w);
alter table phrase add column key text[], add column words text;
update phrase set words = erp.search_text(en, zh);
update phrase set key = erp.bigrams(words);
set local session_replication_role = replica;
insert into erp.party (company_id, code, name, name_zh, is_customer, sort_key)
select c.id, 'BC' || lpad(i::text, 4, '0'), 'Customer ' || i, '客户' || i, true, 'ke hu ' || i
from erp.company c, generate_series(1, 200) i where c.code = 'BENCH';
insert into erp.party_unit (party_id, org_unit_id)
select p.id, u.id from erp.party p join unit u on u.n = p.id %% 195 where p.code like 'BC%%';
insert into erp.site (company_id, org_unit_id, party_id, code, name, name_zh)
select u.company_id, u.id, (select min(id) from erp.party where code like 'BC%%') + u.n, 'ST' || u.n, 'Site ' || u.n,
       '站点' || u.n
from unit u;
insert into erp.asset (company_id, org_unit_id, site_id, code, name, name_zh, sort_key)
select u.company_id, u.id, s.id, 'BA' || lpad((u.n * 20 + i)::text, 5, '0'), 'Asset ' || i, '设备' || i, 'she bei ' || i
from unit u join erp.site s on s.org_unit_id = u.id, generate_series(0, 19) i;
insert into erp.engineer (company_id, org_unit_id, code, name, name_zh, initials, sort_key)
select u.company_id, u.id, 'BE' || u.n, 'Engineer ' || u.n, '工程师' || u.n, 'E', 'gong cheng shi ' || u.n from unit u;
insert into erp.work_order (company_id, org_unit_id, number, title, title_zh, kind, state, priority, asset_id, site_id,
                            customer_id, engineer_id, planned_minutes, reported_at, due_at, search_key, search_text)
select u.company_id, u.id, 'WO-' || lpad(i::text, 8, '0'), p.en, p.zh,
       (array['corrective', 'preventive', 'inspection'])[1 + i %% 3],
       (array['closed', 'closed', 'closed', 'closed', 'working', 'planned', 'waiting_part'])[1 + i %% 7],
       'P' || (1 + i %% 4),
       a.id + i %% 20, s.id, s.party_id, e.id, 30 + i %% 200, now() - i * interval '1 minute',
       case when i %% 3 > 0 then now() - i * interval '1 minute' + interval '2 days' end,
       p.key || case when i = {rows} / 2 then array['罕见', '罕', '见'] else '{{}}' end,
       p.words || case when i = {rows} / 2 then ' 罕见' else '' end
from generate_series(1, {rows}) i
join unit u on u.n = (i::bigint * 7919 %% 195)
join erp.site s on s.org_unit_id = u.id
join erp.engineer e on e.org_unit_id = u.id
join (select org_unit_id, min(id) as id from erp.asset where code like 'BA%%' group by 1) a on a.org_unit_id = u.id
join phrase p on p.n = i %% 320;
set local session_replication_role = origin;
"""


def make(owner_dsn: str, *, prefix: str, rows: int = 1_000_000) -> None:
    """Fill the installation at `owner_dsn` and make its log-ins, planners of few or many units."""
    connection = psycopg2.connect(owner_dsn)
    try:
        with connection.cursor() as cursor:
            cursor.execute(_FILL.format(rows=rows).replace("%%", "%"))
            for reader, units in READERS.items():
                login = f"{prefix}_bench_{reader}"
                cursor.execute(f'create role "{login}" login password \'{PASSWORD}\' in role "{prefix}_role_planner"')
                cursor.execute(
                    "insert into erp.app_user (company_id, user_name, login, display_name)"
                    " select id, %s, %s, %s from erp.company where code = 'BENCH' returning id",
                    (f"b_{reader}", login, reader),
                )
                user = (cursor.fetchone() or (0,))[0]
                cursor.execute("insert into erp.user_role (user_id, role_key) values (%s, 'planner')", (user,))
                cursor.execute(
                    "insert into erp.user_unit (user_id, org_unit_id)"
                    " select %s, id from erp.org_unit where code = any (%s)",
                    (user, list(units)),
                )
        connection.commit()
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("vacuum (analyze) erp.work_order")
            cursor.execute("analyze")
    finally:
        connection.close()


def login(prefix: str, reader: str) -> str:
    return f"{prefix}_bench_{reader}"
