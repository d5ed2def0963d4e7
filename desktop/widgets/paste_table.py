"""The table of a paste preview: each row with its result, old values struck through, refused cells in red."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QScrollBar, QWidget

from desktop.domain.importing import PlannedRow
from desktop.domain.text import tr
from desktop.lists.query import ColumnInfo
from desktop.lists.spec import Kind
from desktop.models.kinds import NO_VALUE, is_number
from desktop.models.row_map import ROW_HEIGHT
from desktop.widgets.grid_cells import draw_frame
from desktop.widgets.labels import ChipKind, draw_chip
from desktop.widgets.paint import draw_text, text_width
from desktop.widgets.theme import color, font, metric

_NUMBER, _RESULT = 56, 104
_PADDING = 8


def verdict_look(verdict: str) -> tuple[ChipKind, str, str]:
    """Kind, icon and words of a result's chip."""
    looks: dict[str, tuple[ChipKind, str, str]] = {
        "new": ("success", "plus", tr("New")),
        "changed": ("info", "pencil", tr("Changed")),
        "same": ("neutral", "minus", tr("Same")),
        "rejected": ("danger", "x", tr("Rejected")),
        "out": ("neutral", "minus", tr("Left out")),
        "double": ("warn", "copy", tr("Double?")),
        "linked": ("info", "link", tr("Linked")),
    }
    return looks[verdict]


class PasteTable(QWidget):
    """↑↓ move, F2 edits a cell, Del leaves the row out. Rows of 24 px under a head of 28."""

    current_changed = Signal()
    cell_edited = Signal(int, str, str)
    """Row number, field, text."""
    out_toggled = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[PlannedRow, ...] = ()
        self.infos: tuple[ColumnInfo, ...] = ()
        self.out: frozenset[int] = frozenset()
        self.marks: dict[int, str] = {}
        self.current = 0
        self.column = 0
        self.editor: QLineEdit | None = None
        self.bar = QScrollBar(Qt.Orientation.Vertical, self)
        self.bar.valueChanged.connect(self.update)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Preview"))

    def show_rows(
        self,
        rows: Sequence[PlannedRow],
        infos: Sequence[ColumnInfo],
        out: frozenset[int],
        marks: Mapping[int, str] | None = None,
    ) -> None:
        """`marks` says of rows that they are something else than their verdict: "double" or "linked"."""
        self.rows, self.infos, self.out, self.marks = tuple(rows), tuple(infos), out, dict(marks or {})
        self.current = min(self.current, max(0, len(self.rows) - 1))
        self.column = min(self.column, max(0, len(self.infos) - 1))
        self._set_bar()
        self._describe()
        self.update()

    def row(self) -> PlannedRow | None:
        return self.rows[self.current] if self.current < len(self.rows) else None

    def go(self, current: int, column: int | None = None) -> None:
        """To a row by its place in the table."""
        self.current = max(0, min(current, len(self.rows) - 1))
        if column is not None:
            self.column = max(0, min(column, len(self.infos) - 1))
        top, page = self.bar.value(), self._page()
        if self.current < top:
            self.bar.setValue(self.current)
        elif self.current >= top + page:
            self.bar.setValue(self.current - page + 1)
        self._describe()
        self.update()
        self.current_changed.emit()

    def go_to(self, number: int, field: str = "") -> bool:
        """To the row with that number in the range."""
        for place, row in enumerate(self.rows):
            if row.number == number:
                keys = [info.key for info in self.infos]
                self.go(place, keys.index(field) if field in keys else None)
                return True
        return False

    def edit(self) -> None:
        row = self.row()
        if row is None or not self.infos:
            return
        info = self.infos[self.column]
        self.editor = QLineEdit(self)
        self.editor.setFont(font(12))
        self.editor.setText(row.shown.get(info.key, ""))
        self.editor.selectAll()
        self.editor.setGeometry(self._cell(self.current, self.column).adjusted(0, 0, 0, -1))
        self.editor.setAccessibleName(info.label)
        self.editor.show()
        self.editor.setFocus()
        self.editor.installEventFilter(self)

    def eventFilter(self, watched: object, event: object) -> bool:
        if watched is self.editor and isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._take()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self._close()
                return True
        return super().eventFilter(watched, event)  # type: ignore[arg-type]

    def _take(self) -> None:
        row = self.row()
        if self.editor is not None and row is not None:
            text = self.editor.text()
            self._close()
            self.cell_edited.emit(row.number, self.infos[self.column].key, text)

    def _close(self) -> None:
        editor, self.editor = self.editor, None
        if editor is not None:
            editor.hide()
            editor.deleteLater()
            self.setFocus()

    def _describe(self) -> None:
        row = self.row()
        if row is not None:
            faults = " ".join(fault.fault.text() for fault in row.faults)
            self.setAccessibleDescription(f"{row.number} {verdict_look(self._verdict(row))[2]} {faults}")

    def _verdict(self, row: PlannedRow) -> str:
        return "out" if row.number in self.out else self.marks.get(row.number, row.verdict)

    # --- geometry ------------------------------------------------------------------------------------------------

    def _head(self) -> int:
        return metric("row.header")

    def _page(self) -> int:
        return max(1, (self.height() - self._head()) // ROW_HEIGHT)

    def _set_bar(self) -> None:
        bar = metric("shell.scrollBar")
        self.bar.setGeometry(self.width() - bar, 0, bar, self.height())
        self.bar.setRange(0, max(0, len(self.rows) - self._page()))
        self.bar.setPageStep(self._page())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_bar()

    def _columns(self) -> list[tuple[int, int]]:
        """(x, width) of each column; the widest text column takes what is left."""
        left = _NUMBER + _RESULT
        room = self.width() - metric("shell.scrollBar") - left
        widths = [max(96, min(info.width, 180)) for info in self.infos]
        rest = room - sum(widths)
        if widths and rest > 0:
            texts = [n for n, info in enumerate(self.infos) if info.kind is Kind.TEXT] or [len(widths) - 1]
            widths[texts[0]] += rest
        found = []
        for width in widths:
            found.append((left, width))
            left += width
        return found

    def _cell(self, place: int, column: int) -> QRect:
        x, width = self._columns()[column]
        return QRect(x, self._head() + (place - self.bar.value()) * ROW_HEIGHT, width, ROW_HEIGHT)

    # --- painting ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color("surface.base"))
        columns = self._columns()
        for place in range(self.bar.value(), min(len(self.rows), self.bar.value() + self._page() + 1)):
            self._draw_row(painter, place, columns)
        self._draw_head(painter, columns)
        painter.end()

    def _draw_head(self, painter: QPainter, columns: Sequence[tuple[int, int]]) -> None:
        height = self._head()
        painter.fillRect(0, 0, self.width(), height, color("surface.header"))
        painter.fillRect(0, height - 1, self.width(), 1, color("border.default"))
        names = [(0, _NUMBER, tr("Row"), True), (_NUMBER, _RESULT, tr("Result"), False)]
        for (x, width), info in zip(columns, self.infos, strict=True):
            words = f"{info.label} {info.unit}" if info.unit else info.label
            names.append((x, width, words, is_number(info.kind)))
        for x, width, words, right in names:
            area = QRectF(x + _PADDING, 0, width - 2 * _PADDING, height - 1)
            align = "right" if right else "left"
            draw_text(painter, area, words, font(12, 500, text=words), "text.secondary", align)
            painter.fillRect(x + width - 1, 0, 1, height, color("border.grid"))

    def _draw_row(self, painter: QPainter, place: int, columns: Sequence[tuple[int, int]]) -> None:
        row = self.rows[place]
        y = self._head() + (place - self.bar.value()) * ROW_HEIGHT
        if place == self.current:
            painter.fillRect(0, y, self.width(), ROW_HEIGHT, color("accent.subtle"))
            painter.fillRect(0, y, 3, ROW_HEIGHT, color("accent.solid"))
        painter.fillRect(0, y + ROW_HEIGHT - 1, self.width(), 1, color("border.grid"))
        number = QRectF(_PADDING, y, _NUMBER - 2 * _PADDING, ROW_HEIGHT - 1)
        draw_text(painter, number, str(row.number), font(12), "text.tertiary", "right")
        kind, icon, words = verdict_look(self._verdict(row))
        width = 30 + text_width(words, font(11, text=words))
        draw_chip(painter, QRectF(_NUMBER + _PADDING, y + 3, width, 18), words, kind, icon)
        wrong = {fault.field for fault in row.faults}
        for column, ((x, room), info) in enumerate(zip(columns, self.infos, strict=True)):
            cell = QRect(x, y, room, ROW_HEIGHT)
            self._draw_cell(painter, cell, row, info, wrong=info.key in wrong)
            painter.fillRect(cell.right(), y, 1, ROW_HEIGHT, color("border.grid"))
            if place == self.current and column == self.column and info.key not in wrong and self.hasFocus():
                draw_frame(painter, cell, "selection.border")

    def _draw_cell(self, painter: QPainter, cell: QRect, row: PlannedRow, info: ColumnInfo, *, wrong: bool) -> None:
        text = row.shown.get(info.key, "")
        inner = QRectF(cell.adjusted(_PADDING, 0, -_PADDING, -1))
        used = font(12, code=info.kind is Kind.CODE)
        align = "right" if is_number(info.kind) else "left"
        if wrong:
            painter.fillRect(cell.adjusted(0, 0, -1, -1), color("danger.bg"))
            draw_text(painter, inner, text, used, "danger.fg", align)
            draw_frame(painter, cell, "danger.solid")
        elif info.key in row.old and row.number not in self.out:
            painter.fillRect(cell.adjusted(0, 0, -1, -1), color("info.bg"))
            self._draw_change(painter, inner, row.old[info.key] or NO_VALUE, text or NO_VALUE, right=align == "right")
        else:
            quiet = not text or row.verdict == "same" or row.number in self.out
            draw_text(painter, inner, text or NO_VALUE, used, "text.tertiary" if quiet else "text.primary", align)

    def _draw_change(self, painter: QPainter, room: QRectF, old: str, new: str, *, right: bool) -> None:
        """The old value struck through, then the new one."""
        used = font(12)
        struck = font(12)
        struck.setStrikeOut(True)
        new_width = min(text_width(new, used) + 1, room.width())
        wanted = text_width(old, used) + 1
        old_width = max(0.0, min(wanted, room.width() - new_width - 8))
        x = room.right() - new_width - 8 - old_width if right else room.left()
        if old_width >= min(wanted, 16):
            draw_text(painter, QRectF(x, room.top(), old_width, room.height()), old, struck, "text.secondary")
        else:
            old_width = -8 if not right else old_width
        new_x = room.right() - new_width if right else x + old_width + 8
        draw_text(painter, QRectF(new_x, room.top(), new_width + 1, room.height()), new, used, "info.fg")

    # --- keys and mouse ------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, page = Qt.Key(event.key()), self._page()
        moves = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: page, Qt.Key.Key_PageUp: -page}
        sides = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        plain = not event.modifiers() & (Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier)
        row = self.row()
        if key in moves and plain:
            self.go(self.current + moves[key])
        elif key in sides and plain:
            self.go(self.current, self.column + sides[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.go(0 if key == Qt.Key.Key_Home else len(self.rows))
        elif key == Qt.Key.Key_F2:
            self.edit()
        elif key == Qt.Key.Key_Delete and row is not None:
            self.out_toggled.emit(row.number)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        if point.y() < self._head():
            return
        self.setFocus()
        hit = next((n for n, (x, width) in enumerate(self._columns()) if x <= point.x() < x + width), None)
        place = self.bar.value() + (point.y() - self._head()) // ROW_HEIGHT
        if place < len(self.rows):
            self.go(place, hit)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.edit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.bar.setValue(self.bar.value() - event.angleDelta().y() // 40)
