"""Key figures: label, value, a sentence below; one that leads somewhere is chosen by click, Enter or Space."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from desktop.widgets.labels import Label
from desktop.widgets.paint import FocusRing, column


class Figure(QWidget):
    """A key figure. `leads` makes it a place of the keyboard that emits `chosen`."""

    chosen = Signal()

    def __init__(self, *, leads: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = Label(role="text.tertiary")
        self.value = Label(size=20, weight=500)
        self.note = Label(role="text.secondary", elide=True)
        air = (6, 2, 6, 2) if leads else (0, 0, 0, 0)  # between the words and the ring of the focus
        self.setLayout(column(self.label, self.value, self.note, spacing=0, margins=air))
        self._leads = leads
        if leads:
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._ring = FocusRing(self)
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def say(self, label: str, value: str, note: str = "", role: str = "text.primary") -> None:
        self.label.setText(label)
        self.value.setText(value)
        self.value.set_role(role)
        self.note.setText(note)
        self.setAccessibleName(f"{label}: {value}. {note}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._leads and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit()
            return
        super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        inside = self.rect().contains(event.position().toPoint())
        if self._leads and event.button() == Qt.MouseButton.LeftButton and inside:
            self.chosen.emit()
            return
        super().mouseReleaseEvent(event)
