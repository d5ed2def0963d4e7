"""Who changed the rows of a list last: the initials beside a cell that changed under a reader's eyes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from db.orm.people import AppUser
from db.session import Database
from desktop.domain.text import pick
from desktop.lists.spec import ListSpec
from desktop.operations.editing import table_of

Author = tuple[str, str]
"""Initials and name."""


def last_authors(database: Database, spec: ListSpec, ids: Sequence[int]) -> Mapping[int, Author]:
    """By row id; rows of a table that does not say who changed it, and rows that are gone, are left out."""
    table, who = table_of(spec), AppUser.__table__
    if "updated_by" not in table.c or "id" not in table.c or not ids:
        return {}
    joined = table.join(who, who.c.id == table.c.updated_by)
    wanted = select(table.c.id, who.c.display_name, who.c.display_name_zh).select_from(joined)
    with database.read() as session:
        rows = session.execute(wanted.where(table.c.id.in_(list(ids)))).all()
    return {row[0]: (initials(row[1]), pick(row[1], row[2])) for row in rows}


def initials(name: str) -> str:
    """``Li Tong`` → LT, ``吴洁`` → 吴: what fits a chip of 20 px."""
    words = name.split()
    if not words:
        return ""
    return words[0][0] if not words[0].isascii() else "".join(word[0] for word in words[:2]).upper()
