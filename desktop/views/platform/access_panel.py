"""What this person can see and do, and why: each right with its reason, searched and narrowed, never edited here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.domain.people import action_name, scope_name
from desktop.domain.text import pick, tr
from desktop.models.rows import RowsModel
from desktop.operations.people_access import Right
from desktop.widgets.fields import TextInput
from desktop.widgets.labels import Count, Label
from desktop.widgets.paint import column, row
from desktop.widgets.rows_view import RowsView
from desktop.widgets.segmented import Segment, Segmented
from desktop.widgets.theme import color, font, metric

_WIDTHS = (200, 170, 190, 180, 0)
_CODE = 1


def _cells(right: Right) -> tuple[str, ...]:
    until = f" ({right.until:%Y-%m-%d})" if right.until is not None and right.part == "unit" else ""
    return (
        pick(right.name, right.name_zh) or "–",
        right.code,
        pick(", ", "、").join(action_name(each) for each in right.actions),
        scope_name(right.scope),
        pick(right.because, right.because_zh) + until,
    )


class _Model(RowsModel[tuple[str, ...]]):
    def cell(self, row: tuple[str, ...], at: int, role: int) -> Any:
        text = row[at]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return text
        if role == Qt.ItemDataRole.FontRole:
            return font(12, code=at == _CODE, text=text)
        if role == Qt.ItemDataRole.ForegroundRole:
            return color("text.secondary" if at == _CODE else "text.primary")
        return None


def _headings() -> tuple[str, ...]:
    return (tr("Right"), tr("Object"), tr("May"), tr("Whose rows"), tr("Because of"))


class AccessPanel(QWidget):
    """Typing narrows all columns; the segments part data, functions, and where the rights come from."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rights: tuple[Right, ...] = ()
        self.title = Label(size=13)
        self.count = Count(0)
        self.parts = Segmented(height=24)
        self.search = TextInput(icon="search")
        self.search.setFixedWidth(200)
        self.model_ = _Model(_headings, parent=self)
        self.view = RowsView(self.model_, _WIDTHS)
        self.view.setFont(font(12))
        self.view.setMinimumHeight(metric("row.header") + 10 * metric("row.grid"))
        self.note = Label(role="text.tertiary", wrap=True)
        self.parts.chosen.connect(lambda _: self._narrow())
        self.search.textEdited.connect(lambda _: self._narrow())
        head = row(self.title, self.count, None, self.search, self.parts)
        self.setLayout(column(head, self.view, self.note, spacing=4))
        self.note.hide()
        self.retranslate()

    def show_rights(self, rights: Sequence[Right]) -> None:
        self._rights = tuple(rights)
        self.note.hide()
        self._narrow()

    def show_failure(self, message: str) -> None:
        """Why nothing can be shown."""
        self.show_rights(())
        self.note.setText(message)
        self.note.show()

    def rows(self) -> tuple[tuple[str, ...], ...]:
        """What is shown now: name, object, may, whose rows, because of."""
        return self.model_.rows

    def _narrow(self) -> None:
        part, typed = self.parts.current(), self.search.text().strip().lower()
        wanted = ("job", "unit") if part == "origin" else (part,)
        rows = [_cells(right) for right in self._rights if right.part in wanted]
        found = [cells for cells in rows if any(typed in cell.lower() for cell in cells)]
        self.model_.show(found)
        self.count.set_value(len(found))

    def retranslate(self) -> None:
        self.title.setText(tr("What this person can see and do, and why"))
        self.view.setAccessibleName(self.title.full_text())
        self.search.setPlaceholderText(tr("Search"))
        self.search.setAccessibleName(tr("Search"))
        self.parts.set_segments(
            (Segment("data", tr("Data")), Segment("function", tr("Functions")), Segment("origin", tr("Jobs and units")))
        )
        self.model_.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(_WIDTHS) - 1)
        self._narrow()
