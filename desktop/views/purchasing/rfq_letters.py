"""The letters of a request: a row for each supplier with his language, address and how the letter fared.

Ctrl+M gives all letters that have not gone to the worker; Enter sends the one under the cursor, again too, to an
address that can be typed. Ctrl+P shows it first.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.text import in_language, language, pick, tr
from desktop.models.rows import RowsModel
from desktop.operations import forms, purchasing_letters, purchasing_rfq
from desktop.operations.purchasing_letters import Asked, Letter
from desktop.operations.records import Record
from desktop.reports.purchasing_rfq import rfq_pdf
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.widgets.ask_strip import Ask, AskStrip
from desktop.widgets.buttons import Button
from desktop.widgets.fields import TextInput
from desktop.widgets.labels import Count, Label
from desktop.widgets.paint import column, row
from desktop.widgets.rows_view import RowsView
from desktop.widgets.theme import color, font, icon, metric

_EMAIL, _STATE = 2, 3
_WIDTHS = (260, 90, 260, 0)
_ADDRESS_WIDTH = 260
_LOOKS: Mapping[str | None, tuple[str, str]] = {
    None: ("circle-dashed", "text.secondary"),
    "queued": ("clock", "info.fg"),
    "sent": ("circle-check", "success.fg"),
    "failed": ("circle-x", "danger.fg"),
}


class _Model(RowsModel[Asked]):
    def cell(self, row: Asked, at: int, role: int) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return _text(row, at)
        if role == Qt.ItemDataRole.FontRole:
            return font(12)
        if role == Qt.ItemDataRole.ForegroundRole:
            missing = at == _EMAIL and not row.email
            return color("danger.fg" if missing else _LOOKS[row.letter][1] if at == _STATE else "text.primary")
        if role == Qt.ItemDataRole.DecorationRole and at == _STATE:
            return icon(*_LOOKS[row.letter], 14)
        if role == Qt.ItemDataRole.DecorationRole and at == _EMAIL and not row.email:
            return icon("triangle-alert", "danger.fg", 14)
        return None


def _headings() -> tuple[str, ...]:
    return (tr("Supplier"), tr("Letter in"), tr("E-mail"), tr("Letter"))


def _text(one: Asked, at: int) -> str:
    if at == _STATE:
        return state_words(one)
    language = tr("Chinese") if one.language == "zh" else tr("English")
    return (one.shown_name(), language, one.email or tr("No e-mail address: Enter to type one"))[at]


def state_words(one: Asked) -> str:
    """How a supplier's letter fared."""
    if one.letter is None or one.letter_at is None:
        return tr("Not sent yet")
    at = f"{one.letter_at.astimezone():%Y-%m-%d %H:%M}"
    if one.letter == "sent":
        return tr("Sent {at} to {email}", at=at, email=one.letter_email)
    if one.letter == "queued":
        return tr("On its way to {email} since {at}", at=at, email=one.letter_email)
    return tr("Not delivered to {email}: {cause}", email=one.letter_email, cause=one.letter_error or "?")


class RfqLetters(QWidget):
    """Part of the request's form; its `strip`, which asks for an address, belongs under the header. `done` brings the
    changes after letters were given to the worker.
    """

    done = Signal(object)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._record: Record | None = None
        self.may_send = False
        self.model_ = _Model(_headings, parent=self)
        self.title, self.count = Label(size=13, role="text.secondary"), Count(0)
        self.send_button = Button(icon="arrow-right", key="Ctrl+M")
        self.send_button.clicked.connect(self.send_all)
        self.strip = AskStrip(context.work)
        self.view = RowsView(self.model_, _WIDTHS)
        self.strip.shut_down.connect(self.view.setFocus)
        self.view.installEventFilter(self)
        self.view.doubleClicked.connect(lambda _: self.ask_one())
        self.setLayout(column(row(self.title, self.count, None, self.send_button), self.view, spacing=4))
        self.retranslate()

    def show_letters(self, record: Record, asked: Sequence[Asked], *, may_send: bool) -> None:
        at = max(self.view.currentIndex().row(), 0)
        self._record, self.may_send = record, may_send
        self.model_.show(asked)
        self.count.set_value(len(asked))
        rows = max(2, min(len(asked), 8))
        self.view.setFixedHeight(metric("row.header") + rows * metric("row.grid") + 4)
        self.view.setCurrentIndex(self.model_.index(min(at, len(asked) - 1), 0))
        self.send_button.setVisible(may_send)
        self.send_button.setEnabled(bool(self._due()))
        self._say_send()

    def current(self) -> Asked | None:
        """The supplier under the cursor, else the first."""
        asked = self.model_.rows
        at = self.view.currentIndex().row()
        return asked[at if 0 <= at < len(asked) else 0] if asked else None

    def write(self, target: BinaryIO | str, record: Record, one: Asked | None, *, printed_by: str = "") -> None:
        """One supplier's letter in his language, or the request without a name; in a worker thread."""
        user, words = self._context.user, one.language if one is not None else language()
        with in_language(words):
            info = forms.describe(self._context.database, purchasing_rfq.RFQ, words)
            company = pick(user.company, user.company_zh)
            rfq_pdf(
                target, rfq=record, info=info, company=company, printed_by=printed_by,
                supplier=one.shown_name() if one is not None else "", address=one.address if one is not None else "",
            )  # fmt: skip

    def _due(self) -> tuple[Asked, ...]:
        """Whose letter has not gone: not yet given, or not delivered."""
        return tuple(one for one in self.model_.rows if one.letter in (None, "failed"))

    def send_all(self) -> None:
        """Ctrl+M: every letter that has not gone. Whoever has no address is asked for."""
        if self._record is None or not self.may_send or not self.send_button.isEnabled():
            return
        due = self._due()
        ready = [(one, one.email) for one in due if one.email]
        if ready:
            self._send(ready, again=False)
        elif due:
            self.ask_one(due[0])

    def ask_one(self, one: Asked | None = None) -> None:
        """Enter: the letter of one supplier, again too, to an address that may be typed."""
        one = one or self.current()
        if one is None or not self.may_send:
            return
        supplier, again = one.shown_name(), one.letter == "sent"
        ask = Ask("email", lambda: tr("E-mail"))

        def given(answers: Mapping[str, Any]) -> None:
            self._send([(one, str(answers["email"]))], again=True)

        self.strip.open(
            lambda: tr("Send the request to {supplier}", supplier=supplier), (ask,),
            take=lambda: tr("Send again") if again else tr("Send"), done=given,
        )  # fmt: skip
        field = self.strip.editors["email"]
        if isinstance(field, TextInput):
            field.setMinimumWidth(_ADDRESS_WIDTH)
            field.setText(one.email)
            field.selectAll()
        if not one.email:
            why = tr(
                "No address is known of {code}: type one, or enter it at the supplier for all letters.", code=one.code
            )
            self.strip.refuse(why)

    def _send(self, whom: Sequence[tuple[Asked, str]], *, again: bool) -> None:
        self.send_button.setEnabled(False)
        self._context.work.run(
            self._give, self._record, tuple(whom), again, on_done=self._given, on_error=self._not_given, owner=self
        )

    def _give(self, record: Record, whom: Sequence[tuple[Asked, str]], again: bool) -> tuple[int, Changes]:
        letters = tuple(self._letter(record, one, email) for one, email in whom)
        return purchasing_letters.send(self._context.database, letters, again=again)

    def _letter(self, record: Record, one: Asked, email: str) -> Letter:
        number, due = str(record.values["number"]), record.values.get("due_on")
        paper = io.BytesIO()
        self.write(paper, record, one)
        with in_language(one.language):
            user = self._context.user
            company = pick(user.company, user.company_zh)
            subject = tr("Request for quotation {number}", number=number)
            ask = tr("Please quote your prices and delivery times for the items in the attachment.")
            until = tr("We are looking forward to your answer by {day}.", day=due) if due else ""
            body = "\n\n".join(part for part in (ask, until, f"{user.display_name()}\n{company}") if part)
        return Letter(one.id, email, f"{subject} – {company}", body, f"{number}.pdf", paper.getvalue())

    def _given(self, answer: tuple[int, Changes]) -> None:
        sent, changes = answer
        self.strip.shut()
        without = [one for one in self._due() if not one.email]
        words = tr("{count} letters are on their way", count=sent)
        if without:
            names = ", ".join(one.shown_name() for one in without)
            self._context.toast(
                "warn", words, tr("No e-mail address: {names}. Enter on the row types one.", names=names)
            )
        else:
            self._context.toast("success", words)
        self.done.emit(changes)

    def _not_given(self, failure: Failure) -> None:
        self.send_button.setEnabled(bool(self._due()))
        if self.strip.isVisible():
            self.strip.refuse(failure.message)
        else:
            self._context.toast("danger", tr("No letter was sent"), failure.message)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        ):
            self.ask_one()
            return True
        return super().eventFilter(watched, event)

    def _say_send(self) -> None:
        self.send_button.setText(tr("Send letters ({count})", count=len(self._due())))

    def retranslate(self) -> None:
        self.title.setText(tr("Letters"))
        self.view.setAccessibleName(tr("Letters"))
        self.strip.retranslate()
        self._say_send()
