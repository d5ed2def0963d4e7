"""The answers to a request side by side: a row for each line, a column for each supplier, the winners marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from desktop.domain.stock import quantity_text
from desktop.domain.text import pick, tr
from desktop.operations.purchasing_rfq import Quote
from desktop.widgets.labels import Label
from desktop.widgets.paint import column
from desktop.widgets.theme import color, font, icon, metric

Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
_FIXED = 3


class _Model(QAbstractTableModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.cells: dict[tuple[int, int], Quote] = {}
        self.lines: list[int] = []
        self.suppliers: list[int] = []
        self.winners: dict[int, int] = {}

    def show(self, quotes: Sequence[Quote], winners: Mapping[int, int]) -> None:
        self.beginResetModel()
        self.cells = {(quote.line_id, quote.rfq_supplier_id): quote for quote in quotes}
        self.lines = list(dict.fromkeys(quote.line_id for quote in quotes))
        self.suppliers = list(dict.fromkeys(quote.rfq_supplier_id for quote in quotes))
        self.winners = dict(winners)
        self.endResetModel()

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """The lines, and one of totals."""
        return 0 if parent.isValid() or not self.lines else len(self.lines) + 1

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else _FIXED + len(self.suppliers)

    def quote(self, at: int, section: int) -> Quote | None:
        if at >= len(self.lines) or section < _FIXED:
            return None
        return self.cells.get((self.lines[at], self.suppliers[section - _FIXED]))

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        if section < _FIXED:
            return (tr("Part no."), tr("Part name"), tr("Quantity"))[section]
        one = next(q for q in self.cells.values() if q.rfq_supplier_id == self.suppliers[section - _FIXED])
        name = pick(one.supplier, one.supplier_zh)
        if one.punctual is None:
            return name
        return tr("{supplier} · {share} on time", supplier=name, share=f"{one.punctual:.0%}")

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        at, section = index.row(), index.column()
        total = at == len(self.lines)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        if role == Qt.ItemDataRole.FontRole:
            return font(12, code=section == 0)
        if total:
            return self._total(section) if role == Qt.ItemDataRole.DisplayRole else None
        quote = self.quote(at, section)
        if quote is None:
            first = next(q for q in self.cells.values() if q.line_id == self.lines[at])
            words = (first.item_code, pick(first.item_name, first.item_name_zh), quantity_text(first.quantity))
            shown = role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
            return words[section] if shown and section < _FIXED else None
        return self._quoted(quote, role)

    def _quoted(self, quote: Quote, role: int) -> Any:
        won = self.winners.get(quote.line_id) == quote.rfq_supplier_id
        if role == Qt.ItemDataRole.DisplayRole:
            return _words(quote)
        if role == Qt.ItemDataRole.ToolTipRole and quote.in_time is False:
            return tr("Too late for the day on which it is needed")
        if role == Qt.ItemDataRole.DecorationRole and won:
            return icon("circle-check", "success.fg", 14)
        if role == Qt.ItemDataRole.ForegroundRole:
            if quote.unit_price is None:
                return color("text.tertiary")
            if quote.in_time is False:
                return color("danger.fg")
            return color("success.fg" if quote.cheapest else "text.primary")
        return None

    def _total(self, section: int) -> str | None:
        if section < _FIXED:
            return tr("Total") if section == 1 else None
        supplier = self.suppliers[section - _FIXED]
        found = [self.cells[line, supplier].amount for line in self.lines]
        quoted = [amount for amount in found if amount is not None]
        words = f"{sum(quoted, Decimal(0)):,.2f}"
        return words if len(quoted) == len(found) else tr("{amount} (incomplete)", amount=words)


def _words(quote: Quote) -> str:
    if quote.unit_price is None:
        return "–"
    price = f"{quote.unit_price:,.4f}".rstrip("0").rstrip(".")
    if quote.lead_time_days is None:
        return price
    return tr("{price} · {days} days", price=price, days=quote.lead_time_days)


def _alignment(section: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if section >= _FIXED - 1 else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class ComparisonTable(QWidget):
    """Space or a double click gives the line under the cursor to that supplier, or takes it away again."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model_ = _Model(self)
        self.may_choose = False
        self.title = Label(size=13, role="text.secondary")
        self.view = QTableView()
        self.view.setModel(self.model_)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setTabKeyNavigation(False)
        self.view.setWordWrap(False)
        self.view.setStyleSheet("QTableView::item { padding-left: 5px; padding-right: 5px; }")
        self.view.verticalHeader().hide()
        self.view.verticalHeader().setDefaultSectionSize(metric("row.grid"))
        self.view.horizontalHeader().setFixedHeight(metric("row.header"))
        self.view.installEventFilter(self)
        self.view.doubleClicked.connect(lambda index: self._toggle(index.row(), index.column()))
        self.setLayout(column(self.title, self.view, spacing=4))
        self.retranslate()

    def show_quotes(self, quotes: Sequence[Quote], winners: Mapping[int, int], *, may_choose: bool) -> None:
        self.may_choose = may_choose
        self.model_.show(quotes, winners)
        for section, width in enumerate((140, 220, 90, *(190 for _ in self.model_.suppliers))):
            self.view.setColumnWidth(section, width)
        rows = self.model_.rowCount()
        self.view.setFixedHeight(metric("row.header") + max(2, min(rows, 16)) * metric("row.grid") + 16)

    def winners(self) -> Mapping[int, int]:
        return dict(self.model_.winners)

    def choose(self, winners: Mapping[int, int]) -> None:
        self.model_.show(tuple(self.model_.cells.values()), winners)
        self.changed.emit()

    def _toggle(self, at: int, section: int) -> None:
        quote = self.model_.quote(at, section)
        if quote is None or quote.unit_price is None or not self.may_choose:
            return
        chosen = dict(self.model_.winners)
        if chosen.get(quote.line_id) == quote.rfq_supplier_id:
            del chosen[quote.line_id]
        else:
            chosen[quote.line_id] = quote.rfq_supplier_id
        self.choose(chosen)
        self.view.setCurrentIndex(self.model_.index(at, section))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Space, which the table would take for selecting."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Space:
            self._toggle(self.view.currentIndex().row(), self.view.currentIndex().column())
            return True
        return super().eventFilter(watched, event)

    def retranslate(self) -> None:
        self.title.setText(tr("Answers side by side"))
        self.view.setAccessibleName(tr("Answers side by side"))
