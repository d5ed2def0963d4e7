"""Benchmarks: each prints both sides and their ratio, measured in one run. `outpost bench NAME` starts them.

A bench that needs a database gets a server of its own with an empty installation, never the user's data.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from db.embedded import Server

Start = Callable[[], Server]
"""Starts the server with the schema installed; called only by benches that want one."""


def _gantt(start: Start) -> dict[str, Any]:
    from tests.bench import gantt

    return {**gantt.run(), "verdict": gantt.verdict(start())}


def _paint(start: Start) -> dict[str, Any]:
    from tests.bench import grid_paint

    return grid_paint.measure()


def _paste(start: Start) -> dict[str, Any]:
    from tests.bench import paste

    return paste.measure(start())


def _planning(start: Start) -> dict[str, Any]:
    from tests.bench import planning

    server = start()
    return planning.measure(server.dsn(), lambda world: server.dsn(user=world.login, password="clerk"))


def _posting(start: Start) -> dict[str, Any]:
    from tests.bench import posting

    server = start()
    return posting.measure(server.dsn(), lambda world: server.dsn(user=world.login, password="clerk"))


def _stock_on_hand(start: Start) -> dict[str, Any]:
    from tests.bench import stock_on_hand

    server = start()
    return stock_on_hand.measure(server.dsn(), lambda world: server.dsn(user=world.login, password="clerk"))


def _item_duplicates(start: Start) -> dict[str, Any]:
    from tests.bench import item_duplicates

    server = start()
    return item_duplicates.measure(server.dsn(), lambda world: server.dsn(user=world.login, password="clerk"))


def _lists(start: Start) -> dict[str, Any]:
    from tests.bench import grid_queries

    return grid_queries.measure(_dsn_of(start()), prefix="outpost")


def _export(start: Start) -> dict[str, Any]:
    from tests.bench import export

    return export.measure(_dsn_of(start()), prefix="outpost")


def _exactly_once(start: Start) -> dict[str, Any]:
    from tests.bench import exactly_once

    return exactly_once.measure(start())


def _mixed_work(start: Start) -> dict[str, Any]:
    from tests.bench import mixed_work

    return mixed_work.measure(start())


def _startup(start: Start) -> dict[str, Any]:
    from tests.bench import startup

    return startup.measure()


def _dsn_of(server: Server) -> Callable[[str | None], str]:
    """DSNs of the log-ins of `grid_world`; the owner's for None."""
    from tests.bench.grid_world import PASSWORD

    return lambda login: server.dsn(user=login, password=PASSWORD) if login else server.dsn()


BENCHES: dict[str, Callable[[Start], dict[str, Any]]] = {
    "exactly_once": _exactly_once,
    "export": _export,
    "gantt": _gantt,
    "item_duplicates": _item_duplicates,
    "lists": _lists,
    "mixed_work": _mixed_work,
    "paint": _paint,
    "paste": _paste,
    "planning": _planning,
    "posting": _posting,
    "startup": _startup,
    "stock_on_hand": _stock_on_hand,
}
