"""What the tour works on: open orders and waiting jobs of the demo, and new ones where the demo has run out of them.

New ones are made as the person whose work that is would make them, through the same operations and rights.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import text

from db.session import Database
from desktop.operations import stock, work_orders
from desktop.operations.records import Draft
from desktop.tour.hand import demand
from desktop.tour.proof import rows, value

As = Callable[[str], Database]
"""A demo person's own connection, by user name; whoever asked for it closes it."""


@dataclass(frozen=True)
class Order:
    """An order at the stock desk: its number, and what its lines still want, by the part's code."""

    id: int
    number: str
    wanted: dict[str, Decimal]


def order_to_receive(clerk: Database, as_person: As) -> Order:
    """An open purchase order of plain parts (no lots or serial numbers); the buyer writes one where none is left."""
    found = _first(clerk, _TO_RECEIVE)
    if found is None:
        with as_person("buyer") as buyer:
            _write_purchase_order(buyer)
        found = _first(clerk, _TO_RECEIVE)
    demand(found is not None, "there is no purchase order to receive")
    return found  # type: ignore[return-value]


def order_to_issue(clerk: Database) -> Order:
    """A work order with plain parts reserved; the clerk reserves some where none is left."""
    found = _first(clerk, _TO_ISSUE)
    if found is None:
        _reserve_something(clerk)
        found = _first(clerk, _TO_ISSUE)
    demand(found is not None, "there is no work order with reserved parts")
    return found  # type: ignore[return-value]


def part_that_is_not_on(clerk: Database, order: Order) -> str:
    """A part in stock that the order does not want."""
    code = value(clerk, _ANOTHER_PART, codes=list(order.wanted))
    demand(code is not None, "the store holds no other part")
    return str(code)


def jobs_to_place(planner: Database, as_person: As, count: int) -> None:
    """See to it that `count` approved jobs of one hour or so wait in the backlog."""
    missing = count - int(value(planner, _WAITING))
    if missing > 0:
        with as_person("desk") as desk:
            for _ in range(missing):
                _write_work_order(desk, planner)


def _first(database: Database, sql: str) -> Order | None:
    found = rows(database, sql)
    mine = [row for row in found if row["id"] == found[0]["id"]]
    if not mine:
        return None
    return Order(
        int(mine[0]["id"]), str(mine[0]["number"]), {str(row["code"]): Decimal(str(row["left"])) for row in mine}
    )


def _write_purchase_order(buyer: Database) -> None:
    with buyer.write() as session:
        order = session.execute(text(_NEW_ORDER)).scalar_one()
        session.execute(text(_NEW_ORDER_LINES), {"order": order})
        session.execute(text(_PLACE), {"order": order})


def _reserve_something(clerk: Database) -> None:
    found = rows(clerk, _RESERVABLE)
    demand(bool(found), "there is no open work order, or nothing in stock")
    row = found[0]
    stock.reserve(clerk, work_order_id=int(row["work_order_id"]), item_id=int(row["item_id"]), quantity=Decimal(1))


def _write_work_order(desk: Database, planner: Database) -> None:
    """An order for an asset of the demo: the service desk submits it, the planner approves it."""
    asset = rows(desk, _SOME_ASSET)
    demand(bool(asset), "the demo has no asset")
    blank = work_orders.blank(desk, {})
    values = {"asset_id": asset[0]["id"], "title": "Check after alarm", "title_zh": "报警后检查", "planned_minutes": 60}
    draft = Draft(values)
    record, _ = work_orders.save(desk, blank, draft)
    record, _ = work_orders.take_step(desk, record, "submitted")
    work_orders.take_step(planner, record, "approved")


_TO_RECEIVE = """
    select o.id, o.number, i.code, l.quantity - l.received as left
    from erp.purchase_order o
    join erp.purchase_order_line l on l.purchase_order_id = o.id
    join erp.item i on i.id = l.item_id
    where o.state in ('ordered', 'part_received') and l.quantity > l.received
        and not exists (
            select from erp.purchase_order_line x join erp.item y on y.id = x.item_id
            where x.purchase_order_id = o.id and (y.tracking <> 'none' or y.retired_on is not null))
    order by o.number, l.line_no
"""
_TO_ISSUE = """
    select o.id, o.number, i.code, sum(r.quantity - r.issued) as left
    from erp.work_order o
    join erp.reservation r on r.work_order_id = o.id and r.state = 'open' and r.quantity > r.issued
    join erp.item i on i.id = r.item_id
    where o.state in ('working', 'on_site', 'accepted', 'dispatched', 'planned')
        and not exists (
            select from erp.reservation x join erp.item y on y.id = x.item_id
            where x.work_order_id = o.id and x.state = 'open' and y.tracking <> 'none')
    group by o.id, o.number, i.code
    order by count(*) over (partition by o.id) desc, o.number, i.code
"""
_ANOTHER_PART = """
    select i.code
    from erp.item i
    join erp.stock_balance b on b.item_id = i.id
    where i.tracking = 'none' and i.retired_on is null and b.condition = 'good' and b.quantity - b.reserved > 1
        and i.code <> all (cast(:codes as text[]))
    order by i.code
    limit 1
"""
_WAITING = """
    select count(*)
    from erp.work_order o
    where o.state = 'approved' and not exists (select from erp.booking b where b.work_order_id = o.id)
"""
_NEW_ORDER = """
    insert into erp.purchase_order (company_id, org_unit_id, supplier_id, ordered_on, promised_on)
    select o.company_id, o.org_unit_id, o.supplier_id, current_date, current_date
    from erp.purchase_order o
    join erp.purchase_order_line l on l.purchase_order_id = o.id
    join erp.item i on i.id = l.item_id and i.tracking = 'none'
    join erp.org_unit_closure c on c.descendant_id = o.org_unit_id and c.ancestor_id = (erp.my_home_units())[1]
    order by o.id desc
    limit 1
    returning id
"""
_NEW_ORDER_LINES = """
    insert into erp.purchase_order_line (purchase_order_id, line_no, item_id, quantity, unit_price)
    select :order, row_number() over (order by i.code), i.id, 4, coalesce(i.standard_cost, 10)
    from (select * from erp.item where tracking = 'none' and retired_on is null order by code limit 3) i
"""
_PLACE = """
    select api.change_purchase_order(o.id, o.version, 'ordered') from erp.purchase_order o where o.id = :order
"""
_RESERVABLE = """
    select o.id as work_order_id, b.item_id
    from erp.work_order o
    join erp.stock_balance b on b.org_unit_id in (
        select d.descendant_id from erp.org_unit_closure d
        join erp.org_unit_closure u on u.ancestor_id = d.ancestor_id and u.descendant_id = o.org_unit_id)
    join erp.item i on i.id = b.item_id and i.tracking = 'none'
    where o.state in ('working', 'on_site', 'accepted', 'dispatched', 'planned') and b.condition = 'good'
        and b.quantity - b.reserved >= 1
    order by o.id desc
    limit 1
"""
_SOME_ASSET = "select id from erp.asset where state = 'operational' order by code limit 1"
