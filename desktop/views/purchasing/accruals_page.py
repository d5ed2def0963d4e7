"""Invoices and accruals at a glance: what waits, the touchless rate, what is not invoiced, the turn of the month.

The table shows what the turn would book before anybody books it; choosing the other method shows what that would book.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.entry import format_date
from desktop.domain.figures import percent, quantity_text
from desktop.domain.text import pick, tr
from desktop.models.rows import RowsModel
from desktop.operations import accruals
from desktop.operations.accruals import Accruals, Booking
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.widgets.buttons import Button
from desktop.widgets.fields import DICTIONARY_PROPERTY
from desktop.widgets.figures import Figure
from desktop.widgets.header import ActionBar, HeaderBar, Total
from desktop.widgets.labels import Label
from desktop.widgets.page import Page
from desktop.widgets.paint import Surface, column, row
from desktop.widgets.rows_view import RowsView
from desktop.widgets.segmented import Segment, Segmented
from desktop.widgets.states import LoadedStack

TOPICS = ("grni_position", "grni_entry", "supplier_invoice", "supplier_invoice_line", "setting")
_READS = (
    "supplier_invoice.gross", "supplier_invoice_line.exceptions", "touchless_rate.invoice_rate",
    "grni_position.open_amount", "grni_entry.amount",
)  # fmt: skip
LEADS = ("supplier_invoices", "invoice_exceptions", "touchless_rate", "grni", "grni_entries")
"""The list behind each figure."""
_WIDTHS = (110, 200, 190, 150, 150, 0, 90, 130)


class _Model(RowsModel[Booking]):
    def cell(self, row: Booking, at: int, role: int) -> Any:
        return _texts(row)[at] if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole) else None


class AccrualsPage(Page):
    """F9 books what the table shows; Tab walks the figures, Enter opens the list behind one."""

    def __init__(self, context: Context, args: Any = None, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.found: Accruals | None = None
        self.wanted = ""
        self._busy = False
        self.header = HeaderBar()
        self.turn_button = Button(kind="primary", icon="check", height=32, key="F9")
        self.turn_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.figures = tuple(Figure(leads=True) for _ in LEADS)
        for figure, key, entry in zip(self.figures, LEADS, _READS, strict=True):
            figure.chosen.connect(partial(self._lead, key))
            figure.setProperty(DICTIONARY_PROPERTY, entry)
        figures = Surface("surface.base", "b", "border.grid")
        figures.setLayout(row(*self.figures, spacing=12, margins=(10, 8, 10, 8)))
        self.method_label, self.method_note = Label(role="text.secondary"), Label(role="text.tertiary", elide=True)
        self.method = Segmented()
        self.method.chosen.connect(self.look_at)
        self.check = Label(role="text.secondary")
        line = Surface("surface.base", "b", "border.grid")
        inner = row(self.method_label, self.method, self.method_note, self.check, spacing=12, margins=(16, 8, 16, 8))
        inner.setStretch(2, 1)
        line.setLayout(inner)
        self.preview_title = Label(size=13)
        self.nothing = Label(role="text.secondary")
        self.model = _Model(_headings, right=(6, 7), parent=self)
        self.view = RowsView(self.model, _WIDTHS)
        self.view.doubleClicked.connect(self._open)
        body = column(row(self.preview_title, None), self.nothing, self.view, spacing=8, margins=(16, 12, 16, 12))
        body.setStretch(2, 1)
        body.addStretch(0)  # keeps title and sentence at the top where there is no table
        content = Surface("surface.base")
        whole = column(figures, line, spacing=0)
        whole.addLayout(body, 1)
        content.setLayout(whole)
        self.stack = LoadedStack(content)
        self.stack.retry.connect(self.refresh)
        self.bar = ActionBar()
        self.turn_button.clicked.connect(self.turn)
        self.bar.add_button(self.turn_button)
        page = column(self.header, spacing=0)
        page.addWidget(self.stack, 1)
        page.addWidget(self.bar)
        self.setLayout(page)
        self.refresh_action = self.command("F5", self.refresh)
        self.turn_action = self.command("F9", self.turn)
        context.bus.subscribe(TOPICS, self._changed)
        self.retranslate()

    # Loading

    def refresh(self) -> None:
        call = partial(self._load, self.wanted)
        self.context.work.run(call, on_done=self._show, on_error=self._not_loaded, owner=self)

    def _load(self, method: str) -> tuple[Accruals, tuple[Booking, ...]]:
        found = accruals.accruals(self.context.database)
        wanted = method if method and method != found.method else None
        return found, accruals.preview(self.context.database, wanted) if found.may_turn else ()

    def _show(self, answer: tuple[Accruals, tuple[Booking, ...]]) -> None:
        self.found, bookings = answer
        if self.wanted == self.found.method:
            self.wanted = ""
        self.model.show(bookings)
        self.stack.show_content()
        self._show_texts()

    def _not_loaded(self, failure: Failure) -> None:
        if self.wanted:  # the other method may not be looked at: back to what holds
            self.wanted = ""
            self._not_done(failure)
            self.refresh()
        else:
            self.stack.say_failed(tr("The accruals could not be loaded"), failure)

    @Slot()
    def _changed(self, changes: Changes, initiator: object) -> None:
        if initiator is not self and self.isVisible():
            self.refresh()

    # What it does

    def look_at(self, method: str) -> None:
        """Show what this method would book; nothing is chosen before F9."""
        self.wanted = "" if self.found is not None and method == self.found.method else method
        self.refresh()

    def turn(self) -> None:
        """F9: book what the table shows, and with another method chosen let it hold from here on."""
        if self._busy or not self.turn_action.isEnabled():
            return
        self._busy = True
        self.context.work.run(
            accruals.turn, self.context.database, self.wanted or None,
            on_done=self._turned, on_error=self._not_turned, owner=self,
        )  # fmt: skip

    def _turned(self, answer: tuple[int, Changes]) -> None:
        self._busy = False
        done, changes = answer
        chosen, self.wanted = self.wanted, ""
        self.context.bus.publish(changes, self)
        words = tr("{count} accruals turned", count=done)
        self.context.toast("success", tr("The method was changed") if chosen else words, words if chosen else "")
        self.refresh()

    def _not_turned(self, failure: Failure) -> None:
        self._busy = False
        self._not_done(failure)
        self.refresh()

    def _not_done(self, failure: Failure) -> None:
        self.context.toast("danger", tr("Not done"), failure.message)

    def _lead(self, key: str) -> None:
        self.open_requested.emit(key, None)

    @Slot(QModelIndex)
    def _open(self, index: QModelIndex) -> None:
        if index.isValid() and self.model.rows[index.row()].document_id:
            self.open_requested.emit("stock_document", self.model.rows[index.row()].document_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.view.hasFocus():
            self._open(self.view.currentIndex())
            return
        super().keyPressEvent(event)

    # What it says

    def title(self) -> str:
        return tr("Invoices and accruals")

    def icon_name(self) -> str:
        return "gauge"

    def key_hints(self) -> Sequence[tuple[str, str]]:
        may = (("F9", tr("Book it")),) if self.found is not None and self.found.may_turn else ()
        return (*may, ("Enter", tr("Open the list")), ("F1", tr("How it is counted")))

    def zones(self) -> Sequence[QWidget]:
        return (self.figures[0], self.view)

    def retranslate(self) -> None:
        self.header.set_title(self.title())
        self.refresh_action.setText(tr("Refresh"))
        self.turn_action.setText(tr("Turn of the month now"))
        self.method_label.setText(tr("Accruals are taken back"))
        self.method.set_segments(
            (
                Segment("on_invoice", tr("When the invoice comes")),
                Segment("month_start", tr("At the beginning of the month")),
            )
        )
        self.view.setAccessibleName(tr("What would be booked"))
        self.model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(_WIDTHS) - 1)
        self._show_texts()

    def _show_texts(self) -> None:
        found = self.found
        if found is None:
            self.turn_button.hide()
            self.bar.hide()
            self.turn_action.setEnabled(False)
            return
        self.header.set_note(pick(found.company, found.company_zh))
        self._show_figures(found)
        self._show_method(found)
        self._show_preview(found)

    def _show_figures(self, found: Accruals) -> None:
        month = f"{found.touchless_month:%Y-%m}" if found.touchless_month else ""
        rows = (
            (tr("Matched, to post"), f"{found.to_post:,}", f"¥ {found.to_post_amount:,.2f}", "text.primary"),
            (
                tr("Lines that differ"),
                f"{found.exceptions:,}",
                f"¥ {found.exceptions_amount:,.2f}",
                "warn.fg" if found.exceptions else "text.primary",
            ),
            (
                tr("Touchless rate"),
                percent(found.touchless),
                tr("{month}: {count} invoices", month=month, count=f"{found.invoices:,}")
                if month
                else tr("no invoice posted yet"),
                "text.primary",
            ),
            (
                tr("Received, not invoiced"),
                f"¥ {found.open_amount:,.2f}",
                tr("{count} receipts, oldest {day}", count=f"{found.receipts:,}", day=format_date(found.oldest))
                if found.oldest
                else "",
                "text.primary",
            ),
            (
                tr("In the accrual account"),
                f"¥ {found.account:,.2f}",
                tr("¥ {amount} reversed for the month", amount=f"{found.reversed_amount:,.2f}")
                if found.reversed_amount
                else "",
                "text.primary",
            ),
        )
        for figure, (label, value, note, role) in zip(self.figures, rows, strict=True):
            figure.say(label, value, note, role=role)

    def _show_method(self, found: Accruals) -> None:
        self.method.set_current(self.wanted or found.method)
        for key in accruals.METHODS:
            self.method.set_enabled(key, found.may_choose or key == found.method)
        chosen = self.wanted and self.wanted != found.method
        if chosen:
            self.method_note.setText(tr("Not chosen yet: the table shows what it would book, F9 lets it hold."))
        elif found.may_choose:
            self.method_note.setText(tr("You choose for the whole company."))
        else:
            self.method_note.setText(tr("Finance of the head office chooses for the whole company."))
        if found.differences is None:
            self.check.setText("")
        elif found.differences:
            self.check.setText(tr("{count} differences from the ledger", count=found.differences))
            self.check.set_role("danger.fg")
        else:
            self.check.setText(tr("Agrees with orders and stock"))
            self.check.set_role("success.fg")

    def _show_preview(self, found: Accruals) -> None:
        rows = self.model.rows
        words = {
            True: tr("What the method would book now"),
            False: tr("What the turn of the month would book now"),
        }
        self.preview_title.setText(words[bool(self.wanted)])
        self.nothing.setVisible(not rows)
        self.view.setVisible(bool(rows))
        if not found.may_turn:
            self.nothing.setText(tr("Finance sees here what the turn of the month would book."))
        elif (self.wanted or found.method) == "on_invoice":
            self.nothing.setText(tr("Nothing: each accrual is taken back when its invoice is posted."))
        else:
            self.nothing.setText(tr("Nothing: every month up to now is turned."))
        self.bar.set_totals([Total(_kind(kind), _money(_sum(rows, kind))) for kind in _kinds(rows)])
        may = found.may_turn and bool(rows or self.wanted)
        self.turn_button.setText(tr("Change the method and book") if self.wanted else tr("Book it"))
        self.turn_button.setVisible(may)
        self.bar.setVisible(may)
        self.turn_action.setEnabled(may)
        self.key_hints_changed.emit()


def _kinds(rows: Sequence[Booking]) -> list[str]:
    return list(dict.fromkeys(one.kind for one in rows))


def _sum(rows: Sequence[Booking], kind: str) -> Decimal:
    return sum((one.amount for one in rows if one.kind == kind), Decimal(0))


def _money(amount: Decimal) -> str:
    """With the minus sign that figures have everywhere."""
    return f"{amount:,.2f}".replace("-", "−")


def _kind(kind: str) -> str:
    return {
        "month_accrual": tr("Accrual, end of month"),
        "month_reversal": tr("Reversal, beginning of month"),
        "month_settled": tr("Settled within the month"),
    }.get(kind, kind)


def _headings() -> tuple[str, ...]:
    return (
        tr("Booked on"), tr("Kind"), tr("Supplier"), tr("Receipt"), tr("Part no."), tr("Part name"), tr("Quantity"),
        tr("Amount ¥"),
    )  # fmt: skip


def _texts(one: Booking) -> tuple[str, ...]:
    return (
        one.booked_on.isoformat(), _kind(one.kind), pick(one.supplier, one.supplier_zh), one.document, one.item_code,
        pick(one.item_name, one.item_name_zh), quantity_text(one.quantity), _money(one.amount),
    )  # fmt: skip
