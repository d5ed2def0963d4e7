"""Purchasing after the order: receiving rules, inspections, supplier invoices and what is received but not invoiced."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import FetchedValue, ForeignKey, Numeric
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.orm.base import Base, BigInt, CText, Currency, Money, Price, Quantity, Stamped, Versioned, unit_key, unit_of

if TYPE_CHECKING:
    from db.orm.parties import Party
    from db.orm.platform import OrgUnit
    from db.orm.purchasing import PurchaseOrderLine
    from db.orm.stock import Lot, StockDocument, StockLocation, StockMove
    from db.orm.stock_items import Item


class ReceivingRule(Stamped, Versioned, Base):
    """How receipts of an item, of a supplier or of both are taken in."""

    __tablename__ = "receiving_rule"
    __table_args__ = (unit_key("receiving_rule_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    supplier_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.party.id", name="receiving_rule_supplier", ondelete="CASCADE")
    )
    item_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.item.id", name="receiving_rule_item", ondelete="CASCADE")
    )
    inspection: Mapped[str] = mapped_column(server_default=FetchedValue())
    over_receipt: Mapped[Decimal | None] = mapped_column(Numeric(5, 4))
    note: Mapped[str | None]

    supplier: Mapped[Party | None] = relationship(foreign_keys=[supplier_id], lazy="raise")
    item: Mapped[Item | None] = relationship(foreign_keys=[item_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("ReceivingRule")


class Inspection(Base):
    """One line of a receipt that waits in quarantine to be looked at."""

    __tablename__ = "inspection"
    __table_args__ = (unit_key("inspection_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    move_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.stock_move.id", name="inspection_move", ondelete="RESTRICT")
    )
    document_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.stock_document.id", name="inspection_document", ondelete="RESTRICT")
    )
    purchase_line_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.purchase_order_line.id", name="inspection_order_line", ondelete="RESTRICT")
    )
    supplier_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.party.id", name="inspection_supplier", ondelete="RESTRICT")
    )
    item_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.item.id", name="inspection_item", ondelete="RESTRICT"))
    lot_id: Mapped[BigInt | None] = mapped_column(ForeignKey("erp.lot.id", name="inspection_lot", ondelete="RESTRICT"))
    location_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.stock_location.id", name="inspection_location", ondelete="RESTRICT")
    )
    level: Mapped[str]
    quantity: Mapped[Quantity]
    accepted: Mapped[Quantity] = mapped_column(server_default=FetchedValue())
    rejected: Mapped[Quantity] = mapped_column(server_default=FetchedValue())
    state: Mapped[str] = mapped_column(server_default=FetchedValue())
    defect: Mapped[str | None]
    reason: Mapped[str | None]
    inspected_by: Mapped[int | None] = mapped_column(
        ForeignKey("erp.app_user.id", name="inspection_inspector", ondelete="RESTRICT")
    )
    inspected_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())

    document: Mapped[StockDocument] = relationship(foreign_keys=[document_id], lazy="raise")
    purchase_line: Mapped[PurchaseOrderLine] = relationship(foreign_keys=[purchase_line_id], lazy="raise")
    supplier: Mapped[Party] = relationship(foreign_keys=[supplier_id], lazy="raise")
    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")
    lot: Mapped[Lot | None] = relationship(foreign_keys=[lot_id], lazy="raise")
    location: Mapped[StockLocation] = relationship(foreign_keys=[location_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("Inspection")


class SupplierInvoice(Stamped, Versioned, Base):
    """A supplier's invoice or credit note."""

    __tablename__ = "supplier_invoice"
    __table_args__ = (unit_key("supplier_invoice_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    number: Mapped[CText] = mapped_column(server_default=FetchedValue())
    kind: Mapped[str] = mapped_column(server_default=FetchedValue())
    supplier_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.party.id", name="supplier_invoice_supplier", ondelete="RESTRICT")
    )
    invoice_number: Mapped[str]
    number_key: Mapped[CText | None] = mapped_column(server_default=FetchedValue(), server_onupdate=FetchedValue())
    invoice_date: Mapped[date]
    due_on: Mapped[date | None]
    currency: Mapped[Currency] = mapped_column(server_default=FetchedValue())
    gross: Mapped[Money]
    state: Mapped[str] = mapped_column(server_default=FetchedValue())
    touches: Mapped[int] = mapped_column(server_default=FetchedValue())
    matched_at: Mapped[datetime | None]
    posted_at: Mapped[datetime | None]
    posted_by: Mapped[int | None] = mapped_column(
        ForeignKey("erp.app_user.id", name="supplier_invoice_poster", ondelete="RESTRICT")
    )
    reversed_at: Mapped[datetime | None]
    reverse_reason: Mapped[str | None]
    note: Mapped[str | None]
    source: Mapped[str | None]
    source_key: Mapped[str | None]

    supplier: Mapped[Party] = relationship(foreign_keys=[supplier_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("SupplierInvoice")


class SupplierInvoiceLine(Versioned, Base):
    """One line of a supplier's invoice and how it matched."""

    __tablename__ = "supplier_invoice_line"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    invoice_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.supplier_invoice.id", name="supplier_invoice_line_invoice", ondelete="CASCADE")
    )
    line_no: Mapped[int]
    purchase_line_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.purchase_order_line.id", name="supplier_invoice_line_order_line", ondelete="RESTRICT")
    )
    item_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.item.id", name="supplier_invoice_line_item", ondelete="RESTRICT")
    )
    description: Mapped[str | None]
    quantity: Mapped[Quantity]
    unit_price: Mapped[Price]
    net: Mapped[Money]
    tax_rate: Mapped[Decimal] = mapped_column(Numeric(5, 4), server_default=FetchedValue())
    expected_quantity: Mapped[Quantity | None]
    expected_price: Mapped[Price | None]
    exceptions: Mapped[list[str]] = mapped_column(server_default=FetchedValue())
    accepted_by: Mapped[int | None] = mapped_column(
        ForeignKey("erp.app_user.id", name="supplier_invoice_line_accepter", ondelete="RESTRICT")
    )
    accepted_at: Mapped[datetime | None]
    accept_reason: Mapped[str | None]
    entered_by: Mapped[int | None]

    invoice: Mapped[SupplierInvoice] = relationship(foreign_keys=[invoice_id], lazy="raise")
    purchase_line: Mapped[PurchaseOrderLine | None] = relationship(foreign_keys=[purchase_line_id], lazy="raise")
    item: Mapped[Item | None] = relationship(foreign_keys=[item_id], lazy="raise")


class GrniPosition(Base):
    """What is received and not invoiced of one receipt line; its id is the receipt's move."""

    __tablename__ = "grni_position"
    __table_args__ = (unit_key("grni_position_unit"),)

    id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.stock_move.id", name="grni_position_move", ondelete="RESTRICT"),
        primary_key=True,
        autoincrement=False,
    )
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    supplier_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.party.id", name="grni_position_supplier", ondelete="RESTRICT")
    )
    purchase_line_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.purchase_order_line.id", name="grni_position_order_line", ondelete="RESTRICT")
    )
    item_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.item.id", name="grni_position_item", ondelete="RESTRICT"))
    quantity: Mapped[Quantity]
    amount: Mapped[Money]
    open_quantity: Mapped[Quantity]
    open_amount: Mapped[Money]
    invoiced_quantity: Mapped[Quantity] = mapped_column(server_default=FetchedValue())
    reversed_on: Mapped[date | None]
    received_on: Mapped[date]

    move: Mapped[StockMove] = relationship(foreign_keys=[id], lazy="raise")
    supplier: Mapped[Party] = relationship(foreign_keys=[supplier_id], lazy="raise")
    purchase_line: Mapped[PurchaseOrderLine | None] = relationship(foreign_keys=[purchase_line_id], lazy="raise")
    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("GrniPosition")


class GrniEntry(Base):
    """One entry of the accrual account of goods received and not invoiced."""

    __tablename__ = "grni_entry"
    __table_args__ = (unit_key("grni_entry_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    position_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.grni_position.id", name="grni_entry_position", ondelete="RESTRICT")
    )
    kind: Mapped[str]
    quantity: Mapped[Quantity]
    amount: Mapped[Money]
    difference: Mapped[Money] = mapped_column(server_default=FetchedValue())
    source_table: Mapped[str]
    source_id: Mapped[BigInt]
    reverses_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.grni_entry.id", name="grni_entry_reverses", ondelete="RESTRICT")
    )
    booked_on: Mapped[date]
    posted_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    posted_by: Mapped[int]

    position: Mapped[GrniPosition] = relationship(foreign_keys=[position_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("GrniEntry")
