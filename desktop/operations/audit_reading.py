"""What the audit desk shows: one entry field by field in the reader's words, and how the journal is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import RowMapping, Table, select, text
from sqlalchemy.orm import Session

from db.errors import UserError
from db.orm.base import Base
from db.session import Database
from desktop.domain.text import Language, tr

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")

_ENTRY = text("""
    select e.id, e.at, e.table_name, e.row_id, e.action, e.client, e.reason, e.xid::text as xid,
           audit.shown(e.id, e.changes) as changes, coalesce(u.login, e.login::text) as login,
           u.display_name, u.display_name_zh, o.name as unit, o.name_zh as unit_zh, d.allowed as kinds,
           (select s.id from audit.seal s
            where s.generation = (select max(g.generation) from audit.seal g where g.first_id <= e.id)
              and e.xid >= s.from_xid and e.xid < s.to_xid) as seal
    from audit.entry e
    left join erp.app_user u on u.id = e.user_id
    left join erp.org_unit o on o.id = e.org_unit_id
    left join erp.dictionary_entry d on d.table_name = 'audit_entry' and d.column_name = 'table_name'
    where e.id = :id
""")
_LABELS = text("select column_name, label, label_zh, allowed from erp.dictionary_entry where table_name = :table")
_CODES = ("number", "code", "user_name")


@dataclass(frozen=True)
class ShownField:
    """One field of an entry: its name, and what it was and became, in words."""

    key: str
    label: str
    old: str
    new: str


@dataclass(frozen=True)
class ShownEntry:
    """`kind` is the table or kind of event; `kind_name` says it in words. `seal` is None while it waits for one."""

    id: int
    at: datetime
    action: str
    kind: str
    kind_name: str
    row_id: int | None
    by: str
    login: str
    client: str
    reason: str
    unit: str
    transaction: str
    seal: int | None
    fields: tuple[ShownField, ...]

    @property
    def is_event(self) -> bool:
        return self.action == "E"


@dataclass(frozen=True)
class Keeping:
    """How the journal is kept: seals, what waits, where anchors went, whose log is read."""

    seals: int
    generation: int
    sealed_at: datetime | None
    oldest_unsealed: datetime | None
    anchors: tuple[tuple[str, datetime, int], ...]
    logs: tuple[tuple[str, datetime], ...]


def entry(database: Database, entry_id: int, language: Language) -> ShownEntry:
    """Raises db.errors.UserError where there is no such entry or this person may not read it."""
    zh = language == "zh"
    with database.read() as session:
        row = session.execute(_ENTRY, {"id": entry_id}).mappings().one_or_none()
        if row is None:
            raise UserError(code="ER004", message_en="There is no such entry.", message_zh="没有该审计记录。")
        fields = _fields(session, row, zh=zh)
    kinds = (row["kinds"] or {}).get(row["table_name"], {})
    return ShownEntry(
        id=row["id"],
        at=row["at"],
        action=row["action"],
        kind=row["table_name"],
        kind_name=kinds.get("zh" if zh else "en", row["table_name"]),
        row_id=row["row_id"],
        by=(row["display_name_zh"] if zh else None) or row["display_name"] or row["login"] or "",
        login=row["login"] or "",
        client=row["client"],
        reason=row["reason"] or "",
        unit=(row["unit_zh"] if zh else None) or row["unit"] or "",
        transaction=row["xid"],
        seal=row["seal"],
        fields=fields,
    )


def keeping(database: Database) -> Keeping:
    """For the auditor and those who keep the house. Raises db.errors.UserError for others."""
    with database.read() as session:
        told = session.execute(text("select api.audit_state()")).scalar_one()
    return Keeping(
        told["seals"],
        told["generation"] or 1,
        _moment(told["sealed_at"]),
        _moment(told["oldest_unsealed"]),
        tuple((one["target"], datetime.fromisoformat(one["at"]), one["seal"]) for one in told["anchors"]),
        tuple((one["source"], datetime.fromisoformat(one["read_at"])) for one in told["logs"]),
    )


def _moment(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _fields(session: Session, row: RowMapping, *, zh: bool) -> tuple[ShownField, ...]:
    event = row["action"] == "E"
    labels = {
        one.column_name: one
        for one in session.execute(_LABELS, {"table": "audit_entry" if event else row["table_name"]})
    }
    means = {} if event else _meanings(session, row)
    found: list[ShownField] = []
    for key, value in sorted((row["changes"] or {}).items(), key=lambda one: (one[0] != "subject", one[0])):
        entry = labels.get(key)
        allowed = (entry.allowed or {}) if entry is not None else {}
        old, new = _pair(row["action"], value)
        label = (entry.label_zh if zh else entry.label) if entry is not None else key
        words = [_words(one, allowed, means.get(key, {}), zh=zh) for one in (old, new)]
        found.append(ShownField(key, label, *words))
    return tuple(found)


def _pair(action: str, value: Any) -> tuple[Any, Any]:
    if action == "U" and isinstance(value, list) and len(value) == 2:
        return value[0], value[1]
    if action == "U" and isinstance(value, dict) and set(value) == {"erased"}:
        return value, value
    return (value, None) if action == "D" else (None, value)


def _words(value: Any, allowed: Mapping[str, Mapping[str, str]], means: Mapping[int, str], *, zh: bool) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, dict) and set(value) == {"erased"}:
        return tr("erased (no. {number})", number=value["erased"])
    if isinstance(value, bool):
        return tr("Yes") if value else tr("No")
    if isinstance(value, int) and value in means:
        return f"{means[value]} (#{value})"
    if isinstance(value, str) and value in allowed:
        return allowed[value].get("zh" if zh else "en", value)
    if isinstance(value, dict | list):
        return ", ".join(f"{key}: {one}" for key, one in value.items()) if isinstance(value, dict) else _joined(value)
    if isinstance(value, float):
        return f"{Decimal(str(value)).normalize():f}"
    return _local(value) if isinstance(value, str) and _MOMENT.match(value) else str(value)


def _local(moment: str) -> str:
    """A moment as people here read it; what is no moment after all stays as it is written."""
    try:
        return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return moment


def _joined(values: list[Any]) -> str:
    return ", ".join(str(one) for one in values)


def _meanings(session: Session, row: RowMapping) -> dict[str, dict[int, str]]:
    """For each foreign key among the changes: the code of the records it pointed to, as far as they are still there."""
    table = Base.metadata.tables.get(f"erp.{row['table_name']}")
    if table is None:
        return {}
    found: dict[str, dict[int, str]] = {}
    for key, value in (row["changes"] or {}).items():
        target = _target(table, key)
        ids = [one for one in _pair(row["action"], value) if isinstance(one, int)]
        code = next((name for name in _CODES if target is not None and name in target.c), None)
        if target is None or code is None or not ids:
            continue
        wanted = select(target.c.id, target.c[code]).where(target.c.id.in_(ids))
        found[key] = {one[0]: str(one[1]) for one in session.execute(wanted)}
    return found


def _target(table: Table, key: str) -> Table | None:
    if key not in table.c:
        return None
    tables = {foreign.column.table for foreign in table.c[key].foreign_keys if foreign.column.name == "id"}
    return tables.pop() if len(tables) == 1 else None
