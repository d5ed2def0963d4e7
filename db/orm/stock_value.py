"""What stock is worth beyond the moving average: layers, entries of value without quantity, closed months."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.orm.base import Base, BigInt, Money, Quantity, Versioned, unit_key, unit_of

if TYPE_CHECKING:
    from db.orm.platform import OrgUnit
    from db.orm.stock import StockDocument, StockMove
    from db.orm.stock_items import Item


class StockLayer(Base):
    """One delivery of an item valued first in, first out, and what of it is left."""

    __tablename__ = "stock_layer"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(
        ForeignKey("erp.company.id", name="stock_layer_company", ondelete="RESTRICT")
    )
    item_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.item.id", name="stock_layer_item", ondelete="RESTRICT"))
    move_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.stock_move.id", name="stock_layer_move", ondelete="RESTRICT")
    )
    effective_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    quantity: Mapped[Quantity]
    amount: Mapped[Money]
    left_quantity: Mapped[Quantity]
    left_amount: Mapped[Money]

    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")
    move: Mapped[StockMove] = relationship(foreign_keys=[move_id], lazy="raise")


class StockLayerUse(Base):
    """What a move took from a layer or gave back to it."""

    __tablename__ = "stock_layer_use"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    layer_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.stock_layer.id", name="stock_layer_use_layer", ondelete="RESTRICT")
    )
    move_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.stock_move.id", name="stock_layer_use_move", ondelete="RESTRICT")
    )
    taken_by: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.stock_move.id", name="stock_layer_use_taker", ondelete="RESTRICT")
    )
    quantity: Mapped[Quantity]
    amount: Mapped[Money]

    layer: Mapped[StockLayer] = relationship(foreign_keys=[layer_id], lazy="raise")
    move: Mapped[StockMove] = relationship(foreign_keys=[move_id], lazy="raise")


class StockValueEntry(Base):
    """Value without quantity: a late invoice, a revaluation, a back-dated document, a remainder."""

    __tablename__ = "stock_value_entry"
    __table_args__ = (unit_key("stock_value_entry_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    item_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.item.id", name="stock_value_entry_item", ondelete="RESTRICT")
    )
    kind: Mapped[str]
    move_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.stock_move.id", name="stock_value_entry_move", ondelete="RESTRICT")
    )
    document_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.stock_document.id", name="stock_value_entry_document", ondelete="RESTRICT")
    )
    quantity: Mapped[Quantity] = mapped_column(server_default=FetchedValue())
    quantity_on_hand: Mapped[Quantity] = mapped_column(server_default=FetchedValue())
    amount_on_hand: Mapped[Money]
    amount_consumed: Mapped[Money]
    amount: Mapped[Money] = mapped_column(server_default=FetchedValue())
    reason: Mapped[str]
    source_table: Mapped[str | None]
    source_id: Mapped[BigInt | None]
    reverses_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.stock_value_entry.id", name="stock_value_entry_reverses", ondelete="RESTRICT")
    )
    request_id: Mapped[UUID | None]
    effective_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    posted_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    posted_by: Mapped[int]

    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")
    move: Mapped[StockMove | None] = relationship(foreign_keys=[move_id], lazy="raise")
    document: Mapped[StockDocument | None] = relationship(foreign_keys=[document_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("StockValueEntry")


class StockValueShare(Base):
    """What one move bears of the consumed part of a value entry."""

    __tablename__ = "stock_value_share"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    entry_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.stock_value_entry.id", name="stock_value_share_entry", ondelete="RESTRICT")
    )
    move_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.stock_move.id", name="stock_value_share_move", ondelete="RESTRICT")
    )
    quantity: Mapped[Quantity]
    amount: Mapped[Money]

    entry: Mapped[StockValueEntry] = relationship(foreign_keys=[entry_id], lazy="raise")
    move: Mapped[StockMove] = relationship(foreign_keys=[move_id], lazy="raise")


class StockPeriod(Versioned, Base):
    """A month of stock that was closed, or opened again."""

    __tablename__ = "stock_period"
    __table_args__ = (unit_key("stock_period_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    month: Mapped[date]
    state: Mapped[str]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(
        ForeignKey("erp.app_user.id", name="stock_period_closer", ondelete="RESTRICT")
    )
    reopened_at: Mapped[datetime | None]
    reopened_by: Mapped[int | None] = mapped_column(
        ForeignKey("erp.app_user.id", name="stock_period_opener", ondelete="RESTRICT")
    )
    reason: Mapped[str | None]

    org_unit: Mapped[OrgUnit] = unit_of("StockPeriod")
