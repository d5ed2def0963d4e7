"""The parts-ready signal against a naive recount from the bare tables, in random worlds."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from desktop.operations import picking, stock
from desktop.operations.picking import Readiness
from tests.operations.stock.test_reserving import needs, order
from tests.stock_shop import PURCHASE, Shop

OPEN = {
    "submitted", "approved", "planned", "dispatched", "accepted", "travelling", "on_site", "working", "waiting_part",
    "waiting_customer",
}  # fmt: skip
FAR = datetime.max
KEPT = "select jsonb_object_agg(id, signal) from erp.order_readiness"
SIGNAL = "select signal from erp.order_readiness where id = %s"


@dataclass
class Books:
    """The tables as they stand, read without any of the functions under test."""

    today: date
    orders: list[dict[str, Any]] = field(default_factory=list)
    parts: list[dict[str, Any]] = field(default_factory=list)
    moves: list[dict[str, Any]] = field(default_factory=list)
    reservations: list[dict[str, Any]] = field(default_factory=list)
    balances: list[dict[str, Any]] = field(default_factory=list)
    arrivals: list[dict[str, Any]] = field(default_factory=list)


_READ = {
    "orders": "select id, state, coalesce(planned_start, due_at) at time zone 'Asia/Shanghai' as day,"
    " (planned_start at time zone 'Asia/Shanghai')::date as planned from erp.work_order where org_unit_id = %(unit)s",
    "parts": "select p.id, p.work_order_id, p.item_id, p.quantity, i.code from erp.work_order_part p"
    " join erp.item i on i.id = p.item_id",
    "moves": "select m.work_order_id, m.item_id, m.quantity, t.kind = 'customer' as out, f.kind = 'customer' as back"
    " from erp.stock_move m join erp.stock_location f on f.id = m.from_location_id"
    " join erp.stock_location t on t.id = m.to_location_id where m.work_order_id is not null",
    "reservations": "select work_order_id, item_id, quantity - issued as open from erp.reservation"
    " where state = 'open'",
    "balances": "select b.item_id, b.quantity - b.reserved as free from erp.stock_balance b"
    " join erp.stock_location l on l.id = b.location_id"
    " left join erp.lot t on t.id = b.lot_id"
    " where b.org_unit_id = %(unit)s and b.condition = 'good' and b.owner_id is null and l.kind = 'bin'"
    " and coalesce(t.expires_on, 'infinity') >= current_date",
    "arrivals": "select l.item_id, l.quantity - l.received as quantity, coalesce(l.promised_on, o.promised_on) as day"
    " from erp.purchase_order_line l join erp.purchase_order o on o.id = l.purchase_order_id"
    " where o.state in ('ordered', 'part_received') and o.org_unit_id = %(unit)s and l.quantity > l.received",
}


def _books(shop: Shop) -> Books:
    with shop.clone.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute("select current_date")
        books = Books(cursor.fetchone()[0])
        for name, query in _READ.items():
            cursor.execute(query, {"unit": shop.world.branch})
            columns = [column.name for column in cursor.description]
            setattr(books, name, [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()])
    return books


def _total(rows: Iterable[dict[str, Any]], key: str, **match: object) -> Decimal:
    return sum(
        (Decimal(row[key]) for row in rows if all(row[name] == value for name, value in match.items())), Decimal(0)
    )


def _recount(books: Books) -> dict[int, Readiness]:
    """Hand out what is free and what comes, piece by piece, to the orders in the order of their days."""
    wanting: dict[int, list[tuple[str, str, date | None]]] = {}
    stock_left = {part["item_id"]: _total(books.balances, "free", item_id=part["item_id"]) for part in books.parts}
    coming = {
        item: sorted(
            [max(row["day"], books.today), Decimal(row["quantity"])]
            for row in books.arrivals
            if row["item_id"] == item and row["day"] is not None
        )
        for item in stock_left
    }
    for each in sorted(books.orders, key=lambda row: (row["day"] or FAR, row["id"])):
        if each["state"] not in OPEN:
            continue
        for part in books.parts:
            if part["work_order_id"] != each["id"]:
                continue
            key = {"work_order_id": each["id"], "item_id": part["item_id"]}
            out = _total(books.moves, "quantity", out=True, **key) - _total(books.moves, "quantity", back=True, **key)
            want = max(part["quantity"] - out - _total(books.reservations, "open", **key), Decimal(0))
            verdict, day = "ready", None
            taken = min(want, max(stock_left[part["item_id"]], Decimal(0)))
            stock_left[part["item_id"]] -= taken
            want -= taken
            for arrival in coming[part["item_id"]]:
                some = min(want, arrival[1])
                arrival[1] -= some
                want -= some
                if some:
                    verdict, day = "coming", arrival[0]
            if want:
                verdict, day = "missing", None
            wanting.setdefault(each["id"], []).append((part["code"], verdict, day))
    planned = {row["id"]: row["planned"] for row in books.orders}
    return {key: _sum_up(lines, planned[key]) for key, lines in wanting.items()}


def _sum_up(lines: list[tuple[str, str, date | None]], planned: date | None) -> Readiness:
    verdicts = [verdict for _, verdict, _ in lines]
    ready = verdicts.count("ready")
    days = [day for _, _, day in lines if day is not None]
    missing = tuple(sorted(code for code, verdict, _ in lines if verdict != "ready"))
    if "missing" in verdicts:
        return Readiness("partly" if ready else "missing", None, False, len(lines), ready, missing)
    if ready == len(lines):
        return Readiness("ready", None, False, len(lines), ready, ())
    late = planned is not None and max(days) > planned
    return Readiness("coming", max(days), late, len(lines), ready, missing)


PARTS = ("SNS_PT100_6", "SEP_OIL_7520", "FLT_AIR_7502", "BLT_XPB_2500")


def _random_world(shop: Shop, dice: random.Random) -> list[int]:
    states = ("approved", "planned", "working", "submitted", "waiting_part", "done", "draft", "cancelled")
    made = []
    for number in range(12):
        planned = datetime.now().astimezone() + timedelta(days=dice.randrange(12)) if dice.random() < 0.8 else None
        each = order(shop, f"WO-R{number:02}", state=dice.choice(states), planned_start=planned)
        needs(shop, each, **{code: dice.randint(1, 9) for code in dice.sample(PARTS, dice.randint(0, 3))})
        made.append(each)
    head = shop.clone.id("purchase_order", PURCHASE)
    for line in range(10, 10 + dice.randint(0, 6)):
        shop.value(
            "insert into erp.purchase_order_line (purchase_order_id, line_no, item_id, quantity, unit_price,"
            " promised_on) values (%s, %s, %s, %s, 1, current_date + %s)",
            head, line, shop.item(dice.choice(PARTS).replace("_", "-")), dice.randint(1, 8), dice.randrange(-3, 15),
        )  # fmt: skip
    if dice.random() < 0.3:
        shop.value("update erp.purchase_order set promised_on = null where id = %s", head)
    return made


def _something_happens(shop: Shop, dice: random.Random, orders: list[int]) -> None:
    wanting = "select erp.wants_parts(state) from erp.work_order where id = %s"
    open_ones = [each for each in orders if shop.value(wanting, each)]
    for each in dice.sample(open_ones, min(3, len(open_ones))):
        picking.reserve_order(shop.clerk, each)
    if open_ones:
        sensor = {"item_id": shop.item("SNS-PT100-6"), "from_location_id": shop.place("D-01-1-7"), "quantity": 1}
        stock.post(shop.clerk, uuid4(), {"type": "issue", "work_order_id": dice.choice(open_ones), "lines": [sensor]})


@pytest.mark.parametrize("seed", range(4))
def test_the_signal_is_what_a_recount_by_hand_finds(shop: Shop, seed: int) -> None:
    dice = random.Random(seed)
    orders = _random_world(shop, dice)
    seen = set()
    token = None
    for _ in range(3):
        expected = _recount(_books(shop))
        token = shop.value("select api.refresh_readiness(%s)", token)
        found = picking.parts_ready(shop.clerk, [*orders, shop.clone.id("work_order", "WO-2611-0482")])
        assert found == expected
        seen |= {each.state for each in found.values()}
        kept = {key: "late" if each.late else each.state for key, each in found.items()}
        assert shop.value(KEPT) == {str(key): word for key, word in sorted(kept.items())}
        _something_happens(shop, dice, orders)
    assert len(seen) > 1, "a world in which all is alike proves nothing"


def test_each_word_of_the_signal(shop: Shop) -> None:
    soon, later = (datetime.now().astimezone() + timedelta(days=n) for n in (1, 30))
    ready = order(shop, "WO-1R", planned_start=soon)
    needs(shop, ready, SNS_PT100_6=42)
    second = order(shop, "WO-2M", planned_start=later)
    needs(shop, second, SNS_PT100_6=1)
    partly = order(shop, "WO-3P", planned_start=later)
    needs(shop, partly, SNS_PT100_6=1, FLT_OIL_7511=1)
    coming = order(shop, "WO-4C", planned_start=later)
    needs(shop, coming, SEP_OIL_7520=4)
    late = order(shop, "WO-5L", planned_start=soon)
    needs(shop, late, FLT_AIR_7502=20)
    nothing = order(shop, "WO-6N")
    found = picking.parts_ready(shop.clerk, [ready, second, partly, coming, late, nothing])
    assert {key: each.state for key, each in found.items()} == {
        ready: "ready", second: "missing", partly: "partly", coming: "coming", late: "coming",
    }  # fmt: skip
    assert (found[coming].late, found[late].late) == (False, True)
    assert found[partly].wanting == ("SNS-PT100-6",)
    assert (found[partly].lines, found[partly].ready_lines) == (2, 1)
    shop.value("select api.refresh_readiness()")
    assert shop.value(SIGNAL, late) == "late"
    assert shop.value(SIGNAL, nothing) is None


def test_what_lists_show_follows_each_change(shop: Shop) -> None:
    """The kept words, brought up to date from the feed alone, are those that all worked out anew would be."""
    first = order(shop, "WO-1A", planned_start=datetime.now().astimezone() + timedelta(days=1))
    needs(shop, first, SNS_PT100_6=40)
    token = shop.value("select api.refresh_readiness()")

    def followed() -> Any:
        nonlocal token
        token = shop.value("select api.refresh_readiness(%s)", token)
        kept = shop.value(KEPT)
        shop.value("select api.refresh_readiness()")
        assert shop.value(KEPT) == kept
        return kept

    second = order(shop, "WO-2B", planned_start=datetime.now().astimezone() + timedelta(days=9))
    needs(shop, second, SNS_PT100_6=5)
    assert followed()[str(second)] == "missing"
    shop.value("update erp.work_order set planned_start = now() where id = %s returning 1", second)
    assert (followed()[str(second)], followed()[str(first)]) == ("ready", "missing")
    place = shop.place("D-01-1-7")
    sensor = {"item_id": shop.item("SNS-PT100-6"), "to_location_id": place, "quantity": 9, "unit_cost": 78}
    stock.post(shop.clerk, uuid4(), {"type": "receipt", "lines": [sensor]})
    assert followed()[str(first)] == "ready"
    shop.value("update erp.work_order_part set quantity = 400 where work_order_id = %s returning 1", first)
    assert followed()[str(first)] == "missing"
    shop.value("delete from erp.work_order_part where work_order_id = %s returning 1", first)
    assert str(first) not in followed()
