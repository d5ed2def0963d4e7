"""Inspection of what arrived: what is good leaves quarantine, what is not goes back or stays as bad."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text

from db.session import Database
from desktop.domain.changes import Changes
from desktop.operations.stock import exactly_once

DEFECTS = ("damaged", "wrong_item", "dimension", "function", "documents", "expired", "other")


@dataclass(frozen=True)
class Finding:
    """What the inspector decided, in the item's base unit. `keep`: the bad ones stay here instead of going back."""

    accepted: Decimal
    rejected: Decimal = Decimal(0)
    defect: str | None = None
    reason: str | None = None
    keep: bool = False
    location_id: int | None = None


@dataclass(frozen=True)
class Waiting:
    """What of an inspection is still to be looked at."""

    id: int
    item_code: str
    quantity: Decimal


def waiting(database: Database, inspection_id: int) -> Waiting:
    """How much of it waits; 0 where it is done."""
    with database.read() as session:
        found = session.execute(
            text(
                "select t.id, i.code, case t.state when 'open' then t.quantity - t.accepted - t.rejected else 0 end"
                " from erp.inspection t join erp.item i on i.id = t.item_id where t.id = :id"
            ),
            {"id": inspection_id},
        ).one()
    return Waiting(*found)


@dataclass(frozen=True)
class Inspected:
    """The inspection's state now, and the return to the supplier that it made."""

    state: str
    return_id: int | None = None
    return_number: str | None = None


def inspect(database: Database, key: UUID, inspection_id: int, finding: Finding) -> tuple[Inspected, Changes]:
    """Decide an inspection or a part of it, exactly once per key."""
    sent = {
        "inspection_id": inspection_id,
        "accepted": str(finding.accepted),
        "rejected": str(finding.rejected),
        "defect": finding.defect,
        "reason": finding.reason,
        "disposition": "keep" if finding.keep else "return",
        "location_id": finding.location_id,
    }

    def act() -> dict[str, Any]:
        with database.write() as session:
            answer: dict[str, Any] = session.execute(
                text("select api.inspect(:key, cast(:result as jsonb))"), {"key": key, "result": json.dumps(sent)}
            ).scalar_one()
        return answer

    answer = exactly_once(act)
    back = answer.get("sent") if not finding.keep else None
    made = Inspected(answer["state"], back["document_id"] if back else None, back["number"] if back else None)
    return made, Changes.of(
        inspection=[inspection_id],
        stock_document=(),
        stock_move=(),
        stock_balance=(),
        item_cost=(),
        purchase_order=(),
        purchase_order_line=(),
    )
