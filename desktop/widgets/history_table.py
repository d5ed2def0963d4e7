"""What happened, latest first: a quiet table of moments with an icon, a code to open, words, quantity and amount."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.text import tr
from desktop.models.rows import RowsModel
from desktop.widgets.labels import Count, Label
from desktop.widgets.paint import column, row
from desktop.widgets.rows_view import RowsView
from desktop.widgets.theme import color, font, icon, metric

_WIDTHS = (150, 120, 150, 0, 80, 110)


@dataclass(frozen=True)
class HistoryRow:
    """One moment. `amount` is in the company's currency; `opens` a page key and an id."""

    at: datetime
    icon: str
    role: str
    kind: str
    code: str
    text: str
    quantity: Decimal | None = None
    amount: Decimal | None = None
    opens: tuple[str, int] | None = None


class _Model(RowsModel[HistoryRow]):
    def cell(self, row: HistoryRow, at: int, role: int) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return _text(row, at)
        if role == Qt.ItemDataRole.DecorationRole and at == 1:
            return icon(row.icon, row.role, 14)
        if role == Qt.ItemDataRole.FontRole:
            return font(12, code=at == 2)
        if role == Qt.ItemDataRole.ForegroundRole:
            return color("accent.fg" if at == 2 and row.opens else "text.primary" if at > 1 else "text.secondary")
        return None


def _headings() -> tuple[str, ...]:
    return (tr("When"), tr("What"), tr("Code"), tr("Description"), tr("Quantity"), tr("Amount"))


def _text(found: HistoryRow, at: int) -> str:
    quantity = "–" if found.quantity is None else f"{found.quantity.normalize():f}".replace("-", "−")
    amount = "–" if found.amount is None else f"{found.amount:,.2f}".replace("-", "−")
    when = found.at.astimezone().strftime("%Y-%m-%d %H:%M")
    return (when, found.kind, found.code, found.text, quantity, amount)[at]


class HistoryTable(QWidget):
    """Enter or a double click opens what the row speaks of."""

    opened = Signal(str, object)

    def __init__(self, title: Callable[[], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title_of = title
        self.model_ = _Model(_headings, right=(4, 5), parent=self)
        self.title = Label(size=13, role="text.secondary")
        self.count = Count(0)
        self.view = RowsView(self.model_, _WIDTHS)
        self.view.setMinimumHeight(metric("row.header") + 8 * metric("row.grid"))
        self.view.doubleClicked.connect(self._open)
        self.setLayout(column(row(self.title, self.count, None), self.view, spacing=4))
        self.retranslate()

    def show_rows(self, rows: Sequence[HistoryRow]) -> None:
        self.model_.show(rows)
        self.count.set_value(len(rows))

    def fit(self, rows: int) -> None:
        """Be that many rows high at least: a page with several tables gives each its share."""
        self.view.setMinimumHeight(metric("row.header") + rows * metric("row.grid"))

    def retranslate(self) -> None:
        self.title.setText(self._title_of())
        self.view.setAccessibleName(self._title_of())
        self.model_.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(_WIDTHS) - 1)

    @Slot(QModelIndex)
    def _open(self, index: QModelIndex) -> None:
        opens = self.model_.rows[index.row()].opens if index.isValid() else None
        if opens is not None:
            self.opened.emit(*opens)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.view.hasFocus():
            self._open(self.view.currentIndex())
            return
        super().keyPressEvent(event)
