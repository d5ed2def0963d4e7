"""What stock is kept for: consumption, suggestions, ageing, turnover, and the figures that planning goes by."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from db.orm.platform import OrgUnit, OrgUnitClosure
from db.orm.stock_items import Item
from db.orm.stock_planning import (
    ItemDemand,
    ItemPlan,
    KpiTarget,
    PlanningPolicy,
    ReorderRule,
    StockTurnover,
)
from desktop.domain.conditions import Group, Test
from desktop.lists.common import BUSINESS, state_looks
from desktop.lists.spec import Action, Column, Kind, ListSpec, Look, Sort, View
from desktop.lists.stock import VALUERS
from desktop.lists.stock_columns import item_columns, unit_column

ACCEPT = Action(
    key="accept_suggestions", name="Take the suggestions", name_zh="采纳建议", shortcut="F9",
    roles=frozenset({"buyer", "manager", "steward"}),
)  # fmt: skip
ANALYSE = Action(
    key="analyse_stock", name="Work out anew", name_zh="重新计算", needs_rows=False,
    roles=frozenset({"clerk", "buyer", "manager", "steward"}),
)  # fmt: skip
DISPOSE = Action(
    key="propose_disposal", name="Propose for scrap", name_zh="提出报废", shortcut="F9",
    roles=frozenset({"clerk", "buyer", "manager"}),
)  # fmt: skip


_cover = ItemPlan.on_hand / func.nullif(ItemPlan.forecast, 0)
_target = (
    select(KpiTarget.target)
    .join(OrgUnitClosure, OrgUnitClosure.ancestor_id == KpiTarget.org_unit_id)
    .where(OrgUnitClosure.descendant_id == StockTurnover.org_unit_id, KpiTarget.kpi == "stock_turns")
    .order_by(OrgUnitClosure.depth)
    .limit(1)
    .correlate(StockTurnover)
    .scalar_subquery()
)


def _demand_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(ItemDemand.item).join(OrgUnit, OrgUnit.id == ItemDemand.org_unit_id)


def _plan_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(ItemPlan.item)
        .join(OrgUnit, OrgUnit.id == ItemPlan.org_unit_id)
        .join(
            ReorderRule,
            (ReorderRule.item_id == ItemPlan.item_id)
            & (ReorderRule.org_unit_id == ItemPlan.org_unit_id)
            & ReorderRule.location_id.is_(None),
            isouter=True,
        )
    )


def _turnover_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(OrgUnit, OrgUnit.id == StockTurnover.org_unit_id)


def _target_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(OrgUnit, OrgUnit.id == KpiTarget.org_unit_id)


def _policy_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(OrgUnit, OrgUnit.id == PlanningPolicy.org_unit_id)


# fmt: off
CONSUMPTION = ListSpec(
    key="consumption", area="stock", name="Consumption by month", name_zh="月度消耗",
    table="item_demand", row_id=ItemDemand.id, joins=_demand_joins, topics=("item_demand",), icon="gauge",
    roles=BUSINESS, sort=(Sort("month", descending=True),), actions=(ANALYSE,), title_columns=("item", "month"),
    views=(
        View(key="months", name="By month", name_zh="按月", group_by=("month",)),
        View(key="items", name="By item", name_zh="按物料", group_by=("item",)),
    ),
    columns=(
        Column(key="month", expr=ItemDemand.month, kind=Kind.MONTH, width=100),
        *item_columns(ItemDemand),
        unit_column("item_demand"),
        Column(key="quantity", expr=ItemDemand.quantity, kind=Kind.QUANTITY, width=100, total="sum"),
        Column(key="uom", expr=Item.uom, width=60, source="item.uom"),
        Column(key="amount", expr=ItemDemand.amount, kind=Kind.MONEY, width=120, unit="¥", total="sum",
               privilege="amount"),
        Column(key="issues", expr=ItemDemand.issues, kind=Kind.INTEGER, width=80, total="sum"),
    ),
)

SUGGESTIONS = ListSpec(
    key="suggestions", area="stock", name="Suggestions", name_zh="补货建议",
    table="item_plan", row_id=ItemPlan.id, joins=_plan_joins, topics=("item_plan", "reorder_rule"), icon="flag",
    roles=VALUERS, sort=(Sort("annual_amount", descending=True),), actions=(ACCEPT, ANALYSE),
    title_columns=("item", "unit"),
    views=(
        View(key="used", name="With consumption", name_zh="有消耗", condition=Test("pattern", "!=", ("none",))),
        View(key="without", name="Without a rule", name_zh="无规则",
             condition=Group("all", (Test("pattern", "!=", ("none",)), Test("min_quantity", "empty")))),
    ),
    columns=(
        *item_columns(ItemPlan),
        unit_column("item_plan"),
        Column(key="suggested_min", expr=ItemPlan.suggested_min, kind=Kind.QUANTITY, width=100),
        Column(key="suggested_max", expr=ItemPlan.suggested_max, kind=Kind.QUANTITY, width=100),
        Column(key="min_quantity", expr=ReorderRule.min_quantity, kind=Kind.QUANTITY, width=90),
        Column(key="max_quantity", expr=ReorderRule.max_quantity, kind=Kind.QUANTITY, width=90),
        Column(key="why", expr=ItemPlan.why, expr_zh=ItemPlan.why_zh, width=460, source="item_plan.why"),
        Column(key="pattern", expr=ItemPlan.pattern, kind=Kind.CHOICE, width=110),
        Column(key="method", expr=ItemPlan.method, kind=Kind.CHOICE, width=120),
        Column(key="forecast", expr=ItemPlan.forecast, kind=Kind.QUANTITY, width=100),
        Column(key="safety_quantity", expr=ItemPlan.safety_quantity, kind=Kind.QUANTITY, width=100),
        Column(key="demand", expr=ItemPlan.demand, kind=Kind.QUANTITY, width=90, shown=False),
        Column(key="months", expr=ItemPlan.months, kind=Kind.INTEGER, width=70, shown=False),
        Column(key="moving_average", expr=ItemPlan.moving_average, kind=Kind.QUANTITY, width=100, shown=False),
        Column(key="croston", expr=ItemPlan.croston, kind=Kind.QUANTITY, width=90, shown=False),
        Column(key="sba", expr=ItemPlan.sba, kind=Kind.QUANTITY, width=90, shown=False),
        Column(key="adi", expr=ItemPlan.adi, kind=Kind.PRICE, width=90, shown=False),
        Column(key="cv2", expr=ItemPlan.cv2, kind=Kind.PRICE, width=90, shown=False),
        Column(key="lead_time_days", expr=ItemPlan.lead_time_days, kind=Kind.INTEGER, width=90, shown=False),
        Column(key="service_level", expr=ItemPlan.service_level, kind=Kind.PERCENT, width=100, shown=False),
        Column(key="annual_amount", expr=ItemPlan.annual_amount, order_by=ItemPlan.annual_cents, kind=Kind.MONEY,
               width=120, unit="¥", total="sum"),
        Column(key="on_hand", expr=ItemPlan.on_hand, kind=Kind.QUANTITY, width=90),
        Column(key="until", expr=ItemPlan.until, kind=Kind.DATE, width=100),
        Column(key="computed_at", expr=ItemPlan.computed_at, kind=Kind.DATETIME, width=140, shown=False),
    ),
)

AGEING = ListSpec(
    key="stock_ageing", area="stock", name="Ageing", name_zh="库龄分析",
    table="item_plan", row_id=ItemPlan.id, joins=_plan_joins, topics=("item_plan",), icon="clock",
    roles=VALUERS, sort=(Sort("idle_days", descending=True),), actions=(DISPOSE, ANALYSE),
    title_columns=("item", "unit"),
    views=(
        View(key="obsolete", name="Obsolete", name_zh="呆滞", condition=Test("ageing", "=", ("obsolete",))),
        View(key="slow", name="Slow", name_zh="滞销", condition=Test("ageing", "=", ("slow",))),
        View(key="stocked", name="In stock", name_zh="有库存", condition=Test("ageing", "!=", ("empty",))),
    ),
    columns=(
        *item_columns(ItemPlan),
        unit_column("item_plan"),
        Column(key="ageing", expr=ItemPlan.ageing, kind=Kind.STATE, width=110,
               looks=state_looks("ageing", success=("active",), warn=("slow",), danger=("obsolete",),
                                 neutral=("empty",))),
        Column(key="idle_days", expr=ItemPlan.idle_days, kind=Kind.INTEGER, width=90),
        Column(key="last_consumed_on", expr=ItemPlan.last_consumed_on, kind=Kind.DATE, width=110),
        Column(key="last_received_on", expr=ItemPlan.last_received_on, kind=Kind.DATE, width=110),
        Column(key="on_hand", expr=ItemPlan.on_hand, kind=Kind.QUANTITY, width=90),
        Column(key="uom", expr=Item.uom, width=60, source="item.uom"),
        Column(key="stock_value", expr=ItemPlan.stock_value, kind=Kind.MONEY, width=120, unit="¥", total="sum"),
        Column(key="cover", expr=_cover, kind=Kind.QUANTITY, width=100, source="item_plan.cover"),
        Column(key="annual_quantity", expr=ItemPlan.annual_quantity, kind=Kind.QUANTITY, width=110),
        Column(key="xyz_class", expr=ItemPlan.xyz_class, kind=Kind.CHOICE, width=70),
    ),
)

TURNOVER = ListSpec(
    key="stock_turnover", area="stock", name="Turnover by month", name_zh="月度周转",
    table="stock_turnover", row_id=StockTurnover.id, joins=_turnover_joins, topics=("stock_turnover", "kpi_target"),
    icon="refresh-cw", roles=VALUERS, sort=(Sort("month", descending=True),), actions=(ANALYSE,),
    title_columns=("unit", "month"),
    columns=(
        Column(key="month", expr=StockTurnover.month, kind=Kind.MONTH, width=100),
        unit_column("stock_turnover"),
        Column(key="turns", expr=StockTurnover.turns, kind=Kind.MONEY, width=90,
               looks=(Look(when=Test("met", "=", (False,)), role="warn", icon="triangle-alert"),)),
        Column(key="target", expr=_target, kind=Kind.MONEY, width=80, source="kpi_target.target", sortable=False,
               filterable=False),
        Column(key="days", expr=StockTurnover.days, kind=Kind.MONEY, width=90),
        Column(key="opening", expr=StockTurnover.opening, kind=Kind.MONEY, width=120, unit="¥"),
        Column(key="consumed", expr=StockTurnover.consumed, kind=Kind.MONEY, width=120, unit="¥", total="sum"),
        Column(key="closing", expr=StockTurnover.closing, kind=Kind.MONEY, width=120, unit="¥"),
        Column(key="consumed_12", expr=StockTurnover.consumed_12, kind=Kind.MONEY, width=130, unit="¥"),
        Column(key="average_12", expr=StockTurnover.average_12, kind=Kind.MONEY, width=130, unit="¥"),
        Column(key="met", expr=StockTurnover.turns >= _target, kind=Kind.BOOLEAN, width=80,
               source="stock_turnover.met", shown=False),
    ),
)

TARGETS = ListSpec(
    key="kpi_targets", area="stock", name="Targets", name_zh="目标值",
    table="kpi_target", row_id=KpiTarget.id, version=KpiTarget.version, joins=_target_joins, topics=("kpi_target",),
    opens="kpi_target",
    icon="flag", roles=BUSINESS, sort=(Sort("unit"),), title_columns=("unit", "kpi"),
    columns=(
        unit_column("kpi_target"),
        Column(key="kpi", expr=KpiTarget.kpi, kind=Kind.CHOICE, width=160),
        Column(key="target", expr=KpiTarget.target, kind=Kind.QUANTITY, width=100, writes="target", required=True),
    ),
)

PLANNING_POLICIES = ListSpec(
    key="planning_policies", area="stock", name="Planning figures", name_zh="计划参数",
    table="planning_policy", row_id=PlanningPolicy.id, version=PlanningPolicy.version, joins=_policy_joins,
    topics=("planning_policy",), icon="cog", roles=BUSINESS,
    sort=(Sort("unit"),), title_columns=("unit",),
    columns=(
        unit_column("planning_policy"),
        *(
            Column(key=key, expr=getattr(PlanningPolicy, key), kind=kind, width=130, writes=key, required=True)
            for key, kind in (
                ("history_months", Kind.INTEGER), ("average_months", Kind.INTEGER), ("smoothing", Kind.PRICE),
                ("lead_time_days", Kind.INTEGER), ("service_a", Kind.PERCENT), ("service_b", Kind.PERCENT),
                ("service_c", Kind.PERCENT), ("cover_a", Kind.QUANTITY), ("cover_b", Kind.QUANTITY),
                ("cover_c", Kind.QUANTITY), ("abc_a", Kind.PERCENT), ("abc_b", Kind.PERCENT),
                ("xyz_x", Kind.QUANTITY), ("xyz_y", Kind.QUANTITY), ("slow_days", Kind.INTEGER),
                ("obsolete_days", Kind.INTEGER),
            )
        ),
    ),
)

# fmt: on

LISTS: tuple[ListSpec, ...] = (SUGGESTIONS, CONSUMPTION, AGEING, TURNOVER, TARGETS, PLANNING_POLICIES)
