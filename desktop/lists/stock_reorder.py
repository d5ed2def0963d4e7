"""Reorder rules, and what they find short."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select, text

from db.orm.parties import Party
from db.orm.platform import OrgUnit
from db.orm.purchasing import Requisition, RequisitionLine
from db.orm.stock import PickLine, PickList, StockLocation
from db.orm.stock_planning import (
    ReorderRule,
    ReorderStatus,
)
from desktop.domain.conditions import Test
from desktop.lists.common import BUSINESS
from desktop.lists.spec import Action, Column, Kind, ListSpec, Look, Sort, View
from desktop.lists.stock_columns import item_columns, unit_column

REQUEST = Action(
    key="request_shortages", name="Make requisitions", name_zh="生成请购单", shortcut="F9",
    roles=frozenset({"clerk", "buyer", "manager"}),
)  # fmt: skip

_short = ReorderStatus.shortage
_not_found = (
    select(PickLine.short_reason)
    .join(PickList, PickList.id == PickLine.pick_list_id)
    .where(
        PickLine.item_id == ReorderStatus.item_id, PickList.org_unit_id == ReorderStatus.org_unit_id,
        PickLine.short > 0, PickLine.short_reason.in_(("missing", "damaged")),
        PickLine.settled_at > func.now() - text("interval '30 days'"),
    )
    .order_by(PickLine.id.desc())
    .limit(1)
    .correlate(ReorderStatus)
    .scalar_subquery()
)  # fmt: skip
"""Why pieces that the books had were not there when somebody came for them, in the last 30 days."""


def _rule_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(ReorderRule.item)
        .join(ReorderRule.location, isouter=True)
        .join(ReorderStatus, ReorderStatus.id == ReorderRule.id, isouter=True)
        .join(OrgUnit, OrgUnit.id == ReorderRule.org_unit_id)
    )


def _status_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(ReorderStatus.item)
        .join(ReorderRule, ReorderRule.id == ReorderStatus.id)
        .join(ReorderStatus.supplier, isouter=True)
        .join(RequisitionLine, RequisitionLine.id == ReorderStatus.requisition_line_id, isouter=True)
        .join(Requisition, Requisition.id == RequisitionLine.requisition_id, isouter=True)
        .join(OrgUnit, OrgUnit.id == ReorderStatus.org_unit_id)
    )


# fmt: off
SHORTAGES = ListSpec(
    key="shortages", area="stock", name="Shortages", name_zh="缺料清单",
    table="reorder_status", row_id=ReorderStatus.id, joins=_status_joins, opens="reorder_rule",
    topics=("reorder_status",), icon="triangle-alert", roles=BUSINESS, sort=(Sort("item"),), actions=(REQUEST,),
    title_columns=("item", "unit"),
    views=(
        View(key="all", name="All rules", name_zh="全部规则"),
        View(key="requested", name="Requested", name_zh="已请购", condition=Test("requisition", "not empty")),
        View(key="short", name="To request", name_zh="待请购", condition=Test("shortage", ">", (0,))),
    ),
    columns=(
        *item_columns(ReorderStatus)[:2],
        unit_column("reorder_status"),
        Column(key="shortage", expr=_short, kind=Kind.QUANTITY, width=90, total="sum",
               looks=(Look(when=Test("shortage", ">", (0,)), role="danger", icon="triangle-alert"),)),
        Column(key="why", expr=ReorderStatus.why, expr_zh=ReorderStatus.why_zh, width=420,
               source="reorder_status.why"),
        Column(key="short_reason", expr=_not_found, kind=Kind.CHOICE, width=110, source="pick_line.short_reason",
               sortable=False, filterable=False),
        Column(key="supplier", expr=Party.name, expr_zh=Party.name_zh, order_by=Party.sort_key, width=160,
               source="reorder_status.supplier_id"),
        Column(key="needed_on", expr=ReorderStatus.needed_on, kind=Kind.DATE, width=100),
        Column(key="requisition", expr=Requisition.number, kind=Kind.CODE, width=130,
               source="reorder_status.requisition_line_id"),
        Column(key="on_hand", expr=ReorderStatus.on_hand, kind=Kind.QUANTITY, width=80),
        Column(key="on_order", expr=ReorderStatus.on_order, kind=Kind.QUANTITY, width=80),
        Column(key="requested", expr=ReorderStatus.requested, kind=Kind.QUANTITY, width=80),
        Column(key="reserved", expr=ReorderStatus.reserved, kind=Kind.QUANTITY, width=80),
        Column(key="needed", expr=ReorderStatus.needed, kind=Kind.QUANTITY, width=80),
        Column(key="projected", expr=ReorderStatus.projected, kind=Kind.QUANTITY, width=90),
        Column(key="min_quantity", expr=ReorderRule.min_quantity, kind=Kind.QUANTITY, width=80),
        Column(key="max_quantity", expr=ReorderRule.max_quantity, kind=Kind.QUANTITY, width=80),
        Column(key="changed_at", expr=ReorderStatus.changed_at, kind=Kind.DATETIME, width=140, shown=False),
        Column(key="item_id", expr=ReorderStatus.item_id, kind=Kind.INTEGER, shown=False),
    ),
)

REORDER_RULES = ListSpec(
    key="reorder_rules", area="stock", name="Reorder rules", name_zh="补货规则",
    table="reorder_rule", row_id=ReorderRule.id, version=ReorderRule.version, joins=_rule_joins, opens="reorder_rule",
    topics=("reorder_rule", "reorder_status"), icon="refresh-cw", roles=BUSINESS, sort=(Sort("item"),),
    title_columns=("item", "unit"),
    views=(
        View(key="active", name="Active", name_zh="在用", condition=Test("active", "=", (True,))),
        View(key="all", name="All", name_zh="全部"),
    ),
    columns=(
        *item_columns(ReorderRule)[:2],
        unit_column("reorder_rule"),
        Column(key="location", expr=StockLocation.code, kind=Kind.CODE, width=100, source="reorder_rule.location_id"),
        Column(key="min_quantity", expr=ReorderRule.min_quantity, kind=Kind.QUANTITY, width=90, writes="min_quantity",
               required=True),
        Column(key="max_quantity", expr=ReorderRule.max_quantity, kind=Kind.QUANTITY, width=90, writes="max_quantity",
               required=True),
        Column(key="multiple", expr=ReorderRule.multiple, kind=Kind.QUANTITY, width=90, writes="multiple",
               required=True),
        Column(key="lead_time_days", expr=ReorderRule.lead_time_days, kind=Kind.INTEGER, width=100,
               writes="lead_time_days"),
        Column(key="method", expr=ReorderRule.method, kind=Kind.CHOICE, width=110, writes="method", required=True),
        Column(key="automatic", expr=ReorderRule.automatic, kind=Kind.BOOLEAN, width=90, writes="automatic",
               required=True),
        Column(key="active", expr=ReorderRule.active, kind=Kind.BOOLEAN, width=80, writes="active", required=True),
        Column(key="projected", expr=ReorderStatus.projected, kind=Kind.QUANTITY, width=90),
        Column(key="shortage", expr=_short, kind=Kind.QUANTITY, width=90,
               looks=(Look(when=Test("shortage", ">", (0,)), role="danger", icon="triangle-alert"),)),
        Column(key="note", expr=ReorderRule.note, width=160, writes="note", shown=False),
        Column(key="item_id", expr=ReorderRule.item_id, kind=Kind.INTEGER, shown=False),
    ),
)
# fmt: on

LISTS: tuple[ListSpec, ...] = (SHORTAGES, REORDER_RULES)
