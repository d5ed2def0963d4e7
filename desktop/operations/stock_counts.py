"""Counting the store: freeze a list, enter what lies there, count again what differs, review, post.

The counter's sheet says nothing of what the books expect; the database keeps that from him until he has counted.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text

from db.orm.platform import OrgUnit
from db.orm.stock import CountPlan, StockLocation
from db.session import Database
from desktop.domain.changes import Changes
from desktop.operations import records, walked_sheets
from desktop.operations.records import Draft, Record, RecordKind, Reference
from desktop.operations.stock import exactly_once

COUNT_PLAN = RecordKind(
    key="count_plan",
    model=CountPlan,
    title="name",
    writes=(
        "name", "name_zh", "location_id", "org_unit_id", "every_days_a", "every_days_b", "every_days_c",
        "lines_per_count", "recount_rate", "recount_amount", "recount_by_other", "approve_amount", "active",
    ),
    reads=("company_id",),
    references={
        "location_id": Reference(model=StockLocation, lookup="stock_locations"),
        "org_unit_id": Reference(model=OrgUnit, lookup="org_units"),
    },
)  # fmt: skip

OPEN_STATES = ("counting", "recount", "review")


@dataclass(frozen=True)
class CountLine:
    """One balance on the sheet; quantities in the item's unit. `expected`, `difference`, `amount` (company's currency),
    `moved` and `first_counted` are None while the books are closed to the reader.
    """

    id: int
    line_no: int
    item_id: int
    item_code: str
    item_name: str
    item_name_zh: str | None
    uom: str
    uom_zh: str
    digits: int
    tracking: str
    barcode: str | None
    location_id: int
    location: str
    path: str
    lot: str | None
    condition: str
    unlisted: bool
    recount: bool
    counted: Decimal | None
    counted_by: str | None
    counted_by_zh: str | None
    counted_at: datetime | None
    expected: Decimal | None
    difference: Decimal | None
    amount: Decimal | None
    moved: bool | None
    first_counted: Decimal | None


@dataclass(frozen=True)
class Count:
    """The head of a count. `difference` is the value of all differences, both ways added, in the company's currency;
    None while the books are closed to the reader.
    """

    id: int
    number: str
    state: str
    location: str
    location_name: str
    location_name_zh: str | None
    plan: str | None
    plan_zh: str | None
    snapshot_at: datetime
    approved_by: str | None
    approved_by_zh: str | None
    approve_reason: str | None
    approve_amount: Decimal
    recount_by_other: bool
    pile: Decimal
    needs_approval: bool
    document_id: int | None
    document: str | None
    lines: tuple[CountLine, ...]

    @property
    def open_lines(self) -> tuple[CountLine, ...]:
        """What is still to be counted in this round."""
        return tuple(line for line in self.lines if line.counted is None)

    @property
    def difference(self) -> Decimal | None:
        if any(line.expected is None for line in self.lines):
            return None
        return sum((abs(line.amount) for line in self.lines if line.amount is not None), Decimal(0))


@dataclass(frozen=True)
class Entered:
    """What somebody counted: on a line of the sheet, or of an item at a place that is not on it."""

    quantity: Decimal
    line_id: int | None = None
    item_id: int | None = None
    location_id: int | None = None
    lot: str | None = None
    condition: str = "good"


def load_plan(database: Database, plan_id: int) -> Record:
    return records.load(database, COUNT_PLAN, plan_id)


def save_plan(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    return records.save(database, COUNT_PLAN, record, draft)


def start(
    database: Database,
    *,
    plan_id: int | None = None,
    location_id: int | None = None,
    item_ids: Sequence[int] | None = None,
    note: str | None = None,
) -> tuple[int, Changes]:
    """Freeze what is due of a plan, or what lies at a place and below it. Raises UserError where there is nothing."""
    request: dict[str, Any] = {"plan_id": plan_id, "location_id": location_id, "note": note}
    if item_ids is not None:
        request["item_ids"] = list(item_ids)
    with database.write() as session:
        made = session.execute(
            text("select api.start_count(cast(:request as jsonb))"), {"request": json.dumps(request)}
        ).scalar_one()
    return int(made), Changes.of(stock_count=[int(made)], stock_count_line=())


def load(database: Database, count_id: int) -> Count:
    """A count with its sheet, as far as this person may see it. Raises UserError for one that is not his to see."""
    head, lines = walked_sheets.read(database, "select * from api.count_sheet(:id)", _HEAD, count_id)
    return Count(*(*head, tuple(CountLine(*row) for row in lines)))


def id_of(database: Database, number: str) -> int | None:
    """The count with that number; None where this person sees none."""
    return walked_sheets.id_of(database, "select id from erp.stock_count where number = :number", number)


def enter(database: Database, count_id: int, entries: Sequence[Entered]) -> tuple[tuple[int, ...], Changes]:
    """Keep what was counted; entering again replaces. Returns the ids of the lines. All or nothing."""
    sent = [
        {
            "line_id": one.line_id,
            "item_id": one.item_id,
            "location_id": one.location_id,
            "lot": one.lot,
            "condition": one.condition,
            "quantity": str(one.quantity),
        }
        for one in entries
    ]
    touched = walked_sheets.enter(database, "select api.enter_count(:id, cast(:entries as jsonb))", count_id, sent)
    return touched, Changes.of(stock_count_line=touched, stock_count=[count_id])


def finish(database: Database, count_id: int) -> tuple[str, Changes]:
    """The round is over: the state that follows, ``recount`` or ``review``."""
    with database.write() as session:
        state = session.execute(text("select api.finish_counting(:id)"), {"id": count_id}).scalar_one()
    return str(state), Changes.of(stock_count=[count_id], stock_count_line=())


def count_again(database: Database, count_id: int, line_ids: Sequence[int]) -> Changes:
    """The reviewer sends some lines back."""
    return _act(database, "select api.recount_lines(:id, :lines)", count_id, lines=list(line_ids))


def approve(database: Database, count_id: int, reason: str) -> Changes:
    """A second person accepts the differences."""
    return _act(database, "select api.approve_count(:id, :reason)", count_id, reason=reason)


def cancel(database: Database, count_id: int) -> Changes:
    """Give a count up; nothing is posted."""
    return _act(database, "select api.cancel_count(:id)", count_id)


@dataclass(frozen=True)
class Adjusted:
    """What posting a count did: the adjustment (None where nothing differed) and the reservations that gave way."""

    document_id: int | None
    released: tuple[int, ...] = ()


def post(database: Database, key: UUID, count_id: int) -> tuple[Adjusted, Changes]:
    """Post the differences, exactly once. Reservations of what is not there are released, the youngest first."""

    def act() -> Adjusted:
        with database.write() as session:
            answer = session.execute(
                text("select api.post_count(:key, :id)"), {"key": key, "id": count_id}
            ).scalar_one()
        return Adjusted(answer["document_id"], tuple(answer.get("released") or ()))

    made = exactly_once(act)
    touched: dict[str, Any] = {"stock_count": [count_id]}
    if made.document_id is not None:
        touched |= {"stock_document": [made.document_id], "stock_move": (), "stock_balance": (), "item_cost": ()}
    if made.released:
        touched["reservation"] = made.released
    return made, Changes.of(**touched)


def _act(database: Database, query: str, count_id: int, **values: object) -> Changes:
    with database.write() as session:
        session.execute(text(query), {"id": count_id, **values})
    return Changes.of(stock_count=[count_id], stock_count_line=())


_HEAD = """
    select c.id, c.number, c.state, l.code, l.name, l.name_zh, p.name, p.name_zh, c.snapshot_at,
           a.display_name, a.display_name_zh, c.approve_reason, erp.count_limit(c.id), c.recount_by_other,
           erp.count_pile(c.id), erp.count_waits(c.id),
           d.id, d.number
    from erp.stock_count c
    join erp.stock_location l on l.id = c.location_id
    left join erp.count_plan p on p.id = c.plan_id
    left join erp.app_user a on a.id = c.approved_by
    left join erp.stock_document d on d.id = c.document_id
    where c.id = :id
"""
