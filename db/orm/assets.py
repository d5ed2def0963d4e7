"""The equipment we keep running: tree, class, history of place, meters, failure library, failures and events."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import FetchedValue, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.orm.base import Base, BigInt, Code, CText, Currency, Json, Money, Sorted, Stamped, Versioned, unit_key, unit_of

if TYPE_CHECKING:
    from db.orm.parties import Party, Site
    from db.orm.platform import OrgUnit
    from db.orm.work_orders import WorkOrder


class AssetClass(Base):
    """A kind of equipment, in a tree."""

    __tablename__ = "asset_class"

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("erp.asset_class.id", name="asset_class_parent", ondelete="RESTRICT")
    )
    code: Mapped[Code]
    name: Mapped[str]
    name_zh: Mapped[str | None]
    icon: Mapped[str | None]

    parent: Mapped[AssetClass | None] = relationship(foreign_keys=[parent_id], remote_side=[id], lazy="raise")


class Asset(Sorted, Stamped, Versioned, Base):
    """A piece of equipment that we keep running."""

    __tablename__ = "asset"
    __table_args__ = (unit_key("asset_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    parent_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.asset.id", name="asset_parent", ondelete="RESTRICT")
    )
    asset_class_id: Mapped[int | None] = mapped_column(
        ForeignKey("erp.asset_class.id", name="asset_class_of", ondelete="RESTRICT")
    )
    site_id: Mapped[BigInt | None] = mapped_column(ForeignKey("erp.site.id", name="asset_site", ondelete="RESTRICT"))
    code: Mapped[Code]
    name: Mapped[str]
    name_zh: Mapped[str | None]
    state: Mapped[str] = mapped_column(server_default=FetchedValue())
    criticality: Mapped[str] = mapped_column(server_default=FetchedValue())
    maker: Mapped[str | None]
    model: Mapped[str | None]
    serial_number: Mapped[str | None]
    supplier_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.party.id", name="asset_supplier", ondelete="RESTRICT")
    )
    purchased_on: Mapped[date | None]
    installed_on: Mapped[date | None]
    commissioned_on: Mapped[date | None]
    warranty_until: Mapped[date | None]
    purchase_cost: Mapped[Money | None]
    currency: Mapped[Currency] = mapped_column(server_default=FetchedValue())
    age_years: Mapped[int | None]
    parameters: Mapped[Json] = mapped_column(server_default=FetchedValue())
    note: Mapped[str | None]
    retired_on: Mapped[date | None]
    custom: Mapped[Json] = mapped_column(server_default=FetchedValue())
    source: Mapped[str | None]
    source_key: Mapped[str | None]

    parent: Mapped[Asset | None] = relationship(foreign_keys=[parent_id], remote_side=[id], lazy="raise")
    asset_class: Mapped[AssetClass | None] = relationship(foreign_keys=[asset_class_id], lazy="raise")
    site: Mapped[Site | None] = relationship(foreign_keys=[site_id], lazy="raise")
    supplier: Mapped[Party | None] = relationship(foreign_keys=[supplier_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("Asset")


class AssetPlacement(Base):
    """Where the asset was and what it belonged to, by date; written by trigger, never edited."""

    __tablename__ = "asset_placement"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    asset_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.asset.id", name="asset_placement_asset", ondelete="RESTRICT")
    )
    parent_id: Mapped[BigInt | None]
    site_id: Mapped[BigInt | None]
    org_unit_id: Mapped[int]
    state: Mapped[str]
    since: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    created_by: Mapped[int | None]

    asset: Mapped[Asset] = relationship(foreign_keys=[asset_id], lazy="raise")


class Meter(Versioned, Base):
    """A counter or gauge on an asset."""

    __tablename__ = "meter"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    asset_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.asset.id", name="meter_asset", ondelete="RESTRICT"))
    code: Mapped[Code]
    name: Mapped[str]
    name_zh: Mapped[str | None]
    kind: Mapped[str]
    unit: Mapped[str]
    rollover: Mapped[Decimal | None]

    asset: Mapped[Asset] = relationship(foreign_keys=[asset_id], lazy="raise")


class MeterReading(Base):
    """One value of a meter; a correction supersedes it, never overwrites."""

    __tablename__ = "meter_reading"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    meter_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.meter.id", name="meter_reading_meter", ondelete="RESTRICT")
    )
    read_at: Mapped[datetime]
    value: Mapped[Decimal]
    source: Mapped[str] = mapped_column(server_default=FetchedValue())
    supersedes_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.meter_reading.id", name="meter_reading_supersedes", ondelete="RESTRICT")
    )
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    created_by: Mapped[int | None]

    meter: Mapped[Meter] = relationship(foreign_keys=[meter_id], lazy="raise")
    supersedes: Mapped[MeterReading | None] = relationship(foreign_keys=[supersedes_id], remote_side=[id], lazy="raise")


class FailureCode(Versioned, Base):
    """Class → problem → cause → remedy: picked, never typed."""

    __tablename__ = "failure_code"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    parent_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.failure_code.id", name="failure_code_parent", ondelete="RESTRICT")
    )
    level: Mapped[str]
    asset_class_id: Mapped[int | None] = mapped_column(
        ForeignKey("erp.asset_class.id", name="failure_code_class", ondelete="RESTRICT")
    )
    code: Mapped[Code]
    name: Mapped[str]
    name_zh: Mapped[str | None]
    retired_on: Mapped[date | None]
    source: Mapped[str | None]
    source_key: Mapped[str | None]

    parent: Mapped[FailureCode | None] = relationship(foreign_keys=[parent_id], remote_side=[id], lazy="raise")
    asset_class: Mapped[AssetClass | None] = relationship(foreign_keys=[asset_class_id], lazy="raise")


class Failure(Versioned, Base):
    """A failure that happened, with or without a work order that mended it."""

    __tablename__ = "failure"
    __table_args__ = (unit_key("failure_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    asset_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.asset.id", name="failure_asset", ondelete="RESTRICT"))
    failure_code_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.failure_code.id", name="failure_code_of", ondelete="RESTRICT")
    )
    work_order_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.work_order.id", name="failure_work_order", ondelete="RESTRICT")
    )
    occurred_at: Mapped[datetime]
    note: Mapped[str | None]
    source: Mapped[str | None]
    source_key: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    created_by: Mapped[int | None]

    asset: Mapped[Asset] = relationship(foreign_keys=[asset_id], lazy="raise")
    failure_code: Mapped[FailureCode] = relationship(foreign_keys=[failure_code_id], lazy="raise")
    work_order: Mapped[WorkOrder | None] = relationship(foreign_keys=[work_order_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("Failure")


class AssetEvent(Base):
    """What the machine itself reported: errors, alarms."""

    __tablename__ = "asset_event"
    __table_args__ = (unit_key("asset_event_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    asset_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.asset.id", name="asset_event_asset", ondelete="RESTRICT"))
    kind: Mapped[str]
    code: Mapped[CText]
    occurred_at: Mapped[datetime]
    detail: Mapped[str | None]
    source: Mapped[str | None]
    source_key: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())

    asset: Mapped[Asset] = relationship(foreign_keys=[asset_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("AssetEvent")
