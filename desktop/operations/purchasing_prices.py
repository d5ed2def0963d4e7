"""Prices agreed with suppliers, by quantity and time."""

from __future__ import annotations

from db.orm.parties import Party
from db.orm.platform import OrgUnit
from db.orm.purchasing import SupplierPrice
from db.orm.stock_items import Item
from db.session import Database
from desktop.domain.changes import Changes
from desktop.operations import records
from desktop.operations.records import Draft, Record, RecordKind, Reference

SUPPLIER_PRICE = RecordKind(
    key="supplier_price",
    model=SupplierPrice,
    title="supplier_code",
    writes=(
        "item_id", "supplier_id", "supplier_code", "unit_price", "currency", "min_quantity", "lead_time_days",
        "valid_from", "valid_to", "org_unit_id", "note",
    ),
    reads=("company_id",),
    references={
        "item_id": Reference(model=Item, lookup="items"),
        "supplier_id": Reference(model=Party, lookup="suppliers"),
        "org_unit_id": Reference(model=OrgUnit, lookup="org_units"),
    },
)  # fmt: skip


def load(database: Database, price_id: int) -> Record:
    return records.load(database, SUPPLIER_PRICE, price_id)


def save(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    return records.save(database, SUPPLIER_PRICE, record, draft)
