"""A scanner's burst is one scan wherever the focus is; a person's typing arrives unchanged."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.widgets.scan_filter import GAP_MS, ScanFilter, ScannerSettings


class Bench(QWidget):
    def __init__(self, settings: ScannerSettings | None = None) -> None:
        super().__init__()
        self.field, self.button = QLineEdit(), QPushButton("Post")
        self.button.setDefault(True)
        layout = QVBoxLayout(self)
        layout.addWidget(self.field)
        layout.addWidget(self.button)
        self.pressed = 0
        self.button.clicked.connect(self._count)
        self.filter = ScanFilter(settings)
        self.scans: list[str] = []
        self.filter.scanned.connect(self.scans.append)
        self.filter.start()

    def _count(self) -> None:
        self.pressed += 1


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    made = Bench()
    qtbot.addWidget(made)
    made.show()
    made.field.setFocus()
    yield made
    made.filter.stop()


def scan(target: QWidget, code: str, suffix: Qt.Key = Qt.Key.Key_Return) -> None:
    QTest.keyClicks(target, code)
    QTest.keyClick(target, suffix)


def test_a_burst_becomes_one_scan_and_leaves_the_field_empty(bench: Bench, qtbot: QtBot) -> None:
    scan(bench.field, "GSK-NBR-120")
    qtbot.wait(GAP_MS * 3)
    assert bench.scans == ["GSK-NBR-120"]
    assert bench.field.text() == ""


def test_the_closing_enter_presses_no_button(bench: Bench, qtbot: QtBot) -> None:
    bench.button.setFocus()
    scan(bench.button, "A-05-3-2")
    qtbot.wait(GAP_MS * 3)
    assert bench.scans == ["A-05-3-2"] and bench.pressed == 0


def test_five_hundred_scans_in_a_row(bench: Bench) -> None:
    for number in range(500):
        scan(bench.field, f"PART-{number:04}")
    assert bench.scans == [f"PART-{number:04}" for number in range(500)]


def test_typing_arrives_in_order_after_a_moment(bench: Bench, qtbot: QtBot) -> None:
    QTest.keyClicks(bench.field, "valve", delay=GAP_MS * 2)
    qtbot.waitUntil(lambda: bench.field.text() == "valve")
    assert bench.scans == []


def test_fast_typing_without_enter_is_typing(bench: Bench, qtbot: QtBot) -> None:
    QTest.keyClicks(bench.field, "burst Of Words")
    qtbot.waitUntil(lambda: bench.field.text() == "burst Of Words")
    assert bench.scans == []


def test_enter_after_a_pause_belongs_to_the_field(bench: Bench, qtbot: QtBot) -> None:
    entered: list[int] = []
    bench.field.returnPressed.connect(lambda: entered.append(1))
    QTest.keyClicks(bench.field, "abcdef")
    qtbot.waitUntil(lambda: bench.field.text() == "abcdef")
    QTest.keyClick(bench.field, Qt.Key.Key_Return, delay=GAP_MS * 2)
    assert entered == [1] and bench.scans == []


def test_a_short_burst_with_enter_is_typing(bench: Bench, qtbot: QtBot) -> None:
    entered: list[str] = []
    bench.field.returnPressed.connect(lambda: entered.append(bench.field.text()))
    scan(bench.field, "12")
    assert entered == ["12"] and bench.scans == []


def test_a_cursor_key_ends_the_waiting_in_order(bench: Bench, qtbot: QtBot) -> None:
    QTest.keyClicks(bench.field, "ac")
    QTest.keyClick(bench.field, Qt.Key.Key_Left)
    QTest.keyClicks(bench.field, "b")
    qtbot.waitUntil(lambda: bench.field.text() == "abc")


def test_a_key_that_opens_an_editor_is_followed_there_by_the_next(bench: Bench, qtbot: QtBot) -> None:
    editor = QLineEdit(bench)

    class Cell(QWidget):
        def keyPressEvent(self, event: QKeyEvent) -> None:
            editor.setText(event.text())
            editor.setFocus()

    cell = Cell(bench)
    cell.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    cell.show()
    editor.show()
    cell.setFocus()
    QTest.keyClicks(cell, "127")
    qtbot.waitUntil(lambda: editor.text() == "127")


def test_a_shortcut_is_not_held_back(bench: Bench, qtbot: QtBot) -> None:
    bench.field.setText("all")
    QTest.keyClick(bench.field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert bench.field.selectedText() == "all"


def test_a_prefix_opens_a_slow_scan_of_any_length(qtbot: QtBot) -> None:
    bench = Bench(ScannerSettings(prefix="~"))
    qtbot.addWidget(bench)
    bench.show()
    bench.field.setFocus()
    QTest.keyClicks(bench.field, "~42", delay=GAP_MS * 2)
    QTest.keyClick(bench.field, Qt.Key.Key_Return)
    bench.filter.stop()
    assert bench.scans == ["42"] and bench.field.text() == ""


def test_tab_as_suffix_does_not_move_the_focus(qtbot: QtBot) -> None:
    bench = Bench(ScannerSettings(suffix="tab"))
    qtbot.addWidget(bench)
    bench.show()
    bench.field.setFocus()
    scan(bench.field, "WO-2611-0482", Qt.Key.Key_Tab)
    bench.filter.stop()
    assert bench.scans == ["WO-2611-0482"] and bench.focusWidget() is bench.field


def test_an_input_method_does_not_swallow_a_scan(bench: Bench) -> None:
    for length in range(1, 9):
        QCoreApplication.sendEvent(bench.field, QInputMethodEvent("partcode"[:length], []))
    commit = QInputMethodEvent()
    commit.setCommitString("part'code")
    QCoreApplication.sendEvent(bench.field, commit)
    assert bench.scans == ["partcode"] and bench.field.text() == ""


def test_chinese_composed_by_a_person_arrives(bench: Bench, qtbot: QtBot) -> None:
    for length in range(1, 5):
        QCoreApplication.sendEvent(bench.field, QInputMethodEvent("kong"[:length], []))
        qtbot.wait(GAP_MS * 2)
    commit = QInputMethodEvent()
    commit.setCommitString("空")
    QCoreApplication.sendEvent(bench.field, commit)
    assert bench.field.text() == "空" and bench.scans == []
