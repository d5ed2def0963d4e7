"""The answers to a request side by side: a row for each line, a column for each supplier, the winners marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from desktop.domain.entry import format_date
from desktop.domain.figures import quantity_text
from desktop.domain.text import pick, tr
from desktop.operations.purchasing_letters import Asked, LastPrice
from desktop.operations.purchasing_rfq import Quote
from desktop.widgets.labels import Label
from desktop.widgets.paint import column
from desktop.widgets.rows_view import RowsView
from desktop.widgets.theme import color, font, icon, metric

Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
_FIXED = 4
_LAST_PRICE = 3
_FOOT = 3
"""Rows under the lines: total, punctuality, pieces turned down."""


class _Model(QAbstractTableModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.cells: dict[tuple[int, int], Quote] = {}
        self.lines: list[int] = []
        self.suppliers: list[int] = []
        self.winners: dict[int, int] = {}
        self.asked: Mapping[int, Asked] = {}
        self.last: Mapping[int, LastPrice] = {}

    def show(self, quotes: Sequence[Quote], winners: Mapping[int, int]) -> None:
        self.beginResetModel()
        self.cells = {(quote.line_id, quote.rfq_supplier_id): quote for quote in quotes}
        self.lines = list(dict.fromkeys(quote.line_id for quote in quotes))
        self.suppliers = list(dict.fromkeys(quote.rfq_supplier_id for quote in quotes))
        self.winners = dict(winners)
        self.endResetModel()

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """The lines, one of totals, and two of how each supplier delivered within a year."""
        return 0 if parent.isValid() or not self.lines else len(self.lines) + _FOOT

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
            return (tr("Part no."), tr("Part name"), tr("Quantity"), tr("Last price"))[section]
        one = next(q for q in self.cells.values() if q.rfq_supplier_id == self.suppliers[section - _FIXED])
        return pick(one.supplier, one.supplier_zh)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        at, section = index.row(), index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        if role == Qt.ItemDataRole.FontRole:
            return font(12, code=section == 0)
        if at >= len(self.lines):
            return self._foot(at - len(self.lines), section, role)
        if section == _LAST_PRICE:
            return self._last(self.lines[at], role)
        quote = self.quote(at, section)
        if quote is None:
            first = next(q for q in self.cells.values() if q.line_id == self.lines[at])
            words = (first.item_code, pick(first.item_name, first.item_name_zh), quantity_text(first.quantity))
            shown = role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
            return words[section] if shown and section < _LAST_PRICE else None
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

    def _last(self, line: int, role: int) -> Any:
        """What was paid last, whoever delivered it; from whom and when is the tip."""
        paid = self.last.get(line)
        if role == Qt.ItemDataRole.ForegroundRole:
            return color("text.secondary" if paid is not None else "text.tertiary")
        if role == Qt.ItemDataRole.DisplayRole:
            return _price(paid.unit_price) if paid is not None else "–"
        if role == Qt.ItemDataRole.ToolTipRole and paid is not None:
            day = format_date(paid.ordered_on)
            name = pick(paid.supplier, paid.supplier_zh)
            return tr("{currency}, {supplier}, {day}", currency=paid.currency, supplier=name, day=day)
        return None

    def _foot(self, number: int, section: int, role: int) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            if section == 1:
                return (tr("Total"), tr("On time, 12 months"), tr("Turned down, 12 months"))[number]
            return None if section < _FIXED else (self._total, self._punctual, self._rejected)[number](section)
        if role == Qt.ItemDataRole.ForegroundRole and number:
            return color("text.secondary")
        if role == Qt.ItemDataRole.ToolTipRole and section >= _FIXED and number:
            asked = self.asked.get(self.suppliers[section - _FIXED])
            return tr("{count} deliveries", count=asked.deliveries) if asked is not None else None
        return None

    def _punctual(self, section: int) -> str:
        one = next(q for q in self.cells.values() if q.rfq_supplier_id == self.suppliers[section - _FIXED])
        return "–" if one.punctual is None else f"{one.punctual * 100:.0f}\u2009%"

    def _rejected(self, section: int) -> str:
        asked = self.asked.get(self.suppliers[section - _FIXED])
        return "–" if asked is None or asked.rejected is None else f"{asked.rejected * 100:.1f}\u2009%"

    def _total(self, section: int) -> str:
        supplier = self.suppliers[section - _FIXED]
        found = [self.cells[line, supplier].amount for line in self.lines]
        quoted = [amount for amount in found if amount is not None]
        if not quoted:
            return "–"
        words = f"{sum(quoted, Decimal(0)):,.2f}"
        return words if len(quoted) == len(found) else tr("{amount} (incomplete)", amount=words)


def _words(quote: Quote) -> str:
    if quote.unit_price is None:
        return "–"
    price = _price(quote.unit_price)
    if quote.lead_time_days is None:
        return price
    return tr("{price} · {days} days", price=price, days=quote.lead_time_days)


def _price(value: Decimal) -> str:
    """Cents always, finer prices as they are: figures of a column stay comparable."""
    whole, _, part = f"{value:,.4f}".partition(".")
    return f"{whole}.{part.rstrip('0').ljust(2, '0')}"


def _alignment(section: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if section >= _LAST_PRICE - 1 else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class ComparisonTable(QWidget):
    """Space or a double click gives the line under the cursor to that supplier, or takes it away again."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model_ = _Model(self)
        self.may_choose = False
        self.title = Label(size=13, role="text.secondary")
        self.view = RowsView(self.model_)
        self.view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.view.installEventFilter(self)
        self.view.doubleClicked.connect(lambda index: self._toggle(index.row(), index.column()))
        self.setLayout(column(self.title, self.view, spacing=4))
        self.retranslate()

    def show_quotes(
        self,
        quotes: Sequence[Quote],
        winners: Mapping[int, int],
        *,
        may_choose: bool,
        asked: Sequence[Asked] = (),
        last: Mapping[int, LastPrice] | None = None,
    ) -> None:
        self.may_choose = may_choose
        self.model_.asked = {one.id: one for one in asked}
        self.model_.last = dict(last or {})
        self.model_.show(quotes, winners)
        for section, width in enumerate((140, 220, 80, 90, *(190 for _ in self.model_.suppliers))):
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
