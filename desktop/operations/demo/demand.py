"""Parts that planned orders will need, their reservations, and the balances that hold them."""

from __future__ import annotations

from desktop.operations.demo.ledger import Ledger
from desktop.operations.demo.world import Item, Order, World

_OPEN = frozenset({"planned", "dispatched", "accepted", "on_site", "working", "waiting_part", "approved"})
_GUIDE = (
    ("FLT-AIR-7502", 1), ("FLT-OIL-7511", 2), ("OIL-SCR-46-20", 3), ("SEP-OIL-7520", 1), ("VLV-MPV-75", 1),
    ("GSK-NBR-120", 4), ("BLT-XPB-2500", 2), ("CLN-DEG-05", 1),
)  # fmt: skip


def make_demand(ledger: Ledger) -> None:
    """Write balances with what is reserved of them, parts lists of open orders, and their reservations."""
    world = ledger.world
    balances = _balances(ledger)
    free = {key: [(number, quantity) for number, quantity, _ in rows] for key, rows in balances.items()}
    reserved: dict[int, int] = {}
    parts = world.table("work_order_part", "id work_order_id item_id quantity")
    for order in world.orders:
        if order.state not in _OPEN:
            continue
        for item, quantity in _wanted(world, order):
            part = parts.add(order.id, item.id, quantity)
            key = (world.bins[(order.branch, item.id)], item.id)
            _reserve(ledger, order, part, item, quantity, free.get(key, []), reserved)
    table = world.table(
        "stock_balance", "id company_id org_unit_id item_id location_id lot_id quantity reserved changed_at"
    )
    for (place, item_id), rows in balances.items():
        for number, quantity, lot in rows:
            table.add(
                world.company, ledger.units[place], item_id, place, lot, quantity, reserved.get(number, 0), world.now
            )


def _balances(ledger: Ledger) -> dict[tuple[int, int], list[tuple[int, int, int | None]]]:
    """By place and item the balances (number, quantity, lot), numbered as they will be written."""
    found: dict[tuple[int, int], list[tuple[int, int, int | None]]] = {}
    number = 0
    for (place, item), queue in sorted(ledger.stock.items()):
        by_lot: dict[int | None, int] = {}
        for lot in queue:
            by_lot[lot.lot] = by_lot.get(lot.lot, 0) + lot.quantity
        for code, quantity in by_lot.items():
            if quantity:
                number += 1
                found.setdefault((place, item), []).append((number, quantity, code))
    return found


def _wanted(world: World, order: Order) -> list[tuple[Item, int]]:
    if order.asset.id == 1 and order.state == "working":
        by_code = {item.part.code: item for item in world.items}
        return [(by_code[code], quantity) for code, quantity in _GUIDE]
    if order.id % 5 > 2:
        return []
    fitting = [item for item in world.items if order.asset.equipment in item.part.fits and item.cost < 5_000_000]
    return [(item, 1 + (order.id + item.id) % 2 * (item.cost < 20_000)) for item in fitting[order.id % 3 :][:2]]


def _reserve(
    ledger: Ledger,
    order: Order,
    part: int,
    item: Item,
    quantity: int,
    free: list[tuple[int, int]],
    reserved: dict[int, int],
) -> None:
    """Take what is free, oldest lot first; what is missing stays an open demand."""
    world = ledger.world
    table = world.table(
        "reservation",
        "id company_id org_unit_id work_order_id work_order_part_id item_id balance_id quantity state created_at",
    )
    for place, (balance, left) in enumerate(free):
        some = min(quantity, left)
        if some:
            unit = world.branches[order.branch].warehouse
            table.add(world.company, unit, order.id, part, item.id, balance, some, "open", world.now)
            reserved[balance] = reserved.get(balance, 0) + some
            free[place] = (balance, left - some)
            quantity -= some
