"""Scans reach the page in front, else open the record; in order, waiting while the page is busy."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.runtime.settings import Settings
from desktop.views.shell.scanner_dialog import ScannerDialog
from desktop.views.shell.window import MainWindow
from tests.views.shell.conftest import sheet


def scan(target: QWidget, code: str) -> None:
    QTest.keyClicks(target, code)
    QTest.keyClick(target, Qt.Key.Key_Return)


def test_the_page_in_front_gets_the_scan_whatever_has_the_focus(window: MainWindow) -> None:
    page = sheet(window)
    for target in (page.field, page.button, window.rail.items[0]):
        scan(target, "WO-2611-0482")
    assert page.scans == ["WO-2611-0482"] * 3
    assert page.field.text() == "" and page.pressed == 0 and window.rail.current() == "warehouse"


def test_what_the_page_does_not_take_opens_the_record(window: MainWindow, qtbot: QtBot) -> None:
    sheet(window).takes_scans = False
    scan(sheet(window).field, "GSK-NBR-120")
    qtbot.waitUntil(lambda: window.workspace.opened("item", 7) is not None)


def test_an_unknown_code_is_said(window: MainWindow, qtbot: QtBot) -> None:
    sheet(window).takes_scans = False
    scan(sheet(window).field, "NO-SUCH-CODE")
    qtbot.waitUntil(lambda: bool(window.messages.toasts.toasts()))
    assert "NO-SUCH-CODE" in window.messages.toasts.toasts()[0].text.full_text()


def test_scans_wait_in_order_while_the_page_is_busy(window: MainWindow, qtbot: QtBot) -> None:
    page = sheet(window)
    page.busy = True
    for number in range(20):
        scan(page.field, f"PART-{number:02}")
    assert page.scans == [] and window.router.waiting() == 20
    page.busy = False
    page.scan_ready.emit()
    assert page.scans == [f"PART-{number:02}" for number in range(20)] and window.router.waiting() == 0


def test_a_scan_waits_for_a_dialog_instead_of_pressing_its_button(window: MainWindow, qtbot: QtBot) -> None:
    window.guide.show_keys()
    (dialog,) = [each for each in window.children() if each.metaObject().className() == "KeysDialog"]
    scan(dialog, "PART-01")  # type: ignore[arg-type]
    assert sheet(window).scans == [] and window.router.waiting() == 1
    dialog.reject()  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: sheet(window).scans == ["PART-01"])


def test_the_scanner_is_tried_and_set_up_on_this_workstation(
    window: MainWindow, settings: Settings, qtbot: QtBot
) -> None:
    window.menus.actions["scanner"].trigger()
    (dialog,) = window.findChildren(ScannerDialog)
    scan(dialog.prefix, "TRY-ME-1")
    assert "TRY-ME-1" in dialog.result_banner.accessibleName() and sheet(window).scans == []
    dialog.prefix.setText("~")
    dialog.suffix.setCurrentIndex(1)
    save = [each for each in dialog.findChildren(QWidget) if each.accessibleName() == "Save"]
    qtbot.mouseClick(save[0], Qt.MouseButton.LeftButton)
    assert settings.get("scanner") == {"prefix": "~", "suffix": "tab"}
    assert (window.scans.settings.prefix, window.scans.settings.suffix) == ("~", "tab")
