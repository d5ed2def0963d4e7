"""Ctrl+M over orders or their lines: each supplier gets one letter about all that he owes, in his language."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QObject

from desktop.domain.changes import Changes
from desktop.domain.figures import quantity_text
from desktop.domain.text import in_language, pick, tr
from desktop.operations import purchasing_reminders
from desktop.operations.purchasing_reminders import Due, Letter, Reminder
from desktop.reports.purchasing_reminder import reminder_pdf
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.widgets.list_page import ListPage

Sent = tuple[Due, tuple[Letter, ...], Changes]


class Reminders(QObject):
    """Reminds; one run at a time, so that a second press meanwhile writes nothing twice."""

    def __init__(self, page: ListPage, context: Context) -> None:
        super().__init__(page)
        self._page, self._context = page, context
        self._running = False

    def send(self, rows: Sequence[int]) -> None:
        """To the suppliers of the chosen orders, or of the chosen lines."""
        if self._running:
            return
        self._running = True
        self._context.work.run(
            self._send, tuple(rows), self._page.spec.key == "purchase_order_lines",
            on_done=self._sent, on_error=self._failed, owner=self,
        )  # fmt: skip

    def _send(self, rows: Sequence[int], are_lines: bool) -> Sent:
        """In a worker thread."""
        database = self._context.database
        due = purchasing_reminders.due(database, orders=() if are_lines else rows, lines=rows if are_lines else ())
        letters = [self._letter(each) for each in due.letters if each.email]
        if not letters:
            return due, (), Changes.of()
        return due, *purchasing_reminders.send(database, letters)

    def _letter(self, reminder: Reminder) -> Letter:
        user, today = self._context.user, date.today()
        numbers = list(dict.fromkeys(line.number for line in reminder.lines))
        paper = io.BytesIO()
        with in_language(reminder.language):
            company = pick(user.company, user.company_zh)
            reminder_pdf(paper, reminder, company=company, today=today)
            if len(numbers) == 1:
                subject = tr("Reminder: purchase order {number}", number=numbers[0])
            else:
                subject = tr("Reminder: {count} purchase orders", count=len(numbers))
            ask = tr("We are waiting for the goods below. When will they arrive?")
            body = f"{ask}\n\n{_owed(reminder)}\n\n{user.display_name()}\n{company}"
            name = tr("Open deliveries")
        return Letter(
            reminder.orders(), reminder.email, f"{subject} – {company}", body, f"{name} {today:%Y-%m-%d}.pdf",
            paper.getvalue(),
        )  # fmt: skip

    def _sent(self, answer: Sent) -> None:
        self._running = False
        due, went, changes = answer
        self._context.bus.publish(changes, self._page)
        said = []
        without = [each.shown_name() for each in due.letters if not each.email]
        faster = sum(1 for each in due.letters if each.email) - len(went)
        if due.reminded:
            said.append(tr("{count} orders were reminded of today already.", count=due.reminded))
        if faster:
            said.append(tr("A colleague was faster with {count} suppliers.", count=faster))
        if without:
            names = tr(", ").join(without)
            said.append(tr("No e-mail address: {names}. Enter it on the supplier's card.", names=names))
        if went:
            orders = sum(len(letter.orders) for letter in went)
            words = tr("On their way: {count} letters about {orders} orders", count=len(went), orders=orders)
            self._context.toast("warn" if without else "success", words, " ".join(said))
        else:
            if not said:
                said.append(tr("Only orders that are with a supplier and not yet complete can be reminded of."))
            self._context.toast("warn", tr("No letter was sent"), " ".join(said))
        self._page.refresh()

    def _failed(self, failure: Failure) -> None:
        self._running = False
        self._context.toast("danger", tr("No letter was sent"), failure.message)


def _owed(reminder: Reminder) -> str:
    """Order by order what is open, for who reads no attachments."""
    rows: list[str] = []
    number = ""
    for line in reminder.lines:
        if line.number != number:
            number = line.number
            known = line.supplier_reference
            rows.append(f"{number} ({known})" if known else number)
        name = pick(line.item_name, line.item_name_zh)
        rows.append(
            "  "
            + tr(
                "{line}. {code} {name}: {open} open, promised for {day}",
                line=line.line_no,
                code=line.item_code,
                name=name,
                open=quantity_text(line.open),
                day=line.promised_on.isoformat() if line.promised_on is not None else "–",
            )
        )
    return "\n".join(rows)
