"""Supplier invoices: enter, match, accept differences, post, take back; and the accrual of what is not invoiced."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text

from db.errors import UserError
from db.orm.parties import Party
from db.orm.platform import OrgUnit
from db.orm.purchasing import PurchaseOrderLine
from db.orm.purchasing_invoices import SupplierInvoice, SupplierInvoiceLine
from db.orm.stock_items import Item
from db.session import Database
from desktop.domain.changes import Changes
from desktop.domain.text import pick
from desktop.operations import records
from desktop.operations.records import Draft, LineKind, Record, RecordKind, Reference
from desktop.operations.stock import exactly_once

SUPPLIER_INVOICE = RecordKind(
    key="supplier_invoice",
    model=SupplierInvoice,
    title="number",
    writes=(
        "kind", "supplier_id", "invoice_number", "invoice_date", "due_on", "currency", "gross", "org_unit_id", "note",
    ),
    reads=("number", "state", "company_id", "touches", "created_by", "created_at", "posted_at", "reverse_reason"),
    fills=("number",),
    references={
        "supplier_id": Reference(model=Party, lookup="suppliers"),
        "org_unit_id": Reference(model=OrgUnit, lookup="org_units"),
    },
    lines=(
        LineKind(
            name="lines",
            model=SupplierInvoiceLine,
            parent="invoice_id",
            columns=(
                "purchase_line_id", "item_id", "description", "quantity", "unit_price", "net", "tax_rate",
            ),
            order="line_no",
            references={
                "purchase_line_id": Reference(
                    model=PurchaseOrderLine, lookup="purchase_order_lines", code="id", name="id", name_zh=None
                ),
                "item_id": Reference(model=Item, lookup="items"),
            },
            numbered=True,
        ),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Matched:
    """What matching said: the state that follows and how many lines differ and are not accepted."""

    state: str
    exceptions: int


@dataclass(frozen=True)
class InvoicePosted:
    """The posted invoice; `difference` is what it came to beyond what was accrued, in the company's currency."""

    invoice_id: int
    number: str
    difference: Decimal


@dataclass(frozen=True)
class Invoiceable:
    """An order line of which something was received and not invoiced (or, for a credit note, went back)."""

    purchase_line_id: int
    order_number: str
    line_no: int
    item_id: int
    item_code: str
    item_name: str
    item_name_zh: str | None
    quantity: Decimal
    unit_price: Decimal
    tax_rate: Decimal
    currency: str
    received_on: date


@dataclass(frozen=True)
class Similar:
    """Another invoice of the supplier that looks like the same paper; `why` is ``total`` or ``number``."""

    id: int
    number: str
    invoice_number: str
    invoice_date: date
    gross: Decimal
    state: str
    why: str


@dataclass(frozen=True)
class MatchLine:
    """A line beside what order and receipt say. `exceptions` are codes (see api.match_supplier_invoice)."""

    id: int
    line_no: int
    order_id: int | None
    order_number: str | None
    item_code: str | None
    words: str
    words_zh: str | None
    quantity: Decimal
    unit_price: Decimal
    net: Decimal
    expected_quantity: Decimal | None
    expected_price: Decimal | None
    exceptions: tuple[str, ...]
    accepted: bool
    accept_reason: str | None


def matching(database: Database, invoice_id: int) -> tuple[MatchLine, ...]:
    """Each line of an invoice beside order and receipt, as it was last matched."""
    with database.read() as session:
        rows = session.execute(text(_MATCHING), {"id": invoice_id}).all()
    return tuple(MatchLine(**{**row._mapping, "exceptions": tuple(row.exceptions)}) for row in rows)


_MATCHING = """
    select l.id, l.line_no, o.id as order_id, o.number as order_number, i.code as item_code,
           coalesce(i.name, l.description, '') as words, i.name_zh as words_zh, l.quantity, l.unit_price, l.net,
           l.expected_quantity, l.expected_price, l.exceptions, l.accepted_at is not null as accepted, l.accept_reason
    from erp.supplier_invoice_line l
    left join erp.purchase_order_line p on p.id = l.purchase_line_id
    left join erp.purchase_order o on o.id = p.purchase_order_id
    left join erp.item i on i.id = l.item_id
    where l.invoice_id = :id
    order by l.line_no
"""


def load(database: Database, invoice_id: int) -> Record:
    return records.load(database, SUPPLIER_INVOICE, invoice_id)


def save(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    """Keep a draft as it stands; `match` says what it is worth."""
    return records.save(database, SUPPLIER_INVOICE, record, draft)


def save_and_match(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes, str]:
    """Save, and match what is complete. What does not add up yet stays a draft; the last value says why."""
    saved, changes = save(database, record, draft)
    try:
        _, matched = match(database, saved.id or 0)
    except UserError as error:
        return saved, changes, pick(error.message_en, error.message_zh)
    return load(database, saved.id or 0), changes.merged(matched), ""


def match(database: Database, invoice_id: int) -> tuple[Matched, Changes]:
    """Compare with order and receipt. Raises UserError where the paper does not add up."""
    with database.write() as session:
        found = session.execute(text("select api.match_supplier_invoice(:id)"), {"id": invoice_id}).scalar_one()
    return Matched(found["state"], found["exceptions"]), _touched(invoice_id)


def of_lines(database: Database, line_ids: Sequence[int]) -> tuple[int, ...]:
    """The invoices to which lines belong."""
    with database.read() as session:
        rows = session.execute(
            text("select distinct invoice_id from erp.supplier_invoice_line where id = any (:lines) order by 1"),
            {"lines": list(line_ids)},
        )
        return tuple(row.invoice_id for row in rows)


def accept(database: Database, line_id: int, reason: str) -> tuple[str, Changes]:
    """Accept what differs on a line. Returns the state that the invoice is in now."""
    with database.write() as session:
        state = session.execute(
            text("select api.accept_difference(:id, :reason)"), {"id": line_id, "reason": reason}
        ).scalar_one()
    return str(state), Changes.of(supplier_invoice=(), supplier_invoice_line=[line_id])


def order_lines(database: Database, line_id: int, typed: str) -> tuple[Invoiceable, ...]:
    """Order lines that a line of an invoice may be about, the likeliest first.

    They are of its supplier, received and not invoiced (for a credit note: gone back), with `typed` in order number,
    part number or name.
    """
    with database.read() as session:
        rows = session.execute(text(_CANDIDATES), {"line": line_id, "typed": f"%{_literal(typed)}%"})
        return tuple(Invoiceable(*row) for row in rows)


def _literal(typed: str) -> str:
    """As `like` takes it: every sign for itself."""
    return typed.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


_CANDIDATES = """
    select c.*
    from erp.supplier_invoice_line l
    join erp.supplier_invoice i on i.id = l.invoice_id
    cross join lateral api.invoiceable(i.supplier_id, i.kind = 'credit_note') c
    where l.id = :line and concat_ws(' ', c.order_number, c.item_code, c.item_name, c.item_name_zh) ilike :typed
    order by c.item_id is distinct from l.item_id, abs(c.unit_price - l.unit_price), c.received_on, c.order_number,
             c.line_no
    limit 20
"""


def link(database: Database, line_id: int, purchase_line_id: int) -> tuple[str, Changes]:
    """Tie a line to the order line that it is about, and match again. Returns the state that the invoice is in now."""
    with database.write() as session:
        state = session.execute(
            text("select api.link_invoice_line(:line, :order)"), {"line": line_id, "order": purchase_line_id}
        ).scalar_one()
    return str(state), Changes.of(supplier_invoice=(), supplier_invoice_line=[line_id])


def change(database: Database, record: Record, action: str, reason: str | None = None) -> Changes:
    """``reopen`` takes an entry back to draft, ``cancel`` gives it up."""
    with database.write() as session:
        session.execute(
            text("select api.change_supplier_invoice(:id, :version, :action, :reason)"),
            {"id": record.id, "version": record.version, "action": action, "reason": reason},
        )
    return _touched(record.id or 0)


def post(database: Database, key: UUID, invoice_id: int) -> tuple[InvoicePosted, Changes]:
    """Post a matched invoice, exactly once per key."""

    def act() -> Mapping[str, Any]:
        with database.write() as session:
            answer: Mapping[str, Any] = session.execute(
                text("select api.post_supplier_invoice(:key, :id)"), {"key": key, "id": invoice_id}
            ).scalar_one()
        return answer

    answer = exactly_once(act)
    posted = InvoicePosted(answer["invoice_id"], answer["number"], Decimal(str(answer["difference"])))
    return posted, _posted(invoice_id)


def reverse(database: Database, key: UUID, invoice_id: int, reason: str) -> Changes:
    """Take a posted invoice back, exactly once per key."""

    def act() -> None:
        with database.write() as session:
            session.execute(
                text("select api.reverse_supplier_invoice(:key, :id, :reason)"),
                {"key": key, "id": invoice_id, "reason": reason},
            )

    exactly_once(act)
    return _posted(invoice_id)


def enter(database: Database, document: Mapping[str, Any]) -> tuple[int, Matched, Changes]:
    """A whole invoice in one call (see `api.enter_supplier_invoice` for its form): its id and how it matched."""
    with database.write() as session:
        made = session.execute(
            text("select api.enter_supplier_invoice(cast(:document as jsonb))"),
            {"document": json.dumps(document, default=str)},
        ).scalar_one()
    return made["invoice_id"], Matched(made["state"], made["exceptions"]), _touched(made["invoice_id"])


def invoiceable(database: Database, supplier_id: int, *, credit: bool = False) -> tuple[Invoiceable, ...]:
    """What can be invoiced of a supplier now, oldest first."""
    with database.read() as session:
        rows = session.execute(
            text("select * from api.invoiceable(:supplier, :credit)"), {"supplier": supplier_id, "credit": credit}
        )
        return tuple(Invoiceable(*row) for row in rows)


def similar(database: Database, invoice_id: int) -> tuple[Similar, ...]:
    with database.read() as session:
        rows = session.execute(text("select * from api.similar_invoices(:id)"), {"id": invoice_id})
        return tuple(Similar(*row) for row in rows)


def _touched(invoice_id: int) -> Changes:
    return Changes.of(supplier_invoice=[invoice_id], supplier_invoice_line=())


def _posted(invoice_id: int) -> Changes:
    return _touched(invoice_id).merged(
        Changes.of(
            grni_position=(), grni_entry=(), purchase_order_line=(), item_cost=(), stock_value_entry=(), cost_entry=()
        )
    )
