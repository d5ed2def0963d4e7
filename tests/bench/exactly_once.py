"""Nothing lost, nothing doubled: posting while backends are killed, sockets are cut at COMMIT and the server crashes.

Eight clerks post receipts and take each as posted only when it was answered, repeating it until it is. An attack runs
until it has done its number; afterwards the ledger must hold exactly the answered documents and reconcile. The control
has clerks that make a new key for each try, and must double postings under cut sockets, or the attack proves nothing.

The numbers are those of the goals; `OUTPOST_ATTACKS=kills,cuts,crashes` (say `200,60,2`) makes it shorter.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import time
import uuid
from collections.abc import Callable
from typing import Any

import psutil
import psycopg2
from sqlalchemy import text

from db import embedded
from db.embedded import Server
from db.errors import BugError, UserError
from db.session import Database
from desktop.operations import stock
from tests.bench.cutting_proxy import CuttingProxy
from tests.stock_world import DIFFERENCES, World, make_world

CLERKS = 8
GOALS = (10_000, 3_000, 20)


def measure(server: Server) -> dict[str, Any]:
    """What each attack did, what was answered, what the ledger holds; `lost`, `doubled`, `differences` must be 0."""
    kills, cuts, crashes = _numbers()
    world = _prepare(server.dsn())
    return {
        "backend_kills": _survive(server, world, _kill_backends(kills)),
        "sockets_cut_at_commit": _survive(server, world, _cut_sockets(cuts)),
        "server_crashes": _survive(server, world, _crash(crashes)),
        "control_without_the_key": _survive(server, world, _cut_sockets(max(cuts // 10, 30)), key=False),
        "goals": dict(zip(("backend_kills", "sockets_cut_at_commit", "server_crashes"), GOALS, strict=True)),
    }


def _numbers() -> tuple[int, int, int]:
    given = os.environ.get("OUTPOST_ATTACKS")
    kills, cuts, crashes = (int(each) for each in given.split(",")) if given else GOALS
    return kills, cuts, crashes


def _prepare(owner_dsn: str) -> World:
    connection = psycopg2.connect(owner_dsn)
    with connection, connection.cursor() as cursor:
        world = make_world(cursor, items=20)
    connection.close()
    return world


# The clerks


def _clerk(dsn: str, world: World, seed: int, key: bool, stop: Any, answers: Any) -> None:
    """One clerk's process: receipts until told to stop, each repeated until it is answered."""
    dice = random.Random(seed)
    database = Database(dsn, pool_size=1)
    posted, wrong = 0, ""
    while not stop.is_set() and not wrong:
        document = {
            "type": "receipt",
            "lines": [
                {"item_id": item, "to_location_id": dice.choice(world.bins), "quantity": 1, "unit_cost": 10}
                for item in dice.sample(world.items, dice.randint(1, 4))
            ],
        }
        request, answered = uuid.uuid4(), False
        while not answered and not wrong:
            try:
                if key:
                    stock.post(database, request, document)
                else:
                    _post_with_a_new_key(database, document)
                answered = True
            except (UserError, BugError) as error:
                if not stock.outcome_unknown(error):
                    wrong = repr(error)
        posted += answered
    database.close()
    answers.put((posted, wrong))


def _post_with_a_new_key(database: Database, document: dict[str, Any]) -> None:
    """As a program does that knows no request ids: each try is a posting of its own."""
    with database.write() as session:
        call = text("select api.post_stock(:key, cast(:document as jsonb))")
        session.execute(call, {"key": uuid.uuid4(), "document": json.dumps(document)})


Attack = Callable[[Server, World, Any], int]
"""Attacks until its number is reached or the event is set; returns how often it struck."""


def _survive(server: Server, world: World, attack: tuple[Attack, bool], *, key: bool = True) -> dict[str, Any]:
    strike, through_proxy = attack
    context = multiprocessing.get_context("spawn")
    stop, answers = context.Event(), context.Queue()
    before = _documents(server)
    proxy = CuttingProxy(server.host, server.port) if through_proxy else None
    dsn = server.dsn(user=world.login, password="clerk")
    if proxy is not None:
        dsn = dsn.replace(f":{server.port}/", f":{proxy.port}/")
    clerks = [context.Process(target=_clerk, args=(dsn, world, seed, key, stop, answers)) for seed in range(CLERKS)]
    began = time.monotonic()
    for clerk in clerks:
        clerk.start()
    try:
        strikes = strike(server, world, proxy)
    finally:
        stop.set()
        if proxy is not None:
            proxy.spare()
    found = [answers.get(timeout=120) for _ in clerks]
    for clerk in clerks:
        clerk.join()
    seconds = time.monotonic() - began
    if proxy is not None:
        proxy.close()
    answered, written = sum(posted for posted, _ in found), _documents(server) - before
    return {
        "strikes": strikes,
        "answered": answered,
        "written": written,
        "lost": max(answered - written, 0),
        "doubled": max(written - answered, 0),
        "differences": _differences(server),
        "errors": [wrong for _, wrong in found if wrong],
        "seconds": round(seconds, 1),
    }


# The attacks


def _kill_backends(number: int) -> tuple[Attack, bool]:
    def strike(server: Server, world: World, _proxy: Any) -> int:
        killed = 0
        connection = psycopg2.connect(server.dsn())
        connection.autocommit = True
        with connection.cursor() as cursor:
            while killed < number:
                cursor.execute(
                    "select count(pg_terminate_backend(pid)) from (select pid from pg_stat_activity where usename = %s"
                    " and backend_type = 'client backend' and state = 'active' order by random() limit 1) x",
                    (world.login,),
                )
                killed += cursor.fetchone()[0]  # type: ignore[index]
                time.sleep(0.02)
        connection.close()
        return killed

    return strike, False


def _cut_sockets(number: int) -> tuple[Attack, bool]:
    def strike(_server: Server, _world: World, proxy: Any) -> int:
        while proxy.cuts < number:
            time.sleep(0.05)
        return int(proxy.cuts)

    return strike, True


def _crash(number: int) -> tuple[Attack, bool]:
    """Every process of the server at once, as when the power fails; then it starts again and recovers."""

    def strike(server: Server, _world: World, _proxy: Any) -> int:
        for _ in range(number):
            time.sleep(random.uniform(1.0, 2.5))
            postmaster = _postmaster(server)
            family = [postmaster, *postmaster.children(recursive=True)]
            for process in family:
                try:
                    process.send_signal(signal.SIGKILL)
                except psutil.NoSuchProcess:
                    continue
            psutil.wait_procs(family, timeout=10)
            embedded.start(server.home)
        return number

    return strike, False


def _postmaster(server: Server) -> psutil.Process:
    connection = psycopg2.connect(server.dsn())
    with connection, connection.cursor() as cursor:
        cursor.execute("select pg_read_file('postmaster.pid')")
        pid = int(cursor.fetchone()[0].splitlines()[0])  # type: ignore[index]
    connection.close()
    return psutil.Process(pid)


# What the ledger says


def _one(server: Server, query: str) -> int:
    connection = psycopg2.connect(server.dsn())
    with connection, connection.cursor() as cursor:
        cursor.execute(query)
        found = int(cursor.fetchone()[0])  # type: ignore[index]
    connection.close()
    return found


def _documents(server: Server) -> int:
    return _one(server, "select count(*) from erp.stock_document")


def _differences(server: Server) -> int:
    return _one(server, DIFFERENCES)


def passed(result: dict[str, Any]) -> bool:
    """True when every attack left the ledger whole and the control did not."""
    attacks = ("backend_kills", "sockets_cut_at_commit", "server_crashes")
    whole = all(
        not any(result[each][figure] for figure in ("lost", "doubled", "differences", "errors")) for each in attacks
    )
    return whole and result["control_without_the_key"]["doubled"] > 0
