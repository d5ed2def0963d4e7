"""Do we have it, in Ctrl+K itself: the figures beside the hits, from a real database, by keys."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from db import users
from db.errors import UserError
from db.session import Database
from desktop.desks import DESKS
from desktop.desks.providers import search_provider
from desktop.operations import stock_desk
from desktop.runtime.bus import Bus
from desktop.runtime.context import User
from desktop.runtime.settings import Settings
from desktop.runtime.work import Work
from desktop.views.shell.session import Session
from desktop.views.shell.window import MainWindow
from desktop.views.stock import part_peek as peeks
from desktop.views.stock.desk_page import StockDesk
from desktop.views.stock.part_page import PartPage
from desktop.views.stock.part_peek import PartPeek, part_peek
from tests.db.conftest import PASSWORD, PREFIX
from tests.rooms import show
from tests.stock_shop import Shop

CTRL = Qt.KeyboardModifier.ControlModifier
CLERK = User("clerk", "Zhou Min", "周敏", frozenset({"clerk"}))


@pytest.fixture
def make_window(qtbot: QtBot, shop: Shop, tmp_path: Path) -> Iterator[Callable[[], MainWindow]]:
    work = Work(user_errors=(UserError,))
    made: list[MainWindow] = []

    def make() -> MainWindow:
        window = MainWindow(Session(
            database=shop.clerk, user=CLERK, place="outpost@db1", work=work, bus=Bus(),
            settings=Settings(tmp_path / "settings.json"), desks=DESKS, search=search_provider(shop.clerk),
            peek=part_peek(shop.clerk, CLERK), version="1.0",
        ))  # fmt: skip
        show(qtbot, window, 1366, 768)
        window.open("stock_desk")
        made.append(window)
        return window

    yield make
    for window in made:
        window.scans.stop()
        window.idle.stop()
    work.close()


def _ask(window: MainWindow, qtbot: QtBot, fragment: str) -> PartPeek:
    page = window.current_page()
    assert isinstance(page, StockDesk)
    QTest.keyClick(page.scan.field, Qt.Key.Key_K, CTRL)
    QTest.keyClicks(window.palette_popup.input, fragment)
    pane = window.palette_popup.pane
    assert isinstance(pane, PartPeek)
    qtbot.waitUntil(lambda: bool(window.palette_popup.list.rows()), timeout=90_000)
    return pane


def _shows(pane: PartPeek, code: str) -> Callable[[], bool]:
    return lambda: (found := pane.overview()) is not None and found.part.code == code


def test_arrows_run_through_the_hits_and_the_pane_follows(make_window: Callable[[], MainWindow], qtbot: QtBot) -> None:
    window = make_window()
    pane = _ask(window, qtbot, "SEP-OIL")
    popup = window.palette_popup
    qtbot.waitUntil(lambda: len([each for each in popup.list.rows() if each.code]) == 2, timeout=90_000)
    codes = [each.code for each in popup.list.rows()[:2]]
    qtbot.waitUntil(_shows(pane, codes[0]), timeout=90_000)
    assert pane.isVisible() and sorted(codes) == ["SEP-OIL-7520", "SEP-OIL-7710"]
    QTest.keyClick(popup.input, Qt.Key.Key_Down)
    qtbot.waitUntil(_shows(pane, codes[1]), timeout=90_000)
    QTest.keyClick(popup.input, Qt.Key.Key_Up)
    assert _shows(pane, codes[0])()  # known already: at once
    at = codes.index("SEP-OIL-7520")
    if at:
        QTest.keyClick(popup.input, Qt.Key.Key_Down)
    said = pane.accessibleName()
    assert "Available 2 pc" in said and "On hand 3 pc" in said and "Reserved 1 pc" in said
    assert "On order 4 arrives" in said and "A-03-2-1 3" in said and "Substitutes SEP-OIL-7710" in said


def test_bad_stock_is_on_hand_and_not_free(
    make_window: Callable[[], MainWindow], qtbot: QtBot, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = {"item_id": shop.item("SEP-OIL-7520"), "from_location_id": shop.place("A-03-2-1"), "quantity": 2,
            "to_location_id": shop.place("A-03-2-1"), "from_condition": "good", "to_condition": "bad"}  # fmt: skip
    shop.value("select api.post_stock(%s, %s)", str(uuid4()), json.dumps(
        {"type": "adjustment", "reason": "dented", "lines": [line]}))  # fmt: skip
    pane = _ask(make_window(), qtbot, "SEP-OIL-7520")
    qtbot.waitUntil(_shows(pane, "SEP-OIL-7520"), timeout=90_000)
    said = pane.accessibleName()
    assert "A-03-2-1 2 Bad Free 0" in said and "A-03-2-1 1 Free 0" in said and "Available 0 pc" in said
    painted: list[str] = []
    plain = peeks.draw_text
    monkeypatch.setattr(peeks, "draw_text", lambda *told: (painted.append(told[2]), plain(*told)))
    pane.grab()
    at = painted.index("Bad")
    assert painted[at - 1 : at + 3] == ["A-03-2-1", "Bad", "2", "0"]


def test_the_list_has_the_whole_width_where_nothing_is_a_part(
    make_window: Callable[[], MainWindow], qtbot: QtBot
) -> None:
    window = make_window()
    pane = _ask(window, qtbot, "SEP-OIL-7520")
    qtbot.waitUntil(_shows(pane, "SEP-OIL-7520"), timeout=90_000)
    wide = window.palette_popup.width()
    window.palette_popup.input.selectAll()
    QTest.keyClicks(window.palette_popup.input, "purchase orders")
    qtbot.waitUntil(lambda: not pane.isVisible(), timeout=90_000)
    assert window.palette_popup.width() < wide


def test_enter_opens_the_part(make_window: Callable[[], MainWindow], qtbot: QtBot) -> None:
    window = make_window()
    pane = _ask(window, qtbot, "SEP-OIL-7520")
    qtbot.waitUntil(_shows(pane, "SEP-OIL-7520"), timeout=90_000)
    QTest.keyClick(window.palette_popup.input, Qt.Key.Key_Return)
    page = window.current_page()
    assert isinstance(page, PartPage) and not window.palette_popup.isVisible()


def test_ctrl_enter_takes_it_into_what_is_open_at_the_desk(make_window: Callable[[], MainWindow], qtbot: QtBot) -> None:
    window = make_window()
    desk = window.current_page()
    assert isinstance(desk, StockDesk)
    QTest.keyClick(desk.scan.field, Qt.Key.Key_5, CTRL)
    QTest.keyClicks(desk.scan.field, "D-01-1-7")
    QTest.keyClick(desk.scan.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.driver.draft.from_place is not None, timeout=90_000)
    pane = _ask(window, qtbot, "SNS-PT")
    qtbot.waitUntil(_shows(pane, "SNS-PT100-6"), timeout=90_000)
    QTest.keyClick(window.palette_popup.input, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: bool(desk.driver.draft.lines), timeout=90_000)
    line = desk.driver.draft.lines[0]
    assert (line.part.code, line.quantity, line.location) == ("SNS-PT100-6", 1, "D-01-1-7")
    assert window.current_page() is desk and not window.palette_popup.isVisible()


def test_what_a_part_costs_is_told_to_those_who_may_know(shop: Shop) -> None:
    login = f"{PREFIX}_engineer_{shop.clone.name.rsplit('_', 1)[1]}"
    users.create_user(
        shop.clone.owner, user_name=login, password=PASSWORD, roles=("engineer",), display_name="Engineer",
        login=login, units=[shop.world.branch], company_id=shop.world.company,
    )  # fmt: skip
    engineer = Database(shop.clone.dsn(login))
    try:
        seen = stock_desk.overview(engineer, shop.item("SEP-OIL-7520"))
        known = stock_desk.overview(shop.clerk, shop.item("SEP-OIL-7520"))
    finally:
        engineer.close()
    assert seen is not None and known is not None
    assert (seen.on_hand, known.on_hand) == (3, 3)
    assert (seen.part.cost, known.part.cost) == (0, 745)
    assert part_peek(shop.clerk, User("x", "X", roles=frozenset({"finance"}))) is None
