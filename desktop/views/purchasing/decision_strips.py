"""Strips under a list's header: the reason for which a difference is accepted, and what an inspection found."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from desktop.domain.entry import NotANumber
from desktop.domain.stock import quantity_text
from desktop.domain.text import tr
from desktop.operations.inspections import DEFECTS, Finding
from desktop.widgets.buttons import Button
from desktop.widgets.fields import NumberField, Select, TextInput
from desktop.widgets.labels import Label
from desktop.widgets.paint import Surface, column, row


class _Strip(Surface):
    """Says what is at stake, asks, and goes: Enter takes it, Esc leaves the list as it was."""

    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("warn.bg", "b", parent=parent)
        self.words = Label(role="warn.fg")
        self.message = Label(role="danger.fg")
        self.reason = TextInput()
        self.take = Button(kind="primary", key="Enter")
        self.back = Button(kind="ghost", key="Esc")
        self.take.clicked.connect(self.decide)
        self.back.clicked.connect(self.shut)
        self.reason.returnPressed.connect(self.decide)
        self.reason.textEdited.connect(lambda: self.message.setText(""))
        self.hide()

    def decide(self) -> None:
        raise NotImplementedError

    def shut(self) -> None:
        self.hide()
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.shut()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.decide()
        else:
            super().keyPressEvent(event)


class AcceptStrip(_Strip):
    """Why a difference is accepted; the same words are offered for the next one."""

    accepted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        strip = row(self.words, self.reason, self.message, self.take, self.back)
        strip.setStretch(1, 1)
        self.setLayout(column(strip, margins=(16, 8, 12, 8)))

    def open(self, words: str) -> None:
        self.words.setText(words)
        self.take.setText(tr("Accept the difference"))
        self.back.setText(tr("Not now"))
        self.reason.setAccessibleName(tr("Reason"))
        self.message.setText("")
        self.show()
        self.reason.setFocus()
        self.reason.selectAll()

    def decide(self) -> None:
        reason = self.reason.text().strip()
        if not reason:
            self.message.setText(tr("Reason is missing: say why the difference is right."))
            self.reason.setFocus()
            return
        self.accepted.emit(reason)


class InspectStrip(_Strip):
    """How many are good, how many are not, what is wrong with them, and whether they stay here."""

    found = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._open = Decimal(0)
        self.good = NumberField(places=4, minimum=Decimal(0), trim=True)
        self.bad = NumberField(places=4, minimum=Decimal(0), trim=True)
        self.good_words, self.bad_words = Label(role="text.secondary"), Label(role="text.secondary")
        self.defect = Select()
        self.keep = QCheckBox()
        for field in (self.good, self.bad):
            field.setFixedWidth(80)
            field.returnPressed.connect(self.decide)
        self.bad.textEdited.connect(self._rest_is_good)
        first = row(self.words, self.good_words, self.good, self.bad_words, self.bad, self.defect, None)
        second = row(self.reason, self.keep, self.message, self.take, self.back)
        second.setStretch(0, 1)
        self.setLayout(column(first, second, spacing=8, margins=(16, 8, 12, 8)))

    def open(self, words: str, waiting: Decimal) -> None:
        """`waiting`: how many are still to be inspected."""
        self._open = waiting
        self.words.setText(words)
        self.good_words.setText(tr("Good"))
        self.bad_words.setText(tr("Not good"))
        self.good.setAccessibleName(tr("Good"))
        self.bad.setAccessibleName(tr("Not good"))
        self.reason.setAccessibleName(tr("Finding"))
        self.reason.setPlaceholderText(tr("Finding"))
        self.defect.setAccessibleName(tr("Defect"))
        self.keep.setText(tr("Keep them here as bad"))
        self.take.setText(tr("Keep the finding"))
        self.back.setText(tr("Not now"))
        self.defect.clear()
        words_of = {
            "damaged": tr("Damaged"), "wrong_item": tr("Wrong item"), "dimension": tr("Dimension"),
            "function": tr("Does not work"), "documents": tr("Papers missing"), "expired": tr("Past its date"),
            "other": tr("Something else"),
        }  # fmt: skip
        for code in DEFECTS:
            self.defect.addItem(words_of[code], code)
        self.good.set_value(waiting)
        self.bad.set_value(Decimal(0))
        self.reason.clear()
        self.keep.setChecked(False)
        self.message.setText("")
        self.show()
        self.bad.setFocus()
        self.bad.selectAll()

    def _rest_is_good(self) -> None:
        try:
            bad = self.bad.value() or Decimal(0)
        except NotANumber:
            return
        self.good.set_value(max(self._open - bad, Decimal(0)))

    def decide(self) -> None:
        try:
            good, bad = self.good.value() or Decimal(0), self.bad.value() or Decimal(0)
        except NotANumber as error:
            self.message.setText(str(error))
            return
        if not 0 < good + bad <= self._open:
            self.message.setText(tr("{count} wait to be inspected", count=quantity_text(self._open)))
        elif bad and not self.reason.text().strip():
            self.message.setText(tr("Finding is missing: say what is wrong."))
            self.reason.setFocus()
        else:
            self.found.emit(
                Finding(
                    good,
                    bad,
                    str(self.defect.currentData()) if bad else None,
                    self.reason.text().strip() or None,
                    self.keep.isChecked(),
                )
            )
