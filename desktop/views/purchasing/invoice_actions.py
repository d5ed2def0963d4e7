"""What the lists after the order can do: inspect, accept differences, match, post, turn the month."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Slot

from desktop.domain.changes import Changes
from desktop.domain.figures import quantity_text
from desktop.domain.text import pick, tr
from desktop.operations import accruals, inspections, supplier_invoices
from desktop.operations.inspections import Finding, Inspected
from desktop.operations.stock import new_key
from desktop.runtime.context import Context, Found
from desktop.runtime.failures import Failure
from desktop.views.purchasing.inspect_strip import InspectStrip
from desktop.widgets.ask_strip import Ask, AskStrip
from desktop.widgets.list_page import ListPage

LISTS = frozenset({"inspections", "invoice_exceptions", "supplier_invoices", "grni"})


_LOOK_UP_WIDTH = 480
"""So that order, part, quantity and price are read whole."""


class InvoiceListActions(QObject):
    """Carries out the actions of such a list; lives as long as the page."""

    def __init__(self, page: ListPage, context: Context) -> None:
        super().__init__(page)
        self._page, self._context = page, context
        self._rows: tuple[int, ...] = ()
        self._calls: dict[str, Callable[[Sequence[int]], None]] = {
            "accept_inspection": self.accept_inspections,
            "inspect": self.inspect,
            "accept_difference": self.accept,
            "find_order_line": self.find,
            "match_again": self.match,
            "post_invoices": self.post,
            "roll_accruals": self.turn,
        }
        self._accepted_for = ""
        self.inspect_strip = InspectStrip(page)
        page.under_header(self.inspect_strip)
        self.inspect_strip.left.connect(page.grid.canvas.setFocus)
        self.inspect_strip.found.connect(self._inspect)
        self.accept_strip = AskStrip(context.work, page, warns=True)
        self.find_strip = AskStrip(context.work, page)
        for strip in (self.accept_strip, self.find_strip):
            page.under_header(strip)
            strip.shut_down.connect(page.grid.canvas.setFocus)
        if page.spec.key == "invoice_exceptions":
            for taken in ("check", "look_up"):  # here Space accepts and F7 finds the order
                page.commands.actions[taken].setShortcuts([])
        page.action_requested.connect(self._act)

    @Slot(str, object)
    def _act(self, key: str, rows: Sequence[int]) -> None:
        self._calls[key](rows)

    # inspections

    def accept_inspections(self, rows: Sequence[int]) -> None:
        """F9: all that waits in the rows is good."""
        self._context.work.run(self._accept_all, tuple(rows), on_done=self._done, on_error=self._failed, owner=self)

    def _accept_all(self, rows: Sequence[int]) -> tuple[str, Changes]:
        changes = Changes()
        for row in rows:
            waiting = inspections.waiting(self._context.database, row)
            _, touched = inspections.inspect(self._context.database, new_key(), row, Finding(waiting.quantity))
            changes = changes.merged(touched)
        return tr("{count} inspected", count=len(rows)), changes

    def inspect(self, rows: Sequence[int]) -> None:
        """F8: what was found in the row of the cursor."""
        self._context.work.run(
            inspections.waiting, self._context.database, rows[0], on_done=self._ask, on_error=self._failed, owner=self
        )

    def _ask(self, waiting: inspections.Waiting) -> None:
        self._rows = (waiting.id,)
        if waiting.quantity <= 0:
            self._context.toast("info", tr("{item} is inspected already", item=waiting.item_code))
        else:
            self.inspect_strip.open(waiting.item_code, waiting.quantity)

    def _inspect(self, finding: Finding) -> None:
        self._context.work.run(
            inspections.inspect, self._context.database, new_key(), self._rows[0], finding,
            on_done=self._inspected, on_error=self._failed, owner=self,
        )  # fmt: skip

    def _inspected(self, answer: tuple[Inspected, Changes]) -> None:
        made, changes = answer
        self.inspect_strip.shut()
        words = tr("Sent back: {number}", number=made.return_number) if made.return_number else tr("Inspected")
        self._done((words, changes))
        if made.return_id is not None:
            self._context.open("stock_document", made.return_id)

    # invoices

    def accept(self, rows: Sequence[int]) -> None:
        """Space: accept the differences of the rows, with one reason; the same words are offered for the next ones."""
        missing = tr("Reason is missing: say why the difference is right.")
        reason = Ask("reason", lambda: tr("Reason"), text=self._accepted_for, missing=missing)
        self.accept_strip.open(
            lambda: tr("Differences to accept: {count}", count=len(rows)), (reason,),
            take=lambda: tr("Accept the difference"), done=partial(self._accept, tuple(rows)),
        )  # fmt: skip

    def _accept(self, rows: tuple[int, ...], given: Mapping[str, Any]) -> None:
        self._accepted_for = given["reason"]
        self._context.work.run(
            self._accept_lines, rows, given["reason"], on_done=self._accepted, on_error=self._not_accepted, owner=self
        )

    def _accept_lines(self, rows: Sequence[int], reason: str) -> tuple[str, Changes]:
        changes = Changes()
        for row in rows:
            _, touched = supplier_invoices.accept(self._context.database, row, reason)
            changes = changes.merged(touched)
        return tr("{count} differences accepted", count=len(rows)), changes

    def _accepted(self, answer: tuple[str, Changes]) -> None:
        self.accept_strip.shut()
        self._done(answer)

    def _not_accepted(self, failure: Failure) -> None:
        self.accept_strip.refuse(failure.message)

    def find(self, rows: Sequence[int]) -> None:
        """F7: the order line that the row of the cursor is about, by order, part number or name."""
        current = self._page.grid.current()
        if current is None:
            return
        texts = dict(zip((info.key for info in self._page.model.infos), current.texts, strict=True))
        row = rows[0]
        about = " ".join(part for part in (texts.get("number", ""), texts.get("item", "")) if part)
        self.find_strip.open(
            lambda: tr("What {line} is about", line=about),
            (Ask("order", lambda: tr("Order line"), partial(self._candidates, row)),),
            take=lambda: tr("Tie to the order"),
            done=partial(self._link, row),
        )
        self.find_strip.editors["order"].setMinimumWidth(_LOOK_UP_WIDTH)

    def _candidates(self, row: int, typed: str) -> Sequence[Found]:
        return tuple(
            Found(
                "purchase_order", one.purchase_line_id, f"{one.order_number} / {one.line_no}",
                f"{one.item_code}  {pick(one.item_name, one.item_name_zh)}",
                f"{quantity_text(one.quantity)} × {one.unit_price:,.2f}",
            )
            for one in supplier_invoices.order_lines(self._context.database, row, typed)
        )  # fmt: skip

    def _link(self, row: int, given: Mapping[str, Any]) -> None:
        self._context.work.run(
            supplier_invoices.link, self._context.database, row, int(given["order"]),
            on_done=self._linked, on_error=self._not_linked, owner=self,
        )  # fmt: skip

    def _linked(self, answer: tuple[str, Changes]) -> None:
        state, changes = answer
        self.find_strip.shut()
        words = tr("Tied; lines of this invoice still differ") if state == "exception" else tr("Tied, and it agrees")
        self._done((words, changes))

    def _not_linked(self, failure: Failure) -> None:
        self.find_strip.refuse(failure.message)

    def match(self, rows: Sequence[int]) -> None:
        """Ctrl+R: goods that came meanwhile may make it agree."""
        self._context.work.run(self._match, tuple(rows), on_done=self._done, on_error=self._failed, owner=self)

    def _match(self, rows: Sequence[int]) -> tuple[str, Changes]:
        database = self._context.database
        of_lines = self._page.spec.key == "invoice_exceptions"
        invoices = supplier_invoices.of_lines(database, rows) if of_lines else tuple(rows)
        changes, left = Changes(), 0
        for invoice in invoices:
            matched, touched = supplier_invoices.match(database, invoice)
            left += matched.exceptions
            changes = changes.merged(touched)
        return tr("Matched; lines that still differ: {count}", count=left), changes

    def post(self, rows: Sequence[int]) -> None:
        """F9: post the chosen invoices, each for itself; the first that cannot stops the rest."""
        self._context.work.run(self._post, tuple(rows), on_done=self._done, on_error=self._stopped, owner=self)

    def _post(self, rows: Sequence[int]) -> tuple[str, Changes]:
        changes, difference = Changes(), Decimal(0)
        for row in rows:
            posted, touched = supplier_invoices.post(self._context.database, new_key(), row)
            difference += posted.difference
            changes = changes.merged(touched)
        words = tr("{count} posted, price difference {amount}", count=len(rows), amount=f"{difference:,.2f}")
        return words, changes

    def turn(self, rows: Sequence[int]) -> None:
        """The turn of the month, now."""
        self._context.work.run(
            accruals.turn, self._context.database, on_done=self._turned, on_error=self._failed,
            owner=self,
        )  # fmt: skip

    def _turned(self, answer: tuple[int, Changes]) -> None:
        done, changes = answer
        self._done((tr("{count} accruals turned", count=done), changes))

    def _done(self, answer: tuple[str, Changes]) -> None:
        words, changes = answer
        self._context.bus.publish(changes, self._page)
        self._context.toast("success", words)
        self._page.refresh()

    def _stopped(self, failure: Failure) -> None:
        self._page.refresh()
        self._failed(failure)

    def _failed(self, failure: Failure) -> None:
        self._context.toast("danger", tr("Not done"), failure.message)


def attach(page: ListPage, context: Context) -> InvoiceListActions:
    """Give the list its actions."""
    return InvoiceListActions(page, context)
