"""Finance says what a piece is worth: new unit value, what it changes while one types, the reason, Enter."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.entry import NotANumber
from desktop.domain.text import language, tr
from desktop.operations import stock, stock_values
from desktop.operations.stock_values import ItemValue, Revalued, Trial
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.views.stock.desk_dating import signed
from desktop.views.stock.desk_rows import money
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field, NumberField, TextInput
from desktop.widgets.labels import Label
from desktop.widgets.paint import Surface, column, row

_LOOK_MS = 150


class RevaluePanel(Surface):
    """Hidden until `open`. Esc leaves; what is wrong is said at its field."""

    changed = Signal()
    left = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__("warn.bg", "tb", parent=parent)
        self.context = context
        self._item: ItemValue | None = None
        self._key: UUID = stock.new_key()
        self._asked = 0
        self.trial: Trial | None = None
        self.words = Label(role="warn.fg", weight=500)
        self.unit = NumberField(places=4, minimum=Decimal(0), trim=True)
        self.unit_field = Field("", self.unit)
        self.unit_field.setFixedWidth(180)
        self.reason = TextInput()
        self.reason_field = Field("", self.reason)
        self.effect = Label(role="text.primary", wrap=True)
        self.take = Button(kind="primary", key="Enter")
        self.leave = Button(kind="ghost", key="Esc")
        self.take.clicked.connect(self.post)
        self.leave.clicked.connect(self.shut_and_tell)
        self.unit.textEdited.connect(self._edited)
        self.unit.returnPressed.connect(self.reason.setFocus)
        self.reason.returnPressed.connect(self.post)
        self.reason.textEdited.connect(lambda _text: self.reason_field.accept())
        self._look = QTimer(self, singleShot=True, interval=_LOOK_MS)
        self._look.timeout.connect(self._try)
        fields = row(self.unit_field, self.reason_field, spacing=16)
        fields.setStretch(1, 1)
        for field in (self.unit_field, self.reason_field):
            fields.setAlignment(field, Qt.AlignmentFlag.AlignTop)
        foot = row(self.effect, self.take, self.leave, spacing=8)
        foot.setStretch(0, 1)
        self.setLayout(column(self.words, fields, foot, spacing=8, margins=(12, 10, 12, 10)))
        self.hide()
        self.retranslate()

    def open(self, found: ItemValue) -> None:
        """Ask for that item; one key for one question, whatever happens to the connection."""
        self._item, self._key, self.trial = found, stock.new_key(), None
        self.words.setText(tr("What is a piece of {item} worth from now on?", item=found.code))
        self.unit.clear()
        self.reason.clear()
        self.unit_field.accept()
        self.reason_field.accept()
        self.take.setEnabled(True)
        self._say_effect(None)
        self.show()
        self.unit.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def shut(self) -> None:
        self._look.stop()
        self.hide()

    def shut_and_tell(self) -> None:
        self.shut()
        self.left.emit()

    # what it would do

    def _edited(self, _text: str) -> None:
        self.unit_field.accept()
        self.trial = None
        self._look.start()

    def _entered(self) -> Decimal | None:
        try:
            return self.unit.value()
        except NotANumber as error:
            self.unit_field.refuse(f"{self.unit_field.label.full_text()}: {error}")
            return None

    def _try(self) -> None:
        unit_cost = self._entered()
        if unit_cost is None or self._item is None:
            self._say_effect(None)
            return
        self._asked += 1
        self.context.work.run(
            partial(stock_values.try_value, item_id=self._item.item_id, unit_cost=unit_cost), self.context.database,
            on_done=partial(self._tried, self._asked), on_error=self._not_tried, owner=self, background=True,
        )  # fmt: skip

    def _tried(self, number: int, trial: Trial) -> None:
        if number != self._asked or self.isHidden():
            return
        self.trial = trial
        if trial.refused is not None:
            self.unit_field.refuse(trial.refused.text(language()))
            self._say_effect(None)
        else:
            self._say_effect(trial)

    def _not_tried(self, failure: Failure) -> None:
        self.unit_field.refuse(failure.message)

    def _say_effect(self, trial: Trial | None) -> None:
        if trial is None:
            hint = tr("All that is there changes its value; what was issued keeps its cost.")
            self.effect.setText(hint)
            return
        self.effect.setText(
            tr(
                "Value in stock ¥ {before} → ¥ {after} ({change}). To what was consumed: ¥ {consumed}.",
                before=money(trial.value_before),
                after=money(trial.value_after),
                change=signed(trial.on_hand),
                consumed=signed(trial.consumed),
            )
        )

    # doing it

    def post(self) -> None:
        """Enter behind the reason: post it, once."""
        unit_cost, reason = self._entered(), self.reason.text().strip()
        if self._item is None or not self.take.isEnabled():
            return
        if unit_cost is None:
            if not self.unit_field.is_wrong():
                self.unit_field.refuse(tr("Unit value is missing: enter what a piece is worth."))
            self.unit.setFocus()
        elif not reason:
            self.reason_field.refuse(tr("Reason is missing: say why the value changes."))
            self.reason.setFocus()
        else:
            self.take.setEnabled(False)
            self.context.work.run(
                partial(stock_values.revalue_item, item_id=self._item.item_id, unit_cost=unit_cost, reason=reason),
                self.context.database, self._key, on_done=self._posted, on_error=self._refused, owner=self,
            )  # fmt: skip

    def _posted(self, answer: tuple[Revalued, Changes]) -> None:
        made, changes = answer
        self.shut()
        self.context.bus.publish(changes, self)
        detail = tr(
            "¥ {stock} into stock, ¥ {used} to what was consumed",
            stock=f"{made.on_hand:,.2f}",
            used=f"{made.consumed:,.2f}",
        )
        self.context.toast("success", tr("Value changed"), detail)
        self.changed.emit()
        self.left.emit()

    def _refused(self, failure: Failure) -> None:
        """What was entered stays; where nobody knows whether it arrived, the next Enter asks with the same key."""
        self.take.setEnabled(True)
        if not stock.outcome_unknown(failure.error):
            self._key = stock.new_key()
        self.unit_field.refuse(failure.message)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.shut_and_tell()
            return
        super().keyPressEvent(event)

    def retranslate(self) -> None:
        self.take.setText(tr("Revalue"))
        self.leave.setText(tr("Cancel"))
        self.unit_field.set_label(tr("New unit value ¥"))
        self.reason_field.set_label(tr("Reason"))
        if self._item is not None:
            self.words.setText(tr("What is a piece of {item} worth from now on?", item=self._item.code))
        self._say_effect(self.trial if self.trial is not None and self.trial.refused is None else None)
