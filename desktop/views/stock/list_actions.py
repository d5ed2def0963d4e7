"""What the stock lists can do with their rows: reverse, release, print labels and the hand-over, look a part up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Slot

from desktop.domain.changes import Changes
from desktop.domain.figures import quantity_text
from desktop.domain.text import tr
from desktop.operations import picking, stock, stock_rows
from desktop.operations.picking import OrderNeeds, SetAside
from desktop.operations.stock import Posted
from desktop.runtime.context import Context, Found
from desktop.runtime.failures import Failure
from desktop.views.stock import desk_papers, value_actions
from desktop.views.stock.catalogue_actions import CatalogueActions
from desktop.widgets import confirm as dialogs
from desktop.widgets.ask_strip import Ask, AskStrip
from desktop.widgets.form_fields import found_from
from desktop.widgets.list_page import ListPage


class StockListActions(QObject):
    """Carries out the actions of a stock list's spec; lives as long as the page."""

    def __init__(self, page: ListPage, context: Context) -> None:
        super().__init__(page)
        self._page, self._context = page, context
        self._strip: AskStrip | None = None
        self._calls: dict[str, Callable[[Sequence[int]], None]] = {
            "reverse": self.reverse,
            "release": self.release,
            "reassign": self.reassign,
            "labels": self.print_labels,
            "hand_over": self.print_hand_over,
            "part_stock": self.show_part,
            "start_count": self.start_count,
            "reserve_orders": self.reserve_orders,
            "start_pick": self.start_pick,
            "change_condition": self.change_condition,
            "receive_transit": self.receive_transit,
        }
        self._catalogue = CatalogueActions(page, context)
        self._calls |= self._catalogue.calls
        page.action_requested.connect(self._act)

    @Slot(str, object)
    def _act(self, key: str, rows: Sequence[int]) -> None:
        self._calls[key](rows)

    # reversing and releasing

    def reverse(self, rows: Sequence[int]) -> None:
        """F8: the linked counter-entry of the row's document, after a question that names it."""
        if self._page.spec.key == "stock_moves":
            self._run(stock.document_of_move, rows[0], done=self._ask_reverse)
        else:
            self._ask_reverse(rows[0])

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

    def release(self, rows: Sequence[int]) -> None:
        """Give the rows' reservations back."""
        for row in rows:
            self._run(stock.release, row, done=self._released)

    def _released(self, answer: tuple[object, Changes]) -> None:
        freed, changes = answer
        self._context.bus.publish(changes, self._page)
        self._context.toast("success", tr("{count} pieces are free again", count=f"{freed:,.0f}"))
        self._page.refresh()

    def reassign(self, rows: Sequence[int]) -> None:
        """F9: the pieces of the row go to another order that needs them more."""
        self._run(picking.open_reservation, rows[0], done=self._ask_order)

    def _ask_order(self, kept: SetAside | None) -> None:
        if kept is None:
            self._context.toast("info", tr("Nothing is set aside there any more"))
            return
        if self._strip is None:
            self._strip = AskStrip(self._context.work)
            self._strip.shut_down.connect(self._page.grid.setFocus)
            self._page.under_header(self._strip)
        asks = (
            Ask("order", lambda: tr("To work order"), self._orders),
            Ask("quantity", lambda: tr("Quantity"), number=True, value=kept.quantity),
            Ask("reason", lambda: tr("Reason")),
        )
        self._strip.open(
            lambda: tr("{part} of {order}", part=kept.item_code, order=kept.work_order), asks,
            take=lambda: tr("Give to this order"), done=partial(self._reassign, kept),
        )  # fmt: skip

    def _orders(self, typed: str) -> Sequence[Found]:
        found = picking.orders_offered(self._context.database, typed)
        return tuple(each for each in map(found_from, found) if each is not None)

    def _reassign(self, kept: SetAside, given: Mapping[str, Any]) -> None:
        self._context.work.run(
            picking.reassign, self._context.database, kept.id, given["order"], given["reason"], given["quantity"],
            on_done=self._reassigned, on_error=self._not_reassigned, owner=self,
        )  # fmt: skip

    def _reassigned(self, answer: tuple[int, Changes]) -> None:
        if self._strip is not None:
            self._strip.shut()
        self._context.bus.publish(answer[1], self._page)
        self._context.toast("success", tr("The other order has them now"))
        self._page.refresh()

    def _not_reassigned(self, failure: Failure) -> None:
        if self._strip is not None:
            self._strip.refuse(failure.message)

    def start_count(self, rows: Sequence[int]) -> None:
        """Count what is due of the plan: the sheet opens as soon as it is frozen."""
        self._context.open("stock_count", {"values": {"plan_id": rows[0]}})

    def reserve_orders(self, rows: Sequence[int]) -> None:
        """Set aside what the orders of the rows still need, as far as it is there."""
        self._run(picking.reserve_parts, rows, done=self._reserved)

    def _reserved(self, answer: tuple[tuple[OrderNeeds, ...], Changes]) -> None:
        found, changes = answer
        self._context.bus.publish(changes, self._page)
        added = sum((each.added for each in found), Decimal(0))
        short = [need.item_code for each in found for need in each.missing]
        words = tr("{count} pieces set aside", count=quantity_text(added))
        missing = tr("Missing: {parts}", parts=", ".join(dict.fromkeys(short))) if short else ""
        self._context.toast("warn" if short else "success", words, missing)
        self._page.refresh()

    def start_pick(self, rows: Sequence[int]) -> None:
        """One walk for the orders of the rows; the list opens."""
        self._run(picking.start_for_parts, rows, done=self._walk)

    def _walk(self, answer: tuple[tuple[int, ...], Changes]) -> None:
        made, changes = answer
        self._context.bus.publish(changes, self._page)
        self._page.refresh()
        self._context.open("pick_list", made[0])

    def change_condition(self, rows: Sequence[int]) -> None:
        """Quarantine, release or scrap what was chosen."""
        self._context.open("stock_condition", {"values": {"balances": list(rows)}})

    def receive_transit(self, rows: Sequence[int]) -> None:
        """Take what was chosen out of transit."""
        self._context.open("stock_condition", {"values": {"balances": list(rows), "purpose": "transit"}})

    # looking up and printing

    def show_part(self, rows: Sequence[int]) -> None:
        """Do we have it? The part of the row with its bins, reservations, orders and substitutes."""
        if self._page.spec.key == "items":
            self._context.open("part_stock", rows[0])
        else:
            self._run(stock_rows.item_of_balance, rows[0], done=self._open_part)

    def _open_part(self, item_id: int | None) -> None:
        if item_id is not None:
            self._context.open("part_stock", item_id)

    def print_labels(self, rows: Sequence[int]) -> None:
        kind = self._page.spec.key
        size = desk_papers.label_size(self._context)
        paper = partial(desk_papers.row_labels, self._context.database, kind, list(rows), size)
        desk_papers.make(self._context, paper, self)

    def print_hand_over(self, rows: Sequence[int]) -> None:
        """Today's moves by type with totals and lines to sign."""
        desk_papers.make(self._context, partial(desk_papers.todays_hand_over, self._context.database), self)

    def _run(self, call: Callable[..., object], *args: object, done: Callable[..., None]) -> None:
        self._context.work.run(call, self._context.database, *args, on_done=done, on_error=self._failed, owner=self)

    def _failed(self, failure: Failure) -> None:
        self._context.toast("danger", tr("Not done"), failure.message)


def attach(page: ListPage, context: Context) -> QObject:
    """Give a stock list its actions."""
    if page.spec.key in value_actions.LISTS:
        return value_actions.ValueListActions(page, context)
    return StockListActions(page, context)
