"""A posted stock document: its head, its moves, and the counter-entry that took it back."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from db.orm.people import AppUser
from db.orm.platform import OrgUnit
from db.orm.purchasing import PurchaseOrder
from db.orm.scheduling import Engineer
from db.orm.stock import Lot, StockDocument, StockLocation, StockMove
from db.orm.stock_items import Item
from db.orm.work_orders import WorkOrder
from db.session import Database
from desktop.domain.changes import Changes
from desktop.operations import records
from desktop.operations.records import Draft, LineKind, NotYoursToChange, Record, RecordKind, Reference

STOCK_DOCUMENT = RecordKind(
    key="stock_document",
    model=StockDocument,
    title="number",
    writes=(),
    reads=(
        "document_type", "number", "posted_at", "posted_by", "effective_at", "work_order_id", "purchase_order_id",
        "engineer_id", "org_unit_id", "reverses_id", "reason",
    ),
    references={
        "posted_by": Reference(
            model=AppUser, lookup="users", code="user_name", name="display_name", name_zh="display_name_zh"
        ),
        "work_order_id": Reference(model=WorkOrder, lookup="work_orders", code="number", name="title",
                                   name_zh="title_zh"),
        "purchase_order_id": Reference(
            model=PurchaseOrder, lookup="purchase_orders", code="number", name="number", name_zh=None
        ),
        "engineer_id": Reference(model=Engineer, lookup="engineers"),
        "org_unit_id": Reference(model=OrgUnit, lookup="org_units"),
        "reverses_id": Reference(
            model=StockDocument, lookup="stock_documents", code="number", name="number", name_zh=None
        ),
    },
    lines=(
        LineKind(
            name="moves",
            model=StockMove,
            parent="document_id",
            columns=(
                "item_id", "from_location_id", "to_location_id", "lot_id", "quantity", "entered_uom", "unit_cost",
                "amount", "work_order_id",
            ),
            order="line_no",
            references={
                "item_id": Reference(model=Item, lookup="items"),
                "from_location_id": Reference(model=StockLocation, lookup="stock_locations"),
                "to_location_id": Reference(model=StockLocation, lookup="stock_locations"),
                "lot_id": Reference(model=Lot, lookup="lots", name="code", name_zh=None),
                "work_order_id": Reference(model=WorkOrder, lookup="work_orders", code="number", name="title",
                                           name_zh="title_zh"),
            },
            read_only=True,
        ),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """What became of a document: the number and id of its counter-entry, and whether it can still be reversed."""

    reversed_by: tuple[int, str] | None
    reversible: bool


def load(database: Database, document_id: int) -> Record:
    return records.load(database, STOCK_DOCUMENT, document_id)


def save(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    """A posted document is final: it is corrected by a reversal (F8), never edited."""
    raise NotYoursToChange


def standing(database: Database, document_id: int) -> Standing:
    """Whether a document was taken back, and whether this person may still take it back.

    Raises UserError for a document that he does not see.
    """
    with database.read() as session:
        found = session.execute(text(_STANDING), {"id": document_id}).one_or_none()
    if found is None:
        raise records.RecordNotFound
    back = (found.back_id, found.back_number) if found.back_id is not None else None
    return Standing(back, bool(found.mine and back is None and not found.is_reversal))


_STANDING = """
    select b.id as back_id, b.number as back_number, d.reverses_id is not null as is_reversal,
           has_function_privilege('api.reverse_stock(uuid, bigint, text)', 'execute')
               and d.org_unit_id = any (erp.my_write_units()) as mine
    from erp.stock_document d
    left join erp.stock_document b on b.reverses_id = d.id
    where d.id = :id
"""
