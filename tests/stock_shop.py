"""The store of the design's pictures: a compressor order with eight reserved parts, a purchase order, lots.

Made by plain SQL and posted by the posting functions, once for a server; each test gets a copy. All share the log-ins.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import psycopg2

from db.embedded import Server
from db.session import Database
from tests import templates
from tests.db.conftest import World as Clone
from tests.db.conftest import clone
from tests.stock_world import World, make_world

ORDER, PURCHASE = "WO-2611-0482", "PO-2611-0093"
_COMPANY = ZoneInfo("Asia/Shanghai")
_TIMES = """
    update erp.work_order set reported_at = now() - interval '188 minutes', due_at = now() + interval '52 minutes'
    where number = %s
"""
_PARTS: tuple[tuple[str, str, str, str, str, str, float, int, int], ...] = (
    # code, name, Chinese name, unit, lot, bin, cost, on hand, reserved
    ("FLT-AIR-7502", "Air filter element 75S", "空气滤芯 75S", "pc", "", "A-03-1-2", 186, 12, 1),
    ("FLT-OIL-7511", "Oil filter 75S", "机油滤清器 75S", "pc", "", "A-03-1-4", 94.5, 25, 2),
    ("OIL-SCR-46-20", "Screw oil VG46, 20 L", "螺杆油 VG46 20 L", "can", "L2609-14", "C-01-0-3", 612, 17, 3),
    ("VLV-MPV-75", "Min-pressure valve kit", "最小压力阀组件", "set", "75MP-20418", "B-02-4-1", 1240, 1, 1),
    ("GSK-NBR-120", "NBR gasket 120 mm", "丁腈密封垫 120 mm", "pc", "L2610-02", "A-05-3-2", 6.8, 40, 4),
    ("SEP-OIL-7520", "Oil separator 75S", "油气分离芯 75S", "pc", "", "A-03-2-1", 745, 3, 1),
    ("BLT-XPB-2500", "V-belt XPB 2500", "三角带 XPB 2500", "pc", "", "A-04-1-1", 132, 16, 2),
    ("CLN-DEG-05", "Degreaser, 5 L", "除油剂 5 L", "can", "L2608-31", "C-02-0-1", 88, 9, 1),
    ("SEP-OIL-7710", "Oil separator 110S", "油气分离芯 110S", "pc", "", "A-03-2-4", 880, 5, 0),
    ("SNS-PT100-6", "PT100 sensor, 6 mm", "PT100 温度传感器 6 mm", "pc", "", "D-01-1-7", 78, 42, 0),
)


@dataclass(frozen=True)
class Shop:
    """A clone with the store in it. `clerk` and `colleague` are open log-ins of branch 1."""

    world: World
    clone: Clone
    clerk: Database
    colleague: Database

    def value(self, query: str, *values: object) -> Any:
        return self.clone.value(query, *values)

    def item(self, code: str) -> int:
        return self.clone.id("item", code)

    def place(self, code: str) -> int:
        return self.clone.id("stock_location", code)

    def on_hand(self, code: str) -> int:
        return int(
            self.value(
                "select coalesce(sum(b.quantity), 0) from erp.stock_balance b join erp.item i on i.id = b.item_id"
                " join erp.stock_location l on l.id = b.location_id and l.kind <> 'in_transit'"
                " where i.code = %s and b.condition = 'good'",
                code,
            )
        )

    def opened(self, days: int) -> None:
        """Its opening stock has lain there for so many days: a document of an earlier day finds it."""
        with self.clone.owner.raw() as connection, connection.cursor() as cursor:
            cursor.execute("set local session_replication_role = replica")
            for table, key in (("stock_document", "id"), ("stock_move", "document_id")):
                cursor.execute(
                    f"update erp.{table} set effective_at = now() - make_interval(days => %s)"
                    f" where {key} in (select id from erp.stock_document where document_type = 'opening')",
                    (days,),
                )

    def whole(self) -> bool:
        """True when the ledger reconciles."""
        return self.value("select count(*) from api.reconcile()") == 0


def _post(cursor: Any, document: dict[str, object]) -> None:
    cursor.execute("select api.post_stock(%s, %s)", (str(uuid.uuid4()), json.dumps(document)))


def _fill(cursor: Any, world: World) -> None:
    cursor.execute(
        "insert into erp.unit_of_measure (code, name, name_zh, digits)"
        " values ('can', 'can', '桶', 0), ('set', 'set', '套', 0) on conflict do nothing"
    )
    lines: list[dict[str, object]] = []
    ids: dict[str, int] = {}
    for code, name, name_zh, unit, lot, place, cost, stock, _ in _PARTS:
        tracking = "serial" if code == "VLV-MPV-75" else "lot" if lot else "none"
        cursor.execute(
            "insert into erp.item (company_id, org_unit_id, code, name, name_zh, uom, tracking, standard_cost)"
            " select company_id, id, %s, %s, %s, %s, %s, %s from erp.org_unit"
            " where company_id = %s and kind = 'company'"
            " returning id",
            (code, name, name_zh, unit, tracking, cost, world.company),
        )
        ids[code] = cursor.fetchone()[0]
        cursor.execute(
            "insert into erp.stock_location (company_id, org_unit_id, kind, code, name, name_zh)"
            " values (%s, %s, 'bin', %s, %s, %s) returning id",
            (world.company, world.branch, place, f"Central store, aisle {place[2:4]}", f"中心库 {place[3]} 排"),
        )
        where = cursor.fetchone()[0]
        lines.append(
            {"item_id": ids[code], "to_location_id": where, "quantity": stock, "unit_cost": cost, "lot": lot or None}
        )
    _post(cursor, {"type": "opening", "lines": lines})
    order = _order(cursor, world)
    for code, *_, reserved in _PARTS:
        if reserved:
            cursor.execute("select api.reserve(%s, %s, %s)", (order, ids[code], reserved))
    cursor.execute(
        "insert into erp.item_fit (item_id, model) values (%s, '110S'), (%s, '75S')",
        (ids["SEP-OIL-7710"], ids["SNS-PT100-6"]),
    )
    cursor.execute(
        "insert into erp.item_substitute (item_id, substitute_id) values (%s, %s)",
        (ids["SEP-OIL-7520"], ids["SEP-OIL-7710"]),
    )
    _purchase(cursor, world, ids)


def _order(cursor: Any, world: World) -> int:
    cursor.execute(
        "insert into erp.party (company_id, code, name, name_zh, is_customer, customer_class)"
        " values (%s, 'C-1', 'Huarui Precision', '华瑞精密', true, 'strategic') returning id",
        (world.company,),
    )
    customer = cursor.fetchone()[0]
    cursor.execute("set local session_replication_role = replica")
    cursor.execute(
        "insert into erp.asset (company_id, org_unit_id, code, name, model)"
        " values (%s, %s, 'CMP-NVK-75S-0031', 'Screw compressor', '75S') returning id",
        (world.company, world.branch),
    )
    asset = cursor.fetchone()[0]
    cursor.execute(
        "insert into erp.work_order (company_id, org_unit_id, number, title, title_zh, state, priority, asset_id,"
        " customer_id, engineer_id)"
        " values (%s, %s, %s, 'Annual service, replace valve kit', '年度保养并更换最小压力阀',"
        " 'working', 'P2', %s, %s, %s) returning id",
        (world.company, world.branch, ORDER, asset, customer, world.engineer),
    )
    found = int(cursor.fetchone()[0])
    cursor.execute("set local session_replication_role = origin")
    return found


def _purchase(cursor: Any, world: World, ids: dict[str, int]) -> None:
    cursor.execute(
        "insert into erp.purchase_order (company_id, org_unit_id, number, supplier_id, state, ordered_on, promised_on)"
        " values (%s, %s, %s, %s, 'ordered', current_date - 9, current_date + 3) returning id",
        (world.company, world.branch, PURCHASE, world.supplier),
    )
    order = cursor.fetchone()[0]
    for number, (code, quantity, price) in enumerate(
        (("FLT-AIR-7502", 20, 180), ("GSK-NBR-120", 200, 6.5), ("SEP-OIL-7520", 4, 740)), start=1
    ):
        cursor.execute(
            "insert into erp.purchase_order_line (purchase_order_id, line_no, item_id, quantity, unit_price)"
            " values (%s, %s, %s, %s, %s)",
            (order, number, ids[code], quantity, price),
        )


@cache
def _stocked(server: Server, day: date) -> tuple[str, World]:
    """The store as it was filled on a day of the company's, once for a server."""
    name = templates.copy(server, templates.schema(server), f"outpost_shop_{day:%Y%m%d}")
    connection = psycopg2.connect(server.dsn(name))
    with connection, connection.cursor() as cursor:
        world = make_world(cursor, prefix="shop")
        _fill(cursor, world)
    connection.close()
    return name, world


@contextmanager
def open_shop(server: Server) -> Iterator[Shop]:
    template, world = _stocked(server, datetime.now(_COMPANY).date())
    clones = clone(server, template)
    made = next(clones)
    with made.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute("begin")
        cursor.execute("set local session_replication_role = replica")
        cursor.execute(_TIMES, (ORDER,))
        cursor.execute("commit")
    databases = [Database(server.dsn(made.name, world.login, "clerk")) for _ in range(2)]
    try:
        yield Shop(world, made, databases[0], databases[1])
    finally:
        for database in databases:
            database.close()
        for _ in clones:
            pass
