"""Which columns a grid shows, in which order and how many stand still: ticked and moved with a few keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.domain.text import tr
from desktop.widgets.buttons import Button
from desktop.widgets.grid_columns import ColumnLayout
from desktop.widgets.labels import Label
from desktop.widgets.paint import column, draw_box, draw_icon, draw_text, row
from desktop.widgets.popup import FieldPopup
from desktop.widgets.style import draw_check_box
from desktop.widgets.theme import font

_ROW, _ROWS, _WIDTH = 24, 14, 300


class _Columns(QWidget):
    """The columns in order, the hidden ones below; filtered by what is searched."""

    def __init__(self, columns: ColumnLayout) -> None:
        super().__init__()
        self._columns = columns
        self.search = ""
        self.current = 0
        self._top = 0
        self.setFixedHeight(_ROW * _ROWS)

    def keys(self) -> list[str]:
        typed = self.search.casefold()
        return [each.key for each in self._columns.columns if typed in self._columns.info(each.key).label.casefold()]

    def current_key(self) -> str | None:
        keys = self.keys()
        return keys[self.current] if self.current < len(keys) else None

    def step(self, by: int) -> None:
        self.current = min(max(self.current + by, 0), max(0, len(self.keys()) - 1))
        self._top = min(max(self._top, self.current - _ROWS + 1), self.current)
        self.update()

    def toggle(self) -> None:
        key = self.current_key()
        if key is not None:
            self._columns.set_hidden(key, key in self._columns.shown_keys())
            self._follow(key)

    def move(self, by: int) -> None:  # type: ignore[override]  # a column's place, not the widget's
        key, shown = self.current_key(), self._columns.shown_keys()
        if key in shown and key is not None:
            self._columns.move(key, shown.index(key) + by)
            self._follow(key)

    def _follow(self, key: str) -> None:
        keys = self.keys()
        self.current = keys.index(key) if key in keys else 0
        self.step(0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._top + int(event.position().y()) // _ROW
        if number < len(self.keys()):
            self.current = number
            self.toggle()

    def wheelEvent(self, event: QWheelEvent) -> None:
        last = max(0, len(self.keys()) - _ROWS)
        self._top = min(max(self._top - event.angleDelta().y() // 40, 0), last)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown = self._columns.shown_keys()
        for place, key in enumerate(self.keys()[self._top : self._top + _ROWS]):
            number, y = self._top + place, place * _ROW
            if number == self.current:
                draw_box(painter, QRectF(0, y, self.width(), _ROW), "selection.bg", None, 3)
            ticked = Qt.CheckState.Checked if key in shown else Qt.CheckState.Unchecked
            draw_check_box(painter, QRect(4, y, 20, _ROW), ticked)
            info = self._columns.info(key)
            ink = "selection.text" if number == self.current else "text.primary"
            draw_text(painter, QRectF(32, y, self.width() - 60, _ROW), info.label, font(12, text=info.label), ink)
            if key in shown and shown.index(key) < self._columns.frozen:
                draw_icon(painter, self.width() - 22, y + 5, "lock", "text.tertiary", 14)
        painter.end()


class ColumnChooser(FieldPopup):
    """↑↓ walk, Space shows or hides, Alt+↑↓ move, typing searches, Esc leaves."""

    closed = Signal()

    def __init__(self, field: QWidget, columns: ColumnLayout) -> None:
        super().__init__(field)
        self._columns = columns
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search columns"))
        self.search.setAccessibleName(tr("Search columns"))
        self.search.installEventFilter(self)
        self.search.textEdited.connect(self._searched)
        self.list = _Columns(columns)
        columns.changed.connect(self.list.update)
        self.hint = Label(tr("Space shows or hides, Alt+↑↓ moves"), role="text.tertiary")
        self.done = Button(tr("Done"), key="Esc", height=24)
        self.done.clicked.connect(self._leave)
        self.setLayout(column(self.search, self.list, row(self.hint, None, self.done), spacing=6, margins=(8, 8, 8, 8)))
        self.setFixedWidth(_WIDTH)

    def start(self) -> None:
        self.open()
        self.search.setFocus()

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, super().sizeHint().height())

    def _searched(self, text: str) -> None:
        self.list.search, self.list.current = text.strip(), 0
        self.list.step(0)

    def _leave(self) -> None:
        self.shut()
        self.closed.emit()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._press(event)
        return super().eventFilter(watched, event)  # type: ignore[arg-type]

    def _press(self, event: QKeyEvent) -> bool:
        key, alt = Qt.Key(event.key()), bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if key in steps and alt:
            self.list.move(steps[key])
        elif key in steps:
            self.list.step(steps[key])
        elif (key == Qt.Key.Key_Space and not self.search.text()) or key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.list.toggle()
        elif key == Qt.Key.Key_Escape:
            self._leave()
        else:
            return False
        return True
