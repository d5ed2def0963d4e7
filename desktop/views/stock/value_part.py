"""What an item is worth, on its card: its cost layers, or what made the average; finance revalues it here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.figures import quantity_text
from desktop.domain.text import tr
from desktop.lists.stock import VALUERS
from desktop.models.rows import RowsModel
from desktop.operations import stock_values
from desktop.operations.records import Record
from desktop.operations.stock_values import ItemValue, Layer, Step
from desktop.reports.stock import type_name
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.views.stock.desk_dating import signed
from desktop.views.stock.desk_rows import money
from desktop.views.stock.revalue_panel import RevaluePanel
from desktop.views.stock.tab_body import TabBody
from desktop.widgets.buttons import Button
from desktop.widgets.figures import Figure
from desktop.widgets.labels import Count, Label
from desktop.widgets.paint import column, row
from desktop.widgets.rows_view import RowsView
from desktop.widgets.theme import color, font

REVALUERS = ("finance", "steward")
_WIDTHS = (150, 160, 0, 110, 110, 130, 150)


@dataclass(frozen=True)
class _Row:
    cells: tuple[str, ...]
    document_id: int | None
    note: str = ""


class _Model(RowsModel[_Row]):
    def cell(self, row: _Row, at: int, role: int) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return row.cells[at]
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.note or row.cells[at]
        if role == Qt.ItemDataRole.FontRole:
            return font(12, code=at == 1)
        if role == Qt.ItemDataRole.ForegroundRole:
            return color("accent.fg" if at == 1 and row.document_id is not None else "text.primary")
        return None


class ValuePart(TabBody):
    """Shows itself to those who may read costs; Enter or a double click opens the document of a row."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.item_id: int | None = None
        self.found: ItemValue | None = None
        self.title = Label(size=13, role="text.secondary")
        self.count = Count(0)
        self.button = Button(icon="pencil", key="Ctrl+R")
        self.button.clicked.connect(self.revalue)
        self.button.hide()
        self.figures = tuple(Figure() for _ in range(4))
        self.panel = RevaluePanel(context)
        self.panel.changed.connect(self.reload)
        self.panel.left.connect(self.enter)
        self.model_ = _Model(self._headings, right=(3, 4, 5, 6), parent=self)
        self.view = RowsView(self.model_, _WIDTHS)
        self.view.doubleClicked.connect(self._open)
        self.head = QWidget()
        self.head.setLayout(
            column(row(self.title, self.count, None, self.button), row(*self.figures, None, spacing=40), spacing=8)
        )
        self.refused = Label(role="text.secondary")
        whole = column(self.refused, self.head, self.panel, self.view, spacing=8)
        whole.setStretch(3, 1)
        whole.addStretch()
        self.setLayout(whole)
        self.setFocusProxy(self.view)
        self._wanted = self._stale = False
        context.bus.subscribe(("item_cost", "stock_value_entry", "stock_move"), self._changed)
        self.retranslate()

    # showing

    def may_see(self) -> bool:
        return self.context.user.has(*VALUERS)

    def show_record(self, record: Record) -> None:
        if record.id != self.item_id:
            self.found = None
            self.panel.shut()
        self.item_id, self._stale = record.id, True
        self._show()
        if self.isVisible():
            self.reload()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.reload()

    @Slot()
    def reload(self) -> None:
        if self.item_id is not None and self.may_see():
            self._stale = False
            self.context.work.run(
                stock_values.item_value, self.context.database, self.item_id, on_done=self._read,
                on_error=self._not_read, owner=self, background=True,
            )  # fmt: skip

    def _changed(self, changes: Changes, initiator: object) -> None:
        self._stale = True
        if self.isVisible():
            self.reload()

    def _read(self, found: ItemValue | None) -> None:
        if found is not None and found.item_id == self.item_id:
            self.found = found
            self._show()
            if self._wanted:
                self.revalue()

    def _not_read(self, failure: Failure) -> None:
        self.context.toast("danger", tr("The value could not be read"), failure.message)

    def _show(self) -> None:
        found = self.found
        self.refused.setText(tr("What an item is worth is told to those who may read costs."))
        self.refused.setVisible(not self.may_see())
        for each in (self.head, self.view):
            each.setVisible(found is not None)
        if found is None:
            return
        fifo = found.valuation == "fifo"
        left = [each for each in found.layers if each.left]
        self.title.setText(tr("Value: cost layers") if fifo else tr("Value: what made the average"))
        self.view.setAccessibleName(self.title.full_text())
        rows = [_layer_row(each) for each in _oldest_first(found.layers)] if fifo else [
            _step_row(each) for each in found.history
        ]  # fmt: skip
        self.model_.show(rows)
        self.model_.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(_WIDTHS))
        if rows:
            self.view.selectRow(0)
        self.count.set_value(len(left) if fifo else len(rows))
        method = tr("First in, first out") if fifo else tr("Moving average")
        quantity, unit, value, way = self.figures
        quantity.say(tr("In the whole company"), quantity_text(found.quantity))
        each_one = found.value / found.quantity if found.quantity else found.average
        unit.say(tr("Unit value"), f"¥ {each_one:,.4f}")
        value.say(tr("Value"), f"¥ {money(found.value)}")
        way.say(tr("Valued by"), method)
        self.button.setVisible(self.may_revalue())

    def _headings(self) -> Sequence[str]:
        if self.found is not None and self.found.valuation == "fifo":
            return (
                tr("Date"), tr("Document"), tr("Kind"), tr("Delivered"), tr("Left"), tr("Unit value ¥"),
                tr("Value left ¥"),
            )  # fmt: skip
        return (
            tr("Date"), tr("Document"), tr("Kind"), tr("Quantity"), tr("Stock after"), tr("Amount ¥"),
            tr("Average after ¥"),
        )  # fmt: skip

    def retranslate(self) -> None:
        self.button.setText(tr("Revalue"))
        self.panel.retranslate()
        self._show()

    # acting

    def may_revalue(self) -> bool:
        return self.found is not None and self.found.quantity > 0 and self.context.user.has(*REVALUERS)

    @Slot()
    def enter(self) -> None:
        """The cursor goes into the table."""
        self.view.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def revalue(self) -> None:
        """Ask for the new value of a piece and the reason."""
        if self.found is None:  # it is still being read
            self._wanted = self.context.user.has(*REVALUERS)
            return
        self._wanted = False
        if self.may_revalue():
            self.panel.open(self.found)
        elif self.found.quantity <= 0:
            self.context.toast("info", tr("Nothing to revalue"), tr("Nothing of this item is in stock."))

    @Slot(QModelIndex)
    def _open(self, index: QModelIndex) -> None:
        document = self.model_.rows[index.row()].document_id if index.isValid() else None
        if document is not None:
            self.opened.emit("stock_document", document)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.view.hasFocus():
            self._open(self.view.currentIndex())
            return
        super().keyPressEvent(event)


def _oldest_first(layers: Sequence[Layer]) -> list[Layer]:
    """What is taken next stands first; what is used up comes after, the latest first."""
    gone = [each for each in layers if not each.left]
    return [each for each in layers if each.left] + gone[::-1]


def _layer_row(found: Layer) -> _Row:
    left = bool(found.left)
    cells = (
        _day(found.at), found.number or tr("other branch"), type_name(found.kind), quantity_text(found.quantity),
        quantity_text(found.left), f"{found.unit_value:,.4f}" if left else "–", money(found.worth) if left else "–",
    )  # fmt: skip
    return _Row(cells, found.document_id)


def _step_row(found: Step) -> _Row:
    cells = (
        _day(found.at), found.number or (tr("other branch") if not found.reason else "–"),
        " · ".join(each for each in (kind_words(found.kind), found.reason) if each),
        quantity_text(found.quantity) if found.quantity else "–", quantity_text(found.stock), signed(found.amount),
        f"{found.average:,.4f}" if found.stock > 0 else "–",
    )  # fmt: skip
    return _Row(cells, found.document_id, found.reason)


def kind_words(kind: str) -> str:
    """A kind of document or of change of value, in words."""
    return {
        "difference": tr("Invoice difference"),
        "revaluation": tr("Revaluation"),
        "backdating": tr("Earlier date"),
        "remainder": tr("Remainder"),
    }.get(kind) or type_name(kind)


def _day(at: datetime) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M")
