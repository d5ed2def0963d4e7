"""What a list page does about cells that were refused or that a colleague changed meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.lists.query import Conflict
from desktop.models.list_edits import State
from desktop.widgets.conflict_panel import ConflictPanel

if TYPE_CHECKING:
    from desktop.widgets.list_page import ListPage

_PROBLEM = State.REJECTED | State.CONFLICT


class ListConflicts(QObject):
    """Shows conflicts one after another at their cells, and finds the next cell that needs somebody."""

    def __init__(self, page: ListPage) -> None:
        super().__init__(page)
        self._page, self._grid, self._model = page, page.grid, page.model
        self._waiting: list[Conflict] = []
        self.panel = ConflictPanel(page.grid)
        self.panel.decided.connect(self._decided)
        self.panel.postponed.connect(self._next)
        self._model.conflicted.connect(self._conflicted)

    def _conflicted(self, conflicts: tuple[Conflict, ...]) -> None:
        self._waiting.extend(conflicts)
        if not self.panel.isVisible():
            self._next()

    def _next(self) -> None:
        """Show the first conflict that waits; afterwards the keyboard is back in the grid."""
        while self._waiting:
            conflict = self._waiting.pop(0)
            slot = self._page.columns.slot_of(conflict.column)
            if slot is None or not self._grid.go_to_row(conflict.row_id, conflict.column):
                continue
            canvas = self._grid.canvas
            cell = canvas.cell_rect(self._grid.selection.line, slot).translated(canvas.pos())
            self.panel.ask(conflict, slot.info, cell, of=len(self._waiting) + 1)
            return
        self._grid.canvas.setFocus()

    def _decided(self, conflict: Conflict, keep: str) -> None:
        self._model.resolve(conflict, "mine" if keep == "mine" else "theirs")
        self._next()

    def next_problem(self) -> None:
        """To the next cell that was refused or is in conflict."""
        found = [(row, key, edit) for row, key, edit in self._model.edits if edit.state & _PROBLEM]
        if not found:
            return
        shown, slot = self._grid.current(), self._grid.slot()
        here = (shown.row.id, slot.info.key) if shown is not None and slot is not None else None
        places = [(row, key) for row, key, _ in found]
        number = (places.index(here) + 1) % len(places) if here in places else 0
        row_id, key, edit = found[number]
        self._grid.go_to_row(row_id, key)
        if edit.conflict is not None and State.CONFLICT in edit.state:
            self._waiting = [edit.conflict]
            self._next()
        else:
            self._grid.canvas.setFocus()
