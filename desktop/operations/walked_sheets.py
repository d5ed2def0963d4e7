"""What a count and a pick list have in common in the database: a number, lines to walk, entries that replace."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from db.session import Database


def read(database: Database, lines: str, head: str, record_id: int) -> tuple[Sequence[Any], Sequence[Sequence[Any]]]:
    """Head and lines in one snapshot. Raises UserError for a record that is not this person's to see."""
    with database.read() as session:
        found = session.execute(text(lines), {"id": record_id}).all()
        return session.execute(text(head), {"id": record_id}).one(), found


def id_of(database: Database, query: str, number: str) -> int | None:
    """The record with that number, as somebody typed it; None where this person sees none."""
    with database.read() as session:
        found = session.execute(text(query), {"number": number.strip().upper()}).scalar()
    return int(found) if found is not None else None


def enter(database: Database, query: str, record_id: int, entries: Sequence[Mapping[str, object]]) -> tuple[int, ...]:
    """Keep entries; entering again replaces. Returns the ids of the lines. All or nothing."""
    with database.write() as session:
        touched = session.execute(text(query), {"id": record_id, "entries": json.dumps(entries)}).scalar_one()
    return tuple(touched)
