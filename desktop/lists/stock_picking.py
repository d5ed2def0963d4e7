"""Fetching parts: what open orders still need, the pick lists, and their lines with what was short."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import aliased

from db.orm.people import AppUser
from db.orm.platform import OrgUnit
from db.orm.stock import Lot, PickLine, PickList, Reservation, StockDocument, StockLocation, StockMove
from db.orm.stock_items import Item
from db.orm.stock_planning import OrderReadiness
from db.orm.work_orders import WorkOrder, WorkOrderPart
from desktop.domain.conditions import Group, Test
from desktop.lists.common import BUSINESS, state_looks
from desktop.lists.spec import Action, Column, Kind, ListSpec, Look, Sort, View

RESERVE_ALL = Action(
    key="reserve_orders", name="Reserve the orders' parts", name_zh="预留工单备件", shortcut="Ctrl+R",
    roles=frozenset({"clerk", "planner", "desk"}),
)  # fmt: skip
PICK = Action(
    key="start_pick", name="Make a pick list", name_zh="生成拣货单", shortcut="F9",
    roles=frozenset({"clerk", "manager"}),
)  # fmt: skip

WANTING = (
    "submitted", "approved", "planned", "dispatched", "accepted", "travelling", "on_site", "working", "waiting_part",
    "waiting_customer",
)  # fmt: skip
"""States of orders that still want their parts, as erp.wants_parts has them."""

FromPlace, ToPlace = aliased(StockLocation), aliased(StockLocation)

PARTS_STATE = OrderReadiness.signal
"""The parts-ready signal of an order; lists that show it join `OrderReadiness` by the order's id, outer."""
PARTS_LOOKS = state_looks(
    "parts_ready", success=("ready",), info=("coming",), warn=("partly", "late"), danger=("missing",)
)

_issued = func.coalesce(
    select(func.sum(case((ToPlace.kind == "customer", StockMove.quantity), else_=-StockMove.quantity)))
    .join(FromPlace, FromPlace.id == StockMove.from_location_id)
    .join(ToPlace, ToPlace.id == StockMove.to_location_id)
    .where(
        StockMove.work_order_id == WorkOrderPart.work_order_id,
        StockMove.item_id == WorkOrderPart.item_id,
        or_(ToPlace.kind == "customer", FromPlace.kind == "customer"),
    )
    .correlate(WorkOrderPart)
    .scalar_subquery(),
    0,
)
_reserved = func.coalesce(
    select(func.sum(Reservation.quantity - Reservation.issued))
    .where(
        Reservation.work_order_id == WorkOrderPart.work_order_id,
        Reservation.item_id == WorkOrderPart.item_id,
        Reservation.state == "open",
    )
    .correlate(WorkOrderPart)
    .scalar_subquery(),
    0,
)
_missing = func.greatest(WorkOrderPart.quantity - _issued - _reserved, 0)

_lines = select(func.count()).where(PickLine.pick_list_id == PickList.id).correlate(PickList).scalar_subquery()
_open_lines = (
    select(func.count())
    .where(PickLine.pick_list_id == PickList.id, PickLine.state.in_(("open", "picked", "part")))
    .correlate(PickList)
    .scalar_subquery()
)


_why_short = (
    select(PickLine.short_reason)
    .where(
        PickLine.work_order_id == WorkOrderPart.work_order_id, PickLine.item_id == WorkOrderPart.item_id,
        PickLine.short > 0, PickLine.short_reason.in_(("missing", "damaged", "later")),
    )
    .order_by(PickLine.id.desc())
    .limit(1)
    .correlate(WorkOrderPart)
    .scalar_subquery()
)  # fmt: skip
"""Why the last walk for that order brought less of the part than it wanted."""


def _demand_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(WorkOrderPart.work_order)
        .join(WorkOrderPart.item)
        .join(OrgUnit, OrgUnit.id == WorkOrder.org_unit_id)
        .join(OrderReadiness, OrderReadiness.id == WorkOrderPart.work_order_id, isouter=True)
        .where(WorkOrder.state.in_(WANTING))
    )


def _list_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(PickList.location, isouter=True)
        .join(OrgUnit, OrgUnit.id == PickList.org_unit_id)
        .join(AppUser, AppUser.id == PickList.created_by, isouter=True)
    )


def _line_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(PickLine.pick_list)
        .join(PickLine.work_order)
        .join(PickLine.item)
        .join(PickLine.location)
        .join(PickLine.lot, isouter=True)
        .join(StockDocument, StockDocument.id == PickLine.document_id, isouter=True)
        .join(AppUser, AppUser.id == PickLine.picked_by, isouter=True)
    )


# fmt: off
PART_DEMAND = ListSpec(
    key="part_demand", area="stock", name="Parts demand", name_zh="备件需求",
    table="work_order_part", row_id=WorkOrderPart.id, joins=_demand_joins,
    topics=("work_order_part", "work_order", "reservation", "stock_move", "order_readiness"), icon="list",
    roles=BUSINESS,
    sort=(Sort("planned_start"), Sort("work_order")), actions=(RESERVE_ALL, PICK),
    title_columns=("work_order", "item"),
    views=(
        View(key="missing", name="Missing", name_zh="缺少", condition=Test("missing", ">", (0,))),
        View(key="to_fetch", name="To fetch", name_zh="待拣", condition=Test("reserved", ">", (0,))),
        View(key="by_item", name="Missing by part", name_zh="缺少（按物料）", condition=Test("missing", ">", (0,)),
             group_by=("item",)),
        View(key="all", name="All", name_zh="全部"),
    ),
    columns=(
        Column(key="work_order", expr=WorkOrder.number, kind=Kind.CODE, width=140, source="work_order.number",
               opens=("work_order", "work_order_id")),
        Column(key="item", expr=Item.code, kind=Kind.CODE, width=140, opens=("item", "item_id"), source="item.code"),
        Column(key="item_name", expr=Item.name, expr_zh=Item.name_zh, order_by=Item.sort_key, width=200,
               source="item.name"),
        Column(key="missing", expr=_missing, kind=Kind.QUANTITY, width=90, total="sum",
               source="work_order_part.missing", looks=(Look(when=Test("missing", ">", (0,)), role="warn"),)),
        Column(key="quantity", expr=WorkOrderPart.quantity, kind=Kind.QUANTITY, width=90, total="sum"),
        Column(key="issued", expr=_issued, kind=Kind.QUANTITY, width=90, total="sum", source="work_order_part.issued"),
        Column(key="reserved", expr=_reserved, kind=Kind.QUANTITY, width=90, total="sum",
               source="work_order_part.reserved"),
        Column(key="short_reason", expr=_why_short, kind=Kind.CHOICE, width=110, source="pick_line.short_reason",
               sortable=False, filterable=False),
        Column(key="uom", expr=Item.uom, width=60, source="item.uom"),
        Column(key="parts_ready", expr=PARTS_STATE, kind=Kind.STATE, width=110, source="work_order.parts_ready",
               looks=PARTS_LOOKS),
        Column(key="title", expr=WorkOrder.title, expr_zh=WorkOrder.title_zh, width=200, source="work_order.title"),
        Column(key="state", expr=WorkOrder.state, kind=Kind.STATE, width=110, source="work_order.state",
               looks=state_looks("state", warn=("waiting_part", "waiting_customer"),
                                 info=("planned", "dispatched", "accepted", "travelling", "on_site", "working"),
                                 neutral=("submitted", "approved"))),
        Column(key="planned_start", expr=WorkOrder.planned_start, kind=Kind.DATETIME, width=140,
               source="work_order.planned_start"),
        Column(key="due_at", expr=WorkOrder.due_at, kind=Kind.DATETIME, width=140, source="work_order.due_at",
               shown=False),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=140, shown=False,
               source="work_order.org_unit_id"),
        Column(key="work_order_id", expr=WorkOrderPart.work_order_id, kind=Kind.INTEGER, shown=False,
               source="work_order_part.work_order_id"),
        Column(key="item_id", expr=WorkOrderPart.item_id, kind=Kind.INTEGER, shown=False,
               source="work_order_part.item_id"),
    ),
)

PICK_LISTS = ListSpec(
    key="pick_lists", area="stock", name="Pick lists", name_zh="拣货单",
    table="pick_list", row_id=PickList.id, joins=_list_joins, opens="pick_list", topics=("pick_list", "pick_line"),
    code_column="number", icon="package", roles=BUSINESS, sort=(Sort("number", descending=True),),
    title_columns=("number",),
    views=(
        View(key="open", name="To fetch", name_zh="待拣", condition=Test("state", "=", ("open",))),
        View(key="all", name="All", name_zh="全部"),
    ),
    columns=(
        Column(key="number", expr=PickList.number, kind=Kind.CODE, width=140),
        Column(key="state", expr=PickList.state, kind=Kind.STATE, width=110,
               looks=state_looks("state", info=("open",), success=("done",), neutral=("cancelled",))),
        Column(key="location", expr=StockLocation.code, kind=Kind.CODE, width=120, source="pick_list.location_id"),
        Column(key="lines", expr=_lines, kind=Kind.INTEGER, width=80, sortable=False, filterable=False,
               source="pick_list.lines"),
        Column(key="open_lines", expr=_open_lines, kind=Kind.INTEGER, width=90, sortable=False, filterable=False,
               source="pick_list.open_lines"),
        Column(key="created_at", expr=PickList.created_at, kind=Kind.DATETIME, width=140),
        Column(key="made_by", expr=AppUser.display_name, expr_zh=AppUser.display_name_zh, width=120,
               source="pick_list.created_by"),
        Column(key="finished_at", expr=PickList.finished_at, kind=Kind.DATETIME, width=140),
        Column(key="note", expr=PickList.note, width=200),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=140, source="pick_list.org_unit_id"),
    ),
)

PICK_LINES = ListSpec(
    key="pick_lines", area="stock", name="Picked and short", name_zh="拣货明细",
    table="pick_line", row_id=PickLine.id, joins=_line_joins, topics=("pick_line",), icon="clipboard-check",
    roles=BUSINESS, sort=(Sort("id", descending=True),), title_columns=("list", "item"),
    views=(
        View(key="short", name="Short", name_zh="短拣", condition=Group("all", (
            Test("short", ">", (0,)), Test("short_reason", "in", ("missing", "damaged", "later"))))),
        View(key="open", name="To fetch", name_zh="待拣", condition=Test("state", "in", ("open", "picked", "part"))),
        View(key="all", name="All", name_zh="全部"),
    ),
    columns=(
        Column(key="list", expr=PickList.number, kind=Kind.CODE, width=140, source="pick_line.pick_list_id",
               opens=("pick_list", "pick_list_id")),
        Column(key="line_no", expr=PickLine.line_no, kind=Kind.INTEGER, width=60),
        Column(key="work_order", expr=WorkOrder.number, kind=Kind.CODE, width=140, source="pick_line.work_order_id",
               opens=("work_order", "work_order_id")),
        Column(key="item", expr=Item.code, kind=Kind.CODE, width=140, opens=("item", "item_id"), source="item.code"),
        Column(key="item_name", expr=Item.name, expr_zh=Item.name_zh, order_by=Item.sort_key, width=200,
               source="item.name"),
        Column(key="location", expr=StockLocation.code, kind=Kind.CODE, width=110, source="pick_line.location_id"),
        Column(key="lot", expr=Lot.code, kind=Kind.CODE, width=110, source="pick_line.lot_id"),
        Column(key="quantity", expr=PickLine.quantity, kind=Kind.QUANTITY, width=90, total="sum"),
        Column(key="picked", expr=PickLine.picked, kind=Kind.QUANTITY, width=90, total="sum"),
        Column(key="issued", expr=PickLine.issued, kind=Kind.QUANTITY, width=90, total="sum"),
        Column(key="short", expr=PickLine.short, kind=Kind.QUANTITY, width=90, total="sum",
               looks=(Look(when=Test("short", ">", (0,)), role="warn"),)),
        Column(key="short_reason", expr=PickLine.short_reason, kind=Kind.CHOICE, width=120),
        Column(key="state", expr=PickLine.state, kind=Kind.STATE, width=120,
               looks=state_looks("state", info=("open", "picked", "part"), success=("issued",),
                                 warn=("short", "part_short"))),
        Column(key="picked_by", expr=AppUser.display_name, expr_zh=AppUser.display_name_zh, width=120,
               source="pick_line.picked_by"),
        Column(key="picked_at", expr=PickLine.picked_at, kind=Kind.DATETIME, width=140),
        Column(key="document", expr=StockDocument.number, kind=Kind.CODE, width=140, source="pick_line.document_id",
               opens=("stock_document", "document_id")),
        Column(key="id", expr=PickLine.id, kind=Kind.INTEGER, shown=False),
        Column(key="pick_list_id", expr=PickLine.pick_list_id, kind=Kind.INTEGER, shown=False),
        Column(key="work_order_id", expr=PickLine.work_order_id, kind=Kind.INTEGER, shown=False),
        Column(key="item_id", expr=PickLine.item_id, kind=Kind.INTEGER, shown=False),
        Column(key="document_id", expr=PickLine.document_id, kind=Kind.INTEGER, shown=False),
    ),
)
# fmt: on

LISTS: tuple[ListSpec, ...] = (PART_DEMAND, PICK_LISTS, PICK_LINES)
