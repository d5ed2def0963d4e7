"""The strip under the list of goods that wait for inspection: what was found of them."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from desktop.domain.entry import NotANumber
from desktop.domain.figures import quantity_text
from desktop.domain.text import tr
from desktop.operations.inspections import DEFECTS, Finding
from desktop.widgets.buttons import Button
from desktop.widgets.fields import NumberField, Select, TextInput
from desktop.widgets.labels import Label
from desktop.widgets.paint import Surface, column, row


class InspectStrip(Surface):
    """How many are good, how many are not, what is wrong with them, and whether they stay here: Enter takes it, Esc
    leaves the list as it was.
    """

    found = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("warn.bg", "b", parent=parent)
        self._open = Decimal(0)
        self.words = Label(role="warn.fg")
        self.message = Label(role="danger.fg")
        self.reason = TextInput()
        self.take = Button(kind="primary", key="Enter")
        self.back = Button(kind="ghost", key="Esc")
        self.take.clicked.connect(self.decide)
        self.back.clicked.connect(self.shut)
        self.reason.returnPressed.connect(self.decide)
        self.reason.textEdited.connect(lambda: self.message.setText(""))
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
        self.hide()

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
        self.back.setText(tr("Cancel"))
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
