"""The strip that asks why less was taken than wanted: one key a reason."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.picking import SHORT_REASONS
from desktop.domain.text import tr
from desktop.widgets.buttons import Button
from desktop.widgets.labels import Label
from desktop.widgets.paint import Surface, column, row


class ShortStrip(Surface):
    """1, 2 or 3 chooses, Esc leaves. It takes the keys while it is open, so that no number becomes a quantity."""

    chosen = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("warn.bg", "b", parent=parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.words = Label(role="warn.fg")
        self.buttons = {reason: Button(key=str(number)) for number, reason in enumerate(SHORT_REASONS, start=1)}
        self.leave = Button(kind="ghost", key="Esc")
        for reason, button in self.buttons.items():
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _checked=False, why=reason: self._choose(why))
        self.leave.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.leave.clicked.connect(self.shut)
        strip = row(self.words, *self.buttons.values(), self.leave)
        strip.setStretch(0, 1)
        self.setLayout(column(strip, margins=(16, 8, 12, 8)))
        self.hide()
        self.retranslate()

    def open(self, words: str) -> None:
        self.words.setText(words)
        self.setAccessibleName(words)
        self.show()
        self.setFocus()

    def shut(self) -> None:
        self.hide()
        self.left.emit()

    def _choose(self, reason: str) -> None:
        self.hide()
        self.chosen.emit(reason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3)
        if event.key() == Qt.Key.Key_Escape:
            self.shut()
        elif event.key() in keys:
            self._choose(SHORT_REASONS[keys.index(Qt.Key(event.key()))])
        else:
            super().keyPressEvent(event)

    def retranslate(self) -> None:
        words = {
            "missing": tr("Not in the bin"),
            "damaged": tr("Damaged"),
            "later": tr("Fetch later"),
        }
        for reason, button in self.buttons.items():
            button.setText(words[reason])
        self.leave.setText(tr("Cancel"))
