"""A small painted table: the desk's lines and the panels under them. Rows are 24 high, a message row 28 under its line.

It never takes the focus: the scan field keeps it, and the page moves the current row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from desktop.widgets.paint import draw_icon, draw_key_cap, draw_text, key_cap_width, text_width
from desktop.widgets.theme import color, font, metric

ROW = metric("row.grid")
HEAD = metric("row.header")
MESSAGE = 28
_PAD = 8
_ROOM_FOR_EMPTY = 120
"""Lower tables say in one quiet line that they are empty."""


@dataclass(frozen=True)
class TableColumn:
    """`width` 0 takes the rest. `wide_only` columns go first when the window is narrow."""

    key: str
    title: str
    width: int = 0
    align: str = "left"
    code: bool = False
    accent: bool = False
    narrow_width: int | None = None
    wide_only: bool = False


@dataclass(frozen=True)
class Cell:
    """What one cell shows. `frame`: "cursor" or "rejected"."""

    text: str = ""
    role: str = "text.primary"
    weight: int = 400
    icon: str = ""
    frame: str = ""
    caret: bool = False


@dataclass(frozen=True)
class Message:
    """The row under a faulty line: what is wrong, and the keys that mend it, ``(("F7", "Replace"), …)``."""

    text: str
    keys: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class TableRow:
    cells: Mapping[str, Cell] = field(default_factory=dict)
    message: Message | None = None
    span: str = ""
    """A quiet text over all columns but the first two, e.g. the row that waits for the next scan."""


class PaintedTable(QAbstractScrollArea):
    """Columns and rows as values; `row_clicked` and `key_clicked` tell what the mouse did."""

    row_clicked = Signal(int)
    row_opened = Signal(int)
    key_clicked = Signal(int, str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns: tuple[TableColumn, ...] = ()
        self._rows: tuple[TableRow, ...] = ()
        self._current = -1
        self._wide = False
        self._empty: tuple[str, str] = ("", "")
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)

    # contents

    def set_columns(self, columns: Sequence[TableColumn], *, wide: bool) -> None:
        self._wide = wide
        self._columns = tuple(each for each in columns if wide or not each.wide_only)
        self.viewport().update()

    def set_rows(self, rows: Sequence[TableRow], current: int = -1) -> None:
        self._rows, self._current = tuple(rows), current
        self._measure()
        self._reveal(current)
        self.viewport().update()
        self.setAccessibleDescription(self.text_of(current))

    def set_empty(self, title: str, text: str = "") -> None:
        """What stands in the middle while there is no row."""
        self._empty = (title, text)
        self.viewport().update()

    def rows(self) -> tuple[TableRow, ...]:
        return self._rows

    def empty(self) -> tuple[str, str]:
        """What stands there while there is no row: a line and a sentence."""
        return self._empty

    def columns(self) -> tuple[TableColumn, ...]:
        return self._columns

    def current(self) -> int:
        return self._current

    def text_of(self, row: int) -> str:
        """The row as a screen reader says it."""
        if not 0 <= row < len(self._rows):
            return ""
        cells = self._rows[row].cells
        return ", ".join(cells[each.key].text for each in self._columns if each.key in cells and cells[each.key].text)

    def cell_rect(self, row: int, key: str) -> QRect:
        """Where a cell is painted, in viewport coordinates."""
        x = 0
        for each, width in self._widths():
            if each.key == key:
                return QRect(x, self._top(row), width, ROW)
            x += width
        return QRect()

    def key_rect(self, row: int, key: str) -> QRect:
        """Where a key of a row's message is painted."""
        return dict(self._key_rects(row)).get(key, QRect())

    def sizeHint(self) -> QSize:
        return QSize(400, HEAD + ROW * max(3, len(self._rows)))

    # geometry

    def _widths(self) -> list[tuple[TableColumn, int]]:
        total = self.viewport().width()
        wanted = [self._width(each) for each in self._columns]
        fixed = sum(wanted)
        open_columns = sum(width == 0 for width in wanted)
        rest = max(80, (total - fixed) // open_columns) if open_columns else 0
        return [(each, width or rest) for each, width in zip(self._columns, wanted, strict=True)]

    def _width(self, each: TableColumn) -> int:
        return each.width if self._wide or each.narrow_width is None else each.narrow_width

    def _height(self, row: TableRow) -> int:
        return ROW + (MESSAGE if row.message else 0)

    def _top(self, row: int) -> int:
        offset = self.verticalScrollBar().value()
        return HEAD - offset + sum(self._height(each) for each in self._rows[:row])

    def _row_at(self, y: int) -> int:
        if y < HEAD:
            return -1
        top = self._top(0)
        for number, each in enumerate(self._rows):
            if top <= y < top + self._height(each):
                return number
            top += self._height(each)
        return -1

    def _measure(self) -> None:
        content = sum(self._height(each) for each in self._rows)
        page = max(0, self.viewport().height() - HEAD)
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, content - page))
        bar.setPageStep(page)
        bar.setSingleStep(ROW)

    def _reveal(self, row: int) -> None:
        if not 0 <= row < len(self._rows):
            return
        bar = self.verticalScrollBar()
        top = self._top(row) + bar.value() - HEAD
        page = self.viewport().height() - HEAD
        if top < bar.value():
            bar.setValue(top)
        elif top + self._height(self._rows[row]) > bar.value() + page:
            bar.setValue(top + self._height(self._rows[row]) - page)

    def _key_rects(self, row: int) -> list[tuple[str, QRect]]:
        message = self._rows[row].message
        if message is None:
            return []
        right = self.viewport().width() - 8
        found: list[tuple[str, QRect]] = []
        top = self._top(row) + ROW
        for key, words in reversed(message.keys):
            width = round(key_cap_width(key) + 4 + text_width(words, font(12, text=words)) + 2)
            found.append((key, QRect(right - width, top, width, MESSAGE)))
            right -= width + 8
        return found

    # events

    def resizeEvent(self, event: object) -> None:
        self._measure()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.viewport().update()
        super().changeEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        row = self._row_at(point.y())
        if row < 0:
            return
        for key, area in self._key_rects(row):
            if area.contains(point):
                self.key_clicked.emit(row, key)
                return
        self.row_clicked.emit(row)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().toPoint().y())
        if row >= 0:
            self.row_opened.emit(row)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._elided_at(event.pos()), self)
            return True
        return super().viewportEvent(event)

    def _elided_at(self, point: QPoint) -> str:
        row = self._row_at(point.y())
        if row < 0:
            return ""
        message = self._rows[row].message
        if message is not None and point.y() >= self._top(row) + ROW:
            return message.text
        x = 0
        for each, width in self._widths():
            if x <= point.x() < x + width:
                cell = self._rows[row].cells.get(each.key, Cell())
                room = width - 2 * _PAD
                return (
                    cell.text if text_width(cell.text, font(12, cell.weight, each.code, text=cell.text)) > room else ""
                )
            x += width
        return ""

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), color("surface.base"))
        widths = self._widths()
        for number, each in enumerate(self._rows):
            top = self._top(number)
            if top + self._height(each) > HEAD and top < self.viewport().height():
                self._paint_row(painter, number, each, top, widths)
        self._paint_head(painter, widths)
        if not self._rows and any(self._empty):
            self._paint_empty(painter)
        painter.end()

    def _paint_head(self, painter: QPainter, widths: list[tuple[TableColumn, int]]) -> None:
        total = self.viewport().width()
        painter.fillRect(0, 0, total, HEAD, color("surface.header"))
        x = 0
        for each, width in widths:
            role = "accent.fg" if each.accent else "text.secondary"
            area = QRectF(x + _PAD, 0, width - 2 * _PAD, HEAD)
            draw_text(painter, area, each.title, font(12, 500, text=each.title), role, each.align)
            x += width
            painter.fillRect(x - 1, 0, 1, HEAD, color("border.grid"))
        painter.fillRect(0, HEAD - 1, total, 1, color("border.default"))

    def _paint_row(
        self, painter: QPainter, number: int, row: TableRow, top: int, widths: list[tuple[TableColumn, int]]
    ) -> None:
        total = self.viewport().width()
        if number == self._current:
            painter.fillRect(0, top, total, ROW, color("surface.hover"))
        x = 0
        for position, (each, width) in enumerate(widths):
            if row.span and position == 2:
                area = QRectF(x + _PAD, top, total - x - 2 * _PAD, ROW)
                draw_text(painter, area, row.span, font(12, text=row.span), "text.tertiary")
                break
            self._paint_cell(painter, QRect(x, top, width, ROW), each, row.cells.get(each.key, Cell()))
            x += width
        painter.fillRect(0, top + ROW - 1, total, 1, color("border.grid"))
        if row.message is not None:
            self._paint_message(painter, number, row.message, top + ROW)

    def _paint_cell(self, painter: QPainter, area: QRect, column: TableColumn, cell: Cell) -> None:
        painter.fillRect(area.right(), area.top(), 1, area.height(), color("border.grid"))
        if cell.frame == "rejected":
            painter.fillRect(area.adjusted(0, 0, -1, -1), color("danger.bg"))
        elif cell.frame == "cursor":
            painter.fillRect(area.adjusted(0, 0, -1, -1), color("surface.base"))
        if cell.icon:
            draw_icon(painter, area.center().x() - 6, area.center().y() - 6, cell.icon, cell.role, 14)
        inner = QRectF(area).adjusted(_PAD, 0, -_PAD, 0)
        used = font(12, cell.weight, column.code, text=cell.text)
        draw_text(painter, inner, cell.text, used, cell.role, column.align)
        if cell.caret:
            painter.fillRect(QRectF(inner.right() + 1, area.top() + 4, 1, area.height() - 9), color("text.primary"))
        if cell.frame:
            self._frame(painter, area, "danger.solid" if cell.frame == "rejected" else "selection.border")

    @staticmethod
    def _frame(painter: QPainter, area: QRect, role: str) -> None:
        painter.setPen(
            QPen(QColor(color(role)), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap, Qt.PenJoinStyle.MiterJoin)
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(area.adjusted(1, 1, -1, -1))

    def _paint_message(self, painter: QPainter, number: int, message: Message, top: int) -> None:
        total = self.viewport().width()
        painter.fillRect(0, top, total, MESSAGE, color("danger.bg"))
        painter.fillRect(0, top + MESSAGE - 1, total, 1, color("danger.line"))
        draw_icon(painter, _PAD, top + 7, "circle-alert", "danger.fg", 14)
        rects = self._key_rects(number)
        right = min((area.left() for _, area in rects), default=total) - 12
        draw_text(painter, QRectF(28, top, right - 28, MESSAGE), message.text, font(12, text=message.text), "danger.fg")
        words = dict(message.keys)
        for key, area in rects:
            draw_key_cap(painter, area.left(), top + MESSAGE / 2, key)
            x = area.left() + key_cap_width(key) + 4
            draw_text(
                painter,
                QRectF(x, top, area.right() - x + 2, MESSAGE),
                words[key],
                font(12, text=words[key]),
                "danger.fg",
            )

    def _paint_empty(self, painter: QPainter) -> None:
        area = self.viewport().rect().adjusted(0, HEAD, 0, 0)
        middle = area.center().y()
        if not self._empty[0] or area.height() < _ROOM_FOR_EMPTY:
            quiet = self._empty[1] or self._empty[0]
            line = QRectF(area.left(), middle - 8, area.width(), 16)
            draw_text(painter, line, quiet, font(12, text=quiet), "text.tertiary", "center")
            return
        draw_icon(painter, area.center().x() - 10, middle - 44, "scan-barcode", "text.tertiary", 20)
        title, text = self._empty
        draw_text(
            painter,
            QRectF(area.left(), middle - 16, area.width(), 20),
            title,
            font(15, text=title),
            "text.primary",
            "center",
        )
        draw_text(
            painter,
            QRectF(area.left(), middle + 8, area.width(), 16),
            text,
            font(12, text=text),
            "text.secondary",
            "center",
        )
