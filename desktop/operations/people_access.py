"""What a person can see and do today, and why: the catalogue's answer in the words of lists and units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from db import users
from db.session import Database
from desktop.lists.all_lists import ALL_LISTS


@dataclass(frozen=True)
class Right:
    """One right and one reason for it. `part`: job, unit, data or function; `actions` as the catalogue calls them."""

    part: str
    code: str
    name: str
    name_zh: str
    actions: tuple[str, ...]
    scope: str | None
    because: str
    because_zh: str
    until: date | None


_PARTS = {"job": "job", "unit": "unit", "table": "data", "view": "data", "function": "function"}


def access(database: Database, user_id: int) -> tuple[Right, ...]:
    """All rights of a person. For oneself, and for who keeps or audits rights; otherwise the database refuses."""
    names = _names()
    found = []
    for row in users.access_of(database, user_id):
        name, name_zh = names.get(row.object, ("", "")) if row.kind in ("table", "view") else _named(row)
        part = _PARTS.get(row.kind, row.kind)
        actions = tuple(row.action.split())
        found.append(
            Right(part, row.object, name, name_zh, actions, row.scope, row.because, row.because_zh, row.valid_to)
        )
    return tuple(found)


def _named(row: users.Access) -> tuple[str, str]:
    return (row.object_name, row.object_name_zh) if row.object_name != row.object else ("", "")


def _names() -> dict[str, tuple[str, str]]:
    """Table → what users call it: the name of the first list of its rows."""
    names: dict[str, tuple[str, str]] = {}
    for spec in ALL_LISTS:
        names.setdefault(f"erp.{spec.table}", (spec.name, spec.name_zh))
    return names
