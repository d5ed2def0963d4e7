"""Buttons, segments and view tabs: keys, focus ring, explained refusals."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.widgets.buttons import Button, IconButton, key_text
from desktop.widgets.paint import FocusRing, column
from desktop.widgets.segmented import Segment, Segmented, ViewTab, ViewTabs
from desktop.widgets.theme import apply_theme, color
from tests.widgets.conftest import KEPT

Key = Qt.Key


def show(qtbot: QtBot, *widgets: QWidget) -> QWidget:
    window = QWidget()
    window.setLayout(column(*widgets, margins=(16, 16, 16, 16)))
    qtbot.addWidget(window)
    KEPT.append(window)
    window.show()
    window.activateWindow()
    return window


def test_space_and_enter_press_and_repeats_do_not(qtbot: QtBot) -> None:
    button = Button("Post", "primary", key="F9")
    show(qtbot, button)
    pressed: list[int] = []
    button.clicked.connect(lambda: pressed.append(1))
    QTest.keyClick(button, Key.Key_Space)
    QTest.keyClick(button, Key.Key_Return)
    assert len(pressed) == 2
    assert (button.accessibleName(), button.accessibleDescription()) == ("Post", "F9")


def test_a_click_leaves_the_focus_in_the_scan_field(qtbot: QtBot) -> None:
    field, button = QLineEdit(), Button("Post")
    window = show(qtbot, field, button)
    field.setFocus()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.focusWidget() is field


def test_the_ring_stands_outside_and_follows_the_focus(qtbot: QtBot) -> None:
    first, second = Button("One"), Button("Two")
    window = show(qtbot, first, second)
    first.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(first.hasFocus)
    rings = window.findChildren(FocusRing)
    (shown,) = [ring for ring in rings if ring.isVisible()]
    assert shown.geometry() == first.geometry().adjusted(-3, -3, 3, 3)
    QTest.keyClick(first, Key.Key_Tab)
    (shown,) = [ring for ring in rings if ring.isVisible()]
    assert shown.geometry() == second.geometry().adjusted(-3, -3, 3, 3)


def test_a_button_follows_its_action(qtbot: QtBot) -> None:
    action = QAction("Post")
    action.setShortcut(QKeySequence("F9"))
    button = Button("Post", "primary")
    show(qtbot, button)
    button.follow(action)
    assert button.accessibleDescription() == "F9"
    action.setEnabled(False)
    action.setToolTip("1 line must be fixed first")
    assert not button.isEnabled() and button.toolTip() == "1 line must be fixed first"
    action.setEnabled(True)
    with qtbot.waitSignal(action.triggered):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_primary_button_wears_the_accent_in_both_themes(qapp: QApplication, qtbot: QtBot) -> None:
    button = Button("Post", "primary")
    show(qtbot, button)
    for name in ("light", "dark"):
        apply_theme(qapp, name)  # type: ignore[arg-type]
        assert button.grab().toImage().pixelColor(5, 5) == color("accent.solid")
    button.setEnabled(False)
    assert button.grab().toImage().pixelColor(5, 5) == color("surface.panel")


def test_an_icon_alone_has_words_and_a_badge_is_told(qtbot: QtBot) -> None:
    bell = IconButton("bell", "Messages")
    show(qtbot, bell)
    bell.set_badge(3)
    assert (bell.toolTip(), bell.accessibleName(), bell.accessibleDescription()) == (
        "Messages",
        "Messages",
        "3",
    )


def test_keys_are_written_as_on_the_key_caps() -> None:
    assert key_text(QKeySequence("Ctrl+Return")) == "Ctrl+Enter"


def test_segments_by_mouse_and_keys(qtbot: QtBot) -> None:
    control = Segmented([Segment("in", "Receive", "inbox"), Segment("out", "Issue"), Segment("back", "Return")])
    show(qtbot, control)
    chosen: list[str] = []
    control.chosen.connect(chosen.append)
    first, second, third = control._buttons()
    qtbot.mouseClick(second, Qt.MouseButton.LeftButton)
    second.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(second.hasFocus)
    QTest.keyClick(second, Key.Key_Right)
    QTest.keyClick(third, Key.Key_Right)
    assert chosen == ["out", "back", "in"] and control.current() == "in" and first.isChecked()
    control.set_enabled("out", False, "Nothing to issue")
    assert second.toolTip() == "Nothing to issue"
    control.set_segments([Segment("in", "收货"), Segment("out", "发料")])
    assert control.current() == "in"


def test_view_tabs_keep_their_choice_when_counts_change(qtbot: QtBot) -> None:
    tabs = ViewTabs([ViewTab("all", "All", "Alt+1", 412), ViewTab("mine", "Mine", "Alt+2")])
    show(qtbot, tabs)
    with qtbot.waitSignal(tabs.chosen) as caught:
        qtbot.mouseClick(tabs._buttons()[1], Qt.MouseButton.LeftButton)
    assert caught.args == ["mine"]
    tabs.set_tabs([ViewTab("all", "All", "Alt+1", 413), ViewTab("mine", "Mine", "Alt+2", 5)])
    assert tabs.current() == "mine"
