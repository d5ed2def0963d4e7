"""Jobs: work orders, and the hours and journeys they took."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Numeric, Select, cast, func, select

from db.orm.assets import Asset, AssetClass
from db.orm.contracts import Contract
from db.orm.parties import Party, Site
from db.orm.platform import OrgUnit
from db.orm.scheduling import Engineer, Skill
from db.orm.stock_planning import OrderReadiness
from db.orm.work_orders import JobPlan, Labour, Travel, WorkOrder
from desktop.domain.conditions import Group, Test
from desktop.lists.common import BUSINESS, state_looks
from desktop.lists.spec import Column, Kind, ListSpec, Look, Sort, View
from desktop.lists.stock_picking import PARTS_LOOKS, PARTS_STATE

_OPEN = Test("state", "not in", ("closed", "cancelled", "confirmed", "done"))
_PARTS_WANTING = Group(
    "any",
    (
        Test("state", "=", ("waiting_part",)),
        Group("all", (Test("parts_ready", "in", ("late", "partly", "missing")), _OPEN)),
    ),
)
_OVERDUE = Group("all", (Test("due_at", "<", ("today",)), _OPEN))


# Not a join: warehouse clerks and buyers see orders but no contracts, so for them only this column is absent.
_contract_number = (
    select(Contract.number).where(Contract.id == WorkOrder.contract_id).correlate(WorkOrder).scalar_subquery()
)


def _order_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(WorkOrder.asset, isouter=True)
        .join(WorkOrder.site, isouter=True)
        .join(WorkOrder.customer, isouter=True)
        .join(WorkOrder.engineer, isouter=True)
        .join(WorkOrder.skill, isouter=True)
        .join(WorkOrder.org_unit, isouter=True)
        .join(OrderReadiness, OrderReadiness.id == WorkOrder.id, isouter=True)
    )


# fmt: off
WORK_ORDERS = ListSpec(
    key="work_orders", area="work_orders", name="Work orders", name_zh="工单",
    table="work_order", row_id=WorkOrder.id, version=WorkOrder.version, joins=_order_joins, opens="work_order",
    topics=("work_order", "work_order_part", "reservation", "order_readiness"),
    search="work_order", code_column="number", custom=WorkOrder.custom,
    icon="wrench", roles=BUSINESS, sort=(Sort("number", descending=True),), title_columns=("number", "title"),
    columns=(
        Column(key="number", expr=WorkOrder.number, kind=Kind.CODE, width=140, opens=("work_order", "id")),
        Column(key="title", expr=WorkOrder.title, expr_zh=WorkOrder.title_zh, width=260, writes="title",
               required=True),
        Column(key="state", expr=WorkOrder.state, kind=Kind.STATE, width=120,
               looks=state_looks("state", success=("done", "confirmed", "closed"),
                                 warn=("waiting_part", "waiting_customer"),
                                 info=("planned", "dispatched", "accepted", "travelling", "on_site", "working"),
                                 neutral=("draft", "submitted", "approved", "cancelled"))),
        Column(key="priority", expr=WorkOrder.priority, kind=Kind.CHOICE, width=80, writes="priority", required=True,
               looks=(Look(when=Test("priority", "=", ("P1",)), role="danger", icon="flag"),
                      Look(when=Test("priority", "=", ("P2",)), role="warn", icon="flag"))),
        Column(key="kind", expr=WorkOrder.kind, kind=Kind.CHOICE, width=110, writes="kind", required=True),
        Column(key="due_at", expr=WorkOrder.due_at, kind=Kind.DATETIME, width=140, writes="due_at",
               looks=(Look(when=_OVERDUE, role="danger", icon="clock"),)),
        Column(key="parts_ready", expr=PARTS_STATE, kind=Kind.STATE, width=110, source="work_order.parts_ready",
               looks=PARTS_LOOKS),
        Column(key="asset", expr=Asset.code, kind=Kind.CODE, source="work_order.asset_id", width=120,
               opens=("asset", "asset_id")),
        Column(key="asset_name", expr=Asset.name, expr_zh=Asset.name_zh, order_by=Asset.sort_key, width=200),
        Column(key="site", expr=Site.name, expr_zh=Site.name_zh, source="work_order.site_id", width=180,
               opens=("site", "site_id")),
        Column(key="customer", expr=Party.name, expr_zh=Party.name_zh, source="work_order.customer_id",
               order_by=Party.sort_key, width=200, opens=("customer", "customer_id")),
        Column(key="engineer", expr=Engineer.name, expr_zh=Engineer.name_zh, source="work_order.engineer_id",
               order_by=Engineer.sort_key, width=120),
        Column(key="planned_start", expr=WorkOrder.planned_start, kind=Kind.DATETIME, width=140),
        Column(key="planned_minutes", expr=WorkOrder.planned_minutes, kind=Kind.INTEGER, width=90, total="sum",
               unit="min", writes="planned_minutes", required=True),
        Column(key="contract", expr=_contract_number, kind=Kind.CODE, source="work_order.contract_id", width=140,
               opens=("contract", "contract_id"), shown=False),
        Column(key="skill", expr=Skill.name, expr_zh=Skill.name_zh, source="work_order.skill_id", width=140,
               shown=False),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, source="work_order.org_unit_id", width=140,
               shown=False),
        Column(key="reported_at", expr=WorkOrder.reported_at, kind=Kind.DATETIME, width=140, shown=False),
        Column(key="planned_end", expr=WorkOrder.planned_end, kind=Kind.DATETIME, width=140, shown=False),
        Column(key="started_at", expr=WorkOrder.started_at, kind=Kind.DATETIME, width=140, shown=False),
        Column(key="finished_at", expr=WorkOrder.finished_at, kind=Kind.DATETIME, width=140, shown=False),
        Column(key="closed_at", expr=WorkOrder.closed_at, kind=Kind.DATETIME, width=140, shown=False),
        Column(key="parts_settled", expr=WorkOrder.parts_settled, kind=Kind.BOOLEAN, width=90, shown=False),
        Column(key="confirmed_by", expr=WorkOrder.confirmed_by, width=120, shown=False),
        Column(key="note", expr=WorkOrder.note, width=240, shown=False, writes="note"),
        Column(key="source_key", expr=WorkOrder.source_key, kind=Kind.CODE, width=160, shown=False),
        Column(key="engineer_user_id", expr=Engineer.user_id, kind=Kind.INTEGER, width=80, shown=False),
        Column(key="asset_id", expr=WorkOrder.asset_id, kind=Kind.INTEGER, width=80, shown=False),
        Column(key="site_id", expr=WorkOrder.site_id, kind=Kind.INTEGER, width=80, shown=False),
        Column(key="customer_id", expr=WorkOrder.customer_id, kind=Kind.INTEGER, width=80, shown=False),
        Column(key="contract_id", expr=WorkOrder.contract_id, kind=Kind.INTEGER, width=80, shown=False),
        Column(key="id", expr=WorkOrder.id, kind=Kind.INTEGER, width=80, shown=False),
    ),
    views=(
        View(key="open", name="Open", name_zh="未完工", condition=_OPEN, sort=(Sort("due_at"), Sort("priority"))),
        View(key="overdue", name="Overdue", name_zh="已超期", condition=_OVERDUE, sort=(Sort("due_at"),)),
        View(key="unassigned", name="Without an engineer", name_zh="未派工程师",
             condition=Group("all", (Test("engineer", "empty"), _OPEN)), sort=(Sort("due_at"),)),
        View(key="parts_late", name="Parts not there", name_zh="备件未齐", condition=_PARTS_WANTING,
             sort=(Sort("due_at"),)),
        View(key="mine", name="Mine", name_zh="我的工单",
             condition=Group("all", (Test("engineer_user_id", "=", ("me",)), _OPEN)), sort=(Sort("planned_start"),)),
        View(key="by_customer", name="Open by customer", name_zh="未完工（按客户）", condition=_OPEN,
             group_by=("customer",), sort=(Sort("due_at"),)),
        View(key="by_engineer", name="Open by engineer", name_zh="未完工（按工程师）", condition=_OPEN,
             group_by=("engineer",), sort=(Sort("planned_start"),)),
        View(key="closed", name="Closed in 30 days", name_zh="30 天内关闭",
             condition=Test("closed_at", ">=", ("today-30",)), sort=(Sort("closed_at", descending=True),)),
        View(key="all", name="All", name_zh="全部"),
    ),
)


def _labour_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(Labour.work_order)
        .join(Labour.engineer)
        .join(Labour.org_unit, isouter=True)
        .join(Party, Party.id == WorkOrder.customer_id, isouter=True)
    )


_seconds = func.extract("epoch", func.upper(Labour.period) - func.lower(Labour.period))
_hours = func.round(cast(_seconds, Numeric()) / 3600, 2, type_=Numeric())

LABOUR = ListSpec(
    key="labour", area="work_orders", name="Hours", name_zh="工时",
    table="labour", row_id=Labour.id, version=Labour.version, joins=_labour_joins, opens="work_order",
    topics=("labour",), icon="clock", roles=BUSINESS - {"clerk", "buyer"},
    sort=(Sort("starts_at", descending=True),),
    columns=(
        Column(key="starts_at", expr=func.lower(Labour.period), kind=Kind.DATETIME, source="labour.period",
               width=140),
        Column(key="ends_at", expr=func.upper(Labour.period), kind=Kind.DATETIME, source="labour.period", width=140,
               shown=False),
        Column(key="engineer", expr=Engineer.name, expr_zh=Engineer.name_zh, source="labour.engineer_id",
               order_by=Engineer.sort_key, width=120),
        Column(key="work_order", expr=WorkOrder.number, kind=Kind.CODE, source="labour.work_order_id", width=140,
               opens=("work_order", "work_order_id")),
        Column(key="title", expr=WorkOrder.title, expr_zh=WorkOrder.title_zh, width=240),
        Column(key="customer", expr=Party.name, expr_zh=Party.name_zh, source="work_order.customer_id", width=180),
        Column(key="labour_type", expr=Labour.labour_type, kind=Kind.CHOICE, width=100),
        Column(key="hours", expr=_hours, kind=Kind.QUANTITY, width=90, total="sum", unit="h",
               source="labour.hours"),
        Column(key="hourly_rate", expr=Labour.hourly_rate, kind=Kind.PRICE, width=100, unit="¥",
               privilege="hourly_rate", shown=False),
        Column(key="amount", expr=Labour.amount, kind=Kind.MONEY, width=110, total="sum", unit="¥",
               privilege="amount"),
        Column(key="state", expr=Labour.state, kind=Kind.STATE, width=100,
               looks=state_looks("state", success=("approved",), info=("entered",), neutral=("reversed",))),
        Column(key="note", expr=Labour.note, width=220),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, source="labour.org_unit_id", width=140,
               shown=False),
        Column(key="work_order_id", expr=Labour.work_order_id, kind=Kind.INTEGER, width=80, shown=False),
        Column(key="id", expr=Labour.id, kind=Kind.INTEGER, width=80, shown=False),
    ),
    views=(
        View(key="to_approve", name="To approve", name_zh="待审批", condition=Test("state", "=", ("entered",))),
        View(key="by_engineer", name="By engineer", name_zh="按工程师", group_by=("engineer",)),
        View(key="by_order", name="By work order", name_zh="按工单", group_by=("work_order",)),
        View(key="all", name="All", name_zh="全部"),
    ),
)


def _travel_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(Travel.work_order)
        .join(Travel.engineer)
        .join(Travel.org_unit, isouter=True)
        .join(Party, Party.id == WorkOrder.customer_id, isouter=True)
    )


TRAVEL = ListSpec(
    key="travel", area="work_orders", name="Journeys", name_zh="差旅",
    table="travel", row_id=Travel.id, version=Travel.version, joins=_travel_joins, opens="work_order",
    topics=("travel",), icon="car", roles=BUSINESS - {"clerk", "buyer"},
    sort=(Sort("travelled_on", descending=True),),
    columns=(
        Column(key="travelled_on", expr=Travel.travelled_on, kind=Kind.DATE, width=110),
        Column(key="engineer", expr=Engineer.name, expr_zh=Engineer.name_zh, source="travel.engineer_id",
               order_by=Engineer.sort_key, width=120),
        Column(key="work_order", expr=WorkOrder.number, kind=Kind.CODE, source="travel.work_order_id", width=140,
               opens=("work_order", "work_order_id")),
        Column(key="title", expr=WorkOrder.title, expr_zh=WorkOrder.title_zh, width=240),
        Column(key="customer", expr=Party.name, expr_zh=Party.name_zh, source="work_order.customer_id", width=180),
        Column(key="distance_km", expr=Travel.distance_km, kind=Kind.QUANTITY, width=90, total="sum", unit="km"),
        Column(key="minutes", expr=Travel.minutes, kind=Kind.INTEGER, width=90, total="sum", unit="min"),
        Column(key="amount", expr=Travel.amount, kind=Kind.MONEY, width=110, total="sum", unit="¥",
               privilege="amount"),
        Column(key="state", expr=Travel.state, kind=Kind.STATE, width=100,
               looks=state_looks("state", success=("approved",), info=("entered",), neutral=("reversed",))),
        Column(key="note", expr=Travel.note, width=220),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, source="travel.org_unit_id", width=140,
               shown=False),
        Column(key="work_order_id", expr=Travel.work_order_id, kind=Kind.INTEGER, width=80, shown=False),
        Column(key="id", expr=Travel.id, kind=Kind.INTEGER, width=80, shown=False),
    ),
    views=(
        View(key="to_approve", name="To approve", name_zh="待审批", condition=Test("state", "=", ("entered",))),
        View(key="by_engineer", name="By engineer", name_zh="按工程师", group_by=("engineer",)),
        View(key="all", name="All", name_zh="全部"),
    ),
)


def _plan_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(JobPlan.asset_class, isouter=True)
        .join(JobPlan.skill, isouter=True)
        .join(JobPlan.org_unit, isouter=True)
    )


JOB_PLANS = ListSpec(
    key="job_plans", area="work_orders", name="Job plans", name_zh="作业标准",
    table="job_plan", row_id=JobPlan.id, version=JobPlan.version, joins=_plan_joins, opens="job_plan",
    topics=("job_plan",), code_column="code", icon="list", roles=BUSINESS, sort=(Sort("code"), Sort("revision")),
    columns=(
        Column(key="code", expr=JobPlan.code, kind=Kind.CODE, width=120),
        Column(key="name", expr=JobPlan.name, expr_zh=JobPlan.name_zh, width=260, writes="name", required=True),
        Column(key="revision", expr=JobPlan.revision, kind=Kind.INTEGER, width=80),
        Column(key="state", expr=JobPlan.state, kind=Kind.STATE, width=100,
               looks=state_looks("state", success=("active",), info=("draft",), neutral=("retired",))),
        Column(key="asset_class", expr=AssetClass.name, expr_zh=AssetClass.name_zh, source="job_plan.asset_class_id",
               width=140),
        Column(key="planned_minutes", expr=JobPlan.planned_minutes, kind=Kind.INTEGER, width=100, unit="min",
               writes="planned_minutes", required=True),
        Column(key="skill", expr=Skill.name, expr_zh=Skill.name_zh, source="job_plan.skill_id", width=140),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, source="job_plan.org_unit_id", width=140,
               shown=False),
        Column(key="id", expr=JobPlan.id, kind=Kind.INTEGER, width=80, shown=False),
    ),
    views=(
        View(key="active", name="Active", name_zh="生效", condition=Test("state", "=", ("active",))),
        View(key="all", name="All", name_zh="全部"),
    ),
)
# fmt: on

LISTS = (WORK_ORDERS, LABOUR, TRAVEL, JOB_PLANS)
