"""The strip of a move: under which unit, what that changes for whom, why; nothing happens before the second look."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.domain.text import pick, tr
from desktop.operations.people_units import Move, Reader
from desktop.runtime.context import Found, SearchProvider
from desktop.runtime.work import Work
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field, TextInput
from desktop.widgets.labels import Label
from desktop.widgets.lookup import LookupField
from desktop.widgets.paint import Surface, column, row

_NAMED = 6
"""So many people are named; the others are counted."""


def people_words(people: Sequence[Reader]) -> str:
    """Names, and how many more there are."""
    names = pick(", ", "、").join(pick(each.name, each.name_zh) for each in people[:_NAMED])
    more = len(people) - _NAMED
    return tr("{names} and {count} more", names=names, count=more) if more > 0 else names


def move_words(move: Move, code: str, old: str) -> tuple[str, ...]:
    """The consequences as sentences, the gravest first."""
    new = f"{move.target.code} {pick(move.target.name, move.target.name_zh)}"
    if move.circle:
        return (tr("{target} lies within {unit}: choose a unit outside it.", target=new, unit=code),)
    said = []
    if move.lose:
        said.append(tr("No longer see it: {people}", people=people_words(move.lose)))
    if move.gain:
        said.append(tr("Begin to see it: {people}", people=people_words(move.gain)))
    if not move.lose and not move.gain:
        said.append(tr("The same people see it as before."))
    if move.units > 1:
        said.append(tr("{count} units below move along with it.", count=move.units - 1))
    if old:
        said.append(tr("What {old} shares downwards is replaced by what {new} shares.", old=old, new=new))
    return tuple(said)


class MovePanel(Surface):
    """Emits `wanted` with the unit to stand under and the reason; asks for the consequences by `asked`."""

    asked = Signal(int)
    wanted = Signal(int, str)
    left = Signal()

    def __init__(self, work: Work, search: SearchProvider, parent: QWidget | None = None) -> None:
        super().__init__("info.bg", "b", parent=parent)
        self._open = False
        self._ready: int | None = None
        self._search = search
        self.words = Label(role="info.fg", size=13)
        self.target = LookupField(work, search)
        self.reason_field = TextInput()
        self.target_field, self.reason_box = Field("", self.target), Field("", self.reason_field)
        self.move_button = Button(kind="secondary", icon="move")
        self.leave_button = Button(kind="ghost", key="Esc")
        self.told = Label(role="text.primary", wrap=True)
        self.target.chosen.connect(self._chosen)
        self.target.textEdited.connect(self._retyped)
        self.reason_field.textEdited.connect(lambda: self.reason_box.accept())
        self.reason_field.returnPressed.connect(self.confirm)
        self.move_button.clicked.connect(self.confirm)
        self.leave_button.clicked.connect(self.left)
        buttons = column(20, row(self.move_button, self.leave_button), spacing=0)
        strip = row(self.target_field, self.reason_box, spacing=12)
        strip.addLayout(buttons)
        strip.setAlignment(buttons, Qt.AlignmentFlag.AlignTop)
        strip.setStretch(0, 2)
        strip.setStretch(1, 3)
        self.setLayout(column(self.words, strip, self.told, margins=(16, 8, 12, 10)))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.hide()
        self.retranslate()

    def is_open(self) -> bool:
        return self._open

    def open(self, words: str) -> None:
        """Ask where `words` (the unit) shall stand."""
        self._open, self._ready = True, None
        self.words.setText(words)
        self.target.set_value(None)
        self.reason_field.clear()
        self.told.setText("")
        self.told.hide()
        self.target_field.accept()
        self.reason_box.accept()
        self.move_button.setEnabled(False)
        self.show()
        self.target.setFocus()

    def shut(self) -> None:
        self._open = False
        self.hide()

    def show_consequences(self, move: Move, words: Sequence[str], *, allowed: bool = True) -> None:
        """What the database said about the chosen target; where this person may, it can be moved there from now on."""
        found = self.target.value()
        if found is None or int(found.id) != move.target.id:
            return  # meanwhile another one was chosen
        if move.circle:
            self.target_field.refuse(words[0])
            self.told.hide()
            return
        self.told.setText("\n".join(words))
        self.told.show()
        if not allowed:
            return
        self._ready = move.target.id
        self.move_button.setEnabled(True)
        self.reason_field.setFocus()

    def confirm(self) -> None:
        """Only with a target whose consequences were shown, and with a reason."""
        found = self.target.value()
        if self._ready is None and found is not None and self.target.text().strip():
            self.asked.emit(int(found.id))
            return
        if self._ready is None:
            self.target_field.refuse(tr("Unit above is missing: choose one (F7)."))
            self.target.setFocus()
            return
        reason = self.reason_field.text().strip()
        if not reason:
            self.reason_box.refuse(tr("Reason is missing: say why the unit moves."))
            self.reason_field.setFocus()
            return
        self.wanted.emit(self._ready, reason)

    def refuse(self, message: str) -> None:
        """The database said no."""
        self.target_field.refuse(message)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)

    def retranslate(self) -> None:
        self.target_field.set_label(tr("New unit above"))
        self.reason_box.set_label(tr("Reason"))
        self.move_button.setText(tr("Move"))
        self.leave_button.setText(tr("Leave it there"))

    def _chosen(self, found: Found | None) -> None:
        self._retyped()
        if found is not None:
            self.asked.emit(int(found.id))

    def _retyped(self) -> None:
        self._ready = None
        self.target_field.accept()
        self.move_button.setEnabled(False)
        self.told.hide()
