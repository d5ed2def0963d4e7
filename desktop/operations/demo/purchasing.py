"""Purchase orders: received ones behind each receipt, open ones for the receiving desk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from desktop.operations.demo.tables import Table, cents
from desktop.operations.demo.world import BranchPlace, Item, Numbers, World


def _tables(world: World) -> tuple[Table, Table]:
    orders = world.table(
        "purchase_order", "id company_id org_unit_id number supplier_id state ordered_on promised_on created_at"
    )
    lines = world.table(
        "purchase_order_line",
        "id purchase_order_id line_no item_id quantity received unit_price tax_rate promised_on uom uom_factor"
        " entered_quantity entered_price",
    )
    return orders, lines


_LATE = (0, 0, -1, 0, 2, 0, 0, -2, 0, 4, 0)
"""Days by which a delivery missed its promise; below zero it came early."""


def make_order_for(
    world: World, branch: BranchPlace, supplier: int, at: dt.datetime, bought: Sequence[tuple[Item, int, int]]
) -> tuple[int, list[int]]:
    """An order ten days before its receipt, wholly received. Returns its id and its lines' ids."""
    orders, lines = _tables(world)
    ordered = at - dt.timedelta(days=10)
    number = world.purchase_numbers.next(ordered)
    promised = (at - dt.timedelta(days=_LATE[(int(number[-4:]) + 3 * supplier) % len(_LATE)])).date()
    order = orders.add(world.company, branch.warehouse, number, supplier, "received", ordered.date(), promised, ordered)
    return order, [
        lines.add(
            order,
            place,
            item.id,
            quantity,
            quantity,
            cents(price),
            "0.13",
            promised,
            item.part.uom,
            1,
            quantity,
            cents(price),
        )
        for place, (item, quantity, price) in enumerate(bought, 1)
    ]


def make_open_orders(world: World) -> Numbers:
    """Orders that are due around today, so that the desk has something to receive."""
    orders, lines = _tables(world)
    suppliers = sorted(world.suppliers.items())
    branches = list(world.branches.values())
    for place in range(12):
        branch = branches[0] if place < 6 else branches[place % len(branches)]
        name, supplier = suppliers[place % len(suppliers)]
        promised = world.today + dt.timedelta(days=(0, 0, 1, 3, -1, 5)[place % 6])
        ordered = world.at(promised - dt.timedelta(days=12), 14)
        number = world.purchase_numbers.next(ordered)
        order = orders.add(
            world.company, branch.warehouse, number, supplier, "ordered", ordered.date(), promised, ordered
        )
        offered = [item for item in world.items if item.part.supplier == name]
        items = [item for item in offered if item.cost < 5_000_000] or offered
        for line, item in enumerate(items[place % 2 : place % 2 + 4] or items, 1):
            quantity = 1 if item.part.tracking == "serial" else 4 + item.id % 5 * 4
            price = cents(item.cost)
            lines.add(
                order, line, item.id, quantity, 0, price, "0.13", promised, item.part.uom, 1, quantity, price
            )  # fmt: skip
    return world.purchase_numbers
