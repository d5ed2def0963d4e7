"""Counting: the plans that say what is due, and the counts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from db.orm.people import AppUser
from db.orm.platform import OrgUnit
from db.orm.stock import CountPlan, StockCount, StockCountLine, StockDocument, StockLocation
from desktop.domain.conditions import Test
from desktop.lists.common import BUSINESS, state_looks
from desktop.lists.spec import Action, Column, Kind, ListSpec, Sort, View

COUNTERS = frozenset({"clerk", "manager", "finance", "auditor"})
"""Whose grants reach the lines of a count."""

START = Action(
    key="start_count", name="Start a count", name_zh="开始盘点", shortcut="F9", roles=frozenset({"clerk", "manager"})
)

_lines = select(func.count()).where(StockCountLine.count_id == StockCount.id).correlate(StockCount).scalar_subquery()
_counted = (
    select(func.count())
    .where(StockCountLine.count_id == StockCount.id, StockCountLine.counted_at.is_not(None))
    .correlate(StockCount)
    .scalar_subquery()
)


def _plan_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(CountPlan.location).join(OrgUnit, OrgUnit.id == CountPlan.org_unit_id)


def _count_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(StockCount.location)
        .join(StockCount.plan, isouter=True)
        .join(StockDocument, StockDocument.id == StockCount.document_id, isouter=True)
        .join(AppUser, AppUser.id == StockCount.created_by, isouter=True)
        .join(OrgUnit, OrgUnit.id == StockCount.org_unit_id)
    )


# fmt: off
STOCK_COUNTS = ListSpec(
    key="stock_counts", area="stock", name="Counts", name_zh="盘点单",
    table="stock_count", row_id=StockCount.id, joins=_count_joins, opens="stock_count",
    topics=("stock_count", "stock_count_line"), code_column="number", icon="clipboard-check", roles=COUNTERS,
    sort=(Sort("number", descending=True),), title_columns=("number", "location"),
    views=(
        View(key="open", name="Open", name_zh="未完成",
             condition=Test("state", "in", ("counting", "recount", "review"))),
        View(key="review", name="To review", name_zh="待审核", condition=Test("state", "=", ("review",))),
        View(key="posted", name="Posted", name_zh="已过账", condition=Test("state", "=", ("posted",))),
    ),
    columns=(
        Column(key="number", expr=StockCount.number, kind=Kind.CODE, width=140),
        Column(key="state", expr=StockCount.state, kind=Kind.STATE, width=110,
               looks=state_looks("state", info=("counting",), warn=("recount", "review"), success=("posted",),
                                 neutral=("cancelled",))),
        Column(key="location", expr=StockLocation.code, kind=Kind.CODE, width=120, source="stock_count.location_id"),
        Column(key="location_name", expr=StockLocation.name, expr_zh=StockLocation.name_zh, width=180,
               source="stock_location.name"),
        Column(key="plan", expr=CountPlan.name, expr_zh=CountPlan.name_zh, width=160, source="stock_count.plan_id"),
        Column(key="lines", expr=_lines, kind=Kind.INTEGER, width=70, sortable=False, filterable=False,
               source="stock_count.lines"),
        Column(key="counted", expr=_counted, kind=Kind.INTEGER, width=70, sortable=False, filterable=False,
               source="stock_count.counted"),
        Column(key="snapshot_at", expr=StockCount.snapshot_at, kind=Kind.DATETIME, width=140),
        Column(key="started_by", expr=AppUser.display_name, expr_zh=AppUser.display_name_zh, width=120,
               source="stock_count.created_by"),
        Column(key="posted_at", expr=StockCount.posted_at, kind=Kind.DATETIME, width=140),
        Column(key="document", expr=StockDocument.number, kind=Kind.CODE, width=140,
               opens=("stock_document", "document_id"), source="stock_count.document_id"),
        Column(key="note", expr=StockCount.note, width=200, shown=False),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=140, shown=False,
               source="stock_count.org_unit_id"),
        Column(key="document_id", expr=StockCount.document_id, kind=Kind.INTEGER, shown=False),
    ),
)

COUNT_PLANS = ListSpec(
    key="count_plans", area="stock", name="Count plans", name_zh="盘点计划",
    table="count_plan", row_id=CountPlan.id, version=CountPlan.version, joins=_plan_joins, opens="count_plan",
    topics=("count_plan",), code_column="name", icon="calendar-check", roles=BUSINESS, sort=(Sort("name"),),
    actions=(START,), title_columns=("name",),
    views=(View(key="active", name="Active", name_zh="在用", condition=Test("active", "=", (True,))),),
    columns=(
        Column(key="name", expr=CountPlan.name, expr_zh=CountPlan.name_zh, width=220, writes="name", required=True),
        Column(key="name_zh", expr=CountPlan.name_zh, width=160, writes="name_zh", shown=False),
        Column(key="location", expr=StockLocation.code, kind=Kind.CODE, width=130, source="count_plan.location_id",
               writes="location_id", reference="stock_locations", required=True),
        Column(key="every_days_a", expr=CountPlan.every_days_a, kind=Kind.INTEGER, width=110, writes="every_days_a"),
        Column(key="every_days_b", expr=CountPlan.every_days_b, kind=Kind.INTEGER, width=110, writes="every_days_b"),
        Column(key="every_days_c", expr=CountPlan.every_days_c, kind=Kind.INTEGER, width=110, writes="every_days_c"),
        Column(key="lines_per_count", expr=CountPlan.lines_per_count, kind=Kind.INTEGER, width=100,
               writes="lines_per_count", required=True),
        Column(key="recount_rate", expr=CountPlan.recount_rate, kind=Kind.PERCENT, width=110, writes="recount_rate",
               required=True),
        Column(key="recount_amount", expr=CountPlan.recount_amount, kind=Kind.MONEY, width=120,
               writes="recount_amount", required=True, unit="¥"),
        Column(key="approve_amount", expr=CountPlan.approve_amount, kind=Kind.MONEY, width=120,
               writes="approve_amount", required=True, unit="¥"),
        Column(key="recount_by_other", expr=CountPlan.recount_by_other, kind=Kind.BOOLEAN, width=100,
               writes="recount_by_other", required=True),
        Column(key="active", expr=CountPlan.active, kind=Kind.BOOLEAN, width=80, writes="active", required=True),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=140, shown=False,
               source="count_plan.org_unit_id"),
    ),
)
# fmt: on

LISTS: tuple[ListSpec, ...] = (STOCK_COUNTS, COUNT_PLANS)
