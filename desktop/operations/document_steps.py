"""Documents that go from state to state by `api.<kind>_steps` and `api.change_<kind>`: what is open, taking a step."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import text

from db.session import Database
from desktop.operations.records import Record

Kind = Literal["requisition", "rfq", "purchase_order"]


def steps(database: Database, kind: Kind, document_id: int) -> tuple[tuple[str, str], ...]:
    """(state, action) pairs open to this person."""
    with database.read() as session:
        rows = session.execute(text(f"select to_state, action from api.{kind}_steps(:id)"), {"id": document_id})
        return tuple((row.to_state, row.action) for row in rows)


def take(database: Database, kind: Kind, record: Record, to_state: str, reason: str | None) -> int:
    """Take the step; the document's id. Raises UserError with what is missing."""
    with database.write() as session:
        session.execute(
            text(f"select api.change_{kind}(:id, :version, :wanted, :reason)"),
            {"id": record.id, "version": record.version, "wanted": to_state, "reason": reason},
        )
    return record.id or 0
