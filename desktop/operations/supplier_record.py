"""How a supplier serves us, for the panel beside his card: the figures of the list of suppliers, and what is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from db.session import Database


@dataclass(frozen=True)
class Performance:
    """The last 365 days; shares as 0…1, days as days. See api.supplier_performance for how each is counted."""

    deliveries: int
    spend: Decimal
    on_time: Decimal | None
    lead_actual: Decimal | None
    lead_promised: Decimal | None
    defect_ppm: int
    fill_rate: Decimal | None
    price_change: Decimal | None
    last_delivery: date

    def reject_rate(self) -> Decimal:
        return Decimal(self.defect_ppm) / 1_000_000


@dataclass(frozen=True)
class Pending:
    """So many documents of an amount, without tax unless it is invoices; `late` of them past their day or differing."""

    count: int
    amount: Decimal
    late: int = 0


@dataclass(frozen=True)
class SupplierRecord:
    """Empty parts are those that the reader's job does not see, or that never were."""

    performance: Performance | None
    prices: tuple[tuple[date, Decimal], ...]
    orders: Pending
    invoices: Pending | None
    grni: Pending | None


def record(database: Database, supplier: int) -> SupplierRecord:
    """What the reader may know of a supplier, from his own units.

    `prices` is the change of price month by month against each item's first one in the year, as a share.
    """
    with database.read() as session:
        found = session.execute(text(_PERFORMANCE), {"id": supplier}).one_or_none()
        prices = session.execute(text(_PRICES), {"id": supplier}).all()
        orders = session.execute(text(_ORDERS), {"id": supplier}).one()
        may = session.execute(text(_MAY)).one()
        invoices = session.execute(text(_INVOICES), {"id": supplier}).one() if may.invoices else None
        grni = session.execute(text(_GRNI), {"id": supplier}).one() if may.grni else None
    return SupplierRecord(
        Performance(*found) if found is not None else None,
        tuple((row[0], row[1]) for row in prices),
        _pending(orders),
        _pending(invoices) if invoices is not None else None,
        _pending(grni) if grni is not None else None,
    )


def _pending(row: Sequence[Any]) -> Pending:
    return Pending(int(row[0]), Decimal(row[1]), int(row[2]))


_MAY = """
    select has_table_privilege('erp.supplier_invoice', 'select') as invoices,
           has_table_privilege('erp.grni_position', 'select') as grni
"""
_PERFORMANCE = """
    select deliveries, spend, on_time, lead_actual, lead_promised, defect_ppm, fill_rate, price_change, last_delivery
    from api.supplier_performance where id = :id
"""
_PRICES = """
    with delivery as (
        select date_trunc('month', m.effective_at at time zone u.time_zone)::date as month, m.quantity, l.unit_price,
               first_value(l.unit_price) over (partition by m.item_id order by m.effective_at, m.id) as first_price
        from erp.stock_move m
        join erp.purchase_order_line l on l.id = m.purchase_line_id
        join erp.purchase_order o on o.id = l.purchase_order_id
        join erp.org_unit u on u.id = o.org_unit_id
        where o.supplier_id = :id and m.reverses_id is null and m.effective_at >= now() - interval '365 days'
          and not exists (select from erp.stock_document d where d.reverses_id = m.document_id))
    select month, round(sum(quantity * unit_price) / nullif(sum(quantity * first_price), 0) - 1, 4)
    from delivery group by month order by month
"""
_ORDERS = """
    select count(distinct o.id), coalesce(sum(round(greatest(l.quantity - l.received, 0) * l.unit_price, 2)), 0),
           count(distinct o.id) filter (where l.received < l.quantity
                                          and coalesce(l.promised_on, o.promised_on) < current_date)
    from erp.purchase_order o
    join erp.purchase_order_line l on l.purchase_order_id = o.id
    where o.supplier_id = :id and o.state in ('ordered', 'part_received')
"""
_INVOICES = """
    select count(*), coalesce(sum(case kind when 'invoice' then gross else -gross end), 0),
           count(*) filter (where state = 'exception')
    from erp.supplier_invoice
    where supplier_id = :id and state in ('draft', 'matched', 'exception', 'approved')
"""
_GRNI = """
    select count(*), coalesce(sum(open_amount), 0), 0
    from erp.grni_position
    where supplier_id = :id and (open_amount <> 0 or open_quantity <> 0)
"""
