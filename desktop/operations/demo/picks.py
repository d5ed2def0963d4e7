"""A walk under way in the clerk's store: some planned orders on one pick list, the first bins done, one bin short.

The clerk makes it through the same functions as at the desk; nothing is issued yet: the ledger stays as it was played.
"""

from __future__ import annotations

import json

from psycopg2.extensions import cursor as Cursor

from desktop.operations.demo.counts import acting
from desktop.operations.demo.world import World

_ORDERS = 4
_FETCHED = 3


def make_picks(cursor: Cursor, world: World) -> None:
    """The order of the guide stays off the list: its parts are issued by hand at the desk."""
    cursor.execute("select login from erp.app_user where id = %s", (world.users["clerk"],))
    clerk = cursor.fetchone()[0]  # type: ignore[index]
    warehouse = next(iter(world.branches.values())).warehouse
    cursor.execute(
        "select w.id from erp.work_order w where w.asset_id <> 1 and w.state in ('planned', 'dispatched', 'accepted')"
        " and exists (select from erp.reservation r where r.work_order_id = w.id and r.state = 'open'"
        " and r.org_unit_id = %s) order by w.planned_start nulls last, w.id limit %s",
        (warehouse, _ORDERS),
    )
    orders = [row[0] for row in cursor.fetchall()]
    if not orders:
        return
    with acting(cursor, clerk):
        cursor.execute("select api.start_picks(%s)", (json.dumps({"order_ids": orders, "reserve": False}),))
        made = cursor.fetchone()[0][0]  # type: ignore[index]
    cursor.execute("select id, quantity from erp.pick_line where pick_list_id = %s order by line_no", (made,))
    lines = cursor.fetchall()
    taken = [{"line_id": line, "quantity": str(quantity)} for line, quantity in lines[:_FETCHED]]
    if len(lines) > _FETCHED:
        taken.append({"line_id": lines[_FETCHED][0], "quantity": "0", "short_reason": "missing"})
    with acting(cursor, clerk):
        cursor.execute("select api.enter_pick(%s, %s)", (made, json.dumps(taken)))
    cursor.execute("set local session_replication_role = replica")
    at = world.this_morning(8)
    cursor.execute("update erp.pick_list set created_at = %s, updated_at = %s", (at, at))
    cursor.execute("update erp.pick_line set picked_at = %s where picked_at is not null", (at,))
    cursor.execute("set local session_replication_role = origin")
