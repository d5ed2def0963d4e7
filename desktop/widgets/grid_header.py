"""The head of a grid: names, units, sorting marks; click sorts, drag moves and resizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from desktop.models.kinds import is_number
from desktop.widgets.grid_columns import CHECK_WIDTH, Slot
from desktop.widgets.grid_strip import paint_strip
from desktop.widgets.grid_text import CELL_PADDING
from desktop.widgets.paint import draw_icon, draw_text, text_width
from desktop.widgets.style import draw_check_box
from desktop.widgets.theme import color, font, metric

if TYPE_CHECKING:
    from desktop.widgets.grid_view import GridView

_GRIP = 4
_DRAG_FROM = 6


def header_text(slot: Slot) -> str:
    """The label with its unit: ``Amount ¥``."""
    return f"{slot.info.label} {slot.info.unit}" if slot.info.unit else slot.info.label


class GridHeader(QWidget):
    """28 high; scrolls with the cells, its frozen part stands."""

    def __init__(self, view: GridView) -> None:
        super().__init__(view)
        self._view = view
        self._sizing: tuple[str, int, int] | None = None
        self._pressed: tuple[str, int] | None = None
        self._target: int | None = None
        self._hovered = ""
        self.setFixedHeight(metric("row.header"))
        self.setMouseTracking(True)

    # --- painting ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_strip(painter, self._view.columns, self.rect(), self._draw, self._draw_check)
        if self._target is not None:
            painter.fillRect(self._edge_of(self._target) - 1, 0, 2, self.height(), color("accent.solid"))
        painter.end()

    def _draw_check(self, painter: QPainter) -> None:
        draw_check_box(painter, QRect(0, 0, CHECK_WIDTH, self.height() - 1), self._view.check_state())

    def _draw(self, painter: QPainter, slot: Slot) -> None:
        left, width, height = self._view.columns.left(slot), slot.width, self.height()
        if slot.info.key == self._hovered:
            painter.fillRect(left, 0, width - 1, height, color("surface.hover"))
        painter.fillRect(left + width - 1, 0, 1, height, color("border.grid"))
        text = header_text(slot)
        used = font(12, 500, text=text)
        rank, descending, several = self._view.sort_of(slot.info.key)
        mark = 0
        if rank:
            mark = 16 + (round(text_width(str(rank), font(11))) + 4 if several else 0)
        room = width - 2 * CELL_PADDING - mark
        shown = min(round(text_width(text, used)) + 1, room)
        x = left + CELL_PADDING
        if is_number(slot.info.kind):
            text_x = left + width - CELL_PADDING - shown
            self._draw_sort(painter, text_x - mark, rank, descending, several)
        else:
            text_x = x
            self._draw_sort(painter, x + shown + 4, rank, descending, several)
        draw_text(painter, QRectF(text_x, 0, shown, height - 1), text, used, "text.secondary")

    def _draw_sort(self, painter: QPainter, x: int, rank: int, descending: bool, several: bool) -> None:
        if not rank:
            return
        draw_icon(painter, x, 8, "arrow-down" if descending else "arrow-up", "accent.fg", 12)
        if several:
            draw_text(painter, QRectF(x + 14, 0, 20, self.height() - 1), str(rank), font(11), "accent.fg")

    # --- mouse ---------------------------------------------------------------------------------------------------

    def _grip_at(self, x: int) -> Slot | None:
        for slot in self._view.columns.slots:
            edge = self._view.columns.left(slot) + slot.width
            seen = slot.frozen or edge > self._view.columns.frozen_width
            if seen and abs(x - edge) <= _GRIP:
                return slot
        return None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._view.close_editor(accept=True)
        x = event.position().toPoint().x()
        grip = self._grip_at(x)
        if grip is not None:
            self._sizing = (grip.info.key, x, grip.width)
            return
        if self._view.columns.checks and x < CHECK_WIDTH:
            self._view.toggle_all_checks()
            return
        slot = self._view.columns.slot_at(x)
        self._pressed = (slot.info.key, x) if slot is not None else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().toPoint().x()
        if self._sizing is not None:
            key, start, width = self._sizing
            self._view.columns.resize(key, width + x - start)
        elif self._pressed is not None and abs(x - self._pressed[1]) >= _DRAG_FROM:
            self._target = self._position_at(x)
            self.update()
        else:
            grip = self._grip_at(x)
            self.setCursor(Qt.CursorShape.SplitHCursor if grip is not None else Qt.CursorShape.ArrowCursor)
            slot = self._view.columns.slot_at(x)
            self._hover(slot.info.key if slot is not None and grip is None else "")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, target = self._pressed, self._target
        self._sizing = self._pressed = self._target = None
        if pressed is None:
            return
        if target is not None:
            slot = self._view.columns.slot_of(pressed[0])
            if slot is not None:
                self._view.columns.move(pressed[0], target - (target > slot.position))
            self.update()
            return
        add = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        self._view.toggle_sort(pressed[0], add=add)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        grip = self._grip_at(event.position().toPoint().x())
        if grip is not None:
            self._view.fit_column(grip.info.key)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover("")

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        slot = self._view.columns.slot_at(event.pos().x())
        if slot is not None:
            self._view.go_to_column(slot.info.key)
            self._view.header_menu_requested.emit(slot.info.key, event.globalPos())

    def _hover(self, key: str) -> None:
        if key != self._hovered:
            self._hovered = key
            self.update()

    def _position_at(self, x: int) -> int:
        """Before which visible column a dragged one would come to stand."""
        for slot in self._view.columns.slots:
            if x < self._view.columns.left(slot) + slot.width // 2 and (
                slot.frozen or x >= self._view.columns.frozen_width
            ):
                return slot.position
        return len(self._view.columns.slots)

    def _edge_of(self, position: int) -> int:
        slots = self._view.columns.slots
        if position < len(slots):
            return self._view.columns.left(slots[position])
        last = slots[-1]
        return self._view.columns.left(last) + last.width

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            self._tip(event.pos(), event.globalPos())
            return True
        return super().event(event)

    def _tip(self, point: QPoint, at: QPoint) -> None:
        slot = self._view.columns.slot_at(point.x())
        if slot is None:
            QToolTip.hideText()
            return
        meaning = f"\n{slot.info.meaning}" if slot.info.meaning else ""
        QToolTip.showText(at, header_text(slot) + meaning, self)
