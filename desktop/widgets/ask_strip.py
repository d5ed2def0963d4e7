"""A strip under the header that asks for the few things an act needs: a record, a reason, a date. No dialog.

Enter goes from field to field and behind the last one acts; Esc leaves. What is missing is said in the strip. A page
that can tell beforehand what an answer would do listens to `edited` and says so by `say_effect`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.domain.entry import NotADate, NotANumber
from desktop.domain.text import tr
from desktop.runtime.context import SearchProvider
from desktop.runtime.work import Work
from desktop.widgets.buttons import Button
from desktop.widgets.dates import DateField
from desktop.widgets.discard import discard_all
from desktop.widgets.fields import NumberField, TextInput
from desktop.widgets.focus_loan import FocusLoan
from desktop.widgets.labels import Label
from desktop.widgets.lookup import LookupField
from desktop.widgets.paint import Surface, column, row

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_DATE_WIDTH = 132
_NUMBER_WIDTH = 96
_MONEY_WIDTH = 120
_EDITED_MS = 150
"""So long nobody types before `edited`."""


Words = str | Callable[[], str]
"""What is said; a call says it again in another language."""


def _said(words: Words) -> str:
    return words if isinstance(words, str) else words()


@dataclass(frozen=True)
class Ask:
    """One thing to ask for. With a `provider` it is a record, else a date, a number, an amount of money or a text.

    What stands there to begin with is `value` for numbers and amounts, `text` for texts. `missing` is what is said
    where a required one is empty; by default that the field is required.
    """

    key: str
    label: Words
    provider: SearchProvider | None = None
    date: bool = False
    number: bool = False
    money: bool = False
    value: Decimal | None = None
    text: str = ""
    required: bool = True
    code: bool = False
    missing: str = ""


class AskStrip(Surface):
    """Hidden until `open`; one act at a time."""

    shut_down = Signal()
    edited = Signal(str)
    """The key of what was typed, once the typing pauses."""

    def __init__(self, work: Work, parent: QWidget | None = None, *, warns: bool = False) -> None:
        """`warns`: in amber, for an act that somebody has to think about twice."""
        super().__init__("warn.bg" if warns else "surface.raised", "b", parent=parent)
        self._work = work
        self._asks: tuple[Ask, ...] = ()
        self._says: tuple[tuple[Callable[[str], None], Words], ...] = ()
        self._done: Callable[[Mapping[str, Any]], None] | None = None
        self._loan = FocusLoan(self)
        self._edited = ""
        self._pause = QTimer(self, singleShot=True, interval=_EDITED_MS)
        self._pause.timeout.connect(lambda: self.edited.emit(self._edited))
        self.editors: dict[str, QLineEdit] = {}
        self.words = Label(role="warn.fg") if warns else Label(size=13, weight=500)
        self.message = Label(role="danger.fg")
        self.take = Button("", kind="primary", key="Enter")
        self.leave = Button(tr("Cancel"), kind="ghost", key="Esc")
        self.take.clicked.connect(self.act)
        self.leave.clicked.connect(self.shut)
        self._fields = row(spacing=8)
        whole = row(self.words, self._fields, self.message, None, self.take, self.leave, spacing=12)
        whole.setStretch(1, 6)  # what is entered gets the room
        self.effect = Label(role="warn.fg" if warns else "text.secondary")
        self.effect.hide()
        self.setLayout(column(whole, self.effect, spacing=4, margins=(16, 8, 12, 8)))
        self.hide()

    def open(
        self, words: Words, asks: Sequence[Ask], *, take: Words, done: Callable[[Mapping[str, Any]], None]
    ) -> None:
        """Ask; `done` gets the answers by key: an id, a date, a number or a text, None where nothing was given. Without
        `asks` it is a question that Enter answers.
        """
        self._loan.begin()
        self._clear()
        self._asks, self._done = tuple(asks), done
        self.refuse("")
        says: list[tuple[Callable[[str], None], Words]] = [(self.words.setText, words), (self.take.setText, take)]
        for ask in asks:
            editor, label = self._editor(ask), Label(role="text.secondary")
            says += ((editor.setAccessibleName, ask.label), (label.setText, ask.label))
            editor.installEventFilter(self)
            editor.textEdited.connect(partial(self._typed, ask.key))
            self.editors[ask.key] = editor
            self._fields.addWidget(label)
            self._fields.addWidget(editor, 0 if ask.date or ask.number or ask.money else 1)
        self._says = tuple(says)
        self.retranslate()
        self.show()
        first = self.editors[asks[0].key] if asks else self.take
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _editor(self, ask: Ask) -> QLineEdit:
        if ask.provider is not None:
            return LookupField(self._work, ask.provider)
        if ask.date:
            field = DateField()
            field.setFixedWidth(_DATE_WIDTH)
            return field
        if ask.number or ask.money:
            number = NumberField(ask.value) if ask.money else NumberField(ask.value, places=6, trim=True)
            number.setFixedWidth(_MONEY_WIDTH if ask.money else _NUMBER_WIDTH)
            return number
        return TextInput(ask.text, code=ask.code)

    def _typed(self, key: str, _: str) -> None:
        """A complaint goes with what it was about."""
        self.message.setText("")
        self._edited = key
        self._pause.start()

    def say_effect(self, words: str) -> None:
        """Under the fields: what the answers would do."""
        self.effect.setText(words)
        self.effect.setVisible(bool(words))

    def answers(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for ask in self._asks:
            editor = self.editors[ask.key]
            if isinstance(editor, LookupField):
                value = editor.value()
                found[ask.key] = value.id if value is not None else None
            elif isinstance(editor, DateField | NumberField):
                found[ask.key] = editor.value()
            elif isinstance(editor, TextInput):
                found[ask.key] = editor.text().strip() or None
        return found

    def act(self) -> None:
        """Hand the answers over, if nothing is missing. The strip stays until `shut` says that it is done."""
        try:
            found = self.answers()
        except (NotADate, NotANumber) as error:
            self.refuse(str(error))
            return
        for ask in self._asks:
            if ask.required and found[ask.key] is None:
                self.refuse(ask.missing or tr("{field} is required: fill it in.", field=_said(ask.label)), at=ask.key)
                return
        if self._done is not None and self.take.isEnabled():
            self.message.setText("")
            self.take.setEnabled(False)
            self._done(found)

    def refuse(self, message: str, *, at: str = "") -> None:
        """Say what is wrong, with the cursor in the field `at`; what was entered stays."""
        self.message.setText(message)
        self.take.setEnabled(True)
        if at:
            self.editors[at].setFocus()

    def shut(self) -> None:
        self._loan.give_back()
        self.hide()
        self._clear()
        self.shut_down.emit()

    def _clear(self) -> None:
        self.editors = {}
        self._asks, self._says, self._done = (), (), None
        self._pause.stop()
        self.say_effect("")
        discard_all(self._fields)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _ENTER:
            if isinstance(watched, LookupField) and watched.is_open():
                return False
            order = list(self.editors.values())
            at = order.index(watched) if watched in order else -1
            if 0 <= at < len(order) - 1:
                order[at + 1].setFocus(Qt.FocusReason.TabFocusReason)
            else:
                self.act()
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.shut()
            return
        if event.key() in _ENTER and not self._asks:  # a question with nothing to fill in
            self.act()
            return
        super().keyPressEvent(event)

    def retranslate(self) -> None:
        """Also what is being asked right now; what was entered stays."""
        self.leave.setText(tr("Cancel"))
        for say, words in self._says:
            say(_said(words))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
