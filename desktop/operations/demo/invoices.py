"""The demo's invoices: a year of receipts invoiced nine days later, what is younger still accrued, and a few papers on
finance's desk: one that agrees, one at another price, one that asks for more than came.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from psycopg2.extensions import cursor as Cursor
from psycopg2.sql import SQL, Identifier

from desktop.operations.demo.world import World

_AGE = 40
"""Days after which a receipt is invoiced in the history."""

_HISTORY = """
    with invoiced as (
        select o.id, o.company_id, o.org_unit_id, o.number, o.supplier_id, max(p.received_on) + 9 as day,
               sum(p.open_amount + round(p.open_amount * l.tax_rate, 2)) as gross
        from erp.purchase_order o
        join erp.purchase_order_line l on l.purchase_order_id = o.id
        join erp.grni_position p on p.purchase_line_id = l.id
        group by o.id
        having max(p.received_on) < %(today)s - %(age)s and min(p.open_quantity) > 0),
    numbered as (
        select i.*, row_number() over (partition by to_char(i.day, 'YYMM') order by i.day, i.id) as place
        from invoiced i)
    insert into erp.supplier_invoice (company_id, org_unit_id, number, supplier_id, invoice_number, invoice_date,
        due_on, gross, state, touches, matched_at, posted_at, posted_by, created_at, updated_at, source, source_key)
    select n.company_id, n.org_unit_id, 'SIN-' || to_char(n.day, 'YYMM') || '-' || lpad(n.place::text, 4, '0'),
           n.supplier_id, to_char(n.day, 'YYMM') || lpad((n.id %% 100000)::text, 5, '0'), n.day, n.day + 30, n.gross,
           'posted', case when n.id %% 6 = 0 then 1 else 0 end, n.day + time '15:00', n.day + time '15:00', %(finance)s,
           n.day + time '14:30', n.day + time '15:00', 'demo', n.number
    from numbered n
"""
_LINES = """
    insert into erp.supplier_invoice_line (invoice_id, line_no, purchase_line_id, item_id, quantity, unit_price, net,
        tax_rate, expected_quantity, expected_price)
    select i.id, l.line_no, l.id, l.item_id, sum(p.open_quantity), round(sum(p.open_amount) / sum(p.open_quantity), 4),
           sum(p.open_amount), l.tax_rate, sum(p.open_quantity), l.unit_price
    from erp.supplier_invoice i
    join erp.purchase_order o on o.company_id = i.company_id and o.number = i.source_key
    join erp.purchase_order_line l on l.purchase_order_id = o.id
    join erp.grni_position p on p.purchase_line_id = l.id
    where i.source = 'demo'
    group by i.id, l.id
"""
_CLEARED = """
    insert into erp.grni_entry (company_id, org_unit_id, position_id, kind, quantity, amount, source_table, source_id,
        booked_on, posted_at, posted_by)
    select p.company_id, p.org_unit_id, p.id, 'invoice', -p.open_quantity, -p.open_amount, 'supplier_invoice_line',
           x.id, i.invoice_date, i.posted_at, %(finance)s
    from erp.supplier_invoice i
    join erp.supplier_invoice_line x on x.invoice_id = i.id
    join erp.grni_position p on p.purchase_line_id = x.purchase_line_id
    where i.source = 'demo'
"""
_CLOSED = (
    "update erp.grni_position p set invoiced_quantity = p.open_quantity, open_quantity = 0, open_amount = 0"
    " from erp.supplier_invoice_line x join erp.supplier_invoice i on i.id = x.invoice_id and i.source = 'demo'"
    " where p.purchase_line_id = x.purchase_line_id",
    "update erp.purchase_order_line l set invoiced = x.quantity"
    " from erp.supplier_invoice_line x join erp.supplier_invoice i on i.id = x.invoice_id and i.source = 'demo'"
    " where l.id = x.purchase_line_id",
    "update erp.supplier_invoice set source = null, source_key = null where source = 'demo'",
)
_RECENT = """
    select o.number, s.code, array_agg(json_build_array(i.code, p.open_quantity, l.unit_price) order by l.line_no)
    from erp.grni_position p
    join erp.purchase_order_line l on l.id = p.purchase_line_id
    join erp.purchase_order o on o.id = l.purchase_order_id
    join erp.party s on s.id = o.supplier_id
    join erp.item i on i.id = l.item_id
    where o.org_unit_id in (select c.descendant_id from erp.org_unit_closure c where c.ancestor_id = %s)
      and p.open_quantity > 0
    group by o.id, s.code
    order by max(p.received_on) desc, o.id
    limit 3
"""


_DAMAGED = """
    select m.id, m.item_id, m.to_location_id, m.lot_id
    from erp.grni_position p
    join erp.stock_move m on m.id = p.id
    join erp.purchase_order_line l on l.id = p.purchase_line_id
    join erp.item i on i.id = m.item_id and i.tracking = 'none'
    join erp.stock_balance b on b.item_id = m.item_id and b.location_id = m.to_location_id and b.condition = 'good'
        and b.owner_id is null and b.lot_id is not distinct from m.lot_id
    where p.open_quantity = p.quantity and p.quantity >= 4 and b.quantity - b.reserved >= 6
      and m.to_org_unit_id in (select c.descendant_id from erp.org_unit_closure c where c.ancestor_id = %(unit)s)
      and l.purchase_order_id <> all (select x.purchase_order_id from erp.supplier_invoice_line y
                                      join erp.purchase_order_line x on x.id = y.purchase_line_id)
    order by p.received_on desc, m.id
    limit 2
"""


_DATED = (
    "update erp.stock_document d set posted_at = %(at)s, effective_at = %(at)s"
    " where exists (select from erp.stock_move m where m.document_id = d.id and m.id > %(before)s)",
    "update erp.stock_move set posted_at = %(at)s, effective_at = %(at)s where id > %(before)s",
    "update erp.stock_balance set changed_at = %(at)s where changed_at = now()",
)
"""The times are the demo's and not those of its making: the same day gives the same company."""


def make_invoices(cursor: Cursor, world: World) -> None:
    """After the ledger was played: accrue it, invoice its older part, and leave three papers to be looked at."""
    facts = {"today": world.today, "age": _AGE, "finance": world.users["finance"]}
    cursor.execute("set local session_replication_role = replica")
    cursor.execute("select erp.accrue_history(%s)", (world.company,))
    for statement in (_HISTORY, _LINES, _CLEARED):
        cursor.execute(statement, facts)
    for statement in _CLOSED:
        cursor.execute(statement)
    cursor.execute("set local session_replication_role = origin")
    branch = next(iter(world.branches.values()))
    cursor.execute(
        "insert into erp.receiving_rule (company_id, org_unit_id, supplier_id, inspection, over_receipt, note)"
        " select company_id, %s, id, 'visual', 0.02, '新供应商，到货须检验' from erp.party"
        " where is_supplier order by code limit 1",
        (world.root,),
    )
    cursor.execute(_RECENT, (branch.unit,))
    _enter(cursor, world, cursor.fetchall())
    cursor.execute(_DAMAGED, {"unit": branch.unit})
    damaged = cursor.fetchall()
    cursor.execute("select max(id) from erp.stock_move")
    before = cursor.fetchone()[0]  # type: ignore[index]
    _send_back(cursor, world, damaged)
    times = {"at": world.this_morning(10), "before": before}
    cursor.execute("set local session_replication_role = replica")
    for statement in _DATED:
        cursor.execute(statement, times)
    cursor.execute("set local session_replication_role = origin")


def _send_back(cursor: Cursor, world: World, receipts: Sequence[tuple[int, int, int, int | None]]) -> None:
    """Two deliveries had damaged pieces: they went back to the supplier with their note."""
    cursor.execute("select login from erp.app_user where id = %s", (world.users["clerk"],))
    login = cursor.fetchone()[0]  # type: ignore[index]
    cursor.execute(SQL("set local session authorization {}").format(Identifier(str(login))))
    for place, (move, item, location, lot) in enumerate(receipts):
        line = {"item_id": item, "from_location_id": location, "lot_id": lot, "quantity": 1 + place,
                "returns_move_id": move, "reason": ("外壳破损", "包装进水")[place]}  # fmt: skip
        document = {"type": "supplier_return", "reason": "到货不合格", "lines": [line]}
        cursor.execute("select api.post_stock(gen_random_uuid(), %s)", (json.dumps(document, ensure_ascii=False),))
    cursor.execute("reset session authorization")


def _enter(cursor: Cursor, world: World, orders: Sequence[tuple[str, str, list[list[object]]]]) -> None:
    """The first paper agrees, the second is dearer by a quarter, the third asks for two pieces more."""
    cursor.execute("select login from erp.app_user where id = %s", (world.users["finance"],))
    login = cursor.fetchone()[0]  # type: ignore[index]
    cursor.execute(SQL("set local session authorization {}").format(Identifier(str(login))))
    for place, (number, supplier, parts) in enumerate(orders):
        dearer, more = Decimal("1.25") if place == 1 else Decimal(1), 2 if place == 2 else 0
        lines, gross = [], Decimal(0)
        for item, quantity, price in parts:
            wanted = Decimal(str(quantity)) + more
            at = (Decimal(str(price)) * dearer).quantize(Decimal("0.0001"), ROUND_HALF_UP)
            net = (wanted * at).quantize(Decimal("0.01"), ROUND_HALF_UP)
            gross += net + (net * Decimal("0.13")).quantize(Decimal("0.01"), ROUND_HALF_UP)
            line = {"order": number, "item": item, "quantity": wanted, "unit_price": at, "net": net}
            lines.append(line)
        document = {
            "supplier": supplier,
            "invoice_number": f"{world.today:%y%m}{88001 + place}",
            "invoice_date": world.today,
            "due_on": world.today,
            "gross": gross,
            "lines": lines,
        }
        cursor.execute("select api.enter_supplier_invoice(%s)", (json.dumps(document, default=str),))
    cursor.execute("reset session authorization")
