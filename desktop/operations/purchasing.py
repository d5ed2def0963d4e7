"""Purchase orders: what was ordered from whom, its lines and steps."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text

from db.orm.parties import Party
from db.orm.platform import OrgUnit
from db.orm.purchasing import PurchaseOrder, PurchaseOrderLine
from db.orm.stock_items import Item, UnitOfMeasure
from db.session import Database
from desktop.domain.changes import Changes
from desktop.operations import document_steps, records
from desktop.operations.records import Draft, LineKind, Record, RecordKind, Reference

PURCHASE_ORDER = RecordKind(
    key="purchase_order",
    model=PurchaseOrder,
    title="number",
    writes=("supplier_id", "org_unit_id", "ordered_on", "promised_on", "currency", "supplier_reference", "note"),
    reads=("number", "state", "acknowledged_on", "company_id", "created_at"),
    fills=("number",),
    references={
        "supplier_id": Reference(model=Party, lookup="suppliers"),
        "org_unit_id": Reference(model=OrgUnit, lookup="org_units"),
    },
    lines=(
        LineKind(
            name="lines",
            model=PurchaseOrderLine,
            parent="purchase_order_id",
            columns=(
                "item_id", "entered_quantity", "uom", "entered_price", "quantity", "received", "unit_price",
                "tax_rate", "promised_on", "confirmed_quantity",
            ),
            order="line_no",
            references={"item_id": Reference(model=Item, lookup="items")},
            catalogues={"uom": UnitOfMeasure},
            numbered=True,
            derived=frozenset({"received"}),
        ),
    ),
)  # fmt: skip


def load(database: Database, order_id: int) -> Record:
    return records.load(database, PURCHASE_ORDER, order_id)


def save(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    return records.save(database, PURCHASE_ORDER, record, draft)


def steps(database: Database, order_id: int) -> tuple[tuple[str, str], ...]:
    """(state, action) pairs open to this person."""
    return document_steps.steps(database, "purchase_order", order_id)


def acknowledge(database: Database, record: Record, reference: str | None = None) -> tuple[Record, Changes]:
    """The supplier confirmed the order: what was not entered line by line is confirmed as ordered."""
    with database.write() as session:
        session.execute(
            text("select api.acknowledge_order(:id, :version, :reference)"),
            {"id": record.id, "version": record.version, "reference": reference},
        )
    return load(database, record.id or 0), Changes.of(purchase_order=[record.id or 0], purchase_order_line=[])


def confirm_all(
    database: Database, record: Record, promised_on: date, reference: str | None = None
) -> tuple[Record, Changes]:
    """The supplier confirmed all that is still to come, for one day; again when he moves it. Raises UserError."""
    with database.write() as session:
        session.execute(
            text("select api.confirm_order(:id, :version, :promised_on, :reference)"),
            {"id": record.id, "version": record.version, "promised_on": promised_on, "reference": reference},
        )
    return load(database, record.id or 0), Changes.of(purchase_order=[record.id or 0], purchase_order_line=[])


def take_step(
    database: Database, record: Record, to_state: str, *, reason: str | None = None
) -> tuple[Record, Changes]:
    """Send, take back, cancel or close an order. Raises UserError with what is missing."""
    changed = document_steps.take(database, "purchase_order", record, to_state, reason)
    return load(database, changed), Changes.of(purchase_order=[changed])
