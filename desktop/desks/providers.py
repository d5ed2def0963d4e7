"""What the shell asks the database for: Ctrl+K, F1 and a scanned code. All run in worker threads."""

from __future__ import annotations

from collections.abc import Sequence

from db.session import Database
from desktop.domain.text import language, pick
from desktop.lists.purchasing_invoices import PAYERS
from desktop.lists.stock_counts import COUNTERS
from desktop.operations import finding
from desktop.operations.finding import Hit
from desktop.runtime.context import DictionaryEntry, DictionaryProvider, Found, ScanResolver, SearchProvider

ICONS = {
    "work_order": "wrench",
    "asset": "cog",
    "item": "box",
    "party": "building-2",
    "contract": "file-text",
    "engineer": "user",
    "stock_document": "receipt",
    "purchase_order": "inbox",
    "stock_location": "map-pin",
    "requisition": "clipboard-paste",
    "rfq": "users",
    "supplier_invoice": "file-text",
    "stock_count": "clipboard-check",
    "pick_list": "package",
}
_READERS = {"stock_count": COUNTERS, "supplier_invoice": PAYERS}
"""Whose pages these are; anybody else is not offered what he could not open."""


def found(hit: Hit, *, storekeeper: bool = False) -> Found:
    """A storekeeper who looks a part up asks whether we have it; its card is one key further."""
    page = "part_stock" if storekeeper and hit.kind == "item" else hit.kind
    return Found(page, hit.id, hit.code, pick(hit.name, hit.name_zh), icon=ICONS.get(hit.kind, "file-text"))


def search_provider(database: Database) -> SearchProvider:
    def search(typed: str) -> Sequence[Found]:
        storekeeper = database.user.has("clerk")
        hits = finding.anywhere(database, typed)
        return tuple(
            found(hit, storekeeper=storekeeper)
            for hit in hits
            if hit.kind not in _READERS or not _READERS[hit.kind].isdisjoint(database.user.roles)
        )

    return search


def scan_resolver(database: Database) -> ScanResolver:
    def resolve(code: str) -> Found | None:
        hit = finding.by_code(database, code)
        return found(hit, storekeeper=database.user.has("clerk")) if hit is not None else None

    return resolve


def dictionary_provider(database: Database) -> DictionaryProvider:
    def explain(field: str) -> DictionaryEntry | None:
        entry = finding.meaning(database, field, language())
        if entry is None:
            return None
        values = ", ".join(entry.values.values())
        return DictionaryEntry(entry.field, entry.label, entry.meaning, values, entry.owner, entry.personal)

    return explain
