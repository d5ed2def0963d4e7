"""Places and the double-entry ledger of stock; what lies there is in `stock_items`."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey, Numeric
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.orm.base import (
    Base,
    BigInt,
    Code,
    CText,
    Money,
    Price,
    Quantity,
    Stamped,
    Versioned,
    unit_key,
    unit_of,
)

if TYPE_CHECKING:
    from db.orm.assets import Asset
    from db.orm.parties import Party
    from db.orm.platform import Company, OrgUnit
    from db.orm.scheduling import Engineer
    from db.orm.stock_items import Item
    from db.orm.work_orders import WorkOrder, WorkOrderPart


class StockLocation(Versioned, Base):
    """A place that holds stock, or a virtual other end such as supplier or scrap."""

    __tablename__ = "stock_location"
    __table_args__ = (unit_key("stock_location_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    parent_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.stock_location.id", name="stock_location_parent", ondelete="RESTRICT")
    )
    code: Mapped[Code]
    name: Mapped[str]
    name_zh: Mapped[str | None]
    path: Mapped[str] = mapped_column(server_default=FetchedValue())
    kind: Mapped[str]
    stocked: Mapped[bool] = mapped_column(server_default=FetchedValue(), server_onupdate=FetchedValue())
    engineer_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.engineer.id", name="stock_location_engineer", ondelete="RESTRICT")
    )
    retired_on: Mapped[date | None]

    parent: Mapped[StockLocation | None] = relationship(foreign_keys=[parent_id], remote_side=[id], lazy="raise")
    engineer: Mapped[Engineer | None] = relationship(foreign_keys=[engineer_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("StockLocation")


class Lot(Base):
    """A lot, or for an item tracked by serial number one single piece."""

    __tablename__ = "lot"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    item_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.item.id", name="lot_item", ondelete="RESTRICT"))
    code: Mapped[Code]
    expires_on: Mapped[date | None]
    state: Mapped[str | None]
    asset_id: Mapped[BigInt | None] = mapped_column(ForeignKey("erp.asset.id", name="lot_asset", ondelete="RESTRICT"))
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())

    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")
    asset: Mapped[Asset | None] = relationship(foreign_keys=[asset_id], lazy="raise")


class LotEvent(Base):
    """What happened to a lot or a single piece without a movement of stock."""

    __tablename__ = "lot_event"
    __table_args__ = (unit_key("lot_event_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    lot_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.lot.id", name="lot_event_lot", ondelete="RESTRICT"))
    kind: Mapped[str]
    asset_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.asset.id", name="lot_event_asset", ondelete="RESTRICT")
    )
    work_order_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.work_order.id", name="lot_event_work_order", ondelete="RESTRICT")
    )
    party_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.party.id", name="lot_event_party", ondelete="RESTRICT")
    )
    document_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.stock_document.id", name="lot_event_document", ondelete="RESTRICT")
    )
    due_on: Mapped[date | None]
    reason: Mapped[str | None]
    effective_at: Mapped[datetime]
    posted_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    posted_by: Mapped[int]

    lot: Mapped[Lot] = relationship(foreign_keys=[lot_id], lazy="raise")


class StockDocument(Base):
    """The paper behind the moves: one posting, one document. Posted at once and immutable; corrected by a reversal."""

    __tablename__ = "stock_document"
    __table_args__ = (unit_key("stock_document_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    document_type: Mapped[str]
    number: Mapped[CText]
    work_order_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.work_order.id", name="stock_document_work_order", ondelete="RESTRICT")
    )
    purchase_order_id: Mapped[BigInt | None]
    engineer_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.engineer.id", name="stock_document_engineer", ondelete="RESTRICT")
    )
    reverses_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.stock_document.id", name="stock_document_reverses", ondelete="RESTRICT")
    )
    reason: Mapped[str | None]
    effective_at: Mapped[datetime]
    posted_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    posted_by: Mapped[int]
    request_id: Mapped[UUID | None]
    source: Mapped[str | None]
    source_key: Mapped[str | None]

    work_order: Mapped[WorkOrder | None] = relationship(foreign_keys=[work_order_id], lazy="raise")
    engineer: Mapped[Engineer | None] = relationship(foreign_keys=[engineer_id], lazy="raise")
    reverses: Mapped[StockDocument | None] = relationship(foreign_keys=[reverses_id], remote_side=[id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("StockDocument")


class StockMove(Base):
    """One line of the ledger: a quantity that went from one location to another."""

    __tablename__ = "stock_move"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    from_org_unit_id: Mapped[int]
    to_org_unit_id: Mapped[int]
    document_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.stock_document.id", name="stock_move_document", ondelete="RESTRICT")
    )
    line_no: Mapped[int]
    item_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.item.id", name="stock_move_item", ondelete="RESTRICT"))
    from_location_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.stock_location.id", name="stock_move_from", ondelete="RESTRICT")
    )
    to_location_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.stock_location.id", name="stock_move_to", ondelete="RESTRICT")
    )
    lot_id: Mapped[BigInt | None] = mapped_column(ForeignKey("erp.lot.id", name="stock_move_lot", ondelete="RESTRICT"))
    owner_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.party.id", name="stock_move_owner", ondelete="RESTRICT")
    )
    from_condition: Mapped[str] = mapped_column(server_default=FetchedValue())
    to_condition: Mapped[str] = mapped_column(server_default=FetchedValue())
    quantity: Mapped[Quantity]
    entered_quantity: Mapped[Quantity]
    entered_uom: Mapped[str]
    uom_factor: Mapped[Decimal] = mapped_column(server_default=FetchedValue())
    unit_cost: Mapped[Price] = mapped_column(deferred=True, deferred_group="costs")
    amount: Mapped[Money] = mapped_column(deferred=True, deferred_group="costs")
    work_order_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.work_order.id", name="stock_move_work_order", ondelete="RESTRICT")
    )
    reservation_id: Mapped[BigInt | None]
    reserved_quantity: Mapped[Quantity] = mapped_column(server_default=FetchedValue())
    purchase_line_id: Mapped[BigInt | None]
    reverses_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.stock_move.id", name="stock_move_reverses", ondelete="RESTRICT")
    )
    reason: Mapped[str | None]
    effective_at: Mapped[datetime]
    posted_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    posted_by: Mapped[int]
    source: Mapped[str | None]
    source_key: Mapped[str | None]

    document: Mapped[StockDocument] = relationship(foreign_keys=[document_id], lazy="raise")
    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")
    from_location: Mapped[StockLocation] = relationship(foreign_keys=[from_location_id], lazy="raise")
    to_location: Mapped[StockLocation] = relationship(foreign_keys=[to_location_id], lazy="raise")
    lot: Mapped[Lot | None] = relationship(foreign_keys=[lot_id], lazy="raise")
    owner: Mapped[Party | None] = relationship(foreign_keys=[owner_id], lazy="raise")
    work_order: Mapped[WorkOrder | None] = relationship(foreign_keys=[work_order_id], lazy="raise")
    reverses: Mapped[StockMove | None] = relationship(foreign_keys=[reverses_id], remote_side=[id], lazy="raise")


class StockBalance(Base):
    """What lies at a location now: the sum of its moves."""

    __tablename__ = "stock_balance"
    __table_args__ = (unit_key("stock_balance_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    item_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.item.id", name="stock_balance_item", ondelete="RESTRICT"))
    location_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.stock_location.id", name="stock_balance_location", ondelete="RESTRICT")
    )
    lot_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.lot.id", name="stock_balance_lot", ondelete="RESTRICT")
    )
    owner_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.party.id", name="stock_balance_owner", ondelete="RESTRICT")
    )
    condition: Mapped[str] = mapped_column(server_default=FetchedValue())
    quantity: Mapped[Quantity] = mapped_column(server_default=FetchedValue())
    reserved: Mapped[Quantity] = mapped_column(server_default=FetchedValue())
    changed_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())

    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")
    location: Mapped[StockLocation] = relationship(foreign_keys=[location_id], lazy="raise")
    lot: Mapped[Lot | None] = relationship(foreign_keys=[lot_id], lazy="raise")
    owner: Mapped[Party | None] = relationship(foreign_keys=[owner_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("StockBalance")


class ItemCost(Base):
    """Quantity and value in stock per item and valuation area (the company)."""

    __tablename__ = "item_cost"

    company_id: Mapped[int] = mapped_column(
        ForeignKey("erp.company.id", name="item_cost_company", ondelete="RESTRICT"), primary_key=True
    )
    item_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.item.id", name="item_cost_item", ondelete="RESTRICT"), primary_key=True
    )
    quantity: Mapped[Quantity] = mapped_column(server_default=FetchedValue())
    value: Mapped[Money] = mapped_column(server_default=FetchedValue())
    average: Mapped[Price] = mapped_column(server_default=FetchedValue())
    valuation: Mapped[str] = mapped_column(server_default=FetchedValue())

    company: Mapped[Company] = relationship(foreign_keys=[company_id], lazy="raise")
    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")


class Reservation(Base):
    """A promise of stock to a work order."""

    __tablename__ = "reservation"
    __table_args__ = (unit_key("reservation_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    work_order_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.work_order.id", name="reservation_work_order", ondelete="RESTRICT")
    )
    work_order_part_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.work_order_part.id", name="reservation_part", ondelete="SET NULL")
    )
    item_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.item.id", name="reservation_item", ondelete="RESTRICT"))
    balance_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.stock_balance.id", name="reservation_balance", ondelete="RESTRICT")
    )
    quantity: Mapped[Quantity]
    issued: Mapped[Quantity] = mapped_column(server_default=FetchedValue())
    state: Mapped[str] = mapped_column(server_default=FetchedValue())
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    created_by: Mapped[int | None]

    work_order: Mapped[WorkOrder] = relationship(foreign_keys=[work_order_id], lazy="raise")
    work_order_part: Mapped[WorkOrderPart | None] = relationship(foreign_keys=[work_order_part_id], lazy="raise")
    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")
    balance: Mapped[StockBalance] = relationship(foreign_keys=[balance_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("Reservation")


class PickList(Stamped, Versioned, Base):
    """One walk through a store: what is to be fetched for some orders, bin by bin."""

    __tablename__ = "pick_list"
    __table_args__ = (unit_key("pick_list_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    number: Mapped[CText] = mapped_column(server_default=FetchedValue())
    location_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.stock_location.id", name="pick_list_location", ondelete="RESTRICT")
    )
    state: Mapped[str] = mapped_column(server_default=FetchedValue())
    note: Mapped[str | None]
    finished_at: Mapped[datetime | None]

    location: Mapped[StockLocation | None] = relationship(foreign_keys=[location_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("PickList")


class PickLine(Versioned, Base):
    """What is fetched from one bin for one order: taken, issued, or short with the reason."""

    __tablename__ = "pick_line"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    pick_list_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.pick_list.id", name="pick_line_list", ondelete="RESTRICT")
    )
    line_no: Mapped[int]
    work_order_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.work_order.id", name="pick_line_work_order", ondelete="RESTRICT")
    )
    reservation_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.reservation.id", name="pick_line_reservation", ondelete="RESTRICT")
    )
    item_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.item.id", name="pick_line_item", ondelete="RESTRICT"))
    location_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.stock_location.id", name="pick_line_location", ondelete="RESTRICT")
    )
    lot_id: Mapped[BigInt | None] = mapped_column(ForeignKey("erp.lot.id", name="pick_line_lot", ondelete="RESTRICT"))
    quantity: Mapped[Quantity]
    picked: Mapped[Quantity] = mapped_column(server_default=FetchedValue())
    issued: Mapped[Quantity] = mapped_column(server_default=FetchedValue())
    short: Mapped[Quantity] = mapped_column(server_default=FetchedValue())
    short_reason: Mapped[str | None]
    state: Mapped[str] = mapped_column(server_default=FetchedValue(), server_onupdate=FetchedValue())
    picked_by: Mapped[int | None]
    picked_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    document_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.stock_document.id", name="pick_line_document", ondelete="RESTRICT")
    )

    pick_list: Mapped[PickList] = relationship(foreign_keys=[pick_list_id], lazy="raise")
    work_order: Mapped[WorkOrder] = relationship(foreign_keys=[work_order_id], lazy="raise")
    reservation: Mapped[Reservation] = relationship(foreign_keys=[reservation_id], lazy="raise")
    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")
    location: Mapped[StockLocation] = relationship(foreign_keys=[location_id], lazy="raise")
    lot: Mapped[Lot | None] = relationship(foreign_keys=[lot_id], lazy="raise")
    document: Mapped[StockDocument | None] = relationship(foreign_keys=[document_id], lazy="raise")


class CountPlan(Stamped, Versioned, Base):
    """How often the items of a place are counted, by ABC class, and when a difference is looked at twice."""

    __tablename__ = "count_plan"
    __table_args__ = (unit_key("count_plan_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    name: Mapped[str]
    name_zh: Mapped[str | None]
    location_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.stock_location.id", name="count_plan_location", ondelete="RESTRICT")
    )
    every_days_a: Mapped[int | None]
    every_days_b: Mapped[int | None]
    every_days_c: Mapped[int | None]
    lines_per_count: Mapped[int] = mapped_column(server_default=FetchedValue())
    recount_rate: Mapped[Decimal] = mapped_column(Numeric(5, 4), server_default=FetchedValue())
    recount_amount: Mapped[Money] = mapped_column(server_default=FetchedValue())
    recount_by_other: Mapped[bool] = mapped_column(server_default=FetchedValue())
    approve_amount: Mapped[Money] = mapped_column(server_default=FetchedValue())
    active: Mapped[bool] = mapped_column(server_default=FetchedValue())

    location: Mapped[StockLocation] = relationship(foreign_keys=[location_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("CountPlan")


class StockCount(Stamped, Versioned, Base):
    """One count: a frozen list of balances on its way from counting to its adjustment."""

    __tablename__ = "stock_count"
    __table_args__ = (unit_key("stock_count_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    number: Mapped[CText] = mapped_column(server_default=FetchedValue())
    plan_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.count_plan.id", name="stock_count_plan", ondelete="RESTRICT")
    )
    location_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.stock_location.id", name="stock_count_location", ondelete="RESTRICT")
    )
    state: Mapped[str] = mapped_column(server_default=FetchedValue())
    recount_rate: Mapped[Decimal] = mapped_column(Numeric(5, 4))
    recount_amount: Mapped[Money]
    recount_by_other: Mapped[bool]
    approve_amount: Mapped[Money]
    snapshot_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    approved_by: Mapped[int | None] = mapped_column(
        ForeignKey("erp.app_user.id", name="stock_count_approver", ondelete="RESTRICT")
    )
    approved_at: Mapped[datetime | None]
    approve_reason: Mapped[str | None]
    posted_at: Mapped[datetime | None]
    document_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.stock_document.id", name="stock_count_document", ondelete="RESTRICT")
    )
    note: Mapped[str | None]

    plan: Mapped[CountPlan | None] = relationship(foreign_keys=[plan_id], lazy="raise")
    location: Mapped[StockLocation] = relationship(foreign_keys=[location_id], lazy="raise")
    document: Mapped[StockDocument | None] = relationship(foreign_keys=[document_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("StockCount")


class StockCountLine(Versioned, Base):
    """One balance of a count: what the books had, what was counted, and by whom."""

    __tablename__ = "stock_count_line"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    count_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.stock_count.id", name="stock_count_line_count", ondelete="RESTRICT")
    )
    line_no: Mapped[int]
    item_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.item.id", name="stock_count_line_item", ondelete="RESTRICT")
    )
    location_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.stock_location.id", name="stock_count_line_location", ondelete="RESTRICT")
    )
    lot_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.lot.id", name="stock_count_line_lot", ondelete="RESTRICT")
    )
    owner_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.party.id", name="stock_count_line_owner", ondelete="RESTRICT")
    )
    condition: Mapped[str] = mapped_column(server_default=FetchedValue())
    unlisted: Mapped[bool] = mapped_column(server_default=FetchedValue())
    snapshot_quantity: Mapped[Quantity] = mapped_column(deferred=True, deferred_group="books")
    counted_quantity: Mapped[Quantity | None]
    expected_quantity: Mapped[Quantity | None] = mapped_column(deferred=True, deferred_group="books")
    counted_by: Mapped[int | None]
    counted_at: Mapped[datetime | None]
    recount: Mapped[bool] = mapped_column(server_default=FetchedValue())
    first_quantity: Mapped[Quantity | None] = mapped_column(deferred=True, deferred_group="books")
    first_expected: Mapped[Quantity | None] = mapped_column(deferred=True, deferred_group="books")
    first_by: Mapped[int | None] = mapped_column(deferred=True, deferred_group="books")

    count: Mapped[StockCount] = relationship(foreign_keys=[count_id], lazy="raise")
    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")
    location: Mapped[StockLocation] = relationship(foreign_keys=[location_id], lazy="raise")
    lot: Mapped[Lot | None] = relationship(foreign_keys=[lot_id], lazy="raise")
