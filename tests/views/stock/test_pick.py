"""Fetching by a pick list with a scanner and keys alone, and the desk and the lists that lead there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from db.errors import UserError
from desktop.desks.lists import list_page
from desktop.domain.stock import Level
from desktop.lists.all_lists import list_for
from desktop.operations import picking
from desktop.runtime.bus import Bus
from desktop.runtime.context import Context, User
from desktop.runtime.settings import Settings
from desktop.runtime.work import Work
from desktop.views.stock import desk_papers
from desktop.views.stock.pick_page import PickPage
from tests.operations.stock.test_reserving import needs, order
from tests.rooms import show
from tests.stock_shop import Shop
from tests.views.stock.conftest import Bench


@dataclass
class Desk:
    qtbot: QtBot
    page: PickPage
    context: Context
    opened: list[tuple[str, Any]] = field(default_factory=list)

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: not self.context.work.running() and not self.page.walk.sent, timeout=15000)

    def type(self, text: str) -> None:
        self.qtbot.keyClicks(self.page.scan.field, text)
        self.qtbot.keyClick(self.page.scan.field, Qt.Key.Key_Return)
        self.settle()

    def scan(self, *codes: str) -> None:
        for code in codes:
            assert self.page.handle_scan(code)
            self.settle()

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        if not self.page.isActiveWindow():
            with self.qtbot.waitActive(self.page):
                self.page.activateWindow()
        self.qtbot.keyClick(self.page.scan.field, key, modifier)
        self.settle()

    def said(self) -> tuple[Level, str]:
        shown = self.page.scan.band.feedback()
        assert shown is not None
        return shown.level, shown.headline

    def column(self, key: str) -> list[str]:
        return [row.cells[key].text for row in self.page.table.rows()]


@pytest.fixture
def make_desk(qtbot: QtBot, shop: Shop, tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    works: list[Work] = []

    def make(list_id: int | None = None, *, kept: dict[str, Any] | None = None) -> Desk:
        work = Work(user_errors=(UserError,))
        works.append(work)
        opened: list[tuple[str, Any]] = []
        context = Context(
            database=shop.clerk,
            work=work,
            bus=Bus(),
            user=User("clerk", "Zhou Min", "周敏", frozenset({"clerk"})),
            settings=Settings(tmp_path / f"settings{len(works)}.json"),
            open=lambda key, args: opened.append((key, args)),
            toast=lambda *args, **words: None,
        )
        page = PickPage(context, list_id)
        if kept is not None:
            page.restore(kept)
        desk = Desk(qtbot, page, context, opened)
        show(qtbot, page)
        page.refresh()
        desk.settle()
        page.scan.field.setFocus()
        return desk

    yield make
    for work in works:
        work.close()


@pytest.fixture
def orders(shop: Shop) -> tuple[int, int]:
    first, second = order(shop, "WO-A", state="working"), order(shop, "WO-B")
    needs(shop, first, SNS_PT100_6=2, FLT_AIR_7502=1)
    needs(shop, second, SNS_PT100_6=3, GSK_NBR_120=2)
    return first, second


def test_two_orders_are_fetched_in_one_walk_without_a_mouse(
    make_desk: Callable[..., Desk], shop: Shop, orders: tuple[int, int]
) -> None:
    desk = make_desk()
    desk.scan("WO-A", "WO-B")
    assert desk.column("order") == ["WO-A", "WO-B"]
    desk.key(Qt.Key.Key_F9)
    assert desk.column("bin") == ["A-03-1-2", "A-05-3-2", "D-01-1-7", "D-01-1-7"]
    desk.scan("A-03-1-2", "FLT-AIR-7502", "A-05-3-2", "L2610-02", "L2610-02", "D-01-1-7", *["SNS-PT100-6"] * 2)
    assert desk.column("taken") == ["1", "2", "2", "–"]
    desk.scan("SNS-PT100-6")
    desk.type("3")
    assert desk.column("taken") == ["1", "2", "2", "3"]
    assert desk.page.walk.left == 0
    desk.key(Qt.Key.Key_F9)
    assert desk.said()[0] is Level.OK
    assert desk.page.found is not None and desk.page.found.state == "done"
    assert desk.column("issued") == ["1", "2", "2", "3"]
    assert (shop.on_hand("SNS-PT100-6"), shop.on_hand("GSK-NBR-120")) == (37, 38)
    assert shop.whole()
    desk.key(Qt.Key.Key_F9)
    assert shop.on_hand("SNS-PT100-6") == 37


def test_what_is_short_says_why_and_goes_on(
    make_desk: Callable[..., Desk], shop: Shop, orders: tuple[int, int]
) -> None:
    (made,), _ = picking.start(shop.clerk, orders[:1])
    desk = make_desk(made)
    desk.scan("D-01-1-7", "SNS-PT100-6")
    desk.key(Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    assert desk.page.short.isVisible()
    desk.qtbot.keyClick(desk.page.short, Qt.Key.Key_1)
    desk.settle()
    assert not desk.page.short.isVisible() and desk.column("short")[1] == "Missing"
    assert desk.page.walk.current == 0, "the filter is still to be fetched"
    desk.key(Qt.Key.Key_F9)
    assert desk.said()[0] is Level.EXTRA
    assert desk.column("issued") == ["–", "1"] and desk.column("short")[1] == "1 · Missing"
    assert shop.value("select count(*) from erp.stock_count") == 1
    assert shop.whole()


def test_wrong_codes_change_nothing(make_desk: Callable[..., Desk], shop: Shop, orders: tuple[int, int]) -> None:
    (made,), _ = picking.start(shop.clerk, orders[:1])
    desk = make_desk(made)
    desk.scan("A-03-1-2")
    for code, words in (
        ("NO-SUCH", "Unknown code"), ("SNS-PT100-6", "Wrong bin"), ("BLT-XPB-2500", "Not on this list"),
    ):  # fmt: skip
        desk.scan(code)
        assert desk.said() == (Level.BAD, words)
    desk.scan("FLT-AIR-7502", "FLT-AIR-7502")
    assert desk.said() == (Level.BAD, "All of it is taken")
    assert desk.column("taken") == ["1", "–"]
    desk.key(Qt.Key.Key_Delete)
    assert desk.column("taken") == ["–", "–"]
    desk.key(Qt.Key.Key_F9)
    assert desk.said() == (Level.BAD, "Nothing was taken yet")


def test_a_refused_quantity_stays_red_and_nothing_is_lost(
    make_desk: Callable[..., Desk], shop: Shop, orders: tuple[int, int]
) -> None:
    (made,), _ = picking.start(shop.clerk, orders[:1])
    desk = make_desk(made)
    desk.type("1.5")
    assert desk.page.table.rows()[0].message is not None and desk.column("taken")[0] == "1.5"
    kept = dict(desk.page.state())
    again = make_desk(kept=kept)
    assert again.column("taken")[0] == "1.5" and again.page.table.rows()[0].message is not None
    again.page.walk = again.page.walk.__class__(again.page.walk.lines, 0, "", again.page.walk.waiting)
    again.type("1")
    assert again.column("taken")[0] == "1" and not again.page.walk.unsaved


def test_the_desk_opens_a_scanned_list(bench: Bench, shop: Shop, orders: tuple[int, int]) -> None:
    (made,), _ = picking.start(shop.clerk, orders)
    bench.scan(picking.load(shop.clerk, made).number)
    assert bench.opened == [("pick_list", made)]


def test_the_demand_list_sets_aside_and_starts_the_walk(
    make_desk: Callable[..., Desk], shop: Shop, orders: tuple[int, int], qtbot: QtBot
) -> None:
    desk = make_desk()
    demand = list_page(desk.context, list_for("part_demand"))
    show(qtbot, demand, 1200, 600)
    demand.refresh()
    qtbot.waitUntil(lambda: demand.model.rowCount() == 4, timeout=10000)
    demand.grid.setFocus()
    demand.grid.set_cursor(0, 0)
    qtbot.waitUntil(lambda: demand.grid.current() is not None, timeout=10000)
    qtbot.keyClick(demand.grid, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    kept = "select count(*) from erp.reservation where work_order_id = any (%s)"
    qtbot.waitUntil(lambda: shop.value(kept, list(orders)) == 2, timeout=10000)
    desk.settle()
    qtbot.waitUntil(lambda: demand.grid.current() is not None, timeout=10000)
    qtbot.keyClick(demand.grid, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: bool(desk.opened), timeout=10000)
    assert desk.opened[0][0] == "pick_list"


def test_ctrl_p_prints_the_walk_with_its_orders(
    make_desk: Callable[..., Desk], shop: Shop, orders: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Path] = []
    monkeypatch.setattr(desk_papers, "open_file", lambda url: shown.append(Path(url.toLocalFile())))
    (made,), _ = picking.start(shop.clerk, orders)
    desk = make_desk(made)
    desk.qtbot.keyClick(desk.page.scan.field, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    desk.qtbot.waitUntil(lambda: bool(shown), timeout=10000)
    words = pypdfium2.PdfDocument(str(shown[0]))[0].get_textpage().get_text_range()
    for each in ("PCK-", "D-01-1-7", "SNS-PT100-6", "WO-A", "WO-B", "L2610-02"):
        assert each in words
