"""What the lists of stock value can do: take a change back, close the last month, open a closed one again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Slot

from desktop.domain.changes import Changes
from desktop.domain.text import tr
from desktop.operations import stock, stock_values
from desktop.operations.stock_values import Revalued
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.widgets.ask_strip import Ask, AskStrip
from desktop.widgets.list_page import ListPage

LISTS = frozenset({"stock_value_entries", "stock_layers", "stock_periods", "cost_entries"})


class ValueListActions(QObject):
    """Carries out the actions of such a list's spec; lives as long as the page."""

    def __init__(self, page: ListPage, context: Context) -> None:
        super().__init__(page)
        self._page, self._context = page, context
        self.strip = AskStrip(context.work, warns=True)
        page.under_header(self.strip)
        self._calls: dict[str, Callable[[Sequence[int]], None]] = {
            "take_back_value": self.take_back,
            "take_back_cost": self.take_back_cost,
            "close_month": self.close_month,
            "reopen_month": self.reopen_month,
        }
        page.action_requested.connect(self._act)

    @Slot(str, object)
    def _act(self, key: str, rows: Sequence[int]) -> None:
        self._calls[key](rows)

    def take_back(self, rows: Sequence[int]) -> None:
        """F8: the counter-entry of a change that was posted by hand, with its reason."""
        # One key for one question: whatever happens to the connection, one counter-entry.
        key = stock.new_key()

        def taken(answers: Mapping[str, Any]) -> None:
            self._run(stock_values.take_back, key, rows[0], answers["reason"], done=self._taken)

        self.strip.open(
            lambda: tr("Take this change of value back?"), (_why(),), take=lambda: tr("Reverse"), done=taken
        )

    def _taken(self, answer: tuple[Revalued, Changes]) -> None:
        made, changes = answer
        self._done(changes, tr("Taken back: ¥ {amount}", amount=f"{made.on_hand + made.consumed:,.2f}"))

    def take_back_cost(self, rows: Sequence[int]) -> None:
        """F8: the counter-line of what a repair cost an order or a unit, with its reason."""
        key = stock.new_key()

        def taken(answers: Mapping[str, Any]) -> None:
            self._run(stock_values.take_back_cost, key, rows[0], answers["reason"], done=self._cost_taken)

        ask = Ask("reason", tr("Reason"), missing=tr("Reason is missing: say why the cost is taken back."))
        self.strip.open(tr("Take this cost back?"), (ask,), take=tr("Reverse"), done=taken)

    def _cost_taken(self, answer: tuple[Decimal, Changes]) -> None:
        amount, changes = answer
        self._done(changes, tr("Taken back: ¥ {amount}", amount=f"{amount:,.2f}".replace("-", "−")))

    def close_month(self, rows: Sequence[int]) -> None:
        """F9: the month before this one, after a question that names it."""
        month = (date.today().replace(day=1) - timedelta(days=1)).strftime("%Y-%m")

        def close(_: Mapping[str, Any]) -> None:
            self._run(stock_values.close_last_month, done=self._closed)

        def words() -> str:
            return tr(
                "Close {month} and every month before it? No document of the stock is dated into them.", month=month
            )

        self.strip.open(words, (), take=lambda: tr("Close the month"), done=close)

    def _closed(self, answer: tuple[str, Changes]) -> None:
        month, changes = answer
        self._done(changes, tr("{month} is closed: nothing is dated into it any more", month=month))

    def reopen_month(self, rows: Sequence[int]) -> None:
        def reopened(answers: Mapping[str, Any]) -> None:
            self._run(stock_values.reopen_month, rows[0], answers["reason"], done=self._reopened)

        self.strip.open(lambda: tr("Open this month again?"), (_why(),), take=lambda: tr("Open again"), done=reopened)

    def _reopened(self, answer: tuple[None, Changes]) -> None:
        self._done(answer[1], tr("The month is open again"))

    def _done(self, changes: Changes, words: str) -> None:
        self.strip.shut()
        self._context.bus.publish(changes, self._page)
        self._context.toast("success", words)
        self._page.refresh()

    def _run(self, call: Callable[..., object], *args: object, done: Callable[..., None]) -> None:
        self._context.work.run(
            partial(call, self._context.database), *args, on_done=done, on_error=self._failed, owner=self
        )

    def _failed(self, failure: Failure) -> None:
        self.strip.refuse(failure.message)


def _why() -> Ask:
    return Ask("reason", lambda: tr("Reason"), missing=tr("Reason is missing: say why the value changes."))
