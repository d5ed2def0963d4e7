"""Tracking in the demo: packs, substitutes, pieces built into machines, expiry dates, stock that is blocked, not ours
or on its way. What a person does at the desk is done by the demo's clerk through the same functions.
"""

from __future__ import annotations

import datetime as dt
import json
from uuid import uuid4

from psycopg2.extensions import cursor as Cursor

from desktop.operations.demo.counts import acting, one
from desktop.operations.demo.world import World

_FREE = (
    "select b.id, b.item_id, b.location_id from erp.stock_balance b"
    " join erp.item i on i.id = b.item_id and i.tracking = 'none'"
    " join erp.stock_location l on l.id = b.location_id and l.kind = 'bin'"
    " where b.org_unit_id = %s and b.condition = 'good' and b.quantity - b.reserved >= 6 and b.owner_id is null"
    " and not exists (select from erp.stock_count_line c where c.item_id = b.item_id)"
    " order by b.item_id, b.id limit 8"
)
_PACKS = (
    "insert into erp.item_uom (company_id, item_id, uom, factor, usage, barcode)"
    " select i.company_id, i.id, 'box', case when i.standard_cost < 20 then 50 else 10 end,"
    " case when i.id %% 3 = 0 then 'purchase' else 'both' end, '69' || lpad(i.id::text, 11, '0')"
    " from erp.item i where i.uom = 'pc' and i.tracking = 'none' and i.standard_cost < 200"
    " order by i.id limit 24"
)
_SUBSTITUTES = (
    "insert into erp.item_substitute (item_id, substitute_id)"
    " select a.id, b.id from erp.item a join erp.item b on b.company_id = a.company_id and ("
    # A gasket of the better rubber in the same size, and what the makers name.
    " b.code = replace(a.code, 'GSK-NBR-', 'GSK-FKM-') and a.code like 'GSK-NBR-%' or (a.code, b.code) in ("
    "('SEP-OIL-7520', 'SEP-OIL-7710'), ('BLT-XPB-2500', 'BLT-XPB-2360'), ('FLT-AIR-7502', 'FLT-AIR-11002')))"
    " order by a.id, b.id limit 16 on conflict do nothing"
)
_INSTALL = (
    "with out as ("
    " select distinct on (m.lot_id) m.lot_id, w.asset_id, w.id as work_order_id, m.effective_at, m.posted_by,"
    " a.company_id, a.org_unit_id"
    " from erp.stock_move m join erp.lot t on t.id = m.lot_id and t.state = 'issued'"
    " join erp.work_order w on w.id = m.work_order_id join erp.asset a on a.id = w.asset_id"
    " where m.lot_id %% 7 <> 0 order by m.lot_id, m.id desc),"
    " noted as (insert into erp.lot_event (company_id, org_unit_id, lot_id, kind, asset_id, work_order_id,"
    " effective_at, posted_at, posted_by)"
    " select company_id, org_unit_id, lot_id, 'installed', asset_id, work_order_id, effective_at + interval '2 hours',"
    " effective_at + interval '2 hours', posted_by from out returning lot_id, asset_id)"
    " update erp.lot t set state = 'installed', asset_id = n.asset_id from noted n where t.id = n.lot_id"
)
_DATES = (
    "update erp.lot t set expires_on = %s::date + (t.id %% 11 - 1)::integer * 25 - (t.id %% 5)::integer"
    " from erp.item i where i.id = t.item_id and i.tracking = 'lot' and exists ("
    " select from erp.stock_balance b where b.item_id = t.item_id and b.lot_id = t.id and b.quantity > b.reserved)"
    " and not exists (select from erp.stock_balance b where b.lot_id = t.id and b.reserved > 0)"
)


def make_tracking(cursor: Cursor, world: World) -> None:
    """The first branch is that of the demo's clerk."""
    cursor.execute(_PACKS, ())
    cursor.execute(_SUBSTITUTES)
    cursor.execute("select erp.settle_serials()")
    cursor.execute(_INSTALL, ())
    cursor.execute(_DATES, (world.today,))
    branch, other = list(world.branches.values())[:2]
    clerk = one(cursor, "select login from erp.app_user where id = %s", world.users["clerk"])
    before = one(cursor, "select max(id) from erp.stock_move")
    cursor.execute(_FREE, (branch.warehouse,))
    free = cursor.fetchall()
    if len(free) < 8:
        return
    with acting(cursor, clerk):
        for (balance, _, _), condition, reason in zip(
            free, ("quarantine", "quarantine", "bad"), ("包装破损，待检", "No certificate", "螺纹损坏"), strict=False
        ):
            _change(cursor, balance, condition, reason)
    _send_on(cursor, world, clerk, free[3:5], other.store)
    _keep_for_others(cursor, world, clerk, free[5:])
    _keep_at_the_desk(cursor, world, clerk)
    _repair(cursor, world, clerk, branch.warehouse)
    _date(cursor, world, before)


def _date(cursor: Cursor, world: World, before: object) -> None:
    """The times are the demo's and not those of its making: the same day gives the same company."""
    times = {"at": world.this_morning(9), "before": before}
    cursor.execute("set local session_replication_role = replica")
    cursor.execute(
        "update erp.stock_document d set posted_at = %(at)s, effective_at = %(at)s"
        " where exists (select from erp.stock_move m where m.document_id = d.id and m.id > %(before)s)",
        times,
    )
    cursor.execute("update erp.stock_move set posted_at = %(at)s, effective_at = %(at)s where id > %(before)s", times)
    cursor.execute("update erp.stock_balance set changed_at = %(at)s where changed_at = now()", times)
    cursor.execute("update erp.lot_event set posted_at = %(at)s, effective_at = %(at)s where posted_at = now()", times)
    cursor.execute("set local session_replication_role = origin")


def _change(cursor: Cursor, balance: int, condition: str, reason: str) -> None:
    document = {"to_condition": condition, "reason": reason, "lines": [{"balance_id": balance, "quantity": 2}]}
    cursor.execute("select api.change_condition(%s, %s)", (str(uuid4()), json.dumps(document)))


def _send_on(cursor: Cursor, world: World, clerk: object, rows: list[tuple[int, int, int]], target: int) -> None:
    """Two parts on their way to the next branch."""
    lines = [
        {"item_id": item, "from_location_id": place, "to_location_id": target, "quantity": 3} for _, item, place in rows
    ]
    with acting(cursor, clerk):
        _post(cursor, {"type": "transfer", "reason": "支援兄弟分公司", "lines": lines})


def _keep_for_others(cursor: Cursor, world: World, clerk: object, rows: list[tuple[int, int, int]]) -> None:
    """A supplier's consignment and a customer's own part, both of nobody's value here."""
    unit = next(iter(world.branches.values())).unit
    query = (
        "select p.id from erp.party p join erp.party_unit u on u.party_id = p.id and u.org_unit_id = %s"
        " where p.is_supplier = %s and p.is_customer <> %s order by p.id limit 1"
    )
    for (_, item, place), supplies, quantity in zip(rows, (True, False), (20, 2), strict=False):
        cursor.execute(query, (unit, supplies, supplies))
        found = cursor.fetchone()
        if found is not None:
            line = {"item_id": item, "to_location_id": place, "owner_id": found[0], "quantity": quantity}
            with acting(cursor, clerk):
                _post(cursor, {"type": "receipt", "reason": "寄售" if supplies else "客供件", "lines": [line]})


_AT_THE_DESK = """
    select i.id, b.location_id, p.id, i.standard_cost
    from erp.item i
    join erp.stock_balance b on b.item_id = i.id and b.org_unit_id = %(unit)s and b.condition = 'good'
        and b.owner_id is null
    join erp.party p on p.id = case when %(consigned)s then (
        select s.id from erp.party s join erp.party_unit u on u.party_id = s.id and u.org_unit_id = %(branch)s
        where s.is_supplier and not s.is_customer order by s.id limit 1) else (
        select w.customer_id from erp.work_order w
        where w.state = 'working' and exists (
            select from erp.reservation r where r.work_order_id = w.id and r.org_unit_id = %(unit)s)
        order by w.id limit 1) end
    where i.code = %(code)s
    order by b.quantity desc, b.id limit 1
"""


def _keep_at_the_desk(cursor: Cursor, world: World, clerk: object) -> None:
    """Sensors that a supplier keeps with us at an agreed price, and separators of the customer whose order is open."""
    branch = next(iter(world.branches.values()))
    for code, consigned, quantity in (("SNS-PT100-6", True, 30), ("SEP-OIL-7520", False, 2)):
        values = {"unit": branch.warehouse, "branch": branch.unit, "code": code, "consigned": consigned}
        cursor.execute(_AT_THE_DESK, values)
        found = cursor.fetchone()
        if found is None:
            continue
        item, place, owner, cost = found
        if consigned:
            cursor.execute(
                "insert into erp.supplier_price (company_id, org_unit_id, item_id, supplier_id, unit_price, valid_from)"
                " select %s, %s, %s, %s, %s, %s where not exists (select from erp.supplier_price s"
                " where s.item_id = %s and s.supplier_id = %s)",
                (world.company, branch.unit, item, owner, cost, world.today - dt.timedelta(days=90), item, owner),
            )
        line = {"item_id": item, "to_location_id": place, "owner_id": owner, "quantity": quantity}
        with acting(cursor, clerk):
            _post(cursor, {"type": "receipt", "reason": "寄售" if consigned else "客供件", "lines": [line]})


def _repair(cursor: Cursor, world: World, clerk: object, unit: int) -> None:
    """One piece is away to be repaired."""
    cursor.execute(
        "select t.id, i.supplier_id from erp.lot t join erp.item i on i.id = t.item_id and i.tracking = 'serial'"
        " join erp.stock_balance b on b.item_id = t.item_id and b.lot_id = t.id and b.quantity > b.reserved"
        " where b.org_unit_id = %s and t.state = 'in_stock' order by t.id limit 1",
        (unit,),
    )
    found = cursor.fetchone()
    if found is not None:
        due = world.today + dt.timedelta(days=12)
        with acting(cursor, clerk):
            cursor.execute("select api.send_to_repair(%s, %s, null, %s, %s)", (str(uuid4()), found[0], due, "密封泄漏"))


def _post(cursor: Cursor, document: dict[str, object]) -> None:
    cursor.execute("select api.post_stock(%s, %s)", (str(uuid4()), json.dumps(document)))
