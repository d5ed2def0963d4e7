"""What the stock lists can do with their rows: reverse, release, print labels and the hand-over, look a part up."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence

from desktop.domain.changes import Changes
from desktop.domain.text import pick, tr
from desktop.lists.spec import Action
from desktop.operations import stock, stock_rows
from desktop.operations.stock import Posted
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.views.stock import desk_papers
from desktop.widgets import confirm as dialogs
from desktop.widgets.list_page import ListPage


class StockListActions(QObject):
    """Binds the actions of a stock list's spec to the page; lives as long as the page."""

    def __init__(self, page: ListPage, context: Context) -> None:
        super().__init__(page)
        self._page, self._context = page, context
        calls: dict[str, Callable[[], None]] = {
            "reverse": self.reverse,
            "release": self.release,
            "labels": self.print_labels,
            "hand_over": self.print_hand_over,
            "part_stock": self.show_part,
        }
        self.actions: dict[str, QAction] = {}
        for action in page.spec.actions:
            if not action.roles or context.user.has(*action.roles):
                self._bind(action, calls[action.key])

    def _bind(self, action: Action, call: Callable[[], None]) -> None:
        made = QAction(pick(action.name, action.name_zh), self._page)
        if action.shortcut:
            made.setShortcut(QKeySequence(action.shortcut))
            made.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        made.triggered.connect(lambda _checked=False: call())
        self._page.addAction(made)
        self.actions[action.key] = made

    def retranslate(self) -> None:
        for action in self._page.spec.actions:
            if action.key in self.actions:
                self.actions[action.key].setText(pick(action.name, action.name_zh))

    def _row(self) -> int | None:
        """The row under the cursor; without one the reader is told."""
        current = self._page.grid.current()
        if current is None:
            self._context.toast("info", tr("Choose a row first"))
            return None
        return current.row.id

    def _rows(self) -> list[int]:
        """The ticked rows, else the one under the cursor."""
        ticked = list(self._page.grid.selection.checked)
        row = None if ticked else self._row()
        return ticked or ([row] if row is not None else [])

    # reversing and releasing

    def reverse(self) -> None:
        """F8: the linked counter-entry of the row's document, after a question that names it."""
        row = self._row()
        if row is None:
            return
        if self._page.spec.key == "stock_moves":
            self._run(stock.document_of_move, row, done=self._ask_reverse)
        else:
            self._ask_reverse(row)

    def _ask_reverse(self, document_id: int | None) -> None:
        current = self._page.grid.current()
        if document_id is None or current is None:
            return
        number = str(current.texts[0])
        sentence = tr("The counter-entry of {number} is final. To undo it, post the document again.", number=number)
        title = tr("Reverse {number}?", number=number)
        if dialogs.confirm(self._page, title, sentence, confirm=tr("Reverse"), keep=tr("Keep it")):
            self._run(stock.reverse, stock.new_key(), document_id, tr("Reversed from the list"), done=self._reversed)

    def _reversed(self, answer: tuple[Posted, Changes]) -> None:
        posted, changes = answer
        self._context.bus.publish(changes, self._page)
        self._context.toast("success", tr("Counter-entry {number}", number=posted.number))
        self._page.refresh()

    def release(self) -> None:
        """Give the row's reservation back."""
        row = self._row()
        if row is not None:
            self._run(stock.release, row, done=self._released)

    def _released(self, answer: tuple[object, Changes]) -> None:
        freed, changes = answer
        self._context.bus.publish(changes, self._page)
        self._context.toast("success", tr("{count} pieces are free again", count=f"{freed:,.0f}"))
        self._page.refresh()

    # looking up and printing

    def show_part(self) -> None:
        """Do we have it? The part of the row with its bins, reservations, orders and substitutes."""
        row = self._row()
        if row is None:
            return
        if self._page.spec.key == "items":
            self._context.open("part_stock", row)
        else:
            self._run(stock_rows.item_of_balance, row, done=self._open_part)

    def _open_part(self, item_id: int | None) -> None:
        if item_id is not None:
            self._context.open("part_stock", item_id)

    def print_labels(self) -> None:
        rows = self._rows()
        if rows:
            desk_papers.make(
                self._context, partial(desk_papers.row_labels, self._context.database, self._page.spec.key, rows), self
            )

    def print_hand_over(self) -> None:
        """Today's moves by type with totals and lines to sign."""
        desk_papers.make(self._context, partial(desk_papers.todays_hand_over, self._context.database), self)

    def _run(self, call: Callable[..., object], *args: object, done: Callable[..., None]) -> None:
        self._context.work.run(call, self._context.database, *args, on_done=done, on_error=self._failed, owner=self)

    def _failed(self, failure: Failure) -> None:
        self._context.toast("danger", tr("Not done"), failure.message)


def attach(page: ListPage, context: Context) -> StockListActions:
    """Give a stock list its actions."""
    return StockListActions(page, context)
