"""The visitor's hand: key and mouse events to what has the focus or lies under the pointer. Every wait has a limit."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEvent, QEventLoop, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QCursor, QGuiApplication, QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMenu, QMenuBar, QWidget

Found = TypeVar("Found")
PATIENCE = 20.0
"""Seconds until something that does not happen ends the step."""
TYPING_MS = 40
"""Between two keys of a person: longer than the pause that ends a scanner's burst."""
SCANNER_MS = 4
"""Between two keys of a scanner."""
_LOOK_MS = 20
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


class Stuck(Exception):
    """What was waited for did not happen, or is not as it should be."""


def wait_for(what: str, ready: Callable[[], Found | None], *, seconds: float = PATIENCE) -> Found:
    """Let the program work until `ready` returns something true. Raises Stuck when that takes too long."""
    limit = time.monotonic() + seconds
    while True:
        found = ready()
        if found:
            return found
        if time.monotonic() >= limit:
            raise Stuck(f"waited {seconds:g} s in vain for {what}")
        rest(_LOOK_MS)


def rest(milliseconds: int) -> None:
    """Let the program work for a moment. `QTest.qWait` would not: it keeps Python's lock, and no thread gets a turn."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def demand(holds: bool, what: str) -> None:
    """Raises Stuck with `what` where the tour's expectation is not met."""
    if not holds:
        raise Stuck(what)


def focused(window: QWidget) -> QWidget:
    """Where keys go now."""
    return QApplication.focusWidget() or window.focusWidget() or window


def press(window: QWidget, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(focused(window), key, modifiers)


def scan(window: QWidget, code: str) -> None:
    """As a scanner: all characters in a burst, then Enter, each with the time that the device gives it."""
    target, moment = focused(window), time.monotonic() * 1000
    keys = [(ord(letter.upper()), letter) for letter in code]
    for number, (key, letter) in enumerate([*keys, (int(Qt.Key.Key_Return), "\r")]):
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, letter)
            event.setTimestamp(int(moment) + number * SCANNER_MS)
            QApplication.sendEvent(target, event)


def type_text(window: QWidget, text: str) -> None:
    """As a person, key by key."""
    for letter in text:
        QTest.keyClicks(focused(window), letter)
        rest(TYPING_MS)


def click(widget: QWidget, at: QPoint | None = None) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at or widget.rect().center())


def choose_last(window: QWidget, button: QWidget) -> None:
    """The last entry of the menu that a button opens."""
    click(button)
    menu = wait_for("the menu", lambda: QApplication.activePopupWidget())
    QTest.keyClick(menu, Qt.Key.Key_Up)
    QTest.keyClick(menu, Qt.Key.Key_Return)


def open_menu(bar: QMenuBar, menu: QMenu) -> QMenu:
    """Open a menu of the menu bar by the mouse."""
    click(bar, bar.actionGeometry(menu.menuAction()).center())
    return wait_for("the menu", lambda: menu if menu.isVisible() else None)


@contextmanager
def dragging(source: QWidget, start: QPoint, target: QWidget, end: QPoint) -> Iterator[None]:
    """Press on `source`, move over `target`; released when the block ends, so that it can look at the drag."""
    goal = source.mapFromGlobal(target.mapToGlobal(end))
    QTest.mousePress(source, Qt.MouseButton.LeftButton, pos=start)
    for part in (0.1, 0.3, 0.6, 0.9, 1.0):
        _move(source, start + (goal - start) * part)
        rest(15)
    try:
        yield
    finally:
        QTest.mouseRelease(source, Qt.MouseButton.LeftButton, pos=goal)


def _move(widget: QWidget, pos: QPoint) -> None:
    """A move with the button held, which QTest's own does not carry. The pointer goes along: what scrolls at an edge
    asks where it is.
    """
    QCursor.setPos(widget.mapToGlobal(pos))
    event = QMouseEvent(
        QMouseEvent.Type.MouseMove, QPointF(pos), widget.mapToGlobal(QPointF(pos)), Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


@contextmanager
def saving_as(window: QWidget, path: Path) -> Iterator[None]:
    """Answer the file dialog that opens inside the block: the path is pasted, Enter saves.

    The dialog runs an event loop of its own, so it is answered from a timer. One that does not come or does not close
    in time is rejected, and Stuck is raised.
    """
    path.unlink(missing_ok=True)
    limit = time.monotonic() + PATIENCE
    answered: list[QFileDialog] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if time.monotonic() >= limit and isinstance(dialog, QFileDialog):
            dialog.reject()
        elif isinstance(dialog, QFileDialog) and not dialog.isActiveWindow():
            dialog.activateWindow()
        elif isinstance(dialog, QFileDialog) and dialog not in answered:
            answered.append(dialog)
            _fill_in(dialog, path)

    timer = QTimer(interval=_LOOK_MS)
    timer.timeout.connect(look)
    timer.start()
    try:
        yield
    finally:
        timer.stop()
    demand(bool(answered), "no file dialog opened")
    window.activateWindow()  # what a window manager does when a dialog goes
    wait_for(path.name, lambda: path.is_file() and path.stat().st_size > 0)


def _fill_in(dialog: QFileDialog, path: Path) -> None:
    field = dialog.findChild(QLineEdit, "fileNameEdit")
    if field is None:
        dialog.reject()
        raise Stuck("the file dialog has no field for the name")
    clipboard = QGuiApplication.clipboard()
    before = clipboard.text()
    clipboard.setText(str(path))
    QTest.keyClick(field, Qt.Key.Key_A, CTRL)
    QTest.keyClick(field, Qt.Key.Key_V, CTRL)
    clipboard.setText(before)
    QTest.keyClick(field, Qt.Key.Key_Return)
