"""Planning over many rows: the list of suggestions, who has his parts, and the parts demand of the weeks ahead.

Each figure is the median of some runs in milliseconds; lists are asked by a manager of the whole company through
row-level security, the suggestions also without their index.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import psycopg2

from db.session import Database
from desktop.lists.all_lists import list_for
from desktop.lists.query import ListQuery
from desktop.lists.spec import Sort
from desktop.operations.lists import source_for
from tests.stock_world import World, make_world

PLANS = (10_000, 100_000)
ORDERS = (5_000, 50_000)
ITEMS = 2_000
PAGE = 200
_ROUNDS = 7

_ITEMS = """
insert into erp.item (company_id, org_unit_id, code, name, standard_cost)
select %(company)s, (select org_unit_id from erp.item where id = %(first)s), 'MANY-' || lpad(n::text, 6, '0'),
    'Many ' || n, 10
from generate_series(%(from)s::integer, %(to)s::integer) n
"""
_PLANS = """
insert into erp.item_plan (company_id, org_unit_id, item_id, until, months, demand, monthly, deviation, pattern,
    moving_average, croston, sba, method, forecast, typical_size, lead_time_days, service_level, safety_quantity,
    cover_months, suggested_min, suggested_max, annual_quantity, annual_amount, on_hand, stock_value, idle_days,
    ageing, why, why_zh)
select %(company)s, %(branch)s, i.id, current_date, 24, n %% 90, n %% 9, 1, 'smooth', n %% 9, 0, 0, 'moving_average',
    n %% 9, 1, 14, 0.95, 2, 1, n %% 7, n %% 7 + 5, n %% 90, (n * 7919) %% 100003, 3, 30, n %% 700,
    'active', 'why', 'why'
from (select i.id, row_number() over (order by i.id) as n from erp.item i where i.code like 'MANY-%%') i (id, n)
on conflict on constraint item_plan_key do nothing
"""
_STOCK = """
insert into erp.stock_balance (company_id, org_unit_id, item_id, location_id, quantity, reserved)
select %(company)s, %(branch)s, i.id, %(bin)s, 40 + i.id %% 30, 0
from (select id from erp.item where code like 'MANY-%%' order by id limit %(items)s) i
on conflict do nothing
"""
_BUYING = """
with head as (
    insert into erp.purchase_order (company_id, org_unit_id, number, supplier_id, state, ordered_on, promised_on)
    select %(company)s, %(branch)s, 'PO-B-' || n, %(supplier)s, 'ordered', current_date - 5, current_date + n
    from generate_series(1, 60) n returning id)
insert into erp.purchase_order_line (purchase_order_id, line_no, item_id, quantity, unit_price)
select h.id, l.nr, l.id, 20, 10
from (select id, row_number() over (order by id) as nr from head) h
join (select id, row_number() over (order by id) as nr from
    (select id from erp.item where code like 'MANY-%%' order by id limit %(items)s) x) l on l.nr %% 60 = h.nr - 1
"""
_ORDERS = """
with made as (
    insert into erp.work_order (company_id, org_unit_id, number, title, state, reported_at, planned_start)
    select %(company)s, %(branch)s, 'WO-B-' || n, 'Job ' || n, 'planned', now(),
        now() + (n * 7919 %% 80) * interval '1 day'
    from generate_series(%(from)s::integer, %(to)s::integer) n returning id)
insert into erp.work_order_part (work_order_id, item_id, quantity)
select m.id, i.id, 1 + (m.id + k) %% 3
from made m
cross join generate_series(0, 1) k
join (select id, row_number() over (order by id) - 1 as nr from
    (select id from erp.item where code like 'MANY-%%' order by id limit %(items)s) x) i
    on i.nr = (m.id * 31 + k * 977) %% %(items)s
"""


def _median_ms(ask: Callable[[], object], rounds: int = _ROUNDS) -> float:
    taken = []
    for _ in range(rounds):
        before = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - before) * 1000)
    return round(statistics.median(taken), 1)


def _list_ms(database: Database, key: str, *sort: Sort) -> float:
    """The first page of a list, as its page asks for it."""
    spec = list_for(key)
    columns = tuple(column.key for column in spec.columns if column.shown)
    source = source_for(database, spec, "en")
    query = ListQuery(columns, sort=sort or spec.sort)
    return _median_ms(lambda: source.rows(query, group=(), start=0, limit=PAGE))


def _manager(cursor: Any, world: World) -> str:
    """The clerk of the small world becomes a manager of the whole company."""
    cursor.execute("select u.id from erp.app_user u where u.login = %s", (world.login,))
    user = cursor.fetchone()[0]
    cursor.execute("insert into erp.user_role (user_id, role_key) values (%s, 'manager')", (user,))
    cursor.execute("select format('grant %%I to %%I', erp.role_name('manager'), %s::text)", (world.login,))
    cursor.execute(cursor.fetchone()[0])
    cursor.execute(
        "insert into erp.user_unit (user_id, org_unit_id) select %s, id from erp.org_unit where parent_id is null"
        " on conflict do nothing",
        (user,),
    )
    return world.login


def measure(owner_dsn: str, reader_dsn: Callable[[World], str]) -> dict[str, Any]:
    owner = psycopg2.connect(owner_dsn)
    owner.autocommit = True
    found: dict[str, Any] = {"suggestions_ms": {}, "open_orders_ms": {}}
    with owner.cursor() as cursor:
        cursor.execute("begin")
        world = make_world(cursor, prefix="plan")
        _manager(cursor, world)
        cursor.execute("commit")
        values: dict[str, Any] = {
            "company": world.company, "branch": world.branch, "first": world.items[0], "bin": world.bins[0],
            "supplier": world.supplier, "items": ITEMS, "from": 1,
        }  # fmt: skip
        reader = Database(reader_dsn(world))
        try:
            for size in PLANS:
                _grow(cursor, {**values, "to": size}, _ITEMS, _PLANS)
                values["from"] = size + 1
                found["suggestions_ms"][f"{size:,}"] = _suggestions(cursor, reader)
            values["from"] = 1
            _grow(cursor, values, _STOCK, _BUYING)
            for size in ORDERS:
                _grow(cursor, {**values, "to": size}, _ORDERS)
                values["from"] = size + 1
                found["open_orders_ms"][f"{size:,}"] = _orders(cursor, reader)
        finally:
            reader.close()
    owner.close()
    return found


def _grow(cursor: Any, values: dict[str, Any], *statements: str) -> None:
    cursor.execute("set session_replication_role = replica")
    for statement in statements:
        cursor.execute(statement, values)
    cursor.execute("set session_replication_role = origin")
    cursor.execute("vacuum analyze")


def _suggestions(cursor: Any, reader: Database) -> dict[str, float]:
    found = {"list": _list_ms(reader, "suggestions")}
    cursor.execute("drop index erp.item_plan_cents_idx")
    found["without_index"] = _list_ms(reader, "suggestions")
    cursor.execute("create index item_plan_cents_idx on erp.item_plan (annual_cents, id) include (org_unit_id)")
    return found


def _orders(cursor: Any, reader: Database) -> dict[str, float]:
    def asked(sql: str) -> Callable[[], object]:
        def ask() -> object:
            cursor.execute(sql)
            return cursor.fetchall()

        return ask

    cursor.execute("select api.refresh_readiness()")
    cursor.execute("analyze erp.order_readiness")
    return {
        "list": _list_ms(reader, "work_orders"),
        "list_by_signal": _list_ms(reader, "work_orders", Sort("parts_ready")),
        "all_signals": _median_ms(asked("select api.refresh_readiness()"), 3),
        "one_signal": _median_ms(asked("select * from api.parts_ready(array(select max(id) from erp.work_order))"), 3),
        "part_plan": _median_ms(asked("select * from api.part_plan(null, 12)"), 3),
    }
