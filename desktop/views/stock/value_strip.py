"""A strip that asks why, and how much where an amount belongs to it: what finance does to the value of stock."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.text import tr
from desktop.widgets.buttons import Button
from desktop.widgets.fields import NumberField, TextInput
from desktop.widgets.labels import Label
from desktop.widgets.paint import Surface, column, row


class ValueStrip(Surface):
    """`open` shows it; Enter calls back with amount and reason, Esc leaves. The amount is zero where none is asked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("warn.bg", "b", parent=parent)
        self._call: Callable[[Decimal, str], None] | None = None
        self._back: QWidget | None = None
        self.words = Label(role="warn.fg")
        self.amount = NumberField()
        self.amount.setFixedWidth(120)
        self.reason = TextInput()
        self.message = Label(role="danger.fg")
        self.take = Button(kind="primary", key="Enter")
        self.leave = Button(kind="ghost", key="Esc")
        self.take.clicked.connect(self._take)
        self.leave.clicked.connect(self.shut)
        self.amount.returnPressed.connect(self.reason.setFocus)
        self.reason.returnPressed.connect(self._take)
        self.reason.textEdited.connect(lambda: self.message.setText(""))
        strip = row(self.words, self.amount, self.reason, self.message, self.take, self.leave)
        strip.setStretch(2, 1)
        self.setLayout(column(strip, margins=(16, 8, 12, 8)))
        self.hide()
        self.retranslate()

    def open(self, words: str, button: str, call: Callable[[Decimal, str], None], *, amount: bool = False) -> None:
        self._call, self._back = call, self.window().focusWidget()
        self.words.setText(words)
        self.take.setText(button)
        self.message.setText("")
        self.amount.setVisible(amount)
        self.amount.clear()
        self.reason.clear()
        self.show()
        (self.amount if amount else self.reason).setFocus()

    def shut(self) -> None:
        self.hide()
        if self._back is not None:
            self._back.setFocus()

    def _take(self) -> None:
        reason, amount = self.reason.text().strip(), self.amount.value() or Decimal(0)
        if self.amount.isVisible() and not amount:
            self.message.setText(tr("Amount is missing: enter what it cost more, or less with a minus."))
            self.amount.setFocus()
        elif not reason:
            self.message.setText(tr("Reason is missing: say why the value changes."))
            self.reason.setFocus()
        elif self._call is not None:
            self.hide()
            self._call(amount, reason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.shut()
            return
        super().keyPressEvent(event)

    def retranslate(self) -> None:
        self.leave.setText(tr("Cancel"))
        self.reason.setAccessibleName(tr("Reason"))
        self.reason.setPlaceholderText(tr("Reason"))
        self.amount.setAccessibleName(tr("Amount"))
        self.amount.setPlaceholderText(tr("Amount"))
