"""The typed gateway to the functions that every room uses: search, history, numbers. Areas call their own beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, String, bindparam, cast, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

SEARCH_LIMIT = 5000
"""A search says that it is cut when it finds more rows than this."""


@dataclass(frozen=True)
class Found:
    """A record that Ctrl+K offers. `kind` is a table's name."""

    kind: str
    id: int
    code: str
    name: str
    name_zh: str | None


@dataclass(frozen=True)
class AuditEntry:
    """One change of a record. `changes`: column → [old, new] when changed, → value when entered or removed."""

    at: datetime
    action: str
    user_id: int | None
    user_name: str | None
    display_name: str | None
    display_name_zh: str | None
    client: str
    reason: str | None
    changes: Mapping[str, Any]


def matches(column: InstrumentedAttribute[int], kind: str, query: str) -> ColumnElement[bool]:
    """A condition for a list's query: `column` (the id of table `kind`) is among what the search finds.

    The scalar sub-select makes PostgreSQL search once per statement and not once per row.
    """
    found = select(func.api.search(kind, bindparam(None, query, type_=String()))).scalar_subquery()
    return column == func.any(cast(found, ARRAY(BigInteger)))


def search(session: Session, kind: str, query: str, *, limit: int = SEARCH_LIMIT) -> tuple[list[int], bool]:
    """The ids that match, at most `limit`, and whether there are more."""
    ids = session.execute(
        text("select api.search(:kind, :query, :limit)"), {"kind": kind, "query": query, "limit": limit}
    ).scalar_one()
    return list(ids[:limit]), len(ids) > limit


def search_anywhere(session: Session, query: str, *, limit: int = 20) -> list[Found]:
    """The best matches of every kind that the user may see, exact codes first."""
    rows = session.execute(text("select * from api.search_anywhere(:query, :limit)"), {"query": query, "limit": limit})
    return [Found(row.kind, row.id, row.code, row.name or "", row.name_zh) for row in rows]


def history(session: Session, table: str, row_id: int, *, limit: int = 200) -> list[AuditEntry]:
    """The changes of a record, newest first; empty for a record that the user may not see."""
    rows = session.execute(
        text("select * from api.history(:table, :id, :limit)"), {"table": table, "id": row_id, "limit": limit}
    )
    return [
        AuditEntry(
            at=row.at,
            action=row.action,
            user_id=row.user_id,
            user_name=row.user_name,
            display_name=row.display_name,
            display_name_zh=row.display_name_zh,
            client=row.client,
            reason=row.reason,
            changes=row.changes or {},
        )
        for row in rows
    ]


def create_company(
    session: Session,
    *,
    code: str,
    name: str,
    name_zh: str | None = None,
    currency: str = "CNY",
    time_zone: str = "Asia/Shanghai",
) -> int:
    """A company with the unit at the top of its tree, its numbering and holidays; the unit's id."""
    return int(
        session.execute(
            text("select api.create_company(:code, :name, :name_zh, :currency, :time_zone)"),
            {"code": code, "name": name, "name_zh": name_zh, "currency": currency, "time_zone": time_zone},
        ).scalar_one()
    )
