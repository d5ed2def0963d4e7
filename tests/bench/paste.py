"""Five thousand rows from Excel: the dry run until its difference can be shown, the save, the undo.

Three ways of the program, each with a real log-in and from the text of the clipboard on: opening balances at the
stock desk (the import's preview), items in a plain grid, a supplier's price list. Beside each the smallest thing that
keeps the same rows: one statement with arrays through the same log-in, so that rights, constraints and audit are on
both sides.
"""

from __future__ import annotations

import gc
import json
import time
import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

import psycopg2

from db import users
from db.embedded import Server
from db.session import Database, connect
from desktop.domain.clipboard import parse
from desktop.domain.progress import Progress
from desktop.exchange.clipboard_file import write_clipboard
from desktop.lists.all_lists import list_for
from desktop.lists.query import ListQuery
from desktop.models.list_pages import Shape, infos_of
from desktop.models.paste import check, map_columns, recognise
from desktop.operations.importing import target
from desktop.operations.lists import source_for
from desktop.views.platform import import_session
from desktop.widgets.list_wiring import SqlPaste
from tests.stock_world import DIFFERENCES, World, make_world

ROWS = 5_000
BINS = 40
_PASSWORD = "bench-Paste-2026"
_BARE_ITEMS = """
    insert into erp.item (company_id, org_unit_id, code, name, standard_cost)
    select %s, %s, n.code, n.name, n.cost from unnest(%s::text[], %s::text[], %s::numeric[]) as n (code, name, cost)
"""
_BARE_PRICES = """
    insert into erp.supplier_price (company_id, org_unit_id, item_id, supplier_id, unit_price, valid_from)
    select %s, %s, n.item, %s, n.price, %s from unnest(%s::bigint[], %s::numeric[]) as n (item, price)
"""


def measure(server: Server, *, rows: int = ROWS) -> dict[str, Any]:
    world = _prepare(server, rows)
    try:
        return {
            "rows": rows,
            "opening_balances": _openings(server, world, rows),
            "items": _items(server, world, rows),
            "price_list": _prices(server, world, rows),
            "goals": {"dry_run_s": 2, "save_s": 3},
        }
    finally:
        with psycopg2.connect(server.dsn()) as owner, owner.cursor() as cursor:
            cursor.execute(DIFFERENCES)
            if cursor.fetchone() != (0,):
                raise RuntimeError("the books do not add up")


def _prepare(server: Server, rows: int) -> World:
    with psycopg2.connect(server.dsn()) as owner, owner.cursor() as cursor:
        world = make_world(cursor, items=rows, bins=BINS, prefix="paste")
        cursor.execute(
            "insert into erp.party_unit (party_id, org_unit_id) values (%s, %s)", (world.supplier, world.branch)
        )
        cursor.execute("select parent_id from erp.org_unit where id = %s", (world.branch,))
        root = int((cursor.fetchone() or (0,))[0])
    with connect(server.dsn()) as owner_of_all:
        for job, unit in (("steward", root), ("buyer", world.branch)):
            users.create_user(
                owner_of_all, user_name=f"paste_{job}", password=_PASSWORD, roles=[job], units=[unit],
                display_name=job, login=f"outpost_paste_{job}", company_id=world.company,
            )  # fmt: skip
    with psycopg2.connect(server.dsn()) as owner:
        owner.autocommit = True
        owner.cursor().execute("analyze")
    return world


def _openings(server: Server, world: World, rows: int) -> dict[str, float]:
    lines = [f"PART-{n:03}\tA-{n % BINS:02}\t{n % 90 + 1}\t{n % 500 + 1}.25" for n in range(rows)]
    clipboard = "\n".join(("Item no.\tBin\tQuantity\tUnit cost", *lines))
    goal = target("opening_balances")
    dsn = server.dsn(user="outpost_paste_steward", password=_PASSWORD)  # a clerk opens little
    with connect(dsn) as database:
        begin = time.perf_counter()
        file = write_clipboard(clipboard)
        if file is None or goal is None:
            raise RuntimeError("nothing was pasted")
        prepared = import_session.open_source(database, file, Progress(), goal)
        checked = import_session.check(database, prepared, Progress())
        shown = time.perf_counter()
        import_session.write(database, prepared, checked, frozenset(), Progress())
        saved = time.perf_counter()
        if checked.plan.count("new") != rows:
            raise RuntimeError(str(checked.plan.counts()))
    document = {
        "type": "opening", "reason": "bench",
        "lines": [
            {"item_id": item, "to_location_id": world.bins[n % BINS], "quantity": 3, "unit_cost": n % 500 + 1.25}
            for n, item in enumerate(world.items[:rows])
        ],
    }  # fmt: skip
    bare = _bare(dsn, "select api.post_stock(%s, %s)", (str(uuid.uuid4()), json.dumps(document)))
    return _figures(shown - begin, saved - shown, bare)


def _items(server: Server, world: World, rows: int) -> dict[str, float]:
    """Half of them there and dearer, half new."""
    half = rows // 2
    lines = [f"PART-{n:03}\tPart {n}\t{n % 700 + 11}.40" for n in range(half)]
    lines += [f"FRESH-{n:05}\tFresh part {n}\t{n % 700 + 1}.10" for n in range(rows - half)]
    clipboard = "\n".join(("Item no.\tItem\tStandard cost", *lines))
    dsn = server.dsn(user="outpost_paste_steward", password=_PASSWORD)
    with connect(dsn) as database:
        figures = _pasted(database, "items", clipboard, (half, rows - half))
    codes = [f"BARE-{n:05}" for n in range(rows)]
    with psycopg2.connect(server.dsn()) as owner, owner.cursor() as cursor:
        cursor.execute("select org_unit_id from erp.item where id = %s", (world.items[0],))
        root = int((cursor.fetchone() or (0,))[0])
    bare = _bare(dsn, _BARE_ITEMS, (world.company, root, codes, codes, [7] * rows))
    return _figures(*figures[:2], bare, figures[2])


def _prices(server: Server, world: World, rows: int) -> dict[str, float]:
    lines = [f"SUP-1\tPART-{n:03}\t{n % 900 + 1}.75\tRMB\t2026-01-01" for n in range(rows)]
    clipboard = "\n".join(("Supplier\tItem no.\tUnit price\tCurrency\tValid from", *lines))
    dsn = server.dsn(user="outpost_paste_buyer", password=_PASSWORD)
    with connect(dsn) as database:
        figures = _pasted(database, "supplier_prices", clipboard, (0, rows))
    day = date(2026, 1, 1)
    given = (world.company, world.branch, world.supplier, day, list(world.items[:rows]), [7] * rows)
    return _figures(*figures[:2], _bare(dsn, _BARE_PRICES, given), figures[2])


def _pasted(database: Database, key: str, clipboard: str, wanted: tuple[int, int]) -> tuple[float, float, float]:
    """What the list page does at Ctrl+V, F9 and Ctrl+Z: seconds of the dry run, the save and the undo."""
    source = source_for(database, list_for(key), "en")
    backend = SqlPaste(source)
    query = ListQuery(tuple(info.key for info in source.columns()))
    infos = infos_of(source.columns(), query)
    gc.collect()
    begin = time.perf_counter()
    pasted = recognise(parse(clipboard), infos, backend.aliases())
    mapping = map_columns(pasted, infos, 0, backend.aliases())
    code = source.spec.code_column
    checked = check(source, query, Shape(infos), pasted, mapping, (), title=key, code=code, trial=backend)
    shown = time.perf_counter()
    counts = checked.plan.counts()
    if (counts["changed"], counts["new"]) != wanted:
        raise RuntimeError(f"{key}: {counts} {[fault.fault.text() for fault in checked.plan.faults()[:3]]}")
    accepted = checked.accepted(frozenset())
    if accepted is None:
        raise RuntimeError("not tried")
    again = time.perf_counter()
    result = backend.save(query, accepted, "bench")
    saved = time.perf_counter()
    if result.undo is None:
        raise RuntimeError("the block was not saved")
    begun = time.perf_counter()
    if backend.undo(query, result.undo, "bench-undo").undo is None:
        raise RuntimeError("the block was not taken back")
    return shown - begin, saved - again, time.perf_counter() - begun


def _bare(dsn: str, statement: str, values: Sequence[object]) -> float:
    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        begin = time.perf_counter()
        cursor.execute(statement, values)
        connection.commit()
        return time.perf_counter() - begin


def _figures(dry: float, save: float, bare: float, undo: float | None = None) -> dict[str, float]:
    found = {"dry_run_s": dry, "save_s": save, "bare_s": bare, "save_to_bare": save / bare}
    if undo is not None:
        found["undo_s"] = undo
    return {name: round(value, 2) for name, value in found.items()}
