"""Mine, theirs, base: a colleague saved the record first, and the user decides field by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.domain.text import tr
from desktop.operations.forms import FormInfo
from desktop.operations.records import ChangedMeanwhile, FieldConflict, Record
from desktop.widgets.buttons import Button
from desktop.widgets.discard import discard_all
from desktop.widgets.form_fields import shown_value
from desktop.widgets.labels import Label
from desktop.widgets.paint import Surface, column, row
from desktop.widgets.segmented import Segment, Segmented


class ConflictPanel(Surface):
    """A strip under the form's header, one row per field at odds; nothing is lost until the user chose."""

    resolved = Signal(object, object)
    """The `ChangedMeanwhile` and the frozenset of fields in which the colleague's value is taken."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("warn.bg", "b", parent=parent)
        self._error: ChangedMeanwhile | None = None
        self._choices: dict[str, Segmented] = {}
        self.title = Label(size=13)
        self._rows = QWidget()
        self._grid = QGridLayout(self._rows)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)
        self.done = Button(tr("Save as chosen"), kind="primary")
        self.done.clicked.connect(self._resolve)
        self.setLayout(column(self.title, self._rows, row(None, self.done), margins=(16, 8, 16, 8)))

    def show_conflict(
        self, error: ChangedMeanwhile, info: FormInfo, base: Record, lines: Mapping[str, Callable[[], str]]
    ) -> None:
        """`base` is the record as the user read it; `lines` the titles of the tables of lines by name."""
        self._error = error
        self._choices.clear()
        discard_all(self._grid)
        by = error.by or tr("A colleague")
        self.title.setText(tr("{name} changed this record while you were editing it", name=by))
        self.done.setText(tr("Save as chosen"))
        for number, conflict in enumerate(error.conflicts):
            self._add_row(number, conflict, _texts(conflict, info, error, base, lines))
        self._grid.setColumnStretch(4, 1)

    def _add_row(self, number: int, conflict: FieldConflict, texts: tuple[str, str, str, str]) -> None:
        choice = Segmented([Segment("mine", tr("Keep mine")), Segment("theirs", tr("Take theirs"))], name=texts[0])
        self._choices[conflict.field] = choice
        for position, text in enumerate(texts):
            role = "text.secondary" if position in (0, 3) else "text.primary"
            self._grid.addWidget(Label(text, role=role), number, position)
        self._grid.addWidget(choice, number, 5)

    def choices(self) -> dict[str, Segmented]:
        return self._choices

    @Slot()
    def _resolve(self) -> None:
        if self._error is not None:
            taken = frozenset(key for key, choice in self._choices.items() if choice.current() == "theirs")
            self.resolved.emit(self._error, taken)


def _texts(
    conflict: FieldConflict,
    info: FormInfo,
    error: ChangedMeanwhile,
    base: Record,
    lines: Mapping[str, Callable[[], str]],
) -> tuple[str, str, str, str]:
    """Label, mine, theirs, before."""
    name = conflict.field.removeprefix("lines.")
    if name != conflict.field:
        mine, theirs, before = (
            tr("{count} lines", count=value) for value in (conflict.mine, conflict.theirs, conflict.base)
        )
        label = lines[name]() if name in lines else name
    else:
        field = info.fields[conflict.field]
        label = field.label
        mine = shown_value(field, conflict.mine) if field.kind != "reference" else tr("your choice")
        theirs = shown_value(field, conflict.theirs, error.record.referred.get(conflict.field))
        before = shown_value(field, conflict.base, base.referred.get(conflict.field))
    return (
        label,
        tr("Mine: {value}", value=mine),
        tr("Theirs: {value}", value=theirs),
        tr("Before: {value}", value=before),
    )
