"""Tracking: lots and serial numbers, what lies in quarantine or is bad, what is on its way between branches."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Date, Select, cast, func, select
from sqlalchemy.orm import aliased

from db.orm.assets import Asset
from db.orm.parties import Party
from db.orm.platform import OrgUnit
from db.orm.stock import Lot, StockBalance, StockLocation, StockMove
from db.orm.stock_items import Item
from desktop.domain.conditions import Group, Test
from desktop.lists.common import BUSINESS, state_looks
from desktop.lists.spec import Action, Column, Kind, ListSpec, Look, Sort, View
from desktop.lists.stock import CONDITION, HAVE_WE, LABELS

RECEIVE = Action(
    key="receive_transit", name="Receive", name_zh="接收", shortcut="F9", roles=frozenset({"clerk", "steward"})
)

Place = aliased(StockLocation)
_on_hand = (
    select(func.coalesce(func.sum(StockBalance.quantity), 0))
    .where(StockBalance.item_id == Lot.item_id, StockBalance.lot_id == Lot.id)
    .correlate(Lot)
    .scalar_subquery()
)
_since = (
    select(func.max(StockMove.posted_at))
    .where(
        StockMove.item_id == StockBalance.item_id,
        StockMove.to_location_id == StockBalance.location_id,
        StockMove.to_condition == StockBalance.condition,
        StockMove.lot_id.is_not_distinct_from(StockBalance.lot_id),
    )
    .correlate(StockBalance)
    .scalar_subquery()
)
_age = func.current_date() - cast(_since, Date)


def _lot_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(Lot.item).join(Asset, Asset.id == Lot.asset_id, isouter=True)


def _balance_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(StockBalance.item)
        .join(Place, Place.id == StockBalance.location_id)
        .join(StockBalance.lot, isouter=True)
        .join(StockBalance.owner, isouter=True)
        .join(OrgUnit, OrgUnit.id == StockBalance.org_unit_id)
    )


def _blocked_joins(statement: Select[Any]) -> Select[Any]:
    return _balance_joins(statement).where(StockBalance.condition != "good", StockBalance.quantity != 0)


def _transit_joins(statement: Select[Any]) -> Select[Any]:
    return _balance_joins(statement).where(Place.kind == "in_transit", StockBalance.quantity != 0)


# fmt: off
LOTS = ListSpec(
    key="lots", area="stock", name="Lots and serial numbers", name_zh="批次与序列号",
    table="lot", row_id=Lot.id, joins=_lot_joins, opens="lot", topics=("lot", "lot_event", "stock_move"),
    code_column="code", icon="tag", roles=BUSINESS, sort=(Sort("code"),), actions=(LABELS,),
    title_columns=("code", "item"),
    views=(
        View(key="all", name="All", name_zh="全部"),
        View(key="expiring", name="Expiring in 30 days", name_zh="30 天内到期",
             condition=Group("all", (Test("expires_on", "<=", ("today+30",)), Test("on_hand", ">", (0,))))),
        View(key="expired", name="Expired", name_zh="已过期",
             condition=Group("all", (Test("expires_on", "<", ("today",)), Test("on_hand", ">", (0,))))),
        View(key="installed", name="Installed", name_zh="已安装", condition=Test("state", "=", ("installed",))),
        View(key="repair", name="In repair", name_zh="维修中", condition=Test("state", "=", ("in_repair",))),
        View(key="out", name="Out", name_zh="已发出", condition=Test("state", "=", ("issued",))),
    ),
    columns=(
        Column(key="code", expr=Lot.code, kind=Kind.CODE, width=150, opens=("lot", "id")),
        Column(key="item", expr=Item.code, kind=Kind.CODE, width=140, opens=("item", "item_id"), source="item.code"),
        Column(key="item_name", expr=Item.name, expr_zh=Item.name_zh, order_by=Item.sort_key, width=220,
               source="item.name"),
        Column(key="tracking", expr=Item.tracking, kind=Kind.CHOICE, width=130, source="item.tracking"),
        Column(key="state", expr=Lot.state, kind=Kind.STATE, width=120,
               looks=state_looks("state", success=("in_stock",), info=("installed",), warn=("in_repair", "issued"),
                                 danger=("lost",), neutral=("scrapped", "returned_to_supplier"))),
        Column(key="asset", expr=Asset.code, kind=Kind.CODE, width=150, opens=("asset", "asset_id"),
               source="lot.asset_id"),
        Column(key="on_hand", expr=_on_hand, kind=Kind.QUANTITY, width=90, source="stock_balance.quantity",
               sortable=False),
        Column(key="uom", expr=Item.uom, width=60, source="item.uom"),
        Column(key="expires_on", expr=Lot.expires_on, kind=Kind.DATE, width=110,
               looks=(Look(when=Test("expires_on", "<", ("today",)), role="danger", icon="circle-x"),
                      Look(when=Test("expires_on", "<=", ("today+30",)), role="warn", icon="clock"))),
        Column(key="created_at", expr=Lot.created_at, kind=Kind.DATETIME, width=140, shown=False),
        Column(key="id", expr=Lot.id, kind=Kind.INTEGER, shown=False),
        Column(key="item_id", expr=Lot.item_id, kind=Kind.INTEGER, shown=False),
        Column(key="asset_id", expr=Lot.asset_id, kind=Kind.INTEGER, shown=False, source="asset.id"),
    ),
)


def _blocked(key: str, **more: Any) -> ListSpec:
    return ListSpec(
        key=key, area="stock", table="stock_balance", row_id=StockBalance.id, topics=("stock_balance", "stock_move"),
        roles=BUSINESS, title_columns=("item", "location"), sort=(Sort("item"), Sort("location")),
        columns=(
            Column(key="item", expr=Item.code, kind=Kind.CODE, width=140, opens=("item", "item_id"),
                   source="item.code"),
            Column(key="item_name", expr=Item.name, expr_zh=Item.name_zh, order_by=Item.sort_key, width=220,
                   source="item.name"),
            Column(key="location", expr=Place.code, kind=Kind.CODE, width=120, source="stock_balance.location_id"),
            Column(key="path", expr=Place.path, width=200, shown=False, source="stock_location.path"),
            Column(key="lot", expr=Lot.code, kind=Kind.CODE, width=130, source="stock_balance.lot_id"),
            Column(key="condition", expr=StockBalance.condition, kind=Kind.STATE, width=100,
                   looks=state_looks("condition", success=("good",), danger=("bad",), warn=("quarantine",))),
            Column(key="quantity", expr=StockBalance.quantity, kind=Kind.QUANTITY, width=90, total="sum"),
            Column(key="uom", expr=Item.uom, width=60, source="item.uom"),
            Column(key="since", expr=_since, kind=Kind.DATETIME, width=140, source="stock_balance.since",
                   sortable=False, filterable=False),
            Column(key="age", expr=_age, kind=Kind.INTEGER, width=80, unit="d", source="stock_balance.age",
                   sortable=False, looks=(Look(when=Test("age", ">", (14,)), role="danger", icon="clock"),
                                          Look(when=Test("age", ">", (3,)), role="warn", icon="clock"))),
            Column(key="owner", expr=Party.name, expr_zh=Party.name_zh, width=140, source="stock_balance.owner_id"),
            Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=140,
                   source="stock_balance.org_unit_id"),
            Column(key="item_id", expr=StockBalance.item_id, kind=Kind.INTEGER, shown=False,
                   source="stock_balance.item_id"),
        ),
        **more,
    )


STOCK_BLOCKED = _blocked(
    "stock_blocked", name="Quarantine and bad stock", name_zh="待检与不良品", icon="shield-check", joins=_blocked_joins,
    actions=(CONDITION, HAVE_WE, LABELS),
    views=(
        View(key="all", name="All", name_zh="全部"),
        View(key="quarantine", name="Quarantine", name_zh="待检", condition=Test("condition", "=", ("quarantine",))),
        View(key="bad", name="Bad", name_zh="不良", condition=Test("condition", "=", ("bad",))),
    ),
)
STOCK_IN_TRANSIT = _blocked(
    "stock_in_transit", name="In transit", name_zh="在途库存", icon="truck", joins=_transit_joins,
    actions=(RECEIVE, HAVE_WE),
    views=(
        View(key="all", name="All", name_zh="全部"),
        View(key="late", name="Over 3 days", name_zh="超过 3 天", condition=Test("age", ">", (3,))),
    ),
)
# fmt: on

LISTS: tuple[ListSpec, ...] = (LOTS, STOCK_BLOCKED, STOCK_IN_TRANSIT)
