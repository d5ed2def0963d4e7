"""Requisitions: what is wanted, its steps, and the orders that are made of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from db.orm.parties import Party
from db.orm.people import AppUser
from db.orm.platform import OrgUnit
from db.orm.purchasing import Requisition, RequisitionLine
from db.orm.stock_items import Item
from db.orm.work_orders import WorkOrder
from db.session import Database
from desktop.domain.changes import Changes
from desktop.operations import document_steps, records
from desktop.operations.records import Draft, LineKind, Record, RecordKind, Reference

REQUISITION = RecordKind(
    key="requisition",
    model=Requisition,
    title="number",
    writes=("org_unit_id", "needed_on", "note"),
    reads=("number", "state", "origin", "requested_by", "submitted_at", "company_id", "created_at"),
    fills=("number",),
    references={
        "org_unit_id": Reference(model=OrgUnit, lookup="org_units"),
        "requested_by": Reference(
            model=AppUser, lookup="users", code="user_name", name="display_name", name_zh="display_name_zh"
        ),
    },
    lines=(
        LineKind(
            name="lines",
            model=RequisitionLine,
            parent="requisition_id",
            columns=(
                "item_id", "quantity", "uom", "needed_on", "supplier_id", "estimated_price", "reason",
                "work_order_id", "ordered", "state",
            ),
            order="line_no",
            references={
                "item_id": Reference(model=Item, lookup="items"),
                "supplier_id": Reference(model=Party, lookup="suppliers"),
                "work_order_id": Reference(
                    model=WorkOrder, lookup="work_orders", code="number", name="title", name_zh="title_zh"
                ),
            },
            numbered=True,
            derived=frozenset({"uom", "ordered", "state"}),
        ),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class MadeOrder:
    """A draft order that was made of requisition lines."""

    id: int
    number: str
    lines: int


def load(database: Database, requisition_id: int) -> Record:
    return records.load(database, REQUISITION, requisition_id)


def save(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    return records.save(database, REQUISITION, record, draft)


def steps(database: Database, requisition_id: int) -> tuple[tuple[str, str], ...]:
    """(state, action) pairs open to this person."""
    return document_steps.steps(database, "requisition", requisition_id)


def take_step(
    database: Database, record: Record, to_state: str, *, reason: str | None = None
) -> tuple[Record, Changes]:
    """Hand in, take back, cancel or close. Raises UserError with what is missing."""
    changed = document_steps.take(database, "requisition", record, to_state, reason)
    return load(database, changed), Changes.of(requisition=[changed], requisition_line=[], approval=[])


def open_lines(database: Database, requisition_id: int) -> tuple[int, ...]:
    """The lines of a requisition that are still to be ordered."""
    with database.read() as session:
        rows = session.execute(
            text("select id from erp.requisition_line where requisition_id = :id and state = 'open' order by line_no"),
            {"id": requisition_id},
        )
        return tuple(row.id for row in rows)


def order_lines(database: Database, line_ids: Sequence[int]) -> tuple[tuple[MadeOrder, ...], Changes]:
    """Make draft orders of approved lines, one for each supplier and unit. Raises UserError; then nothing was made."""
    wanted = json.dumps([{"line_id": line} for line in line_ids])
    with database.write() as session:
        made = session.execute(text("select api.order_requisition_lines(cast(:lines as jsonb))"), {"lines": wanted})
        orders = tuple(MadeOrder(one["order_id"], one["number"], one["lines"]) for one in made.scalar_one())
    changes = Changes.of(
        purchase_order=[order.id for order in orders], purchase_order_line=[], requisition=[], requisition_line=line_ids
    )
    return orders, changes
