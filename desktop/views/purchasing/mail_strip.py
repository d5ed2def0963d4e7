"""A strip under an order's header: to which address its letter goes; Enter gives it to the worker, Esc keeps it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.domain.text import tr
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field, TextInput
from desktop.widgets.focus_loan import FocusLoan
from desktop.widgets.paint import column, row


class MailStrip(QWidget):
    """Shown when a letter is wanted; `kind` is order or reminder."""

    given = Signal(str, str)
    """(kind, address)"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = ""
        self._loan = FocusLoan(self)
        self.address = TextInput()
        self.address.setFixedWidth(320)
        self.field = Field("", self.address)
        self.send_button = Button(kind="primary", icon="arrow-right", key="Enter")
        self.keep_button = Button(kind="ghost", key="Esc")
        self.address.returnPressed.connect(self._send)
        self.send_button.clicked.connect(self._send)
        self.keep_button.clicked.connect(self.leave)
        buttons = column(20, row(self.send_button, self.keep_button), spacing=0)
        self.setLayout(row(self.field, buttons, None, margins=(16, 8, 16, 8)))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()

    def ask(self, kind: str, address: str) -> None:
        self._kind = kind
        self.field.set_label(tr("Mail the order to") if kind == "order" else tr("Mail a reminder to"))
        self.send_button.setText(tr("Send"))
        self.keep_button.setText(tr("Keep"))
        self.field.accept()
        self.address.setText(address)
        self.show()
        self._loan.take(self.address)
        self.address.selectAll()

    def refuse(self, words: str) -> None:
        self.field.refuse(words)
        self.address.setFocus()

    def leave(self) -> None:
        self._loan.give_back()
        self.hide()

    def _send(self) -> None:
        if not self.address.text().strip():
            self.refuse(tr("Type the supplier's e-mail address"))
            return
        self.given.emit(self._kind, self.address.text().strip())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
            return
        super().keyPressEvent(event)
