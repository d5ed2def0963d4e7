"""Moving about in a grid by key. What acts on data is a QAction of `grid_commands`; this is only the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from desktop.lists.query import GroupHead

if TYPE_CHECKING:
    from desktop.widgets.grid_view import GridView

_CONTROL = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_ALT = Qt.KeyboardModifier.AltModifier
_ARROWS = {
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
}
_FAR = 1 << 40


def press_key(view: GridView, event: QKeyEvent) -> bool:
    """Move as the key says; False where it is none of ours."""
    modifiers = event.modifiers()
    if modifiers & _ALT:
        return False
    key = Qt.Key(event.key())
    extend, far = bool(modifiers & _SHIFT), bool(modifiers & _CONTROL)
    if key in _ARROWS and not far and not extend and _fold(view, key):
        return True
    step = _step(view, key, far=far)
    if step is not None:
        view.step(*step, extend=extend)
        return True
    return False


def _step(view: GridView, key: Qt.Key, *, far: bool) -> tuple[int, int] | None:
    """By how many lines and columns the key moves."""
    if key in _ARROWS:
        down, right = _ARROWS[key]
        return (down * _FAR, right * _FAR) if far else (down, right)
    if key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
        return (view.lines_per_page() * (-1 if key == Qt.Key.Key_PageUp else 1), 0)
    if key in (Qt.Key.Key_Home, Qt.Key.Key_End):
        sign = -1 if key == Qt.Key.Key_Home else 1
        return (sign * _FAR if far else 0, sign * _FAR)
    return None


def _fold(view: GridView, key: Qt.Key) -> bool:
    """← and → on a group's head close and open it."""
    line = view.selection.line
    if not 0 <= line < view.model.map.lines or key not in (Qt.Key.Key_Left, Qt.Key.Key_Right):
        return False
    head = view.model.line(line)
    if not isinstance(head, GroupHead):
        return False
    if view.model.collapsed(head.values) == (key == Qt.Key.Key_Right):
        view.model.toggle_group(head.values)
    return True


def typed_text(event: QKeyEvent) -> str:
    """The character that begins an edit; "" for control keys and chords."""
    if event.modifiers() & (_CONTROL | _ALT) and not (event.modifiers() & _CONTROL and event.modifiers() & _ALT):
        return ""
    text = event.text()
    return text if text and text.isprintable() and text != " " else ""
