"""The strip in which a second person accepts the differences of a count, with a reason."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.text import tr
from desktop.widgets.buttons import Button
from desktop.widgets.fields import TextInput
from desktop.widgets.labels import Label
from desktop.widgets.paint import Surface, column, row


class ApprovalStrip(Surface):
    """Says what is at stake and asks for the reason; Enter approves, Esc leaves."""

    approved = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("warn.bg", "b", parent=parent)
        self.words = Label(role="warn.fg")
        self.reason = TextInput()
        self.message = Label(role="danger.fg")
        self.take = Button(kind="primary", key="Enter")
        self.leave = Button(kind="ghost", key="Esc")
        self.take.clicked.connect(self._approve)
        self.leave.clicked.connect(self.shut)
        self.reason.returnPressed.connect(self._approve)
        self.reason.textEdited.connect(lambda: self.message.setText(""))
        strip = row(self.words, self.reason, self.message, self.take, self.leave)
        strip.setStretch(1, 1)
        self.setLayout(column(strip, margins=(16, 8, 12, 8)))
        self.hide()
        self.retranslate()

    def open(self, words: str) -> None:
        self.words.setText(words)
        self.message.setText("")
        self.show()
        self.reason.setFocus()

    def shut(self) -> None:
        self.hide()
        self.left.emit()

    def _approve(self) -> None:
        reason = self.reason.text().strip()
        if not reason:
            self.message.setText(tr("Reason is missing: say why the differences are accepted."))
            self.reason.setFocus()
            return
        self.approved.emit(reason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.shut()
            return
        super().keyPressEvent(event)

    def retranslate(self) -> None:
        self.take.setText(tr("Approve"))
        self.leave.setText(tr("Cancel"))
        self.reason.setAccessibleName(tr("Reason"))
