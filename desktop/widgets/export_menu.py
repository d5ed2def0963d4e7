"""The Export menu: Excel exactly as shown, recipes, PDF, CSV, three options, copying. Painted as one popup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.text import language, tr
from desktop.widgets.list_services import Recipe
from desktop.widgets.paint import draw_box, draw_icon, draw_text
from desktop.widgets.popup import FieldPopup
from desktop.widgets.style import draw_check_box
from desktop.widgets.theme import color, font

_ROW, _GAP = 24, 9
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


@dataclass(frozen=True)
class _Item:
    """One line: a thing to do, an option to tick, a quiet note or (no text) a rule."""

    key: str = ""
    text: str = ""
    icon: str = ""
    hint: str = ""
    option: bool = False
    note: bool = False

    @property
    def usable(self) -> bool:
        return bool(self.key)


class ExportMenu(FieldPopup):
    """`chosen` says what: ``xlsx``, ``pdf``, ``csv``, ``copy``, ``copy_headers`` or ``recipe:7``."""

    chosen = Signal(str)
    left = Signal()

    def __init__(self, field: QWidget, options: dict[str, bool]) -> None:
        super().__init__(field)
        self.options = options
        """``formulas``, ``control_totals``, ``drill_ids``; ticked here, kept by the page."""
        self._items: tuple[_Item, ...] = ()
        self.current = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    def start(self, note: str, recipes: Sequence[Recipe], *, exports: bool) -> None:
        """Open with the list's size in words; without `exports` only copying is offered."""
        rule = _Item()
        files = (
            _Item("xlsx", tr("Excel, exactly as shown"), "file-spreadsheet", "Ctrl+E"),
            _Item("", note, note=True),
            *(
                _Item(f"recipe:{each.id}", tr("Recipe: {name}", name=each.name), "repeat", each.note)
                for each in recipes
            ),
            _Item("pdf", "PDF", "file-text", "Ctrl+P"),
            _Item("csv", "CSV UTF-8", "file-down"),
            rule,
            _Item("formulas", tr("Group subtotals as formulas"), option=True),
            _Item("control_totals", tr("Control totals and time stamp"), option=True),
            _Item("drill_ids", tr("Drill ids in a hidden column"), option=True),
            rule,
        )
        copies = (
            _Item("copy", tr("Copy selection"), "copy", "Ctrl+C"),
            _Item("copy_headers", tr("Copy with headers"), "copy", "Ctrl+Shift+C"),
        )
        self._items = (*files, *copies) if exports else copies
        self.current = 0
        self.setAccessibleName(tr("Export"))
        self.open()
        self.setFocus()
        self._describe()

    def sizeHint(self) -> QSize:
        height = sum(_GAP if not item.text else _ROW for item in self._items)
        return QSize(304 if language() == "zh" else 328, height + 10)

    def place(self) -> None:
        """Right edges of the menu and of its button are flush."""
        super().place()
        right = self._field.mapTo(self._field.window(), self._field.rect().topRight()).x() + 1
        self.move(max(4, right - self.width()), self.y())

    def _rects(self) -> list[QRect]:
        found: list[QRect] = []
        y = 5
        for item in self._items:
            height = _ROW if item.text else _GAP
            found.append(QRect(5, y, self.width() - 10, height))
            y += height
        return found

    def _describe(self) -> None:
        if self._items:
            self.setAccessibleDescription(self._items[self.current].text)

    def step(self, by: int) -> None:
        number = self.current
        while 0 <= number + by < len(self._items):
            number += by
            if self._items[number].usable:
                self.current = number
                break
        self._describe()
        self.update()

    def take(self) -> None:
        item = self._items[self.current]
        if item.option:
            self.options[item.key] = not self.options.get(item.key, False)
            self.update()
            return
        self.shut()
        self.left.emit()
        self.chosen.emit(item.key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.step(1 if key == Qt.Key.Key_Down else -1)
        elif key in _ENTER:
            self.take()
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_F6):
            self.shut()
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _item_at(self, event: QMouseEvent) -> int:
        point = event.position().toPoint()
        for number, rect in enumerate(self._rects()):
            if rect.contains(point) and self._items[number].usable:
                return number
        return -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        number = self._item_at(event)
        if number >= 0 and number != self.current:
            self.current = number
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        number = self._item_at(event)
        if number >= 0:
            self.current = number
            self.take()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        for number, (item, rect) in enumerate(zip(self._items, self._rects(), strict=True)):
            self._draw(painter, item, rect, number == self.current)
        painter.end()

    def _draw(self, painter: QPainter, item: _Item, rect: QRect, current: bool) -> None:
        if not item.text:
            painter.fillRect(QRect(rect.left() - 4, rect.top() + 4, rect.width() + 8, 1), color("border.grid"))
            return
        if current:
            draw_box(painter, QRectF(rect), "selection.bg", None, 3)
        ink = "selection.text" if current else "text.tertiary" if item.note else "text.primary"
        quiet = "selection.text" if current else "text.tertiary"
        x = rect.left() + 8
        if item.option:
            ticked = Qt.CheckState.Checked if self.options.get(item.key) else Qt.CheckState.Unchecked
            draw_check_box(painter, QRect(x, rect.top(), 16, rect.height()), ticked)
        elif item.icon:
            role = "selection.text" if current else "text.secondary"
            draw_icon(painter, x, rect.top() + 4, item.icon, role, 16)
        size = 11 if item.note else 12
        text = QRectF(x + 24, rect.top() - (2 if item.note else 0), rect.width() - 40, rect.height())
        draw_text(painter, text, item.text, font(size, text=item.text), ink)
        if item.hint:
            hint = QRectF(rect.left(), rect.top(), rect.width() - 8, rect.height())
            draw_text(painter, hint, item.hint, font(12, text=item.hint), quiet, "right")
