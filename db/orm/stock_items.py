"""Items: what is kept in stock, in which units, what it fits and what may be taken instead."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import FetchedValue, ForeignKey, Numeric
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.orm.base import (
    Base,
    BigInt,
    Code,
    CText,
    Currency,
    Json,
    Price,
    Quantity,
    SmallInt,
    Sorted,
    Stamped,
    Versioned,
    unit_key,
    unit_of,
)

if TYPE_CHECKING:
    from db.orm.assets import Asset, AssetClass
    from db.orm.parties import Party
    from db.orm.platform import OrgUnit
    from db.orm.stock_catalogue import ItemCategory


class UnitOfMeasure(Base):
    """A unit in which items are counted, and its decimals."""

    __tablename__ = "unit_of_measure"

    code: Mapped[CText] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_zh: Mapped[str]
    digits: Mapped[SmallInt] = mapped_column(server_default=FetchedValue())


class UomConversion(Base):
    """How many of one unit another is, for every item."""

    __tablename__ = "uom_conversion"

    from_uom: Mapped[str] = mapped_column(
        ForeignKey("erp.unit_of_measure.code", name="uom_conversion_from", ondelete="CASCADE"), primary_key=True
    )
    to_uom: Mapped[str] = mapped_column(
        ForeignKey("erp.unit_of_measure.code", name="uom_conversion_to", ondelete="CASCADE"), primary_key=True
    )
    factor: Mapped[Decimal] = mapped_column(Numeric(18, 6))


class Item(Sorted, Stamped, Versioned, Base):
    """A part or consumable that is kept in stock."""

    __tablename__ = "item"
    __table_args__ = (unit_key("item_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    code: Mapped[Code]
    name: Mapped[str]
    name_zh: Mapped[str | None]
    category: Mapped[str | None]
    category_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.item_category.id", name="item_category_of", ondelete="RESTRICT")
    )
    merged_into: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.item.id", name="item_merged_into", ondelete="RESTRICT")
    )
    uom: Mapped[str] = mapped_column(
        ForeignKey("erp.unit_of_measure.code", name="item_uom", ondelete="RESTRICT"), server_default=FetchedValue()
    )
    tracking: Mapped[str] = mapped_column(server_default=FetchedValue())
    barcode: Mapped[CText | None]
    maker: Mapped[str | None]
    maker_code: Mapped[str | None]
    supplier_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.party.id", name="item_supplier", ondelete="RESTRICT")
    )
    standard_cost: Mapped[Price] = mapped_column(server_default=FetchedValue(), deferred=True, deferred_group="costs")
    currency: Mapped[Currency] = mapped_column(server_default=FetchedValue())
    min_quantity: Mapped[Quantity | None]
    max_quantity: Mapped[Quantity | None]
    lead_time_days: Mapped[int | None]
    abc_class: Mapped[str | None]
    allow_negative: Mapped[bool] = mapped_column(server_default=FetchedValue())
    valuation: Mapped[str] = mapped_column(server_default=FetchedValue())
    note: Mapped[str | None]
    retired_on: Mapped[date | None]
    custom: Mapped[Json] = mapped_column(server_default=FetchedValue())
    source: Mapped[str | None]
    source_key: Mapped[str | None]

    unit_of_measure: Mapped[UnitOfMeasure] = relationship(foreign_keys=[uom], lazy="raise")
    supplier: Mapped[Party | None] = relationship(foreign_keys=[supplier_id], lazy="raise")
    item_category: Mapped[ItemCategory | None] = relationship(foreign_keys=[category_id], lazy="raise")
    survivor: Mapped[Item | None] = relationship(foreign_keys=[merged_into], remote_side=[id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("Item")


class ItemUom(Versioned, Base):
    """What a box, pair or roll of an item holds, and the code printed on it."""

    __tablename__ = "item_uom"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("erp.company.id", name="item_uom_company", ondelete="RESTRICT"))
    item_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.item.id", name="item_uom_item", ondelete="CASCADE"))
    uom: Mapped[str] = mapped_column(ForeignKey("erp.unit_of_measure.code", name="item_uom_unit", ondelete="RESTRICT"))
    factor: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    usage: Mapped[str] = mapped_column(server_default=FetchedValue())
    barcode: Mapped[CText | None]

    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")


class ItemFit(Base):
    """Which assets an item fits: a class, a model, or one asset."""

    __tablename__ = "item_fit"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    item_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.item.id", name="item_fit_item", ondelete="CASCADE"))
    asset_class_id: Mapped[int | None] = mapped_column(
        ForeignKey("erp.asset_class.id", name="item_fit_class", ondelete="CASCADE")
    )
    model: Mapped[str | None]
    asset_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.asset.id", name="item_fit_asset", ondelete="CASCADE")
    )

    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")
    asset: Mapped[Asset | None] = relationship(foreign_keys=[asset_id], lazy="raise")
    asset_class: Mapped[AssetClass | None] = relationship(foreign_keys=[asset_class_id], lazy="raise")


class ItemSubstitute(Base):
    """An item that may be taken instead of another."""

    __tablename__ = "item_substitute"

    item_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.item.id", name="item_substitute_item", ondelete="CASCADE"), primary_key=True
    )
    substitute_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.item.id", name="item_substitute_other", ondelete="CASCADE"), primary_key=True
    )

    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")
    substitute: Mapped[Item] = relationship(foreign_keys=[substitute_id], lazy="raise")
