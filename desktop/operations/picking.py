"""Setting parts aside for orders and fetching them: reserve what an order needs, walk the store by a list, issue.

The database decides what is free and what may be issued; nothing here counts for itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text

from db.orm.work_orders import WorkOrder
from db.session import Database
from desktop.domain.changes import Changes
from desktop.operations import forms, stock_values, walked_sheets
from desktop.operations.records import Reference, Referred
from desktop.operations.stock import exactly_once
from desktop.operations.stock_values import Preview


@dataclass(frozen=True)
class Need:
    """One planned part of an order; quantities in the item's unit. `added` is what was set aside just now."""

    part_id: int
    item_id: int
    item_code: str
    needed: Decimal
    issued: Decimal
    reserved: Decimal
    added: Decimal
    missing: Decimal


@dataclass(frozen=True)
class OrderNeeds:
    """What reserving for an order came to."""

    work_order_id: int
    needs: tuple[Need, ...]

    @property
    def added(self) -> Decimal:
        return sum((need.added for need in self.needs), Decimal(0))

    @property
    def missing(self) -> tuple[Need, ...]:
        return tuple(need for need in self.needs if need.missing)


@dataclass(frozen=True)
class SetAside:
    """Pieces of one order that nobody has fetched yet; `quantity` in the item's unit."""

    id: int
    work_order: str
    item_code: str
    quantity: Decimal


@dataclass(frozen=True)
class Readiness:
    """Whether an order's parts are there: ``ready``, ``coming`` (all on `ready_on`), ``partly`` or ``missing``.

    `late`: they come after the order's planned day. `wanting`: codes of what is not there.
    """

    state: str
    ready_on: date | None
    late: bool
    lines: int
    ready_lines: int
    wanting: tuple[str, ...]


@dataclass(frozen=True)
class PlannedPart:
    """One planned part, in the item's unit; `state` is ``ready``, ``coming`` (on `ready_on`) or ``missing``."""

    part_id: int
    item_code: str
    item_name: str
    item_name_zh: str | None
    uom: str
    uom_zh: str
    needed: Decimal
    issued: Decimal
    reserved: Decimal
    missing: Decimal
    state: str
    ready_on: date | None


@dataclass(frozen=True)
class PickRow:
    """One line of the walk; quantities in the item's unit. `on_hand` is what the books have in that bin."""

    id: int
    line_no: int
    work_order_id: int
    work_order: str
    work_order_title: str
    work_order_title_zh: str | None
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
    expires_on: date | None
    quantity: Decimal
    kept: Decimal
    issued: Decimal
    short: Decimal
    reason: str | None
    state: str
    on_hand: Decimal
    picked_by: str | None
    picked_by_zh: str | None
    document: str | None

    @property
    def wanted(self) -> Decimal:
        """What is still to be fetched; nothing on a settled line."""
        return self.quantity - self.issued - self.short


@dataclass(frozen=True)
class Pick:
    """A pick list with its lines in the order of the walk."""

    id: int
    number: str
    state: str
    unit: str
    unit_zh: str | None
    location: str | None
    note: str | None
    lines: tuple[PickRow, ...]

    @property
    def orders(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(line.work_order for line in self.lines))


@dataclass(frozen=True)
class Taken:
    """What was taken for a line. With a `reason` (missing, damaged, later) the rest is not looked for any more."""

    line_id: int
    quantity: Decimal
    lot: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class PickPosted:
    """What issuing a list did: numbers of the issues, pieces short, and what became of them."""

    documents: tuple[str, ...]
    quantity: Decimal
    short: Decimal
    again: int
    counts: tuple[int, ...]
    state: str


def reserve_order(database: Database, order_id: int) -> tuple[OrderNeeds, Changes]:
    """Set aside what the order still needs, as far as it is there. Asking again adds what became free meanwhile."""
    return _fill(database, "select api.reserve_order(:id)", order_id)


def reallocate_order(database: Database, order_id: int) -> tuple[OrderNeeds, Changes]:
    """Give back and choose again from all that is free now, in one moment."""
    return _fill(database, "select api.reallocate_order(:id)", order_id)


def _fill(database: Database, query: str, order_id: int) -> tuple[OrderNeeds, Changes]:
    def act() -> dict[str, Any]:
        with database.write() as session:
            answer: dict[str, Any] = session.execute(text(query), {"id": order_id}).scalar_one()
        return answer

    answer = exactly_once(act)
    needs = tuple(
        Need(
            line["part_id"], line["item_id"], line["item"],
            *(Decimal(str(line[key])) for key in ("needed", "issued", "reserved", "added", "missing")),
        )
        for line in answer["lines"]
    )  # fmt: skip
    changes = Changes.of(reservation=answer["reservations"], stock_balance=(), work_order=[order_id])
    return OrderNeeds(order_id, needs), changes


def reserve_parts(database: Database, part_ids: Sequence[int]) -> tuple[tuple[OrderNeeds, ...], Changes]:
    """Set aside what the orders of those planned parts still need."""
    changes, found = Changes.of(reservation=(), stock_balance=()), []
    for order in _orders_of(database, part_ids):
        needs, more = reserve_order(database, order)
        found.append(needs)
        changes = changes.merged(more)
    return tuple(found), changes


def start_for_parts(database: Database, part_ids: Sequence[int]) -> tuple[tuple[int, ...], Changes]:
    """Pick lists for the orders of those planned parts."""
    return start(database, _orders_of(database, part_ids))


def _orders_of(database: Database, part_ids: Sequence[int]) -> tuple[int, ...]:
    with database.read() as session:
        rows = session.execute(_ORDERS, {"ids": list(part_ids)})
        return tuple(rows.scalars())


_ORDERS = text(
    "select distinct work_order_id from erp.work_order_part where id = any (cast(:ids as bigint[])) order by 1"
)


def open_reservation(database: Database, reservation_id: int) -> SetAside | None:
    """What is set aside and not fetched; None where nothing is, or nothing that this person sees."""
    with database.read() as session:
        row = session.execute(_SET_ASIDE, {"id": reservation_id}).one_or_none()
    return SetAside(*row) if row is not None else None


def orders_offered(database: Database, typed: str) -> tuple[Referred, ...]:
    """Orders that were meant by what was typed, to give pieces to."""
    order = Reference(model=WorkOrder, lookup="work_orders", code="number", name="title", name_zh="title_zh")
    return forms.find(database, order, typed)


def reassign(
    database: Database, reservation_id: int, order_id: int, reason: str, quantity: Decimal | None = None
) -> tuple[int, Changes]:
    """Give pieces that are set aside for one order to another; all of them where no quantity is said. The reason stands
    in the history of both orders. Returns the new reservation's id.
    """
    with database.write(reason) as session:
        answer = session.execute(
            text("select api.reassign_reservation(:id, :order, :quantity)"),
            {"id": reservation_id, "order": order_id, "quantity": quantity},
        ).scalar_one()
    made = int(answer["reservation"])
    return made, Changes.of(reservation=[reservation_id, made], work_order=())


def parts_ready(database: Database, order_ids: Iterable[int]) -> dict[int, Readiness]:
    """The signal of those orders that still want planned parts; the others are absent."""
    with database.read() as session:
        rows = session.execute(
            text("select * from api.parts_ready(cast(:ids as bigint[]))"), {"ids": list(order_ids)}
        ).all()
    return {
        row.work_order_id: Readiness(
            row.state, row.ready_on, bool(row.late), row.lines, row.ready_lines, tuple(row.wanting or ())
        )
        for row in rows
    }


def order_parts(database: Database, order_id: int) -> tuple[PlannedPart, ...]:
    """The planned parts of an order that still wants them, with what is known of each."""
    with database.read() as session:
        rows = session.execute(text("select * from api.order_parts(:id)"), {"id": order_id})
        return tuple(PlannedPart(*row) for row in rows)


def start(
    database: Database, order_ids: Sequence[int], *, location_id: int | None = None, note: str | None = None
) -> tuple[tuple[int, ...], Changes]:
    """Make pick lists for orders, setting aside what is missing first: one list for each unit that holds the stock.

    Raises UserError where there is nothing to fetch.
    """
    request = {"order_ids": list(order_ids), "location_id": location_id, "note": note}

    def act() -> list[int]:
        with database.write() as session:
            found: list[int] = session.execute(
                text("select api.start_picks(cast(:request as jsonb))"), {"request": json.dumps(request)}
            ).scalar_one()
        return found

    made = tuple(exactly_once(act))
    return made, Changes.of(pick_list=made, pick_line=(), reservation=(), stock_balance=())


def load(database: Database, list_id: int) -> Pick:
    """A pick list with its lines. Raises UserError for one that is not this person's to see."""
    head, lines = walked_sheets.read(database, "select * from api.pick_sheet(:id)", _HEAD, list_id)
    return Pick(*(*head, tuple(PickRow(*row) for row in lines)))


def id_of(database: Database, number: str) -> int | None:
    """The pick list with that number; None where this person sees none."""
    return walked_sheets.id_of(database, "select id from erp.pick_list where number = :number", number)


def enter(database: Database, list_id: int, taken: Sequence[Taken]) -> tuple[tuple[int, ...], Changes]:
    """Keep what was taken; entering again replaces. Returns the ids of the lines. All or nothing."""
    sent = [
        {"line_id": one.line_id, "quantity": str(one.quantity), "lot": one.lot, "short_reason": one.reason}
        for one in taken
    ]
    touched = walked_sheets.enter(database, "select api.enter_pick(:id, cast(:entries as jsonb))", list_id, sent)
    return touched, Changes.of(pick_line=touched, pick_list=[list_id])


def preview(database: Database, list_id: int, day: date) -> Preview:
    """What issuing it on that earlier day would do."""
    return stock_values.previewed(database, "select api.preview_pick(:id, :day)", id=list_id, day=day)


def post(database: Database, key: UUID, list_id: int, day: date | None = None) -> tuple[PickPosted, Changes]:
    """Issue what was picked, a document an order, and settle what was not found; on `day`, or now. Exactly once per
    `key`.
    """

    def act() -> dict[str, Any]:
        with database.write() as session:
            answer: dict[str, Any] = session.execute(
                text("select api.post_pick_on(:key, :id, :day)"), {"key": key, "id": list_id, "day": day}
            ).scalar_one()
        return answer

    answer = exactly_once(act)
    documents = answer["documents"]
    posted = PickPosted(
        tuple(each["number"] for each in documents),
        sum((Decimal(str(each["quantity"])) for each in documents), Decimal(0)),
        Decimal(str(answer["short"])),
        len(answer["again"]),
        tuple(answer["counts"]),
        answer["state"],
    )
    touched: dict[str, Any] = {
        "pick_list": [list_id], "pick_line": (), "reservation": (), "stock_balance": (),
        "work_order": [each["work_order_id"] for each in documents],
    }  # fmt: skip
    if documents:
        touched |= {
            "stock_document": [each["document_id"] for each in documents],
            "stock_move": (), "item_cost": (), "cost_entry": (),
        }  # fmt: skip
    if posted.counts:
        touched |= {"stock_count": posted.counts, "stock_count_line": ()}
    return posted, Changes.of(**touched)


def cancel(database: Database, list_id: int) -> Changes:
    """Give a list up; what was set aside stays so."""
    with database.write() as session:
        session.execute(text("select api.cancel_pick(:id)"), {"id": list_id})
    return Changes.of(pick_list=[list_id], pick_line=())


_SET_ASIDE = text(
    "select r.id, w.number, i.code, r.quantity - r.issued from erp.reservation r"
    " join erp.work_order w on w.id = r.work_order_id join erp.item i on i.id = r.item_id"
    " where r.id = :id and r.state = 'open'"
)

_HEAD = """
    select p.id, p.number, p.state, u.name, u.name_zh, l.code, p.note
    from erp.pick_list p
    join erp.org_unit u on u.id = p.org_unit_id
    left join erp.stock_location l on l.id = p.location_id
    where p.id = :id
"""
