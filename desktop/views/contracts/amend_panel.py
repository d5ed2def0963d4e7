"""The strip of an amendment: while it is open, signed terms can be edited, and a reason goes with them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.text import tr
from desktop.widgets.buttons import Button
from desktop.widgets.fields import TextInput
from desktop.widgets.labels import Label
from desktop.widgets.paint import Surface, column, row


class AmendPanel(Surface):
    """Says which revision it becomes; asks for the reason."""

    saved = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("info.bg", "b", parent=parent)
        self._revision = 0
        self._open = False
        self.words = Label(role="info.fg")
        self.reason_field = TextInput()
        self.message = Label(role="danger.fg")
        self.save_button = Button(kind="primary", key="Ctrl+S")
        self.leave_button = Button(kind="ghost", key="Esc")
        self.save_button.clicked.connect(self.saved)
        self.leave_button.clicked.connect(self.left)
        self.reason_field.returnPressed.connect(self.saved)
        self.reason_field.textEdited.connect(lambda: self.message.setText(""))
        strip = row(self.words, self.reason_field, self.message, self.save_button, self.leave_button)
        strip.setStretch(1, 1)
        self.setLayout(column(strip, margins=(16, 8, 12, 8)))
        self.hide()
        self.retranslate()

    def is_open(self) -> bool:
        return self._open

    def open(self, revision: int) -> None:
        self._revision, self._open = revision, True
        self.reason_field.clear()
        self.message.setText("")
        self.retranslate()
        self.show()

    def shut(self) -> None:
        self._open = False
        self.hide()

    def reason(self) -> str:
        return self.reason_field.text().strip()

    def ask(self) -> None:
        """The reason is missing: say so at the field."""
        self.message.setText(tr("Reason is missing: say why the terms change."))
        self.reason_field.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)

    def retranslate(self) -> None:
        self.words.setText(tr("Amendment: the terms below become revision {number}", number=self._revision))
        self.reason_field.setPlaceholderText(tr("Reason"))
        self.reason_field.setAccessibleName(tr("Reason"))
        self.save_button.setText(tr("Save amendment"))
        self.leave_button.setText(tr("Keep the terms"))
