"""Purchase orders, as far as the receiving desk needs them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from db.orm.parties import Party
from db.orm.platform import OrgUnit
from db.orm.purchasing import OutgoingMailOrder, PurchaseOrder, PurchaseOrderLine
from db.orm.stock_items import Item
from desktop.domain.conditions import Group, Test
from desktop.lists.common import BUSINESS, state_looks
from desktop.lists.spec import Action, Column, Kind, ListSpec, Look, Sort, View

REMIND = Action(key="remind", name="Remind by mail", name_zh="催货", shortcut="Ctrl+M", roles=frozenset({"buyer"}))
_OPEN = Test("state", "in", ("ordered", "part_received"))
_LATE = Group("all", (Test("promised_on", "<", ("today",)), _OPEN))

_LINE_OVERDUE = Group("all", (Test("promised_on", "<", ("today",)), Test("open", ">", (0,)), _OPEN))
_UNCONFIRMED = Group("all", (Test("confirmed_quantity", "empty"), _OPEN))
# A line without a day of its own comes with its order, and is as overdue.
_promised = func.coalesce(PurchaseOrderLine.promised_on, PurchaseOrder.promised_on)
_open_quantity = func.greatest(PurchaseOrderLine.quantity - PurchaseOrderLine.received, 0)

_amount = (
    select(func.coalesce(func.sum(PurchaseOrderLine.quantity * PurchaseOrderLine.unit_price), 0))
    .where(PurchaseOrderLine.purchase_order_id == PurchaseOrder.id)
    .correlate(PurchaseOrder)
    .scalar_subquery()
)
_reminded = (
    select(func.max(OutgoingMailOrder.created_at))
    .where(OutgoingMailOrder.purchase_order_id == PurchaseOrder.id)
    .correlate(PurchaseOrder)
    .scalar_subquery()
)


def _order_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(PurchaseOrder.supplier).join(OrgUnit, OrgUnit.id == PurchaseOrder.org_unit_id)


def _line_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(PurchaseOrderLine.purchase_order).join(PurchaseOrder.supplier).join(PurchaseOrderLine.item)


# fmt: off
PURCHASE_ORDERS = ListSpec(
    key="purchase_orders", area="purchasing", name="Purchase orders", name_zh="采购订单",
    table="purchase_order", row_id=PurchaseOrder.id, version=PurchaseOrder.version, joins=_order_joins,
    opens="purchase_order", topics=("purchase_order", "purchase_order_line", "outgoing_mail_order"),
    code_column="number", icon="receipt", actions=(REMIND,), roles=BUSINESS,
    sort=(Sort("number", descending=True),), title_columns=("number", "supplier"),
    views=(
        View(key="open", name="Open", name_zh="未收齐", condition=_OPEN),
        View(key="late", name="Late", name_zh="逾期", condition=_LATE, sort=(Sort("promised_on"),)),
        View(key="to_send", name="Not sent yet", name_zh="未下达",
             condition=Test("state", "in", ("draft", "submitted", "approved"))),
        View(key="all", name="All", name_zh="全部"),
    ),
    columns=(
        Column(key="number", expr=PurchaseOrder.number, kind=Kind.CODE, width=140),
        Column(key="supplier", expr=Party.name, expr_zh=Party.name_zh, order_by=Party.sort_key, width=220,
               source="purchase_order.supplier_id"),
        Column(key="state", expr=PurchaseOrder.state, kind=Kind.STATE, width=120,
               looks=state_looks("state", success=("received",), info=("ordered", "approved"),
                                 warn=("part_received", "submitted"),
                                 neutral=("draft", "cancelled"))),
        Column(key="ordered_on", expr=PurchaseOrder.ordered_on, kind=Kind.DATE, width=100, writes="ordered_on"),
        Column(key="promised_on", expr=PurchaseOrder.promised_on, kind=Kind.DATE, width=100, writes="promised_on",
               looks=(Look(when=_LATE, role="danger", icon="clock"),)),
        Column(key="amount", expr=_amount, kind=Kind.MONEY, width=120, source="purchase_order.amount",
               sortable=False, filterable=False),
        Column(key="currency", expr=PurchaseOrder.currency, width=80),
        Column(key="reminded_at", expr=_reminded, kind=Kind.DATETIME, width=130, source="purchase_order.reminded_at",
               sortable=False, filterable=False),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=140, source="purchase_order.org_unit_id"),
        Column(key="note", expr=PurchaseOrder.note, width=200, writes="note"),
    ),
)

PURCHASE_ORDER_LINES = ListSpec(
    key="purchase_order_lines", area="purchasing", name="Purchase order lines", name_zh="采购订单行",
    table="purchase_order_line", row_id=PurchaseOrderLine.id, version=PurchaseOrderLine.version, joins=_line_joins,
    topics=("purchase_order_line", "purchase_order", "outgoing_mail_order"), icon="list", actions=(REMIND,),
    roles=BUSINESS,
    sort=(Sort("number", descending=True), Sort("line_no")), title_columns=("number", "item"),
    identified_by=(("number", "line_no"), ("number", "item")),
    views=(
        View(key="all", name="All", name_zh="全部"),
        View(key="overdue", name="Overdue", name_zh="逾期未到", condition=_LINE_OVERDUE, sort=(Sort("promised_on"),)),
        View(key="unconfirmed", name="Not confirmed", name_zh="未确认", condition=_UNCONFIRMED),
    ),
    columns=(
        Column(key="number", expr=PurchaseOrder.number, kind=Kind.CODE, width=140,
               opens=("purchase_order", "order_id")),
        Column(key="line_no", expr=PurchaseOrderLine.line_no, kind=Kind.INTEGER, width=60),
        Column(key="supplier", expr=Party.name, expr_zh=Party.name_zh, order_by=Party.sort_key, width=200,
               source="purchase_order.supplier_id"),
        Column(key="item", expr=Item.code, kind=Kind.CODE, width=140, opens=("item", "item_id"), source="item.code"),
        Column(key="item_name", expr=Item.name, expr_zh=Item.name_zh, order_by=Item.sort_key, width=220,
               source="item.name"),
        Column(key="quantity", expr=PurchaseOrderLine.quantity, kind=Kind.QUANTITY, width=90),
        Column(key="received", expr=PurchaseOrderLine.received, kind=Kind.QUANTITY, width=90),
        Column(key="open", expr=_open_quantity, kind=Kind.QUANTITY, width=90, source="purchase_order_line.open"),
        Column(key="promised_on", expr=_promised, kind=Kind.DATE, width=100, writes="promised_on",
               source="purchase_order_line.promised_on",
               looks=(Look(when=_LINE_OVERDUE, role="danger", icon="clock"),)),
        Column(key="confirmed_quantity", expr=PurchaseOrderLine.confirmed_quantity, kind=Kind.QUANTITY, width=90,
               writes="confirmed_quantity"),
        Column(key="unit_price", expr=PurchaseOrderLine.unit_price, kind=Kind.PRICE, width=100),
        Column(key="currency", expr=PurchaseOrder.currency, width=80, source="purchase_order.currency"),
        Column(key="reminded_at", expr=_reminded, kind=Kind.DATETIME, width=130, source="purchase_order.reminded_at",
               sortable=False, filterable=False),
        Column(key="first_promised_on", expr=PurchaseOrderLine.first_promised_on, kind=Kind.DATE, width=100),
        Column(key="state", expr=PurchaseOrder.state, kind=Kind.CHOICE, width=110, source="purchase_order.state"),
        Column(key="order_id", expr=PurchaseOrderLine.purchase_order_id, kind=Kind.INTEGER, shown=False),
        Column(key="item_id", expr=PurchaseOrderLine.item_id, kind=Kind.INTEGER, shown=False,
               source="purchase_order_line.item_id"),
    ),
)
# fmt: on

LISTS: tuple[ListSpec, ...] = (PURCHASE_ORDERS, PURCHASE_ORDER_LINES)
