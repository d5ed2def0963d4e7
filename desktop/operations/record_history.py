"""Who changed what in a record, in the reader's words: the audit as a form shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from db import functions
from db.functions import AuditEntry
from db.session import Database
from desktop.domain.text import Language
from desktop.operations import forms
from desktop.operations.forms import FieldInfo
from desktop.operations.record_lines import lookup, table_of
from desktop.operations.records import RecordKind, Referred

_QUIET = frozenset(
    {
        "version",
        "updated_at",
        "updated_by",
        "created_at",
        "created_by",
        "search_key",
        "search_text",
        "sort_key",
        "company_id",
        "id",
    }
)


@dataclass(frozen=True)
class ChangedField:
    """One field before and after. References come with their meaning; `info` is None for a column no form shows."""

    key: str
    info: FieldInfo | None
    old: Any
    new: Any
    old_means: Referred | None = None
    new_means: Referred | None = None


@dataclass(frozen=True)
class Change:
    """One saved change. `action` is insert, update or delete; `fields` is empty where only unseen columns moved."""

    at: datetime
    action: str
    by: str
    by_zh: str | None
    reason: str | None
    fields: tuple[ChangedField, ...]


def changes(database: Database, kind: RecordKind, record_id: int, language: Language) -> tuple[Change, ...]:
    """The record's changes, newest first; what this person may not read is left out."""
    info = forms.describe(database, kind, language).fields
    with database.read() as session:
        entries = functions.history(session, table_of(kind.model).name, record_id)
        meanings = {key: _meanings(session, kind, key, entries) for key in kind.references}
    return tuple(
        Change(
            at=entry.at,
            action=entry.action,
            by=entry.display_name or entry.user_name or "",
            by_zh=entry.display_name_zh,
            reason=entry.reason,
            fields=_fields(entry, info, meanings),
        )
        for entry in entries
    )


def erased(value: Any) -> bool:
    """Whether a personal value was erased from the audit: all that is left of it is the number of the erasure."""
    return isinstance(value, dict) and set(value) == {"erased"}


def _pair(entry: AuditEntry, value: Any) -> tuple[Any, Any]:
    if erased(value):
        return value, value
    if entry.action.lower().startswith("u") and isinstance(value, list) and len(value) == 2:
        return value[0], value[1]
    return (value, None) if entry.action.lower().startswith("d") else (None, value)


def _fields(
    entry: AuditEntry, info: Mapping[str, FieldInfo], meanings: Mapping[str, Mapping[int, Referred]]
) -> tuple[ChangedField, ...]:
    found: list[ChangedField] = []
    for key, value in entry.changes.items():
        old, new = _pair(entry, value)
        if key in _QUIET or key not in info or (old in (None, "", {}) and new in (None, "", {})):
            continue
        known = meanings.get(key, {})
        found.append(ChangedField(key, info[key], old, new, _meaning(known, old), _meaning(known, new)))
    return tuple(found)


def _meaning(known: Mapping[int, Referred], value: Any) -> Referred | None:
    return known.get(value) if isinstance(value, int) else None


def _meanings(session: Session, kind: RecordKind, key: str, entries: Sequence[AuditEntry]) -> dict[int, Referred]:
    """What the ids of one reference mean, as far as this person may see the records."""
    ids = {
        value
        for entry in entries
        if key in entry.changes
        for value in _pair(entry, entry.changes[key])
        if isinstance(value, int)
    }
    return lookup(session, kind.references[key], ids) if ids else {}
