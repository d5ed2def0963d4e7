"""Beside the calendar: a small month to jump with, and what is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.domain.text import language
from desktop.widgets.calendar_layout import month_weeks
from desktop.widgets.dates import add_months
from desktop.widgets.gantt_look import Look
from desktop.widgets.style import draw_check_box, draw_focus_ring
from desktop.widgets.theme import color, theme_signals

CELL = 24


class MiniMonth(QWidget):
    """A month of 24 px cells; the shown range is tinted, today filled. Arrows move, Enter or a click chooses."""

    chosen = Signal(object)
    month_changed = Signal()

    def __init__(self, today: Callable[[], date], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._today = today
        self._look = Look()
        self.month = today().replace(day=1)
        self.first, self.last = today(), today()
        self.cursor_day = today()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(7 * CELL)
        theme_signals().changed.connect(self._restyle)

    def _restyle(self) -> None:
        self._look.reset()
        self.update()

    def show_range(self, first: date, last: date) -> None:
        """Tint `first` to `last` and turn to their month."""
        self.first, self.last = first, last
        self.cursor_day = first
        self.month = (first + (last - first) // 2).replace(day=1)
        self.month_changed.emit()
        self.update()

    def turn(self, months: int) -> None:
        self.month = add_months(self.month, months)
        self.month_changed.emit()
        self.update()

    def _first_cell(self) -> date:
        return month_weeks(self.month)[0]

    def cell(self, day: date) -> QRect:
        index = (day - self._first_cell()).days
        width = self.width() / 7
        return QRect(round(index % 7 * width), CELL + index // 7 * CELL, round(width), CELL)

    def day_at(self, pos: QPoint) -> date | None:
        if pos.y() < CELL:
            return None
        across = min(int(pos.x() // (self.width() / 7)), 6)
        return self._first_cell() + timedelta(days=(pos.y() - CELL) // CELL * 7 + across)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre = Qt.AlignmentFlag.AlignHCenter
        names = "一二三四五六日" if language() == "zh" else "MTWTFSS"
        width = self.width() / 7
        painter.setPen(color("text.tertiary"))
        for index, name in enumerate(names):
            self._look.texts.draw(painter, index * width, 4, name, width, align=centre)
        for offset in range(42):
            day = self._first_cell() + timedelta(days=offset)
            box = self.cell(day)
            today = day == self._today()
            if self.first <= day <= self.last:
                painter.fillRect(box, color("accent.subtle"))
            if today:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(color("accent.solid"))
                painter.drawRoundedRect(QRectF(box), 4, 4)
            if self.hasFocus() and day == self.cursor_day:
                draw_focus_ring(painter, QRectF(box).adjusted(3, 3, -3, -3))
            inside = day.month == self.month.month
            painter.setPen(color("accent.onSolid" if today else "text.primary" if inside else "text.disabled"))
            self._look.texts.draw(painter, box.x(), box.y() + 4, str(day.day), box.width(), align=centre)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        day = self.day_at(event.position().toPoint())
        if day is not None and event.button() == Qt.MouseButton.LeftButton:
            self.cursor_day = day
            self.chosen.emit(day)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -7, Qt.Key.Key_Down: 7}
        key = Qt.Key(event.key())
        if key in steps:
            self.cursor_day += timedelta(days=steps[key])
            if self.cursor_day.month != self.month.month:
                self.month = self.cursor_day.replace(day=1)
                self.month_changed.emit()
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.turn(-1 if key == Qt.Key.Key_PageUp else 1)
            self.cursor_day = self.month
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.cursor_day)
        else:
            super().keyPressEvent(event)
            return
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()


class Ticks(QWidget):
    """Rows of 24 px with a check box, an optional colour, words and a figure at the right. ↑↓ walk, Space ticks."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = Look()
        self._rows: list[tuple[object, str, str, str]] = []
        self._on: set[object] = set()
        self._current = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme_signals().changed.connect(self._restyle)

    def _restyle(self) -> None:
        self._look.reset()
        self.update()

    def set_rows(self, rows: Sequence[tuple[object, str, str, str]], on: set[object]) -> None:
        """Rows of (key, colour role or "", words, figure), and which keys are ticked."""
        self._rows = list(rows)
        self._on = {key for key, *_ in self._rows} & on
        self._current = min(self._current, max(len(self._rows) - 1, 0))
        self.setFixedHeight(max(len(self._rows), 1) * CELL)
        self._describe()
        self.update()

    def ticked(self) -> set[object]:
        return set(self._on)

    def sizeHint(self) -> QSize:
        return QSize(180, max(len(self._rows), 1) * CELL)

    def toggle(self, index: int) -> None:
        if 0 <= index < len(self._rows):
            self._current = index
            self._on ^= {self._rows[index][0]}
            self._describe()
            self.update()
            self.changed.emit()

    def _describe(self) -> None:
        if self._rows:
            key, _, words, figure = self._rows[self._current]
            self.setAccessibleDescription(f"{words} {figure} {'☑' if key in self._on else '☐'}")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, (key, tint, words, figure) in enumerate(self._rows):
            y = index * CELL
            state = Qt.CheckState.Checked if key in self._on else Qt.CheckState.Unchecked
            draw_check_box(painter, QRect(0, y + 5, 14, 14), state)
            if self.hasFocus() and index == self._current:
                draw_focus_ring(painter, QRectF(1, y + 6, 12, 12), radius=3)
            x = 22.0
            if tint:
                painter.fillRect(QRectF(x, y + 5, 3, 14), color(tint))
                x += 11
            painter.setPen(color("text.secondary"))
            used = self._look.texts.draw(painter, x, y + 4, figure, self.width() - x, align=Qt.AlignmentFlag.AlignRight)
            painter.setPen(color("text.primary"))
            self._look.texts.draw(painter, x, y + 4, words, self.width() - x - used - 8)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.toggle(int(event.position().y()) // CELL)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            step = 1 if key == Qt.Key.Key_Down else -1
            self._current = min(max(self._current + step, 0), max(len(self._rows) - 1, 0))
            self._describe()
            self.update()
        elif key == Qt.Key.Key_Space:
            self.toggle(self._current)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._look.reset()
            self.update()
        super().changeEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
