"""A painted table that has the keyboard: rows by ↑↓, a column by ←→, and what Enter, Space and Esc ask for."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop.views.stock.painted_table import HEAD, ROW, PaintedTable

_STEPS = {
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
}
_FAR = 1_000_000


class KeyTable(PaintedTable):
    """Emits `stepped(rows, columns)`; the page knows where that leads. All rows are of one height."""

    stepped = Signal(int, int)
    entered = Signal()
    marked = Signal()
    left = Signal()
    focused = Signal(bool)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        page = max(1, (self.viewport().height() - HEAD) // ROW - 1)
        steps = {
            **_STEPS,
            Qt.Key.Key_PageUp: (-page, 0),
            Qt.Key.Key_PageDown: (page, 0),
            Qt.Key.Key_Home: (-_FAR, 0),
            Qt.Key.Key_End: (_FAR, 0),
        }
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif key in steps:
            self.stepped.emit(*steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        elif key == Qt.Key.Key_Space:
            self.marked.emit()
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focused.emit(False)

    def _top(self, row: int) -> int:
        return HEAD - self.verticalScrollBar().value() + row * ROW

    def _row_at(self, y: int) -> int:
        row = (y - self._top(0)) // ROW
        return row if y >= HEAD and 0 <= row < len(self.rows()) else -1
