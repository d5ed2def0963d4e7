"""Receiving rules: what is inspected on arrival, and how much more than ordered may come."""

from __future__ import annotations

from db.orm.parties import Party
from db.orm.platform import OrgUnit
from db.orm.purchasing_invoices import ReceivingRule
from db.orm.stock_items import Item
from db.session import Database
from desktop.domain.changes import Changes
from desktop.operations import records
from desktop.operations.records import Draft, Record, RecordKind, Reference

RECEIVING_RULE = RecordKind(
    key="receiving_rule",
    model=ReceivingRule,
    title="id",
    writes=("supplier_id", "item_id", "inspection", "over_receipt", "org_unit_id", "note"),
    reads=("company_id",),
    references={
        "supplier_id": Reference(model=Party, lookup="suppliers"),
        "item_id": Reference(model=Item, lookup="items"),
        "org_unit_id": Reference(model=OrgUnit, lookup="org_units"),
    },
)


def load(database: Database, rule_id: int) -> Record:
    return records.load(database, RECEIVING_RULE, rule_id)


def save(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    return records.save(database, RECEIVING_RULE, record, draft)
