"""What a return note says: which parts of which delivery and order go back to the supplier, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from db.session import Database
from desktop.domain.text import pick
from desktop.operations import records


@dataclass(frozen=True)
class ReturnLine:
    """One line; quantity in the unit that it was entered in, texts in the language in force."""

    item_code: str
    item_name: str
    maker_code: str
    lot: str
    quantity: Decimal
    unit: str
    order: str
    receipt: str
    why: str


@dataclass(frozen=True)
class ReturnNote:
    """A posted return to a supplier. `returned_on` is the day at the store."""

    number: str
    returned_on: date
    supplier_code: str
    supplier: str
    address: str
    phone: str
    store: str
    reason: str
    lines: tuple[ReturnLine, ...]


def is_return(values: Mapping[str, Any]) -> bool:
    """Whether a stock document has a return note: goods that left for the supplier, not the counter-entry of it."""
    return values.get("document_type") == "supplier_return" and values.get("reverses_id") is None


def return_note(database: Database, document_id: int) -> ReturnNote:
    """The note of a return. Raises RecordNotFound for a document that the reader does not see or that is none."""
    with database.read() as session:
        head = session.execute(text(_HEAD), {"id": document_id}).one_or_none()
        if head is None:
            raise records.RecordNotFound
        rows = session.execute(text(_LINES), {"id": document_id}).all()
    first = rows[0]
    return ReturnNote(
        number=head.number, returned_on=head.returned_on, supplier_code=first.supplier_code or "",
        supplier=pick(first.supplier_name or "", first.supplier_name_zh),
        address=", ".join(part for part in (first.address, first.city) if part), phone=first.phone or "",
        store=pick(head.unit_name, head.unit_name_zh), reason=head.reason or "",
        lines=tuple(
            ReturnLine(
                row.code, pick(row.name, row.name_zh), row.maker_code or "", row.lot or "",
                Decimal(str(row.entered_quantity)), pick(row.uom, row.uom_zh),
                f"{row.order_number} / {row.order_line}" if row.order_number else "", row.receipt or "",
                ": ".join(part for part in (pick(row.defect or "", row.defect_zh), row.why) if part),
            )
            for row in rows
        ),
    )  # fmt: skip


_HEAD = """
    select d.number, (d.effective_at at time zone u.time_zone)::date as returned_on, u.name as unit_name,
           u.name_zh as unit_name_zh, d.reason
    from erp.stock_document d
    join erp.org_unit u on u.id = d.org_unit_id
    where d.id = :id and d.document_type = 'supplier_return' and d.reverses_id is null
"""
_LINES = """
    select i.code, i.name, i.name_zh, i.maker_code, t.code as lot, m.entered_quantity, n.name as uom,
           n.name_zh as uom_zh, o.number as order_number, l.line_no as order_line, r.number as receipt,
           coalesce(nullif(m.reason, ''), k.reason) as why, w.allowed -> k.defect ->> 'en' as defect,
           w.allowed -> k.defect ->> 'zh' as defect_zh, p.code as supplier_code, p.name as supplier_name,
           p.name_zh as supplier_name_zh, p.address, p.city, p.phone
    from erp.stock_move m
    join erp.item i on i.id = m.item_id
    join erp.unit_of_measure n on n.code = m.entered_uom
    left join erp.lot t on t.id = m.lot_id
    left join erp.purchase_order_line l on l.id = m.purchase_line_id
    left join erp.purchase_order o on o.id = l.purchase_order_id
    left join erp.stock_move b on b.id = m.reverses_id
    left join erp.stock_document r on r.id = b.document_id
    left join erp.inspection k on k.move_id = m.reverses_id
    left join erp.dictionary_entry w on w.table_name = 'inspection' and w.column_name = 'defect'
    left join erp.party p on p.id = coalesce(o.supplier_id, m.owner_id, b.owner_id)
    where m.document_id = :id
    order by m.line_no
"""
