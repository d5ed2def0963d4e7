"""What finance did to the demo's stock: a part valued in layers, freight that came late, a write-down of slow stock."""

from __future__ import annotations

import json
from uuid import uuid4

from psycopg2.extensions import cursor as Cursor

from desktop.operations.demo.counts import acting, one
from desktop.operations.demo.world import World

_DELIVERIES = ((12, "41.00"), (8, "44.50"))


def make_values(cursor: Cursor, world: World) -> None:
    """By the functions that the desk and finance call; the new part belongs to the whole company."""
    branch = next(iter(world.branches.values()))
    cursor.execute(
        "insert into erp.item (company_id, org_unit_id, code, name, name_zh, category, uom, standard_cost, valuation)"
        " values (%s, %s, 'FLT-CAB-1180', 'Cabinet filter mat 1180', '控制柜过滤棉 1180', 'Filters', 'pc', 42, 'fifo')"
        " returning id",
        (world.company, world.root),
    )
    item = int(cursor.fetchone()[0])  # type: ignore[index]
    place = one(
        cursor,
        "select l.id from erp.stock_location l where l.org_unit_id = %s and l.kind = 'bin' order by l.code limit 1",
        branch.warehouse,
    )
    for quantity, price in _DELIVERIES:
        line = {"item_id": item, "to_location_id": place, "quantity": quantity, "unit_cost": price}
        cursor.execute(
            "select api.post_stock(%s, %s)", (str(uuid4()), json.dumps({"type": "receipt", "lines": [line]}))
        )
    out = {"item_id": item, "from_location_id": place, "quantity": 5, "reason": "Tried on site"}
    cursor.execute("select api.post_stock(%s, %s)", (str(uuid4()), json.dumps({"type": "adjustment", "lines": [out]})))
    receipt = one(cursor, "select min(move_id) from erp.stock_layer where item_id = %s", item)
    finance = one(cursor, "select login from erp.app_user where id = %s", world.users["finance"])
    with acting(cursor, finance):
        change = {"move_id": receipt, "amount": "24.00", "reason": "Freight of the delivery"}
        cursor.execute("select api.post_revaluation(%s, %s)", (str(uuid4()), json.dumps(change)))
    _date(cursor, world, item)


def _date(cursor: Cursor, world: World, item: int) -> None:
    """The times are the demo's and not those of its making: the same day gives the same company."""
    at = world.this_morning(9)
    cursor.execute("set local session_replication_role = replica")
    for statement in (
        "update erp.stock_document d set posted_at = %(at)s, effective_at = %(at)s from erp.stock_move m"
        " where m.document_id = d.id and m.item_id = %(item)s",
        "update erp.stock_move set posted_at = %(at)s, effective_at = %(at)s where item_id = %(item)s",
        "update erp.stock_balance set changed_at = %(at)s where item_id = %(item)s",
        "update erp.stock_layer set effective_at = %(at)s where item_id = %(item)s",
        "update erp.stock_value_entry set posted_at = %(at)s, effective_at = %(at)s where item_id = %(item)s",
    ):
        cursor.execute(statement, {"at": at, "item": item})
    cursor.execute("set local session_replication_role = origin")
