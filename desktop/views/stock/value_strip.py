"""A strip that asks why, and how much where an amount belongs to it: what finance does to the value of stock.

While an amount is typed, `amount_typed` asks the page what it would do, which `say_effect` shows.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.entry import NotANumber
from desktop.domain.text import tr
from desktop.widgets.buttons import Button
from desktop.widgets.fields import NumberField, TextInput
from desktop.widgets.labels import Label
from desktop.widgets.paint import Surface, column, row

_LOOK_MS = 150


class ValueStrip(Surface):
    """`open` shows it; Enter calls back with amount and reason, Esc leaves. The amount is zero where none is asked."""

    amount_typed = Signal(object)

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
        self._look = QTimer(self, singleShot=True, interval=_LOOK_MS)
        self._look.timeout.connect(self._ask)
        self.amount.textEdited.connect(lambda: self._look.start())
        self.effect = Label(role="warn.fg")
        self.effect.hide()
        strip = row(self.words, self.amount, self.reason, self.message, self.take, self.leave)
        strip.setStretch(2, 1)
        self.setLayout(column(strip, self.effect, spacing=4, margins=(16, 8, 12, 8)))
        self.hide()
        self.retranslate()

    def open(
        self, words: str, button: str, call: Callable[[Decimal, str], None], *, amount: bool = False, why: bool = True
    ) -> None:
        """`why`: a reason is demanded; else it is a question that Enter answers."""
        self._call, self._back = call, self.window().focusWidget()
        self.words.setText(words)
        self.take.setText(button)
        self.message.setText("")
        self.amount.setVisible(amount)
        self.amount.clear()
        self.reason.clear()
        self.reason.setVisible(why)
        self.say_effect("")
        self.show()
        (self.amount if amount else self.reason if why else self.take).setFocus()

    def say_effect(self, words: str) -> None:
        """What the amount would do, under the fields."""
        self.effect.setText(words)
        self.effect.setVisible(bool(words))

    def _ask(self) -> None:
        try:
            amount = self.amount.value()
        except NotANumber as error:
            self.say_effect(str(error))
            return
        self.say_effect("")
        self.message.setText("")
        if amount:
            self.amount_typed.emit(amount)

    def shut(self) -> None:
        self._look.stop()
        self.hide()
        if self._back is not None:
            self._back.setFocus()

    def _take(self) -> None:
        reason = self.reason.text().strip()
        try:
            amount = self.amount.value() or Decimal(0)
        except NotANumber as error:
            self.message.setText(str(error))
            self.amount.setFocus()
            return
        if self.amount.isVisible() and not amount:
            self.message.setText(tr("Amount is missing: enter what it cost more, or less with a minus."))
            self.amount.setFocus()
        elif not reason and self.reason.isVisible():
            self.message.setText(tr("Reason is missing: say why the value changes."))
            self.reason.setFocus()
        elif self._call is not None:
            self.shut()
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
