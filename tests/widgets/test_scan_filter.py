"""A scanner's burst is one scan wherever the focus is; a person's typing arrives unchanged."""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.widgets import scan_filter
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


def stand_still() -> None:
    """The program is busy with something else for a while; then everything that is due happens at once."""
    time.sleep(GAP_MS * 1.5 / 1000)
    QCoreApplication.processEvents()


def press(target: QWidget, text: str, at: int) -> None:
    """A key that the platform says was pressed `at` milliseconds."""
    key = Qt.Key.Key_Return if text == "\r" else Qt.Key(ord(text.upper()))
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text)
        event.setTimestamp(at)
        QCoreApplication.sendEvent(target, event)


def compose(target: QWidget, *preedits: str, commit: str = "") -> None:
    """What an input method tells. The last one carries the commit."""
    for preedit in preedits:
        QCoreApplication.sendEvent(target, QInputMethodEvent(preedit, []))
    last = QInputMethodEvent()
    last.setCommitString(commit)
    QCoreApplication.sendEvent(target, last)


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


def test_a_program_that_stands_still_between_the_keys_splits_no_scan(bench: Bench, qtbot: QtBot) -> None:
    for key in "GSK-NBR-120":
        QTest.keyClick(bench.field, key)
        stand_still()
    QTest.keyClick(bench.field, Qt.Key.Key_Return)
    assert bench.scans == ["GSK-NBR-120"] and bench.field.text() == ""


def test_a_burst_that_gets_no_processor_is_one_scan(bench: Bench, qtbot: QtBot) -> None:
    """Nothing but time passes between two of its keys: no timer runs, and no other event."""
    for key in "SNS-PT100-6":
        QTest.keyClick(bench.field, key)
        time.sleep(GAP_MS * 1.5 / 1000)
    QTest.keyClick(bench.field, Qt.Key.Key_Return)
    qtbot.wait(GAP_MS * 3)
    assert bench.scans == ["SNS-PT100-6"] and bench.field.text() == ""


@pytest.mark.parametrize("platform", ["xcb", "windows"])
def test_keys_that_are_read_late_count_by_when_they_were_pressed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    """Windows stamps a key when it is read, the others when it was pressed."""
    monkeypatch.setattr(scan_filter, "QGuiApplication", SimpleNamespace(platformName=lambda: platform))
    start = time.monotonic()
    for number, key in enumerate("WO-2611-0482\r"):
        read = int((time.monotonic() - start) * 1000)
        press(bench.field, key, 1000 + (number * 5 if platform == "xcb" else read))
        stand_still()
    assert bench.scans == ["WO-2611-0482"] and bench.field.text() == ""


def test_typing_that_is_read_all_at_once_is_typing(bench: Bench) -> None:
    entered: list[str] = []
    bench.field.returnPressed.connect(lambda: entered.append(bench.field.text()))
    for number, key in enumerate("valve\r"):
        press(bench.field, key, 1000 + number * 150)
    assert entered == ["valve"] and bench.scans == []


def test_a_program_that_stands_still_leaves_no_scan_to_an_input_method(bench: Bench) -> None:
    for length in range(1, 9):
        QCoreApplication.sendEvent(bench.field, QInputMethodEvent("partcode"[:length], []))
        stand_still()
    compose(bench.field, commit="partcode")
    assert bench.scans == ["partcode"] and bench.field.text() == ""


def test_an_input_method_may_repeat_its_preedit_and_empty_it_before_the_commit(bench: Bench) -> None:
    twice = [code for length in range(1, 9) for code in ["partcode"[:length]] * 2]
    compose(bench.field, *twice, "", commit="partcode")
    compose(bench.field, *twice, commit="partcode")
    assert bench.scans == ["partcode"] * 2 and bench.field.text() == ""


def test_a_word_that_a_person_commits_as_it_stands_is_typing(bench: Bench, qtbot: QtBot) -> None:
    compose(bench.field, "p", "pu", "pum", commit="pum")  # too short for a scan
    for length in range(1, 6):
        QCoreApplication.sendEvent(bench.field, QInputMethodEvent("valve"[:length], []))
        qtbot.wait(GAP_MS * 3)
    compose(bench.field, commit="valve")
    assert bench.field.text() == "pumvalve" and bench.scans == []


def test_a_prefix_before_what_an_input_method_composes_is_left_nowhere(qtbot: QtBot) -> None:
    bench = Bench(ScannerSettings(prefix="~"))
    qtbot.addWidget(bench)
    bench.show()
    bench.field.setFocus()
    QTest.keyClicks(bench.field, "~")
    compose(bench.field, "p", "pa", "par", "part", commit="part")
    bench.filter.stop()
    assert bench.scans == ["part"] and bench.field.text() == ""


def test_a_click_in_the_midst_of_a_burst_does_not_split_it(bench: Bench) -> None:
    QTest.keyClicks(bench.field, "GSK-NBR")
    QTest.mouseClick(bench.button, Qt.MouseButton.LeftButton)
    scan(bench.field, "-120")
    assert bench.scans == ["GSK-NBR-120"] and bench.field.text() == "" and bench.pressed == 1


def test_line_feed_behind_carriage_return_reaches_nothing(bench: Bench) -> None:
    """Scanners that send both: the second one would press the button, or post the form, that has the focus."""
    bench.button.setFocus()
    scan(bench.button, "WO-2611-0482")
    QTest.keyClick(bench.button, Qt.Key.Key_Return)
    QTest.keyClick(bench.button, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert bench.scans == ["WO-2611-0482"] and bench.pressed == 0
    scan(bench.button, "WO-2611-0483")
    assert bench.scans == ["WO-2611-0482", "WO-2611-0483"], "the next scan is whole"


def test_enter_a_moment_after_a_scan_is_a_persons(bench: Bench, qtbot: QtBot) -> None:
    entered: list[str] = []
    bench.field.returnPressed.connect(lambda: entered.append("enter"))
    scan(bench.field, "WO-2611-0482")
    qtbot.wait(GAP_MS * 3)
    QTest.keyClick(bench.field, Qt.Key.Key_Return)
    assert entered == ["enter"]


def test_a_shortcut_does_not_overtake_what_was_typed_before_it(bench: Bench, qtbot: QtBot) -> None:
    seen: list[str] = []
    post = QShortcut(QKeySequence("F9"), bench)
    post.activated.connect(lambda: seen.append(bench.field.text()))
    with qtbot.waitActive(bench):
        bench.activateWindow()
    bench.field.setFocus()
    QTest.keyClicks(bench.field, "42")
    QTest.keyClick(bench.field, Qt.Key.Key_F9)
    assert seen == ["42"]
