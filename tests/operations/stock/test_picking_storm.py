"""Reserving, choosing anew, fetching, issuing past the list and cancelling at once: no deadlock, and all adds up."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from db.errors import UserError
from db.session import Database
from desktop.operations import picking, stock
from desktop.operations.picking import Taken
from tests.operations.stock.test_reserving import needs, order
from tests.stock_shop import Shop

PEOPLE, ROUNDS = 6, 12
PARTS = ("SNS_PT100_6", "FLT_AIR_7502", "BLT_XPB_2500", "FLT_OIL_7511")


def _fetch(database: Database, dice: random.Random, orders: list[int]) -> None:
    for made in picking.start(database, dice.sample(orders, 3))[0]:
        walk = picking.load(database, made)
        taken = []
        for line in walk.lines:
            some = dice.randint(0, int(line.wanted))
            reason = dice.choice((None, "later", "missing")) if some < line.wanted else None
            taken.append(Taken(line.id, line.wanted * 0 + some, reason=reason))
        picking.enter(database, made, taken)
        picking.post(database, uuid4(), made)
        if dice.random() < 0.5:
            picking.cancel(database, made)


def _issue(shop: Shop, database: Database, dice: random.Random, orders: list[int]) -> None:
    lines = [
        {"item_id": shop.item(code), "from_location_id": shop.place(place), "quantity": 1}
        for code, place in (("SNS-PT100-6", "D-01-1-7"), ("FLT-AIR-7502", "A-03-1-2"))
    ]
    dice.shuffle(lines)
    stock.post(database, uuid4(), {"type": "issue", "work_order_id": dice.choice(orders), "lines": lines})


def _work(shop: Shop, orders: list[int], seed: int) -> tuple[int, int]:
    """What one person did, and how often he was refused for a reason that he can read."""
    dice, done, refused = random.Random(seed), 0, 0
    with Database(shop.clone.server.dsn(shop.clone.name, shop.world.login, "clerk"), pool_size=1) as database:
        for _ in range(ROUNDS):
            act = dice.choice(("reserve", "anew", "fetch", "fetch", "issue", "release"))
            try:
                if act == "reserve":
                    picking.reserve_order(database, dice.choice(orders))
                elif act == "anew":
                    picking.reallocate_order(database, dice.choice(orders))
                elif act == "fetch":
                    _fetch(database, dice, orders)
                elif act == "issue":
                    _issue(shop, database, dice, orders)
                else:
                    shop.value("select erp.release_order_reservations(%s)", dice.choice(orders))
                done += 1
            except UserError:
                refused += 1
    return done, refused


def test_a_storm_of_pickers_neither_deadlocks_nor_loses_a_piece(shop: Shop) -> None:
    dice = random.Random(7)
    orders = [order(shop, f"WO-S{n:02}", state="working") for n in range(10)]
    for each in orders:
        needs(shop, each, **{code: dice.randint(1, 4) for code in dice.sample(PARTS, 3)})
    stats = "select deadlocks from pg_stat_database where datname = current_database()"
    before = shop.value(stats)
    with ThreadPoolExecutor(PEOPLE) as pool:
        answers = list(pool.map(lambda seed: _work(shop, orders, seed), range(PEOPLE)))
    assert sum(done for done, _ in answers) > PEOPLE * ROUNDS / 3
    assert shop.value("select count(*) from erp.pick_line where issued > 0") > 5
    assert shop.value(stats) == before
    assert shop.whole()
    fetched = "select coalesce(sum(issued), 0) from erp.pick_line"
    issued = (
        "select sum(m.quantity) from erp.stock_move m join erp.stock_document d on d.id = m.document_id"
        " where d.reason in (select number from erp.pick_list)"
    )
    assert shop.value(fetched) == shop.value(issued), "what the lists say was issued is what the ledger has"
