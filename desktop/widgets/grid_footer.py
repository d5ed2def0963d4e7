"""The strip under a grid: what the selection adds up to, and at the right what waits for somebody."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.text import tr
from desktop.lists.query import ColumnInfo, GroupHead
from desktop.lists.spec import Kind
from desktop.models.kinds import format_cell, is_number
from desktop.models.list_edits import State
from desktop.models.list_pages import ShownRow
from desktop.models.selection import Figures, figures
from desktop.widgets.grid_view import MOST_LINES, GridView
from desktop.widgets.header import WIDE_FROM
from desktop.widgets.labels import IconLabel, Label
from desktop.widgets.paint import Surface, row
from desktop.widgets.theme import metric

_PAUSE_MS = 60


class _Pending(QWidget):
    """``1 rejected``: icon and words; a click goes there."""

    clicked = Signal()

    def __init__(self, icon: str, role: str) -> None:
        super().__init__()
        self.label = Label(role=role)
        self.setLayout(row(IconLabel(icon, role, 14), self.label, spacing=6))
        self.hide()

    def say(self, text: str) -> None:
        self.label.setText(text)
        self.setVisible(bool(text))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit()


class SelectionFooter(Surface):
    """28 high. Cells, sum, average; on wide windows also the smallest and the largest."""

    rejected_clicked = Signal()
    unsaved_clicked = Signal()
    others_clicked = Signal()

    def __init__(self, view: GridView, parent: QWidget | None = None) -> None:
        super().__init__("surface.header", "t", parent=parent)
        self._view = view
        self._asked = 0
        self.rows, self.cells = Label(role="text.secondary"), Label(role="text.secondary")
        self._names = [Label(role="text.secondary") for _ in range(4)]
        self.values = [Label(weight=500) for _ in range(4)]
        self.rejected = _Pending("circle-x", "danger.fg")
        self.unsaved = _Pending("pencil", "accent.fg")
        self.others = _Pending("users", "info.fg")
        pairs = [row(name, value, spacing=4) for name, value in zip(self._names, self.values, strict=True)]
        waiting = (self.rejected, self.unsaved, self.others)
        self.setLayout(row(self.rows, self.cells, *pairs, None, *waiting, spacing=16, margins=(12, 0, 12, 0)))
        self.setFixedHeight(metric("row.footer"))
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self.refresh)
        self.rejected.clicked.connect(self.rejected_clicked)
        self.unsaved.clicked.connect(self.unsaved_clicked)
        self.others.clicked.connect(self.others_clicked)
        view.selection_changed.connect(self._pause.start)
        view.model.count_changed.connect(self._pause.start)

    def refresh(self) -> None:
        """Say again what is selected and what waits."""
        edits = self._view.model.edits
        refused, waiting = edits.count(State.REJECTED), edits.count(State.UNSAVED | State.SAVING)
        conflicts, others = edits.count(State.CONFLICT), edits.foreign_count()
        self.rejected.say(_joined(_some(refused, tr("{count} rejected", count=refused)),
                                  _some(conflicts, tr("{count} in conflict", count=conflicts))))  # fmt: skip
        self.unsaved.say(_some(waiting, tr("{count} unsaved", count=waiting)))
        self.others.say(_some(others, tr("{count} changed by others", count=others)))
        self._say_rows()
        self._measure()

    def _say_rows(self) -> None:
        count = self._view.model.count
        checked = len(self._view.selection.checked)
        words = tr("{count} rows", count=f"{count.value:,}")
        if not count.exact:
            words = tr("about {count} rows", count=f"{count.value:,}")
        if count.cut:
            words = tr("first {count} hits; search more narrowly", count=f"{count.value:,}")
        if checked:
            words = _joined(words, tr("{count} ticked", count=f"{checked:,}"))
        self.rows.setText(words)

    def _measure(self) -> None:
        """Figures of the rectangle; rows that are not here are fetched, up to a limit."""
        rect, view = self._view.selection.rect, self._view
        slots = [slot for slot in view.columns.slots if rect.left <= slot.position <= rect.right]
        if not view.model.map.lines or not slots or rect.cells == 1:
            self._show(None, None)
            return
        self._asked += 1
        asked = self._asked
        numbers = [slot for slot in slots if is_number(slot.info.kind)]
        info = numbers[0].info if numbers and len({slot.info.kind for slot in numbers}) == 1 else None
        if not numbers or rect.lines > MOST_LINES:
            self._show(Figures(rect.cells), None)
            return

        def measured(lines: list[ShownRow | GroupHead]) -> None:
            if asked == self._asked:
                rows = [line for line in lines if isinstance(line, ShownRow)]
                values = (view.model.value(line, slot.column) for line in rows for slot in numbers)
                self._show(figures(len(rows) * len(slots), values), info)

        view.model.lines_between(rect.top, rect.bottom, measured)

    def _show(self, found: Figures | None, info: ColumnInfo | None) -> None:
        self.cells.setText(tr("{count} cells", count=f"{found.cells:,}") if found is not None else "")
        self.cells.setVisible(found is not None)
        wide = self.window().width() >= WIDE_FROM
        names = (tr("Sum"), tr("Avg"), tr("Min"), tr("Max"))
        amounts = (found.total, found.average, found.smallest, found.largest) if found is not None else (None,) * 4
        for number, (name, amount) in enumerate(zip(names, amounts, strict=True)):
            there = amount is not None and (number < 2 or wide)
            self._names[number].setText(name)
            self.values[number].setText(self._amount(info, amount) if amount is not None else "")
            self._names[number].setVisible(there)
            self.values[number].setVisible(there)

    def _amount(self, info: ColumnInfo | None, amount: Decimal) -> str:
        if info is None or info.kind in (Kind.INTEGER, Kind.QUANTITY):
            plain = format(round(amount, 2).normalize(), ",f")
            return plain.replace("-", "\u2212")
        return format_cell(info, amount, whole_money=self._view.model.shape().whole_money)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.refresh()
        super().changeEvent(event)


def _some(count: int, words: str) -> str:
    return words if count else ""


def _joined(*words: str) -> str:
    return "  ".join(word for word in words if word)
