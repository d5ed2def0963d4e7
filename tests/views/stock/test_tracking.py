"""The page of a serial number, quarantine and transit: with real keys, on the store of the design's pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from db.errors import UserError
from db.session import Database
from desktop.operations import stock, stock_items, stock_lots
from desktop.operations.records import Draft
from desktop.runtime.bus import Bus
from desktop.runtime.context import Context, User
from desktop.runtime.settings import Settings
from desktop.runtime.work import Work
from desktop.views.stock.condition_page import ConditionPage
from desktop.views.stock.item_page import ItemPage
from desktop.views.stock.lot_page import LotPage
from desktop.widgets.lookup import LookupField
from desktop.widgets.page import Page
from tests.rooms import show
from tests.stock_shop import ORDER, Shop
from tests.views.stock.conftest import Bench

SERIAL = "75MP-20418"
Opened = Callable[[Callable[[Context], Page]], Any]


@pytest.fixture
def opened(qtbot: QtBot, shop: Shop, tmp_path: Path) -> Iterator[Opened]:
    work = Work(user_errors=(UserError,))
    context = Context(
        database=shop.clerk, work=work, bus=Bus(), user=User("clerk", "Zhou Min", "周敏", frozenset({"clerk"})),
        settings=Settings(tmp_path / "settings.json"), open=lambda key, args: None, toast=lambda *args, **words: None,
    )  # fmt: skip

    def make(build: Callable[[Context], Page]) -> Page:
        page = build(context)
        show(qtbot, page)
        page.refresh()
        qtbot.waitUntil(lambda: not work.running(), timeout=15000)
        return page

    yield make
    work.close()


def _lot(shop: Shop, code: str = SERIAL) -> int:
    return int(shop.value("select id from erp.lot where code = %s", code))


def _pick(qtbot: QtBot, field: QWidget, typed: str) -> None:
    """Type a code and take what the list offers."""
    assert isinstance(field, LookupField)
    field.setFocus()
    qtbot.keyClicks(field, typed)
    qtbot.waitUntil(lambda: field.is_open() and bool(field.offered()), timeout=10000)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: field.value() is not None, timeout=5000)


def test_a_piece_goes_in_and_out_of_a_machine_by_keys(qtbot: QtBot, shop: Shop, opened: Opened) -> None:
    shop.value("update erp.asset set name = 'Screw compressor 75S'")  # its search key is filled by trigger
    order = shop.clone.id("work_order", ORDER)
    line = {"item_id": shop.item("VLV-MPV-75"), "from_location_id": shop.place("B-02-4-1"), "quantity": 1,
            "lot_id": _lot(shop)}  # fmt: skip
    stock.post(shop.clerk, uuid4(), {"type": "issue", "work_order_id": order, "lines": [line]})
    page: LotPage = opened(lambda context: LotPage(context, _lot(shop)))
    assert [each.kind for each in page.card.life] == ["issue", "opening"] if page.card else False
    assert page.buttons["install"].isVisible() and not page.buttons["remove"].isVisible()
    qtbot.keyClick(page, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    assert page.strip.isVisible()
    qtbot.keyClick(page.strip.editors["asset_id"], Qt.Key.Key_Return)
    assert "Asset" in page.strip.message.full_text()
    _pick(qtbot, page.strip.editors["asset_id"], "CMP-NVK")
    qtbot.keyClick(page.strip.editors["asset_id"], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.card is not None and page.card.state == "installed", timeout=15000)
    assert not page.strip.isVisible() and page.card is not None and page.card.asset == "CMP-NVK-75S-0031"
    asset = shop.value("select min(id) from erp.asset")
    assert [part.serial for part in stock_lots.installed(shop.clerk, asset)] == [SERIAL]
    qtbot.keyClick(page, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(page.strip.editors["reason"], "leaks")
    qtbot.keyClick(page.strip.editors["reason"], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.card is not None and page.card.state == "issued", timeout=15000)
    assert page.card is not None and page.card.life[0].reason == "leaks"


def test_a_refusal_stays_in_the_strip_with_what_was_entered(qtbot: QtBot, shop: Shop, opened: Opened) -> None:
    page: LotPage = opened(lambda context: LotPage(context, _lot(shop)))
    assert page.card is not None and page.card.state == "in_stock"
    qtbot.keyClick(page, Qt.Key.Key_X, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(page.strip.editors["reason"], "cracked")
    qtbot.keyClick(page.strip.editors["reason"], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(page.strip.message.full_text()), timeout=15000)
    assert "VLV-MPV-75" in page.strip.message.full_text(), "the reserved piece is not free to be scrapped"
    assert page.strip.answers()["reason"] == "cracked"
    qtbot.keyClick(page.strip.editors["reason"], Qt.Key.Key_Escape)
    assert not page.strip.isVisible()


def test_stock_is_put_into_quarantine_by_keys(qtbot: QtBot, shop: Shop, opened: Opened) -> None:
    balance = shop.value("select id from erp.stock_balance where item_id = %s", shop.item("SNS-PT100-6"))
    page: ConditionPage = opened(lambda context: ConditionPage(context, [balance]))
    assert "good" not in _segments(page), "a clerk is not offered the release"
    qtbot.keyClick(page, Qt.Key.Key_F9)
    assert page.reason_field.is_wrong()
    page.table.model_.put(0, "quantity", Decimal(3))
    qtbot.keyClicks(page.reason, "wet")
    qtbot.keyClick(page, Qt.Key.Key_F9)
    query = "select quantity from erp.stock_balance where item_id = %s and condition = 'quarantine'"
    qtbot.waitUntil(lambda: shop.value(query, shop.item("SNS-PT100-6")) == 3, timeout=15000)
    assert shop.whole()


def _segments(page: ConditionPage) -> tuple[str, ...]:
    return tuple(button.segment.key for button in page.choice._buttons())


def test_goods_are_received_out_of_transit(qtbot: QtBot, shop: Shop, opened: Opened) -> None:
    line = {"item_id": shop.item("SNS-PT100-6"), "from_location_id": shop.place("D-01-1-7"), "quantity": 4,
            "to_location_id": shop.place("TRANSIT-1")}  # fmt: skip
    stock.post(shop.clerk, uuid4(), {"type": "transfer", "lines": [line]})
    balance = shop.value("select id from erp.stock_balance where location_id = %s", shop.place("TRANSIT-1"))
    page: ConditionPage = opened(lambda context: ConditionPage(context, [balance], transit=True))
    qtbot.keyClick(page, Qt.Key.Key_F9)
    assert page.place_field.is_wrong()
    _pick(qtbot, page.place, "A-03-1-2")
    qtbot.keyClick(page, Qt.Key.Key_F9)
    query = "select quantity from erp.stock_balance where item_id = %s and location_id = %s"
    place = shop.place("A-03-1-2")
    qtbot.waitUntil(lambda: shop.value(query, shop.item("SNS-PT100-6"), place) == 4, timeout=15000)


def test_packs_and_substitutes_are_kept_on_the_item(shop: Shop, steward_of_shop: Database, opened: Opened) -> None:
    item, other = shop.item("FLT-AIR-7502"), shop.item("FLT-OIL-7511")
    record = stock_items.load(steward_of_shop, item)
    packs = ((None, {"uom": "box", "factor": Decimal(12), "usage": "both", "barcode": "690001"}),)
    lines = {"packs": packs, "substitutes": ((None, {"substitute_id": other}),)}
    saved, changes = stock_items.save(steward_of_shop, record, Draft({}, lines))
    assert saved.lines["packs"][0].values["factor"] == 12 and changes.touches("item_uom")
    assert saved.lines["substitutes"][0].referred["substitute_id"].code == "FLT-OIL-7511"
    page: ItemPage = opened(lambda context: ItemPage(context, item))
    assert [line.values["uom"] for line in page.tables["packs"].model_.lines()] == ["box"]
    again, _ = stock_items.save(steward_of_shop, saved, Draft({}, {"packs": (), "substitutes": ()}))
    assert not again.lines["packs"] and not again.lines["substitutes"]


def test_the_code_of_a_box_counts_what_it_holds(bench: Bench) -> None:
    shop = bench.shop
    row = "insert into erp.item_uom (company_id, item_id, uom, factor, barcode) values (0, %s, 'box', 10, '6900010')"
    shop.value(row, shop.item("SNS-PT100-6"))
    bench.scan(ORDER, "6900010", "6900010", "SNS-PT100-6")
    line = bench.page.driver.draft.lines[bench.row_of("SNS-PT100-6")]
    assert line.quantity == 21
