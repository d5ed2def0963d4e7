"""Planning stock: reorder rules and how they stand, consumption, suggestions, turnover, classes, what goes to scrap."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import FetchedValue, ForeignKey, Numeric
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.orm.base import Base, BigInt, CText, Money, Quantity, Stamped, Versioned, unit_key, unit_of

if TYPE_CHECKING:
    from db.orm.parties import Party
    from db.orm.platform import OrgUnit
    from db.orm.purchasing import RequisitionLine
    from db.orm.stock import Lot, StockDocument, StockLocation
    from db.orm.stock_items import Item


class ReorderRule(Stamped, Versioned, Base):
    """When an item of a warehouse is asked for, and up to what."""

    __tablename__ = "reorder_rule"
    __table_args__ = (unit_key("reorder_rule_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    item_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.item.id", name="reorder_rule_item", ondelete="RESTRICT"))
    location_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.stock_location.id", name="reorder_rule_location", ondelete="RESTRICT")
    )
    method: Mapped[str] = mapped_column(server_default=FetchedValue())
    min_quantity: Mapped[Quantity]
    max_quantity: Mapped[Quantity]
    multiple: Mapped[Quantity] = mapped_column(server_default=FetchedValue())
    lead_time_days: Mapped[int | None]
    automatic: Mapped[bool] = mapped_column(server_default=FetchedValue())
    active: Mapped[bool] = mapped_column(server_default=FetchedValue())
    note: Mapped[str | None]

    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")
    location: Mapped[StockLocation | None] = relationship(foreign_keys=[location_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("ReorderRule")


class ReorderStatus(Base):
    """How a rule stands: what is there, what comes, what is promised."""

    __tablename__ = "reorder_status"
    __table_args__ = (unit_key("reorder_status_unit"),)

    id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.reorder_rule.id", name="reorder_status_rule", ondelete="CASCADE"), primary_key=True
    )
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    item_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.item.id", name="reorder_status_item", ondelete="RESTRICT"))
    on_hand: Mapped[Quantity]
    reserved: Mapped[Quantity]
    on_order: Mapped[Quantity]
    requested: Mapped[Quantity]
    needed: Mapped[Quantity]
    projected: Mapped[Quantity]
    shortage: Mapped[Quantity]
    needed_on: Mapped[date | None]
    supplier_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.party.id", name="reorder_status_supplier", ondelete="RESTRICT")
    )
    requisition_line_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.requisition_line.id", name="reorder_status_requisition", ondelete="SET NULL")
    )
    why: Mapped[str]
    why_zh: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())

    rule: Mapped[ReorderRule] = relationship(foreign_keys=[id], lazy="raise")
    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")
    supplier: Mapped[Party | None] = relationship(foreign_keys=[supplier_id], lazy="raise")
    requisition_line: Mapped[RequisitionLine | None] = relationship(foreign_keys=[requisition_line_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("ReorderStatus")


class PlanningPolicy(Stamped, Versioned, Base):
    """The numbers by which a company plans its stock."""

    __tablename__ = "planning_policy"
    __table_args__ = (unit_key("planning_policy_unit"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    history_months: Mapped[int] = mapped_column(server_default=FetchedValue())
    average_months: Mapped[int] = mapped_column(server_default=FetchedValue())
    smoothing: Mapped[Decimal] = mapped_column(Numeric(4, 3), server_default=FetchedValue())
    lead_time_days: Mapped[int] = mapped_column(server_default=FetchedValue())
    service_a: Mapped[Decimal] = mapped_column(Numeric(5, 4), server_default=FetchedValue())
    service_b: Mapped[Decimal] = mapped_column(Numeric(5, 4), server_default=FetchedValue())
    service_c: Mapped[Decimal] = mapped_column(Numeric(5, 4), server_default=FetchedValue())
    cover_a: Mapped[Decimal] = mapped_column(Numeric(4, 1), server_default=FetchedValue())
    cover_b: Mapped[Decimal] = mapped_column(Numeric(4, 1), server_default=FetchedValue())
    cover_c: Mapped[Decimal] = mapped_column(Numeric(4, 1), server_default=FetchedValue())
    abc_a: Mapped[Decimal] = mapped_column(Numeric(5, 4), server_default=FetchedValue())
    abc_b: Mapped[Decimal] = mapped_column(Numeric(5, 4), server_default=FetchedValue())
    xyz_x: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default=FetchedValue())
    xyz_y: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default=FetchedValue())
    slow_days: Mapped[int] = mapped_column(server_default=FetchedValue())
    obsolete_days: Mapped[int] = mapped_column(server_default=FetchedValue())

    org_unit: Mapped[OrgUnit] = unit_of("PlanningPolicy")


class OrderReadiness(Base):
    """Whether an order's parts will be there on its day."""

    __tablename__ = "order_readiness"
    __table_args__ = (unit_key("order_readiness_unit"),)

    id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.work_order.id", name="order_readiness_order", ondelete="CASCADE"), primary_key=True
    )
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    engineer_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.engineer.id", name="order_readiness_engineer", ondelete="CASCADE")
    )
    signal: Mapped[str]
    ready_on: Mapped[date | None]
    wanting: Mapped[list[str] | None]
    changed_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class ItemDemand(Base):
    """What was consumed of an item in a month."""

    __tablename__ = "item_demand"
    __table_args__ = (unit_key("item_demand_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    item_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.item.id", name="item_demand_item", ondelete="CASCADE"))
    month: Mapped[date]
    quantity: Mapped[Quantity]
    amount: Mapped[Money] = mapped_column(deferred=True, deferred_group="costs")
    issues: Mapped[int]

    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("ItemDemand")


class ItemPlan(Base):
    """How an item is consumed in a warehouse, and what that suggests."""

    __tablename__ = "item_plan"
    __table_args__ = (unit_key("item_plan_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    item_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.item.id", name="item_plan_item", ondelete="CASCADE"))
    until: Mapped[date]
    months: Mapped[int]
    demand: Mapped[Quantity]
    monthly: Mapped[Quantity]
    deviation: Mapped[Quantity]
    adi: Mapped[Decimal | None] = mapped_column(Numeric(10, 4))
    cv2: Mapped[Decimal | None] = mapped_column(Numeric(10, 4))
    pattern: Mapped[str]
    moving_average: Mapped[Quantity]
    croston: Mapped[Quantity]
    sba: Mapped[Quantity]
    method: Mapped[str]
    forecast: Mapped[Quantity]
    typical_size: Mapped[Quantity]
    lead_time_days: Mapped[int]
    service_level: Mapped[Decimal] = mapped_column(Numeric(5, 4))
    safety_quantity: Mapped[Quantity]
    cover_months: Mapped[Decimal] = mapped_column(Numeric(4, 1))
    suggested_min: Mapped[Quantity]
    suggested_max: Mapped[Quantity]
    annual_quantity: Mapped[Quantity]
    annual_amount: Mapped[Money]
    annual_cents: Mapped[BigInt] = mapped_column(server_default=FetchedValue())
    variation: Mapped[Decimal | None] = mapped_column(Numeric(10, 4))
    xyz_class: Mapped[str | None]
    on_hand: Mapped[Quantity]
    stock_value: Mapped[Money]
    last_consumed_on: Mapped[date | None]
    last_received_on: Mapped[date | None]
    idle_days: Mapped[int]
    ageing: Mapped[str]
    why: Mapped[str]
    why_zh: Mapped[str]
    computed_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())

    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("ItemPlan")


class StockTurnover(Base):
    """How often the stock of a warehouse was used up."""

    __tablename__ = "stock_turnover"
    __table_args__ = (unit_key("stock_turnover_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    month: Mapped[date]
    opening: Mapped[Money]
    consumed: Mapped[Money]
    closing: Mapped[Money]
    consumed_12: Mapped[Money]
    average_12: Mapped[Money]
    turns: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    days: Mapped[Decimal | None] = mapped_column(Numeric(12, 1))

    org_unit: Mapped[OrgUnit] = unit_of("StockTurnover")


class KpiTarget(Stamped, Versioned, Base):
    """What a unit is measured against."""

    __tablename__ = "kpi_target"
    __table_args__ = (unit_key("kpi_target_unit"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    kpi: Mapped[str]
    target: Mapped[Decimal] = mapped_column(Numeric(12, 4))

    org_unit: Mapped[OrgUnit] = unit_of("KpiTarget")


class AbcRun(Stamped, Versioned, Base):
    """A classification as proposed and applied."""

    __tablename__ = "abc_run"
    __table_args__ = (unit_key("abc_run_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    number: Mapped[CText] = mapped_column(server_default=FetchedValue())
    until: Mapped[date]
    months: Mapped[int] = mapped_column(server_default=FetchedValue())
    abc_a: Mapped[Decimal] = mapped_column(Numeric(5, 4))
    abc_b: Mapped[Decimal] = mapped_column(Numeric(5, 4))
    xyz_x: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    xyz_y: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    state: Mapped[str] = mapped_column(server_default=FetchedValue())
    applied_at: Mapped[datetime | None]
    applied_by: Mapped[int | None] = mapped_column(
        ForeignKey("erp.app_user.id", name="abc_run_applier", ondelete="RESTRICT")
    )

    org_unit: Mapped[OrgUnit] = unit_of("AbcRun")


class AbcRunLine(Base):
    """One item of a classification."""

    __tablename__ = "abc_run_line"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    abc_run_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.abc_run.id", name="abc_run_line_run", ondelete="CASCADE")
    )
    item_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.item.id", name="abc_run_line_item", ondelete="CASCADE"))
    place: Mapped[int]
    quantity: Mapped[Quantity]
    amount: Mapped[Money]
    share: Mapped[Decimal] = mapped_column(Numeric(9, 6))
    cumulative: Mapped[Decimal] = mapped_column(Numeric(9, 6))
    variation: Mapped[Decimal | None] = mapped_column(Numeric(10, 4))
    abc_old: Mapped[str | None]
    abc_new: Mapped[str]
    xyz_class: Mapped[str | None]

    abc_run: Mapped[AbcRun] = relationship(foreign_keys=[abc_run_id], lazy="raise")
    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")


class Disposal(Stamped, Versioned, Base):
    """Stock proposed for scrap."""

    __tablename__ = "disposal"
    __table_args__ = (unit_key("disposal_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    number: Mapped[CText] = mapped_column(server_default=FetchedValue())
    state: Mapped[str] = mapped_column(server_default=FetchedValue())
    reason: Mapped[str]
    proposed_by: Mapped[int | None]
    decided_by: Mapped[int | None]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None]
    document_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.stock_document.id", name="disposal_document", ondelete="RESTRICT")
    )

    document: Mapped[StockDocument | None] = relationship(foreign_keys=[document_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("Disposal")


class DisposalLine(Base):
    """One balance of a proposal."""

    __tablename__ = "disposal_line"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    disposal_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.disposal.id", name="disposal_line_disposal", ondelete="CASCADE")
    )
    line_no: Mapped[int]
    item_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.item.id", name="disposal_line_item", ondelete="RESTRICT"))
    location_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.stock_location.id", name="disposal_line_location", ondelete="RESTRICT")
    )
    lot_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.lot.id", name="disposal_line_lot", ondelete="RESTRICT")
    )
    condition: Mapped[str]
    quantity: Mapped[Quantity]
    amount: Mapped[Money]
    idle_days: Mapped[int]

    disposal: Mapped[Disposal] = relationship(foreign_keys=[disposal_id], lazy="raise")
    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")
    location: Mapped[StockLocation] = relationship(foreign_keys=[location_id], lazy="raise")
    lot: Mapped[Lot | None] = relationship(foreign_keys=[lot_id], lazy="raise")
