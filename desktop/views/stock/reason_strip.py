"""A strip under the header that asks for a reason: says what is at stake; Enter goes on, Esc leaves."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.text import tr
from desktop.widgets.buttons import Button
from desktop.widgets.fields import TextInput
from desktop.widgets.focus_loan import FocusLoan
from desktop.widgets.labels import Label
from desktop.widgets.paint import Surface, column, row


class ReasonStrip(Surface):
    """`open` with the words, the button's name and whether an empty reason will do; `given` carries the reason."""

    given = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("warn.bg", "b", parent=parent)
        self._optional = False
        self._loan = FocusLoan(self)
        self.words = Label(role="warn.fg")
        self.reason = TextInput()
        self.message = Label(role="danger.fg")
        self.take = Button(kind="primary", key="Enter")
        self.leave = Button(kind="ghost", key="Esc")
        self.take.clicked.connect(self._go_on)
        self.leave.clicked.connect(self.shut)
        self.reason.returnPressed.connect(self._go_on)
        self.reason.textEdited.connect(lambda: self.message.setText(""))
        strip = row(self.words, self.reason, self.message, self.take, self.leave)
        strip.setStretch(1, 1)
        self.setLayout(column(strip, margins=(16, 8, 12, 8)))
        self.hide()

    def open(self, words: str, action: str, *, optional: bool = False) -> None:
        self._optional = optional
        self.words.setText(words)
        self.message.setText("")
        self.take.setText(action)
        self.leave.setText(tr("Cancel"))
        self.reason.setText("")
        self.reason.setAccessibleName(tr("Remark") if optional else tr("Reason"))
        self.show()
        self._loan.take(self.reason)

    def shut(self) -> None:
        self._loan.give_back()
        self.hide()
        self.left.emit()

    def _go_on(self) -> None:
        reason = self.reason.text().strip()
        if not reason and not self._optional:
            self.message.setText(tr("The reason is missing."))
            self.reason.setFocus()
            return
        self._loan.give_back()
        self.hide()
        self.given.emit(reason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.shut()
            return
        super().keyPressEvent(event)
