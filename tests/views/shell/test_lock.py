"""A workstation left alone: nothing is lost, nothing is seen, nothing is posted."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.runtime.settings import Settings
from desktop.views.shell.lock import LockScreen
from desktop.views.shell.window import MainWindow
from tests.views.shell.conftest import sheet

Key = Qt.Key


def _screen() -> LockScreen:
    found = QApplication.activeModalWidget()
    if not isinstance(found, LockScreen):
        raise TypeError(found)
    return found


def test_it_locks_itself_when_nobody_is_there(
    make_window: Callable[[], MainWindow], settings: Settings, qtbot: QtBot
) -> None:
    settings.set("lock_minutes", 0.002)
    window = make_window()
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is not None)
    screen = _screen()
    assert screen.geometry() == window.geometry()
    QTest.keyClicks(screen.password, "right")
    with qtbot.waitSignal(screen.unlocked):
        QTest.keyClick(screen.password, Key.Key_Return)
    window.idle.stop()


def test_who_works_is_not_locked_out(make_window: Callable[[], MainWindow], settings: Settings, qtbot: QtBot) -> None:
    settings.set("lock_minutes", 0.02)
    window = make_window()
    for _ in range(10):
        qtbot.wait(200)
        QTest.keyClick(window.windowHandle(), Key.Key_Shift)
    assert QApplication.activeModalWidget() is None
    window.idle.stop()


def test_neither_keys_nor_esc_nor_a_wrong_password_get_through(window: MainWindow, qtbot: QtBot) -> None:
    page = sheet(window)
    page.field.setText("half done")
    QTest.keyClick(page.field, Key.Key_L, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    screen = _screen()
    QTest.keyClick(screen, Key.Key_F9)
    QTest.keyClick(screen, Key.Key_Escape)
    screen.close()
    assert _screen() is screen and page.posted == 0
    QTest.keyClicks(screen.password, "wrong")
    QTest.keyClick(screen.password, Key.Key_Return)
    qtbot.waitUntil(screen.field.is_wrong)
    assert _screen() is screen
    screen.password.setText("right")
    with qtbot.waitSignal(screen.unlocked):
        screen.attempt()
    assert QApplication.activeModalWidget() is None
    assert page.field.text() == "half done" and window.focusWidget() is page.field


def test_somebody_else_can_log_out_and_the_work_is_kept(make_window: Callable[[], MainWindow], qtbot: QtBot) -> None:
    window = make_window()
    sheet(window).field.setText("half done")
    sheet(window).set_dirty(True)
    window.lock()
    leave = [each for each in _screen().findChildren(type(_screen().button)) if each is not _screen().button]
    with qtbot.waitSignal(window.logged_out):
        qtbot.mouseClick(leave[0], Qt.MouseButton.LeftButton)
    again = make_window()
    assert again.workspace.pages()[0].pending is not None


def test_zero_minutes_never_lock(make_window: Callable[[], MainWindow], settings: Settings, qtbot: QtBot) -> None:
    settings.set("lock_minutes", 0)
    window = make_window()
    qtbot.wait(200)
    assert QApplication.activeModalWidget() is None
    assert window.menus.actions["lock"].isEnabled()
