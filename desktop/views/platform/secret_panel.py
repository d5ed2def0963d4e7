"""A one-time password, shown once: read it out or copy it; Done forgets it, here and on the clipboard."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.domain.text import tr
from desktop.widgets.buttons import Button
from desktop.widgets.fields import TextInput
from desktop.widgets.labels import IconLabel, Label
from desktop.widgets.paint import Surface, column, row


class SecretPanel(Surface):
    """Never part of a page's kept state, never logged."""

    done = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("warn.bg", "b", parent=parent)
        self._name = ""
        self.words = Label(role="warn.fg", size=13)
        self.note = Label(role="text.primary", wrap=True)
        self.secret = TextInput(code=True)
        self.secret.setReadOnly(True)
        self.secret.setFixedWidth(224)
        self.copy_button = Button(kind="secondary", icon="copy", key="Ctrl+C")
        self.done_button = Button(kind="secondary", icon="check")
        self.copy_button.clicked.connect(self.copy)
        self.done_button.clicked.connect(self.forget)
        head = row(IconLabel("shield", "warn.fg"), self.words, None)
        strip = row(self.secret, self.copy_button, self.done_button, None)
        self.setLayout(column(head, strip, self.note, margins=(16, 8, 12, 10)))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.hide()
        self.retranslate()

    def is_open(self) -> bool:
        return bool(self.secret.text())

    def open(self, name: str, secret: str) -> None:
        self._name = name
        self.secret.setText(secret)
        self.retranslate()
        self.show()
        self.secret.setFocus()
        self.secret.selectAll()

    def copy(self) -> None:
        QGuiApplication.clipboard().setText(self.secret.text())
        self.note.setText(tr("Copied. Done clears the clipboard too."))

    def forget(self) -> None:
        """Take it from the screen, and from the clipboard where it still lies there."""
        clipboard = QGuiApplication.clipboard()
        if clipboard.text() == self.secret.text():
            clipboard.clear()
        self.secret.clear()
        self.hide()
        self.done.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if control and event.key() == Qt.Key.Key_C:
            self.copy()
            return
        super().keyPressEvent(event)

    def retranslate(self) -> None:
        self.words.setText(tr("One-time password of {name}", name=self._name))
        self.secret.setAccessibleName(self.words.full_text())
        self.copy_button.setText(tr("Copy"))
        self.done_button.setText(tr("Done"))
        self.note.setText(
            tr("It is shown once and kept nowhere: hand it over in person or by telephone. It must be changed at the"
               " first log-in.")
        )  # fmt: skip
