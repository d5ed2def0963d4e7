"""A draft of the stock desk as the posting function takes it."""

from __future__ import annotations

from typing import Any

from desktop.domain.stock import Draft, Line, Mode, owner_of
from desktop.domain.stock_units import counted


def document(draft: Draft) -> dict[str, Any]:
    """The draft as the posting function takes it. Lines without a quantity are left out."""
    made: dict[str, Any] = {"type": draft.mode.value, "lines": [_line_document(draft, line) for line in draft.filled]}
    if draft.engineer_id is not None:
        made["engineer_id"] = draft.engineer_id
    if draft.subject is not None and draft.subject.kind == "work_order":
        made["work_order_id"] = draft.subject.id
    if draft.subject is not None and draft.subject.kind == "purchase_order" and draft.mode is Mode.RECEIVE:
        made["purchase_order_id"] = draft.subject.id
    if draft.reason:
        made["reason"] = draft.reason
    return made


def _line_document(draft: Draft, line: Line) -> dict[str, Any]:
    inward = draft.mode in (Mode.RECEIVE, Mode.RETURN)
    owner = owner_of(draft, line)
    made: dict[str, Any] = {
        "item_id": line.part.id,
        **_quantity_document(line),
        "to_location_id" if inward else "from_location_id": line.location_id,
        "lot_id": line.lot_id,
        "lot": line.lot if line.lot and line.lot_id is None else None,
        "expires_on": str(line.expires_on) if line.expires_on and line.lot_id is None else None,
        "reservation_id": line.reservation_id,
        "purchase_line_id": line.purchase_line_id,
        "returns_move_id": line.returns_move_id,
    }
    if owner is not None and draft.mode is not Mode.RETURN:
        made["owner_id"] = owner.id
    if draft.mode is Mode.SEND_BACK:
        made["from_condition"] = line.condition
    if draft.mode is Mode.RECEIVE and line.unit_cost is not None and line.purchase_line_id is None and owner is None:
        made["unit_cost"] = str(line.unit_cost)
    if draft.mode is Mode.TRANSFER and draft.to_place is not None:
        made["to_location_id"] = draft.to_place[0]
    if draft.mode is Mode.RETURN:
        made["to_condition"] = line.condition
    return {key: value for key, value in made.items() if value is not None}


def _quantity_document(line: Line) -> dict[str, str]:
    """As it was counted: the database converts, and refuses a unit or a factor that is not the item's any more."""
    count = counted(line)
    if count is None:
        return {"quantity": str(line.quantity)}
    number, unit = count
    return {"entered_quantity": str(number), "uom": unit.uom, "uom_factor": str(unit.factor)}
