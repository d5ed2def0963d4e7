"""What the demo's people want to have bought: an approval matrix, agreed prices, and requisitions in several states.

They are made by the demo's own log-ins through the functions that the forms call.
"""

from __future__ import annotations

import datetime as dt
import json

from psycopg2.extensions import cursor as Cursor

from desktop.operations.demo.counts import acting, one
from desktop.operations.demo.world import World

_RULES = (
    ("requisition", 5_000, "manager", 1),
    ("requisition", 50_000, "finance", 2),
    ("purchase_order", 20_000, "manager", 1),
)


def make_wishes(cursor: Cursor, world: World) -> None:
    """The first branch is that of the demo's clerk and buyer."""
    for document, amount, job, step in _RULES:
        cursor.execute(
            "insert into erp.approval_rule (company_id, org_unit_id, document_type, amount_from, role_key, step)"
            " values (%s, %s, %s, %s, %s, %s)",
            (world.company, world.root, document, amount, job, step),
        )
    _agree_prices(cursor, world)
    branch = next(iter(world.branches.values()))
    items = _wanted(cursor)
    clerk = one(cursor, "select login from erp.app_user where id = %s", world.users["clerk"])
    for number, (note, lines, hand_in) in enumerate(
        (
            ("检修季备件补充", items[0:3], True),
            ("Oil and filters for the May services", items[3:7], True),
            ("待确认数量", items[7:9], False),
        )
    ):
        with acting(cursor, clerk):
            wish = one(
                cursor,
                "insert into erp.requisition (company_id, org_unit_id, number, needed_on, note)"
                " values (%s, %s, '', %s, %s) returning id",
                world.company, branch.warehouse, world.today + dt.timedelta(days=7 + 3 * number), note,
            )  # fmt: skip
            cursor.execute(
                "insert into erp.requisition_line (requisition_id, line_no, item_id, quantity, supplier_id,"
                " estimated_price) select %s, row_number() over (order by i.id), i.id, 4 + i.id %% 5, i.supplier_id,"
                " i.standard_cost from erp.item i where i.id = any (%s)",
                (wish, lines),
            )
            if hand_in:
                handed_in = "select api.change_requisition(id, version, 'submitted') from erp.requisition where id = %s"
                cursor.execute(handed_in, (wish,))
    # What a rule asked for, small enough to need nobody.
    asked = [
        {"item_id": item, "quantity": 3, "needed_on": str(world.today + dt.timedelta(days=5)), "reason": "低于安全库存"}
        for item in _wanted(cursor, cheap=True)[:5]
    ]
    wish = one(cursor, "select api.open_requisition(null, %s, 'reorder', %s)", branch.warehouse, json.dumps(asked))
    _ask_suppliers(cursor, world, wish)


def _ask_suppliers(cursor: Cursor, world: World, wish: object) -> None:
    """The buyer asks for half of it: one supplier has his letter and has answered, two are still to be written to."""
    buyer = one(cursor, "select login from erp.app_user where id = %s", world.users["buyer"])
    with acting(cursor, buyer):
        request = one(
            cursor,
            "select api.rfq_of_lines(array(select id from erp.requisition_line where requisition_id = %s"
            " order by line_no limit 3))",
            wish,
        )
        cursor.execute("update erp.rfq set due_on = %s where id = %s", (world.today + dt.timedelta(days=4), request))
        cursor.execute(
            "insert into erp.rfq_supplier (rfq_id, supplier_id) select %(request)s, p.id from erp.party p"
            " where p.is_supplier and not exists (select from erp.rfq_supplier s where s.rfq_id = %(request)s"
            " and s.supplier_id = p.id) order by p.id limit 2",
            {"request": request},
        )
        cursor.execute("select api.change_rfq(id, version, 'sent') from erp.rfq where id = %s", (request,))
        cursor.execute(
            "update erp.rfq_quote q set unit_price = round(i.standard_cost * 0.95, 2), lead_time_days = 5"
            " from erp.rfq_line l join erp.item i on i.id = l.item_id where l.id = q.rfq_line_id"
            " and q.rfq_supplier_id = (select min(s.id) from erp.rfq_supplier s where s.rfq_id = %s)",
            (request,),
        )
        cursor.execute(
            "select api.queue_rfq_letter(s.id, p.email, '询价单 ' || r.number, '', r.number || '.pdf', '')"
            " from erp.rfq r join erp.rfq_supplier s on s.rfq_id = r.id join erp.party p on p.id = s.supplier_id"
            " where r.id = %s and p.email is not null order by s.id limit 1",
            (request,),
        )
    # As if the mail server had taken it: a demo writes to nobody.
    cursor.execute("update erp.outgoing_mail set state = 'sent', sent_at = now(), content = null where kind = 'rfq'")


def _agree_prices(cursor: Cursor, world: World) -> None:
    """Every part that has a supplier: its price this year, and a better one from ten pieces on."""
    cursor.execute(
        "insert into erp.supplier_price (company_id, org_unit_id, item_id, supplier_id, min_quantity, unit_price,"
        " lead_time_days, valid_from, valid_to) select i.company_id, %s, i.id, i.supplier_id, s.many,"
        " round(i.standard_cost * s.share, 2), i.lead_time_days, %s, %s from erp.item i"
        " cross join (values (0, 0.97), (10, 0.93)) s (many, share) where i.supplier_id is not null"
        " and i.standard_cost > 0",
        (world.root, dt.date(world.today.year, 1, 1), dt.date(world.today.year, 12, 31)),
    )


def _wanted(cursor: Cursor, *, cheap: bool = False) -> list[int]:
    """Parts that have a supplier, in the order of their codes; dear and cheap ones mixed, or cheap ones only."""
    cursor.execute(
        "select id from erp.item where supplier_id is not null and standard_cost > 0 and standard_cost < %s"
        " order by code limit 12",
        (100 if cheap else 5_000,),
    )
    return [int(row[0]) for row in cursor.fetchall()]
