"""Fifty clerks at once: receipts, issues, returns, transfers, adjustments, reservations, reversals on the same shelves.

Afterwards every balance, value, reservation and cost must agree with the moves. What a clerk is told may be a shortage,
never a deadlock or a serialisation error. `OUTPOST_MIXED=clients,minutes` (goal 50,10) makes it shorter.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import psycopg2

from db.embedded import Server
from db.errors import BugError, UserError
from db.session import Database
from desktop.operations import stock
from tests.stock_world import DIFFERENCES, World, make_world

CLIENTS, MINUTES = 50, 10.0
PROCESSES = 5
ITEMS, BINS = 60, 12
_THINK_SECONDS = 0.05
_REFUSALS = ("stock_", "reservation_")


def measure(server: Server) -> dict[str, Any]:
    """What was done, what was refused and why, what nobody may ever see, and the differences found afterwards."""
    given = os.environ.get("OUTPOST_MIXED")
    clients, minutes = (float(each) for each in given.split(",")) if given else (CLIENTS, MINUTES)
    world = _prepare(server)
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    dsn = server.dsn(user=world.login, password="clerk")
    shares = [int(clients) // PROCESSES + (n < int(clients) % PROCESSES) for n in range(PROCESSES)]
    rooms = [
        context.Process(target=_room, args=(dsn, world, share, minutes * 60, seed, answers))
        for seed, share in enumerate(shares)
        if share
    ]
    before = _figures(server)
    for room in rooms:
        room.start()
    done: Counter[str] = Counter()
    for _ in rooms:
        done.update(answers.get(timeout=minutes * 60 + 300))
    for room in rooms:
        room.join()
    after = _figures(server)
    wrong = {key.removeprefix("wrong "): count for key, count in done.items() if key.startswith("wrong ")}
    return {
        "clients": int(clients),
        "minutes": minutes,
        "done": {key: count for key, count in sorted(done.items()) if " " not in key},
        "refused": {
            key.removeprefix("refused "): count for key, count in sorted(done.items()) if key.startswith("refused ")
        },
        "documents": after["documents"] - before["documents"],
        "moves": after["moves"] - before["moves"],
        "errors_shown": wrong,
        "deadlocks": after["deadlocks"] - before["deadlocks"],
        "differences": after["differences"],
    }


def passed(result: Mapping[str, Any]) -> bool:
    return not result["errors_shown"] and result["deadlocks"] == 0 and result["differences"] == 0


def _prepare(server: Server) -> World:
    connection = psycopg2.connect(server.dsn())
    with connection, connection.cursor() as cursor:
        world = make_world(cursor, items=ITEMS, bins=BINS)
        layered = "update erp.item set valuation = 'fifo' where id = any (%s) and id %% 2 = 0"
        cursor.execute(layered, (list(world.items),))
    connection.close()
    return world


def _figures(server: Server) -> dict[str, int]:
    queries = {
        "documents": "select count(*) from erp.stock_document",
        "moves": "select count(*) from erp.stock_move",
        "deadlocks": "select deadlocks from pg_stat_database where datname = current_database()",
        "differences": DIFFERENCES,
    }
    connection = psycopg2.connect(server.dsn())
    found: dict[str, int] = {}
    with connection, connection.cursor() as cursor:
        for name, query in queries.items():
            cursor.execute(query)
            found[name] = int(cursor.fetchone()[0])  # type: ignore[index]
    connection.close()
    return found


def _room(dsn: str, world: World, clerks: int, seconds: float, seed: int, answers: Any) -> None:
    """One process with some clerks in it, each with a connection of his own."""
    done: Counter[str] = Counter()
    ends = time.monotonic() + seconds
    threads = [
        threading.Thread(target=_Clerk(dsn, world, random.Random(seed * 1000 + n), done).work, args=(ends,))
        for n in range(clerks)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.put(dict(done))


class _Clerk:
    """Somebody who does one thing after another and remembers what he issued and posted."""

    def __init__(self, dsn: str, world: World, dice: random.Random, done: Counter[str]) -> None:
        self.dsn, self.world, self.dice, self.done = dsn, world, dice, done
        self.issues: list[tuple[int, int, int]] = []  # move, item, place
        self.documents: list[int] = []

    def work(self, ends: float) -> None:
        database = Database(self.dsn, pool_size=1)
        acts: tuple[tuple[int, Callable[[Database], None]], ...] = (
            (6, self.receive), (8, self.issue), (3, self.give_back), (4, self.transfer), (2, self.adjust),
            (3, self.reserve), (2, self.reverse),
        )  # fmt: skip
        while time.monotonic() < ends:
            (act,) = self.dice.choices([each for _, each in acts], [weight for weight, _ in acts])
            try:
                act(database)
                self.done[act.__name__] += 1
            except UserError as error:
                rule = error.constraint or error.code
                told = "refused" if rule.startswith(_REFUSALS) else "wrong"
                self.done[f"{told} {rule}"] += 1
            except BugError as error:
                self.done[f"wrong {error!r}"[:200]] += 1
            time.sleep(self.dice.expovariate(1 / _THINK_SECONDS))
        database.close()

    def receive(self, database: Database) -> None:
        self._post(database, "receipt", [
            {
                "item_id": item, "to_location_id": self._bin(),
                "quantity": self.dice.randint(1, 20), "unit_cost": self._price(),
            }
            for item in self._items()
        ])  # fmt: skip

    def issue(self, database: Database) -> None:
        lines: list[dict[str, Any]] = [
            {"item_id": item, "from_location_id": self._bin(), "quantity": self.dice.randint(1, 6)}
            for item in self._items()
        ]
        posted = self._post(database, "issue", lines, work_order_id=self.world.work_order)
        moves = zip(posted.moves, lines, strict=True)
        self.issues += [(move, line["item_id"], line["from_location_id"]) for move, line in moves]

    def give_back(self, database: Database) -> None:
        if not self.issues:
            return
        move, item, place = self.issues.pop(self.dice.randrange(len(self.issues)))
        condition = self.dice.choice(("good", "bad", "quarantine"))
        line = {"item_id": item, "to_location_id": place, "quantity": 1, "returns_move_id": move}
        self._post(database, "return", [{**line, "to_condition": condition}])

    def transfer(self, database: Database) -> None:
        start, end = self.dice.sample(self.world.bins, 2)
        self._post(database, "transfer", [
            {"item_id": item, "from_location_id": start, "to_location_id": end, "quantity": 1} for item in self._items()
        ])  # fmt: skip

    def adjust(self, database: Database) -> None:
        place = self._bin()
        line: dict[str, Any] = {"item_id": self.dice.choice(self.world.items), "quantity": 1}
        line |= {"from_location_id": place, "to_location_id": place, "to_condition": "quarantine"}
        self._post(database, "adjustment", [line], reason="bent")

    def reserve(self, database: Database) -> None:
        item = self.dice.choice(self.world.items)
        wanted = Decimal(self.dice.randint(1, 5))
        stock.reserve(database, work_order_id=self.world.work_order, item_id=item, quantity=wanted)

    def reverse(self, database: Database) -> None:
        if self.documents:
            document = self.documents.pop(self.dice.randrange(len(self.documents)))
            stock.reverse(database, uuid.uuid4(), document, "posted by mistake")

    def _post(self, database: Database, kind: str, lines: list[dict[str, Any]], **head: Any) -> stock.Posted:
        posted, _ = stock.post(database, uuid.uuid4(), {"type": kind, "lines": lines, **head})
        self.documents.append(posted.document_id)
        return posted

    def _items(self) -> list[int]:
        return self.dice.sample(self.world.items, self.dice.randint(1, 5))

    def _bin(self) -> int:
        return self.dice.choice(self.world.bins)

    def _price(self) -> str:
        return str(Decimal(self.dice.randint(850, 1150)) / 100)
