"""Planning stock: rules and shortages, consumption, suggestions, ageing, turnover, classifications and disposals."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Date, Integer, MetaData, Numeric, Select, Table, case, func, select, text
from sqlalchemy import Column as TableColumn
from sqlalchemy.orm import aliased

from db.orm.parties import Party
from db.orm.people import AppUser
from db.orm.platform import OrgUnit, OrgUnitClosure
from db.orm.purchasing import Requisition, RequisitionLine
from db.orm.stock import PickLine, PickList, StockDocument, StockLocation
from db.orm.stock_items import Item
from db.orm.stock_planning import (
    AbcRun,
    AbcRunLine,
    Disposal,
    DisposalLine,
    ItemDemand,
    ItemPlan,
    KpiTarget,
    PlanningPolicy,
    ReorderRule,
    ReorderStatus,
    StockTurnover,
)
from desktop.domain.conditions import Group, Test
from desktop.lists.common import BUSINESS, state_looks
from desktop.lists.spec import Action, Column, Kind, ListSpec, Look, Sort, View

VALUERS = frozenset({"clerk", "buyer", "finance", "pm", "manager", "steward", "auditor"})
PLANNERS = frozenset({"clerk", "buyer", "finance", "manager", "steward", "auditor"})

REQUEST = Action(
    key="request_shortages", name="Make requisitions", name_zh="生成请购单", shortcut="F9",
    roles=frozenset({"clerk", "buyer", "manager"}),
)  # fmt: skip
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
CLASSIFY = Action(
    key="start_abc", name="Classify", name_zh="开始分类", shortcut="F9", needs_rows=False,
    roles=frozenset({"buyer", "manager", "steward"}),
)  # fmt: skip

PARTS_PLAN_TABLE = Table(
    "parts_plan",
    MetaData(schema="api"),
    TableColumn("id", BigInteger, nullable=False, primary_key=True),
    TableColumn("org_unit_id", Integer),
    TableColumn("item_id", BigInteger),
    TableColumn("week", Date),
    TableColumn("lead_days", Integer),
    *(
        TableColumn(key, Numeric)
        for key in (
            "multiple", "on_hand", "gross", "scheduled", "projected", "net", "planned_receipt", "planned_release",
            "overdue",
        )
    ),
)  # fmt: skip
FORECASTERS = frozenset({"clerk", "buyer", "finance", "planner", "pm", "manager", "steward", "auditor"})

Decider = aliased(AppUser)
_short = ReorderStatus.shortage
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
_moved = case((AbcRunLine.abc_old.is_distinct_from(AbcRunLine.abc_new), True), else_=False)
_disposal_amount = (
    select(func.coalesce(func.sum(DisposalLine.amount), 0))
    .where(DisposalLine.disposal_id == Disposal.id)
    .correlate(Disposal)
    .scalar_subquery()
)
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
_classified = select(func.count()).where(AbcRunLine.abc_run_id == AbcRun.id).correlate(AbcRun).scalar_subquery()


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


def _run_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(OrgUnit, OrgUnit.id == AbcRun.org_unit_id).join(
        AppUser, AppUser.id == AbcRun.applied_by, isouter=True
    )


def _run_line_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(AbcRunLine.item).join(AbcRun, AbcRun.id == AbcRunLine.abc_run_id)


def _disposal_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(OrgUnit, OrgUnit.id == Disposal.org_unit_id)
        .join(AppUser, AppUser.id == Disposal.proposed_by, isouter=True)
        .join(Decider, Decider.id == Disposal.decided_by, isouter=True)
        .join(StockDocument, StockDocument.id == Disposal.document_id, isouter=True)
    )


def _parts_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.select_from(PARTS_PLAN_TABLE)
        .join(Item, Item.id == PARTS_PLAN_TABLE.c.item_id)
        .join(OrgUnit, OrgUnit.id == PARTS_PLAN_TABLE.c.org_unit_id)
    )


def _target_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(OrgUnit, OrgUnit.id == KpiTarget.org_unit_id)


def _policy_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(OrgUnit, OrgUnit.id == PlanningPolicy.org_unit_id)


# fmt: off
def _item(owner: Any) -> tuple[Column, ...]:
    return (
        Column(key="item", expr=Item.code, kind=Kind.CODE, width=140, opens=("item", "item_id"), source="item.code"),
        Column(key="item_name", expr=Item.name, expr_zh=Item.name_zh, order_by=Item.sort_key, width=200,
               source="item.name"),
        Column(key="item_id", expr=owner.item_id, kind=Kind.INTEGER, shown=False),
    )


def _unit(table: str, *, shown: bool = True) -> Column:
    return Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=150, shown=shown,
                  source=f"{table}.org_unit_id")


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
        *_item(ReorderStatus)[:2],
        _unit("reorder_status"),
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
    views=(View(key="active", name="Active", name_zh="在用", condition=Test("active", "=", (True,))),),
    columns=(
        *_item(ReorderRule)[:2],
        _unit("reorder_rule"),
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

CONSUMPTION = ListSpec(
    key="consumption", area="stock", name="Consumption by month", name_zh="月度消耗",
    table="item_demand", row_id=ItemDemand.id, joins=_demand_joins, topics=("item_demand",), icon="gauge",
    roles=BUSINESS, sort=(Sort("month", descending=True),), actions=(ANALYSE,), title_columns=("item", "month"),
    views=(
        View(key="months", name="By month", name_zh="按月", group_by=("month",)),
        View(key="items", name="By item", name_zh="按物料", group_by=("item",)),
    ),
    columns=(
        Column(key="month", expr=ItemDemand.month, kind=Kind.DATE, width=100),
        *_item(ItemDemand),
        _unit("item_demand"),
        Column(key="quantity", expr=ItemDemand.quantity, kind=Kind.QUANTITY, width=100, total="sum"),
        Column(key="uom", expr=Item.uom, width=60, source="item.uom"),
        Column(key="amount", expr=ItemDemand.amount, kind=Kind.MONEY, width=120, unit="¥", total="sum"),
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
        *_item(ItemPlan),
        _unit("item_plan"),
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
        *_item(ItemPlan),
        _unit("item_plan"),
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
        Column(key="month", expr=StockTurnover.month, kind=Kind.DATE, width=100),
        _unit("stock_turnover"),
        Column(key="turns", expr=StockTurnover.turns, kind=Kind.QUANTITY, width=90,
               looks=(Look(when=Test("met", "=", (False,)), role="warn", icon="triangle-alert"),)),
        Column(key="target", expr=_target, kind=Kind.QUANTITY, width=80, source="kpi_target.target", sortable=False,
               filterable=False),
        Column(key="days", expr=StockTurnover.days, kind=Kind.QUANTITY, width=90),
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
        _unit("kpi_target"),
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
        _unit("planning_policy"),
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

ABC_RUNS = ListSpec(
    key="abc_runs", area="stock", name="ABC and XYZ", name_zh="ABC/XYZ 分类",
    table="abc_run", row_id=AbcRun.id, joins=_run_joins, opens="abc_run", topics=("abc_run",), code_column="number",
    icon="group", roles=VALUERS, sort=(Sort("number", descending=True),), actions=(CLASSIFY,),
    title_columns=("number", "unit"),
    columns=(
        Column(key="number", expr=AbcRun.number, kind=Kind.CODE, width=140),
        Column(key="state", expr=AbcRun.state, kind=Kind.STATE, width=110,
               looks=state_looks("state", info=("draft",), success=("applied",), neutral=("discarded",))),
        _unit("abc_run"),
        Column(key="months", expr=AbcRun.months, kind=Kind.INTEGER, width=70),
        Column(key="until", expr=AbcRun.until, kind=Kind.DATE, width=100),
        Column(key="items", expr=_classified, kind=Kind.INTEGER, width=80, source="abc_run.items", sortable=False,
               filterable=False),
        Column(key="abc_a", expr=AbcRun.abc_a, kind=Kind.PERCENT, width=80),
        Column(key="abc_b", expr=AbcRun.abc_b, kind=Kind.PERCENT, width=80),
        Column(key="applied_at", expr=AbcRun.applied_at, kind=Kind.DATETIME, width=140),
        Column(key="applied_by", expr=AppUser.display_name, expr_zh=AppUser.display_name_zh, width=120,
               source="abc_run.applied_by"),
    ),
)

ABC_LINES = ListSpec(
    key="abc_lines", area="stock", name="Classified items", name_zh="分类明细",
    table="abc_run_line", row_id=AbcRunLine.id, joins=_run_line_joins, topics=("abc_run",), icon="group",
    roles=VALUERS, sort=(Sort("run", descending=True), Sort("place")), title_columns=("item", "run"),
    views=(View(key="changed", name="Changed", name_zh="有变化", condition=Test("changed", "=", (True,))),),
    columns=(
        Column(key="run", expr=AbcRun.number, kind=Kind.CODE, width=130, opens=("abc_run", "abc_run_id"),
               source="abc_run.number"),
        Column(key="place", expr=AbcRunLine.place, kind=Kind.INTEGER, width=60),
        *_item(AbcRunLine),
        Column(key="abc_new", expr=AbcRunLine.abc_new, kind=Kind.CHOICE, width=80),
        Column(key="abc_old", expr=AbcRunLine.abc_old, kind=Kind.CHOICE, width=90),
        Column(key="changed", expr=_moved, kind=Kind.BOOLEAN, width=80, source="abc_run_line.changed"),
        Column(key="xyz_class", expr=AbcRunLine.xyz_class, kind=Kind.CHOICE, width=70),
        Column(key="amount", expr=AbcRunLine.amount, kind=Kind.MONEY, width=120, unit="¥", total="sum"),
        Column(key="share", expr=AbcRunLine.share, kind=Kind.PERCENT, width=90),
        Column(key="cumulative", expr=AbcRunLine.cumulative, kind=Kind.PERCENT, width=100),
        Column(key="quantity", expr=AbcRunLine.quantity, kind=Kind.QUANTITY, width=90),
        Column(key="variation", expr=AbcRunLine.variation, kind=Kind.PRICE, width=90),
        Column(key="abc_run_id", expr=AbcRunLine.abc_run_id, kind=Kind.INTEGER, shown=False),
    ),
)

DISPOSALS = ListSpec(
    key="disposals", area="stock", name="Disposals", name_zh="报废处置",
    table="disposal", row_id=Disposal.id, joins=_disposal_joins, opens="disposal", topics=("disposal",),
    code_column="number", icon="trash-2", roles=PLANNERS, sort=(Sort("number", descending=True),),
    title_columns=("number", "unit"),
    views=(View(key="open", name="To decide", name_zh="待审批", condition=Test("state", "=", ("proposed",))),),
    columns=(
        Column(key="number", expr=Disposal.number, kind=Kind.CODE, width=140),
        Column(key="state", expr=Disposal.state, kind=Kind.STATE, width=110,
               looks=state_looks("state", info=("proposed",), success=("disposed",), danger=("rejected",),
                                 neutral=("withdrawn",))),
        _unit("disposal"),
        Column(key="reason", expr=Disposal.reason, width=240),
        Column(key="amount", expr=_disposal_amount, kind=Kind.MONEY, width=120, unit="¥", sortable=False,
               filterable=False, source="disposal.amount"),
        Column(key="proposed_by", expr=AppUser.display_name, expr_zh=AppUser.display_name_zh, width=120,
               source="disposal.proposed_by"),
        Column(key="decided_by", expr=Decider.display_name, expr_zh=Decider.display_name_zh, width=120,
               source="disposal.decided_by"),
        Column(key="decided_at", expr=Disposal.decided_at, kind=Kind.DATETIME, width=140),
        Column(key="document", expr=StockDocument.number, kind=Kind.CODE, width=140,
               opens=("stock_document", "document_id"), source="disposal.document_id"),
        Column(key="document_id", expr=Disposal.document_id, kind=Kind.INTEGER, shown=False),
    ),
)
_W = PARTS_PLAN_TABLE.c
PARTS_PLAN = ListSpec(
    key="parts_plan", area="stock", name="Parts demand, rows", name_zh="备件需求计划明细",
    table="parts_plan", row_id=_W.id, joins=_parts_joins,
    topics=("work_order", "work_order_part", "stock_balance", "purchase_order_line", "requisition_line"),
    icon="calendar-days", roles=FORECASTERS, sort=(Sort("item"), Sort("week")), title_columns=("item", "week"),
    views=(
        View(key="lacking", name="Lacking", name_zh="有缺口", condition=Test("net", ">", (0,))),
        View(key="to_order", name="To order", name_zh="待下达", condition=Test("planned_release", ">", (0,))),
        View(key="all", name="All", name_zh="全部"),
    ),
    columns=(
        Column(key="item", expr=Item.code, kind=Kind.CODE, width=140, opens=("item", "item_id"), source="item.code"),
        Column(key="item_name", expr=Item.name, expr_zh=Item.name_zh, order_by=Item.sort_key, width=200,
               source="item.name"),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=150, source="parts_plan.org_unit_id"),
        Column(key="week", expr=_W.week, kind=Kind.DATE, width=100, source="parts_plan.week"),
        *(
            Column(key=key, expr=_W[key], kind=Kind.QUANTITY, width=width, source=f"parts_plan.{key}", looks=looks,
                   total="none" if key in ("projected", "on_hand", "multiple") else "sum")
            for key, width, looks in (
                ("gross", 110, ()), ("scheduled", 120, ()), ("projected", 120, ()),
                ("net", 120, (Look(when=Test("net", ">", (0,)), role="warn"),)),
                ("planned_receipt", 120, ()), ("planned_release", 120, ()),
                ("overdue", 90, (Look(when=Test("overdue", ">", (0,)), role="danger", icon="clock"),)),
                ("on_hand", 90, ()), ("multiple", 90, ()),
            )
        ),
        Column(key="lead_days", expr=_W.lead_days, kind=Kind.INTEGER, width=90, source="parts_plan.lead_days"),
        Column(key="uom", expr=Item.uom, width=60, source="item.uom"),
        Column(key="item_id", expr=_W.item_id, kind=Kind.INTEGER, shown=False, source="parts_plan.item_id"),
    ),
)
# fmt: on

LISTS: tuple[ListSpec, ...] = (
    SHORTAGES,
    PARTS_PLAN,
    REORDER_RULES,
    SUGGESTIONS,
    CONSUMPTION,
    ABC_RUNS,
    ABC_LINES,
    AGEING,
    DISPOSALS,
    TURNOVER,
    TARGETS,
    PLANNING_POLICIES,
)
