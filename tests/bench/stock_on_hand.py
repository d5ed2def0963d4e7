"""Stock on hand of 2,000 items while the ledger grows: balances under row-level security beside summing the moves."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import psycopg2

from tests.stock_world import World, make_world

ITEMS = 2000
# OUTPOST_MOVES=10000,10000000 measures other sizes.
SIZES = tuple(int(size) for size in os.environ.get("OUTPOST_MOVES", "10000,100000,1000000").split(","))
_ROUNDS = 15

_GROW = """
insert into erp.stock_move (company_id, from_org_unit_id, to_org_unit_id, document_id, line_no, item_id,
    from_location_id, to_location_id, quantity, entered_quantity, entered_uom, unit_cost, amount, effective_at,
    posted_at, posted_by)
select %(company)s, %(branch)s, %(branch)s, %(document)s, n, (%(items)s::bigint[])[1 + n %% %(count)s],
    %(from)s, %(to)s, 1, 1, 'pc', 10, 10, now() - n * interval '10 s', now() - n * interval '10 s', 0
from generate_series(%(first)s::integer, %(last)s::integer) n
"""
_BALANCES = """
insert into erp.stock_balance as b (company_id, org_unit_id, item_id, location_id, quantity)
select company_id, to_org_unit_id, item_id, to_location_id, sum(quantity) from erp.stock_move group by 1, 2, 3, 4
on conflict on constraint stock_balance_key do update set quantity = excluded.quantity
"""
ALL = "select item_id, sum(quantity), sum(reserved) from erp.stock_balance group by item_id"
ONE = "select sum(quantity), sum(reserved) from erp.stock_balance where item_id = %s"
PANE = "select api.part_overview(%s)"
SUMMED = """
select m.item_id, sum(m.quantity)
from erp.stock_move m
join erp.stock_location l on l.id = m.to_location_id and l.stocked
group by m.item_id
"""


def _grow(cursor: Any, world: World, first: int, last: int) -> None:
    cursor.execute("set session_replication_role = replica")
    cursor.execute(
        "insert into erp.stock_document (company_id, org_unit_id, document_type, number, effective_at, posted_by)"
        " values (%s, %s, 'opening', %s, now(), 0) returning id",
        (world.company, world.branch, f"OPN-{first}"),
    )
    cursor.execute("select id from erp.stock_location where kind = 'opening' and company_id = %s", (world.company,))
    opening = cursor.fetchone()[0]
    cursor.execute("select max(id) from erp.stock_document")
    values = {
        "company": world.company, "branch": world.branch, "document": cursor.fetchone()[0], "items": list(world.items),
        "count": len(world.items), "from": opening, "to": world.bins[0], "first": first, "last": last,
    }  # fmt: skip
    cursor.execute(_GROW, values)
    cursor.execute(_BALANCES)
    cursor.execute("set session_replication_role = origin")
    cursor.execute("vacuum analyze erp.stock_move, erp.stock_balance")


def _median_ms(cursor: Any, sql: str, values: tuple[object, ...] = (), rounds: int = _ROUNDS) -> float:
    taken = []
    for _ in range(rounds):
        before = time.perf_counter()
        cursor.execute(sql, values or None)
        cursor.fetchall()
        taken.append((time.perf_counter() - before) * 1000)
    return round(statistics.median(taken), 3)


def measure(owner_dsn: str, clerk_dsn: Callable[[World], str], *, sizes: tuple[int, ...] = SIZES) -> dict[str, Any]:
    """Per size of the ledger: all items, one item, the whole pane of one part, and the same by summing the moves."""
    owner = psycopg2.connect(owner_dsn)
    owner.autocommit = True
    rows: dict[str, dict[str, float]] = {}
    with owner.cursor() as cursor:
        cursor.execute("begin")
        world = make_world(cursor, items=ITEMS, prefix="shelf")
        cursor.execute("commit")
        clerk = psycopg2.connect(clerk_dsn(world))
        clerk.autocommit = True
        first = 1
        for size in sizes:
            _grow(cursor, world, first, size)
            first = size + 1
            with clerk.cursor() as reading:
                one = (world.items[7],)
                rows[str(size)] = {
                    "all_items_ms": _median_ms(reading, ALL),
                    "one_item_ms": _median_ms(reading, ONE, one),
                    "part_pane_ms": _median_ms(reading, PANE, one),
                    "summing_the_moves_ms": _median_ms(cursor, SUMMED, rounds=3),
                }
        clerk.close()
    owner.close()
    small, large = rows[str(sizes[0])], rows[str(sizes[-1])]
    return {
        "items": len(world.items),
        "by_moves": rows,
        "growth": round(large["all_items_ms"] / small["all_items_ms"], 2),
        "ratio_to_summing": round(large["summing_the_moves_ms"] / large["all_items_ms"], 1),
        "goals": {"growth": 1.2, "all_items_ms": 30, "one_item_ms": 1},
    }
