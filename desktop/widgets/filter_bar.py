"""The filter row under a grid's head: a field per column, typed in the language of `models.filters`.

The fields are painted; the one in use is a real line of text, so that a grid with forty columns costs one editor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QToolTip, QWidget

from desktop.domain.conditions import Condition, all_of
from desktop.domain.text import tr
from desktop.lists.spec import Kind
from desktop.models.filters import parse_filter, show_condition
from desktop.models.kinds import NotAccepted, is_number
from desktop.widgets.grid_columns import CHECK_WIDTH, Slot
from desktop.widgets.grid_strip import paint_strip
from desktop.widgets.paint import draw_box, draw_icon, draw_text
from desktop.widgets.theme import color, font, metric

if TYPE_CHECKING:
    from desktop.widgets.grid_view import GridView

LIVE_MS = 350
_CHOSEN = frozenset({Kind.CHOICE, Kind.STATE, Kind.BOOLEAN})


class _Field(QLineEdit):
    """The field in use. Enter applies and returns to the grid, Esc takes back what was typed."""

    done = Signal(str)
    """``apply``, ``cancel``, ``next``, ``previous`` or ``values``."""

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent):
            key = Qt.Key(event.key())
            if event.type() == QEvent.Type.ShortcutOverride and key in (
                Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter,
            ):  # fmt: skip
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress and key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
                self.done.emit("previous" if key == Qt.Key.Key_Backtab else "next")
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, alt = Qt.Key(event.key()), bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if key == Qt.Key.Key_Down:
            self.done.emit("values" if alt else "apply")
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.done.emit("apply")
        elif key == Qt.Key.Key_Escape:
            self.done.emit("cancel")
        else:
            super().keyPressEvent(event)


class FilterRow(QWidget):
    """28 high. `condition` is the conjunction of all fields; `filtered` says that it changed."""

    filtered = Signal()
    left = Signal()
    """Enter, Esc or ↓: the keyboard goes back to the cells."""

    def __init__(self, view: GridView) -> None:
        super().__init__(view)
        self._view = view
        self.conditions: dict[str, Condition] = {}
        self.field: _Field | None = None
        self._key = ""
        self._wrong = ""
        self._before: Condition | None = None
        self.setFixedHeight(metric("row.filter"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Filter row"))
        self._pause = QTimer(self, singleShot=True, interval=LIVE_MS)
        self._pause.timeout.connect(self._apply_typed)

    def condition(self) -> Condition | None:
        return all_of(*self.conditions.values())

    def set_conditions(self, conditions: dict[str, Condition]) -> None:
        """Those of a saved view; nothing is emitted."""
        self._close()
        self.conditions = dict(conditions)
        self.update()

    def set_condition(self, key: str, condition: Condition | None) -> None:
        """One column's condition, None to clear it."""
        if self.conditions.get(key) == condition:
            return
        if condition is None:
            self.conditions.pop(key, None)
        else:
            self.conditions[key] = condition
        self.update()
        self.filtered.emit()

    def clear(self) -> None:
        self._close()
        if self.conditions:
            self.conditions.clear()
            self.update()
            self.filtered.emit()

    def text(self, key: str) -> str:
        condition = self.conditions.get(key)
        return show_condition(self._view.columns.info(key), condition) if condition is not None else ""

    # --- the field in use ----------------------------------------------------------------------------------------

    def edit(self, key: str) -> None:
        """Type into the field of a column."""
        slot = self._view.columns.slot_of(key)
        if slot is None or not slot.info.filterable:
            return
        self._close()
        self._view.show_column(slot.position)
        self._key, self._before = key, self.conditions.get(key)
        self.field = _Field(self)
        self.field.setProperty("bare", "true")
        self.field.setFont(font(12))
        self.field.setTextMargins(5, 0, 5, 0)
        self.field.setAccessibleName(tr("Filter {column}", column=slot.info.label))
        self.field.setText(self.text(key))
        self.field.selectAll()
        self.field.textEdited.connect(lambda: self._pause.start())
        self.field.done.connect(self._done)
        self.place()
        self.field.show()
        self.field.setFocus()
        self.update()

    def place(self) -> None:
        """Keep the field over its column while the grid scrolls."""
        if self.field is None:
            return
        slot = self._view.columns.slot_of(self._key)
        if slot is not None:
            self.field.setGeometry(self._box(slot).adjusted(1, 1, -1, -1))

    def _done(self, how: str) -> None:
        self._pause.stop()
        if how == "cancel":
            self._wrong = ""
            self._close()
            self.set_condition(self._key, self._before)
            self.left.emit()
            return
        if how == "values":
            self._view.value_filter_requested.emit(self._key)
            return
        if not self._apply_typed():
            return
        key = self._key
        self._close()
        if how == "apply":
            self.left.emit()
            return
        keys = [slot.info.key for slot in self._view.columns.slots if slot.info.filterable]
        number = keys.index(key) + (1 if how == "next" else -1)
        if 0 <= number < len(keys):
            self.edit(keys[number])
        else:
            self.left.emit()

    def _apply_typed(self) -> bool:
        """What stands in the field becomes its condition; a refusal stays red with its reason as tooltip."""
        if self.field is None:
            return True
        text = self.field.text()
        if text == self.text(self._key):
            self._set_wrong("")
            return True
        try:
            condition = parse_filter(self._view.columns.info(self._key), text)
        except NotAccepted as error:
            self._set_wrong(str(error))
            return False
        self._set_wrong("")
        self.set_condition(self._key, condition)
        return True

    def wrong(self) -> str:
        """Why the field in use is refused; "" where it is not."""
        return self._wrong

    def _set_wrong(self, why: str) -> None:
        self._wrong = why
        if self.field is not None:
            self.field.setToolTip(why)
            self.field.setAccessibleDescription(why)
            if why:
                QToolTip.showText(self.field.mapToGlobal(self.field.rect().bottomLeft()), why, self.field)
        self.update()

    def _close(self) -> None:
        self._pause.stop()
        if self.field is not None:
            field, self.field = self.field, None
            field.hide()
            field.deleteLater()
            self._wrong = ""
            self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        slot = self._view.slot()
        if slot is not None:
            self.edit(slot.info.key)

    # --- painting and mouse --------------------------------------------------------------------------------------

    def _box(self, slot: Slot) -> QRect:
        return QRect(self._view.columns.left(slot) + 3, 2, slot.width - 7, self.height() - 5)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_strip(painter, self._view.columns, self.rect(), self._draw, self._draw_check)
        painter.end()

    def _draw_check(self, painter: QPainter) -> None:
        role = "accent.fg" if self._view.filter_active() else "text.tertiary"
        draw_icon(painter, 9, 7, "filter", role, 14)

    def _draw(self, painter: QPainter, slot: Slot) -> None:
        left = self._view.columns.left(slot)
        painter.fillRect(left + slot.width - 1, 0, 1, self.height(), color("border.grid"))
        if not slot.info.filterable:
            return
        box, text = QRectF(self._box(slot)), self.text(slot.info.key)
        using = self.field is not None and self._key == slot.info.key
        fill, border = "surface.base", "border.default"
        if text:
            fill, border = "accent.subtle", "accent.fg"
        if using:
            fill, border = "surface.base", "danger.solid" if self._wrong else "focus.ring"
        draw_box(painter, box, fill, border, 3, 2 if using else 1)
        icon = "x" if text else "chevron-down" if slot.info.kind in _CHOSEN or self._hovered(slot) else ""
        if icon and not using:
            role = "text.primary" if text else "text.tertiary"
            draw_icon(painter, box.right() - 16, box.center().y() - 6, icon, role, 12)
        if text and not using:
            room = box.adjusted(6, 0, -18, 0)
            align = "right" if is_number(slot.info.kind) else "left"
            draw_text(painter, room, text, font(12, text=text), "text.primary", align)

    def _hovered(self, slot: Slot) -> bool:
        return self.underMouse() and self._box(slot).contains(self.mapFromGlobal(self.cursor().pos()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        if self._view.columns.checks and point.x() < CHECK_WIDTH:
            self._view.filter_menu_requested.emit(self.mapToGlobal(self.rect().bottomLeft()))
            return
        slot = self._view.columns.slot_at(point.x())
        if slot is None or not slot.info.filterable:
            return
        if point.x() > self._box(slot).right() - 20:
            if self.text(slot.info.key):
                self._close()
                self.set_condition(slot.info.key, None)
            else:
                self._view.value_filter_requested.emit(slot.info.key)
            return
        self.edit(slot.info.key)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            slot = self._view.columns.slot_at(event.pos().x())
            text = self.text(slot.info.key) if slot is not None else ""
            hint = tr("Text, =, !, >=, 10..20, - for no value. Alt+Down: values")
            QToolTip.showText(event.globalPos(), text or hint, self)
            return True
        return super().event(event)
