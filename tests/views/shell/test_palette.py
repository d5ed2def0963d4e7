"""Ctrl+K: pages, commands and records, by keys only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.runtime.context import Found
from desktop.views.shell.window import MainWindow
from desktop.widgets.theme import set_language
from tests.views.shell.conftest import sheet

Key = Qt.Key


def _open(window: MainWindow) -> None:
    QTest.keyClick(sheet(window).field, Key.Key_K, Qt.KeyboardModifier.ControlModifier)


def _type(window: MainWindow, text: str) -> None:
    window.scans.stop()  # a test types faster than a person
    QTest.keyClicks(window.palette_popup.input, text)


def test_a_record_by_pinyin_initials(window: MainWindow, qtbot: QtBot) -> None:
    _open(window)
    _type(window, "mfq")
    qtbot.waitUntil(lambda: bool(window.palette_popup.list.rows()))
    QTest.keyClick(window.palette_popup.input, Key.Key_Return)
    current = window.workspace.current()
    assert current is not None and (current.key, current.args) == ("item", 7)
    assert not window.palette_popup.isVisible()


def test_a_page_by_its_name_in_the_other_language(window: MainWindow, qtbot: QtBot) -> None:
    set_language("zh")
    _open(window)
    _type(window, "stock")
    assert [row.name for row in window.palette_popup.list.rows()] == ["现有库存"]
    QTest.keyClick(window.palette_popup.input, Key.Key_Return)
    current = window.workspace.current()
    assert current is not None and current.key == "on_hand"


def test_a_command_of_the_page(window: MainWindow) -> None:
    _open(window)
    _type(window, "check and")
    QTest.keyClick(window.palette_popup.input, Key.Key_Return)
    assert sheet(window).posted == 1


def test_what_was_opened_last_comes_first(window: MainWindow, qtbot: QtBot) -> None:
    _open(window)
    _type(window, "gsk")
    qtbot.waitUntil(lambda: bool(window.palette_popup.list.rows()))
    QTest.keyClick(window.palette_popup.input, Key.Key_Return)
    _open(window)
    assert window.palette_popup.list.rows()[0].code == "GSK-NBR-120"


def test_nothing_found_is_said(window: MainWindow, qtbot: QtBot) -> None:
    _open(window)
    _type(window, "zzz")
    qtbot.waitUntil(lambda: window.palette_popup.list.note() == "Nothing found")


def test_esc_and_a_click_elsewhere_close_it_and_give_the_focus_back(window: MainWindow, qtbot: QtBot) -> None:
    _open(window)
    QTest.keyClick(window.palette_popup.input, Key.Key_Escape)
    assert not window.palette_popup.isVisible() and window.focusWidget() is sheet(window).field
    _open(window)
    sheet(window).second.setFocus(Qt.FocusReason.MouseFocusReason)
    assert not window.palette_popup.isVisible()


def test_a_page_that_takes_the_focus_by_itself_does_not_get_the_keys(window: MainWindow, qtbot: QtBot) -> None:
    _open(window)
    sheet(window).second.setFocus()  # its answer came
    assert window.focusWidget() is window.palette_popup.input
    assert window.palette_popup.isVisible()
    _type(window, "check and")
    QTest.keyClick(window.palette_popup.input, Key.Key_Return)
    assert sheet(window).posted == 1


def test_what_was_chosen_stays_chosen_when_records_come_in_above_it(window: MainWindow, qtbot: QtBot) -> None:
    _open(window)
    _type(window, "s")
    palette = window.palette_popup
    QTest.keyClick(palette.input, Key.Key_Down)
    chosen = palette.list.rows()[1]
    palette._answered([Found("item", 7, "GSK-NBR-120", "NBR gasket 120 mm")])
    assert palette.list.rows()[0].code == "GSK-NBR-120" and palette.list.rows()[palette.list.current] == chosen


def test_arrows_walk_the_list(window: MainWindow) -> None:
    _open(window)
    QTest.keyClick(window.palette_popup.input, Key.Key_Down)
    QTest.keyClick(window.palette_popup.input, Key.Key_Down)
    QTest.keyClick(window.palette_popup.input, Key.Key_Up)
    assert window.palette_popup.list.current == 1


def test_a_click_on_the_field_above_opens_it(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.mouseClick(window.top.goto, Qt.MouseButton.LeftButton)
    assert window.palette_popup.isVisible()
