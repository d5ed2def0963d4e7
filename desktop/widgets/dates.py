"""Date fields: typed in any usual form, or picked from a month (F7); and a range of two."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.domain.entry import NotADate, format_date, parse_date
from desktop.domain.text import language, tr
from desktop.widgets.icons import bind_icon
from desktop.widgets.paint import draw_box, draw_icon, draw_text
from desktop.widgets.popup import FieldPopup
from desktop.widgets.theme import font, metric

_CELL = 32
_HEAD = 32
_STEPS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: -7,
    Qt.Key.Key_Down: 7,
}
_MONTH_KEYS = frozenset(
    {*_STEPS, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape}
)
_WEEKDAYS = {
    "en": ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"),
    "zh": ("一", "二", "三", "四", "五", "六", "日"),
}
_EARLIEST, _LATEST = date(1900, 1, 1), date(2199, 12, 31)


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the month's last day where it has no such day."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


class MonthPopup(FieldPopup):
    """One month; arrows move by day and week, Page Up/Down by month, Enter takes, Esc leaves."""

    picked = Signal(object)

    def __init__(self, field: QWidget) -> None:
        super().__init__(field)
        self.day = date.today()
        self.today = date.today()
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Calendar"))

    def sizeHint(self) -> QSize:
        return QSize(7 * _CELL + 16, _HEAD + 24 + 6 * _CELL + 12)

    def first_cell(self) -> date:
        first = self.day.replace(day=1)
        return first - timedelta(days=first.weekday())

    def press(self, key: int) -> bool:
        """A key that the field received while the month is open; True where it was meant for the month."""
        wanted = Qt.Key(key)
        if wanted in _STEPS:
            self._go(self.day + timedelta(days=_STEPS[wanted]))
        elif wanted in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._go(add_months(self.day, -1 if wanted == Qt.Key.Key_PageUp else 1))
        elif wanted in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.picked.emit(self.day)
        elif wanted == Qt.Key.Key_Escape:
            self.shut()
        else:
            return False
        return True

    def _go(self, day: date) -> None:
        self.day = min(max(day, _EARLIEST), _LATEST)
        self.setAccessibleDescription(format_date(self.day))
        self.update()

    def day_at(self, position: QPointF) -> date | None:
        x, y = position.x() - 8, position.y() - _HEAD - 24 - 4
        if not (0 <= x < 7 * _CELL and 0 <= y < 6 * _CELL):
            return None
        return self.first_cell() + timedelta(days=int(y // _CELL) * 7 + int(x // _CELL))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.position().y() < _HEAD:
            step = -1 if event.position().x() < 40 else 1 if event.position().x() > self.width() - 40 else 0
            self._go(add_months(self.day, step))
            return
        day = self.day_at(event.position())
        if day is not None:
            self.picked.emit(day)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        title = self.day.strftime("%Y-%m") if language() == "zh" else self.day.strftime("%B %Y")
        draw_text(painter, QRectF(40, 4, self.width() - 80, _HEAD - 4), title, font(13), "text.primary", "center")
        draw_icon(painter, 14, 10, "chevron-left", "text.secondary", 16)
        draw_icon(painter, self.width() - 30, 10, "chevron-right", "text.secondary", 16)
        for number, name in enumerate(_WEEKDAYS[language()]):
            area = QRectF(8 + number * _CELL, _HEAD, _CELL, 24)
            draw_text(painter, area, name, font(11, text=name), "text.tertiary", "center")
        for number in range(42):
            self._draw_day(painter, number)
        painter.end()

    def _draw_day(self, painter: QPainter, number: int) -> None:
        day = self.first_cell() + timedelta(days=number)
        x, y = 8 + number % 7 * _CELL, _HEAD + 28 + number // 7 * _CELL
        box = QRectF(x + 2, y + 2, _CELL - 4, _CELL - 4)
        role = "text.primary" if day.month == self.day.month else "text.disabled"
        if day == self.day:
            draw_box(painter, box, "accent.solid", None, metric("radius.control"))
            role = "accent.onSolid"
        elif day == self.today:
            draw_box(painter, box, None, "accent.fg", metric("radius.control"))
        draw_text(painter, box, str(day.day), font(12), role, "center")


class DateField(QLineEdit):
    """`24 Nov 2026`, `2026-11-24`, `11-24`, `24`, `+3`, `t`; F7 or Alt+↓ opens the month."""

    value_changed = Signal(object)
    refused = Signal(str)

    def __init__(self, value: date | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value: date | None = None
        self._written = ""
        self._month: MonthPopup | None = None
        self.setFont(font(13))
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        opener = QAction(self)
        bind_icon(opener, "calendar", "text.tertiary")
        opener.triggered.connect(self.open_month)
        self.addAction(opener, QLineEdit.ActionPosition.TrailingPosition)
        self._opener = opener
        self.editingFinished.connect(self._settle)
        self.set_value(value)
        self._retranslate()

    def value(self) -> date | None:
        """What the text says. Raises `NotADate` with the reason."""
        if self.text() == format_date(self._value):
            return self._value
        try:
            return parse_date(self.text(), date.today())
        except NotADate:
            raise NotADate(tr("Not a date. Type for example 2026-11-24, 11-24 or +3")) from None

    def set_value(self, value: date | None) -> None:
        self._value = value
        self._written = "" if value is None else format_date(value)
        self.setText(self._written)

    @Slot()
    def open_month(self) -> None:
        if self._month is None:
            self._month = MonthPopup(self)
            self._month.picked.connect(self._pick)
        self._month.today = date.today()
        self._month.day = self._value or date.today()
        self._month.open()
        self.setFocus()

    def month_is_open(self) -> bool:
        return self._month is not None and self._month.isVisible()

    def event(self, event: QEvent) -> bool:
        """F7 opens the month, and what steers it belongs to it, also where the page has the same keys."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and (event.key() == Qt.Key.Key_F7 or (self.month_is_open() and event.key() in _MONTH_KEYS))
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.month_is_open() and self._month is not None and self._month.press(event.key()):
            return
        alt_down = event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier
        if event.key() == Qt.Key.Key_F7 or alt_down:
            self.open_month()
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self._month is not None and event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self._month.shut()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            if self._value is not None and self.text() == self._written:  # what is being typed stays
                self.set_value(self._value)
        super().changeEvent(event)

    def _retranslate(self) -> None:
        self._opener.setToolTip(tr("Calendar") + "  F7")

    @Slot(object)
    def _pick(self, day: date) -> None:
        if self._month is not None:
            self._month.shut()
        self.setText(format_date(day))
        self._take(day)

    @Slot()
    def _settle(self) -> None:
        try:
            self._take(self.value())
        except NotADate as error:
            self.refused.emit(str(error))

    def _take(self, value: date | None) -> None:
        changed = value != self._value
        self.set_value(value)
        if changed:
            self.value_changed.emit(value)
