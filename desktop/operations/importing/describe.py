"""The fields of a target as a person sees them: the target's own list, named by the dictionary, plus custom fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from desktop.domain.importing import Choice, FieldKind, ImportField
from desktop.operations.encryption import is_sealed
from desktop.operations.importing.targets import FieldSpec, Target

_ENTRIES = text(
    "select table_name || '.' || column_name as source, label, label_zh, meaning, meaning_zh, allowed"
    " from erp.dictionary_entry where table_name || '.' || column_name = any (:sources)"
)
_CUSTOM = text(
    "select key, kind, label, label_zh, meaning, meaning_zh, choices, required"
    " from erp.custom_field where table_name = :table and active order by position, id"
)
_HOME_CURRENCY = text("select coalesce((select c.currency from erp.company c order by c.id limit 1), 'CNY')")
_OWN_CURRENCY = frozenset({"supplier_prices"})
"""Targets whose rows are each in a currency of their own, which is only known once their records are found."""
_KINDS: Mapping[str, FieldKind] = {
    "text": "text",
    "integer": "integer",
    "decimal": "decimal",
    "money": "money",
    "date": "date",
    "boolean": "boolean",
    "choice": "choice",
}
_TRACE = (
    ImportField("source", "code", "Source", "来源系统", aliases=("来源", "source system")),
    ImportField("source_key", "code", "Source key", "来源主键", aliases=("来源编号", "external id", "source id")),
)


def fields_of(session: Session, target: Target) -> tuple[ImportField, ...]:
    """All fields that a file for `target` may fill, in the target's order; custom fields as ``custom.<key>``."""
    sources = {spec.key: spec.source or f"{target.table}.{spec.column_name()}" for spec in target.fields}
    found = {row.source: row for row in session.execute(_ENTRIES, {"sources": list(sources.values())})}
    closed = closed_fields(session, target)
    home = "" if target.key in _OWN_CURRENCY else str(session.execute(_HOME_CURRENCY).scalar_one())
    fields = [
        _in_currency(_field(spec, found.get(sources[spec.key])), home)
        for spec in target.fields
        if spec.key not in closed
    ]
    if target.traced:
        fields.extend(_TRACE)
    if target.has_custom:
        fields.extend(_custom(row) for row in session.execute(_CUSTOM, {"table": target.table}))
    return tuple(fields)


def _in_currency(field: ImportField, home: str) -> ImportField:
    return replace(field, currency=home) if field.kind in ("money", "price") else field


def closed_fields(session: Session, target: Target) -> frozenset[str]:
    """Sealed fields that this person may not write: they are not offered, and what stands in them is not read."""
    sealed = {spec.key: spec.column_name() for spec in target.fields if is_sealed(spec.column_name())}
    if not sealed:
        return frozenset()
    query = text("select c from unnest(cast(:columns as text[])) c where has_column_privilege(:relation, c, 'update')")
    given = {"columns": list(sealed.values()), "relation": f"erp.{target.table}"}
    open_ = set(session.execute(query, given).scalars())
    return frozenset(key for key, column in sealed.items() if column not in open_)


def _field(spec: FieldSpec, entry: Any) -> ImportField:
    plain = ImportField(
        spec.key,
        spec.kind,
        spec.label or spec.key.removesuffix("_id").replace("_", " ").capitalize(),
        spec.label_zh or spec.label,
        required=spec.required,
        aliases=spec.aliases,
    )
    if entry is None:
        return plain
    return replace(
        plain,
        label=spec.label or entry.label,
        label_zh=spec.label_zh or entry.label_zh,
        meaning=entry.meaning,
        meaning_zh=entry.meaning_zh,
        choices=_choices(entry.allowed),
    )


def _choices(allowed: Mapping[str, Mapping[str, str]] | None) -> tuple[Choice, ...]:
    return tuple(
        Choice(value, words.get("en", value), words.get("zh", value)) for value, words in (allowed or {}).items()
    )


def _custom(row: Any) -> ImportField:
    return ImportField(
        f"custom.{row.key}",
        _KINDS[row.kind],
        row.label,
        row.label_zh,
        row.meaning,
        row.meaning_zh,
        required=row.required,
        choices=tuple(Choice(value, value, value) for value in row.choices),
        custom=True,
    )
