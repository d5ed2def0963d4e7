"""The main window, worked by keys and mouse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from desktop.domain.changes import Changes
from desktop.runtime.context import ToastAction
from desktop.runtime.live import LiveState
from desktop.runtime.settings import Settings
from desktop.runtime.work import Work
from desktop.views.shell.dictionary import DictionaryPopup
from desktop.views.shell.keys import KeysDialog, clean_text
from desktop.views.shell.window import MainWindow
from desktop.widgets.states import Banner
from desktop.widgets.theme import current_theme
from tests.views.shell.conftest import Overview, Sheet, sheet

Key = Qt.Key
Ctrl = Qt.KeyboardModifier.ControlModifier
Shift = Qt.KeyboardModifier.ShiftModifier
Alt = Qt.KeyboardModifier.AltModifier


def test_only_desks_that_the_user_may_see_are_on_the_rail(window: MainWindow) -> None:
    assert [item.text() for item in window.rail.items] == ["Warehouse", "Planner"]
    window.open("contracts")
    assert window.workspace.opened("contracts") is None
    assert window.messages.toasts.toasts()[-1].severity == "warn"


def test_a_click_on_the_rail_opens_the_desks_first_page(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.mouseClick(window.rail.items[1], Qt.MouseButton.LeftButton)
    current = window.workspace.current()
    assert current is not None and current.key == "board"
    assert window.rail.current() == "planner"
    assert window.windowTitle() == "Issue \u2013 Outpost"


def test_the_rail_by_keys(window: MainWindow) -> None:
    first = window.rail.items[0]
    first.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(first, Key.Key_Down)
    assert window.focusWidget() is window.rail.items[1]
    QTest.keyClick(window.rail.items[1], Key.Key_Return)
    assert window.rail.current() == "planner"


def test_the_desk_in_front_lists_its_pages(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.mouseClick(window.rail.items[0], Qt.MouseButton.LeftButton)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [clean_text(action) for action in menu.actions()] == ["Issue", "Stock on hand"]
    menu.actions()[1].trigger()
    menu.close()
    assert isinstance(sheet(window), Overview)


def test_opening_the_same_record_twice_keeps_one_tab(window: MainWindow) -> None:
    for number in (7, 8, 7):
        window.open("item", number)
    assert [each.args for each in window.workspace.pages()] == [None, 7, 8]
    assert sheet(window).args == 7


def test_the_menu_of_open_pages_goes_to_one_by_keys(window: MainWindow) -> None:
    for number in range(14):
        window.open("item", number)
    QTest.keyClick(window, Key.Key_0, Alt)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu) and len(menu.actions()) == 15 and menu.activeAction().isChecked()
    for _ in range(3):
        QTest.keyClick(menu, Key.Key_Up)
    QTest.keyClick(menu, Key.Key_Return)
    assert sheet(window).args == 10


def test_tabs_by_mouse_and_keys(window: MainWindow, qtbot: QtBot) -> None:
    window.open("item", 7)
    first, second = window.workspace.tabs.tabs()
    qtbot.mouseClick(first, Qt.MouseButton.LeftButton, pos=QPoint(40, 16))
    assert sheet(window).args is None
    QTest.keyClick(window, Key.Key_Tab, Ctrl)
    assert sheet(window).args == 7
    QTest.keyClick(window, Key.Key_W, Ctrl)
    assert [tab.page.args for tab in window.workspace.tabs.tabs()] == [None]  # type: ignore[attr-defined]
    window.open("item", 8)
    third = window.workspace.tabs.tabs()[1]
    qtbot.mouseClick(third, Qt.MouseButton.LeftButton, pos=QPoint(third.width() - 15, 16))
    assert len(window.workspace.pages()) == 1
    assert second is not third


def test_closing_the_last_tab_says_what_to_do_next(window: MainWindow) -> None:
    QTest.keyClick(window, Key.Key_W, Ctrl)
    assert window.workspace.pages() == () and window.current_page() is None
    assert window.windowTitle() == "Outpost"


def test_a_dirty_tab_says_so_and_refusing_pages_stay(window: MainWindow) -> None:
    page = sheet(window)
    page.set_dirty(True)
    assert window.workspace.tabs.tabs()[0].accessibleDescription() == "unsaved"
    page.leaves = False
    assert not window.close()
    page.leaves = True
    assert window.close()


def test_tabs_and_places_are_there_again_at_the_next_log_in(make_window: Callable[[], MainWindow]) -> None:
    window = make_window()
    window.open("item", 7)
    sheet(window).field.setText("half")
    window.open("board")
    window.open("item", 7)
    window.close()
    again = make_window()
    assert [(each.key, each.args) for each in again.workspace.pages()] == [
        ("issue", None),
        ("item", 7),
        ("board", None),
    ]
    assert sheet(again).args == 7 and sheet(again).field.text() == "half"
    assert sheet(again).refreshed == 1


def _banner(window: MainWindow) -> Banner:
    return window.findChildren(Banner)[-1]


def test_unsaved_work_is_kept_and_offered_after_closing_the_window(
    make_window: Callable[[], MainWindow], qtbot: QtBot
) -> None:
    window = make_window()
    sheet(window).field.setText("12 pieces")
    sheet(window).set_dirty(True)
    window.close()
    again = make_window()
    assert sheet(again).field.text() == ""
    qtbot.mouseClick(_banner(again).button, Qt.MouseButton.LeftButton)
    assert sheet(again).field.text() == "12 pieces" and sheet(again).dirty()


def test_an_offer_not_answered_is_offered_once_more(make_window: Callable[[], MainWindow], qtbot: QtBot) -> None:
    window = make_window()
    sheet(window).field.setText("12 pieces")
    sheet(window).set_dirty(True)
    window.close()
    make_window().close()
    third = make_window()
    qtbot.mouseClick(_banner(third).close_button, Qt.MouseButton.LeftButton)
    assert not sheet(third).dirty()
    third.close()
    assert not sheet(make_window()).dirty()


def test_closing_a_dirty_tab_keeps_its_work_and_ctrl_z_opens_it_again(window: MainWindow, qtbot: QtBot) -> None:
    window.open("item", 7)
    sheet(window).field.setText("3 left")
    sheet(window).set_dirty(True)
    QTest.keyClick(window, Key.Key_W, Ctrl)
    assert window.workspace.opened("item", 7) is None
    window.setFocus()
    QTest.keyClick(window, Key.Key_Z, Ctrl)
    assert sheet(window).args == 7
    qtbot.mouseClick(_banner(window).button, Qt.MouseButton.LeftButton)
    assert sheet(window).field.text() == "3 left"


def test_the_pages_action_is_in_the_menu_and_works_by_key(window: MainWindow) -> None:
    record = window.menus.menu("record")
    assert [(clean_text(a), a.shortcut().toString()) for a in record.actions()] == [("Check and post", "F9")]
    QTest.keyClick(sheet(window).field, Key.Key_F9)
    assert sheet(window).posted == 1


def test_f5_refreshes_unless_the_page_has_its_own(window: MainWindow) -> None:
    page = sheet(window)
    before = page.refreshed
    QTest.keyClick(page.field, Key.Key_F5)
    assert page.refreshed == before + 1
    window.open("on_hand")
    overview = sheet(window)
    assert isinstance(overview, Overview)
    before = overview.refreshed
    QTest.keyClick(overview.field, Key.Key_F5)
    assert (overview.own_refreshes, overview.refreshed) == (1, before)
    assert "Count again" in [clean_text(action) for action in window.menus.menu("view").actions()]


def test_f6_walks_the_zones_and_comes_round(window: MainWindow) -> None:
    page = sheet(window)
    page.field.setFocus()
    seen = []
    for _ in range(4):
        QTest.keyClick(window.focusWidget() or window, Key.Key_F6)
        seen.append(window.focusWidget())
    assert seen[0] is page.second
    assert seen[1] is window.rail.items[0]
    assert seen[2] in window.workspace.tabs.tabs()
    assert seen[3] is page.field
    QTest.keyClick(page.field, Key.Key_F6, Shift)
    assert window.focusWidget() in window.workspace.tabs.tabs()


def test_help_lists_exactly_the_keys_that_work(window: MainWindow) -> None:
    QTest.keyClick(sheet(window).field, Key.Key_F1, Ctrl)
    (dialog,) = window.findChildren(KeysDialog)
    listed = {key: text for group in dialog.groups for key, text in group.keys}
    assert listed["F9"] == "Check and post" and listed["F4"] == "Repeat above" and listed["Ctrl+K"] == "Go anywhere"
    shell = {a.shortcut().toString() for a in window.menus.actions.values() if a.isEnabled()} - {""}
    assert shell <= listed.keys()
    dialog.reject()


def test_f1_shows_the_dictionary_of_the_field(window: MainWindow, qtbot: QtBot) -> None:
    page = sheet(window)
    page.field.setFocus()
    QTest.keyClick(page.field, Key.Key_F1)
    qtbot.waitUntil(lambda: any(popup.isVisible() for popup in window.findChildren(DictionaryPopup)))
    (popup,) = window.findChildren(DictionaryPopup)
    assert popup.accessibleName() == "Part"
    qtbot.mouseClick(page.button, Qt.MouseButton.LeftButton)
    assert not popup.isVisible()


def test_language_and_theme_switch_while_it_runs(window: MainWindow, settings: Settings, qtbot: QtBot) -> None:
    qtbot.mouseClick(window.top.language, Qt.MouseButton.LeftButton)
    assert window.windowTitle() == "发料 \u2013 驻点"
    assert [item.text() for item in window.rail.items] == ["仓库", "排程"]
    assert window.menus.menu("file").title() == "文件(&F)"
    assert window.status.who.text() == "周敏 · 库管"
    assert [cap.text() for cap in window.status.hints.caps] == ["重复上行"]
    qtbot.mouseClick(window.top.theme, Qt.MouseButton.LeftButton)
    assert current_theme() == "dark"
    assert (settings.get("language"), settings.get("theme")) == ("zh", "dark")
    window.menus.actions["english"].trigger()
    assert window.rail.items[0].text() == "Warehouse"


def test_menus_open_by_mnemonic(window: MainWindow) -> None:
    QTest.keyClick(window, Key.Key_G, Alt)
    menu = QApplication.activePopupWidget()
    assert menu is window.menus.menu("go")
    menu.close()


def test_everybody_finds_his_own_account_under_his_name(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.mouseClick(window.top.user, Qt.MouseButton.LeftButton)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert window.menus.actions["my_account"] in menu.actions()
    menu.close()
    window.menus.actions["my_account"].trigger()
    current = window.workspace.current()
    assert current is not None and current.key == "my_account"


def test_the_status_bar_tells_who_where_and_how_live(window: MainWindow) -> None:
    status = window.status
    assert status.who.text() == "Zhou Min · Warehouse clerk" and status.company.text() == "Hengtuo Services"
    assert not status.database.isVisible()
    window.resize(1920, 1080)
    assert status.database.isVisibleTo(window)
    status.set_live(LiveState("live", 38, True))
    assert (status.live.text(), status.worker.text()) == ("Live 38 ms", "Worker running")
    status.set_live(LiveState("offline", None, False))
    assert status.live.text() == "Offline"


def test_key_hints_are_shown_whole_or_not_at_all(window: MainWindow) -> None:
    hints = window.status.hints
    hints.show_hints([(f"F{n}", "A rather long description of it") for n in range(1, 9)])
    shown = [cap for cap in hints.caps if cap.isVisibleTo(hints)]
    assert 0 < len(shown) < 8
    assert all(cap.geometry().right() <= hints.width() for cap in shown)


def test_a_page_with_a_fault_leaves_the_others_alone(window: MainWindow) -> None:
    window.open("broken", 1)
    (toast,) = window.messages.toasts.toasts()
    assert toast.severity == "danger" and "Log id" in toast.text.full_text()
    assert sheet(window).title() == "Issue"
    window.open("item", 7)
    assert sheet(window).args == 7


def test_a_failure_of_background_work_is_a_red_toast_that_stays(window: MainWindow, work: Work, qtbot: QtBot) -> None:
    work.run(lambda: 1 / 0)
    qtbot.waitUntil(lambda: bool(window.messages.toasts.toasts()))
    (toast,) = window.messages.toasts.toasts()
    assert toast.severity == "danger" and "Log id" in toast.text.full_text()
    assert window.top.bell.accessibleDescription() == "1"
    qtbot.mouseClick(window.top.bell, Qt.MouseButton.LeftButton)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu) and "Log id" in menu.actions()[0].text()
    menu.close()
    assert window.top.bell.accessibleDescription() == ""


def test_ctrl_z_undoes_what_the_toast_offers(window: MainWindow) -> None:
    undone: list[int] = []
    window.toast("success", "ISS-1 posted", action=ToastAction("Undo", lambda: undone.append(1), "Ctrl+Z"))
    window.rail.items[0].setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(window.rail.items[0], Key.Key_Z, Ctrl)
    assert undone == [1] and window.messages.toasts.toasts() == []


def test_a_page_hears_the_bus_through_its_context(window: MainWindow) -> None:
    seen: list[Any] = []

    class Listener(Sheet):
        def look(self, changes: Changes, initiator: object) -> None:
            seen.append(initiator)

    listener = Listener(window.context, None)
    window.context.bus.subscribe(("stock_move",), listener.look)
    window.context.bus.publish(Changes.of(stock_move=[1]), initiator=listener)
    assert seen == [listener]
    listener.deleteLater()


@pytest.mark.parametrize("width", [960, 1366, 1920])
def test_nothing_is_cut_off_at_any_width(window: MainWindow, width: int) -> None:
    window.resize(width, 768)
    QApplication.processEvents()
    assert window.top.user.geometry().right() <= window.top.width()
    assert window.status.clock.geometry().right() <= window.status.width()
    assert window.top.goto.geometry().left() >= window.top.menu_bar.geometry().right()
