"""Purchase orders, as far as the receiving desk needs them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import FetchedValue, ForeignKey, Numeric
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.orm.base import Base, BigInt, CText, Currency, Price, Quantity, Stamped, Versioned, unit_key, unit_of

if TYPE_CHECKING:
    from db.orm.parties import Party
    from db.orm.platform import OrgUnit
    from db.orm.stock import Item


class PurchaseOrder(Stamped, Versioned, Base):
    """An order to a supplier."""

    __tablename__ = "purchase_order"
    __table_args__ = (unit_key("purchase_order_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    number: Mapped[CText] = mapped_column(server_default=FetchedValue())
    supplier_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.party.id", name="purchase_order_supplier", ondelete="RESTRICT")
    )
    state: Mapped[str] = mapped_column(server_default=FetchedValue())
    ordered_on: Mapped[date | None]
    promised_on: Mapped[date | None]
    currency: Mapped[Currency] = mapped_column(server_default=FetchedValue())
    note: Mapped[str | None]

    supplier: Mapped[Party] = relationship(foreign_keys=[supplier_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("PurchaseOrder")


class PurchaseOrderLine(Versioned, Base):
    """One item of an order to a supplier."""

    __tablename__ = "purchase_order_line"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    purchase_order_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.purchase_order.id", name="purchase_order_line_order", ondelete="CASCADE")
    )
    line_no: Mapped[int]
    item_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.item.id", name="purchase_order_line_item", ondelete="RESTRICT")
    )
    quantity: Mapped[Quantity]
    received: Mapped[Quantity] = mapped_column(server_default=FetchedValue())
    unit_price: Mapped[Price]
    tax_rate: Mapped[Decimal] = mapped_column(Numeric(5, 4), server_default=FetchedValue())
    promised_on: Mapped[date | None]

    purchase_order: Mapped[PurchaseOrder] = relationship(foreign_keys=[purchase_order_id], lazy="raise")
    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")
