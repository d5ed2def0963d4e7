"""Counts of the demo's stores: a plan for each, one count posted this morning, one under way. The clerk makes them
through the same functions as at the desk; only what the shelf holds is read from the books.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from psycopg2.extensions import cursor as Cursor
from psycopg2.sql import SQL, Identifier

from desktop.operations.demo.world import World

_LINES = 12
_UNDER_WAY = 5


def make_counts(cursor: Cursor, world: World) -> None:
    """The clerk's branch comes first in the world. Both counts agree with the books, so the ledger stays as it was
    played; their times are the demo's and not those of its making.
    """
    for branch in world.branches.values():
        city, city_zh = branch.cast.city, branch.cast.city_zh
        cursor.execute(
            "insert into erp.count_plan (company_id, org_unit_id, name, name_zh, location_id, every_days_a,"
            " every_days_b, every_days_c, lines_per_count) values (%s, %s, %s, %s, %s, 30, 90, 180, %s)",
            (world.company, branch.warehouse, f"{city} cycle count", f"{city_zh}循环盘点", branch.store, _LINES),
        )
    clerk = one(cursor, "select login from erp.app_user where id = %s", world.users["clerk"])
    store = next(iter(world.branches.values())).store
    plan = one(cursor, "select id from erp.count_plan where location_id = %s", store)
    posted = _begin(cursor, clerk, plan)
    _enter(cursor, clerk, posted, _LINES)
    with acting(cursor, clerk):
        cursor.execute("select api.finish_counting(%s)", (posted,))
        cursor.execute("select api.post_count(%s, %s)", (str(uuid4()), posted))
    _enter(cursor, clerk, _begin(cursor, clerk, plan), _UNDER_WAY)
    cursor.execute("set local session_replication_role = replica")
    cursor.execute(
        "update erp.stock_count set snapshot_at = %(at)s, created_at = %(at)s, updated_at = %(at)s,"
        " posted_at = case when posted_at is not null then %(at)s end",
        {"at": world.this_morning(8)},
    )
    cursor.execute(
        "update erp.stock_count_line set counted_at = %s where counted_at is not null", (world.this_morning(8),)
    )
    cursor.execute("set local session_replication_role = origin")


def _begin(cursor: Cursor, clerk: object, plan: object) -> int:
    with acting(cursor, clerk):
        return int(str(one(cursor, "select api.start_count(%s)", json.dumps({"plan_id": plan}))))


def _enter(cursor: Cursor, clerk: object, count: int, lines: int) -> None:
    """The shelf holds what the books say."""
    cursor.execute(
        "select id, snapshot_quantity from erp.stock_count_line where count_id = %s order by line_no limit %s",
        (count, lines),
    )
    entries = [{"line_id": line, "quantity": str(quantity)} for line, quantity in cursor.fetchall()]
    with acting(cursor, clerk):
        cursor.execute("select api.enter_count(%s, %s)", (count, json.dumps(entries)))


@contextmanager
def acting(cursor: Cursor, login: object) -> Iterator[None]:
    """What is done in the block is done by the person with that log-in."""
    cursor.execute(SQL("set local session authorization {}").format(Identifier(str(login))))
    yield
    cursor.execute("reset session authorization")


def one(cursor: Cursor, query: str, *values: object) -> object:
    cursor.execute(query, values)
    return cursor.fetchone()[0]  # type: ignore[index]
