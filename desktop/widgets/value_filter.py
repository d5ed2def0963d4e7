"""The value filter of a column: its values with their counts, searched and ticked, as in a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.domain.conditions import Condition, Group, Test, Value
from desktop.domain.text import tr
from desktop.lists.query import Cell, ColumnInfo, ListQuery
from desktop.models.filters import canonical, values_filter
from desktop.models.kinds import format_cell
from desktop.models.list_model import ListModel
from desktop.runtime.failures import Failure
from desktop.runtime.work import Job
from desktop.widgets.buttons import Button
from desktop.widgets.lookup import DEBOUNCE_MS
from desktop.widgets.paint import column, draw_box, draw_text, row
from desktop.widgets.popup import FieldPopup
from desktop.widgets.style import draw_check_box
from desktop.widgets.theme import font

_ROW = 24
_ROWS = 12
MOST_VALUES = 500
_WIDTH = 280


class _Values(QWidget):
    """Ticks with their counts. The first line stands for all of them."""

    changed = Signal()

    def __init__(self, info: ColumnInfo) -> None:
        super().__init__()
        self._info = info
        self.values: tuple[tuple[Cell, int], ...] = ()
        self.chosen: set[Value | None] = set()
        """In canonical form; None stands for no value."""
        self.note = ""
        self.current = 0
        self._top = 0
        self.setFixedHeight(_ROW * _ROWS)

    def offer(self, values: Sequence[tuple[Cell, int]]) -> None:
        self.values, self.current, self._top = tuple(values), 0, 0
        self.note = "" if values else tr("Nothing found")
        self.update()

    def offered(self) -> set[Value | None]:
        return {_canon(value) for value, _ in self.values}

    def toggle(self, number: int) -> None:
        """Tick or untick a value; number 0 all that are offered."""
        if number == 0:
            offered = self.offered()
            self.chosen = self.chosen - offered if offered <= self.chosen else self.chosen | offered
        elif number <= len(self.values):
            self.chosen ^= {_canon(self.values[number - 1][0])}
        self.changed.emit()
        self.update()

    def step(self, by: int) -> None:
        self.current = min(max(self.current + by, 0), len(self.values))
        self._top = min(max(self._top, self.current - _ROWS + 1), self.current)
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        last = max(0, len(self.values) + 1 - _ROWS)
        self._top = min(max(self._top - event.angleDelta().y() // 40, 0), last)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._top + int(event.position().y()) // _ROW
        if number <= len(self.values):
            self.current = number
            self.toggle(number)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.note:
            draw_text(painter, QRectF(8, 0, self.width() - 16, _ROW), self.note, font(12), "text.tertiary")
        elif self.values:
            for shown in range(_ROWS):
                number = self._top + shown
                if number <= len(self.values):
                    self._draw(painter, number, shown * _ROW)
        painter.end()

    def _draw(self, painter: QPainter, number: int, y: int) -> None:
        if number == self.current:
            draw_box(painter, QRectF(0, y, self.width(), _ROW), "selection.bg", None, 3)
        if number == 0:
            offered = self.offered()
            ticked = offered <= self.chosen
            partly = bool(offered & self.chosen) and not ticked
            words, count = tr("All shown"), sum(count for _, count in self.values)
        else:
            value, count = self.values[number - 1]
            ticked, partly = _canon(value) in self.chosen, False
            words = format_cell(self._info, value) or tr("(no value)")
        state = Qt.CheckState.PartiallyChecked if partly else Qt.CheckState.Unchecked
        draw_check_box(painter, QRect(4, y, 20, _ROW), Qt.CheckState.Checked if ticked else state)
        ink = "selection.text" if number == self.current else "text.primary"
        room = QRectF(32, y, self.width() - 96, _ROW)
        draw_text(painter, room, words, font(12, text=words), ink)
        draw_text(painter, QRectF(self.width() - 64, y, 56, _ROW), f"{count:,}", font(12), "text.tertiary", "right")


class ValueFilter(FieldPopup):
    """Opens under a field of the filter row. ↑↓ move, Space ticks, Enter applies, Esc leaves."""

    chosen = Signal(object)
    """The condition, or None when every value is wanted."""

    def __init__(self, field: QWidget, info: ColumnInfo, model: ListModel, query: ListQuery) -> None:
        super().__init__(field)
        self._info, self._model, self._query = info, model, query
        self._job: Job | None = None
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search values"))
        self.search.setAccessibleName(tr("Search values"))
        self.search.installEventFilter(self)
        self.list = _Values(info)
        self.apply_button = Button(tr("Apply"), "primary", key="Enter", height=24)
        self.clear_button = Button(tr("Clear filter"), "ghost", height=24)
        self.apply_button.clicked.connect(self.apply)
        self.clear_button.clicked.connect(self._clear)
        buttons = row(self.clear_button, None, self.apply_button)
        self.setLayout(column(self.search, self.list, buttons, spacing=6, margins=(8, 8, 8, 8)))
        self.setFixedWidth(_WIDTH)
        self._pause = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._pause.timeout.connect(self._ask)
        self.search.textEdited.connect(lambda: self._pause.start())

    def start(self, present: Condition | None) -> None:
        """Tick what the present condition lets through, ask for the values, open."""
        self.list.chosen = _chosen_by(present)
        self.open()
        self.search.setFocus()
        self._ask()

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, super().sizeHint().height())

    def _ask(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._job = self._model.work.run(
            self._model.source.values, self._query, self._info.key, self.search.text().strip(), MOST_VALUES,
            on_done=self._answered, on_error=self._failed, owner=self, background=True,
        )  # fmt: skip

    def _answered(self, values: tuple[tuple[Cell, int], ...]) -> None:
        self._job = None
        self.list.offer(values)

    def _failed(self, failure: Failure) -> None:
        self.list.note = failure.message
        self.list.update()

    def apply(self) -> None:
        """The ticked values; all of those found where something was searched for and nothing ticked."""
        chosen, offered = set(self.list.chosen), self.list.offered()
        searched = bool(self.search.text().strip())
        if not chosen and searched:
            chosen = offered
        self.shut()
        everything = not searched and offered <= chosen and len(offered) < MOST_VALUES
        self.chosen.emit(values_filter(self._info, chosen) if chosen and not everything else None)

    def _clear(self) -> None:
        self.shut()
        self.chosen.emit(None)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._press(event)
        return super().eventFilter(watched, event)  # type: ignore[arg-type]

    def _press(self, event: QKeyEvent) -> bool:
        key, control = Qt.Key(event.key()), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _ROWS, Qt.Key.Key_PageUp: -_ROWS}
        if key in steps:
            self.list.step(steps[key])
        elif key == Qt.Key.Key_Space and (not self.search.text() or control):
            self.list.toggle(self.list.current)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.apply()
        elif key == Qt.Key.Key_Escape:
            self.shut()
            self._field.setFocus()
        else:
            return False
        return True


def _canon(value: Cell) -> Value | None:
    return None if value is None else canonical(value)


def _chosen_by(condition: Condition | None) -> set[Value | None]:
    """The values that a condition of this filter names; None for no value."""
    parts = condition.parts if isinstance(condition, Group) else (condition,)
    chosen: set[Value | None] = set()
    for part in parts:
        if isinstance(part, Test) and part.op in ("in", "="):
            chosen |= set(part.values)
        elif isinstance(part, Test) and part.op == "empty":
            chosen.add(None)
    return chosen
