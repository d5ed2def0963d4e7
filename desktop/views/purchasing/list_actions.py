"""What the purchasing lists can do with their rows: order what is wanted, approve what waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Slot

from desktop.domain.changes import Changes
from desktop.domain.text import tr
from desktop.operations import purchasing_approvals, purchasing_mail, purchasing_requisitions, purchasing_rfq
from desktop.operations.purchasing_requisitions import MadeOrder
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.views.purchasing.reminders import Reminders
from desktop.views.purchasing.requisition_page import told
from desktop.widgets.ask_strip import Ask, AskStrip
from desktop.widgets.list_page import ListPage


class PurchasingListActions(QObject):
    """Carries out the actions of a purchasing list's spec; lives as long as the page."""

    def __init__(self, page: ListPage, context: Context) -> None:
        super().__init__(page)
        self._page, self._context = page, context
        self._calls: dict[str, Callable[[Sequence[int]], None]] = {
            "order_lines": self.order,
            "ask_suppliers": self.ask,
            "approve": self.approve,
            "reject": self.reject,
            "retry_mail": self.retry,
            "remind": Reminders(page, context).send,
        }
        self.strip = AskStrip(context.work, page)
        self.strip.shut_down.connect(page.grid.canvas.setFocus)
        page.under_header(self.strip)
        page.action_requested.connect(self._act)

    @Slot(str, object)
    def _act(self, key: str, rows: Sequence[int]) -> None:
        self._calls[key](rows)

    def order(self, rows: Sequence[int]) -> None:
        """F9: the chosen lines become draft orders, one for each supplier."""
        self._run(purchasing_requisitions.order_lines, tuple(rows), done=self._ordered)

    def _ordered(self, answer: tuple[tuple[MadeOrder, ...], Changes]) -> None:
        orders, changes = answer
        self._context.bus.publish(changes, self._page)
        told(self._context, orders)
        self._page.refresh()

    def ask(self, rows: Sequence[int]) -> None:
        """Shift+F9: the chosen lines become a request to the suppliers that come into question."""
        self._run(purchasing_rfq.of_lines, tuple(rows), done=self._asked)

    def _asked(self, answer: tuple[int, Changes]) -> None:
        made, changes = answer
        self._context.bus.publish(changes, self._page)
        self._context.open("rfq", made)

    def retry(self, rows: Sequence[int]) -> None:
        for row in rows:
            self._run(purchasing_mail.retry, row, done=self._queued)

    def _queued(self, changes: Changes) -> None:
        self._context.bus.publish(changes, self._page)
        self._page.refresh()

    def approve(self, rows: Sequence[int]) -> None:
        """F9: approve all chosen documents, or none: where a colleague was faster, his is named."""
        self._context.work.run(self._approve, tuple(rows), on_done=self._approved, on_error=self._failed, owner=self)

    def _approve(self, rows: Sequence[int]) -> tuple[tuple[str, ...], Changes]:
        return purchasing_approvals.decide(self._context.database, rows, approve=True)

    def _approved(self, answer: tuple[tuple[str, ...], Changes]) -> None:
        outcomes, changes = answer
        self._context.bus.publish(changes, self._page)
        self._context.toast("success", tr("{count} approved", count=len(outcomes)))
        self._page.refresh()

    def reject(self, rows: Sequence[int]) -> None:
        """Shift+F9: turn all chosen documents down, with one reason for them; whoever asked reads it."""

        def given(answers: Mapping[str, Any]) -> None:
            self._context.work.run(
                self._reject, tuple(rows), str(answers["reason"]),
                on_done=self._rejected, on_error=self._not_rejected, owner=self,
            )  # fmt: skip

        def words() -> str:
            return tr("Reject {count} documents?", count=len(rows))

        self.strip.open(words, (Ask("reason", lambda: tr("Reason")),), take=lambda: tr("Reject"), done=given)

    def _reject(self, rows: Sequence[int], reason: str) -> tuple[tuple[str, ...], Changes]:
        return purchasing_approvals.decide(self._context.database, rows, approve=False, reason=reason)

    def _rejected(self, answer: tuple[tuple[str, ...], Changes]) -> None:
        outcomes, changes = answer
        self.strip.shut()
        self._context.bus.publish(changes, self._page)
        self._context.toast("success", tr("{count} documents turned down", count=len(outcomes)))
        self._page.refresh()

    def _not_rejected(self, failure: Failure) -> None:
        self.strip.refuse(failure.message)

    def _run(self, call: Callable[..., object], *args: object, done: Callable[..., None]) -> None:
        self._context.work.run(call, self._context.database, *args, on_done=done, on_error=self._failed, owner=self)

    def _failed(self, failure: Failure) -> None:
        self._context.toast("danger", tr("Not done"), failure.message)


def attach(page: ListPage, context: Context) -> PurchasingListActions:
    """Give a purchasing list its actions."""
    return PurchasingListActions(page, context)
