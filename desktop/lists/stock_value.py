"""What stock is worth: changes of value without quantity, layers of items valued by FIFO, closed months."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import aliased

from db.orm.people import AppUser
from db.orm.platform import OrgUnit
from db.orm.stock import StockDocument, StockMove
from db.orm.stock_items import Item
from db.orm.stock_value import StockLayer, StockPeriod, StockValueEntry
from desktop.domain.conditions import Test
from desktop.lists.common import BUSINESS, state_looks
from desktop.lists.spec import Action, Column, Kind, ListSpec, Sort, View
from desktop.lists.stock import VALUERS

TAKE_BACK = Action(
    key="take_back_value", name="Reverse", name_zh="冲销", shortcut="F8", roles=frozenset({"finance", "steward"})
)
CLOSE_MONTH = Action(
    key="close_month", name="Close the last month", name_zh="关闭上月", shortcut="F9", roles=frozenset({"finance"}),
    needs_rows=False,
)  # fmt: skip
REOPEN_MONTH = Action(
    key="reopen_month", name="Open again", name_zh="重新打开", shortcut="Ctrl+Shift+O", roles=frozenset({"finance"})
)

Receipt, Cause = aliased(StockMove), aliased(StockDocument)
Closer, Opener = aliased(AppUser), aliased(AppUser)


def _entry_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(StockValueEntry.item)
        .join(Receipt, Receipt.id == StockValueEntry.move_id, isouter=True)
        .join(StockDocument, StockDocument.id == Receipt.document_id, isouter=True)
        .join(Cause, Cause.id == StockValueEntry.document_id, isouter=True)
        .join(AppUser, AppUser.id == StockValueEntry.posted_by, isouter=True)
        .join(OrgUnit, OrgUnit.id == StockValueEntry.org_unit_id)
    )


def _layer_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(StockLayer.item)
        .join(StockMove, StockMove.id == StockLayer.move_id, isouter=True)
        .join(StockDocument, StockDocument.id == StockMove.document_id, isouter=True)
    )


def _period_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(Closer, Closer.id == StockPeriod.closed_by, isouter=True)
        .join(Opener, Opener.id == StockPeriod.reopened_by, isouter=True)
        .join(OrgUnit, OrgUnit.id == StockPeriod.org_unit_id)
    )


# fmt: off
STOCK_VALUE_ENTRIES = ListSpec(
    key="stock_value_entries", area="stock", name="Changes of value", name_zh="库存金额变动",
    table="stock_value_entry", row_id=StockValueEntry.id, joins=_entry_joins, topics=("stock_value_entry",),
    icon="history", roles=VALUERS, sort=(Sort("posted_at", descending=True),), actions=(TAKE_BACK,),
    title_columns=("item", "kind"),
    views=(
        View(key="all", name="All", name_zh="全部"),
        View(key="difference", name="Invoice differences", name_zh="发票差异",
             condition=Test("kind", "=", ("difference",))),
        View(key="revaluation", name="Revaluations", name_zh="重估", condition=Test("kind", "=", ("revaluation",))),
        View(key="backdating", name="Back-dated", name_zh="倒填", condition=Test("kind", "=", ("backdating",))),
    ),
    columns=(
        Column(key="posted_at", expr=StockValueEntry.posted_at, kind=Kind.DATETIME, width=140),
        Column(key="item", expr=Item.code, kind=Kind.CODE, width=140, opens=("item", "item_id"), source="item.code"),
        Column(key="item_name", expr=Item.name, expr_zh=Item.name_zh, order_by=Item.sort_key, width=200,
               source="item.name"),
        Column(key="kind", expr=StockValueEntry.kind, kind=Kind.CHOICE, width=130),
        Column(key="amount_on_hand", expr=StockValueEntry.amount_on_hand, kind=Kind.MONEY, width=110, unit="¥",
               total="sum"),
        Column(key="amount_consumed", expr=StockValueEntry.amount_consumed, kind=Kind.MONEY, width=110, unit="¥",
               total="sum"),
        Column(key="amount", expr=StockValueEntry.amount, kind=Kind.MONEY, width=110, unit="¥", total="sum"),
        Column(key="quantity", expr=StockValueEntry.quantity, kind=Kind.QUANTITY, width=90),
        Column(key="quantity_on_hand", expr=StockValueEntry.quantity_on_hand, kind=Kind.QUANTITY, width=90),
        Column(key="receipt", expr=StockDocument.number, kind=Kind.CODE, width=140,
               opens=("stock_document", "receipt_id"), source="stock_value_entry.move_id"),
        Column(key="document", expr=Cause.number, kind=Kind.CODE, width=140,
               opens=("stock_document", "document_id"), source="stock_value_entry.document_id"),
        Column(key="reason", expr=StockValueEntry.reason, width=200),
        Column(key="posted_by", expr=AppUser.display_name, expr_zh=AppUser.display_name_zh, width=120,
               source="stock_value_entry.posted_by"),
        Column(key="effective_at", expr=StockValueEntry.effective_at, kind=Kind.DATETIME, width=140, shown=False),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=140, shown=False,
               source="stock_value_entry.org_unit_id"),
        Column(key="reverses_id", expr=StockValueEntry.reverses_id, kind=Kind.INTEGER, shown=False),
        Column(key="item_id", expr=StockValueEntry.item_id, kind=Kind.INTEGER, shown=False),
        Column(key="receipt_id", expr=StockDocument.id, kind=Kind.INTEGER, shown=False, source="stock_document.id"),
        Column(key="document_id", expr=StockValueEntry.document_id, kind=Kind.INTEGER, shown=False),
    ),
)

STOCK_LAYERS = ListSpec(
    key="stock_layers", area="stock", name="Cost layers", name_zh="成本层",
    table="stock_layer", row_id=StockLayer.id, joins=_layer_joins, topics=("item_cost",), icon="layers",
    roles=VALUERS, sort=(Sort("effective_at", descending=True),), title_columns=("item", "document"),
    views=(
        View(key="open", name="Still there", name_zh="有剩余", condition=Test("left_quantity", ">", (0,))),
        View(key="all", name="All", name_zh="全部"),
    ),
    columns=(
        Column(key="effective_at", expr=StockLayer.effective_at, kind=Kind.DATETIME, width=140),
        Column(key="item", expr=Item.code, kind=Kind.CODE, width=140, opens=("item", "item_id"), source="item.code"),
        Column(key="item_name", expr=Item.name, expr_zh=Item.name_zh, order_by=Item.sort_key, width=220,
               source="item.name"),
        Column(key="document", expr=StockDocument.number, kind=Kind.CODE, width=140,
               opens=("stock_document", "document_id"), source="stock_layer.move_id"),
        Column(key="quantity", expr=StockLayer.quantity, kind=Kind.QUANTITY, width=90),
        Column(key="amount", expr=StockLayer.amount, kind=Kind.MONEY, width=110, unit="¥"),
        Column(key="left_quantity", expr=StockLayer.left_quantity, kind=Kind.QUANTITY, width=90),
        Column(key="left_amount", expr=StockLayer.left_amount, kind=Kind.MONEY, width=110, unit="¥", total="sum"),
        Column(key="item_id", expr=StockLayer.item_id, kind=Kind.INTEGER, shown=False),
        Column(key="document_id", expr=StockDocument.id, kind=Kind.INTEGER, shown=False, source="stock_document.id"),
    ),
)

STOCK_PERIODS = ListSpec(
    key="stock_periods", area="stock", name="Stock months", name_zh="库存月份",
    table="stock_period", row_id=StockPeriod.id, joins=_period_joins, topics=("stock_period",), icon="calendar-check",
    roles=BUSINESS, sort=(Sort("month", descending=True),), actions=(CLOSE_MONTH, REOPEN_MONTH),
    title_columns=("month", "state"),
    views=(
        View(key="all", name="All", name_zh="全部"),
        View(key="closed", name="Closed", name_zh="已关闭", condition=Test("state", "=", ("closed",))),
    ),
    columns=(
        Column(key="month", expr=StockPeriod.month, kind=Kind.MONTH, width=110),
        Column(key="state", expr=StockPeriod.state, kind=Kind.STATE, width=100,
               looks=state_looks("state", success=("closed",), warn=("open",))),
        Column(key="closed_at", expr=StockPeriod.closed_at, kind=Kind.DATETIME, width=140),
        Column(key="closed_by", expr=Closer.display_name, expr_zh=Closer.display_name_zh, width=120,
               source="stock_period.closed_by"),
        Column(key="reopened_at", expr=StockPeriod.reopened_at, kind=Kind.DATETIME, width=140),
        Column(key="reopened_by", expr=Opener.display_name, expr_zh=Opener.display_name_zh, width=120,
               source="stock_period.reopened_by"),
        Column(key="reason", expr=StockPeriod.reason, width=240),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=140, shown=False,
               source="stock_period.org_unit_id"),
    ),
)
# fmt: on

LISTS: tuple[ListSpec, ...] = (STOCK_VALUE_ENTRIES, STOCK_LAYERS, STOCK_PERIODS)
