"""Requests for quotation: whom we ask for what, their answers side by side, and the orders of those who win."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from db.orm.parties import Party
from db.orm.platform import OrgUnit
from db.orm.purchasing import Rfq, RfqLine, RfqSupplier
from db.orm.stock_items import Item
from db.session import Database
from desktop.domain.changes import Changes
from desktop.operations import document_steps, records
from desktop.operations.purchasing_requisitions import MadeOrder
from desktop.operations.records import Draft, LineKind, Record, RecordKind, Reference

RFQ = RecordKind(
    key="rfq",
    model=Rfq,
    title="number",
    writes=("org_unit_id", "due_on", "currency", "note"),
    reads=("number", "state", "sent_on", "company_id", "created_at"),
    fills=("number",),
    references={"org_unit_id": Reference(model=OrgUnit, lookup="org_units")},
    lines=(
        LineKind(
            name="lines",
            model=RfqLine,
            parent="rfq_id",
            columns=("item_id", "quantity", "needed_on"),
            order="line_no",
            references={"item_id": Reference(model=Item, lookup="items")},
            numbered=True,
        ),
        LineKind(
            name="suppliers",
            model=RfqSupplier,
            parent="rfq_id",
            columns=("supplier_id",),
            order="id",
            references={"supplier_id": Reference(model=Party, lookup="suppliers")},
        ),
    ),
)


@dataclass(frozen=True)
class Quote:
    """One supplier's answer to one line. `amount` in the request's currency; `punctual` is his share of lines that came
    by their first promise in the last year, None where nothing came.
    """

    line_id: int
    line_no: int
    item_code: str
    item_name: str
    item_name_zh: str | None
    quantity: Decimal
    needed_on: date | None
    rfq_supplier_id: int
    supplier: str
    supplier_zh: str | None
    unit_price: Decimal | None
    amount: Decimal | None
    lead_time_days: int | None
    in_time: bool | None
    cheapest: bool
    awarded: bool
    punctual: Decimal | None


_COMPARISON = text("""
    select line_id, line_no, item_code, item_name, item_name_zh, quantity, needed_on, rfq_supplier_id, supplier,
           supplier_zh, unit_price, amount, lead_time_days, in_time, cheapest, awarded, punctual
    from api.rfq_comparison(:id)
""")


def load(database: Database, rfq_id: int) -> Record:
    return records.load(database, RFQ, rfq_id)


def save(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    return records.save(database, RFQ, record, draft)


def steps(database: Database, rfq_id: int) -> tuple[tuple[str, str], ...]:
    """(state, action) pairs open to this person."""
    return document_steps.steps(database, "rfq", rfq_id)


def take_step(
    database: Database, record: Record, to_state: str, *, reason: str | None = None
) -> tuple[Record, Changes]:
    """Send, take back or cancel a request. Raises UserError with what is missing."""
    changed = document_steps.take(database, "rfq", record, to_state, reason)
    return load(database, changed), Changes.of(rfq=[changed], rfq_quote=[])


def of_lines(database: Database, line_ids: Sequence[int]) -> tuple[int, Changes]:
    """A draft request about approved requisition lines, with the suppliers that come into question."""
    with database.write() as session:
        made = session.execute(text("select api.rfq_of_lines(:lines)"), {"lines": list(line_ids)}).scalar_one()
    return int(made), Changes.of(rfq=[int(made)])


def comparison(database: Database, rfq_id: int) -> tuple[Quote, ...]:
    """Every line with every supplier, in the order of lines and names."""
    with database.read() as session:
        return tuple(Quote(**row) for row in session.execute(_COMPARISON, {"id": rfq_id}).mappings())


def best_per_line(quotes: Sequence[Quote]) -> Mapping[int, int]:
    """Line → the supplier who is cheapest there; among equals who is faster, then who stands first."""
    found: dict[int, Quote] = {}
    for quote in quotes:
        if quote.unit_price is None:
            continue
        before = found.get(quote.line_id)
        if before is None or _rank(quote) < _rank(before):
            found[quote.line_id] = quote
    return {line: quote.rfq_supplier_id for line, quote in found.items()}


def best_single(quotes: Sequence[Quote]) -> Mapping[int, int]:
    """All lines to the one supplier who quoted every line and is cheapest in all; empty where nobody quoted all."""
    lines = {quote.line_id for quote in quotes}
    totals: dict[int, list[Decimal]] = {}
    for quote in quotes:
        if quote.amount is not None:
            totals.setdefault(quote.rfq_supplier_id, []).append(quote.amount)
    complete = {supplier: sum(amounts) for supplier, amounts in totals.items() if len(amounts) == len(lines)}
    if not complete:
        return {}
    winner = min(complete, key=lambda supplier: (complete[supplier], supplier))
    return dict.fromkeys(sorted(lines), winner)


def _rank(quote: Quote) -> tuple[Decimal, int]:
    slow = quote.lead_time_days if quote.lead_time_days is not None else 10_000
    return (quote.unit_price or Decimal(0), slow)


def award(
    database: Database, record: Record, winners: Mapping[int, int]
) -> tuple[tuple[MadeOrder, ...], Record, Changes]:
    """Make draft orders for the winners: line → supplier of the request. Raises UserError; then nothing was made."""
    wanted = json.dumps([{"line_id": line, "rfq_supplier_id": winner} for line, winner in winners.items()])
    with database.write() as session:
        made = session.execute(
            text("select api.award_rfq(:id, :version, cast(:awards as jsonb))"),
            {"id": record.id, "version": record.version, "awards": wanted},
        ).scalar_one()
    orders = tuple(MadeOrder(one["order_id"], one["number"], one["lines"]) for one in made)
    changes = Changes.of(
        rfq=[record.id or 0], rfq_quote=[], purchase_order=[order.id for order in orders], requisition_line=[]
    )
    return orders, load(database, record.id or 0), changes
