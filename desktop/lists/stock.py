"""Stock: what lies where, what moved, the papers behind it, the items and the places."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from db.orm.parties import Party
from db.orm.people import AppUser
from db.orm.platform import OrgUnit
from db.orm.purchasing import PurchaseOrder
from db.orm.scheduling import Engineer
from db.orm.stock import ItemCost, Lot, Reservation, StockBalance, StockDocument, StockLocation, StockMove
from db.orm.stock_catalogue import ItemCategory
from db.orm.stock_items import Item
from db.orm.work_orders import WorkOrder
from desktop.domain.conditions import Group, Test
from desktop.lists.common import BUSINESS, state_looks
from desktop.lists.spec import Action, Column, Kind, ListSpec, Look, Sort, View

VALUERS = frozenset({"clerk", "buyer", "finance", "pm", "manager", "steward", "auditor"})
"""Who may read the moving average; those lists are theirs."""

FromPlace, ToPlace, Parent = aliased(StockLocation), aliased(StockLocation), aliased(StockLocation)
Reversed = aliased(StockDocument)
Survivor = aliased(Item)

REVERSE = Action(key="reverse", name="Reverse", name_zh="冲销", shortcut="F8", roles=frozenset({"clerk"}))
HAVE_WE = Action(key="part_stock", name="Do we have it?", name_zh="库存查询", shortcut="Ctrl+Shift+H", roles=BUSINESS)
RELEASE = Action(key="release", name="Release", name_zh="释放预留", roles=frozenset({"clerk", "planner", "desk", "pm"}))
REASSIGN = Action(
    key="reassign", name="Give to another order", name_zh="转给其他工单", shortcut="F9",
    roles=frozenset({"planner", "desk", "manager"}),
)  # fmt: skip
HAND_OVER = Action(key="hand_over", name="Hand-over report", name_zh="交接班报表", needs_rows=False)
CONDITION = Action(
    key="change_condition", name="Release, block or scrap", name_zh="放行、隔离或报废", shortcut="F9",
    roles=frozenset({"clerk", "steward", "manager"}),
)  # fmt: skip
LABELS = Action(key="labels", name="Print labels", name_zh="打印标签")

_HAS_STOCK = Test("quantity", "!=", (0,))
_available = StockBalance.quantity - StockBalance.reserved
_on_hand = (
    select(func.coalesce(func.sum(StockBalance.quantity), 0))
    .where(StockBalance.item_id == Item.id, StockBalance.condition == "good")
    .correlate(Item)
    .scalar_subquery()
)
_reserved = (
    select(func.coalesce(func.sum(StockBalance.reserved), 0))
    .where(StockBalance.item_id == Item.id)
    .correlate(Item)
    .scalar_subquery()
)


def _balance_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(StockBalance.item)
        .join(StockBalance.location)
        .join(StockBalance.lot, isouter=True)
        .join(StockBalance.owner, isouter=True)
        .join(OrgUnit, OrgUnit.id == StockBalance.org_unit_id)
        .join(
            ItemCost,
            (ItemCost.company_id == StockBalance.company_id) & (ItemCost.item_id == StockBalance.item_id),
            isouter=True,
        )
    )


def _move_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(StockMove.document)
        .join(StockMove.item)
        .join(FromPlace, StockMove.from_location_id == FromPlace.id)
        .join(ToPlace, StockMove.to_location_id == ToPlace.id)
        .join(StockMove.lot, isouter=True)
        .join(StockMove.work_order, isouter=True)
        .join(AppUser, AppUser.id == StockMove.posted_by, isouter=True)
    )


def _document_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(StockDocument.work_order, isouter=True)
        .join(StockDocument.engineer, isouter=True)
        .join(PurchaseOrder, PurchaseOrder.id == StockDocument.purchase_order_id, isouter=True)
        .join(Reversed, Reversed.id == StockDocument.reverses_id, isouter=True)
        .join(AppUser, AppUser.id == StockDocument.posted_by, isouter=True)
        .join(OrgUnit, OrgUnit.id == StockDocument.org_unit_id)
    )


def _item_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(Item.supplier, isouter=True)
        .join(Item.item_category, isouter=True)
        .join(Survivor, Item.merged_into == Survivor.id, isouter=True)
        .join(OrgUnit, OrgUnit.id == Item.org_unit_id)
    )


def _location_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(OrgUnit, OrgUnit.id == StockLocation.org_unit_id)
        .join(Parent, StockLocation.parent_id == Parent.id, isouter=True)
        .join(StockLocation.engineer, isouter=True)
    )


def _reservation_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(Reservation.item)
        .join(Reservation.work_order)
        .join(Reservation.balance)
        .join(StockLocation, StockLocation.id == StockBalance.location_id)
        .join(Lot, Lot.id == StockBalance.lot_id, isouter=True)
    )


# fmt: off
STOCK_ON_HAND = ListSpec(
    key="stock_on_hand", area="stock", name="Stock on hand", name_zh="现有库存",
    table="stock_balance", row_id=StockBalance.id, joins=_balance_joins, topics=("stock_balance", "item_cost"),
    icon="boxes", roles=VALUERS, sort=(Sort("item"), Sort("location")),
    actions=(HAVE_WE, CONDITION, LABELS),
    title_columns=("item", "location"),
    views=(
        View(key="stocked", name="In stock", name_zh="有库存", condition=_HAS_STOCK),
        View(key="free", name="Available", name_zh="可用", condition=Test("available", ">", (0,))),
        View(key="bad", name="Bad and quarantine", name_zh="不良与待检",
             condition=Group("all", (Test("condition", "!=", ("good",)), _HAS_STOCK))),
    ),
    columns=(
        Column(key="item", expr=Item.code, kind=Kind.CODE, width=140, opens=("item", "item_id"), source="item.code"),
        Column(key="item_name", expr=Item.name, expr_zh=Item.name_zh, order_by=Item.sort_key, width=220,
               source="item.name"),
        Column(key="location", expr=StockLocation.code, kind=Kind.CODE, width=110, source="stock_balance.location_id"),
        Column(key="path", expr=StockLocation.path, width=200, shown=False),
        Column(key="lot", expr=Lot.code, kind=Kind.CODE, width=110, source="stock_balance.lot_id"),
        Column(key="quantity", expr=StockBalance.quantity, kind=Kind.QUANTITY, width=90, total="sum",
               looks=(Look(when=Test("quantity", "<", (0,)), role="danger"),)),
        Column(key="reserved", expr=StockBalance.reserved, kind=Kind.QUANTITY, width=90, total="sum"),
        Column(key="available", expr=_available, kind=Kind.QUANTITY, width=90, total="sum",
               source="stock_balance.available"),
        Column(key="uom", expr=Item.uom, width=60, source="item.uom"),
        Column(key="average", expr=ItemCost.average, kind=Kind.PRICE, width=100, unit="¥", source="item_cost.average"),
        Column(key="condition", expr=StockBalance.condition, kind=Kind.STATE, width=100,
               looks=state_looks("condition", success=("good",), danger=("bad",), warn=("quarantine",))),
        Column(key="expires_on", expr=Lot.expires_on, kind=Kind.DATE, width=100,
               looks=(Look(when=Test("expires_on", "<=", ("today+30",)), role="warn", icon="clock"),)),
        Column(key="owner", expr=Party.name, expr_zh=Party.name_zh, width=140, shown=False,
               source="stock_balance.owner_id"),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=140, shown=False,
               source="stock_balance.org_unit_id"),
        Column(key="changed_at", expr=StockBalance.changed_at, kind=Kind.DATETIME, width=140),
        Column(key="item_id", expr=StockBalance.item_id, kind=Kind.INTEGER, shown=False,
               source="stock_balance.item_id"),
    ),
)

STOCK_MOVES = ListSpec(
    key="stock_moves", area="stock", name="Stock moves", name_zh="库存移动",
    table="stock_move", row_id=StockMove.id, joins=_move_joins, topics=("stock_move",), icon="arrow-up-down",
    roles=BUSINESS, sort=(Sort("posted_at", descending=True),), actions=(REVERSE, HAND_OVER),
    title_columns=("number", "item"),
    views=(
        View(key="today", name="Today", name_zh="今日", condition=Test("posted_at", ">=", ("today",))),
    ),
    columns=(
        Column(key="number", expr=StockDocument.number, kind=Kind.CODE, width=140, source="stock_document.number",
               opens=("stock_document", "document_id")),
        Column(key="document_type", expr=StockDocument.document_type, kind=Kind.CHOICE, width=150),
        Column(key="posted_at", expr=StockMove.posted_at, kind=Kind.DATETIME, width=140),
        Column(key="item", expr=Item.code, kind=Kind.CODE, width=140, opens=("item", "item_id"), source="item.code"),
        Column(key="item_name", expr=Item.name, expr_zh=Item.name_zh, order_by=Item.sort_key, width=220,
               source="item.name"),
        Column(key="from_location", expr=FromPlace.code, kind=Kind.CODE, width=110,
               source="stock_move.from_location_id"),
        Column(key="to_location", expr=ToPlace.code, kind=Kind.CODE, width=110, source="stock_move.to_location_id"),
        Column(key="lot", expr=Lot.code, kind=Kind.CODE, width=110, source="stock_move.lot_id"),
        Column(key="quantity", expr=StockMove.quantity, kind=Kind.QUANTITY, width=90, total="sum"),
        Column(key="uom", expr=Item.uom, width=60, source="item.uom"),
        Column(key="unit_cost", expr=StockMove.unit_cost, kind=Kind.PRICE, width=100, unit="¥",
               privilege="unit_cost"),
        Column(key="amount", expr=StockMove.amount, kind=Kind.MONEY, width=110, unit="¥", total="sum",
               privilege="amount"),
        Column(key="work_order", expr=WorkOrder.number, kind=Kind.CODE, width=140, opens=("work_order",
               "work_order_id"),
               source="stock_move.work_order_id"),
        Column(key="to_condition", expr=StockMove.to_condition, kind=Kind.STATE, width=100, shown=False,
               looks=state_looks("to_condition", success=("good",), danger=("bad",), warn=("quarantine",))),
        Column(key="posted_by", expr=AppUser.display_name, expr_zh=AppUser.display_name_zh, width=120,
               source="stock_move.posted_by"),
        Column(key="effective_at", expr=StockMove.effective_at, kind=Kind.DATETIME, width=140, shown=False),
        Column(key="reason", expr=StockMove.reason, width=160, shown=False),
        Column(key="document_id", expr=StockMove.document_id, kind=Kind.INTEGER, shown=False),
        Column(key="item_id", expr=StockMove.item_id, kind=Kind.INTEGER, shown=False, source="stock_move.item_id"),
        Column(key="work_order_id", expr=StockMove.work_order_id, kind=Kind.INTEGER, shown=False),
    ),
)

STOCK_DOCUMENTS = ListSpec(
    key="stock_documents", area="stock", name="Stock documents", name_zh="库存单据",
    table="stock_document", row_id=StockDocument.id, joins=_document_joins, opens="stock_document",
    topics=("stock_document", "stock_move"), icon="file-text", roles=BUSINESS,
    sort=(Sort("posted_at", descending=True),), code_column="number", actions=(REVERSE, HAND_OVER),
    title_columns=("number", "document_type"),
    views=(
        View(key="today", name="Today", name_zh="今日", condition=Test("posted_at", ">=", ("today",))),
        View(key="reversals", name="Reversals", name_zh="冲销单", condition=Test("reverses", "not empty")),
    ),
    columns=(
        Column(key="number", expr=StockDocument.number, kind=Kind.CODE, width=140),
        Column(key="document_type", expr=StockDocument.document_type, kind=Kind.CHOICE, width=150),
        Column(key="posted_at", expr=StockDocument.posted_at, kind=Kind.DATETIME, width=140),
        Column(key="work_order", expr=WorkOrder.number, kind=Kind.CODE, width=140, opens=("work_order",
               "work_order_id"),
               source="stock_document.work_order_id"),
        Column(key="purchase_order", expr=PurchaseOrder.number, kind=Kind.CODE, width=140,
               source="stock_document.purchase_order_id"),
        Column(key="engineer", expr=Engineer.name, expr_zh=Engineer.name_zh, order_by=Engineer.sort_key, width=120,
               source="stock_document.engineer_id"),
        Column(key="reverses", expr=Reversed.number, kind=Kind.CODE, width=140, source="stock_document.reverses_id",
               looks=(Look(when=Test("reverses", "not empty"), role="warn", icon="undo-2"),)),
        Column(key="reason", expr=StockDocument.reason, width=200),
        Column(key="posted_by", expr=AppUser.display_name, expr_zh=AppUser.display_name_zh, width=120,
               source="stock_document.posted_by"),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=140, shown=False,
               source="stock_document.org_unit_id"),
        Column(key="effective_at", expr=StockDocument.effective_at, kind=Kind.DATETIME, width=140, shown=False),
        Column(key="work_order_id", expr=StockDocument.work_order_id, kind=Kind.INTEGER, shown=False),
    ),
)

ITEMS = ListSpec(
    key="items", area="stock", name="Items", name_zh="物料",
    table="item", row_id=Item.id, version=Item.version, joins=_item_joins, opens="item",
    topics=("item", "stock_balance"), search="item", code_column="code", custom=Item.custom, inserts=True, icon="box",
    roles=BUSINESS, sort=(Sort("code"),), actions=(HAVE_WE, LABELS), title_columns=("code", "name"),
    views=(
        View(key="active", name="In use", name_zh="在用", condition=Test("retired_on", "empty")),
    ),
    columns=(
        Column(key="code", expr=Item.code, kind=Kind.CODE, width=140, writes="code", required=True, opens=("item",
               "id")),
        Column(key="name", expr=Item.name, expr_zh=Item.name_zh, order_by=Item.sort_key, width=240, writes="name",
               required=True),
        Column(key="name_zh", expr=Item.name_zh, width=160, writes="name_zh", shown=False),
        Column(key="on_hand", expr=_on_hand, kind=Kind.QUANTITY, width=90, source="stock_balance.quantity",
               sortable=False, filterable=False),
        Column(key="reserved", expr=_reserved, kind=Kind.QUANTITY, width=90, source="stock_balance.reserved",
               sortable=False, filterable=False),
        Column(key="uom", expr=Item.uom, width=60, writes="uom", required=True),
        Column(key="category", expr=func.coalesce(ItemCategory.name, Item.category),
               expr_zh=func.coalesce(ItemCategory.name_zh, ItemCategory.name, Item.category),
               order_by=Item.category, width=130, source="item.category_id", writes="category_id",
               reference="item_categories"),
        Column(key="category_path", expr=ItemCategory.path, width=200, source="item_category.path", shown=False),
        Column(key="tracking", expr=Item.tracking, kind=Kind.CHOICE, width=130, writes="tracking", required=True),
        Column(key="barcode", expr=Item.barcode, kind=Kind.CODE, width=130, writes="barcode"),
        Column(key="maker", expr=Item.maker, width=120, writes="maker"),
        Column(key="maker_code", expr=Item.maker_code, kind=Kind.CODE, width=130, writes="maker_code"),
        Column(key="standard_cost", expr=Item.standard_cost, kind=Kind.PRICE, width=100, unit="¥",
               writes="standard_cost", required=True, privilege="standard_cost"),
        Column(key="min_quantity", expr=Item.min_quantity, kind=Kind.QUANTITY, width=80, writes="min_quantity"),
        Column(key="max_quantity", expr=Item.max_quantity, kind=Kind.QUANTITY, width=80, writes="max_quantity"),
        Column(key="lead_time_days", expr=Item.lead_time_days, kind=Kind.INTEGER, width=80, unit="d",
               writes="lead_time_days"),
        Column(key="abc_class", expr=Item.abc_class, kind=Kind.CHOICE, width=70, writes="abc_class"),
        Column(key="supplier", expr=Party.name, expr_zh=Party.name_zh, order_by=Party.sort_key, width=180,
               source="item.supplier_id", writes="supplier_id", reference="suppliers"),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=140, shown=False,
               source="item.org_unit_id"),
        Column(key="retired_on", expr=Item.retired_on, kind=Kind.DATE, width=100, writes="retired_on", shown=False),
        Column(key="merged_into", expr=Survivor.code, kind=Kind.CODE, width=130, source="item.merged_into",
               shown=False),
        Column(key="note", expr=Item.note, width=200, writes="note", shown=False),
        Column(key="id", expr=Item.id, kind=Kind.INTEGER, shown=False),
    ),
)

STOCK_LOCATIONS = ListSpec(
    key="stock_locations", area="stock", name="Stock locations", name_zh="库位",
    table="stock_location", row_id=StockLocation.id, version=StockLocation.version, joins=_location_joins,
    topics=("stock_location",), code_column="code", inserts=True, icon="map-pin", roles=BUSINESS, sort=(Sort("code"),),
    actions=(LABELS,), title_columns=("code", "name"),
    views=(View(key="stocked", name="Holds stock", name_zh="实际库位", condition=Test("stocked", "=", (True,))),),
    columns=(
        Column(key="code", expr=StockLocation.code, kind=Kind.CODE, width=130, writes="code", required=True),
        Column(key="name", expr=StockLocation.name, expr_zh=StockLocation.name_zh, width=200, writes="name",
               required=True),
        Column(key="name_zh", expr=StockLocation.name_zh, width=160, writes="name_zh", shown=False),
        Column(key="path", expr=StockLocation.path, width=260),
        Column(key="kind", expr=StockLocation.kind, kind=Kind.CHOICE, width=110, writes="kind", required=True),
        Column(key="stocked", expr=StockLocation.stocked, kind=Kind.BOOLEAN, width=90),
        Column(key="parent", expr=Parent.code, kind=Kind.CODE, width=130, source="stock_location.parent_id",
               writes="parent_id", reference="stock_locations"),
        Column(key="engineer", expr=Engineer.name, expr_zh=Engineer.name_zh, order_by=Engineer.sort_key, width=120,
               source="stock_location.engineer_id"),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=140, source="stock_location.org_unit_id"),
        Column(key="retired_on", expr=StockLocation.retired_on, kind=Kind.DATE, width=100, writes="retired_on",
               shown=False),
    ),
)

RESERVATIONS = ListSpec(
    key="reservations", area="stock", name="Reservations", name_zh="预留",
    table="reservation", row_id=Reservation.id, joins=_reservation_joins, topics=("reservation",), icon="lock",
    roles=BUSINESS, sort=(Sort("created_at", descending=True),), actions=(REASSIGN, RELEASE),
    title_columns=("work_order", "item"),
    views=(View(key="open", name="Open", name_zh="未领", condition=Test("state", "=", ("open",))),),
    columns=(
        Column(key="work_order", expr=WorkOrder.number, kind=Kind.CODE, width=140, opens=("work_order",
               "work_order_id"),
               source="reservation.work_order_id"),
        Column(key="item", expr=Item.code, kind=Kind.CODE, width=140, opens=("item", "item_id"), source="item.code"),
        Column(key="item_name", expr=Item.name, expr_zh=Item.name_zh, order_by=Item.sort_key, width=220,
               source="item.name"),
        Column(key="location", expr=StockLocation.code, kind=Kind.CODE, width=110, source="stock_balance.location_id"),
        Column(key="lot", expr=Lot.code, kind=Kind.CODE, width=110, source="stock_balance.lot_id"),
        Column(key="quantity", expr=Reservation.quantity, kind=Kind.QUANTITY, width=90, total="sum"),
        Column(key="issued", expr=Reservation.issued, kind=Kind.QUANTITY, width=90, total="sum"),
        Column(key="state", expr=Reservation.state, kind=Kind.STATE, width=100,
               looks=state_looks("state", info=("open",), success=("issued",), neutral=("released",))),
        Column(key="created_at", expr=Reservation.created_at, kind=Kind.DATETIME, width=140),
        Column(key="ends_on", expr=func.erp.reservation_ends(Reservation.created_at, WorkOrder.planned_start),
               kind=Kind.DATE, width=100, source="reservation.ends_on", sortable=False, filterable=False),
        Column(key="work_order_id", expr=Reservation.work_order_id, kind=Kind.INTEGER, shown=False),
        Column(key="item_id", expr=Reservation.item_id, kind=Kind.INTEGER, shown=False, source="reservation.item_id"),
    ),
)
# fmt: on

LISTS: tuple[ListSpec, ...] = (
    STOCK_ON_HAND,
    STOCK_MOVES,
    STOCK_DOCUMENTS,
    ITEMS,
    STOCK_LOCATIONS,
    RESERVATIONS,
)
