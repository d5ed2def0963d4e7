"""The grid's drawing surface: one widget that paints all cells, takes the keys, the mouse and the input method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from desktop.lists.query import GroupHead
from desktop.models.list_pages import ShownRow
from desktop.models.row_map import ROW_HEIGHT
from desktop.widgets.grid_columns import CHECK_WIDTH, Slot
from desktop.widgets.grid_keys import press_key, typed_text
from desktop.widgets.grid_paint import GridPainter
from desktop.widgets.grid_text import CELL_PADDING, cell_font

if TYPE_CHECKING:
    from desktop.widgets.grid_view import GridView

_WHEEL_LINES = 3


class GridCanvas(QWidget):
    """Paints what `view` holds and turns events into calls of it."""

    def __init__(self, view: GridView) -> None:
        super().__init__(view)
        self._view = view
        self._painter = GridPainter(view.model, view.columns, view.texts)
        self._dragging = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)

    def cell_rect(self, line: int, slot: Slot) -> QRect:
        """Where a cell lies in this widget."""
        y = self._view.model.map.top(line) - self._view.scene.top
        return QRect(self._view.columns.left(slot), y, slot.width, ROW_HEIGHT)

    def cell_at(self, point: QPoint) -> tuple[int, Slot | None]:
        """Line (-1 below the last) and column under a point."""
        rows = self._view.model.map
        y = point.y() + self._view.scene.top
        line = rows.line_at(y) if y < rows.height else -1
        return line, self._view.columns.slot_at(point.x())

    # --- painting ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._painter.paint(painter, self.rect(), self._view.scene)
        painter.end()

    # --- keys and input method -----------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if press_key(self._view, event):
            return
        if event.key() == Qt.Key.Key_Escape and self._view.escape():
            return
        text = typed_text(event)
        if text and self._view.begin_edit(text):
            return
        super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            self._tip(event)
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = Qt.Key(event.key())
            if key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab) and not event.modifiers() & (
                Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
            ):
                self._view.step(0, -1 if key == Qt.Key.Key_Backtab else 1)
                return True
        return super().event(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """A Chinese input method begins to compose over a cell: the editor opens under it and gets each event."""
        editor = self._view.editor
        if editor is None and (event.preeditString() or event.commitString()):
            self._view.begin_edit("", keep_focus=True)
            editor = self._view.editor
        if editor is None:
            event.ignore()
            return
        editor.inputMethodEvent(event)
        if event.commitString() and not event.preeditString():
            editor.setFocus()
            editor.start()

    def inputMethodQuery(self, query: Qt.InputMethodQuery) -> Any:
        if query == Qt.InputMethodQuery.ImEnabled:
            return self._view.can_edit_here()
        if query == Qt.InputMethodQuery.ImCursorRectangle:
            slot = self._view.slot()
            if slot is not None and self._view.model.map.lines:
                return self.cell_rect(self._view.selection.line, slot)
        return super().inputMethodQuery(query)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._view.set_active(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._view.left()

    # --- mouse ---------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if not self._view.close_editor(accept=True):
            return
        point = event.position().toPoint()
        line, slot = self.cell_at(point)
        if line < 0:
            return
        if event.button() == Qt.MouseButton.RightButton:
            self._press_for_menu(line, slot)
        elif event.button() == Qt.MouseButton.LeftButton:
            self._press(line, slot, point, event.modifiers())

    def _press(self, line: int, slot: Slot | None, point: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        view = self._view
        head = view.model.line(line)
        if isinstance(head, GroupHead):
            view.set_cursor(line, view.selection.column)
            view.model.toggle_group(head.values)
            return
        if view.columns.checks and point.x() < CHECK_WIDTH:
            view.set_cursor(line, view.selection.column)
            view.toggle_check(line)
            return
        if slot is None:
            return
        extend = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        view.set_cursor(line, slot.position, extend=extend)
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            view.open_link()
            return
        self._dragging = True

    def _press_for_menu(self, line: int, slot: Slot | None) -> None:
        if slot is not None and not self._view.selection.rect.contains(line, slot.position):
            self._view.set_cursor(line, slot.position)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        line, slot = self.cell_at(point)
        if self._dragging:
            self._drag(point)
            return
        if line != self._view.scene.hover_line:
            self._view.scene.hover_line = line
            self.update()
        linked = slot is not None and slot.info.opens is not None
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        self.setCursor(Qt.CursorShape.PointingHandCursor if linked and control else Qt.CursorShape.ArrowCursor)

    def _drag(self, point: QPoint) -> None:
        """Extend the rectangle; outside the widget scroll on."""
        rows = self._view.model.map
        line = rows.line_at(max(0, point.y() + self._view.scene.top))
        left = self._view.columns.frozen_width
        x = min(max(point.x(), 0), self.width() - 1)
        slot = self._view.columns.slot_at(x) or self._view.columns.slot_at(max(x, left))
        position = slot.position if slot is not None else self._view.selection.column
        self._view.set_cursor(line, position, extend=True)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragging = False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        line, slot = self.cell_at(event.position().toPoint())
        if line >= 0 and slot is not None and isinstance(self._view.model.line(line), ShownRow):
            self._view.set_cursor(line, slot.position)
            if not self._view.begin_edit():
                self._view.open_row()

    def leaveEvent(self, event: QEvent) -> None:
        self._view.scene.hover_line = -1
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        pixels, angle = event.pixelDelta(), event.angleDelta()
        sideways = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        dx, dy = angle.x(), angle.y()
        if sideways:
            dx, dy = dx or dy, 0
        if not pixels.isNull() and not sideways:
            self._view.scroll_by(-pixels.x(), -pixels.y())
        else:
            step = _WHEEL_LINES * ROW_HEIGHT
            self._view.scroll_by(-dx * step // 120, -dy * step // 120)
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            slot = self._view.slot()
            place = self.cell_rect(self._view.selection.line, slot).bottomLeft() if slot else QPoint(0, 0)
            self._view.cell_menu_requested.emit(self.mapToGlobal(place))
        elif self.cell_at(event.pos())[0] >= 0:
            self._view.cell_menu_requested.emit(event.globalPos())

    def _tip(self, event: QHelpEvent) -> None:
        """The whole text of a cut cell; the name of who changed it; why it was refused."""
        line, slot = self.cell_at(event.pos())
        text = self._tip_text(line, slot) if line >= 0 and slot is not None else ""
        if text:
            QToolTip.showText(event.globalPos(), text, self)
        else:
            QToolTip.hideText()

    def _tip_text(self, line: int, slot: Slot) -> str:
        shown = self._view.model.line(line)
        if not isinstance(shown, ShownRow):
            return ""
        mark = self._view.model.mark(shown, slot.info.key)
        if mark.message:
            return mark.message
        text = self._view.model.text(shown, slot.column)
        key = "code" if slot.info.kind.value == "code" else "plain"
        room = slot.width - 2 * CELL_PADDING - (16 if slot.column in shown.looks else 0)
        wide = self._view.texts.width(key, cell_font(slot.info), text) > room + 0.5
        stored = shown.row.cells[slot.column]
        if wide or (isinstance(stored, str) and "\n" in stored):
            return stored if isinstance(stored, str) and not slot.info.choices else text
        return ""
