"""What stock is worth: changing it by hand and taking that back, closing months, previews of back-dated documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text

from db import messages
from db.errors import UserError
from db.session import Database
from desktop.domain.changes import Changes
from desktop.operations.stock import exactly_once

Refusal = UserError
"""Why something may not be posted: `field`, `constraint`, `facts` and the words of cause and remedy."""


@dataclass(frozen=True)
class Revalued:
    """A change of value in the company's currency: `on_hand` to what is there, `consumed` to what was issued."""

    entry_id: int
    on_hand: Decimal
    consumed: Decimal


@dataclass(frozen=True)
class LaterRow:
    """A later move that a back-dated document makes dearer or cheaper by `delta`."""

    number: str
    document_type: str
    item: str
    effective_at: datetime
    quantity: Decimal
    amount: Decimal
    delta: Decimal


@dataclass(frozen=True)
class Preview:
    """What posting a document of an earlier date would do.

    `refused` says why it may not be posted; `periods` are (month as YYYY-MM, rows, amount in the company's currency);
    `consumed` is what later issues are charged today, stock less by as much; `amount` what the document itself moves;
    `hidden` counts rows of units that are not the reader's.
    """

    refused: tuple[Refusal, ...]
    later: int = 0
    changed: int = 0
    hidden: int = 0
    consumed: Decimal = Decimal(0)
    periods: tuple[tuple[str, int, Decimal], ...] = ()
    rows: tuple[LaterRow, ...] = ()
    amount: Decimal = Decimal(0)


@dataclass(frozen=True)
class Layer:
    """One delivery of an item valued first in, first out. `number` is empty where the document is another branch's."""

    at: datetime
    kind: str
    number: str
    document_id: int | None
    quantity: Decimal
    left: Decimal
    worth: Decimal

    @property
    def unit_value(self) -> Decimal:
        return self.worth / self.left if self.left else Decimal(0)


@dataclass(frozen=True)
class Step:
    """What changed the average: a delivery, a difference, a revaluation; `stock` and `worth` are those afterwards."""

    at: datetime
    kind: str
    number: str
    document_id: int | None
    quantity: Decimal
    amount: Decimal
    stock: Decimal
    worth: Decimal
    reason: str

    @property
    def average(self) -> Decimal:
        return self.worth / self.stock if self.stock > 0 else Decimal(0)


@dataclass(frozen=True)
class ItemValue:
    """What all that is there of an item is worth in the whole company, in its currency."""

    item_id: int
    code: str
    valuation: str
    quantity: Decimal
    value: Decimal
    average: Decimal
    layers: tuple[Layer, ...]
    history: tuple[Step, ...]


@dataclass(frozen=True)
class Trial:
    """What a change of value would do; `refused` says why it may not be. Amounts in the company's currency."""

    refused: Refusal | None
    on_hand: Decimal = Decimal(0)
    consumed: Decimal = Decimal(0)
    value_before: Decimal = Decimal(0)
    value_after: Decimal = Decimal(0)
    average_before: Decimal = Decimal(0)
    average_after: Decimal = Decimal(0)


def item_value(database: Database, item_id: int) -> ItemValue | None:
    """None for an item that the reader does not see. Raises UserError for whom costs are none of his business."""
    with database.read() as session:
        found = session.execute(text("select api.item_value(:id)"), {"id": item_id}).scalar_one()
    if found is None:
        return None
    return ItemValue(
        item_id, found["code"], found["valuation"], _number(found["quantity"]), _number(found["value"]),
        _number(found["average"]), tuple(_layer(one) for one in found["layers"]),
        tuple(_step(one) for one in found["history"]),
    )  # fmt: skip


def _layer(found: Mapping[str, Any]) -> Layer:
    return Layer(
        datetime.fromisoformat(found["at"]), found["kind"], found["number"] or "", found["document_id"],
        _number(found["quantity"]), _number(found["left_quantity"]), _number(found["left_amount"]),
    )  # fmt: skip


def _step(found: Mapping[str, Any]) -> Step:
    return Step(
        datetime.fromisoformat(found["at"]), found["kind"], found["number"] or "", found["document_id"],
        _number(found["quantity"]), _number(found["amount"]), _number(found["stock"]), _number(found["worth"]),
        found["reason"] or "",
    )  # fmt: skip


def _number(value: object) -> Decimal:
    return Decimal(str(value))


def try_value(database: Database, *, item_id: int, unit_cost: Decimal) -> Trial:
    """What `revalue_item` would do. Changes nothing."""
    return _try(database, {"item_id": item_id, "unit_cost": str(unit_cost)})


def try_difference(database: Database, *, move_id: int, amount: Decimal) -> Trial:
    """What `revalue_receipt` would do. Changes nothing."""
    return _try(database, {"move_id": move_id, "amount": str(amount)})


def _try(database: Database, document: Mapping[str, object]) -> Trial:
    with database.write() as session:
        found: dict[str, Any] = session.execute(
            text("select api.preview_revaluation(cast(:document as jsonb))"), {"document": json.dumps(document)}
        ).scalar_one()
    if "refused" in found:
        return Trial(_refusal(found["refused"]))
    keys = ("amount_on_hand", "amount_consumed", "value_before", "value_after", "average_before", "average_after")
    return Trial(None, *(_number(found[key]) for key in keys))


def revalue_receipt(
    database: Database, key: UUID, *, move_id: int, amount: Decimal, reason: str
) -> tuple[Revalued, Changes]:
    """A receipt cost `amount` more (or less): split between what is there and what was consumed. Exactly once a key."""
    document = json.dumps({"move_id": move_id, "amount": str(amount), "reason": reason})
    return exactly_once(lambda: _change(database, _POST, key=key, document=document))


def revalue_item(
    database: Database, key: UUID, *, item_id: int, unit_cost: Decimal, reason: str
) -> tuple[Revalued, Changes]:
    """All that is there of an item is worth `unit_cost` a piece from now on. Exactly once a key."""
    document = json.dumps({"item_id": item_id, "unit_cost": str(unit_cost), "reason": reason})
    return exactly_once(lambda: _change(database, _POST, key=key, document=document))


def take_back(database: Database, key: UUID, entry_id: int, reason: str) -> tuple[Revalued, Changes]:
    """The linked counter-entry of a change that was posted by hand. Exactly once a key."""
    return exactly_once(lambda: _change(database, _TAKE_BACK, key=key, entry=entry_id, reason=reason))


def take_back_cost(database: Database, key: UUID, entry_id: int, reason: str) -> tuple[Decimal, Changes]:
    """The counter-line of what a repair cost an order or a unit; its amount. Exactly once a key."""

    def call() -> dict[str, Any]:
        with database.write() as session:
            found: dict[str, Any] = session.execute(
                text(_TAKE_BACK_COST), {"key": key, "entry": entry_id, "reason": reason}
            ).scalar_one()
            return found

    answer = exactly_once(call)
    orders = [answer["work_order_id"]] if answer["work_order_id"] else []
    changes = Changes.of(cost_entry=[answer["entry_id"]], lot_event=(), **({"work_order": orders} if orders else {}))
    return Decimal(str(answer["amount"])), changes


_TAKE_BACK_COST = "select api.reverse_repair_cost(:key, :entry, :reason)"
_POST = "select api.post_revaluation(:key, cast(:document as jsonb))"
_TAKE_BACK = "select api.reverse_value_entry(:key, :entry, :reason)"


def _change(database: Database, sql: str, **values: object) -> tuple[Revalued, Changes]:
    with database.write() as session:
        answer: dict[str, Any] = session.execute(text(sql), values).scalar_one()
    made = Revalued(answer["entry_id"], Decimal(str(answer["amount_on_hand"])), Decimal(str(answer["amount_consumed"])))
    return made, Changes.of(stock_value_entry=[made.entry_id], item_cost=(), cost_entry=())


def close_last_month(database: Database) -> tuple[str, Changes]:
    """Close the month before this one in the reader's company. Returns it as YYYY-MM."""
    with database.write() as session:
        found = session.execute(
            text(
                "select x.company, to_char(x.month, 'YYYY-MM') as name,"
                " api.close_stock_period(x.company, x.month) as id"
                " from (select c.id as company,"
                " (date_trunc('month', now() at time zone c.time_zone) - interval '1 month')::date as month"
                " from erp.company c join erp.org_unit u on u.company_id = c.id and u.kind = 'company'"
                " order by u.id = any (erp.my_write_units()) desc, c.id limit 1) x"
            )
        ).one()
    return found.name, Changes.of(stock_period=[found.id])


def reopen_month(database: Database, period_id: int, reason: str) -> tuple[None, Changes]:
    """Documents may be dated into the month again; the reason stays in its history."""
    with database.write() as session:
        session.execute(text("select api.reopen_stock_period(:id, :reason)"), {"id": period_id, "reason": reason})
    return None, Changes.of(stock_period=[period_id])


def preview_backdating(database: Database, document: Mapping[str, Any]) -> Preview:
    """What posting `document` (in the form of `api.post_stock`, with ``effective_at``) would do. Posts nothing."""
    asked = json.dumps(document, default=str)
    return previewed(database, "select api.preview_backdating(cast(:document as jsonb))", document=asked)


def previewed(database: Database, sql: str, **values: object) -> Preview:
    """What a function that answers as `api.preview_backdating` does says. Posts nothing."""
    with database.write() as session:
        found: dict[str, Any] = session.execute(text(sql), values).scalar_one()
    return Preview(
        tuple(_refusal(one) for one in found["refused"]),
        found.get("later", 0),
        found.get("changed", 0),
        found.get("hidden", 0),
        Decimal(str(found.get("consumed", 0))),
        tuple((one["month"], one["rows"], Decimal(str(one["amount"]))) for one in found.get("periods", ())),
        tuple(_row(one) for one in found.get("rows", ())),
        Decimal(str(found.get("amount") or 0)),
    )


def preview_of_day(database: Database, document: Mapping[str, Any], day: date) -> tuple[dict[str, Any], Preview]:
    """`document` dated to the end of `day` where its company is, ready to be posted, and what that would do."""
    made = dated(database, document, day)
    return made, preview_backdating(database, made)


def dated(database: Database, document: Mapping[str, Any], day: date | None) -> dict[str, Any]:
    """`document` dated to the end of `day` where its company is; without a day as it is."""
    if day is None:
        return dict(document)
    places = [line.get(end) for line in document["lines"] for end in ("from_location_id", "to_location_id")]
    with database.read() as session:
        at: datetime | None = session.execute(
            text(
                "select (cast(:day as date) + time '23:59:59') at time zone c.time_zone"
                " from erp.stock_location l join erp.company c on c.id = l.company_id"
                " where l.id = any(:places) limit 1"
            ),
            {"day": day, "places": [each for each in places if each is not None]},
        ).scalar()
    return {**document, "effective_at": (at or datetime.combine(day, time(23, 59, 59)).astimezone()).isoformat()}


def _row(found: Mapping[str, Any]) -> LaterRow:
    return LaterRow(
        found["number"],
        found["type"],
        found["item"],
        datetime.fromisoformat(found["effective_at"]),
        Decimal(str(found["quantity"])),
        Decimal(str(found["amount"])),
        Decimal(str(found["delta"])),
    )


def _refusal(found: Mapping[str, Any]) -> UserError:
    return messages.refusal("ER030", str(found["rule"]), {k: v for k, v in found.items() if k != "rule"})
