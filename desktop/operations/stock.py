"""Stock: posting, reversing and reserving.

The key of a posting is made before its first try and stays the same for every retry, so that a lost connection or a
killed server can neither lose nor double a document.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import text

from db.errors import Busy, ConnectionLost, ServerUnreachable
from db.session import Database
from desktop.domain.changes import Changes

Answer = TypeVar("Answer")
TRIES = 8
_FIRST_PAUSE = 0.02

new_key = uuid4
"""Make one when the document is checked, before it is sent for the first time."""


@dataclass(frozen=True)
class Posted:
    """The answer to a posting: the document's id and number, total quantity and value in the company's currency."""

    document_id: int
    number: str
    document_type: str
    quantity: Decimal
    amount: Decimal | None  # none for who reads no costs
    moves: tuple[int, ...]
    work_order_id: int | None = None


def exactly_once(act: Callable[[], Answer], *, tries: int = TRIES) -> Answer:
    """Repeat `act` while the connection breaks or two postings want the same row; `act` must carry its own key."""
    return _repeated(act, (Busy, ConnectionLost, ServerUnreachable), tries)


def when_free(act: Callable[[], Answer], *, tries: int = TRIES) -> Answer:
    """Repeat `act`, which has no key, while two want the same row: only what the server surely took back."""
    return _repeated(act, (Busy,), tries)


def _repeated(act: Callable[[], Answer], causes: tuple[type[Exception], ...], tries: int) -> Answer:
    pause = _FIRST_PAUSE
    for _ in range(tries - 1):
        try:
            return act()
        except causes:
            time.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(pause * 2, 1.0)
    return act()


def post(database: Database, key: UUID, document: Mapping[str, Any]) -> tuple[Posted, Changes]:
    """Post a stock document (see `api.post_stock` for its form). The same `key` again gives the first answer.

    Raises UserError with `constraint` and `facts["line"]` where the database refuses a line.
    """
    return exactly_once(
        lambda: _call(
            database,
            "select api.post_stock(:key, cast(:document as jsonb))",
            key=key,
            document=json.dumps(document),
        )
    )


def reverse(database: Database, key: UUID, document_id: int, reason: str) -> tuple[Posted, Changes]:
    """Take a posted document back by a linked counter-entry; what was returned meanwhile stays returned."""
    return exactly_once(
        lambda: _call(
            database,
            "select api.reverse_stock(:key, :document_id, :reason)",
            key=key,
            document_id=document_id,
            reason=reason,
        )
    )


def _call(database: Database, sql: str, **values: object) -> tuple[Posted, Changes]:
    with database.write() as session:
        answer: dict[str, Any] = session.execute(text(sql), values).scalar_one()
    posted = Posted(
        document_id=answer["document_id"],
        number=answer["number"],
        document_type=answer["type"],
        quantity=Decimal(str(answer["quantity"])),
        amount=None if answer["amount"] is None else Decimal(str(answer["amount"])),
        moves=tuple(answer["moves"]),
        work_order_id=answer["work_order_id"],
    )
    rows: dict[str, Any] = {
        "stock_document": [posted.document_id],
        "stock_move": posted.moves,
        "stock_balance": answer["balances"],
        "item_cost": (),
    }
    if answer["reservations"]:
        rows["reservation"] = answer["reservations"]
    if answer["purchase_orders"]:
        rows["purchase_order"] = answer["purchase_orders"]
        rows["purchase_order_line"] = ()
    if posted.document_type in ("issue", "counter_issue", "return"):
        rows["cost_entry"] = ()
    return posted, Changes.of(**rows)


def reserve(
    database: Database, *, work_order_id: int, item_id: int, quantity: Decimal, location_id: int | None = None
) -> tuple[tuple[int, ...], Changes]:
    """Set stock aside for an order: all of it or nothing. Returns the ids of the reservations."""
    query = text("select api.reserve(:work_order_id, :item_id, :quantity, :location_id)")
    wanted = {"work_order_id": work_order_id, "item_id": item_id, "quantity": quantity, "location_id": location_id}

    def act() -> dict[str, Any]:
        with database.write() as session:
            return dict(session.execute(query, wanted).scalar_one())

    answer = when_free(act)
    made = tuple(answer["reservations"])
    return made, Changes.of(reservation=made, stock_balance=())


def release(database: Database, reservation_id: int) -> tuple[Decimal, Changes]:
    """Give back what is still open of a reservation; returns the quantity."""

    def act() -> dict[str, Any]:
        with database.write() as session:
            return dict(session.execute(text("select api.release(:id)"), {"id": reservation_id}).scalar_one())

    answer = when_free(act)
    return Decimal(str(answer["freed"])), Changes.of(reservation=[reservation_id], stock_balance=())


def document_of_move(database: Database, move_id: int) -> int | None:
    """The document to which a move belongs: what F8 on a move reverses."""
    with database.read() as session:
        found = session.execute(text("select document_id from erp.stock_move where id = :id"), {"id": move_id}).scalar()
    return int(found) if found is not None else None


def outcome_unknown(error: BaseException) -> bool:
    """True when nobody can say whether the posting happened: ask again with the same key, never with a new one."""
    return isinstance(error, Busy | ConnectionLost | ServerUnreachable)
