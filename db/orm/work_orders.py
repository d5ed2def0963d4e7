"""Jobs: plans that describe them, orders that carry them out, and the hours, journeys and parts they took."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import FetchedValue, ForeignKey, Numeric
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.orm.base import (
    Base,
    BigInt,
    Code,
    CText,
    Json,
    Money,
    Price,
    Quantity,
    Searched,
    Stamped,
    Versioned,
    unit_key,
    unit_of,
)

if TYPE_CHECKING:
    from db.orm.assets import Asset, AssetClass, FailureCode
    from db.orm.contracts import Contract
    from db.orm.parties import Party, Site
    from db.orm.platform import OrgUnit
    from db.orm.scheduling import Engineer, Skill
    from db.orm.service import SlaLevel
    from db.orm.stock_items import Item


class JobPlan(Stamped, Versioned, Base):
    """A described job: steps, time, skill and parts."""

    __tablename__ = "job_plan"
    __table_args__ = (unit_key("job_plan_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    code: Mapped[Code]
    revision: Mapped[int] = mapped_column(server_default=FetchedValue())
    name: Mapped[str]
    name_zh: Mapped[str | None]
    state: Mapped[str] = mapped_column(server_default=FetchedValue())
    asset_class_id: Mapped[int | None] = mapped_column(
        ForeignKey("erp.asset_class.id", name="job_plan_class", ondelete="RESTRICT")
    )
    planned_minutes: Mapped[int] = mapped_column(server_default=FetchedValue())
    skill_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.skill.id", name="job_plan_skill", ondelete="RESTRICT")
    )

    asset_class: Mapped[AssetClass | None] = relationship(foreign_keys=[asset_class_id], lazy="raise")
    skill: Mapped[Skill | None] = relationship(foreign_keys=[skill_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("JobPlan")


class JobPlanStep(Base):
    """One step of a described job."""

    __tablename__ = "job_plan_step"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    job_plan_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.job_plan.id", name="job_plan_step_plan", ondelete="CASCADE")
    )
    line_no: Mapped[int]
    name: Mapped[str]
    name_zh: Mapped[str | None]
    mandatory: Mapped[bool] = mapped_column(server_default=FetchedValue())

    job_plan: Mapped[JobPlan] = relationship(foreign_keys=[job_plan_id], lazy="raise")


class JobPlanPart(Base):
    """A part that a described job needs."""

    __tablename__ = "job_plan_part"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    job_plan_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.job_plan.id", name="job_plan_part_plan", ondelete="CASCADE")
    )
    item_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.item.id", name="job_plan_part_item", ondelete="RESTRICT"))
    quantity: Mapped[Quantity]

    job_plan: Mapped[JobPlan] = relationship(foreign_keys=[job_plan_id], lazy="raise")
    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")


class WorkOrderState(Base):
    """A state of a work order, in the order of the work."""

    __tablename__ = "work_order_state"

    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_zh: Mapped[str]
    position: Mapped[int]
    open: Mapped[bool]


class WorkOrderTransition(Base):
    """Which step may follow which, and who may take it. An illegal step is refused for every client."""

    __tablename__ = "work_order_transition"

    from_state: Mapped[str] = mapped_column(
        ForeignKey("erp.work_order_state.key", name="work_order_transition_from", ondelete="RESTRICT"), primary_key=True
    )
    to_state: Mapped[str] = mapped_column(
        ForeignKey("erp.work_order_state.key", name="work_order_transition_to", ondelete="RESTRICT"), primary_key=True
    )
    action: Mapped[str]
    roles: Mapped[list[str]]

    from_state_of: Mapped[WorkOrderState] = relationship(foreign_keys=[from_state], lazy="raise")
    to_state_of: Mapped[WorkOrderState] = relationship(foreign_keys=[to_state], lazy="raise")


class WorkOrder(Searched, Stamped, Versioned, Base):
    """A job on an asset: what, where, by whom, until when."""

    __tablename__ = "work_order"
    __table_args__ = (unit_key("work_order_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    number: Mapped[CText] = mapped_column(server_default=FetchedValue())
    title: Mapped[str]
    title_zh: Mapped[str | None]
    description: Mapped[str | None]
    kind: Mapped[str] = mapped_column(server_default=FetchedValue())
    state: Mapped[str] = mapped_column(
        ForeignKey("erp.work_order_state.key", name="work_order_state_of", ondelete="RESTRICT"),
        server_default=FetchedValue(),
    )
    priority: Mapped[str] = mapped_column(
        ForeignKey("erp.sla_level.code", name="work_order_priority", ondelete="RESTRICT"), server_default=FetchedValue()
    )
    asset_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.asset.id", name="work_order_asset", ondelete="RESTRICT")
    )
    site_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.site.id", name="work_order_site", ondelete="RESTRICT")
    )
    customer_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.party.id", name="work_order_customer", ondelete="RESTRICT")
    )
    contract_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.contract.id", name="work_order_contract", ondelete="RESTRICT")
    )
    job_plan_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.job_plan.id", name="work_order_job_plan", ondelete="RESTRICT")
    )
    skill_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.skill.id", name="work_order_skill", ondelete="RESTRICT")
    )
    skill_level: Mapped[int | None]
    engineer_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.engineer.id", name="work_order_engineer", ondelete="RESTRICT")
    )
    planned_minutes: Mapped[int] = mapped_column(server_default=FetchedValue())
    reported_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    due_at: Mapped[datetime | None]
    planned_start: Mapped[datetime | None]
    planned_end: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    problem_code_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.failure_code.id", name="work_order_problem", ondelete="RESTRICT")
    )
    cause_code_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.failure_code.id", name="work_order_cause", ondelete="RESTRICT")
    )
    remedy_code_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.failure_code.id", name="work_order_remedy", ondelete="RESTRICT")
    )
    confirmed_by: Mapped[str | None]
    parts_settled: Mapped[bool] = mapped_column(server_default=FetchedValue())
    note: Mapped[str | None]
    custom: Mapped[Json] = mapped_column(server_default=FetchedValue())
    source: Mapped[str | None]
    source_key: Mapped[str | None]

    state_of: Mapped[WorkOrderState] = relationship(foreign_keys=[state], lazy="raise")
    sla_level: Mapped[SlaLevel] = relationship(foreign_keys=[priority], lazy="raise")
    asset: Mapped[Asset | None] = relationship(foreign_keys=[asset_id], lazy="raise")
    site: Mapped[Site | None] = relationship(foreign_keys=[site_id], lazy="raise")
    customer: Mapped[Party | None] = relationship(foreign_keys=[customer_id], lazy="raise")
    contract: Mapped[Contract | None] = relationship(foreign_keys=[contract_id], lazy="raise")
    job_plan: Mapped[JobPlan | None] = relationship(foreign_keys=[job_plan_id], lazy="raise")
    skill: Mapped[Skill | None] = relationship(foreign_keys=[skill_id], lazy="raise")
    engineer: Mapped[Engineer | None] = relationship(foreign_keys=[engineer_id], lazy="raise")
    problem_code: Mapped[FailureCode | None] = relationship(foreign_keys=[problem_code_id], lazy="raise")
    cause_code: Mapped[FailureCode | None] = relationship(foreign_keys=[cause_code_id], lazy="raise")
    remedy_code: Mapped[FailureCode | None] = relationship(foreign_keys=[remedy_code_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("WorkOrder")


class WorkOrderHistory(Base):
    """One change of a work order's state."""

    __tablename__ = "work_order_history"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    work_order_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.work_order.id", name="work_order_history_order", ondelete="RESTRICT")
    )
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    reason: Mapped[str | None]
    changed_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    changed_by: Mapped[int | None]

    work_order: Mapped[WorkOrder] = relationship(foreign_keys=[work_order_id], lazy="raise")


class WorkOrderStep(Versioned, Base):
    """One line of a work order's checklist."""

    __tablename__ = "work_order_step"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    work_order_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.work_order.id", name="work_order_step_order", ondelete="RESTRICT")
    )
    line_no: Mapped[int]
    name: Mapped[str]
    name_zh: Mapped[str | None]
    mandatory: Mapped[bool] = mapped_column(server_default=FetchedValue())
    done: Mapped[bool] = mapped_column(server_default=FetchedValue())
    done_at: Mapped[datetime | None]
    done_by: Mapped[int | None]
    note: Mapped[str | None]

    work_order: Mapped[WorkOrder] = relationship(foreign_keys=[work_order_id], lazy="raise")


class WorkOrderPart(Versioned, Base):
    """A part that a work order is planned to need."""

    __tablename__ = "work_order_part"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    work_order_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.work_order.id", name="work_order_part_order", ondelete="RESTRICT")
    )
    item_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.item.id", name="work_order_part_item", ondelete="RESTRICT"))
    quantity: Mapped[Quantity]

    work_order: Mapped[WorkOrder] = relationship(foreign_keys=[work_order_id], lazy="raise")
    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")


class Labour(Versioned, Base):
    """Hours that an engineer worked on a work order."""

    __tablename__ = "labour"
    __table_args__ = (unit_key("labour_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    work_order_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.work_order.id", name="labour_order", ondelete="RESTRICT")
    )
    engineer_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.engineer.id", name="labour_engineer", ondelete="RESTRICT")
    )
    period: Mapped[Range[datetime]]
    labour_type: Mapped[str] = mapped_column(server_default=FetchedValue())
    hourly_rate: Mapped[Price] = mapped_column(deferred=True, deferred_group="rates")
    amount: Mapped[Money] = mapped_column(deferred=True, deferred_group="rates")
    state: Mapped[str] = mapped_column(server_default=FetchedValue())
    note: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    created_by: Mapped[int | None]

    work_order: Mapped[WorkOrder] = relationship(foreign_keys=[work_order_id], lazy="raise")
    engineer: Mapped[Engineer] = relationship(foreign_keys=[engineer_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("Labour")


class Travel(Versioned, Base):
    """A journey that an engineer made for a work order."""

    __tablename__ = "travel"
    __table_args__ = (unit_key("travel_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    work_order_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.work_order.id", name="travel_order", ondelete="RESTRICT")
    )
    engineer_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.engineer.id", name="travel_engineer", ondelete="RESTRICT")
    )
    travelled_on: Mapped[date]
    distance_km: Mapped[Decimal] = mapped_column(Numeric(10, 1), server_default=FetchedValue())
    minutes: Mapped[int] = mapped_column(server_default=FetchedValue())
    km_rate: Mapped[Price] = mapped_column(server_default=FetchedValue(), deferred=True, deferred_group="rates")
    hourly_rate: Mapped[Price] = mapped_column(server_default=FetchedValue(), deferred=True, deferred_group="rates")
    amount: Mapped[Money] = mapped_column(deferred=True, deferred_group="rates")
    state: Mapped[str] = mapped_column(server_default=FetchedValue())
    note: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    created_by: Mapped[int | None]

    work_order: Mapped[WorkOrder] = relationship(foreign_keys=[work_order_id], lazy="raise")
    engineer: Mapped[Engineer] = relationship(foreign_keys=[engineer_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("Travel")
