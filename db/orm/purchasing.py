"""What is wanted and what is ordered: requisitions and purchase orders."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import FetchedValue, ForeignKey, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.orm.base import Base, BigInt, CText, Currency, Money, Price, Quantity, Stamped, Versioned, unit_key, unit_of

if TYPE_CHECKING:
    from db.orm.parties import Party
    from db.orm.people import AppUser, Role
    from db.orm.platform import OrgUnit
    from db.orm.stock_items import Item
    from db.orm.work_orders import WorkOrder


class Requisition(Stamped, Versioned, Base):
    """What somebody, or a rule, wants to have bought."""

    __tablename__ = "requisition"
    __table_args__ = (unit_key("requisition_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    number: Mapped[CText] = mapped_column(server_default=FetchedValue())
    state: Mapped[str] = mapped_column(server_default=FetchedValue())
    origin: Mapped[str] = mapped_column(server_default=FetchedValue())
    needed_on: Mapped[date | None]
    note: Mapped[str | None]
    requested_by: Mapped[int | None] = mapped_column(
        ForeignKey("erp.app_user.id", name="requisition_requester", ondelete="RESTRICT"), server_default=FetchedValue()
    )
    submitted_at: Mapped[datetime | None]

    org_unit: Mapped[OrgUnit] = unit_of("Requisition")
    requester: Mapped[AppUser | None] = relationship(foreign_keys=[requested_by], lazy="raise")


class RequisitionLine(Versioned, Base):
    """One item that is wanted."""

    __tablename__ = "requisition_line"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    requisition_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.requisition.id", name="requisition_line_requisition", ondelete="CASCADE")
    )
    line_no: Mapped[int]
    item_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.item.id", name="requisition_line_item", ondelete="RESTRICT")
    )
    quantity: Mapped[Quantity]
    uom: Mapped[str | None] = mapped_column(
        ForeignKey("erp.unit_of_measure.code", name="requisition_line_uom", ondelete="RESTRICT"),
        server_default=FetchedValue(),
    )
    uom_factor: Mapped[Decimal] = mapped_column(server_default=FetchedValue())
    needed_on: Mapped[date | None]
    supplier_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.party.id", name="requisition_line_supplier", ondelete="RESTRICT")
    )
    estimated_price: Mapped[Price | None]
    reason: Mapped[str | None]
    reorder_rule_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.reorder_rule.id", name="requisition_line_rule", ondelete="SET NULL")
    )
    work_order_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.work_order.id", name="requisition_line_work_order", ondelete="RESTRICT")
    )
    ordered: Mapped[Quantity] = mapped_column(server_default=FetchedValue())
    state: Mapped[str] = mapped_column(server_default=FetchedValue())

    requisition: Mapped[Requisition] = relationship(foreign_keys=[requisition_id], lazy="raise")
    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")
    supplier: Mapped[Party | None] = relationship(foreign_keys=[supplier_id], lazy="raise")
    work_order: Mapped[WorkOrder | None] = relationship(foreign_keys=[work_order_id], lazy="raise")


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
    supplier_reference: Mapped[str | None]
    acknowledged_on: Mapped[date | None]

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
    returned: Mapped[Quantity] = mapped_column(server_default=FetchedValue())
    invoiced: Mapped[Quantity] = mapped_column(server_default=FetchedValue())
    unit_price: Mapped[Price]
    uom: Mapped[str | None] = mapped_column(
        ForeignKey("erp.unit_of_measure.code", name="purchase_order_line_uom", ondelete="RESTRICT")
    )
    uom_factor: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default=FetchedValue())
    entered_quantity: Mapped[Quantity | None]
    entered_price: Mapped[Price | None]
    tax_rate: Mapped[Decimal] = mapped_column(Numeric(5, 4), server_default=FetchedValue())
    promised_on: Mapped[date | None]
    requisition_line_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.requisition_line.id", name="purchase_order_line_requisition_line", ondelete="RESTRICT")
    )
    confirmed_quantity: Mapped[Quantity | None]
    first_promised_on: Mapped[date | None]

    purchase_order: Mapped[PurchaseOrder] = relationship(foreign_keys=[purchase_order_id], lazy="raise")
    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")
    requisition_line: Mapped[RequisitionLine | None] = relationship(foreign_keys=[requisition_line_id], lazy="raise")


class ApprovalRule(Stamped, Versioned, Base):
    """One line of the approval matrix: from which amount which job decides."""

    __tablename__ = "approval_rule"
    __table_args__ = (unit_key("approval_rule_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    document_type: Mapped[str]
    category: Mapped[str | None]
    amount_from: Mapped[Money] = mapped_column(server_default=FetchedValue())
    step: Mapped[int] = mapped_column(server_default=FetchedValue())
    role_key: Mapped[str] = mapped_column(ForeignKey("erp.role.key", name="approval_rule_role", ondelete="RESTRICT"))
    active: Mapped[bool] = mapped_column(server_default=FetchedValue())

    org_unit: Mapped[OrgUnit] = unit_of("ApprovalRule")


class Approval(Versioned, Base):
    """One decision that is asked of one job about one document."""

    __tablename__ = "approval"
    __table_args__ = (unit_key("approval_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    requisition_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.requisition.id", name="approval_requisition", ondelete="CASCADE")
    )
    purchase_order_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.purchase_order.id", name="approval_purchase_order", ondelete="CASCADE")
    )
    step: Mapped[int]
    role_key: Mapped[str] = mapped_column(ForeignKey("erp.role.key", name="approval_role", ondelete="RESTRICT"))
    amount: Mapped[Money]
    content: Mapped[bytes]
    state: Mapped[str]
    requested_by: Mapped[int | None] = mapped_column(
        ForeignKey("erp.app_user.id", name="approval_requester", ondelete="RESTRICT")
    )
    requested_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    decided_by: Mapped[int | None] = mapped_column(
        ForeignKey("erp.app_user.id", name="approval_decider", ondelete="RESTRICT")
    )
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]

    requisition: Mapped[Requisition | None] = relationship(foreign_keys=[requisition_id], lazy="raise")
    purchase_order: Mapped[PurchaseOrder | None] = relationship(foreign_keys=[purchase_order_id], lazy="raise")
    role: Mapped[Role] = relationship(foreign_keys=[role_key], lazy="raise")
    requester: Mapped[AppUser | None] = relationship(foreign_keys=[requested_by], lazy="raise")
    decider: Mapped[AppUser | None] = relationship(foreign_keys=[decided_by], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("Approval")


class SupplierPrice(Stamped, Versioned, Base):
    """A price agreed with a supplier, from a quantity on and for a time."""

    __tablename__ = "supplier_price"
    __table_args__ = (unit_key("supplier_price_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    item_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.item.id", name="supplier_price_item", ondelete="RESTRICT"))
    supplier_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.party.id", name="supplier_price_supplier", ondelete="RESTRICT")
    )
    supplier_code: Mapped[str | None]
    min_quantity: Mapped[Quantity] = mapped_column(server_default=FetchedValue())
    unit_price: Mapped[Price]
    currency: Mapped[Currency] = mapped_column(server_default=FetchedValue())
    lead_time_days: Mapped[int | None]
    valid_from: Mapped[date] = mapped_column(server_default=FetchedValue())
    valid_to: Mapped[date | None]
    note: Mapped[str | None]

    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")
    supplier: Mapped[Party] = relationship(foreign_keys=[supplier_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("SupplierPrice")


class Rfq(Stamped, Versioned, Base):
    """A request to several suppliers for their prices."""

    __tablename__ = "rfq"
    __table_args__ = (unit_key("rfq_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    number: Mapped[CText] = mapped_column(server_default=FetchedValue())
    state: Mapped[str] = mapped_column(server_default=FetchedValue())
    due_on: Mapped[date | None]
    currency: Mapped[Currency] = mapped_column(server_default=FetchedValue())
    note: Mapped[str | None]
    sent_on: Mapped[date | None]

    org_unit: Mapped[OrgUnit] = unit_of("Rfq")


class RfqLine(Versioned, Base):
    """One item that suppliers are asked for."""

    __tablename__ = "rfq_line"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    rfq_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.rfq.id", name="rfq_line_rfq", ondelete="CASCADE"))
    line_no: Mapped[int]
    item_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.item.id", name="rfq_line_item", ondelete="RESTRICT"))
    quantity: Mapped[Quantity]
    needed_on: Mapped[date | None]
    requisition_line_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.requisition_line.id", name="rfq_line_requisition_line", ondelete="RESTRICT")
    )

    rfq: Mapped[Rfq] = relationship(foreign_keys=[rfq_id], lazy="raise")
    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")


class RfqSupplier(Versioned, Base):
    """A supplier who is asked."""

    __tablename__ = "rfq_supplier"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    rfq_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.rfq.id", name="rfq_supplier_rfq", ondelete="CASCADE"))
    supplier_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.party.id", name="rfq_supplier_supplier", ondelete="RESTRICT")
    )

    rfq: Mapped[Rfq] = relationship(foreign_keys=[rfq_id], lazy="raise")
    supplier: Mapped[Party] = relationship(foreign_keys=[supplier_id], lazy="raise")


class RfqQuote(Versioned, Base):
    """A supplier's answer to one line."""

    __tablename__ = "rfq_quote"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    rfq_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.rfq.id", name="rfq_quote_rfq", ondelete="CASCADE"))
    rfq_supplier_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.rfq_supplier.id", name="rfq_quote_supplier", ondelete="CASCADE")
    )
    rfq_line_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.rfq_line.id", name="rfq_quote_line", ondelete="CASCADE")
    )
    unit_price: Mapped[Price | None]
    lead_time_days: Mapped[int | None]
    note: Mapped[str | None]
    awarded: Mapped[bool] = mapped_column(server_default=FetchedValue())

    rfq: Mapped[Rfq] = relationship(foreign_keys=[rfq_id], lazy="raise")
    rfq_supplier: Mapped[RfqSupplier] = relationship(foreign_keys=[rfq_supplier_id], lazy="raise")
    rfq_line: Mapped[RfqLine] = relationship(foreign_keys=[rfq_line_id], lazy="raise")


class OutgoingMail(Base):
    """A letter to a supplier, for the worker to send."""

    __tablename__ = "outgoing_mail"
    __table_args__ = (unit_key("outgoing_mail_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    kind: Mapped[str]
    purchase_order_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.purchase_order.id", name="outgoing_mail_order", ondelete="RESTRICT")
    )
    rfq_supplier_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.rfq_supplier.id", name="outgoing_mail_rfq", ondelete="SET NULL")
    )
    email: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str] = mapped_column(server_default=FetchedValue())
    file_name: Mapped[str | None]
    content: Mapped[bytes | None]
    state: Mapped[str] = mapped_column(server_default=FetchedValue())
    tries: Mapped[int] = mapped_column(server_default=FetchedValue())
    next_try_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    error: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    created_by: Mapped[int | None] = mapped_column(server_default=FetchedValue())

    purchase_order: Mapped[PurchaseOrder | None] = relationship(foreign_keys=[purchase_order_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("OutgoingMail")


class OutgoingMailOrder(Base):
    """An order that a reminder is about."""

    __tablename__ = "outgoing_mail_order"
    __table_args__ = (UniqueConstraint("mail_id", "purchase_order_id", name="outgoing_mail_order_unique"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    mail_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.outgoing_mail.id", name="outgoing_mail_order_mail", ondelete="CASCADE")
    )
    purchase_order_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.purchase_order.id", name="outgoing_mail_order_order", ondelete="CASCADE")
    )
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
