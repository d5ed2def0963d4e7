"""What a form is declared as: sections of fields, tables of lines, and the operations behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from desktop.domain.changes import Changes
from desktop.operations.forms import FormInfo
from desktop.operations.records import Draft, Record, RecordKind, Values

PAGES = {
    "assets": "asset",
    "contracts": "contract",
    "count_plans": "count_plan",
    "customers": "customer",
    "engineers": "engineer",
    "custom_fields": "custom_field",
    "item_categories": "item_category",
    "items": "item",
    "job_plans": "job_plan",
    "lots": "lot",
    "org_units": "org_unit",
    "pick_lists": "pick_list",
    "purchase_orders": "purchase_order",
    "requisitions": "requisition",
    "receiving_rules": "receiving_rule",
    "rfqs": "rfq",
    "sites": "site",
    "stock_counts": "stock_count",
    "stock_documents": "stock_document",
    "stock_locations": "stock_location",
    "supplier_invoices": "supplier_invoice",
    "suppliers": "supplier",
    "users": "person",
    "work_orders": "work_order",
}
"""Look-up list of a reference → the page that shows one record of it; the others have no page of their own."""


@dataclass(frozen=True)
class FormSection:
    """A headed group of fields; `tall` ones are notes over the whole width."""

    title: Callable[[], str]
    fields: tuple[str, ...]
    tall: frozenset[str] = frozenset()


@dataclass(frozen=True)
class FormLines:
    """A table of lines in the form."""

    name: str
    title: Callable[[], str]
    columns: tuple[str, ...]
    editable: bool = True
    read_only: frozenset[str] = frozenset()
    defaults: Values = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FormSpec:
    """What a form shows and the operations behind it. `noun` is the kind in the reader's language."""

    kind: RecordKind
    noun: Callable[[], str]
    icon: str
    sections: tuple[FormSection, ...]
    lines: tuple[FormLines, ...] = ()
    load: Callable[[Any, int], Record]
    save: Callable[[Any, Record, Draft], tuple[Record, Changes]]
    topics: tuple[str, ...]


@dataclass(frozen=True)
class Loaded:
    """What one trip to the database brings a form."""

    record: Record
    info: FormInfo
    more: Any = None
