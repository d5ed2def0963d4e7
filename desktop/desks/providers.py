"""What the shell asks the database for: Ctrl+K, F1 and a scanned code. All run in worker threads."""

from __future__ import annotations

from collections.abc import Sequence

from db.session import Database
from desktop.domain.text import language, pick
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
}


def found(hit: Hit) -> Found:
    return Found(hit.kind, hit.id, hit.code, pick(hit.name, hit.name_zh), icon=ICONS.get(hit.kind, "file-text"))


def search_provider(database: Database) -> SearchProvider:
    def search(typed: str) -> Sequence[Found]:
        return tuple(found(hit) for hit in finding.anywhere(database, typed))

    return search


def scan_resolver(database: Database) -> ScanResolver:
    def resolve(code: str) -> Found | None:
        hit = finding.by_code(database, code)
        return found(hit) if hit is not None else None

    return resolve


def dictionary_provider(database: Database) -> DictionaryProvider:
    def explain(field: str) -> DictionaryEntry | None:
        entry = finding.meaning(database, field, language())
        if entry is None:
            return None
        values = ", ".join(entry.values.values())
        return DictionaryEntry(entry.field, entry.label, entry.meaning, values, entry.owner, entry.personal)

    return explain
